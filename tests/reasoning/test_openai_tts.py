"""Speech from a real HTTP server: pieces as they come, odd bytes, cancelling, what is no PCM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from openai_server import HANG, PATIENCE_S, Answer, OpenAiServer, reply, serving

from reasoning.backends import TTS
from reasoning.backends.openai_tts import OpenAiTts
from wire.registry import BackendError

pytestmark = pytest.mark.socket

SPEECH = "/v1/audio/speech"
SOUND = np.arange(-6_000, 6_000, dtype="<i2")


def pcm(*pieces: Any) -> Answer:
    return Answer(content_type="audio/pcm", pieces=list(pieces))


@pytest.fixture
def remote() -> Iterator[OpenAiServer]:
    with serving() as server:
        raw = SOUND.tobytes()
        server.answers[SPEECH] = [pcm(raw[:1], raw[1:1_000], raw[1_000:9_001], raw[9_001:])]
        yield server


def made(remote: OpenAiServer, **options: Any) -> OpenAiTts:
    voice = TTS.create("openai_tts", {"base_url": remote.url, "deadline_s": 3.0, "silence_s": 3.0, **options})
    assert isinstance(voice, OpenAiTts)
    return voice


def test_sound_arrives_whole_in_pieces_that_can_be_played(remote: OpenAiServer) -> None:
    voice = made(remote, model="kokoro", voice="af", speed=1.5, extra={"instructions": "calm"})
    pieces = list(voice.speak("Hello there.", lambda: False))
    assert all(piece.dtype == np.int16 and piece.size >= 960 for piece in pieces[:-1])
    assert len(pieces) > 1
    np.testing.assert_array_equal(np.concatenate(pieces), SOUND)
    assert remote.received[-1].json() == {
        "model": "kokoro", "voice": "af", "input": "Hello there.", "response_format": "pcm", "speed": 1.5,
        "instructions": "calm",
    }  # fmt: skip
    assert remote.connections == 1
    voice.close()
    voice.close()


def test_nothing_is_asked_for_what_cannot_be_spoken(remote: OpenAiServer) -> None:
    voice = made(remote)
    before = len(remote.received)
    assert list(voice.speak("...", lambda: False)) == []
    assert list(voice.speak("Hello.", lambda: True)) == []
    assert len(remote.received) == before


def test_a_cancelled_phrase_closes_its_connection(remote: OpenAiServer) -> None:
    voice = made(remote)
    remote.answers[SPEECH] = [pcm(SOUND.tobytes(), HANG)]
    assert sum(piece.size for piece in voice.speak("Hello.", remote.waiting.is_set)) in (0, SOUND.size)
    assert remote.gone.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (pcm(b"RIFF" + bytes(8_000)), "sends 'RIFF', not raw PCM"),
        (pcm(b"ID3x"), "sends 'ID3x', not raw PCM"),
        (pcm(), "gives no sound"),
        (reply({"error": {"message": "no such voice"}}, 400), "no such voice"),
    ],
)
def test_what_is_wrong_shows_at_the_start(remote: OpenAiServer, answer: Answer, sentence: str) -> None:
    remote.answers[SPEECH] = [answer]
    with pytest.raises(BackendError, match=sentence):
        made(remote)
