"""`python -m reasoning`: the reasoning process."""

from reasoning.service import create
from wire.process import main

main("reasoning", create)
