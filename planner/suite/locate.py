"""From the names in a report to test functions in the tree: which file, and which unit of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from planner.model.facts import MODULE, ModuleFacts, Unit
from planner.model.outcomes import TestOutcome

_MOST_PARTS = 40
"""A scope with more dotted parts is no name; every beginning and ending of it is tried."""

_MOST_BASES = 100
"""So many base classes are searched for an inherited test: in a cycle of bases, too."""

_LOADED = re.compile(r"(?:unittest|nose2?)\.(?:loader|failure)\.[A-Za-z_]\w*\.?")
"""Before the module in the name of what stands in for a file that could not be imported."""

_QUALIFIED = re.compile(r"(\w+) \(([\w.]+)\)")
"""`test_sells (tests.test_shop.TestDesk)`, as unittest writes tests; since Python 3.11 with the test's name again."""

_WHOLE = re.compile(r"(?:setUp|tearDown)(?:Class|Module)? \(([\w.]+)\)")
"""`setUpClass (tests.test_shop.TestDesk)`; nose2 splits it into scope and name at its last dot."""

_VALUES = re.compile(r"(?:\[.*|:\d+.*| [(<\[].*)", re.DOTALL)
"""What follows a test's name: pytest's parameters, nose2's number, unittest's sub-test."""

_NUMBERED = re.compile(r"_?\d+(?:_.*)?", re.DOTALL)
"""What `parameterized` and `ddt` put behind the name of the function that they multiply: `test_sells_1_two_items`."""


def locate(
    outcomes: Iterable[TestOutcome], facts: Mapping[str, ModuleFacts], files: Iterable[str] = ()
) -> tuple[TestOutcome, ...]:
    """The outcomes with `path` and `unit` of their functions among test files; both None where there is no such file.

    `facts` are those of the test files by path; `files` may name more, which cannot be parsed. An inherited test is
    where it is written, a parametrised one is its function. A file that was not collected is its module level, a class
    that was not set up is the class. Where the file is known and the function is not (it was made by code), `unit` is
    None. `line` is the function's first, or stays as reported.
    """
    index = _index(facts, files)

    @cache
    def place(scope: str, name: str, file: str | None) -> tuple[str | None, str | None]:
        return _place(scope, name, file, index)

    return tuple(_located(each, *place(each.scope, _plain(each.name), each.path), facts) for each in outcomes)


def _located(outcome: TestOutcome, path: str | None, unit: str | None, facts: Mapping[str, ModuleFacts]) -> TestOutcome:
    units = facts[path].units if path and path in facts else ()
    line = next((each.first_line for each in units if each.name == unit), outcome.line)
    return replace(outcome, path=path, unit=unit, line=line)


def _plain(name: str) -> str:
    """The name without parameters; where it holds a scope in brackets, as it is."""
    if _QUALIFIED.fullmatch(name):
        return name
    values = _VALUES.search(name)
    return name[: values.start()] if values else name


# The test files by all names that a report may have for them


@dataclass(frozen=True, slots=True)
class _Index:
    """`named` leads from dotted names to files, `ending` from the ends of dotted paths to all files with that end.

    `units` are those of each file by name, `classes` leads from absolute names of classes to file and unit.
    """

    files: frozenset[str]
    named: dict[str, str] = field(default_factory=dict)
    ending: dict[str, list[str]] = field(default_factory=dict)
    units: dict[str, dict[str, Unit]] = field(default_factory=dict)
    classes: dict[str, tuple[str, str]] = field(default_factory=dict)


def _index(facts: Mapping[str, ModuleFacts], files: Iterable[str]) -> _Index:
    index = _Index(frozenset({*facts, *files}))
    for path in sorted(index.files):
        dotted = _dotted(path)
        index.named.setdefault(dotted, path)
        parts = dotted.split(".")
        for start in range(len(parts)):
            index.ending.setdefault(".".join(parts[start:]), []).append(path)
    for path, each in facts.items():
        index.named.setdefault(each.module, path)
        index.units[path] = {unit.name: unit for unit in reversed(each.units)}
        for unit in each.units:
            if unit.kind == "class":
                index.classes.setdefault(f"{each.module}.{unit.name}", (path, unit.name))
    return index


def _dotted(path: str) -> str:
    """pytest's name for a file; a package's `__init__.py` is the package."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


# One test


def _place(scope: str, name: str, file: str | None, index: _Index) -> tuple[str | None, str | None]:
    """File and unit of a test by its scope and its name without parameters."""
    if whole := _WHOLE.fullmatch(name) or _WHOLE.fullmatch(f"{scope}.{name}"):
        return _in_parts(whole[1].split("."), file, index)
    qualified = _QUALIFIED.fullmatch(name)
    if qualified and qualified[2] != scope:
        name, scope = qualified[1], qualified[2].removesuffix(f".{qualified[1]}")
    elif qualified:
        name = qualified[1]
    dotted = f"{_LOADED.sub('', scope, count=1)}.{name}".strip(".")
    return _in_parts(dotted.split("."), file, index)


def _in_parts(parts: Sequence[str], file: str | None, index: _Index) -> tuple[str | None, str | None]:
    """The file that the first parts name, and the unit in it that the others do."""
    if len(parts) > _MOST_PARTS:
        return None, None
    found = _file(parts, file, index)
    if found is None:
        return None, None
    path, rest = found
    return _unit(path, rest, index) or (path, None)


def _file(parts: Sequence[str], file: str | None, index: _Index) -> tuple[str, list[str]] | None:
    """The longest name that means one file, and what is left.

    The report's own path of the file goes before that where the name has it, too: of an inherited test it is the file
    of the base. It comes last where the name means nothing.
    """
    reported = _by_path(file, index) if file else None
    if reported and _stem(reported) in parts:
        return reported, _behind(reported, parts)
    for count in range(len(parts), 0, -1):
        if path := index.named.get(".".join(parts[:count])):
            return path, list(parts[count:])
    for count in range(len(parts), 0, -1):
        if path := _by_ending(parts[:count], index):
            return path, list(parts[count:])
    return (reported, _behind(reported, parts)) if reported else None


def _by_path(file: str, index: _Index) -> str | None:
    """The file below the root that a path of another folder or machine means, by its longest end that is unique."""
    parts = [part for part in file.split("/") if part not in ("", ".")][-_MOST_PARTS:]
    for start in range(len(parts)):
        if "/".join(parts[start:]) in index.files:
            return "/".join(parts[start:])
    longer = index.ending.get(_dotted("/".join(parts)), [])
    return longer[0] if len(longer) == 1 else None


def _by_ending(parts: Sequence[str], index: _Index) -> str | None:
    """The one file that the parts name when tests were run above or below the root: its end is theirs, or the like."""
    longer = index.ending.get(".".join(parts), [])
    if len(longer) == 1:
        return longer[0]
    for start in range(1, len(parts)):
        if path := index.named.get(".".join(parts[start:])):
            return path
    return None


def _behind(path: str, parts: Sequence[str]) -> list[str]:
    """The parts behind those that name the file: classes and the test."""
    places = [place for place, part in enumerate(parts) if part == _stem(path)]
    return list(parts[places[0] + 1 :] if places else parts[-2:])


def _stem(path: str) -> str:
    return _dotted(path).rpartition(".")[2]


def _unit(path: str, parts: Sequence[str], index: _Index) -> tuple[str, str] | None:
    """The unit that the parts name in the file, or the inherited method, or the function behind a numbered name."""
    name = ".".join(parts)
    units = index.units.get(path, {})
    if not parts:
        return path, MODULE
    if name in units:
        return path, name
    owner, _, last = name.rpartition(".")
    for place in _orders(path, owner, index) if owner else [(path, "")]:
        if unit := _method(last, *place, index):
            return place[0], unit
    return None


def _method(last: str, path: str, owner: str, index: _Index) -> str | None:
    """The function of that name in the class (or module, if `owner` is ""), else the one that it is a number of."""
    units, prefix = index.units.get(path, {}), f"{owner}." if owner else ""
    if prefix + last in units:
        return prefix + last
    several = [
        name
        for name, unit in units.items()
        if unit.is_body
        and unit.decorators
        and name.rpartition(".")[0] == owner
        and last.startswith(name[len(prefix) :])
        and _NUMBERED.fullmatch(last[len(name) - len(prefix) :])
    ]
    return max(several, key=len, default=None)


def _orders(path: str, owner: str, index: _Index) -> Iterator[tuple[str, str]]:
    """The class and then its bases, nearest first, as far as they are in test files."""
    waiting, seen = [(path, owner)], set[tuple[str, str]]()
    while waiting and len(seen) < _MOST_BASES:
        place = waiting.pop(0)
        unit = index.units.get(place[0], {}).get(place[1])
        if unit is None or place in seen:
            continue
        seen.add(place)
        yield place
        waiting += [index.classes[base] for base in unit.bases if base in index.classes]
