"""A made-up day for memory benches: hours of distraction with facts planted in it, and questions in other words.

Two worlds with other facts and words, "tuning" and "trial"; both were looked at while recall was tuned. The towns of
`bench.memory_town` are made otherwise. Everything follows from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from wire.messages import FrameSeen, Message, Observation, Tensor, Utterance

S = 10**9
LOOK_DIM = 64

SIGN, SAID, ENTERED, COLOUR = "sign", "said", "entered", "colour"


@dataclass(frozen=True)
class Fact:
    """Something that happens once. question: asks for it in other words."""

    kind: str
    content: str
    question: str


@dataclass(frozen=True)
class Planted:
    fact: Fact
    start_s: int
    end_s: int


@dataclass(frozen=True)
class Alike:
    """One thing shown several times, and which of its times a question asks for. marker: shown once in between."""

    sign: str
    question: str
    times: tuple[int, ...]
    right: int


@dataclass(frozen=True)
class Words:
    """What a world is made of."""

    facts: tuple[Fact, ...]
    unanswerable: tuple[str, ...]
    signs: tuple[str, ...]  # distracting ones, {n} a number, {a} {b} words
    sentences: tuple[str, ...]
    nouns: tuple[str, ...]
    names: tuple[str, ...]
    alike: tuple[str, ...]  # signs that come several times
    markers: tuple[str, ...]  # signs that come once, between them


@dataclass
class World:
    """The plan of a stream: what is planted when."""

    words: Words
    hours: int
    seed: int
    planted: list[Planted] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    signs: dict[int, list[str]] = field(default_factory=dict)  # second -> signs that are planted then

    @property
    def unanswerable(self) -> tuple[str, ...]:
        return self.words.unanswerable

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        horizon = self.hours * 3600
        facts = list(self.words.facts)
        rng.shuffle(facts)
        for n, fact in enumerate(facts):  # half of them in the first hour, so that ages can be compared
            latest = 3400 if n < len(facts) // 2 else horizon - 200
            start = rng.randrange(60, latest)
            last = {SIGN: 6, COLOUR: 8}.get(fact.kind, 0)
            self.planted.append(Planted(fact, start, start + last))
            if fact.kind == SIGN:
                self._show(fact.content, start, last + 1)
        for n, (sign, marker) in enumerate(zip(self.words.alike, self.words.markers, strict=True)):
            self._plant_alike(sign, marker, n, rng, horizon)

    def _plant_alike(self, sign: str, marker: str, n: int, rng: random.Random, horizon: int) -> None:
        """Three times the same sign, another one once between the second and the third."""
        times = sorted(rng.sample(range(100, horizon - 400, 60), 3))
        middle = (times[1] + times[2]) // 2
        for at in times:
            self._show(sign, at, 6)
        self._show(marker, middle, 6)
        asked = [
            (f"When did the sign {sign.lower()} first appear?", 0),
            (f"When was the sign {sign.lower()} seen the last time?", 2),
            (f"When did you see the sign {sign.lower()} before the sign {marker.lower()}?", 1),
            (f"When did you see the sign {sign.lower()} after the sign {marker.lower()}?", 2),
        ]
        question, right = asked[n % 4]
        self.alike.append(Alike(sign, question, tuple(times), right))

    def _show(self, sign: str, start_s: int, seconds: int) -> None:
        for second in range(start_s, start_s + seconds):
            self.signs.setdefault(second, []).append(sign)

    def messages(self, session: str, from_s: int, to_s: int) -> Iterator[Message]:
        """What perception would send in [from_s, to_s), second by second."""
        heard = {p.start_s: p.fact for p in self.planted if p.fact.kind == SAID}
        came = {p.start_s: p.fact for p in self.planted if p.fact.kind == ENTERED}
        tinted = {s: p.fact for p in self.planted if p.fact.kind == COLOUR for s in range(p.start_s, p.end_s + 1)}
        for second in range(from_s, to_s):
            rng = random.Random(self.seed * 1_000_003 + second)
            block = second // 15  # a scene lasts 15 seconds
            scene = random.Random(self.seed * 999_983 + block)
            seen = self._scene(scene)
            seen += [Observation(kind="text", text=sign, score=0.9) for sign in self.signs.get(second, [])]
            if second in tinted:
                seen = [o for o in seen if o.kind != "colour"]
                tint = tinted[second].content
                seen.append(Observation(kind="colour", text=tint, value=0.8, attrs={"role": "background"}))
            if second in came:
                side = came[second].content
                seen.append(Observation(kind="entered", value=1, track=second + 1, attrs={"side": side}))
            yield frame(session, second, seen, block + 1000 * (second in tinted))
            if second in heard:
                yield said(session, second, heard[second].content)
            elif rng.random() < 1 / 25:
                yield said(session, second, self._fill(rng.choice(self.words.sentences), rng))

    def _scene(self, rng: random.Random) -> list[Observation]:
        seen = [Observation(kind="light", text=rng.choice(("normal", "bright", "dim")), value=0.5)]
        colour = rng.choice(("grey", "white", "brown", "black", "beige"))
        seen.append(Observation(kind="colour", text=colour, value=0.6, attrs={"role": "background"}))
        if rng.random() < 0.5:
            seen.append(Observation(kind="text", text=self._fill(rng.choice(self.words.signs), rng), score=0.9))
        if rng.random() < 0.3:
            seen.append(Observation(kind="people", value=rng.randrange(1, 4)))
        if rng.random() < 0.2:
            shape = f"{rng.choice(('grey', 'brown', 'white'))} {rng.choice(('square', 'circle', 'triangle'))}"
            seen.append(Observation(kind="object", text=shape, value=0.1, attrs={"position": "left"}))
        return seen

    def _fill(self, template: str, rng: random.Random) -> str:
        return template.format(
            n=rng.randrange(2, 990), a=rng.choice(self.words.nouns), b=rng.choice(self.words.nouns),
            name=rng.choice(self.words.names),
        )  # fmt: skip


def frame(session: str, second: int, seen: list[Observation], look: int, begins: bool | None = None) -> FrameSeen:
    """One frame. look: frames of the same look are near; begins: it is the first of its scene."""
    begins = second % 15 == 0 if begins is None else begins
    vector = np.random.default_rng(look).normal(size=LOOK_DIM).astype(np.float32)
    vector /= np.linalg.norm(vector)
    jpeg = np.random.default_rng(second).bytes(20_000) if begins else b""
    return FrameSeen(
        session=session, t_ns=second * S, width=640, height=360, observations=tuple(seen), jpeg=jpeg,
        appearance=Tensor(data=vector.tobytes(), dtype="float32", shape=(LOOK_DIM,)), redundant=not begins,
    )  # fmt: skip


def said(session: str, second: int, text: str) -> Utterance:
    """Words that somebody said, and not to us."""
    return Utterance(
        session=session, t_ns=second * S + S // 2, id=f"said-{second}", source="spoken", start_ns=second * S - 2 * S,
        end_ns=second * S, text=text, asks=False,
    )  # fmt: skip


def world(name: str, hours: int, seed: int) -> World:
    return World(WORLDS[name], hours, seed)


def _facts(kind: str, rows: str) -> tuple[Fact, ...]:
    pairs = (row.split(" | ") for row in rows.strip().splitlines())
    return tuple(Fact(kind, content.strip(), question.strip()) for content, question in pairs)


_TUNING = Words(
    facts=(
        *_facts(
            SIGN,
            """
BEWARE OF FALLING ROCKS | Which sign warned about stones coming down?
FRESH LOBSTER TODAY | What seafood was on offer?
LIBRARY CLOSED FOR REPAIRS | Why could nobody borrow books?
SWIMMING POOL ENTRANCE | Where was the way in for people who want to swim?
FREE PARKING AFTER SIX | From what time on does leaving the car cost nothing?
NO PHOTOGRAPHY IN THE CHAPEL | Where was it forbidden to take pictures?
VIOLIN LESSONS SECOND FLOOR | On which level can one learn a string instrument?
LOST DOG NAMED BISCUIT | What was the missing pet called?
FLU VACCINE AVAILABLE | What shot against illness was advertised?
EMERGENCY TELEPHONE | Where could one make an urgent call?
BICYCLE RENTAL 8 EUROS | How much did hiring a bike cost?
HAUNTED HOUSE TOURS | What spooky attraction was there?
""",
        ),
        *_facts(
            SAID,
            """
my grandmother was born in Lisbon | In which city did the grandma come into the world?
the rocket launch was postponed until Thursday | On which day will the spacecraft take off?
the recipe needs three spoons of cinnamon | How much of which spice goes into the dish?
our train was delayed because of a fallen tree | What made the railway journey late?
the winning number is four hundred and seven | Which number won?
the mayor opened the new hospital yesterday | Who inaugurated the clinic?
the key is hidden under the flowerpot | Where is the key?
the volcano has been asleep for two centuries | How long has the mountain not erupted?
she plays the cello in the city orchestra | What instrument does she play?
the bridge was painted green last summer | What colour did the bridge get?
the password of the laboratory is marmalade | What is the password for the lab?
the parrot escaped through the kitchen window | How did the bird get away?
""",
        ),
        *_facts(
            ENTERED, "left | When did somebody come in from the left?\nright | When did a person enter from the right?"
        ),
        *_facts(COLOUR, "purple | When was the background purple?\norange | When was the background orange?"),
    ),
    unanswerable=(
        "What did the sign about penguins say?",
        "Who sold the submarine?",
        "What was the name of the dentist?",
        "How much did the piano cost?",
        "When was the background pink?",
        "What did they say about the earthquake?",
        "Which planet was mentioned?",
        "Did you see a giraffe?",
        "Where is the treasure buried?",
        "What kind of cheese was advertised?",
        "Who won the chess tournament?",
        "What is the address of the embassy?",
        "When does the circus arrive?",
        "What did the poster about yoga say?",
        "How deep is the lake?",
        "Which football team lost?",
        "What was said about the dragon?",
        "Where can I buy an umbrella?",
        "What medicine did the doctor prescribe?",
        "Which language does the nurse speak?",
    ),
    signs=(
        "SALE {n} PERCENT",
        "{a} STREET {n}",
        "GATE {n}",
        "{a} AND {b}",
        "ROOM {n}",
        "{a} CENTRE",
        "NEXT {a} {n} M",
        "{name} AND SONS",
    ),
    sentences=(
        "{name} bought a new {a} for the {b}",
        "there is a {a} next to the {b}",
        "I think the {a} looks nice",
        "{name} will bring {n} pieces of {a}",
        "we talked about the {a} and the {b} for a while",
        "please put the {a} back on the {b}",
        "{name} and I went to see the {a}",
    ),
    nouns=tuple(
        [
            "table",
            "lamp",
            "carpet",
            "garden",
            "wall",
            "engine",
            "basket",
            "pillow",
            "mirror",
            "ladder",
            "bottle",
            "hammer",
            "curtain",
            "blanket",
            "candle",
            "notebook",
            "bucket",
            "barrel",
            "window",
            "shelf",
            "cushion",
            "teapot",
            "broom",
            "drawer",
            "fence",
        ]
    ),
    names=("Anna", "Boris", "Carla", "David", "Emma", "Frank", "Greta", "Henry"),
    alike=(
        "TAXI STAND",
        "POST OFFICE",
        "FIRST AID",
        "COFFEE CORNER",
        "TICKET DESK",
        "BOAT RAMP",
        "NIGHT BUS",
        "ROSE GARDEN",
    ),
    markers=(
        "SNOW WARNING",
        "ART FAIR",
        "FLEA MARKET",
        "CASTLE HILL",
        "WEDDING HALL",
        "ICE RINK",
        "JAZZ CELLAR",
        "BEE FARM",
    ),
)

_TRIAL = Words(
    facts=(
        *_facts(SIGN, """
CAUTION WET FLOOR | What told people that the ground was slippery?
ORGANIC HONEY FOR SALE | What sweet product of bees could be bought?
OBSERVATORY OPENS AT DUSK | When can one go and look at the stars?
DIVERSION VIA MILL LANE | Which road should drivers take instead?
CHOIR REHEARSAL IN PROGRESS | Who was practising singing?
MAXIMUM WEIGHT 12 TONNES | How heavy may a truck be?
SECOND HAND BOOKS | Where could used novels be found?
PUPPET SHOW AT NOON | What entertainment for children was announced?
DO NOT FEED THE PIGEONS | Which birds must not be given food?
SHOE REPAIR WHILE YOU WAIT | Where can broken boots be mended?
DANGER HIGH VOLTAGE | What warned about electricity?
ANTIQUE CLOCK AUCTION | What old timepieces were being sold to the highest bidder?
"""),
        *_facts(SAID, """
the ferry to the island leaves from pier nine | From which pier does the boat go?
my brother works as a firefighter in Oslo | What is the brother's job?
the concert was cancelled because the singer is ill | Why will there be no show?
you have to turn the wheel clockwise to open the safe | In which direction must the wheel be rotated?
the wolf was seen near the old mill | Where did somebody spot a wild animal?
this cathedral took ninety years to build | How long did the construction of the church take?
the meeting has been moved to the green room | Where does the meeting take place now?
the code for the garage is two two five eight | What is the garage code?
the soup tastes better with a little ginger | What should be added to the soup?
the telescope was a gift from my uncle | Who gave the telescope?
their daughter studies chemistry in Vienna | What subject does the daughter study?
the lighthouse keeper retired in March | Who stopped working in spring?
"""),
        *_facts(
            ENTERED,
            "left | When did someone walk in from the left side?\n"
            "right | When did somebody arrive from the right?",
        ),
        *_facts(COLOUR, "red | When was the backdrop red?\nyellow | At what time was the background yellow?"),
    ),
    unanswerable=(
        "What did the notice about kangaroos say?", "Who repaired the helicopter?", "What is the librarian's name?",
        "What was the price of the sofa?", "When was the background turquoise?", "What did they say about the flood?",
        "Which river was mentioned?", "Did you see a camel?", "Where was the diamond found?",
        "What brand of toothpaste was advertised?", "Who lost the election?", "What is the phone number of the bank?",
        "When does the carnival begin?", "What did the poster about karate say?", "How tall is the tower?",
        "Which basketball player was injured?", "What was said about the ghost?", "Where can I buy stamps?",
        "What did the lawyer recommend?", "Which airline was on strike?",
    ),
    signs=("{name}'S {a}", "EXIT {n}", "{a} {n}", "ROUTE {n} {a}", "LEVEL {n}", "{a} WORKSHOP", "THE {a} INN",
           "{b} DEPOT {n}"),
    sentences=("yesterday {name} cleaned the {a}", "do you like this {a} or rather the {b}",
        "my {a} is older than yours",
               "{name} says that the {b} costs {n} crowns", "the {a} stood behind the {b} all day",
               "somebody moved {name}'s {a}", "I would not put the {a} on a {b}"),
    nouns=tuple(
        ["saddle", "anvil", "kettle", "trolley", "hammock", "chimney", "plough", "cupboard", "ribbon", "envelope",
            "jacket", "lantern", "crate", "stool", "scarf", "funnel", "doormat", "spade", "whistle", "canvas",
        "button", "marble", "paddle", "tray", "quilt"]
    ),
    names=("Irene", "Jonas", "Karin", "Liam", "Mona", "Nils", "Olga", "Peter"),
    alike=(
        "SHUTTLE STOP", "TOWN HALL", "CLOAK ROOM", "BAKERY LANE", "INFO POINT", "CANOE CLUB", "EAST TUNNEL",
        "HERB SHOP",
    ),
    markers=(
        "STORM ALERT", "WINE FESTIVAL", "TOY MUSEUM", "ABBEY RUINS", "DANCE SCHOOL", "GO KART TRACK", "OPERA HOUSE",
        "GOAT FARM",
    ),
)  # fmt: skip

WORLDS = {"tuning": _TUNING, "trial": _TRIAL}
