"""`omnilive chat --audio`: a transcript and the class of a sound, or answers about it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from workbench.api import Chat
from workbench.errors import Unusable
from workbench.media import read_sound


def hear(talk: Chat, path: Path, questions: list[str], console: Console) -> None:
    """One line an answer; without a question what is said, then what it sounds like."""
    wanted = talk.settings
    if wanted.beams > 1 or wanted.system or wanted.temperature is not None or wanted.top_p is not None:
        raise Unusable("--audio is heard as published: leave out --beams, --temperature, --top-p and --system")
    pcm = read_sound(path)
    if not questions:
        console.print(talk.listener.transcribe(pcm), markup=False, soft_wrap=True)
        console.print(f"({talk.listener.describe(pcm)})", markup=False, soft_wrap=True)
    for question in questions:
        console.print(talk.listener.answer(pcm, question), markup=False, soft_wrap=True)
