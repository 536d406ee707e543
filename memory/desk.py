"""One session's desk in the memory process: its time line, its place on disk, its questions. Moves data, no messages.

Every method is awaited by one task at a time (`lock`); models and disk work in their own threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from memory.archive import Asked, ClipRow
from memory.backends.base import ClipInput, ClipMemory
from memory.clip import Clip
from memory.draft import Drafter
from memory.events import row_id
from memory.history import History
from memory.keeper import CompressedClip, Opened
from memory.kept_question import packed, stored_question
from memory.looking import Looking
from memory.question_recall import QuestionRecall
from memory.question_tokens import QuestionTokens, tensor_of
from memory.retention import LetGo
from memory.rows import SessionRow
from memory.timeline import Step, Timeline
from wire.messages import Cues, Evidence, MemoryRequest, Played, Question, SessionSettings, Utterance
from wire.worker import Worker

Array = NDArray[np.float32]

BATCH = 64  # sentences embedded at a time


class Desk:
    """What the memory process holds for one session."""

    def __init__(
        self,
        opened: Opened,
        settings: SessionSettings,
        keeper: Worker,
        embedder: Worker,
        drafter: Drafter,
        *,
        cosine: float,
        unix_s: Callable[[], float],
    ) -> None:
        self.name = opened.row.name
        self.row = opened.row
        self.going = opened.going
        self.settings = settings
        began_s = opened.row.start_unix_s if settings.mode == "live" else 0.0  # a replay's row has when it was read
        self.start_unix_s = settings.start_unix_s or began_s  # 0: unknown
        self.lock = asyncio.Lock()
        self.over = asyncio.Condition()  # notified when a reply is over, or the session
        self.closed = False
        self.now_ns = max(0, opened.row.seen_ns)  # the session has come that far
        self.history = History()
        self._keeper = keeper
        self._embedder = embedder
        self._unix_s = unix_s
        self._looking = Looking(opened.row.no, keeper, embedder, drafter.space)
        self._recall = QuestionRecall(opened.row.no, self.start_unix_s, keeper, embedder, drafter)
        self._asked = {asked.id for asked in opened.asked}
        self._tokens = QuestionTokens(opened.row.no, keeper, embedder)
        row = opened.row
        self._timeline = Timeline(row.no, serial=row.serial, clips=row.clips, frames=row.frames, cosine=cosine)
        if opened.resumed:
            self._timeline.resume(opened.open_events, row.seen_ns, opened.pictures)
            self.history.resume(map(_turn, opened.asked))

    @property
    def frames(self) -> int:
        return self._timeline.frames

    @property
    def timeline(self) -> Timeline:
        return self._timeline

    # ---- writing -------------------------------------------------------------------------------------------------

    async def write(self, step: Step) -> None:
        """Put what one message changed into the memory; closed clips are compressed first."""
        if step.events or step.dropped or step.pictures:
            await self._keeper.call("write", self.row, step, self._unix_s())
        if step.clips:
            memories: list[ClipMemory] = await self._embedder.call("compress", [_input(clip) for clip in step.clips])
            done = [CompressedClip(c, m.vector, m.tokens) for c, m in zip(step.clips, memories, strict=True)]
            await self._keeper.call("put_clips", done)

    async def embed(self) -> None:
        """Give every sentence that has no vector one."""
        while rows := await self._keeper.call("unembedded", BATCH):
            vectors = await self._embedder.call("encode", [text for _, text in rows])
            await self._keeper.call("embedded", [identity for identity, _ in rows], vectors)

    async def commit(self) -> None:
        """All of it is on disk, with vectors, when this returns."""
        await self.embed()
        line = self._timeline
        await self._keeper.call(
            "commit", self.row.no, line.open_clip(), line.seen_ns, line.frames, line.serial, line.clips
        )

    async def forget(self, spans: Iterable[tuple[int, int]]) -> None:
        """Drop what this process holds of erased spans, which are over, and of talk that quoted what was erased. The
        lock is held, and all was committed before."""
        for from_ns, to_ns in spans:
            self._timeline.forget(from_ns, to_ns)
        await self.take_serial()
        await self._renew()

    async def take_serial(self) -> None:
        """Erasing may have given numbers away, to what is left of things that were cut."""
        row: SessionRow = await self._keeper.call("row", self.row.no)
        self._timeline.serial = max(self._timeline.serial, row.serial)

    async def let_go(self, gone: LetGo) -> None:
        """Hold no longer what was too old or too much. The lock is held, and all was committed before."""
        ends = [to_ns for no, _, to_ns in gone.spans if no == self.row.no]
        if ends:
            self._timeline.let_go(max(ends), gone.pictures)
            await self._renew()

    async def _renew(self) -> None:
        """Only what the disk still says, of the open clip, too; a reply that is forgotten is waited for no more."""
        rows: list[ClipRow] = await self._keeper.call("unfinished_clips")
        self._timeline.keep_clip({row.id for row in rows})
        asked: list[Asked] = await self._keeper.call("archive.questions", self.row.no)
        self.history.renew(map(_turn, asked))
        async with self.over:
            self.over.notify_all()

    async def mend(self) -> None:
        """Vectors for clips that were open when the process ended."""
        rows: list[ClipRow] = await self._keeper.call("unfinished_clips")
        if rows:
            vectors = await self._embedder.call("remake", [_row_input(row) for row in rows])
            await self._keeper.call("finish_clips", [row.id for row in rows], vectors)

    # ---- questions -----------------------------------------------------------------------------------------------

    async def encode(self, words: Utterance) -> None:
        """Let the encoder read what may become a question. Needs no lock."""
        await self._recall.encode(words)

    async def asked_before(self, identity: str) -> tuple[bool, Question | None]:
        """Whether a question with this id was put before, and it, if it has no answer yet."""
        if identity not in self._asked:  # the disk is not asked while somebody waits for an answer
            return False, None
        asked: Asked | None = await self._keeper.call("asked", self.row.no, identity)
        return asked is not None, stored_question(asked) if asked is not None and asked.message else None

    async def matching(self, words: str) -> list[tuple[int, int, int]]:
        """(session, from, to) of everything in this memory whose sentence holds the words."""
        found: list[tuple[int, int, int]] = await self._keeper.call("upkeep.matching", words)
        return found

    async def errand(self, words: Utterance, say: str) -> Question:
        """Words that want no answer but this one, as a question on disk."""
        question = Question(
            session=words.session, t_ns=words.t_ns, turn=words.turn, id=words.id, reply_id=f"reply-{words.id}",
            why="asked", source=words.source, text=words.text, cues=Cues(), say=say, frames_seen=self._timeline.frames,
        )  # fmt: skip
        await self._keep_question(replace(words, asks=True), question)
        return question

    async def question(self, words: Utterance) -> Question:
        """The question that these words put, with everything remembered for it, on disk."""
        await self.write(self._timeline.doubtful())
        history = self.history.turns()
        overview = await self._tokens.overview(words)
        probe, recalled = await self._recall.ask(words, history, overview, self.embed())
        question = Question(
            session=words.session,
            t_ns=words.t_ns,
            turn=words.turn,
            id=words.id,
            reply_id=f"reply-{words.id}",
            why="asked",
            source=words.source,
            text=words.text,
            cues=recalled.cues,
            options=words.options,
            images=words.images,
            history=history,
            evidence=recalled.evidence,
            log=recalled.log,
            log_truncated=recalled.log_truncated,
            newest=self._timeline.newest(words.visible_from_ns, words.t_ns),
            tokens=tensor_of(await self._tokens.related(words, recalled, probe.scene)),
            overview=tensor_of(overview),
            frames_seen=self._timeline.frames,
        )
        await self._keep_question(words, question)
        return question

    async def _keep_question(self, words: Utterance, question: Question) -> None:
        """Write the words as said, set aside a number for the answer, and keep the question for sending it again."""
        step = self._timeline.speak(words)
        asked = Asked(
            reply_id=question.reply_id,
            id=words.id,
            t_ns=words.t_ns,
            text=words.text,
            message=packed(question),
            asked_event=step.events[0].id,
            answer_event=row_id(self.row.no, self._timeline.next_serial()),
        )
        await self._keeper.call("put_question", self.row, asked, step, self._unix_s())
        self._asked.add(words.id)
        self.history.asked(asked.reply_id, asked.t_ns, asked.text)

    async def sent(self, question: Question) -> None:
        await self._keeper.call("mark_sent", self.row.no, question.reply_id)

    async def unsent(self) -> list[Question]:
        """Questions that were written but may not have gone out before the process ended."""
        asked: list[Asked] = await self._keeper.call("archive.unplayed", self.row.no, True)
        return [stored_question(a) for a in asked if a.message]

    async def unplayed(self) -> list[Question]:
        asked: list[Asked] = await self._keeper.call("archive.unplayed", self.row.no)
        return [stored_question(a) for a in asked if a.message]

    async def played(self, played: Played) -> None:
        """Note what was heard of a reply, and let the next question go."""
        await self._keeper.call("played", self.row, played, self._unix_s())
        self.history.played(played.reply_id, played.heard)
        async with self.over:
            self.over.notify_all()

    async def replies_over(self) -> None:
        """Wait until every earlier reply was played or the session is closed."""
        async with self.over:
            await self.over.wait_for(lambda: self.closed or not self.history.pending())

    # ---- looking in ----------------------------------------------------------------------------------------------

    async def look(self, request: MemoryRequest) -> tuple[tuple[Evidence, ...], dict[str, float]]:
        """What the edge asked to see: timeline, search, picture or stats."""
        if request.what == "search":
            await self.embed()
        return await self._looking.look(request, request.end_ns or max(self._timeline.seen_ns, request.t_ns))

    async def close(self) -> None:
        """Write the end of the session; whoever waits for a reply goes on."""
        self.closed = True
        async with self.over:
            self.over.notify_all()
        async with self.lock:
            await self.write(self._timeline.finish())
            await self.commit()
            await self._keeper.call("close_session", self.row.no)
            await self.commit()


def _turn(asked: Asked) -> tuple[str, int, str, str | None]:
    """For the history."""
    return asked.reply_id, asked.t_ns, asked.text, asked.heard if asked.played else None


def _input(clip: Clip) -> ClipInput:
    return ClipInput(
        start_ns=clip.start_ns,
        end_ns=clip.end_ns,
        appearance=clip.appearance,
        sentences=clip.sentences,
        features=clip.features,
    )


def _row_input(row: ClipRow) -> ClipInput:
    """What is left of a clip after the end of the process: its sentences."""
    nothing = np.zeros((0, 0), np.float32)
    return ClipInput(start_ns=row.start_ns, end_ns=row.end_ns, appearance=nothing, sentences=row.sentences)
