"""Figures for notebooks, drawn by matplotlib from the values that the HTML report draws.

They need no pyplot, no cell magic and no script: each is one picture with a text for those who can't see it, and
`drawing.figure` is matplotlib's own, to be changed and saved.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from planner.errors import ConfigError, InputError
from planner.frames.layout import Box, tile
from planner.model.option import Outcome
from planner.model.story import Milepost, ModulePlace, Route
from planner.report import words
from planner.report.escape import visible

Colour = Literal["share covered", "points per hour"]

DOTS_PER_INCH = 80
"""A figure of 9 by 5 inches is 720 pixels wide, which fits a notebook."""

_COLOURS = 128

_PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, which the colour-blind can tell apart: https://jfly.uni-koeln.de/color/."""

_MOST_TILES = 120
"""Modules with a tile of their own; the others share the last one."""

_MOST_LETTERS = 48

_FRAME = Box(0.0, 0.0, 9.0, 5.0)
_LETTER = 0.075
"""Inches that a letter of the smallest print is wide."""


@dataclass(frozen=True, eq=False, repr=False)
class Drawing:
    """A figure, and in `alt` what it shows, in words."""

    figure: Figure
    alt: str

    def save(self, path: str | Path) -> None:
        """Write it in the format that the name ends in: png, svg, pdf. Raises InputError."""
        try:
            with _without_glyph_warnings():
                self.figure.savefig(path)
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: the figure cannot be written there ({error})") from error

    def __repr__(self) -> str:
        return f"<Drawing: {self.alt}>"

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        """With few colours: 17 to 20 kB in a notebook, where matplotlib's own PNG takes 64 to 76."""
        stream = io.BytesIO()
        with _without_glyph_warnings():
            self.figure.savefig(stream, format="png", dpi=DOTS_PER_INCH)
        with Image.open(stream) as image:
            few = image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        packed = io.BytesIO()
        few.save(packed, "png", optimize=True)
        return packed.getvalue(), {"alt": self.alt}


@contextmanager
def _without_glyph_warnings() -> Iterator[None]:
    """Names may be in any script; a letter that the font lacks is drawn as a box, which says enough."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def draw_frontier(outcome: Outcome, routes: Sequence[Route]) -> Drawing:
    """Percent against hours: the routes of a plan, with the range of the recommended one and the target."""
    figure, axes = _canvas()
    for number, (route, label, is_chosen) in enumerate(_lines(routes, outcome.recommended)):
        _draw_route(axes, route, number, label, is_chosen=is_chosen)
    if target := outcome.target:
        percent = float(target.percent)
        axes.axhline(percent, color="#555555", linewidth=1, linestyle=":")
        # x as a share of the axes, y as a percent
        label, place = f"target {target.text} %", axes.get_yaxis_transform()
        axes.text(1, percent, label, transform=place, ha="right", va="bottom", backgroundcolor="#ffffffcc")
    axes.set_xlabel("hours of work (P50)")
    axes.set_ylabel("percent covered")
    axes.set_title(visible(f"{_cut(outcome.project)}: {words.goal(outcome)}"), parse_math=False, loc="left")
    if routes:
        for text in axes.legend(loc="lower right", frameon=False, fontsize=9).get_texts():
            text.set_parse_math(False)
    options = [route for route in routes if route.kind == "option"]
    ends = ", ".join(f"{each.key} after {each.mileposts[-1].hours:.1f} h" for each in options)
    return Drawing(figure, visible(f"Percent covered against hours of work for each option: {ends or 'none'}."))


def _cut(name: str) -> str:
    """No longer than a title has room for."""
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"


def _canvas() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_FRAME.wide, _FRAME.high), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _lines(routes: Sequence[Route], recommended: str | None) -> Iterator[tuple[Route, str, bool]]:
    """Each way once, with a label, and whether it is the recommended one: options may coincide."""
    groups: dict[tuple[Milepost, ...], list[Route]] = {}
    for route in routes:
        groups.setdefault(route.mileposts, []).append(route)
    for same in groups.values():
        is_order = same[0].kind == "order"
        names = [_cut(f"{each.key}, {each.name}" if each.name != each.key else each.key) for each in same]
        label = f"order: {names[0]}" if is_order else f"option {' = '.join(names)}"
        yield same[0], visible(label), any(each.kind == "option" and each.key == recommended for each in same)


def _draw_route(axes: Axes, route: Route, number: int, label: str, *, is_chosen: bool) -> None:
    hours = [each.hours for each in route.mileposts]
    middle = [100 * each.covered.p50 / each.points for each in route.mileposts]
    if route.kind == "order":
        axes.plot(hours, middle, color="#888888", linewidth=1, linestyle=("-.", "--")[number % 2], label=label)
        return
    colour = _PALETTE[number % len(_PALETTE)]
    if is_chosen:
        low = [100 * each.covered.p10 / each.points for each in route.mileposts]
        high = [100 * each.covered.p90 / each.points for each in route.mileposts]
        axes.fill_between(hours, low, high, color=colour, alpha=0.18, linewidth=0)
        label += " (P10-P90)"
    axes.plot(hours, middle, color=colour, linewidth=2.4 if is_chosen else 1.4, marker=".", label=label)


def draw_treemap(name: str, places: Sequence[ModulePlace], colour: Colour) -> Drawing:
    """Modules as tiles: the area is what is missing, the colour the share covered, or points per hour.

    Raises ConfigError for another colour.
    """
    if colour not in get_args(Colour):
        raise ConfigError(f"treemap: colour {colour!r} is none of {', '.join(get_args(Colour))}")
    figure, axes = _canvas()
    axes.set_axis_off()
    shown = sorted((each for each in places if each.counts.missing_points), key=_by_missing)
    big, rest = shown[:_MOST_TILES], shown[_MOST_TILES:]
    weights = [float(each.counts.missing_points) for each in big]
    most, colours = _most(colour, shown), colormaps[_SCALES[colour]]
    for place, box in zip(big, tile(weights, _FRAME), strict=True):
        _draw_tile(axes, place, box, colours(min(1.0, _value(place, colour) / most)))
    axes.set_xlim(0, _FRAME.wide)
    axes.set_ylim(0, _FRAME.high)
    missing = sum(each.counts.missing_points for each in shown)
    title = f"{_cut(name)}: {words.plural(missing, 'missing point')} in {words.plural(len(shown), 'module')}"
    left_out = f" ({words.plural(len(rest), 'smaller one')} not shown)" if rest else ""
    axes.set_title(visible(title + left_out), parse_math=False, loc="left")
    figure.colorbar(ScalarMappable(Normalize(0, most), colours), ax=axes, label=_LABELS[colour], shrink=0.8)
    first = ", ".join(f"{each.module} {each.counts.missing_points}" for each in big[:5])
    return Drawing(figure, visible(f"{title}; the most: {first or 'none'}."))


_LABELS = {"share covered": "percent of its points covered", "points per hour": "points that an hour of tests gains"}
_SCALES = {"share covered": "YlGnBu", "points per hour": "YlOrRd"}


def _by_missing(place: ModulePlace) -> tuple[int, str]:
    return -place.counts.missing_points, place.path


def _value(place: ModulePlace, colour: Colour) -> float:
    if colour == "share covered":
        return float(place.counts.percent)
    hours = sum(unit.hours for unit in place.units)
    return sum(unit.gain_milli for unit in place.units) / 1000 / hours if hours else 0.0


def _most(colour: Colour, shown: Sequence[ModulePlace]) -> float:
    """Where the scale ends: points per hour at the ninth decile, so that one module does not pale all others."""
    ranked = sorted(_value(each, colour) for each in shown)
    return 100.0 if colour == "share covered" or not ranked else ranked[len(ranked) * 9 // 10] or 1.0


def _draw_tile(axes: Axes, place: ModulePlace, box: Box, colour: Sequence[float]) -> None:
    axes.add_patch(Rectangle((box.x, box.y), box.wide, box.high, facecolor=colour, edgecolor="white", linewidth=1))
    letters = int(box.wide / _LETTER) - 1
    if letters < 4 or box.high < 0.2:
        return
    short = _shortened(visible(place.module), letters)
    text = f"{short}\n{place.counts.missing_points}" if box.high >= 0.42 else short
    red, green, blue = colour[:3]
    ink = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
    axes.text(
        box.x + box.wide / 2, box.y + box.high / 2, text, ha="center", va="center", fontsize=8, color=ink,
        parse_math=False, clip_on=True,
    )  # fmt: skip


def _shortened(name: str, letters: int) -> str:
    """As many of the last parts of a dotted name as fit; the end of the last one where not even that fits."""
    while len(name) > letters and "." in name:
        name = name.partition(".")[2]
    return name if len(name) <= letters else f"…{name[1 - letters :]}"
