"""One session as it unfolds: frames, sounds and words become events, clips and key frames to be written.

Joins the clip rule and the intervals; decides which frames are worth a picture. Pure: it takes messages in order and
returns what changed, and knows neither database nor index.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.clip import Clip, KeyFrame, OpenClip
from memory.clips import ClipCutter
from memory.events import OPEN, QUESTION, SOUND, SPEECH, Event, row_id, track_of_voice
from memory.intervals import Changes, Intervals
from memory.sentences import sentence
from wire.messages import FrameSeen, Picture, SoundHeard, Tensor, Utterance
from wire.spans import covering

NS_PER_MS = 10**6
PICTURES_PER_CLIP = 4  # key frames: the clip's first, then frames in which something began
NEWEST_FRAMES = 8  # pictures at hand for a question about now
NEWEST_KEPT = 4  # key frames among them, however old, which a reasoner may have read already

Array = NDArray[np.float32]

_ASKED = re.compile(  # how a question begins that was typed without its mark, and next to nothing else does
    r"\s*(?:(?:until|since|about|for|from|with|by|in|on|at|to|of|behind|after|under) )?"
    r"(?:what|which|who|whom|whose|when|where|why|how)\b"
    r"|\s*(?:is|are|was|were|does|did|can|could|has|would) (?:i|you|he|she|it|we|they|there|the|any\w*|my|your|our)\b"
    r"|\s*(?:do|have|had|will) (?:i|you|we|they|he|she|it)\b",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one message changed."""

    events: tuple[Event, ...] = ()
    dropped: tuple[int, ...] = ()
    pictures: tuple[KeyFrame, ...] = ()
    clips: tuple[Clip, ...] = ()  # closed by it


class Timeline:
    """The state of one session. `serial` and `clips` are the next numbers to give."""

    def __init__(self, session: int, *, serial: int = 1, clips: int = 1, frames: int = 0, cosine: float = 0.9) -> None:
        self.session = session
        self.serial = serial
        self.clips = clips
        self.frames = frames
        self.seen_ns = -1  # of the newest frame
        self.intervals = Intervals(session, self.next_serial)
        self._cosine = cosine
        self._cutter = ClipCutter(cosine=cosine)
        self._clip: OpenClip | None = None
        self._newest: deque[Picture] = deque(maxlen=NEWEST_FRAMES)
        self._kept: deque[Picture] = deque(maxlen=NEWEST_KEPT)
        self._last_picture = ""
        self._gone: list[tuple[int, int]] = []  # spans that were erased, against what comes late
        self._from_ns = -OPEN  # nothing before it is kept any more

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial - 1

    # ---- what comes in -------------------------------------------------------------------------------------------

    def see(self, frame: FrameSeen) -> Step:
        """The next frame. Frames that do not move on in time, or are of an erased one, are ignored."""
        if frame.t_ns <= self.seen_ns or self._is_gone(frame.t_ns, frame.t_ns):
            return Step()
        self.seen_ns, self.frames = frame.t_ns, self.frames + 1
        vector = array_of(frame.appearance)
        closed = self._begin_clip(frame.t_ns) if self._cutter.cuts(vector) or self._clip is None else ()
        clip = self._clip
        assert clip is not None  # begun above, or open since an earlier frame
        began = self.intervals.see(frame.t_ns, frame.observations, redundant=frame.redundant, cut=frame.shot)
        pictures = self._picture(clip, frame, began)
        changes = self.intervals.take(self._last_picture)
        clip.frames += 1
        clip.end_ns = frame.t_ns
        clip.appearance.append(vector)
        if frame.features is not None:
            clip.features.append(array_of(frame.features))
        clip.sentences.update(dict.fromkeys(self.intervals.sentences()))
        clip.sentences.update(dict.fromkeys(e.text for e in changes.events if e.start_ns == e.end_ns))
        return Step(changes.events, changes.dropped, pictures, closed)

    def hear(self, sound: SoundHeard) -> Step:
        if sound.end_ns < self._from_ns or self._is_gone(sound.start_ns, sound.end_ns):
            return Step()
        start_ns = max(sound.start_ns, self._from_ns)
        event = self._event(SOUND, start_ns, sound.end_ns, sound.label, score=sound.score)
        return Step((event,))

    def speak(self, words: Utterance) -> Step:
        """Words that were said or typed. What asks is known by its mark, or typed by how it begins; else when it got an
        answer."""
        if not words.asks and (words.start_ns < self._from_ns or self._is_gone(words.start_ns, words.end_ns)):
            return Step()
        attrs: dict[str, str] = {} if words.source == "spoken" else {"source": words.source}
        if track := track_of_voice(words.voice):
            attrs["voice"] = str(words.voice)
        marked = words.text.rstrip().endswith("?") or (words.source == "typed" and bool(_ASKED.match(words.text)))
        kind = QUESTION if words.asks and marked else SPEECH
        event = self._event(kind, words.start_ns, words.end_ns, words.text, score=words.score, track=track, attrs=attrs)
        if self._clip is not None and kind == SPEECH and words.source == "spoken":
            self._clip.sentences[event.text] = None
        return Step((event,))

    def finish(self) -> Step:
        """The stream is over: close what is open."""
        changes: Changes = self.intervals.finish()
        return Step(changes.events, changes.dropped, (), self._close_clip())

    # ---- what a question needs -----------------------------------------------------------------------------------

    def doubtful(self) -> Step:
        return Step(self.intervals.doubtful())

    def open_clip(self) -> Clip | None:
        return None if self._clip is None else self._clip.closed(self.session)

    def newest(self, from_ns: int, to_ns: int) -> tuple[Picture, ...]:
        """Pictures of the span, oldest first."""
        found = {p.t_ns: p for p in (*self._kept, *self._newest) if from_ns <= p.t_ns <= to_ns}
        return tuple(found[t_ns] for t_ns in sorted(found))

    def resume(self, open_events: Iterable[Event], seen_ns: int, pictures: Iterable[KeyFrame]) -> None:
        """Go on after the process was restarted: what was in view, and the newest key frames, oldest first."""
        self.seen_ns = seen_ns
        self.intervals.resume(open_events, seen_ns)
        for picture in pictures:
            self._show(Picture(t_ns=picture.t_ns, jpeg=picture.jpeg, kept=True))
            self._last_picture = picture.name

    def forget(self, from_ns: int, to_ns: int) -> None:
        """Drop pictures, the open clip and what is in view, if they show something of this span, which is over."""
        self._gone = covering([*self._gone, (from_ns, to_ns)])
        self.intervals.forget(from_ns, to_ns, lambda name: _taken_between(name, from_ns, to_ns))
        for shown in (self._newest, self._kept):
            left = [p for p in shown if not from_ns <= p.t_ns <= to_ns]
            shown.clear()
            shown.extend(left)
        self._last_picture = ""
        clip = self._clip
        if clip is not None and clip.start_ns <= to_ns and clip.end_ns >= from_ns:
            self._drop_clip()
        elif clip is not None and _taken_between(clip.key_frame, from_ns, to_ns):
            clip.key_frame = ""

    def keep_clip(self, kept: Container[int]) -> None:
        """Drop the open clip if it is none of these; another begins with the next frame."""
        if self._clip is not None and self._clip.id not in kept:
            self._drop_clip()

    def let_go(self, to_ns: int, pictures: Container[str]) -> None:
        """Nothing up to to_ns is kept, nor are these key frames: what is still there begins after it."""
        self._from_ns = max(self._from_ns, to_ns + 1)
        self.intervals.let_go(to_ns, pictures)
        for shown in (self._newest, self._kept):
            while shown and shown[0].t_ns <= to_ns:
                shown.popleft()
        if self._last_picture in pictures:
            self._last_picture = ""
        clip = self._clip
        if clip is not None and clip.start_ns <= to_ns:
            self._drop_clip()
        elif clip is not None and clip.key_frame in pictures:
            clip.key_frame = ""

    def _drop_clip(self) -> None:
        self._clip = None
        self._cutter = ClipCutter(cosine=self._cosine)

    def _is_gone(self, start_ns: int, end_ns: int) -> bool:
        """Whether it touches a time that was erased while it was on its way."""
        return any(start_ns <= to_ns and end_ns >= from_ns for from_ns, to_ns in self._gone)

    # ---- clips and pictures --------------------------------------------------------------------------------------

    def _begin_clip(self, t_ns: int) -> tuple[Clip, ...]:
        closed = self._close_clip()
        self._clip = OpenClip(row_id(self.session, self.clips), t_ns, t_ns)
        self.clips += 1
        return closed

    def _close_clip(self) -> tuple[Clip, ...]:
        clip, self._clip = self._clip, None
        return () if clip is None else (clip.closed(self.session),)

    def _picture(self, clip: OpenClip, frame: FrameSeen, began: bool) -> tuple[KeyFrame, ...]:
        """The frame as a key frame if it is worth one. A repeated frame brings no picture: the one before shows it."""
        kept: tuple[KeyFrame, ...] = ()
        if frame.jpeg:
            if clip.pictures == 0 or (began and clip.pictures < PICTURES_PER_CLIP):
                clip.pictures += 1
                self._last_picture = f"{self.session}-{frame.t_ns // NS_PER_MS:010d}"
                kept = (KeyFrame(self._last_picture, frame.t_ns, frame.jpeg),)
            self._show(Picture(t_ns=frame.t_ns, jpeg=frame.jpeg, kept=bool(kept)))
        clip.key_frame = clip.key_frame or self._last_picture
        return kept

    def _show(self, picture: Picture) -> None:
        """The newest picture of all."""
        self._newest.append(picture)
        if picture.kept:
            self._kept.append(picture)

    def _event(
        self,
        kind: str,
        start_ns: int,
        end_ns: int,
        subject: str,
        *,
        score: float = 1.0,
        track: int = 0,
        attrs: Mapping[str, str] | None = None,
        serial: int | None = None,
    ) -> Event:
        return Event(
            id=row_id(self.session, self.next_serial() if serial is None else serial),
            session=self.session,
            kind=kind,
            start_ns=start_ns,
            end_ns=end_ns,
            text=sentence(kind, subject),
            subject=subject,
            score=round(score, 3),
            track=track,
            attrs=attrs or {},
            key_frame=self._last_picture,
        )


def _taken_between(name: str, from_ns: int, to_ns: int) -> bool:
    """Whether a key frame of this name is of the span; its name has its time in ms."""
    taken = name.rpartition("-")[2]
    return bool(taken) and from_ns // NS_PER_MS <= int(taken) <= to_ns // NS_PER_MS


def array_of(tensor: Tensor) -> Array:
    """A Tensor as float32."""
    found = np.frombuffer(tensor.data, dtype=tensor.dtype).reshape(tensor.shape)
    return found.astype(np.float32, copy=False)
