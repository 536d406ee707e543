"""From one session's sound to what was heard: onsets, captions, utterances, sounds. Pure: samples in, events out.

`Listener` follows the talk: it wakes the recogniser a little before a voice sets in, feeds it in blocks counted from
there, and lets `perception.turns` decide. `SoundLog` tells the classes of sound. `Hearing` is all of it in one place;
the service runs the parts in different workers, so that an onset never waits for words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import attrgetter

import numpy as np

from perception import talk
from perception.backends.base import (
    Asr,
    AsrStream,
    PausingStream,
    Pcm,
    Sound,
    SoundClassifier,
    SoundStream,
    SpeakerEncoder,
    Vad,
)
from perception.ear import FILLED_NS, RATE_HZ, SAMPLE_NS, Ear, Gap, Part, Span
from perception.speaker import Speaker
from perception.turns import (
    MS,
    SILENT,
    Edge,
    Event,
    Finished,
    Heard,
    Listen,
    Saying,
    TurnRules,
    Turns,
    Unheard,
)
from perception.voice_detector import VoiceDetector

PRE_ROLL_NS = 300 * MS  # heard before the voice set in: soft first sounds
_BLOCK = RATE_HZ // 10  # samples the recogniser gets at once; less costs more time
_KEPT_NS = PRE_ROLL_NS + 500 * MS  # sound kept for the pre-roll; an edge is told some 200 ms late
_AFTER_LAST_NS = 100 * MS  # of the utterance before, that the pre-roll stays away from
_SOUND_BLOCK = RATE_HZ // 5


class Listener:
    """One session's words and turns."""

    def __init__(
        self,
        asr: AsrStream,
        frame_ms: int,
        rules: TurnRules,
        listen: Listen,
        wake_phrase: str,
        speaker: Speaker,
    ) -> None:
        self._asr = asr
        self._speaker = speaker
        self._frame = frame_ms * RATE_HZ // 1_000
        self._turns = Turns(rules, listen, wake_phrase)
        self._recent: deque[tuple[int, Pcm]] = deque()  # (start, frame), the newest _KEPT_NS
        self._not_before_ns = 0  # where the pre-roll may begin
        self._block: list[Pcm] = []  # frames not yet fed
        self._saying = SILENT

    def hear(self, parts: Iterable[Part], saying: Saying = SILENT) -> list[Event]:
        self._saying = saying
        events: list[Event] = []
        for part in parts:
            events += self._gap(part) if isinstance(part, Gap) else self._span(part)
        return events

    def forget(self, start_ns: int, end_ns: int) -> list[Event]:
        """Drop what was heard then and is not told yet; words that lie partly in it go as a whole. Sound of that time
        that is still to come is not heard."""
        self._recent = deque((t, pcm) for t, pcm in self._recent if not start_ns <= t < end_ns)
        self._not_before_ns = max(self._not_before_ns, end_ns)
        self._speaker.forget(start_ns, end_ns)
        if not self._turns.open or self._turns.start_ns >= end_ns:
            return []
        self._asr.finish()
        self._block.clear()
        self._speaker.drop()
        events = self._turns.close(max(end_ns, self._turns.start_ns), "", 0.0)
        if self._turns.open:
            self._asr.begin()
        return events

    def close(self) -> None:
        """Give the recogniser back in the middle of whatever it hears."""
        if self._turns.open:
            self._asr.finish()

    def _gap(self, gap: Gap) -> list[Event]:
        at_ns = min(gap.start_ns + FILLED_NS, gap.end_ns)
        events = self._turns.edge(gap.edge) if gap.edge is not None else []
        if self._turns.open:
            events += self._close(at_ns)
        self._recent.clear()
        return events

    def _span(self, span: Span) -> list[Event]:
        events: list[Event] = []
        edges = deque(span.edges)
        frame_ns = self._frame * SAMPLE_NS
        for n in range(span.pcm.size // self._frame):
            start_ns = span.start_ns + n * frame_ns
            frame = span.pcm[n * self._frame : (n + 1) * self._frame]
            edge = edges.popleft() if edges and edges[0].t_ns <= start_ns + frame_ns else None
            events += self._step(start_ns, start_ns + frame_ns, frame, edge)
        return events

    def _step(self, start_ns: int, end_ns: int, frame: Pcm, edge: Edge | None) -> list[Event]:
        """One frame; edge: what its end decided."""
        events: list[Event] = []
        was_open = self._turns.open
        if was_open and start_ns >= self._turns.start_ns:
            self._block.append(frame)
            if self._turns.voiced:
                self._speaker.hear(start_ns, frame)
        self._recent.append((start_ns, frame))
        if edge is not None:
            events += self._turns.edge(edge)
            if not was_open:
                self._begin()
            if not edge.on:
                self._speaker.pause()
            if was_open and isinstance(self._asr, PausingStream):
                events += self._voice(end_ns, edge.on, self._asr)
        while self._recent and self._recent[0][0] < end_ns - _KEPT_NS:
            self._recent.popleft()
        if self._turns.open:
            events += self._feed(end_ns)
        if self._turns.is_due(end_ns):
            events += self._close(end_ns)
        return events

    def _begin(self) -> None:
        """A voice set in: wake the recogniser, with what came just before."""
        self._asr.begin()
        from_ns = max(self._turns.start_ns - PRE_ROLL_NS, self._not_before_ns)
        self._block = [frame for t_ns, frame in self._recent if t_ns >= from_ns]
        for t_ns, frame in self._recent:
            if t_ns >= self._turns.start_ns:
                self._speaker.hear(t_ns, frame)

    def _feed(self, t_ns: int) -> list[Event]:
        """Whole blocks to the recogniser."""
        n_samples = len(self._block) * self._frame
        if n_samples < _BLOCK:
            return []
        text = talk.plain(self._asr.feed(np.concatenate(self._block)))
        self._block = []
        return self._turns.words(t_ns, text)

    def _voice(self, t_ns: int, on: bool, asr: PausingStream) -> list[Event]:
        """The voice stopped or came back within an utterance."""
        if self._block:
            asr.feed(np.concatenate(self._block))
            self._block = []
        return self._turns.words(t_ns, talk.plain(asr.voice(on)))

    def _close(self, t_ns: int) -> list[Event]:
        if self._block:
            self._asr.feed(np.concatenate(self._block))
            self._block = []
        transcript = self._asr.finish()
        self._not_before_ns = self._turns.voice_end_ns + _AFTER_LAST_NS
        start_ns = self._turns.start_ns
        events = self._whose(self._turns.close(t_ns, talk.plain(transcript.text), transcript.score, self._saying))
        if transcript.failure:
            events.append(
                Unheard(t_ns, start_ns, max(start_ns, self._not_before_ns - _AFTER_LAST_NS), transcript.failure)
            )
        if self._turns.open:  # cut in the middle: go on without a break
            self._asr.begin()
        return events

    def _whose(self, events: list[Event]) -> list[Event]:
        """With the voice that said the words; of what is no words, nothing is learned."""
        if not any(isinstance(event, Finished) for event in events):
            self._speaker.drop()
            return events
        voice = self._speaker.finish()
        return [replace(event, voice=voice) if isinstance(event, Finished) else event for event in events]


class SoundLog:
    """One session's classes of sound. A stretch ends at a gap."""

    def __init__(self, stream: Callable[[], SoundStream]) -> None:
        self._make = stream
        self._stream = stream()
        self._start_ns = 0  # of the unbroken sound
        self._fed = 0  # samples of it that went in
        self._waiting: list[Pcm] = []
        self._next_ns = -1  # where the next span begins if nothing is missing

    def hear(self, parts: Iterable[Part]) -> list[Event]:
        events: list[Event] = []
        for part in parts:
            if isinstance(part, Gap):
                events += self._break(min(part.start_ns + FILLED_NS, part.end_ns))
                continue
            if part.start_ns != self._next_ns:
                self._start_ns = part.start_ns
            self._next_ns = part.end_ns
            self._waiting.append(part.pcm)
            events += self._feed()
        return events

    def _feed(self) -> list[Event]:
        """Whole blocks, so that a stretch is told at the same time however the sound came."""
        pcm = np.concatenate(self._waiting)
        events: list[Event] = []
        while pcm.size >= _SOUND_BLOCK:
            block, pcm = pcm[:_SOUND_BLOCK], pcm[_SOUND_BLOCK:]
            self._fed += block.size
            found = self._stream.feed(block)
            events += [self._event(sound, self._start_ns + self._fed * SAMPLE_NS) for sound in found]
        self._waiting = [pcm]
        return events

    def _break(self, t_ns: int) -> list[Event]:
        """The sound breaks off; t_ns: when that is certain."""
        if self._next_ns < 0:
            return []
        rest = np.concatenate(self._waiting) if self._waiting else np.zeros(0, np.int16)
        found = [*self._stream.feed(rest), *self._stream.finish()]
        events: list[Event] = [self._event(sound, t_ns) for sound in found]
        self._stream, self._fed, self._waiting, self._next_ns = self._make(), 0, [], -1
        return events

    def _event(self, sound: Sound, t_ns: int) -> Heard:
        start_ns, end_ns = (self._start_ns + n * SAMPLE_NS for n in (sound.start_sample, sound.end_sample))
        return Heard(max(t_ns, end_ns), start_ns, end_ns, sound.label, sound.score)


class Hearing:
    """All of one session's hearing, one step after the other."""

    def __init__(
        self,
        vad: Vad,
        asr: Asr,
        sound: SoundClassifier,
        speakers: SpeakerEncoder,
        rules: TurnRules,
        listen: Listen = "user",
        wake_phrase: str = "",
    ) -> None:
        self._ear = Ear(vad.stream(), VoiceDetector(vad.frame_ms), vad.frame_ms)
        self._listener = Listener(asr.stream(), vad.frame_ms, rules, listen, wake_phrase, Speaker(speakers))
        self._sounds = SoundLog(sound.stream)

    def hear(self, t_ns: int, pcm: Pcm, gap_ns: int = 0, saying: Saying = SILENT) -> list[Event]:
        """A chunk whose first sample is at t_ns; gap_ns of sound before it are missing."""
        return self._told(self._ear.hear(t_ns, pcm, gap_ns), saying)

    def advance(self, t_ns: int) -> list[Event]:
        """All sound that ended by t_ns has come."""
        return self._told(self._ear.advance(t_ns)[0], SILENT)

    def finish(self, t_ns: int) -> list[Event]:
        """The stream ends at t_ns."""
        return self._told(self._ear.finish(t_ns), SILENT)

    def _told(self, parts: list[Part], saying: Saying) -> list[Event]:
        return in_order(self._listener.hear(parts, saying), self._sounds.hear(parts))


def in_order(talk_events: list[Event], sound_events: list[Event]) -> list[Event]:
    """By time; at one time talk comes before sounds."""
    return sorted(talk_events + sound_events, key=attrgetter("t_ns"))
