"""Replays with the profiles of the models, on tiny checkpoints with random weights: nonsense, through all processes.

Everything is as the profile says, but for the folder, the device and the number of words.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from openai_server import serving, stream, words
from replaying import Replayed, replay
from safetensors.torch import load_file, save_file
from tiny_audio import write_qwen2_audio
from tiny_checkpoints import random_weights, write_internvl, write_ixc, write_memory

from bench.sample.model import Ask, Expect, Mover, Plate, Say, Scene, Script
from bench.sample.write import write

pytestmark = [pytest.mark.models, pytest.mark.timeout(600)]

SIGN = Plate(lines=("OPEN",), plate="green", ink="white")
BALL = Mover(shape="square", colour="blue", come="left", start=0.5, end=4.0, y=0.75)
ANYTHING = Expect(kind="text", all=(("open",),))
SCRIPT = Script(
    name="models",
    narrator="slt",
    asker="rms",
    scenes=(
        Scene(name="one", style="wall", colour="", seconds=5.0, things=(SIGN,), beats=(Say(text="Good morning."),)),
        Scene(
            name="two",
            style="board",
            colour="blue",
            seconds=7.0,
            things=(BALL,),
            beats=(
                Ask(text="What does the sign say?", at=1.5, expect=ANYTHING),
                Ask(text="What has happened so far?", at=5.0, expect=ANYTHING),
            ),
        ),
    ),
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    write(SCRIPT, folder)
    return folder


def asked(clip: Path, tmp_path: Path, profile: str, options: dict[str, str]) -> Replayed:
    more = [word for key, value in options.items() for word in ("--set", f"{key}={value}")]
    questions = ("--questions", str(clip / "questions.jsonl"))
    done = replay(clip / "stream.mp4", tmp_path / "out", *questions, "--profile", profile, "--speed", "max", *more)
    assert [answer["state"] for answer in done.answers] == ["answered", "answered"], done.output[-3000:]
    assert any(answer["heard"] for answer in done.answers)  # weights by chance may end a reply before its first word
    for answer in done.answers:
        assert answer["evidence"]
        assert all(item["end"] <= answer["t_query"] for item in answer["evidence"])
    return done


def local(folder: Path, **more: Any) -> str:
    options = {"checkpoint": str(folder), "device": "cpu", **more}
    return f"{{{', '.join(f'{key}={value!r}' for key, value in options.items())}}}"


def write_release(folder: Path) -> None:
    write_memory(folder / "memory")
    write_ixc(folder / "merge_lora", memory_width=24)
    write_qwen2_audio(folder / "audio")


def omnilive(clip: Path, tmp_path: Path, release: Path) -> Replayed:
    return asked(
        clip,
        tmp_path,
        "omnilive-7b",
        {
            "perception.asr.options": local(release, max_new_tokens=6),
            "perception.sound.options": local(release),
            "perception.vision.0.options": local(release),
            "memory.compressor.options": local(release),
            "reasoning.llm.options": local(release, max_new_tokens=12, temperature=1.0),
        },
    )


def test_omnilive(clip: Path, tmp_path: Path) -> None:
    release = tmp_path / "release"
    write_release(release)
    done = omnilive(clip, tmp_path, release)
    assert "hears with webrtc, qwen2_audio and qwen2_audio, tells " in done.output
    assert ", sees with clip" in done.output
    with sqlite3.connect(done.folder / "memory" / "memory.db") as database:
        clips = database.execute("SELECT frames, token_shape FROM clips WHERE vector IS NOT NULL").fetchall()
    # One local memory a frame, near-duplicates included: their tower states travelled with them. Then the time token.
    assert len(clips) >= 2
    assert all(shape == f"{frames + 1},24" for frames, shape in clips)

    # Memory reaches the prompt: another projector of it in the reasoner, and nothing else, gives other answers.
    weights = release / "merge_lora" / "model.safetensors"
    state = load_file(weights)
    other = random_weights(write_ixc(tmp_path / "other", memory_width=24), 1)
    replaced = {key: value for key, value in other.items() if key.startswith("video_mem_proj.")}
    assert replaced.keys() < state.keys()
    save_file(state | replaced, weights)
    again = omnilive(clip, tmp_path / "again", release)
    assert [answer["text"] for answer in again.answers] != [answer["text"] for answer in done.answers]


@pytest.mark.parametrize(
    ("profile", "family", "more"),
    [
        ("internvl2-8b", "internlm2", {}),
        ("mini-internvl-4b", "phi3", {}),
        ("internvl2-76b", "llama", {"device": "cpu,cpu", "bits": 4}),  # spread and packed
    ],
)
def test_internvl(clip: Path, tmp_path: Path, profile: str, family: str, more: dict[str, Any]) -> None:
    write_internvl(tmp_path / "chat", family, seed=5)
    done = asked(
        clip, tmp_path, profile, {"reasoning.llm.options": local(tmp_path / "chat", max_new_tokens=12, **more)}
    )
    assert "llm internvl" in done.output


def test_remote(clip: Path, tmp_path: Path) -> None:
    with serving() as server:
        server.answers["/v1/chat/completions"] = [stream(*words("It says ", "OPEN", "."))]
        done = asked(clip, tmp_path, "remote", {"reasoning.llm.options.base_url": server.url})
        assert server.counts() == {"/v1/models": 1, "/v1/chat/completions": 2}
        last = server.received[-1].json()["messages"]
    assert [answer["text"] for answer in done.answers] == ["It says OPEN."] * 2
    assert [message["role"] for message in last] == ["system", "user", "assistant", "user"]
    assert last[2]["content"] == "It says OPEN."
    assert sum(part["type"] == "image_url" for part in last[3]["content"]) >= 1
    assert "What was seen and heard" in last[3]["content"][-1]["text"]
