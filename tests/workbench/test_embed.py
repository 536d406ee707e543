"""Pictures embedded and compared with texts: the networks' own numbers, the files that are written, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from asking import run, write_picture
from PIL import Image
from tiny_checkpoints import (
    random_weights,
    write_internvit,
    write_internvl,
    write_internvl_cg,
    write_json,
    write_memory,
    write_siglip,
    write_tokenizer,
)
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

from models.pair_encoders import open_encoder
from models.pixels import IMAGENET
from models.tokenizers import Vocabulary

pytestmark = pytest.mark.models

TEXTS = ("a red square", "the night")
CPU = torch.device("cpu")


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    return [write_picture(folder / "a.png", "red"), write_picture(folder / "more" / "b.jpg", "navy", (40, 90))]


def write_clip(folder: Path) -> Any:
    tokenizer = write_tokenizer(folder)
    tower = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": 28, "patch_size": 7,
    }  # fmt: skip
    text = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2,
        "vocab_size": len(tokenizer), "bos_token_id": 1, "eos_token_id": 2, "max_position_embeddings": 20,
    }  # fmt: skip
    network: Any = CLIPModel(CLIPConfig(vision_config=tower, text_config=text, projection_dim=12))
    network.eval()
    network.load_state_dict(random_weights(network))
    network.save_pretrained(folder)
    return network


def opened(folder: Path, kind: str = "") -> Any:
    return open_encoder(folder, kind, CPU, torch.float32)


def test_clip_is_transformers_clip(tmp_path: Path, pictures: list[Path]) -> None:
    folder = tmp_path / "clip"
    network = write_clip(folder)
    values = {"size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}, "do_center_crop": True}
    write_json(folder / "preprocessor_config.json", {**values, "image_mean": IMAGENET.mean, "image_std": IMAGENET.std})
    encoder = opened(folder)
    images = [Image.open(path) for path in pictures]
    processor: Any = CLIPImageProcessor
    theirs = processor(**values, image_mean=IMAGENET.mean, image_std=IMAGENET.std)(images, return_tensors="pt")
    ours = torch.stack([encoder.prepare(image) for image in images])
    assert torch.allclose(ours, theirs["pixel_values"], atol=2 / 255 / 0.22)
    ids = [Vocabulary(folder).ids(text) for text in TEXTS]
    padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=2)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(one) for one in ids], batch_first=True)
    with torch.inference_mode():
        logits = network(pixel_values=ours, input_ids=padded, attention_mask=mask).logits_per_image
    found = encoder.logits(encoder.pictures(ours), encoder.texts(TEXTS))
    assert torch.allclose(found, logits, rtol=1e-4, atol=1e-5)
    assert torch.allclose(encoder.shares(found).sum(-1), torch.ones(2))


def test_siglip_judges_each_pair_by_itself(tmp_path: Path, pictures: list[Path]) -> None:
    folder = tmp_path / "siglip"
    network = write_siglip(folder)
    encoder = opened(folder)
    ours = torch.stack([encoder.prepare(Image.open(path)) for path in pictures])
    assert (float(ours.min()), float(ours.max())) == (-1.0, 1.0)
    with torch.inference_mode():
        called: Any = network
        ids = torch.tensor([[5, 6, 7], [8, 9, 10]])
        result = called(pixel_values=ours, input_ids=ids)
    found = encoder.logits(encoder.pictures(ours), result.text_embeds)
    assert torch.allclose(found, result.logits_per_image, rtol=1e-4, atol=1e-5)
    assert torch.allclose(encoder.shares(found), result.logits_per_image.sigmoid(), atol=1e-5)


def test_siglip_reads_all_of_its_padding(tmp_path: Path) -> None:
    network: Any = write_siglip(tmp_path)
    write_tokenizer(tmp_path)
    encoder = opened(tmp_path)
    encoder._network.text_model.embeddings.token_embedding = wide = torch.nn.Embedding(300, 16)
    ids = [*Vocabulary(tmp_path).ids("a red square").tolist(), *[2] * 64][:64]
    network.text_model.embeddings.token_embedding = wide
    with torch.inference_mode():
        expected = network.get_text_features(input_ids=torch.tensor([ids])).pooler_output
    found = encoder.texts(["A red,  square!", "night"])
    assert torch.allclose(found[:1], torch.nn.functional.normalize(expected, dim=-1), atol=1e-5)
    assert not torch.allclose(found[0], found[1])


@pytest.mark.parametrize("kind", ["c", "g"])
def test_the_cards_retrieval_example(tmp_path: Path, pictures: list[Path], kind: str) -> None:
    network = write_internvl_cg(tmp_path / "cg")
    done = run(
        "embed", *pictures, "--checkpoint", tmp_path / "cg", "--kind", kind, "--json", *texts(), "--device", "cpu"
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["model"] == f"internvl_{kind}"
    pixels = torch.stack([opened(tmp_path / "cg").prepare(Image.open(path)) for path in pictures])
    vocabulary = Vocabulary(tmp_path / "cg")
    ids = [torch.tensor([1, *vocabulary.ids(f"summarize:{text}").tolist(), 2]) for text in TEXTS]
    with torch.inference_mode():
        vision = network.vision_model(pixels)
        images = network.image_g(vision) if kind == "g" else network.image_c(vision)
        logits = network.similarity(images, torch.cat([network.text(one[None]) for one in ids]))
    for picture, row, shares in zip(told["pictures"], logits, logits.softmax(-1), strict=True):
        assert [score["logit"] for score in picture["scores"]] == pytest.approx(row.tolist(), abs=2e-3)
        assert [score["share"] for score in picture["scores"]] == pytest.approx(shares.tolist(), abs=2e-4)
        assert picture["best"] == TEXTS[int(row.argmax())]


def texts() -> list[str]:
    return [word for text in TEXTS for word in ("--text", text)]


def test_a_table_marks_what_fits_best(tmp_path: Path, pictures: list[Path]) -> None:
    write_internvl_cg(tmp_path / "cg")
    (tmp_path / "t.txt").write_text("\n".join(TEXTS))
    out = tmp_path / "new" / "fit.json"
    done = run(
        "embed", tmp_path / "pictures", "--checkpoint", tmp_path / "cg", "--texts", tmp_path / "t.txt", "--out", out
    )
    assert done.code == 0, done.err
    assert "internvl_c" in done.out
    assert "b.jpg" in done.out
    assert json.loads(out.read_text())["texts"] == list(TEXTS)


def test_features_go_into_files(tmp_path: Path, pictures: list[Path]) -> None:
    network = write_internvit(tmp_path / "vit")
    run(
        "embed", tmp_path / "pictures", "--checkpoint", tmp_path / "vit", "--out", tmp_path / "f.npz", "--device", "cpu"
    )
    kept = np.load(tmp_path / "f.npz")
    assert list(kept["files"]) == list(map(str, pictures))
    pixels = torch.stack([opened(tmp_path / "vit").prepare(Image.open(path)) for path in pictures])
    with torch.inference_mode():
        expected = network(pixels)[:, 0].numpy()
    np.testing.assert_allclose(kept["vectors"], expected, rtol=1e-4, atol=1e-5)
    run("embed", *pictures, "--checkpoint", tmp_path / "vit", "--out", tmp_path / "f.jsonl", "--device", "cpu")
    lines = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text().splitlines()]
    np.testing.assert_allclose([line["vector"] for line in lines], expected, rtol=1e-4, atol=1e-5)


def test_a_chat_model_lends_its_eyes(tmp_path: Path, pictures: list[Path]) -> None:
    write_internvl(tmp_path / "chat")
    done = run("embed", *pictures, "--checkpoint", tmp_path / "chat", "--out", tmp_path / "f.npz", "--device", "cpu")
    assert done.code == 0, done.err
    assert np.load(tmp_path / "f.npz")["vectors"].shape == (2, 16)


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, pictures: list[Path]) -> None:
    write_internvit(tmp_path / "vit")
    write_memory(tmp_path / "memory")
    (tmp_path / "none").mkdir()
    (tmp_path / "bad.png").write_text("no picture")
    vit, out = ("--checkpoint", tmp_path / "vit"), ("--out", tmp_path / "f.npz")
    for more, sentence in (
        ([pictures[0], *vit], "say where the features go"),
        ([pictures[0], *vit, "--out", "f.txt"], "unknown ending"),
        ([pictures[0], *vit, "--text", "a"], "knows pictures alone"),
        (["nowhere.png", *vit, *out], "there is no file nowhere.png"),
        ([tmp_path / "none", *vit, *out], "holds no pictures"),
        ([tmp_path / "bad.png", *vit, *out], "is no picture that can be read"),
        (
            [pictures[0], "--checkpoint", tmp_path / "memory", *out],
            "is OmniLive's video memory; pictures are embedded by",
        ),
        ([pictures[0], *vit, *out, "--kind", "g"], "'g' does not fit"),
        ([pictures[0], *vit, *out, "--device", "cuda"], "no GPU is usable here"),
    ):
        if "cuda" in map(str, more) and torch.cuda.is_available():
            continue
        done = run("embed", *more)
        assert done.code == 2, sentence
        assert sentence in done.err
