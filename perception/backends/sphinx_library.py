"""The part of PocketSphinx's C library that its Python wrapper leaves out: a decoder with a mixture of language models.

The wrapper's extension module exports the whole C interface of the library (pocketsphinx.h, version 5.1); it is called
here through ctypes. Knows no streams and no tuning.
"""

from __future__ import annotations

import ctypes as c
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pocketsphinx import _pocketsphinx, get_model_path

_POINTER = c.c_void_p
_STRING = c.c_char_p
_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "ps_config_parse_json": (_POINTER, [_POINTER, _STRING]),
    "ps_config_free": (c.c_int, [_POINTER]),
    "ps_init": (_POINTER, [_POINTER]),
    "ps_free": (c.c_int, [_POINTER]),
    "ps_get_logmath": (_POINTER, [_POINTER]),
    "ps_add_lm": (c.c_int, [_POINTER, _STRING, _POINTER]),
    "ps_activate_search": (c.c_int, [_POINTER, _STRING]),
    "ps_reinit_feat": (c.c_int, [_POINTER, _POINTER]),
    "ps_set_cmn": (c.c_int, [_POINTER, _STRING]),
    "ps_start_utt": (c.c_int, [_POINTER]),
    "ps_process_raw": (c.c_int, [_POINTER, _STRING, c.c_size_t, c.c_int, c.c_int]),
    "ps_end_utt": (c.c_int, [_POINTER]),
    "ps_get_hyp": (_STRING, [_POINTER, c.POINTER(c.c_int32)]),
    "ps_seg_iter": (_POINTER, [_POINTER]),
    "ps_seg_next": (_POINTER, [_POINTER]),
    "ps_seg_word": (_STRING, [_POINTER]),
    "ps_seg_frames": (None, [_POINTER, c.POINTER(c.c_int), c.POINTER(c.c_int)]),
    "ps_seg_prob": (c.c_int32, [_POINTER, c.POINTER(c.c_int32), c.POINTER(c.c_int32), c.POINTER(c.c_int32)]),
    "logmath_exp": (c.c_double, [_POINTER, c.c_int]),
    "ngram_model_read": (_POINTER, [_POINTER, _STRING, c.c_int, _POINTER]),
    "ngram_model_free": (c.c_int, [_POINTER]),
    "ngram_model_set_init": (_POINTER, [_POINTER, _POINTER, _POINTER, _POINTER, c.c_int]),
    "ngram_model_set_interp": (_POINTER, [_POINTER, _POINTER, _POINTER]),
}
_ANY_FORMAT = 0  # NGRAM_AUTO


def _library() -> c.CDLL:
    """The extension module as a C library. Raises ImportError where it does not export the C interface."""
    library = c.CDLL(str(_pocketsphinx.__file__))
    for name, (result, arguments) in _SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError as error:
            raise ImportError(f"pocketsphinx without {name}; install version 5.1.1", name="pocketsphinx") from error
        function.restype, function.argtypes = result, arguments
    return library


_ps = _library()


def model_path(name: str) -> str:
    """A file of the American English model that the package carries."""
    return str(Path(get_model_path("en-us")) / name)


class Decoder:
    """One recogniser, one utterance at a time. Its C objects live until `close`."""

    def __init__(self, settings: dict[str, Any], models: list[tuple[str, float]]) -> None:
        """models: files of n-gram models with their weights. Raises RuntimeError when the library refuses."""
        self._config = _must(_ps.ps_config_parse_json(None, json.dumps(settings).encode()), "its settings")
        self._ps: int | None = _must(_ps.ps_init(self._config), "its acoustic model or dictionary")
        self._logmath = _ps.ps_get_logmath(self._ps)
        read = [
            _must(_ps.ngram_model_read(self._config, path.encode(), _ANY_FORMAT, self._logmath), path)
            for path, _ in models
        ]
        n = len(read)
        names = (_STRING * n)(*(f"model{i}".encode() for i in range(n)))
        weights = (c.c_float * n)(*(weight for _, weight in models))
        mixture = _must(_ps.ngram_model_set_init(self._config, (_POINTER * n)(*read), names, weights, n), "a mixture")
        _must(_ps.ngram_model_set_interp(mixture, names, weights), "the weights of a mixture")
        if _ps.ps_add_lm(self._ps, b"mixture", mixture) or _ps.ps_activate_search(self._ps, b"mixture"):
            raise RuntimeError("pocketsphinx cannot search with a mixture of language models")
        for model in (*read, mixture):
            _ps.ngram_model_free(model)  # the decoder holds its own references

    def begin(self, channel: Sequence[float]) -> None:
        """Start an utterance with this estimate of the channel. The front end is made anew: it would carry a rest of
        the utterance before into this one, and the same sound would not always give the same words."""
        _ps.ps_reinit_feat(self._ps, None)
        _ps.ps_set_cmn(self._ps, ",".join(f"{value:.3f}" for value in channel).encode())
        _ps.ps_start_utt(self._ps)

    def feed(self, pcm: bytes) -> None:
        """int16 samples at 16 kHz."""
        _ps.ps_process_raw(self._ps, pcm, len(pcm) // 2, 0, 0)

    def end(self) -> None:
        _ps.ps_end_utt(self._ps)

    def text(self) -> str:
        """The best words so far; after `end`, of the whole utterance."""
        found = _ps.ps_get_hyp(self._ps, None)
        return found.decode() if found else ""

    def words(self) -> list[tuple[str, int, float]]:
        """After `end`: each word with its length in frames of 10 ms and its posterior probability."""
        found: list[tuple[str, int, float]] = []
        first, last = c.c_int(), c.c_int()
        unused = c.c_int32()
        segment = _ps.ps_seg_iter(self._ps)
        while segment:
            _ps.ps_seg_frames(segment, c.byref(first), c.byref(last))
            log = _ps.ps_seg_prob(segment, c.byref(unused), c.byref(unused), c.byref(unused))
            probability = min(1.0, _ps.logmath_exp(self._logmath, log))
            found.append((_ps.ps_seg_word(segment).decode(), last.value - first.value + 1, probability))
            segment = _ps.ps_seg_next(segment)
        return found

    def close(self) -> None:
        """May be called twice."""
        if self._ps is not None:
            _ps.ps_free(self._ps)
            _ps.ps_config_free(self._config)
            self._ps = None


def _must(pointer: int | None, what: str) -> int:
    if not pointer:
        raise RuntimeError(f"pocketsphinx refuses {what}; reinstall pocketsphinx==5.1.1")
    return pointer
