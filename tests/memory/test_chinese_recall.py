"""Chinese questions find what was written and said in Chinese, with the encoder of the lite profile."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

from pathlib import Path

import pytest

from memory.draft import Inquiry
from memory.embedder import Embedder, load
from memory.events import Event, row_id
from memory.keeper import Keeper
from memory.query import Query
from memory.sentences import sentence
from memory.timeline import Step
from wire.config import BackendConfig
from wire.messages import Evidence

pytestmark = pytest.mark.lite

S = 1_000_000_000
T_NS = 200 * S
TOLD = (
    ("speech", "快递员把包裹放在门口的桌子上"),
    ("speech", "今天下午两点开会讨论预算"),
    ("text", "出口在左边"),
    ("speech", "The keys are on the shelf."),
    ("speech", "我们去吃午饭吧"),
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load(BackendConfig(backend="minilm"), BackendConfig(backend="sentences"), BackendConfig(backend="none"))


def found(embedder: Embedder, folder: Path, question: str) -> tuple[Evidence, ...]:
    keeper = Keeper(str(folder), *embedder.dimensions())
    try:
        row = keeper.open_session("s", "live", 0.0, resume=False).row
        events = tuple(
            Event(
                id=row_id(row.no, n),
                session=row.no,
                kind=kind,
                start_ns=n * 10 * S,
                end_ns=(n * 10 + 5) * S,
                text=sentence(kind, words),
                subject=words,
            )
            for n, (kind, words) in enumerate(TOLD, start=1)
        )
        keeper.write(row, Step(events), 0.0)
        rows = keeper.unembedded(64)
        keeper.embedded([identity for identity, _ in rows], embedder.encode([text for _, text in rows]))
        asked, probe = embedder.read(Inquiry(question, T_NS))
        query = Query(session=row.no, t_ns=T_NS, cues=asked, texts=probe.texts, vectors=probe.vectors)
        return keeper.recall(query).evidence
    finally:
        keeper.close()


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("快递员说了什么？", "快递员把包裹放在门口的桌子上"),
        ("包裹在哪里？", "快递员把包裹放在门口的桌子上"),
        ("什么时候开会？", "今天下午两点开会讨论预算"),
        ("出口在哪里？", "出口在左边"),
        ("预算讨论是什么时候？", "今天下午两点开会讨论预算"),
        ("有人提到午饭吗？", "我们去吃午饭吧"),
    ],
)
def test_what_was_told_in_chinese_is_found(embedder: Embedder, tmp_path: Path, question: str, wanted: str) -> None:
    evidence = found(embedder, tmp_path, question)
    assert evidence
    assert evidence[0].subject == wanted


@pytest.mark.parametrize("question", ["自行车在哪里？", "谁提到了飞机？"])
def test_what_nobody_told_is_not(embedder: Embedder, tmp_path: Path, question: str) -> None:
    assert found(embedder, tmp_path, question) == ()
