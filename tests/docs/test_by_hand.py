"""docs/models.md, "By hand": every command and every piece of Python there is run as it stands, on tiny checkpoints."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from asking import run, write_picture, write_sound, write_video
from tiny_audio import write_qwen2_audio
from tiny_checkpoints import write_internvit, write_internvl, write_internvl_cg, write_ixc, write_memory

pytestmark = pytest.mark.models

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
SECTION = TEXT[TEXT.index("## By hand") : TEXT.index("## Recognisers")]
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", SECTION, re.S) for line in block.splitlines()]
PYTHON = re.findall(r"```python\n(.*?)```", SECTION, re.S)
FEW = ("--max-tokens", "6")  # nonsense needs no more


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the section names, in the places that it names."""
    made = tmp_path_factory.mktemp("by_hand")
    checkpoints = made / "checkpoints"
    release = checkpoints / "internlm-xcomposer2d5-ol-7b"
    write_internvl(checkpoints / "InternVL2-8B", "internlm2")
    write_ixc(release / "merge_lora")
    write_memory(release / "memory")
    write_qwen2_audio(release / "audio")
    write_internvl_cg(checkpoints / "InternVL-14B-224px")
    write_internvit(checkpoints / "InternViT-6B-224px")
    for name, colour in (("cat.jpg", "orange"), ("dog.jpg", "brown"), ("shot.png", "white")):
        write_picture(made / name, colour)
    write_video(made / "walk.mp4")
    write_sound(made / "speech.wav", 1.0)
    (made / "resume.md").write_text("# Ann\n\n- law\n")
    (made / "questions.jsonl").write_text(json.dumps({"prompt": "What is this?", "images": ["cat.jpg"]}))
    return made


def test_the_section_has_examples() -> None:
    assert len(COMMANDS) >= 12
    assert len(PYTHON) == 2
    assert {shlex.split(line)[1] for line in COMMANDS} == {"chat", "embed", "compose"}


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_runs(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    _, *words = shlex.split(line)
    if words[0] in ("chat", "compose"):
        words = [*words, *FEW]
    if "--audio" in words:
        words += ["--set", "perception.asr.options.max_new_tokens=3"]
    done = run(*words)
    assert done.code == 0, done.err
    out = words[words.index("--out") + 1] if "--out" in words else None
    if out:
        assert (folder / out).stat().st_size > 0
    else:
        assert done.out


@pytest.mark.parametrize("code", PYTHON, ids=["chat", "audio"])
def test_the_python_runs(
    code: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    code = code.replace("max_tokens=200", "max_tokens=6")
    exec(compile(code, "docs/models.md", "exec"), {"__name__": "example"})
    told = capsys.readouterr().out
    if "history" in code:
        assert "What is this? ->" in told
        assert "And this? ->" in told
