"""Makes exams of the doctor: a project as values, with sane defaults."""

from collections.abc import Iterable, Mapping
from typing import Any

from factories import measurement as make_measurement

from planner.doctor.exam import Exam
from planner.model.calls import WatchedCall
from planner.model.facts import ModuleFacts
from planner.model.gates import SteeringText
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.settings import CoverageSettings
from planner.source import facts_of_source


def make_exam(
    files: Iterable[FileCoverage] = (),
    *,
    sources: Mapping[str, str] | None = None,
    tests: Mapping[str, str] | None = None,
    settings: CoverageSettings | None = None,
    texts: Mapping[str, str] | None = None,
    calls: Iterable[WatchedCall] = (),
    measurement: Measurement | None = None,
    **more: Any,
) -> Exam:
    """`sources` and `tests` are texts by path, from which the facts are read."""
    product, suite = dict(sources or {}), dict(tests or {})
    everything = {**product, **suite}
    known = frozenset(everything)
    return Exam(
        project="shop",
        measurement=measurement or make_measurement(tuple(files)),
        settings=settings or CoverageSettings(),
        tree=tuple(sorted(everything)),
        facts={path: _facts(text, path, known) for path, text in product.items()},
        test_facts={path: _facts(text, path, known) for path, text in suite.items()},
        texts=tuple(SteeringText(path, text) for path, text in (texts or {}).items()),
        calls=tuple(calls),
        source=lambda path: everything.get(path, ""),
        **more,
    )


def _facts(text: str, path: str, known: frozenset[str]) -> ModuleFacts:
    facts = facts_of_source(text.encode(), path, known)
    assert not isinstance(facts, Skipped), facts
    return facts
