"""Which test a step gets back, what it costs, and that planners see nothing that is hidden."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from factories import lines
from hypothesis import given, settings
from hypothesis import strategies as st
from replays import Toy, shop

from planner.model.problem import BodyKey
from planner.replay.executor import EXECUTORS, Done, Executor, Ground, Run, follow, follow_oracle, prepare, start
from planner.replay.ours import PLANNERS
from planner.replay.planners import BASELINES, random_classes, random_modules
from planner.replay.project import Project
from planner.replay.splits import Split
from planner.replay.state import Grain, Item, Planner, Receipt, State, Step


def _split(project: Project, kept: Iterable[int] = ()) -> Split:
    known = tuple(kept)
    present = project.covered_by(project.tests[number] for number in known)
    hidden = tuple(number for number in range(len(project.tests)) if number not in known)
    return Split("quarter", 0, known, hidden, present, project.full & ~present)


def _ground(project: Project, kept: Iterable[int] = (), grain: Grain = "class") -> Ground:
    return prepare(project, _split(project, kept), grain)


def _named(name: str) -> Planner:
    return next(planner for planner in (*BASELINES, *PLANNERS) if planner.name == name)


def _listed(*keys: BodyKey) -> Planner:
    return Planner("listed", "class", "plan", lambda state: [Step(key) for key in keys])


def _names(project: Project, done: Iterable[Done]) -> list[str]:
    return [project.tests[each.test].name.rpartition("::")[2] for each in done]


F, G = ("pkg/mod.py", "f"), ("pkg/mod.py", "g")


def _two() -> Toy:
    """Two functions; the first test of `f` gains little, the last one most."""
    toy = Toy()
    toy.function("f")
    toy.function("g")
    toy.helper("make", 6)
    toy.test("test_little", {"f": 1}, 4)
    toy.test("test_other", {"g": 6, "f": 1}, 8, uses=["make"])
    toy.test("test_again", {"f": 1}, 2)
    toy.test("test_most", {"f": 9}, 3, uses=["make"])
    return toy


def test_realistic_step_gets_the_first_test_in_source_order_that_adds_a_statement(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    done = list(follow(_listed(F, F, F, G), start(_ground(project))))

    assert _names(project, done) == ["test_little", "test_most", "test_other"]
    assert [each.gain for each in done] == [1, 8, 6]


def test_optimistic_step_gets_the_test_with_most_own_statements_per_line(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    done = list(follow(_listed(F, F, G), start(_ground(project), "optimistic")))

    assert _names(project, done) == ["test_most", "test_other"]
    assert [each.gain for each in done] == [9, 6]


def test_helpers_are_paid_for_once_and_those_of_kept_tests_never(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    alone = list(follow(_listed(F, F, G), start(_ground(project))))
    beside = list(follow(_listed(F, G), start(_ground(project, kept=[1]))))

    assert [each.effort for each in alone] == [4, 3 + 6, 8]
    assert _names(project, beside) == ["test_most"]
    assert [each.effort for each in beside] == [3]


def test_step_at_an_item_with_nothing_left_costs_nothing_but_keeps_its_number(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    done = list(follow(_listed(G, G, ("pkg/mod.py", "unknown"), F), start(_ground(project))))

    assert [(each.key, each.step) for each in done] == [(G, 1), (F, 4)]


def test_test_that_needs_no_new_line_of_code_costs_one(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.test("test_f", {"f": 5}, 4)
    path, fixtures, outcomes, seconds = (toy.tests[0][each] for each in (1, 7, 8, 9))
    toy.context("T|tests/test_mod.py::test_twin|run", {"f": 9, "test_f": 1})
    toy.tests.append(("tests/test_mod.py::test_twin", path, None, "test_twin", 1, path, 1, fixtures, outcomes, seconds))
    project = toy.project(tmp_path)

    done = list(follow(_listed(F, F), start(_ground(project))))

    assert [(each.gain, each.effort) for each in done] == [(5, 4), (4, 1)]


def test_items_are_those_that_a_hidden_test_adds_to(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    assert [item.key for item in _ground(project).items] == [F, G]
    assert [item.key for item in _ground(project, kept=[3]).items] == [G]


def test_replanning_ends_when_the_planner_has_nothing_or_repeats_what_is_done(tmp_path: Path) -> None:
    project = _two().project(tmp_path)
    stubborn = Planner("stubborn", "class", "replan", lambda state: [Step(G)])
    silent = Planner("silent", "class", "replan", lambda state: [])

    assert _names(project, follow(stubborn, start(_ground(project)))) == ["test_other"]
    assert list(follow(silent, start(_ground(project)))) == []


def test_planner_is_asked_again_after_each_test_and_sees_the_new_coverage(tmp_path: Path) -> None:
    project = _two().project(tmp_path)
    missing: list[int] = []
    written: list[tuple[Receipt, ...]] = []

    def watch(state: State) -> Iterator[Step]:
        written.append(state.written)
        missing.append(state.files["pkg/mod.py"].missing.bit_count())
        yield from (Step(item.key) for item in list(state.open)[:1])

    done = list(follow(Planner("watching", "class", "replan", watch), start(_ground(project))))

    assert [each.gain for each in done] == [1, 8, 6]
    assert missing[:4] == [22, 21, 21 - 8, 21 - 8]
    assert written[0] == ()
    assert written[-1] == (Receipt(F, 1, 4), Receipt(F, 8, 9), Receipt(G, 6, 8))


def test_oracle_takes_most_new_statements_per_line_each_time(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    done = list(follow_oracle(start(_ground(project))))

    assert _names(project, done) == ["test_other", "test_most"]
    assert [(each.gain, each.effort) for each in done] == [(7, 14), (8, 3)]


@pytest.mark.parametrize(
    "planner", [*BASELINES, *PLANNERS, random_modules(3), random_classes(3)], ids=lambda each: each.name
)
@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_planner_runs_to_the_end_and_the_account_adds_up(
    tmp_path: Path, planner: Planner, executor: Executor
) -> None:
    project = shop().project(tmp_path)
    split = _split(project, kept=[0, 13])
    run = start(prepare(project, split, planner.grain), executor)

    done = list(follow(planner, run))

    assert len({each.test for each in done}) == len(done)
    assert all(each.gain > 0 and each.effort > 0 for each in done)
    assert sum(each.gain for each in done) == (run.present & ~split.present).bit_count()
    new_code = project.code_of(each.test for each in done) & ~project.code_of(split.kept)
    assert sum(each.effort for each in done) == new_code.bit_count()
    if planner.grain == "module" or planner.mode == "replan":
        assert run.present == project.full


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_line_of_test_code_is_ever_charged_twice(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    toy = Toy()
    for name in ("f", "g", "h"):
        toy.function(name, 20)
    helpers = ["one", "two", "three"]
    for number, helper in enumerate(helpers):
        toy.helper(helper, 3 + number)
    for number in range(data.draw(st.integers(1, 8))):
        runs = data.draw(st.dictionaries(st.sampled_from("fgh"), st.integers(1, 20), min_size=1))
        uses = data.draw(st.lists(st.sampled_from(helpers), unique=True))
        toy.test(f"test_{number}", runs, data.draw(st.integers(2, 5)), uses=uses)
    project = toy.project(tmp_path_factory.mktemp("toy"))
    kept = data.draw(st.lists(st.integers(0, len(project.tests) - 1), unique=True))
    steps = data.draw(st.lists(st.sampled_from([("pkg/mod.py", name) for name in "fgh"]), max_size=30))
    run = start(_ground(project, kept), data.draw(st.sampled_from(EXECUTORS)))

    done = list(follow(_listed(*steps), run))

    code = project.code_of(each.test for each in done) & ~project.code_of(kept)
    assert sum(each.effort for each in done) == code.bit_count()
    assert run.paid == project.code_of([*kept, *(each.test for each in done)])


# What planners see


def _reachable(value: object, seen: set[int]) -> Iterator[object]:
    """Everything that can be got at from a value."""
    if id(value) in seen:
        return
    seen.add(id(value))
    yield value
    parts: list[object] = []
    if dataclasses.is_dataclass(value):
        parts += [getattr(value, each.name) for each in dataclasses.fields(value)]
        parts += list(getattr(value, "__dict__", {}).values())
    elif isinstance(value, Mapping):
        parts += [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts += list(value)
    for part in parts:
        yield from _reachable(part, seen)


def test_planner_sees_neither_hidden_tests_nor_what_they_cover(tmp_path: Path) -> None:
    project = shop().project(tmp_path)
    split = _split(project, kept=[0, 1])
    states: list[State] = []

    def watch(state: State) -> Iterator[Step]:
        states.append(state)
        yield from (Step(item.key) for item in list(state.open)[:1])

    for grain in project.by_grain:
        done = follow(Planner("watching", grain, "replan", watch), start(prepare(project, split, grain)))
        next(done)
    state = states[0]
    found = list(_reachable(state, set()))

    assert not [each for each in found if isinstance(each, Project | Split | Ground | Run | Done)]
    texts = [each for each in found if isinstance(each, str)]
    assert [each for each in texts if "test_f" in each] == ["test_f0_0_1", "test_f0_0_2"]
    assert not [each for each in found if isinstance(each, int) and each in (project.full, split.gap)]
    covered = {path: file.executed for path, file in state.files.items()}
    assert project.layout.pack(covered) == split.present


def test_planner_that_looks_at_all_it_can_plans_the_same_when_other_hidden_tests_cover_other_lines(
    tmp_path: Path,
) -> None:
    def first_steps(last: int, folder: str) -> list[Step]:
        toy = _two()
        toy.test("test_late", {"g": last}, 2)
        (tmp_path / folder).mkdir()
        project = toy.project(tmp_path / folder)
        state = start(_ground(project, kept=[0])).state()
        return [next(iter(planner.choose(state))) for planner in (*BASELINES, *PLANNERS) if planner.grain == "class"]

    assert first_steps(7, "a") == first_steps(9, "b")


def test_files_are_measured_as_a_run_of_the_kept_tests_would_measure_them(tmp_path: Path) -> None:
    project = _two().project(tmp_path)

    state = start(_ground(project, kept=[0])).state()

    file = state.files["pkg/mod.py"]
    assert file.executed == lines("2")
    assert file.statements == lines("1-11 13-23")
    assert (file.counts.statements, file.counts.covered_statements) == (22, 1)


def test_existing_tests_are_the_functions_that_kept_tests_use(tmp_path: Path) -> None:
    toy = _two()
    text = toy.files["tests/test_mod.py"].text
    text += ["class TestHidden:", "    def test_hidden(self):", "        pass"]
    toy.context("T|tests/test_mod.py::TestHidden::test_hidden|run", {"g": 9})
    line = len(text) - 1
    path = "tests/test_mod.py"
    row = (
        f"{path}::TestHidden::test_hidden",
        path,
        "TestHidden",
        "test_hidden",
        1,
        path,
        line,
        "[]",
        '{"passed": 1}',
        0.0,
    )
    toy.tests.append(row)
    project = toy.project(tmp_path)

    nothing = start(_ground(project)).state()
    first = start(_ground(project, kept=[0])).state()
    fourth = start(_ground(project, kept=[3])).state()
    whole = start(_ground(project, kept=range(5))).state()

    def seen(state: State) -> dict[str, list[str]]:
        return {each.path: [unit.name for unit in each.facts.units[1:]] for each in state.tests}

    assert seen(nothing) == {}
    assert seen(first) == {"tests/test_mod.py": ["test_little"]}
    assert seen(fourth) == {"tests/conftest.py": ["make"], "tests/test_mod.py": ["test_most"]}
    assert seen(whole)["tests/test_mod.py"][-2:] == ["TestHidden", "TestHidden.test_hidden"]


# Orders


def _first_keys(planner: Planner, project: Project, kept: Iterable[int] = ()) -> list[str]:
    state = start(_ground(project, kept, planner.grain)).state()
    keys = [f"{step.key[0]}:{step.key[1]}" for step in planner.choose(state)]
    return list(dict.fromkeys(keys))


def test_baselines_order_modules_as_their_names_say(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("big", 30, "pkg/c.py")
    toy.function("half", 12, "pkg/b.py")
    toy.function("small", 5, "pkg/a.py")
    toy.test("test_kept", {"half": 8, "big": 3})
    toy.test("test_hidden", {"half": 12, "big": 30, "small": 5})
    project = toy.project(tmp_path)

    def order(name: str) -> str:
        return "".join(key[4] for key in _first_keys(_named(name), project, kept=[0]))

    assert order("miss") == "cab"
    assert order("pct") == "acb"
    assert order("smallest") == "abc"
    assert order("fewest") == "bac"
    assert order("alphabetical") == "abc"


def test_crap_weighs_complexity_by_what_is_uncovered(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("complex", 12, "pkg/a.py")
    toy.function("uncovered", 12, "pkg/b.py")
    toy.files["pkg/a.py"].text[1:9] = [line for _ in range(4) for line in ("    if 1:", "        pass")]
    toy.files["pkg/b.py"].text[1:5] = [line for _ in range(2) for line in ("    if 1:", "        pass")]
    toy.test("test_kept", {"complex": 9})
    toy.test("test_hidden", {"complex": 12, "uncovered": 12})
    project = toy.project(tmp_path)

    assert _first_keys(_named("complexity"), project, kept=[0]) == ["pkg/a.py:", "pkg/b.py:"]
    assert _first_keys(_named("crap"), project, kept=[0]) == ["pkg/b.py:", "pkg/a.py:"]


def test_breadth_first_takes_each_item_once_before_any_twice(tmp_path: Path) -> None:
    state = start(_ground(shop().project(tmp_path))).state()

    steps = [step.key for step in _named("BF_miss").choose(state)]

    first = steps[: len(state.items)]
    assert set(first) == {item.key for item in state.items}
    assert steps[len(first) : 2 * len(first)] == first
    sizes = {item.key: state.missing(item).bit_count() for item in state.items}
    assert [sizes[key] for key in first] == sorted(sizes.values(), reverse=True)


def test_random_orders_are_the_same_for_the_same_seed_only(tmp_path: Path) -> None:
    project = shop().project(tmp_path)

    def keys(seed: int) -> list[str]:
        return _first_keys(random_classes(seed), project)

    assert keys(1) == keys(1)
    assert keys(1) != keys(2)
    assert sorted(keys(1)) == sorted(keys(2))


def test_untrained_formula_prefers_many_missing_statements_in_few_gaps(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("plain", 12)
    toy.function("holes", 12)
    toy.function("few", 4)
    toy.test("test_kept", {"plain": 1, "few": 1})
    toy.test("test_hidden", {"plain": 12, "holes": 12, "few": 4})
    rows = toy.ran["T|tests/test_mod.py::test_kept|run"]
    rows["pkg/mod.py"] |= lines("15 17 19 21")
    project = toy.project(tmp_path)
    ground = _ground(project, kept=[0])

    order = [key.rpartition(":")[2] for key in _first_keys(_named("BF_untrained"), project, kept=[0])]

    assert order == ["plain", "holes", "few"]
    assert isinstance(ground.items[0], Item)
