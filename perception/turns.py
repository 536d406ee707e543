"""When somebody speaks, when they are done, and whether that is a turn: the state machine of one session's talk.

Clock-free: it is told what happened at which media time and says what follows. Every time in an event is the time at
which it was decided, so that events come in order; `start_ns` and `end_ns` say when the voice was really there.
It knows no samples, no recogniser and no message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from perception import talk

Listen = Literal["user", "ambient", "wake"]
MS = 1_000_000  # nanoseconds
_SETTLED_NS = 200 * MS  # without new words, before an utterance is over


@dataclass(frozen=True, kw_only=True)
class TurnRules:
    """Times that make talk. A pause is counted from the end of the last voiced frame."""

    pause_ms: int = 600  # silence that ends an utterance whose words can stand alone
    unfinished_pause_ms: int = 1300  # ... whose words cannot: "what is the"
    wordless_pause_ms: int = 450  # ... in which no word was recognised
    long_s: float = 10.0  # from this length on ...
    long_pause_ms: int = 320  # ... a breath ends it, so that a narration falls into sentences
    longest_s: float = 25.0  # it is cut here, voice or not
    least_score: float = 0.0  # of a transcript; what is less sure is noise
    wake_wait_ms: int = 6_000  # after the wake phrase alone, for the words meant
    partial_every_ms: int = 200  # partial captions at most that often


# ---- what happens ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """The voice set in or stopped: decided at t_ns, true since since_ns."""

    t_ns: int
    since_ns: int
    on: bool


@dataclass(frozen=True, slots=True)
class Onset:
    t_ns: int
    start_ns: int


@dataclass(frozen=True, slots=True)
class Stopped:
    t_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """What set in is no turn. why: "wordless", "unsure", "backchannel", "echo" or "aside" (words not meant for us)."""

    t_ns: int
    why: str
    announced: bool = True  # an Onset was given for it


@dataclass(frozen=True, slots=True)
class Partial:
    t_ns: int
    start_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Words of a finished utterance. asks: they are a turn, addressed to the assistant. voice: whose, 0 where that is
    not known."""

    t_ns: int
    start_ns: int
    end_ns: int
    text: str
    score: float
    asks: bool
    voice: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of one class of sound that is over."""

    t_ns: int
    start_ns: int
    end_ns: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Unheard:
    """The recogniser failed, and words that were said then are missing. why: one sentence."""

    t_ns: int
    start_ns: int
    end_ns: int
    why: str


Event = Onset | Stopped | FalseAlarm | Partial | Finished | Heard | Unheard


@dataclass(frozen=True, slots=True)
class Saying:
    """What we are saying, or said a moment ago. asked: it ended with a question to the person."""

    text: str = ""
    asked: bool = False


SILENT = Saying()


# ---- the turn ----------------------------------------------------------------------------------------------------


class Turns:
    """One session's talk. Feed it in the order of time: edge, words, due, close."""

    def __init__(self, rules: TurnRules, listen: Listen = "user", wake_phrase: str = "") -> None:
        self._rules = rules
        self._listen = listen
        self._wake_phrase = wake_phrase
        self.open = False  # an utterance has begun and is not closed
        self._voice = False
        self._start_ns = self._voice_end_ns = 0
        self._text = ""  # the words so far
        self._changed_ns = 0  # when they last did
        self._told = ""  # ... as last given in a Partial
        self._told_ns = 0
        self._announced = False
        self._awake_until_ns = -1  # after the wake phrase alone

    @property
    def start_ns(self) -> int:
        return self._start_ns

    @property
    def voice_end_ns(self) -> int:
        return self._voice_end_ns

    @property
    def voiced(self) -> bool:
        """The voice is on."""
        return self._voice

    def edge(self, edge: Edge) -> list[Event]:
        self._voice = edge.on
        if not edge.on:
            self._voice_end_ns = max(edge.since_ns, self._start_ns)
            return [Stopped(edge.t_ns, self._voice_end_ns)] if self._announced else []
        if not self.open:
            self._begin(edge.since_ns)
        if self._listen == "user" or self._is_awaited():
            self._announced = True
        return [Onset(edge.t_ns, edge.since_ns)] if self._announced else []

    def words(self, t_ns: int, text: str) -> list[Event]:
        """The words so far, at t_ns."""
        if text != self._text:
            self._text, self._changed_ns = text, t_ns
        events: list[Event] = []
        if self._listen == "wake" and not self._announced and self._wakes(text) is not None:
            self._announced = True
            events.append(Onset(t_ns, self._start_ns))
        if text and text != self._told and t_ns - self._told_ns >= self._rules.partial_every_ms * MS:
            self._told, self._told_ns = text, t_ns
            events.append(Partial(t_ns, self._start_ns, text))
        return events

    def is_due(self, t_ns: int) -> bool:
        """Whether the utterance is over at t_ns."""
        if not self.open:
            return False
        length_ns = t_ns - self._start_ns
        if self._voice:
            return length_ns >= self._rules.longest_s * 1_000 * MS
        # New words in the pause: perhaps the voice is back, which takes a moment to be certain.
        settled = t_ns - self._changed_ns >= _SETTLED_NS
        return settled and t_ns - self._voice_end_ns >= self._pause_ms(length_ns) * MS

    def close(self, t_ns: int, text: str, score: float, saying: Saying = SILENT) -> list[Event]:
        """The utterance is over and this is its final transcript. A voice that is still on begins the next one."""
        start_ns, end_ns = self._start_ns, t_ns if self._voice else self._voice_end_ns
        text, asks, why = self._judge(text, score, start_ns, end_ns, saying)
        announced, self.open, self._announced = self._announced, False, False
        events: list[Event] = []
        if why in ("", "backchannel", "aside"):
            events.append(Finished(t_ns, start_ns, max(end_ns, start_ns), text, score, asks))
        if not asks:
            events.append(FalseAlarm(t_ns, why, announced))
        if self._voice:
            self._begin(t_ns)
            if announced and self._listen == "user":
                self._announced = True
                events.append(Onset(t_ns, t_ns))
        return events

    def _begin(self, start_ns: int) -> None:
        self.open, self._start_ns, self._voice_end_ns = True, start_ns, start_ns
        self._text = self._told = ""
        self._told_ns = self._changed_ns = start_ns

    def _pause_ms(self, length_ns: int) -> int:
        """Silence that ends the utterance as it stands."""
        rules = self._rules
        if not self._text:
            return rules.wordless_pause_ms
        if length_ns >= rules.long_s * 1_000 * MS:
            return rules.long_pause_ms
        return rules.pause_ms if talk.is_complete(self._text) else rules.unfinished_pause_ms

    def _judge(self, text: str, score: float, start_ns: int, end_ns: int, saying: Saying) -> tuple[str, bool, str]:
        """(words, whether they ask, why they are no turn)."""
        if not text:
            return text, False, "wordless"
        if score < self._rules.least_score:
            return text, False, "unsure"
        if talk.is_echo(text, saying.text):
            return text, False, "echo"
        if self._listen == "ambient":
            return text, False, "aside"
        if self._listen == "wake":
            return self._judge_wake(text, start_ns, end_ns)
        if saying.asked and talk.is_answer(text):
            return text, True, ""
        return (text, False, "backchannel") if talk.is_backchannel(text) else (text, True, "")

    def _judge_wake(self, text: str, start_ns: int, end_ns: int) -> tuple[str, bool, str]:
        behind = self._wakes(text)
        if behind == "":
            self._awake_until_ns = end_ns + self._rules.wake_wait_ms * MS
            return text, False, "aside"
        awaited = start_ns <= self._awake_until_ns
        if behind is None and not awaited:
            return text, False, "aside"
        if behind is None and talk.is_backchannel(text):
            return text, False, "backchannel"
        self._awake_until_ns = -1
        return behind or text, True, ""

    def _wakes(self, text: str) -> str | None:
        return talk.after_wake_phrase(text, self._wake_phrase)

    def _is_awaited(self) -> bool:
        return self._listen == "wake" and self._start_ns <= self._awake_until_ns
