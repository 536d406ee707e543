"""`omnilive chat --batch`: questions as JSON lines, answers as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress

from wire.boxes import find_boxes
from workbench.api import Chat, Request
from workbench.errors import Unusable
from workbench.media import check_picture, check_video

_KEYS = {"id", "prompt", "images", "video"}


def run_batch(talk: Chat, file: Path, out: Path | None, size: int, notes: Console) -> None:
    """Everything is checked before anything is loaded. Answers are written in the order of the questions, as soon as
    they are there: what ends a batch early leaves what was answered until then."""
    requests = read_requests(file)
    _ = talk.talker
    with _opened(out) as to, Progress(console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("answering", total=len(requests))
        for at in range(0, len(requests), size):
            asked = requests[at : at + size]
            for request, answer in zip(asked, talk.batch(asked, size=size), strict=True):
                to.write(f"{json.dumps(_line(request, answer), ensure_ascii=False)}\n")
            to.flush()
            progress.update(task, completed=at + len(asked))
    if out is not None:
        notes.print(f"{len(requests)} answers in {out}", style="dim", soft_wrap=True)


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        file = out.open("w", encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error}") from error
    with file:
        yield file


def read_requests(file: Path) -> list[Request]:
    """Raises Unusable with the number of the line that cannot be used. Relative paths count from here, else from the
    file's own folder."""
    found = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(_request(json.loads(line), file.parent, number))
        except (json.JSONDecodeError, Unusable) as error:
            raise Unusable(f"{file}, line {number}: {error}") from error
    if not found:
        raise Unusable(
            f'{file} has no question; write lines such as {{"prompt": "What is this?", "images": ["a.jpg"]}}'
        )
    return found


def _request(value: Any, beside: Path, number: int) -> Request:
    if not isinstance(value, dict):
        raise Unusable('it is no object; write {"prompt": "...", "images": ["..."]}')
    for key in value.keys() - _KEYS:
        raise Unusable(f"{key!r} is unknown; id, prompt, images and video are known")
    prompt, images, video = value.get("prompt"), value.get("images", []), value.get("video")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Unusable("it has no prompt; write what is asked")
    if not isinstance(images, list) or not all(isinstance(one, str) for one in images):
        raise Unusable("images must be a list of paths")
    if video is not None and not isinstance(video, str):
        raise Unusable("video must be a path")
    pictures, recording = [_found(one, beside) for one in images], _found(video, beside) if video else None
    for path in pictures:
        check_picture(path)
    if recording:
        check_video(recording)
    return Request(
        prompt=prompt,
        images=pictures,
        video=recording,
        id=str(value.get("id", number)),
    )


def _found(name: str, beside: Path) -> Path:
    for path in (Path(name), beside / name):
        if path.is_file():
            return path
    raise Unusable(f"there is no file {name}")


def _line(request: Request, answer: str) -> dict[str, Any]:
    line: dict[str, Any] = {"id": request.id, "prompt": request.prompt, "answer": answer}
    marked = find_boxes(answer)
    if marked:
        line["boxes"] = [
            {"name": one.name, "boxes": [[box.left, box.top, box.right, box.bottom] for box in one.boxes]}
            for one in marked
        ]
    return line
