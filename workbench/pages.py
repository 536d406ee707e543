"""What a model wrote, as a page or an article to keep: fences off, a whole document, pictures in place. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

_FENCE = re.compile(r"```[\w-]*\n(.*?)(?:\n```|\Z)", re.S)
_DOCUMENT = re.compile(r"(?:<!doctype[^>]*>\s*)?<html\b.*?(?:</html\s*>|\Z)", re.S | re.I)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.S | re.I)
_STOCK_PHOTO = re.compile(r"https://source\.unsplash\.com/(?:random/)?(\d{1,4})x(\d{1,4})(?:/?\?[^\"'\s)>]*)?", re.I)
_LINE_NUMBER = re.compile(r"<Seg(\d+)>")
_DEFAULT_TITLE = "Untitled"


def html_document(reply: str, title: str = "") -> str:
    """The document in a reply, whole: what is no document becomes the body of one. Stock photos, which are no longer
    to be had, become plain plates of their size."""
    fenced = _FENCE.search(reply)
    text = fenced[1] if fenced else reply
    found = _DOCUMENT.search(text)
    if found:
        page = found[0]
        page = page if re.search(r"</html\s*>", page, re.I) else f"{page}\n</html>"
        page = page if page.lower().startswith("<!doctype") else f"<!DOCTYPE html>\n{page}"
    else:
        body = text.strip() if re.search(r"<\w+[^>]*>", text) else f"<pre>{escape(text.strip())}</pre>"
        name = escape(title or _DEFAULT_TITLE)
        page = (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n</head>\n'
            f"<body>\n{body}\n</body>\n</html>"
        )
    return _STOCK_PHOTO.sub(lambda m: plate(int(m[1]), int(m[2])), page) + "\n"


def plate(width: int, height: int) -> str:
    """A grey picture of that size as a data URL."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="#c8ccd4"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def with_scripts(page: str, reply: str) -> str:
    """The page with the scripts of a second reply at its end; without any it stays as it is."""
    scripts = [one.strip() for one in _SCRIPT.findall(reply) if one.strip()]
    if not scripts:
        fenced = re.search(r"```(?:js|javascript)\n(.*?)(?:\n```|\Z)", reply, re.S)
        scripts = [fenced[1].strip()] if fenced else []
    if not scripts:
        return page
    block = "".join(f"<script>\n{one}\n</script>\n" for one in scripts)
    for end in ("</body>", "</html>"):
        at = page.lower().rfind(end)
        if at >= 0:
            return page[:at] + block + page[at:]
    return page + block


def resume_markdown(text: str) -> str:
    """A resume as Markdown: JSON of any shape becomes headings and lists, anything else stays as it is.

    Raises ValueError for JSON that is broken.
    """
    if not text.lstrip().startswith(("{", "[")):
        return text
    return "\n".join(_lines(json.loads(text), 1)).strip() + "\n"


def _lines(value: Any, level: int) -> list[str]:
    if isinstance(value, dict):
        plain = [f"- {_words(key)}: {one}" for key, one in value.items() if not isinstance(one, dict | list)]
        nested: list[str] = []
        for key, one in value.items():
            if isinstance(one, dict | list) and one:
                nested += ["", f"{'#' * min(level, 6)} {_words(key)}", "", *_lines(one, level + 1)]
        return plain + nested
    if isinstance(value, list):
        found: list[str] = []
        for one in value:
            found += [f"- {one}"] if not isinstance(one, dict | list) else [*_lines(one, level), ""]
        return found
    return [str(value)]


def _words(key: str) -> str:
    """ "startDate" and "start_date" are "Start date"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", str(key)).lower()
    return spaced[:1].upper() + spaced[1:]


def paragraphs(article: str) -> list[str]:
    """The parts of an article between which a picture may stand."""
    return [part.strip() for part in re.split(r"\n\s*\n|\n(?=#)", article.strip()) if part.strip()]


def numbered(parts: Sequence[str]) -> str:
    """As the published placing of pictures numbers an article."""
    return "".join(f"<Seg{i}> {part}\n" for i, part in enumerate(parts))


def chosen_places(reply: str, n_parts: int, n_pictures: int) -> list[int]:
    """After which part each picture goes, in order: those that the reply names, the rest spread over what is free."""
    places: list[int] = []
    for found in _LINE_NUMBER.findall(reply):
        if int(found) < n_parts and int(found) not in places and len(places) < n_pictures:
            places.append(int(found))
    free = [i for i in range(n_parts) if i not in places]
    n_left = n_pictures - len(places)
    for i in range(n_left):
        places.append(free[(2 * i + 1) * len(free) // (2 * n_left)] if free else max(0, n_parts - 1))
    return sorted(places)


def illustrated(parts: Sequence[str], places: Sequence[int], pictures: Sequence[tuple[str, str]]) -> str:
    """Markdown with pictures (name, path) after the parts of their places; paths count from the article's folder."""
    text = ""
    for i, part in enumerate(parts):
        text += f"{part}\n\n"
        for place, (name, path) in zip(places, pictures, strict=True):
            if place == i:
                text += f"![{name}](<{path}>)\n\n"
    return text.rstrip() + "\n"
