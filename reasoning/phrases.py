"""Cuts a stream of words into phrases that can be spoken: the first one short, so that the voice begins early.

Pure. Nothing is lost: the phrases joined are the text that went in. Numbers, times, addresses and abbreviations stay
whole, whatever pieces the text comes in, and so does the markup of boxes.
"""

from __future__ import annotations

import re

from wire.boxes import markup_around

FIRST_LEAST, FIRST_MOST = 12, 60  # characters; about one to three seconds of speech
LEAST, MOST = 24, 180
LONGEST_MARKUP = 2000  # characters; what is not closed by then is no markup
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:mr|mrs|ms|dr|st|prof|sr|jr|vs|etc|e\.g|i\.e|no|nr|fig|approx|ca|cf|al|[a-z])\.$", re.IGNORECASE
)
# Chinese marks have no space behind them.
_END = re.compile(r"[.!?…][\"')\]]*(?=\s)|[\u3002\uff01\uff1f][\u201d\u300d\u300f\uff09]*")
_CLAUSE = re.compile(r"[,;:\u2013\u2014][\"')\]]*(?=\s)|[\u3001\uff0c\uff1a\uff1b]")


class Phrases:
    """One reply being cut. Push text as it comes, then flush."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def push(self, text: str) -> list[str]:
        """Phrases that are complete now. Each keeps the space before it, so that they join to the whole."""
        self._text += text
        found = []
        while (end := self._whole(self._cut())) > 0:
            found.append(self._take(end))
        return found

    def flush(self) -> list[str]:
        """What is left, when no more text comes."""
        found = self.push(" ") if self._text.strip() else []
        rest, self._text = self._text.rstrip(), ""
        if rest.strip():
            found.append(rest)
        return found

    def _take(self, end: int) -> str:
        phrase, self._text = self._text[:end], self._text[end:]
        self._given += 1
        return phrase

    def _whole(self, end: int) -> int:
        """Where to cut instead so that no box is torn; 0 while that is not known."""
        around = markup_around(self._text, end) if end else None
        if around is None or len(self._text) > LONGEST_MARKUP:
            return end
        after, closed = around
        return after if closed else 0

    def _cut(self) -> int:
        """Where the next phrase ends, 0 if that is not known yet."""
        is_first = self._given == 0
        least, most = (FIRST_LEAST, FIRST_MOST) if is_first else (LEAST, MOST)
        text = self._text
        sentence = self._sentence(most)
        clause = self._clause(least, most)
        if is_first and clause:
            return min(clause, sentence or clause)
        if sentence or len(text.rstrip()) <= most:
            return sentence
        return clause or max(0, text.rfind(" ", least, most))

    def _sentence(self, most: int) -> int:
        """The end of the first sentence, 0 if there is none within `most`."""
        for found in _END.finditer(self._text):
            if found.end() > most:
                break
            if not _ABBREVIATION.search(self._text[: found.start() + 1]):
                return found.end()
        return 0

    def _clause(self, least: int, most: int) -> int:
        """The end of a clause of a good length: the first for the first phrase, the last that fits for the others."""
        ends = [m.end() for m in _CLAUSE.finditer(self._text) if least <= m.end() <= most]
        if not ends:
            return 0
        return ends[0] if self._given == 0 else ends[-1]
