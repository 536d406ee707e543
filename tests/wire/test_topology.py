"""The table of who sends what to whom holds together."""

from __future__ import annotations

import pytest

from wire import topology
from wire.messages import Caption, Played, Question, ReplyText, VideoFrame, VoiceOnset, Watermark
from wire.topology import ALL, Delivery, bound_of, consumers_of, delivery_of, edges, inlets_of, stale

pytestmark = pytest.mark.unit

_FRAME = VideoFrame(session="s", t_ns=0, width=1, height=1, pixels=b"abc")
_MARK = Watermark(session="s", t_ns=0, seq=1)


def test_the_watermark_goes_round_the_ring() -> None:
    at, way = "streamer", []
    for _ in ALL:
        at = consumers_of(_MARK, at)[-1]
        way.append(at)
    assert way == ["perception", "memory", "reasoning", "streamer"]


def test_perception_tells_the_edge_first_how_far_it_is() -> None:
    assert consumers_of(_MARK, "perception") == ("streamer", "memory")


def test_in_a_replay_voices_stay_in_line_with_the_watermarks() -> None:
    onset = VoiceOnset(session="s", t_ns=0)
    assert delivery_of(onset) is Delivery.URGENT
    assert delivery_of(onset, replay=True) is delivery_of(_MARK, replay=True) is Delivery.ORDERED
    assert ("perception", Delivery.ORDERED) in inlets_of("reasoning")


def test_only_a_live_frame_may_be_dropped() -> None:
    assert delivery_of(_FRAME) is Delivery.LATEST
    assert delivery_of(_FRAME, replay=True) is Delivery.ORDERED


def test_a_final_caption_is_never_dropped() -> None:
    final = Caption(session="s", t_ns=0, start_ns=0, text="", final=True)
    partial = Caption(session="s", t_ns=0, start_ns=0, text="", final=False)
    assert delivery_of(final) is Delivery.ORDERED
    assert delivery_of(partial) is Delivery.LATEST


def test_work_of_an_older_turn_is_stale_and_a_fact_never_is() -> None:
    reply = ReplyText(session="s", t_ns=0, turn=3, reply_id="r", phrase=0, text="")
    played = Played(session="s", t_ns=0, turn=3, reply_id="r", heard="", start_ns=0)
    assert stale(reply, newest_turn=4)
    assert not stale(reply, newest_turn=3)
    assert not stale(played, newest_turn=9)


def test_a_process_may_send_only_what_is_its_own() -> None:
    with pytest.raises(ValueError, match="memory may not send VideoFrame"):
        consumers_of(_FRAME, "memory")


def test_what_perception_noticed_finds_room_behind_a_question_that_waits() -> None:
    assert bound_of("perception", Delivery.ORDERED) >= 600 * 5  # ten minutes, about five messages a second
    assert bound_of("streamer", Delivery.ORDERED) < bound_of("perception", Delivery.ORDERED)
    assert bound_of("streamer", Delivery.LATEST) == 1


def test_every_edge_has_an_inlet() -> None:
    for producer, consumer in edges():
        assert producer in {p for p, _ in inlets_of(consumer)}


def test_memory_and_reasoning_never_ask_each_other_back() -> None:
    assert topology.ROUTES[Question].producers == ("memory",)
    assert ("reasoning", "memory") in edges()  # only to confirm an erasure
    sent = [c.__name__ for c, r in topology.ROUTES.items() if "reasoning" in r.producers and "memory" in r.consumers]
    assert sent == ["Forgotten"]
