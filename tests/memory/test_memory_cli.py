"""The commands on a memory: looking, exporting, erasing alone and through its owner, checking."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from desk_tools import memory, sign
from typer.testing import CliRunner, Result

from memory.backends import TEXT_ENCODER
from memory.cli import app
from memory.erase import find_traces
from memory.events import Event
from memory.sentences import sentence
from memory.store import Store
from memory.times import clock, length_s, moment_ns
from wire import config

pytestmark = pytest.mark.unit

S = 10**9


async def _film(folder: Path) -> None:
    async with memory() as m:
        await m.open(folder, session="walk")
        for t in range(40):
            await m.see(t, sign(f"Placard <{t // 10}> of the hall"), session="walk", look=t // 10, jpeg=b"jpeg %d" % t)
            if t % 10 == 5:
                await m.say(t, f"remark {t // 10} about & the hall", session="walk")
            await m.mark(t, session="walk")
        question = await m.ask(40, "What did the placard say?", session="walk")
        await m.play(question, "Placard 3.", 41)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asyncio.run(_film(tmp_path / "walk"))
    return tmp_path / "walk"


def _run(*words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=answer)


def test_ls_and_stats(folder: Path) -> None:
    listed = _run("ls", folder)
    assert listed.exit_code == 0
    assert "0:39  40 frames  closed  walk" in listed.output
    numbers = json.loads(_run("stats", folder).output)
    assert numbers["clips"] == 4
    assert numbers["questions"] == 1


def test_search(folder: Path) -> None:
    ran = _run("search", folder, "remark", "--limit", 2)
    found = ran.stdout.splitlines()
    assert len(found) == 2
    assert "remark" in found[0]
    assert "only words were compared" in ran.stderr  # the memory was made with the fake encoder


def test_search_by_meaning(tmp_path: Path) -> None:
    chosen, store = config.load("lite").memory.text_encoder, Store(tmp_path)
    encoder = TEXT_ENCODER.create(chosen.backend, chosen.options)
    no = store.new_session("pets", "live", 0.0).no
    told = ("the goldfish died last night", "we painted the fence on monday", "the train leaves at nine")
    store.put(
        [
            Event(id=n, session=no, kind="speech", start_ns=n, end_ns=n, text=sentence("speech", t), subject=t)
            for n, t in enumerate(told, 1)
        ],
        start_unix_s=0.0,
        recorded_at=0.0,
    )
    rows = store.unembedded(9)
    store.set_vectors([i for i, _ in rows], encoder.encode([gist for _, gist in rows]))
    store.close()
    ran = _run("search", tmp_path, "What happened to the pet in the bowl?")
    assert "goldfish" in ran.stdout
    assert not ran.stderr


def test_show_draws_what_is_kept_and_escapes_it(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    assert _run("show", folder, "--out", out).exit_code == 0
    text = out.read_text()
    assert "Placard &lt;0&gt; of the hall" in text
    assert "Placard <0>" not in text
    assert "data:image/jpeg;base64," in text
    assert "<script" not in text


def test_export_holds_everything(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.zip"
    assert _run("export", folder, out).exit_code == 0
    with zipfile.ZipFile(out) as archive:
        events = [json.loads(line) for line in archive.read("events.jsonl").decode().splitlines()]
        assert {"text", "speech", "question", "answer"} <= {e["kind"] for e in events}
        frames = [name for name in archive.namelist() if name.startswith("frames/")]
        assert len(frames) == json.loads(_run("stats", folder).output)["key_frames"]
        assert "Placard" in archive.read("index.html").decode()
        clips = [json.loads(line) for line in archive.read("clips.jsonl").decode().splitlines()]
        assert isinstance(clips[0]["sentences"], list)


@pytest.mark.parametrize(
    ("options", "gone", "kept"),
    [
        (["--last", "5s"], ["remark 3"], ["remark 2", "Placard <3>"]),
        (["--between", "0:10", "19.9s"], ["remark 1", "Placard <1>"], ["remark 0", "remark 2"]),
        (["--matching", "PLACARD <2>"], ["Placard <2>"], ["Placard <1>", "remark 1"]),
        (["--all", "--yes"], ["Placard", "remark", "jpeg"], []),
    ],
)
def test_forget(folder: Path, options: list[str], gone: list[str], kept: list[str]) -> None:
    done = _run("forget", folder, *options)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("forgot")
    for text in gone:
        assert _run("verify", folder, "--pattern", text).exit_code == 0, text
    for text in kept:
        assert find_traces(folder, [text], []), text
    assert _run("verify", folder).output == "the memory is whole\n"


def test_forgetting_everything_asks(folder: Path) -> None:
    assert _run("forget", folder, "--all", answer="n\n").exit_code == 1
    assert find_traces(folder, ["remark 0"], [])
    assert _run("forget", folder, "--all", answer="y\n").exit_code == 0
    assert not find_traces(folder, ["remark 0"], [])


def test_a_memory_in_use_is_erased_by_its_owner(tmp_path: Path) -> None:
    async def use() -> tuple[Result, Result]:
        async with memory() as m:
            await m.open(tmp_path / "live")
            for t in range(12):
                await m.see(t, sign(f"Placard {t // 10} of the hall"), look=t // 10)
                await m.mark(t)
            from memory import steward

            steward_limit, steward.ACKNOWLEDGED_WITHIN_S = steward.ACKNOWLEDGED_WITHIN_S, 0.05
            try:
                forgot = await asyncio.to_thread(_run, "forget", tmp_path / "live", "--last", "1.5s")
                looked = await asyncio.to_thread(_run, "verify", tmp_path / "live", "--pattern", "Placard 1")
            finally:
                steward.ACKNOWLEDGED_WITHIN_S = steward_limit
            return forgot, looked

    forgot, looked = asyncio.run(use())
    assert "forgot" in forgot.output
    assert "perception did not say that it dropped it" in forgot.output  # no other process runs here
    assert looked.exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ls", "/nowhere/at/all"], "is no memory"),
        (["forget", "{folder}"], "one of --last"),
        (["forget", "{folder}", "--last", "soon"], "no length of time"),
        (["forget", "{folder}", "--between", "later", "now"], "is no time"),
        (["forget", "{folder}", "--between", "0:20", "0:10"], "is after"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence(folder: Path, words: list[str], says: str) -> None:
    done = _run(*(word.format(folder=folder) for word in words))
    assert done.exit_code == 2
    assert says in done.output
    assert len(done.output.splitlines()) == 1


def test_verify_finds_what_is_damaged(folder: Path) -> None:
    pictures = sorted((folder / "frames").rglob("*.jpg"))
    pictures[0].write_bytes(b"other pixels")
    pictures[1].unlink()
    (folder / "frames" / "stray.jpg").write_bytes(b"stray")
    database = sqlite3.connect(folder / "memory.db")
    database.execute("UPDATE events SET end_ns = start_ns - 5 WHERE kind = 'speech'")
    database.commit()
    database.close()
    found = _run("verify", folder)
    assert found.exit_code == 1
    for what in ("is damaged; it is not shown", "cannot be read", "stray.jpg is no known", "end before they begin"):
        assert what in found.output


def test_a_damaged_page_is_named(folder: Path) -> None:
    path = folder / "memory.db"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xa5" * (4096 * 6)
    path.write_bytes(content)
    (folder / "memory.db-wal").unlink(missing_ok=True)
    found = _run("verify", folder)
    assert found.exit_code == 1
    assert "is damaged" in found.output


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("2d", 172_800)])
def test_lengths(text: str, seconds: float) -> None:
    assert length_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1:30", 90), ("1:00:01.5", 3601.5), ("1970-01-01 00:20", 200), ("1970-01-01T01:20+01:00", 200)],
)
def test_moments(text: str, seconds: float) -> None:
    assert moment_ns(text, 1000.0) == round(seconds * S)


def test_clock() -> None:
    assert [clock(t * S) for t in (0, 61, 3723)] == ["0:00", "1:01", "1:02:03"]
