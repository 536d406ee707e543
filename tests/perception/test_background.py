"""What stands in front of the scene, and what only seems to."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import BLUE, RED, pixels, room, thing
from PIL import Image, ImageDraw, ImageEnhance

from perception.background import SETTLED_FRAMES, Background, Blob, shrunk

pytestmark = pytest.mark.unit


def watch(pictures: list[Image.Image]) -> list[list[Blob]]:
    background = Background()
    return [background.blobs(shrunk(pixels(one, 2.0, seed=i)), False) for i, one in enumerate(pictures)]


def test_an_empty_scene_has_nobody() -> None:
    assert watch([room()] * 4) == [[], [], [], []]


def test_what_comes_in_is_a_blob_with_edges() -> None:
    blobs = watch([room(), room(), thing(room(), "square", 320, 200, 50, RED)])[-1]
    assert [(blob.is_ghost, blob.is_shadow) for blob in blobs] == [(False, False)]
    assert blobs[0].box == pytest.approx((0.42, 0.417, 0.58, 0.694), abs=0.02)
    assert blobs[0].tint == pytest.approx((220, 30, 30), abs=25)


def test_what_is_taken_away_leaves_a_ghost_for_two_frames() -> None:
    full = thing(room(), "square", 320, 200, 50, BLUE)
    seen = watch([full, full, room(), room(), room()])
    assert [[blob.is_ghost for blob in frame] for frame in seen] == [[], [], [True], [True], []]


def test_a_shadow_is_told_from_a_thing() -> None:
    soft = Image.new("L", (640, 360), 0)
    ImageDraw.Draw(soft).ellipse((330, 220, 560, 340), fill=130)
    shadow = Image.composite(Image.new("RGB", (640, 360)), room(), soft.resize((32, 18)).resize((640, 360), 2))
    assert all(blob.is_shadow for blob in watch([room(), room(), shadow])[-1])


@pytest.mark.parametrize("gain", [0.8, 1.15])
def test_a_camera_that_adjusts_itself_shows_nobody(gain: float) -> None:
    assert watch([room(), room(), ImageEnhance.Brightness(room()).enhance(gain)])[-1] == []


def test_a_shaking_camera_shows_nobody() -> None:
    wide = room().resize((680, 382))
    moves = [(20, 11), (20, 11), (24, 9), (17, 13), (22, 12)]
    assert all(not frame for frame in watch([wide.crop((x, y, x + 640, y + 360)) for x, y in moves]))


def test_a_thing_that_stays_is_steady_and_can_be_absorbed() -> None:
    full = thing(room(), "square", 320, 200, 50, BLUE)
    background = Background()
    frames = [shrunk(pixels(one, 2.0, seed=i)) for i, one in enumerate([room(), *[full] * (SETTLED_FRAMES + 2)])]
    for frame in frames[:-1]:
        blobs = background.blobs(frame, False)
    assert blobs[0].steady == SETTLED_FRAMES
    background.absorb(blobs)
    assert background.blobs(frames[-1], False) == []


def test_a_cut_begins_anew() -> None:
    background = Background()
    background.blobs(shrunk(pixels(room())), False)
    assert background.blobs(shrunk(pixels(thing(room(), "square", 320, 200, 50, RED))), True) == []
    assert background.age == 0


def test_a_scene_that_changed_almost_everywhere_begins_anew() -> None:
    background = Background()
    background.blobs(np.zeros((90, 160, 3), np.uint8), False)
    noise = np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)
    assert background.blobs(noise, False) == []
    assert background.age == 0
