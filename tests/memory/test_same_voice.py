"""What is said is remembered with the voice that said it, and what that voice said besides comes along where a question
asks about who spoke, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.earlier import LOG_LIMIT
from memory.elsewhere import of_voices
from memory.events import QUESTION, SPEECH, elsewhere, is_voice, track_of_voice, voice_of
from memory.keeper import Keeper
from memory.query import Query
from memory.question import understand
from memory.recall import LIMIT, Recalled
from memory.said_by import VOICES, firsts
from memory.schema import VERSION
from memory.store import Store
from memory.timeline import Step, Timeline
from wire.messages import Evidence, FrameSeen, Observation, Tensor, Utterance

pytestmark = pytest.mark.unit

S = 10**9
ENCODER = FakeTextEncoder(FakeOptions(dim=1024))
END_S = 20_000
SAID = "the copper kettle belongs to the harbour office"
ELSE = ("winter gloves lie in the third drawer", "zebras sleep standing", "nobody paints doors yellow")


def encoded(*texts: str) -> NDArray[np.float32]:
    return ENCODER.encode(list(texts))


def words(at_s: float, text: str, voice: int = 0, *, asks: bool = False, source: str = "spoken") -> Utterance:
    at_ns = round(at_s * S)
    return Utterance(
        session="s", t_ns=at_ns + 2 * S, id=f"u{at_s}", source=source, start_ns=at_ns, end_ns=at_ns + S, text=text,  # type: ignore[arg-type]
        asks=asks, voice=voice,
    )  # fmt: skip


def came_in(at_s: int) -> FrameSeen:
    vector = np.ones(4, np.float32) / 2
    seen = (Observation(kind="entered", value=1, track=2, attrs={"side": "left"}),)
    return FrameSeen(
        session="s", t_ns=at_s * S, width=1, height=1, observations=seen,
        appearance=Tensor(data=vector.tobytes(), dtype="float32", shape=(4,)),
    )  # fmt: skip


class Memory:
    def __init__(self, folder: Path) -> None:
        self.keeper = Keeper(str(folder), ENCODER.dim, ENCODER.dim)

    def hears(self, said: Iterable[Utterance], *, start_unix_s: float = 0.0, came: int = -1) -> int:
        """A session in which this was said, and in which somebody came in. Gives its number."""
        row = self.keeper.open_session(f"s{start_unix_s:.0f}", "live", start_unix_s, resume=False).row
        line = Timeline(row.no)
        for one in said:
            self.keeper.write(row, line.speak(one), 0.0)
        if came >= 0:
            self.keeper.write(row, Step(line.see(came_in(came)).events), 0.0)
        while rows := self.keeper.unembedded(64):
            self.keeper.embedded([i for i, _ in rows], encoded(*(text for _, text in rows)))
        self.keeper.commit(row.no, None, END_S * S, 0, line.serial, 1)
        return row.no

    def ask(self, text: str, *, session: int = 1, t_s: int = END_S) -> Recalled:
        cues = understand(text, t_ns=t_s * S)
        texts = (text, cues.subject)
        told = " ".join(cues.speaker.words)
        vectors = encoded(*(one for one in (text, told, " ".join(cues.speaker.others)) if one))
        return self.keeper.recall(
            Query(session=session, t_ns=t_s * S, cues=cues, texts=texts, vectors=vectors, anchor=encoded(cues.anchor))
        )


def monologue(voice: int, other: int) -> list[Utterance]:
    """One who says four things among a hundred of others."""
    said = [words(100 * n, f"filler number {n} about ordinary things {n * 7}", other) for n in range(1, 100)]
    said += [words(950, SAID, voice)]
    return said + [words(5050 + 1000 * n, text, voice) for n, text in enumerate(ELSE)]


def subjects(found: Recalled) -> set[str]:
    return {e.subject for e in found.evidence}


# ---- as events -------------------------------------------------------------------------------------------------------


def test_what_is_said_has_the_track_of_its_voice() -> None:
    line = Timeline(1)
    (said,) = line.speak(words(1, "good morning", 2)).events
    assert (said.kind, said.attrs, voice_of(said.track)) == (SPEECH, {"voice": "2"}, 2)
    (asked,) = line.speak(words(2, "What time is it?", 3, asks=True)).events
    assert (asked.kind, asked.attrs, voice_of(asked.track)) == (QUESTION, {"voice": "3"}, 3)
    (unknown,) = line.speak(words(3, "good morning")).events
    assert (unknown.attrs, unknown.track) == ({}, 0)
    assert said.text == unknown.text  # sentences are shared, whoever says them


def test_no_voice_is_taken_for_a_thing_seen_or_for_that_of_another_session() -> None:
    assert not is_voice(2)
    assert not is_voice(elsewhere(3, 2))
    assert voice_of(elsewhere(3, track_of_voice(2))) == 2
    tracks = {track_of_voice(2), elsewhere(3, track_of_voice(2)), elsewhere(4, track_of_voice(2)), 2, elsewhere(3, 2)}
    assert len(tracks) == 5
    assert track_of_voice(2).bit_length() < 32


# ---- recall ----------------------------------------------------------------------------------------------------------


def test_what_the_same_voice_said_comes_along_where_it_is_asked_for(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.hears(monologue(2, 1))
    for asked in (
        f"what else did the person who said {SAID} say",
        f"what did the woman who said {SAID} say after that",
        f"who said {SAID}",
    ):
        found = memory.ask(asked)
        assert subjects(found) >= {SAID, *ELSE}, asked
        assert len(found.evidence) <= LIMIT
    assert not subjects(memory.ask("to whom does the copper kettle belong")) & {*ELSE}


def test_two_things_said_are_found_with_their_voices(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.hears(monologue(2, 1))
    found = memory.ask(f"did the same person say {SAID} and zebras sleep standing")
    of_both = {e.subject: e.attrs["voice"] for e in found.evidence if e.subject in (SAID, ELSE[1])}
    assert of_both == {SAID: "2", ELSE[1]: "2"}


def test_in_an_earlier_session_it_is_the_voice_of_that_session(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.hears(monologue(2, 1))
    now = memory.hears([words(5, "another person of now speaks", 2)], start_unix_s=86_400.0)
    found = memory.ask(f"what else did the person who said {SAID} say", session=now)
    assert subjects(found) >= {SAID, *ELSE}
    tracks = {e.track for e in found.evidence if e.subject in (SAID, *ELSE)}
    assert tracks == {elsewhere(1, track_of_voice(2))}
    assert "another person of now speaks" not in subjects(found)


QUESTIONS = (
    "to whom does the copper kettle belong",
    "what was said about the harbour office",
    "what did the narrator say about filler number 12",
    "what was the last thing that was said",
    "what was said after winter gloves lie in the third drawer",
    "who came in",
    "how many people came in",
    "how many people",
    "what happened",
    "where are the winter gloves",
    "what did you hear in the first ten minutes",
)


def bare(told: Iterable[Evidence]) -> list[Evidence]:
    """Without the voice."""
    return [
        replace(e, track=0, attrs={k: v for k, v in e.attrs.items() if k != "voice"}) if e.kind == SPEECH else e
        for e in told
    ]


def test_other_questions_get_the_same_whether_voices_are_known_or_not(tmp_path: Path) -> None:
    mute, told = Memory(tmp_path / "mute"), Memory(tmp_path / "told")
    (mute.hears(monologue(0, 0), came=1000), told.hears(monologue(2, 1), came=1000))
    for no, memory in ((mute.hears([], start_unix_s=86_400.0), mute), (told.hears([], start_unix_s=86_400.0), told)):
        assert memory.ask(QUESTIONS[0], session=no).evidence
    for text in QUESTIONS:
        for session in (1, 2):
            a, b = mute.ask(text, session=session), told.ask(text, session=session)
            assert (a.cues, a.log_truncated) == (b.cues, b.log_truncated), text
            assert bare(a.evidence) == bare(b.evidence), text
            assert bare(a.log) == bare(b.log), text
    assert any(e.attrs.get("voice") for e in told.ask(QUESTIONS[0]).evidence)


# ---- the log ---------------------------------------------------------------------------------------------------------


def crowd(voices: int) -> list[Utterance]:
    """Each of these voices says a few words at once, then one speaks for hours; every third number is missing."""
    early = [words(10 * n, f"voice {n} says hello", 3 * n) for n in range(1, voices + 1)]
    early += [words(10 * n + 5, f"voice {n} says goodbye", 3 * n) for n in range(1, voices + 1)]
    return early + [words(1000 + 10 * n, f"endless talk part {n}", 3) for n in range(2 * LOG_LIMIT)]


def test_the_log_holds_the_first_of_each_voice_however_long_ago_that_was(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.hears(crowd(30))
    found = memory.ask("how many people spoke")
    assert found.log_truncated
    assert len(found.log) == LOG_LIMIT
    assert len({e.track for e in found.log}) == 30
    assert [e.start_ns for e in found.log] == sorted(e.start_ns for e in found.log)
    by_place = {e.subject for e in memory.ask("what did the seventh speaker say").log}
    assert {"voice 7 says hello", "voice 7 says goodbye"} <= by_place
    assert "voice 8 says goodbye" not in by_place
    assert "voice 9 says goodbye" in {e.subject for e in memory.ask("what did voice 27 say").log}
    for n in range(1, 31):  # which of the thirty
        found = memory.ask(f"who said voice {n} says goodbye")
        assert {e.attrs["voice"] for e in found.evidence if e.subject == f"voice {n} says goodbye"} == {str(3 * n)}


def test_only_what_may_be_seen_is_counted(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.hears(crowd(30))
    found = memory.ask("how many people spoke in the last hour", t_s=6200)
    assert {voice_of(e.track) for e in found.log} == {3}
    early = memory.ask("how many people spoke", t_s=100)
    assert len({e.track for e in early.log}) == 10


def test_voices_are_found_by_their_index(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.new_session("s", "live", 0.0)
    line = Timeline(1)
    for n in range(1, 2 * VOICES):
        store.put(line.speak(words(n, f"{n}", n)).events, start_unix_s=0.0, recorded_at=0.0)
    assert [voice_of(track) for track, _ in firsts(store, 1, 0, 10**6 * S)] == [*range(1, VOICES + 1)]
    assert [voice_of(track) for track, _ in firsts(store, 1, 5 * S, 7 * S)] == [5, 6, 7]
    plan = store.database.execute(f"EXPLAIN QUERY PLAN {of_voices()}", ("[[1, 5]]", 1, 0, 9)).fetchall()
    assert sum("USING INDEX events_by_voice" in line[3] for line in plan) == 2
    assert not [line for line in plan if line[3].startswith("SCAN e")]
    store.close()


def test_a_memory_without_that_index_gets_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.database.executescript("DROP INDEX events_by_voice; PRAGMA user_version = 4;")
    store.close()
    store = Store(tmp_path)
    names = {name for (name,) in store.database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert "events_by_voice" in names
    assert store.database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    store.close()
