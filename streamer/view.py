"""Who watches a replay: a terminal, a test, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class View(Protocol):
    """Told of the dialogue as it happens; times are media time."""

    def heard(self, t_ns: int, text: str) -> None:
        """Somebody spoke in the stream."""

    def asked(self, t_ns: int, identity: str, text: str) -> None:
        """A question of the script."""

    def answered(self, t_ns: int, identity: str, heard: str, cut: bool) -> None:
        """A reply is over; `heard` is the part that was played."""

    def warned(self, t_ns: int, sentence: str) -> None: ...

    def reached(self, t_ns: int) -> None:
        """Perception has worked through everything before t_ns."""

    def settled(self, t_ns: int) -> None:
        """Nothing from before t_ns will be told any more."""

    def forgot(self, gone: Callable[[int], bool]) -> None:
        """What happened at such times was erased; what waits to be shown of it is not."""


class NoView:
    """Nobody watches."""

    def heard(self, t_ns: int, text: str) -> None: ...
    def asked(self, t_ns: int, identity: str, text: str) -> None: ...
    def answered(self, t_ns: int, identity: str, heard: str, cut: bool) -> None: ...
    def warned(self, t_ns: int, sentence: str) -> None: ...
    def reached(self, t_ns: int) -> None: ...
    def settled(self, t_ns: int) -> None: ...
    def forgot(self, gone: Callable[[int], bool]) -> None: ...
