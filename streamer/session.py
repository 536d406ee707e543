"""One replay session: what comes back from the ring, how far each process is, what a crash makes necessary.

Decides and keeps state; it sends by calling `post`, never waits, and reads no clock itself.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from streamer.counts import Counts
from streamer.drawn import Drawn
from streamer.edge import Arrived, News, Restarted
from streamer.erased import Erased
from streamer.playout import What
from streamer.questions import Scripted
from streamer.record import Recorder
from streamer.replies import Replies
from streamer.story import Story
from streamer.times import clock_text
from streamer.view import View
from wire import messages as m
from wire.topology import MEMORY, PERCEPTION, REASONING, STREAMER

log = logging.getLogger(__name__)


class ReplaySession:
    """State of one session. `changed` is called when something moved that a sender may wait for."""

    def __init__(
        self,
        opened: m.SessionOpened,
        recorder: Recorder,
        view: View,
        *,
        wall_ns: Callable[[], int],
        post: Callable[[list[m.Message]], None],
        changed: Callable[[], None],
    ) -> None:
        self._opened = opened
        self._recorder = recorder
        self._view = view
        self._post = post
        self._changed = changed
        self.counts = Counts()
        self.turn = 0
        self.sent_ns = 0  # media time that was sent
        self.passed_ns = 0  # ... that perception has worked through
        self.acked_ns = 0  # ... that memory has on disk
        self.over = False
        self._erased = Erased()
        self._story = Story(recorder.journal, wall_ns, self._erased)
        self._replies = Replies(
            opened.settings, recorder, self._story, view, self.counts, self._erased, wall_ns=wall_ns, post=post
        )
        self.drawn = Drawn(post)
        self._marks: deque[m.Watermark] = deque()  # sent and not acknowledged
        self._frames: deque[int] = deque()  # times of frames sent and not acknowledged
        self._final_passed = False
        self._final_acked = False

    # ---- what goes out -------------------------------------------------------------------------------------------

    def sending(self, message: m.Message) -> None:
        """To be told of each message of the stream just before it is sent."""
        self.sent_ns = max(self.sent_ns, message.t_ns)
        match message:
            case m.VideoFrame():
                self.counts.frames += 1
                self._frames.append(message.t_ns)
            case m.AudioChunk():
                self.counts.chunks += 1
            case m.Watermark():
                self._marks.append(message)

    def ask(self, message: m.UserInput, question: Scripted, late: bool) -> None:
        """A question of the script is about to be sent. late: its own time lies behind the end."""
        self._replies.ask(message, question)
        if late:
            self.warn(
                message.t_ns,
                f"the question {question.id!r} is for {clock_text(question.t_ns)}, after the end of the stream at "
                f"{clock_text(message.t_ns)}; it is asked at the end, correct its time if that is not meant",
            )

    def tell(self, t_ns: int, event: str, **fields: Any) -> None:
        """A line of the journal."""
        self._story.tell(t_ns, event, **fields)

    def warn(self, t_ns: int, sentence: str, service: str = STREAMER) -> None:
        self._story.tell(t_ns, "warning", service=service, sentence=sentence)
        self._view.warned(t_ns, sentence)

    # ---- what comes in -------------------------------------------------------------------------------------------

    def handle(self, news: News) -> None:
        if isinstance(news, Restarted):
            self._restarted(news.name)
            return
        message = news.message
        self._story.follow(message)
        match message:
            case m.VoiceOnset():
                self._replies.playout.voice(What.ONSET, message.t_ns)
            case m.SpeechStopped():
                self._replies.playout.voice(What.STOPPED, message.t_ns)
            case m.VoiceFalse():
                self._replies.playout.voice(What.FALSE, message.t_ns)
            case m.TurnStarted():
                self.turn = max(self.turn, message.turn)
            case m.Utterance():
                self._replies.words(message)
            case m.FrameKept():
                if not self._erased.holds(message.t_ns, message.t_ns):
                    self._recorder.kept(message.key_frame, message.jpeg)
            case m.ReplyText() | m.ReplyAudio() | m.ReplyEvidence():
                self._replies.piece(message)
            case m.ReplyDone():
                self._replies.done(message)
                self._advance()
            case m.Watermark():
                self._watermark(message, news)
                self._advance()
            case m.Mark():
                self._replies.ledger.mark(message)
            case m.Warned():
                self._view.warned(message.t_ns, message.sentence)
            case m.Beat():
                self.counts.services[message.service] = message.counters
                self.counts.busy_s[message.service] = message.busy_s
            case m.Caption() | m.Observed() | m.SoundHeard():
                pass  # for the journal only
            case m.MemoryReply():
                self.drawn.take(message)
                self._changed()
            case m.Forget():
                self._forget(message)
                self._changed()
            case _:
                log.warning("x a replay has no use for %s", type(message).__name__)

    def _forget(self, message: m.Forget) -> None:
        """Drop what was erased from all files, and from what waits to be written; say so when it is off the disk."""
        self._erased.add(message.over(), message.t_ns)
        try:
            self._replies.forget(message.questions)
        except OSError as error:
            self.warn(
                message.t_ns,
                f"what was to be forgotten could not be dropped from the results ({error}); delete them by hand",
            )
            return
        self._story.forgot()
        self._view.forgot(lambda t_ns: self._erased.holds(t_ns, t_ns))
        done = m.Forgotten(
            session=message.session,
            t_ns=message.t_ns,
            turn=self.turn,
            request_id=message.request_id,
            service=STREAMER,
        )
        self.drawn.forgotten(done)

    def _watermark(self, mark: m.Watermark, news: Arrived) -> None:
        """From perception: everything before it is known. Around the ring: everything before it is on disk."""
        if news.producer == PERCEPTION:
            self.passed_ns = max(self.passed_ns, mark.t_ns)
            self._replies.playout.known(mark.t_ns)
            if mark.final:
                self._final_passed = True
                self._replies.playout.end(mark.t_ns)
            self._view.reached(self.passed_ns)
            return
        settled_ns, self.acked_ns = self.acked_ns, max(self.acked_ns, mark.t_ns)
        while self._marks and self._marks[0].seq <= mark.seq:
            self._marks.popleft()
        while self._frames and self._frames[0] <= mark.t_ns:
            self._frames.popleft()
        # One watermark behind, since lanes may overtake each other, and no further than the replies are known.
        settled_ns = self._replies.open_since_ns(settled_ns)
        self._story.settle(settled_ns)
        self._view.settled(settled_ns)
        self._final_acked = self._final_acked or mark.final

    def _advance(self) -> None:
        self._replies.advance()
        if self._final_passed and self._final_acked and self._replies.playout.idle and not self.over:
            for turn in self._replies.ledger.unanswered():
                if turn.id not in self._erased.turns:
                    lost = f"the question {turn.id} at {clock_text(turn.t_ns)} was lost in a crash; run it again"
                    self.warn(turn.t_ns, lost)
                self._replies.lose(turn)
            self.over = True
        self._changed()

    # ---- crashes -------------------------------------------------------------------------------------------------

    def _restarted(self, name: str) -> None:
        """Send again what the process that is back needs: the session, open questions, the last watermark."""
        self._story.tell(self.sent_ns, "restarted", now=True, service=name)
        opened = dataclasses.replace(self._opened, t_ns=self.sent_ns, turn=self.turn, restarted=name)
        again: list[m.Message] = []
        if name == REASONING:
            self._replies.ledger.restart_reasoning()
            lost = "its open questions are asked again, nothing is lost"
        else:
            from_ns = self.passed_ns if name == PERCEPTION else self.acked_ns
            frames = sum(t_ns > from_ns for t_ns in self._frames)
            self.counts.frames_dropped += frames
            lost = (
                f"what was seen and heard from {clock_text(from_ns)} to {clock_text(self.sent_ns)} "
                f"({frames} frames) may be missing; its open questions are asked again"
            )
            again += self._replies.inputs.values()
        if self._marks:
            again.append(self._marks[-1])
        self.warn(self.sent_ns, f"{name} crashed and was restarted at {clock_text(self.sent_ns)}: {lost}", service=name)
        # What memory waits for must not stand behind what perception may be too full to take.
        self._post([opened, *((*self._replies.played, *self.drawn.asked()) if name == MEMORY else ())])
        self._post(again)
