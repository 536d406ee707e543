"""One reply: words from the reasoner, cut into phrases, spoken while the next words come.

Moves messages; what is said is the backend's, where phrases end is `reasoning.phrases`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np

from reasoning.backends.base import Chunk, Pcm
from reasoning.phrases import Phrases
from reasoning.speech_text import spoken
from wire.messages import Message, Question, ReplyAudio, ReplyDone, ReplyEvidence, ReplyText
from wire.service import Context
from wire.worker import Worker

_PHRASES_AHEAD = 8  # that words may be ahead of the voice


class Reply:
    """The making of one reply. `run()` sends all of it but its ReplyDone, which it returns."""

    def __init__(self, question: Question, context: Context, llm: Worker, tts: Worker, sample_rate: int) -> None:
        self._question = question
        self._context = context
        self._llm = llm
        self._tts = tts
        self._sample_rate = sample_rate
        self._text = ""
        self._option = ""
        self._mute = False  # the voice failed; the words go on

    async def run(self) -> ReplyDone:
        """Raises what the reasoner raises. A voice that fails is a warning: the answer is there to be read."""
        phrases: asyncio.Queue[str | None] = asyncio.Queue(_PHRASES_AHEAD)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._speak(phrases), name="speak")
            await self._think(phrases)
        return done(self._question, "answered", text=self._text, option=self._option)

    async def _think(self, phrases: asyncio.Queue[str | None]) -> None:
        splitter = Phrases()
        with self._context.busy("llm"):
            stream: AsyncIterator[Chunk] = self._llm.stream("answer", self._question)
            async with aclosing(stream) as chunks:  # type: ignore[type-var]
                async for chunk in chunks:
                    await self._chunk(chunk, splitter, phrases)
        for phrase in splitter.flush():
            await phrases.put(phrase)
        await phrases.put(None)

    async def _chunk(self, chunk: Chunk, splitter: Phrases, phrases: asyncio.Queue[str | None]) -> None:
        if chunk.text and not self._text:
            await self._context.mark(self._question, "first_token")
        self._text += chunk.text
        self._option = chunk.option or self._option
        if chunk.used:
            await self._show(chunk.used)
        for phrase in splitter.push(chunk.text):
            await phrases.put(phrase)

    async def _show(self, used: tuple[int, ...]) -> None:
        """The evidence that the answer rests on, by its place in the question."""
        found = (*self._question.evidence, *self._question.log)
        evidence = tuple(dict.fromkeys(used))
        await self._send(
            ReplyEvidence(
                session=self._question.session,
                t_ns=self._question.t_ns,
                turn=self._question.turn,
                reply_id=self._question.reply_id,
                evidence=tuple(found[i] for i in evidence if i < len(found)),
            )
        )

    async def _speak(self, phrases: asyncio.Queue[str | None]) -> None:
        number = 0
        while (phrase := await phrases.get()) is not None:
            question = self._question
            await self._send(
                ReplyText(
                    session=question.session,
                    t_ns=question.t_ns,
                    turn=question.turn,
                    reply_id=question.reply_id,
                    phrase=number,
                    text=phrase,
                )
            )
            if not self._mute and (words := spoken(phrase)):
                await self._voice(number, words)
            number += 1

    async def _voice(self, number: int, words: str) -> None:
        first = number == 0
        try:
            with self._context.busy("tts"):
                async with aclosing(self._tts.stream("speak", words)) as pieces:  # type: ignore[type-var]
                    async for pcm in pieces:
                        if first:
                            await self._context.mark(self._question, "first_audio")
                            first = False
                        await self._send(self._audio(number, pcm))
        except (RuntimeError, OSError, ValueError) as error:  # what a voice library fails with
            self._mute = True
            self._context.count("tts_failed")
            await self._context.warn(
                self._question, f"the voice failed ({error}); the rest of this answer is text only"
            )

    def _audio(self, number: int, pcm: Pcm) -> ReplyAudio:
        question = self._question
        return ReplyAudio(
            session=question.session,
            t_ns=question.t_ns,
            turn=question.turn,
            reply_id=question.reply_id,
            phrase=number,
            sample_rate=self._sample_rate,
            pcm=np.ascontiguousarray(pcm, dtype="<i2").tobytes(),
        )

    async def _send(self, message: Message) -> None:
        await self._context.send(message)


def done(question: Question, state: str, *, text: str = "", option: str = "", reason: str = "") -> ReplyDone:
    """The one ReplyDone of a question."""
    return ReplyDone(
        session=question.session,
        t_ns=question.t_ns,
        turn=question.turn,
        id=question.id,
        reply_id=question.reply_id,
        source=question.source,
        state=state,  # type: ignore[arg-type]
        question=question.text,
        text=text,
        option=option,
        reason=reason,
        frames_seen=question.frames_seen,
    )
