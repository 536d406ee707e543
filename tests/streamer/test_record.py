"""What a replay leaves: the journal in order, the sound at its times, the report in one file."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from streamer.erased import Erased
from streamer.journal import Journal
from streamer.record import evidence_record
from streamer.reply_wav import ReplyWav
from streamer.report import write_report
from streamer.report_timeline import Scale, spread
from streamer.show import TerminalView
from streamer.story import Story
from wire.clock import ManualClock
from wire.messages import Evidence, Utterance

pytestmark = pytest.mark.unit

S = 1_000_000_000


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_journal_is_in_order_however_events_come(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    journal.add(3 * S, "heard", 0.5, text="b")
    journal.add(1 * S, "kept", 0.6, key_frame="k")
    journal.add(3 * S, "asked", 0.7, id="a")
    journal.settle(2 * S)
    assert [e["event"] for e in lines(tmp_path / "events.jsonl")] == ["kept"]
    journal.add_now(9 * S, "restarted", 0.8, service="memory")
    journal.close()
    journal.close()
    assert [(e["t"], e["event"]) for e in lines(tmp_path / "events.jsonl")] == [
        (1.0, "kept"),
        (9.0, "restarted"),
        (3.0, "asked"),
        (3.0, "heard"),
    ]


def test_the_sound_is_as_long_as_the_input_and_at_its_times(tmp_path: Path) -> None:
    out = ReplyWav(tmp_path / "reply.wav")
    out.put(2 * S, np.full(8000, 7, np.int16), 8000)
    out.put(S // 2, np.full(4000, 9, np.int16), 8000)
    out.put(9 * S, np.full(80_000, 5, np.int16), 8000)  # runs over the end
    out.put(5 * S, np.full(16_000, 1000, np.int16), 16_000)  # another rate
    out.close(10 * S)
    out.close(10 * S)
    with wave.open(str(tmp_path / "reply.wav")) as f:
        assert (f.getframerate(), f.getnframes(), f.getnchannels()) == (8000, 80_000, 1)
        pcm = np.frombuffer(f.readframes(80_000), np.int16)
    assert pcm[3999] == 0
    assert list(pcm[[4000, 7999, 8000, 16_000, 23_999, 72_000, 79_999]]) == [9, 9, 0, 7, 7, 5, 5]
    assert pcm[44_000] == pytest.approx(1000, abs=20)


def test_a_silent_run_has_sound_as_long_as_its_input_too(tmp_path: Path) -> None:
    ReplyWav(tmp_path / "reply.wav").close(3 * S)
    with wave.open(str(tmp_path / "reply.wav")) as f:
        assert f.getnframes() / f.getframerate() == 3.0


def test_ticks_and_thumbnails_are_spread() -> None:
    assert [tick.text for tick in Scale(139.0).ticks()][:3] == ["0:00", "0:15", "0:30"]
    assert len(Scale(36_000.0).ticks()) <= 12
    assert Scale(0.04).ticks()[0].x == 0
    assert spread([0.0, 1.0, 50.0, 51.0, 99.0], 100.0, 4) == [1, 3]
    assert spread([], 10.0, 4) == []


class Outside(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "action", "data") or name.startswith("on"):
                self.pictures += bool(value and value.startswith("data:image/jpeg;base64,"))
                if not (value and value.startswith("data:")):
                    self.fetched.append(f"{tag} {name}={value}")
        if tag in ("script", "link", "iframe"):
            self.fetched.append(tag)


def answer(**changes: Any) -> dict[str, Any]:
    shown = {"start": 1.0, "end": 2.0, "kind": "text", "text": "OPEN <stood> there", "key_frame": "a.jpg", "score": 1}
    return {
        "id": "q1", "source": "typed", "question": "What <b>did</b> it say?", "t_query": 3.0, "t_first_token": 3.4,
        "t_first_audio": 3.4, "t_end": 5.0, "text": "It said OPEN. Then more.", "heard": "It said OPEN.", "cut": True,
        "option": "B", "evidence": [shown, shown | {"key_frame": "gone.jpg"}], "frames_seen": 4, "frames_dropped": 0,
        "state": "answered", "reason": "", "wall_first_token_ms": 12.0, "wall_first_audio_ms": 30.0,
        "wall_done_ms": 40.0, "wall_marks_ms": {"memory recalled": 8.0},
    } | changes  # fmt: skip


def reported(tmp_path: Path, *answers: dict[str, Any], voice: int = 0) -> str:
    """The page of a made-up replay. voice: that all of it was said by, if it is known."""
    picture = io.BytesIO()
    Image.new("RGB", (1280, 720), (200, 30, 30)).save(picture, "JPEG")
    (tmp_path / "frames").mkdir(exist_ok=True)
    (tmp_path / "frames/a.jpg").write_bytes(picture.getvalue())
    (tmp_path / "frames/gone.jpg").write_bytes(b"no picture")
    heard = {"event": "heard", "source": "spoken", "start": 1.0, "end": 2.0, "asks": False, "turn": 0, "score": 1.0}
    heard |= {"voice": voice} if voice else {}
    events = [
        {"t": 0.0, "event": "start", "stream": "film & more.mp4", "duration": 9.0, "video": "h264", "audio": "aac",
         "listen": "wake:hey omni", "fps": 1.0, "questions": 2, "wall_speed": None},
        {"t": 0.0, "event": "kept", "key_frame": "a.jpg"},
        *({"t": 2.0, "id": f"said-{n}", "text": f"Sentence {n} of the narrator", **heard} for n in range(7)),
        {"t": 3.0, "event": "asked", "id": "q1", "text": "What?", "options": ["CLOSED", "OPEN"]},
        {"t": 4.0, "event": "warning", "service": "memory", "sentence": "memory crashed and was restarted"},
        {"t": 6.0, "event": "sound", "start": 5.0, "end": 6.0, "label": "music", "score": 1.0},
        {"t": 9.0, "event": "end", "frames": 9, "chunks": 90, "questions": 2, "answers": 2, "silent": 0, "lost": 1,
         "frames_dropped": 3},
    ]  # fmt: skip
    summary = {"media_s": 9.0, "wall_s": 2.0, "speed": None, "real_time_factor": 4.5,
               "counters": {"memory": {"questions": 2}}, "busy_s": {"memory": {"recall": 0.5}}}  # fmt: skip
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(a) + "\n" for a in answers))
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    write_report(tmp_path)
    return (tmp_path / "report.html").read_text()


def test_the_report_is_one_file_that_says_everything(tmp_path: Path) -> None:
    lost = answer(id="q2", state="lost", reason="a process crashed", text="", heard="", t_first_audio=None, evidence=[])
    page = reported(tmp_path, answer(), lost)
    parser = Outside()
    parser.feed(page)
    assert parser.fetched == []
    assert parser.pictures == 2  # one in the time line, one beside the answer
    assert "http" not in page.replace("http-equiv", "")
    for words in (
        "film &amp; more.mp4", 'name="viewport"', "What &lt;b&gt;did&lt;/b&gt; it say?", "It said OPEN.", "cut at 0:05",
        "OPEN &lt;stood&gt; there", "7 things were said", "Sentence 3 of", "memory crashed and was restarted",
        "1 of 2", "recalled", "lost", "CLOSED", "hey omni",
    ):  # fmt: skip
        assert words in page, words


def test_the_report_tells_whose_voice_it_was(tmp_path: Path) -> None:
    assert "voice 2" not in reported(tmp_path, answer())
    proof = answer()["evidence"][0] | {"kind": "speech", "voice": 2}
    page = reported(tmp_path, answer(evidence=[proof]), voice=3)
    assert page.count('<span class="chip">voice 3</span>') == 7  # what was said
    assert page.count('<span class="chip">voice 2</span>') == 1  # what an answer rests on
    assert "0:01 voice 3: Sentence 0" in page  # in the time line


def test_the_journal_and_the_evidence_tell_whose_voice_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    story = Story(journal, ManualClock().now_ns, Erased())
    for voice in (0, 2):
        story.follow(
            Utterance(
                session="s", t_ns=voice * S, id=f"u{voice}", source="spoken", start_ns=0, end_ns=S, text="hello",
                asks=False, voice=voice,
            )
        )  # fmt: skip
    journal.close()
    assert [e.get("voice") for e in lines(tmp_path / "events.jsonl")] == [None, 2]
    seen = Evidence(start_ns=0, end_ns=S, kind="speech", text='Someone said: "hello"', track=77)
    assert "voice" not in evidence_record(seen, "")
    assert evidence_record(replace(seen, attrs={"voice": "2"}), "")["voice"] == 2


def test_boxes_of_an_answer_lie_on_the_newest_picture(tmp_path: Path) -> None:
    text = "It is <ref>the sign</ref><box>[[100, 200, 300, 600], [1, 2, 3, 4]]</box> there."
    assert "box&gt;" not in reported(tmp_path, answer(text=text, heard=text))
    page = reported(tmp_path, answer(text=text, heard="It is", cut=True))
    assert 'It is<span class="unheard"> the sign there.</span>' in page
    assert "left: 10.0%; top: 20.0%; width: 20.0%; height: 40.0%" in page
    assert page.count("<b>the sign</b>") == 2
    assert "in the newest picture: 0:00" in page
    assert "box>" not in page
    plain = reported(tmp_path, answer(text="<box>[[1, 2]]</box>", heard=""))
    assert "&lt;box&gt;[[1, 2]]&lt;/box&gt;" in plain  # malformed ones stay text
    assert "newest picture" not in plain


def test_the_terminal_shows_the_dialogue() -> None:
    console = Console(file=io.StringIO(), width=60, highlight=False)
    with TerminalView(console, 100 * S, ManualClock().now_ns, in_order=True) as view:
        view.asked(43 * S, "q1", "What now?")
        view.heard(42 * S, "Where is [bold]it?")
        view.settled(43 * S)
        assert isinstance(console.file, io.StringIO)
        assert len(console.file.getvalue().splitlines()) == 1
        view.answered(44 * S, "q1", "It is", True)
        view.warned(45 * S, "Look out")
        view.reached(50 * S)
    assert console.file.getvalue().splitlines() == [
        "   0:42  heard:    Where is [bold]it?",
        "   0:43  asked:    What now?  (q1)",
        "   0:44  answered: It is … (cut)  (q1)",
        "   0:45  warning:  Look out",
    ]
