"""How likely what was said or written tells what is asked: by its words, their kin and likeness, and what it holds.

Pure scores over one thing and the content words of a question; finds and words nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reasoning.grounded.pool import Thing
from reasoning.grounded.resolve import SAME_WORD
from wire.homophones import heard_alike
from wire.words import STOPWORDS, said_words, stem, stem_set

_HALF_HEARD = 0.57
_MEANT = 0.8  # nearness in meaning from which the words need not be the same
_COMMON_VERBS = stem_set(
    "open close leave arrive depart start begin end finish stop cost build sell live serve hold take run work"
    " go come be have make get give find keep use call name know need want see hear say tell happen stand lie"
    " sit meet play eat buy pay visit exist belong contain offer grow win lose paint write own lead show bring"
    " drink lives rent hire borrow book order reserve use wear"
)
_LIGHT_NOUNS = stem_set(
    "name price number time day date year cost colour place kind sort type thing way part amount hour today much "
    "many sign"
    " board slide poster screen page wall door title old tall far long high big heavy deep fast large small wide new "
    "good"
    " called named own money pay expensive cheap dollar dollars euro euros pound pounds word words text find look "
    "address"
    " phone week month minute said there exactly everything train top bottom front side middle topic subject theme"
    " away charge today tonight tomorrow yesterday"
)
_ALIKE = """
open begin start | close end finish shut stop | leave depart go | cost price dollar euro pound cent fee fare | child kid
boat ship ferry vessel | car vehicle automobile | shop store | big large huge | small little tiny | tall high height
build construct erect make | sell offer | photo picture photograph | street road | film movie cinema | hill mountain
job work | doctor physician | house home | garden park | dinner supper meal eat | breakfast meal | fast quick speed
long length | heavy weigh weight | old age | author writer write | call name | teacher instructor | capital city
sea ocean | stone rock | rule law | live reside home | purchase buy | autumn fall | phone telephone call | station stop
password code secret | chef cook | born birth | die death | own belong possess | write compose | hot heat temperature
smell scent odour | record best | make bake brew prepare | jacket coat | invite join | repair mend fix
"""
_GROUPS = [stem_set(group) for line in _ALIKE.strip().splitlines() for group in line.split("|")]
_KIN = {word: frozenset().union(*(g for g in _GROUPS if word in g)) for group in _GROUPS for word in group}
_NOBODY: frozenset[str] = frozenset()
_NUMBER = (
    r"\b(?:\d[\d.,:]*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|"
    r"eigh|"
    r"nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|half|dozen|quarter)\b"
)
_HOLDS = {
    "number": re.compile(_NUMBER),
    "price": re.compile(rf"{_NUMBER}|\bfree\b|[$€£]"),
    "phone": re.compile(rf"\d[\d -]{{4,}}|(?:{_NUMBER}[ -]*){{4,}}"),
    "time": re.compile(
        rf"\d:\d\d|\b(?:at|in|from|until|till|since|by|after|before|around) {_NUMBER}|{_NUMBER} (?:am|pm|to|until|"
        r"oclock|"
        r"hours?|minutes?|days?|weeks?|months?|years?)|\b(?:1[5-9]|20)\d\d\b|\b(?:noon|midnight|morning|evening|"
        r"afternoon|night|daily|tomorrow|tonight|weekend|summer|winter|"
        r"spring|autumn|\w+day|sunrise|sunset|dawn|dusk|january|february|march|april|may|june|july|august|september|"
        r"october|november|december|hour|hours|week|month|year|century|soon|later|lunch|dinner)s?\b"
    ),
    "date": re.compile(rf"{_NUMBER}|\b(?:\w+days?|january|february|march|april|june|july|august|september|october|"
                       r"november|december|(?:first|second|third|\w+th) of \w+|may the \w+)\b"),
    "place": re.compile(
        r"\b(?:in|on|at|under|behind|near|beside|between|above|below|inside|outside|next to|opposite|from|to|through|"
        r"into|"
        r"around|by|left|right|north|south|east|west|beneath|across|beyond)\b"
    ),
    "reason": re.compile(r"\b(?:because|since|due|owing|as|so|reason|after|for)\b"),
}  # fmt: skip
# What leaves no doubt that this sort of thing is told; then a noun may be misheard more badly.
_TELLS = {
    "price": re.compile(rf"{_NUMBER} (?:dollars?|euros?|pounds?|cents?|francs?|crowns?)|\bcosts? {_NUMBER}|[$€£]"),
    "time": re.compile(
        r"\b\d{1,2} (?:to|until|till) \d|"
        r"\b(?:on|at|in|from|until|till|every|this|next) (?:the )?(?:\w+day|\d|noon|midnight|morning|evening|afternoon|"
        r"january|february|march|april|may|june|july|august|september|october|november|december)"
    ),
    "name": re.compile(r"\b(?:called|named|name (?:of [\w ]+)?is|name (?:of [\w ]+)?was|names? (?:is|are))\b"),
    "date": re.compile(r"\b(?:1[5-9]|20)\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"),
    "place": re.compile(r"\b(?:from|in|at|under|behind|near|on|inside|outside|into) \w"),
}
_VALUES = ("number", "price", "phone", "time", "date")
_DIGIT = re.compile(r"\d")
_KNOWN_ELSEWHERE = 0.55  # worth of a likeness to a word that was understood well in another place
_SHORT_SIGN = 2  # lines of a sign that is quoted whole
_INCOMPLETE = 0.8  # worth of words among which a noun of the question is missing
_AGE = stem_set("old age")
_TELLS_AGE = re.compile(r"\b(?:old|older|oldest|age|aged|years?|born|birthday)\b")
_CONTRARIES = [
    (stem_set(a), stem_set(b))
    for a, b in (
        ("open begin start", "close end finish shut stop"), ("arrive", "leave depart"), ("win winner", "lose loser"),
        ("buy", "sell"), ("oldest old", "youngest young new newest"), ("first", "last"), ("cheap cheapest", "dear"),
        ("fastest", "slowest"), ("tallest highest", "lowest smallest"), ("breakfast", "lunch dinner supper"),
        ("biggest largest", "smallest"), ("north", "south"), ("east", "west"), ("summer", "winter"),
    )
]  # fmt: skip
# Numbers that are no price: a time of day, and so many of what is not money.
_MEASURED = re.compile(
    rf"\b\d{{1,2}}:\d\d\b|{_NUMBER}(?: {_NUMBER})* (?:lit(?:er|re)s?|(?:kilo|centi|milli)?met(?:er|re)s?|kilos?|"
    r"(?:kilo)?grams?|tons?|miles?|degrees?|per ?cent|minutes?|hours?|days?|weeks?|months?|years?|people|persons|"
    r"children|guests|visitors|members|seats|steps|floors|rooms|pages|books|times)\b"
)
_NAME_OF = re.compile(r"\bnames? of [\w ]+? (?:is|was) (\w+)$")
_GOES_TO = re.compile(r"\b(?:goes|went|given|belongs?|belonged|sold|donated|handed|paid|awarded|presented) to\b")
MY_NAME = re.compile(r"\bmy name is (\w+)")
_INTRODUCED = re.compile(r"\bi am (?!(?:a|an|the|so|very|your|our|going|not|here|in|at|on|from|sure|glad|happy)\b)\w+")
_LIGHT = 0.25  # weight of a noun that tells little
_CALENDAR = stem_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december christmas easter halloween spring summer autumn winter tomorrow yesterday weekend"
)
_EMPTY = stem_set("place thing way part kind sort type amount there exactly everything said called named name")
_GIVEN = stem_set("called named call name")
_NAMED = re.compile(r"\b(?:called|named|name is|name was|names are|known as)\b")


def telling_lines(content: Sequence[str], sign: Thing, wants: str, asked: str = "") -> str:
    """The lines of a sign that hold most of the words, where they say more than that; all, where they are a heading and
    what is wanted stands apart from them. asked: the question's own words, which tell nothing new."""
    scores = [sum(_occurs_in(word, line.subject) for word in content) for line in sign.lines]
    best = max(scores, default=0.0)
    if best <= 0:
        return sign.subject
    words = ", ".join(dict.fromkeys(e.subject for e, s in zip(sign.lines, scores, strict=True) if s >= best - 0.05))
    if wants in _VALUES or _AGE & {stem(w) for w in content}:
        value = _HOLDS[wants] if wants in _VALUES and not _AGE & {stem(w) for w in content} else _TELLS_AGE
        return words if value.search(words.lower()) else sign.subject
    if len(sign.lines) <= _SHORT_SIGN:
        return sign.subject
    known = {stem(w) for w in (*content, *said_words(asked))}
    new = [w for w in said_words(words) if stem(w) not in known and w not in STOPWORDS]
    return words if wants != "name" and new else sign.subject


def _occurs_in(word: str, line: str) -> float:
    words = said_words(line)
    if word in words or stem(word) in {stem(w) for w in words}:
        return 1.0
    likeness = max((heard_alike(word, other) for other in words), default=0.0)
    return likeness if likeness >= SAME_WORD else 0.0


def telling(content: Sequence[str], thing: Thing, wants: str, known: frozenset[str] = _NOBODY) -> float:
    """0..1: how likely what was said or read tells what is asked.

    A noun that does not occur counts against it more than a verb or "price", and more still where it is one of
    several; what is wanted (a number, a time, a name) must be there; nearness in meaning, found by memory, can stand
    in for the words only where it is great. known: stems that were said (or read) anywhere; a word that is among
    them was not misheard (misread) elsewhere.
    """
    if not content:
        return 0.0
    tells = wants in _TELLS and bool(_TELLS[wants].search(" ".join(thing.words)))
    weights = [_weight(word) for word in content]
    if max(weights) < 1.0:  # "who gets the money": then that is the noun
        weights = [
            1.0 if w == _LIGHT and stem(word) not in _EMPTY else w for word, w in zip(content, weights, strict=True)
        ]
    if wants == "place" and not any(_occurs(word, thing, known) == 1.0 for word in content):
        tells = False  # "in" is said so often that it tells little
    matched = [_occurs(word, thing, known) or (_resembles(word, thing, known) if tells else 0.0) for word in content]
    covered = sum(w * m for w, m in zip(weights, matched, strict=True)) / sum(weights)
    meaning = (
        thing.score if thing.score >= _MEANT or any(m and w == 1 for m, w in zip(matched, weights, strict=True)) else 0
    )
    score = max(covered, 0.6 * covered + 0.4 * meaning, 0.7 * meaning if meaning >= _MEANT else 0.0)
    if thing.score < _MEANT and any(w == 1 and m < 0.5 for m, w in zip(matched, weights, strict=True)):
        score *= _INCOMPLETE
    if wants and not _holds(" ".join(thing.words), wants, content):
        score *= (
            0.45 if wants != "name" else 0.65 if thing.kind == "text" else 0.5
        )  # a name on a sign stands there alone
    elif wants in _TELLS and wants != "place" and not tells:
        score *= 0.9
    nouns = [m for word, w, m in zip(content, weights, matched, strict=True) if w == 1 and stem(word) not in _GIVEN]
    if wants == "name" and nouns and nouns[-1] < 0.5:
        score *= 0.7  # whose name is asked: that of the owner's dog
    if any(w in _CALENDAR and w not in thing.stems for w in map(stem, content)):
        score *= 0.6  # "sings every Thursday" tells nothing of Christmas
    if sum(w == 1 and m < 0.5 for w, m in zip(weights, matched, strict=True)) > 1:
        score *= 0.85
    if _contrary({stem(w) for w in content}, thing.stems):
        score *= 0.6
    if wants == "name" and (found := _NAME_OF.search(" ".join(thing.words))) and found[1] in content:
        score *= 0.4  # "the name of the winner is David" tells nothing of David's name
    if _AGE & {stem(w) for w in content} and not _TELLS_AGE.search(" ".join(thing.words)):
        score *= 0.5
    return score


def _contrary(asked: set[str], told: frozenset[str]) -> bool:
    """Whether the contrary of what is asked is told: "closes" of "when does it open"."""
    return any(
        (asked & a and told & b and not told & a) or (asked & b and told & a and not told & b) for a, b in _CONTRARIES
    )


def _weight(word: str) -> float:
    base = stem(word)
    is_verb = base in _COMMON_VERBS and not word.endswith("ing")  # "the meeting" is a thing
    is_verb = is_verb or (word.endswith("ed") and len(word) > 4)  # "described", "located"
    return _LIGHT if base in _LIGHT_NOUNS else 0.35 if is_verb else 1.0


def _occurs(word: str, thing: Thing, known: frozenset[str]) -> float:
    base = stem(word)
    if word in thing.words or base in thing.stems:
        return 1.0
    if (
        _KIN.get(base, _NOBODY) & thing.stems
        or _doers(base) & thing.stems
        or any(base in _doers(s) for s in thing.stems)
    ):
        return 0.9
    likeness = max((heard_alike(word, other) for other in thing.words if _may_be_misheard(other)), default=0.0)
    if likeness >= SAME_WORD:
        return likeness if base not in known else _KNOWN_ELSEWHERE * likeness
    squeezed = "".join(thing.words)
    return 0.9 if len(word) >= 5 and word in squeezed else 0.0


def _same_deed(a: str, b: str) -> bool:
    """Whether two stems are one deed: the same verb, one like it, or the name of who does it."""
    return a == b or b in _KIN.get(a, _NOBODY) or b in _doers(a) or a in _doers(b)


def _doers(base: str) -> frozenset[str]:
    """Stems of who does it: "win" -> winner, "teach" -> teacher, "act" -> actor."""
    return frozenset((f"{base}er", f"{base}or", f"{base}{base[-1:]}er")) if len(base) >= 3 else _NOBODY


def _resembles(word: str, thing: Thing, known: frozenset[str]) -> float:
    """A noun that recognition got half wrong ("land" for "lamp"), where all else fits."""
    if _weight(word) < 1.0 or stem(word) in known:
        return 0.0
    likeness = max((heard_alike(word, other) for other in thing.words if _may_be_misheard(other)), default=0.0)
    return 0.8 * likeness if likeness >= _HALF_HEARD else 0.0


def _may_be_misheard(word: str) -> bool:
    """Frequent words are recognised well: "costs" was not meant to be "castle"."""
    return word not in STOPWORDS and stem(word) not in _COMMON_VERBS


def _holds(text: str, wants: str, content: Sequence[str]) -> bool:
    """Whether words hold the sort of thing that is wanted."""
    if wants == "name":
        return _names(text, content)
    pattern = _HOLDS.get(wants)
    return pattern is None or bool(pattern.search(_MEASURED.sub("", text) if wants == "price" else text))


def introduces(text: str) -> bool:
    """Whether somebody says who he is."""
    return bool(MY_NAME.search(text) or _INTRODUCED.search(text))


def _names(text: str, content: Sequence[str]) -> bool:
    """Whether words name somebody or something: by a name, or by the deed itself."""
    nouns = [w for w in content if _weight(w) == 1.0]
    if any(told.search(text) for told in (_NAMED, _TELLS["name"], _INTRODUCED)):
        return True
    if (given := _GOES_TO.search(text)) and not any(noun in text[given.end() :].split() for noun in nouns):
        return True  # but "went to a singer" does not name the singer
    near = [re.escape(n) for n in nouns]
    verbs = [w for w in content if stem(w) in _COMMON_VERBS or (w.endswith("ed") and len(w) > 4)]
    if any(_same_deed(stem(v), stem(t)) for v in verbs for t in text.split()):
        return True  # "who built the bridge": the deed itself is told
    return any(
        re.search(
            rf"\b{n}\w*(?: of(?: \w+){{1,3}})?(?: \w+)? (?:is|was)\b|"
            rf"\b(?:is|was) (?:the|our|a|an|my) (?:\w+ ){{0,2}}{n}|\bby\b",
            text,
        )
        for n in near
    )
