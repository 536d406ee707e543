"""Events as short sentences in plain words: what is embedded, searched, shown and read out.

Pure wording. Equal things get equal sentences, so counts and times stay out unless they are the point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SOUNDS = {
    "speech": "A voice is heard.",
    "music": "Music plays.",
    "noise": "There is noise.",
    "silence": "It is silent.",
    "bang": "There is a loud bang.",
}
_LIGHT = {
    "dark": "It is dark.",
    "dim": "The light is dim.",
    "normal": "The light is normal.",
    "bright": "The picture is bright.",
}
_DIRECTIONS = {
    "left": "to the left",
    "right": "to the right",
    "up": "upwards",
    "down": "downwards",
    "toward": "towards the camera",
    "away": "away from the camera",
}


def sentence(kind: str, subject: str, value: float = 0.0, attrs: Mapping[str, str] | None = None) -> str:
    """One sentence that says what the event is. Kinds that are not known are named as they are."""
    attrs = attrs or {}
    count = round(value) if abs(value) < 1e6 else 0
    match kind:
        case "text":
            return f'{_a_sign(attrs)} reads "{subject}".'
        case "code":
            return f'A QR code says "{subject}".'
        case "people" | "face":
            return _count_of("person" if kind == "people" else "face", count)
        case "entered":
            return f"A person came in{_side(attrs, 'from')}; now {_there(count)}."
        case "left":
            return f"A person left{_side(attrs, 'to')}; now {_there(count)}."
        case "colour":
            where = "background" if attrs.get("role") == "background" else "main colour of the picture"
            return f"The {where} is {subject}."
        case "object":
            return f"{_with_article(subject)} is visible{_position(attrs)}."
        case "light":
            return _LIGHT.get(subject, f"The light is {subject}.")
        case "light_change":
            return "The light went on; it became brighter." if subject == "brighter" else _darker(subject)
        case "motion":
            return _motion(subject, attrs)
        case "shot":
            return "The view cuts to another scene."
        case "speech":
            return f'Someone said: "{subject}"'
        case "sound":
            return _SOUNDS.get(subject, f"A sound of {subject} is heard.")
        case "question":
            return f'The question was: "{subject}"'
        case "answer":
            return f'The answer was: "{subject}"'
        case _:
            return f"{kind.replace('_', ' ').capitalize()}: {subject}." if subject else f"{kind.replace('_', ' ')}."


def summary(sentences: Iterable[str], limit: int = 12) -> str:
    """Sentences of a span as one text, each once, in order; at most `limit` of them."""
    return " ".join(list(dict.fromkeys(s for s in sentences if s))[:limit])


def number_word(count: int) -> str:
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def _a_sign(attrs: Mapping[str, str]) -> str:
    colour, ink = attrs.get("colour", ""), attrs.get("ink", "")
    sign = f"{_with_article(colour)} sign" if colour else "A sign"
    return f"{sign} with {ink} letters" if ink else sign


def _count_of(noun: str, count: int) -> str:
    plural = "people" if noun == "person" else noun + "s"
    return f"One {noun} is visible." if count == 1 else f"{number_word(count).capitalize()} {plural} are visible."


def _there(count: int) -> str:
    if count <= 0:
        return "nobody is there"
    return "one person is there" if count == 1 else f"{number_word(count)} people are there"


def _side(attrs: Mapping[str, str], preposition: str) -> str:
    side = attrs.get("side", "")
    return f" {preposition} the {side}" if side else ""


def _position(attrs: Mapping[str, str]) -> str:
    position = attrs.get("position", "")
    if not position:
        return ""
    return {"left": " on the left", "right": " on the right", "center": " in the centre"}.get(
        position, f" at the {position}" if position in ("top", "bottom") else f" in the {position}"
    )


def _darker(subject: str) -> str:
    return "The light went off; it became darker." if subject == "darker" else f"The light became {subject}."


def _motion(subject: str, attrs: Mapping[str, str]) -> str:
    thing = " ".join(attrs[key] for key in ("colour", "shape") if attrs.get(key))
    thing = _with_article(thing) if thing else "Something"
    if subject == "still":
        return f"{thing} stands still."
    return f"{thing} moves {_DIRECTIONS.get(subject, subject)}."


def _with_article(noun: str) -> str:
    return f"{'An' if noun[:1].lower() in 'aeiou' else 'A'} {noun}" if noun else "Something"
