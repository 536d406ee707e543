"""Are answers about the present as good with memory as without? python -m bench.memory_no_harm --questions 1200

Paired: each question goes to the memory process twice, once with all that is remembered and once with nothing that is
older than the newest observations; the grounded answerer answers both. The past is made to mislead: other signs,
colours and people were there, and voices speak of them. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the memory process has it

from bench.memory_needles import Sink
from bench.memory_world import S, frame, said
from memory import service as memory_service
from memory.recall import NOW_NS
from reasoning.backends.grounded import Grounded, GroundedOptions
from wire import config
from wire.clock import SystemClock
from wire.messages import Message, Observation, SessionOpened, SessionSettings, Utterance, Watermark
from wire.service import Context
from wire.words import tokens, with_digits

SCENE_S = 15  # seconds that a scene lasts; questions come at its end
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black", "brown", "grey")
SHAPES = ("circle", "square", "triangle", "star")
SIGNS = ("EXIT", "PLATFORM 7", "FRESH BREAD", "ROOM 214", "TICKETS", "HARBOUR INN", "NO ENTRY", "LIBRARY", "GATE 12",
         "POST OFFICE", "CLOSED TODAY", "BUS STOP", "MUSEUM", "FIRE DOOR", "COFFEE 3 EUROS", "WAY OUT", "PLATFORM 9",
         "ROOM 241", "GATE 21", "OPEN LATE")  # fmt: skip
RUMOURS = ("the sign said {sign} before", "there were {n} people here this morning", "I saw a {colour} {shape} there",
           "the wall used to be {colour}", "somebody came in and went away again", "the {shape} was {colour} then",
           "it was dark in here yesterday", "did you read {sign} as well")  # fmt: skip
SIGN_ASKED = ("What does the sign say?", "What is written on the sign now?", "Can you read the sign?",
              "What can you read?", "Read me the sign.")  # fmt: skip
ANYBODY = ("Is anybody there?", "Is there anyone in the room?", "Are there any people?")
ASKED_AT_ONCE = 5  # questions in each scene


@dataclass(frozen=True)
class Scene:
    """What is to be seen. sign, shape: "" for none."""

    sign: str
    wall: str
    people: int
    shape: str
    colour: str
    dark: bool

    @classmethod
    def drawn(cls, rng: random.Random) -> Scene:
        wall, colour = rng.sample(COLOURS, 2)
        sign = rng.choice(SIGNS) if rng.random() < 0.75 else ""
        return cls(sign, wall, rng.choice((0, 0, 1, 2, 3)), rng.choice((*SHAPES, "")), colour, rng.random() < 0.2)

    def seen(self) -> list[Observation]:
        light = Observation(kind="light", text="dark" if self.dark else "normal", value=0.1 if self.dark else 0.5)
        seen = [light, Observation(kind="colour", text=self.wall, value=0.7, attrs={"role": "background"})]
        if self.sign:
            seen.append(Observation(kind="text", text=self.sign, score=0.9))
        if self.people:
            seen.append(Observation(kind="people", value=self.people))
        if self.shape:
            attrs = {"colour": self.colour, "shape": self.shape, "position": "left"}
            seen.append(Observation(kind="object", text=f"{self.colour} {self.shape}", value=0.1, attrs=attrs))
        return seen

    def questions(self, rng: random.Random) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(kind, question, words that a right answer begins with or holds)."""
        sign, shape, colour = rng.choice(SIGNS), rng.choice(SHAPES), rng.choice(COLOURS)
        yield (
            "presence",
            rng.choice(ANYBODY),
            ("yes" if self.people else "no",),
        )
        yield (
            "count",
            rng.choice(("How many people are there now?", "How many people do you see?", "Count the people.")),
            (str(self.people),),
        )
        yield "wall", rng.choice(("What colour is the wall?", "What colour is the background now?")), (self.wall,)
        yield "dark", "Is it dark now?", ("yes" if self.dark else "no",)
        yield "sign there", f"Do you see the sign {sign.lower()} now?", ("yes" if sign == self.sign else "no",)
        yield "shape there", f"Is there a {shape} now?", ("yes" if shape == self.shape else "no",)
        there = shape == self.shape and colour == self.colour
        yield "coloured shape there", f"Do you see a {colour} {shape}?", ("yes" if there else "no",)
        if self.sign:
            words = tuple(self.sign.lower().split())
            yield "sign", rng.choice(SIGN_ASKED), words
            yield "sign there", f"Does the sign say {self.sign.lower()}?", ("yes",)
            yield "scene", rng.choice(("What do you see?", "Describe what you see right now.")), words
        if self.shape:
            yield "shape colour", f"What colour is the {self.shape}?", (self.colour,)
            yield "shape", rng.choice(("What shape is there?", "Which shape do you see at the moment?")), (self.shape,)


class Stream:
    """Scenes one after the other, with voices that speak of other things."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def scene(self, number: int) -> Scene:
        return Scene.drawn(random.Random(f"{self._seed} scene {number}"))

    def messages(self, number: int) -> Iterator[Message]:
        seen = self.scene(number).seen()
        rng = random.Random(f"{self._seed} talk {number}")
        for second in range(number * SCENE_S, (number + 1) * SCENE_S):
            yield frame("w", second, seen, number, begins=second % SCENE_S == 0)
            if rng.random() < 0.1:
                words = rng.choice(RUMOURS).format(
                    sign=rng.choice(SIGNS).lower(), n=rng.randrange(2, 9), colour=rng.choice(COLOURS),
                    shape=rng.choice(SHAPES),
                )  # fmt: skip
                yield said("w", second, words)


def right(answer: str, wanted: tuple[str, ...]) -> bool:
    words = with_digits(tokens(answer))
    if wanted in (("yes",), ("no",)):
        return words[:1] == list(wanted)
    if wanted == ("0",):
        return bool({"0", "no", "nobody", "none"} & set(words))
    return all(word in words for word in with_digits(list(wanted)))


async def run(n_questions: int, seed: int, show: bool) -> dict[str, Any]:
    stream, rng, sink = Stream(seed), random.Random(f"{seed} questions"), Sink()
    answerer = Grounded(GroundedOptions())
    service = await memory_service.create(Context(config.load("lite"), SystemClock(), sink))
    pairs: dict[str, list[tuple[bool, bool]]] = {}
    serial = 0

    async def answered(text: str, t_ns: int, visible_from_ns: int) -> str:
        nonlocal serial
        serial += 1
        await service.handle(
            Utterance(
                session="w", t_ns=t_ns, turn=serial, id=f"q{serial}", source="typed", start_ns=t_ns, end_ns=t_ns,
                text=text, asks=True, visible_from_ns=visible_from_ns,
            )
        )  # fmt: skip
        assert sink.question is not None
        # Without memory there is no past either way; what was asked before is no past of the stream.
        question = replace(sink.question, history=())
        return "".join(chunk.text for chunk in answerer.answer(question, lambda: False))

    with tempfile.TemporaryDirectory() as folder:
        settings = SessionSettings(mode="live", listen="ambient")
        await service.handle(SessionOpened(session="w", t_ns=0, memory=folder, settings=settings))
        number = 0
        while sum(map(len, pairs.values())) < n_questions:
            for message in stream.messages(number):
                await service.handle(message)
            end_s = (number + 1) * SCENE_S
            await service.handle(Watermark(session="w", t_ns=end_s * S - S // 2, seq=number))
            asked = list(stream.scene(number).questions(rng))
            for kind, text, wanted in rng.sample(asked, min(ASKED_AT_ONCE, len(asked))) if number >= 4 else ():
                t_ns = end_s * S - S // 2
                with_memory = await answered(text, t_ns, 0)
                without = await answered(text, t_ns, t_ns - NOW_NS)
                pair = right(with_memory, wanted), right(without, wanted)
                pairs.setdefault(kind, []).append(pair)
                if show and not all(pair):
                    print(f"x {text!r} wanted {wanted} with {with_memory!r} without {without!r}")
            number += 1
        await service.close()
    return report(pairs, seed, number * SCENE_S)


def report(pairs: dict[str, list[tuple[bool, bool]]], seed: int, seconds: int) -> dict[str, Any]:
    everything = [pair for some in pairs.values() for pair in some]
    with_, without = (100 * sum(column) / len(everything) for column in zip(*everything, strict=True))
    return {
        "bench": "memory_no_harm", "seed": seed, "questions": len(everything), "stream_s": seconds,
        "with_memory": round(with_, 2), "without": round(without, 2), "loss_points": round(without - with_, 2),
        "only_with": sum(a and not b for a, b in everything), "only_without": sum(b and not a for a, b in everything),
        "by_kind": {kind: [sum(column) for column in zip(*some, strict=True)] + [len(some)]
                    for kind, some in sorted(pairs.items())},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.memory_no_harm", description=__doc__)
    parser.add_argument("--questions", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what was answered wrong")
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(run(arguments.questions, arguments.seed, arguments.show))))


if __name__ == "__main__":
    main()
