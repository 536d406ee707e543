"""What a frame means where its pattern leaves that open: told or seen, read or said, and what the answer must hold.

Pure rules over the mention and the words of a question; `memory.asked` puts the cues together.
"""

from __future__ import annotations

import re
from dataclasses import replace

from memory.lexicon import ANSWERS, DEED_OF
from memory.mentions import mention, topic
from wire.messages import Mention
from wire.words import stem, word_set

# What people do whom a camera sees, wherever they do it: "how many are standing on the grass".
_STANDING = re.compile(
    r"\b(?:are|is) (?:\w+ )?(?:there|here|standing|sitting|walking|waiting|present|visible|in view|in sight|in shot|"
    r"(?:in|on) (?:the )?(?:picture|camera|screen|frame|image))\b|"
    r"\b(?:do|can|could|did) (?:you|we|i) (?:see|count|spot|make out)\b|"
    r"\bseen\b|\b(?:are|is) .*\b(?:here|there)$"
)
_OF_PEOPLE = word_set(
    "table door camera desk whiteboard different new more other alone together inside outside house"
    " quantity amount total"
)


def disambiguated(ask: str, about: Mention, subject: str, core: str, said_by: bool) -> tuple[str, Mention, str]:
    """(ask, about, wants) where the pattern alone does not say what is meant."""
    if said_by and ask in ("count", "when", "fact", "who", "where", "presence", "text"):
        return ("presence" if ask == "presence" else "fact"), about, wanted(core, {})
    match ask:
        case "ordered" if about.deed == "move":
            return "scene", replace(about, kind="", content=()), ""
        case "ordered":
            if about.deed in ("say", "hear") or about.kind == "speech" or re.search(r"thing (?:that was )?said", core):
                return "said", about, ""
            by_kind = {"text": "text", "colour": "colour", "sound": "sound", "people": "who", "object": "object"}
            return (
                by_kind.get(about.kind, "scene" if about.kind in ("", "scene") and not about.content else "fact"),
                about,
                "",
            )
        case "when":
            return _when(about, core)
        case "count":
            vague = not about.kind and not about.content
            here = about.kind == "people" and _STANDING.search(core) is not None
            if here:
                about = replace(about, content=())
            counted = vague or here or _is_seen(about) or re.search(r"how (?:often|many times)", core)
            return ("count" if counted else "fact"), about, "number"
        case "duration":
            return ("duration" if _is_seen(about) or about.deed else "fact"), about, "time"
        case "text" if about.kind in ("speech", "people") and not re.search(r"written|read|shirt|sign|board", core):
            return "said", about, ""
        case "text" if about.kind == "object" and not re.search(r"written|read|say|said|word|text|printed", core):
            return "object", about, ""
        case "said" if (
            about.kind == "text" and about.deed == "" and re.search(r"\b(?:sign|board|slide|poster)\b", core)
        ):
            return "text", about, ""
        case "scene" | "object" | "fact" if about.order and about.deed == "move":
            return "scene", replace(about, kind="", content=()), ""
        case "where" if about.kind in ("scene", "sound", "speech"):
            return "fact", about, "place"
        case "who" if about.kind in ("colour", "light", "text", "code", "object") and not about.order:
            return "fact", topic(core.split()), "name"
        case "scene" | "where" | "who" if ask != "scene" and not _is_seen(about) and about.content:
            return "fact", about, {"where": "place", "who": "name"}.get(ask, "")
        case "text" if not _is_written(about, core):
            return "fact", about, wanted(core, {})
        case "fact":
            return _fact(about, core)
        case "code":
            code = replace(mention(core.split()), kind="code")
            return "code", code, ""
        case _:
            return ask, about, ""


def _when(about: Mention, core: str) -> tuple[str, Mention, str]:
    """ "When did the sign appear" is a time of the stream; "when does the museum open" is a fact somebody told."""
    timeless = re.match(r"(?:at |since )?(?:when|what time)(?: \w+)? (?:does|do|is|are|will|can|should)\b", core)
    if timeless and about.kind not in ("object", "people", "code", "light", "sound"):
        return "fact", about, "time"
    witnessed = re.search(r"\b(?:you|i|we) (?:\w+ )?(?:see|saw|seen|hear|heard|notice|spot|read)\b", core)
    if witnessed or _is_seen(about) or about.deed in ("say", "hear", "dark", "bright", "enter", "leave"):
        return "when", about, ""
    if about.deed in ("appear", "vanish") or (about.colour and (not about.content or about.deed == "move")):
        return "when", about, ""
    return ("fact" if about.content else "when"), about, "time"


def _fact(about: Mention, core: str) -> tuple[str, Mention, str]:
    """ "What was the ..." by what the noun names."""
    if about.kind in ("text", "code", "sound", "light", "object") and not about.deed and not about.content:
        return {"sound": "heard"}.get(about.kind, about.kind), about, ""
    return "fact", about, wanted(core, {})


def _is_written(about: Mention, core: str) -> bool:
    """False for "the name of the keeper": that may have been told as well."""
    if re.search(
        r"\b(?:say|said|says|read|written|printed|shown|displayed|stood|see|word|words|text|title|headline)\b", core
    ):
        return True
    return not about.content or (bool(re.search(r"\b(?:on|in|at) (?:the|that|a) ", core)) and not about.deed)


def _is_seen(about: Mention) -> bool:
    """Whether it names something that perception watches, not just something one may talk about."""
    if about.kind == "people":
        nouns = [w for w in about.content if stem(w) not in DEED_OF and w not in _OF_PEOPLE]
        return about.deed in ("enter", "leave") or not nouns
    if about.kind == "text":
        return not about.content or about.deed in ("appear", "vanish", "say", "change", "")
    return about.kind in ("code", "face", "object", "light", "colour", "sound", "scene", "speech")


def wanted(core: str, groups: dict[str, str]) -> str:
    if re.match(
        r"how much (?!(?:is|are|was|were|does|do|did|would|will|can|could|should|for|to|money|the|a|an|it|that|this|"
        r"i|you|we)\b)\w+",
        core,
    ):
        return "number"
    noun = stem(groups.get("noun", "").split()[0]) if groups.get("noun") else ""
    if noun in ANSWERS:
        return ANSWERS[noun]
    if re.match(
        r"how (?:much|expensive|dear|pricey|costly|cheap)\b|what .*\bpay\b|"
        r"how many (?:dollars|euros|pounds|cents)\b|what .*\b(?:price|cost|"
        r"fee|fare)\b|.*\bcosts?\b",
        core,
    ):
        return "price"
    if core.startswith("where "):
        return "place"
    if re.match(r"(?:(?:until|till|since|from|by|at|before|after) )?(?:what time|when)\b", core):
        return "time"
    if re.match(r"(?:what|who|how) (?:is|was|are|were) .*\b(?:called|named)$", core):
        return "name"
    if re.match(
        r"(?:what|which) colour (?:was|were|is|are) (?:the |its |their )?(?:letter|letters|text|writing|words|ink|"
        r"font)",
        core,
    ):
        return "ink"
    for word in core.split()[:5]:
        if stem(word) in ANSWERS and re.match(r"(?:what|which|read|tell|on|the|in)\b", core):
            return ANSWERS[stem(word)]
    if re.match(r"(?:for )?how (?:many|tall|old|far|fast|deep|high|heavy|wide|big|long|large)\b", core):
        return "number"
    return ""
