"""Requests to a real HTTP server: kept connections, retries within a deadline, cancelling, named errors."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from openai_server import DROP, HANG, PATIENCE_S, Answer, OpenAiServer, reply, serving, stream

from models.patient_socket import Patience, RequestCancelled, Silence
from models.remote import RemoteError, Request, Server, json_request, pause_s, read_key, words_of

pytestmark = pytest.mark.socket

ASK = json_request("ask", {"a": "ä"})


@pytest.fixture
def remote() -> Iterator[OpenAiServer]:
    with serving() as server:
        yield server


def at(remote: OpenAiServer, *, deadline_s: float = 5.0, pauses: list[float] | None = None) -> Server:
    """A client whose pauses take no time."""
    kept = [] if pauses is None else pauses
    return Server(remote.url, key="secret", deadline_s=deadline_s, silence_s=0.2, wait=kept.append)


def test_one_connection_serves_several_requests(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [reply({"n": 1}), reply({"n": 2}), Answer(pieces=[b'{"n": 3}'], length=8)]
    server = at(remote)
    assert [server.json(ASK)["n"] for _ in range(3)] == [1, 2, 3]
    assert remote.connections == 1
    assert remote.received[0].json() == {"a": "ä"}
    assert remote.received[0].headers["authorization"] == "Bearer secret"
    server.close()
    server.close()


def test_a_kept_connection_that_the_server_closed_is_opened_anew(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [reply({})]
    server = at(remote)
    server.json(ASK)
    assert server._idle is not None
    server._idle.sock._sock.shutdown(socket.SHUT_WR)  # the server ends a connection on which nothing more will come
    remote.answers["/v1/ask"] = [reply({"n": 2})]
    assert server.json(ASK) == {"n": 2}
    assert remote.connections == 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_tried_again(remote: OpenAiServer, status: int) -> None:
    remote.answers["/v1/ask"] = [reply({}, status), reply({}, status, Retry_After="0.03"), reply({"n": 1})]
    pauses: list[float] = []
    assert at(remote, pauses=pauses).json(ASK) == {"n": 1}
    assert sum(pauses) == pytest.approx(0.25 + 0.03)
    assert remote.counts()["/v1/ask"] == 3


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (401, "key", r"refuses the key \(401: why not\); set api_key_file"),
        (403, "key", "refuses the key"),
        (404, "model", "its model is not there"),
        (400, "refused", r"refuses the request \(400: why not\)"),
        (500, "failed", r"failed \(500: why not\)"),
    ],
)
def test_what_will_not_pass_is_named_at_once(remote: OpenAiServer, status: int, kind: str, sentence: str) -> None:
    remote.answers["/v1/ask"] = [reply({"error": {"message": "why\nnot"}}, status)]
    with pytest.raises(RemoteError, match=sentence) as error:
        at(remote).json(ASK)
    assert error.value.kind == kind
    assert remote.counts()["/v1/ask"] == 1
    assert "secret" not in str(error.value)


def test_a_deadline_ends_the_attempts(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [reply({"detail": "slow down"}, 429)]
    pauses: list[float] = []
    with pytest.raises(RemoteError, match="slow down") as error:
        at(remote, deadline_s=1.0, pauses=pauses).json(ASK)
    assert error.value.kind == "busy"
    assert sum(pauses) == pytest.approx(0.25 + 0.5)  # the next pause would be beyond it
    assert remote.counts()["/v1/ask"] == 3


def test_nobody_at_the_address(remote: OpenAiServer) -> None:
    remote.close()
    with pytest.raises(RemoteError, match="cannot be reached") as error:
        at(remote, deadline_s=0.3).json(ASK)
    assert error.value.kind == "unreachable"


def test_no_answer_in_time(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [Answer(before_head=HANG)]
    with pytest.raises(RemoteError, match=r"did not begin to answer within 0\.1 s") as error:
        at(remote, deadline_s=0.1).json(ASK)
    assert error.value.kind == "unreachable"
    assert remote.gone.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (stream(b"data: 1\n\n", DROP), "broke off in its answer"),
        (stream(b"data: 1\n\n", HANG), "fell silent for 0.2 s"),
        (Answer(content_type="text/event-stream", pieces=[b"data", DROP], length=50), "46 bytes are missing"),
        (reply({}), "answered with application/json, not text/event-stream"),
    ],
)
def test_an_answer_that_is_not_whole(remote: OpenAiServer, answer: Answer, sentence: str) -> None:
    remote.answers["/v1/ask"] = [answer]
    with pytest.raises(RemoteError, match=sentence) as error:
        b"".join(at(remote).stream(ASK, lambda: False, expect="text/event-stream"))
    assert error.value.kind == "malformed"


def test_what_is_no_json(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [Answer(pieces=[b"<html>"])]
    with pytest.raises(RemoteError, match="no JSON"):
        at(remote).json(ASK)


@pytest.mark.parametrize("answer", [Answer(before_head=HANG), stream(HANG)], ids=["before", "within"])
def test_cancelling_closes_the_connection_at_once(remote: OpenAiServer, answer: Answer) -> None:
    remote.answers["/v1/ask"] = [answer]
    with pytest.raises(RequestCancelled):
        b"".join(Server(remote.url, deadline_s=PATIENCE_S).stream(ASK, remote.waiting.is_set))
    assert remote.gone.wait(PATIENCE_S)


def test_cancelling_ends_a_connection_that_is_not_there_yet() -> None:
    """A host that takes no more connections: the third one hangs."""
    with socket.socket() as listening, socket.socket() as one, socket.socket() as two:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        for waiting in (one, two):
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        asked: list[int] = []

        def cancelled() -> bool:
            asked.append(1)
            return len(asked) > 3

        with pytest.raises(RequestCancelled):
            Server(f"http://127.0.0.1:{port}/v1", deadline_s=PATIENCE_S).json(ASK, cancelled)


def test_cancelling_ends_a_handshake_that_nobody_answers() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        asked: list[int] = []

        def cancelled() -> bool:
            asked.append(1)
            return len(asked) > 3

        with pytest.raises(RequestCancelled):
            Server(f"https://127.0.0.1:{listening.getsockname()[1]}/v1", deadline_s=PATIENCE_S).json(ASK, cancelled)
        peer, _ = listening.accept()
        with peer:
            peer.settimeout(PATIENCE_S)
            while peer.recv(1 << 16):  # the greeting, and then the end
                pass


def test_a_host_without_a_name() -> None:
    with pytest.raises(RemoteError, match="cannot be reached") as error:
        Server("http://nowhere.invalid/v1", deadline_s=0.1, wait=lambda s: None).json(ASK)
    assert error.value.kind == "unreachable"


def test_leaving_an_answer_closes_the_connection(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [stream(b"data: 1\n\n", HANG)]
    with closing(at(remote).stream(ASK, lambda: False)) as pieces:
        assert next(pieces) == b"data: 1\n\n"
    assert remote.gone.wait(PATIENCE_S)


def test_a_large_body_arrives(remote: OpenAiServer) -> None:
    remote.answers["/v1/ask"] = [reply({"ok": True})]
    body = bytes(range(256)) * 40_000
    assert at(remote).json(Request(path="ask", body=body, content_type="application/octet-stream")) == {"ok": True}
    assert remote.received[0].body == body


def test_a_server_without_tls(remote: OpenAiServer) -> None:
    with pytest.raises(RemoteError, match="speaks no TLS"):
        Server(remote.url.replace("http:", "https:")).json(ASK)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", ""])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="is no URL"):
        Server(url)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "no\\n model"}}', "no model"),
        (b'{"error": "plain"}', "plain"),
        (b'{"message": "m", "code": 3}', "m"),
        (b'{"detail": [{"loc": 1}]}', '[{"loc": 1}]'),
        (b"<html> <b>", "<html> <b>"),
        (b"", "no reason given"),
        (b"x" * 1000, "x" * 300),
        (b"\xff", "\ufffd"),
    ],
)
def test_the_words_of_an_error(body: bytes, words: str) -> None:
    assert words_of(body) == words


def test_pauses_grow_and_the_servers_wish_counts() -> None:
    assert [pause_s(n, None) for n in range(6)] == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert (pause_s(0, "7"), pause_s(0, "-1"), pause_s(1, "Wed, 21 Oct")) == (7.0, 0.0, 0.5)


def test_a_key_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" sk-1\n")
    assert (read_key("", str(tmp_path / "key")), read_key("k", "")) == ("sk-1", "k")
    with pytest.raises(ValueError, match="cannot be read"):
        read_key("", str(tmp_path / "none"))


def test_patience() -> None:
    never: Callable[[], bool] = lambda: False  # noqa: E731
    short, renewed = Patience(1.0, never), Patience(1.0, never, renews=True)
    for patience in (short, renewed):
        patience.spend(0.6)
        patience.came()
    renewed.spend(0.6)
    with pytest.raises(Silence):
        short.spend(0.6)
    with pytest.raises(RequestCancelled):
        Patience(1.0, lambda: True).spend(0.0)
