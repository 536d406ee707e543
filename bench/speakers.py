"""How well voices are told apart: `python -m bench.speakers [--speech FOLDER] [--conversations N] [--seed S]`.

Conversations go through all of hearing but the words: pieces of speech in turn, of two to five people, with pauses
between them. FOLDER: recordings, of each speaker in a folder of their own; speakers whose folders lie beside each other
talk together. Without it flite's voices do. Prints a line a conversation and, at the end, one JSON line.

An utterance is right when it has the number that most of its speaker's have, and that number is no other's; mixed ones,
in which somebody else said more than a fifth, are counted apart.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.sample.voices import VOICES, room_tone, speak
from bench.wer import SENTENCES, recording
from perception.backends import SOUND, SPEAKERS, VAD
from perception.backends.base import Pcm, SoundClassifier, SpeakerEncoder, Transcript, Vad
from perception.hearing import Hearing
from perception.turns import Finished, TurnRules
from wire import config
from wire.messages import AUDIO_HZ

CHUNK = AUDIO_HZ // 10
SAMPLE_NS = 1_000_000_000 // AUDIO_HZ
TURNS = 40
PIECE_S, PAUSE_S = (1.0, 7.0), (0.4, 1.6)
MIXED = 0.2


class Wordless:
    """A recogniser to which everything is a word, so that every utterance counts."""

    sample_rate = AUDIO_HZ
    child = False

    def stream(self) -> Wordless:
        return self

    def begin(self) -> None: ...

    def feed(self, pcm: Pcm) -> str:
        return "speech."

    def finish(self) -> Transcript:
        return Transcript(text="speech.")

    def close(self) -> None: ...


class Timed:
    """A speaker encoder, and how long it took."""

    def __init__(self, encoder: SpeakerEncoder) -> None:
        self.sample_rate, self.tells, self.scale = encoder.sample_rate, encoder.tells, encoder.scale
        self._encoder = encoder
        self.took: list[tuple[float, float]] = []  # seconds of speech, and of work

    def encode(self, pcm: Pcm) -> np.typing.NDArray[np.float32]:
        start_s = time.perf_counter()
        vector = self._encoder.encode(pcm)
        self.took.append((pcm.size / AUDIO_HZ, time.perf_counter() - start_s))
        return vector

    def close(self) -> None:
        self._encoder.close()


@dataclass(frozen=True)
class Conversation:
    name: str
    pcm: Pcm
    turns: tuple[tuple[int, int, str], ...]  # first and last sample, and who

    def said(self, start_ns: int, end_ns: int) -> Counter[str]:
        """Samples of each speaker in a span."""
        first, last = start_ns // SAMPLE_NS, end_ns // SAMPLE_NS
        found: Counter[str] = Counter()
        for begins, ends, who in self.turns:
            found[who] += max(0, min(last, ends) - max(first, begins))
        return +found


@dataclass(frozen=True)
class Score:
    right: int
    wrong: int
    unknown: int
    mixed: int
    speakers: int
    voices: int


def conversation(name: str, speech: dict[str, Pcm], rng: np.random.Generator) -> Conversation:
    """Pieces of what each speaker said, in order, by turns."""
    pieces: list[tuple[int, Pcm]] = []
    turns: list[tuple[int, int, str]] = []
    at = AUDIO_HZ
    left = {who: pcm for who, pcm in speech.items() if pcm.size > AUDIO_HZ}
    last = ""
    while left and len(turns) < TURNS:
        others = [who for who in left if who != last] or list(left)
        last = str(rng.choice(others))
        size = round(rng.uniform(*PIECE_S) * AUDIO_HZ)
        piece, left[last] = left[last][:size], left[last][size:]
        if left[last].size < AUDIO_HZ:
            del left[last]
        pieces.append((at, piece))
        turns.append((at, at + piece.size, last))
        at += piece.size + round(rng.uniform(*PAUSE_S) * AUDIO_HZ)
    whole = room_tone(at + 2 * AUDIO_HZ, 1).astype(np.int32)
    for start, piece in pieces:
        whole[start : start + piece.size] += piece
    return Conversation(name, whole.clip(-32_768, 32_767).astype(np.int16), tuple(turns))


def heard(
    talk: Conversation, vad: Vad, sound: SoundClassifier, encoder: SpeakerEncoder, rules: TurnRules
) -> list[Finished]:
    ear = Hearing(vad, Wordless(), sound, encoder, rules)
    pcm = talk.pcm
    events = [event for at in range(0, pcm.size, CHUNK) for event in ear.hear(at * SAMPLE_NS, pcm[at : at + CHUNK])]
    events += ear.finish(pcm.size * SAMPLE_NS)
    return [event for event in events if isinstance(event, Finished)]


def score(talk: Conversation, events: Sequence[Finished]) -> Score:
    told: list[tuple[str, int]] = []
    mixed = 0
    for event in events:
        said = talk.said(event.start_ns, event.end_ns)
        if not said:
            continue
        who, samples = said.most_common(1)[0]
        if samples < (1 - MIXED) * sum(said.values()):
            mixed += 1
            continue
        told.append((who, event.voice))
    by_voice: dict[int, Counter[str]] = defaultdict(Counter)
    by_speaker: dict[str, Counter[int]] = defaultdict(Counter)
    for who, voice in told:
        if voice:
            by_voice[voice][who] += 1
            by_speaker[who][voice] += 1
    own = {who: voices.most_common(1)[0][0] for who, voices in by_speaker.items()}
    right = sum(voice != 0 and own[who] == voice and by_voice[voice].most_common(1)[0][0] == who for who, voice in told)
    unknown = sum(not voice for _, voice in told)
    wrong = len(told) - right - unknown
    return Score(right, wrong, unknown, mixed, len({who for who, _ in told}), len(by_voice))


def groups_of(folder: Path | None) -> dict[str, dict[str, Pcm]]:
    """What each speaker says, by who talk together."""
    if folder is None:
        return {"flite": {voice: np.concatenate([speak(voice, line) for line in SENTENCES]) for voice in VOICES}}
    found: dict[str, dict[str, Pcm]] = defaultdict(dict)
    for of_speaker in sorted(path for path in folder.rglob("*") if path.is_dir()):
        files = sorted(path for path in of_speaker.iterdir() if path.is_file())
        if files:
            group = str(of_speaker.parent.relative_to(folder))
            found[group][of_speaker.name] = np.concatenate([recording(path) for path in files])
    return {name: speakers for name, speakers in found.items() if len(speakers) > 1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="lite")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--speech", type=Path)
    parser.add_argument("--conversations", type=int, default=10, help="of each group")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    parts = config.load(arguments.profile, overrides=arguments.set).perception
    vad, sound = (
        VAD.create(parts.vad.backend, parts.vad.options),
        SOUND.create(parts.sound.backend, parts.sound.options),
    )
    encoder = Timed(SPEAKERS.create(parts.speakers.backend, parts.speakers.options))
    rules = TurnRules(pause_ms=parts.pause_ms, unfinished_pause_ms=parts.unfinished_pause_ms)
    rng = np.random.default_rng(arguments.seed)
    scores = []
    for name, speakers in groups_of(arguments.speech).items():
        for number in range(arguments.conversations):
            n = min(len(speakers), int(rng.integers(2, 6)))
            chosen = {str(who): speakers[str(who)] for who in rng.choice(list(speakers), n, replace=False)}
            talk = conversation(f"{name} {number + 1}", chosen, rng)
            scores.append(score(talk, heard(talk, vad, sound, encoder, rules)))
            print(f"{talk.name:24} {scores[-1]}")
    n_told = sum(one.right + one.wrong + one.unknown for one in scores)
    result = {
        "bench": "speakers",
        "speech": "recordings" if arguments.speech else "flite",
        "conversations": len(scores),
        "utterances": n_told,
        **{key: round(sum(getattr(one, key) for one in scores) / n_told, 3) for key in ("right", "wrong", "unknown")},
        "mixed": sum(one.mixed for one in scores),
        "as_many_voices_as_speakers": round(float(np.mean([one.voices == one.speakers for one in scores])), 2),
        "voices_over_speakers": round(float(np.mean([one.voices - one.speakers for one in scores])), 2),
        "ms_a_second_of_speech": round(1e3 * sum(w for _, w in encoder.took) / sum(s for s, _ in encoder.took), 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
