"""What the workers of hearing hold: the backends of a profile and one stream a session. Pure; everything pickles.

`Ears` find voices (in a thread, so that an onset waits for nothing), `Listeners` find words, turns and sounds (in a
child process where the recogniser wants one).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from perception import talk
from perception.backends import ASR, SOUND, SPEAKERS, VAD
from perception.backends.base import Asr, SoundClassifier, SpeakerEncoder, Transcript, Vad
from perception.ear import Ear, Part
from perception.hearing import Listener, SoundLog
from perception.speaker import Speaker
from perception.turns import Event, Listen, Saying, TurnRules
from perception.voice_detector import VoiceDetector
from wire import words
from wire.config import BackendConfig


class Ears:
    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self._ears: dict[str, Ear] = {}

    def frame_ms(self) -> int:
        return self._vad.frame_ms

    def open(self, session: str) -> None:
        self._ears[session] = Ear(self._vad.stream(), VoiceDetector(self._vad.frame_ms), self._vad.frame_ms)

    def hear(self, session: str, t_ns: int, pcm: bytes, gap_ns: int) -> tuple[list[Part], int, int]:
        """The parts of a chunk, the time up to which all is told, and the number of samples that came too late."""
        ear = self._ears[session]
        late_before = ear.late_samples
        parts = ear.hear(t_ns, np.frombuffer(pcm, "<i2"), gap_ns)
        return parts, ear.known_ns, ear.late_samples - late_before

    def advance(self, session: str, t_ns: int) -> tuple[list[Part], int]:
        """The parts that are certain because nothing came, and the time up to which all is told."""
        return self._ears[session].advance(t_ns)

    def finish(self, session: str, t_ns: int) -> list[Part]:
        return self._ears[session].finish(t_ns)

    def close_session(self, session: str) -> None:
        self._ears.pop(session, None)

    def close(self) -> None:
        """Close the backend. May be called twice."""
        self._ears.clear()
        self._vad.close()


class Listeners:
    def __init__(self, asr: Asr, sound: SoundClassifier, speakers: SpeakerEncoder, rules: TurnRules) -> None:
        self._asr = asr
        self._sound = sound
        self._speakers = speakers
        self._rules = rules
        self._listeners: dict[str, Listener] = {}
        self._sounds: dict[str, SoundLog] = {}

    def open(self, session: str, frame_ms: int, listen: Listen, wake_phrase: str, voices_before: int = 0) -> None:
        speaker = Speaker(self._speakers, voices_before)
        self._listeners[session] = Listener(self._asr.stream(), frame_ms, self._rules, listen, wake_phrase, speaker)
        self._sounds[session] = SoundLog(self._sound.stream)

    def hear(self, session: str, parts: list[Part], saying: Saying) -> list[Event]:
        """Talk."""
        return self._listeners[session].hear(parts, saying)

    def sounds(self, session: str, parts: list[Part]) -> list[Event]:
        return self._sounds[session].hear(parts)

    def transcribe(self, pcm: bytes) -> Transcript:
        """Words of a recorded question."""
        stream = self._asr.stream()
        stream.begin()
        stream.feed(np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2"))
        found = stream.finish()
        return replace(found, text=talk.plain(found.text))

    def forget(self, session: str, start_ns: int, end_ns: int) -> list[Event]:
        words.forget()  # in this process, which may be one of its own
        listener = self._listeners.get(session)
        return listener.forget(start_ns, end_ns) if listener is not None else []

    def close_session(self, session: str) -> None:
        listener = self._listeners.pop(session, None)
        if listener is not None:
            listener.close()
        self._sounds.pop(session, None)

    def close(self) -> None:
        """Close the backends. May be called twice."""
        self._listeners.clear()
        self._sounds.clear()
        self._asr.close()
        self._sound.close()
        self._speakers.close()


def build_ears(vad: str, options: dict[str, Any]) -> Ears:
    """Raises wire.registry.BackendError."""
    return Ears(VAD.create(vad, options))


def build_listeners(asr: BackendConfig, sound: BackendConfig, speakers: BackendConfig, rules: TurnRules) -> Listeners:
    """Raises wire.registry.BackendError."""
    return Listeners(
        ASR.create(asr.backend, asr.options),
        SOUND.create(sound.backend, sound.options),
        SPEAKERS.create(speakers.backend, speakers.options),
        rules,
    )
