"""Sentences, how they are written, and how synthetic voices say them: what the hearing's adapter is trained on."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.sample.voices import VoiceError, bang, melody
from wire.words import with_digits

Sound = NDArray[np.float32]  # (n_samples,) at RATE_HZ, within -1..1

RATE_HZ = 16_000
LONGEST_S = 11.0
SENTENCES = Path(__file__).with_name("hearing.txt")  # "as spoken", or "as spoken | as written"
QUESTIONS = (Path(__file__).with_name("bearing.txt"), Path(__file__).with_name("asking.txt"))
# Voices and their share: most of those that are misheard most.
VOICES = {
    "kal16": 0.29, "awb": 0.29, "slt": 0.16, "rms": 0.12, "kal": 0.05,
    "espeak en-gb": 0.02, "espeak en-us": 0.02, "espeak en-us+f3": 0.025, "espeak en-gb+m3": 0.025,
}  # fmt: skip
_ESPEAK_WORDS_A_MINUTE = 165
_NOTHING_SAID = 0.05  # share of music, bangs, noise and silence
_CALLED = 0.04  # share of sentences after the name
_NAME = "Hey Omni, "
_NUMBER = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)"
)
_NUMBERS = re.compile(rf"\b{_NUMBER}(?:(?:[ -]| and ){_NUMBER})*\b", re.IGNORECASE)
# What Whisper writes in more than one way.
_UNSETTLED = re.compile(
    r"\d|-(?:first|second|third|\w+th)\b|\b(?:o'clock|half|quarter|pounds?|euros?|dollars?|pence|cents?|pm|percent|"
    r"mister|missus|doctor|million|past|point|[b-hj-z])\b|\b(?-i:[A-Z]{2,})\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\w ,.'?!:;\-£$%()/]+")


@dataclass(frozen=True)
class Sentence:
    spoken: str
    written: str


def as_written(spoken: str) -> str | None:
    """As Whisper writes a sentence, numbers from ten on in digits; None where it may write it in several ways."""
    if _UNSETTLED.search(spoken):
        return None
    parts, at = [], 0
    for found in _NUMBERS.finditer(spoken):
        digits = with_digits(re.split(r"[ -]", found[0].lower()))
        if len(digits) != 1:
            return None
        parts += [spoken[at : found.start()], found[0] if len(digits[0]) == 1 else digits[0]]
        at = found.end()
    return "".join([*parts, spoken[at:]])


def sentences() -> list[Sentence]:
    """Of SENTENCES and QUESTIONS, each once, without those that may be written in several ways."""
    lines = [tuple(line.split(" | ")) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    given = {spoken: rest[0] for spoken, *rest in lines if rest}
    texts = [spoken for spoken, *_ in lines]
    facts, asked = (path.read_text(encoding="utf-8").splitlines() for path in QUESTIONS)
    for line in facts:
        kind, _, rest = line.partition(" ")
        said, *questions = rest.split(" | ")
        texts += [f"{said[0].upper()}{said[1:]}."] if kind == ">" else []
        texts += [one if one.endswith("?") else f"{one}?" for one in questions if kind in "#>"]
    for line in filter(None, asked):
        if not line.startswith("["):
            texts.append(f"{line[0].upper()}{line[1:]}" + ("" if line[-1] in ".?!" else "?"))
    usual = [text for text in dict.fromkeys(texts) if text.isascii() and _PLAIN.fullmatch(text)]
    found = [(text, given.get(text) or as_written(text)) for text in usual if 2 <= len(text.split()) <= 22]
    return [Sentence(spoken, written) for spoken, written in found if written is not None]


def examples(seed: int) -> Iterator[tuple[Sound, str]]:
    """Sound and what is to be written, without end."""
    rng = np.random.default_rng(seed)
    known = sentences()
    while True:
        if rng.random() < _NOTHING_SAID:
            yield nothing_said(rng), ""
            continue
        one = known[int(rng.integers(len(known)))]
        spoken, written = one.spoken, one.written
        if rng.random() < _CALLED:
            spoken, written = (f"{_NAME}{text[0].lower()}{text[1:]}" for text in (spoken, written))
        voice = str(rng.choice(list(VOICES), p=list(VOICES.values())))
        sound = disturbed(said(voice, spoken, rng), rng)
        if sound.size <= LONGEST_S * RATE_HZ:
            yield sound, written


def said(voice: str, text: str, rng: np.random.Generator) -> Sound:
    """Raises VoiceError where flite or espeak-ng is missing or refuses."""
    slower = float(rng.uniform(0.88, 1.15)) if rng.random() < 0.25 else 1.0
    name, _, variant = voice.partition(" ")
    program = shutil.which("espeak-ng" if variant else "flite")
    if program is None:
        raise VoiceError("the adapter is trained on flite and espeak-ng; install the Debian packages of these names")
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        how = ["-v", variant, "-s", f"{_ESPEAK_WORDS_A_MINUTE / slower:.0f}", "-w", file.name, text]
        if not variant:
            how = ["-voice", name, "--setf", f"duration_stretch={slower:.3f}", "-t", text, "-o", file.name]
        done = subprocess.run([program, *how], capture_output=True, check=False)
        if done.returncode != 0:
            raise VoiceError(f"{voice} could not say {text!r}: {done.stderr.decode()[:200]}")
        with wave.open(file.name) as read:
            rate_hz, data = read.getframerate(), read.readframes(read.getnframes())
    sound: Sound = np.frombuffer(data, np.int16).astype(np.float32) / 32_768.0
    return sound if rate_hz == RATE_HZ else _stretched(sound, rate_hz / RATE_HZ)


def disturbed(sound: Sound, rng: np.random.Generator) -> Sound:
    """At another pitch or loudness, in a room, with silence around and noise under it, each of them sometimes."""
    if rng.random() < 0.25:
        sound = _stretched(sound, float(rng.uniform(0.94, 1.06)))
    sound = sound * np.float32(10 ** rng.uniform(-1.6, -0.7) / (_loudness(sound) + 1e-6))
    if rng.random() < 0.15:
        room = rng.normal(0, 1, 2_400) * np.exp(-np.arange(2_400) / 400)
        room[0] = 6.0
        sound = np.convolve(sound, (room / np.linalg.norm(room)).astype(np.float32))[: sound.size]
    before, after = (round(RATE_HZ * float(rng.uniform(low, 0.5))) for low in (0.1, 0.2))
    sound = np.pad(sound, (before, after))
    if rng.random() < 0.45:
        noise = rng.normal(0, 1, sound.size)
        if rng.random() < 0.5:
            noise = np.convolve(noise, np.ones(8))[: sound.size]
        sound = sound + noise / noise.std() * _loudness(sound) * 10 ** (-rng.uniform(12, 40) / 20)
    even: Sound = sound.clip(-1, 1).astype(np.float32)
    return even


def nothing_said(rng: np.random.Generator) -> Sound:
    """Music, a bang, silence, noise or a murmur."""
    seconds, seed = float(rng.uniform(0.6, 6.0)), int(rng.integers(1 << 30))
    n_samples = round(seconds * RATE_HZ)
    match int(rng.integers(5)):
        case 0:
            sound = melody(max(seconds, 1.5), seed) / 32_768.0
        case 1:
            sound = np.pad(bang(seed) / 32_768.0, (int(rng.integers(3_000, 12_000)), int(rng.integers(3_000, 20_000))))
        case 2:
            sound = np.zeros(n_samples)
        case 3:
            sound = rng.normal(0, 0.05, n_samples)
        case _:
            murmur = np.convolve(rng.normal(0, 0.3, n_samples), np.ones(16) / 16)[:n_samples]
            sound = murmur * np.linspace(rng.random(), rng.random(), n_samples)
    even: Sound = (sound * 10 ** rng.uniform(-1.2, 0.1)).clip(-1, 1).astype(np.float32)
    return even


def _stretched(sound: Sound, factor: float) -> Sound:
    """With one sample of `factor`: above 1 shorter and higher."""
    at = np.arange(round(sound.size / factor)) * factor
    found: Sound = np.interp(at, np.arange(sound.size), sound).astype(np.float32)
    return found


def _loudness(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2)))
