"""Qwen2-Audio's published instructions for recognition and classification, and how a sound is told to the reasoner.

Pure text and numbers.
"""

# ruff: noqa: RUF001 (the published Chinese prefix)

from __future__ import annotations

ASR = "Detect the language and recognize the speech."
CLASSIFY = "Classify the audio."
SYSTEM = "You are a helpful assistant."
SAMPLE_RATE_HZ = 16_000
MAX_NEW_TOKENS = 256
UNREPORTED = ("Speech", "speech", "silence")  # classes that are not told
SPEECH_WORDS = ("speech", "human", "voice")  # a class that holds one of these is worth recognising, offline


def chat_prompt(instruction: str) -> str:
    """The default chat template around one piece of audio."""
    return (
        f"<|im_start|>system\n{SYSTEM}<|im_end|>\n"
        f"<|im_start|>user\nAudio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n{instruction}<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def inline_prompt(instruction: str) -> str:
    """The form in which a serving toolkit takes it."""
    return f"<audio>{instruction}"


def is_chinese(text: str) -> bool:
    """Whether at least half of the characters are Chinese."""
    return sum("\u4e00" <= char <= "\u9fff" for char in text) >= len(text) // 2


def is_speech(label: str) -> bool:
    return any(word in label.lower() for word in SPEECH_WORDS)


def with_sound(text: str, label: str, label_zh: str) -> str:
    """What was said with the class of sound before it, in its language; plain where the class is not told."""
    if label in UNREPORTED:
        return text
    return f"'声音是{label_zh}。{text}" if is_chinese(text) else f"'Sound classification：{label}. {text}"
