"""Draws a whole stream from the pools by a seed: scenes, their order, voices, and which questions are asked when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bench.sample import templates, words
from bench.sample.facts import Draft, Draw, Fact
from bench.sample.model import Ask, Expect, Noise, Plate, Say, Scene, Script
from bench.sample.voices import VOICES

N_SOMETIMES = 4
N_LATER = 15  # questions about what is gone, besides those that every stream has
SPOKEN_SHARE = 0.4
MOST_IN_A_SCENE = 2


@dataclass
class _Slot:
    """A scene with the lines and questions it has so far."""

    draft: Draft
    says: list[Say] = field(default_factory=list)
    now: list[Ask] = field(default_factory=list)
    later: list[Ask] = field(default_factory=list)

    def scene(self) -> Scene:
        quiet_s = max((n.at + n.seconds + 1.0 for n in self.draft.scene.things if isinstance(n, Noise)), default=0.0)
        beats = tuple(self.says or self.draft.scene.beats) + tuple(self.now) + tuple(self.later)
        after_music = tuple(replace(beat, at=max(beat.at, quiet_s)) for beat in beats)
        return replace(self.draft.scene, beats=after_music, gist=self.draft.gist)


def draw(seed: int) -> Script:
    """The same seed gives the same stream; other seeds other scenes, words, letters, voices and wordings."""
    source = Draw(seed)
    slots = [_Slot(draft) for draft in _scenes(source)]
    slots.append(_Slot(_ending(source)))
    heard = _scatter_talk(source, slots)
    asker = source.rng.choice([v for v in VOICES if v != "awb"])
    narrator = source.rng.choice([v for v in VOICES if v not in (asker, "kal16")])
    _ask_now(source, slots)
    later = _chosen(source, slots, heard)
    for earliest, fact in later:
        _ask_later(source, slots, earliest, fact)
    return Script(
        name=f"drawn-{seed}", narrator=narrator, asker=asker, seed=seed, scenes=tuple(slot.scene() for slot in slots)
    )


def _scenes(source: Draw) -> list[Draft]:
    """Drafts in the order they are shown. The first words are a sign's, and no person walks after the last shape."""
    chosen = [*templates.ALWAYS, *source.rng.sample(templates.SOMETIMES, N_SOMETIMES)]
    chosen.sort(key=lambda t: t is not templates.shapes)  # it takes its shape before the moving ones do
    drafts = [template(source) for template in chosen]
    source.rng.shuffle(drafts)
    first_text = next(i for i, d in enumerate(drafts) if d.sign)
    sign = next(i for i, d in enumerate(drafts) if d.scene.name.startswith("scene_sign"))
    drafts[first_text], drafts[sign] = drafts[sign], drafts[first_text]
    people = next(i for i, d in enumerate(drafts) if d.scene.name == "scene_people")
    last_mover = max(i for i, d in enumerate(drafts) if d.mover)
    if people > last_mover:
        drafts[people], drafts[last_mover] = drafts[last_mover], drafts[people]
    return drafts


def _ending(source: Draw) -> Draft:
    words_there = source.rng.choice(("THE END", "GOOD BYE", "EXIT", "THANK YOU"))
    plate = Plate(lines=(words_there,), plate="grey", ink="white", size=44, face=source.face)
    line = source.rng.choice(
        ("That is all for today.", "Thank you for your company.", "And now it is time to go home.")
    )
    scene = Scene(name="scene_end", style="wall", colour="", things=(plate,), beats=(Say(text=line),))
    return Draft(scene=scene, facts=(), gist=(words_there.lower(),))


def _scatter_talk(source: Draw, slots: list[_Slot]) -> list[tuple[int, Fact]]:
    """The narrator mentions facts in scenes of the first two thirds; gives (scene, fact)."""
    facts = templates.spoken_facts(source)
    places = source.rng.sample(range(2 * len(slots) // 3), len(facts))
    for place, (say, _) in zip(places, facts, strict=True):
        slots[place].says = [*slots[place].draft.scene.beats, say]  # type: ignore[list-item]
    return [(place, fact) for place, (_, fact) in zip(places, facts, strict=True)]


def _ask_now(source: Draw, slots: list[_Slot]) -> None:
    """At most one question a scene about what is there at that moment."""
    for slot in slots:
        facts = [f for f in slot.draft.facts if f.at is not None]
        if facts:
            slot.now.append(_ask(source, source.rng.choice(facts)))


def _chosen(source: Draw, slots: list[_Slot], heard: list[tuple[int, Fact]]) -> list[tuple[int, Fact]]:
    """(scene before which it may not be asked, fact): those of every stream, and a draw of the rest."""
    always = [*_across(source, slots), *heard]
    rest = [(i, f) for i, slot in enumerate(slots) for f in slot.draft.facts if f.at is None]
    source.rng.shuffle(rest)
    pools = [fact.pool for _, fact in rest]
    varied = [pair for _, pair in sorted(enumerate(rest), key=lambda item: pools.index(item[1][1].pool) < item[0])]
    return always + varied[: max(0, N_LATER - len(heard))]


def _across(source: Draw, slots: list[_Slot]) -> list[tuple[int, Fact]]:
    """Questions that compare scenes, ask for a span, for nothing at all, or for what never was."""
    end = len(slots) - 1
    movers = [(i, slot.draft) for i, slot in enumerate(slots) if slot.draft.mover]
    (_, one), (second, two) = movers[0], movers[-1]
    first_sign = next(slot.draft for slot in slots if slot.draft.sign)
    people = next(i for i, slot in enumerate(slots) if slot.draft.scene.name == "scene_people")
    return [
        (second, _order(source, one, two)),
        (second, Fact(pool="first_sign", expect=Expect(kind="first", all=(first_sign.sign,)))),
        (end, Fact(pool="last_moved", expect=Expect(kind="last", any=(two.gist,), none=one.gist[:1]))),
        (people, Fact(pool="anybody_now", expect=Expect(kind="presence", yes=False))),
        (end, Fact(pool=f"summary_{(name := source.rng.choice(('first', 'last')))}", expect=Expect(
            kind="summary", span=(0.0, 60.0) if name == "first" else (-60.0, 0.0)))),
        (end // 2, _absent(source, slots)),
        *((end // 2, fact) for fact in _unanswerable(source)),
        (end, _choice(source, slots, second)),
    ]  # fmt: skip


def _order(source: Draw, one: Draft, two: Draft) -> Fact:
    """Two moving shapes: which was first, or whether one was before the other."""
    assert one.mover is not None
    assert two.mover is not None
    pair = [one.mover[1], two.mover[1]]
    source.rng.shuffle(pair)
    slots = {"a": pair[0], "b": pair[1]}
    if source.rng.random() < 0.5:
        return Fact(pool="order_before", expect=Expect(kind="order", yes=pair[0] == one.mover[1]), slots=slots)
    order = (one.gist[:2], two.gist[:2])
    return Fact(pool="order_which", expect=Expect(kind="order", order=order), slots=slots)


def _absent(source: Draw, slots: list[_Slot]) -> Fact:
    """Something that never was there."""
    there = {shape for slot in slots for shape in slot.draft.shapes}
    thing = source.rng.choice(words.ABSENT_THINGS)
    if source.rng.random() < 0.5:
        colour, shape = source.rng.choice(
            [(c, s) for c in words.SHAPE_COLOURS for s in ("circle", "square", "triangle") if f"{c} {s}" not in there]
        )
        thing = f"{'an' if colour[0] in 'aeiou' else 'a'} {colour} {shape}"
    return Fact(pool="presence", expect=Expect(kind="presence", yes=False), slots={"thing": thing})


def _unanswerable(source: Draw) -> list[Fact]:
    """Two things that nobody showed or said."""
    slots = {
        "role": source.rng.choice(words.NOWHERE_ROLES),
        "good": source.rng.choice(words.NOWHERE_GOODS),
        "thing": source.rng.choice(words.NOWHERE_THINGS),
        "colour": source.one("plate", list(words.PLATE_INKS)),
    }
    return [Fact(pool="nothing_said", expect=Expect(kind="unanswerable", abstain=True), slots=slots)] * 2


def _choice(source: Draw, slots: list[_Slot], second_mover: int) -> Fact:
    """A multiple choice about the colour of a shape that moved."""
    draft = slots[second_mover].draft
    fact = next(f for f in draft.facts if f.pool == "colour_shape")
    right = fact.expect.colour[0]
    options = [right, *source.rng.sample([c for c in words.SHAPE_COLOURS if c != right], 3)]
    source.rng.shuffle(options)
    return replace(
        fact,
        expect=Expect(kind="choice", option="ABCD"[options.index(right)]),
        options=tuple(option.capitalize() for option in options),
    )


def _ask_later(source: Draw, slots: list[_Slot], earliest: int, fact: Fact) -> None:
    """In a scene after `earliest` that has room, else in the last one."""
    places = [i for i in range(earliest + 1, len(slots) - 1) if len(slots[i].later) < MOST_IN_A_SCENE]
    if fact.pool == "anybody_now":
        places = places[:3]
    place = source.rng.choice(places) if places else len(slots) - 1
    slots[place].later.append(_ask(source, fact))


def _ask(source: Draw, fact: Fact) -> Ask:
    text = source.phrase(fact)
    spoken = not fact.typed_only and not fact.options and source.rng.random() < SPOKEN_SHARE
    return Ask(text=text, expect=fact.expect, spoken=spoken, options=fact.options, at=fact.at or 0.0)
