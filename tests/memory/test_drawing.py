"""A memory drawn over time: for its page, and for the report of a replay."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from desk_tools import Memory, memory, sign
from PIL import Image

from memory.album import DRAWN, Album
from memory.drawing import COLUMNS, LONGEST_PX, SMALL_BYTES, drawing, small
from memory.shown import STRIP, SessionShown
from memory.tree import CHAPTER, EPISODE, FRAMES, Node, Said, Shown
from memory.upkeep import Wish
from wire.codec import MAX_HEADER_BYTES, decode, encode
from wire.messages import MemoryReply, MemoryRequest

pytestmark = pytest.mark.unit

S = 10**9
NOBODY = np.zeros(0, np.float32)


def node(at_s: int, length_s: int, level: int, *, clips: int = 1, said: tuple[str, ...] = ()) -> Node:
    return Node(
        id=at_s + 1, session=1, level=level, start_ns=at_s * S, end_ns=(at_s + length_s) * S - 1, vector=NOBODY,
        clips=clips, said=tuple(Said(text, at_s * S) for text in said),
        shown=tuple(Shown(f"{at_s}-{n}", NOBODY) for n in range(FRAMES)),
    )  # fmt: skip


def day() -> SessionShown:
    """23 hours as chapters, one as episodes; a clip every ten seconds."""
    chapters = [node(n * 1200, 1200, CHAPTER, clips=120, said=(f"Chapter {n}",)) for n in range(69)]
    episodes = [node(82_800 + n * 60, 60, EPISODE, clips=6, said=("It <rained>",)) for n in range(60)]
    nodes = [*chapters, *episodes]
    taken = {shown.name: one.start_ns for one in nodes for shown in one.shown}
    clips = [(n * 10 * S, (n + 1) * 10 * S - 1) for n in range(8640)]
    return SessionShown(1, "day", 0.0, 86_400 * S, nodes, clips, taken)


def jpeg(width: int, height: int, quality: int = 75) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    made = io.BytesIO()
    Image.fromarray(noise).save(made, "JPEG", quality=quality)
    return made.getvalue()


def test_a_day_is_drawn_level_by_level_within_bounds() -> None:
    picture = jpeg(64, 48)
    html = drawing(day(), lambda name: picture)
    for words in ("<b>69</b> chapters", "<b>60</b> episodes", "<b>8640</b> clips", "24:00:00", "Chapter 68"):
        assert words in html, words
    assert "It &lt;rained&gt;" in html
    assert "It <rained>" not in html
    assert html.count("<i style=") <= 2 * COLUMNS  # a column each, not a clip each; once more for the last hour
    assert STRIP < html.count("<img") <= 3 * 129 + STRIP
    assert "The last 1:00:00" in html  # too short to be seen beside a day
    assert "<script" not in html
    assert not re.search(r"(src|href)='(?!data:|#)", html)


def test_what_was_said_is_drawn_with_its_voices() -> None:
    once, twice = Said("Hello", 0), Said("Bye", 0, 2)
    one = replace(node(0, 60, EPISODE), said=(once, twice, Said("Rain", 0, 3)))
    html = drawing(SessionShown(1, "s", 0.0, 60 * S, [one], voices={"Hello": "2", "Bye": "1, 2"}), lambda name: None)
    assert "Hello <i>(voice 2)</i> Bye <i>(voices 1, 2, 2 times)</i> Rain <i>(3 times)</i>" in html


def test_bars_lie_where_their_time_is() -> None:
    parts = [node(0, 60, CHAPTER, clips=9), node(60, 60, EPISODE, clips=2)]
    shown = SessionShown(1, "s", 0.0, 120 * S, parts, [(60 * S, 90 * S), (90 * S, 120 * S - 1)])
    html = drawing(shown, lambda name: None)
    assert "href='#n1' style='left:0.00%;width:50.00%'" in html
    assert "href='#n61' style='left:50.00%;width:50.00%'" in html
    assert "<i style='left:75.00%;width:25.00%'" in html
    assert "The last" not in html


def test_a_drawing_full_of_rich_pictures_travels_in_a_message() -> None:
    picture = jpeg(640, 640, quality=95)
    html = drawing(day(), lambda name: picture).encode()
    reply = MemoryReply(session="s", t_ns=0, request_id="drawing-1", html=html)
    header, *parts = encode(reply)
    assert len(html) > MAX_HEADER_BYTES > len(header)
    assert decode([header, *parts]) == reply
    assert len(small(jpeg(240, 240, quality=100))) < SMALL_BYTES * 2


def test_what_is_large_and_no_picture_is_left_out() -> None:
    assert "<img" not in drawing(day(), lambda name: b"no jpeg" * 9999)


def test_pictures_are_spread_over_the_time_and_small() -> None:
    shown = day()
    at = [one.t_ns // S for one in shown.strip() if one.name and not one.lasting]
    assert len(at) == STRIP
    assert all(n * 8640 <= t_s < (n + 1) * 8640 for n, t_s in enumerate(at))
    large = io.BytesIO()
    Image.new("RGB", (1280, 720), (9, 99, 9)).save(large, "JPEG")
    with Image.open(io.BytesIO(small(large.getvalue()))) as made:
        assert max(made.size) == LONGEST_PX
    assert small(b"no picture") == b"no picture"


async def _still(m: Memory, folder: Path, *, new: Mapping[int, str]) -> None:
    """100 seconds; only these bring a picture, each of something new, and a clip ends every five seconds."""
    await m.open(folder)
    for t in range(100):
        await m.see(t, sign(new.get(t, "")) if t in new else sign("Hall"), look=t // 5, jpeg=new.get(t, "").encode())
    await m.mark(100, final=True)


async def test_a_picture_is_drawn_paler_for_as_long_as_nothing_new_was_seen(tmp_path: Path) -> None:
    async with memory() as m:
        await _still(m, tmp_path / "walk", new={12: "first", 51: "second"})
        keeper = next(iter(m.service._folders)).worker  # type: ignore[attr-defined]
        shown, pictures = await keeper.call("shown", 1)
        first, second = "1-0000012000", "1-0000051000"
        lasting = [(one.name, one.lasting) for one in shown.strip()]
        before = [("", False), (first, False), *[(first, True)] * 3]
        assert lasting == [*before, (second, False), *[(second, True)] * 4]
        html = drawing(shown, pictures.get)
        assert html.count("<div class=lasting") == 7
        assert "title='0:24, still as at 0:12'" in html
        await keeper.call(
            "upkeep.settle", await keeper.call("upkeep.erase", Wish(((1, 20 * S, 29 * S), (1, 51 * S, 53 * S))))
        )
        shown, _ = await keeper.call("shown", 1)
        lasting = [(one.name, one.lasting) for one in shown.strip()]
        assert lasting == [*before[:2], ("", False), *before[3:], *[("", False)] * 5]


def test_no_picture_lasts_where_no_clip_is() -> None:
    parts = [node(0, 100, EPISODE)]
    shown = SessionShown(1, "s", 0.0, 100 * S, parts, [(0, 30 * S), (80 * S, 90 * S)], {"a": S}, ["a", ""])
    assert [one.name for one in shown.strip()] == ["a", "a", "a", *[""] * 7]


def test_nothing_kept_is_nothing_drawn() -> None:
    assert drawing(SessionShown(1, "s", 0.0, 0, ()), lambda name: None) == ""


async def test_the_edge_gets_what_the_page_of_a_memory_shows(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path / "walk")
        for t in range(40):
            await m.see(t, sign(f"Placard {t // 10}"), look=t // 10, jpeg=b"jpeg %d" % t)
        await m.mark(40, final=True)
        ask = MemoryRequest(session="s", t_ns=40 * S, request_id="d", what="drawing")
        await m.service.handle(ask)
        reply = m.out.sent[-1]
        assert isinstance(reply, MemoryReply)
        assert reply.html.decode().startswith("<style>")
        assert all(f"Placard {n}" in reply.html.decode() for n in range(4))
    with Album(tmp_path / "walk") as album:
        page = album.page()
    assert reply.html.decode().replace("<details class=parts>", "<details class=parts open>") in page


async def test_a_page_draws_the_newest_sessions_and_says_how_many_it_leaves_out(tmp_path: Path) -> None:
    async with memory() as m:
        for n in range(DRAWN + 2):
            await m.open(tmp_path / "walks", f"walk-{n:02d}")
            await m.see(0, sign(f"Placard {n:02d}"), session=f"walk-{n:02d}")
            await m.mark(5, final=True, session=f"walk-{n:02d}")
    with Album(tmp_path / "walks") as album:
        page = album.page()
    names = [f"walk-{n:02d}" for n in range(DRAWN + 2)]
    assert [name for name in names if f"<h2>{name}</h2>" in page] == names[2:]
    assert "2 earlier sessions are not drawn here." in page
    assert "Placard 00" not in page
    assert "Placard 02" in page


async def test_what_was_erased_is_not_drawn(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path / "walk")
        for t in range(40):
            await m.see(t, sign(f"Placard {t // 10}"), look=t // 10, jpeg=b"jpeg %d" % t)
        await m.mark(40, final=True)
        keeper = next(iter(m.service._folders)).worker  # type: ignore[attr-defined]
        await keeper.call("upkeep.settle", await keeper.call("upkeep.erase", Wish(((1, 10 * S, 20 * S - 1),))))
        await m.service.handle(MemoryRequest(session="s", t_ns=40 * S, request_id="d", what="drawing"))
        reply = m.out.sent[-1]
        assert isinstance(reply, MemoryReply)
        assert "Placard 1" not in reply.html.decode()
        assert "Placard 2" in reply.html.decode()
