"""Forgetting by word of mouth in a replay, typed and spoken: asked back, done after a yes, gone from the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from replaying import Replayed, lines, replay

from bench.sample.model import Ask, Expect, Plate, Say, Scene, Script
from bench.sample.write import write
from memory.erase import find_traces

pytestmark = [pytest.mark.lite, pytest.mark.timeout(300)]

ANY = Expect(kind="any")
SECRET = "TANGERINE"
REMARK = "The museum is open until seven."


def film(folder: Path, *, spoken: bool) -> None:
    """A sign that stays, a secret sign for six seconds, and, if spoken, the order and the yes."""
    order = (Ask(text="Forget the last twenty minutes.", spoken=True, at=14.0, expect=ANY),) if spoken else ()
    agree = (Ask(text="Yes.", spoken=True, at=24.0, expect=ANY),) if spoken else ()
    scene = Scene(
        name="only", style="wall", colour="", seconds=34.0,
        things=(
            Plate(lines=("HARBOUR INN",), plate="blue", ink="white"),
            Plate(lines=(SECRET,), plate="white", ink="black", start=5.0, end=11.0, y=0.75),
        ),
        beats=(Say(text="Good morning."), *order, *agree, *(() if spoken else (Say(text=REMARK, at=23.0),))),
    )  # fmt: skip
    write(Script(name="forgetting", narrator="slt", asker="rms", seed=7, scenes=(scene,)), folder)


def replies(done: Replayed) -> list[tuple[str, str]]:
    return [(str(a["question"]), str(a["text"])) for a in done.answers]


def told(folder: Path, agree: str) -> list[str]:
    """What is said to the order, to `agree`, and to whether the secret was seen."""
    film(folder, spoken=False)
    asked = ("00:14 Forget the last ten seconds", f"00:21 {agree}", "00:27 Did you see the word tangerine?")
    memory = ("--memory", str(folder / "memory"))
    done = replay(folder / "stream.mp4", folder / "out", *memory, *(x for ask in asked for x in ("--ask", ask)))
    assert [e for e in done.events if e["event"] == "warning"] == []  # every process said that it had dropped it
    return [text for _, text in replies(done)]


def test_typed(tmp_path: Path) -> None:
    order, agreed, after = told(tmp_path, "yes")
    assert order == "Shall I forget the last ten seconds, from 0:03 to 0:13? Say yes to do it."
    assert agreed.startswith("Done. I have forgotten the last ten seconds: ")
    assert after.startswith("No")
    assert find_traces(tmp_path / "memory", [SECRET], []) == []
    assert find_traces(tmp_path / "out", [SECRET], []) == []
    kept = [e for e in lines(tmp_path / "out/events.jsonl") if e["event"] == "kept"]
    assert [e["t"] for e in kept if 4 <= e["t"] <= 13] == []  # a frame more may be newer than the order
    assert {p.name for p in (tmp_path / "out/frames").iterdir()} == {e["key_frame"] for e in kept}
    assert "<div class=tree>" in (tmp_path / "out/report.html").read_text()


def test_typed_and_refused(tmp_path: Path) -> None:
    _, refused, after = told(tmp_path, "no")
    assert refused == "All right, I keep it."
    assert after.startswith("Yes")
    assert find_traces(tmp_path / "memory", [SECRET], []) != []
    assert {"events.jsonl", "report.html"} <= set(find_traces(tmp_path / "out", [SECRET], []))


def test_after_everything_was_forgotten_it_sees_and_hears_on(tmp_path: Path) -> None:
    film(tmp_path, spoken=False)
    asked = ("00:14 Delete everything", "00:20 yes", "00:31 What does the sign say?", "00:32 Until when is it open?")
    memory = ("--memory", str(tmp_path / "memory"))
    done = replay(tmp_path / "stream.mp4", tmp_path / "out", *memory, *(x for ask in asked for x in ("--ask", ask)))
    *_, agreed, sign, remark = [text for _, text in replies(done)]
    assert agreed.startswith("Done. I have forgotten everything: ")
    assert "HARBOUR INN" in sign.upper()
    assert "seven" in remark
    assert find_traces(tmp_path / "memory", [SECRET], []) == []


def test_spoken(tmp_path: Path) -> None:
    film(tmp_path, spoken=True)
    done = replay(tmp_path / "stream.mp4", tmp_path / "out", "--memory", str(tmp_path / "memory"))
    said = [text for _, text in replies(done) if text]
    assert [text.partition(" ")[0] for text in said] == ["Shall", "Done."], replies(done)
    assert find_traces(tmp_path / "memory", [SECRET], []) == []
    assert find_traces(tmp_path / "out", [SECRET], []) == []
