"""Questions on disk: which of them are to be sent again, and what is read when a session goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from memory.archive import Archive, Asked
from memory.store import Store

pytestmark = pytest.mark.unit

FIRST = Asked("reply-a", "a", 5, "who?", b"as it was sent", 1, 2)
SECOND = Asked("reply-b", "b", 3, "where?", b"earlier", 3, 4)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    store = Store(tmp_path)
    no = store.new_session("s", "live", 0.0).no
    archive = Archive(store, tmp_path)
    for asked in (FIRST, SECOND):
        archive.put_question(no, asked)
    return archive


def test_a_session_that_goes_on_reads_no_messages(archive: Archive) -> None:
    assert archive.questions(1) == [replace(one, message=b"") for one in (SECOND, FIRST)]
    assert archive.questions(2) == []


def test_questions_whose_replies_are_not_over_come_with_their_messages(archive: Archive) -> None:
    assert archive.unplayed(1) == [SECOND, FIRST]
    archive.mark_sent(1, SECOND.reply_id)
    assert archive.unplayed(1, unsent=True) == [FIRST]
    archive.mark_played(1, FIRST.reply_id, "Ann.")
    assert archive.unplayed(1, unsent=True) == []
    assert [one.id for one in archive.unplayed(1)] == [SECOND.id]
    assert archive.question(1, FIRST.id) == replace(FIRST, message=b"", played=True, heard="Ann.")
