"""Conversations with tiny checkpoints: pictures, turns, videos, sound, batches, beams; in Python and by the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from asking import run, write_picture, write_sound, write_video
from numpy.typing import NDArray
from tiny_audio import write_qwen2_audio
from tiny_checkpoints import write_internvl, write_ixc, write_memory

from workbench.api import Chat, Request, Settings, Unusable, load

pytestmark = pytest.mark.models

CPU = "reasoning.llm.options.device=cpu"
GREEDY = Settings(max_tokens=10, temperature=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoints, two pictures, a video and sounds."""
    made = tmp_path_factory.mktemp("chat")
    write_internvl(made / "internvl", "phi3")
    write_ixc(made / "release" / "merge_lora")
    write_memory(made / "release" / "memory")
    write_qwen2_audio(made / "release" / "audio")
    write_picture(made / "a.png", "white")
    write_picture(made / "b.png", "navy", (40, 90))
    write_video(made / "v.mp4")
    write_sound(made / "short.wav", 1.0)
    write_sound(made / "long.wav", 40.0)
    return made


MODELS = (("internvl2-8b", "internvl"), ("omnilive-7b", "release"))


@pytest.fixture(params=MODELS, ids=[name for name, _ in MODELS])
def chat(request: pytest.FixtureRequest, folder: Path) -> Chat:
    profile, checkpoint = request.param
    return load(profile, checkpoint=folder / checkpoint, overrides=[CPU], settings=GREEDY)


def requests(folder: Path) -> list[Request]:
    a, b = folder / "a.png", folder / "b.png"
    return [
        Request(prompt="What is this?", images=[a]),
        Request(prompt="Hello"),
        Request(prompt="Compare them, please", images=[a, b]),
        Request(prompt="What happens?", video=folder / "v.mp4"),
    ]


def test_a_batch_says_what_each_says_alone(chat: Chat, folder: Path) -> None:
    asked = requests(folder)
    counted: list[int] = []
    together = chat.batch(asked, size=3, done=counted.append)
    assert counted == [3, 4]
    alone = []
    for one in asked:
        chat.forget()
        alone.append(chat.say(one.prompt, images=one.images, video=one.video))
    assert together == alone
    assert len(set(together)) > 1
    assert any(together)


def test_words_stream_and_become_history(chat: Chat, folder: Path) -> None:
    pieces = list(chat.ask("What is this?", images=[folder / "a.png"]))
    assert "".join(pieces).strip() == chat.history[0].answer
    second = chat.say("And this?", images=[folder / "b.png"])
    assert [turn.text for turn in chat.history] == ["What is this?", "And this?"]
    chat.forget()
    assert chat.history == []
    assert chat.say("And this?", images=[folder / "b.png"]) != second  # the first picture was in the conversation


def test_an_answer_that_is_left_is_history_as_far_as_it_came(chat: Chat) -> None:
    words = chat.ask("Hello", max_tokens=30)
    first = next(words)
    words.close()
    assert chat.history[0].answer == first.strip()


def test_a_cancelled_answer_ends(chat: Chat) -> None:
    assert chat.say("Hello", cancelled=lambda: True) == ""


def test_temperature_seed_and_beams_matter(chat: Chat) -> None:
    def said(**settings: float) -> str:
        chat.forget()
        return chat.say("Hello there", max_tokens=16, **settings)

    hot = said(temperature=5.0, seed=1)
    assert said(temperature=5.0, seed=1) == hot
    assert len({hot, said(temperature=5.0, seed=2), said(temperature=5.0, seed=3)}) > 1
    assert said(beams=3) == said(beams=3)
    with pytest.raises(ValueError, match="temperature = 0"):
        said(beams=2, temperature=1.0)


def test_a_video_shows_the_frames_of_the_card(chat: Chat, folder: Path) -> None:
    chat.say("What happens?", video=folder / "v.mp4")
    video = chat.history[0].video
    assert video is not None
    # 30 frames in 3 s: one a second for IXC-2.5, the middles of eight parts for InternVL.
    times = {3: (0.0, 1.0, 2.0), 8: (0.1, 0.5, 0.8, 1.2, 1.5, 1.9, 2.3, 2.6)}[len(video.frames)]
    assert [round(t, 1) for t in video.times_s] == pytest.approx(times, abs=0.11)
    greys = [frame.image.convert("L").getpixel((5, 5)) for frame in video.frames]
    assert greys == pytest.approx([80 * t for t in video.times_s], abs=4)


def test_nothing_and_nowhere_are_refused(chat: Chat, folder: Path) -> None:
    for words, more, sentence in (
        (" ", {}, "the question is empty"),
        ("a", {"images": [folder / "no.png"]}, "there is no picture"),
        ("a", {"images": [folder / "v.mp4"]}, "is no picture that can be read"),
        ("a", {"video": folder / "short.wav"}, "holds no pictures"),
    ):
        with pytest.raises(Unusable, match=sentence):
            chat.say(words, **more)
    assert chat.history == []


def test_sound_is_heard(folder: Path) -> None:
    options = [f"perception.asr.options={{checkpoint='{folder}/release', device='cpu', max_new_tokens=4}}"]
    with load("omnilive-7b", overrides=options, now=False) as chat:
        assert chat.hear(folder / "short.wav") == chat.hear(folder / "short.wav")
        assert isinstance(chat.hear(folder / "short.wav", "Who speaks?"), str)
        lengths: list[int] = []

        def reply(pcm: NDArray[np.int16], instruction: str, most: int) -> tuple[str, float]:
            lengths.append(len(pcm))
            return f"part {len(lengths)}", 1.0

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(chat.listener._model, "reply", reply)
            assert chat.hear(folder / "long.wav") == "part 1 part 2"
        assert sum(lengths) == 40 * 16_000
        assert max(lengths) <= 28 * 16_000
        with pytest.raises(Unusable, match="the sound is 40 s long"):
            chat.hear(folder / "long.wav", "Who speaks?")
    with load("internvl2-8b", now=False) as other, pytest.raises(Unusable, match="which cannot be asked about sound"):
        other.hear(folder / "short.wav")


def test_profiles_without_a_model_are_refused(folder: Path) -> None:
    with pytest.raises(Unusable, match="the profile lite answers with 'grounded'"):
        load("lite")


# ---- the command ---------------------------------------------------------------------------------------------------


def words(folder: Path, *more: object) -> list[object]:
    where = ("--profile", "internvl2-8b", "--checkpoint", folder / "internvl", "--set", CPU)
    return [*where, "--max-tokens", 8, "--temperature", 0, *more]


def test_one_line_an_answer(folder: Path) -> None:
    asked = run("chat", "What?", "And now?", "--image", folder / "a.png", *words(folder))
    assert asked.code == 0, asked.err
    assert "loaded" in asked.err
    assert "MB in" in asked.err
    piped = run("chat", "--image", folder / "a.png", *words(folder), stdin="What?\n\nAnd now?\n")
    assert piped.out == asked.out


def test_a_batch_of_json_lines(folder: Path, tmp_path: Path) -> None:
    lines = [{"prompt": "Hello", "id": "x"}, {"prompt": "What?", "images": ["a.png"]}]
    (folder / "b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    out = tmp_path / "answers.jsonl"
    done = run("chat", "--batch", folder / "b.jsonl", "--out", out, "--batch-size", 2, *words(folder))
    assert done.code == 0, done.err
    told = [json.loads(line) for line in out.read_text().splitlines()]
    assert [one["id"] for one in told] == ["x", "2"]
    with load("internvl2-8b", checkpoint=folder / "internvl", overrides=[CPU], settings=GREEDY) as chat:
        assert told[0]["answer"] == chat.say("Hello", max_tokens=8)


def test_sound_by_the_command(folder: Path) -> None:
    options = f"perception.asr.options={{checkpoint='{folder}/release', device='cpu', max_new_tokens=3}}"
    done = run("chat", "--audio", folder / "short.wav", "--set", options)
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    shorter = run("chat", "--audio", folder / "short.wav", "--max-tokens", 1, "--set", options)
    assert len(shorter.out) < len(done.out)
    refused = run("chat", "--audio", folder / "short.wav", "--beams", 2, "--set", options)
    assert refused.code == 2
    assert "leave out --beams" in refused.err


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["hi", "--image", "nowhere.png"], "there is no file nowhere.png"),
        (["hi", "--image", __file__], "is no picture that can be read"),
        (["hi", "--video", __file__], "cannot be opened as a recording"),
        (["hi", "--beams", 2, "--temperature", 1], "leave out --temperature, or --beams"),
        (["hi", "--profile", "lite"], "which is no model to talk with"),
        (["hi", "--profile", "lit"], "no profile 'lit'; did you mean 'lite'?"),
        (["hi", "--profile", "internvl2-8b"], "checkpoints/InternVL2-8B is not a folder"),
        (["hi", "--checkpoint", "nobody/nothing-0"], "`hf download nobody/nothing-0` fetches it"),
        (["hi", "--set", "reasoning.llm.options.devise=cpu"], "has no option 'devise'; did you mean 'device'?"),
        (["--profile", "internvl2-8b"], "nothing was asked"),
        (["hi", "--out", "x.jsonl"], "--out is for --batch"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    more: list[object], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("chat", *more)
    assert done.code == 2
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_a_wrong_checkpoint_is_named(folder: Path) -> None:
    done = run("chat", "hi", "--profile", "internvl2-8b", "--checkpoint", folder / "release" / "audio", "--set", CPU)
    assert done.code == 2
    assert "release/audio" in done.err
    assert "the folder is Qwen2-Audio, for the profile omnilive-7b" in done.err
