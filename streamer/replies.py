"""The questions of one session and their replies: collected, played by media time, written down, acknowledged.

Knows nothing of the stream that is sent, of watermarks around the ring or of crashes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from streamer.counts import Counts
from streamer.erased import Erased
from streamer.ledger import Ledger, Turn
from streamer.playout import Playout, What
from streamer.questions import Scripted
from streamer.record import Recorder, answer_record, evidence_record
from streamer.story import Story
from streamer.times import clock_text
from streamer.view import View
from wire import messages as m
from wire.spans import covering_sides

PATIENCE_NS = 2_000_000_000  # a voice that stopped and led to no words holds a reply back no longer
# Replies of many questions asked at once are spoken one after the other, up to here; memory and the queues in front of
# it hold what perception notices in the meantime, see NOTICED_BOUND.
LONGEST_WAIT_NS = 600_000_000_000
RESTS_ON = 128  # spans of evidence that are named at most, on either side of 0; where there are more, gaps are closed
_PLAYED_AGAIN = 8  # replies whose end a restarted memory may have missed


class Replies:
    """`post` sends messages; it never waits."""

    def __init__(
        self,
        settings: m.SessionSettings,
        recorder: Recorder,
        story: Story,
        view: View,
        counts: Counts,
        erased: Erased,
        *,
        wall_ns: Callable[[], int],
        post: Callable[[list[m.Message]], None],
    ) -> None:
        self.playout = Playout(settings.reply_delay_ms * 1_000_000, PATIENCE_NS, LONGEST_WAIT_NS)
        self.ledger = Ledger()
        self.inputs: dict[str, m.UserInput] = {}  # questions sent from here whose reply is not over
        self.played: deque[m.Played] = deque(maxlen=_PLAYED_AGAIN)
        self._open: dict[str, Turn] = {}  # all questions whose reply is not over
        self._recorder = recorder
        self._story = story
        self._view = view
        self._counts = counts
        self._erased = erased
        self._wall_ns = wall_ns
        self._post = post

    def open_since_ns(self, otherwise_ns: int) -> int:
        """Time of the oldest question whose reply is not over."""
        return min([otherwise_ns, *(turn.t_ns for turn in self._open.values())])

    def ask(self, message: m.UserInput, question: Scripted) -> None:
        """A question of the script is about to be sent."""
        turn = self.ledger.asked(question, message.t_ns)
        turn.wall_started_ns = self._wall_ns()
        self._open[turn.id] = turn
        self.inputs[turn.id] = message
        self._counts.questions += 1
        self._story.tell(message.t_ns, "asked", id=question.id, text=question.text, options=list(question.options))
        if question.text:
            self._view.asked(message.t_ns, question.id, question.text)

    def words(self, words: m.Utterance) -> None:
        """Perception understood words, of the stream or of a question that was sent as sound."""
        asked_ns = words.t_ns if words.asks else 0
        shown = not self._erased.holds_question(asked_ns, [(words.start_ns, words.end_ns)], ())
        if words.source == "spoken":
            if shown:
                whose = f"  (voice {words.voice})" if words.voice else ""
                self._view.heard(words.t_ns, f"{words.text}{whose}")
            self.playout.voice(What.TURN if words.asks else What.FALSE, words.t_ns, words.turn)
        elif shown and words.id in self.inputs and not self.inputs[words.id].text:
            self._view.asked(words.t_ns, words.id, words.text)
        if words.asks:
            turn = self.ledger.heard(words, self._wall_ns())
            self._is_gone(turn)
            if turn.done is None:
                self._open[turn.id] = turn

    def piece(self, piece: m.ReplyText | m.ReplyAudio | m.ReplyEvidence) -> None:
        self.ledger.piece(piece, self._wall_ns())

    def done(self, done: m.ReplyDone) -> None:
        """A reply is complete: it is played, or over at once when there is nothing to play."""
        turn, is_news = self.ledger.done(done, self._wall_ns())
        if not is_news:
            self._post([p for p in self.played if p.reply_id == done.reply_id])  # whoever asks again missed it
            return
        self._is_gone(turn)
        if done.state == "answered":
            self.playout.add(self.ledger.reply(turn))
        elif done.state == "silent":
            self._counts.silent += 1
            self._story.tell(turn.t_ns, "silent", id=turn.id, turn=turn.number, question=turn.question)
            self._close(turn, row=turn.scripted is not None)
        else:
            sentence = f"the question {turn.id} at {clock_text(turn.t_ns)} has no answer: {done.reason or done.state}"
            self._story.tell(turn.t_ns, "warning", service="reasoning", sentence=sentence)
            self._view.warned(turn.t_ns, sentence)
            self._close(turn, row=True)

    def advance(self) -> None:
        """Write down and acknowledge the replies that are over by now."""
        for playback in self.playout.over():
            turn = self.ledger.by_reply(playback.reply.reply_id)
            turn.playback = playback
            gone = self._is_gone(turn)
            if turn.draft is not None and not gone:
                self._recorder.sound(turn.id, turn.draft, playback)
            self._story.played(turn.id, playback)
            self._close(turn, row=True)
            if not gone:
                shown_ns = playback.t_end_ns if playback.t_first_token_ns is None else playback.t_first_token_ns
                self._view.answered(shown_ns, turn.id, playback.heard, playback.cut)

    def forget(self, told: Collection[str] = ()) -> None:
        """Drop all that was erased: lines, pictures, questions and their replies, and those that told of it. It is off
        the disk when this returns. Raises OSError when the disk refuses."""
        self._drop(self.ledger.hush(self._erased, frozenset(told)))
        self._erased.turns |= {*told}  # those that are on their way, too
        self._recorder.forget(self._erased.tells, self._erased.turns)

    def _is_gone(self, turn: Turn) -> bool:
        """Whether a question of which something new is known was erased; then nothing of it is left."""
        if turn.id in self._erased.turns:
            turn.hush()
        elif turn.lies_in(self._erased):
            turn.hush()
            self._drop([turn])
            self._recorder.forget(self._erased.tells, self._erased.turns)
        return turn.id in self._erased.turns

    def _drop(self, gone: Sequence[Turn]) -> None:
        self._erased.turns |= {turn.id for turn in gone}
        replies = {turn.done.reply_id for turn in gone if turn.done is not None}
        self.playout.hush(replies)
        for turn in gone:
            self.inputs.pop(turn.id, None)
        heard = [replace(p, heard="") if p.reply_id in replies else p for p in self.played]
        self.played = deque(heard, maxlen=_PLAYED_AGAIN)

    def lose(self, turn: Turn) -> None:
        """No reply will come any more."""
        self._counts.lost += 1
        self._close(turn, row=True)

    def _close(self, turn: Turn, *, row: bool) -> None:
        """A reply is over: its line, its place in the history, its sound freed."""
        self._open.pop(turn.id, None)
        self.inputs.pop(turn.id, None)
        if row and turn.id not in self._erased.turns:
            drawn = turn.draft.evidence if turn.draft else ()
            evidence = [evidence_record(e, self._recorder.picture(e.key_frame, e.jpeg)) for e in drawn]
            self._recorder.answer(turn, answer_record(turn, evidence, self._counts.frames_dropped))
            self._counts.answers += 1
        if turn.done is not None:
            self.played.append(_played(turn, turn.done))
            self._post([self.played[-1]])
        turn.draft = None


def _played(turn: Turn, done: m.ReplyDone) -> m.Played:
    playback = turn.playback
    end_ns = playback.t_end_ns if playback else turn.t_ns
    start_ns = playback.t_first_token_ns if playback else None
    return m.Played(
        session=done.session,
        t_ns=end_ns,
        turn=turn.number,
        reply_id=done.reply_id,
        heard=playback.heard if playback else "",
        start_ns=end_ns if start_ns is None else start_ns,
        cut=playback.cut if playback else False,
        rests_on=tuple(m.Span(*one) for one in covering_sides(turn.rests_on, RESTS_ON)),
    )
