"""The command line: `omnilive COMMAND`, or `python launch.py COMMAND`.

Each command lives in a package's cli.py and is imported when it is called, so that --help is instant and a command
needs no more libraries than it uses.
"""

from __future__ import annotations

import importlib
import sys

import typer

# name: (module:function or Typer app, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "replay": ("streamer.cli:replay", "Run a recorded stream through the three processes and answer its questions."),
    "chat": ("workbench.cli.chat:chat", "Talk with a profile's models about pictures, videos and sound."),
    "compose": ("workbench.cli.compose:app", "Write articles and pages with a profile's model."),
    "doctor": ("workbench.cli.doctor:doctor", "Say what a profile needs and what is missing."),
    "embed": ("workbench.cli.embed:embed", "Write features of pictures, or how well texts fit them."),
    "memory": ("memory.cli:app", "Look at what is remembered, and erase it."),
}


def build(called: str) -> typer.Typer:
    """The command line in which the command `called` is the real one; of the others only the help line is there."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="OmniLive sees and hears a live stream, remembers it for hours, and answers by voice.",
    )
    app.callback()(_root)
    for name, (target, help_line) in COMMANDS.items():
        if name != called:
            app.command(name, help=help_line)(_root)
            continue
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, help=help_line)
        else:
            app.command(name)(command)
    return app


def _root() -> None:
    """Stands for the program itself, and for commands that are only listed."""


def main() -> None:
    """Entry of the console script."""
    build(next((word for word in sys.argv[1:] if not word.startswith("-")), ""))()


if __name__ == "__main__":
    main()
