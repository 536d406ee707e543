"""What every backend of a role must do, whatever is behind it. Used for each registry by the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import memory.backends
import perception.backends
import reasoning.backends
from memory.backends.base import ClipInput
from perception.backends.base import FrameContext
from wire import config
from wire.config import BackendConfig
from wire.messages import Cues, Question

Pcm = NDArray[np.int16]

REGISTRIES = {
    "vad": perception.backends.VAD,
    "asr": perception.backends.ASR,
    "sound": perception.backends.SOUND,
    "speakers": perception.backends.SPEAKERS,
    "vision": perception.backends.VISION,
    "compressor": memory.backends.COMPRESSOR,
    "text_encoder": memory.backends.TEXT_ENCODER,
    "llm": reasoning.backends.LLM,
    "tts": reasoning.backends.TTS,
}


def of_profile(name: str) -> list[tuple[str, BackendConfig]]:
    """(role, backend) of everything that a profile names."""
    loaded = config.load(name)
    hearing = loaded.perception
    pairs = [("vad", hearing.vad), ("asr", hearing.asr), ("sound", hearing.sound), ("speakers", hearing.speakers)]
    pairs += [("vision", backend) for backend in hearing.vision]
    pairs += [("compressor", loaded.memory.compressor), ("text_encoder", loaded.memory.text_encoder)]
    return [*pairs, ("llm", loaded.reasoning.llm), ("tts", loaded.reasoning.tts)]


def check(role: str, backend: BackendConfig, speech: Pcm) -> None:
    """Make the backend, run the cases of its role, close it twice. speech: a sentence at 16 kHz."""
    made = REGISTRIES[role].create(backend.backend, backend.options)
    try:
        CASES[role](made, speech)
    finally:
        made.close()
    made.close()


def pieces(pcm: Pcm) -> list[Pcm]:
    """Cut unevenly: nothing, one sample, then chunks of many sizes."""
    cuts, position, sizes = [pcm[:0], pcm[:1]], 1, (7, 160, 333, 1_600, 5)
    while position < pcm.size:
        size = sizes[len(cuts) % len(sizes)]
        cuts.append(pcm[position : position + size])
        position += size
    return cuts


def _vad(vad: Any, speech: Pcm) -> None:
    whole, cut = vad.stream(), vad.stream()
    assert whole.feed(speech[:0]) == []
    expected = whole.feed(speech)
    assert len(expected) == speech.size // (vad.sample_rate * vad.frame_ms // 1000)
    assert all(0.0 <= p <= 1.0 for p in expected)
    assert [p for piece in pieces(speech) for p in cut.feed(piece)] == expected


def _asr(asr: Any, speech: Pcm) -> None:
    stream = asr.stream()
    for nothing in (speech[:0], speech[:1]):
        stream.begin()
        stream.feed(nothing)
        assert isinstance(stream.finish().text, str)
    heard = []
    for chunks in ([speech], pieces(speech)):
        stream = asr.stream()
        stream.begin()
        partial = [stream.feed(chunk) for chunk in chunks]
        assert all(isinstance(text, str) for text in partial)
        found = stream.finish()
        assert 0.0 <= found.score <= 1.0
        heard.append(found.text)
    assert heard[0] == heard[1]


def _sound(sound: Any, speech: Pcm) -> None:
    found = []
    for chunks in ([speech], pieces(speech)):
        stream = sound.stream()
        ended = [s for chunk in chunks for s in stream.feed(chunk)]
        found.append(ended + stream.finish())
    assert found[0] == found[1]
    assert all(0 <= s.start_sample < s.end_sample <= speech.size for s in found[0])
    assert sound.stream().finish() == []


def _speakers(encoder: Any, speech: Pcm) -> None:
    assert 0.0 <= encoder.scale.other <= encoder.scale.same
    vector = encoder.encode(speech)
    assert (vector.dtype, vector.ndim) == (np.float32, 1)
    assert np.array_equal(encoder.encode(speech), vector)
    if encoder.tells:
        assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-4)
    for nothing in (speech[:0], speech[:1], np.zeros(16_000, np.int16)):
        found = encoder.encode(nothing)
        assert found.shape == vector.shape
        assert np.isfinite(found).all()


def _vision(vision: Any, speech: Pcm) -> None:
    del speech
    rng = np.random.default_rng(1)
    frames = [np.zeros((8, 8, 3), np.uint8), *(rng.integers(0, 255, (120, 160, 3), np.uint8) for _ in range(2))]
    if hasattr(vision, "encode"):
        vectors = vision.encode(frames)
        assert vectors.dtype == np.float32
        assert vectors.shape[0] == len(frames)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
        assert np.allclose(vision.encode(frames[:1]), vectors[:1], atol=1e-4)
        return
    seen = []
    for _ in range(2):
        stream = vision.stream()
        seen.append(
            [
                stream.observe(frame, FrameContext(t_ns=i * 10**9, change=1.0, shot=i == 0, redundant=False))
                for i, frame in enumerate(frames)
            ]
        )
    assert seen[0] == seen[1]


def _compressor(compressor: Any, speech: Pcm) -> None:
    del speech
    rng = np.random.default_rng(2)
    if hasattr(compressor, "attach"):  # one that borrows the profile's text encoder
        compressor.attach(memory.backends.TEXT_ENCODER.create("fake", {}))
    dim = getattr(compressor, "feature_dim", 0)
    clip = ClipInput(
        start_ns=0,
        end_ns=10**9,
        appearance=rng.normal(size=(1, 512)).astype(np.float32),
        sentences=("A red circle moved to the right.",),
        features=rng.normal(size=(1, dim)).astype(np.float32) if dim else None,
    )
    assert compressor.compress([]) == []
    one = compressor.compress([clip])
    two = compressor.compress([clip, clip])
    assert one[0].vector.shape == compressor.question("What moved?").shape == (compressor.dim,)
    assert np.allclose(one[0].vector, two[1].vector, atol=1e-4)


def _text_encoder(encoder: Any, speech: Pcm) -> None:
    del speech
    assert encoder.encode([]).shape == (0, encoder.dim)
    vectors = encoder.encode(["A red circle.", "", "a " * 2_000])
    assert vectors.shape == (3, encoder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[[0, 2]], axis=1), 1.0, atol=1e-3)
    assert np.allclose(encoder.encode(["A red circle."])[0], vectors[0], atol=1e-4)


def _question() -> Question:
    return Question(
        session="s", t_ns=10**10, turn=1, id="q", reply_id="r", why="asked", source="typed",
        text="What does the sign say?", cues=Cues(ask="text", end_ns=10**10),
    )  # fmt: skip


def _llm(llm: Any, speech: Pcm) -> None:
    del speech
    first, second = (list(llm.answer(_question(), lambda: False)) for _ in range(2))
    assert first == second
    assert "".join(chunk.text for chunk in first).strip()
    assert len(list(llm.answer(_question(), lambda: True))) <= 1


def _tts(tts: Any, speech: Pcm) -> None:
    del speech
    sentence = "The lights went out at twelve seconds."
    whole = list(tts.speak(sentence, lambda: False))
    assert all(p.dtype == np.int16 and p.ndim == 1 for p in whole)
    assert sum(p.size for p in whole) > 0.2 * tts.sample_rate
    assert all(p.size >= 0.02 * tts.sample_rate for p in whole[:-1])
    assert len(list(tts.speak(sentence, lambda: True))) <= 1
    started = tts.speak(sentence, lambda: False)
    next(started)
    started.close()
    again = np.concatenate(list(tts.speak(sentence, lambda: False)))
    assert again.size == sum(p.size for p in whole)
    assert sum(p.size for p in tts.speak("", lambda: False)) < 0.5 * tts.sample_rate


CASES: dict[str, Callable[[Any, Pcm], None]] = {
    "vad": _vad,
    "asr": _asr,
    "sound": _sound,
    "speakers": _speakers,
    "vision": _vision,
    "compressor": _compressor,
    "text_encoder": _text_encoder,
    "llm": _llm,
    "tts": _tts,
}
