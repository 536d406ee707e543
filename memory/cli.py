"""`omnilive memory ls|show|search|export|forget|stats|verify DIR|@NAME`: looking at a memory, and erasing from it.

Looking only reads, so it works while a session uses the memory; erasing asks the owner if there is one.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from memory.album import Album, export_zip
from memory.check import problems, traces
from memory.door import PATIENCE_S, knock
from memory.forgetting import last as of_the_last
from memory.lock import owner_of
from memory.schema import MemoryUnusable
from memory.times import clock, length_s, moment_ns
from memory.upkeep import ALWAYS
from wire.civil import civil
from wire.memories import home, memory_folder, memory_names

BAD_INPUT = 2
_WORDS_ALONE = (
    "memory: another model made the vectors of this memory, so that only words were compared; they are made anew while "
    "a session uses it"
)

_NO_SESSION = "memory: no session is remembered"

app = typer.Typer(no_args_is_help=True, help="Look at what is remembered, and erase it.")


def _named(word: Path | None) -> Path | None:
    try:
        return None if word is None else memory_folder(word)
    except ValueError as error:
        print(f"memory: {error}", file=sys.stderr)
        raise typer.Exit(BAD_INPUT) from None


_HELP = "The memory: its folder, or @NAME among your data."
Folder = Annotated[Path, typer.Argument(metavar="DIR", help=_HELP, callback=_named)]
P = ParamSpec("P")
R = TypeVar("R")


def _told(command: Callable[P, R]) -> Callable[P, R]:
    """What the user can mend becomes one sentence and exit code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BrokenPipeError:  # whoever read our lines has enough
            raise
        except (MemoryUnusable, ValueError) as error:
            sentence = str(error)
        except OSError as error:
            sentence = f"{error.filename or 'a file'}: {error.strerror}; make room, or choose another place"
        except sqlite3.Error as error:
            folder = kwargs.get("folder")
            sentence = (
                f"the memory {folder} cannot be read: {error}; `omnilive memory verify {folder}` says what is damaged, "
                "and `omnilive memory export` saves what can be read"
            )
        print(f"memory: {sentence}", file=sys.stderr)
        raise typer.Exit(BAD_INPUT)

    return run


@app.command("ls")
@_told
def list_sessions(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help=_HELP, callback=_named)] = None,
) -> None:
    """One line for each session that is remembered; without DIR one for each memory with a name."""
    if folder is None:
        _list_memories()
        return
    with Album(folder) as album:
        rows = album.store.sessions()
        if not rows:
            print(_NO_SESSION, file=sys.stderr)
        for row in rows:
            state, length = "closed" if row.closed else "open", clock(album.end_ns(row))
            print(f"{row.no}  {civil(row.start_unix_s)}  {length}  {row.frames} frames  {state}  {row.name}")


def _list_memories() -> None:
    names = memory_names()
    if not names:
        print(
            f"memory: no memory has a name yet; `omnilive replay --memory @NAME` keeps one in {home()}", file=sys.stderr
        )
    for name in names:
        try:
            with Album(memory_folder(name)) as album:
                n = len(album.store.sessions())
            print(f"{name}  {n} session{'' if n == 1 else 's'}  {memory_folder(name)}")
        except (MemoryUnusable, sqlite3.Error, OSError) as error:
            print(f"{name}  {error}")


@app.command()
@_told
def show(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="The page that is written.")] = Path("memory.html"),
) -> None:
    """Write a page that draws what is kept, at which detail, with key frames."""
    _check_place(out, folder)
    with Album(folder) as album:
        out.write_text(album.page(), encoding="utf-8")
    print(out)


@app.command()
@_told
def search(
    folder: Folder,
    words: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 10,
) -> None:
    """The best matches in every session."""
    if not words.strip():
        raise ValueError("say what to look for")
    with Album(folder) as album:
        matches, by_meaning = album.search(words, limit)
        if not by_meaning:
            print(_WORDS_ALONE, file=sys.stderr)
        if not matches:
            print(f"memory: nothing that is remembered is like {words!r}", file=sys.stderr)
        for row, found in matches:
            whose = f"  (voice {voice})" if (voice := found.attrs.get("voice")) else ""
            print(f"{row.name}  {clock(found.start_ns)}-{clock(found.end_ns)}  {found.score:.2f}  {found.text}{whose}")


@app.command()
@_told
def export(
    folder: Folder, out: Annotated[Path, typer.Argument(metavar="ZIP", help="The file that is written.")]
) -> None:
    """Everything as a zip: JSON lines, key frames, and a page to look at. Of a damaged memory whatever can be read, and
    exit code 1."""
    _check_place(out, folder)
    with Album(folder, damaged=True) as album:
        missing = export_zip(album, out)
    print(out)
    for sentence in missing:
        print(f"missing from it: {sentence}", file=sys.stderr)
    if missing:
        raise typer.Exit(1)


@app.command()
@_told
def stats(folder: Folder) -> None:
    """How much is kept, as JSON."""
    with Album(folder) as album:
        print(json.dumps({name: int(number) for name, number in album.archive.numbers().items()}))


@app.command()
@_told
def verify(
    folder: Folder,
    pattern: Annotated[
        str, typer.Option(help="Also search every file for this text, whatever its case; it must not be there.")
    ] = "",
) -> None:
    """Is the memory whole? Exit code 1 if not."""
    with Album(folder, damaged=True) as album:
        in_use = owner_of(folder) is not None
        found = list(problems(folder, album.store, album.archive, in_use=in_use, lost=album.lost))
        if pattern:
            found += [f"{name} holds {pattern!r}" for name in traces(folder, album.store, pattern)]
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(1)
    print("the memory is whole" + (f" and holds no {pattern!r}" if pattern else ""))


@app.command()
@_told
def forget(
    folder: Folder,
    last: Annotated[
        str,
        typer.Option(
            help="The last 90s, 5m, 1.5h ... up to the end of the newest session, and of live ones beside it."
        ),
    ] = "",
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(help="From A to B: 90, 1:30, or a civil time, of this machine's zone unless it names another."),
    ] = None,
    matching: Annotated[str, typer.Option(help="Whatever holds these words.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All of it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase: from the database, the indexes, the key frames, and every running process. Says what is left, if any. Exit
    code 1 if something is, or if nothing was there to forget."""
    if sum((bool(last), between is not None, bool(matching.strip()), everything)) != 1:
        raise ValueError("say what to forget: one of --last, --between, --matching and --all")
    with Album(folder) as album:
        spans = _spans(album, last, between)
    if everything and not yes:
        typer.confirm(f"Forget everything in {folder}?", abort=True)
    request = {"command": "forget", "spans": spans, "matching": matching, "everything": everything}
    owner = owner_of(folder)
    if owner is not None and owner.address is not None:
        try:
            done = knock(owner.address, request)
        except TimeoutError:
            raise ValueError(
                f"process {owner.pid}, which uses this memory, has not said within {PATIENCE_S:.0f} s that it is done; "
                "it may still be erasing, so leave it running and try again in a while"
            ) from None
        except OSError:  # it ended without tidying up; the folder is free
            done = _alone(folder, spans, matching, everything)
    else:
        done = _alone(folder, spans, matching, everything)
    if "error" in done:
        raise ValueError(done["error"])
    nothing = not (done["events"] or done["clips"] or done["pictures"])
    if nothing:
        which = f" that holds {matching!r}" if matching else "" if everything else " of that time"
        print(f"forgot nothing: nothing{which} is remembered")
    else:
        print(f"forgot {done['events']} events, {done['clips']} clips, {done['pictures']} key frames")
    for service in done["silent"]:
        print(f"{service} did not say that it dropped it", file=sys.stderr)
    for name in done["left"]:
        print(f"{name} still holds some of it", file=sys.stderr)
    if done["left"] or done["silent"] or (nothing and not everything):
        raise typer.Exit(1)


def _check_place(out: Path, folder: Path) -> None:
    """What is written must find a folder, and stand where it does not look like a part of the memory."""
    if out.is_dir():
        raise ValueError(f"{out} is a folder; give the name of a file")
    if not out.parent.is_dir():
        raise ValueError(f"there is no folder {out.parent} for {out.name}; make it, or choose another place")
    if out.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{out} is inside of the memory, where it would keep what is forgotten; choose another place")


def _spans(album: Album, last: str, between: tuple[str, str] | None) -> list[tuple[int, int, int]]:
    rows = album.store.reaching()
    if not rows or not (last or between):
        return []
    newest = rows[-1]
    if last:
        length_ns = round(length_s(last) * 1e9)
        if not length_ns:
            raise ValueError(f"--last {last} is no time at all; write 90s, 5m, 1.5h or 2d")
        return of_the_last(length_ns, rows, [album.end_ns(row) for row in rows], ALWAYS)
    assert between is not None
    from_ns, to_ns = (moment_ns(text, newest.start_unix_s) for text in between)
    if from_ns > to_ns:
        raise ValueError(f"{between[0]} is after {between[1]}")
    if "-" not in between[0]:  # media time, not a civil one
        return [(newest.no, from_ns, to_ns)]
    apart = [(row.no, round((newest.start_unix_s - row.start_unix_s) * 1e9)) for row in rows]
    return [(no, from_ns + offset, to_ns + offset) for no, offset in apart]  # a civil time may lie in any session


def _alone(folder: Path, spans: list[tuple[int, int, int]], matching: str, everything: bool) -> dict[str, object]:
    """Erase from a memory that nobody uses."""
    from memory.keeper import Keeper  # faiss is needed here only
    from memory.upkeep import Wish

    with Album(folder) as album:
        dims = album.dims()
    keeper = Keeper(str(folder), *dims)
    try:
        done = keeper.upkeep.settle(keeper.upkeep.erase(Wish(tuple(spans), matching, everything)))
    finally:
        keeper.close()
    return {
        "events": done.events, "clips": done.clips, "pictures": done.pictures, "left": done.left, "silent": [],
    }  # fmt: skip
