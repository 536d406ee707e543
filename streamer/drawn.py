"""What memory draws of itself for the report, and acknowledgements that wait until no report shows what was erased."""

from __future__ import annotations

from collections.abc import Callable

from wire import messages as m


class Drawn:
    """`post` sends messages; it never waits. html: the drawing, "" before it was asked for."""

    def __init__(self, post: Callable[[list[m.Message]], None]) -> None:
        self.html = ""
        self.reporting = False  # a report is being made, and may hold what is erased now
        self._post = post
        self._request: m.MemoryRequest | None = None
        self._serial = 0
        self._owed: list[m.Message] = []

    def ask(self, session: str, t_ns: int) -> None:
        """Ask for the drawing, anew."""
        self._serial += 1
        self._request = m.MemoryRequest(
            session=session, t_ns=t_ns, request_id=f"drawing-{self._serial}", what="drawing"
        )
        self._post([self._request])

    def take(self, reply: m.MemoryReply) -> None:
        if self._request is not None and reply.request_id == self._request.request_id:
            self.html, self._request = reply.html.decode(errors="replace"), None

    def asked(self) -> list[m.Message]:
        """What a memory that is back must be asked again."""
        return [] if self._request is None else [self._request]

    def forgotten(self, done: m.Forgotten) -> None:
        """Something was erased: acknowledge it, once there is a report without it if one is being made."""
        if self.reporting:
            self._owed.append(done)
        else:
            self._post([done])

    @property
    def settled(self) -> bool:
        """The drawing is there, or something was erased that must not wait for it: memory waits for us."""
        return self._request is None or bool(self._owed)

    @property
    def owes(self) -> bool:
        return bool(self._owed)

    def take_owed(self) -> list[m.Message]:
        owed, self._owed = self._owed, []
        return owed
