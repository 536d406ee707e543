"""What is known of each question, from its words to the end of its reply. Pure; wall times are given.

Pieces of a reply come under its reply_id, in any order relative to what perception tells of its question; ReplyDone
joins the two. A reply that is told twice after a restart counts once.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from streamer.erased import Erased
from streamer.playout import Phrase, Playback, Reply, hushed_playback
from streamer.questions import Scripted
from streamer.reply_wav import Pcm
from wire.messages import Evidence, Mark, ReplyAudio, ReplyDone, ReplyEvidence, ReplyText, Utterance


@dataclass(slots=True)
class Turn:
    """One question. t_ns: when it was complete, start_ns: when its words began; rests_on: spans of the evidence that
    its reply was drawn from. wall_started_ns: when the edge heard of it."""

    id: str
    number: int
    source: Literal["spoken", "typed"]
    t_ns: int
    question: str
    scripted: Scripted | None = None
    wall_started_ns: int | None = None
    marks: list[Mark] = field(default_factory=list)
    draft: Draft | None = None
    done: ReplyDone | None = None
    playback: Playback | None = None
    start_ns: int | None = None
    rests_on: tuple[tuple[int, int], ...] = ()

    def lies_in(self, erased: Erased) -> bool:
        """Whether it was put or answered in an erased span, or its reply rests on one."""
        spans = [(self.t_ns if self.start_ns is None else self.start_ns, self.t_ns)]
        if self.playback is not None and self.playback.t_first_token_ns is not None:
            spans.append((self.playback.t_first_token_ns, self.playback.t_end_ns))
        return erased.holds_question(self.t_ns, spans, self.rests_on)

    def hush(self) -> None:
        """Keep nothing of what was asked and answered but when; what of the reply was not heard yet is silence."""
        self.question = ""
        if self.scripted is not None:
            self.scripted = replace(self.scripted, text="", audio=b"", options=())
        if self.done is not None:
            self.done = replace(self.done, question="", text="", option="", reason="")
        if self.draft is not None:
            self.draft.hush()
        if self.playback is not None:
            self.playback = hushed_playback(self.playback)

    def take_mark(self, mark: Mark) -> None:
        """Keep the first mark of each stage that is about the question itself, until its reply is complete."""
        known = {(m.service, m.stage) for m in self.marks}
        if self.done is None and mark.t_ns == self.t_ns and (mark.service, mark.stage) not in known:
            self.marks.append(mark)

    def wall_zero_ns(self) -> int | None:
        """When the ring knew the question: its first mark, or else when the edge heard of it."""
        return min((mark.wall_ns for mark in self.marks), default=self.wall_started_ns)


@dataclass(slots=True)
class Draft:
    """A reply as far as it came. t_ns: when its question was complete; rests_on: spans of its evidence."""

    t_ns: int = 0
    texts: dict[int, str] = field(default_factory=dict)  # by phrase
    pcm: dict[int, list[bytes]] = field(default_factory=dict)
    rate_hz: int = 0
    evidence: tuple[Evidence, ...] = ()
    rests_on: tuple[tuple[int, int], ...] = ()
    wall_first_token_ns: int | None = None
    wall_first_audio_ns: int | None = None
    wall_done_ns: int | None = None

    def phrases(self) -> tuple[Phrase, ...]:
        numbers = sorted(self.texts.keys() | self.pcm.keys())
        return tuple(Phrase(self.texts.get(n, ""), self._length_ns(n)) for n in numbers)

    def _length_ns(self, phrase: int) -> int:
        n_samples = sum(map(len, self.pcm.get(phrase, []))) // 2
        return n_samples * 1_000_000_000 // self.rate_hz if n_samples else 0

    def sound(self) -> Pcm:
        """All samples, phrase after phrase."""
        whole = b"".join(piece for n in sorted(self.pcm) for piece in self.pcm[n])
        return np.frombuffer(whole, dtype="<i2").astype(np.int16)

    def hush(self) -> None:
        """No words and no evidence, and silence in place of the sound: it takes as long."""
        self.texts = dict.fromkeys(self.texts, "")
        self.pcm = {n: [bytes(len(piece)) for piece in pieces] for n, pieces in self.pcm.items()}
        self.evidence = ()


class Ledger:
    """All questions of one session, by id."""

    def __init__(self) -> None:
        self.turns: dict[str, Turn] = {}
        self._numbers: dict[int, str] = {}
        self._drafts: dict[str, Draft] = {}
        self._marks: dict[int, list[Mark]] = {}  # of turns whose words are not known yet
        self._over: dict[str, str] = {}  # reply_id -> id of replies that are complete

    def asked(self, question: Scripted, t_ns: int) -> Turn:
        """A question of the script was sent."""
        turn = Turn(question.id, 0, "typed", t_ns, question.text, scripted=question)
        self.turns[question.id] = turn
        return turn

    def heard(self, words: Utterance, wall_ns: int) -> Turn:
        """Perception took words as a question."""
        turn = self.turns.get(words.id)
        if turn is None:
            turn = self.turns[words.id] = Turn(words.id, words.turn, words.source, words.t_ns, words.text)
        turn.number = turn.number or words.turn
        turn.question = words.text or turn.question
        turn.start_ns = min(words.start_ns, turn.t_ns)
        self._numbers[words.turn] = words.id
        if turn.wall_started_ns is None:
            turn.wall_started_ns = wall_ns
        for mark in self._marks.pop(words.turn, []):
            turn.take_mark(mark)
        return turn

    def mark(self, mark: Mark) -> None:
        """A latency mark; kept until its turn is known, which is soon."""
        identity = self._numbers.get(mark.turn)
        if identity is not None:
            self.turns[identity].take_mark(mark)
        elif mark.turn > max(self._numbers, default=0):
            self._marks.setdefault(mark.turn, []).append(mark)

    def piece(self, piece: ReplyText | ReplyAudio | ReplyEvidence, wall_ns: int) -> None:
        """The next part of a reply."""
        if piece.reply_id in self._over:
            return
        draft = self._drafts.setdefault(piece.reply_id, Draft(t_ns=piece.t_ns))
        match piece:
            case ReplyText():
                draft.texts[piece.phrase] = draft.texts.get(piece.phrase, "") + piece.text
                draft.wall_first_token_ns = draft.wall_first_token_ns or wall_ns
            case ReplyAudio():
                draft.rate_hz = piece.sample_rate
                draft.pcm.setdefault(piece.phrase, []).append(piece.pcm)
                draft.wall_first_audio_ns = draft.wall_first_audio_ns or wall_ns
            case ReplyEvidence():
                draft.evidence = piece.evidence
                draft.rests_on = tuple((e.start_ns, e.end_ns) for e in piece.evidence)

    def done(self, done: ReplyDone, wall_ns: int) -> tuple[Turn, bool]:
        """A reply is complete: its turn, and whether this is news (False after a restart told it twice)."""
        turn = self.turns.get(done.id)
        if turn is None:
            turn = self.turns[done.id] = Turn(done.id, done.turn, done.source, done.t_ns, done.question)
        if turn.done is not None:
            self._drafts.pop(done.reply_id, None)
            return turn, False
        turn.number = turn.number or done.turn
        turn.question = done.question or turn.question
        turn.done = done
        turn.draft = self._drafts.pop(done.reply_id, Draft())
        turn.draft.wall_done_ns = wall_ns
        turn.rests_on = turn.draft.rests_on
        self._over[done.reply_id] = done.id
        return turn, True

    def reply(self, turn: Turn) -> Reply:
        """What is to be played for a turn whose reply is complete."""
        assert turn.done is not None
        assert turn.draft is not None
        phrases = turn.draft.phrases()
        text = turn.done.text or " ".join(p.text.strip() for p in phrases if p.text.strip())
        return Reply(turn.done.reply_id, turn.number, turn.t_ns, text, phrases)

    def hush(self, erased: Erased, told: Container[str] = ()) -> list[Turn]:
        """Keep nothing of what was erased. told: ids of questions that told of it. Returns the questions that are gone
        by this."""
        known = [turn for turn in self.turns.values() if turn.id not in erased.turns]
        gone = [turn for turn in known if turn.id in told or turn.lies_in(erased)]
        for turn in gone:
            turn.hush()
        for draft in self._drafts.values():
            if erased.holds_question(draft.t_ns, [(draft.t_ns, draft.t_ns)], draft.rests_on):
                draft.hush()
        return gone

    def restart_reasoning(self) -> None:
        """Replies that were under way begin anew."""
        self._drafts.clear()

    def unanswered(self) -> list[Turn]:
        """Questions without a complete reply, oldest first."""
        return sorted((t for t in self.turns.values() if t.done is None), key=lambda t: t.t_ns)

    def by_reply(self, reply_id: str) -> Turn:
        return self.turns[self._over[reply_id]]
