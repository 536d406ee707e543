"""Vectors of picture files, and how well texts fit them. Source of the use with texts: the retrieval example of
InternVL-C's card."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.pair_encoders import PairEncoder
from workbench.errors import Unusable
from workbench.media import read_picture

BLOCK = 32  # pictures a pass
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}

Vectors = NDArray[np.float32]  # (N, D)


@dataclass(frozen=True)
class Similarities:
    """Of N pictures with M texts. cosines, logits and shares: (N, M); shares are what the model makes of the logits."""

    files: tuple[str, ...]
    texts: tuple[str, ...]
    cosines: Vectors
    logits: Vectors
    shares: Vectors

    def json(self, model: str) -> str:
        """An object with one entry a picture."""
        rows = [
            {
                "file": file,
                "best": self.texts[int(self.logits[i].argmax())],
                "scores": [
                    {
                        "text": text,
                        "cosine": round(float(self.cosines[i, j]), 6),
                        "logit": round(float(self.logits[i, j]), 4),
                        "share": round(float(self.shares[i, j]), 6),
                    }
                    for j, text in enumerate(self.texts)
                ],
            }
            for i, file in enumerate(self.files)
        ]
        return json.dumps({"model": model, "texts": list(self.texts), "pictures": rows}, ensure_ascii=False, indent=1)


def picture_files(given: Sequence[Path]) -> list[Path]:
    """The files, and the pictures in the folders among them. Raises Unusable where there is nothing."""
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
            if not inside:
                raise Unusable(f"{path} holds no pictures ({', '.join(sorted(SUFFIXES))}); name files")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise Unusable(f"there is no file {path}; mend the path")
    return found


def embed_files(encoder: PairEncoder, files: Sequence[Path], done: Callable[[int], None]) -> Vectors:
    """(N, D), in the order of the files; done is told how many are embedded."""
    rows: list[torch.Tensor] = []
    for at in range(0, len(files), BLOCK):
        block = [encoder.prepare(read_picture(file).image) for file in files[at : at + BLOCK]]
        rows.append(encoder.pictures(torch.stack(block)))
        done(at + len(block))
    vectors: Vectors = torch.cat(rows).numpy()
    return vectors


def compare(encoder: PairEncoder, files: Sequence[Path], vectors: Vectors, texts: Sequence[str]) -> Similarities:
    """Every picture with every text."""
    pictures, asked = torch.from_numpy(vectors), encoder.texts(texts)
    logits = encoder.logits(pictures, asked)
    return Similarities(
        tuple(map(str, files)),
        tuple(texts),
        (pictures @ asked.T).numpy(),
        logits.numpy(),
        encoder.shares(logits).numpy(),
    )


def write_features(out: Path, model: str, files: Sequence[Path], vectors: Vectors) -> None:
    """`.npz` with `vectors` (N, D) and `files`, or `.jsonl` with one object a picture. Raises Unusable."""
    out.parent.mkdir(parents=True, exist_ok=True)
    names = [str(file) for file in files]
    try:
        if out.suffix == ".npz":
            buffer = io.BytesIO()
            np.savez(buffer, vectors=vectors, files=np.array(names), model=np.array(model))
            out.write_bytes(buffer.getvalue())
        else:
            lines = [{"file": name, "vector": vector.tolist()} for name, vector in zip(names, vectors, strict=True)]
            out.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error}") from error
