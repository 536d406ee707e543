"""How answers are worded: times, lengths, lists, nouns. Knows no question and no memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reasoning.grounded.pool import S, Thing
from wire.messages import Evidence

NOT_SEEN = "I did not see that."
NOT_HEARD = "I did not hear that."
NEITHER = "I did not see that, and I did not hear that."
NO = "No, I did not see that."
NO_SOUND = "No, I did not hear that."


@dataclass(frozen=True)
class Answer:
    """Words, and the things they rest on. sure: False for "I did not see that"."""

    text: str
    rests_on: tuple[Thing, ...] = ()
    sure: bool = True
    option: str = ""


def clock(t_ns: int) -> str:
    """ "1:05", "1:02:03": a place in the stream; "-1:05" before it began."""
    if t_ns < 0:
        return f"-{clock(-t_ns)}"
    seconds = t_ns // S
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def since_ns(thing: Thing, from_ns: int) -> int:
    """Since when it was there, within what is asked about; in an earlier session since it began, which has a date."""
    return thing.start_ns if thing.start_ns < 0 else max(thing.start_ns, from_ns)


def dated(answer: Answer, remembered: Sequence[Evidence]) -> Answer:
    """With the date, where it tells of what an earlier session saw. remembered: what the parts of things number."""
    text = answer.text
    for thing in answer.rests_on:
        date = next((d for part in thing.parts if (d := remembered[part].attrs.get("date"))), "")
        if thing.start_ns < 0 and date:
            day, at, *zone = date.split()
            said = f"on {day} at {' '.join([at[:5], *zone])}"
            whole = f"from {clock(thing.start_ns)} to {clock(thing.end_ns)}"
            text = text.replace(whole, said).replace(f"at {clock(thing.start_ns)}", said)
            text = re.sub(rf"{clock(thing.start_ns)}(?![\d:])", said.removeprefix("on "), text)
    return replace(answer, text=text)


def length(span_ns: int) -> str:
    """ "12 seconds", "2 minutes 5 seconds", "1 hour 3 minutes"."""
    seconds = max(0, round(span_ns / S))
    if seconds >= 3600:
        return joined_units((seconds // 3600, "hour"), (seconds // 60 % 60, "minute"))
    return joined_units((seconds // 60, "minute"), (seconds % 60, "second"))


def joined_units(*parts: tuple[int, str]) -> str:
    named = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n]
    return " ".join(named) or f"0 {parts[-1][1]}s"


def listed(items: Sequence[str], word: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def span(thing: Thing) -> str:
    """ "from 0:42 to 0:54", or "at 0:42" for what was short."""
    if thing.end_ns - thing.start_ns < 3 * S:
        return f"at {clock(thing.start_ns)}"
    return f"from {clock(thing.start_ns)} to {clock(thing.end_ns)}"


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def looks(thing: Thing) -> str:
    """ "red circle", "blue shape", "circle"."""
    shape = thing.shape if thing.shape not in ("", "shape", "other") else "shape"
    return f"{thing.colour} {shape}".strip()


def direction(way: str) -> str:
    """ "to the left", "upwards"."""
    return {
        "left": "to the left", "right": "to the right", "up": "up", "down": "down", "toward": "towards the camera",
        "away": "away from the camera",
    }.get(way, way)  # fmt: skip


def position(place: str) -> str:
    """ "on the left", "at the top", "in the centre"."""
    parts = [p for p in place.replace("-", " ").split() if p]
    if not parts:
        return ""
    if len(parts) == 1 and parts[0] in ("left", "right"):
        return f"on the {parts[0]}"
    if parts[0] in ("top", "bottom"):
        return f"at the {' '.join(parts)}"
    return f"in the {' '.join(parts)}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
