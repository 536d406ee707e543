"""The towns of the memory bench: the same from a seed, whole in any slice, and with nothing in common."""

import pytest

from bench.memory_town import town
from bench.memory_words import HARBOUR, VALLEY, TownWords
from wire.messages import FrameSeen, Utterance

pytestmark = pytest.mark.unit


def test_a_slice_is_what_the_whole_has_there() -> None:
    whole = [m for m in town("harbour", 1, 3).messages("w", 0, 400) if m.t_ns >= 200 * 10**9]
    assert whole == list(town("harbour", 1, 3).messages("w", 200, 400))


def test_another_seed_is_another_day() -> None:
    assert list(town("harbour", 1, 3).messages("w", 0, 60)) != list(town("harbour", 1, 4).messages("w", 0, 60))


@pytest.mark.parametrize("name", ["harbour", "valley"])
def test_every_fact_is_sent_at_its_time(name: str) -> None:
    stream = town(name, 1, 1)
    for planted in stream.planted:
        sent = list(stream.messages("w", planted.start_s, planted.start_s + 1))
        seen = [o for m in sent if isinstance(m, FrameSeen) for o in m.observations]
        told = {o.text for o in seen} | {o.attrs.get("side", "") for o in seen if o.kind == "entered"}
        told |= {m.text for m in sent if isinstance(m, Utterance)}
        assert planted.fact.content in told


def test_no_two_facts_lie_on_one_another() -> None:
    starts = sorted(planted.start_s for planted in town("valley", 1, 1).planted)
    assert len(set(starts)) == len(starts) == 52


def _vocabulary(words: TownWords) -> set[str]:
    rows = (words.signs + words.said + words.unanswerable).splitlines()
    return {row.lower() for row in rows if row} | {*words.nouns, *words.names, *words.places, *words.markers}


def test_the_towns_have_nothing_in_common_but_the_colour_that_is_nowhere() -> None:
    assert _vocabulary(HARBOUR) & _vocabulary(VALLEY) == {"when was the background turquoise?"}
