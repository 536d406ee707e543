"""Which parts of a frame are read again."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import blank, pixels, slide, thing

from perception.gate import Probe, probe
from perception.rereading import PATIENCE, Rereading, touch

pytestmark = pytest.mark.unit

SIZE = (640, 360)
RED = (220, 30, 30)


def begun(first: Probe) -> Rereading:
    reading = Rereading()
    assert reading.is_new(first)
    assert reading.begin(first, SIZE) == [(0, 0, 640, 360)]
    assert not reading.is_new(first)
    return reading


def ball(x: float) -> Probe:
    return probe(pixels(thing(blank(), "circle", x, 300, 25, RED)))


def test_nothing_changed_nothing_is_read() -> None:
    still = probe(pixels(slide(("Hello", 40))))
    reading = begun(still)
    assert reading.due(still, SIZE, []) == []


def test_only_what_changed_is_read_and_once() -> None:
    reading = begun(probe(pixels(slide(("Hello", 40)))))
    changed = probe(pixels(thing(slide(("Hello", 40)), "circle", 500, 300, 25, RED)))
    ((x0, y0, x1, y1),) = reading.due(changed, SIZE, [])
    assert x0 <= 475
    assert x1 >= 525
    assert y0 <= 275
    assert y1 >= 325
    assert (x1 - x0) * (y1 - y0) < 0.15 * 640 * 360
    assert reading.due(changed, SIZE, []) == []


def test_a_known_line_is_not_cut() -> None:
    reading = begun(ball(100))
    line = (40.0, 280.0, 400.0, 320.0)
    assert all(x0 <= 40 and x1 >= 400 for x0, y0, x1, y1 in reading.due(ball(300), SIZE, [line]) if y1 > 280)


def test_a_fade_is_read_until_it_is_over() -> None:
    first, last = pixels(slide(("First", 60))), pixels(slide(("Later", 60)))
    mixtures = [probe((first * (1 - a) + last * a).astype(np.uint8)) for a in (0.0, 0.3, 0.7, 1.0, 1.0, 1.0)]
    reading = begun(mixtures[0])
    assert [bool(reading.due(one, SIZE, [])) for one in mixtures[1:]] == [True, True, True, False, False]


def test_what_only_moves_is_read_less_and_less_and_again_when_it_rests() -> None:
    reading = begun(ball(100))
    reads = []
    for i in range(14):
        regions = reading.due(ball(112 - 12 * (i % 2)), SIZE, [])
        reading.reckon(regions, [], SIZE)
        reads.append(bool(regions))
    assert sum(reads[:2]) == 2
    assert sum(reads[5:]) <= len(reads[5:]) // PATIENCE + 1
    resting = [bool(reading.due(ball(160), SIZE, [])) for _ in range(3)]
    assert any(resting)
    assert not resting[-1]


def test_a_moving_part_that_shows_print_is_read_each_time() -> None:
    reading = begun(ball(100))
    for i in range(8):
        regions = reading.due(ball(100 + 12 * (i % 2)), SIZE, [])
        assert bool(regions) == (i > 0)
        reading.reckon(regions, [(60.0, 260.0, 180.0, 340.0)], SIZE)


def test_touch() -> None:
    assert touch((0, 0, 2, 2), (1, 1, 3, 3))
    assert not touch((0, 0, 2, 2), (2, 0, 3, 3))
