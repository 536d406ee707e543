"""Cuts, and what changes much and is none."""

from __future__ import annotations

import pytest
from drawing import BLUE, GREY, RED, blank, person, pixels, room, slide, thing
from PIL import Image, ImageEnhance

from perception.gate import probe
from perception.shots import ShotDetector

pytestmark = pytest.mark.unit

REPORT = slide(("Quarterly report", 44), ("Sales rose by 14 percent", 28), ("Costs fell in March", 28))
TRAVEL = slide(("Travel plans", 44), ("Berlin on Tuesday", 28), ("Back home by Friday evening", 28))
BARN = blank((150, 80, 40))
BARN.paste(slide(("Sheep", 60)).resize((280, 120)), (60, 90))
WIDE = Image.new("RGB", (1200, 360), GREY)
for column in range(8):
    WIDE.paste(slide(("House", 30 + 4 * column)).resize((90, 160)), (20 + 150 * column, 40 + 15 * column))


def ball(x: float, radius: float = 50) -> Image.Image:
    return thing(blank(), "circle", x, 180, radius, RED)


@pytest.mark.parametrize(
    ("pictures", "cuts"),
    [
        pytest.param([REPORT, REPORT, TRAVEL, TRAVEL], [0, 0, 1, 0], id="next slide"),
        pytest.param([blank(RED), blank(BLUE)], [0, 1], id="another colour as bright"),
        pytest.param([room(), REPORT, room()], [0, 1, 1], id="another scene and back"),
        pytest.param([room(), blank((0, 0, 0)), room()], [0, 1, 1], id="black between"),
        pytest.param([ball(80), ball(240), ball(400)], [0, 0, 0], id="a thing moves on a plain ground"),
        pytest.param([ball(150, 120), ball(450, 120)], [0, 0], id="a large thing moves"),
        pytest.param([room(), person(room(), 300, 250, RED), room()], [0, 0, 0], id="somebody comes and goes"),
        pytest.param([room(), ImageEnhance.Brightness(room()).enhance(0.25), room()], [0, 0, 0], id="a lamp"),
        pytest.param([BARN, ImageEnhance.Brightness(BARN).enhance(0.35), BARN], [0, 0, 0], id="a lamp, brown room"),
        pytest.param([WIDE.crop((x, 0, x + 640, 360)) for x in (0, 60, 150, 260)], [0, 0, 0, 0], id="a pan"),
        pytest.param([REPORT, Image.blend(REPORT, room(), 0.5), room()], [0, 1, 0], id="a fade announced at once"),
        pytest.param([REPORT, Image.blend(REPORT, TRAVEL, 0.4), TRAVEL], [0, 0, 1], id="a fade told when complete"),
        pytest.param([slide(("OPEN", 90)), slide(("SHUT", 90))], [0, 0], id="one word"),
    ],
)
def test_cuts(pictures: list[Image.Image], cuts: list[int]) -> None:
    detector = ShotDetector()
    assert [int(detector.judge(probe(pixels(picture, 2.0))) > 0) for picture in pictures] == cuts


def test_another_size_is_another_source() -> None:
    detector = ShotDetector()
    detector.judge(probe(pixels(blank())))
    assert detector.judge(probe(pixels(blank().resize((360, 640))))) == 1.0
