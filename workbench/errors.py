"""What can be wrong with what a user of the workbench asks for."""

from __future__ import annotations


class Unusable(Exception):
    """Input or a profile that cannot do what was asked; the text is one sentence with cause and fix."""
