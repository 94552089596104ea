"""Values of a TOML table, each checked for its kind: the one place that words what a key must be."""

from collections.abc import Iterable
from typing import TypeVar

from planner.errors import ConfigError

LARGEST = 1e12
"""No figure that anybody asks for is larger."""

OURS = "pyproject.toml: [tool.gapplan]"
"""Where a key stands unless a reader is told of another place."""

_Choice = TypeVar("_Choice", bound=str)


def wrong(key: str, wanted: str, value: object, place: str = OURS) -> ConfigError:
    """The error for a value of the wrong kind."""
    return ConfigError(f"{place} {key} must be {wanted}, not {value!r}")


def check_keys(
    place: str, table: dict[str, object], known: Iterable[str], hint: str = "", file: str = "pyproject.toml"
) -> None:
    """Raises ConfigError for a key that is not known."""
    names = sorted(known)
    if unknown := sorted(set(table) - set(names)):
        raise ConfigError(f"{file}: {place} has no key {unknown[0]!r}; it knows {', '.join(names)}{hint}")


def read_table(key: str, value: object, place: str = OURS) -> dict[str, object]:
    """A table; empty where there is none."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(key, "a table", value, place)
    return value


def read_choice(key: str, value: object, choices: tuple[_Choice, ...]) -> _Choice | None:
    """One of the choices."""
    for choice in choices:
        if value == choice:
            return choice
    if value is None:
        return None
    raise wrong(key, " or ".join(choices), value)


def read_texts(
    key: str, value: object, wanted: str = "a path or a list of paths", place: str = OURS
) -> tuple[str, ...]:
    """A text or a list of them."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise wrong(key, wanted, value, place)


def read_text(key: str, value: object, wanted: str = "a path", place: str = OURS) -> str | None:
    """A text."""
    if value is None or isinstance(value, str):
        return value
    raise wrong(key, wanted, value, place)


def read_figure(key: str, value: object, wanted: str, place: str = OURS) -> str | None:
    """A number or a text with one, as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise wrong(key, wanted, value, place)


def read_number(key: str, value: object, wanted: str = "a number of 0 or more") -> float:
    """A number that is not negative."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and isinstance(value, int | float) and 0 <= value <= LARGEST:
        return float(value)
    raise wrong(key, wanted, value)
