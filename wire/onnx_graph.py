"""A small network as an ONNX model whose weights stay in the file they came in.

Owns the few messages of the format (https://onnx.ai/onnx/repo-docs/IR.html, field numbers of onnx.proto) that such a
model needs; what the network computes is the business of who builds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION, OPSET = 10, 20  # understood by onnxruntime 1.19 and later
FLOAT, INT64 = 1, 7  # element types
_KINDS = {"float32": FLOAT, "uint8": 2, "int8": 3, "int64": INT64}
_EXTERNAL = 1
_A_FLOAT, _AN_INT, _INTS = 1, 2, 7  # kinds of attribute

Attribute = float | int | Sequence[int]
Shape = Sequence[int | str]  # a name stands for a length that is known when it runs


class Graph:
    """Nodes in the order in which they compute. Values are known by name."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._domains: set[str] = set()
        self._serial = 0

    def node(self, operator: str, *inputs: str, output: str = "", domain: str = "", **attributes: Attribute) -> str:
        """Append an operator with one output; returns the name of it. domain: of operators that are not ONNX's own."""
        self._serial += 1
        output = output or f"v{self._serial}"
        self._append(operator, inputs, (output,), attributes, domain)
        return output

    def apart(self, values: str, lengths: str, n: int, axis: int) -> tuple[str, ...]:
        """Append a split along an axis into n pieces whose lengths, which may be 0, are known when it runs."""
        self._serial += 1
        pieces = tuple(f"v{self._serial}.{number}" for number in range(n))
        self._append("Split", (values, lengths), pieces, {"axis": axis})
        return pieces

    def _append(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        attributes: Mapping[str, Attribute],
        domain: str = "",
    ) -> None:
        body = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in outputs)
        body += _text(4, operator)
        body += b"".join(_part(5, _attribute(k, v)) for k, v in attributes.items())
        if domain:
            self._domains.add(domain)
            body += _text(7, domain)
        self._nodes.append(body)

    def constant(self, array: NDArray[Any], name: str = "") -> str:
        """A constant within the model."""
        self._serial += 1
        name = name or f"c{self._serial}"
        self._constants.append(_tensor(name, _KINDS[array.dtype.name], array.shape) + _part(9, array.tobytes()))
        return name

    def stored(self, name: str, shape: Sequence[int], file: str, offset: int, length: int) -> str:
        """float32 weights that lie in a file, `length` bytes from `offset` on."""
        where = {"location": file, "offset": str(offset), "length": str(length)}
        places = b"".join(_part(13, _text(1, key) + _text(2, value)) for key, value in where.items())
        self._constants.append(_tensor(name, FLOAT, shape) + places + _number(14, _EXTERNAL))
        return name

    def model(self, inputs: Mapping[str, tuple[int, Shape]], outputs: Mapping[str, tuple[int, Shape]]) -> bytes:
        """The whole as a ModelProto. inputs, outputs: name -> (element type, shape)."""
        graph = b"".join(_part(1, node) for node in self._nodes) + _text(2, "graph")
        graph += b"".join(_part(5, tensor) for tensor in self._constants)
        graph += b"".join(_part(11, _value(name, *of)) for name, of in inputs.items())
        graph += b"".join(_part(12, _value(name, *of)) for name, of in outputs.items())
        others = b"".join(_part(8, _text(1, domain) + _number(2, 1)) for domain in sorted(self._domains))
        return _number(1, IR_VERSION) + _part(8, _text(1, "") + _number(2, OPSET)) + others + _part(7, graph)


def _tensor(name: str, kind: int, shape: Sequence[int]) -> bytes:
    return b"".join(_number(1, n) for n in shape) + _number(2, kind) + _text(8, name)


def _value(name: str, kind: int, shape: Shape) -> bytes:
    lengths = b"".join(_part(1, _number(1, n) if isinstance(n, int) else _text(2, n)) for n in shape)
    return _text(1, name) + _part(2, _part(1, _number(1, kind) + _part(2, lengths)))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _key(2, 5) + np.float32(value).tobytes() + _number(20, _A_FLOAT)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _AN_INT)
    return _text(1, name) + b"".join(_number(8, n) for n in value) + _number(20, _INTS)


def _text(field: int, value: str) -> bytes:
    return _part(field, value.encode())


def _part(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value & (2**64 - 1))


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
