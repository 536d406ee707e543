"""Whether words ask about what somebody here saw and heard, about what was, or about what is planned. Pure."""

from __future__ import annotations

import re

_PAST = re.compile(r"\b(?:did|was|were|has|have|had|said|came|went|left|arrived|spoke|asked|\w{2,}[^e\W]ed)\b")
_WITNESSED = re.compile(
    r"\b(?:(?:did|have|had|were|was) (?:you|we|i|he|she|they|any\w+|some\w+)\b|do you (?:remember|recall|know)|"
    r"happened|saw|seen|heard|"
    r"did .*\b(?:say|read|show|come|go|leave|arrive|enter|appear|tell|ring|wear|stand|change|talk|speak)\b|"
    r"(?:was|were|been) (?:there(?! to\b)|here|said|shown|visible|going on)|"
    r"who (?:(?:was|were)(?! \w+(?:ed|ing)\b)|came|went|left|spoke|said|stood|\w+ed)|"
    r"(?:i|we|you) (?:was|were|had|said|went|left)|"
    r"(?:people|anyone|anybody|somebody|someone) (?:were|was|came|went|left|entered|said)|missed|summar\w+|recap|"
    r"sum up|go back to|(?:what|how|tell me|tell us) about|"
    r"what (?:has )?changed|(?:was|were) (?:the |a |an |my )?\w+ \w+ing)\b"
)
_PRESENT = re.compile(r"\b(?:is|are|does|do|can|should|may|must|happens|comes)\b")
_PLANS = re.compile(
    r"\b(?:will|next|leaves?|opens?|closes?|starts?|begins?|arrives?|costs?|trains?|bus|buses|flights?|ferry|boats?|"
    r"tours?|meetings?|appointments?|lectures?|concerts?)\b"
)


def is_witnessed(text: str) -> bool:
    """Whether the words are about what was seen, heard or done here: "what did you see", "who came in"."""
    return _WITNESSED.search(text) is not None


def is_past(text: str) -> bool:
    """Whether the words are about what was."""
    return _PAST.search(text) is not None


def is_present(text: str) -> bool:
    """Whether the words are about what is, or always is so."""
    return _PRESENT.search(text) is not None


def is_of_plans(text: str) -> bool:
    """Whether a clock time belongs to what is to come: "which trains leave after 14:00"."""
    return _PLANS.search(text) is not None and _PAST.search(text) is None
