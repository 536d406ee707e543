"""The bench of questions about the present: what counts as right, and that the truth is what is shown."""

import random

import pytest

from bench.memory_no_harm import SCENE_S, Scene, Stream, report, right
from wire.messages import FrameSeen

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("answer", "wanted", "is_right"),
    [
        ("Yes, 2 people are there now.", ("yes",), True),
        ("No, not now; the white square was visible at 0:45.", ("yes",), False),
        ("I saw nobody.", ("0",), True),
        ("Three people are there.", ("3",), True),
        ("I saw 13 people.", ("3",), False),
        ('The sign says "GATE 12".', ("gate", "12"), True),
        ('The sign says "GATE 21".', ("gate", "12"), False),
    ],
)
def test_right(answer: str, wanted: tuple[str, ...], is_right: bool) -> None:
    assert right(answer, wanted) is is_right


def test_the_frames_of_a_scene_show_what_is_asked() -> None:
    stream = Stream(5)
    frames = [m for m in stream.messages(7) if isinstance(m, FrameSeen)]
    assert len(frames) == SCENE_S
    scene = stream.scene(7)
    assert all(list(f.observations) == scene.seen() for f in frames)
    asked = {question: wanted for _, question, wanted in scene.questions(random.Random(0))}
    assert asked["Is it dark now?"] == ("yes" if scene.dark else "no",)


def test_a_loss_is_counted_in_points() -> None:
    pairs = {"sign": [(True, True)] * 98 + [(False, True), (True, False)], "wall": [(False, True)] * 2}
    line = report(pairs, 1, 60)
    assert (line["questions"], line["only_with"], line["only_without"]) == (102, 1, 3)
    assert line["loss_points"] == pytest.approx(1.96)


def test_a_scene_without_a_sign_asks_for_none() -> None:
    kinds = {kind for kind, _, _ in Scene("", "red", 0, "", "blue", False).questions(random.Random(0))}
    assert "sign" not in kinds
    assert "shape colour" not in kinds
