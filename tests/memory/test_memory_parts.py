"""The small parts: index, lock, sentences, history, ranking, resume after the end of the process."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_tools import S, frame, memory, sign
from hypothesis import given, strategies as st

from memory import sentences
from memory.door import Address
from memory.events import Event
from memory.history import History
from memory.lock import FolderLock, owner_of
from memory.recall import FOUND, Candidate, coverage, fuse, rarities, span_of
from memory.schema import MemoryUnusable
from memory.timeline import Timeline
from wire.messages import Cues

pytestmark = pytest.mark.unit


# ---- lock ----------------------------------------------------------------------------------------------------------


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    address = Address.new()
    lock = FolderLock(tmp_path, address)
    owner = owner_of(tmp_path)
    assert owner is not None
    assert owner.address == address
    with pytest.raises(MemoryUnusable, match=f"in use by process {owner.pid}"):
        FolderLock(tmp_path)
    lock.release()
    lock.release()
    assert owner_of(tmp_path) is None
    FolderLock(tmp_path).release()


# ---- sentences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "subject", "value", "attrs", "expected"),
    [
        ("text", "EXIT 12", 0, {"colour": "orange"}, 'An orange sign reads "EXIT 12".'),
        ("text", "EXIT", 0, {"colour": "red", "ink": "white"}, 'A red sign with white letters reads "EXIT".'),
        ("people", "", 1, {}, "One person is visible."),
        ("people", "", 14, {}, "14 people are visible."),
        ("face", "", 2, {}, "Two faces are visible."),
        ("left", "", 0, {"side": "right"}, "A person left to the right; now nobody is there."),
        ("colour", "blue", 0.5, {"role": "background"}, "The background is blue."),
        ("object", "red circle", 0.1, {"position": "left"}, "A red circle is visible on the left."),
        ("light_change", "darker", -0.4, {}, "The light went off; it became darker."),
        ("motion", "left", 0.2, {"colour": "green", "shape": "square"}, "A green square moves to the left."),
        ("motion", "still", 0, {}, "Something stands still."),
        ("sound", "music", 0, {}, "Music plays."),
        ("wormhole", "", 0, {}, "wormhole."),
    ],
)
def test_sentences(kind: str, subject: str, value: float, attrs: dict[str, str], expected: str) -> None:
    assert sentences.sentence(kind, subject, value, attrs) == expected


@given(st.text(), st.text(), st.floats(allow_nan=False), st.dictionaries(st.text(), st.text(), max_size=3))
def test_anything_becomes_a_sentence(kind: str, subject: str, value: float, attrs: dict[str, str]) -> None:
    assert isinstance(sentences.sentence(kind, subject, value, attrs), str)


# ---- history -------------------------------------------------------------------------------------------------------


def test_history_holds_what_was_heard_and_is_bounded() -> None:
    history = History()
    for n in range(50):
        history.asked(f"r{n}", n, f"question {n}")
        history.played(f"r{n}", f"answer {n}" if n % 2 else "")
    history.asked("open", 50, "still open")
    assert history.pending() == ["open"]
    turns = history.turns()
    assert [t.heard for t in turns][-1] == "answer 49"
    assert len(turns) == 6


# ---- ranking -------------------------------------------------------------------------------------------------------


def _candidate(
    n: int, start_s: float, *, cosine: float, words: float = 0.0, kind: str = "text", phrase: int = 0
) -> Candidate:
    event = Event(id=n, session=1, kind=kind, start_ns=round(start_s * S), end_ns=round(start_s * S) + S, text=f"{n}")
    return Candidate(event, phrase or n, cosine, words)


def test_weak_candidates_are_nothing() -> None:
    assert fuse([_candidate(1, 0, cosine=0.1), _candidate(2, 5, cosine=0.3, words=0.2)], Cues(), 100 * S) == ()


def test_the_best_match_wins_not_the_earliest() -> None:
    found = fuse([_candidate(1, 0, cosine=0.5), _candidate(2, 50, cosine=0.8)], Cues(), 100 * S)
    assert [e.text for e in found] == ["2", "1"]
    assert all(e.score >= FOUND for e in found)


@pytest.mark.parametrize(("order", "first"), [("first", "1"), ("last", "3"), ("", "3")])
def test_among_equals_the_order_asked_for_decides(order: str, first: str) -> None:
    same = [_candidate(n, 100 * n, cosine=0.6) for n in (1, 2, 3)]
    assert fuse(same, Cues(order=order), 900 * S)[0].text == first  # type: ignore[arg-type]


def test_one_moment_does_not_crowd_out_the_others() -> None:
    crowd = [_candidate(n, n, cosine=0.7, phrase=1) for n in range(1, 20)]
    other = _candidate(99, 500, cosine=0.5)
    assert "99" in [e.text for e in fuse([*crowd, other], Cues(), 900 * S)]


def test_evidence_ends_at_the_question() -> None:
    (found,) = fuse([_candidate(1, 10, cosine=0.9)], Cues(), round(10.5 * S))
    assert found.end_ns == round(10.5 * S)


def test_rare_words_weigh_more() -> None:
    weights = rarities(["sign", "harbour"], {"sign": 900, "harbour": 2}, 1000)
    assert coverage(weights, ["harbour"]) > 0.9
    assert coverage(weights, ["sign"]) < 0.1
    assert coverage({}, ["sign"]) == 0.0


@pytest.mark.parametrize(
    ("cues", "visible_from_s", "expected"),
    [
        (Cues(), 0, (0, 100)),
        (Cues(end_ns=300 * S), 0, (0, 100)),
        (Cues(start_ns=10 * S, end_ns=20 * S, spanned=True), 0, (10, 20)),
        (Cues(start_ns=10 * S, end_ns=20 * S, spanned=True), 15, (15, 20)),
        (Cues(now=True), 0, (90, 100)),
    ],
)
def test_span(cues: Cues, visible_from_s: int, expected: tuple[int, int]) -> None:
    assert span_of(cues, 100 * S, visible_from_s * S) == (expected[0] * S, expected[1] * S)


# ---- time line -----------------------------------------------------------------------------------------------------


def test_a_clip_has_few_pictures_and_its_first() -> None:
    line = Timeline(1)
    names = [p.name for t in range(16) for p in line.see(frame(t, sign(f"unlike the others {t * 1111}"))).pictures]
    assert names == ["1-0000000000", "1-0000001000", "1-0000002000", "1-0000003000"]


def test_repeated_frames_bring_no_picture_but_are_counted() -> None:
    line = Timeline(1)
    for t in range(40):
        line.see(frame(t, jpeg=b"jpeg" if t == 0 else b""))
    clip = line.open_clip()
    assert clip is not None
    assert clip.key_frame == "1-0000000000"
    assert line.frames == 40


def test_frames_that_do_not_move_on_are_ignored() -> None:
    line = Timeline(1)
    line.see(frame(5, sign("EXIT 12")))
    step = line.see(frame(5, sign("OTHER WORDS")))
    assert step.events == ()
    assert line.frames == 1


# ---- after the end of the process ----------------------------------------------------------------------------------


async def test_a_session_goes_on_after_the_process_was_killed(tmp_path: Path) -> None:
    async with memory() as first:
        await first.open(tmp_path / "live")
        for t in range(6):
            await first.see(t, sign("EXIT 12"))
            await first.mark(t)
        asked = await first.ask(5.5, "What does the exit sign say?", identity="q1")
        await first.see(6, sign("EXIT 12"), sign("NEVER ACKNOWLEDGED"))
        # What a killed process leaves: the files as they are now.
        copied = tmp_path / "copy"
        copied.mkdir()
        for name in ("memory.db", "memory.db-wal"):
            (copied / name).write_bytes((tmp_path / "live" / name).read_bytes())
    async with memory() as second:
        await second.open(copied, restarted="memory")
        again = await second.ask(5.5, "What does the exit sign say?", identity="q1")
        assert again == asked
        await second.play(again, "Exit 12.", 6)
        await second.see(7, sign("EXIT 12"))
        question = await second.ask(7.5, "What does the exit sign say?", identity="q2")
        spans = [(e.subject, e.start_ns / S, e.end_ns / S) for e in question.log if e.kind == "text"]
        assert spans == [("EXIT 12", 0, 7.5)]
        assert question.history[0].heard == "Exit 12."
        assert question.frames_seen == 7
