"""Reads an answer in ordinary words: times, numbers, yes or no, directions, "I did not see that". Pure text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {word: i for i, word in enumerate(_ONES)} | {word: 10 * (i + 2) for i, word in enumerate(_TENS)}
COLOUR_WORDS = ("red", "orange", "yellow", "green", "blue", "purple", "violet", "pink", "brown", "black", "white",
                "grey", "gray", "cyan", "turquoise", "beige")  # fmt: skip
OPPOSITE = {"left": "right", "right": "left", "up": "down", "down": "up"}
LIKE = 0.7  # how similar a misheard word is at least

_NUMBER = (
    r"(?:\d+(?:\.\d+)?|(?:"
    + "|".join(_TENS)
    + r")(?:[- ](?:"
    + "|".join(_ONES[1:10])
    + r"))?|"
    + ("|".join(sorted(_ONES, key=len, reverse=True)) + r"|an?)")
)
_CLOCK = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d+)?)(?![\d:])")
_LENGTH = re.compile(
    rf"(?:\b(?P<h>{_NUMBER})\s+hours?\b[\s,]*(?:and\s+)?)?"
    rf"(?:\b(?P<m>{_NUMBER})(?P<half>\s+and\s+a\s+half)?\s+minutes?\b(?P<half2>\s+and\s+a\s+half)?[\s,]*(?:and\s+)?)?"
    rf"(?:\b(?P<s>{_NUMBER})\s*(?:seconds?|secs?|s)\b)?"
)
_HALF_MINUTE = re.compile(r"\bhalf a minute\b")
_JUST_NOW = re.compile(r"\b(just now|a moment ago|right now|a few seconds ago)\b")

Sort = Literal["at", "ago", "for", "plain"]


@dataclass(frozen=True)
class Time:
    """A time or length that a text names. at: since the beginning; ago: before now; for: a duration."""

    sort: Sort
    seconds: float
    start: int  # where in the text
    end: int


def number(word: str) -> float:
    """'42', 'forty-two', 'a' as a number."""
    word = word.strip().replace("-", " ")
    if word in ("a", "an"):
        return 1.0
    if re.fullmatch(r"\d+(\.\d+)?", word):
        return float(word)
    return float(sum(NUMBER_WORDS[part] for part in word.split()))


def times(text: str) -> list[Time]:
    """Every time in a text, in order."""
    text = text.lower()
    found = [Time("at", _clock_seconds(m), m.start(), m.end()) for m in _CLOCK.finditer(text)]
    found += [_placed(text, 30.0, m.start(), m.end()) for m in _HALF_MINUTE.finditer(text)]
    found += [Time("ago", 3.0, m.start(), m.end()) for m in _JUST_NOW.finditer(text)]
    for match in _LENGTH.finditer(text):
        if not (match["h"] or match["m"] or match["s"]):
            continue
        if any(t.start < match.end() and match.start() < t.end for t in found):
            continue
        seconds = 3600 * number(match["h"] or "zero") + 60 * number(match["m"] or "zero") + number(match["s"] or "zero")
        seconds += 30 if match["half"] or match["half2"] else 0
        found.append(_placed(text, seconds, match.start(), match.end()))
    return sorted(found, key=lambda t: t.start)


def _clock_seconds(match: re.Match[str]) -> float:
    return 3600 * int(match[1] or 0) + 60 * int(match[2]) + float(match[3])


def _placed(text: str, seconds: float, start: int, end: int) -> Time:
    """Whether a length stands for a moment or for a duration, by the words around it."""
    before, after = text[:start].rstrip(), text[end:].lstrip(" ,")
    if re.match(r"(ago|earlier|before now|back)\b", after):
        return Time("ago", seconds, start, end + len(text[end:]) - len(after) + 4)
    if re.search(r"\b(for|lasted|took|every|within)( about| around| nearly)?$", before):
        return Time("for", seconds, start, end)
    if re.search(r"\b(at|after|around|from|until|till|to|by|since)( about| around)?$", before) or re.match(
        r"(in\b|into\b|after the (start|beginning)|from the (start|beginning))", after
    ):
        return Time("at", seconds, start, end)
    return Time("plain", seconds, start, end)


def without_times(text: str) -> str:
    """The text with its times taken out, so that what is left over can be searched for numbers."""
    for time in reversed(times(text)):
        text = text[: time.start] + " , " + text[time.end :]
    return text


def numbers(text: str) -> list[float]:
    """Numbers in the order they stand, times left out; nobody is 0, somebody is 1."""
    plain = without_times(text.lower())
    pattern = rf"\b(?:(?P<none>nobody|no one|no people|no persons?|none)|(?P<one>somebody|someone)|(?P<n>{_NUMBER}))\b"
    found = []
    for match in re.finditer(pattern, plain):
        if match["none"]:
            found.append(0.0)
        elif match["one"]:
            found.append(1.0)
        elif match["n"] in ("a", "an"):
            if re.match(r"\s+(single )?(person|visitor|man|woman)\b", plain[match.end() :]):
                found.append(1.0)
        else:
            found.append(number(match["n"]))
    return found


def sentences(text: str) -> list[str]:
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+", text.strip()) if s.strip()]


_DENIAL = re.compile(
    r"\b(no|not|never|nobody|none|nothing|neither|cannot|without)\b|n't\b",
)
_ABSTENTION = re.compile(
    r"\b(did not|didn't|have not|haven't|has not|could not|couldn't|cannot|can't|can not|was not|wasn't able to)\s+"
    r"(\w+\s+)?(see|seen|hear|heard|find|found|notice|noticed|say|tell|read|remember|know|recall|answer|make out)\b"
    r"|\b(do not|don't)\s+(know|remember|recall|have)\b|\b(saw|heard|found|remember|know) nothing\b"
    r"|\bnot sure\b|\bno (evidence|memory|record|idea|information)\b|\bnothing (about|like|on|of) (that|it)\b"
)


def denies(text: str) -> bool:
    """The first sentence says no."""
    first = sentences(text.lower())[:1]
    return bool(first and _DENIAL.search(first[0]))


def abstains(text: str) -> bool:
    """The first sentence says that it is not known."""
    first = sentences(text.lower())[:1]
    return bool(first and _ABSTENTION.search(first[0]))


def yes_or_no(text: str) -> bool | None:
    """True for yes, False for no, None for neither or both."""
    opened = {m[0] for s in sentences(text.lower()) if (m := re.match(r"(yes|no)\b", s))}
    if len(opened) == 2 or re.match(r"(yes\W+((and|or)\s+)?no|no\W+((and|or)\s+)?yes)\b", text.lower().strip()):
        return None
    if opened:
        return opened == {"yes"}
    if denies(text):
        return False
    return (
        True
        if re.search(r"\b(there (is|was|are|were)|i (see|saw|hear|heard)|is|was|are|were)\b", text.lower())
        else None
    )


def direction(text: str) -> str:
    """left, right, up or down: where something goes; "" when no direction is named."""
    text = re.sub(r"\b(top|upwards?)\b", "up", re.sub(r"\b(bottom|downwards?)\b", "down", text.lower()))
    if match := re.search(r"\b(?:to|towards?)\s+(?:the\s+)?(left|right|up|down)\b", text):
        return match[1]
    for match in re.finditer(r"\b(left|right|up|down)(?:wards?)?\b", text):
        if re.search(r"\bfrom\s+(?:the\s+)?$", text[: match.start()]):
            continue
        return match[1]
    match = re.search(r"\bfrom\s+(?:the\s+)?(left|right|up|down)\b", text)
    return OPPOSITE[match[1]] if match else ""


def colours(text: str) -> list[str]:
    """Colour words in order, each once."""
    found = re.findall(rf"\b(?:{'|'.join(COLOUR_WORDS)})\b", text.lower())
    return list(dict.fromkeys("grey" if c == "gray" else c for c in found))


def tokens(text: str) -> list[str]:
    """Words and numbers; number words as digits."""
    words = re.findall(r"[a-z]+(?:'[a-z]+)?|\d+", text.lower())
    return [str(NUMBER_WORDS[w]) if w in NUMBER_WORDS else w for w in words]


def says(text: str, phrase: str, *, misheard: bool = False) -> int:
    """Where in the text's tokens a phrase stands, -1 if nowhere. misheard: similar words will do."""
    have, want = tokens(text), tokens(phrase)
    for i in range(len(have) - len(want) + 1):
        if all(_same(a, b, misheard) for a, b in zip(have[i : i + len(want)], want, strict=True)):
            return i
    squeezed = re.sub(r"[^a-z0-9]", "", phrase.lower())
    if len(want) > 1 and len(squeezed) >= 6 and squeezed in re.sub(r"[^a-z0-9]", "", text.lower()):
        return len(have)  # the reader ran the words together; the place is unknown
    return -1


def _same(have: str, want: str, misheard: bool) -> bool:
    if have == want or (len(want) > 3 and have in (want + "s", want + "es", want.removesuffix("s"))):
        return True
    if not misheard or len(want) < 4 or not want.isalpha() or not have.isalpha():
        return False
    return SequenceMatcher(None, have, want).ratio() >= LIKE
