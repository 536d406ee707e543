"""The worked example of docs/adding_a_backend.md, executed as it stands there."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from wire.registry import BackendError, Registry

pytestmark = pytest.mark.unit

DOC = Path(__file__).resolve().parents[2] / "docs" / "adding_a_backend.md"


def block(head: str) -> str:
    """The fenced block that begins with this line."""
    match = re.search(rf"^```{re.escape(head)}\n(.*?)^```", DOC.read_text(encoding="utf-8"), re.S | re.M)
    assert match, f"no block {head!r}"
    return match[1]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry with the example's line in it, its file importable."""
    (tmp_path / "loudness.py").write_text(block("python file=loudness.py"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "loudness", raising=False)
    registry = Registry("perception.vad")
    line = re.search(r'VAD\.add\("(\w+)", "[\w.]+\.(\w+:\w+)"\)', block("python"))
    assert line
    registry.add(line[1], line[2])
    return registry


def test_hears_what_is_loud(registry: Registry) -> None:
    section = tomllib.loads(block("toml"))["perception"]["vad"]
    vad = registry.create(section["backend"], section["options"])
    rng = np.random.default_rng(1)
    pcm = np.concatenate([rng.normal(0, 10, 3_200), rng.normal(0, 5_000, 3_200)]).astype(np.int16)
    found = vad.stream().feed(pcm)
    assert len(found) == pcm.size // (vad.sample_rate * vad.frame_ms // 1000)
    assert max(found[:10]) < 0.1
    assert min(found[10:]) > 0.9
    vad.close()
    vad.close()


def test_chunks_do_not_matter(registry: Registry) -> None:
    pcm = np.random.default_rng(2).normal(0, 800, 5_000).astype(np.int16)
    vad = registry.create("loudness", {})
    stream = vad.stream()
    pieces = [p for i in range(0, pcm.size, 77) for p in stream.feed(pcm[i : i + 77])]
    assert pieces == vad.stream().feed(pcm)


def test_wrong_options_are_named(registry: Registry) -> None:
    with pytest.raises(BackendError, match="speech_rms"):
        registry.create("loudness", {"speech_rsm": 1.0})
    with pytest.raises(BackendError, match="positive loudness"):
        registry.create("loudness", {"speech_rms": 0.0})
