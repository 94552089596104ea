"""From a dotted name to the unit it means: through imports, re-exports, classes, bases and attributes.

Only what the text of the project says. A name that leads out of the project, or on in a way that the text does not
tell, means nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from planner.graph.rules import Rule
from planner.model.facts import ModuleFacts, Unit

MOST_HOPS = 12
"""Re-exports, type names and bases that lead on are followed so far; a cycle of them ends here."""

_READ_AS_CALLS = frozenset({"property", "cached_property", "abstractproperty", "classproperty"})


class Meaning(NamedTuple):
    """What an expression stands for: a module, a class itself, an instance of a class, or a function.

    `unit` is the number of the class or function. `receiver` is the class that a method was looked up on, and
    `is_returned` says that it is only known as what some function returns.
    """

    kind: Literal["module", "class", "instance", "function"]
    unit: int = -1
    module: str = ""
    receiver: int = -1
    is_returned: bool = False


@dataclass(slots=True)
class Lookup:
    """The units of a project by number, and the tables that names are looked up in.

    `heads` are the first parts of its modules' names: a name with any other leads outside.
    """

    heads: set[str] = field(default_factory=set)
    units: list[Unit] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    tops: dict[str, int] = field(default_factory=dict)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    imported: dict[str, dict[str, str]] = field(default_factory=dict)
    stars: dict[str, list[str]] = field(default_factory=dict)
    orders: dict[int, tuple[int, ...]] = field(default_factory=dict)
    below: dict[int, list[int]] = field(default_factory=dict)
    inner: dict[int, list[int]] = field(default_factory=dict)
    methods: dict[str, list[int]] = field(default_factory=dict)
    known: dict[str, Meaning | None] = field(default_factory=dict)
    found: dict[tuple[int, str, int], int | None] = field(default_factory=dict)
    instead: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    owners: dict[int, int | None] = field(default_factory=dict)
    entered: dict[tuple[str, str, int | str | None], tuple[tuple[int, Rule], ...]] = field(default_factory=dict)
    receivers: dict[int, Meaning | None] = field(default_factory=dict)

    # Names

    def meaning(self, name: str, hops: int = 0) -> Meaning | None:
        """What an absolute dotted name means; `f()` in it stands for what calling `f` returns."""
        if name in self.known:
            return self.known[name]
        if hops > MOST_HOPS or name.partition(".")[0] not in self.heads:
            return None
        self.known[name] = None
        parts = name.split(".")
        found = None
        for size in range(len(parts), 0, -1):
            module = ".".join(parts[:size])
            if module in self.tops:
                found = self.follow(Meaning("module", self.tops[module], module), parts[size:], hops)
                if found and (found.kind != "module" or size == 1):
                    break
        self.known[name] = found
        return found

    def follow(self, start: Meaning | None, parts: Sequence[str], hops: int = 0) -> Meaning | None:
        """What `start.part.part` means."""
        for part in parts:
            if start is None:
                return None
            start = self._step(start, part.removesuffix("()"), hops)
            if start and part.endswith("()"):
                start = self._called(start, hops)
        return start

    def _step(self, start: Meaning, part: str, hops: int) -> Meaning | None:
        match start.kind:
            case "module":
                return self.in_module(start.module, part, hops)
            case "function":
                return self._unit(self.numbers.get((self.modules[start.unit], f"{self.units[start.unit].name}.{part}")))
            case _:
                return self._in_class(start, part, hops)

    def in_module(self, module: str, part: str, hops: int = 0) -> Meaning | None:
        """What a name means at the module's top level; a star import is looked through last."""
        if found := self._unit(self.numbers.get((module, part))):
            return found
        if target := self.imported.get(module, {}).get(part):
            return self.meaning(target, hops + 1)
        if f"{module}.{part}" in self.tops:
            return Meaning("module", self.tops[f"{module}.{part}"], f"{module}.{part}")
        if variable := self.units[self.tops[module]].attributes.get(part):
            return self._instance(variable, hops)
        starred = (self.meaning(f"{star}.{part}", hops + 1) for star in self.stars.get(module, ()))
        return next((found for found in starred if found), None)

    def _in_class(self, start: Meaning, part: str, hops: int) -> Meaning | None:
        """A method, a nested class, or an attribute whose class is known; of the class or of its bases."""
        if method := self.method(start.unit, part):
            unit = self.units[method]
            if unit.kind == "class":
                return Meaning("class", method)
            if start.kind == "instance" and self.is_property(method):
                return self._instance(unit.returns, hops) or Meaning("function", method, receiver=start.unit)
            return Meaning("function", method, receiver=start.unit, is_returned=start.is_returned)
        for base in self.order(start.unit):
            if name := self.units[base].attributes.get(part):
                return self._instance(name, hops)
        return None

    def _instance(self, name: str, hops: int) -> Meaning | None:
        found = self.meaning(name, hops + 1) if name else None
        if found and found.kind == "class":
            return Meaning("instance", found.unit)
        return found if found and found.kind == "instance" else None

    def _called(self, start: Meaning, hops: int) -> Meaning | None:
        if start.kind == "class":
            return Meaning("instance", start.unit)
        call = self.method(start.unit, "__call__") if start.kind == "instance" else start.unit
        found = self._instance(self.units[call].returns, hops) if call is not None else None
        return found._replace(is_returned=True) if found else None

    def _unit(self, unit: int | None) -> Meaning | None:
        if unit is None:
            return None
        return Meaning("class" if self.units[unit].kind == "class" else "function", unit)

    # Classes

    def order(self, unit: int) -> tuple[int, ...]:
        """The class and its bases inside the project, in the order that a method is looked up in."""
        return self.orders.get(unit, (unit,))

    def method(self, unit: int, name: str, *, after: int = 0) -> int | None:
        """The method (or nested class) that the class has or inherits; `after` = 1 is `super()`'s view."""
        key = unit, name, after
        if key not in self.found:
            self.found[key] = self._find_method(unit, name, after)
        return self.found[key]

    def _find_method(self, unit: int, name: str, after: int) -> int | None:
        for base in self.order(unit)[after:]:
            found = self.numbers.get((self.modules[base], f"{self.units[base].name}.{name}"))
            if found is not None:
                return found
        return None

    def overrides(self, unit: int, name: str) -> list[int]:
        """The methods of that name in all classes below, each once."""
        if unit not in self.below:
            return []
        key = unit, name
        if key not in self.instead:
            names = ((self.modules[sub], f"{self.units[sub].name}.{name}") for sub in self.below[unit])
            self.instead[key] = list(dict.fromkeys(self.numbers[each] for each in names if each in self.numbers))
        return self.instead[key]

    def owner(self, unit: int) -> int | None:
        """The class whose method the unit is, or in whose method it is nested."""
        if unit not in self.owners:
            self.owners[unit] = self._find_owner(unit)
        return self.owners[unit]

    def receiver(self, unit: int) -> Meaning | None:
        """What `self` means in the unit."""
        if unit not in self.receivers:
            owner = self.owner(unit)
            self.receivers[unit] = Meaning("instance", owner) if owner is not None else None
        return self.receivers[unit]

    def _find_owner(self, unit: int) -> int | None:
        name = self.units[unit].name
        while "." in name:
            name = name.rpartition(".")[0]
            found = self.numbers.get((self.modules[unit], name))
            if found is not None and self.units[found].kind == "class":
                return found
        return None

    def inside(self, unit: int) -> Sequence[int]:
        """The functions defined directly in a function."""
        return self.inner.get(unit, ())

    def is_property(self, unit: int) -> bool:
        return any(name.rpartition(".")[2] in _READ_AS_CALLS for name in self.units[unit].decorators)


def read_names(facts: Iterable[ModuleFacts]) -> Lookup:
    """The tables of a project. Of several definitions with one name the last that has behaviour counts."""
    found = Lookup()
    for module in facts:
        _add_module(found, module)
    _add_classes(found)
    for table in (found.known, found.found, found.instead):
        table.clear()  # what was looked up before all bases were known may be incomplete
    return found


def _add_module(found: Lookup, facts: ModuleFacts) -> None:
    found.heads.add(facts.module.partition(".")[0])
    for unit in facts.units:
        outer = found.numbers.get((facts.module, unit.name.rpartition(".")[0]))
        number = len(found.units)
        found.units.append(unit)
        found.modules.append(facts.module)
        if unit.kind == "module":
            found.tops.setdefault(facts.module, number)
            found.numbers.setdefault((facts.module, unit.name), number)
        elif _takes_over(found, facts, unit):
            found.numbers[facts.module, unit.name] = number
        if unit.kind == "function" and outer is not None and found.units[outer].is_body:
            found.inner.setdefault(outer, []).append(number)
        elif unit.kind == "method" and not unit.is_stub:
            found.methods.setdefault(unit.name.rpartition(".")[2], []).append(number)
    names = found.imported.setdefault(facts.module, {})
    for each in facts.imports:
        if each.name == "*":
            found.stars.setdefault(facts.module, []).append(each.module)
        elif each.kind != "lazy" and each.alias and (each.name or each.alias != each.module.partition(".")[0]):
            names.setdefault(each.alias, f"{each.module}.{each.name}" if each.name else each.module)


def _takes_over(found: Lookup, facts: ModuleFacts, unit: Unit) -> bool:
    """Whether the unit is what its name means: not a setter, an overload, or a definition for elsewhere."""
    before = found.numbers.get((facts.module, unit.name))
    if before is None:
        return True
    is_setter = any(name.endswith((".setter", ".deleter")) for name in unit.decorators)
    is_elsewhere = bool(unit.lines) and not unit.lines & ~facts.hollow
    return not (unit.is_stub or is_setter or is_elsewhere)


def _add_classes(found: Lookup) -> None:
    bases = {
        number: [base.unit for name in unit.bases if (base := found.meaning(name)) and base.kind == "class"]
        for number, unit in enumerate(found.units)
        if unit.kind == "class"
    }
    for number in bases:
        found.orders[number] = _order(number, bases)
    for number in bases:
        for parent in found.orders[number][1:]:
            found.below.setdefault(parent, []).append(number)


def _order(unit: int, bases: dict[int, list[int]]) -> tuple[int, ...]:
    """The class and all its bases, depth first, each where it comes last: Python's order for all but odd lattices."""
    found: list[int] = []
    stack = [unit]
    while stack and len(found) < 200:
        number = stack.pop()
        found.append(number)
        stack += [base for base in reversed(bases.get(number, ())) if base != unit]
    return tuple(reversed(dict.fromkeys(reversed(found))))
