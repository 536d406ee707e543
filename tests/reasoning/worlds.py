"""Small remembered worlds, and a recall over them that keeps memory's promise: the log of kinds and span."""

from __future__ import annotations

from collections.abc import Sequence

from memory.question import understand
from wire.messages import Evidence, HistoryTurn, Question

S = 1_000_000_000


def event(
    kind: str, start_s: float, end_s: float, subject: str = "", value: float = 0.0, track: int = 0, **attrs: str
) -> Evidence:
    return Evidence(
        start_ns=round(start_s * S), end_ns=round(end_s * S), kind=kind, text=subject, subject=subject, value=value,
        track=track, attrs=attrs,
    )  # fmt: skip


def ask(
    world: Sequence[Evidence],
    text: str,
    t_s: float,
    *,
    options: tuple[str, ...] = (),
    history: tuple[HistoryTurn, ...] = (),
    source: str = "typed",
) -> Question:
    """The question that memory would send at t_s: states cut at that moment, nothing later."""
    t_ns = round(t_s * S)
    cues = understand(text, t_ns=t_ns, options=options, history=history)
    known = [cut(e, t_ns) for e in world if e.start_ns <= t_ns]
    log = [e for e in known if e.kind in cues.kinds and _in_span(e, cues.start_ns, cues.end_ns, cues.now, t_ns)]
    return Question(
        session="s", t_ns=t_ns, turn=1, id="q", reply_id="r", why="asked", source=source, text=text, cues=cues,  # type: ignore[arg-type]
        options=options, history=history, log=tuple(sorted(log, key=lambda e: e.start_ns)),
    )  # fmt: skip


def cut(e: Evidence, t_ns: int) -> Evidence:
    return Evidence(
        start_ns=e.start_ns, end_ns=min(e.end_ns, t_ns), kind=e.kind, text=e.text, subject=e.subject, value=e.value,
        track=e.track, attrs=e.attrs,
    )  # fmt: skip


def _in_span(e: Evidence, start_ns: int, end_ns: int, now: bool, t_ns: int) -> bool:
    if now:
        start_ns = max(start_ns, t_ns - 10 * S)
    return e.start_ns <= end_ns and e.end_ns >= start_ns


# A walk through a town: what a narrator tells (as recognised), signs, shapes, light, people, a code, music.
TOWN = (
    event("colour", 0, 29, "grey", 0.7, role="background"),
    event("light", 0, 62, "normal", 0.5),
    event("text", 5, 20, "GREEN LEAF CAFE", colour="green", ink="white"),
    event("text", 5, 20, "OPEN 9 TO 5", colour="green", ink="white"),
    event("speech", 2, 5, "good morning and welcome to our little tour of the town"),
    event("speech", 7, 10, "my name is susan and i will be your guide today"),
    event("speech", 22, 25, "the museum opens at ten in the morning"),
    event("colour", 30, 49, "blue", 0.8, role="background"),
    event("text", 30, 49, "YEARLY REPORT", colour="white", ink="blue"),
    event("text", 30, 49, "Visitors 420", colour="white", ink="black"),
    event("text", 30, 49, "New shops 17", colour="white", ink="black"),
    event("speech", 33, 36, "last year was a good year for the town"),
    event("colour", 50, 79, "beige", 0.7, role="background"),
    event("object", 51, 60, "red circle", 0.05, track=4, colour="red", shape="circle", position="left"),
    event("motion", 51, 60, "right", 0.1, track=4, colour="red", shape="circle"),
    event("light_change", 63, 63, "darker", -0.4),
    event("light", 63, 70, "dark", 0.1),
    event("light_change", 71, 71, "brighter", 0.4),
    event("light", 71, 200, "normal", 0.5),
    event("speech", 66, 69, "this is the old town hall where the doctor has an office"),
    event("entered", 82, 82, value=1, track=7, side="left"),
    event("people", 82, 85, "1", 1),
    event("entered", 86, 86, value=2, track=8, side="right"),
    event("people", 86, 96, "2", 2),
    event("left", 97, 97, value=1, track=7, side="left"),
    event("people", 97, 99, "1", 1),
    event("left", 100, 100, value=0, track=8, side="right"),
    event("colour", 80, 119, "grey", 0.7, role="background"),
    event("sound", 102, 110, "music", 1.0),
    event("text", 103, 118, "TICKETS", colour="purple", ink="white"),
    event("code", 104, 118, "https://example.org/tour"),
    event("speech", 111, 114, "there is a concert in the park on friday evening"),
    event("colour", 120, 139, "green", 0.8, role="background"),
    event("text", 121, 129, "HOME 1", colour="black", ink="yellow"),
    event("text", 129, 139, "HOME 3", colour="black", ink="yellow"),
    event("text", 121, 139, "GUESTS 2", colour="black", ink="yellow"),
    event("speech", 123, 126, "the ticket for the museum costs seven dollars"),
    event("colour", 140, 146, "yellow", 0.8, role="background"),
    event("colour", 147, 159, "purple", 0.8, role="background"),
    event("object", 148, 156, "blue square", 0.05, track=9, colour="blue", shape="square", position="right"),
    event("motion", 148, 156, "left", 0.1, track=9, colour="blue", shape="square"),
    event("speech", 150, 153, "the key of the tower is under the flower pot"),
    event("sound", 158, 158, "bang", 1.0),
    event("colour", 160, 200, "grey", 0.8, role="background"),
    event("text", 162, 200, "WAY OUT", colour="red", ink="white"),
    event("speech", 165, 168, "that was our tour and thank you for coming"),
)
