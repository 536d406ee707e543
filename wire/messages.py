"""Every message that crosses a process border: one frozen dataclass each.

Owns the vocabulary only. How a message is delivered stands in `wire.topology`, how it becomes bytes in
`wire.codec`. All times are nanoseconds of media time since the session began (`*_ns`); a span is
[start_ns, end_ns]. Pictures are JPEG bytes unless the field says `pixels`; PCM is little-endian int16, mono.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from wire.parts import (
    Cues as Cues,
    Evidence as Evidence,
    HistoryTurn as HistoryTurn,
    Mention as Mention,
    Observation as Observation,
    Picture as Picture,
    SessionSettings as SessionSettings,
    Speaker as Speaker,
    Tensor as Tensor,
)

AUDIO_HZ = 16_000  # every AudioChunk; what VAD and ASR want, so nothing resamples twice


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What every message carries. `turn` is the newest turn its sender knows of."""

    session: str
    t_ns: int
    turn: int = 0


# ---- edge -> perception ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionOpened(Message):
    """Sent by the streamer to all at the start, and again when a process was restarted (`restarted` names it)."""

    memory: str  # folder of the memory
    settings: SessionSettings
    restarted: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionClosed(Message):
    """Sent by the streamer to all; state of the session is freed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VideoFrame(Message):
    """One upright frame at the sampling rate (1 per second by default). pixels: (height, width, 3) uint8 RGB."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioChunk(Message):
    """PCM at AUDIO_HZ whose first sample is at t_ns. `gap_ns` > 0: that much before it is missing."""

    pcm: bytes
    gap_ns: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UserInput(Message):
    """Typed words or a scripted question. `audio` (PCM at AUDIO_HZ) is transcribed when `text` is empty.

    Only what lies in [visible_from_ns, t_ns] may be evidence.
    """

    id: str
    text: str = ""
    audio: bytes = b""
    images: tuple[bytes, ...] = ()
    options: tuple[str, ...] = ()
    visible_from_ns: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelReply(Message):
    """The person pressed stop."""


# ---- perception -> edge, all -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceOnset(Message):
    """A voice that is not our own began at t_ns; playout pauses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceFalse(Message):
    """The onset was a cough, noise or a back-channel; playout goes on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechStopped(Message):
    """The voice stopped at t_ns; the turn is not over yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnStarted(Message):
    """`turn` is now the newest turn: all older work of the session is stale."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caption(Message):
    """What is being said, from start_ns to t_ns. Partial captions may change, a final one does not."""

    start_ns: int
    text: str
    final: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed(Message):
    """What is seen now, for showing."""

    observations: tuple[Observation, ...]


# ---- perception -> memory ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameSeen(Message):
    """One frame, understood. `redundant`: near-duplicate; features and observations are the earlier ones.

    appearance: (D,) float32 unit vector. features: what a clip compressor wants (tower states), or None.
    jpeg: the frame, empty when redundant. shot: a cut lies between the frame before and this one.
    """

    width: int
    height: int
    appearance: Tensor
    observations: tuple[Observation, ...]
    redundant: bool = False
    shot: bool = False
    features: Tensor | None = None
    jpeg: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class SoundHeard(Message):
    """A stretch of one class of sound: speech, music, noise, silence, or a loud onset ("bang")."""

    start_ns: int
    end_ns: int
    label: str
    score: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance(Message):
    """Words of a finished stretch of speech (or typed ones). t_ns: when they were complete, decided by media time.

    asks: these words are addressed to the assistant (`turn` is then their turn number); else only remembered.
    voice: whose voice said them, counted from 1 within the session; 0 where that is not known.
    """

    id: str
    source: Literal["spoken", "typed"]
    start_ns: int
    end_ns: int
    text: str
    asks: bool
    score: float = 1.0
    images: tuple[bytes, ...] = ()
    options: tuple[str, ...] = ()
    visible_from_ns: int = 0
    voice: int = 0


# ---- memory -> reasoning -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameKept(Message):
    """A key frame that memory kept; a reasoner may keep the newest ones resident."""

    key_frame: str
    jpeg: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Question(Message):
    """A question with everything needed to answer it; reasoning never asks back.

    evidence: best matches, best first, spans within [visible_from, t_ns]. log: the complete list in time order of
    events of the kinds and span that the cues name (`log_truncated`: only its newest part fitted).
    newest: the last frames, oldest first. tokens, overview: memory embeddings (n, H) for models that read them, of
    the clips that the question is about and of everything. say: words of memory itself ("Shall I forget...?"), which
    are spoken as they are.
    """

    id: str  # as given, or "turn-N" for a spoken one
    reply_id: str
    why: Literal["asked", "watch"]
    source: Literal["spoken", "typed"]
    text: str
    cues: Cues
    options: tuple[str, ...] = ()
    images: tuple[bytes, ...] = ()
    history: tuple[HistoryTurn, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    log: tuple[Evidence, ...] = ()
    log_truncated: bool = False
    newest: tuple[Picture, ...] = ()
    tokens: Tensor | None = None
    overview: Tensor | None = None
    frames_seen: int = 0
    say: str = ""


# ---- reasoning -> edge -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyText(Message):
    """The next words of a reply, of its `phrase`-th speakable phrase (0, 1, ...)."""

    reply_id: str
    phrase: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyAudio(Message):
    """The next samples of a phrase: int16 mono at sample_rate, 20 ms or more."""

    reply_id: str
    phrase: int
    sample_rate: int
    pcm: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyEvidence(Message):
    """What the answer rests on, with pictures."""

    reply_id: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyDone(Message):
    """Exactly one for each Question. silent: it needed no answer. option: letter chosen, "" if none."""

    id: str
    reply_id: str
    source: Literal["spoken", "typed"]
    state: Literal["answered", "silent", "stale", "failed"]
    question: str
    text: str = ""
    option: str = ""
    reason: str = ""
    frames_seen: int = 0


# ---- edge -> memory, perception ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Played(Message):
    """A reply is over at the edge: `heard` is the part that was played, from start_ns to t_ns. rests_on: where its
    evidence lay."""

    reply_id: str
    heard: str
    start_ns: int
    cut: bool = False
    rests_on: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryRequest(Message):
    """The edge looks into memory. `argument`: the words searched, a key-frame name...

    forget: what lies in [start_ns, end_ns] if end_ns > 0, and whatever holds the words of `argument`. drawing: what is
    kept of the session, drawn over time.
    """

    request_id: str
    what: Literal["timeline", "search", "picture", "stats", "forget", "drawing"]
    argument: str = ""
    start_ns: int = 0
    end_ns: int = 0
    limit: int = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryReply(Message):
    """html: a drawing, a part of a page that needs no other file, in UTF-8; with its pictures it may have megabytes."""

    request_id: str
    evidence: tuple[Evidence, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)
    error: str = ""
    html: bytes = b""


@dataclass(frozen=True, slots=True)
class Span:
    """From start_ns to end_ns, both in it."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Forget(Message):
    """Drop everything that shows one of the spans: caches, queues, resident frames; answered by Forgotten.

    What was asked at t_ns or later is no part of it. A span before 0 is one of earlier sessions, where they
    were told to lie. questions: ids of those that told of it, or whose answers did, whenever they were put.
    """

    request_id: str
    spans: tuple[Span, ...]
    questions: tuple[str, ...] = ()

    def over(self) -> list[tuple[int, int]]:
        """(start, end) of the spans as far as they were over at t_ns: nothing later is meant."""
        return [(span.start_ns, min(span.end_ns, self.t_ns)) for span in self.spans]


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten(Message):
    """`service` has dropped what Forget `request_id` named."""

    request_id: str
    service: str


# ---- along the ring, and to the launcher -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Watermark(Message):
    """Everything up to t_ns has passed the sender. Back at the edge it is acknowledged: memory has it on disk."""

    seq: int
    final: bool = False  # the stream ends here: open speech and the open clip are closed first


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready(Message):
    """`service` can work. `parts`: one line of what runs in it."""

    service: str
    parts: str
    pid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat(Message):
    """A sign of life once a second, with all counters and the share of time each stage took."""

    service: str
    counters: dict[str, int] = field(default_factory=dict)
    busy_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark(Message):
    """`stage` of `turn` was reached at wall_ns of the host's monotonic clock; latency is computed from marks."""

    service: str
    stage: str
    wall_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned(Message):
    """Something the operator should know, one sentence with cause and fix; goes into the report."""

    service: str
    sentence: str
