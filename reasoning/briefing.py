"""What a language model is told with a question: pictures with their times, what was seen and said, the question.

Pure. Knows no model and no markers: a backend puts the pictures where its model wants them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reasoning.shortening import cut, estimate, level, wanted
from wire.messages import Cues, Evidence, Forget, FrameKept, Picture, Question, Span
from wire.spans import covering_sides

SECOND_NS = 1_000_000_000
RESIDENT = 4  # newest key frames that a model may have read before there is a question, at most
ERASED = 8  # erasures that are remembered against questions on their way
LETTERS = string.ascii_uppercase
_SOMEONE_SAID = "Someone said"  # as memory tells of what was heard
LEAST = 16  # tokens of a fact, however long the others are


@dataclass(frozen=True, kw_only=True)
class Limits:
    frames: int = 8  # of the stream; pictures that the person put into the chat come on top
    facts: int = 24  # remembered things, the best ones
    tokens: int = 2048  # of all of these, about; the longest are cut around the words of the question

    @property
    def resident(self) -> int:
        """How many of the frames are the newest key frames, whatever is asked."""
        return min(RESIDENT, self.frames // 2)


@dataclass(frozen=True)
class Shown:
    """A picture with the words before it. given: put into the chat by the person. resident: one of the newest key
    frames, which are the same for every question of that moment."""

    label: str
    jpeg: bytes
    given: bool
    resident: bool = False


@dataclass(frozen=True)
class Briefing:
    """shown: pictures in order. facts: lines in time order. used: indices into the question's evidence + log.
    truncated: more is remembered than is told."""

    shown: tuple[Shown, ...]
    facts: tuple[str, ...]
    question: str
    history: tuple[tuple[str, str], ...]
    used: tuple[int, ...]
    truncated: bool = False

    def text(self) -> str:
        """Facts and question, without the pictures."""
        if not self.facts:
            return self.question
        heading = "Some of what was seen and heard:" if self.truncated else "What was seen and heard:"
        return "\n".join((heading, *self.facts, "", self.question))


def brief(question: Question, limits: Limits) -> Briefing:
    """Of a question with its evidence. The newest frames are always among the pictures."""
    every = _by_worth(question)
    chosen = _that_fit(every, limits, len(question.evidence))
    chosen.sort(key=lambda pair: (pair[1].start_ns, pair[1].end_ns, pair[0]))
    return Briefing(
        shown=_shown(question, limits),
        facts=_lines([item for _, item in chosen if item.text], limits.tokens, wanted(question.text)),
        question=question.text + _options(question.options),
        history=tuple((turn.question, turn.heard) for turn in question.history if turn.heard),
        used=tuple(sorted(index for index, _ in chosen)),
        truncated=question.log_truncated or len(chosen) < len(every),
    )


def with_frames(question: Question, kept: Iterable[FrameKept]) -> Question:
    """The question with the newest key frames, where it brings no pictures of its own."""
    if question.newest:
        return question
    pictures = (Picture(t_ns=one.t_ns, jpeg=one.jpeg, kept=True) for one in kept if one.t_ns <= question.t_ns)
    return replace(question, newest=tuple(pictures))


def remembered(erased: Sequence[Forget], new: Forget) -> tuple[Forget, ...]:
    """What was erased so far: a bounded number of times, the oldest ones as one, of a bounded number of spans."""
    if len(erased) < ERASED:
        return (*erased, _covered(new, new.over()))
    first, second, *later = erased
    both = [(span.start_ns, span.end_ns) for one in (first, second) for span in one.spans]
    return remembered((_covered(second, both), *later), new)


def _covered(erased: Forget, spans: Iterable[tuple[int, int]]) -> Forget:
    return replace(erased, spans=tuple(Span(*span) for span in covering_sides(spans)))


def shows(t_ns: int, erased: Iterable[Forget]) -> bool:
    """Whether what is seen at this time was erased."""
    return any(span.start_ns <= t_ns <= span.end_ns for one in erased for span in one.spans)


def without(question: Question, erased: Iterable[Forget]) -> Question:
    """A question that was on its way while spans of time were erased: nothing in it shows or tells of them. What was
    talked about goes as a whole, since answers may quote them."""
    spans = [(span.start_ns, span.end_ns) for one in erased if question.t_ns <= one.t_ns for span in one.spans]

    def stays(start_ns: int, end_ns: int) -> bool:
        return all(end_ns < start or start_ns > end for start, end in spans)

    evidence, log = (
        tuple(e for e in given if stays(e.start_ns, e.end_ns)) for given in (question.evidence, question.log)
    )
    newest = tuple(p for p in question.newest if stays(p.t_ns, p.t_ns))
    history = () if spans else question.history
    if (evidence, log, newest, history) == (question.evidence, question.log, question.newest, question.history):
        return question
    # Memory tokens are made of whole clips: they cannot be told apart.
    return replace(question, evidence=evidence, log=log, newest=newest, history=history, tokens=None, overview=None)


def _by_worth(question: Question) -> list[tuple[int, Evidence]]:
    """(index, item) of the best evidence first, then of the log what is nearest to what is asked; each thing once."""
    found: dict[tuple[int, int, str], tuple[int, Evidence]] = {}
    logged = list(enumerate(question.log, start=len(question.evidence)))
    for index, item in (*enumerate(question.evidence), *_nearest(logged, question.cues)):
        found.setdefault((item.start_ns, item.end_ns, item.text), (index, item))
    return list(found.values())


def _nearest(log: list[tuple[int, Evidence]], cues: Cues) -> list[tuple[int, Evidence]]:
    """Next to the moment that is named; else the oldest, if the first is asked for, some of all, or the newest."""
    middle = cues.anchor_ns if cues.anchor_ns != -1 else cues.at_ns
    if middle != -1:
        return sorted(log, key=lambda pair: abs(pair[1].start_ns - middle))
    if cues.order == "first":
        return log
    if cues.ask == "summary":
        return sorted(log, key=lambda pair: _halvings(pair[0] - log[0][0], len(log)))
    return log[::-1]


def _halvings(place: int, n: int) -> tuple[int, int]:
    """Sorts places so that the first of them, however many, lie about evenly among n."""
    bits = max(1, n - 1).bit_length()
    return int(f"{place:0{bits}b}"[::-1], 2), place


def _that_fit(every: list[tuple[int, Evidence]], limits: Limits, n_evidence: int) -> list[tuple[int, Evidence]]:
    """As many as may be told, and of the log only what can be told in a few words each."""
    chosen = every[: limits.facts]
    left = limits.tokens
    for n, (index, item) in enumerate(chosen):
        left -= min(LEAST, estimate(item.text))
        if left < 0 and index >= n_evidence:
            return chosen[:n]
    return chosen


def _lines(items: list[Evidence], budget: int, words: frozenset[str]) -> tuple[str, ...]:
    """Each with its time, with who it was, and with where it was told of before if it is the same thing followed."""
    items = [_voiced(item) for item in items]
    first: dict[int, Evidence] = {}
    marks = [first.setdefault(item.track, item) if item.track else item for item in items]
    around = [
        (f"[{_span(item)}] ", _dressed(item) + ("" if before is item else f" (the same one as at {_start(before)})"))
        for item, before in zip(items, marks, strict=True)
    ]
    most = level(
        (estimate(before + item.text + after) for item, (before, after) in zip(items, around, strict=True)), budget
    )
    return tuple(
        f"{before}{_short(item, max(LEAST, most - estimate(before + after)), words)}{after}"
        for item, (before, after) in zip(items, around, strict=True)
    )


def _voiced(item: Evidence) -> Evidence:
    """With the voice that said it, where that is known, which tells more than that it is the same one."""
    voice = item.attrs.get("voice", "") if item.kind == "speech" else ""
    if not voice:
        return item
    whose = f"Voice {voice} of that session" if item.start_ns < 0 else f"Voice {voice}"
    return replace(item, text=f"{whose} said{item.text.removeprefix(_SOMEONE_SAID)}", track=0)


def _dressed(item: Evidence) -> str:
    """Sentences do not tell who came: it would make them all unlike."""
    colour = item.attrs.get("colour", "") if item.kind in ("entered", "left") else ""
    return f" (in {colour})" if colour else ""


def _short(item: Evidence, most: int, words: frozenset[str]) -> str:
    """What it tells; of long words that were read or heard a part, in the same wording."""
    if not item.subject or item.subject not in item.text:
        return cut(item.text, most, words)
    before, _, after = item.text.partition(item.subject)
    return f"{before}{cut(item.subject, max(1, most - estimate(before + after)), words)}{after}"


def frame(t_ns: int, jpeg: bytes, *, resident: bool = False) -> Shown:
    """A frame of the stream with its time."""
    return Shown(f"Frame at {clock(t_ns)}", jpeg, given=False, resident=resident)


def _shown(question: Question, limits: Limits) -> tuple[Shown, ...]:
    """Given pictures, then frames in time order: the newest key frames, the newest of all, then as many recalled ones
    as there is room for. Half of the room goes to the present at most, unless nothing was recalled."""
    given = [Shown(f"Picture {i}", jpeg, given=True) for i, jpeg in enumerate(question.images, start=1)]
    pictures = [(picture.t_ns, picture.jpeg) for picture in question.newest if picture.jpeg]
    kept = [picture.t_ns for picture in question.newest if picture.jpeg and picture.kept]
    resident = set(kept[max(0, len(kept) - limits.resident) :])
    keys = [(item.start_ns, item.jpeg) for item in question.evidence if item.jpeg]
    present = max(1, limits.frames // 2) if keys else limits.frames
    newest = [one for one in reversed(pictures) if one[0] not in resident]
    first = newest[: max(1, present - len(resident))]
    chosen = {t_ns: jpeg for t_ns, jpeg in pictures if t_ns in resident}
    for t_ns, jpeg in (*first, *keys, *newest):
        if len(chosen) < limits.frames:
            chosen.setdefault(t_ns, jpeg)
    seen = [frame(t_ns, jpeg, resident=t_ns in resident) for t_ns, jpeg in sorted(chosen.items())]
    return (*given, *seen)


def _options(options: tuple[str, ...]) -> str:
    """The choices, lettered unless they are already, and how to answer."""
    if not options:
        return ""
    lettered = [
        text if re.match(rf"{letter}[.)]", text) else f"{letter}. {text}"
        for letter, text in zip(LETTERS, options, strict=False)
    ]
    return "\n" + "\n".join(lettered) + "\nAnswer with the letter of the right option."


def chosen_option(reply: str, n_options: int) -> str:
    """The letter that a reply chooses, "" if none: it begins with it, or names exactly one."""
    letters = LETTERS[:n_options]
    if not letters:
        return ""
    first = re.match(rf"\s*\(?([{letters}])(?:[.):,]|\s*$)", reply)
    if first:
        return first[1]
    # "A" before a small letter is the article.
    named = set(re.findall(rf"(?<![A-Za-z])([{letters}])(?![A-Za-z'])(?!(?<=A) (?!or |and )[a-z])", reply))
    return named.pop() if len(named) == 1 else ""


def clock(t_ns: int) -> str:
    """ "1:02:05" or "2:05" of media time."""
    minutes, seconds = divmod(t_ns // SECOND_NS, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _span(item: Evidence) -> str:
    if item.start_ns < 0 and (date := item.attrs.get("date")):
        return date  # an earlier session saw it
    start, end = clock(item.start_ns), clock(item.end_ns)
    return start if start == end else f"{start}-{end}"


def _start(item: Evidence) -> str:
    return _span(item) if item.start_ns < 0 else clock(item.start_ns)
