"""Mendings among the candidates of a plan: a cause that stops tests is mended where that is cheaper than new tests."""

from collections.abc import Iterable
from dataclasses import replace

from planner.model.blocked import Mending
from planner.model.lines import NO_LINES
from planner.model.plan import MILLI, Candidate, Range
from planner.solve.options import Field
from planner.solve.tally import Ground

WORTHWHILE = MILLI // 2
"""Half a point, as for tests: a mending that is expected to bring less is none of a plan."""


def with_mendings(field: Field, ground: Ground, mendings: Iterable[Mending]) -> tuple[Field, Ground]:
    """The same choice with the mendings beside the tests, for every option but the user's own.

    Files whose import broke off have import-time points in the forecast that only mending brings.
    """
    worthy = [each for each in mendings if each.alone_milli >= WORTHWHILE]
    candidates = (*field.candidates, *map(_candidate, worthy))
    imports = {path: points for each in worthy for path, points in each.imports.items()}
    forecast = replace(ground.forecast, candidates=candidates, imports={**ground.forecast.imports, **imports})
    return replace(field, candidates=candidates), replace(ground, forecast=forecast)


def _candidate(mending: Mending) -> Candidate:
    return Candidate(
        path=_place(mending),
        module="",
        unit=f"mend {mending.cause.key}",
        statements=0,
        covered_statements=0,
        missing=0,
        coverable=0,
        lines=NO_LINES,
        lines_text="",
        tests=1,
        first=mending.effort,
        further=mending.effort,
        gain_milli=mending.alone_milli,
        gain=mending.alone or Range(),
        entry=mending.entry,
        imports=mending.imports,
        mends=mending.cause.key,
    )


def _place(mending: Mending) -> str:
    """With its line it is no path of a file, so that the module there does not count as begun."""
    place = mending.cause.first_place
    return f"{place.path}:{place.line}" if place else mending.cause.key
