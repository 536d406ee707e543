"""Questions and requests are answered, statements and fillers are not: in lower case, unpunctuated, misheard."""

from __future__ import annotations

import pytest

from reasoning.gate import form, judge
from wire.messages import Cues, Question

pytestmark = pytest.mark.unit

ASKED = """
one last thing, who opened the show.
i was away for a bit, what went on in the last minute.
i wonder whose onions were the best
i am curious who sewed the costumes
i'd like to know what the coffee costs
and who is it that looks after the sleeping car
i wonder how much does an ice cream cost here
when exactly did the lights go off
sorry i forgot which lane is the fastest
what did the sign say
tell me what was written on the board
and how many people came in
is anybody there
did the lights go out
when does the museum open
read me the first slide
sum up what you saw
so what was the last thing the narrator said
can you tell me when the lights went out
which came first the circle or the square
where was the yellow triangle
hey omni what do you see
who is there now
how long ago was the red sign
was there a dog
i would like to know what the sign said
describe the picture
give me a summary of the first minute
what changed at one minute
after the lights went out what did you hear
the wall what colour is it now
what about the blue one
why was the first sign
q is the winner
what moved last
do the green circle move to the left or to the right
how expensive is the lamp
""".strip().splitlines()

STATED = """
our tenor, marcus, is afraid of the dark.
when the sun sets, who knows.
in the morning, the baker comes.
the train to london leaves at nine
welcome to the city museum it opens at ten in the morning
the bridge was built in eighteen ninety
please look at the green slide
what you see here is the old harbour
when the sun sets the lights come on
how the castle was built nobody knows
what a beautiful day
good morning and welcome to our little tour of the town
my name is susan and i will be your guide today
please come in and have a look around
let us turn to the next slide
there is a concert in the park on friday evening
on the left you can see the old church
which brings us to the end of the tour
who would have thought that it was so old
have a nice day
we do not know how many people came in
did you know that the tower is two hundred years old
have you ever wondered how bread is made
where the river bends there is a mill
the sign says that the shop is closed
next comes the blue square
our bakery sells forty loaves every day
and so my fellow americans ask not what your country can do for you ask what you can do for your country
he was not an ill disposed young man
why does look a little farther
""".strip().splitlines()

FILLERS = ["mm", "uh", "okay", "yes", "mhm", "right okay", "thank you", "hm", "oh i see", ""]


@pytest.mark.parametrize("text", ASKED)
def test_what_asks_is_answered(text: str) -> None:
    assert judge(question(text)).answer


@pytest.mark.parametrize("text", [*STATED, *FILLERS, "hello", "good morning everybody"])
def test_what_does_not_ask_is_not(text: str) -> None:
    verdict = judge(question(text))
    assert not verdict.answer
    assert verdict.reason
    assert verdict.reason not in text.split()  # the reason holds none of the words


def test_typed_words_are_meant_for_us() -> None:
    assert judge(question("the sign", source="typed")).answer
    assert judge(question("hello", source="typed")).answer
    assert not judge(question("ok", source="typed")).answer


def test_a_question_mark_asks() -> None:
    assert form("The train leaves at nine?") == "question"


def test_options_and_pictures_ask() -> None:
    assert judge(question("the colour of the ball", options=("red", "blue"))).answer


def test_a_follow_up_may_be_short() -> None:
    assert judge(question("and before that", follow_up=True)).answer
    assert judge(question("and the second one", follow_up=True)).answer
    assert not judge(question("and the second one")).answer


def question(text: str, *, source: str = "spoken", options: tuple[str, ...] = (), follow_up: bool = False) -> Question:
    return Question(
        session="s", t_ns=0, id="q", reply_id="r", why="asked", source=source, text=text,  # type: ignore[arg-type]
        options=options, cues=Cues(follow_up=follow_up),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["The one we saw in the garden?", "anybody in the kitchen at the moment?"])
def test_a_mark_that_the_recogniser_heard_makes_a_question(text: str) -> None:
    assert judge(question(text)).answer
    assert not judge(question(text.rstrip("?") + ".")).answer
