"""The definitions that a message names: both of a class defined twice, the model without the column, the fixture."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property

from planner.model.blocked import Definition
from planner.model.seams import UnitKey
from planner.suite.causes.marks import Mark
from planner.suite.causes.places import Evidence, is_fixture

MAX_TEXT = 32 * 1024 * 1024
"""Characters of source that are searched for tables: what follows is left out."""

_MOST = 10
"""So many definitions of one name are told."""

_TABLE = re.compile(
    r"__tablename__\s{0,9}(?::\s{0,9}\w{1,20}\s{0,9})?=\s{0,9}[\"'](\w{1,100})[\"']"
    r"|\bdb_table\s{0,9}=\s{0,9}[\"']{1,2}(\w{1,100})"
    r"|\bTable\(\s{0,99}[\"'](\w{1,100})[\"']"
    r"|(?i:create\s{1,9}table\s{1,9}(?:if\s{1,9}not\s{1,9}exists\s{1,9})?)[\"'`]?(\w{1,100})"
)


class Named:
    """Looks up in the facts what a message names; the sources are searched for tables when one is asked for."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def definitions(self, mark: Mark) -> tuple[Definition, ...]:
        """What the project defines of the subject, by path and line; () where it defines nothing of the kind."""
        return tuple(sorted(set(self._found(mark)), key=lambda each: (each.path, each.line, each.name)))[:_MOST]

    def _found(self, mark: Mark) -> Iterable[Definition]:
        subject = mark.subject
        match mark.slug:
            case "registry-error" | "no-class":
                return self._classes(subject)
            case "table-twice" | "no-table" | "unique":
                return self._tables.get(subject.rpartition(".")[2], ())
            case "no-column":
                return self._column(subject)
            case "no-fixture" | "fixture-scope" | "async-fixture" | "fixture-called":
                return self._fixtures(subject)
            case "no-module" | "no-import" | "no-attribute":
                return self._absent(subject)
            case "arguments" | "abstract":
                return self._evidence.find_definitions(subject)
        return ()

    def _classes(self, name: str) -> Iterator[Definition]:
        """Classes by that name, those of the product if they are several; where they are mapped classes, only those."""
        known = self._evidence.find_definitions(name)
        found = [each for each in known if each.path in self._evidence.product]
        found = found if len(found) > 1 else list(known)
        mapped = {(each.path, each.name) for tables in self._tables.values() for each in tables}
        kept = [each for each in found if (each.path, each.name) in mapped]
        return iter(kept if len(kept) > 1 else found)

    def _column(self, subject: str) -> Iterator[Definition]:
        """The models and statements that define the table, and the column where a class has it."""
        table, _, column = subject.rpartition(".")
        for each in self._tables.get(table.rpartition(".")[2], ()):
            yield self._attribute(each, column) or each

    def _attribute(self, model: Definition, column: str) -> Definition | None:
        """The column in the class."""
        unit = next((each for each in self._units(model.path) if each[0] == model.name), None)
        if unit is None:
            return None
        lines = self._evidence.read(model.path).split("\n")
        pattern = re.compile(rf"\s+{re.escape(column)}\s*[:=]")
        for line in range(unit[1], min(unit[2], len(lines)) + 1):
            if pattern.match(lines[line - 1]):
                return Definition(f"{model.name}.{column}", model.path, line)
        return None

    def _fixtures(self, name: str) -> Iterator[Definition]:
        """The fixtures of that name, else the one whose name is most like it."""
        known = self._all_fixtures
        for match in [name] if name in known else get_close_matches(name, sorted(known), 1, 0.8):
            yield from known[match]

    def _absent(self, subject: str) -> Iterator[Definition]:
        """The module or class that was expected to have it, at what is most like it there."""
        owner, _, name = subject.rpartition(".")
        for each in self._evidence.find_definitions(owner) if owner else ():
            units = {unit[0].removeprefix(f"{each.name}."): unit[1] for unit in self._units(each.path)}
            like = get_close_matches(name, sorted(units), 1, 0.7)
            yield Definition(f"{owner}.{like[0]}", each.path, units[like[0]]) if like else each

    def _units(self, path: str) -> list[tuple[str, int, int]]:
        facts = self._evidence.facts.get(path)
        return [(unit.name, unit.first_line, unit.last_line) for unit in facts.units] if facts else []

    @cached_property
    def _all_fixtures(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = defaultdict(list)
        for path, facts in sorted(self._evidence.facts.items()):
            for unit in facts.units:
                if is_fixture(unit):
                    found[unit.name.rpartition(".")[2]].append(Definition(unit.name, path, unit.first_line))
        return found

    @cached_property
    def _tables(self) -> dict[str, list[Definition]]:
        """Table -> the classes and statements of product and tests that define it."""
        found: dict[str, list[Definition]] = defaultdict(list)
        left = MAX_TEXT
        for path in sorted(self._evidence.facts):
            text = self._evidence.read(path)[:left]
            left -= len(text)
            for match in _TABLE.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                name = next(each for each in match.groups() if each)
                found[name].append(self._around(name, path, line))
        return found

    def _around(self, table: str, path: str, line: int) -> Definition:
        """The class that the line is in, else the line."""
        facts = self._evidence.facts[path]
        around = [unit for unit in facts.units if unit.first_line <= line <= unit.last_line and unit.kind != "module"]
        inner = max(around, key=lambda unit: unit.first_line, default=None)
        if inner is None or inner.kind != "class":
            return Definition(table, path, line)
        name = inner.name.removesuffix(".Meta")  # of Django
        return next(Definition(name, path, unit.first_line) for unit in around if unit.name in (name, inner.name))


def fixture_definition(key: UnitKey, evidence: Evidence) -> Definition | None:
    """Where a fixture function stands."""
    facts = evidence.facts.get(key[0])
    units = facts.units if facts else ()
    return next((Definition(each.name, key[0], each.first_line) for each in units if each.name == key[1]), None)
