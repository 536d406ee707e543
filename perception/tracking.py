"""Who is there, who came and who went: sightings of one frame joined to tracks of persons. Pure: values in, values out.

A sighting alone proves nothing: a track becomes a person when it was sighted twice and looked or moved like one, and
its entrance is then dated back to the first sighting. What a sighting looks like is decided elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perception.figures import Box, inside

SURE = 1.0  # evidence at which a track is a person
AT_ONCE = 0.8  # evidence of one sighting that is counted before it is confirmed
MOVED = 0.03  # widths of the picture that a track must have gone, unless it came over the border
REACH = 0.7  # widths that a person may go between two frames
SWOLLEN = 4.0  # times the size of a person that something which is nobody has, to be another thing ...
LARGER = 1.6  # ... and if it has other colours, too
BROADER = 3.0  # times the width of a person that something which is nobody has, to be another thing
OTHER_TINT = 60.0  # distance of two mean colours (RGB) that a person does not have from one frame to the next
LOST_FRAMES = 2  # frames without a sighting after which a person who was not at the border is gone
BORDER = 0.012
AHEAD_S = 1.3  # seconds by which a walk is continued to see whether it crosses the border
STRIDE = 0.22  # widths per second at most that somebody had come from the border when he was seen first


@dataclass(frozen=True)
class Sighting:
    """Something that may be a person. box: shares of the picture. evidence: 1 is a person, 0 goes on with a track and
    starts none that counts, less speaks against one. tint: mean RGB. drawn: put together from simple parts, so that it
    need not move. barred: it came in as no person comes in."""

    box: Box
    evidence: float
    tint: tuple[float, float, float]
    drawn: bool = False
    barred: bool = False


@dataclass
class Track:
    number: int
    box: Box
    tint: tuple[float, float, float]
    first_ns: int
    last_ns: int
    first_box: Box
    unseen_s: float  # seconds between the frame before its first one and that
    evidence: float
    side: str  # border over which it came (the one it touched at first), "" when it was first seen inside
    present: bool  # was there when the scene began
    barred: bool
    hits: int = 1
    missed: int = 0
    missed_ns: int = 0  # when the first of the missed frames was
    step: tuple[float, float] = (0.0, 0.0)  # of its centre, shares of the picture per second
    gone: float = 0.0  # widths it is away from where it was first seen
    best: float = 0.0
    latest: float = 0.0  # evidence of the last sighting
    confirmed: bool = False
    drawn: bool = False

    @property
    def centre(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class Passage:
    """Somebody entered or left at since_ns. side: left, right, top, bottom or "". visible: persons there after it."""

    kind: str
    track: int
    since_ns: int
    side: str
    visible: int


class Tracker:
    """The persons of one stream."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._next = 1
        self._last_ns: int | None = None  # of the frame before

    @property
    def visible(self) -> list[Track]:
        """Persons seen in the last frame: confirmed ones, and those that look so much like one that it can be said."""
        return [t for t in self.tracks if not t.missed and (t.confirmed or _looks_it(t))]

    def follow(self, sightings: Sequence[Sighting], t_ns: int, aspect: float, fresh: bool) -> list[Passage]:
        """Take over one frame. aspect: height over width. fresh: a scene begins with this frame."""
        passages: list[Passage] = []
        if fresh:
            self.tracks = []
        pairs, rest = _assign(self.tracks, sightings, t_ns, aspect)
        for track, sighting in pairs:
            _advance(track, sighting, t_ns, aspect)
        met = {track.number for track, _ in pairs}
        for track in self.tracks:
            if track.number not in met and not _merged(track, pairs):
                track.missed_ns = track.missed_ns if track.missed else t_ns
                track.missed += 1
        for sighting in rest:
            self.tracks.append(self._begun(sighting, t_ns, fresh))
        self._last_ns = t_ns
        for track in self.tracks:
            if not track.confirmed and _is_person(track):
                track.confirmed = True
                if not track.present or track.side:
                    side = track.side or _nearest_side(track)
                    passages.append(Passage("entered", track.number, track.first_ns, side, len(self.visible)))
        return passages + self._dismiss(t_ns)

    def _begun(self, sighting: Sighting, t_ns: int, fresh: bool) -> Track:
        track = Track(
            number=self._next,
            box=sighting.box,
            tint=sighting.tint,
            first_ns=t_ns,
            last_ns=t_ns,
            first_box=sighting.box,
            unseen_s=0.0 if self._last_ns is None else (t_ns - self._last_ns) / 1e9,
            evidence=sighting.evidence,
            side=border_of(sighting.box),
            present=fresh,
            barred=sighting.barred,
            best=sighting.evidence,
            latest=sighting.evidence,
            drawn=sighting.drawn,
        )
        self._next += 1
        return track

    def _dismiss(self, t_ns: int) -> list[Passage]:
        """Forget tracks that are gone; those that were persons left."""
        passages = []
        for track in list(self.tracks):
            side = border_of(track.box) or _ahead(track)
            if track.missed and (side or not track.confirmed or track.missed >= LOST_FRAMES):
                if not track.confirmed and track.missed < LOST_FRAMES:
                    continue
                self.tracks.remove(track)
                if track.confirmed:
                    passages.append(Passage("left", track.number, track.missed_ns, side, len(self.visible)))
        return passages


def border_of(box: Box) -> str:
    """The border that a box touches; a side rather than the bottom, where who comes from a side is cut off too."""
    if box[0] <= BORDER and box[2] < 1 - BORDER:
        return "left"
    if box[2] >= 1 - BORDER and box[0] > BORDER:
        return "right"
    if box[3] >= 1 - BORDER and box[1] > BORDER:
        return "bottom"
    return ""


def _ahead(track: Track) -> str:
    """The side border that the track crosses if it goes on as it went."""
    half = (track.box[2] - track.box[0]) / 2
    x = track.centre[0] + AHEAD_S * track.step[0]
    if track.step[0] < 0 and x < half:
        return "left"
    return "right" if track.step[0] > 0 and x > 1 - half else ""


def _nearest_side(track: Track) -> str:
    """The side border from which somebody can have come between two frames, unless he walked towards it."""
    went = track.centre[0] - (track.first_box[0] + track.first_box[2]) / 2
    reach = STRIDE * track.unseen_s + abs(went)
    if went > -MOVED and track.first_box[0] < min(reach, 1 - track.first_box[2]):
        return "left"
    return "right" if went < MOVED and 1 - track.first_box[2] < min(reach, track.first_box[0]) else ""


def _looks_it(track: Track) -> bool:
    return not track.barred and track.best >= AT_ONCE and track.evidence >= AT_ONCE


def _is_person(track: Track) -> bool:
    if track.barred or track.hits < 2 or track.evidence < SURE:
        return False
    return track.drawn or bool(track.side) or track.gone >= MOVED


def _advance(track: Track, sighting: Sighting, t_ns: int, aspect: float) -> None:
    seconds = max(1e-3, (t_ns - track.last_ns) / 1e9)
    x, y = track.centre
    first = track.hits == 1
    track.box, track.last_ns = sighting.box, t_ns
    dx, dy = track.centre[0] - x, track.centre[1] - y
    track.step = (dx / seconds, dy / seconds)
    track.gone += math.hypot(dx, dy * aspect)
    if first:
        track.side = _came_over(track, (x, y), (dx, dy), seconds)
    track.tint = (
        0.7 * track.tint[0] + 0.3 * sighting.tint[0],
        0.7 * track.tint[1] + 0.3 * sighting.tint[1],
        0.7 * track.tint[2] + 0.3 * sighting.tint[2],
    )
    track.evidence += sighting.evidence
    track.best = max(track.best, sighting.evidence)
    track.latest = sighting.evidence
    track.drawn = track.drawn or sighting.drawn
    track.hits += 1
    track.missed = 0


def _came_over(track: Track, start: tuple[float, float], step: tuple[float, float], seconds: float) -> str:
    """The border over which a track came, from where it was first and how it went on from there."""
    # One that was there when the scene began came in only if it walked, and then a little earlier.
    back = (AHEAD_S if track.present else 1.0) * step[0] / seconds
    if step[0] > MOVED and (track.side == "left" or start[0] - back < 0.05):
        return "left"
    if step[0] < -MOVED and (track.side == "right" or start[0] - back > 0.95):
        return "right"
    return "" if track.present else track.side


def _assign(
    tracks: Sequence[Track], sightings: Sequence[Sighting], t_ns: int, aspect: float
) -> tuple[list[tuple[Track, Sighting]], list[Sighting]]:
    """Pairs, cheapest first, and the sightings that no track explains."""
    costs = []
    for i, track in enumerate(tracks):
        for j, sighting in enumerate(sightings):
            cost = _cost(track, sighting, t_ns, aspect)
            if cost is not None:
                costs.append((cost, i, j))
    pairs: list[tuple[Track, Sighting]] = []
    used_tracks: set[int] = set()
    used: set[int] = set()
    for _, i, j in sorted(costs):
        if i not in used_tracks and j not in used:
            used_tracks.add(i)
            used.add(j)
            pairs.append((tracks[i], sightings[j]))
    return pairs, [s for j, s in enumerate(sightings) if j not in used]


def _cost(track: Track, sighting: Sighting, t_ns: int, aspect: float) -> float | None:
    x, y = (sighting.box[0] + sighting.box[2]) / 2, (sighting.box[1] + sighting.box[3]) / 2
    seconds = (t_ns - track.last_ns) / 1e9
    away = math.hypot(x - track.centre[0], (y - track.centre[1]) * aspect)
    expected = (track.centre[0] + track.step[0] * seconds, track.centre[1] + track.step[1] * seconds)
    ahead = math.hypot(x - expected[0], (y - expected[1]) * aspect)
    tint = math.dist(track.tint, sighting.tint)
    swollen = _size(sighting.box) / max(1e-6, _size(track.box))
    broader = (sighting.box[2] - sighting.box[0]) / max(1e-6, track.box[2] - track.box[0])
    if sighting.evidence < 0 and (swollen > (LARGER if tint > OTHER_TINT else SWOLLEN) or broader > BROADER):
        return None  # a sign that stands where a person was, a wall that was painted behind him
    near = max(inside(track.box, sighting.box), inside(sighting.box, track.box))
    if away > REACH or (near == 0 and tint > 80) or (near == 0 and away > 0.25 and sighting.evidence <= 0):
        return None
    return min(away, ahead) + min(1.0, tint / 150) * 0.4 - 0.2 * near - 0.1 * track.confirmed


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _merged(track: Track, pairs: Sequence[tuple[Track, Sighting]]) -> bool:
    """A person who is now part of another one's outline: both are there, one before the other."""
    if not track.confirmed:
        return False
    size = _size(track.box)
    for other, sighting in pairs:
        box = sighting.box
        if other.confirmed and other is not track and inside(track.box, box) > 0.5 and _size(box) > 1.5 * size:
            return True
    return False
