"""An InternVL-Chat folder as something that answers: pictures and words in, words out as they come.

Original layouts of InternVL-Chat-V1-5, Mini-InternVL, InternVL2 and 2.5, and the `-hf` ones. Knows no messages and no
evidence.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from models.batches import left_pad, row_texts
from models.decoder import CHUNK
from models.generate import Sampling, generate
from models.internvl_chat import InternVlChat
from models.internvl_loading import load_chat
from models.internvl_prompts import IMG_CONTEXT, IMG_END, IMG_START, chat_prompt, template
from models.internvl_tiles import square_pixels, tile_pixels
from models.memory_budget import Need, Text, Tower, estimate, require
from models.speed import DEFAULT, Speed, text_widths
from models.text_stream import TextStream
from models.tokenizers import Vocabulary

BLOCK = 16  # tiles a pass of the vision transformer, to bound its memory
KEPT = 64  # tiles whose tokens are kept


@dataclass(frozen=True)
class Look:
    """A picture to be shown. detailed: cut into tiles; else squeezed into one, as frames of a video are.

    key: tells it from others, so that what was made of it is kept for the next time; b"": it is not kept.
    """

    picture: Image.Image
    detailed: bool
    key: bytes = b""


class InternVlReasoner:
    def __init__(
        self,
        folder: Path,
        device: torch.device,
        dtype: torch.dtype,
        *,
        others: Sequence[torch.device] = (),  # more devices, that share the layers of the language model
        bits: int = 0,  # 8 or 4: of the weights of these layers
        speed: Speed = DEFAULT,
    ) -> None:
        def check(network: InternVlChat, weights: int) -> None:
            require(needed(network, weights, speed, dtype, device), speed.memory_budget, (device, *others), folder.name)

        self._network = load_chat(folder, (device, *others), dtype, bits=bits, check=check)
        self._config = self._network.config
        self._vocabulary = Vocabulary(folder)
        self._context_id, *_ = (self._vocabulary.one(piece) for piece in (IMG_CONTEXT, IMG_START, IMG_END))
        self._device, self._dtype = device, dtype
        self._resident = speed.resident(self._network.language_model)
        self._kept: OrderedDict[tuple[bytes, bool, int], Tensor] = OrderedDict()
        self._template = template(self._config.template)
        self._stop_ids = frozenset((*self._vocabulary.end, *self._single(self._template.end)))

    def _single(self, text: str) -> list[int]:
        """The id of a text that is one piece; others are found as text."""
        ids: list[int] = self._vocabulary.ids(text).tolist()
        return ids if len(ids) == 1 else []

    @torch.inference_mode()
    def see(self, looks: Sequence[Look], max_tiles: int = 0) -> list[Tensor]:
        """The tiles' tokens of each picture, (tiles, tokens, H). max_tiles 0: as many as the checkpoint says."""
        names = [(look.key, look.detailed, max_tiles) for look in looks]
        found = [self._kept.get(name) if name[0] else None for name in names]
        pixels = [self._pixels(look, max_tiles) for look, known in zip(looks, found, strict=True) if known is None]
        made = iter(self._encoded(pixels))
        tokens = [next(made) if known is None else known for known in found]
        for name, one in zip(names, tokens, strict=True):
            if name[0]:
                self._kept[name] = one
                self._kept.move_to_end(name)
        while sum(map(len, self._kept.values())) > KEPT:
            self._kept.popitem(last=False)
        return tokens

    def _encoded(self, pixels: Sequence[Tensor]) -> list[Tensor]:
        if not pixels:
            return []
        together = torch.cat(list(pixels)).to(self._device, self._dtype)
        tokens = torch.cat([self._network.encode_tiles(block) for block in torch.split(together, BLOCK)])
        return list(torch.split(tokens, [len(tiles) for tiles in pixels]))

    def _pixels(self, look: Look, max_tiles: int) -> Tensor:
        config, size = self._config, self._config.image_size
        if not look.detailed or not config.dynamic_image_size:
            return square_pixels(look.picture, size, pad=config.pad2square)
        return tile_pixels(
            look.picture,
            size,
            min_tiles=config.min_dynamic_patch,
            max_tiles=max_tiles or config.max_dynamic_patch,
            thumbnail=config.use_thumbnail,
        )

    def prompt(
        self, question: str, seen: Sequence[Tensor], history: Sequence[tuple[str, str]] = (), system: str | None = None
    ) -> str:
        """The text that the model reads; question and history hold one <image> for each picture."""
        tiles = [len(tokens) for tokens in seen]
        return chat_prompt(self._config.template, question, tiles, self._config.tokens_per_tile, history, system)

    @torch.inference_mode()
    def reply(
        self, prompt: str, seen: Sequence[Tensor], sampling: Sampling, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[str]:
        """The words of the answer as they become certain; cancelled() is asked before each token."""
        embeds = self._embeds(prompt, seen)
        sampling = replace(sampling, stop_ids=sampling.stop_ids | self._stop_ids)
        stream = TextStream(self._vocabulary.text, [self._template.end, *sampling.stop_texts])
        for step in generate(self._network.lm, embeds, sampling, cancelled=cancelled, resident=self._resident):
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
    def prepare(self, beginning: str, seen: Sequence[Tensor], cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read the beginning of prompts to come, so that their replies begin sooner."""
        if self._resident is not None:
            self._resident.prepare(self._embeds(beginning, seen), cancelled=cancelled)

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

    @torch.inference_mode()
    def replies(
        self,
        prompts: Sequence[tuple[str, Sequence[Tensor]]],  # each with what it shows
        sampling: Sampling,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[str]:
        """The answers of several prompts, generated together."""
        batch = left_pad([self._embeds(prompt, seen) for prompt, seen in prompts])
        sampling = replace(sampling, stop_ids=sampling.stop_ids | self._stop_ids)
        steps = generate(self._network.lm, batch.embeds, sampling, attention_mask=batch.mask, cancelled=cancelled)
        stops = [self._template.end, *sampling.stop_texts]
        return row_texts(steps, len(prompts), self._vocabulary.text, stops, sampling.stop_ids)

    def _embeds(self, prompt: str, seen: Sequence[Tensor]) -> Tensor:
        ids = self._vocabulary.prompt_ids(prompt)[None].to(self._device)
        return self._network.embed(ids, torch.cat(list(seen)) if seen else None, self._context_id)


def needed(network: InternVlChat, weights: int, speed: Speed, dtype: torch.dtype, device: torch.device) -> Need:
    """The memory of a reasoner, from its sizes."""
    vision = network.config.vision
    patches = (network.config.image_size // vision.patch_size) ** 2
    tower = Tower(pictures=BLOCK, tokens=patches + 1, hidden=vision.hidden_size, intermediate=vision.intermediate_size)
    text = Text(positions=CHUNK, **text_widths(network.language_model.config))
    kept = KEPT * network.config.tokens_per_tile
    return estimate(weights, speed.context, text, tower, dtype.itemsize, kept=kept, gpu=device.type == "cuda")
