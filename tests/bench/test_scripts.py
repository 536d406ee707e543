"""The hand-written tour and the drawn streams hold what a stream to try the system on must hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.sample.draw import draw
from bench.sample.film import Film
from bench.sample.model import Ask, Script
from bench.sample.phrasings import PHRASINGS
from bench.sample.timeline import SPOKEN_ROOM_S, Timeline, expected, lay_out
from bench.sample.tour import TOUR
from bench.sample.write import questions

pytestmark = pytest.mark.unit

KINDS = {
    "text", "said", "who", "count", "when", "ago", "order", "first", "last", "colour", "motion", "change", "summary",
    "presence", "choice", "unanswerable",
}  # fmt: skip
SCRIPTS = [TOUR, *(draw(seed) for seed in range(12))]


def speak(voice: str, sentence: str) -> NDArray[np.int16]:
    """As long as a person would take."""
    return np.zeros(round(16_000 * (0.4 + 0.06 * len(sentence))), np.int16)


def asks(script: Script) -> list[Ask]:
    return [beat for scene in script.scenes for beat in scene.beats if isinstance(beat, Ask)]


@pytest.fixture(params=SCRIPTS, ids=[s.name for s in SCRIPTS])
def script(request: pytest.FixtureRequest) -> Script:
    found: Script = request.param
    return found


@pytest.fixture
def timeline(script: Script) -> Timeline:
    return lay_out(script, speak)


def test_is_long_and_varied_enough(script: Script, timeline: Timeline) -> None:
    assert timeline.seconds >= 180
    assert len(script.scenes) >= 8
    assert len(asks(script)) >= 24
    assert sum(ask.spoken for ask in asks(script)) >= 5
    assert script.narrator != script.asker


def test_has_every_kind_of_question(script: Script) -> None:
    kinds = {ask.expect.kind for ask in asks(script)}
    required = KINDS if script is TOUR else KINDS - {"motion", "colour"}
    assert required <= kinds
    assert {ask.expect.yes for ask in asks(script)} >= {True, False}


def test_every_expectation_names_something(timeline: Timeline) -> None:
    facts = ("all", "any", "colour", "number", "direction", "order", "yes", "option", "abstain", "when", "ago")
    for record in expected(timeline):
        assert any(name in record for name in facts), record
        assert record.get("at_least", 1) >= 1, record


def test_replies_have_room_before_the_next_words(timeline: Timeline) -> None:
    starts = sorted(line.start for line in timeline.spoken)
    for asked in timeline.asked:
        room = min((s - asked.t for s in starts if s > asked.t), default=SPOKEN_ROOM_S)
        assert room >= 5.0


def test_questions_do_not_tell_the_answers(timeline: Timeline) -> None:
    records = questions(timeline)
    assert all(record.keys() <= {"id", "t", "text", "options"} for record in records)
    assert [r["id"] for r in records] == [r["id"] for r in expected(timeline) if r["id"]]


def test_the_same_seed_gives_the_same_script() -> None:
    assert draw(5) == draw(5)
    assert draw(5) != draw(6)


@pytest.mark.parametrize("pool", PHRASINGS)
def test_each_kind_is_asked_in_several_wordings(pool: str) -> None:
    assert len(set(PHRASINGS[pool])) >= 6


def test_pictures_are_the_same_each_time() -> None:
    scene = next(s for s in TOUR.scenes if s.name == "visitors")
    one, two = Film(320, 180, seed=3), Film(320, 180, seed=3)
    assert all(np.array_equal(one.frame(scene, t, i), two.frame(scene, t, i)) for i, t in enumerate((0.0, 3.0, 9.0)))


def test_lights_and_movers_show() -> None:
    film = Film(320, 180, seed=3)
    hall = next(s for s in TOUR.scenes if s.name == "town_hall")
    assert film.frame(hall, 8.0, 0).mean() < 0.4 * film.frame(hall, 3.0, 0).mean()
    meadow = next(s for s in TOUR.scenes if s.name == "meadow")
    early, late = (film.frame(meadow, t, 0).astype(int) for t in (3.0, 8.0))
    red_early, red_late = (np.argwhere(f[..., 0] - f[..., 1] > 90)[:, 1].mean() for f in (early, late))
    assert red_early < 160 < red_late
