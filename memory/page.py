"""A memory as one page to look at: each session's chapters and episodes over time, with key frames and sentences.

Draws what it is given; self-contained HTML without scripts.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from memory.times import civil, clock
from memory.tree import CHAPTER, Node

PICTURES = 3  # of a node
SENTENCES = 8  # of a node, the rest can be unfolded

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1e;
       background: #fafafa }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
.bar { display: flex; height: 1.6rem; border-radius: 4px; overflow: hidden; background: #e4e4e8 }
.bar a { min-width: 1px; border-right: 1px solid #fafafa }
.episode { background: #3f7cac } .chapter { background: #95afba }
article { background: #fff; border: 1px solid #e0e0e4; border-left-width: 5px; border-radius: 6px; margin: .7rem 0;
          padding: .6rem .8rem }
article.chapter { background: #fff; border-left-color: #95afba } article.episode { background: #fff;
          border-left-color: #3f7cac }
.when { font-weight: 600 } .detail { color: #6b6b70; font-size: .85rem }
img { height: 90px; border-radius: 4px; margin: .3rem .3rem .3rem 0 }
p { margin: .2rem 0 } details p { margin-left: 1rem }
"""


@dataclass(frozen=True, slots=True)
class SessionShown:
    no: int
    name: str
    start_unix_s: float
    seen_ns: int
    nodes: Sequence[Node]


def page(title: str, sessions: Sequence[SessionShown], picture: Callable[[str], bytes | None]) -> str:
    """The page. picture: the JPEG of a key frame, None if there is none."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
        "<p class=detail>Dark: episodes, in detail. Light: chapters, older and merged.</p>",
    ]
    for shown in sessions:
        parts.append(
            f"<h2>{escape(shown.name)}</h2><p class=detail>began {escape(civil(shown.start_unix_s))}, "
            f"{clock(shown.seen_ns)} long, {len(shown.nodes)} parts</p>"
        )
        parts.append(_bar(shown.nodes))
        parts += [_article(node, picture) for node in shown.nodes]
    if not sessions:
        parts.append("<p>Nothing is remembered.</p>")
    return "\n".join(parts) + "</html>\n"


def _bar(nodes: Sequence[Node]) -> str:
    """The parts as stretches of one line, as long as they lasted."""
    stretches = "".join(
        f"<a class={_name(n)} style='flex:{max(1, (n.end_ns - n.start_ns) // 10**9)}' href='#n{n.id}'"
        f" title='{clock(n.start_ns)} to {clock(n.end_ns)}'></a>"
        for n in nodes
    )
    return f"<div class=bar>{stretches}</div>"


def _article(node: Node, picture: Callable[[str], bytes | None]) -> str:
    said = [f"<p>{escape(s.text)}{f' ({s.count} times)' if s.count > 1 else ''}</p>" for s in node.said]
    more = f"<details><summary>more</summary>{''.join(said[SENTENCES:])}</details>" if len(said) > SENTENCES else ""
    return (
        f"<article class={_name(node)} id=n{node.id}><div><span class=when>{clock(node.start_ns)} to "
        f"{clock(node.end_ns)}</span> <span class=detail>{_name(node)} of {_counted(node.clips)}</span></div>"
        f"{''.join(_image(s.name, picture) for s in node.shown[:PICTURES])}{''.join(said[:SENTENCES])}{more}</article>"
    )


def _image(name: str, picture: Callable[[str], bytes | None]) -> str:
    jpeg = picture(name)
    if jpeg is None:
        return ""
    return f"<img alt='{escape(name)}' src='data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}'>"


def _name(node: Node) -> str:
    return "chapter" if node.level == CHAPTER else "episode"


def _counted(n_clips: int) -> str:
    return "1 clip" if n_clips == 1 else f"{n_clips} clips"
