"""Trains the adapter that lets Whisper base understand synthetic voices: python -m bench.hearing_adapter --out FILE.

Low-rank changes (E. Hu et al., arXiv:2106.09685) of all matrices of the encoder and of two in each of the decoder's
attentions to the sound, learned on sentences of which `bench.wer` has none (`bench.hearing_speech`). Of what was
learned STRENGTH is kept, so that people are understood as before (M. Wortsman et al., "Robust fine-tuning of zero-shot
models", arXiv:2109.01903). Ends after --minutes, whole steps; prints one JSON line. Two cores take 4 s a step.
"""

from __future__ import annotations

import argparse
import json
import math
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperForConditionalGeneration

from bench.hearing_speech import RATE_HZ, Sound, examples
from bench.low_rank import SCALE, LowRank, put_in, rate_at
from bench.sample.voices import VoiceError
from perception.backends.whisper_ct2 import PROMPT, WhisperCt2Options, packaged
from perception.log_mel import HOP, log_mel
from perception.low_rank_adapter import variables
from wire.low_rank import save_adapter

STRENGTH = 0.6  # at 1.0 recordings of people have one word in nine wrong
BATCH, POOL = 12, 64  # utterances of like length go together
RATE, WARM_UP = 1e-3, 40
PROMPTED = 0.6  # share read behind the prompt that is used for English
WHOLE_S = 8.0  # the shortest window in use
SIZE, N_LAYERS, N_HEADS, INNER = 512, 6, 8, 2_048  # of Whisper base
_START = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
_END = "<|endoftext|>"
# (the network's name for a matrix, rows of it) by CTranslate2's: encoder, decoder's attention to the sound
_ENCODER = {
    "self_attention/linear_0": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attention/linear_1": ("self_attn.out_proj",),
    "ffn/linear_0": ("fc1",),
    "ffn/linear_1": ("fc2",),
}
_ATTENTION = {"attention/linear_0": ("encoder_attn.q_proj",), "attention/linear_2": ("encoder_attn.out_proj",)}
_REST_OF_ATTENTION = {"attention/linear_1": ("encoder_attn.k_proj", "encoder_attn.v_proj")}
_NORMS = {"self_attention": "self_attn_layer_norm", "ffn": "final_layer_norm", "attention": "encoder_attn_layer_norm"}


def network(model: bytes) -> WhisperForConditionalGeneration:
    """Whisper base with the weights of a file of CTranslate2's."""
    places = variables(model)

    def array(name: str) -> Tensor:
        place = places[name]
        values = np.frombuffer(model, np.float16, math.prod(place.shape), place.start).reshape(place.shape)
        return torch.tensor(values.astype(np.float32))

    state: dict[str, Tensor] = {}
    for part in ("encoder", "decoder"):
        to = f"model.{part}"
        state[f"{to}.embed_positions.weight"] = array(f"{part}/position_encodings/encodings")
        norms = {f"{part}": f"{to}.layer_norm"}
        for index in range(N_LAYERS):
            here, there = f"{part}/layer_{index}", f"{to}.layers.{index}"
            names = _ENCODER if part == "encoder" else {**_ENCODER, **_ATTENTION, **_REST_OF_ATTENTION}
            for name, rows in names.items():
                weights, biases = (array(f"{here}/{name}/{kind}").chunk(len(rows)) for kind in ("weight", "bias"))
                for row, weight, bias in zip(rows, weights, biases, strict=True):
                    state[f"{there}.{row}.weight"] = weight
                    if not row.endswith("k_proj"):  # has none
                        state[f"{there}.{row}.bias"] = bias
            norms |= {f"{here}/{name}": f"{there}.{own}" for name, own in _NORMS.items() if f"{name}/linear_0" in names}
        for name, own in norms.items():
            state[f"{own}.weight"], state[f"{own}.bias"] = (
                array(f"{name}/layer_norm/{kind}") for kind in ("gamma", "beta")
            )
    for name in ("conv1", "conv2"):
        for kind in ("weight", "bias"):
            state[f"model.encoder.{name}.{kind}"] = array(f"encoder/{name}/{kind}")
    words = array("decoder/embeddings/weight")
    state |= {"model.decoder.embed_tokens.weight": words, "proj_out.weight": words}
    sizes = {"layers": N_LAYERS, "attention_heads": N_HEADS, "ffn_dim": INNER}
    both: dict[str, Any] = {f"{part}_{name}": size for part in ("encoder", "decoder") for name, size in sizes.items()}
    found = WhisperForConditionalGeneration(WhisperConfig(d_model=SIZE, vocab_size=len(words), num_mel_bins=80, **both))
    found.load_state_dict(state)
    found.train(False)
    return found


def changeable(whisper: WhisperForConditionalGeneration) -> dict[str, list[LowRank]]:
    """Freezes the network and puts a LowRank in each place; by CTranslate2's name, in the order of its rows."""
    for parameter in whisper.parameters():
        parameter.requires_grad_(False)
    found: dict[str, list[LowRank]] = {}
    for part, names in (("encoder", _ENCODER), ("decoder", _ATTENTION)):
        for index, layer in enumerate(getattr(whisper.model, part).layers):
            for name, rows in names.items():
                here = found.setdefault(f"{part}/layer_{index}/{name}/weight", [])
                here += [put_in(layer, row) for row in rows]
    return found


def save(path: Path, places: dict[str, list[LowRank]]) -> None:
    """STRENGTH of it as `wire.low_rank` keeps it: blocks of rows have blocks of the second matrix."""
    adapter = {}
    for name, changes in places.items():
        a = torch.cat([one.a for one in changes]).detach().numpy().astype(np.float16)
        b = torch.block_diag(*[one.b for one in changes])  # type: ignore[no-untyped-call]  # torch has no types for it
        adapter[name] = (a, (b * SCALE * STRENGTH).detach().numpy().astype(np.float16))
    save_adapter(path, adapter)


class Loss:
    """What the network pays for not writing the sentences of a batch."""

    def __init__(self, whisper: WhisperForConditionalGeneration, tokenizer: Tokenizer) -> None:
        self._whisper, self._tokenizer = whisper, tokenizer
        self._start = [_id(tokenizer, name) for name in _START]
        words = tokenizer.encode(f" {PROMPT}", add_special_tokens=False).ids
        self._prompt = [_id(tokenizer, "<|startofprev|>"), *words]
        self._end = _id(tokenizer, _END)

    def __call__(self, batch: Sequence[tuple[Sound, str]], rng: np.random.Generator) -> Tensor:
        longest_s = max(sound.size for sound, _ in batch) / RATE_HZ
        window_s = longest_s + rng.uniform(0.4, 1.2) if rng.random() < 0.9 else max(WHOLE_S, longest_s + 1.0)
        n_frames = round(window_s * RATE_HZ) // (2 * HOP) * 2
        mel = torch.tensor(np.stack([log_mel(sound, n_frames) for sound, _ in batch]))
        given, wanted = self._tokens([written for _, written in batch], rng)
        states = self._encoded(mel)
        found = self._whisper.model.decoder(input_ids=given, encoder_hidden_states=states, use_cache=False)
        asked = wanted >= 0
        return F.cross_entropy(self._whisper.proj_out(found.last_hidden_state[asked]), wanted[asked])

    def _encoded(self, mel: Tensor) -> Tensor:
        """The library's encoder takes whole windows of 30 s only."""
        encoder = self._whisper.model.encoder
        states = F.gelu(encoder.conv2(F.gelu(encoder.conv1(mel)))).permute(0, 2, 1)
        states = states + encoder.embed_positions.weight[: states.shape[1]]
        for layer in encoder.layers:
            found: Any = layer(states, attention_mask=None)
            states = found[0] if isinstance(found, tuple) else found
        normed: Tensor = encoder.layer_norm(states)
        return normed

    def _tokens(self, sentences: Sequence[str], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """What goes in and what is to come out, each (n_sentences, n_tokens); -1: nothing is asked here."""
        rows = []
        for sentence in sentences:
            before = [*(self._prompt if rng.random() < PROMPTED else []), *self._start]
            words = self._tokenizer.encode(f" {sentence}", add_special_tokens=False).ids if sentence else []
            rows.append((before, [*words, self._end]))
        shape = len(rows), max(len(before) + len(words) for before, words in rows) - 1
        given, wanted = torch.full(shape, self._end), torch.full(shape, -1)
        for row, (before, words) in enumerate(rows):
            both = [*before, *words]
            given[row, : len(both) - 1] = torch.tensor(both[:-1])
            wanted[row, len(before) - 1 : len(both) - 1] = torch.tensor(words)
        return given, wanted


class _Ahead:
    """Examples, spoken by a thread while the network learns."""

    def __init__(self, seed: int) -> None:
        self._ready: queue.Queue[tuple[Sound, str] | VoiceError] = queue.Queue(POOL)
        threading.Thread(target=self._speak, args=(seed,), daemon=True).start()

    def next(self) -> tuple[Sound, str]:
        """Raises VoiceError where a voice is missing."""
        found = self._ready.get()
        if isinstance(found, VoiceError):
            raise found
        return found

    def _speak(self, seed: int) -> None:
        try:
            for example in examples(seed):
                self._ready.put(example)
        except VoiceError as error:  # for `next`, which would wait for ever
            self._ready.put(error)


def _id(tokenizer: Tokenizer, name: str) -> int:
    found = tokenizer.token_to_id(name)
    if found is None:
        raise ValueError(f"the model has no token {name}; fetch it again")
    return int(found)


def train(minutes: float, seed: int, out: Path) -> dict[str, Any]:
    files = packaged(WhisperCt2Options(adapter=False))
    whisper = network(files["model.bin"])
    places = changeable(whisper)
    parameters = [one for changes in places.values() for change in changes for one in (change.a, change.b)]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    loss = Loss(whisper, Tokenizer.from_buffer(files["tokenizer.json"]))
    speech = _Ahead(seed)
    rng, begun = np.random.default_rng(seed), time.monotonic()
    pool: list[tuple[Sound, str]] = []
    paid: list[float] = []
    with Progress() as progress:
        task = progress.add_task("training", total=1.0)
        while (share := (time.monotonic() - begun) / (60.0 * minutes)) < 1.0:
            pool = sorted([*pool, *(speech.next() for _ in range(POOL - len(pool)))], key=lambda one: one[0].size)
            first = int(rng.integers(0, POOL - BATCH + 1))
            batch, pool = pool[first : first + BATCH], pool[:first] + pool[first + BATCH :]
            for group in optimizer.param_groups:
                group["lr"] = RATE * rate_at(len(paid), share, WARM_UP)
            optimizer.zero_grad()
            now = loss(batch, rng)
            now.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            paid.append(now.item())
            progress.update(task, completed=share, description=f"step {len(paid)}, loss {np.mean(paid[-40:]):.3f}")
    save(out, places)
    n_parameters = sum(one.numel() for one in parameters)
    return {
        "steps": len(paid),
        "loss": round(float(np.mean(paid[-40:])), 4),
        "parameters": n_parameters,
        "out": str(out),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="the archive to write")
    parser.add_argument("--minutes", type=float, default=32.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.minutes <= 0:
        parser.error(f"--minutes is {options.minutes:g}; give the minutes to train, such as 32")
    if options.out.suffix != ".npz" or not options.out.parent.is_dir():
        parser.error(f"--out is {options.out}; give a file that ends in .npz, in a folder that exists")
    torch.manual_seed(options.seed)
    try:
        print(json.dumps(train(options.minutes, options.seed, options.out)))
    except (ValueError, VoiceError) as error:  # no model, or no voice
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
