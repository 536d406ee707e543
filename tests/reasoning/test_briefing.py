"""What a model is told with a question."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reasoning.briefing import ERASED, Limits, brief, chosen_option, clock, remembered, shows, without
from reasoning.shortening import estimate
from wire.messages import Cues, Evidence, Forget, HistoryTurn, Picture, Question, Span, Tensor
from wire.spans import FEW

pytestmark = pytest.mark.unit

SECOND_NS = 1_000_000_000


def seen(start_s: int, text: str, jpeg: bytes = b"") -> Evidence:
    return Evidence(start_ns=start_s * SECOND_NS, end_ns=start_s * SECOND_NS, kind="text", text=text, jpeg=jpeg)


def question(**fields: object) -> Question:
    plain = {"session": "s", "t_ns": 60 * SECOND_NS, "id": "q", "reply_id": "r", "why": "asked", "source": "typed"}
    return Question(**{**plain, "text": "What was that?", "cues": Cues(), **fields})  # type: ignore[arg-type]


def test_facts_come_in_time_order_and_only_once() -> None:
    told = brief(
        question(evidence=(seen(30, "late"), seen(5, "early")), log=(seen(5, "early"), seen(70, "later"))), Limits()
    )
    assert told.facts == ("[0:05] early", "[0:30] late", "[1:10] later")
    assert told.used == (0, 1, 3)
    assert told.text().splitlines()[0] == "What was seen and heard:"
    assert told.text().endswith("\nWhat was that?")


def test_the_best_facts_are_kept() -> None:
    told = brief(question(evidence=(seen(30, "best"), seen(5, "second")), log=(seen(1, "third"),)), Limits(facts=2))
    assert told.facts == ("[0:05] second", "[0:30] best")


def test_of_a_long_log_what_is_nearest_to_what_is_asked_is_told() -> None:
    log = tuple(seen(i, f"sign {i}") for i in range(100))
    told = {
        "newest": brief(question(log=log), Limits(facts=3)).facts,
        "first": brief(question(log=log, cues=Cues(order="first")), Limits(facts=3)).facts,
        "at": brief(question(log=log, cues=Cues(at_ns=50 * SECOND_NS)), Limits(facts=3)).facts,
        "beside": brief(question(log=log, cues=Cues(anchor_ns=7 * SECOND_NS)), Limits(facts=3)).facts,
        "summary": brief(question(log=log, cues=Cues(ask="summary")), Limits(facts=4)).facts,
    }
    assert {how: [int(fact.split()[-1]) for fact in facts] for how, facts in told.items()} == {
        "newest": [97, 98, 99],
        "first": [0, 1, 2],
        "at": [49, 50, 51],
        "beside": [6, 7, 8],
        "summary": [0, 32, 64, 96],
    }


def test_that_more_is_remembered_than_told_is_told() -> None:
    log = tuple(seen(i, f"sign {i}") for i in range(3))
    assert brief(question(log=log), Limits(facts=2)).text().startswith("Some of what was seen and heard:")
    assert brief(question(log=log, log_truncated=True), Limits()).text().startswith("Some of what was seen and heard:")
    assert brief(question(log=log), Limits()).text().startswith("What was seen and heard:")


def heard(start_s: int, words: str) -> Evidence:
    at_ns = start_s * SECOND_NS
    return Evidence(start_ns=at_ns, end_ns=at_ns, kind="speech", text=f'Someone said: "{words}"', subject=words)


def test_a_long_speech_is_cut_around_the_words_of_the_question() -> None:
    talk = " ".join(f"filler{i}" for i in range(5000))
    long = heard(5, f"{talk} the ferry leaves at nine from the old pier {talk}")
    told = brief(
        question(
            text="When does the ferry leave?", evidence=(long, seen(7, "A sign reads PIER.")), log=(seen(8, "x"),)
        ),
        Limits(tokens=120),
    )
    speech, *others = told.facts
    assert re.fullmatch(r'\[0:05\] Someone said: "… .*the ferry leaves at nine from the old pier.* …"', speech)
    assert others == ["[0:07] A sign reads PIER.", "[0:08] x"]
    assert sum(estimate(fact) for fact in told.facts) <= 120
    assert sum(estimate(fact) for fact in told.facts) > 90  # nothing is cut more than it must be


def test_all_that_is_told_keeps_within_its_tokens_and_no_evidence_is_left_out() -> None:
    talk = " ".join(f"word{i}" for i in range(400))
    evidence = tuple(heard(i, f"{i} {talk}") for i in range(8))
    log = tuple(heard(i, f"{i} {talk}") for i in range(8, 60))
    told = brief(question(evidence=evidence, log=log), Limits(tokens=160))
    assert told.truncated
    assert told.used == (*range(8), 59, 58) or told.used == (*range(8), 58, 59)
    assert sum(estimate(fact) for fact in told.facts) <= 260  # a few words of each at least
    least = brief(question(evidence=evidence, log=log), Limits(tokens=0))
    assert least.used == tuple(range(8))


def test_the_same_thing_followed_is_told_as_the_same() -> None:
    came, sign, left = seen(10, "A person came in."), seen(20, "A sign."), seen(45, "A person left.")
    told = brief(question(evidence=(replace(left, track=3), sign), log=(replace(came, track=3),)), Limits())
    assert told.facts == (
        "[0:10] A person came in.", "[0:20] A sign.", "[0:45] A person left. (the same one as at 0:10)",
    )  # fmt: skip
    dressed = replace(left, kind="left", attrs={"colour": "red"})
    assert brief(question(evidence=(dressed,)), Limits()).facts == ("[0:45] A person left. (in red)",)
    other = brief(question(evidence=(replace(left, track=4),), log=(replace(came, track=3),)), Limits())
    assert other.facts == ("[0:10] A person came in.", "[0:45] A person left.")


def test_words_are_told_with_the_voice_that_said_them() -> None:
    first = replace(heard(5, "we open at ten"), track=77, attrs={"voice": "2"})
    again = replace(heard(9, "at nine on sundays"), track=77, attrs={"voice": "2"})
    told = brief(question(log=(first, again, heard(12, "thank you"))), Limits())
    assert told.facts == (
        '[0:05] Voice 2 said: "we open at ten"',
        '[0:09] Voice 2 said: "at nine on sundays"',
        '[0:12] Someone said: "thank you"',
    )
    then = replace(heard(-60, "we are closed"), attrs={"voice": "2", "date": "2026-11-20 12:00:00 UTC"})
    assert brief(question(evidence=(then,)), Limits()).facts == (
        '[2026-11-20 12:00:00 UTC] Voice 2 of that session said: "we are closed"',
    )


def test_pictures_are_given_ones_then_frames_in_time_order() -> None:
    newest = tuple(Picture(t_ns=i * SECOND_NS, jpeg=b"n%d" % i) for i in (57, 58, 59, 60))
    recalled = (seen(10, "a", b"a"), seen(4, "b", b"b"), seen(2, "c", b"c"))
    told = brief(question(images=(b"mine",), newest=newest, evidence=recalled), Limits(frames=4))
    assert [shown.jpeg for shown in told.shown] == [b"mine", b"b", b"a", b"n59", b"n60"]
    assert [shown.given for shown in told.shown] == [True, False, False, False, False]
    assert told.shown[1].label == "Frame at 0:04"


def test_the_newest_key_frames_are_the_same_for_every_question() -> None:
    """However many frames came after them, and whatever was recalled; the newest of all is there as well."""
    newest = tuple(
        Picture(t_ns=i * SECOND_NS, jpeg=b"n%d" % i, kept=i in (20, 30, 40, 57))
        for i in (20, 30, 40, 54, 55, 56, 57, 58, 59)
    )
    keys = tuple(seen(i, str(i), b"r%d" % i) for i in (1, 2, 3, 4))
    expected = [
        (8, (), "n20 n30 n40 n55 n56 n57 n58 n59"),
        (8, keys, "r1 r2 r3 n20 n30 n40 n57 n59"),
        (4, keys, "r1 n40 n57 n59"),
        (2, keys, "n57 n59"),
        (1, keys, "n59"),
    ]
    for limit, evidence, names in expected:
        told = brief(question(newest=newest, evidence=evidence), Limits(frames=limit))
        assert b" ".join(shown.jpeg for shown in told.shown).decode() == names
        resident = [shown.jpeg for shown in told.shown if shown.resident]
        assert resident == [b"n20", b"n30", b"n40", b"n57"][4 - Limits(frames=limit).resident :]
    assert [Limits(frames=n).resident for n in (0, 1, 2, 8, 30)] == [0, 0, 1, 4, 4]


def test_nothing_of_an_erased_span_is_left_in_a_question() -> None:
    asked = question(
        newest=tuple(Picture(t_ns=i * SECOND_NS, jpeg=b"n%d" % i) for i in (3, 5, 9)),
        evidence=(seen(5, "erased"), seen(9, "stays")),
        log=(Evidence(start_ns=0, end_ns=4 * SECOND_NS, kind="text", text="touches it"), seen(9, "stays")),
        tokens=Tensor(data=b"", dtype="float32", shape=(0,)),
    )

    def erased(start_s: int, end_s: int, at_s: int = 60) -> Forget:
        span = Span(start_s * SECOND_NS, end_s * SECOND_NS)
        return Forget(session="s", t_ns=at_s * SECOND_NS, request_id="f", spans=(span,))

    assert without(asked, []) is asked
    assert without(asked, [erased(20, 30)]) is asked
    assert without(asked, [erased(4, 6, at_s=59)]) is asked  # it was put afterwards: memory knows
    left = without(asked, [erased(20, 30), erased(4, 6)])
    assert [p.t_ns // SECOND_NS for p in left.newest] == [3, 9]
    assert [e.text for e in (*left.evidence, *left.log)] == ["stays", "stays"]
    assert left.tokens is None
    assert brief(left, Limits()).used == (0,)


def test_other_moments_of_earlier_sessions_and_of_this_one_stay() -> None:
    asked = question(evidence=(seen(-900, "erased"), seen(-95, "stays"), seen(3, "stays")))
    far = [Span((-1000 - n * 2000) * SECOND_NS, (-800 - n * 2000) * SECOND_NS) for n in range(60)]
    spans = (*far, Span(50 * SECOND_NS, 51 * SECOND_NS))
    new = Forget(session="s", t_ns=60 * SECOND_NS, request_id="f", spans=spans)
    left = without(asked, remembered((), new))
    assert [e.text for e in left.evidence] == ["stays", "stays"]


def test_what_was_talked_about_before_an_erasure_goes_with_it() -> None:
    talked = question(history=(HistoryTurn(t_ns=1, question="a?", heard="b"),))
    erased = Forget(session="s", t_ns=talked.t_ns, request_id="f", spans=(Span(-9, -1),))
    assert without(talked, [erased]).history == ()
    assert without(talked, [replace(erased, t_ns=talked.t_ns - 1)]) is talked


def test_of_many_erasures_none_is_lost() -> None:
    erased: tuple[Forget, ...] = ()
    for n in range(200):
        new = Forget(session="s", t_ns=60 * SECOND_NS, request_id=f"{n}", spans=(Span(10 * n, 10 * n + 2),))
        erased = remembered(erased, new)
    assert sum(len(one.spans) for one in erased) <= ERASED * FEW
    assert all(shows(10 * n + 1, erased) for n in range(200))
    assert not shows(2000, erased)


def test_without_recalled_pictures_the_present_has_all_places() -> None:
    newest = tuple(Picture(t_ns=i * SECOND_NS, jpeg=b"n%d" % i) for i in range(6))
    assert len(brief(question(newest=newest), Limits(frames=4)).shown) == 4
    assert brief(question(newest=newest), Limits(frames=0)).shown == ()


def test_history_is_what_was_heard() -> None:
    turns = (HistoryTurn(t_ns=1, question="a?", heard="b"), HistoryTurn(t_ns=2, question="c?", heard=""))
    assert brief(question(history=turns), Limits()).history == (("a?", "b"),)


def test_options_are_lettered_once() -> None:
    told = brief(question(options=("red", "B. blue")), Limits())
    assert told.question == "What was that?\nA. red\nB. blue\nAnswer with the letter of the right option."


@pytest.mark.parametrize(
    ("reply", "n_options", "letter"),
    [
        ("B", 4, "B"),
        (" (C) because", 4, "C"),
        ("D. four", 4, "D"),
        ("The answer is A.", 4, "A"),
        ("A or B", 4, ""),
        ("A red car, so C", 4, "C"),
        ("A red car", 4, ""),
        ("C because", 4, "C"),
        ("E", 4, ""),
        ("Blue", 4, ""),
        ("B", 0, ""),
    ],
)
def test_the_option_of_a_reply(reply: str, n_options: int, letter: str) -> None:
    assert chosen_option(reply, n_options) == letter


def test_times() -> None:
    assert [clock(s * SECOND_NS) for s in (0, 65, 3725)] == ["0:00", "1:05", "1:02:05"]
