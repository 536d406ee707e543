"""The published video memory as a compressor, on a tiny checkpoint in the published layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tiny_checkpoints import TOWER, write_json, write_memory
from transformers import AutoTokenizer

from memory.backends import COMPRESSOR
from memory.backends.base import ClipInput, Overviewer
from memory.backends.ixc_memory import IxcMemory, IxcMemoryOptions
from models.checkpoint import CheckpointError
from models.video_memory import PICTURE_ID, similarity

pytestmark = pytest.mark.models

torch.set_num_threads(1)
SECOND_NS = 1_000_000_000
PATCHES, WIDTH = int(TOWER["image_size"] // TOWER["patch_size"]) ** 2, int(TOWER["hidden_size"])


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("omnilive")
    write_memory(folder / "memory")
    return folder


@pytest.fixture(scope="module")
def backend(checkpoint: Path) -> IxcMemory:
    made = COMPRESSOR.create("ixc_memory", {"checkpoint": str(checkpoint), "device": "cpu"})
    assert isinstance(made, IxcMemory)
    return made


def clip(seed: int, start_s: int, frames: int) -> ClipInput:
    rng = np.random.default_rng(seed)
    features: NDArray[np.float32] = rng.normal(size=(frames, PATCHES, WIDTH)).astype(np.float32)
    return ClipInput(
        start_ns=start_s * SECOND_NS,
        end_ns=(start_s + frames) * SECOND_NS,
        appearance=features[:, 0],
        sentences=(),
        features=features,
    )


CLIPS = [clip(1, 0, 3), clip(2, 3, 5), clip(3, 8, 3)]


def kept(backend: IxcMemory) -> list[NDArray[np.float32]]:
    return [memory.tokens for memory in backend.compress(CLIPS) if memory.tokens is not None]


def overview(backend: IxcMemory) -> NDArray[np.float32]:
    return backend.integrate(kept(backend))


def test_clips_of_any_lengths_become_memory(backend: IxcMemory) -> None:
    memories = backend.compress(CLIPS)
    for memory, source in zip(memories, CLIPS, strict=True):
        assert memory.vector.shape == (backend.dim,)
        assert np.linalg.norm(memory.vector) == pytest.approx(1.0, abs=1e-5)
        assert memory.tokens is not None
        assert memory.tokens.shape == (len(source.appearance) + 1, backend.dim)  # the last is the time token
        np.testing.assert_allclose(memory.tokens[-1] / np.linalg.norm(memory.tokens[-1]), memory.vector, atol=1e-5)


def test_batched_clips_equal_single_ones(backend: IxcMemory) -> None:
    for together, source in zip(backend.compress(CLIPS), CLIPS, strict=True):
        alone = backend.compress([source])[0]
        np.testing.assert_allclose(together.vector, alone.vector, rtol=1e-4, atol=1e-5)
        assert together.tokens is not None
        assert alone.tokens is not None
        np.testing.assert_allclose(together.tokens, alone.tokens, rtol=1e-4, atol=1e-4)


def test_flat_features_are_the_same_as_shaped_ones(backend: IxcMemory) -> None:
    source = CLIPS[0]
    assert source.features is not None
    flat = ClipInput(
        start_ns=source.start_ns,
        end_ns=source.end_ns,
        appearance=source.appearance,
        sentences=(),
        features=source.features.reshape(len(source.features), -1),
    )
    np.testing.assert_array_equal(backend.compress([flat])[0].vector, backend.compress([source])[0].vector)


def test_the_published_schedule_ends_where_clips_and_overview_do(backend: IxcMemory) -> None:
    session = backend.published()
    for source in CLIPS:
        assert source.features is not None
        for n in range(1, len(source.features) + 1):
            so_far = ClipInput(
                start_ns=source.start_ns,
                end_ns=source.start_ns + n * SECOND_NS,
                appearance=source.appearance[:n],
                sentences=(),
                features=source.features[:n],
            )
            last = session.step(so_far, new_clip=n == 1)
        np.testing.assert_allclose(last.vector, backend.compress([source])[0].vector, rtol=1e-4, atol=1e-5)
    vector, cosines = session.ask("where is the cat?")
    np.testing.assert_allclose(vector, backend.question_after("where is the cat?", overview(backend)), atol=1e-5)
    vectors = np.stack([memory.vector for memory in backend.compress(CLIPS)])
    np.testing.assert_allclose(cosines, vectors @ vector, rtol=1e-4, atol=1e-5)


def test_a_clip_is_what_the_network_says(backend: IxcMemory, checkpoint: Path) -> None:
    """The words in front of the frames, and the tower left out, change nothing."""
    network = write_memory(checkpoint / "memory")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint / "memory")
    words = tokenizer("This contains a clip sampled in 3 to 8 seconds", add_special_tokens=False)["input_ids"]
    features = torch.from_numpy(CLIPS[1].features)[None]
    with torch.inference_mode():
        rows = network.clip_rows([torch.tensor([*words, PICTURE_ID])], list(network.project(features)))
        memory, _ = network.compress(rows)
    got = backend.compress([CLIPS[1]])[0]
    assert float(similarity(memory.time, torch.from_numpy(got.vector)[None])) == pytest.approx(1.0, abs=1e-5)
    assert got.tokens is not None
    np.testing.assert_allclose(backend.local([got.tokens]), memory.local[0].numpy(), rtol=1e-4, atol=1e-5)


def test_a_question_needs_no_overview(backend: IxcMemory) -> None:
    vector = backend.question("where is the cat?")
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(vector, backend.question_after("where is the cat?", overview(backend)))


def test_a_clip_without_tower_states_names_the_fix(backend: IxcMemory) -> None:
    bare = ClipInput(start_ns=0, end_ns=1, appearance=np.zeros((1, 4), np.float32), sentences=())
    with pytest.raises(ValueError, match="backend 'clip'"):
        backend.compress([bare])


def test_a_folder_without_memory_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"model_type": "qwen2"})
    with pytest.raises(CheckpointError, match="holds no video memory"):
        IxcMemory(IxcMemoryOptions(checkpoint=str(tmp_path)))


def test_overview_is_the_published_integration_of_what_was_kept(backend: IxcMemory, checkpoint: Path) -> None:
    network = write_memory(checkpoint / "memory")
    local = [torch.from_numpy(tokens[:-1]) for tokens in kept(backend)]
    time = torch.stack([torch.from_numpy(tokens[-1]) for tokens in kept(backend)])
    with torch.inference_mode():
        wanted = network.integrate(local, time)
    np.testing.assert_allclose(overview(backend), wanted.numpy(), rtol=1e-4, atol=1e-5)
    assert backend.integrate([]).shape == backend.local([]).shape == (0, backend.dim)
    assert backend.local(kept(backend)).shape == (3 + 5 + 3, backend.dim)


def test_it_says_that_a_reasoner_reads_its_tokens(backend: IxcMemory) -> None:
    assert isinstance(backend, Overviewer)
    assert backend.threshold == 0.3  # as published
    assert not isinstance(COMPRESSOR.create("sentences", {}), Overviewer)
