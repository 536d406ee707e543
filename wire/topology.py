"""Who sends what to whom, and how it is delivered: one table.

A fact is never stale; work is stale as soon as a larger turn of its session is known. URGENT has an inlet of its
own and never waits behind data; ORDERED is bounded and a full one makes the sender wait; LATEST keeps the newest
and counts what it dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wire import messages as m
from wire.messages import Message

STREAMER, PERCEPTION, MEMORY, REASONING, LAUNCH = "streamer", "perception", "memory", "reasoning", "launch"
PROCESSES = (PERCEPTION, MEMORY, REASONING)  # those that launch starts as children
ALL = (STREAMER, *PROCESSES)


class Delivery(StrEnum):
    URGENT = "urgent"
    ORDERED = "ordered"
    LATEST = "latest"


ORDERED_BOUND = 256  # messages of one session that may wait at one inlet
URGENT_BOUND = 1024  # small facts; a peer that does not drain them is dead
LATEST_BOUND = 1
# In a replay memory holds a question back until the replies before it were heard, and how much of them was heard
# perception's next minutes say: so much of what it noticed must find room behind the question. These messages are
# small, and the edge lets no reply wait longer than ten minutes.
NOTICED_BOUND = 4096


class Kind(StrEnum):
    FACT = "fact"
    WORK = "work"


@dataclass(frozen=True)
class Route:
    kind: Kind
    delivery: Delivery
    producers: tuple[str, ...]
    consumers: tuple[str, ...]


def _fact(producers: tuple[str, ...], consumers: tuple[str, ...], delivery: Delivery = Delivery.ORDERED) -> Route:
    return Route(Kind.FACT, delivery, producers, consumers)


def _work(producers: tuple[str, ...], consumers: tuple[str, ...]) -> Route:
    return Route(Kind.WORK, Delivery.ORDERED, producers, consumers)


_S, _P, _M, _R, _L = (STREAMER,), (PERCEPTION,), (MEMORY,), (REASONING,), (LAUNCH,)
_URGENT, _LATEST = Delivery.URGENT, Delivery.LATEST

ROUTES: dict[type[Message], Route] = {
    m.SessionOpened: _fact(_S, PROCESSES),
    m.SessionClosed: _fact(_S, PROCESSES),
    m.VideoFrame: _fact(_S, _P, _LATEST),  # ORDERED in a replay, see delivery_of
    m.AudioChunk: _fact(_S, _P),
    m.UserInput: _fact(_S, _P),
    m.CancelReply: _fact(_S, _P),
    m.VoiceOnset: _fact(_P, _S, _URGENT),
    m.VoiceFalse: _fact(_P, _S, _URGENT),
    m.SpeechStopped: _fact(_P, _S, _URGENT),
    m.TurnStarted: _fact(_P, (STREAMER, MEMORY, REASONING), _URGENT),
    m.Caption: _fact(_P, _S),  # partial ones are LATEST, see delivery_of
    m.Observed: _fact(_P, _S),
    m.FrameSeen: _fact(_P, _M),
    m.SoundHeard: _fact(_P, (MEMORY, STREAMER)),
    m.Utterance: _fact(_P, (MEMORY, STREAMER)),
    m.FrameKept: _fact(_M, (REASONING, STREAMER)),
    m.Question: _work(_M, _R),
    m.ReplyText: _work(_R, (STREAMER, PERCEPTION)),
    m.ReplyAudio: _work(_R, _S),
    m.ReplyEvidence: _work(_R, _S),
    m.ReplyDone: _work(_R, _S),
    m.Played: _fact(_S, (MEMORY, PERCEPTION)),
    m.MemoryRequest: _fact(_S, _M),
    m.MemoryReply: _fact(_M, _S),
    m.Forget: _fact(_M, (STREAMER, PERCEPTION, REASONING), _URGENT),
    m.Forgotten: _fact((STREAMER, PERCEPTION, REASONING), _M, _URGENT),  # memory takes nothing else until it is there
    m.Watermark: _fact(ALL, ()),  # the ring, see consumers_of
    m.Ready: _fact(PROCESSES, _L),
    m.Beat: _fact(PROCESSES, (LAUNCH, STREAMER)),
    m.Mark: _fact(PROCESSES, _S),
    m.Warned: _fact(PROCESSES, _S),
}

# What voices did. In a replay it stays in line with the watermarks: which reply it cuts must not depend on a race.
_VOICE = (m.VoiceOnset, m.VoiceFalse, m.SpeechStopped, m.TurnStarted)

# The messages whose delivery depends on the session or on what they hold: see delivery_of.
_SECOND_DELIVERY: dict[type[Message], Delivery] = {
    m.VideoFrame: Delivery.ORDERED,
    m.Caption: Delivery.LATEST,
    **dict.fromkeys(_VOICE, Delivery.ORDERED),
}

RING = {STREAMER: PERCEPTION, PERCEPTION: MEMORY, MEMORY: REASONING, REASONING: STREAMER}


def route_of(message: Message) -> Route:
    return ROUTES[type(message)]


def consumers_of(message: Message, producer: str) -> tuple[str, ...]:
    """The processes that `producer` sends this message to. Raises ValueError for one it may not send."""
    route = route_of(message)
    if producer not in route.producers:
        raise ValueError(f"{producer} may not send {type(message).__name__} (only {', '.join(route.producers)})")
    if isinstance(message, m.Watermark):
        # Perception also tells the edge, and first: what is heard of a reply depends on how far perception is, and
        # memory waits for that with the next question.
        return (STREAMER, MEMORY) if producer == PERCEPTION else (RING[producer],)
    return route.consumers


def delivery_of(message: Message, *, replay: bool = False) -> Delivery:
    """How this very message is delivered: a replay loses no frame and keeps voices in line, and a final caption is
    never dropped."""
    if isinstance(message, (m.VideoFrame, *_VOICE)) and replay:
        return Delivery.ORDERED
    if isinstance(message, m.Caption) and not message.final and not replay:
        return Delivery.LATEST
    return route_of(message).delivery


def bound_of(producer: str, delivery: Delivery) -> int:
    """How many messages of one session may wait at an inlet for what `producer` sends in that way."""
    if delivery is Delivery.ORDERED:
        return NOTICED_BOUND if producer == PERCEPTION else ORDERED_BOUND
    return URGENT_BOUND if delivery is Delivery.URGENT else LATEST_BOUND


def stale(message: Message, newest_turn: int) -> bool:
    """True for work of a turn that is no longer the newest of its session."""
    return route_of(message).kind is Kind.WORK and message.turn < newest_turn


def edges() -> list[tuple[str, str]]:
    """Every (producer, consumer) pair that has something to say."""
    pairs = {(p, c) for r in ROUTES.values() for p in r.producers for c in r.consumers if p != c}
    return sorted(pairs | set(RING.items()))


def inlets_of(consumer: str) -> list[tuple[str, Delivery]]:
    """(producer, delivery) of every lane that may bring something to `consumer`."""
    found = {(p, Delivery.ORDERED) for p, c in RING.items() if c == consumer}
    for cls, route in ROUTES.items():
        if consumer in route.consumers:
            deliveries = {route.delivery, _SECOND_DELIVERY.get(cls, route.delivery)}
            found |= {(p, d) for p in route.producers if p != consumer for d in deliveries}
    return sorted(found)
