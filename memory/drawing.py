"""A session in memory, drawn over time: key frames, lanes of chapters, episodes and clips, and what each part tells.

A part of a page, for `omnilive memory show` and for the report of a replay; no script, no other file. The page gives
the colours: --card, --ink, --soft, --line, --fill and --memory.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from html import escape

from PIL import Image, UnidentifiedImageError

from memory.shown import PICTURES, SessionShown, Sight
from memory.times import clock
from memory.tree import CHAPTER, EPISODE, Node, Said

SENTENCES = 6  # of a node, the rest can be unfolded
LONGEST_PX = 240  # side of a picture as it is drawn
QUALITY = 72
SMALL_BYTES = 20_000  # of a picture that is drawn as it is
COLUMNS = 120  # of the lane of clips: more clips than that are drawn as how many there are
NARROWEST = 0.25  # percent: what is short must still be seen
ZOOMED = 0.34  # share of the time: episodes that take less are drawn once more, larger
TICKS = 4

Picture = Callable[[str], bytes | None]

STYLE = """
.tree { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 14px 16px; }
.tree p { margin: 0; } .tree .told { color: var(--soft); font-size: 0.88rem; margin-bottom: 10px; }
.tree .row { display: grid; grid-template-columns: 96px 1fr; align-items: center; margin-top: 6px; }
.tree .row > span { font-size: 0.78rem; color: var(--soft); line-height: 1.2; }
.tree .row > span b { color: var(--ink); font-weight: 600; }
.tree .sights { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 4px; }
.tree .sights img, .tree .sights i { width: 100%; aspect-ratio: 4 / 3; object-fit: cover; border-radius: 5px;
  display: block; background: var(--fill); }
.tree .sights .lasting img { opacity: 0.4; }
.tree .lane { position: relative; height: 20px; background: var(--fill); border-radius: 4px; overflow: hidden; }
.tree .lane a, .tree .lane i { position: absolute; bottom: 0; height: 100%; background: var(--memory);
  border-right: 1px solid var(--card); }
.tree .lane.chapters a { opacity: 1; } .tree .lane.episodes a { opacity: 0.68; } .tree .lane.clips i { opacity: 0.42; }
.tree .lane a:hover { outline: 2px solid var(--ink); outline-offset: -2px; }
.tree .axis { display: flex; justify-content: space-between; font-size: 0.72rem; color: var(--soft); }
.tree h3 { font-size: 0.84rem; margin: 14px 0 0; font-weight: 600; }
.tree .parts { margin-top: 12px; border-top: 1px solid var(--line); padding-top: 8px; }
.tree .parts > summary { cursor: pointer; font-size: 0.88rem; color: var(--soft); }
.tree article { display: grid; grid-template-columns: 136px minmax(0, 1fr); gap: 4px 14px; padding: 10px 0;
  border-top: 1px solid var(--line); }
.tree summary + article { border-top: 0; }
.tree article.chapter header { border-left: 4px solid var(--memory); padding-left: 8px; }
.tree article.episode header { border-left: 4px solid var(--line); padding-left: 8px; }
.tree article:target { background: var(--fill); }
.tree header > * { white-space: nowrap; }
.tree header b { display: block; font-weight: 600; font-size: 0.92rem; }
.tree header span { display: block; color: var(--soft); font-size: 0.78rem; }
.tree .views { display: flex; flex-wrap: wrap; gap: 5px; margin-bottom: 5px; }
.tree .views img { height: 76px; border-radius: 5px; display: block; }
.tree .said p { font-size: 0.9rem; line-height: 1.4; overflow-wrap: anywhere; }
.tree .said i { font-style: normal; color: var(--soft); font-size: 0.8rem; }
.tree .said summary { cursor: pointer; color: var(--soft); font-size: 0.82rem; }
@media (max-width: 560px) {
  .tree .row { grid-template-columns: 58px 1fr; } .tree article { grid-template-columns: 1fr; }
}
"""


def drawing(shown: SessionShown, picture: Picture, *, folded: bool = False) -> str:
    """The part of the page; "" where nothing is kept. picture: the JPEG of a key frame, None if there is none. folded:
    what the parts tell is to be unfolded."""
    if not shown.nodes:
        return ""
    made = {name: _image(name, picture) for name in shown.pictures()}
    return (
        f"<style>{STYLE}</style><div class=tree><p class=told>{_told(shown)}</p>{_sights(shown, made)}"
        f"{_lanes(shown, 0, shown.end_ns)}{_zoomed(shown)}{_parts(shown, made, folded)}</div>"
    )


def _told(shown: SessionShown) -> str:
    """How much is kept, and how finely."""
    episodes = [node for node in shown.nodes if node.level != CHAPTER]
    chapters = [node for node in shown.nodes if node.level == CHAPTER]
    kept = _count(len(shown.clips), "clip")
    if episodes:
        kept += f", in {_count(len(episodes), 'episode')} of about {_length(episodes)}"
    if chapters:
        kept += (
            f"{' and' if episodes else ', in'} {_count(len(chapters), 'older chapter')} of about {_length(chapters)}"
        )
    return escape(f"{kept}. The longer a part lasts, the less it tells and shows of each moment.")


def _length(nodes: Sequence[Node]) -> str:
    """The middle one of how long they lasted."""
    return clock(sorted(node.end_ns - node.start_ns for node in nodes)[len(nodes) // 2])


def _sights(shown: SessionShown, made: dict[str, str]) -> str:
    strip = [(one, made.get(one.name, "")) for one in shown.strip()]
    if not any(image for _, image in strip):
        return ""
    cells = "".join(
        _sight(one, image, shown) if image else f"<div title='{clock(one.t_ns)}'><i></i></div>" for one, image in strip
    )
    return f"<div class=row><span>Pictures</span><div class=sights>{cells}</div></div>"


def _sight(one: Sight, image: str, shown: SessionShown) -> str:
    if one.lasting:
        return f"<div class=lasting title='{clock(one.t_ns)}, still as at {clock(shown.taken[one.name])}'>{image}</div>"
    return f"<div title='{clock(one.t_ns)}'>{image}</div>"


# ---- lanes -----------------------------------------------------------------------------------------------------------


def _lanes(shown: SessionShown, from_ns: int, to_ns: int) -> str:
    """What is kept of a stretch of time, level by level, and its axis."""
    rows = []
    for name, level in (("chapters", CHAPTER), ("episodes", EPISODE)):
        nodes = [n for n in shown.nodes if n.level == level and n.end_ns >= from_ns and n.start_ns <= to_ns]
        if nodes:
            bars = "".join(
                f"<a href='#n{n.id}' style='{_place(n.start_ns, n.end_ns, from_ns, to_ns)}' title='{_title(n)}'></a>"
                for n in nodes
            )
            rows.append(_row(name, len(nodes), bars))
    clips = [(start, end) for start, end in shown.clips if end >= from_ns and start <= to_ns]
    if clips:
        rows.append(_row("clips", len(clips), _clips(clips, from_ns, to_ns)))
    at = [from_ns + (to_ns - from_ns) * n // TICKS for n in range(TICKS + 1)]
    axis = "".join(f"<span>{clock(t_ns)}</span>" for t_ns in at)
    return "".join(rows) + f"<div class=row><span></span><div class=axis>{axis}</div></div>"


def _row(name: str, n: int, bars: str) -> str:
    one = name if n != 1 else name.removesuffix("s")
    return f"<div class=row><span><b>{n}</b> {one}</span><div class='lane {name}'>{bars}</div></div>"


def _clips(clips: Sequence[tuple[int, int]], from_ns: int, to_ns: int) -> str:
    if len(clips) <= COLUMNS:
        return "".join(f"<i style='{_place(start, end, from_ns, to_ns)}'></i>" for start, end in clips)
    counts = [0] * COLUMNS
    for start, _ in clips:
        counts[min(COLUMNS - 1, max(0, (start - from_ns) * COLUMNS // max(1, to_ns - from_ns)))] += 1
    most, width = max(counts), 100 / COLUMNS
    return "".join(
        f"<i style='left:{n * width:.2f}%;width:{width:.2f}%;height:{100 * count / most:.0f}%'></i>"
        for n, count in enumerate(counts)
        if count
    )


def _place(start_ns: int, end_ns: int, from_ns: int, to_ns: int) -> str:
    whole_ns = max(1, to_ns - from_ns)
    left = min(100 - NARROWEST, max(0.0, 100 * (start_ns - from_ns) / whole_ns))
    right = min(100.0, 100 * (end_ns - from_ns) / whole_ns)
    return f"left:{left:.2f}%;width:{max(NARROWEST, right - left):.2f}%"


def _title(node: Node) -> str:
    first = f": {node.said[0].text}" if node.said else ""
    return escape(f"{clock(node.start_ns)} to {clock(node.end_ns)}, {_count(node.clips, 'clip')}{first}")


def _zoomed(shown: SessionShown) -> str:
    """The recent time once more, where it is too short beside the rest to be seen."""
    recent = [node for node in shown.nodes if node.level != CHAPTER]
    if not recent or len(recent) == len(shown.nodes):
        return ""
    from_ns = recent[0].start_ns
    if shown.end_ns - from_ns > ZOOMED * shown.end_ns:
        return ""
    return f"<h3>The last {clock(shown.end_ns - from_ns)}</h3>{_lanes(shown, from_ns, shown.end_ns)}"


# ---- parts -----------------------------------------------------------------------------------------------------------


def _parts(shown: SessionShown, made: dict[str, str], folded: bool) -> str:
    articles = "".join(_article(node, made, shown.voices) for node in shown.nodes)
    summary = f"{_count(len(shown.nodes), 'part')}, with words and pictures"
    return f"<details class=parts{'' if folded else ' open'}><summary>{summary}</summary>{articles}</details>"


def _article(node: Node, made: dict[str, str], voices: Mapping[str, str]) -> str:
    name = "chapter" if node.level == CHAPTER else "episode"
    images = "".join(made.get(one.name, "") for one in node.shown[:PICTURES])
    views = f"<div class=views>{images}</div>" if images else ""
    said = [_sentence(one, voices.get(one.text, "")) for one in node.said]
    rest = said[SENTENCES:]
    more = f"<details><summary>{len(rest)} more</summary><p>{' '.join(rest)}</p></details>" if rest else ""
    return (
        f"<article class={name} id=n{node.id}><header><b>{clock(node.start_ns)} &ndash; {clock(node.end_ns)}</b>"
        f"<span>{name} of {_count(node.clips, 'clip')}</span></header>"
        f"<div>{views}<div class=said><p>{' '.join(said[:SENTENCES])}</p>{more}</div></div></article>"
    )


def _sentence(said: Said, voices: str) -> str:
    """What was said or seen, with whose voices said it and how often that was, where they are known and it was more
    than once."""
    whose = f"voice{'s' if ',' in voices else ''} {voices}" if voices else ""
    more = ", ".join(part for part in (whose, f"{said.count} times" if said.count > 1 else "") if part)
    return f"{escape(said.text)}{f' <i>({more})</i>' if more else ''}"


def _image(name: str, picture: Picture) -> str:
    jpeg = picture(name)
    made = b"" if jpeg is None else small(jpeg)
    return f"<img alt='{escape(name)}' src='data:image/jpeg;base64,{base64.b64encode(made).decode()}'>" if made else ""


def small(jpeg: bytes) -> bytes:
    """The picture as it is drawn; as it is where it is small or does not decode, but nothing that is large then."""
    try:
        with Image.open(io.BytesIO(jpeg)) as picture:
            if max(picture.size) <= LONGEST_PX and len(jpeg) <= SMALL_BYTES:
                return jpeg
            picture.draft("RGB", (LONGEST_PX, LONGEST_PX))
            picture.thumbnail((LONGEST_PX, LONGEST_PX))
            made = io.BytesIO()
            picture.convert("RGB").save(made, "JPEG", quality=QUALITY)
    except (OSError, UnidentifiedImageError):
        return jpeg if len(jpeg) <= SMALL_BYTES else b""
    return made.getvalue()


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
