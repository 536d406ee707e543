"""The registries of reasoning: one line a backend."""

from __future__ import annotations

from wire.registry import Registry

LLM = Registry("reasoning.llm")
TTS = Registry("reasoning.tts")

LLM.add("grounded", "reasoning.backends.grounded:Grounded")
LLM.add("internvl", "reasoning.backends.internvl:InternVl")
LLM.add("ixc25", "reasoning.backends.ixc25:Ixc25Llm")
LLM.add("openai_chat", "reasoning.backends.openai_chat:OpenAiChat")
TTS.add("espeak", "reasoning.backends.espeak:Espeak")
TTS.add("flite", "reasoning.backends.flite:Flite")
TTS.add("openai_tts", "reasoning.backends.openai_tts:OpenAiTts")
TTS.add("vits", "reasoning.backends.vits:VitsTts")

LLM.add("fake", "reasoning.backends.fake:FakeLlm")
TTS.add("fake", "reasoning.backends.fake:FakeTts")
