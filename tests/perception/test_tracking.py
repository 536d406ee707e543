"""Entrances, exits and counts of persons from sightings."""

from __future__ import annotations

import pytest

from perception.tracking import Passage, Sighting, Tracker, border_of

pytestmark = pytest.mark.unit

ASPECT = 360 / 640
SECOND_NS = 1_000_000_000
GREEN, RED = (20.0, 120.0, 40.0), (200.0, 30.0, 30.0)


def at(
    x: float,
    evidence: float = 0.8,
    tint: tuple[float, float, float] = GREEN,
    drawn: bool = False,
    barred: bool = False,
    bottom: float = 0.9,
) -> Sighting:
    """A figure a tenth of the picture wide with its middle at x."""
    return Sighting((max(0.0, x - 0.05), 0.3, min(1.0, x + 0.05), bottom), evidence, tint, drawn, barred)


def run(frames: list[list[Sighting]], fresh: tuple[int, ...] = (0,)) -> tuple[list[tuple[int, Passage]], list[int]]:
    """Passages with the frame that told them, and how many persons are there in each frame."""
    tracker, passages, counts = Tracker(), [], []
    for i, sightings in enumerate(frames):
        passages += [(i, one) for one in tracker.follow(sightings, i * SECOND_NS, ASPECT, i in fresh)]
        counts.append(len(tracker.visible))
    return passages, counts


def test_one_person_comes_stands_and_leaves() -> None:
    places: list[list[Sighting]] = [[], [at(0.03)], [at(0.3)], [at(0.5)], [at(0.5)], [at(0.75)], [at(0.97)], [], []]
    passages, counts = run(places)
    assert counts == [0, 1, 1, 1, 1, 1, 1, 0, 0]
    assert [(i, p.kind, p.side, p.since_ns // SECOND_NS, p.visible) for i, p in passages] == [
        (2, "entered", "left", 1, 1),
        (7, "left", "right", 7, 0),
    ]
    assert passages[0][1].track == passages[1][1].track


def test_what_is_seen_in_one_frame_did_not_enter() -> None:
    assert run([[], [at(0.4)], [], [], []])[0] == []


def test_weak_signs_are_not_counted_before_they_add_up() -> None:
    passages, counts = run([[], *[[at(0.02 + 0.06 * i, evidence=0.3)] for i in range(5)]])
    assert counts == [0, 0, 0, 0, 1, 1]
    assert [(p.kind, p.since_ns // SECOND_NS) for _, p in passages] == [("entered", 1)]


def test_a_thing_that_appears_and_never_moves_is_nobody() -> None:
    assert run([[], *[[at(0.5, evidence=0.6)]] * 6]) == ([], [0] * 7)


def test_a_drawn_figure_need_not_move() -> None:
    passages, counts = run([[], *[[at(0.5, evidence=0.7, drawn=True)]] * 3])
    assert counts == [0, 0, 1, 1]
    assert [p.kind for _, p in passages] == ["entered"]


def test_what_an_arm_sets_down_is_nobody() -> None:
    assert run([[], [at(0.2, barred=True)], [at(0.3)], [at(0.4)], [at(0.4)]]) == ([], [0] * 5)


def test_what_speaks_against_a_person_counts() -> None:
    assert run([[], [at(0.02)], [at(0.2, -0.5)], [at(0.4, -0.5)], [at(0.6)]])[0] == []


def test_who_was_there_when_the_scene_began_did_not_enter_but_leaves() -> None:
    frames = [*[[at(0.5, drawn=True)]] * 3, [at(0.7)], [at(0.95)], [], []]
    passages, counts = run(frames)
    assert counts == [1, 1, 1, 1, 1, 0, 0]
    assert [(p.kind, p.side) for _, p in passages] == [("left", "right")]


def test_who_walks_in_as_the_scene_begins_entered() -> None:
    passages, _ = run([[at(0.15, drawn=True)], [at(0.4)], [at(0.65)]])
    assert [(p.kind, p.side, p.since_ns) for _, p in passages] == [("entered", "left", 0)]


def test_a_frame_without_a_sighting_is_no_exit() -> None:
    passages, counts = run([[], [at(0.03)], [at(0.4)], [], [at(0.42)], [at(0.4)]])
    assert counts == [0, 1, 1, 0, 1, 1]
    assert [p.kind for _, p in passages] == ["entered"]


def test_an_exit_inside_the_picture_is_dated_back() -> None:
    passages, _ = run([[], [at(0.03)], [at(0.4)], [at(0.5)], [at(0.5)], [], [], []])
    assert [(i, p.kind, p.since_ns // SECOND_NS, p.side) for i, p in passages][1:] == [(6, "left", 5, "")]


def test_two_persons_at_once() -> None:
    left = [[], [at(0.03)], [at(0.2)], [at(0.3)], [at(0.3)], [at(0.3)], [at(0.3)]]
    right = [[], [], [at(0.97, tint=RED)], [at(0.7, tint=RED)], [at(0.6, tint=RED)], [at(0.97, tint=RED)], []]
    passages, counts = run([a + b for a, b in zip(left, right, strict=True)])
    assert counts == [0, 1, 2, 2, 2, 2, 1]
    assert [(p.kind, p.side) for _, p in passages] == [("entered", "left"), ("entered", "right"), ("left", "right")]


def test_one_after_the_other_are_two() -> None:
    one = [[at(0.03)], [at(0.3)], [at(0.6)], [at(0.97)], []]
    other = [[at(0.03, tint=RED)], [at(0.3, tint=RED)], [at(0.6, tint=RED)]]
    passages, _ = run([[], *one, *other])
    assert [p.kind for _, p in passages] == ["entered", "left", "entered"]
    assert len({p.track for _, p in passages}) == 2


def test_two_who_stand_before_each_other_are_still_two() -> None:
    both = Sighting((0.3, 0.2, 0.6, 0.95), 0.3, GREEN)
    frames = [[], [at(0.03), at(0.97, tint=RED)], [at(0.3), at(0.7, tint=RED)], [at(0.38), at(0.52, tint=RED)], [both]]
    assert run(frames)[1][-1] == 2


def test_a_cut_ends_all_tracks_without_exits() -> None:
    passages, counts = run([[], [at(0.03)], [at(0.3)], []], fresh=(0, 3))
    assert counts == [0, 1, 1, 0]
    assert [p.kind for _, p in passages] == ["entered"]


@pytest.mark.parametrize(
    ("places", "side"),
    [
        pytest.param([0.2, 0.21, 0.21], "left", id="in one frame from the left border to his place"),
        pytest.param([0.8, 0.76, 0.76], "right", id="from the right border, the last step seen"),
        pytest.param([0.35, 0.5, 0.6], "left", id="hidden at first, and still walking away from the left"),
        pytest.param([0.5, 0.54, 0.54], "", id="through a door in the middle"),
        pytest.param([0.2, 0.12, 0.12], "", id="walks to the near border: came from elsewhere"),
    ],
)
def test_side_of_who_was_not_seen_at_the_border(places: list[float], side: str) -> None:
    passages, _ = run([[], *[[at(x, drawn=True)] for x in places]])
    assert [(passage.kind, passage.side) for _, passage in passages] == [("entered", side)]


@pytest.mark.parametrize(
    ("box", "side"),
    [((0.0, 0.2, 0.2, 1.0), "left"), ((0.9, 0.2, 1.0, 0.8), "right"), ((0.4, 0.4, 0.6, 1.0), "bottom"),
     ((0.4, 0.2, 0.6, 0.8), ""), ((0.0, 0.0, 1.0, 1.0), "")],
)  # fmt: skip
def test_border(box: tuple[float, float, float, float], side: str) -> None:
    assert border_of(box) == side


@pytest.mark.parametrize("box", [(0.2, 0.3, 0.8, 0.9), (0.4, 0.4, 0.7, 0.75)])
def test_a_sign_that_takes_the_place_of_a_person_is_nobody(box: tuple[float, float, float, float]) -> None:
    stands = [[at(0.5, evidence=1.0, drawn=True)]] * 4
    sign = [Sighting(box, -0.5, (200.0, 180.0, 40.0))]
    passages, counts = run([*stands, *[sign] * 4])
    assert counts[3] == 1
    assert counts[-1] == 0
    assert [passage.kind for _, passage in passages] == ["left"]


def test_a_wall_painted_behind_a_person_is_not_the_person() -> None:
    band = Sighting((0.0, 0.37, 1.0, 0.53), -0.5, (40.0, 100.0, 40.0))
    alone = at(0.3)
    passages, counts = run([[], [at(0.03)], [alone], [alone], [band], [band], [band]])
    assert counts == [0, 1, 1, 1, 0, 0, 0]
    assert [p.kind for _, p in passages] == ["entered", "left"]
