"""Days for memory benches, all made like a home's: a screen with a ticker and adverts that come back, a radio,
people who ask each other things and answer, labels and notes; no walks, no lessons, colours that flicker.

The words are of a file (`bench.memory_day_words`), so that anybody can write another day. Everything follows from a
seed; any second can be made without those before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.memory_day_words import GLOW, OTHERS, DayWords
from bench.memory_world import COLOUR, ENTERED, SAID, SIGN, Alike, Fact, Planted, frame, said
from memory.lexicon import COLOURS
from wire.messages import Message, Observation

BLOCK_S = 90  # screen, talk, radio or nothing for that long
TINT_S = 15  # backgrounds that are asked for begin so far from each other


@dataclass
class Day:
    """The plan of a stream: what is planted when."""

    words: DayWords
    hours: int
    seed: int
    planted: list[Planted] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    _shown: dict[int, list[str]] = field(default_factory=dict)
    _heard: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plan = random.Random(f"{self.seed} at {self.words.name}")
        facts = [Fact(SIGN, *row) for row in self.words.notes] + [Fact(SAID, *row) for row in self.words.told]
        facts += [Fact(COLOUR, tint, f"When was the background {tint}?") for tint in self.words.tints]
        facts += [Fact(ENTERED, "right", "When did someone come in from the right?")]
        plan.shuffle(facts)
        end_s = self.hours * 3600 - 150
        moments = [plan.sample(range(75, 3450, 15), len(facts)), plan.sample(range(80, end_s, 15), len(facts))]
        tinted: list[int] = []
        for n, fact in enumerate(facts):  # half of them in the first hour, so that ages can be compared
            at = moments[n % 2][n] + plan.randrange(3)
            while fact.kind == COLOUR and any(abs(at - other) < TINT_S for other in tinted):
                at += TINT_S
            tinted += [at] * (fact.kind == COLOUR)
            length = {SIGN: plan.randrange(4, 12), COLOUR: plan.randrange(5, 9)}.get(fact.kind, 0)
            self.planted.append(Planted(fact, at, at + length))
            if fact.kind == SIGN:
                self._put(fact.content, at, length + 1)
            if fact.kind == SAID:
                self._heard[at] = fact.content
        for n, marker in enumerate(self.words.markers):
            self._plant_alike(n, marker, plan)

    @property
    def unanswerable(self) -> tuple[str, ...]:
        return self.words.unanswerable

    def _plant_alike(self, n: int, marker: str, plan: random.Random) -> None:
        """One thing three times, and the marker once between the second and the third."""
        at = sorted(t + plan.randrange(25) for t in plan.sample(range(130, self.hours * 3600 - 380, 75), 3))
        at = [next(s for s in range(t, t + 60) if s not in self._heard) for t in at]
        shown = self.words.alike_shown
        if n < len(shown):
            content, did = shown[n], f"the words {shown[n].lower()} appear"
            for moment in at:
                self._put(content, moment, 6)
        else:
            content, named = self.words.alike_told[n - len(shown)]
            did = f"they talk about {named}"
            self._heard.update(dict.fromkeys(at, content))
        self._put(marker, (at[1] + at[2]) // 2, 6)
        questions = (
            f"When did {did} the first time?",
            f"When did {did} for the last time?",
            f"When did {did} before the words {marker.lower()} appeared?",
            f"When did {did} after the words {marker.lower()} appeared?",
        )
        self.alike.append(Alike(content, questions[n % 4], tuple(at), (0, 2, 1, 2)[n % 4]))

    def _put(self, text: str, start_s: int, seconds: int) -> None:
        for second in range(start_s, start_s + seconds):
            self._shown.setdefault(second, []).append(text)

    # ---- what perception would send ------------------------------------------------------------------------------

    def messages(self, session: str, from_s: int, to_s: int) -> Iterator[Message]:
        """All messages of [from_s, to_s), second by second."""
        tints = {s: COLOURS[p.fact.content] for p in self.planted if p.fact.kind == COLOUR
                 for s in range(p.start_s, p.end_s + 1)}  # fmt: skip
        came = {p.start_s for p in self.planted if p.fact.kind == ENTERED}
        for second in range(from_s, to_s):
            goes_on = self._rng("block", second // BLOCK_S).choice(
                ("screen", "screen", "talk", "talk", "radio", "labels", "none")
            )
            shot = self._rng("shot", second // 4)
            colours = shot if goes_on == "screen" else self._rng("h", second // 900)
            background = tints.get(second) or colours.choice(GLOW)
            seen = [Observation(kind="colour", text=background, value=0.6, attrs={"role": "background"})]
            texts = [*self._read(second, goes_on), *self._shown.get(second, [])]
            seen += [Observation(kind="text", text=text, score=0.92) for text in texts]
            if goes_on in ("talk", "labels"):
                seen.append(Observation(kind="people", value=shot.randrange(1, 4)))
            if second % 311 == 7:
                seen.append(Observation(kind="entered", value=1, track=second + 1, attrs={"side": "left"}))
            if second in came:
                seen.append(Observation(kind="entered", value=2, track=second + 1, attrs={"side": "right"}))
            yield frame(session, second, seen, second // 4 + 10**8 * (second in tints), begins=second % 12 == 0)
            if words := self._heard.get(second) or self._voice(second, goes_on):
                yield said(session, second, words)

    def _rng(self, *of: object) -> random.Random:
        return random.Random(f"{self.seed} {of}")

    def _read(self, second: int, goes_on: str) -> list[str]:
        """A line of the ticker, and in every third minute an advert of the ten that there are this hour; or labels."""
        if goes_on == "labels":
            label = self._rng("label", second // 9)
            return [self._fill(template, label) for template in label.sample(self.words.labels, 2)]
        if goes_on != "screen":
            return []
        ticker, minute = self._rng("ticker", second // 8), second // 60
        lines = [self._fill(ticker.choice(self.words.screen), ticker)]
        if minute % 3 == 0:
            advert = self._rng("advert", second // 3600, self._rng("which", second // 15).randrange(10))
            lines.append(self._fill(advert.choice(self.words.adverts), advert))
        return lines

    def _voice(self, second: int, goes_on: str) -> str:
        rng = self._rng("voice", second)
        if goes_on == "radio" and second % 7 == 0:
            return self._fill(rng.choice(self.words.radio), rng)
        if goes_on in ("talk", "labels") and second % 6 in (0, 3) and rng.random() < 0.7:
            return self._fill(rng.choice(self.words.asked if second % 6 == 0 else self.words.answered), rng)
        return ""

    def _fill(self, template: str, rng: random.Random) -> str:
        fillers = self.words.fillers
        filled = {key: rng.choice(of) for key, of in fillers.items()}
        filled |= {f"{key}2": rng.choice(fillers[key]) for key in OTHERS if key in fillers}
        return template.format(**filled, n=rng.randrange(10, 100), m=rng.randrange(1, 12))
