"""Erased means gone: from rows, sentences, full text, vectors, clips, tree, pictures and every byte of the folder."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest

from memory.archive import Asked
from memory.clip import Clip, KeyFrame
from memory.erase import find_traces
from memory.events import OPEN, Event, row_id
from memory.keeper import CompressedClip, Keeper
from memory.mentions import mention, mention_of
from memory.retention import EVER, Kept, oldest, too_old
from memory.sentences import sentence
from memory.timeline import Step
from memory.upkeep import Wish
from wire.messages import Evidence

pytestmark = pytest.mark.unit

S = 10**9


class Made:
    """A memory with one event of each kind a minute: sign n, words n, a picture n, a clip n."""

    def __init__(self, folder: Path, minutes: int = 30) -> None:
        self.folder = folder
        self.keeper = Keeper(str(folder), 8, 8)
        self.row = self.keeper.open_session("s", "replay", 1000.0, resume=False).row
        self.serial = 0
        self.lights = self.event("light", 0, OPEN // S, "normal")
        for n in range(minutes):
            self.minute(n)
        self.embed()
        self.minutes = minutes
        self.commit()

    def commit(self) -> None:
        minutes = self.minutes
        self.keeper.commit(self.row.no, None, minutes * 60 * S, minutes * 60, self.serial + 1, minutes + 1)

    def event(self, kind: str, start_s: float, end_s: float, subject: str, key_frame: str = "") -> Event:
        self.serial += 1
        event = Event(
            id=row_id(1, self.serial), session=1, kind=kind, start_ns=round(start_s * S),
            end_ns=min(OPEN, round(end_s * S)), text=sentence(kind, subject), subject=subject, key_frame=key_frame,
        )  # fmt: skip
        self.keeper.write(self.row, Step((event,)), 5.0)
        return event

    def minute(self, n: int) -> None:
        at = 60 * n
        picture = KeyFrame(f"1-{at * 1000:010d}", at * S, f"pixels of minute {n} ".encode() * 50)
        self.keeper.write(self.row, Step(pictures=(picture,)), 5.0)
        self.event("text", at + 1, at + 20, f"Signboard number {n:03d}", picture.name)
        self.event("speech", at + 30, at + 33, f"the {n:03d}th remark of the guide", picture.name)
        said = (f'A sign reads "Signboard number {n:03d}".', f'Someone said: "the {n:03d}th remark of the guide"')
        look = np.random.default_rng(n).normal(size=(2, 8)).astype(np.float32)
        for half in (0, 1):
            clip = Clip(row_id(1, 2 * n + half + 1), 1, (at + 30 * half) * S, (at + 30 * half + 29) * S, 30,
                        (said[half],), picture.name, look)  # fmt: skip
            self.keeper.put_clips([CompressedClip(clip, look[half])])

    def embed(self) -> None:
        rows = self.keeper.unembedded(10_000)
        vectors = np.stack([np.random.default_rng(i).normal(size=8).astype(np.float32) for i, _ in rows])
        self.keeper.embedded([i for i, _ in rows], vectors)

    def erase(self, **wish: object) -> list[str]:
        done = self.keeper.upkeep.settle(self.keeper.upkeep.erase(Wish(**wish)))  # type: ignore[arg-type]
        return done.left

    def strings(self, first: int, last: int) -> list[str]:
        numbers = range(first, last)
        return [f"Signboard number {n:03d}" for n in numbers] + [f"the {n:03d}th remark" for n in numbers]

    def held(self, strings: list[str]) -> list[str]:
        """Which of the strings stand in any byte of the folder."""
        self.keeper.store.commit()
        return [s for s in strings if find_traces(self.folder, [s], [])]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_before_erasing_all_is_there(made: Made) -> None:
    strings = made.strings(0, 30)
    assert made.held(strings) == strings


def test_a_span_leaves_no_byte_and_the_rest_stays(made: Made) -> None:
    pictures = [bytes(f"pixels of minute {n} " * 50, "ascii") for n in range(30)]
    assert made.erase(spans=((1, 600 * S, 1200 * S - 1),)) == []
    assert made.held(made.strings(10, 20)) == []
    kept = made.strings(0, 10) + made.strings(20, 30)
    assert made.held(kept) == kept
    files = {p.read_bytes() for p in made.folder.rglob("*.jpg")}
    assert files == set(pictures[:10] + pictures[20:])
    numbers = made.keeper.numbers()
    assert numbers["events"] == 2 * 20 + 2  # the light is cut in two
    assert numbers["vectors"] == numbers["phrases"] == 2 * 20 + 1
    assert numbers["clip_vectors"] == numbers["clips"] == 40


def test_what_lasts_is_remembered_from_before_and_after(made: Made) -> None:
    made.erase(spans=((1, 600 * S, 1200 * S),))
    found = made.keeper.store.overlapping(1, 0, 3600 * S, ("light",), limit=9)
    assert [(f.event.start_ns, f.event.end_ns) for f in found] == [(0, 600 * S - 1), (1200 * S + 1, 1800 * S)]


def test_a_log_that_was_told_tells_nothing_of_it(made: Made) -> None:
    def log() -> str:
        return " ".join(f"{e.text} {e.start_ns} {e.end_ns} {e.key_frame}" for _, e in witnessed())

    def witnessed() -> list[tuple[int, Evidence]]:
        return made.keeper.store.witnessed(1, 0, 3600 * S, (), 3600 * S, limit=500)

    assert made.strings(12, 13)[0] in log()
    pictures = {e.key_frame for _, e in witnessed()} - {""}
    made.erase(spans=((1, 600 * S, 1200 * S),))
    after = log()
    assert not [s for s in made.strings(10, 20) if s in after]
    assert f"0 {600 * S - 1}" in after  # the light, cut
    gone = {name for name in pictures if not made.keeper.picture(name)}
    assert not [name for name in gone if name in after]


def test_what_is_kept_of_words_is_dropped(made: Made) -> None:
    mention(["the", "bell"])
    assert mention_of.cache_info().currsize
    made.erase(spans=((1, 600 * S, 1200 * S - 1),))
    assert not mention_of.cache_info().currsize


def test_summaries_are_made_anew(made: Made) -> None:
    made.erase(spans=((1, 600 * S, 1200 * S - 1),))
    rows = made.keeper.store.database.execute("SELECT said, shown FROM nodes").fetchall()
    text = " ".join(said + shown for said, shown in rows)
    assert "number 009" in text
    assert "number 010" not in text
    assert "1-0000660000" not in text


def test_words_that_reach_into_the_span_are_gone_as_a_whole(made: Made) -> None:
    assert made.erase(spans=((1, 32 * S, 40 * S),)) == []
    assert made.held(["the 000th remark of the guide"]) == []
    assert made.held(["Signboard number 000"])


def test_by_words(made: Made) -> None:
    assert made.erase(matching="NUMBER 007") == []
    assert made.held(["Signboard number 007"]) == []
    assert made.held(["the 007th remark of the guide"])  # said while the sign was gone


def test_what_concerns_a_whole_session_is_done_once_for_all_spans(tmp_path: Path) -> None:
    """So that erasing many things takes no more looks at the whole session than erasing a few."""

    def looks(minutes: int) -> Counter[str]:
        made = Made(tmp_path / str(minutes), minutes)
        made.event("answer", 60 * minutes, 60 * minutes + 2, "it was the 000th remark of the guide")
        made.embed()
        statements: list[str] = []
        made.keeper.store.database.set_trace_callback(statements.append)
        done = made.keeper.upkeep.erase(Wish(matching="remark"))
        made.keeper.store.database.set_trace_callback(None)
        assert len(done.spans) == minutes + 1
        whole = (
            r"UPDATE questions|UPDATE \w+ SET key_frame|SELECT id FROM events|SELECT id, start_ns, end_ns, sentences"
        )
        return Counter(found[0] for one in statements if (found := re.match(whole, one)))

    few, many = looks(4), looks(24)
    assert few["SELECT id FROM events"] == 2  # talk that quotes it, and answers that rest on it
    assert many == few


def test_a_quotation_goes_only_where_it_comes_after_what_it_quotes(made: Made) -> None:
    made.event("answer", 300, 302, "you will hear the 020th remark of the guide")
    made.event("answer", 1700, 1702, "you heard the 020th remark of the guide")
    made.embed()
    made.commit()
    made.erase(spans=((1, 30 * S, 34 * S), (1, 1230 * S, 1234 * S)))
    answers = made.keeper.store.overlapping(1, 0, 3600 * S, ("answer",), limit=9)
    assert [found.event.start_ns // S for found in answers] == [300]


@pytest.mark.parametrize("wish", [{"matching": "toffee"}, {"spans": ((1, 1810 * S, 1812 * S),)}])
def test_a_question_that_is_put_after_its_words_goes_with_them(made: Made, wish: dict[str, object]) -> None:
    words = made.event("question", 1810, 1812, "what does the toffee cost")
    answer = made.event("answer", 1814, 1817, "I heard that the toffee costs nothing")
    asked = Asked(
        reply_id="r", id="q", t_ns=round(1812.6 * S), text=words.subject, message=b"toffee", asked_event=words.id,
        answer_event=answer.id, played=True, heard=answer.subject if "matching" in wish else "nothing",
    )  # fmt: skip
    made.keeper.put_question(made.row, asked, Step(), 5.0)
    made.embed()
    assert made.erase(**wish) == []
    assert made.held(["what does the toffee cost"]) == []
    assert made.held(["toffee"]) == ([] if "matching" in wish else ["toffee"])  # the answer lies after that span


@pytest.mark.parametrize("words", ["CAFÉ Größe", "café grösse", normalize("NFD", "Café GRÖSSE"), "  café "])
def test_by_words_whatever_their_case_and_form(made: Made, words: str) -> None:
    made.event("text", 1900, 1910, "the CAFÉ Größe")
    made.embed()
    assert made.erase(matching=words) == []
    assert made.held(["CAFÉ Größe"]) == []
    assert made.held(["Signboard number 007"])


def test_blanks_match_nothing(made: Made) -> None:
    made.erase(matching=" ")
    assert made.held(made.strings(0, 30)) == made.strings(0, 30)


@pytest.mark.parametrize("erased", ["Signboard number 000", "the 299th remark of the guide", "小明"])
def test_every_erased_string_is_sought(tmp_path: Path, erased: str) -> None:
    made = Made(tmp_path / "memory", minutes=300)
    made.event("speech", 1, 2, "小明")
    made.embed()
    (made.folder / "notes.txt").write_text(f"long ago: {erased}")
    assert made.erase(everything=True) == ["notes.txt"]


def test_everything(made: Made) -> None:
    assert made.erase(everything=True) == []
    assert made.held([*made.strings(0, 30), "pixels of", "The light is normal"]) == []
    assert made.keeper.numbers()["events"] == 0
    assert made.keeper.numbers()["vectors"] == 0


def test_a_string_that_also_stands_elsewhere_is_no_trace(made: Made) -> None:
    made.event("text", 3000, 3010, "Signboard number 001")
    made.commit()
    assert made.erase(spans=((1, 60 * S, 119 * S),)) == []
    assert made.held(["Signboard number 001"])


def test_a_picture_that_was_also_seen_elsewhere_is_no_trace(made: Made) -> None:
    again = KeyFrame("1-0001900000", 1900 * S, b"pixels of minute 1 " * 50)
    made.keeper.write(made.row, Step(pictures=(again,)), 5.0)
    made.commit()
    assert made.erase(spans=((1, 60 * S, 119 * S),)) == []
    assert made.keeper.picture(again.name) == again.jpeg


def test_it_is_gone_after_the_next_opening(made: Made) -> None:
    made.erase(spans=((1, 600 * S, 1200 * S - 1),))
    made.keeper.close()
    again = Keeper(str(made.folder), 8, 8)
    assert again.numbers()["events"] == 42
    again.close()


def test_a_word_that_is_true_of_much_is_no_trace(made: Made) -> None:
    made.event("sound", 605, 609, "silence")
    made.event("sound", 1505, 1509, "silence")
    made.embed()
    assert made.erase(spans=((1, 600 * S, 1200 * S - 1),)) == []


def test_retention_by_hours(tmp_path: Path) -> None:
    made = Made(tmp_path, minutes=90)
    spans = made.keeper.upkeep.retain(1, 1.0, 0).spans
    assert [(no, to // (60 * S)) for no, _, to in spans] == [(1, 29)]
    found = made.keeper.store.overlapping(1, 0, 10**15, ("text",), limit=999)
    assert found[0].event.subject == "Signboard number 030"


def test_retention_by_bytes_takes_the_oldest(tmp_path: Path) -> None:
    made = Made(tmp_path, minutes=60)
    used = made.keeper.upkeep.used_bytes()
    spans = made.keeper.upkeep.retain(1, 0, used - 30_000).spans
    assert spans
    assert made.keeper.upkeep.used_bytes() <= used - 30_000
    first = made.keeper.store.overlapping(1, 0, 10**15, ("text",), limit=1, oldest=True)[0].event
    assert first.start_ns > 600 * S
    assert made.keeper.upkeep.retain(1, 0, 1).spans  # far too little: all but the last stretch goes
    assert made.keeper.numbers()["clips"] > 0


def test_no_limit_keeps_all(made: Made) -> None:
    assert made.keeper.upkeep.retain(1, 0, 0).spans == []
    assert made.keeper.upkeep.retain(1, 24, 10**9).spans == []


def test_older_sessions_are_measured_by_civil_time() -> None:
    hour = 3600
    old, new = Kept(1, 0.0, 0, 600 * S), Kept(2, 10.0 * hour, 0, 600 * S, live=True)
    assert too_old([old, new], 2, 5) == [(1, EVER, 600 * S)]
    assert too_old([old, new], 2, 11) == []
    assert oldest([old, new]) == (1, EVER, 600 * S)
    assert oldest([new]) is None


def test_what_is_oldest_goes_first_in_whichever_session_and_the_present_of_none() -> None:
    day = Kept(1, 0.0, 23 * 3600 * S, 24 * 3600 * S, live=True)
    hour = Kept(2, 22.0 * 3600, 0, 2 * 3600 * S, live=True)
    assert oldest([day, hour]) == (2, EVER, 600 * S)
    minutes = Kept(2, 22.0 * 3600, 0, 900 * S, live=True)
    assert oldest([day, minutes]) == (1, EVER, 23 * 3600 * S + 600 * S)
    assert oldest([minutes]) is None
