"""FLEET.toml as checked values. Unknown keys are errors, and each error is one line."""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

from planner.config import parse_budget, parse_confidence, parse_percent
from planner.config.table import check_keys, read_figure, read_table, read_text, read_texts, wrong
from planner.errors import ConfigError
from planner.model.wish import Wish

MAX_BYTES = 4 * 1024 * 1024
"""A component takes about 100 bytes: room for 40,000 of them."""

LONGEST = 1_000
"""Characters of a root or a name."""

_A_PERCENT = 'a number, or a string such as "12.5" or "+2"'


@dataclass(frozen=True, slots=True)
class ComponentSetting:
    """A repository, or with a pattern for a root several. `data` are paths below each root.

    `target` is a percent as it was written, None for none; `team` owns all of its files.
    """

    root: str
    name: str | None = None
    data: tuple[str, ...] = ()
    target: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class TeamSetting:
    """A team by its name, with the owners in CODEOWNERS that belong to it; none for those that end in its name."""

    name: str
    target: str | None = None
    owners: tuple[str, ...] = ()

    def has(self, owner: str) -> bool:
        """Whether the owner (`@org/payments`, `@ann`, `ann@example.org`) belongs to the team."""
        if self.owners:
            return owner in self.owners
        return self.name in (owner, owner.removeprefix("@"), owner.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class FleetSetting:
    """What FLEET.toml asks: percents as they were written, `confidence` as a chance, `budget` in hours."""

    components: tuple[ComponentSetting, ...]
    teams: tuple[TeamSetting, ...] = ()
    target: str | None = None
    confidence: float = Wish().confidence
    budget: float | None = None

    @property
    def has_goal(self) -> bool:
        """Whether anything is asked for."""
        targets = (self.target, *(each.target for each in self.components), *(each.target for each in self.teams))
        return self.budget is not None or any(each is not None for each in targets)


def read_fleet(path: Path) -> FleetSetting:
    """The file's setting. Raises ConfigError for what cannot be read, an unknown key, a value of another kind."""
    name = path.name
    document = _document(path)
    own = [each.name for each in fields(FleetSetting)]
    check_keys("the top level", document, {"component", "team", *own} - {"components", "teams"}, file=name)
    confidence = read_figure("confidence", document.get("confidence"), "a percent such as 80", f"{name}:")
    budget = read_figure("budget", document.get("budget"), "hours such as 16 or '16h'", f"{name}:")
    teams = read_table("team", document.get("team"), f"{name}:")
    return FleetSetting(
        components=tuple(_components(document.get("component"), name)),
        teams=tuple(_team(each, table, name) for each, table in teams.items()),
        target=_percent("target", document.get("target"), f"{name}:"),
        confidence=parse_confidence(confidence) if confidence is not None else Wish().confidence,
        budget=parse_budget(budget) if budget is not None else None,
    )


def _document(path: Path) -> dict[str, object]:
    try:
        if not os.path.isfile(path):
            raise ConfigError(f"{path}: no such file; gapplan fleet takes a FLEET.toml that lists the components")
        if os.path.getsize(path) > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES // 1024} kB, so no list of components")
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{path}: cannot be read: {reason}") from error


def _components(value: object, name: str) -> Iterable[ComponentSetting]:
    if not isinstance(value, list) or not value:
        raise ConfigError(f'{name}: no [[component]]; each needs a root, such as root = "repos/*"')
    for number, each in enumerate(value, start=1):
        yield _component(each, f"[[component]] {number}", name)


def _component(value: object, place: str, name: str) -> ComponentSetting:
    where = f"{name}: {place}"
    table = read_table("component", value, f"{name}:")
    check_keys(place, table, [each.name for each in fields(ComponentSetting)], file=name)
    root = _text("root", table.get("root"), where, "a folder such as 'repos/billing', or a pattern such as 'repos/*'")
    if root is None:
        raise ConfigError(f"{where} has no root")
    return ComponentSetting(
        root=root,
        name=_text("name", table.get("name"), where, "a text"),
        data=read_texts("data", table.get("data"), place=where),
        target=_percent("target", table.get("target"), where),
        team=_text("team", table.get("team"), where, "the name of a team"),
    )


def _team(team: str, value: object, name: str) -> TeamSetting:
    table = read_table(f"team.{team}", value, f"{name}:")
    check_keys(f"[team.{team}]", table, ["target", "owners"], file=name)
    where = f"{name}: [team.{team}]"
    owners = read_texts("owners", table.get("owners"), "an owner or a list of owners, as CODEOWNERS has them", where)
    return TeamSetting(team, _percent("target", table.get("target"), where), owners)


def _text(key: str, value: object, place: str, wanted: str) -> str | None:
    """A text that says something, of a length that anybody writes, without what no name of a file can hold."""
    text = read_text(key, value, wanted, place)
    if text is not None and (not text.strip() or "\0" in text or len(text) > LONGEST):
        raise wrong(key, wanted, text[:LONGEST], place)
    return text


def _percent(key: str, value: object, place: str) -> str | None:
    """Checked now, so that no repository is read for a target that is none; `+2` is only known later."""
    text = read_figure(key, value, _A_PERCENT, place)
    if text is not None:
        parse_percent(text, Fraction(0), f"{place} {key}")
    return text
