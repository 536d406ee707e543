"""The sample stream of `make demo`: a guide shows a town, a visitor asks aloud, somebody types."""

from __future__ import annotations

from bench.sample.model import (
    Ask,
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
    Script,
)

CAFE = Scene(
    name="cafe",
    gist=("green leaf", "cafe", "susan", "guide"),
    style="wall",
    colour="",
    things=(Plate(lines=("GREEN LEAF CAFE", "OPEN 9 TO 5"), plate="green", ink="white", name="cafe_sign"),),
    beats=(
        Say(text="Good morning, and welcome to our little tour of the town."),
        Say(text="My name is Susan, and I will be your guide today.", name="guide_name"),
        Ask(
            text="What does the sign say?",
            spoken=True,
            expect=Expect(kind="text", all=(("green leaf",), ("open", "9 to 5", "cafe"))),
        ),
    ),
)

REPORT = Scene(
    name="report",
    gist=("report", "visitors", "shops"),
    style="slide",
    colour="blue",
    things=(
        Plate(lines=("YEARLY REPORT",), plate="white", ink="blue", y=0.24, size=40, name="report_title"),
        Plate(
            lines=("Visitors 420", "New shops 17"), plate="white", ink="black", y=0.62, size=32, face="Sans",
        ),
    ),
    beats=(
        Say(text="Last year was a good year for the town."),
        Ask(
            text="How many new shops are there?",
            expect=Expect(kind="text", number=(17, 17)),
        ),
    ),
)  # fmt: skip

BALL = Scene(
    name="meadow",
    gist=("red circle", "circle", "children"),
    style="meadow",
    colour="",
    things=(Mover(shape="circle", colour="red", come="left", start=1.5, end=9.5, y=0.66, name="red_circle"),),
    beats=(
        Say(text="The children are playing outside."),
        Ask(
            text="In which direction did the red circle move?",
            at=10.0,
            expect=Expect(kind="motion", direction="right"),
        ),
    ),
)

LIGHTS = Scene(
    name="town_hall",
    gist=("light", "lights", "dark", "darker"),
    style="hall",
    colour="",
    things=(Light(at=6.0, level=0.16, name="lights_out"), Light(at=11.0, level=1.0, name="lights_on")),
    beats=(
        Say(text="This is the old town hall, where the doctor has an office."),
        Ask(
            text="What happened to the light?",
            spoken=True,
            at=13.0,
            expect=Expect(kind="change", any=(("dark", "darker", "off", "out", "dim"), ("bright", "brighter", "on"))),
        ),
    ),
)

VISITORS = Scene(
    name="visitors",
    gist=("people", "person", "persons"),
    style="hall",
    colour="",
    seconds=20.0,
    things=(
        Person(coat="blue", x=0.32, come="left", enter=1.0, leave=15.0, out="left", name="first_visitor"),
        Person(
            coat="brown", x=0.66, come="right", enter=5.0, leave=17.0, out="right", height=220, name="second_visitor"
        ),
    ),
    beats=(
        Say(text="Please come in and have a look around."),
        Ask(
            text="How many people are in the room?",
            at=9.0,
            expect=Expect(kind="count", number=(2, 2)),
        ),
    ),
)

TICKETS = Scene(
    name="tickets",
    gist=("tickets", "code", "music", "concert"),
    style="wall",
    colour="",
    seconds=20.0,
    things=(
        Plate(lines=("TICKETS",), plate="purple", ink="white", x=0.25, y=0.3, name="tickets_sign"),
        Code(payload="https://example.org/tour", x=0.66, y=0.46, name="code"),
        Noise(what="music", at=0.5, seconds=6.0, name="music"),
    ),
    beats=(
        Say(text="There is a concert in the park on Friday evening.", at=7.5, name="concert"),
        Ask(
            text="Is anybody in the room now?",
            at=12.0,
            expect=Expect(kind="presence", yes=False),
        ),
        Ask(
            text="What does the code say?",
            at=17.0,
            expect=Expect(kind="text", all=(("example.org/tour",),)),
        ),
    ),
)

SCORES = Scene(
    name="scores",
    gist=("home", "guests", "museum"),
    style="board",
    colour="green",
    things=(
        Plate(lines=("HOME 1",), plate="black", ink="yellow", y=0.3, size=44, end=8.0),
        Plate(lines=("HOME 3",), plate="black", ink="yellow", y=0.3, size=44, start=8.0, name="home_three"),
        Plate(lines=("GUESTS 2",), plate="black", ink="yellow", y=0.66, size=44),
    ),
    beats=(
        Say(text="The ticket for the museum costs seven dollars.", name="price"),
        Ask(
            text="What changed on the board?",
            at=11.0,
            expect=Expect(kind="change", all=(("home",), ("3",))),
        ),
        Ask(text="When did the lights go out?", spoken=True, expect=Expect(kind="when", when="lights_out")),
    ),
)

SQUARE = Scene(
    name="square",
    gist=("blue square", "square", "key"),
    style="street",
    colour="",
    things=(Mover(shape="square", colour="blue", come="right", start=6.0, end=13.0, y=0.78, name="blue_square"),),
    beats=(
        Say(text="The key of the tower is under the flower pot.", name="key"),
        Ask(
            text="How many people came in?",
            spoken=True,
            at=14.0,
            expect=Expect(kind="count", number=(2, 2)),
        ),
    ),
)

TRAINS = Scene(
    name="trains",
    gist=("boston", "platform", "station"),
    style="hall",
    colour="grey",
    things=(
        Plate(
            lines=("BOSTON 10:45", "PLATFORM 4"), plate="black", ink="yellow", size=36, face="SansMono-Bold",
            name="departures",
        ),
    ),
    beats=(
        Say(text="The station is on the other side of the river."),
        Ask(
            text="Which came first, the red circle or the blue square?",
            expect=Expect(kind="order", order=(("red", "red circle"), ("blue", "blue square"))),
        ),
        Ask(
            text="Where is the key of the tower?",
            spoken=True,
            expect=Expect(kind="said", all=(("flower", "pot"),), heard=True),
        ),
    ),
)  # fmt: skip

PAINTED = Scene(
    name="painted",
    gist=("purple", "yellow", "artist"),
    style="wall",
    colour="yellow",
    seconds=14.0,
    things=(Repaint(at=7.0, colour="purple", name="repaint"),),
    beats=(
        Say(text="Here an artist is at work."),
        Ask(text="What colour is the wall now?", at=9.0, expect=Expect(kind="colour", colour=("purple", "violet"))),
        Ask(
            text="What is the name of our guide?", spoken=True, expect=Expect(kind="who", all=(("susan",),), heard=True)
        ),
    ),
)

EVENING = Scene(
    name="evening",
    gist=("orange", "car", "streets"),
    style="street",
    colour="brown",
    things=(Mover(shape="car", colour="orange", come="left", start=5.0, end=11.0, y=0.76, name="car"),),
    beats=(
        Say(text="In the evening the streets are quiet."),
        Ask(
            text="How long ago did the red circle cross the picture?",
            at=12.0,
            expect=Expect(kind="ago", ago="red_circle", within=5.0),
        ),
        Ask(
            text="Which color was the square?",
            spoken=True,
            expect=Expect(kind="colour", colour=("blue",)),
        ),
    ),
)

FAREWELL = Scene(
    name="farewell",
    gist=("way out",),
    style="wall",
    colour="",
    things=(Plate(lines=("WAY OUT",), plate="red", ink="white", size=48, name="way_out"),),
    beats=(
        Say(text="That was our tour, and thank you for coming."),
        Ask(
            text="What was the first sign we saw?",
            expect=Expect(kind="first", all=(("green leaf",),), none=("way out", "boston")),
        ),
        Ask(
            text="What was the last thing that moved across the picture?",
            expect=Expect(kind="last", all=(("orange", "car"),), none=("circle",)),
        ),
        Ask(text="When is the concert?", spoken=True, expect=Expect(kind="said", all=(("friday",),), heard=True)),
        Ask(text="Did you hear any music?", expect=Expect(kind="presence", yes=True, during="music")),
        Ask(text="What was the price of the coffee?", expect=Expect(kind="unanswerable", abstain=True)),
        Ask(text="Was there a green triangle?", expect=Expect(kind="presence", yes=False)),
        Ask(
            text="Which platform does the train to Boston leave from?",
            options=("Platform 2", "Platform 4", "Platform 7", "Platform 10"),
            expect=Expect(kind="choice", option="B"),
        ),
        Ask(text="What was the name of the doctor?", spoken=True, expect=Expect(kind="unanswerable", abstain=True)),
        Ask(
            text="What colour was the wall before it was purple?",
            expect=Expect(kind="colour", colour=("yellow",)),
        ),
        Ask(
            text="Give me a summary of the first minute.",
            expect=Expect(kind="summary", span=(0.0, 60.0)),
        ),
        Ask(
            text="What did the guide say about the museum?",
            expect=Expect(kind="said", all=(("ticket", "7", "dollars", "costs"),), heard=True),
        ),
        Ask(
            text="How much does the ticket cost?",
            spoken=True,
            expect=Expect(kind="said", all=(("7",),), heard=True),
        ),
    ),
)  # fmt: skip

TOUR = Script(
    name="tour",
    narrator="slt",
    asker="rms",
    seed=1,
    scenes=(CAFE, REPORT, BALL, LIGHTS, VISITORS, TICKETS, SCORES, SQUARE, TRAINS, PAINTED, EVENING, FAREWELL),
)
