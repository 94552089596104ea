"""The places at which tests can be aimed."""

from pathlib import Path

import pytest
from factories import candidates_of, facts_of, file_coverage, lines
from hypothesis import given
from hypothesis import strategies as st

from planner.forecast import forecast_candidates
from planner.forecast.candidates import Grain
from planner.forecast.gain import YIELD_PER_MILLE
from planner.model.facts import ModuleFacts

PATH = "pkg/mod.py"

SOURCE = """\
    import time
    class Thing:
        x = 1
        def method(self):
            return time.time()
        def other(self):
            return 2
    def work():
        def inner():
            return 3
        return inner
    """
STATEMENTS = "1-11"


def facts_by_path(root: Path, **sources: str) -> dict[str, ModuleFacts]:
    """Facts of `pkg/<name>.py` for each named source."""
    paths = {name: f"pkg/{name}.py" for name in sources}
    known = frozenset(paths.values())
    return {paths[name]: facts_of(root, source, paths[name], known) for name, source in sources.items()}


@pytest.mark.parametrize(
    ("grain", "gaps"),
    [
        ("module", {"<module>": "5 7 9-11"}),
        ("class", {"Thing": "5 7", "work": "9-11"}),
        ("function", {"Thing.method": "5", "Thing.other": "7", "work": "9 11", "work.inner": "10"}),
    ],
)
def test_a_grain_groups_the_lines_of_a_module(tmp_path: Path, grain: Grain, gaps: dict[str, str]) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="5 7 9-11")

    found = candidates_of(facts, file, grain=grain)

    assert {name: each.lines for name, each in found.items()} == {name: lines(text) for name, text in gaps.items()}
    assert sum(each.missing for each in found.values()) == 5
    assert sum(each.body_milli for each in found.values()) == 5 * YIELD_PER_MILLE


def test_a_candidate_carries_the_counts_of_its_unit(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="5", missing_exits={7: 1})

    thing = candidates_of(facts, file)["Thing"]

    assert (thing.path, thing.module, thing.unit) == (PATH, "pkg.mod", "Thing")
    assert (thing.statements, thing.covered_statements) == (5, 4)
    assert thing.missing == 2
    assert thing.lines_text == "5"
    assert [seam.name for seam in thing.seams] == ["time.time"]
    assert thing.imports == {}


@given(st.sets(st.integers(1, 11)), st.sampled_from(["module", "class", "function"]))
def test_no_candidate_is_without_gain(
    tmp_path_factory: pytest.TempPathFactory, missing: set[int], grain: Grain
) -> None:
    facts = facts_by_path(tmp_path_factory.mktemp("gain"), mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing=" ".join(map(str, missing)))

    found = forecast_candidates([file], facts, grain)

    assert all(each.gain_milli > 0 for each in found)
    body = missing & {5, 7, 9, 10, 11}
    assert bool(found) is bool(body)


def test_a_covered_module_has_no_candidates(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)

    assert forecast_candidates([file_coverage(statements=STATEMENTS)], facts) == ()


def test_import_time_gaps_alone_of_an_imported_module_are_no_candidate(tmp_path: Path) -> None:
    """Of a module that ran, no import brings the rest of its module level."""
    facts = facts_by_path(tmp_path, mod="import sys\nif sys.platform == 'win32':\n    x = 1\ny = 2\n")

    assert forecast_candidates([file_coverage(statements="1-4", missing="3")], facts) == ()


def test_a_module_never_imported_gains_its_import_with_every_candidate(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)

    found = candidates_of(facts, file_coverage(statements=STATEMENTS, missing=STATEMENTS))

    assert found.keys() == {"Thing", "work"}
    assert [each.imports for each in found.values()] == [{PATH: 6}, {PATH: 6}]
    assert found["Thing"].gain_milli == 2 * YIELD_PER_MILLE + 6_000
    assert found["work"].gain_milli == 3 * YIELD_PER_MILLE + 6_000


def test_importing_a_module_runs_the_packages_around_it(tmp_path: Path) -> None:
    sources = {"__init__": "x = 1\ny = 2\n", "mod": SOURCE}
    facts = facts_by_path(tmp_path, **sources)
    package = file_coverage("pkg/__init__.py", "1-2", "1-2")
    module = file_coverage(PATH, STATEMENTS, STATEMENTS)

    work = candidates_of(facts, package, module)["work"]

    assert work.imports == {"pkg/__init__.py": 2, PATH: 6}
    assert work.import_points == 8


def test_a_package_that_ran_already_is_not_gained_again(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, __init__="x = 1\n", mod=SOURCE)

    work = candidates_of(facts, file_coverage("pkg/__init__.py", "1"), file_coverage(PATH, STATEMENTS, STATEMENTS))[
        "work"
    ]

    assert work.imports == {PATH: 6}


REGISTRY = "import os\nNAMES = {\n    'a': 1,\n}\nclass Kind:\n    one = 1\nTABLE = sorted(NAMES)\n"


@pytest.mark.parametrize("grain", ["module", "class", "function"])
def test_a_registry_is_one_candidate_that_only_imports(tmp_path: Path, grain: Grain) -> None:
    facts = facts_by_path(tmp_path, mod=REGISTRY)

    found = candidates_of(facts, file_coverage(statements="1 2 5 6 7", missing="1 2 5 6 7"), grain=grain)

    assert found.keys() == {"<module>"}
    assert found["<module>"].body_milli == 0
    assert found["<module>"].gain == found["<module>"].import_points == 5


def test_a_module_with_behaviour_has_no_step_that_only_imports(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=REGISTRY + "def work():\n    return 1\n")

    found = candidates_of(facts, file_coverage(statements="1 2 5 6 7 8 9", missing="1 2 5 6 7 8 9"))

    assert found.keys() == {"work"}


def test_the_body_of_a_local_class_is_behaviour_of_its_function(tmp_path: Path) -> None:
    source = """\
        def work():
            class Local:
                x = 1
            return Local
        """
    facts = facts_by_path(tmp_path, mod=source)
    file = file_coverage(statements="1-4", missing="2-4")

    assert candidates_of(facts, file)["work"].lines == lines("2-4")
    assert candidates_of(facts, file, grain="function").keys() == {"work"}


def test_functions_of_one_name_are_one_candidate(tmp_path: Path) -> None:
    source = """\
        import sys
        if sys.platform == "win32":
            def work():
                return 1
        else:
            def work():
                return 2
        """
    facts = facts_by_path(tmp_path, mod=source)

    found = candidates_of(facts, file_coverage(statements="1-4 6-7", missing="4 7"), grain="function")

    assert {name: each.lines for name, each in found.items()} == {"work": lines("4 7")}


def test_hollow_lines_alone_are_no_candidate(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod="def work():\n    pass\nif __name__ == '__main__':\n    work()\n")

    assert forecast_candidates([file_coverage(statements="1-4", missing="4")], facts) == ()


def test_files_without_facts_have_no_candidates() -> None:
    assert forecast_candidates([file_coverage(missing="1-10")], {}) == ()


def test_candidates_are_ordered_by_file_and_line(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, a=SOURCE, b=SOURCE)
    files = [file_coverage(path, STATEMENTS, STATEMENTS) for path in ("pkg/a.py", "pkg/b.py")]

    keys = [each.key for each in forecast_candidates(files, facts)]

    assert keys == [("pkg/a.py", "Thing"), ("pkg/a.py", "work"), ("pkg/b.py", "Thing"), ("pkg/b.py", "work")]
