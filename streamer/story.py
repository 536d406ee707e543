"""What is worth a line in the journal, in which words. Knows the messages, decides nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from streamer.erased import Erased
from streamer.folder import picture_name
from streamer.journal import Journal
from streamer.playout import Playback
from streamer.times import seconds
from wire import messages as m


class Story:
    """Tells one session's journal what happened, but for what was erased."""

    def __init__(self, journal: Journal, wall_ns: Callable[[], int], erased: Erased) -> None:
        self._journal = journal
        self._erased = erased
        self._wall_ns = wall_ns
        self._start_ns = wall_ns()
        self._seen = b""  # a digest: what is erased must not lie here

    def tell(self, t_ns: int, event: str, *, now: bool = False, **fields: Any) -> None:
        """A line in the order of media time; now: at once, for what no other run repeats."""
        if self._erased.tells({"t": seconds(t_ns), "event": event, **fields}):
            return
        add = self._journal.add_now if now else self._journal.add
        add(t_ns, event, (self._wall_ns() - self._start_ns) / 1e9, **fields)

    def settle(self, t_ns: int) -> None:
        self._journal.settle(t_ns)

    def follow(self, message: m.Message) -> None:
        """A line for a message that came, if it is one that tells something of the stream."""
        match message:
            case m.VoiceOnset():
                self.tell(message.t_ns, "voice_onset")
            case m.SpeechStopped():
                self.tell(message.t_ns, "speech_stopped")
            case m.VoiceFalse():
                self.tell(message.t_ns, "voice_false")
            case m.TurnStarted():
                self.tell(message.t_ns, "turn", turn=message.turn)
            case m.Caption():
                self.tell(
                    message.t_ns, "caption", start=seconds(message.start_ns), text=message.text, final=message.final
                )
            case m.Utterance():
                self._words(message)
            case m.SoundHeard():
                self.tell(
                    message.t_ns,
                    "sound",
                    start=seconds(message.start_ns),
                    end=seconds(message.end_ns),
                    label=message.label,
                    score=round(message.score, 4),
                )
            case m.Observed():
                self._observed(message)
            case m.FrameKept():
                self.tell(message.t_ns, "kept", key_frame=picture_name(message.key_frame))
            case m.Warned():
                self.tell(message.t_ns, "warning", service=message.service, sentence=message.sentence)

    def _words(self, words: m.Utterance) -> None:
        voice: dict[str, Any] = {"voice": words.voice} if words.voice else {}
        self.tell(
            words.t_ns,
            "heard",
            id=words.id,
            source=words.source,
            start=seconds(words.start_ns),
            end=seconds(words.end_ns),
            text=words.text,
            asks=words.asks,
            turn=words.turn,
            score=round(words.score, 4),
            **voice,
        )

    def forgot(self) -> None:
        """What was told may be gone: what is still in view is told again."""
        self._seen = b""

    def _observed(self, message: m.Observed) -> None:
        """Only what is new: the same things in the next frame are no event."""
        things = [(o.kind, o.text, o.track) for o in message.observations]
        seen = hashlib.sha256(repr(things).encode()).digest() if things else b""
        if seen != self._seen:
            self._seen = seen
            observations = [
                {
                    "kind": o.kind,
                    "text": o.text,
                    "value": round(o.value, 4),
                    "score": round(o.score, 4),
                    "box": [round(edge, 4) for edge in o.box],
                    "track": o.track,
                    "attrs": o.attrs,
                }
                for o in message.observations
            ]
            self.tell(message.t_ns, "seen", observations=observations)

    def played(self, identity: str, playback: Playback) -> None:
        """A reply is over: when it was due, when it became audible, when it ended."""
        if playback.t_first_token_ns is not None:
            self.tell(playback.t_first_token_ns, "answer_due", id=identity, text=playback.reply.text)
        if playback.t_first_audio_ns is not None:
            self.tell(playback.t_first_audio_ns, "answer_audible", id=identity)
        self.tell(playback.t_end_ns, "answer_over", id=identity, heard=playback.heard, cut=playback.cut)
