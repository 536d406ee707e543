"""The models of memory in one worker: text encoder and clip compressor, with a cache of sentences met again.

Made by a factory inside the worker; knows no session and no store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory import related
from memory.backends import COMPRESSOR, TEXT_ENCODER
from memory.backends.base import Adapted, ClipInput, ClipMemory, Compressor, Overviewer, Pictured, TextEncoder
from memory.chinese_question import in_english, own_words
from memory.question import understand
from wire.messages import Cues, HistoryTurn

Array = NDArray[np.float32]

CACHED = 512  # sentences; 1 MB at 384 dimensions


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A question to search with. texts: for words; vectors: (Q, D); anchor: (1, D); scene: in the space of the clips;
    scene_repeats: that is the space of sentences; scene_scale: see `Pictured`, where that is the space of pictures."""

    texts: tuple[str, ...]
    vectors: Array
    anchor: Array | None
    scene: Array | None
    scene_repeats: bool
    scene_scale: tuple[float, float | None] | None = None
    plain: bool = False  # see `memory.search.Query`


@dataclass(frozen=True, slots=True)
class Draft:
    """A question by its words alone. texts, plain: see `Probe`."""

    cues: Cues
    texts: tuple[str, ...]
    plain: bool = False


class CachedEncoder:
    """A text encoder that remembers the sentences it met last."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._cache: OrderedDict[str, Array] = OrderedDict()
        self.dim = encoder.dim

    def encode(self, sentences: list[str]) -> Array:
        """(N, D) unit vectors."""
        new = list(dict.fromkeys(s for s in sentences if s not in self._cache))
        fresh = dict(zip(new, self._encoder.encode(new), strict=True)) if new else {}
        rows = [fresh[s] if s in fresh else self._cache[s] for s in sentences]
        for sentence, row in zip(sentences, rows, strict=True):
            self._cache[sentence] = row
            self._cache.move_to_end(sentence)
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def forget(self) -> None:
        self._cache.clear()

    def close(self) -> None:
        self._encoder.close()


class Embedder:
    """Sentences, clips and questions as vectors."""

    def __init__(self, encoder: TextEncoder, compressor: Compressor) -> None:
        self._encoder = CachedEncoder(encoder)
        self._compressor = compressor
        self._overviewer = compressor if isinstance(compressor, Overviewer) else None
        self._overview: tuple[tuple[int, ...], Array] | None = None  # of these clips
        self._asked: tuple[str, ...] = ()  # what the question that is being read will be searched with
        self._scale = (compressor.sharpness, compressor.bias) if isinstance(compressor, Pictured) else None
        compressor.attach(self._encoder)
        self._reads_chinese = reads_chinese(self._encoder)
        self._plain = not isinstance(encoder, Adapted) or not encoder.adapted
        probe = "Which space is this?"
        self._repeats = np.array_equal(compressor.question(probe), self._encoder.encode([probe])[0])

    def dimensions(self) -> tuple[int, int]:
        """Of sentence vectors and of clip vectors."""
        return self._encoder.dim, self._compressor.dim

    def encode(self, sentences: list[str]) -> Array:
        """(N, D) unit vectors."""
        return self._encoder.encode(sentences)

    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]:
        return self._compressor.compress(clips)

    def remake(self, clips: list[ClipInput]) -> Array:
        """(N, D) vectors of clips of which only the sentences are left; zeros, which match nothing, where the
        compressor works on pixels."""
        try:
            return np.stack([memory.vector for memory in self._compressor.compress(clips)])
        except ValueError:
            return np.zeros((len(clips), self._compressor.dim), np.float32)

    def renewable(self) -> tuple[str, ...]:
        """The tables of which vectors can be made again from what is stored: clips only where these are made of
        sentences."""
        return ("phrases", "clips") if self._repeats else ("phrases",)

    def renew(self, name: str, told: list[tuple[str, ...]]) -> Array:
        """(N, D) vectors of rows of that table, from the sentences that these are made of."""
        if name == "phrases":
            return self.encode([text for (text,) in told])
        nothing = np.zeros((0, 0), np.float32)
        return self.remake([ClipInput(start_ns=0, end_ns=0, appearance=nothing, sentences=some) for some in told])

    def question(self, text: str) -> Array:
        """(D,) in the space of the clip vectors."""
        return self._compressor.question(text)

    def understand(
        self, text: str, t_ns: int, options: tuple[str, ...], history: tuple[HistoryTurn, ...], start_unix_s: float
    ) -> Cues:
        """What a question asks for."""
        talk = tuple(replace(turn, question=in_english(turn.question)) for turn in history)
        english = in_english(text)
        self._asked = self._meant(text, english, options)
        try:
            return understand(
                english, t_ns=t_ns, options=options, history=talk, start_unix_s=start_unix_s, encode=self._read
            )
        finally:
            self._asked = ()

    def draft(
        self, text: str, t_ns: int, options: tuple[str, ...], history: tuple[HistoryTurn, ...], start_unix_s: float
    ) -> Draft:
        """What a question asks for as far as its words alone tell, which takes a tenth of the time of `read`."""
        talk = tuple(replace(turn, question=in_english(turn.question)) for turn in history)
        cues = understand(in_english(text), t_ns=t_ns, options=options, history=talk, start_unix_s=start_unix_s)
        return Draft(cues, self._texts(text, cues, options), self._plain)

    def read(
        self,
        text: str,
        t_ns: int,
        options: tuple[str, ...],
        history: tuple[HistoryTurn, ...],
        start_unix_s: float,
        overview: Array | None = None,
    ) -> tuple[Cues, Probe]:
        """What a question asks for, and the vectors that it is searched with."""
        cues = self.understand(text, t_ns, options, history, start_unix_s)
        return cues, self.vectors(cues, text, options, overview)

    def reading(
        self,
        text: str,
        t_ns: int,
        options: tuple[str, ...],
        history: tuple[HistoryTurn, ...],
        start_unix_s: float,
        overview: Array | None,
        cancelled: Callable[[], bool],
    ) -> Iterator[Draft | Array | tuple[Cues, Probe]]:
        """What `draft` gives, then the vector of its anchor if it has one, then what `read` gives: each as soon as it
        is there, so that what hangs on it can be looked for meanwhile."""
        draft = self.draft(text, t_ns, options, history, start_unix_s)
        yield draft
        anchor = self.anchor(draft.cues)
        if anchor is not None:
            yield anchor
        if not cancelled():
            yield self.read(text, t_ns, options, history, start_unix_s, overview)

    def _read(self, sentences: list[str]) -> Array:
        """(N, D) unit vectors, for reading a question. What it will be searched with goes along in the same pass."""
        return self._encoder.encode([*sentences, *self._asked])[: len(sentences)]

    def _meant(self, text: str, english: str, options: tuple[str, ...]) -> tuple[str, ...]:
        """The sentences whose meaning is searched for."""
        read = text if self._reads_chinese else english
        return tuple(dict.fromkeys(t for t in (read, *options) if t.strip()))

    def threshold(self) -> float | None:
        """Cosine from which on a clip is about a question; None for a compressor whose tokens no reasoner reads."""
        return self._overviewer.threshold if self._overviewer is not None else None

    def overview(self, kept: dict[int, Array]) -> Array | None:
        """(n, H) overview memory of clips, by id in order of time; made once for the same clips."""
        if self._overviewer is None or not kept:
            return None
        key = tuple(kept)
        if self._overview is None or self._overview[0] != key:
            self._overview = (key, self._overviewer.integrate(list(kept.values())))
        return self._overview[1]

    def local(self, kept: dict[int, Array]) -> Array | None:
        """(K, H) local memory of clips, by id in order of time."""
        return self._overviewer.local(list(kept.values())) if self._overviewer is not None and kept else None

    def vectors(self, cues: Cues, text: str, options: tuple[str, ...], overview: Array | None = None) -> Probe:
        """The vectors that a question is searched with. overview: that it is asked after, where the compressor does."""
        scene = None
        after, english = self._overviewer, in_english(text)
        meant = self._meant(text, english, options)
        read = text if self._reads_chinese else english
        if text.strip() and after is not None and overview is not None:
            scene = after.question_after(text, overview)
        elif text.strip():
            thing = cues.about.words if self._scale else ""  # a picture shows "a red car", it does not ask when
            scene = self.question(read if self._repeats else thing or text)
        return Probe(
            self._texts(text, cues, options),
            self._meaning(meant),
            self.anchor(cues),
            scene,
            self._repeats,
            self._scale,
            self._plain,
        )

    def _texts(self, text: str, cues: Cues, options: tuple[str, ...]) -> tuple[str, ...]:
        """What is searched for by its words."""
        english = in_english(text)
        named = own_words(english) if english != text else ""
        return tuple(dict.fromkeys(t for t in (english, named, cues.subject, *options) if t.strip()))

    def anchor(self, cues: Cues) -> Array | None:
        """(1, D) of what a question is anchored at; None if it is not."""
        return self._meaning((cues.anchor,)) if cues.anchor else None

    def _meaning(self, texts: tuple[str, ...]) -> Array:
        """(N, D) vectors; zeros, so that words alone decide, for Chinese that the encoder cannot read."""
        vectors = self.encode(list(texts))
        for row, text in zip(vectors, texts, strict=True):
            if not self._reads_chinese and own_words(text):
                row[:] = 0.0
        return vectors

    def forget(self) -> None:
        """Drop the caches: they hold what was to be erased."""
        self._encoder.forget()
        self._overview = None

    def close(self) -> None:
        self._encoder.close()
        self._compressor.close()


def reads_chinese(encoder: TextEncoder) -> bool:
    """Whether Chinese sentences lie near what they mean in English, and apart from each other."""
    car, talk, meant = encoder.encode(["一辆红色的汽车", "两个人在说话", "a red car"])
    return bool(car @ meant > talk @ meant + 0.15 and car @ talk < 0.8)


def load(
    encoder: str, encoder_options: dict[str, Any], compressor: str, compressor_options: dict[str, Any]
) -> Embedder:
    """The configured backends, loaded and warm."""
    embedder = Embedder(
        TEXT_ENCODER.create(encoder, encoder_options), COMPRESSOR.create(compressor, compressor_options)
    )
    embedder.understand("Greenish Tuesdays.", 0, (), (), 0.0)  # fits no pattern, so that the classifier is read now
    related.load()  # ... and what recall knows of words
    return embedder
