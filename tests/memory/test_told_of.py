""" "What happened to her hand" asks for what was told of it, "what happened" for all there was."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_tools import memory, sign

pytestmark = pytest.mark.unit

TOLD = "the sailor hurt her hand on the anchor"


@pytest.mark.parametrize(
    ("question", "told"), [("What happened to the sailor's hand?", True), ("What happened?", False)]
)
async def test_of_a_long_stream(tmp_path: Path, question: str, told: bool) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        for t in range(300):  # more than a log holds
            await m.see(t, sign(f"placard number {t}"), look=t // 10)
            if t == 40:
                await m.say(t, TOLD)
        await m.mark(300)
        asked = await m.ask(301, question)
    assert asked.log_truncated
    assert (TOLD in asked.evidence[0].text and asked.evidence[0].kind == "speech") is told
    assert told or {piece.kind for piece in asked.evidence} == {"scene"}
