"""A recogniser that fails costs the words of that moment, and says so; hearing goes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from openai_server import OpenAiServer, reply, serving
from perceiving import SECOND, Perceiving, chunks, opened, perceiving, silence, stream

from perception.backends.base import Pcm, Transcript
from perception.backends.fake import fake_speech
from perception.telling import NOT_UNDERSTOOD
from perception.windowed import RATE_HZ, WindowedAsr, Windows
from wire import messages as m

pytestmark = pytest.mark.socket

PATH = "/v1/audio/transcriptions"
DOWN = reply({"error": {"message": "out of memory"}}, 500)


@pytest.fixture
def remote() -> Iterator[OpenAiServer]:
    with serving() as server:
        server.answers[PATH] = [reply({"text": ""}), DOWN, reply({"text": "what does the sign say"})]
        yield server


def sound(*words: str) -> Pcm:
    parts = [silence(0.5)]
    for said in words:
        parts += [fake_speech(said), silence(1.2)]
    return np.concatenate(parts)


async def replayed(remote: OpenAiServer, parts: list[m.Message]) -> tuple[Perceiving, dict[str, int]]:
    options = f'{{base_url="{remote.url}", deadline_s=0.3, caption_every_s=0}}'
    async with perceiving("perception.asr.backend=openai_asr", f"perception.asr.options={options}") as running:
        await running.send(opened(), *parts)
        while not any(isinstance(one, m.Watermark) and one.final for one in running.told["memory"]):
            await running.until("memory", len(running.told["memory"]) + 1, m.Message)
        await running.until("streamer", 1, m.Warned)
        return running, dict(running.context._telemetry.beat({}).counters)


async def test_words_that_the_server_fails_on_are_told_and_the_next_ones_heard(remote: OpenAiServer) -> None:
    pcm = sound("good morning to you", "what does the sign say")
    running, counters = await replayed(remote, stream(chunks(pcm), end_s=np.ceil(pcm.size / RATE_HZ)))
    heard = [one.text for one in running.told["memory"] if isinstance(one, m.Utterance)]
    assert heard == ["what does the sign say"]
    (warned,) = [one for one in running.told["streamer"] if isinstance(one, m.Warned)]
    assert warned.sentence.startswith("words were not understood at ")
    assert "500" in warned.sentence
    assert "out of memory" in warned.sentence
    assert counters["unheard"] == 1
    captions = [one.text for one in running.told["streamer"] if isinstance(one, m.Caption) and one.final]
    assert captions == [NOT_UNDERSTOOD, "what does the sign say"]
    # What the voice had paused goes on.
    assert sum(isinstance(one, m.VoiceFalse) for one in running.told["streamer"]) == 1


async def test_a_recorded_question_that_fails_is_asked_without_words(remote: OpenAiServer) -> None:
    asked = m.UserInput(session="s", t_ns=SECOND, id="q1", audio=fake_speech("what is that").tobytes())
    running, counters = await replayed(remote, stream([asked], end_s=2))
    (question,) = [one for one in running.told["memory"] if isinstance(one, m.Utterance)]
    assert (question.id, question.text, question.asks, question.turn) == ("q1", "", True, 1)
    assert counters["unheard"] == 1


def test_a_failed_caption_is_the_last_of_its_window() -> None:
    read: list[int] = []

    def failing(pcm: Pcm) -> Transcript:
        read.append(pcm.size)
        return Transcript(text="", score=0.0, failure="down") if len(read) == 1 else Transcript(text="good morning")

    asr = WindowedAsr(failing, Windows(every_s=1.0))
    noise = np.random.default_rng(0).integers(-999, 999, 5 * RATE_HZ).astype(np.int16)
    assert [asr.feed(piece) for piece in np.split(noise, 5)] == [""] * 5
    assert asr.finish() == Transcript(text="good morning")  # the reading that counts is tried again
    assert read == [RATE_HZ, 5 * RATE_HZ]


def test_a_window_that_fails_is_told_of_with_the_words_of_the_others() -> None:
    answers = [Transcript(text="one two"), Transcript(text="", score=0.0, failure="down")]
    asr = WindowedAsr(lambda pcm: answers.pop(0), Windows(every_s=0, longest_s=2.0, cut_s=0.5))
    asr.feed(np.random.default_rng(0).integers(-999, 999, 3 * RATE_HZ).astype(np.int16))
    found = asr.finish()
    assert (found.text, found.failure) == ("one two", "down")
    assert asr.finish().failure == ""
