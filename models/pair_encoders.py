"""Pictures and texts as vectors of one space, and their similarity: CLIP, SigLIP, InternVL-C and InternVL-G.

InternViT gives features of pictures alone. Each takes its checkpoint in the published layout.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from transformers import AutoTokenizer, CLIPConfig, CLIPModel, SiglipConfig, SiglipModel

from models import internvl_c_keys
from models.checkpoint import CheckpointError, load_weights, read_json, read_weights
from models.encoders import part_of, under
from models.frames import FramePixels
from models.internvit import InternVit, InternVitConfig
from models.internvl_cg import InternVlCg, InternVlCgConfig
from models.internvl_hf import fused_weights, is_hf, original_values
from models.pixels import CLIP, IMAGENET, Normalisation
from models.recognise import recognise
from models.tokenizers import Vocabulary

HALF = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
PREFIX, TEXT_LENGTH = "summarize:", 80  # of InternVL-C and -G, as published
SIGLIP_TEXT, CLIP_TEXT = 64, 77
Prepare = Callable[[Image.Image], Tensor]  # -> (3, S, S), normalised


class PairEncoder(Protocol):
    """One model. `has_texts` is false for those that know pictures alone."""

    name: str
    has_texts: bool

    def prepare(self, picture: Image.Image) -> Tensor: ...  # (3, S, S), normalised
    def pictures(self, pixels: Tensor) -> Tensor: ...  # (B, 3, S, S) -> (B, D) float32, length one where has_texts
    def texts(self, texts: Sequence[str]) -> Tensor: ...  # -> (B, D) float32, length one
    def logits(self, pictures: Tensor, texts: Tensor) -> Tensor: ...  # (N, D), (M, D) -> (N, M)
    def shares(self, logits: Tensor) -> Tensor: ...  # (N, M): what the model makes of them, 0 to 1


def squeezed(side: int, normalisation: Normalisation) -> Prepare:
    return lambda picture: normalisation.apply(picture.convert("RGB").resize((side, side), Image.Resampling.BICUBIC))


def prepared(folder: Path, side: int, normalisation: Normalisation, *, cut: bool = False) -> Prepare:
    """As the folder's preprocessor_config.json says: the middle cut out, or the whole squeezed to a square.

    cut: which of them where there is no such file.
    """
    file = folder / "preprocessor_config.json"
    values = read_json(file) if file.exists() else {}
    if not values and cut:
        plain = FramePixels(side, normalisation)
        return lambda picture: plain.offline(np.asarray(picture.convert("RGB")))
    if values.get("do_center_crop") and "crop_size" in values:
        pixels = FramePixels.from_dict(values)
        return lambda picture: pixels.offline(np.asarray(picture.convert("RGB")))
    return squeezed(side, normalisation)


class TransformersPairs:
    """CLIP and SigLIP, whose networks are transformers' own."""

    has_texts = True

    def __init__(self, folder: Path, kind: str, device: torch.device, dtype: torch.dtype) -> None:
        """kind: clip or siglip. Raises CheckpointError."""
        values = read_json(folder / "config.json")
        if "text_config" not in values or "vision_config" not in values:
            raise CheckpointError(f"{folder} is a picture tower alone; give the whole model, with its text encoder")
        config: Any = (CLIPConfig if kind == "clip" else SiglipConfig).from_dict(values)
        with torch.device("meta"):
            self._network: Any = (CLIPModel if kind == "clip" else SiglipModel)(config)
        load_weights(self._network, folder, rename=_without_ids, device=device, dtype=dtype)
        self.name, self._kind, self._folder = kind, kind, folder
        self._device, self._dtype = device, dtype
        side = int(config.vision_config.image_size)
        self._prepare = prepared(folder, side, HALF if kind == "siglip" else CLIP, cut=kind == "clip")
        self._tokenizer: Any = None
        self._vocabulary: Vocabulary | None = None

    def prepare(self, picture: Image.Image) -> Tensor:
        return self._prepare(picture)

    @torch.inference_mode()
    def pictures(self, pixels: Tensor) -> Tensor:
        found = self._network.get_image_features(pixel_values=pixels.to(self._device, self._dtype)).pooler_output
        return _unit(found)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> Tensor:
        if self._kind == "siglip":
            return _unit(self._network.get_text_features(input_ids=self._siglip_ids(texts)).pooler_output)
        if self._tokenizer is None:
            try:
                self._tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
            except (OSError, ValueError) as error:
                reason = str(error).splitlines()[0]
                raise CheckpointError(f"{self._folder} has no tokenizer to be read ({reason}); fetch it") from error
        longest = min(CLIP_TEXT, self._network.config.text_config.max_position_embeddings)
        found = self._tokenizer(list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt").to(
            self._device
        )
        ids, mask = found["input_ids"], found["attention_mask"]
        return _unit(self._network.get_text_features(input_ids=ids, attention_mask=mask).pooler_output)

    def _siglip_ids(self, texts: Sequence[str]) -> Tensor:
        """(B, 64), the end of the text as padding: the tower reads all of them."""
        self._vocabulary = self._vocabulary or Vocabulary(self._folder)
        end = self._vocabulary.end[:1] or [1]
        longest = min(SIGLIP_TEXT, self._network.config.text_config.max_position_embeddings)
        rows = [[*self._vocabulary.ids(canonical(text)).tolist()[: longest - 1], *end] for text in texts]
        return torch.tensor([row + end * (longest - len(row)) for row in rows], device=self._device)

    def logits(self, pictures: Tensor, texts: Tensor) -> Tensor:
        scaled: Tensor = pictures @ texts.T * self._network.logit_scale.float().cpu().exp()
        if self._kind == "siglip":
            scaled = scaled + self._network.logit_bias.float().cpu()
        return scaled

    def shares(self, logits: Tensor) -> Tensor:
        """SigLIP judges each pair by itself, CLIP shares one picture among the texts."""
        return logits.sigmoid() if self._kind == "siglip" else logits.softmax(-1)


class InternVlPairs:
    """InternVL-C, or InternVL-G, which takes the query tokens too. Source: the cards' retrieval example."""

    has_texts = True

    def __init__(self, folder: Path, kind: str, device: torch.device, dtype: torch.dtype) -> None:
        """kind: c or g. Raises CheckpointError; ValueError for g where there are no query tokens."""
        values = read_json(folder / "config.json")
        first_layout = "qllama_config" not in values
        config = internvl_c_keys.config_from_dict(values) if first_layout else InternVlCgConfig.from_dict(values)
        if kind == "g" and not config.n_queries:
            raise ValueError(f"{folder} is InternVL-C alone; kind = 'g' needs a checkpoint with query tokens")
        with torch.device("meta"):
            self.network = InternVlCg(config)
        rename = internvl_c_keys.rename if first_layout else None
        load_weights(self.network, folder, rename=rename, device=device, dtype=dtype)
        self.name, self._kind, self._folder = f"internvl_{kind}", kind, folder
        self._device, self._dtype = device, dtype
        self.side = config.vision.image_size
        self._prepare = prepared(folder, self.side, IMAGENET)
        self._vocabulary: Vocabulary | None = None

    def prepare(self, picture: Image.Image) -> Tensor:
        return self._prepare(picture)

    def embed(self, pixels: Tensor) -> Tensor:
        """(B, 3, S, S) -> (B, E), of any length."""
        vision = self.network.vision_model(pixels)
        return self.network.image_g(vision) if self._kind == "g" else self.network.image_c(vision)

    @torch.inference_mode()
    def pictures(self, pixels: Tensor) -> Tensor:
        return _unit(self.embed(pixels.to(self._device, self._dtype)))

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> Tensor:
        self._vocabulary = self._vocabulary or Vocabulary(self._folder)
        begin, end = self._vocabulary.bos, self._vocabulary.end
        rows = [[*begin, *self._vocabulary.ids(PREFIX + text).tolist()] for text in texts]
        rows = [[*row[: TEXT_LENGTH - len(end)], *end] for row in rows]
        ids = torch.full((len(rows), max(map(len, rows))), self.network.config.pad_id)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
        return _unit(self.network.text(ids.to(self._device)))

    def logits(self, pictures: Tensor, texts: Tensor) -> Tensor:
        return pictures @ texts.T * self.network.logit_scale.float().cpu().exp()

    def shares(self, logits: Tensor) -> Tensor:
        return logits.softmax(-1)


class VitFeatures:
    """InternViT, alone or inside an InternVL chat model: the class token's last state, as its card gives it."""

    has_texts = False
    name = "internvit"

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        """Raises CheckpointError."""
        values = read_json(folder / "config.json")
        hf = is_hf(values)
        if hf:
            values = original_values(values, folder)
        alone = values.get("model_type") == "intern_vit_6b"
        part = dict(part_of(values, "vision_config", "intern_vit_6b", folder))
        side = int(values.get("force_image_size") or part["image_size"])
        if values.get("model_type") == "internvl":  # its table of positions was resized when it was saved
            part["image_size"] = side
        with torch.device("meta"):
            self._network = InternVit(InternVitConfig.from_dict(part))
        rename = None if alone else under("vision_model.")
        read = fused_weights if hf else read_weights
        load_weights(self._network, folder, rename=rename, device=device, dtype=dtype, read=read)
        self._device, self._dtype = device, dtype
        self._prepare = squeezed(side, IMAGENET)

    def prepare(self, picture: Image.Image) -> Tensor:
        return self._prepare(picture)

    @torch.inference_mode()
    def pictures(self, pixels: Tensor) -> Tensor:
        states: Tensor = self._network(pixels.to(self._device, self._dtype))
        return states[:, 0].float().cpu()

    def texts(self, texts: Sequence[str]) -> Tensor:
        raise ValueError("InternViT knows pictures alone; take CLIP, SigLIP, InternVL-C or InternVL-G for texts")

    def logits(self, pictures: Tensor, texts: Tensor) -> Tensor:
        raise ValueError("InternViT knows pictures alone; take CLIP, SigLIP, InternVL-C or InternVL-G for texts")

    def shares(self, logits: Tensor) -> Tensor:
        return logits


def open_encoder(folder: Path, kind: str, device: torch.device, dtype: torch.dtype) -> PairEncoder:
    """kind: "" (by the folder; InternVL-C of two), c or g. Raises CheckpointError, ValueError for a wrong kind."""
    found = recognise(folder)
    if kind and (kind not in ("c", "g") or found.family != "internvl_cg"):
        raise ValueError(f"{kind!r} does not fit {folder}, which is {found.name}; c and g choose within InternVL-C/G")
    if found.family in ("clip", "siglip"):
        return TransformersPairs(folder, found.family, device, dtype)
    if found.family == "internvl_cg":
        return InternVlPairs(folder, kind or "c", device, dtype)
    if found.family in ("internvit", "internvl_chat"):
        return VitFeatures(folder, device, dtype)
    read_json(folder / "config.json")  # the likeliest reason, by its name
    raise CheckpointError(
        f"{folder} is {found.name}; pictures are embedded by CLIP, SigLIP, InternViT, InternVL-C or InternVL-G"
    )


def canonical(text: str) -> str:
    """As SigLIP's texts are before they are cut into pieces: small letters, no punctuation, single spaces."""
    return " ".join(text.lower().translate(str.maketrans("", "", string.punctuation)).split())


def _unit(rows: Tensor) -> Tensor:
    return torch.nn.functional.normalize(rows.float(), dim=-1).cpu()


def _without_ids(key: str) -> str | None:
    return None if key.endswith("position_ids") else key
