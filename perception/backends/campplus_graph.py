"""The network of CAM++, which tells voices apart, as an ONNX model.

Convolutions over time and frequency, then 52 thin layers over time, each of which is given all that those before it
found and weighs it by what the whole and its part of two seconds sound like. Source: H. Wang et al., "CAM++: A Fast and
Efficient Network for Speaker Verification Using Context-Aware Masking", 2023 (arXiv:2303.00332).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from wire.onnx_graph import FLOAT, Graph, Shape

Array = NDArray[np.float32]

BANDS, FRAMES_OUT = 80, 512  # that go in, and channels that come out
BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and their dilation
SEGMENT = 100  # frames of a part, at half the rate of what goes in
_EPSILON = 1e-5


def context(n_frames: int) -> tuple[Array, Array]:
    """For n_frames (T) of what goes in: (T', S) by which frames are averaged to what the whole and each part sound
    like, and (S, T') by which each frame is given that of its part. T' is half of T, rounded up."""
    half = (n_frames + 1) // 2
    part = np.arange(half) // SEGMENT
    within = (part[:, None] == np.arange(part[-1] + 1)).astype(np.float32)
    return within / within.sum(axis=0) + np.float32(1 / half), np.ascontiguousarray(within.T)


def network(tensors: Mapping[str, Array]) -> bytes:
    """features (1, 1, BANDS, T), average (T', S) and spread (S, T') as `context` gives them -> frames
    (1, FRAMES_OUT, T'). tensors: weights by their published names."""
    builder = _Builder(tensors)
    frames = builder.head("features")
    frames = builder.relu(builder.convolved(frames, "xvector.tdnn.linear", stride=2), "xvector.tdnn.nonlinear")
    for number, (layers, dilation) in enumerate(BLOCKS, start=1):
        for layer in range(1, layers + 1):
            found = builder.layer(frames, f"xvector.block{number}.tdnnd{layer}.", dilation)
            frames = builder.graph.node("Concat", frames, found, axis=1)
        name = f"xvector.transit{number}."
        frames = builder.convolved(builder.relu(frames, f"{name}nonlinear"), f"{name}linear")
    builder.graph.node("Identity", builder.relu(frames, "xvector.out_nonlinear"), output="frames")
    inputs: dict[str, tuple[int, Shape]] = {
        "features": (FLOAT, [1, 1, BANDS, "T"]), "average": (FLOAT, ["H", "S"]), "spread": (FLOAT, ["S", "H"]),
    }  # fmt: skip
    return builder.graph.model(inputs, {"frames": (FLOAT, [1, FRAMES_OUT, "H"])})


class _Builder:
    def __init__(self, tensors: Mapping[str, Array]) -> None:
        self.graph = Graph()
        self._tensors = tensors

    def head(self, features: str) -> str:
        """(1, C, T) of what goes in: patterns in time and frequency, which is an eighth as fine at the end."""
        seen = self._relu(self._flat(features, "head.conv1", "head.bn1"))
        for layer in ("head.layer1", "head.layer2"):
            seen = self._residual(seen, f"{layer}.0.", stride=2)
            seen = self._residual(seen, f"{layer}.1.", stride=1)
        seen = self._relu(self._flat(seen, "head.conv2", "head.bn2", stride=2))
        channels = self._tensors["head.conv2.weight"].shape[0] * BANDS // 8
        return self.graph.node("Reshape", seen, self.graph.constant(np.asarray([1, channels, -1], np.int64)))

    def layer(self, frames: str, name: str, dilation: int) -> str:
        """(1, C, T') that a layer adds to what it was given."""
        graph = self.graph
        narrow = self.convolved(self.relu(frames, f"{name}nonlinear1.batchnorm"), f"{name}linear1")
        narrow = self.relu(narrow, f"{name}nonlinear2.batchnorm")
        local = self.convolved(narrow, f"{name}cam_layer.linear_local", dilation=dilation)
        around = self._relu(self.convolved(graph.node("MatMul", narrow, "average"), f"{name}cam_layer.linear1"))
        weight = graph.node("Sigmoid", self.convolved(around, f"{name}cam_layer.linear2"))
        return graph.node("Mul", local, graph.node("MatMul", weight, "spread"))

    def relu(self, frames: str, name: str) -> str:
        return self._relu(self._normed(frames, name if name.endswith("batchnorm") else f"{name}.batchnorm"))

    def convolved(self, frames: str, name: str, *, stride: int = 1, dilation: int = 1) -> str:
        """Over time; as long as before where stride is 1."""
        weight = self._tensors[f"{name}.weight"]
        pad = weight.shape[2] // 2 * dilation
        given = [self.graph.constant(weight)]
        if f"{name}.bias" in self._tensors:
            given.append(self.graph.constant(self._tensors[f"{name}.bias"]))
        return self.graph.node(
            "Conv", frames, *given, kernel_shape=weight.shape[2:], pads=(pad, pad), strides=(stride,),
            dilations=(dilation,),
        )  # fmt: skip

    def _residual(self, seen: str, name: str, stride: int) -> str:
        inner = self._relu(self._flat(seen, f"{name}conv1", f"{name}bn1", stride=stride))
        inner = self._flat(inner, f"{name}conv2", f"{name}bn2")
        if stride > 1:
            seen = self._flat(seen, f"{name}shortcut.0", f"{name}shortcut.1", stride=stride)
        return self._relu(self.graph.node("Add", inner, seen))

    def _flat(self, seen: str, name: str, norm: str, *, stride: int = 1) -> str:
        """A convolution over frequency, by strides, and time."""
        weight = self._tensors[f"{name}.weight"]
        pad = weight.shape[2] // 2
        found = self.graph.node(
            "Conv", seen, self.graph.constant(weight), kernel_shape=weight.shape[2:], pads=(pad,) * 4,
            strides=(stride, 1),
        )  # fmt: skip
        return self._normed(found, norm)

    def _normed(self, values: str, name: str) -> str:
        parts = (self._tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var"))
        constants = [self.graph.constant(part) for part in parts]
        return self.graph.node("BatchNormalization", values, *constants, epsilon=_EPSILON)

    def _relu(self, values: str) -> str:
        return self.graph.node("Relu", values)
