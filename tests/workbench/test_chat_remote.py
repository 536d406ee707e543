"""Conversations with a server of the OpenAI protocol: what it is sent, boxes of its answers, a terminal."""

from __future__ import annotations

import base64
import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import run, write_picture, write_video
from openai_server import PATIENCE_S, OpenAiServer, reply, serving, stream, words
from PIL import Image

from models.remote import RemoteError
from workbench.api import Chat, Request, load

pytestmark = pytest.mark.socket

ROOT = Path(__file__).resolve().parents[2]
CHAT = "/v1/chat/completions"
BOXED = "I see <ref>a sign</ref><box>[[250, 250, 750, 750]]</box>."


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as running:
        running.answers[CHAT] = [stream(*words("It is ", "red", "."))]
        yield running


def talk(server: OpenAiServer, *more: str) -> Chat:
    return load("remote", overrides=[f"reasoning.llm.options.base_url={server.url}", *more])


def args(server: OpenAiServer) -> list[str]:
    return ["--profile", "remote", "--set", f"reasoning.llm.options.base_url={server.url}"]


def test_words_stream_and_pictures_stay_in_the_talk(server: OpenAiServer, tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "a.png", "red", (30, 20))
    with talk(server) as chat:
        assert list(chat.ask("What is <image> here?", images=[picture])) == ["It is ", "red", "."]
        chat.say("Are you sure?", temperature=0.5, top_p=0.9, max_tokens=7, seed=3)
    body = server.received[-1].json()
    first, answer, second = body.pop("messages")
    assert body == {
        "model": "eyes-7b", "stream": True, "max_tokens": 7, "temperature": 0.5, "seed": 3, "top_p": 0.9,
    }  # fmt: skip
    assert [part["type"] for part in first["content"]] == ["text", "image_url", "text"]
    assert [part["text"] for part in first["content"] if part["type"] == "text"] == ["What is ", " here?"]
    url = first["content"][1]["image_url"]["url"]
    sent = Image.open(io.BytesIO(base64.b64decode(url.partition("base64,")[2])))
    assert sent.size == (30, 20)
    assert answer == {"role": "assistant", "content": "It is red."}
    assert second == {"role": "user", "content": "Are you sure?"}


def test_a_video_is_its_frames(server: OpenAiServer, tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4")
    with talk(server, "reasoning.llm.options.frames=2") as chat:
        chat.say("What happens?", video=video)
    (message,) = server.received[-1].json()["messages"]
    told = [part.get("text", "picture") for part in message["content"]]
    assert told == ["Frame 1, at 0.7 s:", "picture", "Frame 2, at 2.1 s:", "picture", "What happens?"]


def test_a_batch_keeps_its_order(server: OpenAiServer) -> None:
    with talk(server) as chat:
        assert chat.batch([Request(prompt=str(i)) for i in range(9)]) == ["It is red."] * 9
    asked = {one.json()["messages"][0]["content"] for one in server.received if one.path == CHAT}
    assert asked == {str(i) for i in range(9)}


def test_openai_s_own_server_is_not_asked_for_what_it_refuses(server: OpenAiServer) -> None:
    more = {"top_k": 5, "repetition_penalty": 1.1, "max_tokens": 9}
    with talk(server, "reasoning.llm.options.max_tokens_field=max_completion_tokens") as chat:
        chat.say("a", **more)
    with talk(server) as chat:
        chat.say("a", **more)
    hosted, own = (one.json() for one in server.received if one.path == CHAT)
    assert hosted["max_completion_tokens"] == own["max_tokens"] == 9
    assert not {"top_k", "repetition_penalty"} & hosted.keys()
    assert (own["top_k"], own["repetition_penalty"]) == (5, 1.1)


def test_what_was_answered_before_an_error_is_kept(server: OpenAiServer, tmp_path: Path) -> None:
    good, bad = server.answers[CHAT][0], reply({"error": {"message": "too long"}}, 400)
    server.answers[CHAT] = [good, good, bad]
    (tmp_path / "b.jsonl").write_text('{"prompt": "one"}\n' * 5)
    out = tmp_path / "out.jsonl"
    done = run("chat", "--batch", tmp_path / "b.jsonl", "--out", out, "--batch-size", 2, *args(server))
    assert done.code == 2
    assert "too long" in done.err
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["1", "2"]


def test_beams_are_the_servers_affair(server: OpenAiServer) -> None:
    with talk(server) as chat, pytest.raises(ValueError, match="a server searches with beams only by a field"):
        chat.say("a", beams=2)


def test_what_goes_wrong_is_named(server: OpenAiServer) -> None:
    server.answers[CHAT] = [reply({"error": {"message": "too long"}}, 400)]
    done = run("chat", "hi", *args(server))
    assert done.code == 2
    assert done.err == f"omnilive chat: {server.url}/chat/completions refuses the request (400: too long)\n"
    with pytest.raises(RemoteError, match="has no model 'nobody'"):
        talk(server, "reasoning.llm.options.model=nobody")


def test_boxes_are_drawn(server: OpenAiServer, tmp_path: Path) -> None:
    server.answers[CHAT] = [stream(*words("I see <ref>a si", BOXED.removeprefix("I see <ref>a si")))]
    picture, out = write_picture(tmp_path / "a.png", "white", (101, 101)), tmp_path / "boxes.png"
    done = run("chat", "Where?", "--image", picture, "--draw", out, *args(server))
    assert (done.code, done.out) == (0, f"{BOXED}\n"), done.err
    drawn = Image.open(out).convert("RGB")
    assert drawn.getpixel((25, 60)) != (255, 255, 255)
    assert drawn.getpixel((60, 60)) == (255, 255, 255)
    (tmp_path / "b.jsonl").write_text('{"prompt": "Where?"}')
    told = json.loads(run("chat", "--batch", tmp_path / "b.jsonl", *args(server)).out)
    assert told["boxes"] == [{"name": "a sign", "boxes": [[250, 250, 750, 750]]}]


def test_no_boxes_no_picture(server: OpenAiServer, tmp_path: Path) -> None:
    out = tmp_path / "boxes.png"
    done = run("chat", "Where?", "--draw", out, *args(server))
    assert done.code == 0
    assert "no answer has boxes" in done.err
    assert not out.exists()


def test_a_talk_on_a_terminal(server: OpenAiServer, tmp_path: Path) -> None:
    """Typed turns, a picture put in, a mistake that does not end the talk, a new talk, the end."""
    picture = write_picture(tmp_path / "a.png")
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "launch.py"), "chat", *args(server)]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=tmp_path)
    os.close(theirs)
    shown = ""

    def until(text: str) -> None:
        nonlocal shown
        while text not in shown:
            assert select.select([ours], [], [], PATIENCE_S)[0], shown
            shown += os.read(ours, 4096).decode(errors="replace")
        shown = shown.partition(text)[2]

    def type_in(line: str) -> None:
        os.write(ours, f"{line}\n".encode())

    try:
        until("> ")
        type_in("/image nowhere.png")
        type_in("What is it?")
        until("there is no picture nowhere.png")
        type_in(f"/image {picture}")
        type_in("What is this?")
        until("It is red.")
        type_in("Sure?")
        until("It is red.")
        type_in("/new")
        type_in("Hello?")
        until("It is red.")
        type_in("/quit")
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    counts = [len(one.json()["messages"]) for one in server.received if one.path == CHAT]
    assert counts == [1, 3, 1]
