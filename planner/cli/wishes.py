"""The options that say what is asked of a plan, shared by the commands that plan."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.errors import ConfigError

if TYPE_CHECKING:
    from planner.model.wish import Wish

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--confidence", metavar="PERCENT", help="How sure the plan must be to get there.  [default: 80]"),
    click.option("--budget", metavar="HOURS", help="The most for so many hours, such as 16h; needs no target."),
    click.option("--stretch", metavar="PERCENT", help="Say what a further target would take, too."),
    click.option(
        "--option",
        metavar="NAME=GLOB,...",
        multiple=True,
        help="An option of your own, from these files alone. Repeatable.",
    ),
    click.option("--ladder", metavar="PERCENTS", help="The stops of option D, such as 30,35,45."),
    click.option("--pace", metavar="PACE", multiple=True, help="6h/week, '12 tests/week' or similar. Repeatable."),
    click.option("--by", metavar="DATE", help="The day it has to be done, such as 2027-01-31."),
    click.option(
        "--today", metavar="DATE", help="The day to count from.  [default: SOURCE_DATE_EPOCH, else the clock]"
    ),
)


def wish_options(command: F) -> F:
    """Give a command, or the group itself, the options of a plan."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def merge_wish(before: Mapping[str, Any], after: Mapping[str, Any], wish: "Wish") -> "Wish":
    """What `[tool.gapplan]` asks, with the options of the call in its place. Raises ConfigError."""
    from planner.config import (
        parse_budget,
        parse_confidence,
        parse_date,
        parse_ladder,
        parse_option,
        parse_pace,
        parse_stretch,
    )

    given = {**before, **{name: value for name, value in after.items() if value not in (None, ())}}
    for name in ("confidence", "budget", "stretch", "ladder", "by", "today"):
        if given.get(name) == "":
            raise ConfigError(f"--{name} is empty")
    own = [parse_option(text) for text in given.get("option") or ()]
    names = [option.name for option in own]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f"option {repeated[0]!r} is given more than once; list its patterns with commas")
    return replace(
        wish,
        confidence=parse_confidence(given["confidence"]) if given.get("confidence") else wish.confidence,
        budget=parse_budget(given["budget"]) if given.get("budget") else wish.budget,
        stretch=parse_stretch(given["stretch"]) if given.get("stretch") else wish.stretch,
        ladder=parse_ladder(given["ladder"]) if given.get("ladder") else wish.ladder,
        paces=tuple(parse_pace(text) for text in given.get("pace") or ()) or wish.paces,
        by=parse_date(given["by"], "--by") if given.get("by") else wish.by,
        today=parse_date(given["today"], "--today") if given.get("today") else _today(),
        options=(*(each for each in wish.options if each.name not in names), *own),
    )


def _today() -> date:
    """The day of the build, or the clock's. Raises ConfigError."""
    build = build_time()
    return build.date() if build else datetime.now().date()


def build_time() -> datetime | None:
    """The moment of SOURCE_DATE_EPOCH, in UTC, so that builds can be repeated; None without. Raises ConfigError."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return None
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigError(f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds") from None
