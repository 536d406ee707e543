"""When a voice is one, when its words are over, and whether they are a turn."""

from __future__ import annotations

import pytest

from perception.turns import (
    MS,
    Edge,
    Event,
    FalseAlarm,
    Finished,
    Listen,
    Onset,
    Partial,
    Saying,
    Stopped,
    TurnRules,
    Turns,
)
from perception.voice_detector import VoiceDetector

pytestmark = pytest.mark.unit

RULES = TurnRules()


def detected(frames: str) -> list[tuple[int, int, bool]]:
    """Edges in milliseconds; # is a frame of 20 ms with speech."""
    detector = VoiceDetector(20)
    edges = [detector.step((n + 1) * 20 * MS, float(frame == "#")) for n, frame in enumerate(frames)]
    return [(e.t_ns // MS, e.since_ns // MS, e.on) for e in edges if e is not None]


@pytest.mark.parametrize(
    ("frames", "edges"),
    [
        ("." * 30, []),
        ("..#####" + "." * 20, []),  # a click of 100 ms
        ("..######" + "." * 20, [(160, 40, True), (400, 160, False)]),
        ("..###.###" + "." * 20, [(180, 40, True), (420, 180, False)]),
        ("#" * 10 + "." * 8 + "#" * 10 + "." * 20, [(120, 0, True), (800, 560, False)]),  # a short pause is none
        ("#" * 10 + "....#...." + "." * 20, [(120, 0, True), (440, 200, False)]),  # a click does not prolong it
        ("#.....#.....#.....#.....#.....#", []),
    ],
)
def test_voice_edges(frames: str, edges: list[tuple[int, int, bool]]) -> None:
    assert detected(frames) == edges


def utterance(
    turns: Turns,
    text: str,
    *,
    start_ms: int = 1_000,
    length_ms: int = 1_000,
    score: float = 0.9,
    saying: Saying | None = None,
) -> list[Event]:
    """One utterance from its first edge until it is closed."""
    end_ms = start_ms + length_ms
    events = turns.edge(Edge((start_ms + 120) * MS, start_ms * MS, True))
    events += turns.words((end_ms - 10) * MS, text)
    events += turns.edge(Edge((end_ms + 240) * MS, end_ms * MS, False))
    t_ms = end_ms + 240
    while not turns.is_due(t_ms * MS):
        t_ms += 20
    return events + turns.close(t_ms * MS, text, score, saying or Saying())


def finished(events: list[Event]) -> list[tuple[str, bool]]:
    return [(e.text, e.asks) for e in events if isinstance(e, Finished)]


def alarms(events: list[Event]) -> list[str]:
    return [e.why for e in events if isinstance(e, FalseAlarm)]


def test_a_question_is_a_turn() -> None:
    events = utterance(Turns(RULES), "what does the sign say")
    assert [type(e) for e in events] == [Onset, Partial, Stopped, Finished]
    done = events[-1]
    assert isinstance(done, Finished)
    assert (done.start_ns, done.end_ns, done.t_ns) == (1_000 * MS, 2_000 * MS, 2_600 * MS)
    assert done.asks


@pytest.mark.parametrize(
    ("text", "pause_ms"),
    [("what does the sign say", 600), ("what is the", 1_300), ("i saw it and", 1_300), ("", 460), ("stop", 600)],
)
def test_the_pause_depends_on_the_words(text: str, pause_ms: int) -> None:
    assert utterance(Turns(RULES), text)[-1].t_ns == (2_000 + pause_ms) * MS


def test_a_breath_ends_a_long_narration() -> None:
    assert utterance(Turns(RULES), "and so on and", length_ms=11_000)[-1].t_ns == (12_000 + 320) * MS


def test_a_voice_that_goes_on_is_cut() -> None:
    turns = Turns(RULES)
    turns.edge(Edge(1_120 * MS, 1_000 * MS, True))
    assert not turns.is_due(25_900 * MS)
    assert turns.is_due(26_000 * MS)
    first = turns.close(26_000 * MS, "one two three", 0.9)
    assert finished(first) == [("one two three", True)]
    assert turns.open
    assert turns.start_ns == 26_000 * MS
    assert isinstance(first[-1], Onset)


def test_partial_captions_come_at_most_five_times_a_second() -> None:
    turns = Turns(RULES)
    turns.edge(Edge(120 * MS, 0, True))
    told = [e for t in range(1, 21) for e in turns.words(t * 100 * MS, f"word {t}")]
    assert [e.t_ns // MS for e in told] == list(range(200, 2_001, 200))


@pytest.mark.parametrize(
    ("text", "score", "saying", "why"),
    [
        ("", 0.0, Saying(), "wordless"),
        ("mm hm", 0.9, Saying(), "backchannel"),
        ("okay", 0.9, Saying("The sign said open."), "backchannel"),
        ("the sign said open", 0.9, Saying("The sign said OPEN."), "echo"),
        ("yes", 0.9, Saying("", asked=False), "backchannel"),
    ],
)
def test_what_is_no_turn_is_a_false_alarm(text: str, score: float, saying: Saying, why: str) -> None:
    events = utterance(Turns(RULES), text, score=score, saying=saying)
    assert alarms(events) == [why]
    assert not any(asks for _, asks in finished(events))


def test_yes_is_a_turn_after_a_question_of_ours() -> None:
    assert finished(utterance(Turns(RULES), "yes", saying=Saying("", asked=True))) == [("yes", True)]


def test_an_unsure_transcript_is_noise() -> None:
    events = utterance(Turns(TurnRules(least_score=0.3)), "for for for", score=0.1)
    assert (alarms(events), finished(events)) == (["unsure"], [])


@pytest.mark.parametrize("text", ["what does the sign say", "okay", ""])
@pytest.mark.parametrize("listen", ["user", "ambient", "wake"])
def test_every_onset_is_resolved(text: str, listen: Listen) -> None:
    events = utterance(Turns(RULES, listen, "hey omni"), text)
    onsets = sum(isinstance(e, Onset) for e in events)
    resolved = sum(isinstance(e, FalseAlarm) and e.announced for e in events) + sum(a for _, a in finished(events))
    assert resolved == (1 if onsets else 0)


def test_ambient_speech_is_heard_and_asks_nothing() -> None:
    events = utterance(Turns(RULES, "ambient"), "what does the sign say")
    assert finished(events) == [("what does the sign say", False)]
    assert not [e for e in events if isinstance(e, Onset | Stopped)]


class TestWakePhrase:
    @pytest.fixture
    def turns(self) -> Turns:
        return Turns(RULES, "wake", "hey omni")

    def test_words_behind_it_ask(self, turns: Turns) -> None:
        events = utterance(turns, "hey on me what does the sign say")
        assert finished(events) == [("what does the sign say", True)]
        assert [type(e) for e in events if isinstance(e, Onset)] == [Onset]

    def test_other_words_do_not(self, turns: Turns) -> None:
        assert finished(utterance(turns, "what does the sign say")) == [("what does the sign say", False)]

    def test_alone_it_waits_for_the_next_words(self, turns: Turns) -> None:
        assert finished(utterance(turns, "hey omni")) == [("hey omni", False)]
        assert finished(utterance(turns, "what is that", start_ms=6_000)) == [("what is that", True)]
        assert finished(utterance(turns, "what is this", start_ms=9_000)) == [("what is this", False)]

    def test_it_does_not_wait_for_ever(self, turns: Turns) -> None:
        utterance(turns, "hey omni")
        assert finished(utterance(turns, "what is that", start_ms=9_000)) == [("what is that", False)]
