"""The words of the replay command, checked before anything starts. Each error is a BadInput of one sentence."""

from __future__ import annotations

import math
import re
from pathlib import Path

from streamer.probe import BadInput
from wire.civil import unix_s_of
from wire.config import StreamerConfig
from wire.memories import memory_folder
from wire.messages import SessionSettings

_SPEED = re.compile(r"(\d+(?:\.\d+)?|\.\d+)x?")
_FASTEST, _SLOWEST = 1000.0, 0.01


def parse_speed(text: str) -> float | None:
    """None for "max", else media seconds per wall second: "1x", "2.5x"."""
    word = text.strip().lower()
    if word == "max":
        return None
    match = _SPEED.fullmatch(word)
    speed = float(match.group(1)) if match else math.nan
    if not _SLOWEST <= speed <= _FASTEST:
        raise BadInput(f"--speed {text!r} is not max, 1x or another factor such as 2.5x")
    return speed


def parse_listen(text: str, reply_delay_ms: int) -> SessionSettings:
    """The settings for "user", "ambient" or "wake:the phrase"."""
    kind, colon, phrase = text.strip().partition(":")
    phrase = " ".join(phrase.strip().strip("\"'").split())
    match kind.strip().lower():
        case "user" if not colon:
            return SessionSettings(mode="replay", listen="user", reply_delay_ms=reply_delay_ms)
        case "ambient" if not colon:
            return SessionSettings(mode="replay", listen="ambient", reply_delay_ms=reply_delay_ms)
        case "wake" if phrase:
            return SessionSettings(mode="replay", listen="wake", wake_phrase=phrase, reply_delay_ms=reply_delay_ms)
    raise BadInput(f'--listen {text!r} is not user, ambient or wake:"a phrase"')


def parse_start(text: str) -> float:
    """Seconds since 1970 of "2026-11-21 14:05" in the zone of this machine, or of a time with its zone."""
    try:
        unix_s = unix_s_of(text)
    except ValueError:
        unix_s = -1.0
    if unix_s <= 0.0:
        raise BadInput(f"--start {text!r} is no date and time since 1970; write it as 2026-11-21 14:05")
    return unix_s


def check_config(config: StreamerConfig) -> None:
    """Values of [streamer] that no replay can work with."""
    limits = {
        "fps": (0.001, 60.0),
        "longest_side_px": (32, 8192),
        "audio_chunk_ms": (20, 1000),
        "reply_delay_ms": (0, 60_000),
        "watermark_every_s": (0.1, 60.0),
        "ahead_s": (1.0, 600.0),
    }
    values = {
        "fps": config.fps,
        "longest_side_px": config.longest_side_px,
        "audio_chunk_ms": config.audio_chunk_ms,
        "reply_delay_ms": config.reply_delay_ms,
        "watermark_every_s": config.watermark_every_s,
        "ahead_s": config.ahead_s,
    }
    for name, (least, most) in limits.items():
        if not least <= values[name] <= most:
            raise BadInput(f"streamer.{name} is {values[name]}; set it to {least:g} to {most:g}")


def parse_memory(word: str | Path) -> Path:
    """The folder of a memory: one as it is, or @NAME among the user's data."""
    try:
        folder = memory_folder(word)
    except ValueError as error:
        raise BadInput(f"--memory {error}") from error
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"the memory {folder} is a file; give a folder as --memory")
    return folder
