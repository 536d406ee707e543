"""A replay on a terminal: the dialogue line by line, and a progress bar with the real-time factor."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from streamer.times import clock_text
from wire.boxes import without_boxes

_MARK_WIDTH = 10  # of "answered: "


class TerminalView:
    """Use as a context manager. Without a terminal the bar is left out and the lines are plain.

    in_order: lines wait until no earlier one can come, as is wanted when a replay outruns its own answers; else each
    is shown at once."""

    def __init__(self, console: Console, duration_ns: int, wall_ns: Callable[[], int], *, in_order: bool) -> None:
        self._in_order = in_order
        self._waiting: list[tuple[int, int, Text]] = []
        self._serial = 0
        self._console = console
        self._duration_ns = duration_ns
        self._wall_ns = wall_ns
        self._start_ns = wall_ns()
        self._progress = Progress(
            BarColumn(None),
            TextColumn("{task.fields[position]}", style="bold"),
            TextColumn("{task.fields[speed]}", style="cyan"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar = self._progress.add_task("", total=max(1, duration_ns), position="", speed="")

    def __enter__(self) -> TerminalView:
        self._progress.start()
        self._start_ns = self._wall_ns()
        self.reached(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.settled(1 << 62)
        self._progress.stop()

    def heard(self, t_ns: int, text: str) -> None:
        self._line(t_ns, "heard", text, "blue")

    def asked(self, t_ns: int, identity: str, text: str) -> None:
        self._line(t_ns, "asked", f"{text}  ({identity})", "bold magenta")

    def answered(self, t_ns: int, identity: str, heard: str, cut: bool) -> None:
        rest = " … (cut)" if cut and heard else ("(cut before it began)" if cut else "")
        self._line(t_ns, "answered", f"{without_boxes(heard)}{rest}  ({identity})", "bold green")

    def warned(self, t_ns: int, sentence: str) -> None:
        self._line(t_ns, "warning", sentence, "bold yellow")

    def reached(self, t_ns: int) -> None:
        wall_s = (self._wall_ns() - self._start_ns) / 1e9
        speed = f"{t_ns / 1e9 / wall_s:.1f}x real time" if wall_s > 0 and t_ns else ""
        self._progress.update(
            self._bar,
            completed=t_ns,
            position=f"{clock_text(t_ns)} / {clock_text(self._duration_ns)}",
            speed=speed,
        )

    def settled(self, t_ns: int) -> None:
        while self._waiting and self._waiting[0][0] < t_ns:
            self._console.print(heapq.heappop(self._waiting)[2], soft_wrap=True)

    def forgot(self, gone: Callable[[int], bool]) -> None:
        self._waiting = [line for line in self._waiting if not gone(line[0])]
        heapq.heapify(self._waiting)

    def _line(self, t_ns: int, mark: str, words: str, style: str) -> None:
        line = Text.assemble((f"{clock_text(t_ns):>7}  ", "dim"), (f"{mark}:".ljust(_MARK_WIDTH), style), (words, ""))
        self._serial += 1
        heapq.heappush(self._waiting, (t_ns, self._serial, line))
        if not self._in_order:
            self.settled(1 << 62)
