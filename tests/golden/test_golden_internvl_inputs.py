"""InternVL's tiles and prompts against the published code."""

from __future__ import annotations

import pytest
from golden import close, folder, tensors, values
from PIL import Image

from models.internvl_prompts import TEMPLATES, chat_prompt, template
from models.internvl_tiles import choose_grid, cut_tiles, square_pixels, tile_pixels

pytestmark = pytest.mark.models


def test_grids() -> None:
    blank: dict[tuple[int, int], Image.Image] = {}
    for case in values(folder("internvl_dynamic_preprocess") / "grids.json"):
        shape, size = (case["width"], case["height"]), case["image_size"]
        grid = choose_grid(*shape, case["min_num"], case["max_num"], size)
        assert [grid.columns, grid.rows] == case["grid_cols_rows"], case
        assert [grid.columns * size, grid.rows * size] == case["resized"]
        n_tiles = grid.tiles + int(case["use_thumbnail"] and grid.tiles > 1)
        assert n_tiles == case["n_tiles"]
        assert (n_tiles > grid.tiles) == case["has_thumbnail"]
        # The grids of one small picture are cut for real; the sizes of the others follow from the grid.
        picture = blank.setdefault((8, 8), Image.new("RGB", (8, 8)))
        assert len(cut_tiles(picture, grid, 8, thumbnail=case["use_thumbnail"])) == n_tiles


def test_pixels() -> None:
    path = folder("internvl_dynamic_preprocess")
    y = tensors(path / "outputs.safetensors")
    for case in values(path / "pixel_cases.json"):
        name, size = case["file"].partition("_")[0], case["image_size"]
        picture = Image.open(path / case["file"])
        tiles = tile_pixels(picture, size, max_tiles=case["max_num"], thumbnail=case["use_thumbnail"])
        assert len(tiles) == case["n_tiles"]
        close(tiles, y[f"{name}.pixel_values"])
        close(square_pixels(picture, size), y[f"{name}.single"])
        close(square_pixels(picture, size, pad=True), y[f"{name}.pad2square"])


def test_templates() -> None:
    published = values(folder("internvl_prompts") / "prompts.json")["templates"]
    assert set(published) <= set(TEMPLATES)
    for name, case in published.items():
        ours = template(name)
        assert [ours.user, ours.assistant] == case["roles"]
        assert ours.separator == case["sep"]
        assert ours.system == case["system_message"]
        assert ours.system_head + ours.system == case["system_template"].format(system_message=case["system_message"])


def test_rendered_prompts() -> None:
    for case in values(folder("internvl_prompts") / "prompts.json")["cases"]:
        # The published chat function appends to the list it is given; the prompt tells how much was in it then.
        n_turns = case["query"].count(template(case["template"]).assistant) - 1
        history = [(q, a) for q, a in (case["history"] or [])[:n_turns]]
        tiles = case["num_patches_list"] or []
        prompt = chat_prompt(case["template"], case["question"], tiles, case["num_image_token"], history)
        assert prompt == case["query"]
        assert template(case["template"]).end == case["eos_token"]
