"""Loading: shards, `.bin` files, and sentences that name the file and the key."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from tiny_checkpoints import write_internvl, write_ixc, write_json, write_memory, write_weights
from torch import nn

from models.checkpoint import CheckpointError, checkpoint_folder, load_weights, read_json
from models.loading import Loaded, Loading, watching

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


# ---- where a checkpoint is, and whose ------------------------------------------------------------------------------


def test_a_hub_id_is_found_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the hub's own tool lays it out; nothing is asked for over the net."""
    cached = tmp_path / "models--owner--name"
    write_json(cached / "snapshots" / "abc" / "config.json", {})
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("abc")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert checkpoint_folder("owner/name") == cached / "snapshots" / "abc"
    with pytest.raises(CheckpointError, match=r"nothing by that id; `hf download owner/other` fetches it"):
        checkpoint_folder("owner/other")


def test_a_folder_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert checkpoint_folder(str(tmp_path)) == tmp_path
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="is a file"):
        checkpoint_folder(tmp_path / "file")
    with pytest.raises(CheckpointError, match="give the checkpoint's local folder, or its hub id"):
        checkpoint_folder("/no/such/folder")
    with pytest.raises(CheckpointError, match="fetch the checkpoint into it"):
        checkpoint_folder("checkpoints/InternVL2-8B")


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"model_type": "qwen2_audio"}, "the folder is Qwen2-Audio, for the profile omnilive-7b"),
        ({"pool_num": 1}, "the folder is OmniLive's video memory, for the profile omnilive-7b"),
        ({"plora_r": 256}, "the folder is IXC-2.5, OmniLive's reasoner, for the profile omnilive-7b"),
        ({"llm_config": {"model_type": "phi3"}}, "an InternVL chat model with phi3, for the profile mini-internvl-4b"),
        ({"llm_config": {"model_type": "internlm2", "hidden_size": 6144}}, "for the profile internvl-chat-v1-5"),
        ({"llm_config": {"model_type": "internlm2", "hidden_size": 4096}}, "for the profile internvl2-8b"),
        ({"llm_config": {"model_type": "llama", "hidden_size": 8192}}, "for the profile internvl2-76b"),
        ({"model_type": "clip"}, "the folder is a CLIP model, for no profile; see docs/models.md"),
        ({"model_type": "gpt2"}, "does the profile fit this checkpoint"),
    ],
)
def test_weights_that_do_not_fit_name_the_likely_profile(
    tmp_path: Path, state: dict[str, torch.Tensor], config: dict[str, object], sentence: str
) -> None:
    write_json(tmp_path / "config.json", config)
    write_weights(tmp_path, {**state, "extra": torch.zeros(1)})
    with pytest.raises(CheckpointError, match=r"model.safetensors: unexpected key 'extra'") as unexpected:
        load_weights(network(), tmp_path)
    assert sentence in str(unexpected.value)
    write_weights(tmp_path, {"0.weight": state["0.weight"]})
    with pytest.raises(CheckpointError, match=r"looked in model\.safetensors") as missing:
        load_weights(network(), tmp_path)
    assert sentence in str(missing.value)


def test_the_tiny_checkpoints_are_recognised(tmp_path: Path) -> None:
    from models.recognise import recognise

    write_ixc(tmp_path / "merge_lora")
    write_memory(tmp_path / "memory")
    write_internvl(tmp_path / "chat", "phi3")
    found = [recognise(tmp_path / part).family for part in ("", "merge_lora", "memory", "chat", "nowhere")]
    assert found == ["release", "ixc25", "ixc_memory", "internvl_chat", ""]


# ---- how far a load is ---------------------------------------------------------------------------------------------


def test_a_load_tells_how_far_it_is(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    write_weights(tmp_path, state, 2)
    told: list[Loaded] = []
    with watching(told.append):
        load_weights(network(), tmp_path)
    load_weights(network(), tmp_path)  # nobody watches
    done = [one.done_bytes for one in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, told[0].total_bytes)
    assert len(done) == len(state) + 2
    assert all(one.source == tmp_path for one in told)
    assert done[-2] < told[0].total_bytes


def test_a_large_load_is_logged_in_tenths(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        large = Loading(tmp_path, 4_000_000_000)
        for _ in range(100):
            large.add(40_000_000)
        large.finish()
        Loading(tmp_path, 1000).finish()
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 10
    assert lines[0] == f"< {tmp_path}: 400.0 MB of 4.0 GB"
    assert lines[-1] == f"< {tmp_path}: all of its 4.0 GB"
