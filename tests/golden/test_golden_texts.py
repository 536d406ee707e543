"""Audio prompts and StreamingBench counting against the published ones."""

from __future__ import annotations

import pytest
from golden import folder, values

from bench.streamingbench.score import EmptyReplyError, Task, count
from models import audio_prompts

pytestmark = pytest.mark.models


def test_audio_prompts() -> None:
    case = values(folder("audio_prompts") / "prompts.json")
    ours = {"asr": audio_prompts.ASR, "classification": audio_prompts.CLASSIFY}
    assert ours == {"asr": case["asr_instruction"], "classification": case["classification_instruction"]}
    assert case["system_message"] == audio_prompts.SYSTEM
    assert case["decoding"]["max_new_tokens"] == audio_prompts.MAX_NEW_TOKENS
    assert case["decoding"]["sampling_rate"] == audio_prompts.SAMPLE_RATE_HZ
    assert tuple(case["live_use"]["labels_not_reported"]) == audio_prompts.UNREPORTED
    for kind, instruction in ours.items():
        assert audio_prompts.chat_prompt(instruction) == case["rendered_default_chat_template"][kind]
        assert audio_prompts.inline_prompt(instruction) == case["reference_inline_form"][kind]


def test_sound_prefix_follows_the_language() -> None:
    forms = values(folder("audio_prompts") / "prompts.json")["live_use"]["non_speech_prefix"]
    chinese, other = "这是什么声音", "What was that sound"
    assert audio_prompts.with_sound(chinese, "music", "音乐") == forms["chinese"].format(label_zh="音乐", text=chinese)
    assert audio_prompts.with_sound(other, "music", "音乐") == forms["other"].format(label="music", text=other)
    assert audio_prompts.with_sound(other, "speech", "说话") == other
    assert audio_prompts.is_speech("Human voice")
    assert not audio_prompts.is_speech("dog bark")


@pytest.mark.parametrize("task", ["real", "omni", "sqa", "proactive"])
def test_streamingbench_counts(task: Task) -> None:
    path = folder("streamingbench_scoring")
    assert count(task, values(path / f"{task}_answers.json"), "M") == values(path / f"{task}_stats.json")


def test_streamingbench_stops_at_an_empty_reply() -> None:
    question = {"task_type": "T", "question": "Q", "time_stamp": "00:00:01", "answer": "A", "M": ""}
    with pytest.raises(EmptyReplyError, match="00:00:01"):
        count("real", [{"questions": [question]}], "M")
    assert count("sqa", [[{"questions": [question]}]], "M") == {}
