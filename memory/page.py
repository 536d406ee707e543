"""A memory as one page to look at: each session's tree over time. Self-contained HTML without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from memory.drawing import Picture, drawing
from memory.shown import SessionShown
from memory.times import clock
from wire.civil import civil

_STYLE = """
:root { color-scheme: light dark; --page: #f5f6f8; --card: #ffffff; --ink: #16191d; --soft: #5b6470; --line: #e2e6eb;
        --fill: #eef1f5; --memory: #8357c9 }
@media (prefers-color-scheme: dark) { :root { --page: #0f1216; --card: #181c22; --ink: #e8ebef; --soft: #98a2ae;
        --line: #2a3038; --fill: #222831; --memory: #b18cf0 } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 920px; padding: 24px 20px 64px;
       color: var(--ink); background: var(--page); font-variant-numeric: tabular-nums }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.05rem; margin: 28px 0 2px; overflow-wrap: anywhere }
.detail { color: var(--soft); font-size: .88rem; margin: 0 0 10px }
"""


def page(title: str, sessions: Sequence[SessionShown], picture: Picture, left_out: int = 0) -> str:
    """The page. picture: the JPEG of a key frame, None if there is none; left_out: earlier sessions that are not
    drawn."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
    ]
    if left_out:
        sentence = f"{left_out} earlier session{' is' if left_out == 1 else 's are'} not drawn here."
        parts.append(f"<p class=detail>{sentence} <code>omnilive memory ls</code> lists them all.</p>")
    for shown in sessions:
        parts.append(
            f"<h2>{escape(shown.name)}</h2><p class=detail>began {escape(civil(shown.start_unix_s))}, "
            f"{clock(shown.end_ns)} long</p>"
        )
        parts.append(drawing(shown, picture) or "<p class=detail>Nothing of it is kept.</p>")
    if not sessions:
        parts.append("<p>Nothing is remembered.</p>")
    return "\n".join(parts) + "</html>\n"
