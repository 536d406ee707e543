"""What transformers says while it loads: nothing that means nothing, and afterwards as before."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from tiny_audio import write_vits
from tiny_checkpoints import write_internvl
from transformers.utils import logging as transformers_logging

from models.quiet import quietly
from models.tokenizers import Vocabulary
from reasoning.backends import TTS

pytestmark = pytest.mark.models

library: Any = transformers_logging


def test_a_tokenizer_beside_a_config_of_no_class_is_read_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_internvl(tmp_path)
    capfd.readouterr()
    Vocabulary(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_voice_is_loaded_without_a_bar(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_vits(tmp_path)
    capfd.readouterr()
    TTS.create("vits", {"checkpoint": str(tmp_path), "device": "cpu"})
    assert capfd.readouterr() == ("", "")


def test_other_warnings_stay_and_all_is_as_before_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("transformers.configuration_utils")
    logger.addHandler(caplog.handler)  # the library, once used, passes nothing on to the root
    caplog.set_level(logging.WARNING, logger=logger.name)  # ... and others may have told it to say less
    before, filters = library.is_progress_bar_enabled(), list(logger.filters)
    library.enable_progress_bar()
    with quietly():
        logger.warning("You are using a model of type `a` to instantiate a model of type ``.")
        logger.warning("something else")
        assert not library.is_progress_bar_enabled()
    assert library.is_progress_bar_enabled()
    with pytest.raises(FileNotFoundError), quietly():
        Path("nowhere").read_text()
    assert library.is_progress_bar_enabled()
    assert logger.filters == filters
    logger.removeHandler(caplog.handler)
    assert {record.getMessage() for record in caplog.records if record.name == logger.name} == {"something else"}
    if not before:
        library.disable_progress_bar()
