"""Configuration: a TOML profile and `--set a.b=c` overrides become frozen dataclasses, read once, passed down.

Backends' options are dicts here; each backend checks its own. An unknown key is an error naming the nearest one.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from wire.registry import nearest


class ConfigError(Exception):
    """A configuration that cannot be used: the sentence names the key and the fix."""


@dataclass(frozen=True, kw_only=True)
class BackendConfig:
    backend: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PerceptionConfig:
    vad: BackendConfig
    asr: BackendConfig
    sound: BackendConfig
    vision: tuple[BackendConfig, ...]
    speakers: BackendConfig = BackendConfig(backend="none")
    pause_ms: int = 600  # silence that ends an utterance whose words can stand alone
    unfinished_pause_ms: int = 1300  # ... whose words cannot: "what is the"
    longest_utterance_s: float = 25.0  # longer ones are cut


@dataclass(frozen=True, kw_only=True)
class MemoryConfig:
    compressor: BackendConfig
    text_encoder: BackendConfig
    reranker: BackendConfig = BackendConfig(backend="none")
    clip_cosine: float = 0.9  # a clip ends where neighbouring frames are at most that alike; fits the frame encoder
    keep_hours: float = 0.0  # what is older is erased while running; 0: no limit
    keep_mb: float = 0.0  # database and key frames; above it the oldest is erased while running; 0: no limit
    durable: bool = False  # what is acknowledged survives a power cut too, not only the end of the process; slower


@dataclass(frozen=True, kw_only=True)
class ReasoningConfig:
    llm: BackendConfig
    tts: BackendConfig


@dataclass(frozen=True, kw_only=True)
class StreamerConfig:
    fps: float = 1.0  # frames per second of media time that perception gets
    longest_side_px: int = 1280  # larger frames are scaled down
    audio_chunk_ms: int = 100  # PCM per AudioChunk
    reply_delay_ms: int = 400  # media time between a question and the start of its reply in a replay
    watermark_every_s: float = 1.0  # media time
    ahead_s: float = 10.0  # media time that a replay may be ahead of perception; bounds the frames on their way


@dataclass(frozen=True, kw_only=True)
class LaunchConfig:
    ready_deadline_s: float = 60.0  # a process that is not Ready by then fails the start
    stop_deadline_s: float = 5.0  # soft stop, then stacks are dumped and the process is killed
    restarts_per_minute: int = 3  # a process that crashes more often ends the run
    restart_backoff_s: float = 0.2  # before the first restart; doubles each time
    beat_every_s: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Config:
    perception: PerceptionConfig
    memory: MemoryConfig
    reasoning: ReasoningConfig
    streamer: StreamerConfig = field(default_factory=StreamerConfig)
    launch: LaunchConfig = field(default_factory=LaunchConfig)


def profiles() -> list[str]:
    """Names of the shipped profiles."""
    folder = resources.files("config")
    return sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".toml"))


def load(profile: str = "lite", file: Path | None = None, overrides: typing.Sequence[str] = ()) -> Config:
    """The configuration of a shipped profile, or of a TOML file, with `a.b=c` overrides. Raises ConfigError."""
    if file is None:
        if profile not in profiles():
            raise ConfigError(f"no profile {profile!r}{nearest(profile, profiles())}")
        text, name = (resources.files("config") / f"{profile}.toml").read_text(), f"{profile}.toml"
    else:
        try:
            text, name = file.read_text(), str(file)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read the configuration {file}: {error}") from error
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not TOML: {error}") from error
    for override in overrides:
        _override(tree, override)
    config: Config = _build(Config, tree, "")
    return config


def _override(tree: dict[str, Any], override: str) -> None:
    """Apply "perception.asr.backend=fake"; a number in the path indexes a list; the value is TOML or else a string."""
    path, equals, raw = override.partition("=")
    if not equals or not path:
        raise ConfigError(f"--set {override!r} is not KEY=VALUE, such as streamer.fps=2")
    try:
        value = tomllib.loads(f"v = {raw}")["v"]
    except tomllib.TOMLDecodeError:
        value = raw
    *parents, last = path.strip().split(".")
    node: Any = tree
    for key in parents:
        node = _step(node, key, override)
    if isinstance(node, list):
        _step(node, last, override)
        node[int(last)] = value
    else:
        node[last] = value


def _step(node: Any, key: str, override: str) -> Any:
    if isinstance(node, list):
        if not key.isdigit() or int(key) >= len(node):
            raise ConfigError(f"--set {override!r}: {key!r} is not an index below {len(node)}")
        return node[int(key)]
    child = node.setdefault(key, {})
    if not isinstance(child, dict | list):
        raise ConfigError(f"--set {override!r}: {key!r} is a value and has no keys")
    return child


def _build(kind: Any, value: Any, path: str) -> Any:
    """`value` of the TOML tree as `kind`; path names it in errors."""
    if dataclasses.is_dataclass(kind):
        return _build_section(typing.cast(type, kind), value, path)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{path} must be a list")
        return tuple(_build(args[0], item, f"{path}.{i}") for i, item in enumerate(value))
    if origin is types.UnionType:
        return _build(next(a for a in args if a is not type(None)), value, path)
    if kind is float and type(value) is int:
        return float(value)
    expected = origin or kind
    if type(value) is not expected:
        raise ConfigError(f"{path} must be {_NAMES.get(expected, expected.__name__)}, not {value!r}")
    return value


def _build_section(kind: type, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise ConfigError(f"{path} must be a table")
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    for key in value:
        if key not in fields:
            raise ConfigError(f"unknown key {_join(path, key)!r}{nearest(key, list(fields))}")
    for name, f in fields.items():
        if name not in value and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise ConfigError(f"the key {_join(path, name)!r} is missing")
    return kind(**{key: _build(hints[key], item, _join(path, key)) for key, item in value.items()})


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


_NAMES: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
}
