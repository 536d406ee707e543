"""Voice activity with Silero's network, run by onnxruntime: slower than WebRTC's, and not fooled by tones and noises.

The package carries the model; its own Python code is not used, since importing it would load torch.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from perception.backends.base import Pcm

FRAME_MS = 32
_FRAME = 512  # samples the network wants at once
_CONTEXT = 64  # ... and the last of those before

_package = importlib.util.find_spec("silero_vad")
if _package is None or not _package.submodule_search_locations:
    raise ModuleNotFoundError("No module named 'silero_vad'", name="silero_vad")
_MODEL = Path(_package.submodule_search_locations[0]) / "data" / "silero_vad.onnx"


@dataclass(frozen=True, kw_only=True)
class SileroOptions:
    """There is nothing to choose."""


class SileroVad:
    Options = SileroOptions
    sample_rate = 16_000
    frame_ms = FRAME_MS

    def __init__(self, options: SileroOptions) -> None:
        del options
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        self._network = onnxruntime.InferenceSession(str(_MODEL), settings, providers=["CPUExecutionProvider"])
        self.stream().feed(np.zeros(_FRAME, np.int16))

    def stream(self) -> SileroVadStream:
        return SileroVadStream(self._network)

    def close(self) -> None:
        """The network goes with its last stream."""


class SileroVadStream:
    def __init__(self, network: onnxruntime.InferenceSession) -> None:
        self._network = network
        self._state: NDArray[np.float32] = np.zeros((2, 1, 128), np.float32)
        self._context: NDArray[np.float32] = np.zeros(_CONTEXT, np.float32)
        self._waiting: Pcm = np.zeros(0, np.int16)

    def feed(self, pcm: Pcm) -> list[float]:
        joined = np.concatenate([self._waiting, pcm])
        whole = joined.size - joined.size % _FRAME
        self._waiting = joined[whole:]
        frames = (joined[:whole].astype(np.float32) / 32_768.0).reshape(-1, _FRAME)
        return [self._probability(frame) for frame in frames]

    def _probability(self, frame: NDArray[np.float32]) -> float:
        sound = np.concatenate([self._context, frame])[None]
        inputs = {"input": sound, "state": self._state, "sr": np.array(16_000, np.int64)}
        probability, self._state = self._network.run(None, inputs)
        self._context = frame[-_CONTEXT:]
        return float(probability[0, 0])
