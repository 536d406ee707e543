"""What questions ask of those who spoke is understood, in English and Chinese, and of no other question."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from memory.asking import PROBE
from memory.chinese_question import in_english
from memory.question import understand, words_of_speakers
from memory.speaker_cues import about_speakers
from wire.messages import Cues, HistoryTurn, Mention, Speaker

pytestmark = pytest.mark.unit

S = 10**9
T_NS = 200 * S
QUOTED = (HistoryTurn(t_ns=0, question="When does it open?", heard='I heard "it opens at ten" at 0:22.'),)
OTHERS = Path(__file__).with_name("question_cases.jsonl")


def asked(text: str, history: tuple[HistoryTurn, ...] = ()) -> Cues:
    return understand(in_english(text), t_ns=T_NS, history=history)


COUNT, OPENS = Speaker(asks="count"), ("museum", "opens", "10")
CASES = {
    "How many people spoke?": COUNT,
    "How many voices did you hear?": COUNT,
    "How many different speakers were there in all?": COUNT,
    "How many people have spoken in the last two minutes?": COUNT,
    "Did more than one person speak?": COUNT,
    "Did anyone else speak?": COUNT,
    "How many people talked about the train?": Speaker(asks="count", words=("train",)),
    "Who said that the museum opens at ten?": Speaker(asks="who", words=OPENS),
    "Which voice said the museum opens at ten?": Speaker(asks="who", words=OPENS),
    "Who talked about the train?": Speaker(asks="who", words=("train",)),
    "Who spoke first?": Speaker(asks="who", nth=1),
    "Who was the last person to speak?": Speaker(asks="who", nth=-1),
    "Who was talking?": Speaker(asks="who"),
    "What else did the person who said the museum opens at ten say?": Speaker(asks="said", words=OPENS),
    "The woman who talked about the concert: what else did she say?": Speaker(asks="said", words=("concert",)),
    "What did the man who mentioned the train say after that?": Speaker(asks="said", words=("train",), side="after"),
    "What did the second person to speak say?": Speaker(asks="said", nth=2),
    "What did the last speaker say?": Speaker(asks="said", nth=-1),
    "What did voice 2 say?": Speaker(asks="said", number=2),
    "Did the same person say the museum opens at ten and the ticket costs seven dollars?": Speaker(
        asks="same", words=OPENS, others=("ticket", "costs", "7", "dollars")
    ),
    "Was it the same voice that spoke of the museum and of the concert?": Speaker(
        asks="same", words=("museum",), others=("concert",)
    ),
    "Is the one who talked about the museum the same person who talked about the concert?": Speaker(
        asks="same", words=("museum",), others=("concert",)
    ),
    "How often did the second voice speak?": Speaker(asks="times", nth=2),
    "How long did the first speaker talk?": Speaker(asks="length", nth=1),
    "When did the third speaker last speak?": Speaker(asks="when", nth=3, side="after"),
    "几个人说过话?": COUNT,
    "一共有几个声音?": COUNT,
    "谁说话了?": Speaker(asks="who"),
    "还有谁说话了?": Speaker(asks="who"),
    "你听到了几个人的声音?": COUNT,
    "谁提到了火车?": Speaker(asks="who", words=("火车",)),
    "谁说博物馆十点开门?": Speaker(asks="who", words=("博物馆十点开门",)),
    "谁最先说话?": Speaker(asks="who", nth=1),
    "说博物馆十点开门的人还说了什么?": Speaker(asks="said", words=("博物馆十点开门",)),
    "提到火车的那个人后来说了什么?": Speaker(asks="said", words=("火车",), side="after"),
    "第二个说话的人说了什么?": Speaker(asks="said", nth=2),
    "最后一个说话的人说了什么?": Speaker(asks="said", nth=-1),
    "说博物馆十点开门的人和提到火车的人是同一个人吗?": Speaker(
        asks="same", words=("博物馆十点开门",), others=("火车",)
    ),
}  # fmt: skip
BACK = {
    "What did she say after that?": Speaker(asks="said", back=True, side="after"),
    "What else did he say?": Speaker(asks="said", back=True),
    "What else did that person say?": Speaker(asks="said", back=True),
    "What did the other person say?": Speaker(asks="said", back=True, other=True),
    "Whose voice was that?": Speaker(asks="who", back=True),
    "Were both said by the same person?": Speaker(asks="same", back=True),
    "Was that the same voice that mentioned the train?": Speaker(asks="same", words=("train",), back=True),
    "How often did that voice speak?": Speaker(asks="times", back=True),
    "她后来说了什么?": Speaker(asks="said", back=True, side="after"),
    "那个人还说了什么?": Speaker(asks="said", back=True),
    "这两句话是同一个人说的吗?": Speaker(asks="same", back=True),
}


@pytest.mark.parametrize("text", CASES)
def test_what_is_asked_of_those_who_spoke(text: str) -> None:
    cues = asked(text)
    assert cues.speaker == CASES[text]
    assert "speech" in cues.kinds


@pytest.mark.parametrize("text", BACK)
def test_the_one_whom_the_last_answer_quoted_is_meant(text: str) -> None:
    cues = asked(text, QUOTED)
    assert cues.speaker == BACK[text]
    assert cues.anchor_ns == 22 * S
    assert not asked(text).speaker.back  # nobody was quoted


@pytest.mark.parametrize(
    "text",
    [
        "How many people?",
        "How many people came in?",
        "How many people are there now?",
        "How many people spoke French?",
        "Who came in?",
        "Who built the bridge?",
        "Who announced the winner?",
        "Who told us about the holiday?",
        "What did the narrator say about the train?",
        "What did she say about the harbour?",
        "What did the speaker say?",
        "What did the first person who came in wear?",
        "What did the sign say after that?",
        "What was the second thing that was said?",
        "Was that the same person?",
        "Was it the same sign?",
        "How long was the first person there?",
        "几个人进来了?",
        "他们说了什么?",
        PROBE,
    ],
)
def test_other_questions_ask_nothing_of_them(text: str) -> None:
    assert (
        asked(text, (HistoryTurn(t_ns=0, question="Who came?", heard="A person came in at 0:22."),)).speaker
        == Speaker()
    )


def test_no_phrasing_of_the_table_is_taken_for_one() -> None:
    cases = [json.loads(line) for line in OTHERS.read_text(encoding="utf-8").splitlines()]
    taken = [case["q"] for case in cases if asked(case["q"]).speaker.asks not in ("", "who")]
    assert not [q for q in taken if not any(word in q for word in ("voice", "talked", "spoke"))]
    assert len(taken) < 5


def test_how_many_of_those_who_spoke_is_asked_of_a_time() -> None:
    cues = asked("How many people spoke in the last two minutes?")
    assert (cues.start_ns, cues.end_ns, cues.spanned) == (80 * S, 200 * S, True)
    assert cues.kinds == ("speech",)


def test_a_time_in_what_was_said_narrows_nothing() -> None:
    cues = asked("Did the same person say the museum opens at ten and a bear was here a minute ago?")
    assert (cues.speaker.asks, cues.spanned) == ("same", False)


def test_a_question_asked_beside_something_keeps_that() -> None:
    cues = asked("What did the second speaker say after the red sign?")
    assert (cues.relation, cues.anchor, cues.speaker.nth) == ("after", "the red sign", 2)
    assert {"speech", "text"} <= {*cues.kinds}


def test_who_said_something_is_asked_whatever_kind_of_question_it_is_taken_for() -> None:
    unlike = Cues(ask="fact", kinds=("speech", "text"), about=Mention(content=("museum",)))
    assert about_speakers(unlike, ("who said the museum opens at 10",), ()) == replace(
        unlike, speaker=Speaker(asks="who", words=OPENS)
    )


def test_what_somebody_said_is_searched_for_by_itself() -> None:
    assert words_of_speakers("What else did the person who said the museum opens at ten say?", t_ns=T_NS) == (
        "the museum opens at 10",
    )
    assert words_of_speakers("Who said the museum opens at ten?", t_ns=T_NS) == ()
    assert words_of_speakers("When does the museum open?", t_ns=T_NS) == ()


def test_a_question_without_end_is_read_in_no_time() -> None:
    assert asked("what did " + "the person who said that they say and " * 2000).speaker == Speaker()
