"""`omnilive doctor`: what a profile needs and what of it is missing, before anything is loaded."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from workbench.cli.shared import ConfigFile, Overrides, Profile, told

MARKS = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "missing": "[bold red]missing[/]"}


@told("doctor")
def doctor(
    profile: Profile = "lite",
    config: ConfigFile = None,
    overrides: Overrides = None,
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """Say what a profile needs and what is missing. Exit code 0 when it can run, 1 when not."""
    from rich.table import Table

    from wire import config as configuration
    from workbench.doctor import examine
    from workbench.findings import as_json, can_run

    loaded = configuration.load(profile, config, overrides or ())
    name = str(config or profile)
    findings = list(examine(loaded, name))
    if json:
        print(as_json(name, findings))
        raise typer.Exit(0 if can_run(findings) else 1)
    console = Console(highlight=False)
    table = Table(title=f"profile {name}", title_justify="left", show_lines=False)
    table.add_column("part", overflow="fold", max_width=30)
    table.add_column("")
    table.add_column("found", overflow="fold")
    table.add_column("to do", overflow="fold", max_width=34)
    for one in findings:
        table.add_row(one.part, MARKS[one.state], _plain(one.what), _plain(one.fix))
    console.print(table)
    n_missing = sum(one.state == "missing" for one in findings)
    verdict = f"it cannot run: {n_missing} missing" if n_missing else "it can run"
    console.print(verdict, style="bold red" if n_missing else "bold green")
    raise typer.Exit(0 if can_run(findings) else 1)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
