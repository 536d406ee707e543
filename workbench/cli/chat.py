"""`omnilive chat`: pictures, videos, sound and questions to a profile's models, without the three processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from workbench.cli.shared import Checkpoint, ConfigFile, Overrides, Profile, fail, loads_shown, told

if TYPE_CHECKING:
    from workbench.api import Chat

LONGEST_ANSWER = 1024  # tokens
HELP = "/image FILE and /video FILE go with your next question; /new begins anew; /quit or Ctrl-D ends."


@told("chat")
def chat(
    questions: Annotated[
        list[str] | None, typer.Argument(help="One turn each. None: lines of standard input, or talk on a terminal.")
    ] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture; may be given several times.")] = None,
    video: Annotated[Path | None, typer.Option(help="A video; frames are taken as the model's card does.")] = None,
    audio: Annotated[Path | None, typer.Option(help="Sound, for Qwen2-Audio: no question means a transcript.")] = None,
    profile: Profile = "omnilive-7b",
    batch: Annotated[
        Path | None, typer.Option(help='JSON lines {"id"?, "prompt", "images"?, "video"?}; answers as JSON lines.')
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of a batch go. Default: standard output.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Questions of a batch answered together.")] = 8,
    draw: Annotated[Path | None, typer.Option(help="Draw the answer's boxes onto the picture, into this file.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0.0, help="0: the likeliest words.")] = None,
    top_p: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Share of the likeliest words.")] = None,
    beams: Annotated[int, typer.Option(min=1, help="Continuations that are kept side by side.")] = 1,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Of an answer. Default: 1024, and with --audio as the profile says.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 0,
    system: Annotated[str | None, typer.Option(help="What the model is told to be, instead of its own words.")] = None,
    checkpoint: Checkpoint = "",
    config: ConfigFile = None,
    overrides: Overrides = None,
) -> None:
    """Talk with a profile's models about pictures, videos and sound."""
    asked, images = list(questions or ()), list(image or ())
    _check(asked, images, video, audio, batch, out, draw)
    from workbench.api import Settings, load
    from workbench.talker import check_temperature

    check_temperature(temperature, beams)
    most = max_tokens or (None if audio is not None else LONGEST_ANSWER)
    settings = Settings(temperature=temperature, top_p=top_p, beams=beams, max_tokens=most, seed=seed, system=system)
    console, notes = Console(highlight=False), Console(stderr=True, highlight=False)
    if audio is not None and checkpoint:
        overrides = [*(overrides or ()), f"perception.asr.options.checkpoint={checkpoint!r}"]
    opened = load(
        profile, checkpoint=checkpoint, config=config, overrides=overrides or (), settings=settings, now=False
    )
    with opened as talk, loads_shown(notes):
        if audio is not None:
            from workbench.cli.hearing import hear

            return hear(talk, audio, asked, console)
        if batch is not None:
            from workbench.cli.batch import run_batch

            return run_batch(talk, batch, out, batch_size, notes)
        if asked or not sys.stdin.isatty():
            turns = iter(asked) if asked else _lines()
            return _ask_all(talk, turns, images, video, draw, console, notes)
    with opened as talk:
        with loads_shown(notes):
            _ = talk.talker
        _converse(talk, images, video, draw, console, notes)


def _check(
    asked: list[str],
    images: list[Path],
    video: Path | None,
    audio: Path | None,
    batch: Path | None,
    out: Path | None,
    draw: Path | None,
) -> None:
    """What does not go together, before anything is loaded."""
    if audio is not None and (images or video or batch or draw):
        fail("chat", "--audio is heard by itself: leave out --image, --video, --batch and --draw")
    if batch is not None and (asked or images or video or draw):
        fail("chat", "--batch names its questions and pictures itself: leave out questions, --image, --video, --draw")
    if out is not None and batch is None:
        fail("chat", "--out is for --batch; redirect the answer with > instead")
    for path in (*images, *filter(None, (video, audio, batch))):
        if not path.is_file():
            fail("chat", f"there is no file {path}; mend the path")
    if images or video is not None:
        from workbench.media import check_picture, check_video

        for path in images:
            check_picture(path)
        if video is not None:
            check_video(video)


def _lines() -> Iterator[str]:
    return (line.strip() for line in sys.stdin if line.strip())


def _ask_all(
    talk: Chat,
    turns: Iterator[str],
    images: list[Path],
    video: Path | None,
    draw: Path | None,
    console: Console,
    notes: Console,
) -> None:
    """One answer after the other; pictures go with the first question."""
    n_turns = 0
    for n_turns, text in enumerate(turns, 1):
        first = n_turns == 1
        _answer(talk, text, images if first else [], video if first else None, console)
    if not n_turns:
        fail("chat", "nothing was asked; give a question as an argument, or lines on standard input")
    if draw is not None:
        _draw(talk, draw, notes)


def _answer(talk: Chat, text: str, images: list[Path], video: Path | None, console: Console) -> None:
    for words in talk.ask(text, images=images, video=video):
        console.print(words, end="", markup=False, soft_wrap=True)
        console.file.flush()
    console.print()


def _draw(talk: Chat, out: Path, notes: Console) -> None:
    from workbench.drawing import draw_answer

    n_boxes = draw_answer(talk.history, out)
    sentence = (
        f"{n_boxes} box{'es' if n_boxes > 1 else ''} in {out}"
        if n_boxes
        else f"no answer has boxes; {out} is not written"
    )
    notes.print(sentence, style="dim", soft_wrap=True)


def _converse(
    talk: Chat, images: list[Path], video: Path | None, draw: Path | None, console: Console, notes: Console
) -> None:
    """Turns typed on a terminal. What cannot be done is said, and the talk goes on; Ctrl-C cuts an answer."""
    from workbench.errors import Unusable

    notes.print(HELP, style="dim")
    while True:
        try:
            line = console.input("[bold cyan]> ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        command, _, rest = line.partition(" ")
        named = Path(rest.strip().strip("'\"")).expanduser()
        match command:
            case "":
                continue
            case "/quit" | "/exit":
                return
            case "/new":
                talk.forget()
                images, video = [], None
            case "/image":
                images = [*images, named]
            case "/video":
                video = named
            case _ if command.startswith("/"):
                notes.print(HELP, style="dim")
            case _:
                try:
                    _answer(talk, line, images, video, console)
                    images, video = [], None
                    if draw is not None and talk.boxes:
                        _draw(talk, draw, notes)
                except KeyboardInterrupt:
                    console.print(" (cut)", style="dim")
                except (Unusable, ValueError, OSError) as error:
                    notes.print(str(error), style="red", markup=False, soft_wrap=True)
                    images, video = [], None
