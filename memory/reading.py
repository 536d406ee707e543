"""What it counts that a reranker read a question and a sentence together.

Pure. The nearest sentences of the session are read; what was not read may come along with what was found, but is no
find by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from memory.odds import Reading
from memory.recall import ALONG, NO_FIND, WORDS_ALONE, strength_of
from memory.shortlist import TOLD, Judgement
from wire.messages import Cues

READ = TOLD  # sentences of a question
# Questions that one sentence answers. Others ask for times, for all that was said, or for what is seen.
READ_FOR = frozenset({"fact", "who", "where", "count", "duration", "colour", "motion"})
_OF_WORDS = frozenset({"text", "said"})  # "what did the sign say" is answered by any
_TELLING = 2  # words about what it is
_APART = frozenset({"before", "after"})  # of what another sentence tells
_ANOTHER_SCRIPT = re.compile(r"[^\W\d_a-zA-ZÀ-ɏ]{2}")  # letters that it has not learned; one may be a sign: 25 µm


def worth_reading(cues: Cues, options: tuple[str, ...]) -> bool:
    """Whether a sentence by itself may answer a question as it was put."""
    if options or cues.follow_up or cues.now or cues.spanned or cues.order or cues.relation in _APART:
        return False
    return cues.ask in READ_FOR or (cues.ask in _OF_WORDS and len(cues.about.content) >= _TELLING)


def worth_doubting(cues: Cues, options: tuple[str, ...]) -> bool:
    """Whether reading may say that nothing answers, though which sentence does is not for it to say: one of several is
    asked for, or what lay beside another."""
    if options or cues.follow_up or cues.now or cues.spanned:
        return False
    if cues.ask in _OF_WORDS:
        return bool(cues.about.content)
    return cues.ask in READ_FOR and (bool(cues.order) or cues.relation in _APART)


def chosen(judgement: Judgement, question: str) -> dict[int, str]:
    """The sentences to read with a question, by number, nearest first; none if it cannot be read."""
    if _ANOTHER_SCRIPT.search(question):
        return {}
    lines = list(judgement.lines.items())[:READ]
    return {} if any(_ANOTHER_SCRIPT.search(line) for _, line in lines) else dict(lines)


def weighed(judgement: Judgement, read: Mapping[int, float], reading: Reading, *, doubting: bool = False) -> Judgement:
    """As it stands after some of its sentences were read. read: log odds by number; doubting: it changes nothing where
    one of them counts as an answer."""
    if doubting and any(reading.log_odds(judgement.odds[number], odds) >= 0.0 for number, odds in read.items()):
        return judgement
    bears, shares = dict(judgement.bears), dict(judgement.shares)
    for number, signs in judgement.odds.items():
        if number in read:
            bears[number] = strength_of(reading.log_odds(signs, read[number]))
        elif number in judgement.here:
            bears[number] = min(bears[number], NO_FIND)
        else:
            continue  # of another session, where nothing was read
        # That it holds the words of the question says no more than reading it.
        shares[number] = min(shares.get(number, 0.0), bears[number] + WORDS_ALONE)
    strong = [number for number in read if bears[number] >= ALONG]
    others = [number for number in judgement.promising if number not in read]
    return replace(judgement, bears=bears, shares=shares, promising=[*strong, *others], read=True)
