"""The reasoner behind a real HTTP server: what it is sent, how the answer streams, what goes wrong by name."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from openai_server import DROP, HANG, PATIENCE_S, Answer, OpenAiServer, event, reply, serving, stream, words

from models.remote import RemoteError
from reasoning.backends import LLM
from reasoning.backends.openai_chat import OpenAiChat
from wire.messages import Cues, Evidence, HistoryTurn, Picture, Question
from wire.registry import BackendError

pytestmark = pytest.mark.socket

CHAT = "/v1/chat/completions"
SECOND_NS = 1_000_000_000
QUESTION = Question(
    session="s", t_ns=9 * SECOND_NS, turn=1, id="q", reply_id="r", why="asked", source="typed",
    text="What does the sign say?", cues=Cues(),
)  # fmt: skip


@pytest.fixture
def remote() -> Iterator[OpenAiServer]:
    with serving() as server:
        server.answers[CHAT] = [stream(*words("It says ", "EXIT", "."))]
        yield server


def made(remote: OpenAiServer, **options: Any) -> OpenAiChat:
    chat = LLM.create("openai_chat", {"base_url": remote.url, "deadline_s": 3.0, "silence_s": 3.0, **options})
    assert isinstance(chat, OpenAiChat)
    return chat


def said(chat: OpenAiChat, question: Question = QUESTION) -> list[str]:
    return [chunk.text for chunk in chat.answer(question, lambda: False)]


def test_words_come_as_they_are_sent(remote: OpenAiServer) -> None:
    chat = made(remote)
    assert said(chat) == ["It says ", "EXIT", ".", ""]
    assert said(chat) == ["It says ", "EXIT", ".", ""]
    assert remote.counts() == {"/v1/models": 1, CHAT: 2}
    assert remote.connections == 1
    chat.close()
    chat.close()


def test_the_question_is_sent_with_all_it_brings(remote: OpenAiServer) -> None:
    evidence = Evidence(
        start_ns=2 * SECOND_NS, end_ns=4 * SECOND_NS, kind="text", text="A sign read EXIT.", jpeg=b"key"
    )
    question = replace(
        QUESTION,
        images=(b"given",),
        newest=(Picture(t_ns=8 * SECOND_NS, jpeg=b"new"),),
        evidence=(evidence,),
        history=(HistoryTurn(t_ns=SECOND_NS, question="Who is there?", heard="Nobody."),),
        options=("EXIT", "STOP"),
    )
    remote.answers[CHAT] = [stream(*words("A."))]
    chunks = list(made(remote, model="other", api_key="k", extra={"top_k": 1}).answer(question, lambda: False))
    assert (chunks[-1].option, chunks[-1].used) == ("A", (0,))
    request = remote.received[-1]
    assert request.headers["authorization"] == "Bearer k"
    body = request.json()
    talk = body.pop("messages")
    assert body == {
        "model": "other", "stream": True, "max_tokens": 256, "temperature": 0.0, "seed": 0, "top_k": 1,
    }  # fmt: skip
    assert [one["role"] for one in talk] == ["system", "user", "assistant", "user"]
    assert [one["content"] for one in talk[1:3]] == ["Who is there?", "Nobody."]
    parts = talk[3]["content"]
    assert [part["text"] for part in parts if part["type"] == "text"] == [
        "Picture 1:",
        "Frame at 0:02:",
        "Frame at 0:08:",
        "What was seen and heard:\n[0:02-0:04] A sign read EXIT.\n\nWhat does the sign say?\nA. EXIT\nB. STOP\n"
        "Answer with the letter of the right option.",
    ]
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    assert all(url.startswith("data:image/jpeg;base64,") for url in urls)
    assert [base64.b64decode(url.partition(",")[2]) for url in urls] == [b"given", b"key", b"new"]


def test_plain_words_where_there_is_no_picture(remote: OpenAiServer) -> None:
    said(made(remote, system="", temperature=-1.0, seed=-1, max_tokens_field="max_completion_tokens"))
    assert remote.received[-1].json() == {
        "model": "eyes-7b", "stream": True, "max_completion_tokens": 256,
        "messages": [{"role": "user", "content": "What does the sign say?"}],
    }  # fmt: skip


def test_a_cancelled_answer_ends_and_its_connection_is_closed(remote: OpenAiServer) -> None:
    remote.answers[CHAT] = [stream(*words("It says ", end=False), HANG), stream(*words("Yes."))]
    chat = made(remote)
    assert [chunk.text for chunk in chat.answer(QUESTION, remote.waiting.is_set)] in ([], ["It says "])
    assert remote.gone.wait(PATIENCE_S)
    assert said(chat) == ["Yes.", ""]


def test_an_answer_that_is_left_closes_its_connection(remote: OpenAiServer) -> None:
    remote.answers[CHAT] = [stream(*words("It says ", end=False), HANG)]
    answer = made(remote).answer(QUESTION, lambda: False)
    assert next(answer).text == "It says "
    assert isinstance(answer, Iterator)
    answer.close()  # type: ignore[attr-defined]
    assert remote.gone.wait(PATIENCE_S)


def test_a_busy_server_is_asked_again(remote: OpenAiServer) -> None:
    remote.answers[CHAT] = [reply({}, 429, Retry_After="0.01"), reply({}, 503, Retry_After="0"), stream(*words("Yes."))]
    assert said(made(remote)) == ["Yes.", ""]
    assert remote.counts()[CHAT] == 3


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (reply({"error": {"message": "bad key"}}, 401), "key", "refuses the key"),
        (reply({"error": {"message": "no model x"}}, 404), "model", "no model x"),
        (reply({"error": {"message": "slow"}}, 429, Retry_After="60"), "busy", "too many requests"),
        (reply({"choices": []}), "malformed", "not text/event-stream"),
        (stream(b"data: {nonsense}\n\n"), "malformed", "sent no chat completion"),
        (stream(event({"error": {"message": "out of memory"}})), "malformed", "out of memory"),
        (stream(b"x" * (1 << 21)), "malformed", "more than"),
        (stream(*words("It", end=False)), "malformed", "without its end mark"),
        (stream(*words("It", end=False), DROP), "malformed", "broke off"),
        (Answer(status=500, pieces=[b"oops"]), "failed", "oops"),
    ],
)
def test_what_goes_wrong_is_named(remote: OpenAiServer, answer: Answer, kind: str, sentence: str) -> None:
    remote.answers[CHAT] = [answer]
    with pytest.raises(RemoteError, match=sentence) as error:
        said(made(remote))
    assert error.value.kind == kind


def test_the_model_is_looked_for_at_the_start(remote: OpenAiServer) -> None:
    with pytest.raises(BackendError, match="no model 'eyes'; it names eyes-7b, other"):
        made(remote, model="eyes")
    remote.answers["/v1/models"] = [reply({}, 404)]
    assert said(made(remote, model="anything")) == ["It says ", "EXIT", ".", ""]
    with pytest.raises(BackendError, match="is not there"):
        made(remote)
    remote.answers["/v1/models"] = [reply({"data": []})]
    with pytest.raises(BackendError, match="it names none"):
        made(remote)
    remote.answers["/v1/models"] = [reply({"error": "who are you"}, 401)]
    with pytest.raises(BackendError, match="refuses the key"):
        made(remote, model="anything")
