"""A town's days for memory benches, made otherwise than `bench.memory_world`: walks past shops, talks in bursts, an
announcement that comes back for an hour, walls of changing colour, people who come in all the time from one side.

Words are in `bench.memory_words`. Everything follows from a seed; any second can be made without those before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.memory_words import TOWNS, TownWords
from bench.memory_world import COLOUR, ENTERED, SAID, SIGN, Alike, Fact, Planted, frame, said
from wire.messages import Message, Observation

LEG_S = 7  # seconds for which a walk shows the same shops
ACTIVITIES = (("walk", 0.35), ("talk", 0.35), ("slides", 0.15), ("nothing", 0.15))  # of each two minutes
ACTIVITY_S = 120


@dataclass
class Town:
    """The plan of a stream: what is planted when."""

    words: TownWords
    hours: int
    seed: int
    planted: list[Planted] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    unanswerable: tuple[str, ...] = ()
    _signs: dict[int, list[str]] = field(default_factory=dict)  # second -> signs that are planted then
    _spoken: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = random.Random(f"{self.seed} plan")
        horizon = self.hours * 3600
        self.unanswerable = tuple(self.words.unanswerable.strip().splitlines())
        facts = self._facts()
        rng.shuffle(facts)
        free = [*range(120, 3400, 25)], [*range(132, horizon - 240, 25)]
        for n, fact in enumerate(facts):  # half of them in the first hour, so that ages can be compared
            starts = free[n % 2]
            start = starts.pop(rng.randrange(len(starts))) + rng.randrange(4)
            last = {SIGN: rng.randrange(3, 9), COLOUR: rng.randrange(5, 14)}.get(fact.kind, 0)
            self.planted.append(Planted(fact, start, start + last))
            if fact.kind == SIGN:
                self._show(fact.content, start, last + 1)
            elif fact.kind == SAID:
                self._spoken[start] = fact.content
        self._plant_alike(rng, horizon)

    def _facts(self) -> list[Fact]:
        rows = [(SIGN, row) for row in self.words.signs.strip().splitlines()]
        rows += [(SAID, row) for row in self.words.said.strip().splitlines()]
        facts = [Fact(kind, *row.split(" | ")) for kind, row in rows]
        other = "right" if self.words.usual_side == "left" else "left"
        facts.append(Fact(ENTERED, other, f"When did somebody walk in from the {other}-hand side?"))
        facts += [Fact(COLOUR, tint, f"At which moment did the wall look {tint}?") for tint in self.words.tints]
        return facts

    def _plant_alike(self, rng: random.Random, horizon: int) -> None:
        """Each look-alike three times, a marker once between the second and the third; asked first, last, before and
        after."""
        kinds = [("sign", sign, f"the sign {sign.lower()}") for sign in self.words.repeated_signs]
        kinds += [("said", sentence, named) for sentence, named in self.words.repeated_talk]
        for n, ((kind, content, named), marker) in enumerate(zip(kinds, self.words.markers, strict=True)):
            times = sorted(t + rng.randrange(30) for t in rng.sample(range(150, horizon - 500, 90), 3))
            middle = (times[1] + times[2]) // 2
            for at in times:
                if kind == "sign":
                    self._show(content, at, 5)
                else:
                    self._spoken[at] = content
            self._show(marker, middle, 5)
            seen = f"did you see {named}" if kind == "sign" else f"did they mention {named}"
            asked = (
                (f"When {seen} for the first time?", 0),
                (f"At what time {seen} most recently?", 2),
                (f"When {seen} before the sign {marker.lower()} came?", 1),
                (f"When {seen} after the sign {marker.lower()}?", 2),
            )
            question, right = asked[n % 4]
            self.alike.append(Alike(content, question, tuple(times), right))

    def _show(self, sign: str, start_s: int, seconds: int) -> None:
        for second in range(start_s, start_s + seconds):
            self._signs.setdefault(second, []).append(sign)

    # ---- what perception would send ------------------------------------------------------------------------------

    def messages(self, session: str, from_s: int, to_s: int) -> Iterator[Message]:
        """All messages of [from_s, to_s), second by second."""
        came = {p.start_s: p.fact.content for p in self.planted if p.fact.kind == ENTERED}
        tinted = {s: p.fact.content for p in self.planted if p.fact.kind == COLOUR
                  for s in range(p.start_s, p.end_s + 1)}  # fmt: skip
        for second in range(from_s, to_s):
            activity = self._activity(second)
            seen = self._seen(second, activity)
            seen += [Observation(kind="text", text=sign, score=0.95) for sign in self._signs.get(second, [])]
            if second in tinted:
                seen = [o for o in seen if o.kind != "colour"] + [self._wall(tinted[second])]
            if second in came:
                seen.append(Observation(kind="entered", value=2, track=second + 1, attrs={"side": came[second]}))
            leg = second // LEG_S
            yield frame(session, second, seen, leg + 10**6 * (second in tinted), begins=second % LEG_S == 0)
            if words := self._spoken.get(second) or self._chatter(second, activity):
                yield said(session, second, words)

    def _activity(self, second: int) -> str:
        rng = random.Random(f"{self.seed} activity {second // ACTIVITY_S}")
        return rng.choices([name for name, _ in ACTIVITIES], [share for _, share in ACTIVITIES])[0]

    def _seen(self, second: int, activity: str) -> list[Observation]:
        leg = random.Random(f"{self.seed} leg {second // LEG_S}")
        room = random.Random(f"{self.seed} room {second // 600}")
        seen = [Observation(kind="light", text=room.choice(("normal", "bright")), value=0.5)]
        seen.append(self._wall(leg.choice(self.words.walls) if activity == "walk" else room.choice(self.words.walls)))
        if activity == "walk":
            seen += [Observation(kind="text", text=self._fill(t, leg), score=0.9)
                     for t in leg.sample(self.words.shops, leg.randrange(4))]  # fmt: skip
        elif activity == "slides":
            slide = random.Random(f"{self.seed} slide {second // 40}")
            seen += [Observation(kind="text", text=self._fill(t, slide), score=0.9)
                     for t in slide.sample(self.words.notices, 3)]  # fmt: skip
        elif activity == "talk":
            seen.append(Observation(kind="people", value=room.randrange(1, 5)))
        if activity != "slides" and second % 97 == room.randrange(97):
            side = self.words.usual_side
            seen.append(Observation(kind="entered", value=1, track=second + 1, attrs={"side": side}))
        return seen

    def _wall(self, colour: str) -> Observation:
        return Observation(kind="colour", text=colour, value=0.7, attrs={"role": "background"})

    def _chatter(self, second: int, activity: str) -> str:
        rng = random.Random(f"{self.seed} chatter {second}")
        if second % 240 == 239:  # the announcement of this hour
            hour = random.Random(f"{self.seed} announcement {second // 3600}")
            return self._fill(hour.choice(self.words.announcements), rng)
        if activity == "talk" and second % 4 == 1 and rng.random() < 0.6:
            return self._fill(rng.choice(self.words.talk), rng)
        return ""

    def _fill(self, template: str, rng: random.Random) -> str:
        w = self.words
        noun, noun2 = rng.sample(w.nouns, 2)
        name, name2 = rng.sample(w.names, 2)
        filled: dict[str, Any] = {
            "noun": noun, "noun2": noun2, "name": name, "name2": name2, "place": rng.choice(w.places),
            "n": rng.randrange(2, 99), "hour": rng.randrange(6, 12), "hour2": rng.randrange(13, 22),
            "minutes": rng.choice((5, 10, 15)),
        }  # fmt: skip
        return template.format(**filled)


def town(name: str, hours: int, seed: int) -> Town:
    return Town(TOWNS[name], hours, seed)
