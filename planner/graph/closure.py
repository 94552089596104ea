"""What a fresh process runs when it imports a module, as well as can be told without running it.

The packages around the module come first, then its own import-time lines, all that it imports at its top level outside
of import-error handlers, and the functions that its top level and class bodies certainly enter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from planner.graph.imports import Modules, index_modules
from planner.graph.lookup import Lookup, Meaning, read_names
from planner.graph.rules import Rule
from planner.graph.targets import targets_of
from planner.model.facts import MODULE, ModuleFacts
from planner.model.lines import NO_LINES, Lines

CERTAIN: frozenset[Rule] = frozenset({"name", "class", "own", "super", "typed"})
"""The calls that are followed. On 12 packages (`tests/benchmarks/closure.py`) following attributes, results,
properties and special methods, too, added more wrong lines than right ones."""

_CONSTRUCTORS = ("__new__", "__init__")

_CLASS_MAKERS = ("__prepare__", "__new__", "__init__")
"""Methods of a metaclass that a class statement runs."""


@dataclass(frozen=True, slots=True)
class Closure:
    """The lines that importing `module` in a fresh process runs, by path; files of which nothing runs are left out."""

    module: str
    lines: Mapping[str, Lines]

    @property
    def files(self) -> frozenset[str]:
        return frozenset(self.lines)


@dataclass(frozen=True, slots=True)
class Closures:
    """The import closures of all modules of a project.

    `files` are all its paths in order. `numbers` has the place of each module's top level: `places` are (path, lines)
    that run together, `following` the places that each of them makes run, and `reached` the files of which something
    runs with it, as bits: bit n is `files[n]`.
    """

    files: Sequence[str]
    numbers: Mapping[str, int]
    places: Sequence[tuple[str, Lines]]
    following: Sequence[Sequence[int]]
    reached: Sequence[int]

    def of(self, module: str) -> Closure:
        """The closure of one module of the project; KeyError for others."""
        waiting = [self.numbers[module]]
        seen = set(waiting)
        lines: dict[str, Lines] = {}
        while waiting:
            number = waiting.pop()
            path, more = self.places[number]
            if more:
                lines[path] = lines.get(path, NO_LINES) | more
            fresh = [each for each in self.following[number] if each not in seen]
            seen.update(fresh)
            waiting += fresh
        return Closure(module, {path: lines[path] for path in sorted(lines)})

    def files_of(self, module: str) -> int:
        """The files of the closure of one module as bits, see `files`; KeyError for unknown modules."""
        return self.reached[self.numbers[module]]


def import_closures(facts: Iterable[ModuleFacts], known: Lookup | None = None) -> Closures:
    """The closures of all modules; one pass over their imports and over the calls that importing them makes.

    `known` are the names of the same files, where they were read already.
    What they leave out: conditional lines of the functions entered, and imports there; what descriptors, `exec` and
    plugins run. What they have too much: both branches of a condition at module level that the text does not settle.
    """
    every = list(facts)
    modules = index_modules(every)
    if known is None or modules.duplicates:  # which only `modules` knows to tell apart
        known = read_names(modules.by_name.values())
    runs = _Runs(modules, known)
    for top in runs.lookup.tops.values():
        runs.add(top)
    following = [[runs.numbers[unit] for unit in units] for units in runs.following]
    numbers = {module: runs.numbers[top] for module, top in runs.lookup.tops.items()}
    files = sorted({each.path for each in every})
    bits = {path: 1 << number for number, path in enumerate(files)}
    own = [bits[path] if lines else 0 for path, lines in runs.places]
    return Closures(files, numbers, runs.places, following, _reached(own, following))


def import_closure(module: str, facts: Iterable[ModuleFacts]) -> Closure:
    """The closure of one module; for several modules of a project ask `import_closures` once. KeyError if unknown."""
    return import_closures(facts).of(module)


@dataclass(slots=True)
class _Runs:
    """What runs together, by number: the top level of a module, or a function that importing enters.

    Units are numbered by `lookup`; `numbers` has the number of those that run here. `following` are the units that
    each of them makes run. `decorated` are those with decorators, by module and the name of the unit around them.
    """

    modules: Modules
    lookup: Lookup
    numbers: dict[int, int] = field(default_factory=dict)
    places: list[tuple[str, Lines]] = field(default_factory=list)
    following: list[tuple[int, ...]] = field(default_factory=list)
    decorated: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def add(self, unit: int) -> None:
        """Number the unit and all that it makes run."""
        waiting = [unit]
        while waiting:
            unit = waiting.pop()
            if unit not in self.numbers:
                self.numbers[unit] = len(self.places)
                self.places.append((self._facts(unit).path, self._lines(unit)))
                self.following.append(tuple(dict.fromkeys(self._followers(unit))))
                waiting += self.following[-1]

    def _facts(self, unit: int) -> ModuleFacts:
        return self.modules.by_name[self.lookup.modules[unit]]

    def _lines(self, unit: int) -> Lines:
        """The import-time lines of a module; of a function those that run whenever it is entered."""
        facts, known = self._facts(unit), self.lookup.units[unit]
        return known.lines & ~known.conditional & ~facts.hollow if known.is_body else facts.import_time

    def _followers(self, unit: int) -> Iterator[int]:
        facts = self._facts(unit)
        if self.lookup.units[unit].is_body:
            yield from self._imported(facts, "lazy", self._lines(unit))
            yield from self._entered(unit, facts)
            return
        yield from self._tops(self.modules.parents(facts.module))
        yield from self._imported(facts, "top level", ~facts.hollow)
        for inner in range(unit, unit + len(facts.units)):
            known = self.lookup.units[inner]
            if known.name == MODULE or (known.kind == "class" and facts.import_time & known.lines):
                yield from self._entered(inner, facts)

    def _tops(self, modules: Iterable[str]) -> Iterator[int]:
        return (self.lookup.tops[module] for module in modules)

    def _imported(self, facts: ModuleFacts, kind: str, lines: Lines) -> Iterator[int]:
        """The modules that the import statements of a kind on these lines run."""
        for asked in facts.imports:
            if asked.kind == kind and lines >> asked.line & 1 and (target := self.modules.target(asked, facts.module)):
                yield self.lookup.tops[target]

    def _entered(self, unit: int, facts: ModuleFacts) -> Iterator[int]:
        """The functions that the unit certainly enters: by calls, as decorators, and by making classes."""
        for call in self.lookup.units[unit].calls:
            if not facts.hollow >> call.line & 1:
                targets = targets_of(unit, call, self.lookup)
                yield from (target for target, rule in targets if rule in CERTAIN and self.lookup.units[target].is_body)
        for inner in self._defined_in(unit, facts):
            yield from self._decorating(inner, unit)
        if self.lookup.units[unit].kind == "class":
            yield from self._making(unit)

    def _defined_in(self, unit: int, facts: ModuleFacts) -> Iterable[int]:
        """The decorated functions and classes whose definition is a statement of the unit."""
        if facts.module not in self.decorated:
            self.decorated[facts.module] = by_outer = dict[str, list[int]]()
            for number, known in enumerate(facts.units, self.lookup.tops[facts.module]):
                if known.decorators and not facts.hollow >> known.first_line & 1:
                    by_outer.setdefault(known.name.rpartition(".")[0] or MODULE, []).append(number)
        return self.decorated[facts.module].get(self.lookup.units[unit].name, ())

    def _decorating(self, decorated: int, outer: int) -> Iterator[int]:
        """The decorators; of one that is called first (`@route("/")`) the one function inside, too."""
        called = {call.name for call in self.lookup.units[outer].calls if call.kind == "name"}
        for name in self.lookup.units[decorated].decorators:
            found = self.lookup.meaning(name)
            if found and found.kind == "function":
                inside = self.lookup.inside(found.unit) if name in called else ()
                yield from (found.unit, *(inside if len(inside) == 1 else ()))
            elif found and found.kind == "class":
                yield from self._methods(found, (*_CONSTRUCTORS, *(("__call__",) if name in called else ())))

    def _making(self, unit: int) -> Iterator[int]:
        """What a class statement runs besides the class body: its bases, its metaclass, its attributes' classes."""
        if (told := self.lookup.method(unit, "__init_subclass__", after=1)) is not None:
            yield told
        metaclass = next((name for base in self.lookup.order(unit) if (name := self.lookup.units[base].metaclass)), "")
        yield from self._methods(self.lookup.meaning(metaclass), _CLASS_MAKERS)
        for call in self.lookup.units[unit].calls:
            if call.kind == "name":
                yield from self._methods(self.lookup.meaning(call.name), ("__set_name__",))

    def _methods(self, found: Meaning | None, names: Iterable[str]) -> Iterator[int]:
        if found and found.kind == "class":
            methods = (self.lookup.method(found.unit, name) for name in names)
            yield from (method for method in methods if method is not None)


def _reached(own: Sequence[int], following: Sequence[Sequence[int]]) -> list[int]:
    """For each number the bits that it and all that follow from it have of their own."""
    reached = [0] * len(following)
    for ring in _rings(following):
        together = 0
        for number in ring:
            together |= own[number]
            for other in following[number]:
                together |= reached[other]
        for number in ring:
            reached[number] = together
    return reached


def _rings(following: Sequence[Sequence[int]]) -> list[list[int]]:
    """All numbers, those that follow from each other in one ring, each ring after all that follow from it.

    These are the strongly connected components, by Kosaraju's algorithm.
    """
    leading: list[list[int]] = [[] for _ in following]
    for number, others in enumerate(following):
        for other in others:
            leading[other].append(number)
    rings: list[list[int]] = []
    seen: set[int] = set()
    for start in reversed(_last_first(following)):
        ring = [start] if start not in seen else []
        seen.add(start)
        for number in ring:  # which grows meanwhile
            fresh = [each for each in leading[number] if each not in seen]
            seen.update(fresh)
            ring += fresh
        rings += [ring] if ring else []
    return rings[::-1]


def _last_first(following: Sequence[Sequence[int]]) -> list[int]:
    """All numbers, each after those that follow from it unless they are in a cycle."""
    order: list[int] = []
    seen: set[int] = set()
    for start in range(len(following)):
        stack = [(start, iter(following[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            number, others = stack[-1]
            other = next((each for each in others if each not in seen), None)
            if other is None:
                order.append(number)
                stack.pop()
            else:
                seen.add(other)
                stack.append((other, iter(following[other])))
    return order
