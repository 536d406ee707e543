"""Days that are read from files: what is planted comes, and a file that is none is told so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.memory_day import Day
from bench.memory_day_words import DAYS, day_file, day_names, read_day
from bench.memory_needles import made
from bench.memory_world import COLOUR, ENTERED, SAID, SIGN
from bench.needle_scores import Score
from memory.lexicon import COLOURS
from wire.messages import FrameSeen, Utterance

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", day_names())
def test_everything_planted_comes_at_its_time_and_nothing_of_it_at_another(name: str) -> None:
    day = Day(read_day(day_file(name)), 1, 1)
    words = day.words
    assert (len(words.alike_shown), len(words.alike_told)) == (4, 4)
    assert len({p.fact.question for p in day.planted} | {*day.unanswerable}) == len(day.planted) + len(day.unanswerable)
    seen: dict[tuple[str, str], set[int]] = {}
    for message in day.messages("w", 0, 3600):
        second = message.t_ns // 10**9
        if isinstance(message, Utterance):
            seen.setdefault((SAID, message.text), set()).add(message.end_ns // 10**9)
        if isinstance(message, FrameSeen):
            for one in message.observations:
                subject = one.attrs["side"] if one.kind == ENTERED else one.text
                seen.setdefault((one.kind, subject), set()).add(second)
    for planted in day.planted:
        kind = {SIGN: "text", SAID: SAID, COLOUR: "colour", ENTERED: ENTERED}[planted.fact.kind]
        content = COLOURS[planted.fact.content] if kind == "colour" else planted.fact.content  # as perception names it
        assert seen[kind, content] == {*range(planted.start_s, planted.end_s + 1)}


def test_a_day_follows_from_its_seed() -> None:
    words = read_day(day_file("home"))
    one, same, other = (list(Day(words, 1, seed).messages("w", 600, 700)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("given", "instead", "told"),
    [
        ("tints = [", "colours = [", "has no tints"),
        ("Dry clean only | How", "Dry clean only, how", "must be a fact and a question"),
        ("Live from {town}", "Live from {planet}", "wants planet; name it under"),
        ('"purple"', '"brown"', "the tint 'brown' must be a colour that memory knows"),
        ('["purple", "yellow"]', '["purple", "violet"]', "cannot tell the tints purple and violet apart"),
        ('"Chess final", ', "", "as many markers as things"),
        ('notes = """', 'notes = "', "is no TOML"),
        ('notes = """', 'notes = 3\nx = """', "has no attribute"),
        ('tints = ["purple", "yellow"]', 'tints = "purple"', "tints must be a list of texts"),
        ('labels = ["{brand} {stuff}", ', 'labels = ["{brand}"]\nx = [', "two labels at least"),
        ('show = ["the quiz", ', "show = []\nx = [", "show must not be empty"),
        ("Dry clean only |", "one | two\n" * 150 + "Dry clean only |", "more than 200 facts"),
    ],
)
def test_a_file_that_is_no_day_is_told_in_one_sentence(tmp_path: Path, given: str, instead: str, told: str) -> None:
    text = (DAYS / "home.toml").read_text(encoding="utf-8")
    assert given in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(given, instead), encoding="utf-8")
    with pytest.raises(ValueError, match=told) as caught:
        read_day(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_blank_lines_are_no_questions(tmp_path: Path) -> None:
    text = (DAYS / "home.toml").read_text(encoding="utf-8").replace("Who directed the film?", "\nWho directed it?\n")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    unanswerable = read_day(tmp_path / "mine.toml").unanswerable
    assert len(unanswerable) == 40
    assert all(unanswerable)


def test_backgrounds_that_are_asked_for_stay_apart() -> None:
    for seed in range(40):
        tints = [p for p in Day(read_day(day_file("lab")), 1, seed).planted if p.fact.kind == COLOUR]
        assert abs(tints[0].start_s - tints[1].start_s) >= 15


def test_a_stream_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"no stream 'valey'; it must be one of .*valley"):
        made("valey", 1, 1)


def test_scores_of_several_days_are_of_all_their_questions() -> None:
    one = Score(found=[True] * 19 + [False], empty=[True, *[False] * 19], abstained=[True] * 9 + [False], wall_ms=[1.0])
    two = Score(found=[True] * 18 + [False] * 2, empty=[False] * 20, abstained=[True] * 10)
    assert all(one.meets().values())
    assert two.meets() == {"found": False, "answerable_empty": True, "unanswerable_empty": True, "picked": True}
    one.add(two)
    assert one.report()["found"] == 0.925
    assert one.report()["unanswerable_empty"] == 0.95
