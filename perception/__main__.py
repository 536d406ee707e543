"""`python -m perception`: the perception process."""

from __future__ import annotations

import os

if __name__ == "__main__":
    # Pictures and sound are small, and hearing and sight want a core each: threads inside one product only make both
    # wait. The libraries read this when they are loaded, so it stands before every other import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    from perception.service import create
    from wire.process import main

    main("perception", create)
