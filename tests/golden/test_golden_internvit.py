"""InternViT, both styles, and pixel shuffle against the published code."""

from __future__ import annotations

import pytest
import torch
from golden import close, folder, tensors, values

from models.checkpoint import load_weights
from models.internvit import InternVit, InternVitConfig
from models.internvl_chat import pixel_shuffle

pytestmark = pytest.mark.models


@pytest.mark.parametrize("style", ["300m", "6b"])
def test_states_of_every_layer_and_another_size(style: str) -> None:
    path = folder(f"internvit_{style}_style")
    x, y = tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
    with torch.device("meta"):
        network = InternVit(InternVitConfig.from_dict(values(path / "config.json")))
    load_weights(network, path / "model.safetensors")
    layers = [int(key.rpartition(".")[2]) for key in y if key.startswith("hidden_states.")]
    with torch.inference_mode():
        for layer, state in zip(layers, network.states(x["pixel_values"], layers), strict=True):
            close(state, y[f"hidden_states.{layer}"])
        close(network(x["pixel_values"])[:, 0], y["pooler_output"])
        first, last = network.states(x["pixel_values_other_size"], [0, -1])
    close(first, y["other_size_embeddings"])
    close(last, y["other_size_last_hidden_state"])


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_pixel_shuffle(version: str) -> None:
    path = folder("internvl_pixel_shuffle")
    t = tensors(path / "tensors.safetensors")
    assert torch.equal(pixel_shuffle(t["x"], values(path / "meta.json")["scale_factor"], version), t[version])
