"""The lite profile's eyes on drawn and on real pictures."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import segno
from drawing import BLUE, GREEN, RED, SECOND_NS, Colour, Rgb, blank, car, person, pixels, room, slide, street, thing
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from perception.backends import VISION
from perception.backends.base import FrameContext, Seen
from perception.shapes import Region
from perception.sight import Sight, Sighted, build

pytestmark = pytest.mark.lite

LITE = ("appearance", "ocr", "people", "colour", "motion", "codes")
TRUTH = json.loads(Path(__file__).with_name("people_truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def eyes() -> Iterator[Sight]:
    sight = build([(name, {}) for name in LITE])
    yield sight
    sight.close()


def look(eyes: Sight, frames: list[Rgb]) -> list[Sighted]:
    """A session of its own, one frame a second."""
    eyes.close_session("test")
    return [eyes.see("test", i * SECOND_NS, frame) for i, frame in enumerate(frames)]


def of(frame: Sighted, kind: str) -> list[Seen]:
    return [one for one in frame.seen if one.kind == kind]


def texts(frame: Sighted) -> list[str]:
    return [one.text for one in of(frame, "text")]


def people(frame: Sighted) -> int:
    (one,) = of(frame, "people")
    return int(one.value)


def passages(frames: list[Sighted]) -> list[tuple[str, str]]:
    return [
        (one.kind, one.attrs.get("side", ""))
        for frame in frames
        for one in frame.seen
        if one.kind in ("entered", "left")
    ]


def recorded(path: Path) -> list[Rgb]:
    """One frame for each second of a recording."""
    frames: list[Rgb] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time + 1e-6 >= len(frames):
                frames.append(frame.to_ndarray(format="rgb24").astype(np.uint8))
    return frames


def compressed(frames: list[Rgb]) -> list[Rgb]:
    """What a codec leaves of them."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as writer:
        stream: Any = writer.add_stream("libx264", rate=1, options={"crf": "30", "preset": "veryfast"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            writer.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        writer.mux(stream.encode())
    buffer.seek(0)
    with av.open(buffer, "r") as reader:
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in reader.decode(video=0)]


# ---- print -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ground", "ink", "plate", "letters"),
    [((245, 245, 240), (10, 10, 10), "white", "black"), ((180, 20, 30), (255, 255, 255), "red", "white"),
     ((20, 40, 130), (255, 230, 80), "blue", "yellow"), ((15, 15, 18), (240, 240, 240), "black", "white")],
)  # fmt: skip
def test_lines_of_all_sizes_are_read_in_order(
    eyes: Sight, ground: tuple[int, int, int], ink: tuple[int, int, int], plate: str, letters: str
) -> None:
    lines = [("Meeting Room 14", 46), ("Flight BA 237 to Lisbon", 30), ("open from 9 am until 5 pm", 20),
             ("call 0171 5550123 for details", 13)]  # fmt: skip
    (frame,) = look(eyes, compressed([pixels(slide(*lines, ground=ground, ink=ink))]))
    assert texts(frame) == [words for words, _ in lines]
    assert {one.attrs["colour"] for one in of(frame, "text")} == {plate}
    assert of(frame, "text")[0].attrs["ink"] == letters


def test_one_changed_digit_of_small_print_is_read_again(eyes: Sight) -> None:
    frames = look(eyes, [pixels(slide(("Departures", 40), (f"Oslo 12:4{digit}", 14))) for digit in (1, 1, 7)])
    assert [texts(frame)[1] for frame in frames] == ["Oslo 12:41", "Oslo 12:41", "Oslo 12:47"]
    assert [frame.redundant for frame in frames] == [False, True, False]


def test_print_stays_while_it_is_there_and_goes_with_it(eyes: Sight) -> None:
    sign = pixels(slide(("Platform 9", 60)))
    frames = look(eyes, [sign, sign, sign, pixels(blank()), pixels(blank())])
    assert [texts(frame) for frame in frames] == [["Platform 9"]] * 3 + [[], []]


def test_print_is_kept_while_something_moves_beside_it(eyes: Sight) -> None:
    sign = slide(("Watch the ball", 34))
    frames = look(eyes, [pixels(thing(sign, "circle", 80 + 130 * i, 270, 40, RED), 3.0, seed=i) for i in range(5)])
    assert [texts(frame) for frame in frames] == [["Watch the ball"]] * 5


def test_a_fade_tells_no_nonsense_and_ends_in_what_it_becomes(eyes: Sight) -> None:
    first, second = slide(("First page here", 50), ("read me", 30)), slide(("Second chapter", 50), ("and more", 30))
    frames = look(eyes, [pixels(Image.blend(first, second, share)) for share in (0, 0, 0.35, 0.6, 1, 1)])
    assert texts(frames[0]) == texts(frames[1]) == ["First page here", "read me"]
    assert texts(frames[4]) == texts(frames[5]) == ["Second chapter", "and more"]
    known = {"First page here", "read me", "Second chapter", "and more"}
    assert all(set(texts(frame)) <= known for frame in frames)


def test_a_shaking_hand_loses_no_words(eyes: Sight) -> None:
    wide, hand = slide(("Train to Oxford", 50), ("12:45", 40)).resize((700, 394)), random.Random(1)
    moves = [(30 + hand.randint(-6, 6), 17 + hand.randint(-6, 6)) for _ in range(5)]
    frames = look(eyes, [pixels(wide.crop((x, y, x + 640, y + 360)), 3.0, seed=x) for x, y in moves])
    assert [texts(frame) for frame in frames] == [["Train to Oxford", "12:45"]] * 5


@pytest.mark.parametrize("mark", ["7", "B", "42", "GO"])
def test_a_letter_as_large_as_a_hand(eyes: Sight, mark: str) -> None:
    picture = blank((250, 210, 40))
    ImageDraw.Draw(picture).text((240, 60), mark, fill=(20, 20, 30), font=ImageFont.load_default(190))
    assert texts(look(eyes, [pixels(picture, 2.0)] * 2)[-1]) == [mark]


def test_a_menu_keeps_each_price_with_its_dish(eyes: Sight) -> None:
    picture = blank((245, 240, 230))
    draw = ImageDraw.Draw(picture)
    for i, (dish, price) in enumerate((("Tomato soup", "4.50"), ("Fish pie", "9.80"), ("Apple cake", "3.20"))):
        draw.text((40, 60 + 70 * i), dish, fill=(40, 20, 10), font=ImageFont.load_default(30))
        draw.text((480, 60 + 70 * i), price, fill=(40, 20, 10), font=ImageFont.load_default(30))
    assert texts(look(eyes, [pixels(picture)])[0]) == ["Tomato soup 4.50", "Fish pie 9.80", "Apple cake 3.20"]


def test_large_and_small_frames(eyes: Sight) -> None:
    picture = slide(("Gate 12", 60))
    for size in ((1280, 720), (320, 180), (360, 640)):
        frame = pixels(picture.resize(size) if size[0] > size[1] else picture.crop((0, 0, 360, 360)).resize(size))
        assert texts(look(eyes, [frame])[0]) == ["Gate 12"]


# ---- things, colours, light, codes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dx", "dy", "direction"), [(110, 0, "right"), (-130, 0, "left"), (0, 60, "down"), (0, -60, "up")]
)
def test_a_thing_and_its_way(eyes: Sight, dx: int, dy: int, direction: str) -> None:
    x, y = 320 - 1.5 * dx, 180 - 1.5 * dy
    pictures = [thing(room(), "triangle", x + dx * i, y + dy * i, 40, RED) for i in range(4)]
    frames = look(eyes, compressed([pixels(one, 3.0, seed=i) for i, one in enumerate(pictures)]))
    assert all("red triangle" in [one.text for one in of(frame, "object")] for frame in frames)
    assert [[one.text for one in of(frame, "motion")] for frame in frames[1:]] == [[direction]] * 3
    assert of(frames[1], "motion")[0].attrs == {"colour": "red", "shape": "triangle"}


def test_a_thing_has_a_place(eyes: Sight) -> None:
    (frame,) = look(eyes, [pixels(thing(thing(blank(), "star", 90, 180, 45, BLUE), "circle", 560, 60, 40, GREEN))])
    places = {one.text: one.attrs["position"] for one in of(frame, "object")}
    assert places == {"blue star": "left", "green circle": "top right"}


def test_the_ground_and_what_stands_on_it(eyes: Sight) -> None:
    (frame,) = look(eyes, [pixels(thing(blank(BLUE), "square", 320, 180, 120, (250, 210, 30)), 4.0)])
    found = {(one.text, one.attrs["role"]): one.value for one in of(frame, "colour")}
    assert set(found) == {("blue", "background"), ("yellow", "dominant")}
    assert found["yellow", "dominant"] == pytest.approx(0.25, abs=0.02)


def test_a_lamp_goes_out_and_on(eyes: Sight) -> None:
    lit, dark = pixels(room()), pixels(ImageEnhance.Brightness(room()).enhance(0.2))
    frames = look(eyes, [lit, lit, dark, dark, lit])
    assert [of(frame, "light")[0].text for frame in frames] == ["normal", "normal", "dark", "dark", "normal"]
    changes = [(i, one.text) for i, frame in enumerate(frames) for one in of(frame, "light_change")]
    assert changes == [(2, "darker"), (4, "brighter")]


def test_dusk_is_one_change(eyes: Sight) -> None:
    frames = look(eyes, [pixels(ImageEnhance.Brightness(room()).enhance(1 - 0.09 * i)) for i in range(10)])
    assert sum(len(of(frame, "light_change")) for frame in frames) == 1


@pytest.mark.parametrize("side", [80, 120, 200, 330])
@pytest.mark.parametrize("payload", ["OMNI-42", "https://example.org/menu?table=7"])
def test_codes_of_all_sizes(eyes: Sight, side: int, payload: str) -> None:
    buffer = io.BytesIO()
    segno.make_qr(payload).save(buffer, kind="png", scale=6, border=3)
    picture = room()
    picture.paste(Image.open(buffer).convert("RGB").resize((side, side)), (200, 10))
    (frame,) = look(eyes, compressed([pixels(picture, 3.0)]))
    assert [one.text for one in of(frame, "code")] == [payload]
    assert texts(frame) == []


# ---- persons -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["limbs", "coat", "shadow"])
def test_drawn_persons_come_and_go(eyes: Sight, style: str) -> None:
    first = [None, 30, 180, 300, 300, 420, 560, None, None]
    second = [*[None] * 9, 610, 450, 290, 130, None]
    pictures = [room() if x is None else person(room(), x, 210, RED, style) for x in first]
    pictures += [room() if x is None else person(room(), x, 180, BLUE, style) for x in second[9:]]
    frames = look(eyes, compressed([pixels(one, 2.0, seed=i) for i, one in enumerate(pictures)]))
    assert passages(frames) == [("entered", "left"), ("left", "right"), ("entered", "right"), ("left", "left")]
    there = [x is not None for x in [*first, *second[9:]]]
    assert sum((people(frame) > 0) == truth for frame, truth in zip(frames, there, strict=True)) >= len(there) - 1
    entered = [one for frame in frames for one in of(frame, "entered")]
    assert [int(one.attrs["since_ns"]) // SECOND_NS for one in entered] == [1, 9]
    assert [one.attrs["colour"] for one in entered] == ["red", "blue"]


def test_two_at_a_time(eyes: Sight) -> None:
    left, right = [None, 30, 150, 200, 200, 200], [None, None, 610, 500, 430, 430]
    pictures = []
    for x, y in zip(left, right, strict=True):
        picture = room() if x is None else person(room(), x, 210, RED)
        pictures.append(picture if y is None else person(picture, y, 190, BLUE, "coat"))
    frames = look(eyes, [pixels(one, 2.0, seed=i) for i, one in enumerate(pictures)])
    assert [people(frame) for frame in frames] == [0, 1, 2, 2, 2, 2]


def test_clothes_are_told_of_who_left(eyes: Sight) -> None:
    places: list[float | None] = [None, None, 40, 200, 360, 520, 620, None, None]
    pictures = [room() if x is None else person(room(), x, 250, RED) for x in places]
    frames = look(eyes, [pixels(one, 1.5, seed=i) for i, one in enumerate(pictures)])
    colours = {one.kind: one.attrs.get("colour") for frame in frames for one in frame.seen if one.kind != "colour"}
    assert (colours["entered"], colours["left"]) == ("red", "red")


@pytest.mark.parametrize("colour", [RED, (24, 24, 26)], ids=["red", "black"])
def test_a_car_is_one_thing_that_moves(eyes: Sight, colour: Colour) -> None:
    places: list[float | None] = [None, None, None, 20, 180, 340, 500, 640, None]
    pictures = [street() if x is None else car(street(), x, colour) for x in places]
    frames = look(eyes, [pixels(one, 1.5, seed=i) for i, one in enumerate(pictures)])
    told = [(one.text, one.attrs["colour"]) for frame in frames for one in of(frame, "motion")]
    assert len(told) >= 3
    assert set(told) == {("right", "red" if colour == RED else "black")}
    assert {one.track for frame in frames for one in of(frame, "motion")} == {of(frames[5], "motion")[0].track}


def test_a_leg_before_a_ground_of_its_colour_is_nobody() -> None:
    dark = blank((122, 52, 148))
    ImageDraw.Draw(dark).rectangle((0, 276, 640, 360), fill=(70, 30, 86))
    mask = np.zeros((44, 20), np.uint8)
    mask[:12, 6:14] = mask[12:16, 8:12] = mask[16:] = 1
    box = (0.20, 0.64, 0.23, 0.9)
    leg = Region(box, 0.004, "grey", "", (52.0, 46.0, 70.0), 30.0, 0.9, False, mask)
    stream = VISION.create("people", {}).stream()
    counts = []
    for i, x in enumerate([None, None, 20, *[140] * 9]):
        picture = pixels(dark if x is None else person(dark, x, 240, (240, 208, 48)), 1.0, seed=i)
        picture[250:] = pixels(dark, 1.0, seed=i)[250:]  # his trousers are not to be seen
        shared: dict[str, Any] = {"regions": [leg] if i > 6 else []}
        seen = stream.observe(
            picture, FrameContext(t_ns=i * SECOND_NS, change=1, shot=False, redundant=False, shared=shared)
        )
        counts += [int(one.value) for one in seen if one.kind == "people"]
    assert (counts[6], max(counts)) == (1, 1)


def test_a_board_is_the_ground_and_its_frame_is_not(eyes: Sight) -> None:
    board = blank((120, 86, 56))
    ImageDraw.Draw(board).rectangle((20, 20, 620, 340), fill=(20, 20, 22))
    (ground,) = [one for one in of(look(eyes, [pixels(board)])[0], "colour") if one.attrs["role"] == "background"]
    assert ground.text == "black"


def test_the_ground_stays_while_somebody_crosses_it(eyes: Sight) -> None:
    hall = blank((246, 246, 243))
    ImageDraw.Draw(hall).rectangle((0, 0, 640, 40), fill=(128, 130, 132))
    ImageDraw.Draw(hall).rectangle((0, 264, 640, 360), fill=(128, 130, 132))
    pictures = [hall, hall, *(person(hall, x, 260, BLUE) for x in (30, 200, 400, 600)), hall]
    frames = look(eyes, [pixels(one, 1.0, seed=i) for i, one in enumerate(pictures)])
    grounds = {one.text for frame in frames for one in of(frame, "colour") if one.attrs["role"] == "background"}
    assert len(grounds) == 1


@pytest.mark.parametrize("shape", ["circle", "square", "triangle", "star", "cross", "rectangle"])
def test_moving_things_are_nobody(eyes: Sight, shape: str) -> None:
    frames = look(eyes, [pixels(thing(blank(), shape, 60 + 100 * i, 200, 45, RED), 2.0) for i in range(6)])
    assert [people(frame) for frame in frames] == [0] * 6
    assert passages(frames) == []


def test_slides_show_nobody(eyes: Sight) -> None:
    words = ["Agenda", "1 Welcome", "Budget 2031", "I i l 7", "Thank you"]
    frames = look(eyes, [pixels(slide((one, 90), ("and some small print", 20))) for one in words])
    assert [people(frame) for frame in frames] == [0] * 5


def test_people_one_by_one(eyes: Sight, media: Path) -> None:
    frames = look(eyes, recorded(media / TRUTH["stream"]))
    found = passages(frames)
    assert abs(sum(kind == "entered" for kind, _ in found) - len(TRUTH["entrances_s"])) <= 1
    assert [side for kind, side in found if kind == "left"] == TRUTH["left_to"]
    draw = random.Random(7)
    times = [draw.uniform(0, len(frames) - 1) for _ in range(200)]
    right = sum(
        (people(frames[int(t)]) > 0) == any(start <= t <= end for start, end in TRUTH["occupied_s"]) for t in times
    )
    assert right / len(times) >= 0.95  # so that 18 of any 20 are right
    assert max(people(frame) for frame in frames) == 1
    assert not any(texts(frame) for frame in frames)


def test_bottles_are_nobody(eyes: Sight, media: Path) -> None:
    frames = look(eyes, recorded(media / "bottles.mp4"))
    assert [people(frame) for frame in frames] == [0] * len(frames)
    assert passages(frames) == []
    assert not any(frame.shot for frame in frames)


# ---- the same for all --------------------------------------------------------------------------------------------


def test_two_runs_tell_the_same(eyes: Sight) -> None:
    pictures = [slide(("Hello", 50)), *(person(room(), 60 + 130 * i, 210, RED) for i in range(4)), slide(("Bye", 50))]
    frames = [pixels(one, 3.0, seed=i) for i, one in enumerate(pictures)]
    first, second = look(eyes, frames), look(eyes, frames)
    for a, b in zip(first, second, strict=True):
        assert (a.seen, a.shot, a.redundant, a.jpeg) == (b.seen, b.shot, b.redundant, b.jpeg)
        np.testing.assert_array_equal(a.appearance, b.appearance)


def test_likeness(eyes: Sight) -> None:
    same = [pixels(person(room(), x, 210, RED), 3.0) for x in (200, 230)]
    other = pixels(slide(("Quarterly report", 44), ("Sales rose by 14 percent", 28)))
    encoder = VISION.create("appearance", {})
    vectors = encoder.encode([*same, other])
    assert vectors.shape == (3, 512)
    assert vectors[0] @ vectors[1] > encoder.threshold > vectors[0] @ vectors[2]
