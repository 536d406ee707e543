"""Transformers without its bars and without a warning that means nothing here; its other warnings stay."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging as transformers_logging

# It says so of every configuration that it has no class for, though only the tokenizer beside it is wanted.
_OF_TYPES = "You are using a model of type"
_library: Any = transformers_logging  # carries no types


def _means_something(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_OF_TYPES)


@contextmanager
def quietly() -> Iterator[None]:
    """Around from_pretrained: how far a load is, is told by `models.loading`."""
    logger = logging.getLogger("transformers.configuration_utils")
    bars = _library.is_progress_bar_enabled()
    logger.addFilter(_means_something)
    _library.disable_progress_bar()
    try:
        yield
    finally:
        logger.removeFilter(_means_something)
        if bars:
            _library.enable_progress_bar()
