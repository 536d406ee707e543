"""The encoder for any checkpoint, on tiny ones made here: pooling as the checkpoint says, clear errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from memory.backends.checkpoint import CheckpointEncoder, CheckpointOptions

pytestmark = pytest.mark.models

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "red", "sign", "says", "exit"]


def _tokenizer() -> PreTrainedTokenizerFast:
    words = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    words.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]"
    )


def _checkpoint(folder: Path, pooling: dict[str, bool] | None) -> Path:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config).save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    if pooling is not None:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 24} | pooling))
    return folder


@pytest.mark.parametrize("mode", ["cls_token", "mean_tokens", "max_tokens", "lasttoken"])
def test_pools_as_the_checkpoint_says(tmp_path: Path, mode: str) -> None:
    folder = _checkpoint(tmp_path, {f"pooling_mode_{mode}": True})
    encoder = CheckpointEncoder(CheckpointOptions(model=str(folder)))
    model = BertModel.from_pretrained(folder)
    model.eval()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        states = model(torch.tensor([[2, 5, 6, 7, 3]])).last_hidden_state[0]
    pooled = {
        "cls_token": states[0], "mean_tokens": states.mean(0), "max_tokens": states.max(0).values,
        "lasttoken": states[-1],
    }[mode]  # fmt: skip
    expected = (pooled / pooled.norm()).numpy()
    assert np.allclose(encoder.encode(["the red sign"])[0], expected, atol=1e-6)
    assert encoder.dim == 24


def test_without_a_pooling_file_it_is_the_mean_and_company_changes_nothing(tmp_path: Path) -> None:
    encoder = CheckpointEncoder(CheckpointOptions(model=str(_checkpoint(tmp_path, None))))
    together = encoder.encode(["the red sign", "exit", ""])
    assert np.array_equal(together[1], encoder.encode(["exit"])[0])
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, 24)


def test_two_poolings_are_refused(tmp_path: Path) -> None:
    folder = _checkpoint(tmp_path, {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True})
    with pytest.raises(ValueError, match="one of cls"):
        CheckpointEncoder(CheckpointOptions(model=str(folder)))


@pytest.mark.parametrize("model", ["no/such-model-anywhere", ""])
def test_a_missing_checkpoint_is_named(tmp_path: Path, model: str) -> None:
    with pytest.raises(FileNotFoundError, match="no text encoder in"):
        CheckpointEncoder(CheckpointOptions(model=model or str(tmp_path)))
