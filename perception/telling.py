"""What was seen, heard and asked in one session as messages, and the count of its turns. Pure.

Perception alone counts turns: at words that are one, at typed or scripted questions, and when a reply is cancelled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perception.backends.base import Seen
from perception.sight import Sighted
from perception.turns import (
    MS,
    Event as HearingEvent,
    FalseAlarm,
    Finished,
    Heard,
    Onset,
    Partial,
    Saying,
    Stopped,
    Unheard,
)
from wire import messages as m

_ECHO_TAIL_NS = 1_500 * MS  # after a reply is over, for what the room still gives back
NOT_UNDERSTOOD = "(not understood)"  # the caption of words that the recogniser failed on
_MOST_REPLIES = 8  # of which the words are kept


class Teller:
    """One session. `turn` is its newest turn."""

    def __init__(self, session: str, settings: m.SessionSettings, turn: int = 0) -> None:
        self.session = session
        self.settings = settings
        self.turn = turn
        self._replies: dict[str, str] = {}  # words of replies that are being played, or were a moment ago
        self._over: dict[str, int] = {}  # reply_id -> when it was over
        self._asked = False  # the last reply heard ended with a question

    # ---- hearing -------------------------------------------------------------------------------------------------

    def heard(self, t_ns: int, event: HearingEvent) -> list[m.Message]:
        match event:
            case Onset():
                return [m.VoiceOnset(session=self.session, t_ns=t_ns, turn=self.turn)]
            case Stopped():
                return [m.SpeechStopped(session=self.session, t_ns=t_ns, turn=self.turn)]
            case FalseAlarm():
                return [m.VoiceFalse(session=self.session, t_ns=t_ns, turn=self.turn)] if event.announced else []
            case Partial():
                return [self._caption(t_ns, event.start_ns, event.text, final=False)]
            case Finished():
                return self._finished(t_ns, event)
            case Unheard():
                return self._unheard(t_ns, event)
            case Heard():
                sound = m.SoundHeard(
                    session=self.session,
                    t_ns=t_ns,
                    turn=self.turn,
                    start_ns=event.start_ns,
                    end_ns=event.end_ns,
                    label=event.label,
                    score=event.score,
                )
                return [sound]

    def _caption(self, t_ns: int, start_ns: int, text: str, *, final: bool) -> m.Caption:
        return m.Caption(session=self.session, t_ns=t_ns, turn=self.turn, start_ns=start_ns, text=text, final=final)

    def _finished(self, t_ns: int, words: Finished) -> list[m.Message]:
        told: list[m.Message] = [self._caption(t_ns, words.start_ns, words.text, final=True)]
        if words.asks:
            told.append(self._next_turn(t_ns))
        utterance = m.Utterance(
            session=self.session,
            t_ns=t_ns,
            turn=self.turn,
            id=f"turn-{self.turn}" if words.asks else f"said-{words.start_ns // MS}",
            source="spoken",
            start_ns=words.start_ns,
            end_ns=words.end_ns,
            text=words.text,
            asks=words.asks,
            score=words.score,
            voice=words.voice,
        )
        return [*told, utterance]

    def _unheard(self, t_ns: int, lost: Unheard) -> list[m.Message]:
        return [self._caption(t_ns, lost.start_ns, NOT_UNDERSTOOD, final=True), self._missing(t_ns, lost.why)]

    def _missing(self, t_ns: int, why: str) -> m.Warned:
        sentence = f"words were not understood at {t_ns / 1e9:.1f} s: {why}"
        return m.Warned(session=self.session, t_ns=t_ns, turn=self.turn, service="perception", sentence=sentence)

    def _next_turn(self, t_ns: int) -> m.TurnStarted:
        self.turn += 1
        return m.TurnStarted(session=self.session, t_ns=t_ns, turn=self.turn)

    # ---- asked at the edge -----------------------------------------------------------------------------------------

    def asked(self, question: m.UserInput, spoken: str | None = None, failure: str = "") -> list[m.Message]:
        """A typed or scripted question. spoken: what its audio says, if it came as audio; failure: why words are
        missing of it."""
        length_ns = len(question.audio) // 2 * 1_000_000_000 // m.AUDIO_HZ if spoken is not None else 0
        started = self._next_turn(question.t_ns)
        utterance = m.Utterance(
            session=self.session,
            t_ns=question.t_ns,
            turn=self.turn,
            id=question.id,
            source="typed" if spoken is None else "spoken",
            start_ns=max(0, question.t_ns - length_ns),
            end_ns=question.t_ns,
            text=question.text if spoken is None else spoken,
            asks=True,
            images=question.images,
            options=question.options,
            visible_from_ns=question.visible_from_ns,
        )
        return [started, utterance, *([self._missing(question.t_ns, failure)] if failure else [])]

    def cancelled(self, cancel: m.CancelReply) -> list[m.Message]:
        return [self._next_turn(cancel.t_ns)]

    # ---- sight -----------------------------------------------------------------------------------------------------

    def seen(self, t_ns: int, frame: Sighted) -> list[m.Message]:
        observations = tuple(_observation(one) for one in frame.seen)
        features = None if frame.features is None else _tensor(frame.features)
        return [
            m.FrameSeen(
                session=self.session,
                t_ns=t_ns,
                turn=self.turn,
                width=frame.width,
                height=frame.height,
                appearance=_tensor(frame.appearance),
                observations=observations,
                redundant=frame.redundant,
                shot=frame.shot,
                features=features,
                jpeg=frame.jpeg,
            ),
            m.Observed(session=self.session, t_ns=t_ns, turn=self.turn, observations=observations),
        ]

    # ---- what we say -----------------------------------------------------------------------------------------------

    def reply(self, piece: m.ReplyText) -> None:
        """More words of a reply are on their way to the loudspeaker."""
        self._replies[piece.reply_id] = self._replies.get(piece.reply_id, "") + piece.text
        while len(self._replies) > _MOST_REPLIES:
            self._replies.pop(next(iter(self._replies)))

    def played(self, played: m.Played) -> None:
        """A reply is over."""
        if played.reply_id in self._replies:
            self._over[played.reply_id] = played.t_ns
        if played.heard:
            self._asked = played.heard.rstrip().endswith("?")

    def saying(self, t_ns: int) -> Saying:
        """What we are saying at t_ns. Live only: in a recording there is no echo of us, and the time at which our words
        become known must not decide anything."""
        if self.settings.mode == "replay":
            return Saying()
        for reply_id in [r for r, end_ns in self._over.items() if t_ns > end_ns + _ECHO_TAIL_NS]:
            del self._over[reply_id]
            self._replies.pop(reply_id, None)
        being_played = self._replies.keys() - self._over.keys()
        return Saying(" ".join(self._replies.values()), self._asked and not being_played)


def _tensor(array: NDArray[Any]) -> m.Tensor:
    whole = np.ascontiguousarray(array)
    return m.Tensor(data=whole.tobytes(), dtype=str(whole.dtype), shape=whole.shape)


def _observation(seen: Seen) -> m.Observation:
    return m.Observation(
        kind=seen.kind,
        text=seen.text,
        value=seen.value,
        score=seen.score,
        box=seen.box,
        track=seen.track,
        attrs=seen.attrs,
    )
