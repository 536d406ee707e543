"""Word error rate and speed of hearing: `python -m bench.wer [--profile P] [--set K=V] [--media FOLDER]`.

Speech goes through all of hearing (voice detector, recogniser, turns) in chunks of 100 ms, so that a word cut off at a
pause counts as an error. Prints a table by file and by voice and, at the end, one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np

from bench.sample.voices import VOICES, room_tone, speak
from perception.backends import ASR, SOUND, SPEAKERS, VAD
from perception.backends.base import Pcm
from perception.hearing import Hearing
from perception.turns import Finished, TurnRules
from streamer.media import MediaReader
from streamer.probe import probe
from streamer.sound import Chunk
from wire import config
from wire.config import StreamerConfig
from wire.messages import AUDIO_HZ

CHUNK = AUDIO_HZ // 10
SAMPLE_NS = 1_000_000_000 // AUDIO_HZ
PAD_S = 1.5  # of room before and after

# What is said in the recordings of the media folder. None: not English, it must only run through.
MEDIA: dict[str, str | None] = {
    "jfk.flac": (
        "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
    ),
    "librivox_0870.wav": (
        "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do for"
        " them"
    ),
    "librivox_0880.wav": "he was not an ill disposed young man",
    "librivox_0890.wav": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "english.mp3": None,
    "chinese.mp3": None,
}
SENTENCES = (
    "What does the sign say?",
    "What color was the box?",
    "How many people are in the room?",
    "When did the first person enter?",
    "What did the narrator say about the train?",
    "Is anybody there now?",
    "How long ago did the light go out?",
    "Which sign did you see first, the red one or the blue one?",
    "Did you see an elephant?",
    "Can you tell me what the code says?",
    "In which direction did the circle move?",
    "Who is the keeper of the museum?",
    "The museum opens at nine in the morning and closes at six.",
    "The garden was planted by a teacher called Martin forty years ago.",
    "Our next train leaves from platform seven at half past ten.",
    "Fresh bread costs three dollars in the village shop.",
    "Please remember that the meeting was moved to Thursday.",
    "The captain keeps his keys in the wooden drawer.",
)
_SPELLING = {"colour": "color", "mr": "mister", "harbour": "harbor", "grey": "gray"}


@dataclass
class Line:
    """One line of the table. reference: None where what is said is not known."""

    name: str
    reference: str | None
    heard: str
    seconds: float
    cpu_s: float

    @property
    def wer(self) -> float | None:
        return None if self.reference is None else float(jiwer.wer(plain(self.reference), plain(self.heard)))


def plain(text: str) -> str:
    """Lower-case words without punctuation, in one spelling."""
    words = re.sub(r"[^a-z' ]", " ", text.lower()).split()
    return " ".join(_SPELLING.get(word, word) for word in words)


def recording(path: Path) -> Pcm:
    """The sound of a file as a replay hears it."""
    settings = StreamerConfig()
    reader = MediaReader(probe(path), settings.fps, settings.longest_side_px, settings.audio_chunk_ms)
    pieces = [np.frombuffer(item.pcm, "<i2") for item in reader.items() if isinstance(item, Chunk)]
    return np.concatenate(pieces).astype(np.int16)


def padded(pcm: Pcm) -> Pcm:
    """With room tone around it."""
    pad = round(PAD_S * AUDIO_HZ)
    whole = room_tone(pcm.size + 2 * pad, 1)
    whole[pad : pad + pcm.size] += pcm
    return whole.clip(-32_768, 32_767).astype(np.int16)


class Listening:
    """Hearing of a profile, loaded once."""

    def __init__(self, loaded: config.Config) -> None:
        parts = loaded.perception
        self._vad = VAD.create(parts.vad.backend, parts.vad.options)
        self._asr = ASR.create(parts.asr.backend, parts.asr.options)
        self._sound = SOUND.create(parts.sound.backend, parts.sound.options)
        self._speakers = SPEAKERS.create("none", {})  # words alone count
        self._rules = TurnRules(
            pause_ms=parts.pause_ms,
            unfinished_pause_ms=parts.unfinished_pause_ms,
            longest_s=parts.longest_utterance_s,
        )

    def hear(self, name: str, reference: str | None, pcm: Pcm) -> Line:
        ear = Hearing(self._vad, self._asr, self._sound, self._speakers, self._rules)
        start_s = time.process_time()
        events = [event for at in range(0, pcm.size, CHUNK) for event in ear.hear(at * SAMPLE_NS, pcm[at : at + CHUNK])]
        events += ear.finish(pcm.size * SAMPLE_NS)
        cpu_s = time.process_time() - start_s
        heard = " ".join(event.text for event in events if isinstance(event, Finished))
        return Line(name, reference, heard, pcm.size / AUDIO_HZ, cpu_s)


def show(lines: list[Line]) -> None:
    for line in lines:
        wer = "     -" if line.wer is None else f"{line.wer:6.3f}"
        print(f"{line.name:20} {line.seconds:6.1f} s  WER {wer}  RTF {line.cpu_s / line.seconds:.3f}  {line.heard}")


def voices(listening: Listening) -> dict[str, list[Line]]:
    return {v: [listening.hear(v, text, padded(speak(v, text))) for text in SENTENCES] for v in VOICES}


def pooled(lines: list[Line]) -> float:
    """Errors over words of all lines together."""
    known = [line for line in lines if line.reference is not None]
    return float(jiwer.wer([plain(line.reference or "") for line in known], [plain(line.heard) for line in known]))


def rtf(lines: list[Line]) -> float:
    return sum(line.cpu_s for line in lines) / sum(line.seconds for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="lite")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--media", type=Path, default=Path(os.environ.get("OMNILIVE_MEDIA", "")))
    arguments = parser.parse_args()
    listening = Listening(config.load(arguments.profile, overrides=arguments.set))
    files = [
        listening.hear(name, text, padded(recording(arguments.media / name)))
        for name, text in MEDIA.items()
        if (arguments.media / name).is_file()
    ]
    show(files)
    spoken = voices(listening)
    for voice, lines in spoken.items():
        seconds = sum(line.seconds for line in lines)
        print(f"{'flite ' + voice:20} {seconds:6.1f} s  WER {pooled(lines):6.3f}  RTF {rtf(lines):.3f}")
    every = [line for lines in spoken.values() for line in lines]
    result = {
        "bench": "wer",
        "profile": arguments.profile,
        "set": arguments.set,
        "files": {line.name: None if line.wer is None else round(line.wer, 3) for line in files},
        "voices": {voice: round(pooled(lines), 3) for voice, lines in spoken.items()},
        "wer_voices": round(pooled(every), 3),
        "rtf_files": round(rtf(files), 3) if files else None,
        "rtf_voices": round(rtf(every), 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
