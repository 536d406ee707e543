"""The sample stream through the three processes with the lite profile: right, causal, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from replaying import Replayed, Replaying, alive, replay

from bench.sample.check import read_lines, score, table
from bench.sample.model import Ask, Expect, Mover, Plate, Say, Scene, Script
from bench.sample.timeline import Timeline
from bench.sample.tour import TOUR
from bench.sample.write import write

pytestmark = [pytest.mark.lite, pytest.mark.timeout(300)]

KNOWN_BEFORE = Expect(kind="text", all=(("harbour",),))
SECRET = "TANGERINE"

# About 25 s: words, a moving shape, one spoken question, and typed ones just before and after a secret is shown.
SHORT = Script(
    name="short",
    narrator="slt",
    asker="rms",
    seed=7,
    scenes=(
        Scene(
            name="first",
            style="wall",
            colour="",
            things=(
                Plate(lines=("HARBOUR INN",), plate="blue", ink="white"),
                Mover(shape="circle", colour="red", come="left", start=4.0, end=10.0, y=0.75, name="ball"),
            ),
            beats=(
                Say(text="The money is inside the old piano."),
                Ask(text="What does the sign say?", spoken=True, expect=KNOWN_BEFORE),
            ),
        ),
        Scene(
            name="second",
            style="board",
            colour="green",
            seconds=14.0,
            things=(Plate(lines=(SECRET,), plate="white", ink="black", start=3.0, name="secret"),),
            beats=(
                Ask(text="What is written on the board?", at=2.0, expect=Expect(kind="unanswerable")),
                Ask(text="What is written on the board?", at=7.0, expect=Expect(kind="text", all=((SECRET,),))),
            ),
        ),
    ),
)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Timeline]:
    folder = tmp_path_factory.mktemp("short")
    return folder, write(SHORT, folder)


def ask(folder: Path, out: Path, *more: str) -> Replayed:
    return replay(folder / "stream.mp4", out, "--questions", str(folder / "questions.jsonl"), *more)


@pytest.fixture(scope="module")
def fast(short: tuple[Path, Timeline], tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return ask(short[0], tmp_path_factory.mktemp("fast") / "out", "--speed", "max")


def test_nine_of_ten_answers_are_right(tmp_path: Path) -> None:
    write(TOUR, tmp_path)
    done = ask(tmp_path, tmp_path / "out")
    result = score(read_lines(tmp_path / "expected.jsonl"), done.answers)
    print(table(result))
    assert len(result.verdicts) >= 16
    assert result.share >= 0.9, table(result)


def test_what_comes_after_a_question_does_not_reach_its_answer(short: tuple[Path, Timeline], fast: Replayed) -> None:
    """The secret is shown one second after the first of two equal questions."""
    secret_s = short[1].spans["secret"][0]
    before, after = [a for a in fast.answers if a["source"] == "typed"]
    assert before["t_query"] == pytest.approx(secret_s - 1.0, abs=0.2)
    assert SECRET.lower() not in json.dumps(before).lower()
    assert SECRET.lower() in after["text"].lower()
    for answer in fast.answers:
        assert all(e["end"] <= answer["t_query"] + 0.001 for e in answer["evidence"])


def test_full_speed_and_real_time_give_the_same(short: tuple[Path, Timeline], fast: Replayed, tmp_path: Path) -> None:
    slow = ask(short[0], tmp_path / "slow", "--speed", "1x")
    assert slow.said() == fast.said()
    assert words_and_turns(slow) == words_and_turns(fast)


def test_two_runs_give_the_same(short: tuple[Path, Timeline], fast: Replayed, tmp_path: Path) -> None:
    again = ask(short[0], tmp_path / "again", "--speed", "max")
    assert again.said() == fast.said()
    assert len(again.said()) >= 3


def words_and_turns(done: Replayed) -> list[dict[str, object]]:
    kept = ("turn", "heard", "asked", "caption", "sound")
    return [
        {k: v for k, v in event.items() if not k.startswith("wall_")} for event in done.events if event["event"] in kept
    ]


def test_survives_the_death_of_a_process(short: tuple[Path, Timeline], tmp_path: Path) -> None:
    more = ("--questions", str(short[0] / "questions.jsonl"))
    with Replaying(short[0] / "stream.mp4", tmp_path / "out", *more) as running:
        running.until(lambda: running.reached(8.0))
        running.kill("perception")
        running.until(lambda: any(e["event"] == "restarted" for e in lines_of(running)))
        done = running.finish()
    assert done.code == 0, done.output[-3000:]
    assert {a["id"] for a in done.answers} >= {"q01", "q02"}
    assert not alive(running.pids)


def lines_of(running: Replaying) -> list[dict[str, object]]:
    return Replayed(0, "", running.folder).events
