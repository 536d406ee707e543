"""An InternVL-Chat folder as something that answers: pictures and words in, words out as they come.

Original layouts of InternVL-Chat-V1-5, Mini-InternVL, InternVL2 and 2.5. Knows no messages and no evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from models.checkpoint import CheckpointError, load_weights, read_json
from models.generate import Sampling, generate
from models.internvl_chat import InternVlChat, InternVlConfig
from models.internvl_prompts import IMG_CONTEXT, IMG_END, IMG_START, chat_prompt, template
from models.internvl_tiles import square_pixels, tile_pixels
from models.text_stream import TextStream
from models.tokenizers import Vocabulary

BLOCK = 16  # tiles a pass of the vision transformer, to bound its memory


@dataclass(frozen=True)
class Look:
    """A picture to be shown. detailed: cut into tiles; else squeezed into one, as frames of a video are."""

    picture: Image.Image
    detailed: bool


class InternVlReasoner:
    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype, *, static_cache: bool = False) -> None:
        values = read_json(folder / "config.json")
        if "llm_config" not in values or "vision_config" not in values:
            raise CheckpointError(
                f"{folder / 'config.json'} is not that of an InternVL chat model; it has no llm_config"
            )
        self._config = InternVlConfig.from_dict(values)
        with torch.device("meta"):
            self._network = InternVlChat(self._config)
        tied = bool(values["llm_config"].get("tie_word_embeddings"))
        load_weights(
            self._network,
            folder,
            rename=_without_buffers,
            optional=lambda key: tied and key == "language_model.lm_head.weight",
            device=device,
            dtype=dtype,
        )
        if tied:
            tie_head(self._network.language_model)
        self._vocabulary = Vocabulary(folder)
        self._context_id, *_ = (self._vocabulary.one(piece) for piece in (IMG_CONTEXT, IMG_START, IMG_END))
        self._device, self._dtype, self._static = device, dtype, static_cache
        self._template = template(self._config.template)
        self._stop_ids = frozenset((*self._vocabulary.end, *self._single(self._template.end)))

    def _single(self, text: str) -> list[int]:
        """The id of a text that is one piece; others are found as text."""
        ids: list[int] = self._vocabulary.ids(text).tolist()
        return ids if len(ids) == 1 else []

    @torch.inference_mode()
    def see(self, looks: Sequence[Look], max_tiles: int = 0) -> list[Tensor]:
        """The tiles' tokens of each picture, (tiles, tokens, H). max_tiles 0: as many as the checkpoint says."""
        pixels = [self._pixels(look, max_tiles) for look in looks]
        if not pixels:
            return []
        together = torch.cat(pixels).to(self._device, self._dtype)
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
        ids = self._vocabulary.prompt_ids(prompt)[None].to(self._device)
        embeds = self._network.embed(ids, torch.cat(list(seen)) if seen else None, self._context_id)
        sampling = replace(sampling, stop_ids=sampling.stop_ids | self._stop_ids)
        stream = TextStream(self._vocabulary.text, [self._template.end])
        for step in generate(self._network.lm, embeds, sampling, cancelled=cancelled, static_cache=self._static):
            token = int(step.ids[0])
            text = "" if token in sampling.stop_ids else stream.push(token)
            if text:
                yield text
            if stream.stopped:
                return
        rest = stream.finish()
        if rest:
            yield rest


def tie_head(language_model: Any) -> None:
    """The output matrix is the embedding, for checkpoints that store it once."""
    language_model.lm_head.weight = language_model.get_input_embeddings().weight


def _without_buffers(key: str) -> str | None:
    """Older checkpoints hold what is computed from the configuration."""
    return None if key.endswith(("rotary_emb.inv_freq", "position_ids")) else key
