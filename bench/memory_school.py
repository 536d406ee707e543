"""A school's days for memory benches, made otherwise than the worlds and the towns: lessons in which somebody talks all
the time in sentences from a small grammar, slides whose lines change one by one, corridors full of posters.

Facts are said within longer sentences, after "by the way" and the like. Written before any result was looked at.
Everything follows from a seed; any second can be made without those before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.memory_world import COLOUR, ENTERED, SAID, SIGN, Alike, Fact, Planted, frame, said
from wire.messages import Message, Observation

LESSON_S = 600  # then a break of
BREAK_S = 150
POSTER_S = 5

SIGNS = """
Lab coats must be worn at all times | What clothing is compulsory for the experiments?
Swimming gala moved to Wednesday | On what day is the water sports event now?
No running in the corridors | What were pupils forbidden to do in the hallway?
Lost glasses hand in at reception | Where should spectacles that were found be brought?
Vegetarian lasagne 3 pounds | How much did the meatless pasta dish cost?
Auditions for Macbeth in the gym | Where can one try out for the play?
Nurse available until two | How long is the medical help there?
Photocopier broken use room 12 | Where can one go because the copying machine does not work?
Wet paint on the banister | What should not be touched because it has a fresh coat of colour?
Spelling bee champion Priya Shah | Who won the contest about writing words correctly?
Exam results on Friday morning | When will the marks be published?
Orchestra needs a trombonist | Which brass player are the musicians looking for?
Bicycle shed locked at five | At what time do they close the place where bikes are kept?
Guinea pigs to a good home | Which pets were being given away?
Trip to the salt mine 20 May | Where does the excursion go underground?
Chewing gum forbidden | Which sweet was not allowed?
Donate old winter coats here | What kind of used clothes were being collected?
Career talk by a judge | Which legal professional is coming to speak about jobs?
Mind your head low beam | Why should tall people take care?
Greenhouse key at the caretaker | From whom does one get access to the glass house for plants?
Dissection of a cow's eye | Which animal's organ was going to be cut open?
Judo mats keep off with boots | Where is it not allowed to step with shoes on?
Free tutoring in calculus | What help with mathematics costs nothing?
Yearbook orders close in June | Until which month can one buy the annual album?
Fossil found by our pupils | What prehistoric thing did the students discover?
Ceiling leak buckets in use | Why were there pails on the floor?
Speak French only beyond this door | Which language must be used in there?
Charge your phone at the library | Where could an empty mobile be plugged in?
"""
TOLD = """
Mister Novak broke his ankle while skiing | How did the teacher get injured?
the heating will be switched off over Easter | During which holidays will it be cold in the building?
the hamster of the second form has had babies | Which class pet gave birth?
the essay should not be longer than six pages | What is the maximum length of the composition?
Leonora got a scholarship for Edinburgh | Who received money to study in Scotland?
the projector bulb costs ninety pounds to replace | How expensive is a new lamp for the beamer?
the school was built on an old cemetery | What used to be on this ground before?
the headmistress keeps a skeleton in her cupboard | Who has bones in the wardrobe?
the bus driver refused to take the wet football team | Who was not allowed to ride along?
copper turns green when it is left in the rain | What happens to the metal outdoors?
the library fine is ten cents a day | What does one pay for bringing a book back late?
somebody put salt in the sugar bowl | What prank was played with the sweetener?
my mother drives a tram in Gothenburg | What is mum's occupation?
the fire alarm went off because of burnt toast | What made the smoke detector ring?
they are going to cut down the chestnut tree behind the gym | Which plant will be felled?
Tobias has an allergy to nuts | What must Tobias not eat?
the exchange students arrive from Chile next month | From which country do the young guests come?
the answer to question five is minus eleven | What is the solution of the fifth exercise?
the drummer of the band has moved to Canada | Which musician emigrated?
we will meet at the fountain at a quarter past three | Where is the get-together?
the spider in the terrarium is called Agatha | What name did they give the eight-legged animal?
the roof of the sports hall collapsed under the snow | What was destroyed by the weight of the winter weather?
the cook learned his trade on a submarine | Where did the chef train?
her phone fell into the aquarium | What dropped into the fish tank?
the oldest pupil is thirty four and a grandmother | How old is the most senior student?
the fountain pen of the director was made in Japan | Where does the boss's writing tool come from?
the chess computer beat the whole maths club | Who lost against the machine?
you can get a spare locker key from the janitor | Who hands out replacements for the locker?
"""
UNANSWERABLE = """
What did the sign about parrots say?
Who painted the ship?
What is the beekeeper called?
How much was the accordion?
What did they say about the tornado?
Which island was visited?
Did you see a rhinoceros?
Where was the bracelet found?
What brand of shampoo was advertised?
Who was arrested?
What is the licence plate of the van?
When does the opera start?
What did the leaflet about surfing say?
How wide is the canyon?
Which golfer lost the tournament?
What was said about the werewolf?
Where can I buy a kimono?
What did the lawyer advise?
Which airline went bankrupt?
When was the background turquoise?
How is the curry seasoned?
Who is afraid of flying?
Which ferry was late?
What was the final score of the cricket match?
Why was the motorway blocked?
How many kittens did the cat have?
Where did the general die?
What did the warning about crocodiles say?
What is the capital of Bolivia?
Who owns the casino?
What was the sermon about?
When was the pope elected?
What does the boxer weigh?
Which browser is the fastest?
Was there a mermaid?
What is the fare to the airport?
How high is the skyscraper?
What was the temperature of the sauna?
Which rapper was interviewed?
What lies in the vault?
"""
POSTERS = ("{Topic} week", "{Verb} the {thing}", "Form {n}: {thing} and {thing2}", "Team {Name} {n}:{m}",
           "{Topic} with {Name}", "House {Name}", "Timetable {n}", "{Thing} of the month", "{Name} for president",
           "Please {verb} your {thing}", "Stairs to {Topic}", "Up to {n} {thing}s")  # fmt: skip
BULLETS = ("{Topic} part {n}", "why {thing}s matter", "example {n}: a {thing}", "{thing} versus {thing2}",
           "definition of {Topic}", "homework: {verb} {n} {thing}s", "see page {n}", "figure {n}.{m}",
           "{Name} (19{n}{m})", "three kinds of {thing}")  # fmt: skip
OPENINGS = ("so", "well", "now", "right", "um", "you see", "okay then", "", "", "", "", "")
SUBJECTS = ("{Name}", "the {thing}", "a {adj} {thing}", "everybody", "this {adj} {thing}", "my {thing}",
            "{Name} and {Name2}", "nobody in {Topic}", "one {thing} in {n}")  # fmt: skip
PREDICATES = ("may {verb} the {thing2}", "is {adj}er than a {thing2}", "never {verb}s in {Topic}",
              "was {adj} in chapter {n}", "has to {verb} the {adj} {thing2}", "did not {verb} for {n} minutes",
              "would rather {verb}", "counts as a {thing2}", "looks {adj} next to the {thing2}")  # fmt: skip
TAILS = ("", "", "", " I think", " as we saw", " don't you agree", " and so on", " in a way", ", {Name2}")
ASIDES = (
    "by the way {}",
    "oh and before I forget {}",
    "{}",
    "{}",
    "{} they told me",
    "did you hear that {}",
    "I mean {}",
)
WORDS = {
    "thing": "ruler pencil circle vector comma verb triangle crayon globe sponge atlas eraser folder stapler sketch "
    "chapter paragraph graph formula magnet prism cube stencil syllable fraction root clause diagram",
    "verb": "copy underline measure draw rub fold colour divide repeat trace label mark turn compare collect",
    "adj": "long short round odd plain steep thick light small neat straight flat quiet rough",
    "Topic": "Geometry Grammar Optics History Latin Ethics Pottery Algebra Rhetoric Mechanics Drama",
    "Name": "Wanda Oskar Femke Idris Noor Pablo Quentin Rosa Stefan Umar Vera Yusuf Zoe Milo",
}
ALIKE_SIGNS = ("Break time", "Silence please", "Book sale", "Assembly hall")
ALIKE_TOLD = (("the bell is ringing again", "the bell"), ("there is a pigeon in the room", "the pigeon"),
              ("the choir is warming up", "the choir"), ("somebody slammed the piano lid", "the piano"))  # fmt: skip
MARKERS = ("Debating society", "Rocket club", "Rowing crew", "Puppet theatre", "Weather station", "Sewing room",
           "Film night", "Pottery kiln")  # fmt: skip
TINTS = ("pink", "orange")
WALLS = ("white", "green", "grey", "brown")


@dataclass
class School:
    """The plan of a stream: what is planted when."""

    hours: int
    seed: int
    planted: list[Planted] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    unanswerable: tuple[str, ...] = tuple(UNANSWERABLE.strip().splitlines())
    _signs: dict[int, list[str]] = field(default_factory=dict)
    _spoken: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = random.Random(f"school {self.seed}")
        facts = [Fact(kind, *row.split(" | ")) for kind, rows in ((SIGN, SIGNS), (SAID, TOLD))
                 for row in rows.strip().splitlines()]  # fmt: skip
        facts.append(Fact(ENTERED, "left", "At what time did a person enter from the left?"))
        facts += [Fact(COLOUR, tint, f"When did the background turn {tint}?") for tint in TINTS]
        rng.shuffle(facts)
        early, late = list(range(90, 3400, 20)), list(range(100, self.hours * 3600 - 200, 20))
        for n, fact in enumerate(facts):  # half of them in the first hour, so that ages can be compared
            slots = late if n % 2 else early
            at = slots.pop(rng.randrange(len(slots))) + rng.randrange(5)
            lasts = {SIGN: rng.randrange(3, 8), COLOUR: rng.randrange(6, 12)}.get(fact.kind, 0)
            self.planted.append(Planted(fact, at, at + lasts))
            if fact.kind == SIGN:
                self._show(fact.content, at, lasts + 1)
            elif fact.kind == SAID:
                self._spoken[at] = rng.choice(ASIDES).format(fact.content)
        self._plant_alike(rng)

    def _plant_alike(self, rng: random.Random) -> None:
        """Each look-alike three times with a marker after the second."""
        kinds = [(sign, "", f"you see the sign {sign.lower()}") for sign in ALIKE_SIGNS]
        kinds += [("", told, f"they mention {named}") for told, named in ALIKE_TOLD]
        for n, ((sign, told, did), marker) in enumerate(zip(kinds, MARKERS, strict=True)):
            times = tuple(sorted(t + rng.randrange(20) for t in rng.sample(range(200, self.hours * 3600 - 400, 80), 3)))
            for at in times:
                if sign:
                    self._show(sign, at, 5)
                else:
                    self._spoken[at] = told
            self._show(marker, (times[1] + times[2]) // 2, 5)
            question, right = (
                (f"At what moment did {did} for the first time?", 0),
                (f"When did {did} last?", 2),
                (f"When did {did} before you saw the sign {marker.lower()}?", 1),
                (f"When did {did} after the sign {marker.lower()} was visible?", 2),
            )[n % 4]
            self.alike.append(Alike(sign or told, question, times, right))

    def _show(self, sign: str, start_s: int, seconds: int) -> None:
        for second in range(start_s, start_s + seconds):
            self._signs.setdefault(second, []).append(sign)

    # ---- what perception would send ------------------------------------------------------------------------------

    def messages(self, session: str, from_s: int, to_s: int) -> Iterator[Message]:
        """All messages of [from_s, to_s), second by second."""
        came = {p.start_s for p in self.planted if p.fact.kind == ENTERED}
        tinted = {s: p.fact.content for p in self.planted if p.fact.kind == COLOUR
                  for s in range(p.start_s, p.end_s + 1)}  # fmt: skip
        for second in range(from_s, to_s):
            lesson, within = divmod(second, LESSON_S + BREAK_S)
            in_class = within < LESSON_S
            room = random.Random(f"{self.seed} room {lesson} {in_class}")
            look = within // 30 if in_class else 1000 + within // POSTER_S
            wall = tinted.get(second) or (room if in_class else self._rng("wall", lesson, look)).choice(WALLS)
            seen = [Observation(kind="colour", text=wall, value=0.7, attrs={"role": "background"})]
            seen += [self._text(t) for t in (self._slide(lesson, within) if in_class else self._posters(lesson, look))]
            seen += [self._text(t) for t in self._signs.get(second, [])]
            if in_class:
                seen.append(Observation(kind="people", value=room.randrange(2, 9)))
            elif within % 40 == 11:
                seen.append(Observation(kind="entered", value=1, track=second + 1, attrs={"side": "right"}))
            if second in came:
                seen.append(Observation(kind="entered", value=1, track=second + 2, attrs={"side": "left"}))
            begins = within % (30 if in_class else POSTER_S) == 0
            yield frame(session, second, seen, lesson * 4096 + look + 10**7 * (second in tinted), begins=begins)
            if words := self._spoken.get(second) or self._talk(second, in_class):
                yield said(session, second, words)

    def _rng(self, *of: object) -> random.Random:
        return random.Random(" ".join(map(str, (self.seed, *of))))

    def _text(self, text: str) -> Observation:
        return Observation(kind="text", text=text, score=0.9)

    def _slide(self, lesson: int, within: int) -> list[str]:
        """A title and the last three lines; every minute one line more."""
        lines = [self._fill(r.choice(BULLETS), r) for n in range(within // 60 + 1) for r in [self._rng("b", lesson, n)]]
        title = self._rng("title", lesson)
        return [self._fill("{Topic}: the {thing}", title), *lines[-3:]]

    def _posters(self, lesson: int, look: int) -> list[str]:
        rng = self._rng("posters", lesson, look)
        return [self._fill(t, rng) for t in rng.sample(POSTERS, rng.randrange(1, 4))]

    def _talk(self, second: int, in_class: bool) -> str:
        rng = self._rng("talk", second)
        if second % 5 or rng.random() < (0.35 if in_class else 0.85):
            return ""
        parts = " ".join((rng.choice(OPENINGS), rng.choice(SUBJECTS), rng.choice(PREDICATES))).strip()
        return self._fill(parts + rng.choice(TAILS), rng)

    def _fill(self, template: str, rng: random.Random) -> str:
        words = {key: rng.sample(listed.split(), 2) for key, listed in WORDS.items()}
        filled = {key: two[0] for key, two in words.items()}
        filled |= {"thing2": words["thing"][1], "Name2": words["Name"][1]}
        filled |= {"Thing": words["thing"][0].capitalize(), "Verb": words["verb"][0].capitalize()}
        return template.format(**filled, n=rng.randrange(2, 60), m=rng.randrange(1, 10))
