"""Messages to bytes and back, and nothing else.

A message is a msgpack header followed by raw parts: every `bytes` field travels as a part of its own, the header
holds its place. A field at its default is left out, so a default may not change while messages are kept on disk.
Evidence without raw parts stands in the header as it was packed once. Decoding is strict: an unknown type, a missing
or unknown field, a wrong kind, too many or too large parts raise CodecError, whatever the bytes are.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import msgpack

from wire import messages
from wire.messages import Evidence, Message
from wire.parts import PackedOnce
from wire.topology import ROUTES

MAX_HEADER_BYTES = 4 * 2**20
MAX_PART_BYTES = 64 * 2**20  # a 4K RGB frame is 25 MB
MAX_PARTS = 1024
_PART, _ITEMS = 1, 2  # msgpack extension types: index of a raw part; a list that was packed by itself
_PLAIN = frozenset({str, int, float, bool, dict, type(None)})  # what msgpack packs as it is

_REQUIRED = object()

Check = Callable[[Any, list[bytes]], Any]


class _Fields(NamedTuple):
    """Of a dataclass. read: all, in the order of names; others: those that msgpack does not pack as they are."""

    names: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]
    defaults: tuple[Any, ...]
    others: tuple[str, ...]


class CodecError(ValueError):
    """Bytes that are no message of ours; the text says why."""


_BY_NAME: dict[str, type[Message]] = {cls.__name__: cls for cls in ROUTES}


def encode(message: Message) -> list[bytes]:
    """[header, part, part, ...]."""
    parts: list[bytes] = []
    body = _pack(message, parts)
    return [msgpack.packb([type(message).__name__, body], use_bin_type=True), *parts]


def _pack(value: Any, parts: list[bytes]) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, bytes):
        if not value:
            return b""
        parts.append(value)
        return msgpack.ExtType(_PART, len(parts).to_bytes(2, "big"))
    if isinstance(value, tuple):
        evidence = value and isinstance(value[0], PackedOnce) and not any(item.jpeg for item in value)
        return _evidence(value) if evidence else [_pack(item, parts) for item in value]
    kind: Any = type(value)
    fields = _fields(kind)
    if fields is None:
        return value
    names, read, defaults, others = fields
    told = zip(names, read(value), defaults, strict=False)
    packed = {name: item for name, item, default in told if item != default}
    for name in others:
        if packed.get(name):  # nothing, no bytes and no items are packed as they are
            packed[name] = _pack(packed[name], parts)
    return packed


def _evidence(evidence: tuple[Evidence, ...]) -> msgpack.ExtType:
    """Evidence without raw parts, each packed once."""
    for one in evidence:
        if not hasattr(one, "packed"):
            object.__setattr__(one, "packed", msgpack.packb(_pack(one, []), use_bin_type=True))
    items = b"".join([one.packed for one in evidence])
    return msgpack.ExtType(_ITEMS, msgpack.Packer().pack_array_header(len(evidence)) + items)


@cache
def _fields(kind: Any) -> _Fields | None:
    """The fields of a dataclass; None for another type."""
    if not dataclasses.is_dataclass(kind):
        return None
    hints = typing.get_type_hints(kind, vars(messages))
    every = dataclasses.fields(kind)
    names = tuple(f.name for f in every)
    others = tuple(name for name in names if (typing.get_origin(hints[name]) or hints[name]) not in _PLAIN)
    read = attrgetter(*names, names[0])  # one more, so that a single field too is read as a tuple
    return _Fields(names, read, tuple(map(_default, every)), others)


def _default(field: dataclasses.Field[Any]) -> Any:
    """What a field that is left out is read as; what equals nothing, if it may not be left out."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _REQUIRED if field.default is dataclasses.MISSING else field.default


def decode(frames: list[bytes]) -> Message:
    """The message that `frames` hold. Raises CodecError."""
    if not frames:
        raise CodecError("no frames")
    if len(frames) > MAX_PARTS + 1:
        raise CodecError(f"{len(frames) - 1} parts, at most {MAX_PARTS}")
    if len(frames[0]) > MAX_HEADER_BYTES:
        raise CodecError(f"header of {len(frames[0])} bytes, at most {MAX_HEADER_BYTES}")
    for part in frames[1:]:
        if len(part) > MAX_PART_BYTES:
            raise CodecError(f"part of {len(part)} bytes, at most {MAX_PART_BYTES}")
    header = _unpacked(frames[0])
    if not (isinstance(header, list) and len(header) == 2 and isinstance(header[0], str)):
        raise CodecError("header is not [type, fields]")
    cls = _BY_NAME.get(header[0])
    if cls is None:
        raise CodecError(f"unknown type {header[0][:40]!r}")
    message: Message = _checker(typing.cast(Any, cls))(header[1], frames[1:])
    return message


def _unpacked(packed: bytes) -> Any:
    try:
        return msgpack.unpackb(packed, raw=False, strict_map_key=True)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise CodecError(f"no msgpack: {type(error).__name__}") from error


@cache
def _checker(kind: Any) -> Check:
    """A function that turns what msgpack gave into a value of `kind`, or raises CodecError."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _check_dataclass(typing.cast(type, kind))
    if origin is tuple:
        return _check_tuple(args[0])
    if origin is dict:
        return _check_dict(_checker(args[0]), _checker(args[1]))
    if origin is typing.Literal:
        return _check_literal(args)
    if origin in (types.UnionType, typing.Union):
        (inner,) = [a for a in args if a is not type(None)]
        check = _checker(inner)
        return lambda value, parts: None if value is None else check(value, parts)
    return _SCALARS[kind]


def _check_dataclass(cls: type) -> Check:
    hints = typing.get_type_hints(cls, vars(messages))
    checks = {f.name: _checker(hints[f.name]) for f in dataclasses.fields(cls)}
    required = {
        f.name
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }

    def check(value: Any, parts: list[bytes]) -> Any:
        if not isinstance(value, dict):
            raise CodecError(f"{cls.__name__} is not a map")
        fields, name = {}, ""
        try:
            for name, item in value.items():
                fields[name] = checks[name](item, parts)
        except KeyError:
            raise CodecError(f"{cls.__name__} has no field {str(name)[:40]!r}") from None
        except CodecError as error:
            raise CodecError(f"{cls.__name__}.{name}: {error}") from error
        if not required.issubset(fields):
            raise CodecError(f"{cls.__name__} lacks {min(required - fields.keys())!r}")
        return cls(**fields)

    return check


def _check_tuple(kind: Any) -> Check:
    item, packed_once = _checker(kind), isinstance(kind, type) and issubclass(kind, PackedOnce)

    def check(value: Any, parts: list[bytes]) -> Any:
        if packed_once and isinstance(value, msgpack.ExtType) and value.code == _ITEMS:
            value = _unpacked(value.data)
        if not isinstance(value, list):
            raise CodecError("not a list")
        return tuple(item(v, parts) for v in value)

    return check


def _check_dict(key: Check, item: Check) -> Check:
    def check(value: Any, parts: list[bytes]) -> Any:
        if not isinstance(value, dict):
            raise CodecError("not a map")
        return {key(k, parts): item(v, parts) for k, v in value.items()}

    return check


def _check_literal(choices: tuple[Any, ...]) -> Check:
    def check(value: Any, parts: list[bytes]) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise CodecError(f"not one of {', '.join(map(repr, choices))}")
        return value

    return check


def _scalar(kind: type, what: str) -> Check:
    def check(value: Any, parts: list[bytes]) -> Any:
        if type(value) is not kind:  # a bool is no int here
            raise CodecError(f"not {what}")
        return value

    return check


def _check_int(value: Any, parts: list[bytes]) -> Any:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise CodecError("not a 64-bit integer")
    return value


def _check_float(value: Any, parts: list[bytes]) -> Any:
    if type(value) not in (int, float):
        raise CodecError("not a number")
    return float(value)


def _check_bytes(value: Any, parts: list[bytes]) -> Any:
    if value == b"":
        return b""
    if not isinstance(value, msgpack.ExtType) or value.code != _PART or len(value.data) != 2:
        raise CodecError("not a raw part")
    index = int.from_bytes(value.data, "big")
    if not 1 <= index <= len(parts):
        raise CodecError(f"part {index} of {len(parts)} is missing")
    return parts[index - 1]


_SCALARS: dict[Any, Check] = {
    str: _scalar(str, "a string"),
    bool: _scalar(bool, "a truth value"),
    int: _check_int,
    float: _check_float,
    bytes: _check_bytes,
}
