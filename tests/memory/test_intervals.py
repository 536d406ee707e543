"""From what each frame shows to what lasts: one event for one thing, however the detectors flicker."""

from __future__ import annotations

from itertools import count

import pytest

from memory.events import OPEN, Event
from memory.intervals import Intervals
from memory.readings import same_line
from wire.messages import Observation

pytestmark = pytest.mark.unit

S = 10**9


class Book:
    """What a store would hold after all changes."""

    def __init__(self) -> None:
        serial = count(1)
        self.intervals = Intervals(1, lambda: next(serial))
        self.events: dict[int, Event] = {}
        self.t = 0

    def frame(self, *seen: Observation, redundant: bool = False, cut: bool = False, asked: bool = False) -> None:
        self.intervals.see(self.t * S, seen, redundant=redundant, cut=cut)
        changes = self.intervals.take(f"frame{self.t}")
        self.apply(changes.events, changes.dropped)
        if asked:
            self.apply(self.intervals.doubtful(), ())
        self.t += 1

    def apply(self, events: tuple[Event, ...], dropped: tuple[int, ...]) -> None:
        self.events |= {e.id: e for e in events}
        for identity in dropped:
            self.events.pop(identity, None)

    def finish(self) -> list[tuple[str, str, float, float]]:
        changes = self.intervals.finish()
        self.apply(changes.events, changes.dropped)
        return self.rows()

    def rows(self) -> list[tuple[str, str, float, float]]:
        return [
            (e.kind, e.subject, e.start_ns / S, e.end_ns / S if not e.open else -1)
            for e in sorted(self.events.values(), key=lambda e: e.id)
        ]


def _text(words: str, score: float = 0.9, **attrs: str) -> Observation:
    return Observation(kind="text", text=words, score=score, attrs=attrs)


def _people(n: int) -> Observation:
    return Observation(kind="people", value=n)


def test_a_sign_is_one_event_from_first_to_last_seen() -> None:
    book = Book()
    for _ in range(4):
        book.frame(_text("EXIT 12"))
    for _ in range(4):
        book.frame()
    assert book.finish() == [("text", "EXIT 12", 0, 3)]


def test_it_is_open_while_it_is_in_view() -> None:
    book = Book()
    book.frame(_text("EXIT 12"))
    (event,) = book.events.values()
    assert event.end_ns == OPEN
    assert event.evidence(700_000_000).end_ns == 700_000_000
    book.frame()
    assert book.rows() == [("text", "EXIT 12", 0, 0)]


@pytest.mark.parametrize("gap", [1, 2])
def test_a_flicker_does_not_end_it(gap: int) -> None:
    book = Book()
    book.frame(_text("EXIT 12"))
    for _ in range(gap):
        book.frame()
    book.frame(_text("EXIT 12"))
    assert book.finish() == [("text", "EXIT 12", 0, gap + 1)]


def test_a_longer_absence_makes_two() -> None:
    book = Book()
    book.frame(_text("EXIT 12"))
    for _ in range(3):
        book.frame()
    book.frame(_text("EXIT 12"))
    assert book.finish() == [("text", "EXIT 12", 0, 0), ("text", "EXIT 12", 4, 4)]


def test_a_cut_ends_at_once_what_the_new_scene_does_not_show() -> None:
    book = Book()
    book.frame(_text("EXIT 12"))
    book.frame(cut=True)
    book.frame(_text("EXIT 12"), cut=True)
    assert book.finish() == [("text", "EXIT 12", 0, 0), ("text", "EXIT 12", 2, 2)]


def test_a_misread_letter_is_the_same_line_and_the_usual_reading_stays() -> None:
    book = Book()
    for words in ("GRAND OPENING", "GRAND OPENIMG", "GRAND OPENING", "GRANDOPENING"):
        book.frame(_text(words))
    assert book.finish() == [("text", "GRAND OPENING", 0, 3)]


def test_two_like_lines_in_one_frame_are_two() -> None:
    book = Book()
    for _ in range(3):
        book.frame(_text("Platform A north"), _text("Platform B north"))
    assert [row[1] for row in book.finish()] == ["Platform A north", "Platform B north"]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("EXIT 12", "EXIT l2", True),
        ("EXIT 12", "exit 12.", True),
        ("Welcome to Springfield", "Welcome to Springfie1d", True),
        ("Welcome to Springfield", "Welcometo Springfield", True),
        ("Room 101", "Room 102", False),
        ("Step 1", "Step 2", False),
        ("LEFT", "LIFT", False),
        ("Room A", "Room B", False),
        ("OPEN", "CLOSED", False),
        ("12:41", "12:42", False),
        ("", "a", False),
    ],
)
def test_same_line(a: str, b: str, same: bool) -> None:
    assert same_line(a, b) is same
    assert same_line(b, a) is same


def test_colours_of_a_sign_are_the_usual_ones() -> None:
    book = Book()
    for colour in ("red", "orange", "red"):
        book.frame(_text("STOP HERE", colour=colour))
    book.finish()
    (event,) = book.events.values()
    assert event.attrs == {"colour": "red"}
    assert event.text == 'A red sign reads "STOP HERE".'


def test_a_count_that_flickers_for_one_frame_is_nothing() -> None:
    book = Book()
    for n in (1, 1, 2, 1, 1):
        book.frame(_people(n))
    assert book.finish() == [("people", "1", 0, 4)]


def test_nobody_is_no_state() -> None:
    book = Book()
    for n in (0, 1, 1, 0, 0):
        book.frame(_people(n))
    assert book.finish() == [("people", "1", 1, 2)]


def test_a_doubtful_state_is_there_for_a_question_asked_now_and_gone_if_it_was_nothing() -> None:
    book = Book()
    book.frame(_people(1), asked=True)
    assert book.rows() == [("people", "1", 0, -1)]
    book.frame()
    assert book.rows() == []
    assert book.finish() == []


def test_a_doubtful_state_that_comes_back_keeps_its_start() -> None:
    book = Book()
    book.frame(_people(1), asked=True)
    book.frame()
    book.frame(_people(1))
    assert book.finish() == [("people", "1", 0, 2)]


def test_moments_happen_once_though_the_frame_is_repeated() -> None:
    book = Book()
    entered = Observation(kind="entered", value=1, track=7, attrs={"side": "left"})
    book.frame(entered)
    book.frame(entered, redundant=True)
    assert book.rows() == [("entered", "", 0, 0)]
    (event,) = book.events.values()
    assert event.text == "A person came in from the left; now one person is there."
    assert event.key_frame == "frame0"


def test_a_tracked_thing_is_one_though_its_look_changes() -> None:
    book = Book()
    for shape in ("red circle", "red circle", "red ellipse"):
        book.frame(Observation(kind="object", text=shape, track=3))
    assert book.finish() == [("object", "red circle", 0, 2)]


def test_key_frame_is_that_of_the_beginning() -> None:
    book = Book()
    book.frame()
    book.frame(_text("EXIT 12"))
    book.frame(_text("EXIT 12"))
    (event,) = book.events.values()
    assert event.key_frame == "frame1"


def test_what_came_after_an_erased_span_goes_on_and_ends() -> None:
    book = Book()
    book.frame(_text("CAFE OPEN"))
    for _ in range(8):
        book.frame()
    for _ in range(3):
        book.frame(_text("EXIT 12"))
    book.intervals.forget(0, 4 * S, lambda name: name == "frame9")
    book.frame(_text("EXIT 12"))
    assert [e.key_frame for e in book.events.values() if e.subject == "EXIT 12"] == ["frame12"]
    assert book.finish()[1:] == [("text", "EXIT 12", 9, 12)]


def test_slow_frames_end_it_by_time() -> None:
    intervals = Intervals(1, iter(range(1, 9)).__next__)
    intervals.see(0, [_text("EXIT 12")])
    intervals.take("")
    intervals.see(20 * S, [])
    intervals.take("")
    intervals.see(21 * S, [_text("EXIT 12")])
    (event,) = intervals.take("").events
    assert event.start_ns == 21 * S


def test_resumed_states_go_on() -> None:
    book = Book()
    for _ in range(3):
        book.frame(_text("EXIT 12"), _people(2))
    other = Book()
    other.t, other.events = book.t, dict(book.events)
    other.intervals.resume(list(book.events.values()), 2 * S)
    other.frame(_text("EXIT 12"), _people(2))
    assert other.finish() == [("text", "EXIT 12", 0, 3), ("people", "2", 0, 3)]
