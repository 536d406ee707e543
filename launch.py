"""The command line: `omnilive COMMAND`, or `python launch.py COMMAND`.

Each command lives in a package's cli.py and is imported when it is called, so that --help is instant and a command
needs no more libraries than it uses.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import click
import typer
from typer.core import TyperGroup

# name: (module:function or Typer app, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "replay": ("streamer.cli:replay", "Run a recorded stream through the three processes and answer its questions."),
}


class LazyCommands(TyperGroup):
    """Commands that are imported when they are called; the list of them needs no import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        target, help_line = COMMANDS[cmd_name]
        if not _called(ctx, cmd_name):
            return click.Command(cmd_name, help=help_line)  # only its line in the list is wanted
        module, _, attribute = target.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        return typer.main.get_command(found if isinstance(found, typer.Typer) else _app(cmd_name, found))


def _called(ctx: click.Context, name: str) -> bool:
    """True when `name` is being run rather than listed."""
    return bool(ctx.protected_args if hasattr(ctx, "protected_args") else ctx._protected_args) or name in ctx.args


def _app(name: str, function: Callable[..., Any]) -> typer.Typer:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(name)(function)
    return app


app = typer.Typer(
    cls=LazyCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="OmniLive sees and hears a live stream, remembers it for hours, and answers by voice.",
)


@app.callback()
def _root() -> None:
    """OmniLive sees and hears a live stream, remembers it for hours, and answers by voice."""


def main() -> None:
    """Entry of the console script."""
    app()


if __name__ == "__main__":
    main()
