"""One sentence for one remembered event: what it was, as a clause without its time."""

from __future__ import annotations

from reasoning.grounded.pool import Thing
from reasoning.grounded.wording import direction, looks, people, with_article


def noun(thing: Thing, colour: str = "") -> str:
    """'the red sign "EXIT"', "the blue circle": a thing as the subject of a sentence. colour: named by the asker."""
    match thing.kind:
        case "text":
            return f'the {colour + " " if colour else ""}sign "{thing.subject}"'
        case "code":
            return "the QR code"
        case "object" | "motion":
            return f"the {looks(thing)}"
        case "colour":
            return f"the {thing.subject} background"
        case "sound":
            return {"bang": "the loud bang", "music": "the music"}.get(thing.subject, f"the {thing.subject}")
        case "speech":
            return f'the words "{thing.subject}"'
        case "people":
            return people(round(thing.value))
        case "entered":
            return "the person who came in"
        case "left":
            return "the person who left"
        case "light_change":
            return "the light going out" if thing.subject == "darker" else "the light coming on"
        case "light":
            return f"{thing.subject} light"
        case _:
            return "that"


def clause(thing: Thing, deed: str = "") -> str:
    """What happened: "a person came in", 'the sign "EXIT" was there', "the lights went out"."""
    gone = deed in ("vanish", "end")
    match thing.kind:
        case "entered":
            return "a person came in" + (f" from the {thing.side}" if thing.side in ("left", "right") else "")
        case "left":
            return "a person left" + (f" to the {thing.side}" if thing.side in ("left", "right") else "")
        case "light_change":
            return (
                "the lights went out and it got darker"
                if thing.subject == "darker"
                else "the lights came on and it got brighter"
            )
        case "light":
            return f"the light was {thing.subject}"
        case "motion":
            return f"the {looks(thing)} moved {direction(thing.subject)}"
        case "sound":
            return f"{noun(thing)} {'stopped' if gone else 'was heard' if thing.subject == 'bang' else 'started'}"
        case "speech":
            return f'someone said "{thing.subject}"'
        case "colour":
            return f"the background was {thing.subject}"
        case "people":
            return f"{people(round(thing.value))} {'was' if round(thing.value) == 1 else 'were'} there"
        case "shot":
            return "the scene changed"
        case _:
            return f"{noun(thing)} {'disappeared' if gone else 'was visible'}"


def item(thing: Thing) -> str:
    """A thing in a list of what there is: 'a sign "EXIT"', "2 people", "a red circle"."""
    match thing.kind:
        case "text":
            return f'a sign "{thing.subject}"'
        case "code":
            return f'a QR code "{thing.subject}"'
        case "object":
            return with_article(looks(thing))
        case "people":
            return people(round(thing.value))
        case "colour":
            return f"{with_article(thing.subject)} background"
        case "motion":
            return f"{with_article(looks(thing))} moving {direction(thing.subject)}"
        case "light":
            return f"{thing.subject} light"
        case _:
            return clause(thing)
