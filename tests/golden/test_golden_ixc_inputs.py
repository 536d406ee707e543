"""IXC-2.5's HD transform, frame mosaic and prompts against the published code."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from golden import folder, tensors, values
from PIL import Image
from test_golden_ixc import picture

from models import ixc_prompts as p
from models.ixc_mosaic import draw_mosaic, plan_mosaic
from models.ixc_vision import count_tokens, draw_canvas, plan_canvas
from models.pixels import CLIP

pytestmark = pytest.mark.models


def test_hd_transform_sizes() -> None:
    for case in values(folder("ixc_hd_transform") / "cases.json"):
        plan = plan_canvas(case["width"], case["height"], case["kind"], case["hd_num"])
        assert [plan.width, plan.height] == [case["out_width"], case["out_height"]], case
        assert [plan.content_width, plan.content_height] == [case["content_width"], case["content_height"]], case
        assert list(plan.grid()) == case["tiles_rows_cols"]
        assert count_tokens(*plan.grid()) == case["n_tokens"]


def test_hd_transform_pixels() -> None:
    path = folder("ixc_hd_transform")
    crops, k = tensors(path / "crops.safetensors"), values(path / "meta.json")["k"]
    drawn: dict[tuple[Any, ...], torch.Tensor] = {}
    for case in values(path / "cases.json"):
        key = (case["width"], case["height"], case["kind"], case["out_width"], case["out_height"])
        canvas = draw_canvas(picture(case["width"], case["height"], k), case["kind"], case["hd_num"])
        rgb = torch.from_numpy(np.array(canvas))
        if key in drawn:  # the same canvas by another number of tiles
            assert torch.equal(rgb, drawn[key])
            continue
        drawn[key] = rgb
        check_canvas(case, canvas, rgb, crops)


def check_canvas(case: dict[str, Any], canvas: Image.Image, rgb: torch.Tensor, crops: dict[str, torch.Tensor]) -> None:
    width, height = case["content_width"], case["content_height"]
    for name, top, left in (
        ("topleft", 0, 0),
        ("centre", height // 2, width // 2),
        ("content_end", height - 8, width - 8),
    ):
        crop = crops[f"{case['index']}.crop_{name}"]
        assert torch.equal(rgb[top : top + crop.shape[0], left : left + crop.shape[1]], crop), (case, name)
    pixels = CLIP.apply(canvas)
    torch.testing.assert_close(pixels.mean((1, 2)), torch.tensor(case["tensor_mean"]), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(pixels.std((1, 2)), torch.tensor(case["tensor_std"]), rtol=1e-4, atol=1e-5)


def test_mosaic() -> None:
    for case in values(folder("ixc_frame_mosaic") / "cases.json"):
        sizes = [(width, height) for width, height in case["frame_sizes"]]
        plan = plan_mosaic(sizes)
        assert list(plan.size) == case["canvas"]
        operations: list[dict[str, Any]] = []
        for cell in plan.cells:
            operations.append({"op": "paste", "xy": list(cell.at), "size": list(cell.size)})
            operations.append({"op": "text", "xy": list(cell.label_at), "text": cell.label})
            if cell.line:
                points = [list(point) for point in cell.line]
                operations.append({"op": "line", "points": points, "width": 2})
        assert operations == case["operations"]
        canvas = draw_mosaic([Image.new("RGB", size, (200, 0, 0)) for size in sizes])
        assert canvas.size == plan.size
        assert canvas.getpixel((plan.cells[0].at[0] + 5, plan.cells[0].at[1] + 5)) == (200, 0, 0)


def rebuilt(text: str) -> str:
    """A published prompt taken apart into what was said, and put together by our functions."""
    if p.TURN_END + p.ASSISTANT_HEAD not in text:
        return text  # a piece by itself; its constant is looked for by name
    if not text.startswith(p.START):  # what comes after the memory's tokens
        question = text.partition(p.TURN_END)[0]
        return p.memory_prompt(question).removeprefix(p.USER_HEAD)
    over = re.escape(p.TURN_END)
    system = re.match(rf"{re.escape(p.START)}system\n(.*?){over}", text, re.DOTALL)
    assert system is None or system[1] == p.SYSTEM
    turns = re.findall(
        rf"{re.escape(p.USER_HEAD)}(.*?){over}{re.escape(p.ASSISTANT_HEAD)}(?:(.*?){over})?", text, re.DOTALL
    )
    return p.chat_prompt(turns[-1][0], turns[:-1], "" if system is None else system[1])


def test_prompts_are_put_together_as_published() -> None:
    """The vocabulary's file is not at hand: the texts, and the ids that have names."""
    published = values(folder("ixc_prompts") / "tokens.json")
    pieces = published["pieces"]
    assert pieces[p.START] == p.START_ID
    assert pieces[p.END] == p.END_ID
    assert published["bos_token_id"] == p.BOS_ID
    assert published["eos_token_id"] == p.EOS_ID
    texts = {sample["text"] for sample in published["samples"]}
    assert {p.USER_HEAD, p.TURN_END, p.ASSISTANT_HEAD, p.OVERVIEW, p.RELATED} <= texts
    for text in texts:
        assert rebuilt(text) == text
    for sample in published["samples"]:
        assert (sample["ids"][:1] == [p.BOS_ID]) == sample["add_special_tokens"]
        assert sample["ids"].count(p.START_ID) == sample["text"].count(p.START)
        assert sample["ids"].count(p.END_ID) == sample["text"].count(p.END)
