"""Loading: shards, `.bin` files, and sentences that name the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoints import write_weights
from torch import nn

from models.checkpoint import CheckpointError, load_weights, read_json

pytestmark = pytest.mark.models


def network() -> nn.Sequential:
    with torch.device("meta"):
        return nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    return {key: torch.randn(value.shape) for key, value in network().state_dict().items()}


@pytest.mark.parametrize("shards", [1, 3])
def test_shards_are_put_together(tmp_path: Path, state: dict[str, torch.Tensor], shards: int) -> None:
    write_weights(tmp_path, state, shards)
    loaded = network()
    load_weights(loaded, tmp_path, dtype=torch.bfloat16)
    for key, value in loaded.state_dict().items():
        assert torch.equal(value, state[key].bfloat16())
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_bin_files_are_read(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    torch.save(state, tmp_path / "pytorch_model.bin")
    loaded = network()
    load_weights(loaded, tmp_path)
    assert torch.equal(loaded.state_dict()["1.bias"], state["1.bias"])


def test_a_missing_key_is_named(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    del state["1.bias"]
    write_weights(tmp_path, state)
    with pytest.raises(CheckpointError, match=r"1 keys are missing, the first is '1.bias'"):
        load_weights(network(), tmp_path)


def test_an_unexpected_key_is_named_with_its_file(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    write_weights(tmp_path, {**state, "extra": torch.zeros(1)})
    with pytest.raises(CheckpointError, match=r"model.safetensors: unexpected key 'extra'"):
        load_weights(network(), tmp_path)
    load_weights(network(), tmp_path, rename=lambda key: None if key == "extra" else key)


def test_a_wrong_shape_is_named_with_both_shapes(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    write_weights(tmp_path, {**state, "0.weight": torch.zeros(4, 5)})
    with pytest.raises(CheckpointError, match=r"'0.weight' has the shape \(4, 5\), config.json asks for \(4, 3\)"):
        load_weights(network(), tmp_path)


def test_a_missing_shard_is_named(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    write_weights(tmp_path, state, 2)
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"names model-00002-of-00002\.safetensors, which is not there"):
        load_weights(network(), tmp_path)


def test_what_is_no_checkpoint_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is not a folder"):
        load_weights(network(), tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="holds no"):
        load_weights(network(), tmp_path)
    with pytest.raises(CheckpointError, match="is missing"):
        read_json(tmp_path / "config.json")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match="not valid JSON"):
        read_json(tmp_path / "config.json")
    (tmp_path / "model.safetensors").write_bytes(b"nonsense, and not even long enough")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_weights(network(), tmp_path)


def test_what_does_not_fit_a_gpu_is_refused_before_loading(
    tmp_path: Path, state: dict[str, torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_weights(tmp_path, state)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (40, 100))
    with pytest.raises(CheckpointError, match=r"needs 0\.0 GB on cuda:0, where 0\.0 GB are free"):
        load_weights(network(), tmp_path, device="cuda:0", dtype=torch.bfloat16)
