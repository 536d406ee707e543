"""What was asked and how much of the answers was heard: the history that goes with the next question. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wire.messages import HistoryTurn

TURNS = 6  # that go with a question


@dataclass(slots=True)
class _Turn:
    t_ns: int
    question: str
    heard: str | None = None  # None until the reply is over


class History:
    """The questions of one session, in the order in which they were put."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    def asked(self, reply_id: str, t_ns: int, question: str) -> None:
        self._turns.setdefault(reply_id, _Turn(t_ns, question))

    def played(self, reply_id: str, heard: str) -> None:
        turn = self._turns.get(reply_id)
        if turn is not None and turn.heard is None:
            turn.heard = heard
        over = [key for key, t in self._turns.items() if t.heard is not None]
        for key in over[: -2 * TURNS]:  # what is older goes with no question any more
            del self._turns[key]

    def pending(self) -> list[str]:
        """Replies that are not over yet, oldest first."""
        return [key for key, turn in self._turns.items() if turn.heard is None]

    def turns(self, limit: int = TURNS) -> tuple[HistoryTurn, ...]:
        """The last turns of which something was heard, oldest first."""
        heard = [t for t in self._turns.values() if t.heard]
        return tuple(HistoryTurn(t_ns=t.t_ns, question=t.question, heard=t.heard or "") for t in heard[-limit:])

    def renew(self, turns: Iterable[tuple[str, int, str, str | None]]) -> None:
        """Hold these and nothing else."""
        self._turns.clear()
        self.resume(turns)

    def resume(self, turns: Iterable[tuple[str, int, str, str | None]]) -> None:
        """(reply, t, question, heard or None) as they were stored."""
        for reply_id, t_ns, question, heard in turns:
            self._turns[reply_id] = _Turn(t_ns, question, heard)
