"""What was in sight is found by words though no detector named it, where the eyes have a text tower."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from desk_tools import Memory, Out, frame
from numpy.typing import NDArray
from tiny_checkpoints import write_internvit, write_internvl_cg, write_weights

from memory import service as memory_service
from memory.backends.base import ClipInput
from memory.backends.pictures import PictureClips, PictureOptions
from memory.recall import FOUND, shown
from models.checkpoint import CheckpointError
from perception.backends.internvl_cg import InternVlCgEncoder, InternVlCgOptions
from wire import config
from wire.clock import ManualClock
from wire.messages import Tensor
from wire.service import Context

pytestmark = pytest.mark.models

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("internvl-c")
    state = write_internvl_cg(folder).state_dict()
    state["logit_scale"] = torch.tensor(100.0).log()  # as sharp as those that were trained
    write_weights(folder, state)
    return folder


def test_texts_are_those_of_the_eyes(checkpoint: Path) -> None:
    clips = PictureClips(PictureOptions(checkpoint=str(checkpoint)))
    eyes = InternVlCgEncoder(InternVlCgOptions(checkpoint=str(checkpoint)))
    np.testing.assert_allclose(clips.question("a red car"), eyes.encode_texts(["a red car"])[0], rtol=1e-4, atol=1e-5)
    assert clips.bias is None
    assert clips.sharpness == pytest.approx(100, rel=1e-3)


def test_a_clip_is_the_mean_of_its_frames(checkpoint: Path) -> None:
    clips = PictureClips(PictureOptions(checkpoint=str(checkpoint)))
    rows = np.eye(2, clips.dim, dtype=np.float32)
    (made,) = clips.compress([ClipInput(start_ns=0, end_ns=1, appearance=rows, sentences=())])
    np.testing.assert_allclose(made.vector[:2], [0.5**0.5, 0.5**0.5], rtol=1e-6)
    with pytest.raises(ValueError, match="same checkpoint"):
        clips.compress([ClipInput(start_ns=0, end_ns=1, appearance=rows[:, :5], sentences=())])


def test_eyes_without_texts_are_refused(tmp_path: Path) -> None:
    write_internvit(tmp_path)
    with pytest.raises(CheckpointError, match="know no texts"):
        PictureClips(PictureOptions(checkpoint=str(tmp_path)))


def test_a_picture_shows_a_text_by_the_models_own_odds() -> None:
    even = 16.5 / 112.0  # where SigLIP's logit is 0
    assert shown(even, 0.0, 112.0, -16.5) >= FOUND
    assert shown(even - 0.05, 0.0, 112.0, -16.5) == 0.0
    assert shown(0.25, 0.18, 100.0, None) >= FOUND  # 1100 times what any picture has
    assert shown(0.2, 0.18, 100.0, None) < FOUND


async def test_what_no_detector_named_is_recalled(checkpoint: Path, tmp_path: Path) -> None:
    """Six scenes whose pictures lie ever nearer to a text; the fake detectors name nothing."""
    profile = config.load("fake")
    chosen = config.BackendConfig(backend="pictures", options={"checkpoint": str(checkpoint), "device": "cpu"})
    profile = replace(profile, memory=replace(profile.memory, compressor=chosen))
    clips = PictureClips(PictureOptions(checkpoint=str(checkpoint), device="cpu"))
    text = clips.question("heron")
    out = Out()
    m = Memory(await memory_service.create(Context(profile, ManualClock(unix_s=1_700_000_000.0), out)), out)
    await m.open(tmp_path / "memory", mode="live")
    for t in range(36):
        other = np.random.default_rng(t // 6).normal(size=clips.dim).astype(np.float32)
        look = text + 0.02 * other if t // 6 == 3 else other - (other @ text) * text
        seen = replace(frame(t), appearance=_tensor(look / np.linalg.norm(look)))
        await m.service.handle(seen)
        await m.mark(t)
    question = await m.ask(36, "When did you see the heron?")
    assert [(e.kind, e.start_ns // 10**9) for e in question.evidence][:1] == [("scene", 18)]
    assert question.evidence[0].key_frame
    assert (await m.ask(37, "What did he say about the heron?")).evidence == ()
    await m.service.close()


def _tensor(row: Array) -> Tensor:
    return Tensor(data=row.astype(np.float32).tobytes(), dtype="float32", shape=row.shape)
