"""Sounds of the stream: sentences through flite (kept in a cache folder), a melody, a bang. int16 mono at RATE_HZ."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

Pcm = NDArray[np.int16]  # (n_samples,)

RATE_HZ = 16_000  # what flite's voices speak at
VOICES = ("slt", "rms", "awb", "kal16")
LOUDNESS = 5_000.0  # root mean square of a spoken sentence


class VoiceError(Exception):
    """A sentence cannot be spoken; the text says why and what to do."""


def speak(voice: str, sentence: str, cache: Path | None = None) -> Pcm:
    """A sentence in one of VOICES. Raises VoiceError where flite is missing or refuses."""
    folder = cache or Path(platformdirs.user_cache_dir("omnilive")) / "voices"
    path = folder / (hashlib.sha256(f"{voice}\0{sentence}".encode()).hexdigest()[:32] + ".wav")
    if path.exists():
        return _read(path.read_bytes())
    program = shutil.which("flite")
    if program is None:
        raise VoiceError("flite is not installed; install the Debian package flite")
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{voice}.part")
    done = subprocess.run([program, "-voice", voice, "-t", sentence, "-o", str(part)], capture_output=True, check=False)
    if done.returncode != 0 or not part.exists():
        raise VoiceError(f"flite could not speak with the voice {voice!r}: {done.stderr.decode()[:200]}")
    part.replace(path)
    return _read(path.read_bytes())


def _read(data: bytes) -> Pcm:
    with wave.open(io.BytesIO(data)) as file:
        if file.getframerate() != RATE_HZ or file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise VoiceError(f"flite gave {file.getframerate()} Hz; a voice of {RATE_HZ} Hz is needed")
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
    loudness = float(np.sqrt(np.mean(pcm**2))) if pcm.size else 0.0
    even: Pcm = (pcm * (LOUDNESS / max(loudness, 1.0))).clip(-32_000, 32_000).astype(np.int16)
    return even


def melody(seconds: float, seed: int) -> Pcm:
    """A slow tune of plucked notes with their overtones over a held chord."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE_HZ))
    beat_s, scale_hz = 0.4, 261.63 * 2 ** (np.array([0, 2, 4, 7, 9, 12]) / 12)
    for start in np.arange(0, seconds - beat_s, beat_s):
        t = np.arange(round(min(2 * beat_s, seconds - start) * RATE_HZ)) / RATE_HZ
        pitch = float(rng.choice(scale_hz))
        note = np.sum([np.sin(2 * np.pi * pitch * k * t) / k**1.5 for k in (1, 2, 3, 4)], axis=0) * np.exp(-3.0 * t)
        first = round(start * RATE_HZ)
        out[first : first + t.size] += note
    t = np.arange(out.size) / RATE_HZ
    out += 0.3 * np.sum([np.sin(np.pi * f * t) for f in scale_hz[[0, 2, 3]]], axis=0)
    fade = np.minimum(1.0, np.minimum(t, t[::-1]) / 0.3)
    tune: Pcm = (out * fade * 3_000).clip(-30_000, 30_000).astype(np.int16)
    return tune


def bang(seed: int) -> Pcm:
    """A door that slams: broad noise that dies away, over a low thump."""
    t = np.arange(round(0.5 * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(seed).normal(0, 1, t.size) * np.exp(-14 * t)
    thump = np.sin(2 * np.pi * 70 * t) * np.exp(-9 * t)
    slam: Pcm = ((0.6 * noise + thump) * 20_000).clip(-32_000, 32_000).astype(np.int16)
    return slam


def room_tone(n_samples: int, seed: int) -> NDArray[np.float64]:
    """The faint hiss of a quiet room, so that silence is not digital silence."""
    return np.random.default_rng(seed).normal(0, 6.0, n_samples)
