"""The frame encoders that are networks, on tiny checkpoints in the published layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from tiny_checkpoints import (
    TOWER,
    random_weights,
    write_internvit,
    write_internvl,
    write_internvl_cg,
    write_json,
    write_memory,
    write_siglip,
    write_weights,
)
from transformers import CLIPVisionConfig, CLIPVisionModel, SiglipImageProcessor

from models.checkpoint import CheckpointError
from models.frames import FramePixels
from models.tokenizers import Vocabulary
from perception.backends import VISION
from perception.backends.clip import Clip, ClipOptions
from perception.backends.internvl_cg import InternVlCgEncoder, InternVlCgOptions
from perception.backends.siglip import Siglip, SiglipOptions

pytestmark = pytest.mark.models

torch.set_num_threads(1)
WRITERS: dict[str, tuple[str, Callable[[Path], Any], dict[str, Any]]] = {
    "release": ("clip", lambda folder: write_memory(folder / "memory"), {}),
    "siglip": ("siglip", write_siglip, {}),
    "internvit": ("internvit", write_internvit, {}),
    "internvl": ("internvit", write_internvl, {}),
    "c": ("internvl_cg", write_internvl_cg, {}),
    "g": ("internvl_cg", write_internvl_cg, {"kind": "g"}),
}


def frame(seed: int, height: int = 30, width: int = 50) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


FRAMES = [frame(0), frame(1), frame(2, 64, 20), np.zeros((9, 9, 3), np.uint8)]


@pytest.mark.parametrize("kind", WRITERS)
def test_one_by_one_equals_a_batch_and_all_are_unit_vectors(kind: str, tmp_path: Path) -> None:
    name, write, options = WRITERS[kind]
    write(tmp_path)
    encoder = VISION.create(name, {"checkpoint": str(tmp_path), "device": "cpu", **options})
    together = encoder.encode(FRAMES)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for one, row in zip(FRAMES, together, strict=True):
        np.testing.assert_allclose(encoder.encode([one])[0], row, atol=1e-4)
    assert len(encoder.encode([])) == 0
    assert 0 < encoder.threshold < 1
    encoder.close()
    encoder.close()


def test_clip_features_are_the_tower_states(tmp_path: Path) -> None:
    network = write_memory(tmp_path / "memory")
    vectors, features = Clip(ClipOptions(checkpoint=str(tmp_path), device="cpu")).encode_full(FRAMES)
    pixels = FramePixels(TOWER["image_size"]).batch(FRAMES)
    with torch.inference_mode():
        expected = network.features(pixels).numpy()
    assert features.dtype == np.float16
    np.testing.assert_allclose(features, expected, rtol=2e-3, atol=2e-3)
    mean = expected.mean(1)
    np.testing.assert_allclose(vectors, mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=1e-5)


def test_a_clip_folder_of_its_own(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"model_type": "clip", "vision_config": TOWER})
    network = CLIPVisionModel(CLIPVisionConfig.from_dict(TOWER))
    network.train(False)
    state = random_weights(network)
    network.load_state_dict(state)
    other = {"text_model.embeddings.weight": torch.zeros(2), "logit_scale": torch.zeros(1)}
    write_weights(tmp_path, {f"vision_model.{key}": value for key, value in state.items()} | other)
    options = ClipOptions(checkpoint=str(tmp_path), select_layer=-1, device="cpu")
    _, features = Clip(options).encode_full(FRAMES)
    with torch.inference_mode():
        expected = network(FramePixels(TOWER["image_size"]).batch(FRAMES)).last_hidden_state[:, 1:].numpy()
    np.testing.assert_allclose(features, expected, rtol=2e-3, atol=2e-3)


def test_siglip_is_that_of_transformers(tmp_path: Path) -> None:
    network = write_siglip(tmp_path)
    processor = SiglipImageProcessor(size={"height": 28, "width": 28})
    pixels = processor([Image.fromarray(one) for one in FRAMES], return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        expected = network.vision_model(pixel_values=pixels).pooler_output
    expected = torch.nn.functional.normalize(expected, dim=-1).numpy()
    np.testing.assert_allclose(
        Siglip(SiglipOptions(checkpoint=str(tmp_path), device="cpu")).encode(FRAMES), expected, atol=1e-4
    )


def test_texts_and_pictures_of_internvl_share_a_space(tmp_path: Path) -> None:
    network = write_internvl_cg(tmp_path)
    encoder = InternVlCgEncoder(InternVlCgOptions(checkpoint=str(tmp_path), device="cpu"))
    texts = encoder.encode_texts(["a cat", "a much longer text about a dog in a garden " * 4])
    assert texts.shape == (2, encoder.encode(FRAMES).shape[1])
    np.testing.assert_allclose(encoder.encode_texts(["a cat"])[0], texts[0], atol=1e-5)
    ids = [1, *Vocabulary(tmp_path).ids("summarize:a cat").tolist(), 2]
    with torch.inference_mode():
        expected = network.text(torch.tensor([ids]))[0].numpy()
    np.testing.assert_allclose(texts[0], expected / np.linalg.norm(expected), atol=1e-5)


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    write_siglip(tmp_path)
    with pytest.raises(CheckpointError, match=r"unexpected key 'vision_model.embeddings.patch_embedding.bias'"):
        Clip(ClipOptions(checkpoint=str(tmp_path), device="cpu"))
    with pytest.raises(CheckpointError, match="is not a folder"):
        Clip(ClipOptions(checkpoint=str(tmp_path / "nowhere")))
    with pytest.raises(ValueError, match="kind 'x'"):
        InternVlCgEncoder(InternVlCgOptions(checkpoint=str(tmp_path), kind="x"))
