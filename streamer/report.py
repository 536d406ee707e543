"""report.html: one file that shows a finished replay, made from what the replay wrote and what memory drew of itself.

Pictures are inside the file, no script, no font, no address of another place. Pure but for reading the folder.
"""

from __future__ import annotations

import base64
import io
import json
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from PIL import Image, UnidentifiedImageError

from streamer.folder import ANSWERS, EVENTS, FRAMES, REPORT, SUMMARY, rewrite
from streamer.report_timeline import THUMBNAILS, WIDTH, Scale, at, lanes, spread
from wire.boxes import find_boxes, without_boxes

_PICTURE_PX, _THUMBNAIL_PX = 480, 240  # longer side; a phone shows them twice as dense
_MOST_PICTURES = 240  # in the whole report; further ones are named, not shown
_MOST_EVIDENCE = 6  # lines below an answer
_FOLDED_LINES = 5  # longer stretches of talk between two questions are folded

Record = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: a stage ended at end_ms; left and width in percent of the whole."""

    name: str
    service: str
    end_ms: float
    left: float
    width: float


def write_report(folder: Path, drawing: str = "") -> None:
    """Make report.html of the folder of a finished replay. drawing: what memory drew of itself, as HTML."""
    events, answers = _lines(folder / EVENTS), _lines(folder / ANSWERS)
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["at"] = at
    environment.filters["plain"] = without_boxes
    content = _content(events, answers, summary, Pictures(folder / FRAMES))
    page = environment.get_template("report.html.j2").render(content, drawing=drawing)
    rewrite(folder / REPORT, [page])


def _lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _content(events: list[Record], answers: list[Record], summary: Record, pictures: Pictures) -> Record:
    start = next(e for e in events if e["event"] == "start")
    end = next(e for e in events if e["event"] == "end")
    scale = Scale(max(start["duration"], end["t"]))
    kept = [e for e in events if e["event"] == "kept"]
    strip = [kept[i] for i in spread([e["t"] for e in kept], scale.duration_s, THUMBNAILS)]
    thumbnails = [(e["t"], pictures.uri(e["key_frame"], _THUMBNAIL_PX)) for e in strip]
    return {
        "start": start,
        "end": end,
        "summary": summary,
        "width": WIDTH,
        "ticks": scale.ticks(),
        "lanes": lanes(scale, events, answers),
        "thumbnails": [(t_s, uri) for t_s, uri in thumbnails if uri],
        "warnings": [e for e in events if e["event"] == "warning"],
        "feed": _feed(events, answers, pictures),
        "waterfalls": [w for w in (_waterfall(a) for a in answers) if w["steps"]],
        "busy": _busy(summary),
        "n_answered": sum(a["state"] == "answered" for a in answers),
        "n_asked": len(answers),
    }


# ---- the conversation ----------------------------------------------------------------------------------------------


def _feed(events: list[Record], answers: list[Record], pictures: Pictures) -> list[Record]:
    """Stretches of talk and questions with their answers, in order: {"talk": [...], "folded"} or {"answer": ...}."""
    ids = {str(a["id"]) for a in answers}
    options = {e["id"]: e["options"] for e in events if e["event"] == "asked"}
    kept = [e for e in events if e["event"] == "kept"]
    talk = [e for e in events if e["event"] == "heard" and e["source"] == "spoken" and e["id"] not in ids]
    items = [(e["end"], 0, e) for e in talk] + [(a["t_query"], 1, a) for a in answers]
    feed: list[Record] = []
    for _, is_answer, record in sorted(items, key=lambda item: item[:2]):
        if is_answer:
            lettered = list(zip(string.ascii_uppercase, options.get(str(record["id"]), ()), strict=False))
            evidence, pointed = _evidence(record, pictures), _pointed(record, kept, pictures)
            feed.append({"answer": record, "options": lettered, "evidence": evidence, "pointed": pointed})
        elif feed and "talk" in feed[-1]:
            feed[-1]["talk"].append(record)
        else:
            feed.append({"talk": [record]})
    for item in feed:
        item["folded"] = len(item.get("talk", ())) > _FOLDED_LINES
    return feed


def _evidence(answer: Record, pictures: Pictures) -> Record:
    """The lines of evidence, and each of their pictures once."""
    lines = answer["evidence"][:_MOST_EVIDENCE]
    shown: dict[str, tuple[float, str]] = {}
    for line in lines:
        name = line["key_frame"]
        if name and name not in shown:
            shown[name] = (line["start"], pictures.uri(name, _PICTURE_PX))
    return {
        "lines": lines,
        "more": len(answer["evidence"]) - len(lines),
        "pictures": [(t_s, uri) for t_s, uri in shown.values() if uri][:4],
    }


def _pointed(answer: Record, kept: list[Record], pictures: Pictures) -> Record:
    """The boxes of an answer on the newest key frame that was there when it was asked; {} without boxes or frame.
    Sides in thousandths of the picture."""
    marked = find_boxes(answer["text"])
    seen = [e for e in kept if e["t"] <= answer["t_query"]]
    uri = pictures.uri(seen[-1]["key_frame"], _PICTURE_PX) if marked and seen else ""
    if not uri:
        return {}
    return {"t": seen[-1]["t"], "uri": uri, "marks": [(one.name, box) for one in marked for box in one.boxes]}


class Pictures:
    """Key frames as data addresses, made small, each at one size once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, int], str] = {}

    def uri(self, name: str, longest_px: int) -> str:
        """ "" for a picture that is not there, does not decode, or is one too many."""
        key = (name, longest_px)
        if key not in self._made:
            self._made[key] = self._make(name, longest_px) if len(self._made) < _MOST_PICTURES else ""
        return self._made[key]

    def _make(self, name: str, longest_px: int) -> str:
        try:
            with Image.open(self._folder / name) as picture:
                picture.thumbnail((longest_px, longest_px))
                small = io.BytesIO()
                picture.convert("RGB").save(small, "JPEG", quality=80)
        except (OSError, UnidentifiedImageError):
            return ""
        return "data:image/jpeg;base64," + base64.b64encode(small.getvalue()).decode("ascii")


# ---- numbers -------------------------------------------------------------------------------------------------------


def _waterfall(answer: Record) -> Record:
    """The stages of one answer in the order in which they ended, as bars one after the other."""
    ends = {name: ms for name, ms in answer["wall_marks_ms"].items() if ms is not None}
    for name in ("first_token", "first_audio", "done"):
        ms = answer[f"wall_{name}_ms"]
        if ms is not None:
            ends[f"streamer {name.replace('_', ' ')}"] = ms
    whole_ms = max(ends.values(), default=0.0)
    steps, before_ms = [], 0.0
    for name, end_ms in sorted(ends.items(), key=lambda item: item[1]):
        service, _, stage = name.partition(" ")
        end_ms = max(0.0, end_ms)
        share = 100 / whole_ms if whole_ms > 0 else 0.0
        steps.append(Step(stage, service, end_ms, round(before_ms * share, 2), round((end_ms - before_ms) * share, 2)))
        before_ms = end_ms
    return {"answer": answer, "steps": steps}


def _busy(summary: Record) -> list[Record]:
    """Stages by the share of the run's wall time that they worked, the greatest first."""
    whole_s = summary["wall_s"] or 1.0
    stages = [
        {"service": service, "stage": stage, "s": s, "percent": round(100 * s / whole_s, 1)}
        for service, by_stage in summary["busy_s"].items()
        for stage, s in by_stage.items()
    ]
    return sorted(stages, key=lambda stage: (-stage["s"], stage["service"], stage["stage"]))
