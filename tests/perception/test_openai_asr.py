"""Recognition by a real HTTP server: what is sent, captions, and the words at the end."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from openai_server import OpenAiServer, Received, reply, serving

from perception.backends import ASR
from perception.backends.openai_asr import OpenAiAsr
from wire.registry import BackendError

pytestmark = pytest.mark.socket

PATH = "/v1/audio/transcriptions"
SECOND = np.random.default_rng(0).integers(-3_000, 3_000, 16_000).astype(np.int16)


@pytest.fixture
def remote() -> Iterator[OpenAiServer]:
    with serving() as server:
        server.answers[PATH] = [reply({"text": ""}), reply({"text": " What is "}), reply({"text": "What is that?"})]
        yield server


def made(remote: OpenAiServer, **options: Any) -> OpenAiAsr:
    asr = ASR.create("openai_asr", {"base_url": remote.url, "deadline_s": 0.5, **options})
    assert isinstance(asr, OpenAiAsr)
    return asr


def sound_of(request: Received) -> Any:
    with wave.open(io.BytesIO(request.form()["file"])) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def test_captions_and_words(remote: OpenAiServer) -> None:
    asr = made(remote, language="en", prompt="OmniLive", caption_every_s=1.0, api_key="k")
    stream = asr.stream()
    stream.begin()
    assert [stream.feed(piece) for piece in np.split(SECOND, 4)] == ["", "", "", "What is"]
    stream.feed(SECOND[:800])
    assert stream.finish().text == "What is that?"
    warm, caption, last = remote.received
    assert {name: value.decode() for name, value in caption.form().items() if name != "file"} == {
        "model": "whisper-1", "response_format": "json", "temperature": "0", "language": "en", "prompt": "OmniLive",
    }  # fmt: skip
    assert not sound_of(warm).any()
    np.testing.assert_array_equal(sound_of(caption), SECOND)
    np.testing.assert_array_equal(sound_of(last), np.concatenate([SECOND, SECOND[:800]]))
    assert last.headers["authorization"] == "Bearer k"
    assert remote.connections == 1
    asr.close()
    asr.close()


def test_one_request_an_utterance_where_no_captions_are_wanted(remote: OpenAiServer) -> None:
    stream = made(remote, caption_every_s=0).stream()
    stream.begin()
    stream.feed(np.tile(SECOND, 5))
    assert stream.finish().text == "What is"
    assert remote.counts() == {PATH: 2}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (reply({"words": []}), "answered without a text"),
        (reply([]), "answered without a text"),
        (reply({"error": {"message": "no model"}}, 404), "its model is not there"),
    ],
)
def test_what_is_wrong_shows_at_the_start(remote: OpenAiServer, answer: Any, sentence: str) -> None:
    remote.answers[PATH] = [answer]
    with pytest.raises(BackendError, match=sentence):
        made(remote)
