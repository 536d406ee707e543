"""What each frame shows becomes what lasts from when to when.

Owns the states that are in view now and how they hold on through a frame or two in which they were not seen. Knows
one session's frames in order; not what is stored or asked. Nothing here depends on anything but those frames.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace

from memory.events import INSTANT, OPEN, Event, row_id
from memory.readings import same_line
from memory.sentences import sentence
from wire.messages import Observation

GRACE_FRAMES = 2  # a state may be unseen for that many frames and is still the same
GRACE_NS = 5_000_000_000  # ... but not longer than this, however slowly frames come
# Detectors of these flicker: a state is believed when it was seen in two frames, or while it is in the newest one.
_BELIEVED_AFTER = {"people": 2, "face": 2, "object": 2, "motion": 2}
_READ = frozenset({"text"})  # compared as readings, one to one
_COUNTED = frozenset({"people", "face"})  # one count at a time; none seen is no state

Key = tuple[str, ...]


@dataclass(slots=True)
class _State:
    """One state in view, or missing for a moment."""

    serial: int
    key: Key
    first: Observation
    start_ns: int
    seen_ns: int
    frames: int = 0
    missing: int = 0
    values: float = 0.0
    best_score: float = 0.0
    readings: Counter[str] = field(default_factory=Counter)
    attrs: dict[str, Counter[str]] = field(default_factory=dict)
    key_frame: str = ""
    stored: Event | None = None

    @property
    def believed(self) -> bool:
        return self.frames >= _BELIEVED_AFTER.get(self.first.kind, 1)

    def see(self, seen: Observation, t_ns: int) -> None:
        self.seen_ns, self.missing = t_ns, 0
        self.frames += 1
        self.values += seen.value
        self.best_score = max(self.best_score, seen.score)
        self.readings[seen.text] += max(1, round(100 * seen.score))
        for name, value in seen.attrs.items():
            self.attrs.setdefault(name, Counter())[value] += 1

    def event(self, session: int) -> Event:
        kind = self.first.kind
        subject = _most(self.readings)
        attrs = {name: _most(counted) for name, counted in sorted(self.attrs.items())}
        value = self.first.value if kind in _COUNTED else round(self.values / self.frames, 3)
        return Event(
            id=row_id(session, self.serial),
            session=session,
            kind=kind,
            start_ns=self.start_ns,
            end_ns=OPEN if not self.missing else self.seen_ns,
            text=sentence(kind, subject, value, attrs),
            subject=str(round(value)) if kind in _COUNTED else subject,
            value=value,
            score=round(self.best_score, 3),
            track=self.first.track,
            attrs=attrs,
            key_frame=self.key_frame,
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written: events new or changed, and ids of events that turned out to be nothing."""

    events: tuple[Event, ...] = ()
    dropped: tuple[int, ...] = ()


class Intervals:
    """The states in view of one session."""

    def __init__(self, session: int, next_serial: Callable[[], int]) -> None:
        self._session = session
        self._next_serial = next_serial
        self._states: list[_State] = []
        self._before: frozenset[tuple[str, str, int]] = frozenset()  # moments of the frame before
        self._written: list[Event] = []  # since the last take
        self._dropped: list[int] = []

    def see(self, t_ns: int, seen: Iterable[Observation], *, redundant: bool = False, cut: bool = False) -> bool:
        """Take the next frame. redundant: it repeats the frame before; cut: another scene begins with it.

        True if something new is in view, so that the frame is worth a picture.
        """
        there = [o for o in seen if not (o.kind in _COUNTED and round(o.value) <= 0)]
        met = self._match([o for o in there if o.kind not in INSTANT], t_ns)
        moments = self._moments([o for o in there if o.kind in INSTANT], t_ns, redundant)
        self._miss(met, t_ns, cut)
        self._written += moments
        return bool(moments) or any(state.start_ns == t_ns for state in self._states)

    def take(self, picture: str) -> Changes:
        """What changed since the last take. picture: the key frame that shows what began in the frame just seen."""
        for state in self._states:
            if not state.missing:
                state.key_frame = state.key_frame or picture
        self._written = [e if e.key_frame else replace(e, key_frame=picture) for e in self._written]
        self._write_all(doubtful=False)
        changes = Changes(tuple(self._written), tuple(self._dropped))
        self._written, self._dropped = [], []
        return changes

    def doubtful(self) -> tuple[Event, ...]:
        """States of the newest frame that are not believed yet; a question asked now may still be about them."""
        self._write_all(doubtful=True)
        written, self._written = tuple(self._written), []
        return written

    def forget(self, from_ns: int, to_ns: int, gone: Callable[[str], bool]) -> None:
        """Drop what was in view in the span; if it still is, it begins anew with the next frame. gone: whether a key
        frame went."""
        self._states = [state for state in self._states if state.seen_ns < from_ns or state.start_ns > to_ns]
        for state in self._states:
            if gone(state.key_frame):
                state.key_frame = ""
        self._written, self._dropped = [], []

    def let_go(self, to_ns: int, pictures: Container[str]) -> None:
        """Nothing up to to_ns is kept, nor are these key frames: what was seen since then begins after it."""
        self._states = [state for state in self._states if state.seen_ns > to_ns]
        for state in self._states:
            state.start_ns = max(state.start_ns, to_ns + 1)
            if state.key_frame in pictures:
                state.key_frame = ""

    def sentences(self) -> list[str]:
        """What is in view, in the order in which it came."""
        return [s.event(self._session).text for s in self._states if s.believed and not s.missing]

    def finish(self) -> Changes:
        """The stream is over: what is in view ends where it was last seen."""
        self._miss(set(), max((s.seen_ns for s in self._states), default=0), cut=True)
        return self.take("")

    def resume(self, events: Iterable[Event], seen_ns: int) -> None:
        """Take up states that were in view when the process ended, at seen_ns."""
        for event in events:
            first = Observation(
                kind=event.kind,
                text="" if event.kind in _COUNTED else event.subject,
                value=event.value,
                score=event.score,
                track=event.track,
                attrs=dict(event.attrs),
            )
            state = _State(event.id & 0xFFFFFFFF, _key(first), first, event.start_ns, seen_ns)
            state.key_frame, state.stored = event.key_frame, event
            for _ in range(_BELIEVED_AFTER.get(event.kind, 1)):
                state.see(first, seen_ns)
            self._states.append(state)

    # ---- one frame -----------------------------------------------------------------------------------------------

    def _match(self, seen: list[Observation], t_ns: int) -> set[int]:
        """Give each observation to its state, exact readings first. Returns the serials met."""
        met: set[int] = set()
        left: list[Observation] = []
        for observation in seen:
            exact = self._find(met, _key(observation), observation, exact=True)
            if exact is None:
                left.append(observation)
            else:
                exact.see(observation, t_ns)
                met.add(exact.serial)
        for observation in left:
            state = self._find(met, _key(observation), observation, exact=False)
            if state is None:
                state = _State(self._next_serial(), _key(observation), observation, t_ns, t_ns)
                self._states.append(state)
            state.see(observation, t_ns)
            met.add(state.serial)
        return met

    def _find(self, met: set[int], key: Key, seen: Observation, *, exact: bool) -> _State | None:
        for state in self._states:
            if state.serial in met or state.key[0] != key[0]:
                continue
            if seen.kind not in _READ:
                if state.key == key:
                    return state
            elif seen.text in state.readings or (not exact and any(same_line(seen.text, r) for r in state.readings)):
                return state
        return None

    def _miss(self, met: set[int], t_ns: int, cut: bool) -> None:
        """Count the frames in which a state was not seen, and let go of those that are over."""
        for state in list(self._states):
            if state.serial in met:
                continue
            state.missing += 1
            if state.stored is not None and not state.believed:
                self._dropped.append(state.stored.id)  # it was written while it was doubtful, and was nothing
                state.stored = None
            if cut or state.missing > GRACE_FRAMES or t_ns - state.seen_ns > GRACE_NS:
                self._write(state, doubtful=False)
                self._states.remove(state)

    def _moments(self, seen: list[Observation], t_ns: int, redundant: bool) -> list[Event]:
        """Things that happen at one moment; a repeated frame does not make them happen again."""
        now = frozenset((o.kind, o.text, o.track) for o in seen)
        repeated = self._before if redundant else frozenset()
        self._before = now
        return [
            Event(
                id=row_id(self._session, self._next_serial()),
                session=self._session,
                kind=o.kind,
                start_ns=t_ns,
                end_ns=t_ns,
                text=sentence(o.kind, o.text, o.value, o.attrs),
                subject=o.text,
                value=round(o.value, 3),
                score=round(o.score, 3),
                track=o.track,
                attrs=dict(o.attrs),
            )
            for o in seen
            if (o.kind, o.text, o.track) not in repeated
        ]

    # ---- what is to be written -------------------------------------------------------------------------------------

    def _write_all(self, *, doubtful: bool) -> None:
        for state in self._states:
            self._write(state, doubtful=doubtful)

    def _write(self, state: _State, *, doubtful: bool) -> None:
        """Note the event of a state if it is to be written and differs from what was."""
        if not state.believed and not (doubtful and not state.missing):
            return
        event = state.event(self._session)
        if state.stored is None or not _alike(state.stored, event):
            state.stored = event
            self._written.append(event)


def _alike(a: Event, b: Event) -> bool:
    """Nothing worth a write lies between them: a mean value that moves a little is not."""
    return a == replace(b, value=a.value, score=a.score)


def _most(counted: Counter[str]) -> str:
    """The most counted; the first one seen among equals."""
    return max(counted, key=counted.__getitem__) if counted else ""


def _key(seen: Observation) -> Key:
    """What makes two observations the same state; readings are compared by themselves."""
    if seen.kind in _READ:
        return (seen.kind,)
    if seen.kind in _COUNTED:
        return (seen.kind, str(round(seen.value)))
    if seen.track:
        return (seen.kind, seen.text if seen.kind == "motion" else "", str(seen.track))
    return (seen.kind, seen.text, *(seen.attrs.get(name, "") for name in ("role", "colour", "shape")))
