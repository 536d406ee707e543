"""Frames, frame choice and the cutting of clips against the published code."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from golden import close, folder, same, tensors, values

from memory.clips import ClipCutter
from models.frames import FramePixels, squeeze
from models.video_sampling import choose_frames, clip_spans, count_clips

pytestmark = pytest.mark.models


def test_pixels_both_ways() -> None:
    path = folder("memory_frames")
    t, pixels = tensors(path / "tensors.safetensors"), FramePixels.from_dict(values(path / "preprocessor_config.json"))
    square = values(path / "meta.json")["square"]
    names = sorted(key.partition(".")[0] for key in t if key.endswith(".rgb"))
    assert names
    for name in names:
        frame = t[f"{name}.rgb"].numpy()
        close(pixels.offline(frame), t[f"{name}.offline_pixel_values"])
        assert np.array_equal(squeeze(frame, square), t[f"{name}.streaming_resized"].numpy())
        close(pixels.streaming(frame), t[f"{name}.streaming_pixel_values"])


def test_frame_choice_and_time_prompts() -> None:
    for case in values(folder("memory_sampling") / "cases.json"):
        n_clips = count_clips(case["n_frames"], case["fps"], case["num_frm"], case["max_clip"])
        assert n_clips == case["num_clips"]
        frames = choose_frames(case["n_frames"], n_clips * case["num_frm"])
        assert frames == case["frame_idx"]
        spans = clip_spans(frames, case["fps"], case["num_frm"])
        expected = [tuple(pair) for pair in case["clip_start_end_seconds"]]
        assert [(s.start_s, s.end_s) for s in spans] == [pytest.approx(pair, abs=1e-5) for pair in expected]
        assert [s.prompt for s in spans] == case["time_prompts"]


def test_clips_are_cut_at_the_same_frames() -> None:
    path = folder("memory_segmentation")
    meta, t = values(path / "meta.json"), tensors(path / "tensors.safetensors")
    for case in meta["cases"]:
        vectors = torch.nn.functional.normalize(t[f"{case['name']}.embeddings"], dim=-1)
        close((vectors[1:] * vectors[:-1]).sum(-1), t[f"{case['name']}.cosine_to_previous"])
        cutter = ClipCutter(
            cosine=meta["cosine_threshold"], min_frames=meta["min_frames"], max_frames=meta["max_frames"]
        )
        starts, rows = [], []
        for n, vector in enumerate(vectors.numpy()):
            if cutter.cuts(vector):
                starts.append(n)
            new = starts[-1] == n and n > 0
            rows.append([starts[-1], n + 1, int(new), n + 1 - starts[-1], len(starts)])
        expected = t[f"{case['name']}.start_end_new_frames_clips"]
        same(expected.new_tensor(rows), expected)
