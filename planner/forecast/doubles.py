"""Which kinds of seams the project's tests have a double for already, and where: such a double costs nothing more."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from planner.forecast.project import Project, prefixes
from planner.forecast.seams import Catalogue
from planner.forecast.touches import Touches
from planner.model.facts import Unit
from planner.model.plan import Seam
from planner.model.seams import Double, Patch, TestFacts

_SHIPPED = Path(__file__).with_suffix(".toml")

_FAKE = re.compile(
    r"(?:^(?:Fake|Stub|Mock|InMemory|Memory|Dummy|Frozen|Recording|Spy)(?=[A-Z])"
    r"|^(?:fake|stub|mock|mocked|in_memory|dummy|frozen)_|_?(?:Fake|Stub|Mock|Double|Spy|_fake|_stub|_mock|_double)$)"
)
"""How people name what stands in: `FakeRedis`, `InMemoryCache`, `fake_http`, `GatewayStub`."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORTEST_ENDING = 5
"""A fake whose name ends a class's name (`FakeGateway`, `CardGateway`) stands in for it from this many letters on."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What names of tests are held against. `classes` are the kinds that each class, in or out of the project, has."""

    project: Project
    catalogue: Catalogue
    units: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]


def find_doubles(
    tests: Iterable[TestFacts], project: Project, direct: Touches, catalogue: Catalogue
) -> Mapping[str, Double]:
    """Kind -> the double that the tests have for it: one in a conftest before others, then by path and line.

    `direct` are the product's own touches: a fake of one of its classes stands in for what that class touches.
    """
    known = _known(project, direct, catalogue)
    best: dict[str, Double] = {}
    for test in tests:
        for double in _doubles_of(test, known):
            old = best.get(double.kind)
            if old is None or _order(double) < _order(old):
                best[double.kind] = double
    return {kind: best[kind] for kind in sorted(best)}


def with_doubles(seams: Iterable[Seam], doubles: Mapping[str, Double]) -> tuple[Seam, ...]:
    """The seams, of which those of a kind that has a double need no building any more and say which it is."""
    return tuple(_with_double(seam, doubles.get(seam.kind)) for seam in seams)


def _with_double(seam: Seam, double: Double | None) -> Seam:
    if double is None:
        return seam
    return replace(seam, needs_building=False, have=f"{double.name}, {double.path}:{double.line}")


def _order(double: Double) -> tuple[bool, str, int, str]:
    return not double.is_shared, double.path, double.line, double.name


def _doubles_of(test: TestFacts, known: _Known) -> Iterator[Double]:
    """Every double that one test file shows."""
    shipped = _shipped()
    for asked in test.facts.imports:
        full = f"{asked.module}.{asked.name}" if asked.name else asked.module
        library = next((each for each, _ in prefixes(full) if each in shipped["library"]), "")
        yield from (Double(kind, test.path, asked.line, library) for kind in shipped["library"].get(library, ()))
    for name, line in test.asked.items():
        yield from (Double(kind, test.path, line, name) for kind in shipped["fixture"].get(name, ()))
    for patch in test.patches:
        yield from (Double(kind, test.path, patch.line, patch.target) for kind in _patched(patch, known))
    for unit in test.facts.units:
        short = unit.name.rpartition(".")[2]
        yield from (Double(kind, test.path, unit.first_line, short) for kind in _stood_for(unit, short, known))
    for database in test.databases:
        if "sql" in known.units.get(known.project.canonical(database.target), ()) or _is_sql(database, known):
            yield Double("sql", test.path, database.line, f"{database.target} in memory")


def _patched(patch: Patch, known: _Known) -> frozenset[str]:
    """The kinds that a patched name stands for: a library's, or those of one of the project's own wrappers."""
    name = known.project.canonical(patch.target)
    if known.project.is_own(name):
        kinds = known.units.get(name, frozenset())
        return kinds if len(kinds) == 1 else frozenset()
    if seam := known.catalogue.called(name):
        return frozenset({seam.kind})
    below = frozenset(seam.kind for seam in known.catalogue.below(name))
    return below if len(below) == 1 else frozenset()


def _stood_for(unit: Unit, name: str, known: _Known) -> frozenset[str]:
    """The kinds that a fake class or fixture stands for, by its bases or its name."""
    is_fixture = any(each.endswith("fixture") for each in unit.decorators)
    rest = _FAKE.sub("", name)
    if rest == name or not rest or not (unit.kind == "class" or is_fixture):
        return frozenset()
    for base in map(known.project.canonical, unit.bases):
        seam = None if known.project.is_own(base) else known.catalogue.based_on(base)
        if kinds := frozenset({seam.kind}) if seam else known.units.get(base):
            return kinds
    return _named(rest, known)


def _named(rest: str, known: _Known) -> frozenset[str]:
    """The kinds that `Redis`, `http_client` or `Gateway` mean in this project."""
    plain = rest.replace("_", "").lower()
    if kinds := known.classes.get(plain):
        return kinds
    words = [word.lower() for word in _WORDS.findall(rest)]
    by_word = _shipped()["word"]
    for word in (plain, *words[:1], *words[-1:]):
        if word in by_word:
            return frozenset(by_word[word])
    return _by_ending(plain, known) if len(plain) >= _SHORTEST_ENDING else frozenset()


def _by_ending(ending: str, known: _Known) -> frozenset[str]:
    """The kinds of the one class of the project whose name ends so."""
    units = known.project.units.items()
    found = [name for name, (_, unit) in units if unit.kind == "class" and name.lower().endswith(ending)]
    return known.units.get(found[0], frozenset()) if len(found) == 1 else frozenset()


def _is_sql(database: Patch, known: _Known) -> bool:
    seam = known.catalogue.called(known.project.canonical(database.target))
    return bool(seam and seam.kind == "sql")


def _known(project: Project, direct: Touches, catalogue: Catalogue) -> _Known:
    """Kinds by the absolute name of each unit of the project, and by the short names of classes in lower case."""
    units: dict[str, set[str]] = {}
    classes: dict[str, set[str]] = {}
    absolute = {(facts.path, unit.name): name for name, (facts, unit) in project.units.items()}
    for key, touches in direct.items():
        for touch in (each for each in touches if each.seam.needs_building or each.seam.kind == "clock"):
            for name, _ in prefixes(absolute[key]):
                if name in project.units:
                    units.setdefault(name, set()).add(touch.seam.kind)
                    if project.units[name][1].kind == "class":
                        classes.setdefault(name.rpartition(".")[2].lower(), set()).add(touch.seam.kind)
            for part in touch.name.split("."):
                if part[:1].isupper() or part == touch.name.partition(".")[0]:
                    classes.setdefault(part.lower(), set()).add(touch.seam.kind)
    return _Known(project, catalogue, _frozen(units), _frozen(classes))


def _frozen(kinds: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(each) for name, each in kinds.items()}


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """`library`, `fixture` and `word` of `doubles.toml`: name -> kinds."""
    document = tomllib.loads(_SHIPPED.read_text("utf-8"))
    return {
        part: {name: tuple([kinds] if isinstance(kinds, str) else kinds) for name, kinds in table.items()}
        for part, table in document.items()
    }
