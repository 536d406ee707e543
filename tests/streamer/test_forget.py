"""What was erased is in no file that a replay leaves, whenever it came, and only then is that said."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_ring import FakeRing
from test_replay import S, job, lines, replay

from streamer.drawn import Drawn
from streamer.edge import Arrived
from streamer.folder import prepare_folder
from streamer.questions import Scripted
from streamer.record import Recorder
from streamer.replies import RESTS_ON
from streamer.session import ReplaySession
from streamer.view import NoView
from wire import messages as m

pytestmark = pytest.mark.unit

SECRET = "TANGERINE"


class Stage:
    """A session that is told things by hand. sent: what it posted."""

    def __init__(self, folder: Path) -> None:
        prepare_folder(folder, keep_memory=False)
        self.folder = folder
        self.sent: list[m.Message] = []
        self.recorder = Recorder(folder)
        opened = m.SessionOpened(
            session="s", t_ns=0, memory="", settings=m.SessionSettings(mode="replay", reply_delay_ms=400)
        )
        self.session = ReplaySession(
            opened, self.recorder, NoView(), wall_ns=lambda: 0, post=self.sent.extend, changed=lambda: None
        )

    def hear(self, *messages: m.Message, producer: str = "perception") -> None:
        for message in messages:
            self.session.handle(Arrived(producer, message))

    def reached(self, t_s: float) -> None:
        """Perception and memory have come so far: what was told before is written."""
        mark = m.Watermark(session="s", t_ns=round(t_s * S), seq=1)
        self.hear(mark)
        for _ in range(2):
            self.hear(mark, producer="reasoning")

    def forget(self, from_s: float, to_s: float, *, at_s: float, request: str = "r") -> None:
        self.hear(order(at_s, (from_s, to_s), request), producer="memory")

    def answered(self, t_s: float, question: str, text: str, *rests_on: tuple[float, float]) -> None:
        """A typed question, its reply of one second and all that is told of them."""
        t_ns, identity = round(t_s * S), f"q{t_s:g}"
        more: dict[str, Any] = {"session": "s", "t_ns": t_ns, "turn": round(t_s)}
        reply = more | {"reply_id": f"reply-{identity}"}
        asked = m.UserInput(session="s", t_ns=t_ns, id=identity, text=question)
        self.session.ask(asked, Scripted(identity, t_ns, question), False)
        evidence = tuple(
            m.Evidence(
                start_ns=round(a * S), end_ns=round(b * S), kind="text", text="it", key_frame=f"at-{a:g}", jpeg=b"jpeg"
            )
            for a, b in rests_on
        )
        self.hear(said(t_s, question, asks=True, source="typed", identity=identity))
        pcm = np.full(16_000, 1000, np.int16).tobytes()
        self.hear(
            m.ReplyEvidence(**reply, evidence=evidence),
            m.ReplyText(**reply, phrase=0, text=text),
            m.ReplyAudio(**reply, phrase=0, sample_rate=16_000, pcm=pcm),
            m.ReplyDone(**reply, id=identity, source="typed", state="answered", question=question, text=text),
            producer="reasoning",
        )

    def kept(self, t_s: float) -> None:
        kept = m.FrameKept(session="s", t_ns=round(t_s * S), key_frame=f"at-{t_s:g}", jpeg=b"jpeg %d" % t_s)
        self.hear(kept, producer="memory")

    def acknowledged(self) -> list[str]:
        return [message.request_id for message in self.sent if isinstance(message, m.Forgotten)]

    def holding(self, words: str = SECRET) -> list[str]:
        """Names of the files that hold the words."""
        found = [p for p in self.folder.rglob("*") if p.is_file() and words.encode() in p.read_bytes()]
        return sorted(p.name for p in found)

    def pictures(self) -> list[str]:
        return sorted(p.stem for p in (self.folder / "frames").iterdir())

    def events(self) -> list[dict[str, Any]]:
        return lines(self.folder / "events.jsonl")

    def questions(self) -> list[str]:
        return [record["id"] for record in lines(self.folder / "answers.jsonl")]


def order(at_s: float, span: tuple[float, float], request: str = "r") -> m.Forget:
    start_ns, end_ns = (round(t_s * S) for t_s in span)
    return m.Forget(session="s", t_ns=round(at_s * S), request_id=request, spans=(m.Span(start_ns, end_ns),))


def said(
    t_s: float, text: str, *, asks: bool = False, source: str = "spoken", identity: str = "", since_s: float = 0.0
) -> m.Utterance:
    t_ns = round(t_s * S)
    return m.Utterance(
        session="s", t_ns=t_ns, turn=round(t_s) if asks else 0, id=identity or f"said-{t_s:g}",
        source="typed" if source == "typed" else "spoken", start_ns=round(since_s * S) or t_ns, end_ns=t_ns,
        text=text, asks=asks,
    )  # fmt: skip


def seen(t_s: float, text: str) -> m.Observed:
    return m.Observed(session="s", t_ns=round(t_s * S), observations=(m.Observation(kind="text", text=text),))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "out")


def test_what_stays_in_view_is_told_again_after_an_erasure(stage: Stage) -> None:
    for t_s in range(12, 30):
        stage.hear(seen(t_s, "HARBOUR"))
    stage.reached(30)
    stage.forget(10, 20, at_s=30)
    for t_s in range(30, 34):
        stage.hear(seen(t_s, "HARBOUR"))
    stage.reached(40)
    assert [line["t"] for line in stage.events() if line["event"] == "seen"] == [30.0]


def test_lines_and_pictures_of_a_span_go_and_others_stay(stage: Stage) -> None:
    for t_s in (5, 12, 25):
        stage.kept(t_s)
    stage.hear(
        seen(5, "HARBOUR"), seen(12, SECRET), said(13, f"The word is {SECRET}"), seen(25, "LATER"),
        m.Caption(session="s", t_ns=22 * S, start_ns=19 * S, text=f"{SECRET} it was", final=True),
    )  # fmt: skip
    stage.reached(24)
    assert stage.holding() == ["events.jsonl"]
    stage.forget(10, 20, at_s=24)
    assert stage.holding() == []
    assert stage.pictures() == ["at-25", "at-5"]
    assert stage.acknowledged() == ["r"]
    stage.recorder.close(30 * S)
    told = [(e["t"], e["event"]) for e in stage.events()]
    assert told == [(5.0, "seen"), (5.0, "kept"), (25.0, "seen"), (25.0, "kept")]


def test_what_comes_late_is_dropped_too(stage: Stage) -> None:
    stage.forget(10, 20, at_s=24)
    stage.hear(seen(12, SECRET), said(21, f"{SECRET} was said", since_s=18))
    stage.kept(12)
    stage.answered(15, f"What does {SECRET} mean?", f"{SECRET} is a fruit.")
    stage.answered(23, "What did it say?", f"It said {SECRET}.", (12, 14))
    stage.hear(seen(26, "LATER"))
    stage.reached(40)
    stage.recorder.close(40 * S)
    assert stage.holding() == []
    assert stage.pictures() == []
    assert stage.questions() == []
    assert [(e["t"], e["event"]) for e in stage.events()] == [(26.0, "seen")]


def test_questions_of_a_span_go_with_what_was_heard_of_them_and_what_rests_on_it(stage: Stage) -> None:
    stage.answered(3, "What first?", "Nothing yet.", (1, 2))
    stage.answered(9.5, "And now?", f"Now {SECRET}.", (9, 9.5))  # is answered within the span
    stage.answered(12, f"Is that {SECRET}?", "Yes.", (11, 12))
    stage.answered(23, "What did it say before?", f"It said {SECRET}.", (1, 2), (11, 14))
    stage.answered(24, "And before that?", "Nothing.", (1, 2), (5, 9.799999999), (20.000000001, 24))
    stage.reached(30)
    assert stage.questions() == ["q3", "q9.5", "q12", "q23", "q24"]
    stage.forget(9.8, 20, at_s=28)
    assert stage.questions() == ["q3", "q24"]
    assert stage.holding() == []
    assert stage.pictures() == ["at-1", "at-20", "at-5"]
    stage.answered(31, "And now?", "Yes.", (15, 30))  # is asked after it: what it rests on was not erased
    stage.reached(40)
    stage.recorder.close(40 * S)
    assert stage.questions() == ["q3", "q24", "q31"]
    with wave.open(str(stage.folder / "reply.wav")) as file:
        sounding = np.flatnonzero(np.frombuffer(file.readframes(file.getnframes()), np.int16)) / 16_000
    assert sorted({int(t) for t in sounding}) == [3, 4, 24, 25, 31, 32]
    assert {e.get("id") for e in stage.events()} >= {"q3", "q24", "q31"}
    assert not {e.get("id") for e in stage.events()} & {"q9.5", "q12", "q23"}


def test_questions_that_told_of_it_go_whenever_they_were_put(stage: Stage) -> None:
    stage.answered(3, "Hello?", "Hello.")
    stage.answered(23, f"What is {SECRET}?", "I do not know.")
    stage.reached(30)
    asked = replace(order(30, (10, 20)), questions=("q23", "q31"))
    stage.hear(asked, producer="memory")
    stage.answered(31, f"Tell me of {SECRET}", f"{SECRET} it was.")  # the edge hears of it later than memory
    stage.reached(40)
    stage.recorder.close(40 * S)
    assert stage.questions() == ["q3"]
    assert stage.holding() == []


def test_memory_is_told_what_a_reply_rests_on(stage: Stage) -> None:
    stage.answered(3, "What first?", "A sign.", (1, 2), (-9, -8))
    stage.answered(9, "And now?", "Nothing.")
    stage.answered(20, "What was there?", "Much.", *((n / 100, n / 100) for n in range(1000)))
    stage.reached(40)
    rests = {message.reply_id: message.rests_on for message in stage.sent if isinstance(message, m.Played)}
    assert rests["reply-q3"] == (m.Span(-9 * S, -8 * S), m.Span(S, 2 * S))
    assert rests["reply-q9"] == ()
    assert len(rests["reply-q20"]) == RESTS_ON


def test_of_earlier_sessions_only_what_rests_on_the_erased_moment_goes(stage: Stage) -> None:
    week, day = 7 * 86_400, 86_400
    stage.answered(5, "What did the first sign say?", f"It said {SECRET}.", (-week, 2 - week))
    stage.answered(9, "And yesterday?", "Nothing.", (-day, 2 - day))
    stage.reached(20)
    spans = [m.Span(-(week - n) * S, -(week - n) * S + S // 2) for n in range(0, 8 * 10_000, 8)]
    stage.hear(m.Forget(session="s", t_ns=20 * S, request_id="r", spans=tuple(spans)), producer="memory")
    stage.reached(30)
    stage.recorder.close(30 * S)
    assert stage.questions() == ["q9"]
    assert stage.holding() == []


def test_a_reply_under_way_is_dropped_and_the_next_one_still_comes(stage: Stage) -> None:
    stage.answered(12, f"Is that {SECRET}?", "Yes.")
    stage.forget(10, 20, at_s=20)
    assert SECRET not in repr(stage.session.__dict__["_replies"].ledger.turns)
    stage.answered(21, "And now?", "Now nothing.")
    stage.reached(40)
    assert stage.questions() == ["q21"]
    heard = {message.reply_id: message.heard for message in stage.sent if isinstance(message, m.Played)}
    assert heard == {"reply-q12": "", "reply-q21": "Now nothing."}


def test_the_words_that_agree_to_it_are_no_part_of_it(stage: Stage) -> None:
    stage.answered(12, f"Forget {SECRET}", f"Shall I forget {SECRET}?")
    stage.forget(-(2**61) / S, 2**61 / S, at_s=20)
    stage.answered(20, "Yes.", "Done.", (3, 4))
    stage.reached(40)
    stage.recorder.close(40 * S)
    assert stage.questions() == ["q20"]
    assert [e["event"] for e in stage.events() if e.get("id") == "q20"][:2] == ["asked", "heard"]
    assert stage.holding() == []


def test_an_open_span_ends_where_memory_was(stage: Stage) -> None:
    stage.hear(seen(12, SECRET), seen(24, "LATER"))
    stage.forget(10, 2**61 / S, at_s=20)
    stage.recorder.close(30 * S)
    assert [e["t"] for e in stage.events()] == [24.0]


def test_erasing_everything_leaves_lines_about_the_run(stage: Stage) -> None:
    stage.session.tell(0, "start", stream="film.mp4")
    stage.session.warn(2 * S, "look out")
    stage.hear(seen(12, SECRET))
    stage.forget(-(2**61) / S, 2**61 / S, at_s=20)
    stage.session.tell(30 * S, "end")
    stage.recorder.close(30 * S)
    assert [e["event"] for e in stage.events()] == ["start", "warning", "end"]


def test_files_are_mended_after_they_were_closed(stage: Stage) -> None:
    stage.answered(12, f"Is that {SECRET}?", "Yes.")
    stage.answered(23, "And?", "No.")
    stage.hear(seen(12, SECRET))
    stage.reached(40)
    stage.recorder.close(40 * S)
    stage.forget(10, 20, at_s=40)
    assert stage.holding() == []
    assert stage.questions() == ["q23"]
    stage.session.warn(41 * S, "late")  # writes nowhere, and breaks nothing
    stage.recorder.close(40 * S)


def test_what_cannot_be_dropped_is_not_said_to_be(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.hear(seen(12, SECRET))
    stage.reached(24)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("streamer.journal.rewrite", full)
    stage.forget(10, 20, at_s=24)
    assert stage.acknowledged() == []
    stage.recorder.close(30 * S)
    assert [e["sentence"] for e in stage.events() if e["event"] == "warning"] == [
        "what was to be forgotten could not be dropped from the results (no space left on device); delete them by hand"
    ]


def test_the_end_of_the_process_while_a_file_is_rewritten_leaves_it_whole(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.hear(seen(5, "HARBOUR"), seen(12, SECRET))
    stage.reached(24)
    before = (stage.folder / "events.jsonl").read_text()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        stage.forget(10, 20, at_s=24)
    monkeypatch.undo()
    assert (stage.folder / "events.jsonl").read_text() == before
    stage.recorder.close(30 * S)
    prepare_folder(stage.folder, keep_memory=False)
    assert stage.holding("HARBOUR") == []  # the next replay leaves nothing of it, the half of a file included


def test_a_report_that_is_being_made_is_made_again_before_it_is_acknowledged() -> None:
    sent: list[m.Message] = []
    drawn = Drawn(sent.extend)
    done = m.Forgotten(session="s", t_ns=0, request_id="r", service="streamer")
    drawn.forgotten(done)
    assert sent == [done]
    drawn.reporting = True
    drawn.ask("s", 9)
    assert not drawn.settled
    drawn.forgotten(replace(done, request_id="late"))
    assert drawn.settled  # memory waits for us, so we must not wait for its drawing
    assert sent[1:] == drawn.asked()
    assert [d.request_id for d in drawn.take_owed() if isinstance(d, m.Forgotten)] == ["late"]
    drawn.ask("s", 9)
    drawn.take(m.MemoryReply(session="s", t_ns=9, request_id="drawing-1", html=b"with it"))
    assert (drawn.html, drawn.settled) == ("", False)
    drawn.take(m.MemoryReply(session="s", t_ns=9, request_id="drawing-2", html=b"without it"))
    assert (drawn.html, drawn.settled, drawn.asked()) == ("without it", True, [])


class ErasingRing(FakeRing):
    """Erases a span when it is asked for its drawing the first time, as if a command had come just then."""

    def __init__(self, span: tuple[float, float], told: Callable[[], str]) -> None:
        super().__init__()
        self.span = span
        self.told = told
        self.reports: list[str] = []

    async def send(self, message: m.Message) -> None:
        if isinstance(message, m.MemoryRequest) and message.request_id == "drawing-1":
            self._tell("memory", order(10, self.span))
            return
        if isinstance(message, m.Forgotten):
            self.reports.append(self.told())
        await super().send(message)


async def test_a_replay_acknowledges_with_a_report_that_tells_nothing_of_it(tmp_path: Path) -> None:
    ring = ErasingRing((2, 4), lambda: (tmp_path / "report.html").read_text())
    asked = [Scripted("a", 3 * S, f"What of {SECRET}?"), Scripted("b", 8 * S, "And?")]
    await replay(ring, job(tmp_path, 10, asked))
    (report,) = ring.reports
    assert SECRET not in report
    assert "And?" in report
    final = (tmp_path / "report.html").read_text()
    assert SECRET not in final
    assert "what memory drew" in final
    assert SECRET not in json.dumps(lines(tmp_path / "answers.jsonl")) + json.dumps(lines(tmp_path / "events.jsonl"))


async def test_a_replay_of_which_everything_was_erased_has_a_report(tmp_path: Path) -> None:
    ring = ErasingRing((-(2**61) / S, 2**61 / S), lambda: "")
    ring.drawing = b""
    await replay(ring, job(tmp_path, 10, [Scripted("a", 3 * S, f"What of {SECRET}?")]))
    assert (tmp_path / "answers.jsonl").read_text() == ""
    report = (tmp_path / "report.html").read_text()
    assert "Nobody spoke and nothing was asked." in report
    assert SECRET not in report


async def test_the_drawing_is_asked_again_of_a_memory_that_is_back(tmp_path: Path) -> None:
    class Dying(FakeRing):
        async def send(self, message: m.Message) -> None:
            if isinstance(message, m.MemoryRequest) and not died:
                died.append(message)
                self.crash("memory")
                return
            await super().send(message)

    died: list[m.Message] = []
    await replay(Dying(), job(tmp_path, 10))
    assert "what memory drew" in (tmp_path / "report.html").read_text()
