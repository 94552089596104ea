"""The stories about code: one module or unit explained, and the import graph with coverage and seams."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from planner.errors import InputError
from planner.forecast.share import import_share
from planner.forecast.touches import unclassified_imports
from planner.graph.calls import CallGraph
from planner.graph.imports import find_edges
from planner.graph.reach import entry_points, reach
from planner.graph.shape import Shape, find_shape, read_configuration
from planner.measure import Progress, Request
from planner.model.explanation import (
    CallRelations,
    Edge,
    Explanation,
    ImportMap,
    ImportRelations,
    Node,
    Related,
    UnitGaps,
)
from planner.model.facts import ModuleFacts, Unit
from planner.model.lines import ranges_text
from planner.model.measurement import Counts, FileCoverage, Measurement
from planner.pipeline.shared import Code, measure_project, product


def make_explanation(request: Request, place: str, progress: Progress) -> Explanation:
    """What there is to know about `PATH[:UNIT]`. Raises InputError when there is no such file or unit."""
    taken, code = measure_project(request, progress)
    measured = taken.measurement
    file, unit = _find(place, request.root, measured, code)
    facts = code.facts[file.path]
    units = [each for each in facts.units if _is_within(each.name, unit)]
    share = import_share([file], code.facts)
    return Explanation(
        file=file,
        module=facts.module,
        unit=unit,
        is_measured=any(each.path == file.path for each in measured.files),
        units=tuple(gaps_of(each, file, facts, code) for each in units if each.lines & file.statements),
        import_time=share.import_time if share else Counts(),
        behaviour=share.behaviour if share else Counts(),
        hollow_text=ranges_text(file.statements & facts.hollow, file.statements),
        dynamic=facts.dynamic,
        is_newer=facts.is_newer,
        inputs=measured.inputs,
        calls=_calls(facts, units, code),
        among_modules=_among_modules(facts, code, measured),
        unclassified=unclassified_imports(facts, code.names, code.catalogue),
    )


def make_import_map(request: Request, package: str | None, depth: int | None, progress: Progress) -> ImportMap:
    """The import graph, or the part of it within `depth` imports of `package`. InputError for an unknown package."""
    taken, code = measure_project(request, progress)
    measured = taken.measurement
    modules = code.modules
    shape = find_shape(code.facts.values(), read_configuration(request.root))
    edges = [Edge(each.source, each.target, each.kind, each.line) for each in find_edges(modules)]
    kept = set(modules.by_name) if package is None else _around(package, depth, modules.by_name, edges)
    files = {file.path: file for file in product(measured)}
    return ImportMap(
        project=request.root.name,
        nodes=tuple(node_of(name, files[modules.by_name[name].path], shape, code) for name in sorted(kept)),
        edges=tuple(each for each in edges if each.source in kept and each.target in kept),
        cycles=tuple(cycle for cycle in shape.cycles if kept.issuperset(cycle)),
        inputs=measured.inputs,
    )


def _find(place: str, root: Path, measured: Measurement, code: Code) -> tuple[FileCoverage, str]:
    """The file and the unit's name ("" for all of it) that the user means."""
    name, _, unit = place.rpartition(":") if ":" in place else (place, "", "")
    files = {file.path: file for file in product(measured)}
    wanted = {name, _below(name, root), *(path for path, each in code.facts.items() if each.module == name)}
    found = sorted(wanted & files.keys())
    if not found:
        raise InputError(f"{name}: no source file of that name in the project; give a path below {root} or a module")
    path = found[0]
    if path not in code.facts:
        raise InputError(f"{path}: cannot be parsed, so there is nothing to explain")
    if unit and not any(each.name == unit for each in code.facts[path].units):
        near = ", ".join(each.name for each in code.facts[path].units[1:9])
        raise InputError(f"{path}: has no {unit!r}; its units are {near or 'none'}")
    return files[path], unit


def _below(name: str, root: Path) -> str:
    """The name as a path below the root, when it leads there from the current directory."""
    path = Path.cwd() / name
    return path.resolve().relative_to(root).as_posix() if path.resolve().is_relative_to(root) else name


def _is_within(name: str, unit: str) -> bool:
    return not unit or name == unit or name.startswith(f"{unit}.")


def gaps_of(unit: Unit, file: FileCoverage, facts: ModuleFacts, code: Code) -> UnitGaps:
    """What is measured and missing in one unit of a file, and what it touches; counts are statements and points."""
    return UnitGaps(
        name=unit.name,
        kind=unit.kind,
        first_line=unit.first_line,
        last_line=unit.last_line,
        statements=(file.statements & unit.lines).bit_count(),
        covered_statements=(file.executed & unit.lines).bit_count(),
        missing=file.missing_points_in(unit.lines),
        lines_text=ranges_text(file.missing & unit.lines, file.statements),
        complexity=unit.complexity,
        is_import_time=bool(unit.lines & facts.import_time) and not unit.is_body,
        is_stub=unit.is_stub,
        touches=code.touches.get((file.path, unit.name), ()),
    )


def _calls(facts: ModuleFacts, units: Sequence[Unit], code: Code) -> CallRelations:
    """What a test of the units would enter besides them, and what enters them."""
    graph = code.calls
    own = [number for unit in units if (number := graph.number(facts.module, unit.name)) is not None]
    return CallRelations(
        enters=tuple(_related(_best((reach(number, graph) for number in own), own), graph)),
        entered_by=tuple(_related(_best((entry_points(number, graph) for number in own), own), graph)),
        unresolved=sum(graph.unresolved[number] for number in own),
    )


def _best(found: Iterable[Mapping[int, float]], own: Sequence[int]) -> dict[int, float]:
    """The best chance of each unit, the units themselves left out."""
    best: dict[int, float] = {}
    for each in found:
        for number, chance in each.items():
            if number not in own:
                best[number] = max(chance, best.get(number, 0.0))
    return best


def _related(chances: Mapping[int, float], graph: CallGraph) -> Iterator[Related]:
    for number in sorted(chances, key=lambda each: (-chances[each], graph.modules[each], graph.units[each].name)):
        unit = graph.units[number]
        yield Related(f"{graph.modules[number]}:{unit.name}", unit.first_line, "by calls", chances[number])


def _among_modules(facts: ModuleFacts, code: Code, measured: Measurement) -> ImportRelations:
    """Who imports it, what it imports, and what a fresh process runs when it is imported."""
    edges = find_edges(code.modules)
    shape = find_shape(code.facts.values(), read_configuration(code.request.root)).modules[facts.module]
    statements = {each.path: each.statements for each in product(measured)}
    runs = code.closures.of(facts.module).lines
    return ImportRelations(
        imports=tuple(Related(each.target, each.line, each.kind) for each in edges if each.source == facts.module),
        imported_by=tuple(Related(each.source, each.line, each.kind) for each in edges if each.target == facts.module),
        runs=tuple(sorted((path, (lines & statements[path]).bit_count()) for path, lines in runs.items())),
        cycle=shape.cycle,
        is_dead_end=shape.is_dead_end,
    )


def _around(package: str, depth: int | None, known: Mapping[str, ModuleFacts], edges: Sequence[Edge]) -> set[str]:
    """The package's modules, and what they import, so many imports away."""
    kept = {name for name in known if name == package or name.startswith(f"{package}.")}
    if not kept:
        raise InputError(f"{package}: no module or package of that name in the project")
    steps = 0
    while depth is None or steps < depth:
        more = {each.target for each in edges if each.source in kept} - kept
        if not more:
            break
        kept |= more
        steps += 1
    return kept


def node_of(name: str, file: FileCoverage, shape: Shape, code: Code) -> Node:
    """A module of the import graph, with its coverage and the kinds of seams that its own code touches."""
    units = code.facts[file.path].units
    touched = {touch.seam.kind for unit in units for touch in code.direct.get((file.path, unit.name), ())}
    return Node(
        module=name,
        path=file.path,
        statements=file.statements.bit_count(),
        covered_statements=file.executed.bit_count(),
        missing=file.counts.missing_points,
        seams=tuple(sorted(touched)),
        fan_in=shape.modules[name].fan_in,
        fan_out=shape.modules[name].fan_out,
        is_dead_end=shape.modules[name].is_dead_end,
    )
