"""What a test covers and costs, and which tests are hidden."""

from pathlib import Path

import pytest
from factories import lines
from replays import Toy, shop

from planner.model.lines import line_range
from planner.replay.executor import prepare
from planner.replay.project import Project, Test
from planner.replay.splits import QUICK_SPLITS, SPLITS, find_subjects, make_splits


def _test(project: Project, name: str) -> Test:
    return next(test for test in project.tests if test.name.endswith(f"::{name}"))


def _covered(project: Project, name: str, path: str = "pkg/mod.py") -> int:
    return project.layout.take(path, _test(project, name).lines)


def _code(project: Project, name: str) -> int:
    return _test(project, name).code.bit_count()


def test_coverage_of_a_test_is_that_of_all_its_phases(tmp_path: Path) -> None:
    toy = Toy()
    for name in ("f", "g", "h"):
        toy.function(name)
    toy.test("test_f", {"f": 2})
    toy.context("T|tests/test_mod.py::test_f|setup", {"g": 3})
    toy.context("T|tests/test_mod.py::test_f|teardown", {"h": 1})

    project = toy.project(tmp_path)

    assert _covered(project, "test_f") == lines("2-3 14-16 26")


def test_coverage_of_a_test_has_what_wider_fixtures_in_its_closure_ran(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.function("g")
    toy.function("h")
    toy.test("test_f", {"f": 1}, fixtures=[("tests::server", "session"), ("tests::client", "function")])
    toy.test("test_g", {"f": 2})
    toy.context("F|tests::server", {"g": 4})
    toy.context("F|tests::client", {"h": 4})

    project = toy.project(tmp_path)

    assert _covered(project, "test_f") == lines("2 14-17")
    assert _covered(project, "test_g") == lines("2-3")


def test_coverage_of_a_test_has_the_import_closure_of_each_module_it_touches(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.function("g", path="pkg/other.py")
    toy.imports = {"pkg.mod": {"pkg/mod.py": lines("1"), "pkg/other.py": lines("1")}, "pkg.other": {"pkg/other.py": 2}}
    toy.test("test_f", {"f": 1})

    project = toy.project(tmp_path)

    assert _covered(project, "test_f") == lines("1-2")
    assert _covered(project, "test_f", "pkg/other.py") == lines("1")


def test_lines_that_are_no_statements_do_not_count(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.test("test_f", {"f": 3})
    toy.files["pkg/mod.py"].statements &= ~lines("3")

    project = toy.project(tmp_path)

    assert _covered(project, "test_f") == lines("2 4")
    assert project.statements.bit_count() == 10


def test_effort_counts_the_test_and_every_helper_and_fixture_that_it_enters(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.helper("server", 7, decorator="@fixture")
    toy.helper("client", 5)
    toy.helper("unused", 9)
    toy.test("test_f", {"f": 1}, size=4, uses=["client"], fixtures=[("tests::server", "module")])
    toy.context("F|tests::server", {"server": 2})

    project = toy.project(tmp_path)

    assert _code(project, "test_f") == 4 + 5 + 7


def test_effort_has_no_docstrings_comments_and_blank_lines(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.test("test_f", {"f": 1}, size=8)
    text = toy.files["tests/test_mod.py"].text
    text[1:5] = ['    """Says', '    so."""', "    # why", ""]

    project = toy.project(tmp_path)

    assert _code(project, "test_f") == 4


def test_test_that_did_not_pass_or_ran_nothing_is_left_out(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.test("test_f", {"f": 1})
    toy.test("test_skipped", {"f": 5}, outcome="skipped")
    toy.test("test_failed", {"f": 5}, outcome="failed")
    toy.test("test_nothing", {})

    project = toy.project(tmp_path)

    assert [test.name for test in project.tests] == ["tests/test_mod.py::test_f"]
    assert project.full.bit_count() == 1


def test_tests_come_in_source_order(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.test("test_z", {"f": 1}, path="tests/test_b.py")
    toy.test("test_y", {"f": 1}, path="tests/test_a.py")
    toy.test("test_a", {"f": 1}, path="tests/test_b.py")

    names = [test.name.rpartition("::")[2] for test in toy.project(tmp_path).tests]

    assert names == ["test_y", "test_z", "test_a"]


def test_items_are_bodies_of_classes_and_functions_and_whole_modules(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f", 3)
    toy.function("g", 3)
    toy.test("test_f", {"f": 1})
    module = toy.files["pkg/mod.py"]
    module.text += [
        "class C:",
        "    x = 1",
        "    def m(self):",
        "        return 1",
        "    def n(self):",
        "        return 2",
    ]
    module.statements |= line_range(11, 16)

    by_grain = toy.project(tmp_path).by_grain

    assert {item.key[1]: item.lines for item in by_grain["class"]} == {
        "f": lines("2-4"),
        "g": lines("7-9"),
        "C": lines("14 16"),
    }
    assert [(item.key, item.lines) for item in by_grain["module"]] == [(("pkg/mod.py", ""), lines("1-4 6-9 11-16"))]


def test_functions_nested_in_a_function_belong_to_its_body(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f", 6)
    toy.test("test_f", {"f": 1})
    toy.files["pkg/mod.py"].text[2:5] = ["    class Local:", "        def inner(self):", "            return 1"]

    project = toy.project(tmp_path)

    assert project.layout.take("pkg/mod.py", project.bodies) == lines("2-7")


# Splits


def test_splits_are_the_same_each_time_and_no_two_of_a_kind_keep_the_same(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)

    splits = make_splits(project)

    assert splits == make_splits(shop(modules=8).project(tmp_path))
    assert len({(split.kind, split.kept) for split in splits}) == len(splits)
    assert len(splits) >= 10
    assert {split.kind for split in splits} == set(SPLITS)
    assert [split.kind for split in make_splits(project, QUICK_SPLITS)] == ["quarter", "few", "modules", "zero"]


def test_splits_of_projects_of_another_name_differ(tmp_path: Path) -> None:
    kept = [[split.kept for split in make_splits(shop(name, modules=8).project(tmp_path))] for name in ("a", "b")]

    assert kept[0] != kept[1]


def test_each_test_is_kept_or_hidden_and_the_gap_is_what_only_hidden_ones_cover(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)

    for split in make_splits(project):
        kept = project.covered_by(project.tests[number] for number in split.kept)
        hidden = project.covered_by(project.tests[number] for number in split.hidden)
        assert sorted((*split.kept, *split.hidden)) == list(range(len(project.tests)))
        assert split.present == kept
        assert split.gap == hidden & ~kept
        assert split.gap | split.present == project.full


def test_kinds_keep_what_they_say(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)
    subjects = find_subjects(project)

    for split in make_splits(project):
        files = {project.tests[number].file for number in split.kept}
        if split.kind == "quarter":
            assert len(files) == 2
        elif split.kind == "few":
            assert len(files) == 1
        elif split.kind == "zero":
            assert len(split.kept) == split.number
        if split.kind in ("quarter", "few"):
            assert {number for number, test in enumerate(project.tests) if test.file in files} == set(split.kept)
        if split.kind == "modules":
            hidden = {subjects[number] for number in split.hidden}
            assert len(hidden) == round(0.3 * 8)
            assert hidden.isdisjoint({subjects[number] for number in split.kept})


def test_test_is_about_the_file_where_it_runs_what_few_others_run(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("common", 30)
    toy.function("special", 5, "pkg/special.py")
    for number in range(9):
        toy.test(f"test_{number}", {"common": 20})
    toy.test("test_special", {"common": 20, "special": 3})

    assert find_subjects(toy.project(tmp_path)) == (*["pkg/mod.py"] * 9, "pkg/special.py")


@pytest.mark.parametrize(("size", "is_skipped"), [(40, False), (39, True)])
def test_split_with_a_gap_below_40_statements_is_skipped(tmp_path: Path, size: int, is_skipped: bool) -> None:
    toy = Toy()
    toy.function("f", size)
    toy.test("test_f", {"f": size})

    splits = make_splits(toy.project(tmp_path), {"zero": 1})

    assert bool(splits) is not is_skipped


def test_split_with_a_gap_below_3_percent_is_skipped(tmp_path: Path) -> None:
    for size, expected in ((60, 1), (59, 0)):
        toy = Toy()
        toy.function("f", size)
        toy.function("untested", 2000 - 2 - size)
        toy.test("test_f", {"f": size})

        assert len(make_splits(toy.project(tmp_path), {"zero": 1})) == expected


def test_collecting_a_test_file_counts_as_present_and_as_added(tmp_path: Path) -> None:
    toy = shop(modules=8)
    toy.collected = {"tests/test_mod0.py": {"pkg/mod0.py": lines("1")}, "tests/test_mod1.py": {"pkg/mod1.py": 2}}
    project = toy.project(tmp_path)
    split = next(split for split in make_splits(project) if split.kind == "zero" and not split.kept)

    run_by_first = project.layout.take("pkg/mod0.py", project.added_by(0))

    assert run_by_first & lines("1")
    assert not project.layout.take("pkg/mod0.py", project.tests[0].lines) & lines("1")
    assert project.layout.take("pkg/mod1.py", project.full) & lines("1")
    assert split.present == 0
    assert prepare(project, split, "module").paid == 0
