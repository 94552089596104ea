"""What is asked of a plan in a notebook, over what `[tool.gapplan]` asks: figures may be numbers or texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from planner.config import (
    Config,
    parse_budget,
    parse_confidence,
    parse_ladder,
    parse_pace,
    parse_percent,
    parse_stretch,
)
from planner.errors import ConfigError
from planner.model.blocked import Repairs
from planner.model.target import MEANINGS, TOTALS
from planner.model.wish import Wish
from planner.pipeline import Goal

Figure: TypeAlias = int | float | Fraction | str
"""A number, or a text as the command line takes it: `12`, `12.5`, `"+2"`, `"16h"`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the call asks; None where it says nothing, so that the configuration holds."""

    target: Figure | None = None
    meaning: str | None = None
    total: str | None = None
    confidence: Figure | None = None
    budget: Figure | None = None
    stretch: Figure | None = None
    ladder: Sequence[Figure] | None = None
    pace: Sequence[str] | str | None = None
    by: date | None = None
    today: date | None = None
    junit: tuple[str, ...] = ()


def make_goal(ask: Ask, config: Config) -> Goal:
    """The goal. Raises ConfigError for a figure that cannot be read, or where there is neither target nor budget."""
    target = _text(ask.target) if ask.target is not None else config.target
    wish = _wish(ask, config.wish)
    if target is None and wish.budget is None:
        raise ConfigError("a plan needs a target or a budget: project.plan(target=80), or target under [tool.gapplan]")
    if target is not None:
        parse_percent(target, Fraction(0))
    meaning = next((each for each in MEANINGS if each == (ask.meaning or config.meaning or "exact")), None)
    total = next((each for each in TOTALS if each == (ask.total or config.total or "measured")), None)
    if meaning is None:
        raise ConfigError(f"meaning {ask.meaning!r} is none of {', '.join(MEANINGS)}")
    if total is None:
        raise ConfigError(f"total {ask.total!r} is none of {', '.join(TOTALS)}")
    return Goal(target, meaning, total, wish, Repairs(ask.junit) if ask.junit else None)


def _wish(ask: Ask, wish: Wish) -> Wish:
    paces = (ask.pace,) if isinstance(ask.pace, str) else ask.pace
    return replace(
        wish,
        confidence=wish.confidence if ask.confidence is None else parse_confidence(_text(ask.confidence)),
        budget=wish.budget if ask.budget is None else parse_budget(_text(ask.budget)),
        stretch=wish.stretch if ask.stretch is None else parse_stretch(_text(ask.stretch)),
        ladder=wish.ladder if ask.ladder is None else parse_ladder(",".join(map(_text, ask.ladder))),
        paces=wish.paces if paces is None else tuple(map(parse_pace, paces)),
        by=ask.by or wish.by,
        today=ask.today or wish.today or date.today(),
    )


def _text(figure: Figure) -> str:
    """As people write it: 70 for 70.0; the shortest text that is the same float, and of a fraction six decimals."""
    if isinstance(figure, Fraction):
        return f"{figure.numerator * 10**6 // figure.denominator / 10**6:f}".rstrip("0").rstrip(".")
    if isinstance(figure, float) and figure.is_integer():
        return str(int(figure))
    return str(figure)
