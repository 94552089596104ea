"""Small projects as text, and failing tests of them, for tests of root causes."""

import textwrap
from collections.abc import Mapping

from planner.model.measurement import Skipped
from planner.model.outcomes import Ending, Phase, TestOutcome
from planner.source import facts_of_source, facts_of_test
from planner.source.tests import suite_of_source
from planner.suite.causes import Evidence
from planner.suite.fixtures import fixtures_used
from planner.suite.locate import locate


def evidence(files: Mapping[str, str] | None = None) -> Evidence:
    """What is known of a project of these files; those under `tests/` are its tests."""
    texts = {path: textwrap.dedent(text).lstrip("\n") for path, text in (files or {}).items()}
    known = frozenset(texts)
    tests = {path: text.encode() for path, text in texts.items() if path.startswith("tests/")}
    product = {path: text.encode() for path, text in texts.items() if path not in tests}
    suites = {path: suite_of_source(source, path, known) for path, source in tests.items()}
    test_facts = {path: facts_of_test(source, path, known) for path, source in tests.items()}
    facts = {path: facts_of_source(source, path, known) for path, source in product.items()}
    return Evidence(
        product={path: each for path, each in facts.items() if not isinstance(each, Skipped)},
        tests={path: each for path, each in test_facts.items() if not isinstance(each, Skipped)},
        paths=known,
        test_paths=frozenset(tests),
        fixtures=fixtures_used({path: each for path, each in suites.items() if not isinstance(each, Skipped)}),
        read=lambda path: texts.get(path, ""),
    )


def ended(
    node: str,
    details: str = "",
    *,
    ending: Ending = "failed",
    phase: Phase = "call",
    kind: str = "",
    message: str = "",
) -> TestOutcome:
    """A test by pytest's id (`tests/test_a.py::test_x`), with the traceback that it ended with."""
    path, _, inner = node.partition("::")
    scope, name = path.removesuffix(".py").replace("/", "."), inner
    if not inner:
        scope, name = "", scope
    return TestOutcome(
        name, scope, ending, path, None, None, phase, kind, message, textwrap.dedent(details).strip("\n")
    )


def placed(outcomes: tuple[TestOutcome, ...] | list[TestOutcome], known: Evidence) -> tuple[TestOutcome, ...]:
    """The outcomes with the functions of the project that they are of."""
    return locate(outcomes, {path: each.facts for path, each in known.tests.items()}, known.test_paths)


def traceback(*frames: str, error: str) -> str:
    """A short traceback: frames as `path:line function`, and what was raised."""
    lines = [f"{place}: in {name or '<module>'}" for place, _, name in (frame.partition(" ") for frame in frames)]
    return "\n".join([*lines, *(f"E   {line}" for line in error.split("\n"))])
