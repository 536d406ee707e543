"""Answers go with what they rest on, whatever their words; others stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_tools import Memory, Neighbours, S, running
from test_erased_talk import film, filmed, forget, told

from memory.album import Album
from memory.check import problems
from memory.erase import find_traces
from memory.events import ANSWER, QUESTION, Event
from memory.retold import resting, rests_on
from memory.steward import OTHERS
from wire.messages import Forget, MemoryRequest, Played, SessionClosed, Span

pytestmark = pytest.mark.unit

FIRST, LAST = (2, 9.5), (31, 39)  # of the film's signs, in seconds


async def answered(
    m: Memory, t_s: float, question: str, heard: str, *rests: tuple[float, float], session: str = "s"
) -> None:
    """Ask, and hear the answer three seconds later."""
    asked = await m.ask(t_s, question, session=session)
    spans = tuple(Span(round(a * S), round(b * S)) for a, b in rests)
    await m.service.handle(
        Played(
            session=session, t_ns=round((t_s + 4) * S), reply_id=asked.reply_id, heard=heard,
            start_ns=round((t_s + 3) * S), rests_on=spans,
        )
    )  # fmt: skip


def talk(folder: Path) -> list[tuple[str, str]]:
    """What was asked and answered in all sessions, as it is on disk."""
    with Album(folder) as album:
        rows = album.store.database.execute(
            "SELECT kind, subject FROM events WHERE kind IN (?, ?) ORDER BY session, start_ns", (QUESTION, ANSWER)
        ).fetchall()
    return [(kind, subject) for kind, subject in rows]


def test_an_answer_keeps_where_its_evidence_lay() -> None:
    attrs = resting([(-9, -5), (3, 7), (6, 8)])
    assert rests_on(Event(id=1, session=1, kind=ANSWER, start_ns=9, end_ns=9, text="", attrs=attrs)) == [
        (-9, -5),
        (3, 8),
    ]
    assert resting([]) == {}
    assert rests_on(Event(id=1, session=1, kind=ANSWER, start_ns=9, end_ns=9, text="")) == []


async def test_an_answer_in_other_words_goes_with_what_it_rests_on(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await answered(m, 40, "Which way was the toilet?", "To the left, I think.", FIRST)
    await answered(m, 45, "And the exit?", "Straight on.", LAST)
    await answered(m, 50, "And the stairs?", "To the left, I think.", LAST)
    await answered(m, 55, "Hello?", "Hello.")
    await m.mark(60)
    done = await forget(tmp_path, (1, 0, 9 * S))
    assert done["left"] == []
    later = await m.ask(70, "What did you say?")
    assert [(turn.question, turn.heard) for turn in later.history] == [
        ("And the exit?", "Straight on."),
        ("And the stairs?", "To the left, I think."),
        ("Hello?", "Hello."),
    ]
    await m.mark(71)
    await m.service.close()
    assert talk(tmp_path)[:7] == [
        (QUESTION, "Which way was the toilet?"),  # the person's own words
        (QUESTION, "And the exit?"),
        (ANSWER, "Straight on."),
        (QUESTION, "And the stairs?"),
        (ANSWER, "To the left, I think."),
        (QUESTION, "Hello?"),
        (ANSWER, "Hello."),
    ]
    with Album(tmp_path) as album:
        assert list(problems(tmp_path, album.store, album.archive)) == []


async def test_no_trace_of_such_an_answer_is_left(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    await answered(m, 40, "Which way was the toilet?", "To the left, I think.", FIRST)
    await m.mark(50)
    assert find_traces(tmp_path, ["To the left, I think."], [])
    assert (await forget(tmp_path, matching="Placard 0"))["left"] == []
    assert find_traces(tmp_path, ["To the left, I think."], []) == []
    await m.service.close()
    assert find_traces(tmp_path, ["To the left, I think."], []) == []


async def test_the_answer_to_an_erased_question_goes_though_it_came_later(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    await answered(m, 40, "Which way is the toilet?", "To the left, I think.")  # from 0:43 to 0:44
    await answered(m, 46, "And the exit?", "Straight on.")
    await m.mark(50)
    assert (await forget(tmp_path, (1, 38 * S, 41 * S)))["left"] == []
    assert talk(tmp_path) == [(QUESTION, "And the exit?"), (ANSWER, "Straight on.")]
    await m.service.close()


async def test_answers_of_later_sessions_go_with_what_they_rest_on_in_an_earlier_one(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    await m.mark(40, final=True)
    await m.service.handle(SessionClosed(session="s", t_ns=40 * S))
    await m.open(tmp_path, "two", mode="live")
    await m.see(1, session="two")
    asked = await m.ask(20, "What did the placard 0 say?", session="two")
    first = next(e for e in asked.evidence if "Placard 0" in e.text and e.start_ns < 0)
    at = (first.start_ns / S, first.end_ns / S)
    await m.play(asked, "Something.", 22)
    await answered(m, 25, "Which way was the toilet?", "To the left, I think.", at, session="two")
    await answered(m, 30, "And the exit?", "Straight on.", (at[0] + 20, at[1] + 20), session="two")
    await answered(m, 35, "And now?", "Round the corner.", FIRST, session="two")
    await forget(tmp_path, (1, 0, 9 * S))
    history = told(await m.ask(50, "What did you say?", session="two"))
    assert "To the left" not in history
    assert "Straight on." in history
    assert "Round the corner." in history  # rests on the same time of another session
    await m.service.close()


async def test_answers_that_tell_an_erased_one_again_go_with_it(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await answered(m, 40, "Which way was the toilet?", "To the left, I think.", FIRST)  # from 0:43 to 0:44
    await answered(m, 45, "Where did I have to turn?", "You were to turn that way.", (43, 44))
    await answered(m, 50, "What did you just say?", "You were to turn that way.")
    await answered(m, 55, "Repeat that.", "You were to")
    await answered(m, 60, "Was there a dog?", "No, I did not see that.")
    await answered(m, 65, "And a door?", "You were to turn that way.", LAST)
    await m.mark(70)
    done = await forget(tmp_path, (1, 0, 9 * S))
    assert done["left"] == []
    kept = ["No, I did not see that.", "You were to turn that way."]
    assert [words for kind, words in talk(tmp_path) if kind == ANSWER] == kept
    (asked,) = [message.questions for message in out.sent if isinstance(message, Forget)]
    assert {*asked} == {"q40", "q45", "q50", "q55"}  # for the results of the edge
    await m.service.close()


async def test_that_nothing_was_seen_is_said_again_though_the_first_time_was_erased(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    await answered(m, 40, "Was there a dog?", "No, I did not see that.")
    await answered(m, 50, "And a cat?", "No, I did not see that.")
    await m.mark(55)
    await forget(tmp_path, (1, 38 * S, 41 * S))
    assert talk(tmp_path) == [(QUESTION, "And a cat?"), (ANSWER, "No, I did not see that.")]
    await m.service.close()


async def test_the_edge_is_told_of_talk_that_quotes_what_is_erased(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await answered(m, 40, "What is a Placard 0 of the hall?", "No idea.")
    await answered(m, 45, "And the exit?", "Straight on.")
    await m.mark(50)
    await forget(tmp_path, (1, 0, 9 * S))
    (asked,) = [message.questions for message in out.sent if isinstance(message, Forget)]
    assert asked == ("q40",)
    await m.service.close()


async def test_what_rests_on_a_time_that_is_too_old_goes_when_that_time_is_to_be_forgotten(tmp_path: Path) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path, keep_hours=0.5)
    await film(m, 40)
    await m.see(1700)
    await answered(m, 1700, "Which way was the toilet?", "To the left, I think.", FIRST)
    for minute in range(29, 50):
        await m.see(60 * minute)
        await m.mark(60 * minute)
    with Album(tmp_path) as album:
        assert album.store.overlapping(1, 0, 40 * S, ("text",), limit=9) == []
    assert (ANSWER, "To the left, I think.") in talk(tmp_path)
    assert (await forget(tmp_path, (1, 0, 9 * S)))["events"] == 1
    assert talk(tmp_path) == [(QUESTION, "Which way was the toilet?")]
    await m.service.close()


async def test_answers_go_that_rest_on_a_session_that_went_on_beside_theirs(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    await m.open(tmp_path, "two", mode="live")
    await m.see(1, session="two")
    asked = await m.ask(5, "What did the placard 2 say?", session="two")
    placard = next(e for e in asked.evidence if "Placard 2" in e.text)
    await m.play(asked, "Something.", 7)
    at = (placard.start_ns / S, placard.end_ns / S)
    await answered(m, 10, "Which way was the toilet?", "To the left, I think.", at, session="two")
    await m.mark(20, session="two")
    await m.see(400)  # so that it is told to lie further back
    await m.mark(400)
    await forget(tmp_path, (1, 20 * S, 29 * S))
    assert (ANSWER, "To the left, I think.") not in talk(tmp_path)
    assert (ANSWER, "Something.") in talk(tmp_path)
    await m.service.close()


async def test_an_answer_outlives_what_it_rests_on_where_that_is_only_old(tmp_path: Path) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path, keep_hours=0.5)
    await film(m, 40)
    await m.see(1700)
    await answered(m, 1700, "Which way was the toilet?", "To the left, I think.", FIRST)
    for minute in range(29, 60):
        await m.see(60 * minute)
        await m.mark(60 * minute)
        if minute == 50:
            with Album(tmp_path) as album:
                assert album.store.overlapping(1, 0, 40 * S, ("text",), limit=9) == []
            assert (ANSWER, "To the left, I think.") in talk(tmp_path)
    await m.service.close()


async def test_a_drop_by_the_edge_takes_them_too(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    await answered(m, 40, "Which way was the toilet?", "To the left, I think.", FIRST, LAST)
    await m.mark(50)
    request = MemoryRequest(session="s", t_ns=50 * S, request_id="r", what="forget", start_ns=35 * S, end_ns=36 * S)
    await m.service.handle(request)
    assert talk(tmp_path) == [(QUESTION, "Which way was the toilet?")]
    await m.service.close()
