"""Reads GGUF, the one-file format of llama.cpp: keys with values, and tensors in F32, Q8_0 and Q4_1.

Source: the format's description, github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MAGIC, _VERSIONS = b"GGUF", (2, 3)
_ALIGNMENT = 32  # of the tensors, unless general.alignment says otherwise
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_BLOCK = 32  # numbers that share a scale


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a type of tensor lies in the file. floats: from (n_blocks, n_bytes) uint8 to (n_blocks, n_numbers)."""

    n_numbers: int
    n_bytes: int
    floats: Callable[[NDArray[np.uint8]], Floats]


def _q8_0(blocks: NDArray[np.uint8]) -> Floats:
    return _halves(blocks[:, :2]) * blocks[:, 2:].view(np.int8).astype(np.float32)


def _q4_1(blocks: NDArray[np.uint8]) -> Floats:
    packed = blocks[:, 4:]  # the first half of the numbers in the low bits
    numbers = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
    return numbers * _halves(blocks[:, :2]) + _halves(blocks[:, 2:4])


def _halves(data: NDArray[np.uint8]) -> Floats:
    return np.ascontiguousarray(data).view(np.float16).astype(np.float32)


_KINDS = {
    0: _Kind(1, 4, lambda blocks: np.ascontiguousarray(blocks).view(np.float32)),
    3: _Kind(_BLOCK, 4 + _BLOCK // 2, _q4_1),
    8: _Kind(_BLOCK, 2 + _BLOCK, _q8_0),
}


@dataclass(frozen=True, slots=True)
class _Tensor:
    """shape: as numpy has it, the quickest axis last. at: of its first byte in the file."""

    shape: tuple[int, ...]
    kind: int
    at: int


class GgufFile:
    """values: every key with a number, text, truth or list of those."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError for what is no such file, or one cut short."""
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            cursor = _Cursor(self._data)
            if cursor.bytes(4) != _MAGIC or cursor.scalar("I") not in _VERSIONS:
                raise ValueError("it does not begin as one of version 2 or 3")
            n_tensors, n_values = cursor.scalar("Q"), cursor.scalar("Q")
            self.values: Mapping[str, Any] = {cursor.text(): cursor.value(cursor.scalar("I")) for _ in range(n_values)}
            self._tensors = cursor.tensors(n_tensors, int(self.values.get("general.alignment", _ALIGNMENT)))
        except (OSError, ValueError, struct.error) as error:
            raise ValueError(f"{path} cannot be read as a GGUF file ({error}); fetch it again") from error
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def tensor(self, name: str) -> Floats:
        """The numbers of a tensor. Raises ValueError where it is missing, cut short or of a type not read here."""
        found = self._tensors.get(name)
        if found is None:
            raise ValueError(f"{self._path} lacks the tensor {name}; fetch it again")
        kind = _KINDS.get(found.kind)
        if kind is None:
            raise ValueError(f"{self._path}: {name} is of type {found.kind}; only F32, Q4_1 and Q8_0 are read")
        n_numbers = int(np.prod(found.shape))
        if found.shape[-1] % kind.n_numbers:
            raise ValueError(f"{self._path}: {name} of shape {found.shape} is not made of whole blocks; fetch it again")
        n_bytes = n_numbers // kind.n_numbers * kind.n_bytes
        if found.at + n_bytes > len(self._data):
            raise ValueError(f"{self._path} ends within {name}; fetch it again")
        blocks = np.frombuffer(self._data, np.uint8, n_bytes, found.at).reshape(-1, kind.n_bytes)
        return kind.floats(blocks).reshape(found.shape)


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at = data, 0

    def bytes(self, n: int) -> bytes:
        if self._at + n > len(self._data):
            raise ValueError("it ends too early")
        self._at += n
        return self._data[self._at - n : self._at]

    def scalar(self, code: str) -> Any:
        return struct.unpack(f"<{code}", self.bytes(struct.calcsize(f"<{code}")))[0]

    def text(self) -> str:
        return self.bytes(self.scalar("Q")).decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            inner, n = self.scalar("I"), self.scalar("Q")
            if inner == _STRING:
                return [self.text() for _ in range(n)]
            if inner not in _SCALARS:
                raise ValueError(f"it holds a list of the unknown type {inner}")
            size = struct.calcsize(f"<{_SCALARS[inner]}")
            return list(struct.unpack(f"<{n}{_SCALARS[inner]}", self.bytes(n * size)))
        if kind not in _SCALARS:
            raise ValueError(f"it holds a value of the unknown type {kind}")
        return self.scalar(_SCALARS[kind])

    def tensors(self, n: int, alignment: int) -> dict[str, _Tensor]:
        if alignment < 1:
            raise ValueError(f"its alignment is {alignment}")
        listed = []
        for _ in range(n):
            name, n_axes = self.text(), self.scalar("I")
            if n_axes < 1:
                raise ValueError(f"{name} has no axes")
            shape = struct.unpack(f"<{n_axes}Q", self.bytes(8 * n_axes))[::-1]
            listed.append((name, shape, self.scalar("I"), self.scalar("Q")))
        begin = -(-self._at // alignment) * alignment
        return {name: _Tensor(shape, kind, begin + offset) for name, shape, kind, offset in listed}
