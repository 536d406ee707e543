"""What a question asks of those who spoke, who are told apart by their voices: how many there were, who said something,
what else that one said, whether two things were said by one.

Pure; by the words of the question alone, as tokens joined by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from wire.messages import Speaker
from wire.words import ORDINALS

Side = Literal["", "before", "after"]

_LONGEST = 400  # characters of a question that is read
_ONE = (
    r"(?:person|man|woman|lady|gentleman|guy|girl|boy|child|kid|speaker|voice|one|visitor|guest|caller|somebody|"
    r"someone)"
)
_THING = r"(?:something|anything)"
_YOU = r"(?:you|we|i)"
_TO = r"(?:us|me|you|them|everybody|everyone)"
_SAID = (
    rf"(?:said|says|mentioned|mentions|told {_TO}|talked (?:about|of)|spoke (?:about|of)|announced|explained|claimed|"
    r"promised|(?:was|is) (?:talking|speaking) (?:about|of))"
)
_SAY = rf"(?:say|mention|tell {_TO}|talk (?:about|of)|speak (?:about|of)|announce|explain|promise)"
_SPOKEN = r"(?:speak|spoken|talk|talked|speaking|talking)"
_WITH_THIS = r"(?: (?:had|has|have|also|just|then|earlier|first|before|that|it|already))*"
_NTH = rf"(?P<nth>{'|'.join(ORDINALS)}|last)"
_TO_SPEAK = (
    rf"(?:to (?:speak|talk|say {_THING})|(?:who|that) (?:spoke|talked|was (?:speaking|talking)|said {_THING})|"
    rf"(?:that |who )?{_YOU} heard|speaking|talking)"
)
_WHICH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:the|that|a|any)(?: same| very)?(?: \w+)? {_ONE}s? (?:who|that|which){_WITH_THIS} {_SAID}(?: that)?"
        r" (?P<words>.+)",
        rf"who(?:so)?ever{_WITH_THIS} {_SAID}(?: that)? (?P<words>.+)",
        rf"(?:the |your )?{_NTH} (?:different |new )?{_ONE}(?: {_TO_SPEAK})?",
        r"(?:the )?(?:voice|speaker|person)(?: number)? (?P<number>\d{1,4})",
        rf"(?P<back>(?:that|this|the same|that same|the very same) {_ONE}(?: again)?)",
        rf"(?P<other>the other {_ONE}|(?:somebody|someone|anybody|anyone) else)",
        r"(?P<pronoun>he|she|him|her)",
    )
)
_SIDE = (
    r"(?: (?P<side>(?:right |just |shortly )?(?:after|before)(?: that| this| it)?|next|then|later|afterwards?|earlier|"
    r"beforehand))?"
)
_REST = re.compile(rf"(?: (?:us|me|you))?(?: (?P<else>else))?{_SIDE}")
_ABOUT = re.compile(rf"(?: (?:us|me|you))?(?: else)? (?:about|of|on) (?P<about>.+?){_SIDE}")
_WHAT = re.compile(r"what (?P<else>else )?(?:did|does|do|has|had|have|was|is) ")
_VERB = re.compile(
    r" (?:(?:also|then|just|ever|later|next) )*(?:say|said|mention|mentioned|talk|talked|speak|spoken|spoke|tell|"
    r"told)\b"
)
_OF_ONE = re.compile(
    r"what (?:else )?(?:(?:was|is|has been|were) (?:said|mentioned|told)|"
    rf"(?:did|do|have|could) {_YOU} (?:hear|heard)) (?:by|from) (?P<who>.+)"
)
_EDGE_OF_ONE = re.compile(
    r"what (?:was|is) the (?P<edge>first|last) (?:thing|words|sentence)(?: that)? (?P<who>.+?) (?:said|mentioned)"
)
_DID = re.compile(
    rf"(?:did|has) (?P<who>.+?) (?:(?:ever|also) )?(?:{_SAY}|{_SAID})(?: {_THING}(?: about)?| that| about)?"
    r" (?P<about>.+)"
)
_DID_MORE = re.compile(
    rf"(?:did|has) (?P<who>.+?) (?:(?:ever|also|then) )?(?:say|said|mention|mentioned) {_THING} (?:else|more){_SIDE}"
)
_ANOTHER = re.compile(rf"(?:(?:and|or|but) )?(?:(?:what|how) about )?(?:the )?{_NTH}(?: (?:different |new )?{_ONE})?")
_WHO_IT_WAS = (
    r"(?:who|whose voice|which (?:person|voice|speaker|man|woman|one|of (?:them|the (?:speakers|voices|people))))"
    r"(?: (?:was it (?:who|that)|was the (?:one|person) (?:who|that)|else|has|had|have|just))*"
)
_WHO = re.compile(
    rf"{_WHO_IT_WAS} (?:(?:said|mentioned|told {_TO} that)(?: that)?|"
    r"(?:talked|spoke|was talking|was speaking) (?:about|of)) (?P<words>.+)"
)
_WHO_AT = re.compile(
    rf"who was the (?P<edge>first|last)(?: {_ONE})? (?:to|who|that) (?:{_SAY}|{_SAID})(?: that)? (?P<words>.+)"
)
_WHO_SAID_AT = re.compile(rf"{_WHO_IT_WAS} (?:said|spoke) the (?:very )?(?P<edge>first|last) (?:thing|words?|sentence)")
_WHO_BACK = re.compile(rf"{_WHO_IT_WAS} (?:said|mentioned|told {_TO}) (?:that|it|this|so)")
_WHO_ELSE = re.compile(
    rf"(?:who|which (?:person|voice|speaker)) (?:(?P<other>else) )?(?:has |had |was )?(?:{_SPOKEN}|spoke|said {_THING})"
    r"(?P<next> next| then| afterwards?| (?:right |just |shortly )?after (?:that|this|it))?"
)
_WHO_SPOKE = re.compile(
    r"(?:who|which (?:person|voice|speaker|one|of them)|whose voice) (?:was (?:the )?|were |is )?(?P<nth>first|last)?"
    r"(?: (?:person|one|voice|speaker))?(?: ?(?:to speak|to talk|spoke|spoken|talked|speaking|talking|have spoken|"
    rf"has spoken|did you hear|do you hear|said {_THING}))(?: (?P<after>first|last))?(?: here| there)?"
)
_WHOSE = re.compile(r"whose voice (?:was|is) (?:that|it|this)|who (?:was|is) (?:that|this) (?:voice|speaker)")
_TALKERS = r"(?:people|persons|men|women|guests|visitors|of (?:them|those|you|us))"
_SPOKE = (
    rf"(?:(?:have |had |has |were |are |did |do )?(?:{_YOU} hear(?:d)? )?(?:ever |been )?"
    rf"(?:spoke|{_SPOKEN}|(?:said|say) {_THING}))"
)
_TAIL = (
    r"(?: (?:here|there|aloud|so far|in all|in total|altogether|to each other|together|with each other|"
    r"(?:in|on|during) (?:the |this )?(?:room|stream|video|recording|conversation|talk|film|scene|session|call|"
    r"meeting)))*"
)
_HEARD = r"(?:hear|heard|be heard|tell apart|notice|noticed|make out|made out|speak|spoken|talk)"
_COUNT = (
    re.compile(
        r"(?:how many|count(?: all)?(?: the)?|what (?:is|was) the number of|the number of) "
        r"(?:different |other |distinct )?(?:voices|speakers)"
        r"(?: (?:were|are|was|is|have been)(?: there| heard| speaking| talking| to be heard)?|"
        rf" (?:did|do|can|could|have|has) (?:{_YOU} )?{_HEARD}| (?:spoke|talked))?{_TAIL}"
    ),
    re.compile(rf"how many (?:different |other )?{_TALKERS} {_SPOKE}(?: (?:about|of) (?P<words>.+))?{_TAIL}"),
    re.compile(rf"how many {_TALKERS} (?:said|mentioned) (?P<words>(?!something|anything).+)"),
    re.compile(rf"how many (?:different )?{_TALKERS} (?:did|do|can|could|have) {_YOU} (?:hear|heard){_TAIL}"),
)
_FEW = "two|three|four|five|six|seven|eight|nine|ten"
_SOME = rf"(?:more than (?:one|1)|several|different|only (?:one|1)|just (?:one|1)|(?:{_FEW}|[2-9]|10)(?: different)?)"
_ANYONE = r"(?:anybody|anyone|somebody|someone|any (?:person|people))"
_SEVERAL = (
    re.compile(rf"(?:was|were|is|are) there {_SOME} (?:voices?|speakers?)(?: speaking| talking)?{_TAIL}"),
    re.compile(
        rf"(?:did|do|has|have|was|were|is|are) (?:you hear |there )?{_SOME} (?:people|persons?|voices?|speakers?)"
        rf" {_SPOKEN}{_TAIL}"
    ),
    re.compile(
        rf"(?:did|has|have|was|were) {_ANYONE}(?: else)? (?:ever )?(?:been )?(?:{_SPOKEN}|(?:say|said) {_THING}){_TAIL}"
    ),
    re.compile(
        rf"(?:did|have) you (?:hear|heard) (?:{_ANYONE}|(?:{_SOME}|any|a) (?:voices?|speakers?))(?: {_SPOKEN})?{_TAIL}"
    ),
)
_ANYBODY_SAID = re.compile(
    rf"(?:did|has|have) {_ANYONE}(?: else)? (?:ever )?(?:{_SAY}|{_SAID}|spoken (?:about|of))(?: that)?"
    rf" (?P<words>(?!{_THING}$).+)"
)
_BOTH = r"(?P<words>.+?) and (?:also )?(?:about |of |that )?(?P<others>.+)"
_SAME_ONE = rf"(?:the )?(?:very )?same {_ONE}"
_ONE_WHO_SAID = rf"(?:the )?{_ONE} (?:who|that){_WITH_THIS} {_SAID}(?: that)? (?P<words>.+?)"
_SAME = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:did|has|have) {_SAME_ONE}(?: also)? (?:{_SAY}|{_SAID}|talk|speak)(?: both)?(?: that)? {_BOTH}",
        rf"(?:was|is|were) (?:it|that|this) {_SAME_ONE} (?:who|that|which|speaking|talking){_WITH_THIS}"
        rf" (?:{_SAID}|spoke|talked)?(?: both)?(?: that| about| of)? ?{_BOTH}",
        rf"(?:was|were|is) (?P<words>.+?) (?:mentioned|said|spoken of|talked about) by {_SAME_ONE}"
        rf" (?:as|(?:who|that) {_SAID}(?: that)?) (?P<others>.+)",
        rf"(?:was|were|did) {_BOTH} (?:both )?(?:said |mentioned |spoken |told )?(?:by|come from) {_SAME_ONE}",
        rf"(?:did|has) {_ONE_WHO_SAID} also (?:{_SAY}|{_SAID})(?: that)? (?P<others>.+)",
        rf"(?:was|is) {_ONE_WHO_SAID} {_SAME_ONE}(?: as (?:the )?(?:{_ONE} )?)? ?(?:who|that){_WITH_THIS} {_SAID}"
        r"(?: that)? (?P<others>.+)",
    )
)
_SAME_BACK = re.compile(
    r"(?:was|is|were) (?:it|that|this|they|those|both)(?: all| both)? (?:said by |spoken by |from )?"
    rf"{_SAME_ONE}(?: again| as before| speaking| talking| both times| each time| who said (?:it|that|both))*|"
    rf"did {_SAME_ONE} say (?:both|it|that)(?: of them)?"
)
_SAME_AS_BEFORE = re.compile(
    rf"(?:was|is) (?:it|that|this) (?:{_SAME_ONE}|the {_ONE}) (?:who|that){_WITH_THIS} {_SAID}(?: that)? (?P<words>.+)"
)
_HOW_OFTEN = re.compile(
    rf"how (?:often|many times) (?:did|has|have|does) (?P<who>.+?) (?:{_SPOKEN}|(?:say|said) {_THING})"
)
_HOW_LONG = re.compile(rf"(?:for )?how long (?:did|has|was|is) (?P<who>.+?) {_SPOKEN}(?: for)?")
_WHEN = re.compile(
    r"(?:when|at what time) (?:did|does|was|has) (?P<who>.+?) (?P<first>first |last )?"
    rf"(?:{_SPOKEN}|say {_THING})(?: (?:for the )?(?P<after>first|last)(?: time)?)?(?: again)?"
)


@lru_cache(maxsize=16)
def speaker_asked(text: str) -> tuple[Speaker, str] | None:
    """What the question asks of those who spoke, with what it wants to know of what one of them said ("about the
    museum"); None if it has nothing to do with them."""
    if len(text) > _LONGEST:
        return None
    for read in (_same, _said, _count, _who, _how):
        if found := read(text):
            return found
    return None


def _same(text: str) -> tuple[Speaker, str] | None:
    if _SAME_BACK.fullmatch(text):
        return Speaker(asks="same", back=True), ""
    for pattern in _SAME:
        if found := pattern.fullmatch(text):
            return Speaker(asks="same", words=tuple(found["words"].split()), others=tuple(found["others"].split())), ""
    if found := _SAME_AS_BEFORE.fullmatch(text):
        return Speaker(asks="same", words=tuple(found["words"].split()), back=True), ""
    return None


def _said(text: str) -> tuple[Speaker, str] | None:
    if (found := _OF_ONE.fullmatch(text)) and (which := _which(found["who"])):
        return replace(which, asks="said"), ""
    if (found := _EDGE_OF_ONE.fullmatch(text)) and (which := _which(found["who"])) and (which.nth or which.number):
        return replace(which, asks="said", side=_side_of(found["edge"])), ""
    if (found := _DID.fullmatch(text)) and (which := _which(found["who"])) and (which.nth or which.number):
        return replace(which, asks="said"), found["about"]
    if (found := _DID_MORE.fullmatch(text)) and (which := _which(found["who"])):
        return replace(which, asks="said", side=_side_of(found["side"] or "")), ""
    for who, rest, wanted_more in _parted(text):
        about, after = _ABOUT.fullmatch(rest), _REST.fullmatch(rest)
        which, read = _which(who), about or after
        if which is None or read is None:
            continue
        side = read["side"]
        more = wanted_more or bool(side) or bool(after and after["else"])
        if who in ("he", "she") and not more:
            continue  # "what did she say about it" may mean whoever spoke of it
        return replace(which, asks="said", side=_side_of(side or "")), about["about"] if about else ""
    return None


def _parted(text: str) -> Iterator[tuple[str, str, bool]]:
    """(who, what follows the verb, whether more is asked for) for each verb that may be that of the question."""
    begins = _WHAT.match(text)
    if begins is None:
        return
    for verb in _VERB.finditer(text, begins.end()):
        more = bool(begins["else"]) or bool(re.search(r"\b(?:also|then|later|next)\b", verb[0]))
        yield text[begins.end() : verb.start()], text[verb.end() :], more


def _side_of(word: str) -> Side:
    if not word:
        return ""
    return "before" if re.search(r"before|earlier|first", word) else "after"


def _count(text: str) -> tuple[Speaker, str] | None:
    for pattern in (*_COUNT, *_SEVERAL):
        if found := pattern.fullmatch(text):
            words = found.groupdict().get("words") or ""
            return Speaker(asks="count", words=tuple(words.split())), ""
    return None


def _who(text: str) -> tuple[Speaker, str] | None:
    if found := _WHO_SPOKE.fullmatch(text):
        order = found["nth"] or found["after"] or ("last" if text.startswith("who is ") else "")
        return Speaker(asks="who", nth={"first": 1, "last": -1}.get(order, 0)), ""
    if _WHOSE.fullmatch(text) or _WHO_BACK.fullmatch(text):
        return Speaker(asks="who", back=True), ""
    if (found := _WHO_ELSE.fullmatch(text)) and (found["next"] or found["other"]):
        return Speaker(asks="said", back=True, other=True, side="after" if found["next"] else ""), ""
    if found := _WHO_SAID_AT.fullmatch(text):
        return Speaker(asks="who", nth=1 if found["edge"] == "first" else -1), ""
    if found := _WHO_AT.fullmatch(text):
        return Speaker(asks="who", words=tuple(found["words"].split()), side=_side_of(found["edge"])), ""
    if found := _WHO.fullmatch(text) or _ANYBODY_SAID.fullmatch(text):
        return Speaker(asks="who", words=tuple(found["words"].split())), ""
    return None


def _how(text: str) -> tuple[Speaker, str] | None:
    asked: tuple[tuple[Literal["times", "length", "when"], re.Pattern[str]], ...]
    asked = (("times", _HOW_OFTEN), ("length", _HOW_LONG), ("when", _WHEN))
    for asks, pattern in asked:
        found = pattern.fullmatch(text)
        if found and (which := _which(found["who"])) and found["who"] not in ("he", "she"):
            edge = (found["first"] or found["after"] or "") if asks == "when" else ""
            return replace(which, asks=asks, side=_side_of(edge)), ""
    return None


def _which(who: str) -> Speaker | None:
    """Which one of those who spoke is meant; None if it is nobody of whom only the voice is known."""
    for pattern in _WHICH:
        found = pattern.fullmatch(who)
        if found is None:
            continue
        named = {name: text for name, text in found.groupdict().items() if text}
        if words := named.get("words"):
            return Speaker(words=tuple(words.split()))
        if nth := named.get("nth"):
            return Speaker(nth=_place(nth))
        if number := named.get("number"):
            return Speaker(number=int(number))
        return Speaker(back=True, other="other" in named)
    return None


def another(speaker: Speaker, text: str) -> Speaker:
    """The same asked of another one: "and the second?"."""
    found = _ANOTHER.fullmatch(text) if speaker.nth else None
    return speaker if found is None else replace(speaker, nth=_place(found["nth"]))


def _place(nth: str) -> int:
    return -1 if nth == "last" else ORDINALS[nth]
