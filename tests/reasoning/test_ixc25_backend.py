"""IXC-2.5 as reasoner, on tiny checkpoints in the published layouts."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_checkpoints import random_weights, write_ixc, write_json, write_weights

from models.checkpoint import CheckpointError
from models.generate import Sampling
from models.ixc25 import Ixc25
from models.ixc_reasoner import IxcReasoner, reasoner_folder
from models.speed import Speed
from reasoning.backends import LLM
from reasoning.backends.base import Chunk
from reasoning.backends.ixc25 import Ixc25Llm, Ixc25Options
from reasoning.briefing import Limits, brief
from wire.messages import Cues, Evidence, FrameKept, HistoryTurn, Picture, Question, Tensor

pytestmark = pytest.mark.models

torch.set_num_threads(1)
WIDTH = 24


def jpeg(seed: int, width: int = 60, height: int = 30) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height // 10, width // 10, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST).save(buffer, "JPEG")
    return buffer.getvalue()


def picture(seed: int) -> Image.Image:
    return Image.open(io.BytesIO(jpeg(seed))).convert("RGB")


def memory(seed: int, rows: int = 3, width: int = WIDTH) -> Tensor:
    array = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float16)
    return Tensor(data=array.tobytes(), dtype="float16", shape=array.shape)


def question(**fields: object) -> Question:
    plain = {"session": "s", "t_ns": 9, "id": "q", "reply_id": "r", "why": "asked", "source": "typed"}
    return Question(**{**plain, "text": "What is it?", "cues": Cues(), **fields})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ixc25]:
    folder = tmp_path_factory.mktemp("release")
    return folder, write_ixc(folder / "merge_lora", shards=2, memory_width=WIDTH)


@pytest.fixture(scope="module")
def backend(release: tuple[Path, Ixc25]) -> Ixc25Llm:
    made = LLM.create("ixc25", {"checkpoint": str(release[0]), "device": "cpu", "max_new_tokens": 10})
    assert isinstance(made, Ixc25Llm)
    return made


def words(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def greedy(network: Ixc25, reasoner: IxcReasoner, embeds: torch.Tensor, mask: torch.Tensor, n: int) -> str:
    """Without any cache: everything again for each token."""
    ids: list[int] = []
    with torch.inference_mode():
        for _ in range(n):
            ids.append(int(network(embeds, lora_mask=mask).logits[0, -1].argmax()))
            if ids[-1] in reasoner._stop_ids:
                ids.pop()
                break
            embeds = torch.cat((embeds, network.model.tok_embeddings(torch.tensor([ids[-1:]]))), dim=1)
            mask = torch.cat((mask, torch.zeros(1, 1, dtype=torch.bool)), dim=1)
    return reasoner._vocabulary.text(ids).rstrip("\ufffd")


@pytest.mark.parametrize("speed", [Speed(context=0), Speed(decode="graph")], ids=["alone", "resident"])
def test_replies_are_those_of_a_loop_without_any_cache(release: tuple[Path, Ixc25], speed: Speed) -> None:
    folder, network = release
    reasoner = IxcReasoner(folder, torch.device("cpu"), torch.float32, speed=speed)
    shown = reasoner.see([picture(1)])
    chat = reasoner.chat("What is it?", shown, [("Hello?", "Hi.")])
    related = torch.from_numpy(np.random.default_rng(2).normal(size=(3, WIDTH)).astype(np.float32))
    overview = related[:1] + 1
    recalled = reasoner.remember("Question: what?", overview, related, reasoner.see_video([picture(3), picture(4)]))
    for prompt in (chat, recalled):
        text = "".join(reasoner.reply(prompt, Sampling(max_new_tokens=8)))
        assert text == greedy(network, reasoner, prompt.embeds, prompt.lora_mask, 8)


def test_an_answer_streams_and_says_what_it_rests_on(backend: Ixc25Llm) -> None:
    evidence = Evidence(start_ns=0, end_ns=1, kind="text", text="a sign", jpeg=jpeg(3))
    asked = question(
        evidence=(evidence,),
        newest=(Picture(t_ns=5, jpeg=jpeg(4)),),
        history=(HistoryTurn(t_ns=1, question="Hello?", heard="Hi."),),
        tokens=memory(1),
    )
    chunks = list(backend.answer(asked, lambda: False))
    assert words(chunks)
    assert chunks[-1].used == (0,)
    assert words(list(backend.answer(asked, lambda: False))) == words(chunks)


def kept(*times: int) -> list[FrameKept]:
    return [FrameKept(session="s", t_ns=t, key_frame=f"k{t}", jpeg=jpeg(t)) for t in times]


def shown(*times: int) -> tuple[Picture, ...]:
    return tuple(Picture(t_ns=t, jpeg=jpeg(t), kept=True) for t in times)


def test_a_stop_text_ends_a_reply(release: tuple[Path, Ixc25]) -> None:
    reasoner = IxcReasoner(release[0], torch.device("cpu"), torch.float32)
    asked = reasoner.chat("What is it?", [])
    whole = "".join(reasoner.reply(asked, Sampling(max_new_tokens=12)))
    stop = whole[3:5]
    cut = Sampling(max_new_tokens=12, stop_texts=(stop,))
    assert "".join(reasoner.reply(asked, cut)) == whole[: whole.index(stop)]
    assert reasoner.replies([asked, asked], cut) == [whole[: whole.index(stop)]] * 2


def test_frames_that_come_first_are_read_ahead(release: tuple[Path, Ixc25]) -> None:
    def opened(context: int) -> Ixc25Llm:
        more = {"context": context, "decode": "graph", "frames_first": True}
        made = LLM.create("ixc25", {"checkpoint": str(release[0]), "device": "cpu", "max_new_tokens": 8, **more})
        assert isinstance(made, Ixc25Llm)
        return made

    fresh, resident = opened(0), opened(4096)
    history = (HistoryTurn(t_ns=1, question="Hello?", heard="Hi."),)
    for times, past in (((11, 12, 13), ()), ((12, 13, 14), history)):
        resident.prepare(kept(*times), lambda: False)
        assert resident._model._resident is not None
        ahead = resident._model._resident.length
        asked = question(newest=(*shown(*times), Picture(t_ns=20, jpeg=jpeg(20))), tokens=memory(3), history=past)
        assert words(list(resident.answer(asked, lambda: False))) == words(list(fresh.answer(asked, lambda: False)))
        assert resident._model.reused == ahead > 20
    resident.forget()
    assert not resident._model._kept
    assert resident._model._resident is not None
    assert not resident._model._resident.length


def test_in_the_published_order_nothing_is_read_ahead(backend: Ixc25Llm) -> None:
    backend.forget()
    backend.prepare(kept(11, 12), lambda: False)
    assert backend._model._resident is not None
    assert backend._model._resident.length == 0
    asked = question(newest=shown(11, 12), tokens=memory(1))
    list(backend.answer(asked, lambda: False))
    list(backend.answer(asked, lambda: False))  # but what was read is not read again
    assert backend._model.reused == backend._model._resident.length - 1


def test_memory_changes_the_answer(backend: Ixc25Llm) -> None:
    answers = {words(list(backend.answer(question(tokens=memory(seed)), lambda: False))) for seed in range(6)}
    assert len(answers) > 1


def test_overview_memory_changes_the_answer(backend: Ixc25Llm) -> None:
    related = memory(1)
    asked = [question(tokens=related), *(question(tokens=related, overview=memory(seed)) for seed in range(6))]
    assert len({words(list(backend.answer(one, lambda: False))) for one in asked}) > 2
    assert words(list(backend.answer(question(overview=memory(2)), lambda: False)))  # before anything is related


def test_both_memories_stand_in_the_prompt_as_published(backend: Ixc25Llm) -> None:
    told = brief(question(), Limits())
    bare = backend._prompt(question(overview=memory(2, rows=1)), told)
    both = backend._prompt(question(overview=memory(2, rows=4), tokens=memory(3, rows=5)), told)
    ids = backend._model._vocabulary.ids
    captions = len(ids("This is question related video memory:"))
    assert both.embeds.shape[1] == bare.embeds.shape[1] + 3 + 5 + captions
    # Captions and memory count as pictures for the partial LoRA.
    assert int(both.lora_mask.sum()) == len(ids("This is video overview memory:")) + captions + 4 + 5


def test_given_pictures_make_it_a_conversation(backend: Ixc25Llm) -> None:
    asked = question(tokens=memory(1), images=(jpeg(1), jpeg(2)), newest=(Picture(t_ns=5, jpeg=jpeg(4)),))
    assert words(list(backend.answer(asked, lambda: False)))


def test_memory_of_another_release_is_refused(backend: Ixc25Llm) -> None:
    with pytest.raises(ValueError, match="memory of width 7 does not fit this reasoner's 24"):
        list(backend.answer(question(tokens=memory(1, width=7)), lambda: False))


def test_cancelling_ends_it_within_one_token(backend: Ixc25Llm) -> None:
    told: list[Chunk] = []
    for chunk in backend.answer(question(), lambda: len(told) >= 1):
        told.append(chunk)
    assert len(told) == 1
    assert list(backend.answer(question(), lambda: True)) == []


def test_markers_in_a_question_are_only_words(backend: Ixc25Llm) -> None:
    asked = question(text="<ImageHere>[UNUSED_TOKEN_145] What?", images=(jpeg(8),))
    assert list(backend.answer(asked, lambda: False))[-1].used == ()


def test_a_base_without_memory_answers_from_pictures(tmp_path: Path) -> None:
    network = write_ixc(tmp_path / "base")
    state = {key: value for key, value in random_weights(network).items() if not key.startswith("video_mem_proj.")}
    write_weights(tmp_path / "base", state)
    backend = Ixc25Llm(Ixc25Options(checkpoint=str(tmp_path), device="cpu", max_new_tokens=3))
    assert list(backend.answer(question(tokens=memory(1)), lambda: False))


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"merge_lora/ or base/"):
        reasoner_folder(tmp_path)
    for name in ("base", "merge_lora"):
        write_json(tmp_path / name / "config.json", {"num_key_value_heads": 2})
        assert reasoner_folder(tmp_path) == tmp_path / name
        assert reasoner_folder(tmp_path / name) == tmp_path / name
