"""Streaming English speech recognition with PocketSphinx and its own model, tuned for questions to an assistant.

Every utterance begins with the same state, so that its words depend on its own samples alone. Loudness is evened out
first: the recogniser's estimate of the channel starts from a fixed one. Good on clear speech, poor on casual speech.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pocketsphinx.lm import ArpaBoLM

from perception.backends.base import Pcm, Transcript
from perception.backends.sphinx_library import Decoder, model_path
from perception.expected_talk import sentences

RATE_HZ = 16_000
_BLOCK = 1_600  # samples the decoder gets at once: its result depends on that a little, its speed a lot
_LEVEL_SAMPLES = 12_800  # from which the loudness of an utterance is taken
_LOUD_FRAMES = 8  # of 20 ms: the loudest ones there
_LOUD = 150.0  # root mean square from which a frame may be a voice; fewer of them ...
_VOICED_FRAMES = 15  # ... than these are waited through ...
_LONGEST_WAIT = 80_000  # ... for so many samples
_GAIN = (0.2, 12.0)
# Cepstral mean of clear speech at `level`: measured over synthetic and read voices.
_CHANNEL = (51.4, 5.4, 7.2, 21.4, -0.7, 1.2, 4.4, -7.0, -3.3, -2.9, 6.2, 1.5, 2.3)
_FILLERS = ("<s>", "</s>", "<sil>", "[NOISE]", "[COUGH]", "[SMACK]", "[UH]", "[UM]", "[SPEECH]")


@dataclass(frozen=True, kw_only=True)
class PocketSphinxOptions:
    expected: float = 0.4  # weight of the model of questions against the general one; 0: none
    candidates: int = 3_000  # states of the search that survive a frame; less is faster and less exact
    second_pass: bool = True  # search again among the words found, when the utterance is over
    level: float = 7_000.0  # root mean square that the loudest parts of an utterance are brought to; 0: as it is


class PocketSphinxAsr:
    Options = PocketSphinxOptions
    sample_rate = RATE_HZ
    child = True

    def __init__(self, options: PocketSphinxOptions) -> None:
        self._options = options
        self._idle: list[Decoder] = []
        self._expected = _expected_model() if options.expected > 0 else ""
        warm = self.stream()
        warm.begin()
        warm.feed(np.random.default_rng(0).normal(0, 300, RATE_HZ).astype(np.int16))
        warm.finish()

    def stream(self) -> PocketSphinxStream:
        return PocketSphinxStream(self)

    def close(self) -> None:
        for decoder in self._idle:
            decoder.close()
        self._idle.clear()

    @property
    def level(self) -> float:
        return self._options.level

    def borrow(self) -> Decoder:
        """A decoder for one utterance; as many are made as people speak at one time."""
        return self._idle.pop() if self._idle else self._made()

    def give_back(self, decoder: Decoder) -> None:
        self._idle.append(decoder)

    def _made(self) -> Decoder:
        options = self._options
        settings = {
            "hmm": model_path("en-us"),
            "dict": model_path("cmudict-en-us.dict"),
            "loglevel": "FATAL",
            "maxhmmpf": options.candidates,
            "fwdflat": options.second_pass,
            "bestpath": options.second_pass,
        }
        models = [(model_path("en-us.lm.bin"), 1.0 - options.expected)]
        if not self._expected:
            return Decoder(settings, models)
        # The library reads models from files only. The file lives while it is read: a process that is killed later
        # leaves nothing behind.
        with tempfile.NamedTemporaryFile("w", prefix="omnilive-", suffix=".arpa") as file:
            file.write(self._expected)
            file.flush()
            return Decoder(settings, [*models, (file.name, options.expected)])


class PocketSphinxStream:
    """One session's utterances, one after the other."""

    def __init__(self, asr: PocketSphinxAsr) -> None:
        self._asr = asr
        self._decoder: Decoder | None = None
        self._waiting: Pcm = np.zeros(0, np.int16)
        self._gain = 0.0  # 0: not known yet
        self._looked = _LEVEL_SAMPLES  # how far it is looked for a voice next
        self._text = ""

    def begin(self) -> None:
        if self._decoder is None:
            self._decoder = self._asr.borrow()
        self._decoder.begin(_CHANNEL)
        self._waiting, self._gain, self._text = np.zeros(0, np.int16), 0.0, ""
        self._looked = _LEVEL_SAMPLES

    def feed(self, pcm: Pcm) -> str:
        decoder = self._begun()
        self._waiting = np.concatenate([self._waiting, pcm])
        self._look_for_voice()
        if self._gain and self._waiting.size >= _BLOCK:
            whole = self._waiting.size - self._waiting.size % _BLOCK
            for start in range(0, whole, _BLOCK):
                decoder.feed(self._even(self._waiting[start : start + _BLOCK]))
            self._waiting = self._waiting[whole:]
            self._text = decoder.text()
        return self._text

    def finish(self) -> Transcript:
        decoder = self._begun()
        if self._waiting.size:
            self._gain = self._gain or self._gain_for(_levels(self._waiting))
            for start in range(0, self._waiting.size, _BLOCK):
                decoder.feed(self._even(self._waiting[start : start + _BLOCK]))
        decoder.end()
        text = decoder.text()
        words = [(n, p) for word, n, p in decoder.words() if word not in _FILLERS]
        self._asr.give_back(decoder)
        self._decoder = None
        return Transcript(text=text, score=_score(words) if text else 0.0)

    def _begun(self) -> Decoder:
        if self._decoder is None:
            raise ValueError("begin() comes before feed() and finish()")
        return self._decoder

    def _look_for_voice(self) -> None:
        """Take the loudness of the first stretch with enough voice in it, looking at the same places however the sound
        was cut."""
        while not self._gain and self._waiting.size >= self._looked:
            levels = _levels(self._waiting[self._looked - _LEVEL_SAMPLES : self._looked])
            if int(np.sum(levels >= _LOUD)) >= _VOICED_FRAMES or self._looked >= _LONGEST_WAIT:
                self._gain = self._gain_for(levels)
            self._looked += _BLOCK

    def _gain_for(self, levels: NDArray[np.float64]) -> float:
        """The factor that brings the loudest frames to the level."""
        loudest = float(np.mean(np.sort(levels)[-_LOUD_FRAMES:])) if levels.size else 0.0
        return float(np.clip(self._asr.level / loudest, *_GAIN)) if self._asr.level and loudest else 1.0

    def _even(self, pcm: Pcm) -> bytes:
        even: Pcm = np.clip(pcm * self._gain, -32_768, 32_767).astype(np.int16)
        return even.tobytes()


def _levels(pcm: Pcm) -> NDArray[np.float64]:
    """Root mean square of each 20 ms."""
    frames = pcm[: pcm.size - pcm.size % 320].reshape(-1, 320).astype(np.float64)
    levels: NDArray[np.float64] = np.sqrt(np.mean(frames**2, axis=1))
    return levels


def _score(words: list[tuple[int, float]]) -> float:
    """Mean posterior of the words, by their length."""
    length = sum(n for n, _ in words)
    return sum(n * p for n, p in words) / length if length else 0.0


def _expected_model() -> str:
    """The n-gram model of what people are expected to say, in ARPA format."""
    model = ArpaBoLM(text="\n".join(sentences()), add_start=True)
    model.compute()
    text = io.StringIO()
    model.write(text)
    return text.getvalue()
