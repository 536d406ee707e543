"""Messages survive the trip to bytes and back; anything else is refused with a reason."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings, strategies as st

from wire import messages
from wire.codec import MAX_PARTS, CodecError, decode, encode
from wire.messages import AudioChunk, Evidence, MemoryReply, Message, Picture, UserInput, VideoFrame
from wire.topology import ROUTES

pytestmark = pytest.mark.unit

_INT64 = st.integers(-(2**63), 2**63 - 1)


def _values(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy for any annotation that stands in wire.messages."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, vars(messages))
        fields = {f.name: _values(hints[f.name]) for f in dataclasses.fields(kind)}
        return st.fixed_dictionaries(fields).map(lambda values: typing.cast(Any, kind)(**values))
    if origin is tuple:
        return st.lists(_values(args[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_values(args[0]), _values(args[1]), max_size=3)
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin is types.UnionType:
        return st.none() | _values(next(a for a in args if a is not type(None)))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=20),
        bool: st.booleans(),
        int: _INT64,
        float: st.floats(allow_nan=False),
        bytes: st.binary(max_size=40),
    }
    return simple[kind]


def messages_of_any_type() -> st.SearchStrategy[Message]:
    return st.sampled_from(sorted(ROUTES, key=lambda c: c.__name__)).flatmap(_values)


@given(messages_of_any_type())
@settings(max_examples=300, deadline=None)
def test_every_message_comes_back_equal(message: Message) -> None:
    assert decode(encode(message)) == message


def test_what_is_at_its_default_is_left_out() -> None:
    bare, full = (len(encode(chunk)[0]) for chunk in (_told(""), _told("a subject")))
    assert full - bare > len("a subject") + len("subject")
    assert decode(encode(_told(""))) == _told("")


def test_evidence_is_packed_once_and_comes_back_equal_each_time() -> None:
    reply = _told("a subject")
    assert [decode(encode(reply)) for _ in range(2)] == [reply] * 2
    packed = reply.evidence[0].packed
    again = dataclasses.replace(reply, request_id="other", evidence=(*reply.evidence, *_told("another").evidence))
    assert decode(encode(again)) == again
    assert reply.evidence[0].packed is packed
    other = dataclasses.replace(reply.evidence[0], subject="changed")
    changed = dataclasses.replace(reply, evidence=(other,))
    assert decode(encode(changed)) == changed


def test_evidence_with_a_picture_travels_with_it() -> None:
    shown = dataclasses.replace(_told("a subject").evidence[0], jpeg=b"pixels")
    reply = dataclasses.replace(_told("another"), evidence=(shown, *_told("another").evidence))
    assert encode(reply)[1:] == [b"pixels"]
    assert decode(encode(reply)) == reply


def _told(subject: str) -> MemoryReply:
    told = Evidence(start_ns=1, end_ns=2, kind="text", text="A sign.", subject=subject)
    return MemoryReply(session="s", t_ns=0, turn=1, request_id="r", evidence=(told,))


def test_every_message_class_has_a_route() -> None:
    classes = {
        c for c in vars(messages).values() if isinstance(c, type) and issubclass(c, Message) and c is not Message
    }
    assert classes == set(ROUTES)


def test_bytes_travel_as_raw_parts() -> None:
    frame = VideoFrame(session="s", t_ns=5, width=2, height=1, pixels=b"abcdef")
    header, part = encode(frame)
    assert part == b"abcdef"
    assert b"abcdef" not in header


def test_bytes_deep_inside_keep_their_place() -> None:
    reply = MemoryReply(
        session="s",
        t_ns=0,
        request_id="r",
        evidence=tuple(Evidence(start_ns=i, end_ns=i, kind="text", text="t", jpeg=bytes([i]) * i) for i in range(4)),
    )
    assert decode(encode(reply)) == reply


def _reply(evidence: object) -> list[bytes]:
    return _header({"session": "s", "t_ns": 0, "request_id": "r", "evidence": evidence}, "MemoryReply")


def _header(body: dict[str, Any], name: str = "AudioChunk") -> list[bytes]:
    return [msgpack.packb([name, body])]


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([], "no frames"),
        ([b"\xc1"], "no msgpack"),
        ([msgpack.packb(5)], "header is not"),
        ([msgpack.packb(["Nonsense", {}])], "unknown type 'Nonsense'"),
        (_header({"session": "s", "t_ns": 0}), "lacks 'pcm'"),
        (_reply(msgpack.ExtType(2, b"\xc1")), "no msgpack"),
        (_reply(msgpack.ExtType(2, msgpack.packb(5))), "not a list"),
        (_reply(msgpack.ExtType(3, b"")), "not a list"),
        (_header({"session": "s", "t_ns": 0, "pcm": b"", "loud": 1}), "no field 'loud'"),
        (_header({"session": "s", "t_ns": 0.5, "pcm": b""}), "AudioChunk.t_ns: not a 64-bit integer"),
        (_header({"session": "s", "t_ns": True, "pcm": b""}), "AudioChunk.t_ns: not a 64-bit integer"),
        (_header({"session": 7, "t_ns": 0, "pcm": b""}), "AudioChunk.session: not a string"),
        (_header({"session": "s", "t_ns": 0, "pcm": b"inline"}), "AudioChunk.pcm: not a raw part"),
        (_header({"session": "s", "t_ns": 0, "pcm": msgpack.ExtType(1, b"\x00\x01")}), "part 1 of 0 is missing"),
        ([b"x", *[b"p"] * (MAX_PARTS + 1)], "parts, at most"),
        ([b"x" * (5 * 2**20)], "header of"),
        ([msgpack.packb([["VideoFrame"], {}])], "header is not"),
        (_header({"session": "s", "t_ns": 2**63, "pcm": b""}), "not a 64-bit integer"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(frames: list[bytes], reason: str) -> None:
    with pytest.raises(CodecError, match=reason):
        decode(frames)


@given(st.lists(st.binary(max_size=200), max_size=4))
@settings(max_examples=400, deadline=None)
def test_random_bytes_never_raise_anything_else(frames: list[bytes]) -> None:
    with pytest.raises(CodecError):
        decode(frames)


@given(messages_of_any_type(), st.data())
@settings(max_examples=400, deadline=None)
def test_mutated_frames_decode_or_are_refused(message: Message, data: st.DataObject) -> None:
    frames = [bytearray(f) for f in encode(message)]
    which = data.draw(st.integers(0, len(frames) - 1))
    if frames[which]:
        at = data.draw(st.integers(0, len(frames[which]) - 1))
        frames[which][at] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        frames = frames[: data.draw(st.integers(0, len(frames)))]
    try:
        decoded = decode([bytes(f) for f in frames])
    except CodecError:
        return
    assert isinstance(decoded, Message)


def test_optional_and_defaulted_fields_may_be_left_out() -> None:
    chunk = decode(_header({"session": "s", "t_ns": 3, "pcm": b""}))
    assert chunk == AudioChunk(session="s", t_ns=3, pcm=b"")
    asked = decode(_header({"session": "s", "t_ns": 3, "id": "q1"}, "UserInput"))
    assert asked == UserInput(session="s", t_ns=3, id="q1")
    assert Picture(t_ns=0, jpeg=b"") == Picture(t_ns=0, jpeg=b"")
