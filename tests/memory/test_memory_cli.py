"""The commands on a memory: looking, exporting, erasing alone and through its owner, checking."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from desk_tools import memory, sign, words
from typer.testing import CliRunner, Result

from memory.album import Album
from memory.backends import TEXT_ENCODER
from memory.backends.base import TextEncoder, Vectors
from memory.cli import app
from memory.door import Address
from memory.erase import find_traces
from memory.events import Event
from memory.lock import FolderLock, Owner
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


def test_whose_voice_it_was_is_told(tmp_path: Path) -> None:
    async def talk() -> None:
        async with memory() as m:
            await m.open(tmp_path / "talk", "talk")
            for t, voice in ((1, 2), (5, 3), (9, 0), (13, 2)):
                await m.see(t, session="talk")
                said = words(t, f"remark by voice {voice}", asks=False, session="talk")
                await m.service.handle(replace(said, voice=voice))
            await m.mark(20, session="talk", final=True)

    asyncio.run(talk())
    folder = tmp_path / "talk"
    assert '  Someone said: "remark by voice 3"  (voice 3)' in _run("search", folder, "remark").stdout
    assert not [x for x in _run("search", folder, "remark").stdout.splitlines() if x.endswith('voice 0"  (voice 0)')]
    assert _run("show", folder, "--out", tmp_path / "page.html").exit_code == 0
    page = (tmp_path / "page.html").read_text()
    assert page.count("remark by voice 3&quot; <i>(voice 3)</i>") == 1
    assert "remark by voice 0&quot; <i>" not in page
    assert _run("export", folder, tmp_path / "talk.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "talk.zip") as archive:
        events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
    assert [e["attrs"] for e in events] == [{"voice": "2"}, {"voice": "3"}, "", {"voice": "2"}]


TOLD = ("the goldfish died last night", "we painted the fence on monday", "the train leaves at nine")


def _tell(store: Store, no: int, encoder: TextEncoder, *told: str) -> None:
    """Remarks with their vectors."""
    first = store.database.execute("SELECT count(*) FROM events").fetchone()[0] + 1
    store.put(
        [
            Event(id=n, session=no, kind="speech", start_ns=n, end_ns=n, text=sentence("speech", t), subject=t)
            for n, t in enumerate(told, first)
        ],
        start_unix_s=0.0,
        recorded_at=0.0,
    )
    rows = store.unembedded(9)
    store.set_vectors([i for i, _ in rows], encoder.encode([gist for _, gist in rows]))
    store.commit()


def test_search_by_meaning(tmp_path: Path) -> None:
    chosen, store = config.load("lite").memory.text_encoder, Store(tmp_path)
    encoder = TEXT_ENCODER.create(chosen.backend, chosen.options)
    _tell(store, store.new_session("pets", "live", 0.0).no, encoder, *TOLD)
    store.close()
    ran = _run("search", tmp_path, "What happened to the pet in the bowl?")
    assert "goldfish" in ran.stdout
    assert not ran.stderr


def test_a_memory_that_grows_is_searched_by_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, store = config.load("lite").memory.text_encoder, Store(tmp_path)
    encoder = TEXT_ENCODER.create(chosen.backend, chosen.options)
    no = store.new_session("pets", "live", 0.0).no
    _tell(store, no, encoder, *TOLD)
    encode: Callable[[TextEncoder, list[str]], Vectors] = type(encoder).encode

    def slow(self: TextEncoder, texts: list[str]) -> Vectors:
        if not remarks:
            remarks.append("a remark")
            _tell(store, no, encoder, "a remark that comes meanwhile", "and one more")
        return encode(self, texts)

    remarks: list[str] = []
    monkeypatch.setattr(type(encoder), "encode", slow)
    ran = _run("search", tmp_path, "What happened to the pet in the bowl?")
    store.close()
    assert remarks
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


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--matching", "no such words"], 1),
        (["--between", "5:00", "6:00"], 1),
        (["--between", "1999-01-01", "1999-01-02"], 1),
    ],
)
def test_what_is_not_there_is_not_forgotten(folder: Path, options: list[str], code: int) -> None:
    done = _run("forget", folder, *options)
    assert done.exit_code == code
    assert done.output.startswith("forgot nothing: ")
    assert find_traces(folder, ["remark 0"], [])


def test_all_of_nothing_is_forgotten(folder: Path) -> None:
    assert _run("forget", folder, "--all", "--yes").exit_code == 0
    again = _run("forget", folder, "--all", "--yes")
    assert (again.exit_code, again.output) == (0, "forgot nothing: nothing is remembered\n")


async def _say(folder: Path, *remarks: str) -> None:
    async with memory() as m:
        await m.open(folder)
        for t, remark in enumerate(remarks):
            await m.see(t, jpeg=b"jpeg %d" % t)
            await m.say(t, remark)
            await m.mark(t)


REMARKS = ("call Bob at once", "王小明来了", "the CAFÉ Größe opens")


@pytest.mark.parametrize(
    "pattern", ["Bob", "bob", "CALL bob", "王小明", "明", "café", "größe", normalize("NFD", "Café Größe"), "grösse"]
)
def test_a_pattern_is_found_however_short_and_however_written(tmp_path: Path, pattern: str) -> None:
    asyncio.run(_say(tmp_path, *REMARKS))
    looked = _run("verify", tmp_path, "--pattern", pattern)
    assert looked.exit_code == 1
    assert f"memory.db holds {pattern!r}" in looked.output
    assert _run("forget", tmp_path, "--matching", pattern).exit_code == 0
    looked = _run("verify", tmp_path, "--pattern", pattern)
    assert (looked.exit_code, looked.output) == (0, f"the memory is whole and holds no {pattern!r}\n")


def test_names_of_tables_are_no_pattern_that_is_held(tmp_path: Path) -> None:
    asyncio.run(_say(tmp_path, "hello"))
    for pattern in ("key_frames", "Tim", "INTEGER", "appear"):
        assert _run("verify", tmp_path, "--pattern", pattern).exit_code == 0, pattern


def test_a_long_text_that_lies_in_pieces_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    no = store.new_session("s", "live", 0.0).no
    text = " ".join(f"word{n}" for n in range(5000))
    event = Event(id=1, session=no, kind="speech", start_ns=0, end_ns=1, text=text, subject="long")
    store.put([event], start_unix_s=0.0, recorded_at=0.0)
    store.close()
    assert "memory.db holds" in _run("verify", tmp_path, "--pattern", text).output


def test_the_last_of_a_stream_without_pictures(tmp_path: Path) -> None:
    async def hear() -> None:
        async with memory() as m:
            await m.open(tmp_path)
            for t in range(10, 60, 10):
                await m.say(t, f"remark number {t}")
            await m.mark(60)

    asyncio.run(hear())
    assert "  0:50  0 frames" in _run("ls", tmp_path).output
    assert _run("forget", tmp_path, "--last", "5s").exit_code == 0
    assert not find_traces(tmp_path, ["remark number 50"], [])
    assert find_traces(tmp_path, ["remark number 40"], [])


@pytest.mark.parametrize(("last", "kept"), [("2s", 5), ("4s", 4), ("5s", 3), ("10m", 0)])
def test_the_last_minutes_reach_into_the_sessions_before(tmp_path: Path, last: str, kept: int) -> None:
    asyncio.run(_say(tmp_path, *(f"earlier remark {t}" for t in range(5))))
    asyncio.run(_say(tmp_path, "later 0", "later 1", "later 2"))
    with sqlite3.connect(tmp_path / "memory.db") as database:
        database.execute("UPDATE sessions SET start_unix_s = 1000 + 6 * (no - 1)")
    database.close()
    assert _run("forget", tmp_path, "--last", last).exit_code == 0
    assert not find_traces(tmp_path, ["later 1", "later 2"], [])
    assert [t for t in range(5) if find_traces(tmp_path, [f"earlier remark {t}"], [])] == [*range(kept)]
    assert _run("verify", tmp_path).output == "the memory is whole\n"


def test_what_lasts_is_found_until_now(tmp_path: Path) -> None:
    async def look() -> Result:
        async with memory() as m:
            await m.open(tmp_path, mode="live")
            for t in range(12):
                await m.see(t, sign("Main exit"))
                await m.mark(t)
            return await asyncio.to_thread(_run, "search", tmp_path, "main exit")

    assert "s  0:00-0:11  " in asyncio.run(look()).stdout


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


def test_an_owner_that_takes_long_is_left_to_erase(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> dict[str, object]:
        raise TimeoutError("timed out")

    monkeypatch.setattr("memory.cli.owner_of", lambda _: Owner(7, Address("somewhere", "key")))
    monkeypatch.setattr("memory.cli.knock", slow)
    done = _run("forget", folder, "--matching", "remark")
    assert done.exit_code == 2
    assert "process 7" in done.output
    assert "may still be erasing" in done.output
    assert find_traces(folder, ["remark 0"], [])  # nobody else erased beside it


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ls", "/nowhere/at/all"], "is no memory"),
        (["forget", "{folder}"], "one of --last"),
        (["forget", "{folder}", "--last", "soon"], "no length of time"),
        (["forget", "{folder}", "--between", "later", "now"], "is no time"),
        (["forget", "{folder}", "--between", "0:20", "0:10"], "is after"),
        (["forget", "{folder}", "--last", "0s"], "no time at all"),
        (["forget", "{folder}", "--matching", "  "], "one of --last"),
        (["search", "{folder}", " "], "say what to look for"),
        (["verify", "{folder}", "--pattern", " "], "nothing to look for"),
        (["export", "{folder}", "/nowhere/at/all.zip"], "there is no folder /nowhere/at"),
        (["show", "{folder}", "--out", "/nowhere/at/all.html"], "there is no folder /nowhere/at"),
        (["export", "{folder}", "{folder}/.."], "is a folder"),
        (["export", "{folder}", "{folder}/all.zip"], "inside of the memory"),
        (["show", "{folder}", "--out", "{folder}/all.html"], "inside of the memory"),
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


def test_a_key_frame_that_its_owner_has_not_noted_yet_is_no_damage(folder: Path) -> None:
    (folder / "frames" / "stray.jpg").write_bytes(b"just written")
    assert "stray.jpg is no known" in _run("verify", folder).output
    (folder / "owner.lock").write_text('{"pid": 1}')
    assert _run("verify", folder).exit_code == 0


def _damage(folder: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    database = sqlite3.connect(folder / "memory.db")
    (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    database.close()
    content = bytearray((folder / "memory.db").read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\xa5" * 4096
    (folder / "memory.db").write_bytes(content)


@pytest.mark.parametrize("words", [["ls"], ["stats"], ["search", "remark"], ["show"], ["forget", "--last", "5s"]])
def test_a_damaged_memory_is_told_in_one_sentence(folder: Path, words: list[str]) -> None:
    content = (folder / "memory.db").read_bytes()
    (folder / "memory.db").write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    done = _run(words[0], folder, *words[1:])
    assert done.exit_code == 2
    assert "is damaged" in done.output
    assert len(done.output.splitlines()) == 1


def test_of_a_damaged_memory_the_rest_is_exported(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.zip"
    _damage(folder, "events")
    done = _run("export", folder, out)
    assert done.exit_code == 1
    assert "missing from it: events: 0 of " in done.output
    with zipfile.ZipFile(out) as archive:
        assert "events: 0 of " in archive.read("missing.txt").decode()
        assert archive.read("events.jsonl") == b""
        assert len(archive.read("clips.jsonl").splitlines()) == 4
        assert "Placard" in archive.read("index.html").decode()


@pytest.mark.parametrize("share", [0.9, 0.5])
def test_of_a_memory_that_is_cut_off_what_is_left_is_exported(folder: Path, tmp_path: Path, share: float) -> None:
    path, out = folder / "memory.db", tmp_path / "all.zip"
    whole = path.read_bytes()
    left = whole[: int(len(whole) * share)]
    path.write_bytes(left)
    done = _run("export", folder, out)
    assert done.exit_code == 1
    n_pages = len(whole) // 4096
    told = f"memory.db: the file is cut off, {len(left) // 4096} of its {n_pages} pages are there"
    assert f"missing from it: {told}" in done.output
    with zipfile.ZipFile(out) as archive:
        assert told in archive.read("missing.txt").decode()
        assert json.loads(archive.read("sessions.jsonl"))["name"] == "walk"
        frames = [name for name in archive.namelist() if name.startswith("frames/")]
        assert len(frames) == len([*(folder / "frames").rglob("*.jpg")])
    assert path.read_bytes() == left
    looked = _run("verify", folder)
    assert looked.exit_code == 1
    assert told in looked.output


def test_lost_key_frames_are_told_by_an_export(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.zip"
    pictures = sorted((folder / "frames").rglob("*.jpg"))
    pictures[0].write_bytes(b"other pixels")
    done = _run("export", folder, out)
    assert done.exit_code == 1
    assert f"frames: 1 of {len(pictures)} key frames are lost or damaged" in done.output
    with zipfile.ZipFile(out) as archive:
        assert len([name for name in archive.namelist() if name.startswith("frames/")]) == len(pictures) - 1


def test_an_export_that_fails_leaves_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Album, "page", full)
    done = _run("export", folder, tmp_path / "all.zip")
    assert done.exit_code == 2
    assert "No space left" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["walk"]


def test_a_newer_memory_is_told(folder: Path) -> None:
    database = sqlite3.connect(folder / "memory.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    done = _run("ls", folder)
    assert done.exit_code == 2
    assert "use a newer program" in done.output


_OLDER = {
    3: "DROP INDEX events_by_voice; ALTER TABLE phrases DROP COLUMN words; PRAGMA user_version = 3;",
    4: "DROP INDEX events_by_voice; PRAGMA user_version = 4;",
}


def _made_older(folder: Path, version: int) -> None:
    database = sqlite3.connect(folder / "memory.db")
    database.executescript(_OLDER[version])
    database.close()


@pytest.mark.parametrize("version", _OLDER)
@pytest.mark.parametrize(
    ("command", "more"),
    [("ls", ()), ("stats", ()), ("verify", ()), ("show", ("--out", "x.html")), ("export", ("x.zip",)),
     ("forget", ("--matching", "remark 2"))],
)  # fmt: skip
def test_each_command_brings_an_older_memory_up_to_date(
    folder: Path, version: int, command: str, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    _made_older(folder, version)
    done = _run(command, folder, *more)
    assert done.exit_code == 0, done.output
    assert "run a session" not in done.output
    with Album(folder) as album:
        held = {text for (text,) in album.store.database.execute("SELECT text FROM phrases WHERE words <> ''")}
    assert any("remark 1" in text for text in held)
    assert any("remark 2" in text for text in held) == (command != "forget")


def test_an_older_memory_in_use_is_not_changed_beside_its_owner(folder: Path) -> None:
    _made_older(folder, 4)
    lock = FolderLock(folder)
    done = _run("ls", folder)
    lock.release()
    assert done.exit_code == 2
    assert "has version 4" in done.output
    assert f"in use by process {os.getpid()}" in done.output
    assert _run("ls", folder).exit_code == 0


def test_a_memory_that_must_not_be_written_can_be_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(Album):
        def __exit__(self, *error: object) -> None:
            beside.append({path.name for path in folder.iterdir()})
            super().__exit__(None, None, None)

    beside: list[set[str]] = []
    monkeypatch.setattr("memory.cli.Album", Watched)
    monkeypatch.setattr("os.access", lambda _path, mode, **_: mode != os.W_OK)
    looked = _run("ls", folder)
    assert looked.exit_code == 0, looked.output
    assert beside == [{"memory.db", "owner.lock", "frames"}]  # none of the files by which readers lock


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("2d", 172_800)])
def test_lengths(text: str, seconds: float) -> None:
    assert length_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1:30", 90), ("1:00:01.5", 3601.5), ("1970-01-01 00:20 UTC", 200), ("1970-01-01T01:20+01:00", 200)],
)
def test_moments(text: str, seconds: float) -> None:
    assert moment_ns(text, 1000.0) == round(seconds * S)


def test_clock() -> None:
    assert [clock(t * S) for t in (0, 61, 3723)] == ["0:00", "1:01", "1:02:03"]
