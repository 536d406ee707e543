"""The video memory, offline and streaming, against the published code."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from golden import CASES, close, folder, same, tensors, values

from models.checkpoint import load_weights
from models.clip import merge_patches
from models.memory_stream import PublishedStream, select_clip
from models.video_memory import VideoMemory, VideoMemoryConfig, clip_shares, similarity

pytestmark = pytest.mark.models

BATCH = sorted(path.name for path in CASES.glob("memory_batch_*"))
STREAM = sorted(path.name for path in CASES.glob("memory_stream_*"))


def build(config: Path, tower: Path, weights: Path) -> VideoMemory:
    with torch.device("meta"):
        network = VideoMemory(VideoMemoryConfig.from_dict(values(config), values(tower)))
    load_weights(network, weights)
    return network


def pad_rows(rows: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Rows (B, L, ...) padded with zeros to the length of `like`."""
    padded = torch.zeros_like(like)
    padded[:, : rows.shape[1]] = rows
    return padded


@pytest.mark.parametrize("case", BATCH)
@torch.inference_mode()
def test_three_passes(case: str) -> None:
    path = folder(case)
    network = build(path / "config.json", path / "clip_vision/config.json", path / "model.safetensors")
    x, y = tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
    clips, frames = x["pixel_values"].shape[:2]
    features = network.features(x["pixel_values"].flatten(0, 1))
    close(features, y["vision_features"])
    per_clip = features.view(clips, frames, *features.shape[1:])
    close(merge_patches(per_clip).flatten(1, 2), y["mixed_features"])
    tokens = network.project(per_clip)
    close(tokens, y["projector_output"])

    rows = network.clip_rows([i[m] for i, m in zip(x["input_ids"], x["attention_mask"], strict=True)], list(tokens))
    close(rows.embeds, y["pass1_inputs_embeds"])
    same(rows.mask, y["pass1_attention_mask"])
    same(rows.indicators, y["pass1_indicators"])
    memory, states = network.compress(rows)
    close(states[rows.mask], y["pass1_hidden"][rows.mask])
    close(memory.local, y["clip_memory"])
    close(memory.time, y["time_tokens"])
    close(memory.time, y["time_tokens_pass3"])

    row = network.integration_row(list(memory.local), memory.time)
    close(row[0], y["pass2_inputs_embeds"])
    close(network.read(row)[0], y["pass2_hidden"])
    overview = network.integrate(list(memory.local), memory.time)
    close(overview, y["global_memory"])

    asked = network.question_rows(overview, [i[m] for i, m in zip(x["qs_ids"], x["qs_mask"], strict=True)])
    expected = y["pass3_attention_mask"]
    same(expected[:clips], pad_rows(rows.mask, expected[:clips]))
    same(expected[clips:], pad_rows(asked.mask, expected[clips:]))
    # The only positions that the published code picks: memory and time of the clips, the end of each question.
    kinds = y["pass3_indicators"]
    same(kinds[:clips], pad_rows(rows.indicators, kinds[:clips]))
    same(kinds[clips:].argmax(1), asked.mask.sum(1) - 1)
    questions = network.question_tokens(asked)
    close(questions, y["question_tokens"])
    cosines = similarity(questions, memory.time)
    close(cosines, y["similarity_cosine"])
    close(clip_shares(cosines), y["similarity_softmax"])


@pytest.mark.parametrize("case", STREAM)
@torch.inference_mode()
def test_published_schedule(case: str) -> None:
    path, meta = folder(case), values(folder(case) / "meta.json")
    files = [path / meta[key] for key in ("config", "clip_config", "weights")]
    if missing := [file for file in files if not file.exists()]:
        pytest.skip(f"{case} reads {missing[0]}, which is not there")
    network = build(*files)
    x, y = tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
    stream = PublishedStream(network)
    for step in values(path / "steps.json"):
        name = f"step{step['step']}"
        features = network.features(x[f"segment{step['segment']}.pixel_values"][: step["frames"]])
        tokens = stream.step(x[f"{name}.input_ids"][:-1], features, new_clip=step["new_segment"])
        close(tokens, y[f"{name}.projector_output"])
        assert len(stream.time) == step["clips_so_far"]
        assert len(stream.local[-1]) == step["num_slot"]
        close(stream.local[-1], y[f"{name}.clip_memory"])
        close(stream.time[-1][None], y[f"{name}.time_token"])
        assert stream.global_memory is not None
        close(stream.global_memory, y[f"{name}.global_memory"])
        for j, selected in enumerate(step["selected_clip_at_threshold_0p3"]):
            token, cosines = stream.ask(x[f"question{j}.input_ids"])
            close(token, y[f"{name}.question{j}.token"])
            close(cosines[0], y[f"{name}.similarity"][j])
            found = select_clip(cosines[0])
            assert ([] if found is None else [found]) == selected
