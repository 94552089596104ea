"""Plans in notebooks: the frames are the command line's plan, and assumptions are answered by the same arithmetic."""

import json
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from coverage import CoverageData
from makers import make_project, write_lines

import planner
from planner.cli import gapplan
from planner.config import Config
from planner.errors import GapplanError
from planner.frames.catalogue import TABLES
from planner.frames.goal import Ask, make_goal
from planner.frames.over_time import TASKS
from planner.model.blocked import Repairs
from planner.pipeline import Goal, Request, make_plan

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "fixtures" / "shop"
SALES = "src/shop/cli/main.py:show_sales"
STOPPED = """\
<testsuites><testsuite name="pytest" errors="0" failures="1" skipped="0" tests="1" time="0.1">
<testcase classname="tests.test_prices" name="test_half" time="0.01"><failure message="FileNotFoundError: [Errno 2] No \
such file or directory: 'x'">def test_half():
&gt;       assert shop_prices.half(int(open('x').read())) == 2
E       FileNotFoundError: [Errno 2] No such file or directory: 'x'

tests/test_prices.py:5: FileNotFoundError</failure></testcase></testsuite></testsuites>
"""


@pytest.fixture(scope="module")
def project() -> planner.Project:
    return planner.load(SHOP, cache=False, store=SHOP / "nothing-is-kept.sqlite")


@pytest.fixture(scope="module")
def plan(project: planner.Project) -> planner.Plan:
    return project.plan(70)


@pytest.fixture(scope="module")
def as_json() -> dict[str, object]:
    arguments = ["-C", str(SHOP), "plan", "--target", "70", "--format", "json", "--no-cache"]
    found: dict[str, object] = json.loads(CliRunner().invoke(gapplan, arguments, catch_exceptions=False).stdout)
    return found


def test_a_plan_is_the_pipelines_own_but_for_what_needs_no_test(plan: planner.Plan) -> None:
    made = make_plan(Request(SHOP), Goal("70"), lambda paths, _: paths)

    differing = [each.name for each in fields(made) if getattr(made, each.name) != getattr(plan.outcome, each.name)]

    assert differing == ["alternatives"]


def test_with_reports_of_a_test_run_it_is_the_pipelines_own_too(tmp_path: Path) -> None:
    source = "def half(number):\n    if number % 2:\n        raise ValueError(number)\n    return number // 2\n"
    test = "import shop_prices\n\n\ndef test_half():\n    assert shop_prices.half(int(open('x').read())) == 2\n"
    root = make_project(tmp_path / "stopped", {"shop_prices.py": source, "tests/test_prices.py": test})
    write_lines(root / ".coverage", {str(root / "shop_prices.py"): [1]})
    report = root / "junit.xml"
    report.write_text(STOPPED, "utf-8")

    made = make_plan(Request(root), Goal("90", repairs=Repairs((str(report),))), lambda paths, _: paths)
    plan = planner.load(root, cache=False).plan(90, junit=report)

    assert made.blockage is not None
    assert [each.name for each in fields(made) if getattr(made, each.name) != getattr(plan.outcome, each.name)] == [
        "alternatives"
    ]
    mended = plan.steps("mix").mends.dropna()
    assert len(mended) == 1
    assert mended.tolist() == [each.cause.key for each in made.blockage.mendings]
    assert len(plan.replan(done=1).steps("mix").mends.dropna()) == 0


def test_options_are_those_of_the_command_line(plan: planner.Plan, as_json: dict[str, list[dict[str, object]]]) -> None:
    options = plan.options

    assert options.option.tolist() == [each["key"] for each in as_json["options"]]
    assert options.points_after.tolist() == [each["points_after"] for each in as_json["options"]]
    assert options.reaches_target.tolist() == [each["reaches_target"] for each in as_json["options"]]
    assert options[options.is_recommended].option.tolist() == [as_json["recommended"]]


def test_plans_have_the_columns_and_dtypes_that_are_documented(plan: planner.Plan) -> None:
    documented = {table.name: table for table in TABLES}
    frames = {
        "options": plan.options,
        "steps": plan.steps("B"),
        "ladder": plan.ladder(),
        "frontier": plan.frontiers(),
    }

    for name, frame in frames.items():
        assert len(frame) > 0
        assert {each: str(frame[each].dtype) for each in frame} == {
            each.name: each.dtype for each in documented[name].columns
        }


def test_steps_add_up_to_what_the_option_gains(plan: planner.Plan) -> None:
    gains = plan.options.set_index("option").gain_points_p50

    for option in ("A", "B", "C", "mix"):
        assert plan.steps(option).marginal_gain_points.sum() == gains[option]


def test_the_recommended_option_is_the_default(plan: planner.Plan) -> None:
    pd.testing.assert_frame_equal(plan.steps(), plan.steps(plan.recommended))


def test_the_frontier_starts_today_and_ends_where_the_option_does(plan: planner.Plan) -> None:
    way, option = plan.frontier("B"), plan.options.set_index("option").loc["B"]

    assert way.tests.tolist() == list(range(len(plan.steps("B")) + 1))
    assert way.points_p50.iloc[0] == plan.outcome.measurement.totals.covered_points
    assert way.points_p50.iloc[-1] == option.points_after
    assert way.points_total.iloc[-1] == option.points_total_after
    assert way.effort_hours_p50.iloc[-1] == pytest.approx(option.effort_hours_p50)
    assert (way.points_p10 <= way.points_p50).all()
    assert (way.points_p50 <= way.points_p90).all()


def test_naive_orders_stand_beside_the_options(plan: planner.Plan) -> None:
    frontiers = plan.frontiers()

    assert set(frontiers[frontiers.kind == "order"].route) == {"most missing first", "lowest percent first"}
    assert set(frontiers[frontiers.kind == "option"].route) == {"A", "B", "C", "mix"}


def test_an_unknown_option_is_one_clear_error(plan: planner.Plan) -> None:
    with pytest.raises(GapplanError, match="there is no option 'E'; there is A, B, C, D, mix"):
        plan.steps("E")


def test_a_target_that_is_met_has_no_options(project: planner.Project) -> None:
    plan = project.plan(60)

    assert plan.is_met
    assert plan.points_needed == 0
    assert plan.recommended is None
    assert len(plan.options) == len(plan.steps()) == len(plan.frontier()) == 0
    with pytest.raises(GapplanError, match="none: the target is met"):
        plan.steps("A")


def test_done_steps_move_the_start_by_what_they_were_to_gain(plan: planner.Plan) -> None:
    steps = plan.steps("B")

    after = plan.replan(done=[1, 2, 3], option="B")

    gained = steps.marginal_gain_points[:3].sum()
    assert after.planned.start.covered_points == plan.planned.start.covered_points + gained
    assert after.points_needed == plan.points_needed - gained
    assert len(after.steps("B")) < len(steps)


def test_replanning_step_by_step_is_as_replanning_at_once(plan: planner.Plan) -> None:
    first, second = plan.steps("B").iloc[0], plan.steps("B").iloc[1]
    names = [f"{each.path}:{each.unit}" for each in (first, second)]

    at_once, by_steps = plan.replan(names), plan.replan(names[0]).replan(names[1])

    assert at_once.outcome == by_steps.outcome
    assert at_once.planned.start == by_steps.planned.start


def test_what_if_with_names_is_as_replan_with_numbers(project: planner.Project, plan: planner.Plan) -> None:
    first = plan.steps().iloc[0]

    by_name, by_number = project.what_if(70, done=f"{first.path}:{first.unit}"), plan.replan(done=1)

    assert by_name.outcome == by_number.outcome
    assert project.what_if(70, done=1).outcome == by_number.outcome


def test_skipping_is_as_leaving_out_in_the_configuration(project: planner.Project, shop: Path) -> None:
    pyproject = shop / "pyproject.toml"
    pyproject.write_text(
        f'{pyproject.read_text("utf-8")}\n[tool.gapplan.leave_out]\n"src/shop/api" = "later"\n', "utf-8"
    )

    skipped, left_out = project.what_if(70, skip="src/shop/api"), planner.load(shop, cache=False).plan(70)

    assert skipped.outcome.options == left_out.outcome.options
    assert not skipped.steps().path.str.startswith("src/shop/api").any()


def test_a_free_seam_is_as_one_that_the_configuration_says_needs_no_double(tmp_path: Path) -> None:
    """Of a project where all that is missing stands behind Redis."""
    body = "\n".join(f"    client.set('{number}', {number})" for number in range(20))
    source = f"import redis\n\n\ndef store():\n    client = redis.Redis()\n{body}\n    return client\n"
    root = make_project(tmp_path / "cached", {"cached.py": source})
    write_lines(root / ".coverage", {str(root / "cached.py"): [1, 4]})
    project = planner.load(root, cache=False)
    paid, free = project.plan(90), project.what_if(90, seams_free=["cache or queue"])
    (root / "tests").mkdir()
    (root / "tests" / "conftest.py").write_text("import fakeredis\n")

    built = planner.load(root, cache=False).plan(90)

    assert paid.options.set_index("option").builds["mix"] == "fakeredis"
    assert free.options.set_index("option").builds["mix"] == ""
    assert free.option("mix").effort == built.option("mix").effort  # type: ignore[union-attr]
    assert free.option("mix").effort.p50 < paid.option("mix").effort.p50  # type: ignore[union-attr]
    assert free.outcome.ceilings == built.outcome.ceilings


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"done": [99]}, "has no step 99; it has 1 to "),
        ({"done": ["nonsense"]}, "neither the number of a step nor like"),
        ({"done": ["src/shop/money.py:Nothing"]}, "src/shop/money.py:Nothing: no test can be planned there"),
        ({"done": [SALES] * 20}, "20 tests are done, but no more than"),
        ({"skip": ["nowhere/*.py"]}, "nowhere/.*fits no source file"),
        ({"seams_free": ["magic"]}, "'magic' is no kind of seam; there is browser"),
    ],
)
def test_assumptions_that_fit_nothing_are_one_clear_error(
    plan: planner.Plan, asked: dict[str, list[int | str]], message: str
) -> None:
    with pytest.raises(GapplanError, match=message) as error:
        plan.replan(**asked)  # type: ignore[arg-type]

    assert "\n" not in str(error.value)


def test_a_plan_without_target_or_budget_is_one_clear_error(project: planner.Project) -> None:
    for asked in (lambda: project.options, project.steps, project.frontier, project.plan):
        with pytest.raises(GapplanError, match="a plan needs a target or a budget"):
            asked()


def test_the_projects_own_frames_are_for_the_configured_target(plan: planner.Plan, shop: Path) -> None:
    pyproject = shop / "pyproject.toml"
    pyproject.write_text(f"{pyproject.read_text('utf-8')}\n[tool.gapplan]\ntarget = 70\n", "utf-8")

    configured = planner.load(shop, cache=False)

    pd.testing.assert_frame_equal(configured.options, plan.options)
    pd.testing.assert_frame_equal(configured.steps("B"), plan.steps("B"))
    pd.testing.assert_frame_equal(configured.frontier("B"), plan.frontier("B"))


def test_a_ladder_at_a_pace_says_when_each_stop_is_due(project: planner.Project) -> None:
    ladder = project.plan(70, pace="1h/week", today=date(2026, 1, 5)).ladder()

    assert str(ladder.due.dtype) == "datetime64[ns]"
    assert ladder.due.is_monotonic_increasing
    assert ladder.due.min() > pd.Timestamp(2026, 1, 5)


def test_a_budget_needs_no_target_and_is_kept(project: planner.Project) -> None:
    plan = project.plan(budget=1)

    assert plan.outcome.target is None
    assert (plan.options.effort_hours_p50 <= 1).all()
    assert len(plan.ladder()) == 0


@pytest.mark.parametrize(
    ("figure", "text"),
    [(70, "70"), (70.0, "70"), (12.5, "12.5"), (Fraction(25, 2), "12.5"), (Fraction(12), "12"), ("+2", "+2")],
)
def test_figures_may_be_numbers_or_texts(figure: float, text: str) -> None:
    assert make_goal(Ask(figure), Config()).percent == text


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (Ask(101), "more than 100"),
        (Ask("much"), "not a percent"),
        (Ask(-1), "not a percent"),
        (Ask(70, meaning="roughly"), "'roughly' is none of exact, displayed, gate"),
        (Ask(70, total="half"), "'half' is none of measured, whole-tree"),
        (Ask(70, confidence=20), "from 50 to 99"),
        (Ask(70, budget=0), "not a number of hours"),
        (Ask(70, pace="fast"), "not like 6h/week"),
        (Ask(70, ladder=[50, "x"]), "not a percent"),
        (Ask(70, stretch="x"), "not a percent"),
    ],
)
def test_figures_that_cannot_be_read_are_one_clear_error(ask: Ask, message: str) -> None:
    with pytest.raises(GapplanError, match=message):
        make_goal(ask, Config())


def test_what_is_shown_is_the_recommendation_with_its_table(plan: planner.Plan) -> None:
    shown = plan._repr_html_()

    assert "shop: 70 %" in shown
    assert "1,195 of 1,959 points" in shown
    assert "the target takes 177 more" in shown
    assert shown.count("<tr>") == 1 + len(plan.options)
    assert "Recommended: " in shown
    assert len(shown) < 8_000


def test_assumptions_are_shown(plan: planner.Plan) -> None:
    shown = plan.replan([1], "src/shop/worker", "subprocess")._repr_html_()

    assert "Assumed: 1 test done, for 102 points as forecast" in shown
    assert "no tests in src/shop/worker" in shown
    assert "doubles there for subprocess" in shown


def test_a_kept_plan_has_a_receipt_of_what_really_came(shop: Path, tmp_path: Path) -> None:
    """The tests of six files are hidden while it is planned, and run again afterwards."""
    hidden = {"test_orders", "test_pricing", "test_storage", "test_worker", "test_catalog", "test_clients"}
    before, store = _without(shop / ".coverage", tmp_path / "before.coverage", hidden), tmp_path / "store.sqlite"
    start = planner.load(shop, data=before, cache=False, store=store)
    plan = start.what_if(61, skip=["src/shop/cli", "src/shop/api"])
    key = start.save(plan, "B")

    receipt = planner.load(shop, cache=False, store=store).receipt(key[:6])

    jobs = receipt.set_index("unit").loc["JobQueue"]
    assert jobs.state == "done"
    assert 0 < jobs.own_points <= jobs.actual_points
    assert receipt.predicted_points.sum() == plan.steps("B").marginal_gain_points.sum()
    assert {each: str(receipt[each].dtype) for each in receipt} == {each.name: each.dtype for each in TASKS.columns}


def _without(data: Path, out: Path, hidden: set[str]) -> Path:
    """The data less what the tests of these files ran."""
    whole, part = CoverageData(str(data)), CoverageData(str(out))
    whole.read()
    for context in sorted(whole.measured_contexts()):
        if context.partition(".")[0] not in hidden:
            whole.set_query_context(context)
            part.set_context(context)
            part.add_arcs({file: whole.arcs(file) or [] for file in whole.measured_files()})
    part.write()
    whole.close()
    part.close()
    return out


def test_a_plan_that_takes_tests_for_done_is_not_kept(project: planner.Project, plan: planner.Plan) -> None:
    with pytest.raises(GapplanError, match="measure, load and plan again"):
        project.save(plan.replan(done=[1]))


def test_the_outcome_of_a_plan_is_not_changed_by_its_frames(plan: planner.Plan) -> None:
    frame = plan.steps("B")

    frame["marginal_gain_points"] = 0

    assert plan.steps("B").marginal_gain_points.sum() > 0
    assert replace(plan).outcome is plan.outcome
