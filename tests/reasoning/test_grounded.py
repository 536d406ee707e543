"""The answerer without a language model: one line a question, with what the answer must and must not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from worlds import TOWN, S, ask, event

from reasoning.briefing import _span
from reasoning.grounded.answer import answer
from wire.messages import Evidence, HistoryTurn

pytestmark = pytest.mark.unit

# (asked at, question, words that the answer holds; "!" before a word that it must not hold)
QUESTIONS = [
    # words read
    (12, "What does the sign say?", "GREEN LEAF CAFE|OPEN 9 TO 5"),
    (60, "what did the sign say", "YEARLY REPORT"),
    (180, "what did the green sign say", "GREEN LEAF CAFE|!HOME"),
    (180, "what was written on the purple sign", "TICKETS|1:43"),
    (180, "read me the blue slide", "YEARLY REPORT|!TICKETS"),
    (180, "how many new shops are there", "17"),
    (180, "what was the number of visitors", "420"),
    (180, "what was the first sign", "GREEN LEAF|!WAY OUT"),
    (180, "what was the last sign", "WAY OUT|!GREEN"),
    (180, "what does the sign say now", "WAY OUT"),
    (180, "what did the qr code say", "https://example.org/tour|1:44"),
    (180, "what colour were the letters on the purple sign", "white"),
    (180, "what did the sign say before the qr code", "TICKETS|!WAY OUT"),
    # words said
    (180, "what did the narrator say about the museum", "the museum opens at ten"),
    (180, "when does the museum open", "ten in the morning"),
    (180, "when does the cafe open", "9 TO 5"),
    (180, "how much does the ticket cost", "seven dollars"),
    (180, "what is the name of our guide", "susan"),
    (180, "where is the key of the tower", "under the flower pot"),
    (180, "when is the concert", "friday"),
    (180, "what was the last thing said", "thank you for coming"),
    (180, "what was the first thing the narrator said", "good morning"),
    (180, "what did the narrator say while the lights were out", "town hall"),
    (180, "what did the speaker say at two minutes thirty", "flower pot"),
    # who and how many
    (180, "how many people came in", "2 people|1:22|1:26"),
    (180, "how many people left", "2 people"),
    (90, "how many people are in the room", "2 people"),
    (98, "is anybody there", "Yes|1 person"),
    (115, "is anybody in the room now", "No"),
    (115, "how many people are there now", "Nobody"),
    (115, "how many people do you see", "!2 people"),
    (115, "count the people", "!2 people"),
    (180, "do you see a red circle", "No, not now|red circle"),
    (180, "did you see a red circle", "Yes|red circle"),
    (180, "how many people were there at 1:30", "2 people"),
    (180, "who came in first", "1:22"),
    (180, "how many signs did you see", "5 signs"),
    (180, "how many times did the lights go out", "1 time"),
    # time
    (180, "when did you see the qr code", "1:44"),
    (180, "when did the lights go out", "1:03"),
    (180, "when did the lights come back on", "1:11"),
    (180, "when did the first person come in", "1:22"),
    (180, "when did the last person leave", "1:40"),
    (180, "when did the music start", "1:42"),
    (180, "when did the music stop", "1:50"),
    (180, "when did the narrator mention the ticket", "2:03"),
    (180, "how long ago did you see the qr code", "1 minute 2 seconds"),
    (180, "how long ago did the lights go out", "1 minute 57 seconds"),
    (180, "how long did the music last", "8 seconds"),
    (180, "how long was it dark", "8 seconds"),
    (180, "how long was the green sign visible", "15 seconds"),
    # order
    (180, "did the red circle come before the blue square", "Yes|red circle|blue square"),
    (180, "did the blue square come before the red circle", "No"),
    (180, "which came first the blue square or the red circle", "The red circle came first"),
    (180, "was the qr code shown before or after the blue slide", "after"),
    (180, "which came first the qr code or the blue slide", "YEARLY REPORT"),
    (180, "what came after the qr code", "HOME"),
    (180, "which sign came before the purple one", "YEARLY REPORT"),
    (180, "what happened after the lights went out", "lights came on"),
    (180, "in what order did the signs appear", "First|GREEN LEAF|then"),
    # looks
    (180, "what colour was the circle", "red"),
    (180, "what colour was the background at the beginning", "grey"),
    (145, "what colour is the wall now", "yellow"),
    (180, "what colour was the wall before it was purple", "yellow|!grey"),
    (180, "which way did the circle move", "to the right"),
    (180, "did the square move to the left or to the right", "to the left"),
    (180, "did the blue square move to the right", "No|left"),
    (180, "what shape was moving to the left", "blue square"),
    (180, "where was the red circle", "left"),
    (180, "what was the last thing that moved across the picture", "blue square|!red"),
    # light, change, sound
    (180, "did the lights go out", "Yes|1:03"),
    (180, "did it get darker or brighter", "darker"),
    (180, "what happened to the light", "darker|brighter"),
    (180, "was it dark at one minute five", "Yes"),
    (180, "was it dark at the beginning", "No"),
    (139, "what changed on the board", "HOME 1|HOME 3"),
    (180, "what changed at two minutes nine", "HOME 3"),
    (180, "did you hear music", "Yes"),
    (180, "did you hear a bang", "Yes|2:38"),
    (180, "what sounds did you hear", "music|bang"),
    # presence
    (180, "did you see the word exit", "No"),
    (180, "did you see the word tickets", "Yes"),
    (180, "did you see a triangle", "No"),
    (180, "did you see a blue square", "Yes"),
    (180, "was there a dog", "No, I did not see that"),
    (180, "did the narrator mention a castle", "No, I did not hear that"),
    (180, "did the narrator mention the key", "Yes"),
    (180, "is there any text now", "Yes|WAY OUT"),
    # the whole
    (180, "what happened in the first minute", "GREEN LEAF|YEARLY REPORT|red circle|!TICKETS"),
    (180, "sum up what you saw", "GREEN LEAF|2 people|WAY OUT"),
    (180, "what do you see", "WAY OUT"),
    (180, "what was on the screen at thirty five seconds", "YEARLY REPORT|blue"),
    # nobody can know
    (180, "what was the price of the coffee", "I did not see that"),
    (180, "what was the name of the doctor", "I did not hear that|!town hall"),
    (180, "what colour was the elephant", "I did not see that"),
    (180, "what time does the ferry leave", "I did not hear that"),
    (180, "what did the yellow sign say", "I did not see that"),
    (180, "what did the narrator say about the castle", "I did not hear that"),
    (20, "when did the lights go out", "I did not see that"),
]


@pytest.mark.parametrize(("t_s", "text", "holds"), QUESTIONS, ids=[f"{t} {q}" for t, q, _ in QUESTIONS])
def test_answers(t_s: float, text: str, holds: str) -> None:
    said = answer(ask(TOWN, text, t_s)).text
    for words in holds.split("|"):
        if words.startswith("!"):
            assert words[1:].lower() not in said.lower(), said
        else:
            assert words.lower() in said.lower(), said


@pytest.mark.parametrize(
    ("heard", "holds"),
    [
        ("what did the sign saying", "WAY OUT"),
        ("why was the first sign", "GREEN LEAF"),
        ("when did you see that you are code", "1:44"),
        ("how long ago as the red sign", "WAY OUT"),
        ("what color was the while before it was purple", "yellow"),
        ("how many people are there no", "Nobody"),
        ("what did the narrator say about the museums", "ten in the morning"),
        ("when does a museum opened", "ten in the morning"),
        ("do the red circle move to the left or to the right", "right"),
    ],
)
def test_misheard_questions(heard: str, holds: str) -> None:
    said = answer(ask(TOWN, heard, 180, source="spoken")).text
    assert holds.lower() in said.lower() or "there right now" in said, said


@pytest.mark.parametrize(
    ("said", "asked", "holds"),
    [
        ("the land costs twenty dollars", "how much does the lamp cost", "twenty dollars"),
        ("the meaning is on thursday", "when is the meeting", "thursday"),
        ("the name of the garden is robert", "what is the name of the gardener", "robert"),
        ("our baker sells fourty loafs a day", "how many loaves does the baker sell", "fourty"),
        ("the land costs twenty dollars", "how much does the piano cost", "did not hear"),
    ],
)
def test_misheard_facts(said: str, asked: str, holds: str) -> None:
    world = (event("speech", 5, 8, said), event("speech", 12, 15, "it is quite quiet at this hour"))
    assert holds in answer(ask(world, asked, 60)).text


@pytest.mark.parametrize(
    ("question", "options", "letter"),
    [
        ("What colour was the ball?", ("Blue", "Red", "Green", "Yellow"), "B"),
        ("Which way did the blue square move?", ("A. up", "B. to the left", "C. to the right", "D. down"), "B"),
        ("How many people came in?", ("1", "3", "2", "5"), "C"),
        ("When does the museum open?", ("At nine", "At noon", "At ten", "In the evening"), "C"),
        ("Did the lights go out?", ("Yes", "No"), "A"),
        ("Was there a dog?", ("Yes", "No"), "B"),
        ("What did the narrator sing?", ("A song", "A hymn", "It was not mentioned"), "C"),
        ("What was on the purple sign?", ("EXIT", "TICKETS", "MENU"), "B"),
    ],
)
def test_multiple_choice(question: str, options: tuple[str, ...], letter: str) -> None:
    found = answer(ask(TOWN, question, 180, options=options))
    assert found.option == letter
    assert found.text.startswith(f"{letter}: ")


def test_a_guess_rests_on_what_made_it() -> None:
    world = (event("text", 0, 60, "HARBOUR INN", colour="blue"), event("colour", 5, 10, "red", 0.1, role="dominant"))
    asked = "Which colour was the small sign that came later?"
    found = answer(ask(world, asked, 60, options=("A. green", "B. red", "C. yellow")))
    assert (found.option, found.sure) == ("B", False)
    assert [thing.subject for thing in found.rests_on] == ["red"]
    nothing = answer(ask(world, asked, 60, options=("A. green", "B. brown", "C. yellow")))
    assert nothing.rests_on == ()


@pytest.mark.parametrize(
    ("before", "text", "holds"),
    [
        (("what did the last sign say", 'The last sign said "WAY OUT" at 2:42.'), "and before that", "HOME"),
        (("what did the first sign say", 'The first sign said "GREEN LEAF CAFE" at 0:05.'), "and after that", "YEARLY"),
        (("what did the purple sign say", 'It said "TICKETS" at 1:43.'), "and the green one", "GREEN LEAF"),
        (("did you see a circle", "Yes, the red circle was visible at 0:51."), "and which way did it move", "right"),
        (("did you see a circle", "Yes, the red circle was visible at 0:51."), "what colour was it", "red"),
        (("how many people came in", "2 people came in, at 1:22 and 1:26."), "and how many left", "2 people"),
        (("did the lights go out", "Yes, the lights went out at 1:03."), "when was that", "1:03"),
    ],
)
def test_follow_ups(before: tuple[str, str], text: str, holds: str) -> None:
    turn = HistoryTurn(t_ns=170 * S, question=before[0], heard=before[1])
    assert holds.lower() in answer(ask(TOWN, text, 180, history=(turn,))).text.lower()


def test_an_answer_rests_on_what_it_names() -> None:
    question = ask(TOWN, "when did the lights go out", 180)
    events = (*question.evidence, *question.log)
    used = [events[i] for thing in answer(question).rests_on for i in thing.parts]
    assert [(e.kind, e.start_ns) for e in used] == [("light_change", 63 * S)]


def test_nothing_remembered() -> None:
    for text in ("what did the sign say", "how many people came in", "what happened", "when does the museum open"):
        found = answer(ask((), text, 10))
        assert found.text
        assert not found.rests_on


def test_lines_that_come_and_go_are_one_board() -> None:
    board = (
        event("text", 10, 30, "GATE 12", colour="black"),
        event("text", 10, 18, "ON TIME", colour="black"),
        event("text", 19, 30, "DELAYED", colour="black"),
        event("text", 0, 600, "NEWS 24", colour="black"),  # a station's logo, always there
    )
    assert '"ON TIME" became "DELAYED" at 0:19' in answer(ask(board, "what changed on the board", 40)).text


def test_a_wheel_is_no_shape_of_its_own() -> None:
    car = (
        event("object", 10, 14, "orange shape", 0.04, track=1, colour="orange", shape="shape"),
        event("motion", 10, 14, "left", 0.2, track=1, colour="orange", shape="shape"),
        event("object", 10, 14, "black circle", 0.003, track=2, colour="black", shape="circle"),
        event("motion", 10, 14, "left", 0.2, track=2, colour="black", shape="circle"),
    )
    assert "orange" in answer(ask(car, "what was the last thing that moved", 30)).text
    assert "orange" in answer(ask(car, "what colour was the car", 30)).text
    assert answer(ask(car, "did you see a circle", 30)).text.startswith("No")


def test_what_an_earlier_session_saw_is_told_with_its_date() -> None:
    date = {"date": "2026-11-21 14:05:30 UTC", "session": "before"}
    told = Evidence(
        start_ns=-211 * S, end_ns=-208 * S, kind="speech", text='Someone said: "the ferry leaves at nine"',
        subject="the ferry leaves at nine", score=0.8, attrs=date,
    )  # fmt: skip
    question = replace(ask((), "when does the ferry leave", 12), evidence=(told,), log=())
    assert "on 2026-11-21 at 14:05 UTC" in answer(question).text
    undated = replace(question, evidence=(replace(told, attrs={}),))
    assert "-3:31" in answer(undated).text
    assert _span(told) == date["date"]
    assert _span(replace(told, start_ns=65 * S, end_ns=66 * S)) == "1:05-1:06"


def test_what_lasted_longer_than_a_time_before_this_session_is_told_with_its_date() -> None:
    told = Evidence(
        start_ns=-700 * S, end_ns=-600 * S, kind="text", text='A sign reads "GUESTS 2".', subject="GUESTS 2",
        attrs={"date": "2026-11-20 14:06:50 UTC", "session": "before"},
    )  # fmt: skip
    asked = ask((), "what happened on friday at 14:08", 12)
    cues = replace(asked.cues, ask="summary", start_ns=-680 * S, end_ns=-560 * S, spanned=True)
    said = answer(replace(asked, cues=cues, evidence=(), log=(told,))).text
    assert said == 'I saw a sign "GUESTS 2" on 2026-11-20 at 14:06 UTC.'


def test_how_long_somebody_stayed_in_an_earlier_session_is_told_with_dates() -> None:
    came, left = (
        Evidence(
            start_ns=at_s * S, end_ns=at_s * S, kind=kind, text="", track=2**32 + 1,
            attrs={"date": f"2026-11-21 14:{minute}:00 UTC", "session": "before"},
        )
        for kind, at_s, minute in (("entered", -1200, 40), ("left", -1020, 43))
    )  # fmt: skip
    told = answer(replace(ask((), "how long was the visitor there", 12), log=(came, left))).text
    assert told == "For about 3 minutes, from 2026-11-21 at 14:40 UTC to 2026-11-21 at 14:43 UTC."


def test_before_a_sign_of_an_earlier_session_is_told_with_its_date() -> None:
    def then(at_s: int, words: str, colour: str) -> Evidence:
        date = {"date": f"2026-11-21 14:{60 + at_s // 60}:00 UTC", "session": "before", "colour": colour}
        return Evidence(
            start_ns=at_s * S, end_ns=(at_s + 5) * S, kind="text", text=f'A sign reads "{words}".', subject=words,
            attrs=date,
        )  # fmt: skip

    here = Evidence(start_ns=S, end_ns=3 * S, kind="text", text='A sign reads "WELCOME".', subject="WELCOME")
    log = (then(-1200, "BAKERY", "blue"), then(-600, "STOP", "red"), then(-300, "PARKING", "green"), here)
    for side, words, minute in (("before", "BAKERY", 40), ("after", "PARKING", 55)):
        asked = ask((), f"what did the sign say {side} the red sign", 12)
        cues = replace(asked.cues, anchor_ns=-600 * S)
        told = answer(replace(asked, cues=cues, evidence=(), log=log)).text
        assert words in told
        assert f"on 2026-11-21 at 14:{minute} UTC" in told
