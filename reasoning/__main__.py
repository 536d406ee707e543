"""python -m reasoning: the process that answers and speaks."""

from __future__ import annotations

from reasoning.service import create
from wire.process import main

main("reasoning", create)
