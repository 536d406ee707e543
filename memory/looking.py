"""What the edge asks to see of a session, beside its questions. Moves data, no messages."""

from __future__ import annotations

from memory.draft import Inquiry
from memory.embedder import Probe
from memory.query import Query
from wire.messages import Cues, Evidence, MemoryRequest
from wire.worker import Worker


class Looking:
    """Into one session. space: of the text encoder."""

    def __init__(self, session: int, keeper: Worker, embedder: Worker, space: str) -> None:
        self._session = session
        self._keeper = keeper
        self._embedder = embedder
        self._space = space

    async def look(self, request: MemoryRequest, end_ns: int) -> tuple[tuple[Evidence, ...], dict[str, float]]:
        """Timeline, search, picture or stats, up to end_ns."""
        match request.what:
            case "timeline":
                rows = await self._keeper.call("timeline", self._session, request.start_ns, end_ns, request.limit)
                return rows, {}
            case "search":
                return await self._search(request, end_ns), {}
            case "picture":
                jpeg: bytes | None = await self._keeper.call("picture", request.argument)
                if jpeg is None:
                    return (), {}
                shown = Evidence(start_ns=0, end_ns=0, kind="picture", text="", key_frame=request.argument, jpeg=jpeg)
                return (shown,), {}
            case _:
                return (), await self._keeper.call("numbers")

    async def _search(self, request: MemoryRequest, end_ns: int) -> tuple[Evidence, ...]:
        cues = Cues(start_ns=request.start_ns, end_ns=end_ns, spanned=request.start_ns > 0)
        probe: Probe = await self._embedder.call("vectors", cues, Inquiry(request.argument))
        query = Query(
            session=self._session, t_ns=end_ns, cues=cues, texts=probe.texts, vectors=probe.vectors, space=self._space
        )
        found: tuple[Evidence, ...] = await self._keeper.call("find", query, request.limit)
        return found
