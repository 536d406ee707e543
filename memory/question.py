"""A question becomes cues: what is asked, about what, of which time. From its words, the talk before it, and examples.

`understand` is the entry. It knows nothing of what is remembered: recall looks for what the cues name, and the
answerer reads them again. Grammar decides where a pattern fits; otherwise, and where a pattern fits too
much, the likeliest kind does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from memory import related, terms, timewords
from memory.asked import RELATIONS, Relation, kinds_of, refine, union
from memory.asking import Encode
from memory.chinese_question import in_english
from memory.clauses import one_clause
from memory.follow_up import IT, follow_up, with_antecedent
from memory.frames import read
from memory.lexicon import repair
from memory.likely_frame import likely_frame
from memory.mentions import mention, mention_of
from memory.rewording import plain, reworded
from memory.speaker_cues import about_speakers
from memory.speakers import another, speaker_asked
from wire.messages import Cues, HistoryTurn, Speaker
from wire.words import tokens

_TELLER = r"(?:he|she|they|(?:the|our|that) (?:narrator|speaker|voice|guide|announcer|man|woman|lady|host|presenter))"
_SAID_BY = re.compile(
    r" ?(?:according to (?:the )?(?:narrator|speaker|voice|guide|announcer|text|sign|slide|board|poster|screen|menu|"
    rf"page))|(?<=\w) (?:did |does |has )?{_TELLER} (?:just )?(?:say|said|says|mention|mentioned|tell us|told us|claim|"
    r"claimed|call|called it)(?: that)?(?: there (?:is|are|was|were|will be)\b)?(?! about\b)"
)
_ASKS_A_FACT = re.compile(r"(?:how (?:many|much|old|tall|far|fast|big|high|deep|heavy|often)|who|where|whose)\b")
_WHOLE = re.compile(r"\b(?:so far|until now|up to now|in total|altogether|all together|overall|throughout|in all)\b")
_NOW_FORMS = re.compile(
    r"(?:what|who|which|where)(?: \w+)* (?:do|can) (?:you|we) see|is (?:anybody|anyone|somebody|someone|there)|"
    r"are there|who is (?:there|here|in|on|at)|what is (?:there|on|in|visible|going on|happening|shown)|"
    r"how many .*\b(?:are\b|(?:do|can) (?:you|we) see$)|(?:do|can) (?:you|we) see|is (?:it|the)\b|"
    r"are (?:the|any|those|these|they)\b|"
    r"(?:what|which)(?: \w+){1,3} (?:is|are) (?:there|here|visible|in view)$|"
    r"count (?:all )?(?:the|these) (?:people|persons)$"
)
_QUESTION_WORDS = r"(?:what|which|who|how|where|when|did|was|were|is|are|does|do|has|have|had|read|describe|sum|count)"
_ASKING = (
    r"(?:(?:what|which|who|how|where|read|describe|sum|count)\b|(?:did|was|were|is|are|does|do|has|have|had) "
    r"(?:the|you|it|there|any\w*|some\w*|a|an|that|this|i|he|she|they)\b)"
)
_ANCHORED = (
    re.compile(
        rf"(?P<q>(?:(?:at|in|on|to|from|by|of|with) )?{_QUESTION_WORDS} .+?) "
        r"(?:right |just |shortly |immediately |directly |soon )?"
        r"(?P<rel>before|(?<!look )(?<!looks )(?<!looked )(?<!looking )after|when|while|during|whilst|"
        r"(?<!the )following|until|since|at the time(?: of| when| that)|prior to) "
        r"(?P<anchor>.+)"
    ),
    re.compile(
        r"(?:right |just |shortly |immediately )?(?P<rel>before|after|while|during|whilst|following|since) "
        r"(?P<anchor>.+?) "
        rf"(?P<q>{_ASKING}.+)"
    ),
    re.compile(rf"(?P<rel>when) (?P<anchor>(?!did|was|were|is|are|does|do|has|have|had|will)\S.+?) (?P<q>{_ASKING}.+)"),
)


_WHERE_THEY_ARE = re.compile(
    r"how many (?:people|persons) are(?: there)? (?:in|on|at|by|inside|outside|near) (?:the |this )?\w+(?: \w+)?"
)


def understand(
    text: str,
    *,
    t_ns: int,
    options: Sequence[str] = (),
    history: Sequence[HistoryTurn] = (),
    start_unix_s: float = 0.0,
    encode: Encode | None = None,
) -> Cues:
    """What `text`, asked at t_ns, asks for. `encode` gives unit vectors; without it only grammar is used.

    `history` resolves "it", "and before that", "what about the blue one". `start_unix_s` gives clock times meaning.
    """
    when, core = _apart(text, t_ns, start_unix_s)
    if when.now and _WHERE_THEY_ARE.fullmatch(core):  # "how many people are on the ice now": whatever place is in view
        core = "how many people are there"
    if when.spanned and not core.strip():  # "tell me about the third minute"
        core = "what happened"
    joined = bool(re.match(r"and\b|or\b", text.strip().lower()))

    def as_then(question: str, before: Sequence[HistoryTurn]) -> Cues:
        return understand(question, t_ns=t_ns, history=before, encode=encode)

    cues = follow_up(core, joined, t_ns, history, as_then)
    if cues is None:
        cues = with_antecedent(_read(core, text, t_ns, encode), history, as_then)
        cues = about_speakers(cues, _unanchored(core), history)
    elif cues.speaker.nth:
        cues = replace(cues, speaker=another(cues.speaker, " ".join(tokens(text))))
    if when.edge and cues.ask in ("said", "fact", "text") and not cues.order:
        # What came first or last of its kind, however far from the edge.
        cues, when = replace(cues, order=when.edge), replace(when, spanned=False)
    if cues.speaker.asks == "same":  # "last night" is what was said
        when = replace(when, spanned=False, now=False, at_ns=-1, edge="")
    now = when.now and cues.ask not in ("change", "fact", "ago")  # what is so "now" may have been told long ago
    if when.spanned or now:
        cues = replace(
            cues, start_ns=when.start_ns, end_ns=when.end_ns, spanned=when.spanned, now=now, at_ns=when.at_ns
        )
    elif cues.ask != "change" and not _WHOLE.search(text.lower()) and _is_present(core.split(), cues):
        cues = replace(cues, present=True)
    if options and not cues.choices:
        cues = replace(cues, kinds=tuple(dict.fromkeys((*cues.kinds, "speech", "text"))))
    return cues


@lru_cache(maxsize=8)
def _apart(text: str, t_ns: int, start_unix_s: float) -> tuple[timewords.TimeWords, str]:
    """The time that a question names, and its other words in plain ones. Kept, as by `mention_of`."""
    words = plain(repair(tokens(one_clause(text))))
    if words[-2:] == ["at", "first"] and "colour" in words:
        words[-2:] = ["before", "it", "changed"]
    when = timewords.find(words, t_ns, start_unix_s)
    return when, reworded(" ".join(plain(list(when.rest))))


def forget() -> None:
    """Drop what is kept of the last questions and sentences."""
    for kept in (_apart, mention_of, read, in_english, speaker_asked):
        kept.cache_clear()
    terms.forget()
    related.forget()


def _read(core: str, asked: str, t_ns: int, encode: Encode | None) -> Cues:
    """Cues of a question that stands for itself. `core`: without time words; asked: as it was put."""
    said_by = (found := _SAID_BY.search(core)) is not None and (
        "according" in found[0] or bool(_ASKS_A_FACT.match(core))
    )
    core = _SAID_BY.sub("", core).strip() if said_by else core
    frame, whole = read(core), core
    relation: Relation = ""
    anchor = ""
    if frame.ask not in ("order", "next", "ago") and (split := _split_anchor(core)):
        core, relation, anchor = split
        frame = read(core)
    elif frame.ask == "next":
        relation, anchor = RELATIONS.get(frame.groups.get("rel", ""), ""), frame.groups.get("anchor", "")
    cues = refine(frame, core, said_by, t_ns)
    if encode is not None and not said_by and (likely := likely_frame(frame, cues.ask, core, whole, asked, encode)):
        cues = refine(likely, core, said_by, t_ns)
        if likely.ask == "next":
            relation, anchor = RELATIONS[likely.groups["rel"]], likely.groups["anchor"]
    if anchor:
        named = mention(anchor.split())
        if not named.kind and "one" in anchor.split():  # "which sign came before the purple one"
            named = replace(named, kind=cues.about.kind)
        cues = replace(
            cues, relation=relation, anchor=anchor, anchor_about=named, kinds=union(cues.kinds, kinds_of(named))
        )
    return cues


def _split_anchor(core: str) -> tuple[str, Relation, str] | None:
    """("what did you see", "after", "the lights went out"), or None."""
    for pattern in _ANCHORED:
        found = pattern.fullmatch(core)
        if not found or len(found["q"].split()) < 2:
            continue
        anchor = found["anchor"]
        if anchor in IT:
            return found["q"], RELATIONS.get(found["rel"], "during"), anchor
        named = mention(anchor.split())
        if named.kind or named.deed or named.colour or named.content:
            return found["q"], RELATIONS.get(found["rel"], "during"), anchor
    return None


def _unanchored(core: str) -> tuple[str, ...]:
    """A question, first without what it is anchored at, if it is."""
    split = _split_anchor(core)
    return (core,) if split is None or split[2] in IT else (split[0], core)


def words_of_speakers(text: str, *, t_ns: int, start_unix_s: float = 0.0) -> tuple[str, ...]:
    """What somebody said who is asked about by it: "the museum opens at ten" of "what else did the one say who said
    that the museum opens at ten"."""
    asked = (speaker_asked(one) for one in _unanchored(_apart(text, t_ns, start_unix_s)[1]))
    speaker = next((found[0] for found in asked if found is not None), Speaker())
    if speaker.asks == "who":
        return ()  # it is no more than the question
    return tuple(" ".join(words) for words in (speaker.words, speaker.others) if words)


def _is_present(words: list[str], cues: Cues) -> bool:
    """ "What do you see", "is anybody there", "what does the sign say": the present tense asks about this moment."""
    text = " ".join(words)
    if cues.ask in ("said", "fact", "history", "summary", "order", "next", "ago", "duration", "when") or cues.relation:
        return False
    if _NOW_FORMS.match(text):
        return not re.search(r"\b(?:was|were|did|had|seen|came|been)\b", text)
    return bool(re.match(r"(?:what|which) (?:\w+ ){0,3}(?:does|is|are)\b", text)) and cues.ask in (
        "text",
        "colour",
        "count",
    )
