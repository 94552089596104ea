"""What a dotted name means across a project's files: re-exports, classes with their bases, what functions return."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from planner.model.facts import MODULE, ModuleFacts, Unit

MOST_HOPS = 8
"""Re-exports, bases and attributes that lead on are followed so far; a cycle of them ends here."""

MOST_KEPT = 250
"""Of longer names no beginnings are kept: each would take as much memory as the whole."""


@dataclass(frozen=True, slots=True)
class Project:
    """The project's names: `units` by absolute dotted name, each with its file; `aliases` are what imports bind.

    `tops` are the first parts of its modules' names: with any other, a name lies outside.
    """

    modules: frozenset[str]
    tops: frozenset[str]
    aliases: dict[str, str] = field(default_factory=dict)
    units: dict[str, tuple[ModuleFacts, Unit]] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _aliased: dict[str, str] = field(default_factory=lambda: {"": ""}, repr=False, compare=False)
    _own: dict[str, bool] = field(default_factory=lambda: {"": False}, repr=False, compare=False)
    _meant: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _lineages: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def is_own(self, name: str) -> bool:
        """Whether the name lies in a module of the project."""
        known = self._own
        found = known.get(name)
        if found is not None or name.partition(".")[0] not in self.tops:
            return bool(found)
        unknown = []
        while name not in known:
            if name in self.modules:
                known[name] = True
            else:
                unknown += [name] if len(name) <= MOST_KEPT else []
                name = name.rpartition(".")[0]
        for each in unknown:
            known[each] = known[name]
        return known[name]

    def canonical(self, name: str) -> str:
        """The name where it is defined: `shop.storage.Cache` is `shop.storage.cache.Cache`."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._followed(name)
        return found

    def _followed(self, name: str) -> str:
        for _ in range(MOST_HOPS):
            prefix = self._longest_alias(name) if name.partition(".")[0] in self.tops else ""
            if not prefix:
                return name
            plain = prefix.removesuffix("()")
            name = self.aliases[plain] + prefix[len(plain) :] + name[len(prefix) :]
        return name

    def _longest_alias(self, name: str) -> str:
        """The longest beginning of the name that stands for another one, "" for none."""
        known, aliases = self._aliased, self.aliases
        unknown = []
        while name not in known:
            plain = name.removesuffix("()")
            if aliases.get(plain, plain) != plain:
                known[name] = name
            else:
                unknown += [name] if len(name) <= MOST_KEPT else []
                name = name.rpartition(".")[0]
        for each in unknown:
            known[each] = known[name]
        return known[name]

    def meaning(self, name: str) -> str:
        """The name with what the project tells put in: attributes by their class, results by what is returned.

        `f().x` is x of the result of f; a class stands for its instances too. Ends outside the project, or at one of
        its own units, or where the text leads no further.
        """
        found = self._meant.get(name)
        if found is None:
            found = self._meant[name] = self._led_on(name, MOST_HOPS)
        return found

    def _led_on(self, name: str, hops: int) -> str:
        name = self.canonical(name)
        if name in self.units or not self.is_own(name.replace("()", "")):
            return name
        for prefix, rest in prefixes(name) if hops else ():
            plain = prefix.removesuffix("()")
            if plain in self.modules:
                found = self._of_module(plain, rest)
            elif plain in self.units:
                found = self._of_unit(plain, rest)
            else:
                continue
            return self._led_on(found, hops - 1) if found else name
        return name

    def _of_module(self, module: str, rest: str) -> str | None:
        top = self.units.get(f"{module}.{MODULE}")
        first, more = _first(rest)
        made = top[1].attributes.get(first) if top and first else None
        return f"{made}{more}" if made and made != f"{module}.{first}" else None

    def _of_unit(self, name: str, rest: str) -> str | None:
        unit = self.units[name][1]
        if not rest:
            return None
        if unit.kind != "class":
            return f"{unit.returns}{rest}" if unit.returns and unit.returns != name else None
        first, more = _first(rest)
        if made := self.attribute(name, first):
            return f"{made}{more}"
        if method := self.method(name, first):
            returned = self.units[method][1].returns
            return f"{returned}{more}" if more and returned else (None if method == name + rest else method)
        if more and first != "objects":  # Django's manager; any other attribute is rather the class's own
            return None
        outside = [each for each in self.lineage(name) if not self.is_own(each) and "." in each]
        return f"{outside[0]}{rest}" if outside else None

    def unit(self, name: str) -> Unit | None:
        """The class or function of that name, if the project has it."""
        found = self.units.get(self.canonical(name))
        return found[1] if found else None

    def lineage(self, name: str) -> tuple[str, ...]:
        """The class and its bases, nearest first, also those outside the project."""
        name = self.canonical(name)
        found = self._lineages.get(name)
        if found is None:
            found = self._lineages[name] = tuple(self._with_bases(name))
        return found

    def _with_bases(self, name: str) -> list[str]:
        seen: list[str] = []
        waiting = [name]
        while waiting and len(seen) < MOST_HOPS:
            each = waiting.pop(0)
            if each not in seen:
                seen.append(each)
                unit = self.unit(each)
                waiting += [self.canonical(base) for base in unit.bases] if unit else []
        return seen

    def attribute(self, owner: str, name: str) -> str | None:
        """What an attribute of an instance of `owner` is, as dotted name: a class, or `f()` for what f returns."""
        for each in self.lineage(owner):
            unit = self.unit(each)
            if unit and unit.kind == "class" and name in unit.attributes:
                return unit.attributes[name]
        return None

    def method(self, owner: str, name: str) -> str | None:
        """The absolute name of a method, of the class or a base in the project."""
        for each in self.lineage(owner):
            if f"{each}.{name}" in self.units:
                return f"{each}.{name}"
        return None


def read_project(facts: Iterable[ModuleFacts]) -> Project:
    """The names of all the given files."""
    every = list(facts)
    modules = frozenset(each.module for each in every)
    project = Project(modules, frozenset(module.partition(".")[0] for module in modules))
    for each in every:
        for unit in each.units:
            project.units[f"{each.module}.{unit.name}"] = (each, unit)
        for asked in each.imports:
            if asked.alias and asked.name != "*":
                target = f"{asked.module}.{asked.name}" if asked.name else _bound(asked.module, asked.alias)
                project.aliases.setdefault(f"{each.module}.{asked.alias}", target)
    return project


def _bound(module: str, alias: str) -> str:
    """`import a.b` binds `a`; `import a.b as c` binds all of it."""
    top = module.partition(".")[0]
    return top if alias == top else module


def prefixes(name: str) -> Iterator[tuple[str, str]]:
    """(prefix, rest) of a dotted name, the whole first: `a.b` and "", `a` and `.b`."""
    prefix = name
    while prefix:
        yield prefix, name[len(prefix) :]
        prefix = prefix.rpartition(".")[0]


def _first(rest: str) -> tuple[str, str]:
    """The first attribute of `.a().b`, without its call, and what follows."""
    head, dot, more = rest.removeprefix(".").partition(".")
    return head.removesuffix("()"), dot + more
