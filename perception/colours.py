"""Plain words for colours: which of thirteen everyday names a pixel has, and how much of a picture each name covers.

Pure: arrays in, names out. A pixel gets the name of the nearest prototype in CIELAB, where distances are roughly what
an eye sees; a table over a coarse RGB cube makes that one look-up a pixel.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = (
    "black", "grey", "white", "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "beige",
)  # fmt: skip

_STEPS = 32  # levels a channel in the look-up cube: 8 grey values wide, finer than the words are

# RGB colours that people call by that word. Borders between words lie half way between the nearest two.
_PROTOTYPES: dict[str, str] = {
    "black": "000000 101010 1c1c1c 282828 14110f 0d1013 0a0a14 0f140f 1e1a18",
    "grey": "4a4a4a 606060 787878 8c8c8c a0a0a0 b4b4b4 c4c4c4 7a7f86 8a8580 5a5f66 9aa0a8 aaa59e 70767e 404246",
    "white": "ffffff f4f4f4 e6e6e6 f5f2e8 ecf0f6 fffff0 f0f8ff dcdcdc e8e4dc dde2ea",
    "red": (
        "ff0000 e01818 dc2828 c81e1e b41414 a01010 8b0000 780a0a c0392b e74c3c d03030 f03c3c 640808 b22222 "
        "ff4040 dc143c"
    ),
    "orange": "ff8c00 ffa500 ff7f1e e67e22 f0800f d2780a ff9a3c fa8232 f39c12 cc6a00 ff7f50 ff6a00 dc6414 ffb04a",
    "yellow": "ffff00 ffe600 ffd700 f0dc14 f1c40f ffee58 dcc814 fff176 c8b400 ffff80 e6e650 ffec8b",
    "green": (
        "00ff00 00c800 1eb41e 008000 2e8b57 228b22 006400 27ae60 3c9646 32cd32 7cfc00 90ee90 4caf50 556b2f "
        "6b8e23 808000 00a05a 0a5028 96c850 b4e650 123c1e 3a5f3a 8fbc8f 00ff7f 145a32 08361a"
    ),
    "cyan": "00ffff 00dcdc 14c8c8 00b4b4 40e0d0 008b8b 48d1cc 00bcd4 008080 7fffd4 afeeee 1abc9c 1e9696 80f0ff",
    "blue": (
        "0000ff 1e3cdc 0050ff 3264c8 4169e1 1e90ff 000080 191970 0000b4 2980b9 3498db 00aaff 87ceeb 6495ed "
        "4682b4 add8e6 0a1446 142850 1a237e 5a78c8 2c3e70 64b5f6 0f2d5a 101c3c 7896d2 5882aa 6a8fb8 3c5078"
    ),
    "purple": (
        "800080 8a2be2 6a0dad 9b59b6 4b0082 9400d3 a050c8 6432a0 7d3c98 b478dc 3c1464 9370db 663399 ba55d3 "
        "c8a0f0 5a1e6e 8e44ad 2a0a46"
    ),
    "pink": (
        "ff69b4 ffc0cb ff1493 ff8cc8 f06496 ffb6c1 e91e63 ff00ff db7093 f8a5c2 ff96aa e678b4 ffa0dc f4b6d2 "
        "fa8072 f08c82"
    ),
    "brown": "8b4513 654321 a0522d 6e4628 784b28 5a3214 96643c 4e342e 795548 3c2010 7b4a1e b4824b a67850 8c5f32",
    "beige": "f5deb3 ffe4c4 d2b48c ffdab9 e8d0a8 f0c8a0 e6b98c deb887 f5e6c8 d8c4a0",
}


def lab_of(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(..., 3) sRGB → (..., 3) CIELAB (D65): L 0..100, a and b about -110..110."""
    linear = rgb.astype(np.float32) / 255.0
    linear = np.where(linear > 0.04045, ((linear + 0.055) / 1.055) ** 2.4, linear / 12.92)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
        dtype=np.float32,
    )
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883], dtype=np.float32)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    lab = np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
    return lab.astype(np.float32)


@cache
def _table() -> NDArray[np.uint8]:
    """(_STEPS³,) index into NAMES of the centre of each cell of the RGB cube."""
    rgb, owner = [], []
    for index, name in enumerate(NAMES):
        for code in _PROTOTYPES[name].split():
            rgb.append([int(code[i : i + 2], 16) for i in (0, 2, 4)])
            owner.append(index)
    prototypes = lab_of(np.array(rgb, dtype=np.uint8))
    levels = (np.arange(_STEPS) * (256 // _STEPS) + 128 // _STEPS).astype(np.uint8)
    cells = lab_of(np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3))
    # Lightness counts less than hue: shade does not change what a thing is called as much as tint does.
    weights = np.array([0.65, 1.0, 1.0], dtype=np.float32)
    nearest = np.empty(len(cells), dtype=np.uint8)
    for start in range(0, len(cells), 4096):
        part = (cells[start : start + 4096, None] - prototypes[None]) * weights
        nearest[start : start + 4096] = np.array(owner, dtype=np.uint8)[(part**2).sum(-1).argmin(1)]
    return nearest


def name_indices(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    """(..., 3) uint8 pixels → (...) indices into NAMES."""
    cells = (rgb >> 3).astype(np.int32)
    indices: NDArray[np.uint8] = _table()[(cells[..., 0] * _STEPS + cells[..., 1]) * _STEPS + cells[..., 2]]
    return indices


def name_of(rgb: tuple[float, float, float] | NDArray[np.floating]) -> str:
    """The word for one colour, channels 0..255."""
    pixel = np.clip(np.asarray(rgb, dtype=np.float32).round(), 0, 255).astype(np.uint8)
    return NAMES[int(name_indices(pixel))]


def shares(indices: NDArray[np.uint8]) -> dict[str, float]:
    """How much of an array of name indices each name covers, largest first; names that do not occur are left out."""
    counts = np.bincount(indices.ravel(), minlength=len(NAMES))
    order = np.argsort(-counts, kind="stable")
    return {NAMES[i]: float(counts[i]) / max(1, indices.size) for i in order if counts[i]}
