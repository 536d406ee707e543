"""Answers about those who spoke: how many, whose voice said something, what else it said, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from worlds import ask, event

from memory.events import elsewhere, track_of_voice
from reasoning.grounded.answer import answer
from wire.messages import Evidence, HistoryTurn

pytestmark = pytest.mark.unit

S = 1_000_000_000


def said(at_s: float, voice: int, text: str) -> Evidence:
    heard = event("speech", at_s, at_s + 3, text, track=track_of_voice(voice))
    return replace(heard, attrs={"voice": str(voice)} if voice else {})


# A tour with a guide (1), a visitor (2), somebody at the till (3) and a caller (5); the numbers have a gap.
TOUR = (
    said(2, 1, "good morning and welcome to our little tour of the town"),
    said(7, 1, "my name is susan and i will be your guide today"),
    said(12, 2, "thank you for the invitation to this place"),
    said(22, 1, "the museum opens at ten in the morning"),
    said(33, 3, "the ticket for the museum costs seven dollars"),
    said(45, 2, "there is a concert in the park on friday evening"),
    said(60, 5, "the train was delayed because of a fallen tree"),
    event("text", 70, 75, "WAY OUT", colour="red"),
    event("entered", 82, 82, value=1, track=7, side="left"),
    event("people", 82, 85, "1", 1),
    said(90, 1, "that was our tour and we hope to see you again"),
    said(95, 2, "the concert begins at eight"),
)
MUTE = tuple(replace(e, track=0, attrs={}) if e.kind == "speech" else e for e in TOUR)
MUSEUM, CONCERT = "the museum opens at ten in the morning", "there is a concert in the park on friday evening"
QUOTED = (HistoryTurn(t_ns=0, question="When does it open?", heard=f'I heard "{MUSEUM}" at 0:22.'),)
NTH = (HistoryTurn(t_ns=0, question="What did the third speaker say?", heard='The third voice said "x" at 0:33.'),)
BOTH = (HistoryTurn(t_ns=0, question="?", heard=f'I heard "{MUSEUM}" at 0:22 and "{CONCERT}" at 0:45.'),)

# (question, words that the answer holds, what it holds where no voice is known); "!" before what it must not hold
QUESTIONS = [
    ("how many people spoke", "4 voices|0:02|0:12|0:33|1:00", "cannot tell the voices apart|!voices:"),
    ("how many voices did you hear in the last minute", "3 voices|1:00|1:30|1:35", "cannot tell the voices apart"),
    ("how many people talked about the concert", "1 voice|0:45", "cannot tell the voices apart"),
    ("did more than one person speak", "Yes|4 voices", "cannot tell the voices apart"),
    ("was there only one voice", "No|4 voices", "cannot tell the voices apart"),
    ("how many people came in", "1 person came in", "1 person came in"),
    ("how many people", "1 person was there|!voice", "1 person was there"),
    ("who said the museum opens at ten", "first voice|opens at ten|0:22|my name is susan",
     "opens at ten|0:22|cannot tell the voices apart"),
    ("who talked about the concert", "second voice|0:45|1:35|first heard that voice at 0:12", "cannot tell"),
    ("who mentioned the train", "fourth voice|1:00", "1:00|cannot tell the voices apart"),
    ("who talked about the volcano", "did not hear that", "did not hear that"),
    ("who spoke first", "first voice|good morning", "good morning|cannot tell"),
    ("who spoke last", "second voice|begins at eight", "begins at eight|cannot tell"),
    ("who was talking", "4 voices", "cannot tell the voices apart"),
    ("who else spoke", "4 voices", "cannot tell the voices apart"),
    ("who told us that the museum opens at ten", "first voice|opens at ten", "opens at ten|cannot tell"),
    ("who said that", "second voice|begins at eight", "begins at eight|cannot tell"),
    ("did anyone speak", "Yes|4 voices", "Yes, I heard somebody speak|0:02"),
    ("did anybody say anything", "Yes|4 voices", "Yes, I heard somebody speak"),
    ("was anybody talking", "Yes|4 voices", "Yes, I heard somebody speak"),
    ("did susan and the visitor speak", "Yes|susan|!was there", "Yes|susan|!was there"),
    ("did the person who lives in dublin speak about paris", "No|!there", "No|!there"),
    ("did you hear anyone", "Yes|4 voices", "Yes, I heard somebody speak"),
    ("did four people speak", "Yes|4 voices", "cannot tell the voices apart|!Yes|!No,"),
    ("were there five voices", "No|4 voices", "cannot tell the voices apart|!No,"),
    ("did anybody mention a concert", "Yes|second voice|0:45", "Yes|0:45|!cannot"),
    ("did anyone say that the museum opens at ten", "Yes|first voice|0:22|!person was there", "Yes|0:22"),
    ("did anyone talk about the volcano", "No, I did not hear that", "No, I did not hear that"),
    ("did anyone come in", "Yes, a person came in", "Yes, a person came in"),
    ("count the voices", "!Yes|I heard 4 voices", "cannot tell the voices apart"),
    ("how many speakers are in the room", "4 voices", "cannot tell the voices apart"),
    ("how many women did you hear", "4 voices|cannot tell men from women|!was there", "cannot tell the voices apart"),
    ("who talked about the museum", "first voice|0:22 and the third voice|0:33", "0:22|0:33|cannot tell"),
    ("who mentioned the museum first", "first voice|0:22|!third voice", "0:22|!0:33"),
    ("who mentioned the museum last", "third voice|0:33|!0:22", "0:33|!0:22"),
    ("who was the first to mention the museum", "first voice|0:22|!third voice", "0:22|!0:33"),
    ("who said the first sentence", "first voice|good morning", "good morning|cannot tell"),
    ("which of the speakers mentioned the train", "fourth voice|1:00", "1:00|cannot tell"),
    ("did the first voice talk about the museum", "Yes, the first voice|0:22", "0:22|cannot tell|!Yes"),
    ("did the second voice talk about the museum", "No, I did not hear that from that voice", "0:22|cannot tell|!No"),
    ("did the third speaker say anything about the ticket", "Yes, the third voice|0:33", "0:33|cannot tell|!Yes"),
    ("was the museum mentioned by the same person as the ticket", "No|first voice|third voice|!was there", "cannot"),
    ("did the first person come in", "Yes, a person came in", "Yes, a person came in"),
    ("how many people said hello", "did not hear that|!fallen tree", "did not hear that|!fallen tree"),
    ("what did the person who talked about the volcano say", "did not hear that|!fallen", "did not hear that|!fallen"),
    ("what did the third person to speak say about the ticket", "third voice|0:33", "0:33|cannot tell"),
    ("what was the first thing the second voice said", "second voice|invitation|!concert", "cannot tell|!good morning"),
    ("what was the last thing that the first speaker said", "first voice|that was our tour|!susan", "cannot tell"),
    ("what else did the person who said the museum opens at ten say", "first voice|that was our tour|!concert|!seven",
     "opens at ten|cannot tell the voices apart"),
    ("what did the person who mentioned the train say before that", "nothing before that|fourth voice", "cannot tell"),
    ("what did the woman who talked about the concert say about the invitation", "second voice|invitation|0:12",
     "cannot tell"),
    ("what did the woman who talked about the concert say about the museum", "did not hear that", "cannot tell"),
    ("did the same person say the museum opens at ten and the ticket costs seven dollars",
     "No|first voice|third voice|0:22|0:33", "0:22|0:33|cannot tell the voices apart|!Yes|!No,"),
    ("did the same person say thank you for the invitation and the concert begins at eight",
     "Yes|second voice|0:12|1:35", "cannot tell the voices apart"),
    ("did the person who said the museum opens at ten also mention the volcano", "only heard|!Yes", "only heard"),
    ("what did the first speaker say", "first voice|good morning|susan|1 more thing|!concert", "good morning|cannot"),
    ("what did the second person to speak say", "invitation|concert|!museum", "cannot tell the voices apart"),
    ("what did the last person who spoke say", "second voice|invitation|begins at eight", "begins at eight|cannot"),
    ("what did the second speaker say after the red sign", "begins at eight|!invitation", "cannot"),
    ("what did the ninth speaker say", "only 4 voices", "cannot tell the voices apart"),
    ("what did voice 5 say", "fourth voice|fallen tree", "cannot tell the voices apart"),
    ("how often did the second voice speak", "3 times|0:12|0:45|1:35", "cannot tell"),
    ("how long did the first speaker talk", "12 seconds|0:02", "cannot tell"),
    ("when did the second speaker last speak", "last at 1:35", "cannot tell"),
]  # fmt: skip
AFTER_AN_ANSWER = [
    ("what else did that person say", QUOTED, "first voice|that was our tour|!concert"),
    ("what did she say after that", QUOTED, "that was our tour|!concert"),
    ("what did she say before that", QUOTED, "good morning|susan|!tour and"),
    ("whose voice was that", QUOTED, "first voice"),
    ("what did the other person say", QUOTED, "third voice|seven dollars|!that was our tour"),
    ("did she say anything else", QUOTED, "Yes, the first voice|that was our tour|!opens at ten"),
    ("did that person say anything else after that", QUOTED, "Yes, the first voice|that was our tour|!susan"),
    ("did the person who mentioned the train say anything else", QUOTED, "No, I heard nothing else|fourth voice"),
    ("and the second", NTH, "second voice|invitation"),
    ("what about the last one", NTH, "second voice|begins at eight"),
    ("who said that", QUOTED, "first voice|opens at ten|!that was our tour"),
    ("who said it", QUOTED, "first voice|opens at ten"),
    ("who else spoke", QUOTED, "third voice|seven dollars|!first voice"),
    ("who spoke next", QUOTED, "third voice|seven dollars|!concert"),
    ("was it the same voice", QUOTED, "which two things"),
    ("were both said by the same person", BOTH, "No|first voice|second voice"),
    ("was that the same voice that talked about the concert", QUOTED, "No|first voice|second voice"),
    ("was that the person who said that was our tour", QUOTED, "Yes|first voice"),
    ("how often did that voice speak", QUOTED, "4 times"),
]


def check(text: str, holds: str) -> None:
    for words in holds.split("|"):
        if words.startswith("!"):
            assert words[1:] not in text, text
        else:
            assert words in text, text


@pytest.mark.parametrize(("text", "told", "mute"), QUESTIONS)
def test_answers(text: str, told: str, mute: str) -> None:
    check(answer(ask(TOUR, text, 120)).text, told)
    check(answer(ask(MUTE, text, 120)).text, mute)


@pytest.mark.parametrize(("text", "history", "told"), AFTER_AN_ANSWER)
def test_answers_after_an_answer(text: str, history: tuple[HistoryTurn, ...], told: str) -> None:
    check(answer(ask(TOUR, text, 120, history=history)).text, told)
    assert answer(ask(MUTE, text, 120, history=history)).text  # without voices it is told what was said


@pytest.mark.parametrize("text", ["who spoke next", "who spoke after that", "who else spoke"])
def test_what_was_said_next_is_told_where_no_voice_is_known(text: str) -> None:
    check(answer(ask(MUTE, text, 120, history=QUOTED)).text, "seven dollars|0:33|cannot tell the voices apart")


def test_where_the_last_voice_was_quoted_nobody_spoke_next() -> None:
    last = (HistoryTurn(t_ns=0, question="?", heard='I heard "the concert begins at eight" at 1:35.'),)
    check(answer(ask(TOUR, "who spoke next", 120, history=last)).text, "no other voice after that")


def test_of_more_voices_than_memory_tells_there_are_at_least_these() -> None:
    crowd = tuple(said(2 * n, n, f"remark number {n}") for n in range(1, 65))
    check(answer(ask(crowd[:63], "how many people spoke", 200)).text, "I heard 63 voices|57 more times")
    check(answer(ask(crowd, "how many people spoke", 200)).text, "at least 64 voices")


def test_where_nobody_spoke_it_is_said() -> None:
    silent = tuple(e for e in TOUR if e.kind != "speech")
    assert answer(ask(silent, "how many people spoke", 120)).text == "I heard nobody speak."
    assert answer(ask(silent, "did anyone speak", 120)).text == "No, I heard nobody speak."
    assert answer(ask(silent, "did anyone mention the museum", 120)).text == "No, I did not hear that."
    assert answer(ask(silent, "who said the museum opens at ten", 120)).text == "I did not hear that."
    assert answer(ask(silent, "what did the second speaker say", 120)).text == "I did not hear that."


def test_words_of_which_the_voice_is_not_known_are_nobodys() -> None:
    some = tuple(replace(e, track=0, attrs={}) if e.subject == MUSEUM else e for e in TOUR)
    check(answer(ask(some, "who said the museum opens at ten", 120)).text, "cannot tell whose voice it was|0:22")
    check(answer(ask(some, "how many people spoke", 120)).text, "4 voices|!at least")
    few = tuple(replace(e, track=0, attrs={}) if e.kind == "speech" and e.start_ns < 60 * S else e for e in TOUR)
    check(answer(ask(few, "how many people spoke", 120)).text, "at least 3 voices")


def test_what_memory_found_for_one_thing_said_is_not_taken_for_the_other() -> None:
    question = ask(TOUR, "did the same person say the museum opens at ten and the volcano sleeps in winter", 120)
    found = next(replace(e, score=0.95) for e in TOUR if e.subject == MUSEUM)
    check(answer(replace(question, evidence=(found,))).text, "only heard|!Yes")


def test_what_was_typed_is_no_voice() -> None:
    typed = replace(said(50, 0, "the volcano sleeps"), attrs={"source": "typed"})
    assert answer(ask((typed,), "how many people spoke", 120)).text == "I heard nobody speak."


def test_a_voice_of_an_earlier_session_is_another() -> None:
    then = replace(said(0, 1, "the ferry leaves from the old pier"), start_ns=-86_400 * S, end_ns=-86_397 * S)
    then = replace(
        then, track=elsewhere(1, track_of_voice(1)), score=0.9,
        attrs={"voice": "1", "session": "a", "date": "2026-11-20 12:00:00 UTC"},
    )  # fmt: skip
    question = ask(TOUR, "who said the ferry leaves from the old pier", 120)
    text = answer(replace(question, evidence=(then,))).text
    check(text, "Voice 1 of an earlier session|on 2026-11-20 at 12:00 UTC|!susan|!first voice")
    both = ask(TOUR, "did the same person say the ferry leaves from the old pier and the museum opens at ten", 120)
    check(answer(replace(both, evidence=(then,))).text, "No|earlier session|first voice that I heard")


def test_other_answers_are_the_same_whether_voices_are_known_or_not() -> None:
    for text in (
        "when does the museum open", "what did the narrator say about the museum", "what did the speaker say",
        "what was the last thing that was said", "who came in", "how many people", "what happened",
        "how much is the ticket", "what did you hear", "when was the train mentioned",
        "what is her name",
    ):  # fmt: skip
        assert answer(ask(TOUR, text, 120)).text == answer(ask(MUTE, text, 120)).text
