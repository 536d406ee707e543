"""English speech recognition with Moonshine Tiny, run by onnxruntime, helped by sentences that one expects to hear.

The package moonshine-voice carries the model in its release 0.1.0; its own code is not used. Words come from a beam
search in which an n-gram model of expected sentences has a say (`perception.beam_search`).
Source: N. Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice Commands", 2024
(arXiv:2410.15608).
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from perception.backends.base import Pcm, Transcript
from perception.beam_search import Beams, Step, search
from perception.expected_talk import sentences
from perception.ngram import Ngram
from perception.subwords import END, START, Subwords
from perception.windowed import RATE_HZ, WindowedAsr, Windows

_ORDER = 3  # of the model of expected sentences
_FILLED = 12  # times that each form of them is filled
_TOKENS_A_SECOND = 8.0  # nobody speaks more; without a limit it repeats itself where it hears nothing
_TOKENS_MORE = 6
_UNSURE = 0.2
# What it makes of music, bangs and silence, when it is not surer than this.
_HALLUCINATED = {"you": 0.9, "do you": 0.9, "the": 0.9, "i": 0.9, "thank you": 0.68, "thanks": 0.68, "bye": 0.68}
_FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")

_ASKS = re.compile(
    r"(what|which|who|when|where|how|why|is|are|was|were|did|do|does|can|could|have|has|in (which|what))\b"
)
_COINS = {"$": "dollar", "€": "euro", "£": "pound"}
_PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
_PLACES |= {9: "ninth", 10: "tenth", 11: "eleventh", 12: "twelfth"}
_TITLES = {"Dr": "Doctor", "Mr": "Mister"}
_NAMES = re.compile(r"\b(i|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b")


@dataclass(frozen=True, kw_only=True)
class MoonshineOptions:
    checkpoint: str = ""  # folder with encoder_model.ort, decoder_model_merged.ort, tokenizer.bin; "": the packaged one
    expected: float = 0.6  # weight of the expected sentences; 0: none
    beams: int = 4
    caption_every_s: float = 0.5  # of new sound; 0: words only when they are complete
    longest_s: float = 28.0  # of sound read at once


class Moonshine:
    Options = MoonshineOptions
    sample_rate = RATE_HZ
    child = True  # the search is Python

    def __init__(self, options: MoonshineOptions) -> None:
        """Raises ValueError where files are missing or broken."""
        folder = Path(options.checkpoint) if options.checkpoint else _packaged()
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise ValueError(
                f"{folder} lacks {', '.join(missing)}; install moonshine-voice==0.1.0, which carries them, or name "
                "another folder as perception.asr.options.checkpoint"
            )
        self._subwords = Subwords.parse((folder / "tokenizer.bin").read_bytes())
        self._encoder, self._decoder = _session(folder / _FILES[0]), _session(folder / _FILES[1])
        self._expected = expected_model(self._subwords) if options.expected > 0 else None
        self._beams = Beams(n=options.beams, weight=options.expected)
        self._windows = Windows(every_s=options.caption_every_s, longest_s=options.longest_s, slower=0.1)
        self.read(np.zeros(RATE_HZ, np.int16))

    def stream(self) -> WindowedAsr:
        return WindowedAsr(self.read, self._windows)

    def close(self) -> None:
        """The networks go with the object."""

    def glance(self, pcm: Pcm) -> Transcript:
        """The words of (n_samples,) at RATE_HZ, found at less cost: the likeliest token each time."""
        return self._found(pcm, 1, None)

    def read(self, pcm: Pcm) -> Transcript:
        """The words of (n_samples,) at RATE_HZ."""
        return self._found(pcm, self._beams.n, self._expected)

    def _found(self, pcm: Pcm, n_beams: int, expected: Ngram | None) -> Transcript:
        sound = (pcm.astype(np.float32) / 32_768.0)[None]
        mask = np.ones(sound.shape, np.int64)
        states = self._encoder.run(None, {"input_values": sound, "attention_mask": mask})[0]
        most = round(_TOKENS_A_SECOND * pcm.size / RATE_HZ) + _TOKENS_MORE
        beams = Beams(n=n_beams, weight=self._beams.weight, most=most)
        found = search(_decoding(self._decoder, states, mask), START, END, beams, expected)
        text = spelled(self._subwords.text(found.ids))
        return (
            Transcript(text=text, score=found.score) if _is_speech(text, found.score) else Transcript(text="", score=0)
        )


def _is_speech(text: str, score: float) -> bool:
    words = re.sub(r"[^a-z ]", "", text.lower()).strip()
    return score >= _HALLUCINATED.get(words, _UNSURE)


def spelled(text: str) -> str:
    """As it was said: "$3" is "3 dollars", "3rd" is "third", "Dr." is "Doctor"."""
    text = re.sub(r"([$€£])(\d[\d,.]*\d|\d)", lambda m: f"{m[2]} {_COINS[m[1]]}{'' if m[2] == '1' else 's'}", text)
    text = re.sub(r"\b(\d{1,2})(st|nd|rd|th)\b", lambda m: _PLACES.get(int(m[1]), m[0]), text)
    return re.sub(r"\b(Dr|Mr|Mrs|Ms)\.(?= )", lambda m: _TITLES.get(m[1], m[1]), text)


def expected_model(subwords: Subwords) -> Ngram:
    """Of the sentences that people are expected to say, in the recogniser's spelling."""
    model = Ngram(_ORDER, len(subwords))
    before = [START] * model.history
    model.learn([*before, *subwords.ids(_written(sentence)), END] for sentence in sentences(_FILLED))
    return model


def _written(sentence: str) -> str:
    """With its capitals and its last mark."""
    text = _NAMES.sub(lambda m: m[0].title(), sentence.replace("q r code", "QR code"))
    text = text.replace("hey omni ", "Hey Omni, ")
    return text[0].upper() + text[1:] + ("?" if _ASKS.match(sentence) else ".")


def _packaged() -> Path:
    found = importlib.util.find_spec("moonshine_voice")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'moonshine_voice'", name="moonshine_voice")
    return Path(found.submodule_search_locations[0]) / "assets" / "tiny-en"


def _session(path: Path) -> Any:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library raises its own kinds, one for each way in which a file can be broken
        raise ValueError(f"{path} cannot be loaded ({error}); fetch it again") from error


def _decoding(decoder: Any, states: NDArray[np.float32], mask: NDArray[np.int64]) -> Step:
    """The decoder over one recording, with the keys and values of what it has read."""
    inputs = [entry for entry in decoder.get_inputs() if entry.name.startswith("past_key_values")]
    outputs = [entry.name for entry in decoder.get_outputs()]
    own = [entry.name for entry in inputs if ".decoder." in entry.name]
    shapes = {entry.name: entry.shape for entry in inputs}
    n_states = states.shape[1]
    past = {
        name: np.zeros((1, shape[1], 0 if ".decoder." in name else n_states, shape[3]), np.float32)
        for name, shape in shapes.items()
    }
    begun = False

    def step(parents: Sequence[int], tokens: Sequence[int]) -> NDArray[np.float32]:
        nonlocal begun
        n = len(parents)
        for name in own:
            past[name] = past[name][list(parents)]
        for name in past.keys() - set(own):
            past[name] = np.repeat(past[name][:1], n, axis=0)
        given = {
            "input_ids": np.array(tokens, np.int64)[:, None],
            "encoder_hidden_states": np.repeat(states, n, axis=0),
            "encoder_attention_mask": np.repeat(mask, n, axis=0),
            "use_cache_branch": np.array([begun]),
        }
        found = dict(zip(outputs, decoder.run(None, {**given, **past}), strict=True))
        for name in past if not begun else own:
            past[name] = found[name.replace("past_key_values", "present")]
        begun = True
        logits: NDArray[np.float32] = found["logits"][:, -1]
        return logits

    return step
