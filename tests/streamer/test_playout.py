"""Replies are heard by media time alone: paused, resumed, cut, queued, and the same however they were told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from streamer.playout import Phrase, Playback, Playout, Reply, VoiceEvent, What, heard_part

pytestmark = pytest.mark.unit

MS = 1_000_000
S = 1000 * MS
ONSET, STOPPED, FALSE, TURN = What.ONSET, What.STOPPED, What.FALSE, What.TURN


def reply(turn: int, t_query_s: float, *phrases: tuple[str, float]) -> Reply:
    parts = tuple(Phrase(text, round(length_s * S)) for text, length_s in phrases)
    return Reply(f"r{turn}", turn, round(t_query_s * S), " ".join(p.text for p in parts), parts)


def play(
    replies: Sequence[Reply], *events: tuple[float, What, int] | tuple[float, What], end_s: float = 60
) -> list[Playback]:
    playout = Playout(400 * MS, 2 * S)
    for r in replies:
        playout.add(r)
    for event in events:
        playout.voice(event[1], round(event[0] * S), event[2] if len(event) == 3 else 0)
    playout.end(round(end_s * S))
    return playout.over()


def spans(playback: Playback) -> list[tuple[float, float]]:
    return [(s.t_ns / S, (s.t_ns + s.length_ns) / S) for s in playback.segments]


ONE_TWO = (("One two three four.", 2.0), ("Five six.", 1.0))


def test_a_reply_starts_after_the_delay_and_is_heard_whole() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)])
    assert (p.t_first_token_ns, p.t_first_audio_ns, p.t_end_ns) == (10_400 * MS, 10_400 * MS, 13_400 * MS)
    assert p.heard == "One two three four. Five six."
    assert not p.cut
    assert spans(p) == [(10.4, 13.4)]


def test_a_later_reply_waits_for_the_earlier_one() -> None:
    first, second = play([reply(1, 10, *ONE_TWO), reply(2, 11, *ONE_TWO)])
    assert first.t_end_ns == second.t_first_audio_ns == second.t_first_token_ns
    assert second.t_end_ns == 16_400 * MS


def test_a_voice_pauses_and_a_false_alarm_resumes() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (11, ONSET), (12.5, FALSE))
    assert spans(p) == [(10.4, 11.0), (12.5, 14.9)]
    assert p.heard == "One two three four. Five six."


def test_a_newer_turn_cuts() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (11.4, ONSET), (13, TURN, 2))
    assert p.cut
    assert p.heard == "One two"
    assert p.t_end_ns == 13 * S
    assert spans(p) == [(10.4, 11.4)]


def test_an_older_turn_does_not_cut() -> None:
    (p,) = play([reply(3, 10, *ONE_TWO)], (11.4, ONSET), (13, TURN, 2))
    assert not p.cut
    assert p.t_end_ns == 15 * S


def test_a_turn_before_the_start_leaves_nothing_heard() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (10.3, TURN, 2))
    assert (p.heard, p.t_first_token_ns, p.t_first_audio_ns, p.cut) == ("", None, None, True)


def test_a_turn_at_the_very_end_does_not_cut() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (13.4, TURN, 2))
    assert not p.cut


def test_a_queued_reply_is_cut_too_by_a_turn_that_is_newer_than_it() -> None:
    first, second = play([reply(1, 10, *ONE_TWO), reply(2, 11, *ONE_TWO)], (12.4, TURN, 3))
    assert first.heard == "One two three four."
    assert second.heard == ""
    assert second.cut


def test_a_voice_that_is_speaking_when_the_reply_is_due_holds_it_back() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (10.2, ONSET), (11, FALSE))
    assert p.t_first_token_ns == 10_400 * MS
    assert p.t_first_audio_ns == 11 * S


def test_a_voice_that_led_to_nothing_is_waited_for_no_longer_than_patience() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (11, ONSET), (12, STOPPED))
    assert spans(p) == [(10.4, 11.0), (14.0, 16.4)]


def test_at_the_end_of_the_stream_nobody_speaks_any_more() -> None:
    (p,) = play([reply(1, 10, *ONE_TWO)], (11, ONSET), end_s=20)
    assert spans(p) == [(10.4, 11.0), (20.0, 22.4)]


def test_a_reply_that_would_come_too_late_is_shown_when_it_is_due() -> None:
    playout = Playout(400 * MS, 2 * S, longest_wait_ns=5 * S)
    for n in range(4):
        playout.add(reply(n + 1, 10, *ONE_TWO))
    playout.end(60 * S)
    found = playout.over()
    assert [p.t_first_audio_ns for p in found] == [10_400 * MS, 13_400 * MS, None, None]
    assert [p.heard for p in found] == [found[0].heard] * 4
    assert found[3].t_first_token_ns == found[3].t_end_ns == 10_400 * MS


def test_a_reply_without_sound_takes_no_time() -> None:
    (p,) = play([reply(1, 10, ("Only shown.", 0.0))])
    assert (p.heard, p.t_first_token_ns, p.t_first_audio_ns, p.t_end_ns) == (
        "Only shown.",
        10_400 * MS,
        None,
        10_400 * MS,
    )


def test_nothing_is_over_before_it_is_certain() -> None:
    playout = Playout(400 * MS, 2 * S)
    playout.add(reply(1, 10, *ONE_TWO))
    playout.known(13 * S)
    assert playout.over() == []
    playout.known(13_400 * MS)
    assert len(playout.over()) == 1
    assert playout.idle


def test_heard_counts_whole_words_of_the_text_as_it_is_written() -> None:
    r = Reply(
        "r", 1, 0, "It said:  OPEN\nnow. Then left.", (Phrase("It said:  OPEN\nnow.", 10), Phrase("Then left.", 10))
    )
    assert heard_part(r, 0) == ""
    assert heard_part(r, 5) == "It said:"
    assert heard_part(r, 10) == "It said:  OPEN\nnow."
    assert heard_part(r, 15) == "It said:  OPEN\nnow. Then"
    assert heard_part(r, 20) == r.text


times = st.integers(0, 40).map(lambda n: n * 250 * MS)
event_lists = st.lists(st.builds(VoiceEvent, times, st.sampled_from(What), st.integers(0, 4)), max_size=12)
words = st.lists(st.sampled_from(["a", "red", "sign", "stood", "there."]), min_size=1, max_size=5).map(" ".join)
phrase_lists = st.lists(st.builds(Phrase, words, st.integers(0, 12).map(lambda n: n * 250 * MS)), max_size=3)


@st.composite
def reply_lists(draw: st.DrawFn) -> list[Reply]:
    starts = sorted(draw(st.lists(times, max_size=4)))
    phrases = [tuple(draw(phrase_lists)) for _ in starts]
    return [
        Reply(f"r{i}", i + 1, t, " ".join(p.text for p in ps), ps)
        for i, (t, ps) in enumerate(zip(starts, phrases, strict=True))
    ]


def told_slowly(replies: list[Reply], events: list[VoiceEvent], step_ns: int) -> list[Playback]:
    """Events come second by second, and each reply only when the one before is over."""
    playout = Playout(400 * MS, 2 * S)
    found: list[Playback] = []
    waiting = list(replies)
    known_ns = 0
    while known_ns < 12 * S:
        known_ns += step_ns
        for event in sorted(events):
            if known_ns - step_ns <= event.t_ns < known_ns:
                playout.voice(event.what, event.t_ns, event.turn)
        playout.known(known_ns)
        while waiting and playout.idle:
            playout.add(waiting.pop(0))
            found += playout.over()
        found += playout.over()
    playout.end(12 * S)
    while waiting or not playout.idle:
        if waiting:
            playout.add(waiting.pop(0))
        found += playout.over()
    return found


@settings(max_examples=150, deadline=None)
@given(reply_lists(), event_lists, st.sampled_from([250 * MS, S, 3 * S]))
def test_the_outcome_does_not_depend_on_how_it_was_told(
    replies: list[Reply], events: list[VoiceEvent], step_ns: int
) -> None:
    playout = Playout(400 * MS, 2 * S)
    for event in events:
        playout.voice(event.what, event.t_ns, event.turn)
    playout.end(12 * S)
    for r in replies:
        playout.add(r)
    assert playout.over() == told_slowly(replies, events, step_ns)


@settings(max_examples=150, deadline=None)
@given(reply_lists(), event_lists)
def test_what_is_heard_is_a_beginning_and_replies_never_overlap(replies: list[Reply], events: list[VoiceEvent]) -> None:
    playout = Playout(400 * MS, 2 * S)
    for event in events:
        playout.voice(event.what, event.t_ns, event.turn)
    for r in replies:
        playout.add(r)
    playout.end(12 * S)
    playbacks = playout.over()
    assert [p.reply for p in playbacks] == replies
    free_ns = 0
    for p in playbacks:
        assert p.reply.text.startswith(p.heard)
        assert p.cut or p.heard == p.reply.text
        played_ns = 0
        for segment in p.segments:
            assert segment.t_ns >= max(free_ns, p.reply.t_query_ns + 400 * MS)
            assert segment.offset_ns == played_ns
            played_ns += segment.length_ns
            free_ns = segment.t_ns + segment.length_ns
        assert played_ns == p.reply.length_ns or p.cut
        assert free_ns <= p.t_end_ns or not p.segments
