"""GGUF files that are written here, number by number, whole and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_gguf import F32, Q4_1, Q8_0, Tensor, floats, gguf

from perception.gguf_file import GgufFile

pytestmark = pytest.mark.unit

VALUES = {"general.name": "Größe", "n": 30, "base": 0.5, "is": True, "tokens": ["a", "", "\u0120th"], "types": [1, -2]}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    return path


def halves(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


def test_values_of_every_kind_are_read(tmp_path: Path) -> None:
    for version in (2, 3):
        assert GgufFile(written(tmp_path, gguf(VALUES, {}, version=version))).values == VALUES


def test_tensors_keep_their_shapes_and_numbers(tmp_path: Path) -> None:
    plain = np.arange(6, dtype=np.float32).reshape(2, 3)
    eight = np.arange(-32, 32, dtype=np.int8)  # two blocks, with scales of their own
    data = halves(0.5) + eight[:32].tobytes() + halves(2.0) + eight[32:].tobytes()
    four = halves(0.25, -1.0) + bytes(low | 15 - low << 4 for low in range(16))
    tensors: dict[str, Tensor] = {
        "plain": floats(plain), "eight": (Q8_0, (2, 32), data), "four": (Q4_1, (1, 32), four),
    }  # fmt: skip
    file = GgufFile(written(tmp_path, gguf(VALUES, tensors)))
    assert "plain" in file
    assert "other" not in file
    np.testing.assert_array_equal(file.tensor("plain"), plain)
    np.testing.assert_array_equal(file.tensor("eight"), eight.reshape(2, 32) * np.array([[0.5], [2.0]]))
    low = np.arange(16)
    np.testing.assert_array_equal(file.tensor("four")[0], np.concatenate([low, 15 - low]) * 0.25 - 1.0)
    assert all(file.tensor(name).dtype == np.float32 for name in tensors)


@pytest.mark.parametrize("alignment", [32, 256])
def test_tensors_begin_where_the_file_says(tmp_path: Path, alignment: int) -> None:
    data = gguf({"general.alignment": alignment}, {"x": floats(np.array([7.0]))}, alignment=alignment)
    assert GgufFile(written(tmp_path, data)).tensor("x").tolist() == [7.0]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "cannot mmap an empty file"),
        (b"PK\3\4" + bytes(60), "does not begin as one of version 2 or 3"),
        (gguf({}, {}, version=9), "does not begin as one of version 2 or 3"),
        (gguf(VALUES, {})[:90], "ends too early"),
        (gguf({}, {"x": (F32, (), b"")}), "x has no axes"),
        (gguf({"general.alignment": 0}, {}), "alignment is 0"),
        (gguf({"k": "v"}, {}).replace(b"k\x08", b"k\x63"), "value of the unknown type 99"),
        (gguf({"k": "vvvv"}, {}).replace(b"vvvv", b"\xff\xff\xff\xff"), "can't decode"),
    ],
)
def test_what_is_no_such_file_is_named(tmp_path: Path, data: bytes, cause: str) -> None:
    with pytest.raises(ValueError, match=rf"model.gguf cannot be read as a GGUF file \(.*{cause}.*\); fetch it again"):
        GgufFile(written(tmp_path, data))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nothing.gguf cannot be read"):
        GgufFile(tmp_path / "nothing.gguf")


@pytest.mark.parametrize(
    ("tensor", "sentence"),
    [
        ((F32, (4096,), bytes(64)), "ends within x; fetch it again"),
        ((12, (256,), bytes(144)), "x is of type 12; only F32, Q4_1 and Q8_0 are read"),
        ((Q8_0, (2, 16), bytes(34)), r"x of shape \(2, 16\) is not made of whole blocks"),
    ],
)
def test_tensors_that_cannot_be_read_are_named(tmp_path: Path, tensor: Tensor, sentence: str) -> None:
    file = GgufFile(written(tmp_path, gguf({}, {"x": tensor})))
    with pytest.raises(ValueError, match=sentence):
        file.tensor("x")
    with pytest.raises(ValueError, match="lacks the tensor y; fetch it again"):
        file.tensor("y")
