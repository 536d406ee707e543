"""`omnilive compose article|webpage|resume|screenshot`: files that a profile's model writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from workbench.cli.shared import Checkpoint, ConfigFile, Overrides, Profile, fail, loads_shown, told

if TYPE_CHECKING:
    from workbench.composing import Composer

app = typer.Typer(no_args_is_help=True, help="Write articles and pages with a profile's model.")

Instruction = Annotated[str, typer.Argument(help="What is to be written.")]
Images = Annotated[list[Path] | None, typer.Option("--image", help="A picture for it; may be given several times.")]
Temperature = Annotated[float | None, typer.Option(min=0.0, help="Default: as published, 1.")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Default: as published.")]
Seed = Annotated[int, typer.Option(help="Of the random numbers.")]


@app.command()
@told("compose")
def article(
    instruction: Instruction,
    image: Images = None,
    out: Annotated[Path, typer.Option(help="The Markdown file.")] = Path("article.md"),
    profile: Profile = "omnilive-7b",
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    seed: Seed = 0,
    checkpoint: Checkpoint = "",
    config: ConfigFile = None,
    overrides: Overrides = None,
) -> None:
    """An article with pictures in their places, as Markdown."""
    images = _files(image or [])
    _compose(
        lambda composer: composer.article(instruction, out, images),
        (profile, checkpoint, config, overrides),
        {"temperature": temperature, "max_tokens": max_tokens, "seed": seed},
    )


@app.command()
@told("compose")
def webpage(
    instruction: Instruction,
    image: Images = None,
    out: Annotated[Path, typer.Option(help="The HTML file.")] = Path("page.html"),
    profile: Profile = "omnilive-7b",
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    seed: Seed = 0,
    checkpoint: Checkpoint = "",
    config: ConfigFile = None,
    overrides: Overrides = None,
) -> None:
    """A page from an instruction, as HTML."""
    images = _files(image or [])
    _compose(
        lambda composer: composer.webpage(instruction, out, images),
        (profile, checkpoint, config, overrides),
        {"temperature": temperature, "max_tokens": max_tokens, "seed": seed},
    )


@app.command()
@told("compose")
def resume(
    file: Annotated[Path, typer.Argument(help="The resume: Markdown or JSON.")],
    out: Annotated[Path, typer.Option(help="The HTML file.")] = Path("resume.html"),
    profile: Profile = "omnilive-7b",
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    seed: Seed = 0,
    checkpoint: Checkpoint = "",
    config: ConfigFile = None,
    overrides: Overrides = None,
) -> None:
    """A personal page from a resume, as HTML."""
    _files([file])
    _compose(
        lambda composer: composer.resume(file, out),
        (profile, checkpoint, config, overrides),
        {"temperature": temperature, "max_tokens": max_tokens, "seed": seed},
    )


@app.command()
@told("compose")
def screenshot(
    picture: Annotated[Path, typer.Argument(help="A picture of a page.")],
    out: Annotated[Path, typer.Option(help="The HTML file.")] = Path("screenshot.html"),
    profile: Profile = "omnilive-7b",
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    seed: Seed = 0,
    checkpoint: Checkpoint = "",
    config: ConfigFile = None,
    overrides: Overrides = None,
) -> None:
    """A page that looks like a picture of one, as HTML."""
    _files([picture])
    _compose(
        lambda composer: composer.screenshot(picture, out),
        (profile, checkpoint, config, overrides),
        {"temperature": temperature, "max_tokens": max_tokens, "seed": seed},
    )


def _files(paths: list[Path]) -> list[Path]:
    for path in paths:
        if not path.is_file():
            fail("compose", f"there is no file {path}; mend the path")
    return paths


def _compose(
    write: Callable[[Composer], Path],
    chosen: tuple[str, str, Path | None, list[str] | None],
    decoding: dict[str, Any],
) -> None:
    """Load, write with the number of characters shown, say where the file is."""
    from workbench.api import load
    from workbench.composing import Composer

    profile, checkpoint, config, overrides = chosen
    notes = Console(stderr=True, highlight=False)
    options = {name: value for name, value in decoding.items() if value is not None}
    opened = load(profile, checkpoint=checkpoint, config=config, overrides=overrides or (), now=False)
    with opened as chat, loads_shown(notes), notes.status("loading") as status:
        out = write(Composer(chat, lambda what, n: status.update(f"writing the {what}: {n} characters"), **options))
    print(out)
