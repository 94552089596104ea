"""Where the tiles of a treemap go: rectangles as square as can be, the largest first, that fill their frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `y` is that of its lower edge."""

    x: float
    y: float
    wide: float
    high: float

    @property
    def area(self) -> float:
        return self.wide * self.high


def tile(weights: Sequence[float], frame: Box) -> tuple[Box, ...]:
    """A box for each weight, in the order of the weights, in proportion to it; the weights must fall and be above 0.

    Squarified treemap: Bruls, Huizing, van Wijk, "Squarified Treemaps", 2000.
    """
    scale = frame.area / sum(weights) if weights else 0.0
    return tuple(_fill([weight * scale for weight in weights], frame))


def _fill(areas: Sequence[float], frame: Box) -> Iterator[Box]:
    """Rows along the shorter side, each as long as another tile makes its worst one squarer."""
    start = 0
    while start < len(areas):
        side = min(frame.wide, frame.high)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        row = areas[start:end]
        yield from _row(row, frame)
        frame = _rest(frame, sum(row))
        start = end


def _worst(row: Sequence[float], side: float) -> float:
    """The largest ratio of the sides of its tiles; a row without depth is as bad as can be."""
    depth = sum(row) / side if side else 0.0
    if not depth:
        return float("inf")
    return max(max(area / depth**2, depth**2 / area) for area in row)


def _row(row: Sequence[float], frame: Box) -> Iterator[Box]:
    """A column at the left of a wide frame, or a row at the top of a high one."""
    is_wide = frame.wide >= frame.high
    side = frame.high if is_wide else frame.wide
    depth, along = sum(row) / side if side else 0.0, 0.0
    for area in row:
        length = area / depth if depth else 0.0
        if is_wide:
            yield Box(frame.x, frame.y + frame.high - along - length, depth, length)
        else:
            yield Box(frame.x + along, frame.y + frame.high - depth, length, depth)
        along += length


def _rest(frame: Box, taken: float) -> Box:
    if frame.wide >= frame.high:
        depth = taken / frame.high if frame.high else 0.0
        return Box(frame.x + depth, frame.y, max(0.0, frame.wide - depth), frame.high)
    depth = taken / frame.wide if frame.wide else 0.0
    return Box(frame.x, frame.y, frame.wide, max(0.0, frame.high - depth))
