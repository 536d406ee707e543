"""When a replay's replies would be heard, and how much of them. Pure: media time in, media time out.

A reply starts `delay` after its question, or when the reply before it is over. A voice that sets in pauses it; a
false alarm resumes it where it was; words that are a newer spoken turn cut it for good. A voice that stopped and led
to nothing within `patience` counts as a false alarm. A reply that could begin only `longest_wait` after its question
or later is shown when it is due and not spoken. What happens at one time is told before that time is `known`,
so that the outcome does not depend on how fast anything ran.
"""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Container
from dataclasses import dataclass, replace
from enum import IntEnum

FOREVER_NS = 1 << 62


class What(IntEnum):
    """What a voice did. The order is that of events at one time."""

    ONSET = 0
    STOPPED = 1
    FALSE = 2
    TURN = 3


@dataclass(frozen=True, order=True, slots=True)
class VoiceEvent:
    t_ns: int
    what: What
    turn: int = 0  # of a TURN


@dataclass(frozen=True, slots=True)
class Phrase:
    """One speakable phrase and how long its audio lasts; 0 when it has none and is only shown."""

    text: str
    length_ns: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply. turn: that of its question."""

    reply_id: str
    turn: int
    t_query_ns: int
    text: str
    phrases: tuple[Phrase, ...]

    @property
    def length_ns(self) -> int:
        return sum(phrase.length_ns for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Segment:
    """From t_ns on, length_ns of the reply's audio are heard, beginning offset_ns into it."""

    t_ns: int
    offset_ns: int
    length_ns: int


@dataclass(frozen=True, slots=True)
class Playback:
    """How a reply went. The first two times are None when it never came so far."""

    reply: Reply
    heard: str
    t_first_token_ns: int | None
    t_first_audio_ns: int | None
    t_end_ns: int
    cut: bool
    segments: tuple[Segment, ...]


class Playout:
    """One session's loudspeaker. Add replies in the order in which they may be heard."""

    def __init__(self, delay_ns: int, patience_ns: int, longest_wait_ns: int = FOREVER_NS) -> None:
        self._delay_ns = delay_ns
        self._patience_ns = patience_ns
        self._longest_wait_ns = longest_wait_ns
        self._events: list[VoiceEvent] = []
        self._waiting: deque[Reply] = deque()
        self._free_ns = 0  # the reply before is over
        self._known_ns = 0
        self._end_ns = FOREVER_NS

    def voice(self, what: What, t_ns: int, turn: int = 0) -> None:
        """Something that a voice did. One that is told too late counts from the time that is known by now."""
        bisect.insort(self._events, VoiceEvent(max(t_ns, self._known_ns), what, turn))

    def add(self, reply: Reply) -> None:
        self._waiting.append(reply)

    def hush(self, reply_ids: Container[str]) -> None:
        """Keep no words of these replies; each still takes its time."""
        self._waiting = deque(hushed(r) if r.reply_id in reply_ids else r for r in self._waiting)

    def known(self, t_ns: int) -> None:
        """All that voices did before t_ns has been told."""
        self._known_ns = max(self._known_ns, t_ns)

    def end(self, t_ns: int) -> None:
        """The stream is over at t_ns: no voice after it, and a reply that was paused goes on."""
        self._end_ns = t_ns
        self._known_ns = FOREVER_NS

    @property
    def idle(self) -> bool:
        return not self._waiting

    def over(self) -> list[Playback]:
        """The replies whose end is certain by now; each is given once."""
        found: list[Playback] = []
        while self._waiting:
            playback = self._play(self._waiting[0])
            if playback is None:
                break
            self._waiting.popleft()
            self._free_ns = max(self._free_ns, playback.t_end_ns)
            found.append(playback)
        return found

    def _play(self, reply: Reply) -> Playback | None:
        first = bisect.bisect_right(self._events, VoiceEvent(reply.t_query_ns, What.TURN, FOREVER_NS))
        due_ns = reply.t_query_ns + self._delay_ns
        start_ns = max(due_ns, self._free_ns)
        if start_ns - reply.t_query_ns >= self._longest_wait_ns:
            start_ns, reply = due_ns, replace(reply, phrases=tuple(replace(p, length_ns=0) for p in reply.phrases))
        run = _Run(reply, start_ns, self._patience_ns)
        for event in self._events[first:]:
            if event.t_ns > self._known_ns:
                break
            if run.to(event.t_ns):
                return run.playback(cut=False)
            if event.what is What.TURN and event.turn > reply.turn:
                return run.playback(cut=True)
            run.take(event)
        if self._known_ns >= FOREVER_NS:
            if run.to(self._end_ns):
                return run.playback(cut=False)
            run.resume()  # nobody speaks any more
        return run.playback(cut=False) if run.to(self._known_ns) else None


class _Run:
    """One reply on its way through time."""

    def __init__(self, reply: Reply, start_ns: int, patience_ns: int) -> None:
        self._reply = reply
        self._start_ns = start_ns
        self._patience_ns = patience_ns
        self._now_ns = reply.t_query_ns
        self._played_ns = 0
        self._paused = False
        self._stopped_ns: int | None = None  # when the pausing voice stopped
        self._segments: list[Segment] = []
        self._first_ns: int | None = None
        self._end_ns: int | None = None

    def to(self, t_ns: int) -> bool:
        """Play up to t_ns; True when the reply was over by then."""
        t_ns = max(t_ns, self._now_ns)
        if self._paused and self._stopped_ns is not None and self._stopped_ns + self._patience_ns <= t_ns:
            self._now_ns = self._stopped_ns + self._patience_ns
            self.resume()
        if not self._paused and t_ns >= self._start_ns:
            self._play(max(self._now_ns, self._start_ns), t_ns)
        if self._end_ns is None:
            self._now_ns = t_ns
        return self._end_ns is not None

    def _play(self, from_ns: int, to_ns: int) -> None:
        length_ns = min(to_ns - from_ns, self._reply.length_ns - self._played_ns)
        if self._first_ns is None:
            self._first_ns = from_ns
        if length_ns > 0:
            self._segments.append(Segment(from_ns, self._played_ns, length_ns))
            self._played_ns += length_ns
        if self._played_ns == self._reply.length_ns:
            self._end_ns = from_ns + max(0, length_ns)

    def take(self, event: VoiceEvent) -> None:
        match event.what:
            case What.ONSET:
                self._paused, self._stopped_ns = True, None
            case What.STOPPED:
                self._stopped_ns = event.t_ns
            case What.FALSE | What.TURN:
                self.resume()

    def resume(self) -> None:
        self._paused, self._stopped_ns = False, None

    def playback(self, *, cut: bool) -> Playback:
        end_ns = self._now_ns if self._end_ns is None else self._end_ns
        begun = end_ns > self._start_ns or (not cut and end_ns >= self._start_ns)
        heard = self._reply.text.strip() if not cut else heard_part(self._reply, self._played_ns)
        return Playback(
            reply=self._reply,
            heard=heard,
            t_first_token_ns=self._start_ns if begun else None,
            t_first_audio_ns=self._first_ns if self._segments else None,
            t_end_ns=end_ns,
            cut=cut,
            segments=tuple(self._segments),
        )


def hushed(reply: Reply) -> Reply:
    """As long, and without words."""
    return replace(reply, text="", phrases=tuple(replace(phrase, text="") for phrase in reply.phrases))


def hushed_playback(playback: Playback) -> Playback:
    return replace(playback, reply=hushed(playback.reply), heard="")


def heard_part(reply: Reply, played_ns: int) -> str:
    """The beginning of the reply's text that was spoken within played_ns: whole phrases, then whole words in
    proportion to their letters. A phrase without audio is shown, and thus taken in, with the one before it."""
    position = 0
    for phrase in reply.phrases:
        words = phrase.text.strip()
        at = reply.text.find(words, position)
        if at < 0:  # the text was put together in another way than its phrases: count letters
            at = position
        if played_ns >= phrase.length_ns:
            if played_ns == 0 and position == 0:
                return ""
            position = min(len(reply.text), at + len(words))
            played_ns -= phrase.length_ns
            continue
        part = _words_within(words, played_ns / phrase.length_ns)
        return reply.text[: at + len(part)].strip() if part else reply.text[:position].strip()
    return reply.text[:position].strip()


def _words_within(text: str, share: float) -> str:
    """The whole words that end within that share of the text."""
    limit = share * len(text) + 1e-9
    end = 0
    for i in range(1, len(text) + 1):
        if (i == len(text) or text[i].isspace()) and i <= limit:
            end = i
    return text[:end].rstrip()
