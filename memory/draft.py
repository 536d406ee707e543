"""A question as far as its words alone tell: what can be looked for while it is still being encoded.

Pure; of the text encoder it knows only which languages that reads and which space its vectors are of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.asking import Encode
from memory.chinese_question import in_english, own_words
from memory.question import understand, words_of_speakers
from wire.messages import Cues, HistoryTurn

_ASKS = re.compile(
    r"(?:\w+ ){0,2}?(?:what|which|who|whom|whose|when|where|why|how)\b"
    r"|(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would)\b",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as it was put, with what it was put after. start_unix_s: of its stream, 0 if unknown."""

    text: str
    t_ns: int = 0
    options: tuple[str, ...] = ()
    history: tuple[HistoryTurn, ...] = ()
    start_unix_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """texts: what is searched for by its words."""

    cues: Cues
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafter:
    """Reads questions for one text encoder. reads_chinese: it does; space: see `memory.query.Query`; rereads: a
    reranker reads the nearest sentences with them."""

    reads_chinese: bool
    space: str
    rereads: bool = False

    def draft(self, inquiry: Inquiry) -> Draft:
        cues = self.understand(inquiry)
        return Draft(cues, self.texts(inquiry, cues))

    def understand(self, inquiry: Inquiry, encode: Encode | None = None) -> Cues:
        """What a question asks for. encode: see `memory.question.understand`; without it the words decide alone."""
        talk = tuple(replace(turn, question=in_english(turn.question)) for turn in inquiry.history)
        return understand(
            in_english(with_its_mark(inquiry.text)), t_ns=inquiry.t_ns, options=inquiry.options, history=talk,
            start_unix_s=inquiry.start_unix_s, encode=encode,
        )  # fmt: skip

    def texts(self, inquiry: Inquiry, cues: Cues) -> tuple[str, ...]:
        """What is searched for by its words."""
        english = in_english(inquiry.text)
        named = own_words(english) if english != inquiry.text else ""
        return _each_once((english, named, cues.subject, *inquiry.options))

    def meant(self, inquiry: Inquiry) -> tuple[str, ...]:
        """What is searched for by its meaning: the sentences to encode."""
        english = in_english(with_its_mark(inquiry.text))
        said = words_of_speakers(english, t_ns=inquiry.t_ns, start_unix_s=inquiry.start_unix_s)
        return _each_once((self.meaning_of(inquiry.text), *inquiry.options, *said))

    def meaning_of(self, text: str) -> str:
        """As the encoder can read it."""
        return with_its_mark(text) if self.reads_chinese else in_english(with_its_mark(text))


def with_its_mark(text: str) -> str:
    """A question as it is written, with "?" at its end: text encoders know them so, and put one that was typed or heard
    without elsewhere."""
    bare = text.rstrip()
    return f"{bare}?" if bare[-1:].isalnum() and _ASKS.match(bare) else text


def _each_once(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text.strip()))
