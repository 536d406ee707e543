"""All that is known of a sentence weighs together in how surely it bears on a question."""

import json
from pathlib import Path

import numpy as np
import pytest

from memory.bearing import Newness, wanted
from memory.odds import ODDS, PLAIN, SPACES, TERMS, Fit, Signs, read, shipped, with_products
from memory.recall import FOUND, strength_of
from memory.terms import terms

pytestmark = pytest.mark.unit

QUESTION = "Which seafood was on offer?"


def signs(sentence: str, cosine: float) -> Signs:
    return wanted(QUESTION).bears(terms(sentence), (cosine, 0.3, 0.3), Newness({}, 1000))


def odds(*several: Signs, space: str = "minilm") -> list[float]:
    found: list[float] = shipped(space).log_odds(np.asarray(several, np.float64)).tolist()
    return found


def test_signs_count_alone_and_in_pairs() -> None:
    weights = np.zeros(len(TERMS))
    weights[TERMS.index("cosine")], weights[TERMS.index("cosine related")] = 2.0, 10.0
    fit = Fit(-1.0, weights, open_odds=0.5)
    none = Signs(*np.zeros(len(Signs._fields)))
    rows = np.asarray([none, none._replace(cosine=0.5), none._replace(cosine=0.5, related=0.4)])
    np.testing.assert_allclose(fit.log_odds(rows), [-0.5, 0.5, 2.5])
    assert with_products(rows).shape == (3, len(TERMS))


def test_a_sign_counts_no_more_than_at_the_end_of_its_range() -> None:
    none = Signs(*np.zeros(len(Signs._fields)))
    far, low = none._replace(absent=7.0, answers=-1.0), none._replace(cosine=-0.4)
    assert odds(far) == odds(far._replace(absent=1.0)) != odds(far._replace(absent=1.0, answers=0.0))
    assert odds(low) == odds(none)


@pytest.mark.parametrize("space", SPACES)
def test_what_is_nearer_bears_more(space: str) -> None:
    for sentence in ("Fresh oysters today", "the rocket starts on Thursday"):
        found = odds(*(signs(sentence, cosine) for cosine in np.linspace(0.05, 0.8, 16)), space=space)
        assert found == sorted(found)


def test_related_words_bear_more() -> None:
    oysters, rocket = odds(signs("Fresh oysters today", 0.3), signs("the rocket starts today", 0.3))
    assert oysters > rocket + 0.5


def test_without_the_adapter_a_nearness_means_less() -> None:
    alike = signs("the rocket starts on Thursday", 0.45)
    assert odds(alike)[0] > odds(alike, space=PLAIN)[0] + 1


def test_even_odds_are_where_finding_begins() -> None:
    nothing, weak, even, more, sure = map(strength_of, (-99.0, -1.0, 0.0, 1.0, 99.0))
    assert nothing == 0.0 < weak < even == FOUND < more < sure == 1.0


def test_odds_are_kept_in_a_file(tmp_path: Path) -> None:
    fits, path = read(), tmp_path / "odds.json"
    path.write_text(json.dumps({name: fit.packed() for name, fit in fits.items()}))
    assert path.read_text() == json.dumps(json.loads(ODDS.read_text()))
    path.write_text(json.dumps({"plain": {"open_odds": 1, "bias": 1, "weights": {"smell": 1}}}))
    with pytest.raises(ValueError, match=r"odds.json is of other signs; make it with"):
        read(path)
