"""A home's days for memory benches: a television with a ticker and adverts that come back, a radio, people who ask each
other things and answer, packages and notes; no walks, no lessons, colours that flicker with the television.

Another maker again, whose questions were asked only after recall had been tuned on the others (see docs/log.md).
Everything follows from a seed; any second can be made without those before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.memory_world import COLOUR, ENTERED, SAID, SIGN, Alike, Fact, Planted, frame, said
from wire.messages import Message, Observation

NOTES = """
Best before March 2027 | Until when can the food be eaten?
Dishwasher leaking do not start | Which kitchen appliance must stay off?
Plumber comes Tuesday 9 am | When will the man for the pipes be here?
Dry clean only | How should the garment be washed?
May contain traces of peanuts | Which nuts could somebody with an allergy react to?
Ring twice for the upstairs flat | How does one call the people living above?
Rent due on the third | On which day must the landlord be paid?
Keep frozen at minus 18 | How cold should it be stored?
Aunt Rosalind arrives 16:40 | At what time does the relative get here?
Earthquake shakes Lima | What natural disaster hit Peru?
Queen opens new parliament | What did the monarch inaugurate?
Goalkeeper signs for Napoli | Which club did the footballer join?
Piano tuner 555 0142 | What is the phone number of the person who fixes the sound of the instrument?
Shake well before use | What should be done with the bottle first?
Thirteen percent alcohol | How strong was the drink?
Water the orchids sparingly | Which flowers need only little to drink?
Do not tumble dry | Which machine must the laundry not go into?
Spare batteries second drawer | Where is the reserve for the torch kept?
Vaccination certificate of Fluffy | Which document shows that the pet got its shots?
Wallpaper paste mix with cold water | What has to be added to the glue?
Fragile antique porcelain | What delicate old tableware was in the box?
Neighbourhood barbecue on the 14th | When do the people of the street grill together?
Knit one purl two | Which instruction for making a pullover was there?
Trains cancelled because of storm | Why did the railway not operate?
Rat poison keep away from children | What toxic thing should kids not reach?
Library books due back Monday | By when must the borrowed novels be returned?
Insulin in the fridge door | Where is the medicine for the diabetic?
Astronaut returns after 300 days | Who came back to earth?
"""
TOLD = """
the goldfish died last night | What happened to the pet in the bowl?
I parked the car behind the bakery | Where did I leave the vehicle?
Granddad's hearing aid is in the washing machine | Where did the old man's device for his ears end up?
the landlord wants to raise the rent by eighty euros | By how much will living here become more expensive?
our daughter failed her driving test again | What exam did the girl not pass?
the neighbours are getting divorced | Whose marriage is ending?
I dreamed that I was chased by an ostrich | Which bird appeared in the nightmare?
you left the iron on this morning | What did I forget to switch off?
the cake has to stay in the oven for fifty minutes | How long must it be baked?
the burglar got in through the cellar window | How did the thief enter the house?
Uncle Matteo cannot digest shellfish | Which food makes the uncle sick?
the doctor told me to walk more and eat less butter | What was the physician's advice?
Sabine is expecting twins in November | Who is pregnant?
the new sofa did not fit through the door | Why could the couch not be brought in?
the electricity was cut off for two hours yesterday | How long was there no power?
my first kiss was in a planetarium | Where were you kissed for the first time?
the cat is hiding in the wardrobe because of the fireworks | What scared the kitty?
we still owe the butcher forty euros | To whom do we have to pay money?
the ring belonged to my great grandmother | Who owned the jewel in former times?
they are turning the old brewery into flats | What will the former beer factory become?
the postman was bitten by a goose | Which animal attacked the man who brings the letters?
I hid the presents in the attic | Where are the gifts?
he snores so loud that she sleeps in the bathtub | Why does she spend the night in the bathroom?
the tomatoes need water every evening | How often must the vegetables be watered?
Lars sold his motorbike to a nun | Who bought the motorcycle?
the chimney sweep comes only once a year | How frequently is the soot removed?
this scar is from a fishing hook | What caused the mark on the skin?
the password for the computer is rhubarb pie | How can I log in to the PC?
"""
UNANSWERABLE = """
What did the notice about penguins say?
Who directed the film?
What is the optician called?
How much was the harp?
What did they say about the eclipse?
Which volcano erupted?
Did you see a hippopotamus?
Where was the necklace lost?
What kind of bicycle was advertised?
Who became chancellor?
What is the postcode of the hotel?
When does the museum open?
What did the brochure about diving say?
How long is the tunnel?
Which skier broke a leg?
What was said about the pirate?
Where can I rent a tent?
What did the professor explain?
Which bank was robbed?
When was the background turquoise?
Who studies archaeology?
Which harbour was closed?
What was the result of the baseball game?
Why was the bridge shut?
How many passengers were on the ship?
Where did the explorer get lost?
What did the warning about wolves say?
What is the currency of Iceland?
Who founded the monastery?
What was the lecture about?
When was the duke born?
What instrument does the policeman play?
Which printer needs toner?
Was there a dragon?
What does the gym cost per month?
How tall is the giraffe?
What was the speed of the rocket?
Which comedian was on tour?
What is exhibited in the gallery?
How do I get to the stadium?
"""
TICKER = ("{town} wins {n} to {m}", "Shares of {brand} at {n}", "{town} {n} degrees", "Next: {show}",
          "{brand} cuts {n} jobs", "{person} talks to {person2}", "More at {n} past {m}",
          "Live from {town}")  # fmt: skip
ADVERTS = ("{brand} tastes of summer", "Only {n}.99 at {brand}", "{brand} makes it shine", "Try {brand} today",
           "{brand} for the whole family", "New: {brand} with {stuff}")  # fmt: skip
LABELS = ("{brand} {stuff}", "{n} g {stuff}", "{stuff} {m} pieces", "{brand} since 19{n}", "serve with {stuff}")
ASKED = ("have you seen the {object}", "shall we have {stuff} tonight", "is {person} coming over",
         "did you call {person}",
         "who wants more {stuff}", "where does this {object} go", "what is on at {m}", "can you pass me the {object}",
         "was that {person} on the stairs")  # fmt: skip
ANSWERED = ("yes in a minute", "no not today", "ask {person}", "I put the {object} on the {object2}", "as you like",
            "{person} had it yesterday", "maybe at {m}", "we still have {n} grams of {stuff}",
            "under the {object} I guess",
            "let me finish the {stuff} first", "not before {person2} is back")  # fmt: skip
RADIO = ("and now some music by {person} and the {object}s", "it is {m} o'clock in {town}", "in {town} traffic is slow",
         "you are listening to radio {town}", "{n} points for {town} in the league",
         "our guest today is {person} who writes about {stuff}", "call us and win a {object}")  # fmt: skip
FILLERS = {
    "town": ("Leeds", "Turin", "Bergen", "Ghent", "Malmo", "Split", "Graz", "Basel", "Lyon", "Cork", "Tartu", "Porvoo"),
    "brand": ("Zilko", "Bramwell", "Tessa", "Oro", "Kandor", "Lumex", "Frosti", "Pavo", "Nettle", "Quill"),
    "show": ("the quiz", "the weather", "cartoons", "a thriller", "the talk show", "sports"),
    "person": ("Anton", "Bettina", "Clara", "Doris", "Emil", "Frieda", "Gunnar", "Hilda", "Ivan", "Jutta", "Kurt"),
    "stuff": ("noodles", "cocoa", "rice", "soup", "cheese", "mustard", "jam", "beans", "pepper", "honey", "yeast",
              "cornflakes", "lentils", "spinach"),
    "object": ("remote", "scissors", "blanket", "teapot", "newspaper", "lamp", "cushion", "ladle", "candle", "slipper",
               "tray", "umbrella", "vase", "mug"),
}  # fmt: skip
ALIKE_SHOWN = ("Lucky numbers", "Weather map", "Breaking news", "Cooking duel")
ALIKE_TOLD = (("the kettle is whistling", "the kettle"), ("somebody is at the door", "somebody at the door"),
              ("the baby is crying again", "the baby"), ("the washing is done", "the washing"))  # fmt: skip
MARKERS = ("Chess final", "Desert rally", "Ballet gala", "Polar night", "Quiz of the year", "Horse show", "Tax tips",
           "Moon landing")  # fmt: skip
TINTS = ("purple", "yellow")
GLOW = ("blue", "white", "grey", "black", "brown")
BLOCK_S = 90  # television, talk, radio or nothing for that long


@dataclass
class Home:
    """The plan of a stream: what is planted when."""

    hours: int
    seed: int
    planted: list[Planted] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    unanswerable: tuple[str, ...] = tuple(UNANSWERABLE.strip().splitlines())
    _shown: dict[int, list[str]] = field(default_factory=dict)
    _heard: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plan = random.Random(f"{self.seed} at home")
        rows = [(SIGN, row) for row in NOTES.strip().splitlines()] + [(SAID, row) for row in TOLD.strip().splitlines()]
        facts = [Fact(kind, *row.split(" | ")) for kind, row in rows]
        facts += [Fact(COLOUR, tint, f"When was the background {tint}?") for tint in TINTS]
        facts += [Fact(ENTERED, "right", "When did someone come in from the right?")]
        plan.shuffle(facts)
        end_s = self.hours * 3600 - 150
        moments = [plan.sample(range(75, 3450, 15), len(facts)), plan.sample(range(80, end_s, 15), len(facts))]
        for n, fact in enumerate(facts):  # half of them in the first hour, so that ages can be compared
            at = moments[n % 2][n] + plan.randrange(3)
            length = {SIGN: plan.randrange(4, 12), COLOUR: plan.randrange(5, 9)}.get(fact.kind, 0)
            self.planted.append(Planted(fact, at, at + length))
            if fact.kind == SIGN:
                self._put(fact.content, at, length + 1)
            if fact.kind == SAID:
                self._heard[at] = fact.content
        for n, marker in enumerate(MARKERS):
            self._plant_alike(n, marker, plan)

    def _plant_alike(self, n: int, marker: str, plan: random.Random) -> None:
        """One thing three times, and the marker once between the second and the third."""
        at = tuple(sorted(t + plan.randrange(25) for t in plan.sample(range(130, self.hours * 3600 - 380, 75), 3)))
        if n < len(ALIKE_SHOWN):
            content, did = ALIKE_SHOWN[n], f"the words {ALIKE_SHOWN[n].lower()} appear"
            for moment in at:
                self._put(content, moment, 6)
        else:
            content, named = ALIKE_TOLD[n - len(ALIKE_SHOWN)]
            did = f"they talk about {named}"
            self._heard.update(dict.fromkeys(at, content))
        self._put(marker, (at[1] + at[2]) // 2, 6)
        questions = (
            f"When did {did} the first time?",
            f"When did {did} for the last time?",
            f"When did {did} before the words {marker.lower()} appeared?",
            f"When did {did} after the words {marker.lower()} appeared?",
        )
        self.alike.append(Alike(content, questions[n % 4], at, (0, 2, 1, 2)[n % 4]))

    def _put(self, text: str, start_s: int, seconds: int) -> None:
        for second in range(start_s, start_s + seconds):
            self._shown.setdefault(second, []).append(text)

    # ---- what perception would send ------------------------------------------------------------------------------

    def messages(self, session: str, from_s: int, to_s: int) -> Iterator[Message]:
        """All messages of [from_s, to_s), second by second."""
        tints = {s: p.fact.content for p in self.planted if p.fact.kind == COLOUR
                 for s in range(p.start_s, p.end_s + 1)}  # fmt: skip
        came = {p.start_s for p in self.planted if p.fact.kind == ENTERED}
        for second in range(from_s, to_s):
            goes_on = self._rng("block", second // BLOCK_S).choice(
                ("screen", "screen", "talk", "talk", "radio", "cooking", "none")
            )
            shot = self._rng("shot", second // 4)
            background = tints.get(second) or (shot if goes_on == "screen" else self._rng("h", second // 900)).choice(
                GLOW
            )
            seen = [Observation(kind="colour", text=background, value=0.6, attrs={"role": "background"})]
            texts = self._screen(second) if goes_on == "screen" else []
            if goes_on == "cooking":
                label = self._rng("label", second // 9)
                texts = [self._fill(t, label) for t in label.sample(LABELS, 2)]
            seen += [Observation(kind="text", text=t, score=0.92) for t in (*texts, *self._shown.get(second, []))]
            if goes_on in ("talk", "cooking"):
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

    def _screen(self, second: int) -> list[str]:
        """A line of the ticker, and in every third minute an advert of the ten that there are this hour."""
        ticker, minute = self._rng("ticker", second // 8), second // 60
        lines = [self._fill(ticker.choice(TICKER), ticker)]
        if minute % 3 == 0:
            advert = self._rng("advert", second // 3600, self._rng("which", second // 15).randrange(10))
            lines.append(self._fill(advert.choice(ADVERTS), advert))
        return lines

    def _voice(self, second: int, goes_on: str) -> str:
        rng = self._rng("voice", second)
        if goes_on == "radio" and second % 7 == 0:
            return self._fill(rng.choice(RADIO), rng)
        if goes_on in ("talk", "cooking") and second % 6 in (0, 3) and rng.random() < 0.7:
            return self._fill(rng.choice(ASKED if second % 6 == 0 else ANSWERED), rng)
        return ""

    def _fill(self, template: str, rng: random.Random) -> str:
        filled = {key: rng.choice(of) for key, of in FILLERS.items()}
        filled |= {f"{key}2": rng.choice(FILLERS[key]) for key in ("person", "object")}
        return template.format(**filled, n=rng.randrange(10, 100), m=rng.randrange(1, 12))
