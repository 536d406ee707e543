"""Low-rank adapters (`wire.low_rank`) for the weights of a model in CTranslate2's file format.

The one at hand is made by `bench.hearing_adapter`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wire.low_rank import Adapter, change

PACKAGED = Path(__file__).parent / "backends" / "whisper_adapter.npz"
_FLOAT16 = 4  # CTranslate2's number for it
_VERSION = 6  # of the file format


@dataclass(frozen=True)
class Variable:
    """Where one array lies in a model file."""

    shape: tuple[int, ...]
    kind: int  # of number, as CTranslate2 counts them
    start: int
    n_bytes: int


def adapted(model: bytes, adapter: Adapter) -> bytes:
    """The model file with the adapter's changes. Raises ValueError where the two do not belong together."""
    places = variables(model)
    changed = bytearray(model)
    for name, (a, b) in adapter.items():
        place = places.get(name)
        if place is None or place.kind != _FLOAT16 or place.shape != (b.shape[0], a.shape[1]):
            raise ValueError(f"the adapter changes {name}, which the model has not in this shape; fetch both again")
        weight = np.frombuffer(model, np.float16, math.prod(place.shape), place.start).reshape(place.shape)
        new = weight + change(adapter, name)
        changed[place.start : place.start + place.n_bytes] = new.astype(np.float16).tobytes()
    return bytes(changed)


def variables(model: bytes) -> dict[str, Variable]:
    """The arrays of a model file by name. Raises ValueError where it is cut short or of another version."""
    reader = _Reader(model)
    try:
        if reader.number("I") != _VERSION:
            raise ValueError(f"the model file is not of version {_VERSION}; convert it again with CTranslate2 4")
        reader.text()  # the specification's name
        reader.number("I")  # and revision
        found = {}
        for _ in range(reader.number("I")):
            name = reader.text()
            shape = tuple(reader.number("I") for _ in range(reader.number("B")))
            kind, n_bytes = reader.number("B"), reader.number("I")
            found[name] = Variable(shape, kind, reader.at, n_bytes)
            reader.skip(n_bytes)
    except struct.error as error:
        raise ValueError(f"the model file is cut short ({error}); fetch it again") from error
    return found


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def number(self, kind: str) -> int:
        value: tuple[Any, ...] = struct.unpack_from(f"<{kind}", self._data, self.at)
        self.at += struct.calcsize(f"<{kind}")
        return int(value[0])

    def text(self) -> str:
        n_bytes = self.number("H")  # with a zero at the end
        start = self.at
        self.skip(n_bytes)
        return self._data[start : self.at - 1].decode()

    def skip(self, n_bytes: int) -> None:
        if self.at + n_bytes > len(self._data):
            raise struct.error(f"{n_bytes} bytes wanted at {self.at} of {len(self._data)}")
        self.at += n_bytes
