"""An IXC-2.5 folder as something that answers: pictures, clip memory and words in, words out as they come.

The published `base/` and `merge_lora/` layouts, by their folder or by the one that holds them. Knows no messages.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from models import ixc_prompts as prompts
from models.batches import left_pad, row_texts
from models.checkpoint import CheckpointError, holds_key, likely, read_json
from models.clip import BLOCK
from models.decoder import CHUNK
from models.generate import Sampling, generate
from models.ixc25 import Ixc25, Ixc25Config, Part, Prompt, assemble
from models.ixc_mosaic import draw_mosaic
from models.ixc_prompts import END
from models.ixc_vision import HD_CHAT, HD_MEMORY, HD_SEVERAL, canvas_pixels
from models.memory_budget import Need, Text, Tower, estimate, require
from models.speed import DEFAULT, Speed, text_widths
from models.spread import load_spread
from models.text_stream import TextStream
from models.tokenizers import Vocabulary

KEPT = 4  # canvases of frames whose tokens are kept
CANVAS = 3000  # tokens of one, about
LAYOUTS = ("merge_lora", "base")  # the first one knows video memory


def reasoner_folder(path: Path) -> Path:
    """The folder with the reasoner's config.json: the path itself, its merge_lora/ or its base/."""
    for folder in (path, *(path / name for name in LAYOUTS)):
        if (folder / "config.json").exists() and "num_key_value_heads" in read_json(folder / "config.json"):
            return folder
    raise CheckpointError(
        f"{path} holds no IXC-2.5 checkpoint; give the folder with merge_lora/ or base/, or that one; {likely(path)}"
    )


class IxcReasoner:
    def __init__(
        self,
        path: Path,
        device: torch.device,
        dtype: torch.dtype,
        *,
        others: Sequence[torch.device] = (),  # more devices, that share the layers of the language model
        bits: int = 0,  # 8 or 4: of the weights of these layers
        speed: Speed = DEFAULT,
    ) -> None:
        folder = reasoner_folder(path)
        values = read_json(folder / "config.json")
        if not has_memory(folder):
            values = {**values, "video_mem_size": 0}
        config = Ixc25Config.from_dict(values)
        self._vocabulary = Vocabulary(folder)
        with torch.device("meta"):
            self._network = Ixc25(config)
        load_spread(
            self._network,
            folder,
            (device, *others),
            dtype,
            layers="model.layers",
            last="model.norm",
            bits=bits,
            rename=_without_buffers,
            check=lambda weights: require(
                needed(config, weights, speed, dtype, device), speed.memory_budget, (device, *others), path.name
            ),
        )
        self._bos = torch.tensor(self._vocabulary.bos, dtype=torch.long)
        ends = (self._vocabulary.one(prompts.END), *self._vocabulary.end)
        self._stop_ids = frozenset(ends)
        self._device, self._dtype = device, dtype
        self._resident = speed.resident(self._network)
        self._kept: OrderedDict[bytes, Part] = OrderedDict()
        self.memory_width = config.memory_width  # 0: this checkpoint reads no memory

    @torch.inference_mode()
    def see(self, pictures: Sequence[Image.Image]) -> list[Part]:
        """Pictures of a conversation; several of them get fewer tiles each."""
        hd_num = HD_CHAT if len(pictures) < 2 else HD_SEVERAL
        return [self._part(canvas_pixels(picture, "image", hd_num, self._network.tile)) for picture in pictures]

    @torch.inference_mode()
    def see_video(self, frames: Sequence[Image.Image], key: bytes = b"") -> Part:
        """Frames, oldest first, on one canvas. key: tells them from others, so that what was made of them is kept."""
        part = self._kept.pop(key, None) if key else None
        if part is None:
            part = self._part(canvas_pixels(draw_mosaic(frames), "video", HD_MEMORY, self._network.tile))
        if key:
            self._kept[key] = part
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return part

    def _part(self, pixels: Tensor) -> Part:
        return self._network.picture(pixels.to(self._device))

    @torch.inference_mode()
    def chat(
        self, text: str, seen: Sequence[Part], history: Sequence[tuple[str, str]] = (), system: str = ""
    ) -> Prompt:
        """A conversation; text and history hold one place for each picture (a single picture may have none)."""
        segments = prompts.chat_segments(prompts.chat_prompt(text, history, system), len(seen))
        ids = [self._ids(segment, first=i == 0) for i, segment in enumerate(segments)]
        return self._network.chat(ids, seen)

    @torch.inference_mode()
    def remember(
        self,
        text: str,
        overview: Tensor | None,  # (clips, memory width)
        related: Tensor | None,  # (K, memory width)
        picture: Part | None,
        history: Sequence[tuple[str, str]] = (),
        first: Part | None = None,  # frames that come before everything, as `opening` has them
    ) -> Prompt:
        """A question to the video memory and the mosaic of frames. Without history it is the published prompt."""
        head = "".join(prompts.turn(asked, answered) for asked, answered in history) + prompts.USER_HEAD
        rest = prompts.memory_prompt(text).removeprefix(prompts.USER_HEAD)
        opening: list[Part] = []
        if first is not None:
            opening = [self._network.text(self._ids(prompts.USER_HEAD, first=True)), first]
            head = head.removeprefix(prompts.USER_HEAD)
        return self._network.remember(
            self._ids(head, first=first is None),
            self._captioned(prompts.OVERVIEW, overview),
            self._captioned(prompts.RELATED, related),
            picture,
            self._ids(rest),
            opening,
        )

    @torch.inference_mode()
    def opening(self, first: Part | None) -> Prompt:
        """What every prompt begins with that has these frames in front, or none."""
        head = self._network.text(self._ids(prompts.USER_HEAD, first=True))
        return assemble([head] if first is None else [head, first])

    def prepare(self, beginning: Prompt, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read the beginning of prompts to come, so that their replies begin sooner."""
        if self._resident is not None:
            self._resident.prepare(beginning.embeds, beginning.lora_mask, cancelled)

    def warm_up(self) -> None:
        """Make ready what replies would otherwise wait for once."""
        if self._resident is not None:
            self._resident.warm_up()

    def forget(self) -> None:
        """Nothing that was shown or said is held any longer."""
        self._kept.clear()
        if self._resident is not None:
            self._resident.forget()

    @property
    def reused(self) -> int:
        """Positions of the last prompt that had been read before."""
        return self._resident.reused if self._resident is not None else 0

    def _captioned(self, caption: str, tokens: Tensor | None) -> tuple[Tensor, Tensor] | None:
        if tokens is None or not len(tokens):
            return None
        if tokens.shape[1] != self.memory_width:
            raise ValueError(
                f"memory of width {tokens.shape[1]} does not fit this reasoner's {self.memory_width}; "
                "compressor and reasoner must come from one release"
            )
        return self._ids(caption), tokens.to(self._device, self._dtype)

    def _ids(self, text: str, *, first: bool = False) -> Tensor:
        ids = self._vocabulary.ids(text)
        return (torch.cat((self._bos, ids)) if first else ids).to(self._device)

    @torch.inference_mode()
    def reply(self, prompt: Prompt, sampling: Sampling, cancelled: Callable[[], bool] = lambda: False) -> Iterator[str]:
        """The words of the answer as they become certain; cancelled() is asked before each token."""
        sampling = replace(sampling, stop_ids=sampling.stop_ids | self._stop_ids)
        stream = TextStream(self._vocabulary.text, [prompts.END, *sampling.stop_texts])
        steps = generate(
            self._network,
            prompt.embeds,
            sampling,
            cancelled=cancelled,
            lora_mask=prompt.lora_mask,
            resident=self._resident,
        )
        for step in steps:
            token = int(step.ids[0])
            text = "" if token in sampling.stop_ids else stream.push(token)
            if text:
                yield text
            if stream.stopped:
                return
        rest = stream.finish()
        if rest:
            yield rest

    @torch.inference_mode()
    def replies(
        self, prompts: Sequence[Prompt], sampling: Sampling, cancelled: Callable[[], bool] = lambda: False
    ) -> list[str]:
        """The answers of several prompts, generated together."""
        batch = left_pad([prompt.embeds for prompt in prompts], [prompt.lora_mask for prompt in prompts])
        sampling = replace(sampling, stop_ids=sampling.stop_ids | self._stop_ids)
        steps = generate(
            self._network,
            batch.embeds,
            sampling,
            attention_mask=batch.mask,
            cancelled=cancelled,
            lora_mask=batch.lora_mask,
        )
        stops = [END, *sampling.stop_texts]
        return row_texts(steps, len(prompts), self._vocabulary.text, stops, sampling.stop_ids)


def needed(config: Ixc25Config, weights: int, speed: Speed, dtype: torch.dtype, device: torch.device) -> Need:
    """The memory of a reasoner, from its sizes."""
    sizes = config.tower
    tower = Tower(
        pictures=BLOCK,
        tokens=(sizes["image_size"] // sizes["patch_size"]) ** 2 + 1,
        hidden=sizes["hidden_size"],
        intermediate=sizes["intermediate_size"],
    )
    text = Text(positions=CHUNK, **text_widths(config.language))
    gpu = device.type == "cuda"
    return estimate(weights, speed.context, text, tower, dtype.itemsize, kept=KEPT * CANVAS, gpu=gpu)


def has_memory(folder: Path) -> bool:
    """Whether a folder's weights hold the projector of video memory; `base/` has none."""
    return holds_key(folder, "video_mem_proj.0.weight")


def _without_buffers(key: str) -> str | None:
    """Older checkpoints hold what is computed from the configuration."""
    return None if key.endswith(("rotary_emb.inv_freq", "position_ids")) else key
