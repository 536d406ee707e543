"""Files that a model writes: what it is asked, what is in them, and what a browser shows of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import run, write_picture
from openai_server import OpenAiServer, serving, stream, words
from PIL import Image
from tiny_checkpoints import write_ixc

from workbench.composing import PLACES, RESUME, SCREENSHOT, SCRIPTS
from workbench.pages import numbered

pytestmark = pytest.mark.browser

CHAT = "/v1/chat/completions"
RED, GREEN = (200, 30, 30), (30, 160, 60)
PAGE = (
    "Here you are:\n```html\n<!DOCTYPE html><html><head><style>body{margin:0}#a{background:rgb(200,30,30);height:100px}"
    "</style></head><body><div id='a'></div><img src='https://source.unsplash.com/random/80x60/?cat'></body></html>\n```"
)
SCRIPT = "<script>document.getElementById('a').style.background = 'rgb(30,160,60)'</script>"


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as running:
        yield running


def answers(server: OpenAiServer, *replies: str) -> list[str]:
    """The server says these, one after the other; the words that choose it as the model."""
    server.answers[CHAT] = [stream(*words(reply[:20], reply[20:])) for reply in replies]
    return ["--profile", "remote", "--set", f"reasoning.llm.options.base_url={server.url}"]


def asked(server: OpenAiServer) -> list[Any]:
    return [one.json() for one in server.received if one.path == CHAT]


def shown(chromium: str, page: Path, size: tuple[int, int] = (200, 300)) -> Image.Image:
    """What a browser without a window draws of a page; the profile is its own."""
    out = page.with_suffix(".png")
    subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            f"--user-data-dir={page.parent / 'browser'}", f"--window-size={size[0]},{size[1]}",
            f"--screenshot={out}", page.resolve().as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return Image.open(out).convert("RGB")


def test_a_page_from_an_instruction(chromium: str, server: OpenAiServer, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    done = run("compose", "webpage", "A page with a red bar", "--out", out, *answers(server, PAGE))
    assert done.code == 0, done.err
    assert done.out.strip() == str(out)
    (request,) = asked(server)
    assert request["messages"][-1]["content"] == "A page with a red bar"
    assert (request["temperature"], request["repetition_penalty"], request["max_tokens"]) == (1.0, 3.0, 4800)
    picture = shown(chromium, out)
    assert picture.getpixel((100, 50)) == RED
    assert picture.getpixel((40, 130)) == (200, 204, 212)  # the plate in the place of the photo
    assert picture.getpixel((150, 130)) == (255, 255, 255)


def test_a_page_from_a_resume_moves(chromium: str, server: OpenAiServer, tmp_path: Path) -> None:
    resume, out = tmp_path / "resume.json", tmp_path / "me.html"
    resume.write_text(json.dumps({"name": "Ann", "skills": ["law", "singing"]}))
    done = run("compose", "resume", resume, "--out", out, "--seed", 7, *answers(server, PAGE, SCRIPT))
    assert done.code == 0, done.err
    first, second = asked(server)
    assert first["messages"][-1]["content"] == f"{RESUME}- Name: Ann\n\n# Skills\n\n- law\n- singing\n"
    assert second["messages"][-1]["content"].startswith(f"{SCRIPTS}<!DOCTYPE html>")
    assert len(second["messages"]) == 1
    assert first["seed"] == second["seed"] == 7
    assert shown(chromium, out).getpixel((100, 50)) == GREEN


def test_a_page_from_a_screenshot(chromium: str, server: OpenAiServer, tmp_path: Path) -> None:
    picture, out = write_picture(tmp_path / "shot.png", "red"), tmp_path / "again.html"
    done = run("compose", "screenshot", picture, "--out", out, *answers(server, PAGE))
    assert done.code == 0, done.err
    content = asked(server)[0]["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["image_url", "text"]
    assert content[1]["text"] == SCREENSHOT
    assert shown(chromium, out).getpixel((100, 50)) == RED


def test_an_article_with_its_pictures(server: OpenAiServer, tmp_path: Path) -> None:
    pictures = [write_picture(tmp_path / "cat.png", "red"), write_picture(tmp_path / "a dog.JPG", "navy")]
    article, out = "# Pets\n\nA cat sleeps.\n\nA dog barks.", tmp_path / "new" / "pets.md"
    images = [word for picture in pictures for word in ("--image", picture)]
    told = answers(server, article, "<Seg1>, <Seg2>")
    done = run("compose", "article", "Write about pets", *images, "--out", out, *told)
    assert done.code == 0, done.err
    parts = ["# Pets", "A cat sleeps.", "A dog barks."]
    assert asked(server)[1]["messages"][-1]["content"][-1]["text"] == PLACES.format(article=numbered(parts), n=2)
    text = out.read_text()
    assert text.split("\n\n") == [
        "# Pets", "A cat sleeps.", "![cat](<pets_pictures/01.png>)", "A dog barks.",
        "![a dog](<pets_pictures/02.jpg>)\n",
    ]  # fmt: skip
    assert (out.parent / "pets_pictures" / "01.png").read_bytes() == pictures[0].read_bytes()
    assert (out.parent / "pets_pictures" / "02.jpg").read_bytes() == pictures[1].read_bytes()


def test_a_tiny_checkpoint_writes_pages_too(chromium: str, tmp_path: Path) -> None:
    """Nonsense, by the very way that the released weights would take; a page all the same."""
    write_ixc(tmp_path / "release" / "merge_lora")
    out = tmp_path / "page.html"
    model = ("--checkpoint", tmp_path / "release", "--set", "reasoning.llm.options.device=cpu", "--max-tokens", 60)
    done = run("compose", "webpage", "A page about cats", "--out", out, *model)
    assert done.code == 0, done.err
    assert out.read_text().startswith("<!DOCTYPE html>")
    again = out.read_text()
    run("compose", "webpage", "A page about cats", "--out", out, *model)
    assert out.read_text() == again  # the seed decides
    assert len(shown(chromium, out).getcolors(1 << 16) or []) > 1  # something is drawn


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["resume", "nowhere.md"], "there is no file nowhere.md"),
        (["resume", "bad.json"], "is neither Markdown nor valid JSON"),
        (["resume", "empty.md"], "is empty"),
        (["webpage", "a", "--profile", "lite"], "is no model to talk with"),
        (["webpage", "a", "--profile", "internvl2-8b"], "checkpoints/InternVL2-8B is not a folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    more: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.json").write_text("{")
    Path("empty.md").write_text("\n")
    done = run("compose", *more)
    assert done.code == 2
    assert sentence in done.err
    assert done.err.count("\n") == 1
