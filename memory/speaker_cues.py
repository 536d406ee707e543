"""What a question about those who spoke looks for: the cues of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from memory.asked import kinds_of, union
from memory.follow_up import IT, times_in
from memory.mentions import topic
from memory.speakers import speaker_asked
from wire.messages import Cues, HistoryTurn, Mention, Speaker

_YES_NO = re.compile(r"(?:did|do|has|have|had|was|were|is|are)\b")
_OF_SPEECH = re.compile(r"\b(?:voices?|speak\w*|spoken|said|say|talk\w*|heard)\b")


def telling(words: Sequence[str]) -> tuple[str, ...]:
    """Those that tell what was said; all where none does: "yes"."""
    return topic(words).content or tuple(words)


def about_speakers(cues: Cues, asked: Sequence[str], history: Sequence[HistoryTurn]) -> Cues:
    """The cues of a question about those who spoke; the same where it is none. asked: the question, first as it stands
    before an anchor that it has, if it has one."""
    found = next((found for text in asked if (found := speaker_asked(text))), None)
    if found is None:
        return cues
    (speaker, about), whole = found, speaker_asked(asked[-1]) == found
    times = times_in(history[-1].heard) if history else []
    if speaker.back and not times:
        if speaker.asks == "who":
            speaker = replace(speaker, back=False, nth=-1)
        elif speaker.other and asked[-1].startswith("who else"):
            speaker = Speaker(asks="count")
        else:
            return cues  # nobody was quoted
    if speaker.asks == "same" and speaker.back and not _OF_SPEECH.search(f"{asked[-1]} {history[-1].heard}"):
        return cues
    words, others = telling(speaker.words), telling(speaker.others)
    speaker = replace(speaker, words=words, others=others)
    yes_no = bool(_YES_NO.match(asked[0]))
    if (
        speaker.asks == "who"
        and not (speaker.back or yes_no)
        and (words or cues.ask == "said")
        and "speech" in cues.kinds
    ):
        return replace(cues, speaker=speaker)  # what is looked for is the same: what was said
    if whole or cues.anchor in IT:
        cues = replace(cues, relation="", anchor="", anchor_ns=-1, anchor_about=Mention())
    if speaker.back:
        cues = replace(cues, anchor_ns=max(times), follow_up=True)
    told = words if speaker.asks == "who" else telling(about.split())
    subject = " ".join((*words, *others, *about.split()))
    return replace(
        cues, ask="said", subject=subject or cues.subject, about=Mention(words=subject, kind="speech", content=told),
        kinds=union(("speech",), kinds_of(cues.anchor_about) if cues.anchor else ()), choices=(), choice_about=(),
        wants="", yes_no=yes_no, speaker=speaker,
    )  # fmt: skip
