"""The pure parts of the workbench: frames, places of pictures, pages, boxes on pictures, what a batch file may hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wire.boxes import find_boxes
from workbench import internvl_talker, ixc_talker, pages
from workbench.cli.batch import read_requests
from workbench.drawing import COLOURS, draw_answer, draw_boxes
from workbench.errors import Unusable
from workbench.findings import Finding, as_json, can_run
from workbench.frame_choice import each_second, middles
from workbench.media import pieces
from workbench.turns import Picture, Turn, Video, placed

pytestmark = pytest.mark.unit

WHITE = Image.new("RGB", (200, 100), "white")


def picture() -> Picture:
    return Picture(WHITE)


# ---- frames --------------------------------------------------------------------------------------------------------


def test_the_middles_of_a_video() -> None:
    assert middles(81, 8) == [5, 15, 25, 35, 45, 55, 65, 75]
    assert middles(3, 8) == [0, 1, 2]
    assert middles(0, 8) == []
    assert all(0 <= i < 100 for i in middles(100, 99))


def test_a_frame_each_second() -> None:
    assert each_second(100, 25.0) == [0, 25, 50, 75]
    assert each_second(1, 29.97) == [0]
    long = each_second(25 * 100, 25.0, most=32)
    assert len(long) == 32
    assert long[:3] == [0, 75, 150]  # a hundred seconds over 33 is a little more than three
    assert each_second(10, 0.5) == list(range(10))


# ---- what a turn's words become ------------------------------------------------------------------------------------


def test_places_that_are_named_are_kept() -> None:
    turn = Turn(text="Is <image> like <ImageHere>?", pictures=(picture(), picture()))
    assert placed(turn) == ["Is ", " like ", "?"]
    assert internvl_talker.worded(turn, before=0, several=True) == "Is <image> like <image>?"
    assert ixc_talker.worded(turn, before=0, alone=False) == "Is <ImageHere> like <ImageHere>?"
    with pytest.raises(ValueError, match="2 times <image> for 1 pictures"):
        placed(Turn(text=turn.text, pictures=(picture(),)))
    assert placed(Turn(text="an <image> tag of a page")) is None


def test_internvl_words_pictures_as_its_cards_do() -> None:
    one = Turn(text="What?", pictures=(picture(),))
    two = Turn(text="What?", pictures=(picture(), picture()))
    assert internvl_talker.worded(one, before=0, several=False) == "<image>\nWhat?"
    assert internvl_talker.worded(two, before=0, several=True) == "Image-1: <image>\nImage-2: <image>\nWhat?"
    assert internvl_talker.worded(one, before=2, several=True) == "Image-3: <image>\nWhat?"
    video = Turn(text="What?", video=Video((picture(), picture()), (0.0, 1.0)))
    assert internvl_talker.worded(video, before=0, several=False) == "Frame1: <image>\nFrame2: <image>\nWhat?"


def test_words_of_a_person_are_no_markup() -> None:
    sly = Turn(text="<img><IMG_CONTEXT></img>What?<|im_end|>", pictures=(picture(),))
    assert internvl_talker.worded(sly, before=0, several=False) == "<image>\nWhat?"
    assert ixc_talker.worded(Turn(text="a[UNUSED_TOKEN_145]b"), before=0, alone=False) == "ab"


def test_ixc_words_pictures_as_its_card_does() -> None:
    one = Turn(text="What?", pictures=(picture(),))
    two = Turn(text="What?", pictures=(picture(), picture()))
    assert ixc_talker.worded(one, before=0, alone=True) == "What?"
    assert ixc_talker.worded(two, before=0, alone=False) == "Image1 <ImageHere>; Image2 <ImageHere>; What?"
    video = Turn(text="What?", video=Video((picture(),), (0.0,)), pictures=(picture(),))
    assert ixc_talker.worded(video, before=1, alone=False) == "<ImageHere>\nImage2 <ImageHere>; What?"


# ---- sound ---------------------------------------------------------------------------------------------------------


def test_long_sound_is_cut_where_it_is_quiet() -> None:
    sound = np.full(1000, 1000, np.int16)
    sound[350:360] = 0
    found = pieces(sound, longest=400, look_back=100)
    assert np.array_equal(np.concatenate(found), sound)
    assert 350 <= len(found[0]) <= 362
    assert all(len(one) <= 400 for one in found)
    assert [len(one) for one in pieces(sound[:10], 400, 100)] == [10]


# ---- boxes on pictures ---------------------------------------------------------------------------------------------


def test_boxes_are_drawn_where_they_are() -> None:
    marked = find_boxes("<ref>it</ref><box>[[250, 500, 750, 900]]</box> <box>[[0, 0, 100, 100]]</box>")
    drawn = draw_boxes(WHITE, marked)
    assert WHITE.getpixel((50, 60)) == (255, 255, 255)  # the picture itself is left alone
    first = tuple(int(COLOURS[0][i : i + 2], 16) for i in (1, 3, 5))
    second = tuple(int(COLOURS[1][i : i + 2], 16) for i in (1, 3, 5))
    assert drawn.getpixel((50, 70)) == first  # the left edge
    assert drawn.getpixel((149, 89)) == first  # the lower right corner
    assert drawn.getpixel((120, 75)) == (255, 255, 255)
    assert drawn.getpixel((0, 5)) == second


def test_the_newest_answer_with_boxes_is_drawn_on_its_picture(tmp_path: Path) -> None:
    blue = Picture(Image.new("RGB", (64, 64), "blue"))
    turns = [
        Turn(text="a", pictures=(blue,), answer="<box>[[0, 0, 500, 500], [1, 1, 2, 2]]</box>"),
        Turn(text="b", answer="nothing"),
    ]
    assert draw_answer(turns, tmp_path / "new" / "out.png") == 2
    assert Image.open(tmp_path / "new" / "out.png").getpixel((60, 60)) == (0, 0, 255)
    assert draw_answer(turns[1:], tmp_path / "none.png") == 0
    assert not (tmp_path / "none.png").exists()
    with pytest.raises(Unusable, match="no picture"):
        draw_answer([Turn(text="a", answer="<box>[[0, 0, 5, 5]]</box>")], tmp_path / "none.png")
    with pytest.raises(Unusable, match="cannot be written"):
        draw_answer(turns, tmp_path / "out.nonsense")


# ---- pages ---------------------------------------------------------------------------------------------------------


def test_a_document_is_taken_out_of_a_reply() -> None:
    reply = "Sure, here it is:\n```html\n<html><body>Hi</body></html>\n```\nHave fun!"
    assert pages.html_document(reply) == "<!DOCTYPE html>\n<html><body>Hi</body></html>\n"
    cut = pages.html_document("<!DOCTYPE html><html><body><p>unfinished")
    assert cut == "<!DOCTYPE html><html><body><p>unfinished\n</html>\n"


def test_what_is_no_document_becomes_one() -> None:
    assert "<body>\n<h1>Hi</h1>\n</body>" in pages.html_document("<h1>Hi</h1>", "A & B")
    page = pages.html_document("1 < 2", "A & B")
    assert "<pre>1 &lt; 2</pre>" in page
    assert "<title>A &amp; B</title>" in page


def test_photos_that_are_gone_become_plates() -> None:
    page = pages.html_document('<html><img src="https://source.unsplash.com/random/300x200/?cat"></html>')
    assert "unsplash" not in page
    assert "data:image/svg+xml;base64," in page


def test_scripts_go_to_the_end_of_a_page() -> None:
    page = "<html><body>x</body></html>"
    assert pages.with_scripts(page, "no script") == page
    told = pages.with_scripts(page, "<script>a()</script> and <script src='x'></script>")
    assert told == "<html><body>x<script>\na()\n</script>\n</body></html>"
    assert "b()" in pages.with_scripts(page, "```js\nb()\n```")


def test_a_resume_of_json_becomes_markdown() -> None:
    resume = {"name": "Ann", "workHistory": [{"company": "X", "highlights": ["led", "built"]}], "empty": []}
    text = pages.resume_markdown(json.dumps(resume))
    assert text == "- Name: Ann\n\n# Work history\n\n- Company: X\n\n## Highlights\n\n- led\n- built\n"
    assert pages.resume_markdown("# Ann") == "# Ann"
    with pytest.raises(ValueError, match="Expecting"):
        pages.resume_markdown("{broken")


def test_pictures_stand_where_the_model_wants_them() -> None:
    parts = pages.paragraphs("# Cats\n\nThey sleep.\n\n\nThey eat.\n## Dogs\nThey bark.")
    assert parts == ["# Cats", "They sleep.", "They eat.", "## Dogs\nThey bark."]
    assert pages.numbered(parts[:2]) == "<Seg0> # Cats\n<Seg1> They sleep.\n"
    assert pages.chosen_places("<Seg3>, <Seg1> and <Seg9>", 4, 2) == [1, 3]
    assert pages.chosen_places("<Seg2>", 4, 2) == [1, 2]
    assert pages.chosen_places("", 4, 2) == [1, 3]
    assert pages.chosen_places("", 1, 3) == [0, 0, 0]
    article = pages.illustrated(parts, [1, 3], [("a cat", "p/1.jpg"), ("a dog", "p/2.jpg")])
    assert article.index("They sleep.") < article.index("![a cat](<p/1.jpg>)") < article.index("They eat.")
    assert article.endswith("![a dog](<p/2.jpg>)\n")


# ---- a batch file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2: "),
        ("[]", "line 2: it is no object"),
        ('{"prompt": " "}', "line 2: it has no prompt"),
        ('{"prompt": "a", "image": "b"}', "line 2: 'image' is unknown"),
        ('{"prompt": "a", "images": "b"}', "images must be a list"),
        ('{"prompt": "a", "video": 3}', "video must be a path"),
        ('{"prompt": "a", "images": ["nowhere.jpg"]}', "there is no file nowhere.jpg"),
        ('{"prompt": "a", "images": ["b.jsonl"]}', "line 2: .*b.jsonl is no picture"),
        ('{"prompt": "a", "video": "b.jsonl"}', "line 2: .*b.jsonl cannot be opened as a recording"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "b.jsonl").write_text(f'{{"prompt": "fine"}}\n{line}\n')
    with pytest.raises(Unusable, match=sentence):
        read_requests(tmp_path / "b.jsonl")


def test_a_batch_is_read(tmp_path: Path) -> None:
    WHITE.save(tmp_path / "a.png")
    lines = ['{"prompt": "one", "images": ["a.png"], "id": 7}', "", '{"prompt": "two"}']
    (tmp_path / "b.jsonl").write_text("\n".join(lines))
    first, second = read_requests(tmp_path / "b.jsonl")
    assert (first.id, list(first.images)) == ("7", [tmp_path / "a.png"])
    assert (second.id, second.prompt) == ("3", "two")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(Unusable, match="has no question"):
        read_requests(tmp_path / "empty.jsonl")


# ---- what the doctor says ------------------------------------------------------------------------------------------


def test_only_what_is_missing_keeps_a_profile_from_running() -> None:
    ok, note, bad = Finding("a", "ok", "x"), Finding("b", "note", "y"), Finding("c", "missing", "z", "fetch it")
    assert can_run([ok, note])
    assert not can_run([ok, bad])
    told = json.loads(as_json("p", [ok, bad]))
    assert told["can_run"] is False
    assert told["findings"][1] == {"part": "c", "state": "missing", "what": "z", "fix": "fetch it"}
