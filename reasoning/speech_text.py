"""How a phrase is spoken: times, addresses, signs in capitals and symbols as words, boxes left out. Pure text."""

from __future__ import annotations

import re

from reasoning.chinese import is_chinese
from reasoning.chinese_speech import is_quoted, spoken_chinese
from wire.boxes import speakable
from wire.words import word_set

_CLOCK = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?![\d:])")
_DATED = re.compile(  # what stands before a time of day
    r"(?:\b\d{4}-\d\d-\d\d(?: at)?|\b(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December)(?: \d{4})?) $"
)
_UNTIL = re.compile(r"(?<=\d:\d\d)\s?[-\u2013\u2014]\s?(?=\d{1,2}:\d\d)")
_ADDRESS = re.compile(r"\b(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,}(?:/[\w./?=&%#-]*)?)", re.IGNORECASE)
_IS_ADDRESS = re.compile(r"https?://|www\.|\.(?:org|com|net|io|de|uk|eu|info|edu|gov)\b|/", re.IGNORECASE)
_MONEY = re.compile(r"([$€£])\s?(\d+)(?:[.,](\d{2}))?\b")
_CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds"}
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_SPELLED = word_set(
    "QR TV UK US USA EU PC ID AM PM BBC CNN DVD CD WC ATM GPS USB FAQ UTC GMT CET CEST EST EDT IST EET EEST WET AEST"
)
_SYMBOLS = (
    ("&", " and "), ("%", " percent"), ("+", " plus "), ("=", " equals "), ("@", " at "), ("…", ", "),
    ("°", " degrees"), ("/", " "), ("_", " "), ("#", " number "), ('"', ""), ("*", ""), ("|", ", "),
)  # fmt: skip


def spoken(phrase: str) -> str:
    """The phrase as it is to be said; empty if there is nothing to say."""
    if is_chinese(_ADDRESS.sub("", phrase)):
        return spoken_chinese(speakable(phrase))
    text = _ADDRESS.sub(_address, speakable(phrase))
    text = _CLOCK.sub(_time, _UNTIL.sub(" to ", text))
    text = _MONEY.sub(_money, text)
    text = _CAPITALS.sub(_capitals, text)
    for symbol, word in _SYMBOLS:
        text = text.replace(symbol, word)
    text = re.sub(r"\s+([,.!?;:])", r"\1", re.sub(r"\s+", " ", text)).strip()
    return text if re.search(r"\w", text) else ""


def _time(found: re.Match[str]) -> str:
    """A place in the stream: "1:05" is "1 minute 5 seconds". A time of day stays, as does what is quoted."""
    before = found.string[: found.start()]
    if _DATED.search(before) or is_quoted(before):
        return found[0]
    parts = [(int(found[1] or 0), "hour"), (int(found[2]), "minute"), (int(found[3]), "second")]
    said = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n]
    return " ".join(said) or "the very beginning"


def _address(found: re.Match[str]) -> str:
    if not _IS_ADDRESS.search(found[0]):
        return found[0]
    return re.sub(
        r"\s+", " ", found[1].rstrip("/.").replace(".", " dot ").replace("/", " slash ").replace("-", " dash ")
    )


def _money(found: re.Match[str]) -> str:
    cents = f" {found[3]}" if found[3] and found[3] != "00" else ""
    return f"{found[2]} {_CURRENCIES[found[1]]}{cents}"


def _capitals(found: re.Match[str]) -> str:
    """Signs shout; a voice would spell them. Letters that are no word stay, and are spelled."""
    word = found[0]
    if word in _SPELLED or not re.search(r"[AEIOUY]", word):
        return " ".join(word) if len(word) <= 4 else word
    return word.lower()
