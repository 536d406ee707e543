"""The perception process with scripted backends: one order for sight and hearing, whatever the chunks and the pace."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from perceiving import SECOND, Perceiving, chunks, frame, opened, perceiving, silence, stream

from perception.backends.fake import fake_picture, fake_speech
from perception.service import create
from wire import config, messages as m
from wire.clock import ManualClock
from wire.link import Lane, MemoryNet
from wire.service import Context
from wire.topology import Delivery
from wire.words import alike

pytestmark = pytest.mark.unit


def sound(*words: str, pause_s: float = 1.2) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    parts = [silence(0.5)]
    for said in words:
        parts += [fake_speech(said), silence(pause_s)]
    return np.concatenate(parts)


def film(n: int, *, changes_at: int = 3) -> list[m.VideoFrame]:
    before = fake_picture("OPEN", people=1)
    after = fake_picture("CLOSED", colour=(200, 30, 30))
    return [frame(t * SECOND, before if t < changes_at else after) for t in range(n)]


async def replayed(parts: list[m.Message], opening: m.SessionOpened | None = None) -> Perceiving:
    async with perceiving() as running:
        await running.send(opening or opened(), *parts)
        await running.until("memory", 1, m.Watermark)
        while not any(isinstance(one, m.Watermark) and one.final for one in running.told["memory"]):
            await running.until("memory", len(running.told["memory"]) + 1, m.Message)
        await running.until("streamer", 1, m.Watermark)
        return running


def told(running: Perceiving, name: str = "memory") -> list[m.Message]:
    kinds = (m.FrameSeen, m.SoundHeard, m.Utterance, m.Watermark)
    return [one for one in running.told[name] if isinstance(one, kinds)]


async def test_sight_hearing_questions_and_watermarks_come_in_one_order() -> None:
    ask = m.UserInput(session="s", t_ns=2_500_000_000, id="q1", text="What is written?")
    parts = stream(film(6), chunks(sound("the museum is open", "what does the sign say")), [ask], end_s=6.5)
    running = await replayed(parts)
    found = told(running)
    assert [one.t_ns for one in found] == sorted(one.t_ns for one in found)
    words = [one for one in found if isinstance(one, m.Utterance)]
    assert [(one.text, one.asks, one.turn, one.id, one.source) for one in words] == [
        ("the museum is open", True, 1, "turn-1", "spoken"),
        ("What is written?", True, 2, "q1", "typed"),
        ("what does the sign say", True, 3, "turn-3", "spoken"),
    ]
    frames = [one for one in found if isinstance(one, m.FrameSeen)]
    assert [one.t_ns for one in frames] == [t * SECOND for t in range(6)]
    assert frames[0].observations[0].text == "OPEN"
    assert [one.seq for one in found if isinstance(one, m.Watermark)] == [1, 2, 3, 4, 5, 6, 7]


async def test_words_say_whose_voice_said_them() -> None:
    talk = [silence(0.5)]
    for words, voice in (("the museum is open until nine", 4), ("and where is the garden", 2), ("behind the house", 4)):
        talk += [fake_speech(words, voice), silence(1.2)]
    parts = stream(chunks(np.concatenate(talk)), end_s=10.0)
    running = await replayed(parts)
    assert [one.voice for one in told(running) if isinstance(one, m.Utterance)] == [1, 2, 1]
    reopened = m.SessionOpened(
        session="s", t_ns=90 * SECOND, turn=7, memory="", settings=m.SessionSettings(mode="replay"),
        restarted="perception",
    )  # fmt: skip
    again = await replayed(parts, reopened)
    assert [one.voice for one in told(again) if isinstance(one, m.Utterance)] == [91, 92, 91]


async def test_speech_times_are_exact() -> None:
    running = await replayed(stream(chunks(sound("what is that")), end_s=2.5))
    (words,) = [one for one in told(running) if isinstance(one, m.Utterance)]
    assert words.start_ns == SECOND // 2
    assert words.end_ns == SECOND // 2 + 12 * 60_000_000
    assert words.t_ns == words.end_ns + 600_000_000


def essence(messages: list[m.Message]) -> list[object]:
    return [one for one in messages if not isinstance(one, m.Beat | m.Mark | m.Ready)]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sizes=st.lists(st.integers(100, 3_000), min_size=1, max_size=5))
async def test_nothing_depends_on_how_the_sound_was_cut(sizes: list[int]) -> None:
    ask = m.UserInput(session="s", t_ns=1_230_000_000, id="q1", text="Who is there?")
    spoken = sound("hello there", "mm", "what is the", "colour", pause_s=0.9)
    whole = stream(film(4), chunks(spoken), [ask], end_s=6.0)
    expected = await replayed(whole)
    running = await replayed(stream(film(4), chunks(spoken, sizes), [ask], end_s=6.0))
    assert told(running) == told(expected)
    voices = (m.VoiceOnset, m.VoiceFalse, m.SpeechStopped, m.TurnStarted, m.Caption)
    for kind in voices:
        assert [one for one in running.told["streamer"] if isinstance(one, kind)] == [
            one for one in expected.told["streamer"] if isinstance(one, kind)
        ]


async def test_a_backchannel_is_no_turn() -> None:
    running = await replayed(stream(chunks(sound("mm hm")), end_s=2.5))
    (words,) = [one for one in told(running) if isinstance(one, m.Utterance)]
    assert not words.asks
    assert not [one for one in running.told["streamer"] if isinstance(one, m.TurnStarted)]
    assert [type(one) for one in running.told["streamer"] if isinstance(one, m.VoiceOnset | m.VoiceFalse)] == [
        m.VoiceOnset,
        m.VoiceFalse,
    ]


async def test_a_broken_frame_is_counted_and_told_once() -> None:
    bad = [m.VideoFrame(session="s", t_ns=t * SECOND, width=9, height=9, pixels=b"x") for t in (1, 2)]
    async with perceiving() as running:
        await running.send(opened(), *stream(film(1), bad, end_s=3.0))
        warned = await running.until("streamer", 1, m.Warned)
        await running.until("streamer", 4, m.Watermark)
    assert len(warned) == 1
    assert "3 bytes a pixel" in warned[0].sentence  # type: ignore[attr-defined]


async def test_sessions_do_not_mix() -> None:
    async with perceiving() as running:
        await running.send(opened("a"), opened("b", listen="ambient"))
        one, two = fake_speech("what is that"), fake_speech("good morning to you")
        for a, b in zip(
            chunks(np.concatenate([silence(0.3), one, silence(1.5)]), session="a"),
            chunks(np.concatenate([silence(0.3), two, silence(1.5)]), session="b"),
            strict=False,
        ):
            await running.send(a, b)
        for name in ("a", "b"):
            await running.send(m.Watermark(session=name, t_ns=4 * SECOND, seq=1, final=True))
        await running.until("memory", 2, m.Watermark)
        words = {o.session: (o.text, o.asks) for o in running.told["memory"] if isinstance(o, m.Utterance)}
        assert words == {"a": ("what is that", True), "b": ("good morning to you", False)}
        await running.send(m.SessionClosed(session="a", t_ns=5 * SECOND))


async def test_a_recorded_question_is_transcribed() -> None:
    ask = m.UserInput(session="s", t_ns=SECOND, id="q1", audio=fake_speech("who came in").tobytes())
    running = await replayed(stream(chunks(silence(2.0)), [ask], end_s=2.0))
    (words,) = [one for one in told(running) if isinstance(one, m.Utterance)]
    assert (words.text, words.source, words.asks, words.id) == ("who came in", "spoken", True, "q1")


async def test_live_an_onset_does_not_wait_and_a_question_goes_out_at_once() -> None:
    async with perceiving() as running:
        await running.send(opened(mode="live"))
        await running.send(*chunks(np.concatenate([silence(0.2), fake_speech("stop it")]), (320,)))
        (onset,) = await running.until("streamer", 1, m.VoiceOnset)
        assert onset.t_ns == 200_000_000 + 120_000_000
        await running.send(m.UserInput(session="s", t_ns=SECOND, id="q1", text="Hello?"))
        await running.until("memory", 1, m.Utterance)
        await running.send(m.CancelReply(session="s", t_ns=SECOND))
        turns = await running.until("reasoning", 2, m.TurnStarted)
        assert [one.turn for one in turns] == [1, 2]


async def test_live_our_own_words_are_no_turn() -> None:
    async with perceiving() as running:
        await running.send(opened(mode="live"))
        said = m.ReplyText(session="s", t_ns=0, reply_id="r", phrase=0, text="The sign said open. ")
        await running.send(said, producer="reasoning")
        pcm = np.concatenate([silence(0.2), fake_speech("the sign said open"), silence(1.0)])
        await running.send(*chunks(pcm, (320,)))
        await running.until("streamer", 1, m.VoiceFalse)
        assert not [one for one in running.told["memory"] if isinstance(one, m.Utterance)]


async def test_forget_is_acknowledged_and_drops_what_is_being_said() -> None:
    async with perceiving() as running:
        await running.send(opened(mode="live"))
        await running.send(*chunks(np.concatenate([silence(0.2), fake_speech("my secret is")]), (320,)))
        await running.until("streamer", 1, m.VoiceOnset)
        await running.send(
            m.Forget(session="s", t_ns=SECOND, request_id="f", spans=(m.Span(0, SECOND),)), producer="memory"
        )
        (done,) = await running.until("memory", 1, m.Forgotten)
        assert isinstance(done, m.Forgotten)
        assert done.service == "perception"
        await running.send(*chunks(silence(2.0), (320,), start_ns=2 * SECOND))
        await running.send(m.Watermark(session="s", t_ns=4 * SECOND, seq=1, final=True))
        await running.until("memory", 1, m.Watermark)
        assert not [one for one in running.told["memory"] if isinstance(one, m.Utterance)]


async def test_many_moments_of_earlier_sessions_take_nothing_of_this_one() -> None:
    days = [m.Span((-5 - n * 1000) * SECOND, (-4 - n * 1000) * SECOND) for n in range(60)]
    own = m.Span(40 * SECOND, 41 * SECOND)
    async with perceiving() as running:
        await running.send(opened(mode="live"))
        forget = m.Forget(session="s", t_ns=50 * SECOND, request_id="f", spans=(*days, own))
        await running.send(forget, producer="memory")
        await running.until("memory", 1, m.Forgotten)
        await running.send(frame(SECOND, fake_picture("LEMON")), m.Watermark(session="s", t_ns=2 * SECOND, seq=1))
        await running.until("memory", 1, m.FrameSeen)


async def test_forget_is_acknowledged_for_a_session_that_is_over() -> None:
    net = MemoryNet()
    service = await create(Context(config.load("fake"), ManualClock(), net.link("perception")))
    alike("swordfish", "sworfish")
    await service.handle(opened())
    await service.handle(m.SessionClosed(session="s", t_ns=SECOND))
    await service.handle(m.Forget(session="s", t_ns=SECOND, request_id="f", spans=(m.Span(0, SECOND),)))
    told = net.link("memory").receive(Lane("perception", Delivery.URGENT))
    done = await asyncio.wait_for(anext(told), 5)
    assert isinstance(done, m.Forgotten)
    assert (done.request_id, done.service) == ("f", "perception")
    assert alike.cache_info().currsize == 0
    await service.close()


async def test_after_everything_was_forgotten_it_sees_and_hears_on() -> None:
    always = m.Forget(session="s", t_ns=2 * SECOND, request_id="f", spans=(m.Span(-(2**61), 2**61),))
    secret = np.concatenate([silence(0.2), fake_speech("my secret is a tangerine and not a lemon"), silence(1.4)])
    before, after = secret[:16_000], secret[16_000:]
    async with perceiving() as running:
        await running.send(opened(mode="live"), *chunks(before, (320,)))
        await running.until("streamer", 1, m.Caption)
        await running.send(always, producer="memory")
        await running.until("memory", 1, m.Forgotten)
        await running.send(*chunks(after, (320,), start_ns=SECOND))  # half of it is of the time that was forgotten
        await running.send(*chunks(np.concatenate([fake_speech("what is that"), silence(1.5)]), start_ns=4 * SECOND))
        await running.send(frame(2 * SECOND, fake_picture("LEMON")))
        await running.until("memory", 2, m.Utterance)
        await running.send(frame(6 * SECOND, fake_picture("OPEN")), m.Watermark(session="s", t_ns=7 * SECOND, seq=1))
        await running.until("memory", 1, m.Watermark)
        found = told(running)
    words = [one for one in found if isinstance(one, m.Utterance)]
    assert [(one.text, one.start_ns) for one in words] == [("ot a lemon", 2 * SECOND), ("what is that", 4 * SECOND)]
    assert [one.t_ns for one in found if isinstance(one, m.FrameSeen)] == [6 * SECOND]


async def test_a_restart_goes_on_with_the_turn_it_is_told() -> None:
    opening = m.SessionOpened(
        session="s", t_ns=0, turn=7, memory="", settings=m.SessionSettings(mode="replay"), restarted="perception"
    )
    running = await replayed(stream(chunks(sound("what is that")), end_s=2.5), opening)
    (words,) = [one for one in told(running) if isinstance(one, m.Utterance)]
    assert words.id == "turn-8"
