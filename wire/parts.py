"""What messages are made of: observations, evidence, cues, tensors. Plain data; times are nanoseconds of media time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Tensor:
    """An array: `data` is C-contiguous, `dtype` a numpy name ("float32")."""

    data: bytes
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """One thing seen in one frame; the kinds are listed in docs/architecture.md.

    `box` is (x0, y0, x1, y1) as shares of the picture, or empty. `track` names a followed thing, 0 if none.
    `text` is the words read, a colour name, a direction...; `value` a count, a share or a strength.
    """

    kind: str
    text: str = ""
    value: float = 0.0
    score: float = 1.0
    box: tuple[float, ...] = ()
    track: int = 0
    attrs: dict[str, str] = field(default_factory=dict)


class PackedOnce:
    """Keeps how it is packed, so nothing in it may change after that: the same things come again in the logs of many
    questions. See `wire.codec`."""

    __slots__ = ("packed",)
    packed: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence(PackedOnce):
    """One remembered thing brought to a question: a span, a sentence, and the picture that shows it.

    `text` is a sentence; `subject` the bare words or value (the sign's text, what was said, a colour).
    `key_frame` names a stored picture ("" if none); `jpeg` carries it where the receiver shows it.
    """

    start_ns: int
    end_ns: int
    kind: str
    text: str
    subject: str = ""
    value: float = 0.0
    score: float = 0.0
    key_frame: str = ""
    track: int = 0
    attrs: dict[str, str] = field(default_factory=dict)
    jpeg: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryTurn:
    """An earlier question of this session with the part of its answer that was heard."""

    t_ns: int
    question: str
    heard: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A thing that a question names, as far as the words alone tell what it is.

    words: its own words without article. kind: the kind of event that shows it (text, code, people, face, object,
    light, colour, sound, speech, scene), "" if the words do not tell. content: words that tell it from others of its
    kind ("exit" in "the sign that said exit"). deed: what it did: enter, leave, start, end, appear, vanish, move,
    change, say, hear, dark, bright. order: the first, the last or the nth of its kind.
    """

    words: str = ""
    kind: str = ""
    colour: str = ""
    shape: str = ""
    content: tuple[str, ...] = ()
    deed: str = ""
    order: Literal["", "first", "last", "nth"] = ""
    nth: int = 0
    side: str = ""  # left, right, up, down


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """What a question asks of those who spoke, told apart by their voices, and which of them it means.

    asks: count (how many spoke), who (whose voice said something), said (what one of them said), same (whether one said
    both), times, length, when (of one who spoke); "" if it asks nothing of the kind. words: the telling words of what
    that one said, `others` of the second thing for "same"; number: as the voice is numbered; nth: in the order in which
    voices were first heard, -1 for who spoke last; back: the one whom the last answer quoted.
    """

    asks: Literal["", "count", "who", "said", "same", "times", "length", "when"] = ""
    words: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    number: int = 0
    nth: int = 0
    back: bool = False
    other: bool = False  # not that one, but another
    side: Literal["", "before", "after"] = ""  # of what that one said


@dataclass(frozen=True, kw_only=True, slots=True)
class Cues:
    """What a question asks for, as memory understood it when it looked for evidence (`memory.question`).

    ask: text (words to read), said (words spoken), heard, fact (whatever was read or said), count, when, ago, duration,
    order, next, colour, object, where, motion, light, change, code, summary, scene, presence, who, history, unknown.
    yes_no: "yes" or "no" is part of the answer; `about` with its deed is what is to be true.
    """

    ask: str = "unknown"  # the kind of question
    kinds: tuple[str, ...] = ()  # event kinds it is about
    subject: str = ""  # what it asks about, in its own words
    choices: tuple[str, ...] = ()  # "A or B" in the question itself
    order: Literal["", "first", "last", "nth"] = ""
    nth: int = 0
    start_ns: int = 0  # below 0 where a time before this session is named; then end_ns may be, too
    end_ns: int = 0  # the span asked about; [0, t of the question] when none is named
    spanned: bool = False  # a time was named
    now: bool = False  # about the present moment
    present: bool = False  # asked in the present tense, though no word says "now": what is there, else what was
    at_ns: int = -1  # the very moment named ("at 1:30"), -1 if none; what is nearest to it counts most
    relation: Literal["", "before", "after", "during"] = ""
    anchor: str = ""  # "the red sign" in "before the red sign"; the span is then not narrowed by memory
    anchor_ns: int = -1  # when memory found the anchor, -1 if it did not; below that in an earlier session
    about: Mention = Mention()  # `subject`, taken apart
    topic: tuple[str, ...] = ()  # every word of the question that tells what it is about, whatever it names
    anchor_about: Mention = Mention()  # `anchor`, taken apart
    choice_about: tuple[Mention, ...] = ()  # `choices`, taken apart
    wants: str = ""  # what the answer must hold: number, price, time, date, phone, name, website, ink, background...
    yes_no: bool = False
    follow_up: bool = False  # understood with the help of the question before
    speaker: Speaker = Speaker()


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A frame. kept: a key frame, which reasoning was sent as FrameKept when it came."""

    t_ns: int
    jpeg: bytes
    kept: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionSettings:
    """How one session is to be treated by all processes.

    mode: a replay is causal and loses nothing (frames ORDERED, lanes merged by time, only the edge cuts replies);
    live prefers the newest. listen: "user" any speech may ask, "ambient" none, "wake" speech after `wake_phrase`.
    """

    mode: Literal["replay", "live"] = "live"
    listen: Literal["user", "ambient", "wake"] = "user"
    wake_phrase: str = ""
    reply_delay_ms: int = 400
    start_unix_s: float = 0.0  # wall-clock time of t_ns = 0 where it is known, else 0
