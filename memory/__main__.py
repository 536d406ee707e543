"""`python -m memory`: the memory process."""

from __future__ import annotations

import os

if __name__ == "__main__":
    # Sentences are short: several threads for one small product cost ten times more than they save. The libraries
    # read this when they are loaded, so it stands before every other import.
    for library in ("OPENBLAS", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

    from memory.service import create
    from wire.process import main

    main("memory", create)
