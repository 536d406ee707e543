"""The same things asked in other words: clothes, walls, light, sides, places of one of several, figures, roles."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import ask, event

from reasoning.grounded.answer import answer
from wire.messages import Evidence

pytestmark = pytest.mark.unit

# A fair: a judge in green by a sign, a wall painted while a sign hangs on it, a barn that goes dark, shapes and cars.
FAIR = (
    event("light", 0, 89, "normal", 0.6),
    event("colour", 0, 39, "green", 0.6, role="background"),
    event("text", 0, 18, "HOLLIN GREEN", colour="green", ink="white"),
    event("text", 0, 18, "SUMMER SHOW", colour="green", ink="white"),
    event("speech", 1, 3, "good morning from the summer show"),
    event("speech", 4, 6, "the name of the winner is david"),
    event("speech", 8, 10, "the dinner costs fifteen dollars"),
    event("text", 20, 38, "PONY RIDES", colour="red", ink="white"),
    event("text", 20, 38, "3 POUNDS", colour="red", ink="white"),
    event("object", 20, 38, "red triangle", 0.02, track=11, colour="red", shape="triangle", position="right"),
    event("object", 20, 38, "purple triangle", 0.02, track=12, colour="purple", shape="triangle", position="centre"),
    event("object", 20, 38, "orange triangle", 0.02, track=13, colour="orange", shape="triangle", position="left"),
    event("text", 40, 62, "JUDGES ONLY", colour="black", ink="white"),
    event("colour", 40, 62, "beige", 0.8, role="background"),
    event("entered", 43, 43, value=1, track=2, colour="green", side="right"),
    event("people", 43, 62, "1", 1),
    event("left", 62, 62, value=0, track=2, side="right"),
    event("colour", 64, 89, "grey", 0.6, role="background"),
    event("object", 68, 72, "pink square", 0.04, track=3, colour="pink", shape="square", position="right"),
    event("motion", 68, 72, "right", 0.2, track=3, colour="pink", shape="square"),
    event("object", 76, 80, "blue shape", 0.04, track=4, colour="blue", shape="shape", position="bottom"),
    event("motion", 76, 80, "left", 0.2, track=4, colour="blue", shape="shape"),
    event("text", 90, 116, "CREAM TEAS", colour="blue", ink="yellow"),
    event("text", 90, 116, "UNTIL 4:30", colour="blue", ink="yellow"),
    event("object", 119, 122, "yellow shape", 0.04, track=5, colour="yellow", shape="shape", position="bottom"),
    event("motion", 119, 122, "right", 0.2, track=5, colour="yellow", shape="shape"),
    event("code", 124, 134, "fair.example/tickets"),
    event("light", 90, 94, "bright", 0.8),
    event("colour", 90, 94, "white", 0.7, role="background"),
    event("light", 95, 141, "normal", 0.5),
    event("colour", 95, 116, "orange", 0.7, role="background"),
    event("shot", 95, 95),
    event("speech", 100, 103, "the tea room belongs to a woman called agnes"),
    event("text", 136, 163, "SHEEP BARN", colour="white", ink="black"),
    event("colour", 136, 141, "brown", 0.8, role="background"),
    event("light", 142, 155, "dark", 0.1),
    event("colour", 142, 155, "black", 0.7, role="background"),
    event("light", 156, 300, "normal", 0.4),
    event("colour", 156, 195, "brown", 0.8, role="background"),
    event("speech", 158, 160, "a teacher of the village drew this picture"),
    event("entered", 199, 199, value=1, track=12, colour="blue", side="left"),
    event("motion", 199, 201, "right", 0.2, track=12, colour="blue", shape="person"),
    event("people", 199, 202, "1", 1),
    event("entered", 203, 203, value=2, track=17, colour="red", side="right"),
    event("people", 203, 300, "2", 2),
    event("colour", 196, 300, "green", 0.5, role="background"),
    event("text", 228, 300, "NEXT TIME", colour="yellow", ink="black"),
    event("text", 228, 300, "GLACIERS", colour="yellow", ink="black"),
    event("speech", 290, 293, "thank you all for coming to the fair"),
    event("left", 294, 294, value=1, track=12),
)

# (asked at, question, words that the answer holds; "!" before a word that it must not hold)
QUESTIONS = [
    # what somebody wore
    (60, "what colour is the jacket of that person", "green"),
    (250, "what colour was the jacket of the person next to the judges sign", "green|!red|!blue"),
    (250, "what colour did the first person who came in wear", "green|!red"),
    (250, "what colour did the second person to come in have on", "blue|!green"),
    (250, "what colour did the last person who came in wear", "red"),
    (250, "what was the last visitor wearing", "red"),
    (250, "how was the first person dressed", "green"),
    (250, "when did the person in red come in", "3:23|!0:43"),
    (250, "did anybody in yellow come in", "No"),
    (250, "who came first, the person in red or the person in blue", "3:19"),
    (35, "what colour was the jacket of the person", "I did not see that"),
    (298, "what colour coat did the person wear who just walked away", "blue|!red"),
    (298, "is the person in blue still here", "No|blue|!Yes"),
    (298, "is the person with the red coat still here", "Yes|!No"),
    # the first and the last words
    (300, "what was the first sentence of the narrator", "good morning"),
    (300, "with which words did the narrator finish", "thank you all"),
    (300, "what was the last thing he said", "thank you all"),
    (300, "what were the opening words of the narrator", "good morning"),
    (300, "what was the narrator's closing sentence", "thank you all"),
    (250, "of those two, who walked in first", "in blue|!green|!red"),
    (250, "which one of them came in last", "in red|!blue"),
    (250, "who came in first, the person in red or the person in green", "the person in green came first"),
    (250, "how many people are in the tent now", "2 people"),
    (250, "how many people have come in here", "2 people came in"),
    (250, "how many people came in", "3 people came in"),
    # a wall that was painted
    (104, "what colour did the wall turn", "orange|!green"),
    (104, "from which colour to which colour did the wall go", "from white to orange"),
    (104, "which colour did the wall end up with", "orange|!green"),
    (104, "what happened to the white wall", "from white to orange|1:35"),
    (104, "how long ago did the wall become orange", "9 seconds"),
    (104, "what was the colour of the wall until it became orange", "white|!green"),
    (92, "wall colour", "white"),
    (104, "how many seconds ago was the wall repainted", "9 seconds"),
    # light inside a scene that goes on
    (146, "what just happened to the light", "darker|2:22|!brighter"),
    (300, "when did the lights go down", "2:22"),
    (300, "when did it turn bright again", "2:36"),
    (300, "when did the lights come back", "2:36"),
    (300, "what happened to the lights", "darker|brighter"),
    (300, "when was the light turned down", "2:22"),
    (300, "when was the light dimmed", "2:22"),
    # signs
    (250, "which was the last sign before this one", "SHEEP BARN"),
    (158, "would you mind reading me the white sign", "SHEEP BARN"),
    # one of several like things
    (118, "what colour was the leftmost triangle", "orange|!red|!purple"),
    (118, "what colour was the rightmost triangle", "red|!orange"),
    (118, "which of the triangles was on the left", "orange|!red"),
    # sides and what went by
    (118, "from which side did the blue car come", "from the right"),
    (118, "which side did the blue car disappear to", "to the left"),
    (118, "which way did the car go", "to the left"),
    (118, "did a car go by at any time", "Yes|1:16"),
    (118, "what colour was the car", "blue"),
    (118, "what colour was the bicycle", "I did not see that"),
    (118, "did a boat go by", "No"),
    (250, "which shape was the first one to go across the screen", "pink square"),
    (250, "what was the last thing that moved across the picture", "yellow shape|!person"),
    (250, "what colour was the thing that went past before the car", "pink"),
    (118, "how many cars went by", "1 car"),
    (118, "how long ago did the blue car go through the picture", "seconds ago|1:16"),
    (250, "how many cars went by", "2 cars"),
    (250, "what colour was the second car", "yellow|!blue"),
    (250, "which way did the second car drive", "to the right"),
    (250, "which car came first, the yellow one or the blue one", "blue car came first"),
    (250, "was there a red car", "No"),
    (250, "what is the website", "fair.example/tickets"),
    # who does it, and who is told
    (250, "who won", "david"),
    (250, "who owns the tea room", "agnes"),
    (250, "who drew the picture", "teacher"),
    (250, "who painted the wall", "I did not see that"),
    # the sign that followed another, and the one in view whatever it hangs on
    (250, "what did the next sign say, after the one with the pony rides", "JUDGES ONLY|!PONY"),
    (230, "what does it say above the door", "GLACIERS"),
    (250, "which sign came right before the cream teas", "JUDGES ONLY"),
    (250, "what did we get to first, pony rides or cream teas", "PONY RIDES"),
    # a heading is no answer, a line with the value is
    (250, "until what time can I get a cream tea", "4:30"),
    (250, "which topic is announced for next time", "GLACIERS"),
    (250, "how much would a pony ride cost", "3 POUNDS"),
    (10, "what is this show called", "HOLLIN GREEN"),
    (250, "how much did the picture cost", "I did not"),
    # nobody can know
    (250, "how old is the winner", "I did not"),
    (250, "what is the name of the winner's wife", "I did not"),
    (250, "what is the phone number of the tea room", "I did not"),
    (250, "what does the poster about the fireworks say", "I did not see that"),
    (250, "what was on the menu for breakfast", "I did not see that"),
    (250, "what is the name of the camera operator", "I did not"),
    (250, "what is david's last name", "I did not"),
    (250, "how much is a cream tea", "I did not"),
    (250, "what does the green poster about dogs say", "I did not see that"),
    (250, "what is on the table", "I did not"),
    # people at this moment
    (250, "how many people can you count right now", "2 people"),
    (250, "how many people are left in there now", "2 people"),
    (250, "how many visitors are standing at the board now", "2 people"),
]


@pytest.mark.parametrize(("t_s", "text", "holds"), QUESTIONS, ids=[f"{t} {q}" for t, q, _ in QUESTIONS])
def test_other_words(t_s: float, text: str, holds: str) -> None:
    said = answer(ask(FAIR, text, t_s)).text
    for words in holds.split("|"):
        if words.startswith("!"):
            assert words[1:].lower() not in said.lower(), said
        else:
            assert words.lower() in said.lower(), said


@pytest.mark.parametrize(
    ("question", "options", "letter"),
    [
        ("What went across the picture first?", ("Blue person", "Blue car", "Pink square"), "C"),
        ("Which of these was on the red sign?", ("CREAM TEAS", "PONY RIDES", "SHEEP BARN"), "B"),
        ("What colour was the leftmost triangle?", ("Red", "Purple", "Orange"), "C"),
        ("What did the wall become?", ("Beige", "Green", "Orange", "Brown"), "C"),
        ("What did the purple sign say?", ("Fireworks", "It was not shown", "JUDGES ONLY"), "B"),
    ],
)
def test_multiple_choice_follows_the_open_answer(question: str, options: tuple[str, ...], letter: str) -> None:
    assert answer(ask(FAIR, question, 250, options=options)).option == letter


def test_a_question_is_no_answer_to_itself() -> None:
    world = (*FAIR, event("speech", 240, 243, "he minded me please who is the head judge"))
    said = answer(ask(world, "remind me please, who is the head judge", 244, source="spoken")).text
    assert "minded" not in said


def test_a_word_understood_elsewhere_is_not_misheard_here() -> None:
    world = (event("speech", 1, 3, "the winner has a dog"), event("speech", 5, 7, "the dinner was cooked by martin"))
    assert "martin" not in answer(ask(world, "who cooked for the winner", 20)).text


def test_signs_side_by_side_tell_together() -> None:
    shop = (
        event("text", 0, 30, "FARM SHOP", colour="green"),
        event("text", 0, 30, "CLOSED ON MONDAYS", colour="white"),
    )
    assert "MONDAYS" in answer(ask(shop, "on which day is the shop closed", 20)).text


def test_which_circle_names_what_both_alternatives_are() -> None:
    world = (
        event("colour", 0, 60, "green", 0.7, role="background"),
        event("object", 20, 24, "red circle", 0.04, track=1, colour="red", shape="circle"),
        event("object", 40, 44, "green circle", 0.04, track=2, colour="green", shape="circle"),
    )
    assert answer(ask(world, "which circle came first, the green or the red one?", 60)).text.startswith(
        "The red circle"
    )


def test_a_founder_who_stands_on_a_sign_is_named() -> None:
    world = (event("text", 5, 20, "FOUNDED BY"), event("text", 5, 20, "CLARA NOVAK"))
    assert "CLARA NOVAK" in answer(ask(world, "who founded the place", 30)).text


WORDINGS = [
    line
    for line in (Path(__file__).parents[1] / "memory" / "wordings.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith(("[", "#"))
]


TALK = tuple(e for e in FAIR if e.kind == "speech")


@pytest.mark.parametrize("world", [(), FAIR[:1], TALK, FAIR], ids=["nothing", "light", "talk", "fair"])
def test_every_wording_gets_some_answer(world: tuple[Evidence, ...]) -> None:
    texts = [*WORDINGS, "Which way?", "which way did it go", "?", "of", "who", "and now", "the first"]
    assert all(answer(ask(world, text, 250)).text for text in texts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("At what time is the music lesson?", "10:40"),
        ("What is the choir going to sing at Christmas?", "did not"),
        ("What is the phone number of the library?", "did not"),
        ("Would you remind me how many people work in this building?", "400"),
        ("I think the wall changed. Which colour is it now?", "green"),
        ("in which year was the engine built", "1926"),
        ("until what time is the clinic open today?", "8 TO 19"),
        ("who is our guide", "daniel"),
        ("what is the name of the man who shows us around", "daniel"),
        ("who mixes the colours", "helen"),
        ("what is their telephone number", "I did not"),
        ("on what date is the next market", "ninth of may"),
        ("when did the art room sign appear", "0:22"),
        ("how is the guide called", "daniel"),
        ("who is in charge of the school", "angela"),
        ("what did daniel say about the sugar", "11 tons"),
        ("the person at the ticket desk, what colour was the coat", "Purple"),
        ("what color did the well turn", "green"),
        ("how much weight can the lift carry", "9 tons"),
    ],
)
def test_an_open_day(text: str, says: str) -> None:
    world = (
        event("speech", 0, 3, "my name is daniel and i am your guide today"),
        event("speech", 6, 8, "the lady in charge is called angela"),
        event("speech", 21, 23, "we use 11 tons of sugar"),
        event("speech", 24, 25, "all our colours are mixed by helen"),
        event("speech", 25, 26, "the next market takes place on the ninth of may"),
        event("speech", 48, 50, "here at the ticket desk you get a map"),
        event("entered", 49, 49, value=1, track=9, colour="purple", side="right"),
        event("people", 49, 60, "1", 1),
        event("text", 0, 20, "MATHS 9:15"),
        event("text", 0, 20, "MUSIC LESSON 10:40"),
        event("speech", 5, 8, "400 people work in this building"),
        event("speech", 10, 13, "the choir sings every thursday"),
        event("speech", 14, 17, "the library bus visits 9 villages every week"),
        event("speech", 24, 26, "hello and welcome to our clinic"),
        event("text", 24, 30, "CLINIC"),
        event("text", 24, 30, "OPEN 8 TO 19"),
        event("speech", 27, 29, "our old engine is called juniper."),
        event("speech", 31, 33, "it was built in 1926."),
        event("speech", 34, 36, "this lift can carry a weight of 9 tons"),
        event("text", 22, 60, "ART ROOM"),
        event("colour", 22, 40, "white", 0.8, role="background"),
        event("colour", 41, 60, "green", 0.8, role="background"),
    )
    assert says in answer(ask(world, text, 59)).text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("which place came directly after the dining car", "LOUNGE"),
        ("which order came first, the garden bench or the round table", '"ROUND TABLE" came first'),
        ("which way did the car go", "to the left"),  # without a sign's words it is what looks like one
    ],
)
def test_what_a_sign_says_word_for_word_is_that_sign(text: str, says: str) -> None:
    world = (
        event("motion", 9, 11, "left", 0.2, track=1, colour="green", shape="shape"),
        event("text", 20, 28, "BERTHS 31 TO 46"),
        event("object", 30, 34, "red circle", 0.05, track=2, colour="red", shape="circle", position="left"),
        event("text", 40, 48, "DINING CAR"),
        event("text", 50, 58, "LOUNGE"),
        event("text", 60, 68, "ROUND TABLE"),
        event("text", 70, 78, "GARDEN BENCH"),
    )
    assert says in answer(ask(world, text, 90)).text
