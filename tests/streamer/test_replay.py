"""Whole replays against a scripted ring: the same at every speed, heard as it would be, alive after crashes."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_ring import Answers, FakeRing, Noise, Spoken
from made_media import Audio, Video, every, write

from streamer.edge import Switchboard
from streamer.ledger import Ledger
from streamer.media import Item, Picture
from streamer.pictures import Pixels
from streamer.probe import StreamInfo, TrackInfo, probe
from streamer.questions import Scripted
from streamer.record import answer_record
from streamer.replay import Outcome, ReplayJob, run_replay, run_replays
from streamer.sound import Chunk
from streamer.view import NoView
from wire import messages as m
from wire.clock import ManualClock
from wire.config import StreamerConfig

pytestmark = pytest.mark.unit

S = 1_000_000_000


class ListSource:
    """Items out of memory; counts how far it was read."""

    def __init__(self, seconds: int) -> None:
        self._items: list[Item] = [Chunk(t * S // 10, bytes(3200)) for t in range(seconds * 10)]
        self._items += [Picture(t * S, Pixels(2, 1, bytes(6))) for t in range(seconds)]
        self._items.sort(key=lambda i: i.end_ns if isinstance(i, Chunk | Picture) else 0)
        self.read = 0

    async def items(self) -> AsyncGenerator[Item, None]:
        for item in self._items:
            self.read += 1
            yield item

    async def close(self) -> None: ...


def job(
    out: Path, seconds: int, questions: Sequence[Scripted] = (), *, speed: float | None = None, session: str = "s"
) -> ReplayJob:
    track = TrackInfo("fake", 0, seconds * S, "fake")
    return ReplayJob(
        session=session,
        info=StreamInfo(Path("film.mp4"), track, track, 0, seconds * S, ()),
        questions=tuple(questions),
        settings=m.SessionSettings(mode="replay", reply_delay_ms=400),
        config=StreamerConfig(),
        speed=speed,
        out=out,
        memory=out / "memory",
    )


async def replay(ring: FakeRing, the_job: ReplayJob, clock: ManualClock | None = None) -> Outcome:
    clock = clock or ManualClock()
    board = Switchboard(ring)
    reading = asyncio.create_task(board.run())
    running = asyncio.create_task(
        run_replay(board, the_job, clock, NoView(), ListSource(the_job.info.duration_ns // S))
    )
    try:
        while not running.done():
            await clock.advance(0.02)
            await asyncio.sleep(0)
            if reading.done():
                reading.result()
        return running.result()
    finally:
        reading.cancel()
        running.cancel()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def timeless(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in record.items() if not k.startswith("wall_")} for record in records]


def wav(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    with wave.open(str(path)) as f:
        assert f.getframerate() == 16_000
        return np.frombuffer(f.readframes(f.getnframes()), np.int16)


QUESTIONS = [
    Scripted("b", 12 * S, "What now?", b"", ("red", "blue")),
    Scripted(7, 3 * S, "What first?"),
    Scripted("c", 12 * S, "And?"),
]
SCRIPT: list[Spoken | Noise] = [
    Noise(4 * S, 5 * S),
    Spoken(8 * S, "Who is it?", voice_since_ns=7 * S),
    Spoken(9 * S, "A statement of the narrator", voice_since_ns=8 * S + S // 2),
    Spoken(20 * S, "Only said", asks=False),
]
ANSWERS = Answers({"A statement of the narrator": None})


async def test_answers_are_the_same_at_every_speed_and_in_every_order_of_arrival(tmp_path: Path) -> None:
    results = []
    for n, speed in enumerate((None, 1.0, 8.0, None)):
        out = tmp_path / str(n)
        await replay(FakeRing(SCRIPT, ANSWERS, seed=n), job(out, 30, QUESTIONS, speed=speed))
        results.append(
            (
                timeless(lines(out / "answers.jsonl")),
                timeless(lines(out / "events.jsonl")),
                (out / "reply.wav").read_bytes(),
            )
        )
    for other in results[1:]:
        assert other == results[0]
    answers = results[0][0]
    assert [a["id"] for a in answers] == [7, "turn-2", "b", "c"]
    assert [a["t_query"] for a in answers] == [3.0, 8.0, 12.0, 12.0]


async def test_a_line_holds_what_was_asked_heard_and_measured(tmp_path: Path) -> None:
    outcome = await replay(FakeRing(SCRIPT, ANSWERS), job(tmp_path / "out", 30, QUESTIONS))
    first, spoken, third, fourth = lines(tmp_path / "out/answers.jsonl")
    assert first["source"] == "typed"
    assert first["question"] == "What first?"
    assert (first["t_first_token"], first["t_first_audio"], first["t_end"]) == (3.4, 3.4, 6.4)  # paused from 4 to 5
    assert first["text"] == first["heard"] == "Answer to What first?. And more of it."
    assert first["evidence"] == [
        {
            "start": 1.0,
            "end": 3.0,
            "kind": "text",
            "text": "evidence for What first?",
            "key_frame": "f_1.jpg",
            "score": 0.5,
        }
    ]
    assert (tmp_path / "out/frames/f_1.jpg").read_bytes() == b"jpeg"
    assert (first["frames_seen"], first["frames_dropped"], first["state"]) == (4, 0, "answered")
    assert {"wall_first_token_ms", "wall_first_audio_ms", "wall_done_ms"} <= first.keys()
    assert (spoken["source"], spoken["cut"], spoken["t_end"]) == ("spoken", True, 9.0)
    assert spoken["heard"] == ""
    assert (third["t_first_audio"], fourth["t_first_audio"]) == (12.4, 14.4)
    assert outcome.counts.silent == 1
    assert outcome.counts.frames == 30


def test_latency_counts_from_the_first_mark_of_the_question_itself() -> None:
    ledger = Ledger()

    def mark(stage: str, wall_ms: int, turn: int = 1, t_ns: int = 5 * S) -> m.Mark:
        wall_ns = wall_ms * 1_000_000
        return m.Mark(session="s", t_ns=t_ns, turn=turn, service="perception", stage=stage, wall_ns=wall_ns)

    ledger.mark(mark("frame_seen", 50, turn=0))
    ledger.mark(mark("turn_end", 100))
    words = m.Utterance(
        session="s", t_ns=5 * S, turn=1, id="turn-1", source="spoken", start_ns=0, end_ns=4 * S, text="What?", asks=True
    )
    turn = ledger.heard(words, 130_000_000)
    for late in (mark("first_token", 160), mark("first_token", 170), mark("frame_seen", 90, t_ns=6 * S)):
        ledger.mark(late)
    text = m.ReplyText(session="s", t_ns=5 * S, turn=1, reply_id="r", phrase=0, text="So.")
    ledger.piece(text, 180_000_000)
    done = m.ReplyDone(
        session="s", t_ns=5 * S, turn=1, id="turn-1", reply_id="r", source="spoken", state="answered", question="What?"
    )
    ledger.done(done, 200_000_000)
    record = answer_record(turn, [], 0)
    assert (record["wall_first_token_ms"], record["wall_first_audio_ms"], record["wall_done_ms"]) == (80.0, None, 100.0)
    assert record["wall_marks_ms"] == {"perception turn_end": 0.0, "perception first_token": 60.0}


async def test_the_reply_is_in_the_sound_when_it_is_heard(tmp_path: Path) -> None:
    await replay(FakeRing([Noise(4 * S, 5 * S)]), job(tmp_path, 20, [Scripted("a", 3 * S, "What?")]))
    pcm = wav(tmp_path / "reply.wav")
    assert len(pcm) == 20 * 16_000
    sounding = np.flatnonzero(pcm) / 16_000
    assert sounding[0] == pytest.approx(3.4, abs=0.001)
    assert sounding[-1] == pytest.approx(6.4, abs=0.001)
    assert not np.any((sounding > 4.001) & (sounding < 4.999))


async def test_a_reply_is_cut_by_words_and_memory_learns_what_was_heard(tmp_path: Path) -> None:
    ring = FakeRing([Spoken(5 * S, "Stop, what is that?", voice_since_ns=4 * S + S // 2)])
    await replay(ring, job(tmp_path, 20, [Scripted("a", 3 * S, "What?")]))
    played = [message for message in ring.sent if isinstance(message, m.Played)]
    assert (played[0].reply_id, played[0].heard, played[0].cut) == ("reply-a", "Answer to What?.", True)
    assert (played[0].start_ns, played[0].t_ns) == (3_400_000_000, 5 * S)
    assert played[1].heard == "Answer to Stop, what is that?. And more of it."


async def test_a_question_is_sent_after_its_past_and_never_before(tmp_path: Path) -> None:
    ring = FakeRing()
    await replay(ring, job(tmp_path, 10, [Scripted("a", 2_340_000_000, "What?"), Scripted("late", 99 * S, "When?")]))
    at = next(i for i, message in enumerate(ring.sent) if isinstance(message, m.UserInput))
    before = [message for message in ring.sent[:at] if isinstance(message, m.AudioChunk)]
    assert sum(len(chunk.pcm) // 2 for chunk in before) == 2.34 * 16_000
    assert isinstance(ring.sent[at + 1], m.Watermark)
    assert lines(tmp_path / "answers.jsonl")[1]["t_query"] == 10.0
    warnings = [e["sentence"] for e in lines(tmp_path / "events.jsonl") if e["event"] == "warning"]
    assert ["after the end of the stream" in w for w in warnings] == [True]


async def test_a_reader_never_runs_ahead_of_a_stalled_ring(tmp_path: Path) -> None:
    ring, clock = FakeRing(room=1000), ManualClock()
    ring.stalled.clear()
    source = ListSource(60)
    board = Switchboard(ring)
    reading = asyncio.create_task(board.run())
    running = asyncio.create_task(run_replay(board, job(tmp_path, 60), clock, NoView(), source))
    for _ in range(3000):
        await asyncio.sleep(0)
    frames = sum(isinstance(message, m.VideoFrame) for message in ring.sent)
    assert frames == 11
    assert source.read < 130
    ring.stalled.set()
    outcome = await running
    assert outcome.counts.frames == 60
    reading.cancel()


async def test_what_comes_back_is_taken_while_a_full_ring_makes_the_sender_wait(tmp_path: Path) -> None:
    questions = [Scripted(f"q{n}", n * S // 4, f"What {n}?") for n in range(20)]
    ring = FakeRing(room=1)
    outcome = await replay(ring, job(tmp_path, 60, questions))
    assert outcome.counts.answers == 20
    assert ring.most_waiting <= 1


@pytest.mark.parametrize("name", ["perception", "memory", "reasoning"])
async def test_after_a_crash_the_run_finishes_and_says_what_was_lost(tmp_path: Path, name: str) -> None:
    ring, clock = FakeRing(SCRIPT, ANSWERS, room=8), ManualClock()
    the_job = job(tmp_path, 30, QUESTIONS, speed=1.0)
    board = Switchboard(ring)
    reading = asyncio.create_task(board.run())
    running = asyncio.create_task(run_replay(board, the_job, clock, NoView(), ListSource(30)))
    while not running.done():
        await clock.advance(0.05)
        await asyncio.sleep(0)
        if clock.now_ns() == 12_300_000_000:
            ring.crash(name)
    outcome = running.result()
    reading.cancel()
    again = [message for message in ring.sent if isinstance(message, m.SessionOpened)]
    assert [message.restarted for message in again] == ["", name]
    assert outcome.counts.answers == 4
    events = lines(tmp_path / "events.jsonl")
    assert [e["service"] for e in events if e["event"] == "restarted"] == [name]
    assert any(f"{name} crashed and was restarted at 0:1" in e.get("sentence", "") for e in events)


async def test_a_question_that_was_lost_is_said_to_be(tmp_path: Path) -> None:
    ring = FakeRing()
    ring.lose_questions = 1
    outcome = await replay(ring, job(tmp_path, 10, [Scripted("a", 2 * S, "What?"), Scripted("b", 4 * S, "Who?")]))
    first, second = lines(tmp_path / "answers.jsonl")
    assert (first["id"], first["state"], first["text"], first["t_end"]) == ("a", "lost", "", None)
    assert second["state"] == "answered"
    assert outcome.counts.lost == 1


async def test_two_sessions_share_one_edge(tmp_path: Path) -> None:
    ring, clock = FakeRing(room=4), ManualClock()
    board = Switchboard(ring)
    reading = asyncio.create_task(board.run())
    both = await asyncio.gather(
        *(
            run_replay(
                board,
                job(tmp_path / name, 10, [Scripted(name, 2 * S, f"What {name}?")], session=name),
                clock,
                NoView(),
                ListSource(10),
            )
            for name in ("one", "two")
        )
    )
    reading.cancel()
    assert [outcome.counts.answers for outcome in both] == [1, 1]
    for name in ("one", "two"):
        assert [a["id"] for a in lines(tmp_path / name / "answers.jsonl")] == [name]


async def test_a_session_name_is_used_once() -> None:
    board = Switchboard(FakeRing())
    with (
        board.listening("a", lambda news: None),
        pytest.raises(ValueError, match="already"),
        board.listening("a", lambda news: None),
    ):
        pass


async def test_a_real_file_through_the_real_reader(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mp4", Video(every(100, 3000)), Audio([(0, 3000)]))
    real = job(tmp_path / "out", 3, [Scripted("a", S, "What?")])
    real = ReplayJob(**{**{f: getattr(real, f) for f in real.__dataclass_fields__}, "info": probe(film)})
    ring = FakeRing()
    (outcome,) = await run_replays(ring, [(real, NoView())], ManualClock())
    assert outcome.counts.frames == 3
    assert outcome.counts.answers == 1
    frame = next(message for message in ring.sent if isinstance(message, m.VideoFrame))
    assert (frame.width, frame.height, len(frame.pixels)) == (64, 48, 64 * 48 * 3)
