"""How fast full-size networks run here, with random weights: decoding, first token, towers, memory, peak memory.

    python -m bench.gpu               # on a GPU: the published sizes in bfloat16
    python -m bench.gpu --tiny        # the same code on the smallest sizes; what runs where there is no GPU

Ends with one JSON line. Goals and what they are compared with stand in docs/log.md. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn

from bench.gpu_sizes import FULL, TINY, Sizes
from models.attention import OURS, choose_attention
from models.checkpoint import rebuild_buffers
from models.clip import ClipTower
from models.decoder import MODES, Decoder, choose_stepping
from models.generate import Sampling, generate
from models.internvit import InternVit, InternVitConfig
from models.language import CausalLm, build_language_model
from models.memory_stream import PublishedStream
from models.resident import Resident
from models.video_memory import PICTURE_ID, VideoMemory, VideoMemoryConfig

Figures = dict[str, Any]


class Bench:
    """Networks of one set of sizes on one device."""

    def __init__(self, sizes: Sizes, device: torch.device) -> None:
        self.sizes, self.device = sizes, device
        self.dtype = torch.bfloat16 if device.type == "cuda" else torch.float32

    def network(self, make: Callable[[], nn.Module]) -> Any:
        """With random weights, made where they stay."""
        with torch.device("meta"):
            made = make()
        state = {
            key: torch.empty(value.shape, dtype=self.dtype, device=self.device).normal_(0, 0.02)
            for key, value in made.state_dict(keep_vars=True).items()
        }
        made.load_state_dict(state, assign=True, strict=False)
        rebuild_buffers(made, self.device)
        return made.eval().requires_grad_(False)

    def random(self, *shape: int) -> Tensor:
        return torch.randn(shape, device=self.device).to(self.dtype) * 0.02

    def ms(self, run: Callable[[], object], runs: int = 0) -> float:
        """The median of so many runs after one that does not count."""
        run()
        taken = []
        for _ in range(runs or self.sizes.runs):
            self.wait()
            began = time.perf_counter()
            run()
            self.wait()
            taken.append((time.perf_counter() - began) * 1e3)
        return statistics.median(taken)

    def wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def free(self) -> None:
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()

    def peak_gb(self) -> float:
        """Of the GPU's memory, or of this process's."""
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated() / 1e9
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9

    # ---- the parts -----------------------------------------------------------------------------------------------

    def bandwidth(self) -> float:
        """Bytes a second that a copy reads and writes."""
        source = torch.empty(self.sizes.copied, dtype=torch.uint8, device=self.device)
        target = torch.empty_like(source)
        return 2 * self.sizes.copied / (self.ms(lambda: target.copy_(source)) / 1e3)

    def decoding(self, bandwidth: float) -> Figures:
        """Milliseconds a token of each decoder, in each way to step; plain `generate` of transformers beside it."""
        found: Figures = {}
        for name, values in self.sizes.decoders.items():
            network = self.network(partial(build_language_model, values))
            weights = sum(p.numel() * p.element_size() for p in network.parameters())
            embedding = network.get_input_embeddings().weight  # of which a token reads one row
            read = weights - embedding.numel() * embedding.element_size()
            prompt = self.random(1, self.sizes.prompt, values["hidden_size"])
            one: Figures = {"parameters": sum(p.numel() for p in network.parameters())}
            one["floor_ms"] = read / bandwidth * 1e3
            for mode in self.sizes.stepping:
                one |= self.stepped(mode, network, prompt)
            if hasattr(network, "generate"):
                one["plain_generate_ms"] = self.plain_token_ms(network, prompt)
                found |= self.first_token(network, prompt.shape[-1])
            one["peak_gb"] = self.peak_gb()
            found[name] = one
            del network, prompt
            self.free()
        return found

    def stepped(self, mode: str, network: Any, prompt: Tensor) -> Figures:
        """One way of stepping; what is wrong with it here stands beside it, or in place of its figure."""
        resident = Resident(cast(CausalLm, network), self.sizes.context, choose_stepping(network, mode))
        asked = resident.stepping
        try:
            found: Figures = {f"{mode}_ms": self.token_ms(network, prompt, resident)}
        except RuntimeError as error:
            return {f"{mode}_failed": str(error).splitlines()[0]}
        return found if resident.stepping == asked else {**found, f"{mode}_note": resident.stepping.reason}

    def token_ms(self, network: Any, prompt: Tensor, resident: Resident) -> float:
        """Of the generation loop with its sampling, from the first token on."""
        n = self.sizes.tokens
        for counted in (False, True):
            steps = generate(cast(CausalLm, network), prompt, Sampling(max_new_tokens=n + 1), resident=resident)
            next(steps)
            self.wait()
            began = time.perf_counter()
            n_steps = sum(1 for _ in steps)
            self.wait()
            if counted:
                return (time.perf_counter() - began) / n_steps * 1e3
        raise AssertionError

    def plain_token_ms(self, network: Any, prompt: Tensor) -> float:
        """transformers' generate as it comes, prompt reading taken off."""
        network.set_attn_implementation("sdpa")
        network.generation_config.eos_token_id = None

        def run(n: int) -> None:
            network.generate(
                inputs_embeds=prompt, max_new_tokens=n, min_new_tokens=n, do_sample=False, pad_token_id=0,
                attention_mask=torch.ones(prompt.shape[:2], dtype=torch.long, device=self.device),
            )  # fmt: skip

        few, many = 4, 4 + self.sizes.tokens // 2
        taken = (self.ms(lambda: run(many), 3) - self.ms(lambda: run(few), 3)) / (many - few)
        network.set_attn_implementation(OURS)
        return taken

    def first_token(self, network: Any, hidden: int) -> Figures:
        """From a question to its first token: with the beginning resident, and with everything to be read."""
        lm = cast(CausalLm, network)
        resident = Resident(lm, self.sizes.context, choose_stepping(network, "auto"))
        beginning = self.random(1, self.sizes.resident, hidden)

        def ask() -> None:
            question = torch.cat((beginning, self.random(1, self.sizes.question, hidden)), dim=1)
            next(generate(lm, question, Sampling(max_new_tokens=1), resident=resident))

        def ask_afresh() -> None:
            question = torch.cat((beginning, self.random(1, self.sizes.question, hidden)), dim=1)
            with torch.inference_mode():
                Decoder(lm, question.shape[1]).prefill(question)

        resident.prepare(beginning)
        took = self.ms(ask)
        assert resident.reused == self.sizes.resident
        return {
            "first_token_ms": took,
            "first_token_not_resident_ms": self.ms(ask_afresh),
            "resident_tokens": self.sizes.resident,
            "question_tokens": self.sizes.question,
        }

    @torch.inference_mode()
    def towers(self) -> Figures:
        """Frames a second in batches, and milliseconds of a single one; pictures at hand as tensors."""
        clip, vit = self.sizes.clip, InternVitConfig(**self.sizes.internvit)
        towers = {
            "clip_l14_336": (lambda: ClipTower(clip, -2), clip["image_size"]),
            "internvit_300m_448": (lambda: InternVit(vit), vit.image_size),
        }
        found = {}
        for name, (make, side) in towers.items():
            network = self.network(make)
            batch = self.random(self.sizes.batch, 3, side, side)
            together = self.ms(partial(network, batch))
            alone = self.ms(partial(network, batch[:1]))
            found[name] = {"frames_per_s": len(batch) / together * 1e3, "one_ms": alone, "batch": len(batch)}
            found[name]["peak_gb"] = self.peak_gb()
            del network
            self.free()
        return found

    @torch.inference_mode()
    def memory(self) -> Figures:
        """A frame's share of its clip's compression with so many clips before it; the published schedule beside it."""
        values = self.sizes.memory
        network: VideoMemory = self.network(lambda: VideoMemory(VideoMemoryConfig.from_dict(values), with_tower=False))
        stream, width = StreamOfClips(self, network), int(values["hidden_size"])
        found: Figures = {"frames_per_clip": self.sizes.clip_frames}
        for n in self.sizes.clips:
            found[f"step_per_frame_at_{n}_ms"] = self.ms(partial(stream.ours, n)) / self.sizes.clip_frames
            found[f"overview_at_{n}_ms"] = self.ms(partial(stream.overview, n, width))
            found[f"published_step_at_{n}_ms"] = self.ms(partial(stream.published, n), 3)
        few, many = (found[f"step_per_frame_at_{n}_ms"] for n in (min(self.sizes.clips), max(self.sizes.clips)))
        return {**found, "step_ratio": many / few}


class StreamOfClips:
    """What the memory does at a frame when it has seen n clips, all with random features."""

    def __init__(self, bench: Bench, network: VideoMemory) -> None:
        sizes, self._bench, self._network = bench.sizes, bench, network
        self._ids = torch.arange(10, 20, device=bench.device)  # the words of a clip's time
        patches = 4 * int(sizes.memory["resolution"])
        self._features = bench.random(1, sizes.clip_frames, patches, sizes.clip["hidden_size"])
        self._slots = sizes.clip_frames * int(sizes.memory["pool_num"])

    def ours(self, n: int) -> None:
        """A closed clip becomes local memory and a time token, and a node of the bounded tree of n clips before it."""
        row = torch.cat((self._ids, self._ids.new_tensor([PICTURE_ID])))
        rows = self._network.clip_rows([row], list(self._network.project(self._features)))
        memory, _ = self._network.compress(rows)
        self._bench.sizes.tree(n).add(self._bench.sizes.leaf(n, memory.time[0].float().cpu().numpy()))

    def overview(self, n: int, width: int) -> None:
        """What a question brings: at most sixteen clips integrated, however many there were."""
        n = min(n, self._bench.sizes.overview)
        local = [self._bench.random(self._slots, width) for _ in range(n)]
        self._network.integrate(local, self._bench.random(n, width))

    def published(self, n: int) -> None:
        """A frame in the published schedule: its clip so far again, then all clips integrated again."""
        stream = PublishedStream(self._network)
        width = int(self._bench.sizes.memory["hidden_size"])
        stream.local = [self._bench.random(self._slots, width)] * n
        stream.time = [self._bench.random(width)] * n
        stream.step(self._ids, self._features[0], new_clip=False)


def main(arguments: Sequence[str] | None = None) -> Figures:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="the smallest sizes, also where there is a GPU")
    parser.add_argument("--stepping", nargs="+", choices=MODES[1:], help="ways to step; compile takes minutes")
    options = parser.parse_args(arguments)
    gpu = torch.cuda.is_available()
    device = torch.device("cuda", 0) if gpu else torch.device("cpu")
    sizes = FULL if gpu and not options.tiny else TINY
    bench = Bench(replace(sizes, stepping=tuple(options.stepping)) if options.stepping else sizes, device)
    attention = choose_attention(device, bench.dtype)
    found: Figures = {
        "bench": "gpu",
        "mode": bench.sizes.name,
        "note": "" if gpu else "no GPU: tiny sizes on the CPU, which say nothing about speed",
        "device": torch.cuda.get_device_name(device) if gpu else "cpu",
        "torch": torch.__version__,
        "dtype": str(bench.dtype).removeprefix("torch."),
        "attention": asdict(attention),
    }
    bandwidth = bench.bandwidth()
    found["bandwidth_gb_s"] = bandwidth / 1e9
    found["decode"] = bench.decoding(bandwidth)
    found["towers"] = bench.towers()
    bench.free()
    found["memory"] = bench.memory() | {"peak_gb": bench.peak_gb()}
    print(json.dumps(rounded(found)))
    return found


def rounded(value: Any) -> Any:
    """Numbers with four significant digits."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
