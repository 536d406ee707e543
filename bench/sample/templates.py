"""Scenes to draw from: each template makes one scene from the pools, with the facts that can be asked about it."""

from __future__ import annotations

from collections.abc import Callable

from bench.sample import words
from bench.sample.facts import Draft, Draw, Fact
from bench.sample.model import (
    Code,
    Expect,
    Light,
    Mover,
    Noise,
    Person,
    Plate,
    Repaint,
    Say,
    Scene,
    Shape,
    Side,
    Still,
    Style,
)

SIDES: tuple[Side, Side] = ("left", "right")
OTHER: dict[Side, Side] = {"left": "right", "right": "left"}


def sign(draw: Draw) -> Draft:
    first, second, sense = draw.one("sign", words.SIGNS)
    colour = draw.one("plate", list(words.PLATE_INKS))
    name = f"sign_{colour}"
    plate = Plate(
        lines=(first, second), plate=colour, ink=words.PLATE_INKS[colour], face=draw.face,
        x=draw.rng.uniform(0.4, 0.6), y=draw.rng.uniform(0.28, 0.5), size=draw.rng.randint(26, 36), name=name,
    )  # fmt: skip
    style: Style = draw.rng.choice(("wall", "street", "hall"))
    says = Expect(kind="text", all=(sense,))
    return Draft(
        scene=Scene(name=f"scene_{name}", style=style, colour="", things=(plate,), beats=(_talk(draw),)),
        facts=(
            Fact(pool="text_now", expect=says, at=4.0),
            Fact(pool="text_later", expect=says, slots={"colour": colour}),
            Fact(pool="when_thing", expect=Expect(kind="when", when=name), slots={"thing": f"the {colour} sign"}),
        ),
        gist=(*sense, f"{colour} sign"),
        sign=sense,
        sign_colour=colour,
    )


def slide(draw: Draw) -> Draft:
    title, rows = draw.one("slide", words.SLIDES)
    plates = (
        Plate(lines=(title,), plate="white", ink="blue", y=0.24, size=38, face=draw.face),
        Plate(lines=tuple(f"{n} {v}" for n, v in rows), plate="white", ink="black", y=0.62, size=30, face=draw.face),
    )
    noun, value = draw.rng.choice(rows)
    fact = Fact(pool="row_number", expect=Expect(kind="text", number=(value, value)), slots={"noun": noun.lower()})
    return Draft(
        scene=Scene(name=f"slide_{noun}", style="slide", colour="blue", things=plates, beats=(_talk(draw),)),
        facts=(fact,),
        gist=(title.lower(), *(n.lower() for n, _ in rows)),
        sign=(title.lower(), rows[0][0].lower()),
    )


def mover(draw: Draw) -> Draft:
    kinds: tuple[Shape, ...] = ("circle", "square", "triangle", "car")
    shape, colour = draw.one("shape", kinds), draw.one("shape_colour", words.SHAPE_COLOURS)
    come = draw.rng.choice(SIDES)
    style: Style = draw.rng.choice(("street", "meadow", "wall"))
    while style == "meadow" and colour == "green":
        style = draw.rng.choice(("street", "wall"))
    name, thing = f"{colour}_{shape}", f"the {colour} {shape}"
    start = draw.rng.uniform(4.0, 6.0)
    moving = Mover(
        shape=shape, colour=colour, come=come, start=start, end=start + draw.rng.uniform(6.5, 8.5),
        y=draw.rng.uniform(0.6, 0.76), size=draw.rng.randint(76, 104), name=name,
    )  # fmt: skip
    ask_at = moving.end + 1.0
    slots = {"thing": thing}
    facts = (
        Fact(pool="motion", expect=Expect(kind="motion", direction=OTHER[come]), slots=slots, at=ask_at),
        Fact(pool="colour_shape", expect=Expect(kind="colour", colour=(colour,)), slots={"shape": shape}),
        Fact(pool="ago_thing", expect=Expect(kind="ago", ago=name, within=5.0), slots=slots),
        Fact(pool="when_thing", expect=Expect(kind="when", when=name), slots=slots),
        Fact(
            pool="presence",
            expect=Expect(kind="presence", yes=True, during=name),
            slots={"thing": f"{_a(colour)} {shape}"},
        ),
    )
    scene = Scene(name=f"scene_{name}", style=style, colour="", seconds=12, things=(moving,), beats=(_talk(draw),))
    return Draft(
        scene=scene,
        facts=facts,
        gist=(f"{colour} {shape}", shape, colour),
        mover=(name, thing),
        shapes=(f"{colour} {shape}",),
    )


def lights(draw: Draw) -> Draft:
    off = draw.rng.uniform(5.0, 8.0)
    on = off + draw.rng.uniform(4.0, 7.0)
    things = (
        Light(at=off, level=draw.rng.uniform(0.12, 0.22), name="dark"),
        Light(at=on, level=1.0, name="lit"),
    )
    change = Expect(kind="change", any=(("dark", "darker", "off", "out", "dim"), ("bright", "brighter", "on")))
    scene = Scene(
        name="scene_lights", style=draw.rng.choice(("hall", "wall", "street")), colour="", things=things,
        beats=(_talk(draw),), seconds=on + 2,
    )  # fmt: skip
    return Draft(
        scene=scene,
        facts=(
            Fact(pool="change_light", expect=change, at=on + 2.0),
            Fact(pool="when_dark", expect=Expect(kind="when", when="dark")),
            Fact(pool="ago_dark", expect=Expect(kind="ago", ago="dark", within=5.0)),
        ),
        gist=("light", "lights", "dark", "darker", "dim"),
    )


def people(draw: Draw) -> Draft:
    n = draw.rng.choice((1, 2, 2, 3))
    places = {1: (0.5,), 2: (0.3, 0.68), 3: (0.2, 0.5, 0.8)}[n]
    come = [draw.rng.choice(SIDES) for _ in places]
    persons = tuple(
        Person(
            coat=draw.one("coat", words.COATS), x=x, come=side, enter=1.0 + 4.0 * i, leave=12.0 + 4.0 * n + 1.5 * i,
            out="left" if x < 0.5 else "right", height=draw.rng.randint(205, 240), name=f"person_{i}",
        )
        for i, (x, side) in enumerate(zip(places, come, strict=True))
    )  # fmt: skip
    seen_all = 1.0 + 4.0 * n + 1.0
    return Draft(
        scene=Scene(name="scene_people", style="hall", colour="", seconds=17.0 + 6 * n, things=persons),
        facts=(
            Fact(pool="count_now", expect=Expect(kind="count", number=(n, n)), at=seen_all),
            Fact(pool="count_total", expect=Expect(kind="count", number=(n, n))),
        ),
        gist=("people", "person", "somebody", "someone", "persons", "visitor"),
    )


def poster(draw: Draw) -> Draft:
    payload, notice = draw.one("payload", words.PAYLOADS), draw.one("notice", words.NOTICES)
    colour = draw.one("plate", list(words.PLATE_INKS))
    side = draw.rng.choice((0.28, 0.72))
    things = (
        Plate(lines=(notice,), plate=colour, ink=words.PLATE_INKS[colour], x=1 - side, y=0.3, size=30, face=draw.face),
        Code(payload=payload, x=side, y=0.46, size=draw.rng.randint(170, 210), name="code"),
    )
    fact = Fact(pool="code", expect=Expect(kind="text", all=((payload.removeprefix("https://"),),)))
    seen = Fact(
        pool="presence", expect=Expect(kind="presence", yes=True), slots={"thing": "a QR code"}, typed_only=True
    )
    scene = Scene(name="scene_poster", style="wall", colour="", things=things, beats=(_talk(draw),))
    return Draft(
        scene=scene, facts=(fact, seen), gist=("code", notice.lower()), sign=(notice.lower(),), sign_colour=colour
    )


def board(draw: Draw) -> Draft:
    stays, before, after = draw.one("board", words.BOARDS)
    at = draw.rng.uniform(6.0, 9.0)
    name = "board_change"
    things = (
        Plate(lines=(stays,), plate="black", ink="white", y=0.3, size=36, face=draw.face),
        Plate(lines=(before,), plate="black", ink="yellow", y=0.64, size=36, end=at, face=draw.face),
        Plate(lines=(after,), plate="black", ink="yellow", y=0.64, size=36, start=at, face=draw.face, name=name),
    )
    fact = Fact(pool="change_board", expect=Expect(kind="change", all=((after.lower(),),)), at=at + 3.0)
    colour = draw.rng.choice(("green", "blue", "grey"))
    return Draft(
        scene=Scene(name="scene_board", style="board", colour=colour, things=things, beats=(_talk(draw),)),
        facts=(fact,),
        gist=(stays.lower(), before.lower(), after.lower()),
        sign=(stays.lower(),),
    )


def departures(draw: Draw) -> Draft:
    first, second = draw.one("town", words.TOWNS), draw.one("town", words.TOWNS)
    platform, other = draw.rng.sample(range(2, 13), 2)
    lines = (f"{first} {draw.rng.randint(10, 19)}:{draw.rng.choice((15, 20, 40, 45))} PLATFORM {platform}",
             f"{second} {draw.rng.randint(10, 19)}:{draw.rng.choice((10, 25, 50, 55))} PLATFORM {other}")  # fmt: skip
    plate = Plate(lines=lines, plate="black", ink="yellow", size=24, face="SansMono-Bold")
    town, right, wrong = draw.rng.choice(((first, platform, other), (second, other, platform)))
    options = [f"Platform {n}" for n in (right, wrong, *draw.rng.sample(range(13, 20), 2))]
    draw.rng.shuffle(options)
    letter = "ABCD"[options.index(f"Platform {right}")]
    slots = {"town": town.title()}
    return Draft(
        scene=Scene(name="scene_trains", style="hall", colour="grey", things=(plate,), beats=(_talk(draw),)),
        facts=(
            Fact(pool="platform", expect=Expect(kind="text", number=(right, right)), slots=slots, typed_only=True),
            Fact(
                pool="platform", expect=Expect(kind="choice", option=letter), slots=slots, options=tuple(options),
                typed_only=True,
            ),
        ),
        gist=(first.lower(), second.lower(), "platform"),
        sign=(first.lower(), second.lower()),
    )  # fmt: skip


def repaint(draw: Draw) -> Draft:
    before, after = draw.rng.sample(words.WALL_COLOURS, 2)
    at = draw.rng.uniform(6.0, 8.0)
    now = Fact(pool="colour_wall_now", expect=Expect(kind="colour", colour=_alike(after)), at=at + 2.5)
    was = Fact(pool="colour_wall_before", expect=Expect(kind="colour", colour=_alike(before)), slots={"colour": after})
    things = (Repaint(at=at, colour=after, name="repaint"),)
    scene = Scene(name="scene_wall", style="wall", colour=before, seconds=14, things=things, beats=(_talk(draw),))
    return Draft(scene=scene, facts=(now, was), gist=(*_alike(before), *_alike(after), "wall"))


def shapes(draw: Draw) -> Draft:
    colours = draw.rng.sample(("red", "yellow", "green", "blue", "purple", "orange"), 3)
    kinds: tuple[Shape, ...] = ("circle", "square", "triangle")
    kind = draw.one("shape", kinds)
    things = tuple(
        Still(shape=kind, colour=colour, x=x, y=0.62, size=draw.rng.randint(84, 104))
        for colour, x in zip(colours, (0.2, 0.5, 0.8), strict=True)
    )
    side, place = draw.rng.choice((("left", 0), ("right", 2)))
    fact = Fact(
        pool="colour_side", expect=Expect(kind="colour", colour=_alike(colours[place])), slots={"side": side}, at=4.0
    )
    return Draft(
        scene=Scene(name="scene_shapes", style="wall", colour="", things=things, beats=(_talk(draw),)),
        facts=(fact,),
        gist=(*colours, kind),
        shapes=tuple(f"{colour} {kind}" for colour in colours),
    )


def concert(draw: Draw) -> Draft:
    things = (Noise(what="music", at=0.5, seconds=draw.rng.uniform(5.0, 8.0), name="music"),)
    fact = Fact(pool="music", expect=Expect(kind="presence", yes=True, during="music"))
    scene = Scene(name="scene_music", style=draw.rng.choice(("meadow", "street")), colour="", seconds=11, things=things)
    return Draft(scene=scene, facts=(fact,), gist=("music",))


def _talk(draw: Draw) -> Say:
    return Say(text=draw.one("talk", words.SMALL_TALK))


def _a(colour: str) -> str:
    return f"{'an' if colour[0] in 'aeiou' else 'a'} {colour}"


def _alike(colour: str) -> tuple[str, ...]:
    return {"purple": ("purple", "violet"), "pink": ("pink", "magenta")}.get(colour, (colour,))


def spoken_facts(draw: Draw) -> list[tuple[Say, Fact]]:
    """What the narrator mentions in passing, each with its question."""
    role, name = draw.one("role", words.ROLES), draw.one("name", words.NAMES)
    thing, where, keys = draw.one("thing", words.THINGS)
    good, price = draw.one("good", words.PRICES)
    event, day = draw.one("event", words.EVENTS), draw.one("day", words.DAYS)

    def heard(kind: str, *keys: str) -> Expect:
        return Expect(kind=kind, all=(tuple(k.lower() for k in keys),), heard=True)

    return [
        (Say(text=f"The name of {role} is {name}."), Fact(pool="who", expect=heard("who", name), slots={"role": role})),
        (
            Say(text=f"{thing.capitalize()} is {where}."),
            Fact(pool="place", expect=heard("said", *keys), slots={"thing": thing}),
        ),
        (
            Say(text=f"{good.capitalize()} costs {price} dollars."),
            Fact(pool="price", expect=heard("said", price), slots={"thing": good}),
        ),
        (
            Say(text=f"{event.capitalize()} is on {day}."),
            Fact(pool="day", expect=heard("said", day), slots={"event": event}),
        ),
    ]


Template = Callable[[Draw], Draft]
ALWAYS: tuple[Template, ...] = (sign, mover, lights, people, mover, repaint)
SOMETIMES: tuple[Template, ...] = (sign, slide, poster, board, departures, shapes, concert)
