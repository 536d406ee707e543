"""Makes memory/word_vectors.npz, by which recall knows that a priest has to do with a church, out of the table of words
of the default text encoder.

    python -m bench.word_vectors memory/word_vectors.npz

Kept: the whole words of its vocabulary by their stems, the first forms of each averaged, less what all have in common,
along the directions in which the most frequent differ most, in bytes. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from memory.backends.minilm import installed_folder
from memory.terms import root

FORMS = 3  # of a stem; the vocabulary is in order of frequency
WIDTH = 96
FREQUENT = 8000
FIRST = 1996  # numbers of signs and single letters are lower
_TABLE = "embeddings.word_embeddings.weight"


def made(folder: Path) -> dict[str, NDArray[np.uint8] | NDArray[np.int8]]:
    """names: of the stems, a line each; vectors: (V, WIDTH)."""
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    forms: dict[str, list[int]] = {}
    for word, number in sorted(vocabulary.items(), key=lambda item: item[1]):
        if number >= FIRST and word.isascii() and word.isalpha() and len(word) > 1:
            forms.setdefault(root(word), []).append(number)
    table = load_file(folder / "model.safetensors")[_TABLE]
    vectors = np.stack([table[numbers[:FORMS]].mean(0) for numbers in forms.values()])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(0)
    _, _, directions = np.linalg.svd(vectors[:FREQUENT], full_matrices=False)
    vectors = vectors @ directions[:WIDTH].T
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {
        "names": np.frombuffer("\n".join(forms).encode(), np.uint8),
        "vectors": np.round(vectors * 127 / np.abs(vectors).max()).astype(np.int8),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    arrays = made(installed_folder())
    np.savez_compressed(output, **arrays)  # type: ignore[arg-type]  # its stub takes keywords for options only
    print(json.dumps({"bench": "word_vectors", "words": len(arrays["vectors"]), "bytes": output.stat().st_size}))


if __name__ == "__main__":
    main()
