"""Memories by name: @work is the folder of that name among the user's data; any other word is a folder as it is."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

DEFAULT = "default"  # the memory that "@" alone means
_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


def home() -> Path:
    """Where memories with a name lie: on Linux below $XDG_DATA_HOME, else ~/.local/share."""
    return Path(platformdirs.user_data_dir("omnilive")) / "memories"


def memory_folder(word: str | Path) -> Path:
    """The folder that is meant. Raises ValueError for a name that cannot be one."""
    text = str(word)
    if not text.startswith("@"):
        return Path(word)
    name = text[1:] or DEFAULT
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{text!r} is no name of a memory: write letters, digits, '.', '_' and '-' after the @, or ./{text} for a "
            "folder"
        )
    return home() / name


def memory_names() -> list[str]:
    """Names of the memories that are there, with their @."""
    found = (path.parent.name for path in home().glob("*/memory.db") if path.is_file())
    return sorted(f"@{name}" for name in found if _NAME.fullmatch(name))
