"""Where a plan starts, piece by piece: target, forecast, ground, field, what stops tests, and what is to be noticed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from planner.config import parse_percent
from planner.errors import ConfigError
from planner.forecast import Grain, forecast_candidates, read_rates
from planner.measure import Request, is_test_path
from planner.model.blocked import Blockage, Repairs
from planner.model.churn import Churn
from planner.model.facts import ModuleFacts
from planner.model.measurement import Measurement, Skipped
from planner.model.option import Goalpost
from planner.model.plan import Candidate, Forecast
from planner.model.target import Meaning, Rules, Target, Total, version_numbers
from planner.model.wish import Wish, is_match
from planner.pipeline.shared import Code, measured_product, product
from planner.solve import Field, Ground, plan_mix

TELLING_SHARE = 10
"""From a tenth of all missing points on, those in test files are worth a sentence."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the user asked for: a percent as written (`12`, `+2`), its meaning, the total it is judged on, and more.

    No percent asks for the most that the wish's budget buys. `repairs` has reports of a test run, so that tests that
    are stopped may run again in place of new ones.
    """

    percent: str | None
    meaning: Meaning = "exact"
    total: Total = "measured"
    wish: Wish = field(default_factory=Wish)
    repairs: Repairs | None = None


def blockage_of(repairs: Repairs | None, forecast: Forecast, measured: Measurement, code: Code) -> Blockage | None:
    """What stops tests, where reports of a run were given."""
    if repairs is None:
        return None
    from planner.pipeline.unblock import find_blockage  # reads tracebacks, which other plans do not need

    return find_blockage(code, measured, forecast, repairs)


def reports_of(goal: Goal) -> tuple[str, ...]:
    """Reports of a test run, if any were given."""
    return goal.repairs.junit if goal.repairs else ()


def with_notices(measured: Measurement, code: Code, *more: str) -> Measurement:
    """The measurement, and what a reader must know of how the code was read and of what no plan can reach."""
    return replace(measured, notices=(*_about_tests(measured), *measured.notices, *code.notices, *more))


def find_churn(request: Request, wish: Wish) -> Churn | Skipped | None:
    """Commits by file over a year, where the wish weighs by them."""
    if not wish.weights.churn:
        return None
    from planner.git import read_churn  # starts processes, which other plans do not need

    return read_churn(request.root, until=wish.today)


def churn_shares(churn: Churn | Skipped | None) -> dict[str, float]:
    """Path -> its commits as a share of those of the file that changed most."""
    commits = churn.commits_by_path if isinstance(churn, Churn) else {}
    most = max(commits.values(), default=1)
    return {path: count / most for path, count in commits.items()}


def about_wish(wish: Wish, measured: Measurement) -> Iterator[str]:
    """What is left out, with the reasons given, and patterns that fit no file of the product."""
    files = product(measured)
    for pattern, reason in wish.leave_out.items():
        missing = [file.counts.missing_points for file in files if is_match(file.path, pattern)]
        if missing:
            yield f"left out: {pattern} ({len(missing)} file(s), {sum(missing)} points missing): {reason}"
    patterns = {
        "leave_out": list(wish.leave_out),
        "critical": list(wish.critical),
        "require": [each.pattern for each in wish.require],
        **{f"option {own.name}": list(own.modules) for own in wish.options},
    }
    for key, each in ((key, each) for key, several in patterns.items() for each in several):
        if not any(is_match(file.path, each) for file in files):
            yield f"{key}: {each} fits no source file"


def about_churn(churn: Churn | Skipped | None) -> Iterator[str]:
    """What is to be said of commits that cannot be read, or not all of them."""
    if isinstance(churn, Skipped):
        yield f"weights.churn counts for nothing here: {churn.reason}"
    elif churn and churn.shallow:
        yield f"weights.churn knows {churn.commits} commits only: the clone is shallow"


def _about_tests(measured: Measurement) -> Iterator[str]:
    """Test files count in many totals, and nobody writes tests for them: only running all of the suite covers them."""
    tests = [file.counts.missing_points for file in measured.files if is_test_path(file.path)]
    missing = sum(tests)
    if missing * TELLING_SHARE >= measured.totals.missing_points > 0:
        yield (
            f"{missing} of the {measured.totals.missing_points} missing points lie in test files, for which no test is "
            "planned: was the whole suite run, or should coverage.py omit them?"
        )


def find_target(goal: Goal, measured: Measurement, key: str = "target") -> Target | None:
    """The percent to reach, on today's total; None where only a budget is given. Raises ConfigError."""
    today = measured.totals if goal.total == "measured" else measured.whole_tree
    if not today.points:
        raise ConfigError("the data has no statements at all, so no percent can be reached")
    if goal.percent is None:
        if goal.wish.stretch is not None:
            raise ConfigError("stretch needs a target, which it lies above")
        return None
    version = version_numbers(measured.version) if measured.version else None
    rules = Rules(measured.precision, version)
    return Target(parse_percent(goal.percent, today.percent, key), goal.meaning, goal.total, rules)


def forecast_plan(measured: Measurement, code: Code, grain: Grain = "class") -> Forecast:
    """What can be planned, less what the user leaves out, and whether its hours are the project's own."""
    forecast = forecast_candidates(product(measured), code.facts, grain, code.around, read_rates(code.wish.rates))
    left_out = list(code.wish.leave_out)
    kept = [each for each in forecast.candidates if not any(is_match(each.path, pattern) for pattern in left_out)]
    return replace(forecast, candidates=tuple(kept), is_calibrated=code.wish.has_own_hours)


def make_ground(forecast: Forecast, target: Target | None, goal: Goal, measured: Measurement) -> Ground:
    """Where plans start: today's totals and files, and what importing a file would bring into them."""
    is_whole = goal.total == "whole-tree"
    files = {file.path: file.counts for file in product(measured)}
    if not is_whole:
        files = {file.path: file.counts for file in measured_product(measured)}
    return Ground(
        forecast=forecast,
        today=measured.whole_tree if is_whole else measured.totals,
        whole_tree=measured.whole_tree,
        target=target,
        entering={} if is_whole else {file.path: file.counts.points for file in measured.unmeasured},
        files=files,
        wish=goal.wish,
    )


def lacks_required(ground: Ground) -> bool:
    """Whether a requirement is not met today."""
    return any(counts.covered_points * 100 < percent * counts.points for _, percent, counts, _ in ground.required())


def make_field(candidates: tuple[Candidate, ...], measured: Measurement, facts: Mapping[str, ModuleFacts]) -> Field:
    """What options choose from: the candidates, and what is known of the files that they lie in."""
    files = (*measured.files, *measured.unmeasured)
    return Field(
        candidates,
        missing_in={file.path: file.counts.missing_points for file in files},
        is_tested={
            file.path: bool(file.executed & ~facts[file.path].import_time) for file in files if file.path in facts
        },
    )


def find_stretch(goal: Goal, choice: Field, ground: Ground, measured: Measurement) -> Goalpost | None:
    """What the further target takes, by the cheapest way from today."""
    if goal.wish.stretch is None or ground.target is None:
        return None
    target = find_target(replace(goal, percent=goal.wish.stretch), measured, "stretch")
    if target is None or target.percent <= ground.target.percent:
        raise ConfigError(f"stretch {goal.wish.stretch!r} must lie above the target")
    need = target.points_needed(ground.today.points)
    option = plan_mix(choice, replace(ground, target=target, wish=replace(goal.wish, options=(), ladder=())))
    more = max(0, need - ground.today.covered_points)
    return Goalpost(target, need, more, option if option.steps else None)
