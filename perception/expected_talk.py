"""Sentences that people say to an assistant that watches and listens, as far as their form can be foreseen.

A recogniser's general language model is made of newspapers, in which nobody asks what the sign said. Mixed with a model
of these it hears questions better. They are forms with slots, each filled many times from short lists of plain words;
they are no list of what can be asked, and nothing outside of them is excluded.
"""

from __future__ import annotations

import random

SLOTS = {
    "colour": "red green blue yellow orange purple pink brown black white gray violet",
    "thing": (
        "sign slide screen board picture text word number code door window light lamp box ball circle square "
        "triangle shape arrow star table chair cup bottle phone book paper letter poster label page clock map "
        "car bus train bike boat ship plane tree flower house building street road bridge wall floor room "
        "kitchen office garden shop store station platform ticket key bag hat coat shirt dog cat bird horse "
        "animal person man woman child boy girl teacher doctor driver speaker narrator guide voice camera video "
        "scene background logo title name price date time password address menu recipe kettle oven sound music "
        "noise song bell museum school hospital library market river lake mountain island harbor tower castle "
        "church hotel airport garage shelf bed computer plant fruit apple bread coffee tea water milk meeting "
        "party concert lesson game story weather rain snow sun moon fire flag banner button message entrance "
        "stairs keeper captain baker painter"
    ),
    "print": (
        "sign sign sign slide slide screen board poster text label letter banner page paper ticket note notice door"
    ),
    "shape": (
        "car car circle circle square square triangle triangle ball star box shape bus train diamond rectangle oval "
        "hexagon thing"
    ),
    "place": (
        "in the room|on the screen|on the table|in the picture|on the slide|on the sign|at the door|"
        "in the kitchen|on the wall|outside|here|there|in the video|in the background|in the middle|on the left|"
        "on the right|in front of the camera|in the garden|on the street|at the station"
    ),
    "when": (
        "at the beginning|at the end|at the start|in the last minute|a minute ago|two minutes ago|just now|"
        "right now|now|so far|in the first minute|ten seconds ago|half a minute ago|earlier|before|"
        "the first time|the last time|a moment ago|today|at the moment|before that|after that"
    ),
    "number": (
        "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred"
    ),
    "order": "first second third fourth last next previous other",
    "moving": "moving going coming driving walking flying rolling",
    "do": (
        "enter|leave|appear|disappear|come in|go out|arrive|start|stop|begin|end|open|close|change|turn on|"
        "turn off|fall|move|ring|speak|sit down|stand up|happen|go away|come back|go dark"
    ),
    "done": "entered|left|appeared|disappeared|come in|gone out|arrived|started|stopped|changed|moved|spoken|happened",
    "day": "monday tuesday wednesday thursday friday saturday sunday",
    "daytime": "morning afternoon evening night",
}

FORMS = """
what could we read on the {colour} {print}|what could you read on the {print}|what did we read on the {print}
what were the first words you read|what were the {order} words you saw|what was the first word you read
which words can you see there|what words do you see|what is written there|what is written up there
read that {print} please|read the {print} please|read what is on the {print} please
did we see the {colour} {shape} before the {colour} {shape}|did the {colour} {shape} come before the {colour} {shape}
was the {colour} {shape} earlier than the {colour} {shape}
which was earlier the {colour} {shape} or the {colour} {shape}
have we seen a {colour} {shape} so far|have you seen a {colour} {shape}|did we see a {colour} {shape}
when did we see the {colour} {shape}|when was the {colour} {shape} in the picture|when did the {colour} {shape} appear
when did the {colour} {shape} show up|what came right after the {colour} {shape}
to which side did the {colour} {shape} go|which way did the {colour} {shape} go
where did the {colour} {shape} go left or right
did the {colour} {shape} move to the left or to the right|in which direction did the {colour} {shape} move
what direction was the {colour} {shape} moving in|what direction is the {colour} {shape} heading
which way was the {colour} {shape} moving|which thing crossed the picture {order}|what was the last thing that moved
what color is the background|what color is the wall|what color was the wall
which color did the wall have before {colour}|before the wall became {colour} what color was it
what color was the background before it turned {colour}|what color was the wall before it was painted {colour}
what color do you see on the wall right now|the {thing} that we saw what color was it|what color did the {thing} have
what was going on with the light|what happened to the lights|did something happen to the light
what changed about the light
when did the lights go out|when was the light switched off|when did the lights come back on|when did it get dark
how long ago did the lights go out|how much time has passed since the lights went out|how long has it been dark
how long has it been since the {thing} {done}|how many seconds ago did the {colour} {shape} appear
how many persons are there|how many persons came in|how many visitors came in altogether|how many persons do you see
how many people walked through the picture|how many people came into the room|is there anybody in the room
is somebody there right now|is someone {place}|is someone in the room at the moment|did you hear a loud noise
do you see anybody now|is anyone in the picture at the moment|has the {thing} come back
what is the {thing} called|what is the new {thing} called|what is the name of the new {thing}|what is my brother called
what was the name of the {thing} again|tell me the name of our {thing}|who is the new {thing}|who fixed the {thing}
what is the price of the {thing}|what do i have to pay for the {thing}|what was said about the price of the {thing}
where can i find the {thing}|where should i look for the {thing}|where did she say the {thing} is
where is the {thing} kept
on which weekday is the {thing}|which day was mentioned for the {thing}|at what time does the {thing} close
what is the phone number of the {thing}|how old is the {thing}|what did the {thing} say|how often did the {thing} ring
summarize the last minute please|please sum up the last minute|what did i miss in the last minute
tell me what happened during the first minute|give me a short summary of the first two minutes please
what does the q r code say|what was in the q r code|where does the q r code lead|what did the q r code say
what is in the q r code|which address does the code hold|what is inside the q r code|can you read the q r code
what does the {print} say|what did the {print} say|what is written on the {print}|what was written on the {print}
what does it say on the {print}|what is on the {print}|what was on the {print}|what text was on the {print}
read the {print} to me|read me the {print}|can you read the {print} to me|can you read what the {print} says
what does the {order} {print} say|what did the {order} {print} say|what does the {colour} {print} say
how did the text on the {print} change|what changed on the {print}|which word is on the {print}
which {print} did you see first|what was the {order} {print}|what does the print on the {print} say
what does the {thing} say|what did the {thing} say|what is written on the {thing}|what was written on the {thing}
what does it say on the {thing}|what is on the {thing}|what was on the {thing}|what text is on the {thing}
what was the text on the {order} {thing}|what does the {colour} {thing} say|what did the {colour} {thing} say
which word is on the {colour} {thing}|what number is on the {thing}|what number was {place}|read the {thing} to me
read me the {thing}|can you read the {thing}|can you read what the {thing} says|can you tell me what the {thing} says
could you tell me what the {thing} said|tell me what the {thing} said|tell me what is {place}
please tell me what was {place}|what is the {thing} about|what was the {thing} about|what color is the {thing}
what color was the {thing}|which color is the {thing}|which color was the {thing} {when}
what color was the {order} {thing}|what color is the {thing} {place}|was the {thing} {colour} or {colour}
is the {thing} {colour}|was the {thing} {colour}|what is the color of the {thing}|is there a {thing} {place}
was there a {thing} {place}|is there an {thing}|are there any {thing}s {place}|did you see a {thing}
did you see the {thing}|did you see any {thing}s|have you seen a {thing}|have you seen my {thing}|do you see a {thing}
do you see the {thing}|can you see a {thing} {place}|did a {thing} appear|was there a {colour} {thing}
did you see a {colour} {thing}|how many people are {place}|how many people are there
how many people were {place} {when}|how many people have {done}|how many people came in|how many people do you see
how many people did you see {when}|how many {thing}s are there {place}|how many {thing}s did you see
how many {thing}s were there|how many times did the {thing} {do}|how many faces do you see
how many {colour} {thing}s are {place}|who is {place}|who was {place} {when}|who is there|who is the {thing}
who was the {thing}|who did he talk about|who owns the {thing}|who made the {thing}|who built the {thing}
who wrote the {thing}|who lives in the {thing}|is anybody {place}|is anyone {place}|is anybody there now
is somebody {place}|was anybody {place} {when}|did anybody {do}|did anyone {do}|did somebody {do}
when did the {thing} {do}|when did the {order} person {do}|when did the {order} {thing} {do}
when was the {thing} shown|when did you see the {colour} {thing}|when did you first see the {thing}
when did you last see a {thing}|when did the light {do}|when did the lights {do}|when was it dark|when is the {thing}
when was the {thing}|how long ago did the {thing} {do}|how long ago did you see the {thing}
how long ago was the {thing} {place}|how long ago was that|how long was the {thing} {place}|how long did it take
how long has the {thing} been there|what did the narrator say about the {thing}
what did the {thing} say about the {thing}|what did they say about the {thing}|what did he say about the {thing}
what did she say about the {thing}|what did i say about the {thing}|what did i say {when}|what did you say
what was said about the {thing}|what was the last thing i said|what was the {order} thing he said
what was the {order} thing that was said|what did the narrator say {when}
what did the narrator tell us about the {thing}|what was said {when}|where does the {thing} go|where is the {thing}
where was the {thing}|where is the {thing} now|where did the {thing} go|where did you see the {thing}
where does the {thing} leave from|what is the name of the {thing}|what was the name of the {thing}
what is the {thing} called|what is my name|what was the price of the {thing}|how much is the {thing}
how much does the {thing} cost|how old is the {thing}|how big is the {thing}|how high is the {thing}
how long is the {thing}|how many {thing}s does the {thing} have|when does the {thing} open|when does the {thing} close
when does the {thing} leave|when does the {thing} start|what time does the {thing} {do}|what time is it
on which day is the {thing}|which day is the {thing}|why is the {thing} {colour}|why did the {thing} {do}
what happened {when}|what happened after the {thing}|what happened before the {colour} {thing}
what happened to the {thing}|what happened after the {colour} {thing}|what happened when the {thing} {do}
what is happening {place}|what has happened {when}|what is happening now|what happens now|what changed {when}
what has changed {place}|did the light {do}|did the {thing} {do}|did the {thing} change|did anything change
did something change {when}|did the {thing} become brighter or darker|did it get brighter or darker|did it get darker
is it dark or bright|what came first the {thing} or the {thing}
what came first the {colour} {thing} or the {colour} {thing}|which came first the {thing} or the {thing}
which {thing} did you see first the {colour} one or the {colour} one|which {thing} came first|which {thing} came last
which was the {order} {thing}|what was the {order} {thing}|what was the {order} {thing} you saw
which {thing} came before the {colour} one|which {thing} came after the {colour} one
did the {thing} come before or after the {thing}|what came after the {thing}|what was shown before the {thing}
in which direction did the {thing} move|in what direction did the {thing} move
in which direction is the {thing} {moving}|which direction did the {colour} {thing} move|which way did the {thing} go
which way is the {thing} {moving}|which way does the {thing} point|did the {thing} move to the left or to the right
is the {thing} {moving}|did the {colour} {thing} move left or right|what is {moving} {place}|what moved {when}
which {thing} moved|what did you see {when}|what did you see {place}|what do you see|what do you see now
what can you see|what did you hear|what did you hear {when}|did you hear a {thing}|did you hear the {thing}
did you hear any music|what sound was that|was there music|was there a loud sound {when}|was it quiet
describe the {thing}|describe what you see|describe the scene|summarize what happened {when}|summarize the last minute
summarize what you have seen {when}|sum up what happened {when}|give me a summary of what happened
what shape is the {thing}|what shape was the {colour} one|which shape moved|what is next to the {thing}
what is to the left of the {thing}|what is behind the {thing}|what is this|what is that|what is it|what was that
what kind of {thing} was that|what does the code say|what was in the code|what was in the q r code
remember that the {thing} is {place}|remember this|tell me when the {thing} {do}s|tell me when somebody comes in
tell me about the {thing}|do you remember the {thing}|do you remember what the {thing} said
do you know where the {thing} is|did the narrator mention the {thing}|did the narrator mention a {thing}
did he say {number} or {number}|forget the last {number} minutes|forget that|stop|stop please|wait|be quiet|thank you
yes please|no thank you|okay|hey omni|hey omni what is {place}|hey omni what does the {thing} say
hey omni what color is the {thing}|hey omni stop|and what about the {thing}|and the {order} one|and the {colour} one
and before that|what about the {thing}|what about now|this is the {thing}|this is a {colour} {thing}
here is the {thing}|here you see a {colour} {thing}|there is a {thing} {place}|there are {number} {thing}s {place}
the {thing} is {colour}|the {thing} is {place}|the {thing} is in the {thing}
the {thing} opens at {number} in the {daytime}|the {thing} opens at {number}|the {thing} closes at {number}
the {thing} leaves at {number}|the {thing} leaves from platform {number}|the {thing} starts at {number}
at half past {number}|the {thing} costs {number} dollars|the {thing} is {number} years old
the {thing} is {number} meters high|the {thing} is {number} meters long|the {thing} was built {number} years ago
the {thing} was built in the year|the name of the {thing} is|the {thing} lives in the {thing}
the {thing} keeps the {thing} in the {thing}|the {thing} comes from the {thing}|the {thing} goes to the {thing}
the {thing} is called|the {thing} is made of|the {thing} is on {day}|on {day} {daytime}
there is a {thing} on {day} {daytime}|in the {daytime} the {thing}s are|now we look at the {thing}
now the {thing} is {colour}|now you see the {thing}|look at the {thing}|please look at the {thing}
next we see a {colour} {thing}|next comes the {thing}|please note that the {thing} is {place}|welcome to the {thing}
my name is|hello everybody my name is|hello everybody|hello everyone and welcome|hello and welcome to the {thing}
good morning|good morning everybody|good evening|good {daytime} and welcome|the {colour} {thing} moves to the left
the {colour} {thing} moves to the right|the light goes out|the lights go out|it is dark now|it is getting dark
somebody comes in|a person enters the room|a person leaves the room|a man walks in|nobody is {place}
"""
_CALLED = 8  # every so many sentences are said once more behind the usual wake phrase
_SEED = 20  # any: the same sentences every time


def sentences(each: int = 30) -> list[str]:
    """Every form, filled `each` times (once where it has no slot, weighted like half of that)."""
    draw = random.Random(_SEED)
    words = {slot: text.split("|") if "|" in text else text.split() for slot, text in SLOTS.items()}
    found: list[str] = []
    for form in FORMS.replace("\n", "|").split("|"):
        if not form:
            continue
        for _ in range(each if "{" in form else max(1, each // 2)):
            found.append(_filled(form, words, draw))
    return found + [f"hey omni {sentence}" for sentence in found[::_CALLED] if not sentence.startswith("hey")]


def _filled(form: str, words: dict[str, list[str]], draw: random.Random) -> str:
    """The form with a drawn word in each slot, and the plurals mended that an s behind a slot makes."""
    while "{" in form:
        before, _, rest = form.partition("{")
        slot, _, after = rest.partition("}")
        form = before + draw.choice(words[slot]) + after
    return form.replace("persons", "people").replace("mans", "men").replace("ss ", "sses ").replace("xs ", "xes ")
