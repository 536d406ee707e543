"""What questions of each kind look like, for those whose words fit no pattern: the nearest phrasings decide.

Owns the example phrasings. An encoder turns sentences into unit vectors; this module only compares them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[list[str]], NDArray[np.float32]]  # sentences -> (N, D) unit vectors

NEIGHBOURS = 3
LEAST = 0.5  # cosine below which no phrasing is near enough to decide

PHRASINGS: dict[str, tuple[str, ...]] = {
    "text": (
        "what did the sign say", "what was written on the board", "read me the slide", "what words were on the poster",
        "what does it say on the screen", "what was the number on the door", "the text on the banner please",
        "which words could be read", "what was the title of the slide", "spell out the writing on the wall",
    ),
    "said": (
        "what did the narrator say", "what was said about the train", "what did the speaker mention",
        "what was the voice talking about", "repeat what the man said", "what was the last thing said",
        "what did she tell us about the castle", "what did we learn about the harbour from the narrator",
    ),
    "count": (
        "how many people came in", "how many persons are in the room", "the number of visitors",
        "count the people you saw", "how many signs were there", "how many times did the light change",
    ),
    "when": (
        "when did you see it", "at what time did the light go out", "at which point did the person enter",
        "tell me the moment the sign appeared", "what was the time when the music began",
    ),
    "ago": ("how long ago was that", "how much time has passed since the red sign", "how long is it since you saw it"),
    "duration": ("how long did it last", "for how long was the sign visible", "how many seconds did the music play"),
    "order": (
        "which came first the red or the blue one", "did the red sign come before the blue one",
        "was the circle shown before or after the square", "in which order did the signs appear",
    ),
    "next": ("what came after the red slide", "what followed the blue sign", "what was shown right before the circle"),
    "colour": (
        "what colour was the ball", "what was the colour of the background", "which colour did the circle have",
        "tell me the colour of the sign",
    ),
    "motion": (
        "which way did the circle move", "in what direction did the ball go", "where was the square heading",
        "did it travel to the left or to the right",
    ),
    "where": ("where was the triangle", "on which side was the circle", "in which part of the picture was the star"),
    "light": ("did it get darker or brighter", "did the lights go out", "was it dark", "how bright was the room"),
    "change": ("what changed", "what is different now", "what was the difference", "did anything change"),
    "heard": ("what did you hear", "what could be heard", "what sounds were there", "was there any music"),
    "code": ("what did the qr code say", "what was in the code", "where does the qr code lead"),
    "summary": (
        "what happened", "sum up what you saw", "give me a short summary", "what was the video about",
        "tell me everything that went on", "recap the events",
    ),
    "scene": (
        "what do you see", "describe the picture", "what is in front of the camera", "what is on the screen",
        "what is there to see",
    ),
    "presence": (
        "was there a dog", "did you see a triangle", "is anybody there", "is there any text", "did a person come in",
        "have you noticed a car", "did the word exit appear",
    ),
    "who": ("who came in", "who is there", "who was in the room"),
    "fact": (
        "when does the museum open", "what does a ticket cost", "who built the bridge", "where does the bus stop",
        "what is the name of the captain", "how old is the tower", "what is the password", "how tall is the mountain",
        "which platform does the train leave from", "what is sold at the market", "how fast can it fly",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Prototypes:
    """The example phrasings as vectors."""

    asks: tuple[str, ...]
    vectors: NDArray[np.float32]  # (N, D)

    @classmethod
    def encoded(cls, encode: Encode) -> Prototypes:
        pairs = [(ask, phrase) for ask, phrases in PHRASINGS.items() for phrase in phrases]
        return cls(tuple(ask for ask, _ in pairs), encode([phrase for _, phrase in pairs]))

    def nearest(self, vector: NDArray[np.float32]) -> tuple[str, float]:
        """(ask, cosine of its nearest phrasing) by the vote of the nearest phrasings; ("", cosine) if none is near."""
        cosines = self.vectors @ vector
        top = np.argsort(-cosines)[:NEIGHBOURS]
        votes: dict[str, float] = defaultdict(float)
        for index in top:
            votes[self.asks[index]] += float(cosines[index]) ** 4  # the very near one outweighs two vague ones
        best = max(votes, key=lambda ask: votes[ask])
        cosine = float(max(cosines[i] for i in top if self.asks[i] == best))
        return (best if cosine >= LEAST else ""), cosine
