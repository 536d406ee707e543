"""A talk of three people, replayed by the lite profile: what is told of who said what."""

from __future__ import annotations

import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from replaying import replay

from bench.sample.voices import RATE_HZ, room_tone, speak
from perception.backends.campplus_files import INSTALL, PACKAGE

pytestmark = [pytest.mark.lite, pytest.mark.timeout(300)]

TALK = (
    ("slt", "Good morning. The museum opens at nine o'clock today."),
    ("rms", "Fresh bread costs three dollars in the village shop."),
    ("slt", "Please remember that the meeting was moved to Thursday."),
    ("kal16", "The captain keeps his keys in the wooden drawer."),
    ("rms", "Our next train leaves from platform seven at half past ten."),
)
PAUSE_S = 2.0


def film(path: Path) -> float:
    """The talk as a file; when it is over, in seconds."""
    at, said = RATE_HZ, []
    for voice, sentence in TALK:
        pcm = speak(voice, sentence)
        said.append((at, pcm))
        at += pcm.size + round(PAUSE_S * RATE_HZ)
    whole = room_tone(at + 20 * RATE_HZ, 1).astype(np.int32)
    for start, pcm in said:
        whole[start : start + pcm.size] += pcm
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(whole.clip(-32_768, 32_767).astype("<i2").tobytes())
    return at / RATE_HZ


def told(folder: Path, *questions: str, more: tuple[str, ...] = ()) -> list[str]:
    over_s = film(folder / "talk.wav")
    asked = [f"{over_s + 4 * n:.0f} {question}" for n, question in enumerate(questions)]
    done = replay(folder / "talk.wav", folder / "out", *more, *(x for ask in asked for x in ("--ask", ask)))
    assert done.code == 0, done.output
    return [str(answer["text"]) for answer in done.answers]


@pytest.mark.skipif(find_spec(PACKAGE) is None, reason=f"needs {INSTALL}")
def test_who_said_what_is_told_by_voices(tmp_path: Path) -> None:
    how_many, else_, same, who = told(
        tmp_path,
        "How many people spoke?",
        "What else did the person who talked about the bread say?",
        "Did the same person talk about the museum and the meeting?",
        "Who said that the captain keeps his keys in a drawer?",
    )
    assert how_many.startswith("I heard 3 voices")
    assert "platform seven" in else_
    assert "meeting" not in else_
    assert same.startswith("Yes")
    assert "third voice" in who


def test_voices_that_are_not_told_apart_are_not_counted(tmp_path: Path) -> None:
    (how_many,) = told(tmp_path, "How many people spoke?", more=("--set", "perception.speakers.backend=none"))
    assert "cannot tell" in how_many
