"""The composition: what is carried, what happens once, what belongs together, sessions apart."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from drawing import RED, blank, pixels, room, slide, thing
from numpy.typing import NDArray

from perception.backends.base import FrameContext, Rgb, Seen
from perception.sight import Sight, Sighted, build, composed

pytestmark = pytest.mark.unit

SECOND_NS = 1_000_000_000
PLAIN, FULL = pixels(blank()), pixels(thing(blank(), "circle", 300, 180, 60, RED))


class CountingEncoder:
    threshold = 0.9

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        self.calls += len(frames)
        return np.array([[1.0, float(self.calls)] for _ in frames], dtype=np.float32)

    def close(self) -> None:
        self.calls = -1


@dataclass
class Script:
    """An observer that tells what `says` lists, frame by frame, and keeps what it was told."""

    says: list[list[Seen]]
    every_frame: bool = False
    contexts: list[FrameContext] = field(default_factory=list)
    closed: int = 0

    def stream(self) -> ScriptStream:
        return ScriptStream(self)

    def close(self) -> None:
        self.closed += 1


class ScriptStream:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._next = 0

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        self._script.contexts.append(context)
        self._next += 1
        return self._script.says[(self._next - 1) % len(self._script.says)]


def look(sight: Sight, *frames: Rgb, session: str = "s", start: int = 0) -> list[Sighted]:
    return [sight.see(session, (start + i) * SECOND_NS, frame) for i, frame in enumerate(frames)]


def told(frame: Sighted) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in frame.seen]


def test_a_frame_is_encoded_described_and_kept_as_jpeg() -> None:
    (frame,) = look(Sight(CountingEncoder(), [Script([[Seen(kind="text", text="Hi")]])]), PLAIN)
    assert (frame.width, frame.height, frame.redundant, frame.shot) == (640, 360, False, False)
    assert told(frame) == [("text", "Hi")]
    decoded = cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (360, 640, 3)
    again = pickle.loads(pickle.dumps(frame))
    assert again.seen == frame.seen
    assert again.jpeg == frame.jpeg


def test_a_near_duplicate_carries_states_but_no_events() -> None:
    encoder = CountingEncoder()
    script = Script([[Seen(kind="text", text="Hi"), Seen(kind="entered"), Seen(kind="light_change")], []])
    first, second, third = look(Sight(encoder, [script]), PLAIN, PLAIN, FULL)
    assert told(first) == [("text", "Hi"), ("entered", ""), ("light_change", "")]
    assert (second.redundant, second.jpeg, told(second)) == (True, b"", [("text", "Hi")])
    np.testing.assert_array_equal(second.appearance, first.appearance)
    assert (third.redundant, told(third)) == (False, [])
    assert encoder.calls == 2


def test_who_must_see_every_frame_does() -> None:
    rare, eager = Script([[]]), Script([[]], every_frame=True)
    look(Sight(CountingEncoder(), [rare, eager]), PLAIN, PLAIN, PLAIN)
    assert [len(one.contexts) for one in (rare, eager)] == [1, 3]
    assert [context.redundant for context in eager.contexts] == [False, True, True]
    assert eager.contexts[0].change == 1.0
    assert eager.contexts[2].t_ns == 2 * SECOND_NS


def test_a_cut_is_told_to_all_and_as_an_event() -> None:
    script = Script([[]])
    frames = look(Sight(CountingEncoder(), [script]), PLAIN, pixels(room()), pixels(room()))
    assert [frame.shot for frame in frames] == [False, True, False]
    assert told(frames[1]) == [("shot", "")]
    assert [context.shot for context in script.contexts] == [False, True]
    assert told(frames[2]) == []


def test_track_numbers_of_several_observers_differ() -> None:
    one, other = (Script([[Seen(kind="object", text=name, track=1)]]) for name in ("a", "b"))
    (frame,) = look(Sight(CountingEncoder(), [one, other]), PLAIN)
    assert len({seen.track for seen in frame.seen}) == 2


def test_sessions_are_apart() -> None:
    script = Script([[Seen(kind="text", text="first")], [Seen(kind="text", text="second")]])
    sight = Sight(CountingEncoder(), [script])
    look(sight, PLAIN, FULL, session="a")
    (frame,) = look(sight, PLAIN, session="b")
    assert told(frame) == [("text", "first")]


@pytest.mark.parametrize(("start", "forgets"), [(0, True), (1, True), (2, False)])
def test_forgetting_begins_the_streams_anew(start: int, forgets: bool) -> None:
    script = Script([[Seen(kind="object", text="first", track=1)], [Seen(kind="object", text="second", track=2)]])
    sight = Sight(CountingEncoder(), [script])
    before = look(sight, PLAIN, FULL)
    sight.forget("s", start * SECOND_NS, 10 * SECOND_NS)
    (after,) = look(sight, FULL, start=3)
    assert after.redundant == (not forgets)
    assert told(after)[0][1] == ("first" if forgets else "second")
    known = {seen.track for frame in before for seen in frame.seen}
    assert ({seen.track for seen in after.seen} <= known) == (not forgets)


def test_a_closed_session_is_gone_and_unknown_ones_are_no_error() -> None:
    sight = Sight(CountingEncoder(), [Script([[]])])
    look(sight, PLAIN)
    sight.close_session("s")
    sight.close_session("s")
    sight.forget("never", 0, 1)
    assert not look(sight, PLAIN)[0].redundant


def test_closing_twice() -> None:
    script = Script([[]])
    sight = Sight(CountingEncoder(), [script])
    sight.close()
    sight.close()
    assert script.closed == 2


@pytest.mark.parametrize("shape", [(1, 1), (2, 640), (700, 3)])
def test_absurdly_small_frames(shape: tuple[int, int]) -> None:
    (frame,) = look(Sight(CountingEncoder(), [Script([[]])]), np.zeros((*shape, 3), np.uint8))
    assert (frame.height, frame.width) == shape


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        pytest.param(
            [Seen(kind="text", text="OPEN", box=(0.1, 0.1, 0.5, 0.3)), Seen(kind="object", box=(0.1, 0.1, 0.2, 0.3))],
            ["text"],
            id="a letter is no thing",
        ),
        pytest.param(
            [
                Seen(kind="text", text="OPEN", box=(0.1, 0.1, 0.5, 0.3), attrs={"colour": "red"}),
                Seen(kind="object", box=(0.0, 0.0, 0.6, 0.4), attrs={"colour": "blue", "shape": "rectangle"}),
            ],
            ["text", "object"],
            id="a ground of another colour under the words is one",
        ),
        pytest.param(
            [
                Seen(kind="text", text="OPEN", box=(0.1, 0.1, 0.5, 0.3), attrs={"colour": "red"}),
                Seen(kind="object", box=(0.0, 0.0, 0.6, 0.4), attrs={"colour": "red", "shape": "rectangle"}),
            ],
            ["text"],
            id="the plate of a sign is told by its words",
        ),
        pytest.param(
            [
                Seen(kind="text", text="STOP", box=(0.1, 0.1, 0.5, 0.3), attrs={"colour": "red"}),
                Seen(kind="object", box=(0.0, 0.0, 0.6, 0.4), attrs={"colour": "red", "shape": "octagon"}),
            ],
            ["text", "object"],
            id="a sign of a shape of its own",
        ),
        pytest.param(
            [
                Seen(kind="text", text="EXIT", box=(0.1, 0.1, 0.2, 0.15), attrs={"colour": "red"}),
                Seen(kind="object", box=(0.0, 0.0, 0.6, 0.4), attrs={"colour": "red", "shape": "rectangle"}),
            ],
            ["text", "object"],
            id="a small word on something large",
        ),
        pytest.param(
            [
                Seen(kind="text", text="BREAD", box=(0.1, 0.1, 0.5, 0.3), attrs={"colour": "red"}),
                Seen(kind="object", box=(0.0, 0.0, 0.6, 0.4), track=3, attrs={"colour": "red", "shape": "shape"}),
                Seen(kind="motion", box=(0.0, 0.0, 0.6, 0.4), track=3, attrs={"colour": "red", "shape": "shape"}),
            ],
            ["text", "object", "motion"],
            id="a van with words on it drives by",
        ),
        pytest.param(
            [
                Seen(kind="code", text="x", box=(0.1, 0.1, 0.5, 0.5)),
                Seen(kind="text", text="IIl", box=(0.2, 0.2, 0.3, 0.3)),
            ],
            ["code"],
            id="modules of a code are no print",
        ),
        pytest.param(
            [
                Seen(kind="person", box=(0.1, 0.1, 0.3, 0.9)),
                Seen(kind="object", box=(0.15, 0.1, 0.25, 0.3)),
                Seen(kind="motion", box=(0.1, 0.1, 0.3, 0.9), attrs={"shape": "person"}),
            ],
            ["motion"],
            id="a head is no ball",
        ),
        pytest.param([Seen(kind="object"), Seen(kind="text", text="a")], ["object", "text"], id="without boxes"),
    ],
)
def test_what_belongs_together(seen: list[Seen], kept: list[str]) -> None:
    assert [one.kind for one in composed(seen)] == kept


def test_build_needs_an_encoder() -> None:
    with pytest.raises(ValueError, match="names no encoder"):
        build([("colour", {})])


def test_build_by_name() -> None:
    sight = build([("appearance", {"threshold": 0.8}), ("colour", {}), ("motion", {}), ("codes", {})])
    (frame,) = look(sight, pixels(thing(slide(), "circle", 320, 180, 60, RED), 2.0))
    assert frame.appearance.shape == (512,)
    assert np.linalg.norm(frame.appearance) == pytest.approx(1.0, abs=1e-5)
    found = {(one.kind, one.text) for one in frame.seen}
    assert {("colour", "white"), ("colour", "red"), ("light", "bright"), ("object", "red circle")} <= found
    sight.close()
