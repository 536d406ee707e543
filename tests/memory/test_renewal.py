"""A memory whose vectors another model made: they are made anew beside all else, once, and none is lost meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from desk_tools import memory, sign

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.events import Event
from memory.index import VectorIndex
from memory.phrases import half, whole
from memory.renewal import Renewal
from memory.sentences import sentence
from memory.store import Store
from memory.upkeep import Wish

pytestmark = pytest.mark.unit

ENCODER = FakeTextEncoder(FakeOptions())
WORDS = ("harbour closed", "mind the gap", "fresh bread", "no diving", "lift out of order")


def _store(folder: Path) -> Store:
    """A memory of signs whose vectors are turned round, as if another model had made them."""
    store = Store(folder)
    no = store.new_session("s", "live", 0.0).no
    texts = [sentence("text", words) for words in WORDS]
    events = [
        Event(id=n + 1, session=no, kind="text", start_ns=n, end_ns=n, text=text, subject=words)
        for n, (text, words) in enumerate(zip(texts, WORDS, strict=True))
    ]
    store.put(events, start_unix_s=0.0, recorded_at=0.0)
    rows = store.unembedded(99)
    store.set_vectors([i for i, _ in rows], -ENCODER.encode([gist for _, gist in rows]))
    store.commit()
    return store


def _renewal(store: Store) -> tuple[Renewal, VectorIndex]:
    index = VectorIndex(ENCODER.dim)
    index.fill(store.vectors())
    return Renewal(store, {"phrases": index, "clips": VectorIndex(ENCODER.dim)}), index


def _again(renewal: Renewal, limit: int) -> bool:
    rows = renewal.pending("phrases", limit)
    if rows:
        renewal.renewed("phrases", [i for i, _ in rows], ENCODER.encode([text for _, (text,) in rows]))
    return bool(rows)


def _compared(renewal: Renewal) -> int:
    return renewal.compare("phrases", ENCODER.encode([text for (text,) in renewal.sample("phrases")]))


def test_all_vectors_are_made_anew_in_the_database_and_in_the_index(tmp_path: Path) -> None:
    store = _store(tmp_path)
    renewal, index = _renewal(store)
    assert _compared(renewal) == len(WORDS)
    while _again(renewal, 2):
        pass
    for identity, blob in store.vectors():
        (gist,) = store.database.execute("SELECT gist FROM phrases WHERE id = ?", (identity,)).fetchone()
        np.testing.assert_allclose(whole(blob), ENCODER.encode([gist])[0], atol=1e-3)
        assert index.search(ENCODER.encode([gist]), 1) == {identity: pytest.approx(1.0, abs=1e-3)}
    assert len(index) == len(WORDS)
    assert _compared(renewal) == 0
    assert not _again(renewal, 2)
    store.close()


def test_it_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    store = _store(tmp_path)
    renewal, _ = _renewal(store)
    _compared(renewal)
    _again(renewal, 2)
    store.close()
    store = Store(tmp_path)
    renewal, _ = _renewal(store)
    assert _compared(renewal) == len(WORDS) - 2
    assert [i for i, _ in renewal.pending("phrases", 99)] == [3, 2, 1]
    store.close()


def test_what_was_erased_meanwhile_does_not_come_back(tmp_path: Path) -> None:
    store = _store(tmp_path)
    renewal, index = _renewal(store)
    _compared(renewal)
    rows = renewal.pending("phrases", 2)
    gone = rows[0][0]
    index.remove(store.drop([gone]))
    renewal.renewed("phrases", [i for i, _ in rows], ENCODER.encode([text for _, (text,) in rows]))
    assert len(index) == len(WORDS) - 1
    assert gone not in index.search(ENCODER.encode(list(WORDS)), 9)
    store.close()


def test_the_same_model_renews_nothing(tmp_path: Path) -> None:
    store = _store(tmp_path)
    for identity, blob in list(store.vectors()):
        store.database.execute("UPDATE phrases SET vector = ? WHERE id = ?", (half(-whole(blob)), identity))
    renewal, _ = _renewal(store)
    assert _compared(renewal) == 0
    store.close()


@pytest.mark.parametrize("dim", [16, 512])
async def test_a_session_on_a_memory_of_another_model_finds_all_again(tmp_path: Path, dim: int) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        for t, words in enumerate(WORDS):
            await m.see(t, sign(words), look=t)
        await m.mark(len(WORDS))
    store = Store(tmp_path)
    strange = np.eye(1, dim, dtype=np.float32)[0]
    for table in ("phrases", "clips"):
        store.database.execute(f"UPDATE {table} SET vector = ? WHERE vector IS NOT NULL", (half(strange),))
    store.close()
    async with memory() as m:
        await m.open(tmp_path, session="t")
        (folder,) = m.service._folders  # type: ignore[attr-defined]  # the service in this very process
        async with asyncio.timeout(20):
            while folder.steward._renewing is not None:
                await m.mark(0, session="t")
    store = Store(tmp_path)
    rows = store.database.execute("SELECT gist, vector FROM phrases WHERE vector IS NOT NULL").fetchall()
    assert len(rows) >= len(WORDS)
    for gist, blob in rows:
        np.testing.assert_allclose(whole(blob), ENCODER.encode([gist])[0], atol=1e-3)
    for (blob,) in store.database.execute("SELECT vector FROM clips WHERE vector IS NOT NULL"):
        assert whole(blob).size == ENCODER.dim
    store.close()


async def test_what_is_erased_while_vectors_are_made_anew_stays_erased(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        for t in range(120):
            await m.see(t, sign(f"placard number {t}"), look=t, jpeg=f"picture {t}".encode())
        await m.mark(120)
    store = Store(tmp_path)
    store.database.execute(
        "UPDATE phrases SET vector = ? WHERE vector IS NOT NULL", (half(np.eye(1, 512, dtype=np.float32)[0]),)
    )
    store.close()
    async with memory() as m:
        await m.open(tmp_path, session="t")
        (folder,) = m.service._folders  # type: ignore[attr-defined]  # the service in this very process
        done, _ = await folder.steward.erase(Wish(matching="number 7"))
        assert done.events
        assert not done.left
        async with asyncio.timeout(20):
            while folder.steward._renewing is not None:
                await m.mark(0, session="t")
    store = Store(tmp_path)
    gists = dict(store.database.execute("SELECT gist, vector FROM phrases WHERE vector IS NOT NULL").fetchall())
    assert len(gists) >= 100
    assert "placard number 7" not in gists
    stale = [gist for gist, blob in gists.items() if np.abs(whole(blob) - ENCODER.encode([gist])[0]).max() > 1e-3]
    assert not stale
    store.close()
