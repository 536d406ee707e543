"""The shapes that questions have: ordered patterns over repaired tokens, each naming what is asked.

A pattern's groups give the thing asked about (x), two things compared (a, b), or the anchor in time (after, before).
The first pattern that fits wins. Pure; `memory.question` reads the result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_COLOUR = r"(?:red|green|blue|yellow|orange|purple|violet|pink|cyan|brown|black|white|grey|dark|light)"
_AUX = r"(?:did|do|does|was|were|is|are|has|have|had|can|could|will|would)"
_TEXTY = (
    r"(?:sign|board|blackboard|whiteboard|poster|slide|label|banner|notice|placard|billboard|page|title|headline|"
    r"caption|text|writing|menu|card|paper|screen|display|plate|door|gate|ticket|message|note|panel|plaque|signpost|"
    r"heading|chalkboard|flyer|leaflet|sheet|book|sticker|timetable|schedule|line|words?|letters?|inscription|wall)s?"
)
_NOUNS_OF_TEXT = (
    r"(?:numbers?|digits?|price|date|phone(?: number)?|telephone(?: number)?|website|url|e?mail|address|word|words|"
    r"text|"
    r"letters?|title|headline|caption|heading|inscription|writing|room number|gate|platform)"
)
_SPEAKER = (
    r"(?:narrator|speaker|voice|commentator|announcer|presenter|guide|man|woman|lady|guy|he|she|they|person|host|"
    r"somebody|someone|anyone|anybody|people|everyone|announcement|commentary|moderator|reader|teacher|storyteller|i)"
)
_TELLING = (
    r"(?:say|said|says|mention|mentioned|tell|told|talk|talked|talking|speak|spoke|speaking|announce|announced|explain|"
    r"explained|claim|claimed|describe|described|saying|mentioning)"
)


@dataclass(frozen=True)
class Frame:
    """ask and what the pattern found. groups: x, a, b, anchor, noun... as text."""

    ask: str
    groups: dict[str, str] = field(default_factory=dict)
    yes_no: bool = False
    sure: bool = True  # a pattern of its own, not the last resort
    by_example: bool = False  # no pattern fitted; the nearest example phrasing decided


_P: list[tuple[str, str]] = [
    # -- order
    ("order!", r"(?:is it true that |is it right that )(?P<a>.+?) (?:came|was|appeared|were|happened) (?P<rel>before|"
              r"after|earlier than|later than) (?P<b>.+)"),
    ("order", r"(?:which|what|who)(?: \w+)?(?: one)? (?:came|come|was|were|appeared|happened|showed up|did you see|"
              r"did i see|"
              r"is|got|one came|one was|did you hear|comes)(?: \w+)? (?:first|earlier|sooner|last|later)(?: the)? "
              r"(?P<a>.+?) or (?P<b>.+)"),
    ("order", r"(?:which|what|who)(?: \w+)? (?:did|do) (?:you|we|i) (?:get to |come to )?(?:see|hear|notice|meet|"
              r"pass|visit)(?: \w+)? (?:first|earlier|sooner|before|last|later)(?: the)? (?P<a>.+?) or (?P<b>.+)"),
    ("order", r"(?:the )?(?P<a>.+?) or (?P<b>.+?),? (?:which|what) (?:one )?(?:came|was|appeared) (?:\w+ )?(?:first|"
              r"earlier|last|later)"),
    ("order", r"(?:was it|is it|was) (?P<a>.+?) or (?P<b>.+?) (?:that )?(?:came |was |appeared |which came "
              r")?(?:first|earlier|last|later)"),
    ("order", r"(?:did|was|were|is|has|had|do|does) (?P<a>.+?) (?:come |came |appear |shown |happen |seen |there |"
              r"show up |visible |start )?"
              r"(?P<rel>before or after|after or before|earlier or later than) (?P<b>.+)"),
    ("order!", r"(?:did|was|were|is|has|had|do|does) (?P<a>(?!you see (?:any|some)|there )\S.*?) (?:come |came |"
               r"appear |appeared |shown |happen |"
               r"happened |seen |there |show up |visible |start |move in |arrive )?(?:right |just |long )?"
               r"(?P<rel>before|after|earlier than|later than|ahead of) (?P<b>.+)"),
    ("order!", r"(?:did|does|do) (?P<a>.+?) (?P<rel>precede|follow) (?P<b>.+)"),
    ("order", r"between (?P<a>.+?) and (?P<b>.+?) (?:what|which)(?: one)? (?:was|came|happened)(?: \w+)? "
              r"(?:first|sooner|earlier|last|later)"),
    ("order", r"(?:in )?(?:what|which) (?:was the )?order\b(?: of)?(?: did| were| was)?(?P<x>.*)"),
    # -- neighbours in time
    ("next", r"(?:what|which|who)(?: (?P<noun>(?!did|was|were|is|has|came|happened|do|could)\w+(?: \w+)?))?? (?:came|"
             r"come|comes|was|were|is|happened|appeared|followed|"
             r"did you see|did i see|could you see|was shown|were shown|showed up|was there|happens|was next|was "
             r"visible|was seen)(?: to be seen)?"
             r"(?: \w+)?? (?P<rel>after|before|following|prior to)(?: that)? (?P<anchor>(?!that$|this$|it$).+)"),
    ("next", r"(?:what|which)(?: (?P<noun>\w+))? (?P<rel>followed|preceded|follows|precedes) (?P<anchor>.+?)"
             r"(?: (?:through|across|in|on) the (?:picture|screen|image))?"),
    ("next", r"(?:what|which) (?:was|is) the (?P<noun>(?!colour).+?) (?P<rel>after|before|following) (?P<anchor>.+)"),
    # -- time
    ("ago", r"(?:how many |how much )?(?:seconds|minutes|time)(?: (?:is|are) it| has it been)? since(?P<x> .*)"),
    ("ago", r"(?:how (?:many (?:seconds|minutes)|much time|long) (?:lies?|is|are|was|passed) |what (?:is|was) the "
            r"(?:gap|time|interval|distance) )between (?:and )?(?:now and )?(?:the moment )?(?P<x>.+?)"
            r" and(?: now)?"),
    ("ago", r"how recently (?:did|was|were|have|has)(?: (?:you|we|i|there))?(?: (?:see|hear|seen|heard))?(?P<x> .*)"),
    ("ago", r"how many (?:seconds|minutes) (?:behind|before) us (?:is|was|are|were)(?P<x> .*)"),
    ("ago", r"(?P<x>.+) how (?:long|many (?:seconds|minutes)) ago"),
    ("when", r"how many (?:seconds|minutes) in(?:to (?:the )?\w+)? (?:did|was|were|does|do|is|are)(?P<x> .*)"),
    ("when", r"(?:around |at |about |in )?(?:which|what) (?:minute|second)(?: and (?:minute|second))? "
             r"(?:did|was|were|does|do|is|are|could)(?P<x> .*)"),
    ("when", r"(?:what was )?(?:the )?(?:exact )?(?:moment|instant|point in time|time)(?: when| that| at which| of)?"
             r"(?P<x> (?:the|a|an|it|you|we|i|he|she|they|someone|somebody) .*)"),
    ("ago", r"(?:it is )?(?:how (?:long|far|much time|many (?:seconds|minutes)))(?: (?:is|was|has|had|it|been|gone|by|"
            r"passed|elapsed|now|back|time|already))* (?:ago|since|before now|back)(?: (?:was it|is it|did|was|were|is|"
            r"are|has|have|that|(?:you|we|i) (?:have )?(?:saw|seen|see|heard|hear|passed|met)))*(?P<x>(?: .*)?)"),
    ("when", r"how (?:far|long|deep|much) into (?:the )?\w+(?: \w+)?? (?:did|was|were|is|does|do|are)(?P<x> .*)"),
    ("ago", r"(?:how (?:long|much time|many (?:seconds|minutes)) (?:ago|since|before now)|how long (?:is it|has it(?: "
            r"been)?|was it) since|"
            r"how much time (?:has passed |is it |passed )?since)(?: (?:did|was|were|is|has|have|that|"
            r"(?:you|we|i) (?:have )?(?:saw|seen|see|heard|hear)))?(?P<x>.*)"),
    ("ago", r"how long (?:is it|has it been)\b.*?\b(?:we|you|i) (?:saw|seen|see|heard)\b(?P<x>.*)"),
    ("duration", r"(?:for )?how (?:long|much time|many (?:seconds|minutes)) (?:did|was|were|has|have|had|does|is|do|"
                 r"could)(?P<x>.*)"),
    ("duration", r"(?:what was the (?:length|duration) of|how much time did)(?P<x>.*)"),
    # -- counts
    ("count", r"how (?:many|much) (?:times) (?P<aux>did|was|were|has|have|do)(?P<x>.*)"),
    ("count", r"how often (?:did|was|were|has|have)\b(?P<x>.*)"),
    ("fact", r"how often (?:do|does|is|are|can|will)\b(?P<x>.*)"),
    ("count", r"(?:how many|(?:what|which) number of|(?:the )?total (?:number )?of|(?:the )?total number of|"
              r"count(?: all)?(?: of)?(?: the)?|"
              r"(?:what|which) (?:is|was) (?:the )?number of|the number "
              r"of|number of)(?P<x>.*)"),
    # -- code
    ("fact", r"(?:on|in|at|from|by|since|until|to) (?:what|which) (?:floor|level|storey|day|date|evening|morning|year|"
             r"month|week|platform|track|row|aisle|shelf|street|road|room|town|city|country|drawer|hall|building|page|"
             r"gate|lane) (?:is|are|was|were|does|do|did|can|could|will|should|has|have)\b(?P<x>.*)"),
    ("fact", r"(?:for )?how many (?:hours|days|nights|weeks|months|years) (?:is|are|was|were|does|do|did|will|can)\b"
             r"(?P<x>.*)"),
    ("fact", r"how (?:dear|pricey|costly|cheap|old|tall|high|deep|heavy|big|large|wide|fast|hot|cold|strong|"
             r"expensive|steep|thick|hungry|good) "
             r"(?:is|was|are|were|does|do|did|can|could|will)\b(?P<x>.*)"),
    ("code", r"(?!.*\b(?:next to|beside|near|by|above|below|under|left of|right of) (?:the |that |a )?"
             r"(?:qr |bar)?code\b)"
             r"(?:what|which|read|tell|where|the (?:content|text|link|address))\b.*\b(?:qr|barcode|code)\b.*"),
    # -- colour
    ("colour", r"(?:what|which|whats?) colour(?:s|ed)? (?:of )?(?P<noun>(?!was|were|is|are|did|does|has|had|"
               r"do)\w+(?: \w+)?) (?:was|were|is|are|did|does|had|has)(?P<x>.*)"),
    ("colour", r"(?:what|which|in (?:what|which)|of (?:what|which)) colour(?:s|ed)?(?: (?:was|were|is|are|did|does|"
               r"has|had|do|could|came|appeared))?(?P<x>.*)"),
    ("colour", r"(?:what (?:was|is|were|are) )?(?:the )?colours? of(?P<x>.*)"),
    ("colour", r"what (?:was|were|is|are) the (?:(?P<ord>first|last) )?colours?\b(?P<x>.*)"),
    ("colour", r"how (?:was|were|is) (?P<x>.+) coloured"),
    # -- motion
    ("motion", r"(?:(?:in|to|into|from|towards?|out of|on) )?(?:what|which|where|whose) (?:\w+ )?"
               r"(?:way|ways|direction|directions|side)\b(?: "
               r"(?:did|does|was|were|is|are|do|has))?(?P<x>.*)"),
    ("motion", r"where (?:did|does|was|were|is|are|has) (?P<x>.+?) (?:go|going|gone|move|moving|heading|head|headed|"
               r"travel|travelling|fly|drift|run|roll)(?: to)?"),
    ("motion", r"where (?:did|does|was|is) (?P<x>.+?) (?:\w+ )?(?:left or right|right or left|up or down)"),
    ("motion", r"what (?:was|is) the direction of(?P<x>.*)"),
    ("motion", r"how did (?P<x>.+?) (?:move|go|travel)"),
    ("motion!", r"(?:did|does|do|was|were|is|are|has) (?P<x>.+? (?:move|moved|moves|moving|go|going|travel|"
                r"travelling|drift|slide|fly|roll|heading)\b.*"
                r"\b(?:left|right|up|down|upwards|downwards|sideways)\b.*)"),
    ("motion", r"(?P<x>.+? (?:move|moved|go|going|moving|travel|drive|fly)\b.* or (?:to )?(?:the )?"
               r"(?:left|right|up|down))"),
    # -- light, change
    ("light", r".*\b(?:darker|brighter|lighter|dimmer|light|dark|bright|on|off) or (?:darker|brighter|lighter|dimmer|"
              r"dark|bright|light|on|off)\b.*"),
    ("light", r"(?:how (?:bright|dark|light)|what (?:was|is|were) the (?:light|lighting|brightness))\b(?P<x>.*)"),
    ("light", r"how did the (?:light|lights|lighting|brightness) (?:change|develop)\b(?P<x>.*)"),
    ("light", r"(?:what (?:happened|was going on|went on|is going on|changed|was wrong|was the matter)|did "
              r"(?:something|anything) happen)"
              r"(?: about| to| with| in)? the (?:light|lights|lighting|brightness|lamps?)\b(?P<x>.*)"),
    ("light", r"what happened (?:to|with) the (?:light|lights|lighting|brightness|lamps?)\b(?P<x>.*)"),
    ("change", r"(?:what|which) (?:\w+ )?(?:changed|has changed|is different|was different|changes|is changed|did "
               r"change|changing)\b(?P<x>.*)"),
    ("scene", r"what (?:was|is) the (?P<x>(?:first|last) time (?:that )?(?:we|you|i) saw)\b.*"),
    ("change", r"(?:which|what) changes? (?:was|were|is|are|has been)(?: there| made)?\b(?P<x>.*)"),
    ("change", r"(?:what (?:was|is|were) the (?:change|difference|changes))\b(?P<x>.*)"),
    ("change", r"(?:how|in what way) did (?P<x>.+) change"),
    ("change!", r"(?:did|has|was|is) (?:anything|something|there any|it|the (?:scene|picture|image|view|screen)) "
                r"(?:change|changed|different)\b(?P<x>.*)"),
    # -- history of the talk
    ("history", r"what (?:did|have) i (?:just )?(?:ask|asked)\b.*|what was my (?:first|last|previous) question.*|"
                r"what did you (?:just )?(?:answer|say|tell me)(?: to me)?(?: before)?"),
    ("history", r"(?:please )?(?:repeat|say) (?:that|it|your (?:last )?answer)(?: again)?.*|(?:can|could) you repeat "
                r"that.*"),
    # -- sound
    ("sound", r"(?:what|which) (?:kind of |sort of )?(?:sounds?|noises?)\b(?P<x>.*)"),
    ("said", r"what (?:did|do|could|can|have) (?:you |i |we )?(?:hear|heard|know|learn|learned|remember) "
             r"about(?P<x>.*)"),
    ("heard", r"what (?:did|do|could|can|have|was) (?:you |i |we |there )?(?:hear|heard|to hear|audible)\b(?P<x>.*)"),
    # -- words said
    ("said", r"(?:what|which)(?: \w+)? (?:did|does|do|has|had|was|is|were) (?:the |a |an |that |this |my )?(?:\w+ "
             rf")?{_SPEAKER} (?:just )?{_TELLING}\b(?P<x>.*)"),
    ("said", r"(?:what|which)(?: \w+)? (?:was|were|is|has been|had been|got) (?:just )?(?:said|mentioned|announced|"
             r"told|talked about|spoken|explained|discussed)\b(?P<x>.*)"),
    ("said", rf"what (?:the )?{_SPEAKER} (?:said|told|mentioned|says)\b(?P<x>.*)"),
    ("said", r"what (?:was|were|is) the (?P<x>.*?(?:first|last|second|third)? ?(?:thing|things|words?|sentence|"
             r"remark|statement|fact)s? (?:that )?(?:was |were |is |ever )?(?:\w+ )?(?:said|spoken|mentioned|heard|"
             r"announced|told|say))\b.*"),
    ("said", rf"(?:what|which)(?: \w+)? (?:is|was) (?:the )?{_SPEAKER} (?:talking|speaking|saying|telling|going "
             r"on)\b(?P<x>.*)"),
    ("said", r"(?:repeat|quote|recount) (?P<x>.*(?:said|says|narrator|speaker|words|sentence).*)"),
    ("said", r"what (?:did|do) (?:the )?(?P<x>\w+ (?:say|tell|mention) (?:us |me |you )?about .*)"),
    ("said", r"what (?:about|is known about) (?P<x>.*(?:said|mentioned).*)"),
    ("said", r"(?:who|which (?:person|voice)) (?:said|mentioned|talked|spoke)\b(?P<x>.*)"),
    # -- words read
    ("text", r"what (?:did|does) (?:it|that|this|they)? ?(?:say|read) (?:on|in|at|there)(?P<x>.*)"),
    ("text", rf"(?:what|which)(?: \w+)?? (?:did|does|do|has|had) (?P<x>.*?{_TEXTY}(?: \w+){{0,4}}?) (?:say|said|says|"
             r"read|show|showed|display|tell|contain|have on it|mean|saying|state|have written on it|give|list|"
             r"announce|advertise|offer|promise|mention|warn|claim|invite)\b.*"),
    ("text", r"(?:what|which)(?: (?P<noun>\w+))?? (?:was|is|were|are|has been|did you see|did you read|do you "
             r"see)(?: \w+)? (?:written|printed|painted|spelled|displayed|shown|reading|inscribed|typed|lettered|"
             r"noted|posted)\b(?P<x>.*)"),
    ("text", r"(?:what|which) (?:\w+ )?(?:was|is|were|are) (?:on|written on|in|at) (?P<x>(?!(?:the )?(?:screen|"
             rf"display|picture)$)(?:the |that |a )?(?:\w+ )*{_TEXTY}\b.*)"),
    ("text", rf"(?:what|which) (?P<noun>(?:\w+ )?{_NOUNS_OF_TEXT}) (?:was|is|were|are|did|does|do|could|can|stood|"
             r"has|appeared|came|you)(?P<x>.*)"),
    ("text", rf"(?:what|which) (?:was|is|were|are) the (?P<x>(?:\w+ )*?(?:{_NOUNS_OF_TEXT}|{_TEXTY}|wording)\b.*)"),
    ("text", r"read (?:me |us |out |aloud |to me |off )?(?P<x>.*)"),
    ("text", rf"what (?P<x>(?:the |that |a )?(?:\w+ ){{0,3}}{_TEXTY}) (?:said|says|read|reads|showed|shows)\b.*"),
    ("text", r"what (?:words?|text|letters|writing) (?P<x>.*)"),
    ("text", r"(?:what|which)(?: words?| text)? (?:did|do|could|can) (?:(?:you|we|one|i|they) read|be "
             r"read)\b(?P<x>.*)"),
    ("text", r"(?:the )?(?:text|words?|wording|contents?|writing|letters|inscription) (?:of|on) (?P<x>.*)"),
    ("text", rf"(?:the )?(?P<noun>{_NOUNS_OF_TEXT}) (?:on|of) (?P<x>the (?:\w+ )*{_TEXTY}\b.*)"),
    # -- the whole
    ("summary", r"what (?:has |have |else )?(?:happened|happens|is happening|was happening|is going on|was going on|"
                r"went on|took place|occurred|goes on|been going on|been happening)\b(?P<x>.*)"),
    ("summary", r"(?:sum|summ?ari[sz]e|summary|recap|recount|outline|review|describe what happened|"
                r"overview)\b(?P<x>.*)"),
    ("summary", r"(?:give|make|write|provide)(?: me| us)? (?:a |an |the )?(?:\w+ )?(?:summary|recap|overview|outline|"
                r"account|rundown)\b(?P<x>.*)"),
    ("summary", r"(?:what (?:all )?(?:did|have|has) you (?:see|seen|saw|noticed|observed|witnessed)(?: and heard| "
                r"and hear| so far)?(?: so far| until \w+| up to now)?)"),
    ("summary", r"(?:(?:tell|describe|list)(?: me| us)? )?(?:everything|all|what) (?:that )?(?:you (?:saw|have seen|"
                r"know|noticed|remember)|that happened|happened|there was|i missed)\b(?P<x>.*)"),
    ("summary", r"what (?:did|have) i (?:miss|missed)\b(?P<x>.*)|(?:briefly )?what was (?:it|that|this|the (?:video|"
                r"stream|recording|film)) (?:all )?about"),
    # -- the scene
    ("scene", r"what (?:do|can|could|did|are|were) (?:you|we|i) (?:see|seeing|looking at|observe|notice|"
              r"spot)\b(?P<x>.*)"),
    ("scene", r"what (?:is|was|are|were) (?:there|visible|in view|shown|to be seen|in front of you|in the (?:picture|"
              r"image|scene|frame)|on (?:the )?(?:screen|camera)|on|seen|showing|being shown|in sight)\b(?P<x>.*)"),
    ("scene", r"(?:describe|what is) (?:what you see|the (?:scene|picture|image|view|situation)|this|it)\b(?P<x>.*)|"
              r"(?:describe|show me)\b(?P<y>.*)"),
    ("scene", r"how (?:did|does) (?:the (?:scene|picture|room|screen)|it) look\b(?P<x>.*)"),
    # -- shape, place, who
    ("object", r"(?:what|which) (?:shape|object|form|figure|thing|item|kind of (?:shape|object|thing))s?\b(?P<x>.*)"),
    ("fact", r"(?:where|whereabouts) (?:do|does|can|could|should|will|would|might|must)\b(?! (?:you|we) see)(?P<x>.*)"),
    ("where", r"(?:where|whereabouts|on (?:what|which) side|(?:what|which) side|in (?:what|which) (?:part|corner|"
              r"half))\b(?P<x>.*)"),
    ("who", r"who(?:se| else)?\b(?P<x>.*)"),
    # -- time of an event
    ("when", r"what time (?:was|is) it when (?P<x>.*)"),
    ("when", r"(?:at |since )?(?:when|what time|what moment|what point|which (?:moment|point|minute|second|time)|"
             r"what minute|what second)\b(?P<x>.*)"),
]  # fmt: skip
_PATTERNS = tuple((ask.rstrip("!"), ask.endswith("!"), re.compile(pattern)) for ask, pattern in _P)
_YES_NO = re.compile(rf"^(?:{_AUX})(?: not)?\b(?P<x> .+)")
_IF = re.compile(
    r"^(?:tell me |tell us |check |say )?(?:if|whether) (?:there (?:was|were|is|are) |you (?:saw|heard|noticed) "
    r")?(?P<x>.+)"
)
_ORDERED = re.compile(
    r"(?:what|which|tell me|name|give me)(?: one)? ?(?:was|is|were|are)? ?(?:the )?(?P<x>.*\b(?:first|last|second|"
    r"third|fourth|fifth|final|latest)\b.*)"
)
_WHAT_X = re.compile(r"(?:what|which)(?: (?:was|is|were|are))?(?: the)? (?P<x>.+)")


@lru_cache(maxsize=16)
def read(text: str) -> Frame:
    """The first pattern that fits `text` (repaired tokens joined by spaces, polite words and time words removed)."""
    for ask, yes_no, pattern in _PATTERNS:
        found = pattern.fullmatch(text) or (pattern.match(text) if ask not in ("light",) else None)
        if found:
            groups = {k: v.strip() for k, v in found.groupdict().items() if v and v.strip()}
            return Frame(ask, groups, yes_no or (ask == "light" and not text.startswith(("how", "what"))))
    if found := _IF.match(text):
        return Frame("presence", {"x": found["x"].strip()}, True)
    if found := _YES_NO.match(text):
        return Frame("presence", {"x": found["x"].strip()}, True)
    if found := _ORDERED.match(text):
        return Frame("ordered", {"x": found["x"].strip()})
    if found := _WHAT_X.match(text):
        return Frame("fact", {"x": found["x"].strip()}, sure=False)
    return Frame("fact", {"x": text}, sure=False)
