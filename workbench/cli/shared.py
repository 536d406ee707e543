"""What the commands have in common: options, errors as one sentence, and how far a load is."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

BAD_INPUT = 2  # exit code: what was asked for cannot be done
STOPPED = 130

Profile = Annotated[str, typer.Option(help="Whose models: omnilive-7b, internvl2-8b, remote, ...")]
ConfigFile = Annotated[Path | None, typer.Option(help="A TOML file instead of a profile.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one value of the profile.")
]
Checkpoint = Annotated[str, typer.Option(help="Folder or hub id of the reasoner, instead of the profile's.")]

P = ParamSpec("P")
R = TypeVar("R")


def fail(command: str, sentence: str, code: int = BAD_INPUT) -> NoReturn:
    """End with one sentence on standard error."""
    print(f"omnilive {command}: {sentence}", file=sys.stderr)
    raise typer.Exit(code)


def told(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """What the user can mend becomes one sentence and exit code 2; Ctrl-C becomes exit code 130."""

    def wrap(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            from wire.config import ConfigError
            from wire.registry import BackendError
            from workbench.errors import Unusable

            try:
                return command(*args, **kwargs)
            except (ConfigError, BackendError, Unusable, ValueError, OSError) as error:
                fail(name, str(error))
            except RuntimeError as error:
                if type(error).__name__ != "OutOfMemoryError":  # PyTorch's, which is not imported for it
                    raise
                fail(
                    name,
                    "the GPU's memory is full; ask with fewer pictures, beams or questions, or set bits",
                    1,
                )
            except KeyboardInterrupt:
                raise typer.Exit(STOPPED) from None

        return run

    return wrap


@contextmanager
def loads_shown(console: Console) -> Iterator[None]:
    """Size and time of every load inside it: a bar on a terminal, one line otherwise; libraries are silent."""
    import transformers

    from models.loading import Loaded, size_text, watching
    from wire.clock import SystemClock

    chatter: Any = transformers.logging
    chatter.set_verbosity_error()
    chatter.disable_progress_bar()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    clock, begun = SystemClock(), dict[str, int]()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def watch(loaded: Loaded) -> None:
            name = str(loaded.source)
            if name not in tasks:
                tasks[name], begun[name] = progress.add_task(name, total=loaded.total_bytes), clock.now_ns()
            progress.update(tasks[name], completed=loaded.done_bytes)
            if loaded.done_bytes == loaded.total_bytes:
                seconds = (clock.now_ns() - begun.pop(name)) / 1e9
                progress.remove_task(tasks.pop(name))
                line = f"loaded {name}: {size_text(loaded.total_bytes)} in {seconds:.1f} s"
                console.print(line, style="dim", soft_wrap=True)

        with watching(watch):
            yield
