"""The weights within an ONNX model, read without running it: the few fields of the format that hold them
(https://onnx.ai/onnx/repo-docs/IR.html, field numbers of onnx.proto)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_GRAPH, _INITIALIZER = 7, 5
_DIMS, _KIND, _FLOATS, _INTS, _NAME, _RAW = 1, 2, 4, 5, 8, 9
_KINDS: dict[int, type[np.generic]] = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64}

Field = tuple[int, int | memoryview]  # its number, and what it holds


def tensors_of(model: bytes) -> dict[str, NDArray[Any]]:
    """Every constant of a ModelProto by name, of the kinds above. Raises ValueError for what is no such model."""
    try:
        graph = _only(memoryview(model), _GRAPH)
        found = dict(_tensor(held) for held in _held(graph, _INITIALIZER))
    except (IndexError, KeyError, StopIteration, OverflowError) as error:
        raise ValueError(f"it is no ONNX model ({error!r})") from error
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def _tensor(message: memoryview) -> tuple[str, NDArray[Any] | None]:
    shape: list[int] = []
    kind, name, values = 0, "", memoryview(b"")
    of = None
    for number, held in _fields(message):
        if number == _DIMS:
            shape += [held] if isinstance(held, int) else list(_numbers(held))
        elif number == _KIND and isinstance(held, int):
            kind = held
        elif number == _NAME and isinstance(held, memoryview):
            name = bytes(held).decode()
        elif number in (_RAW, _FLOATS) and isinstance(held, memoryview):
            values = held
        elif number == _INTS:  # small whole numbers of any kind
            of = [held] if isinstance(held, int) else list(_numbers(held))
    if kind not in _KINDS:
        return name, None
    if of is not None:
        return name, np.asarray(of).astype(_KINDS[kind]).reshape(shape)
    return name, np.frombuffer(values, _KINDS[kind]).reshape(shape)


def _only(message: memoryview, number: int) -> memoryview:
    return next(_held(message, number))


def _held(message: memoryview, number: int) -> Iterator[memoryview]:
    return (held for n, held in _fields(message) if n == number and isinstance(held, memoryview))


def _numbers(packed: memoryview) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _fields(message: memoryview) -> Iterator[Field]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire_type == 2:
            length, at = _varint(message, at)
        else:
            length = {1: 8, 5: 4}[wire_type]
        if at + length > len(message):
            raise IndexError("a field reaches beyond the end")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
