"""What a question brings along, joined to things: a sign with its lines, a moving shape, a person who came in.

Owns the grouping of evidence and log into things. Knows the kinds of event, not what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from reasoning.gate import form
from wire.messages import Evidence, Question
from wire.words import said_words, stem, tokens

S = 1_000_000_000
NOW_NS = 3 * S  # what was seen that shortly before the question is there now
_TOGETHER = 0.5  # share of time two lines have in common to stand on one sign
_WHOLE = 4  # times larger than its parts
_MUCH = 0.2  # share of the picture
_ASKING_NS = 10 * S  # a question was spoken in that time before it is answered
_ECHO = 0.6  # share of its words that recognition leaves
_QUESTION_WORDS = {"what", "which", "who", "whose", "where", "when", "how", "why", "did", "does"}
_BOARD_NS = 60 * S  # a sign that stands no longer than that may change its lines


@dataclass(frozen=True, eq=False)
class Thing:
    """One remembered thing. parts: indices into evidence + log of the question, in order of time.

    words: what is written, said or encoded; lines: the same line by line. subject: the bare value otherwise.
    """

    kind: str
    start_ns: int
    end_ns: int
    subject: str = ""
    colour: str = ""
    ink: str = ""
    shape: str = ""
    position: str = ""
    side: str = ""
    value: float = 0.0
    score: float = 0.0
    track: int = 0
    voice: int = 0  # the number of the voice that said it, in its session; its track is another for each
    parts: tuple[int, ...] = ()
    lines: tuple[Evidence, ...] = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Tokens of what it says, numbers as digits."""
        return said_words(self.subject)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.words)

    def lasts(self, start_ns: int, end_ns: int) -> bool:
        """Whether any of it lies in the span."""
        return self.start_ns <= end_ns and self.end_ns >= start_ns

    def overlap_ns(self, other: Thing) -> int:
        return max(0, min(self.end_ns, other.end_ns) - max(self.start_ns, other.start_ns))


@dataclass(frozen=True)
class Pool:
    """All things of a question, by kind, in order of time."""

    t_ns: int
    things: tuple[Thing, ...]
    by_kind: dict[str, tuple[Thing, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question) -> Pool:
        """Things from evidence and log; what occurs in both is one, with the better score."""
        events = [(i, e) for i, e in _merged(question) if not _echoes(e, question)]
        signs = _signs(_readable([(i, e) for i, e in events if e.kind == "text"]))
        objects = _without_plates(_objects([(i, e) for i, e in events if e.kind in ("object", "motion")]), signs)
        plain = [_plain(i, e) for i, e in events if e.kind not in ("text", "object", "motion", "question", "answer")]
        things = tuple(sorted((*signs, *objects, *plain), key=lambda t: (t.start_ns, t.parts)))
        by_kind: dict[str, list[Thing]] = {}
        for thing in things:
            by_kind.setdefault(thing.kind, []).append(thing)
        return cls(question.t_ns, things, {kind: tuple(found) for kind, found in by_kind.items()})

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all that was told or stood written; a question that somebody asked tells nothing."""
        told = (t for t in self.all("speech", "text", "code") if t.kind != "speech" or form(t.subject) != "question")
        return frozenset(s for thing in told for s in thing.stems)

    def all(self, *kinds: str) -> list[Thing]:
        """Things of these kinds in order of time."""
        found = [thing for kind in kinds for thing in self.by_kind.get(kind, ())]
        return found if len(kinds) == 1 else sorted(found, key=lambda t: (t.start_ns, t.parts))

    def within(self, things: Iterable[Thing], start_ns: int, end_ns: int) -> list[Thing]:
        return [thing for thing in things if thing.lasts(start_ns, end_ns)]

    def now(self, things: Iterable[Thing]) -> list[Thing]:
        return [thing for thing in things if thing.end_ns >= self.t_ns - NOW_NS and thing.start_ns <= self.t_ns]

    def background(self, at_ns: int) -> Thing | None:
        """The colour of the background at a moment."""
        there = [c for c in self.all("colour") if c.side == "background" and c.lasts(at_ns, at_ns)]
        return there[-1] if there else None

    def fills(self, colour: str, at_ns: int) -> bool:
        """Whether a colour covers much of the picture at a moment, as background or next to it."""
        return any(
            c.subject == colour and c.lasts(at_ns, at_ns) and (c.side == "background" or c.value >= _MUCH)
            for c in self.all("colour")
        )


def _echoes(event: Evidence, question: Question) -> bool:
    """Whether words heard just before the question are the question itself, as it was recognised."""
    if event.kind != "speech" or event.end_ns < question.t_ns - _ASKING_NS:
        return False
    asked, heard = set(tokens(question.text)), set(tokens(event.subject))
    return len(asked & heard) >= _ECHO * len(asked) and bool(asked & heard & _QUESTION_WORDS)


def _merged(question: Question) -> list[tuple[int, Evidence]]:
    """(index into evidence + log, event), each event once."""
    best: dict[tuple[object, ...], tuple[int, Evidence]] = {}
    place: dict[tuple[object, ...], int] = {}  # in the log, which keeps the order in which lines were read
    for index, event in enumerate((*question.evidence, *question.log)):
        key = (event.kind, event.start_ns, event.subject or event.text, event.track, event.attrs.get("side", ""))
        place[key] = index
        seen = best.get(key)
        if seen is None or event.score > seen[1].score:
            best[key] = (index, event)
    return [best[key] for key in sorted(best, key=lambda k: (best[k][1].start_ns, place[k]))]


def _plain(index: int, event: Evidence) -> Thing:
    side = event.attrs.get("role", "") if event.kind == "colour" else event.attrs.get("side", "")
    return Thing(
        kind=event.kind, start_ns=event.start_ns, end_ns=event.end_ns, subject=event.subject,
        colour=event.subject if event.kind == "colour" else event.attrs.get("colour", ""),
        side=side, value=event.value, score=event.score, track=event.track,
        voice=int(event.attrs.get("voice", "0")), parts=(index,),
    )  # fmt: skip


# ---- lines of text that stand together -----------------------------------------------------------------------------


def _signs(lines: list[tuple[int, Evidence]]) -> list[Thing]:
    """Lines on plates of one colour that are visible together are one sign."""
    groups: list[list[tuple[int, Evidence]]] = []
    there: list[list[tuple[int, Evidence]]] = []  # those that were still in view
    for index, line in lines:
        there = [group for group in there if any(other.end_ns >= line.start_ns for _, other in group)]
        home = next((g for g in there if any(_stand_together(line, other) for _, other in g)), None)
        if home is None:
            home = []
            groups.append(home)
            there.append(home)
        home.append((index, line))
    return [_sign(group) for group in groups]


def _readable(lines: list[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    """Without what a reader makes of a row of windows: "88888", or two signs of a script that nothing else is in."""
    latin = sum(_is_latin(line.subject) for _, line in lines)
    mostly_latin = 2 * latin > len(lines)
    return [(i, line) for i, line in lines if _varies(line.subject) and (_is_latin(line.subject) or not mostly_latin)]


def _is_latin(line: str) -> bool:
    return any(c.isascii() and c.isalnum() for c in line)


def _varies(line: str) -> bool:
    letters = [c for c in line.lower() if c.isalnum()]
    return len(letters) < 3 or len(set(letters)) > 1


def _without_plates(objects: list[Thing], signs: list[Thing]) -> list[Thing]:
    """Without the rectangles that signs are written on."""
    plates = ("rectangle", "square", "shape", "")
    return [
        o for o in objects
        if o.kind != "object" or o.shape not in plates
        or not any(o.colour == s.colour and o.overlap_ns(s) >= 0.5 * (o.end_ns - o.start_ns) for s in signs)
    ]  # fmt: skip


def _stand_together(a: Evidence, b: Evidence) -> bool:
    if a.attrs.get("colour", "") and b.attrs.get("colour", "") and a.attrs["colour"] != b.attrs["colour"]:
        return False
    common = min(a.end_ns, b.end_ns) - max(a.start_ns, b.start_ns)
    if common < 0:
        return False
    longer = max(a.end_ns - a.start_ns, b.end_ns - b.start_ns)
    shorter = min(a.end_ns - a.start_ns, b.end_ns - b.start_ns)
    # A line may come or go on a board whose other lines stay; but a station's logo, always there, is no part of a sign.
    on_board = longer <= max(_BOARD_NS, 4 * shorter)
    return common >= _TOGETHER * longer or (on_board and common >= 0.9 * shorter)


def _sign(group: list[tuple[int, Evidence]]) -> Thing:
    lines = tuple(line for _, line in group)
    return Thing(
        kind="text",
        start_ns=min(line.start_ns for line in lines),
        end_ns=max(line.end_ns for line in lines),
        subject=", ".join(dict.fromkeys(line.subject for line in lines)),
        colour=next((line.attrs["colour"] for line in lines if line.attrs.get("colour")), ""),
        ink=next((line.attrs["ink"] for line in lines if line.attrs.get("ink")), ""),
        position=next((line.attrs["position"] for line in lines if line.attrs.get("position")), ""),
        score=max(line.score for line in lines),
        parts=tuple(index for index, _ in group),
        lines=lines,
    )


def text_at(sign: Thing, start_ns: int, end_ns: int) -> str:
    """The lines of a sign that were visible in a span; all, if none was."""
    visible = [line.subject for line in sign.lines if line.start_ns <= end_ns and line.end_ns >= start_ns]
    return ", ".join(dict.fromkeys(visible)) or sign.subject


# ---- shapes and how they move --------------------------------------------------------------------------------------


def _objects(events: list[tuple[int, Evidence]]) -> list[Thing]:
    """Objects as they are; motions take over colour and shape of the object they go with."""
    objects = [_object(i, e) for i, e in events if e.kind == "object"]
    size_of = {o.track: o.value for o in objects if o.track}
    motions: list[Thing] = []
    for index, event in events:
        if event.kind != "motion" or event.subject == "still":
            continue
        colour, shape = event.attrs.get("colour", ""), event.attrs.get("shape", "")
        motion = Thing(
            kind="motion", start_ns=event.start_ns, end_ns=event.end_ns, subject=event.subject, colour=colour,
            shape=shape, value=size_of.get(event.track, 0.0), score=event.score, track=event.track, parts=(index,),
        )  # fmt: skip
        motions.append(_identified(motion, objects))
    parts = {m.track for m in motions if m.track and any(_carries(other, m) for other in motions)}
    on_wheels = {m.track for m in motions if any(_carries(m, other) for other in motions)} - parts
    kept = [t for t in (*objects, *motions) if t.track not in parts]
    return [replace(t, shape="shape") if t.track in on_wheels else t for t in kept]  # no star rolls on wheels


def _carries(whole: Thing, part: Thing) -> bool:
    """Whether a motion is that of a wheel under a car: the same way at the same time, and much smaller."""
    same_way = whole.subject == part.subject and whole.track != part.track
    return same_way and whole.overlap_ns(part) > 0 and whole.value >= _WHOLE * part.value > 0


def _object(index: int, event: Evidence) -> Thing:
    words = event.subject.split()
    colour = event.attrs.get("colour", "") or (words[0] if len(words) > 1 else "")
    shape = event.attrs.get("shape", "") or (words[-1] if words else "")
    return Thing(
        kind="object", start_ns=event.start_ns, end_ns=event.end_ns, subject=event.subject, colour=colour, shape=shape,
        position=event.attrs.get("position", ""), value=event.value, score=event.score, track=event.track,
        parts=(index,),
    )  # fmt: skip


def _identified(motion: Thing, objects: list[Thing]) -> Thing:
    """A motion that does not say what moves, with the looks of the only object it can be."""
    if motion.colour or motion.shape:
        return motion
    near = [o for o in objects if motion.overlap_ns(o) > 0 and (not motion.track or o.track == motion.track)]
    looks = {(o.colour, o.shape) for o in near}
    if len(looks) != 1:
        return motion
    colour, shape = looks.pop()
    return Thing(
        kind="motion", start_ns=motion.start_ns, end_ns=motion.end_ns, subject=motion.subject, colour=colour,
        shape=shape, value=motion.value, score=motion.score, track=motion.track, parts=motion.parts,
    )  # fmt: skip
