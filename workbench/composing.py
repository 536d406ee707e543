"""IXC-2.5's other published skills as prompts: articles with pictures; pages from an instruction, a resume, a picture.

Source of the words and of how they are decoded: the code published with InternLM-XComposer-2.5. It samples with two
beams, here there is one; its adapters for these skills are no part of the OmniLive release, so the words alone do it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.api import Chat
from workbench.errors import Unusable
from workbench.pages import (
    chosen_places,
    html_document,
    illustrated,
    numbered,
    paragraphs,
    resume_markdown,
    with_scripts,
)

RESUME = " Generate a personal page using the content in the resume:"
SCRIPTS = " Generate JavaScript events for the html code:"
SCREENSHOT = " Generate the HTML code of this web image with Tailwind CSS."
PLACES = '给定文章"{article}" 根据上述文章，选择适合插入图像的{n}行'  # noqa: RUF001 (as published)
PAGE = {"max_tokens": 4800, "temperature": 1.0, "top_p": 1.0, "top_k": 50, "repetition_penalty": 3.0}
ARTICLE = {"max_tokens": 8192, "temperature": 1.0, "top_p": 0.8, "top_k": 40, "repetition_penalty": 1.005}
PLACING = {"max_tokens": 200, "temperature": 1.0, "top_p": 0.8, "top_k": 40, "repetition_penalty": 1.005}

Told = Callable[[str, int], None]  # what is being written, and how many characters of it there are


class Composer:
    """Writes files with a conversation's model; each piece is asked for by itself. options: instead of the published
    decoding, such as temperature or max_tokens."""

    def __init__(self, chat: Chat, told: Told = lambda what, n: None, **options: Any) -> None:
        self._chat, self._told, self._options = chat, told, options

    def webpage(self, instruction: str, out: Path, images: Sequence[Path] = ()) -> Path:
        """A page from an instruction."""
        return _written(out, html_document(self._write("page", instruction, PAGE, images), instruction[:60]))

    def screenshot(self, picture: Path, out: Path) -> Path:
        """A page that looks like a picture of one."""
        return _written(out, html_document(self._write("page", SCREENSHOT, PAGE, [picture]), picture.stem))

    def resume(self, file: Path, out: Path) -> Path:
        """A personal page, and what moves on it, from a resume in Markdown or JSON. Raises Unusable."""
        try:
            text = resume_markdown(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise Unusable(f"{file} cannot be read: {error}") from error
        except ValueError as error:
            raise Unusable(f"{file} is neither Markdown nor valid JSON ({error}); mend it") from error
        if not text.strip():
            raise Unusable(f"{file} is empty; write the resume into it")
        page = html_document(self._write("page", RESUME + text, PAGE), file.stem)
        return _written(out, with_scripts(page, self._write("scripts", SCRIPTS + page, PAGE)))

    def article(self, instruction: str, out: Path, images: Sequence[Path] = ()) -> Path:
        """Markdown with the pictures where the model wants them; they are copied beside it."""
        text = self._write("article", instruction, ARTICLE, images)
        parts = paragraphs(text) or [instruction]
        places: list[int] = []
        if images:
            asked = PLACES.format(article=numbered(parts), n=len(images))
            places = chosen_places(self._write("places", asked, PLACING, images), len(parts), len(images))
        return _written(out, illustrated(parts, places, _copied(images, out)))

    def _write(self, what: str, prompt: str, decoding: dict[str, Any], images: Sequence[Path] = ()) -> str:
        self._chat.forget()
        text = ""
        for words in self._chat.ask(prompt, images=images, **{**decoding, **self._options}):
            text += words
            self._told(what, len(text))
        return text.strip()


def _written(out: Path, text: str) -> Path:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error}") from error
    return out


def _copied(images: Sequence[Path], out: Path) -> list[tuple[str, str]]:
    """Name and path of each picture, copied into a folder beside the article."""
    if not images:
        return []
    folder = out.parent / f"{out.stem}_pictures"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = []
        for i, image in enumerate(images, 1):
            name = f"{i:02}{image.suffix.lower()}"
            shutil.copyfile(image, folder / name)
            found.append((image.stem.replace("]", ""), f"{folder.name}/{name}"))
    except OSError as error:
        raise Unusable(f"the pictures cannot be copied into {folder}: {error}") from error
    return found
