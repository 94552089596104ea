"""What the script draws, as compact JSON: rows are lists, and each has its columns written down here.

Texts are made visible here, so that no direction mark or control character of a name reaches the page.
"""

from collections.abc import Iterable, Mapping, Sequence

from planner.model.lines import numbers_in
from planner.model.option import Option, Outcome, Step
from planner.model.plan import MILLI, Candidate
from planner.model.problem import BodyKey
from planner.model.story import Excerpt, ModulePlace, PlanImports, Route, Story
from planner.report import words
from planner.report.escape import visible, visible_lines
from planner.report.json import Json


def figures_json(outcome: Outcome, story: Story) -> dict[str, Json]:
    """Everything that is drawn. Percents are 0 to 100, hours of work, all else whole points."""
    targets = _targets(outcome.options)
    table = _Table()
    rows: list[Json] = [_target(each, story.excerpts.get(key), table) for key, each in targets.items()]
    numbers = {key: number for number, key in enumerate(targets)}
    judged = outcome.judged
    need = outcome.target.points_needed(judged.points) if outcome.target else 0
    return {
        "target": {"text": f"{outcome.target.text} %", "covered": need, "points": judged.points}
        if outcome.target
        else None,
        "today": [judged.covered_points, judged.points],
        "recommended": outcome.recommended,
        "code": [_module(each) for each in story.code],
        "routes": _routes(story.routes, outcome.recommended),
        "options": [_option(each, numbers) for each in _by_interest(outcome)],
        "targets": rows,
        "table": list(table.places),
        "rungs": [_rung(each) for each in outcome.options if each.rungs],
        "imports": _imports(story.imports),
        "moments": [
            [each.taken, each.totals.covered_points, each.totals.points, visible(each.label), visible(each.rules)]
            for each in story.moments
        ],
    }


def _module(each: ModulePlace) -> Json:
    """module, path, points, covered, missing, is measured, units: those that miss something."""
    units: list[Json] = [
        [visible(unit.unit), unit.first_line, unit.points, unit.missing, unit.gain_milli // MILLI, _hours(unit.hours)]
        for unit in each.units
        if unit.missing
    ]
    counts = each.counts
    return [
        visible(each.module),
        visible(each.path),
        counts.points,
        counts.covered_points,
        counts.missing_points,
        int(each.is_measured),
        units,
    ]


def _routes(routes: Sequence[Route], recommended: str | None) -> list[Json]:
    """Options that go the same way are one curve. Mileposts: tests, hours, covered P10, P50, P90, points in all."""
    same: dict[tuple[object, ...], list[Route]] = {}
    for route in routes:
        same.setdefault((route.kind, route.mileposts), []).append(route)
    return [
        {
            "keys": [visible(each.key) for each in group],
            "name": visible(", ".join(each.key for each in group) if len(group) > 1 else _label(group[0])),
            "kind": group[0].kind,
            "is_recommended": any(each.key == recommended for each in group),
            "mileposts": [
                [each.tests, _hours(each.hours), each.covered.p10, each.covered.p50, each.covered.p90, each.points]
                for each in group[0].mileposts
            ],
        }
        for group in same.values()
    ]


def _label(route: Route) -> str:
    return route.key if route.key == route.name else f"{route.key}, {route.name}"


def _by_interest(outcome: Outcome) -> list[Option]:
    """The options with steps, the recommended one first."""
    return sorted((each for each in outcome.options if each.steps), key=lambda each: each.key != outcome.recommended)


def _targets(options: Iterable[Option]) -> dict[BodyKey, Candidate]:
    return {step.candidate.key: step.candidate for option in options for step in option.steps}


def _option(option: Option, numbers: Mapping[BodyKey, int]) -> dict[str, Json]:
    return {
        "key": visible(option.key),
        "label": visible(words.label(option)),
        "measure_after": list(option.measure_after),
        "steps": [_step(step, numbers) for step in option.steps],
    }


def _step(step: Step, numbers: Mapping[BodyKey, int]) -> Json:
    """order, number of its target, which test of it, gain, import-time part of it, hours as text and P50, to build."""
    return [
        step.order,
        numbers[step.candidate.key],
        step.test,
        step.marginal_gain,
        step.import_time_gain,
        words.hours(step.effort),
        _hours(step.effort.p50),
        [visible(seam.double) for seam in step.new_seams],
    ]


class _Table:
    """Texts by their place in a table: reasons, asserts and seams are the same for many targets."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """The place of the text, which is made visible."""
        return self.places.setdefault(visible(text), len(self.places))


def _target(candidate: Candidate, excerpt: Excerpt | None, table: _Table) -> Json:
    """path, unit, tests, missing, lines, and by places of the table asserts, reasons and seams; source or null.

    A seam is its kind, name, double and what there is of it, and whether it needs building.
    """
    seams: list[Json] = [
        [*map(table.place, (each.kind, each.name, each.double, each.have)), int(each.needs_building)]
        for each in candidate.seams
    ]
    return [
        visible(candidate.path),
        visible(candidate.unit),
        candidate.tests,
        candidate.missing,
        candidate.lines_text,
        [table.place(each) for each in candidate.asserts],
        [table.place(each) for each in words.because(candidate)],
        seams,
        _source(excerpt) if excerpt else None,
    ]


def _source(excerpt: Excerpt) -> Json:
    """fragments (number of the first line, lines), numbers of missing and of partly run lines, statements left out."""
    return [
        [[each.first, _texts(each.lines)] for each in excerpt.fragments],
        list(numbers_in(excerpt.missing)),
        list(numbers_in(excerpt.partial)),
        excerpt.left_out,
    ]


def _texts(lines: Sequence[str]) -> list[Json]:
    return [text for line in lines for text in visible_lines(line)]


def _rung(option: Option) -> Json:
    """percent, points, gain, tests, hours as text, P50, P80, due; tests and hours are null where none lead there."""
    return [
        [
            float(rung.percent),
            rung.points,
            rung.points_gained,
            words.tests(rung.tests) if rung.tests else None,
            words.hours(rung.effort) if rung.effort else None,
            _hours(rung.effort.p50) if rung.effort else None,
            _hours(rung.effort.p80) if rung.effort else None,
            rung.due.isoformat() if rung.due else None,
        ]
        for rung in option.rungs
    ]


def _imports(imports: PlanImports) -> dict[str, Json]:
    """Nodes: module, statements, covered, missing, gain in the plan, seams. Edges: importer, imported, kind."""
    places = {node.module: place for place, node in enumerate(imports.nodes)}
    return {
        "nodes": [
            [
                visible(node.module),
                node.statements,
                node.covered_statements,
                node.missing,
                imports.gains.get(node.module, 0),
                [visible(seam) for seam in node.seams],
            ]
            for node in imports.nodes
        ],
        "edges": [[places[each.source], places[each.target], each.kind] for each in imports.edges],
        "left_out": imports.left_out,
    }


def _hours(value: float) -> float:
    return round(value, 3)
