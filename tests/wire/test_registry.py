"""Backends are found by name; what is wrong is said with the fix."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import pytest

from wire.registry import BackendError, Registry

pytestmark = pytest.mark.unit


@dataclass(frozen=True, kw_only=True)
class BackendOptions:
    model: str
    beams: int = 1


class Backend:
    Options = BackendOptions

    def __init__(self, options: BackendOptions) -> None:
        if options.model == "nowhere":
            raise FileNotFoundError("nowhere is not a folder; fetch the weights into it")
        self.options = options


def _registry() -> Registry:
    registry = Registry("perception.asr")
    registry.add("good", f"{__name__}:Backend")
    registry.add("absent", "a_library_nobody_has.module:Backend", extra="whisper", needs=("a_library_nobody_has",))
    return registry


def test_a_backend_is_made_from_its_options() -> None:
    made = _registry().create("good", {"model": "m"})
    assert dataclasses.asdict(made.options) == {"model": "m", "beams": 1}


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("goood", {}, "perception.asr: no backend 'goood'; did you mean 'good'?"),
        ("absent", {}, "needs a_library_nobody_has, which is not installed; pip install 'omnilive[whisper]'"),
        ("good", {"model": "m", "beam": 2}, "has no option 'beam'; did you mean 'beams'?"),
        ("good", {"model": "nowhere"}, "perception.asr: backend 'good': nowhere is not a folder; fetch"),
        ("good", {}, "needs the option 'model'; set perception.asr.options"),
    ],
)
def test_a_mistake_names_the_fix(name: str, options: dict[str, object], sentence: str) -> None:
    with pytest.raises(BackendError) as error:
        _registry().create(name, options)
    assert sentence in str(error.value)


def test_of_several_the_first_is_taken_whose_libraries_are_there() -> None:
    registry = _registry()
    assert registry.create("absent, good", {"model": "m"}).options.model == "m"
    assert (registry.chosen("absent,good"), registry.chosen("good, absent")) == ("good", "good")
    assert registry.wished("absent, good") == "pip install 'omnilive[whisper]' for absent"
    assert registry.wished("good, absent") == ""


def test_what_a_backend_is_better_with_is_told_by_its_options() -> None:
    class Helped:
        helpers: ClassVar = {"dataclasses": "pip install it", "a_library_nobody_has": "pip install that"}

    assert _registry().helpers(Helped()) == {"dataclasses": "", "a_library_nobody_has": "pip install that"}
    assert _registry().helpers(BackendOptions(model="m")) == {}


def test_without_any_of_several_the_last_says_what_it_needs() -> None:
    with pytest.raises(BackendError, match="needs a_library_nobody_has, which is not installed"):
        _registry().load("absent,absent")


def test_an_unknown_one_of_several_is_named() -> None:
    with pytest.raises(BackendError, match="no backend 'goood'; did you mean 'good'"):
        _registry().chosen("goood, good")
    with pytest.raises(BackendError, match="no backend 'goood'"):
        _registry().load("absent, goood")
