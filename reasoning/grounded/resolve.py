"""Finds which remembered thing a mention means: "the second red sign", "the lights went out", "the man who came in".

Scores things of a pool by kind, colour, shape, words and deed; nothing here words an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.scenes import light_changes, light_steps
from wire.homophones import heard_alike
from wire.messages import Cues, Mention
from wire.words import stem, stem_set, word_set

_WORSE, _WORSE_WORDS = 0.25, 0.1  # how much less than the best one may fit, where words tell signs apart
FITS = 0.5  # score from which a thing may be the one that is meant
SAME_WORD = 0.77  # likeness of a misheard or misread word
_NEAR_COLOURS = {
    frozenset(pair)
    for pair in (
        ("purple", "pink"), ("blue", "cyan"), ("green", "cyan"), ("grey", "white"), ("grey", "black"),
        ("beige", "white"), ("beige", "yellow"), ("beige", "brown"),
    )
}  # fmt: skip
_NEAR_SHAPES = {
    frozenset(pair)
    for pair in (
        ("square", "rectangle"), ("circle", "oval"), ("square", "diamond"), ("circle", "ring"), ("circle", "hexagon"),
        ("circle", "pentagon"), ("hexagon", "pentagon"),
    )
}  # fmt: skip
_NEAR = 0.6  # worth of a near colour or shape
_LEAST_COLOUR = 0.35
_PAGES = stem_set("slide page screen slideshow")
_BOARDS = stem_set("board blackboard whiteboard chalkboard wall panel")
_SPAN_OF_CONTEXT_NS = 8 * S  # words spoken that near to a sight are about it
# Words that place a sign without being on it; the narrator may have said them, or nobody.
_WHERE = word_set("on at in near by behind beside above over under outside inside next front opposite against between")
_ABOUT = word_set("about for of saying announcing advertising with reading called named regarding concerning from")
_ANY_SIGN = stem_set(
    "place thing shop one today tonight now very start begin moment sign"
)  # nouns that tell no sign from another
_SETTING = 0.55  # worth of a thing whose setting ("on the door") cannot be checked
_VEHICLES = stem_set(
    "car bus truck van train boat ship plane bike bicycle lorry tram rocket cloud sun arrow vehicle taxi kite coach"
    " balloon leaf marker cursor shape symbol object thing item dot automobile motorcar cab minibus pickup jeep"
)
# What a shape without a name may pass for; the others are seen as such only where somebody speaks of them.
_LIKE_A_CAR = stem_set(
    "car bus truck van lorry vehicle taxi coach automobile motorcar cab minibus pickup jeep tram marker cursor shape"
    " symbol object thing item dot"
)


@dataclass(frozen=True)
class Match:
    thing: Thing
    score: float


def find(mention: Mention, pool: Pool, cues: Cues | None = None) -> list[Thing]:
    """Things that a mention may mean, best first; equal ones in order of time. Empty if nothing fits.

    With cues, only within the span they name. An ordinal ("the second sign") leaves that one alone.
    """
    matches = [m for m in _named_by_sign(mention, pool) or _matches(mention, pool) if m.score >= FITS]
    if cues is not None:
        matches = [m for m in matches if in_span(m.thing, cues, pool)]
    if not matches:
        return []
    if mention.kind == "text" and mention.content:  # those that hold the very words leave no others
        matches = [m for m in matches if words_score(mention.content, m.thing) == 1.0] or matches
    best = max(m.score for m in matches)
    worse = _WORSE_WORDS if mention.kind == "text" and mention.content else _WORSE
    matches = [m for m in matches if m.score >= best - worse]
    if mention.order:
        return _ordered([m.thing for m in matches], mention)
    matches.sort(key=lambda m: (-round(m.score, 2), m.thing.start_ns))
    return [m.thing for m in matches]


def _named_by_sign(mention: Mention, pool: Pool) -> list[Match]:
    """Signs that say word for word what would else pass for a shape: "the round table", "the dining car"."""
    figurative = bool(mention.shape and mention.content) or (is_figure(mention) and len(mention.content) > 1)
    if mention.kind not in ("", "object") or not figurative:
        return []
    return [Match(t, 1.0) for t in pool.all("text") if words_score(tuple(mention.words.split()), t) == 1.0]


def in_span(thing: Thing, cues: Cues, pool: Pool) -> bool:
    """Whether a thing lies in the span, or the present moment, that the cues name."""
    if cues.now:
        return bool(pool.now([thing]))
    if cues.spanned:
        return thing.lasts(cues.start_ns, cues.end_ns)
    return True


def _ordered(things: list[Thing], mention: Mention) -> list[Thing]:
    """The first, the last or the nth; things that began together are told apart by nothing and stay together."""
    things.sort(key=lambda t: t.start_ns)
    if mention.order == "last":
        return [things[-1]]
    index = 0 if mention.order == "first" else mention.nth - 1
    return [things[index]] if index < len(things) else []


def moment_ns(thing: Thing, deed: str) -> int:
    """When a thing did what is asked: its end for "disappeared", "stopped", "left"; else its start."""
    return thing.end_ns if deed in ("vanish", "end") or (deed == "leave" and thing.kind != "left") else thing.start_ns


# ---- by kind -------------------------------------------------------------------------------------------------------


def _matches(mention: Mention, pool: Pool) -> list[Match]:
    match mention.kind:
        case "text":
            return [Match(t, _sign(mention, t, pool)) for t in pool.all("text")]
        case "code":
            return [Match(t, 1.0) for t in pool.all("code")]
        case "people" | "face":
            return [Match(t, 1.0) for t in _people(mention, pool)]
        case "object":
            return [Match(t, _shape(mention, t)) for t in _shapes(mention, pool)]
        case "light":
            return [Match(t, 1.0) for t in lights(mention.deed, pool)]
        case "colour":
            return [Match(t, s) for t in pool.all("colour") if (s := _background(mention, t))]
        case "sound":
            return [Match(t, 1.0) for t in sounds(mention, pool)]
        case "speech":
            return [Match(t, topic_score(mention.content, t)) for t in pool.all("speech")]
        case "scene":
            return [Match(t, 0.6) for t in pool.all("scene", "shot")]
        case _:
            return _anything(mention, pool)


def _anything(mention: Mention, pool: Pool) -> list[Match]:
    """A mention whose words do not tell what kind of thing it is: a deed, a colour, or a name for something."""
    if mention.deed in ("enter", "leave") and not mention.content:
        return [Match(t, 1.0) for t in _people(mention, pool)]
    if mention.deed in ("dark", "bright"):
        return [Match(t, 1.0) for t in lights(mention.deed, pool)]
    found: list[Match] = []
    if mention.content:
        if figures := _figures(mention, pool):
            return figures
        found += [Match(t, words_score(mention.content, t)) for t in pool.all("text", "code")]
        found += [Match(t, 0.9 * topic_score(mention.content, t)) for t in pool.all("speech")]
    elif mention.colour:
        found += [Match(t, 0.9 * colour_score(mention.colour, t.colour)) for t in pool.all("object", "motion")]
        found += [Match(t, 0.85 * _sign(mention, t, pool)) for t in pool.all("text")]
        found += [Match(t, s) for t in pool.all("colour") if (s := _background(mention, t))]
    elif mention.deed == "move":
        found += [Match(t, 1.0) for t in pool.all("motion")]
    elif mention.deed == "say":
        found += [Match(t, 0.6) for t in pool.all("speech")]
    return found


def _sign(mention: Mention, sign: Thing, pool: Pool) -> float:
    """How well a sign fits: its colour (or that of its letters, or of the slide it fills), then its words."""
    score = 0.7
    if mention.colour:
        plate = colour_score(mention.colour, sign.colour)
        page = 1.0 if pool.fills(mention.colour, (sign.start_ns + sign.end_ns) // 2) else 0.0
        # "The blue slide" is blue itself, "the blue sign" hangs on a wall of another colour.
        is_page = any(stem(w) in _PAGES for w in mention.words.split())
        is_board = any(stem(w) in _BOARDS for w in mention.words.split())
        surface = max(0.6 * plate, page) if is_page else max(plate, 0.8 * page if is_board else 0.0)
        ink = 0.6 * colour_score(mention.colour, sign.ink) if "letter" in mention.words or not sign.colour else 0.0
        colour = max(surface, ink, 0.0 if sign.colour else 0.4)
        if colour < _LEAST_COLOUR and (sign.colour or sign.ink):
            return 0.0
        score = 0.3 + 0.7 * colour
    if content := tuple(w for w in mention.content if stem(w) not in _ANY_SIGN):
        said = max(words_score(content, sign), 0.9 * _context_score(content, sign, pool))
        if said >= FITS:
            score *= 0.8 + 0.4 * said
        elif _says_elsewhere(tuple(w for w in content if not _word_in(w, sign)), mention):
            score *= _SETTING / 0.7 + (1 - _SETTING / 0.7) * said
        else:
            return 0.0  # a poster about something says so
    return min(1.0, score)


def _says_elsewhere(words: tuple[str, ...], mention: Mention) -> bool:
    """Whether words that do not stand on a sign need not: they tell where it is ("on the door", "by the big gate"), or
    its colour tells it apart; what a sign is about does stand on it."""
    governing = [_governing(word, mention.words) for word in words]
    return all(g in _WHERE or (mention.colour and g not in _ABOUT) for g in governing)


def _governing(word: str, phrase: str) -> str:
    """The preposition that a word of a phrase belongs to, "" for none."""
    words = phrase.split()
    before = words[: words.index(word)] if word in words else []
    return next((w for w in reversed(before) if w in _WHERE or w in _ABOUT), "")


def _context_score(content: tuple[str, ...], sight: Thing, pool: Pool) -> float:
    """How well words spoken while a thing was in view fit: "here is the bakery" names the sign that stands there."""
    near = [
        u for u in pool.all("speech")
        if u.lasts(sight.start_ns - _SPAN_OF_CONTEXT_NS, sight.end_ns)
    ]  # fmt: skip
    return max((words_score(content, u) for u in near), default=0.0)


def dressed_in(mention: Mention) -> bool:
    """Whether a colour that is named is that of somebody's clothes: "the person in red", "the red person"."""
    if not mention.colour or mention.kind not in ("people", "face"):
        return False
    worn = rf"\b(?:in|with|wearing|wore|dressed|clad|had|has)(?: \w+){{0,2}} {mention.colour}\b|^{mention.colour} \w+"
    return bool(re.search(worn, mention.words))


def _people(mention: Mention, pool: Pool) -> list[Thing]:
    if dressed_in(mention):
        came = [t for t in pool.all("entered") if t.colour == mention.colour]
        return came if mention.deed != "leave" else [t for t in pool.all("left") if t.track in {c.track for c in came}]
    if mention.deed == "enter":
        return pool.all("entered")
    if mention.deed == "leave":
        return pool.all("left")
    states = [t for t in pool.all("people") if t.value >= 0.5]
    return states or pool.all("entered") or [t for t in pool.all("face") if t.value >= 0.5]


def _shapes(mention: Mention, pool: Pool) -> list[Thing]:
    moving, there = pool.all("motion"), pool.all("object")
    return [*moving, *there] if mention.deed == "move" else [*there, *moving]


def _shape(mention: Mention, thing: Thing) -> float:
    """How well a shape fits: both colour and shape must be at least near where they are named."""
    colour = colour_score(mention.colour, thing.colour) if mention.colour else 0.9
    shape = _shape_score(mention.shape, thing.shape) if mention.shape else 0.9
    if mention.deed == "move" and thing.kind != "motion":
        shape *= 0.7
    if mention.side and thing.kind == "object" and _POSITION.get(mention.side, mention.side) not in thing.position:
        return 0.0
    if mention.side and thing.kind == "motion" and mention.side != thing.subject:
        return 0.0
    return round(colour * shape, 3)


_POSITION = {"up": "top", "down": "bottom"}


def is_figure(mention: Mention) -> bool:
    """Whether it names a thing that perception has no word for but sees as some shape: a car, a boat."""
    return any(stem(w) in _VEHICLES for w in mention.content)


def looks_like_a_car(thing: Thing) -> bool:
    """Whether something without a plain geometrical name moved."""
    return thing.kind == "motion" and thing.shape in ("", "shape", "other")


def _figures(mention: Mention, pool: Pool) -> list[Match]:
    """Shapes that pass for what is named: cars for what looks like one, others only where they were spoken of."""
    named = [stem(w) for w in mention.content if stem(w) in _VEHICLES]
    if not named or not all(w in _LIKE_A_CAR or w in pool.stems for w in named):
        return []
    found = [Match(t, 0.95 * _figure(mention, t)) for t in pool.all("motion", "object") if t.shape != "person"]
    return [m for m in found if m.score >= FITS]


def _figure(mention: Mention, thing: Thing) -> float:
    """How well a shape passes for a car: one without a plain geometrical name does best."""
    colour = colour_score(mention.colour, thing.colour) if mention.colour else 0.9
    if any(w in thing.subject.split() or w == thing.shape for w in mention.content):
        return colour
    if thing.shape in ("", "shape", "other"):
        likely = 0.85
    else:
        likely = 0.7 if thing.shape in ("rectangle", "oval", "pentagon", "hexagon") else 0.55
    return round(colour * likely * (1.0 if thing.kind == "motion" else 0.75), 3)


def _background(mention: Mention, thing: Thing) -> float:
    if not mention.colour:
        return 0.8 if thing.side == "background" else 0.55
    return colour_score(mention.colour, thing.colour) * (1.0 if thing.side == "background" else 0.8)


def lights(deed: str, pool: Pool) -> list[Thing]:
    """Changes of light in a direction ("dark", "bright", "" for any); states where no change was seen."""
    changes = light_changes(pool)
    if deed not in ("dark", "bright"):
        return changes or pool.all("light")
    wanted = "darker" if deed == "dark" else "brighter"
    found = [c for c in changes if c.subject == wanted]
    if found:
        return found
    states = ("dark",) if deed == "dark" else ("bright", "normal")
    ordered = pool.all("light")
    # The first state of a stream is how it was, not something that came about.
    dark = [s for i, s in enumerate(ordered) if s.subject in states and (i or deed == "dark")]
    return dark or [c for c in light_steps(pool) if c.subject == wanted and deed == "dark"]


def sounds(mention: Mention, pool: Pool) -> list[Thing]:
    """Sounds of the label that the words name; any but speech and silence where they name none."""
    labels = sound_labels(mention.words)
    if labels:
        return [t for t in pool.all("sound") if t.subject in labels]
    return [t for t in pool.all("sound") if t.subject not in ("speech", "silence")]


_SOUND_LABELS = {
    "music": "music", "song": "music", "melody": "music", "tune": "music", "jingle": "music", "beep": "music",
    "tone": "music", "sing": "music", "bang": "bang", "clap": "bang", "explosion": "bang", "knock": "bang",
    "thud": "bang", "crash": "bang", "gunshot": "bang", "shot": "bang", "hiss": "noise", "static": "noise",
    "silence": "silence", "silent": "silence", "quiet": "silence", "speech": "speech", "voice": "speech",
}  # fmt: skip


def sound_labels(words: str) -> set[str]:
    """Labels of sound that words name; "noise" alone is any loud thing."""
    named = {_SOUND_LABELS[s] for w in words.split() for s in (w, stem(w)) if s in _SOUND_LABELS}
    if not named and any(stem(w) == stem("noise") for w in words.split()):
        return {"noise", "bang", "music"}
    return named


# ---- likeness ------------------------------------------------------------------------------------------------------


def colour_score(wanted: str, have: str) -> float:
    if not wanted or not have:
        return 0.0
    return 1.0 if wanted == have else _NEAR if frozenset((wanted, have)) in _NEAR_COLOURS else 0.0


def _shape_score(wanted: str, have: str) -> float:
    if wanted == have:
        return 1.0
    if not have or have in ("shape", "other"):
        return 0.6
    return _NEAR if frozenset((wanted, have)) in _NEAR_SHAPES else 0.0


def words_score(content: tuple[str, ...], thing: Thing) -> float:
    """Share of the content words that stand in what a thing says, allowing for misheard and misread ones."""
    if not content:
        return 0.0
    return sum(_word_in(word, thing) for word in content) / len(content)


def _word_in(word: str, thing: Thing) -> float:
    if word in thing.words or stem(word) in thing.stems:
        return 1.0
    likeness = max((heard_alike(word, other) for other in thing.words), default=0.0)
    if likeness >= SAME_WORD:
        return likeness
    squeezed = "".join(thing.words)  # readers run words together
    return 0.9 if len(word) >= 5 and word in squeezed else 0.0


def topic_score(content: tuple[str, ...], thing: Thing) -> float:
    """How much words said are about a topic; what memory found near in meaning counts where the words differ."""
    return max(words_score(content, thing), 0.75 * thing.score)
