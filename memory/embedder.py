"""The models of memory in one worker: text encoder and clip compressor, with a cache of sentences met again.

Made by a factory inside the worker; knows no session and no store.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory import odds, question, reading, related
from memory.backends import COMPRESSOR, RERANKER, TEXT_ENCODER
from memory.backends.base import ClipInput, ClipMemory, Compressor, Fitted, Overviewer, Pictured, Reranker, TextEncoder
from memory.chinese_question import own_words
from memory.draft import Drafter, Inquiry
from memory.shortlist import Judgement
from wire.config import BackendConfig
from wire.messages import Cues

Array = NDArray[np.float32]

CACHED = 512  # sentences; 1 MB at 384 dimensions


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A question to search with. texts: for words; vectors: (Q, D); scene: in the space of the clips; scene_repeats:
    that is the space of sentences; scene_scale: see `Pictured`, where that is the space of pictures."""

    texts: tuple[str, ...]
    vectors: Array
    scene: Array | None
    scene_repeats: bool
    scene_scale: tuple[float, float | None] | None = None


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
    """Sentences, clips and questions as vectors; sentences read with questions."""

    def __init__(self, encoder: TextEncoder, compressor: Compressor, reranker: Reranker | None = None) -> None:
        self._encoder = CachedEncoder(encoder)
        self._compressor = compressor
        self._reranker = reranker if reranker is not None and reranker.reads else None
        self._overviewer = compressor if isinstance(compressor, Overviewer) else None
        self._overview: tuple[tuple[int, ...], Array] | None = None  # of these clips
        self._scale = (compressor.sharpness, compressor.bias) if isinstance(compressor, Pictured) else None
        compressor.attach(self._encoder)
        self.drafter = Drafter(reads_chinese(self._encoder), space_of(encoder), self._reranker is not None)
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

    def read(self, inquiry: Inquiry, overview: Array | None = None) -> tuple[Cues, Probe]:
        """What a question asks for, and the vectors that it is searched with."""
        self.encode(list(self.drafter.meant(inquiry)))  # in one pass what was not met before
        cues = self.drafter.understand(inquiry, self._encoder.encode)
        return cues, self.vectors(cues, inquiry, overview)

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

    def vectors(self, cues: Cues, inquiry: Inquiry, overview: Array | None = None) -> Probe:
        """The vectors that a question is searched with. overview: that it is asked after, where the compressor does."""
        scene, after, text = None, self._overviewer, inquiry.text
        if text.strip() and after is not None and overview is not None:
            scene = after.question_after(text, overview)
        elif text.strip():
            thing = cues.about.words if self._scale else ""  # a picture shows "a red car", it does not ask when
            scene = self.question(self.drafter.meaning_of(text) if self._repeats else thing or text)
        return Probe(
            self.drafter.texts(inquiry, cues),
            self._meaning(self.drafter.meant(inquiry)),
            scene,
            self._repeats,
            self._scale,
        )

    def weigh(self, text: str, judgement: Judgement, doubting: bool = False) -> Judgement:
        """With the nearest sentences read together with a question. doubting: see `reading.weighed`."""
        lines = reading.chosen(judgement, text)
        if self._reranker is None or not lines:
            return judgement
        read = self._reranker.read(text, [*lines.values()]).tolist()
        weight = odds.shipped(judgement.space).reading
        return reading.weighed(judgement, dict(zip(lines, read, strict=True)), weight, doubting=doubting)

    def anchor(self, cues: Cues) -> Array | None:
        """(1, D) of what a question is anchored at; None if it is not."""
        return self._meaning((cues.anchor,)) if cues.anchor else None

    def _meaning(self, texts: tuple[str, ...]) -> Array:
        """(N, D) vectors; zeros, so that words alone decide, for Chinese that the encoder cannot read."""
        vectors = self.encode(list(texts))
        for row, text in zip(vectors, texts, strict=True):
            if not self.drafter.reads_chinese and own_words(text):
                row[:] = 0.0
        return vectors

    def forget(self) -> None:
        """Drop the caches: they hold what was to be erased."""
        self._encoder.forget()
        self._overview = None
        question.forget()

    def close(self) -> None:
        self._encoder.close()
        self._compressor.close()
        if self._reranker is not None:
            self._reranker.close()


def space_of(encoder: TextEncoder) -> str:
    """Which odds its vectors are judged by."""
    return encoder.space if isinstance(encoder, Fitted) else odds.PLAIN


def reads_chinese(encoder: TextEncoder) -> bool:
    """Whether Chinese sentences lie near what they mean in English, and apart from each other."""
    car, talk, meant = encoder.encode(["一辆红色的汽车", "两个人在说话", "a red car"])
    return bool(car @ meant > talk @ meant + 0.15 and car @ talk < 0.8)


def load(encoder: BackendConfig, compressor: BackendConfig, reranker: BackendConfig) -> Embedder:
    """The configured backends, loaded and warm."""
    embedder = Embedder(
        TEXT_ENCODER.create(encoder.backend, encoder.options),
        COMPRESSOR.create(compressor.backend, compressor.options),
        RERANKER.create(reranker.backend, reranker.options),
    )
    embedder.read(Inquiry("Greenish Tuesdays."))  # fits no pattern, so that the classifier is read now
    related.load()  # ... and what recall knows of words
    odds.shipped()
    return embedder
