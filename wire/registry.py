"""Backends by name, imported only when asked for.

One registry a role. An entry is a name, "module:Class" and the extra of pyproject.toml that installs its library. Where
a backend is asked for, several names may stand, separated by commas: the first whose libraries are there is taken.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any


class BackendError(Exception):
    """A backend that cannot be had: the sentence names the cause and the fix."""


@dataclass(frozen=True)
class Entry:
    target: str  # "package.module:Class"
    extra: str = ""
    needs: tuple[str, ...] = ()
    install: str = ""


class Registry:
    """The backends of one role, such as "perception.asr"."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._entries: dict[str, Entry] = {}

    def add(self, name: str, target: str, *, extra: str = "", needs: tuple[str, ...] = (), install: str = "") -> None:
        """needs: modules of other packages that it cannot do without; install: what installs them where no extra
        can."""
        self._entries[name] = Entry(target, extra, needs, install)

    def names(self) -> list[str]:
        return sorted(self._entries)

    def chosen(self, names: str) -> str:
        """Of names separated by commas the first one whose libraries are there, else the last.

        Raises BackendError for an unknown name among them.
        """
        listed = [name.strip() for name in names.split(",")]
        return next((name for name in listed if self.is_there(name)), listed[-1])

    def is_there(self, name: str) -> bool:
        """Whether the libraries of a backend are there. Raises BackendError for an unknown name."""
        return not self._lacks(self._entry(name))

    def wished(self, names: str) -> str:
        """How to get a backend that is named before the one chosen; nothing where that is the first."""
        first, taken = names.split(",")[0].strip(), self.chosen(names)
        return f"{self.fix(first)} for {first}" if first != taken else ""

    def helpers(self, options: Any) -> dict[str, str]:
        """Packages that a backend with these options is better with: "" where installed, else how to install it."""
        wanted: dict[str, str] = getattr(options, "helpers", {})
        return {name: "" if importlib.util.find_spec(name) else install for name, install in wanted.items()}

    def fix(self, name: str) -> str:
        """How to install what a backend needs."""
        entry = self._entry(name)
        if entry.install:
            return entry.install
        extra = entry.extra
        return f"pip install 'omnilive[{extra}]'" if extra else "reinstall omnilive"

    def _entry(self, name: str) -> Entry:
        entry = self._entries.get(name)
        if entry is None:
            raise BackendError(f"{self.role}: no backend {name!r}{nearest(name, self.names())}")
        return entry

    def _lacks(self, entry: Entry) -> bool:
        return any(importlib.util.find_spec(module) is None for module in entry.needs)

    def load(self, name: str) -> type[Any]:
        """The class of a backend. Raises BackendError for an unknown name or a missing library."""
        name = self.chosen(name)
        entry = self._entry(name)
        module, _, attribute = entry.target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]
        except ImportError as error:
            raise BackendError(
                f"{self.role}: backend {name!r} needs {error.name or error}, which is not installed; {self.fix(name)}"
            ) from error

    def create(self, name: str, options: dict[str, Any]) -> Any:
        """Load, check the options against the class's `Options`, construct (which loads weights and warms up).

        Raises BackendError, also for what the backend itself finds wrong with its options, files or server.
        """
        name = self.chosen(name)
        checked = self.options(name, options)
        try:
            return self.load(name)(checked)
        except (ValueError, OSError) as error:
            raise BackendError(f"{self.role}: backend {name!r}: {error}") from error

    def options(self, name: str, options: dict[str, Any]) -> Any:
        """The backend's `Options`, which load nothing. Raises BackendError for names that it does not have."""
        name = self.chosen(name)
        backend = self.load(name)
        known = {f.name: f for f in dataclasses.fields(backend.Options)}
        for key in options:
            if key not in known:
                raise BackendError(f"{self.role}: backend {name!r} has no option {key!r}{nearest(key, list(known))}")
        missing = [
            f.name
            for f in known.values()
            if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING and f.name not in options
        ]
        if missing:
            raise BackendError(
                f"{self.role}: backend {name!r} needs the option {missing[0]!r}; set {self.role}.options"
            )
        try:
            return backend.Options(**options)
        except ValueError as error:
            raise BackendError(f"{self.role}: backend {name!r}: {error}") from error


def nearest(word: str, choices: list[str]) -> str:
    """ "; did you mean 'x'? (choose from ...)" for an error sentence."""
    close = difflib.get_close_matches(word, choices, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{hint} (choose from {', '.join(sorted(choices)) or 'nothing'})"
