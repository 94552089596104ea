"""The story of a plan: measure, analyse, forecast, solve. Reports are functions of what comes out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from planner.config import parse_percent
from planner.errors import ConfigError
from planner.forecast import Grain, forecast_candidates, import_share, read_rates
from planner.git import read_churn
from planner.measure import Progress, Request, is_test_path, read_measurement, read_with_trail
from planner.model.blocked import Blockage, Repairs
from planner.model.churn import Churn
from planner.model.facts import ModuleFacts
from planner.model.measurement import Measurement, Skipped
from planner.model.option import Goalpost, Outcome
from planner.model.plan import Candidate, Forecast
from planner.model.target import Meaning, Rules, Target, Total, version_numbers
from planner.model.wish import Wish, is_match
from planner.pipeline.alternatives import find_alternatives
from planner.pipeline.doctor import find_diagnosis
from planner.pipeline.shared import Code, measured_product, product, read_code
from planner.pipeline.silence import read_silenced
from planner.solve import Field, Ground, find_ceilings, plan_mix, plan_options, recommend
from planner.solve.mend import with_mendings

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


def make_plan(request: Request, goal: Goal, progress: Progress) -> Outcome:
    """The options that lead to the goal. Raises InputError or ConfigError, one line each."""
    taken = read_with_trail(request, progress)
    measured, target = taken.measurement, _target(goal, taken.measurement)
    code = read_code(request, measured, progress, goal.wish)
    churn = _churn(request, goal.wish)
    ground = replace(_ground(_forecast(measured, code), target, goal, measured), churn=_shares(churn))
    choice = _field(ground.forecast.candidates, measured, code.facts)
    blockage = _blockage(goal.repairs, ground.forecast, measured, code)
    if blockage:
        choice, ground = with_mendings(choice, ground, blockage.mendings)
    is_open = target is None or target.shortfall(ground.today) or _lacks_required(ground)
    options = plan_options(choice, ground) if is_open else ()
    return Outcome(
        project=request.root.name,
        measurement=_with_notices(measured, code, *_about_wish(goal.wish, measured), *_about_churn(churn)),
        target=target,
        options=options,
        recommended=recommend(options, has_target=bool(target)),
        share=import_share(measured_product(measured), code.facts),
        ceilings=find_ceilings(choice, ground) if is_open else (),
        stretch=_stretch(goal, choice, ground, measured),
        budget=goal.wish.budget,
        confidence=goal.wish.confidence,
        is_calibrated=ground.forecast.is_calibrated,
        calibrated=goal.wish.calibrated,
        alternatives=find_alternatives(code, measured) if is_open else None,
        diagnosis=find_diagnosis(code, taken, _reports(goal), read_silenced(request.root)),
        blockage=blockage,
    )


def _blockage(repairs: Repairs | None, forecast: Forecast, measured: Measurement, code: Code) -> Blockage | None:
    """What stops tests, where reports of a run were given."""
    if repairs is None:
        return None
    from planner.pipeline.unblock import find_blockage  # reads tracebacks, which other plans do not need

    return find_blockage(code, measured, forecast, repairs)


def _reports(goal: Goal) -> tuple[str, ...]:
    return goal.repairs.junit if goal.repairs else ()


def make_status(request: Request, goal: Goal | None, progress: Progress) -> Outcome:
    """What was measured, in totals and apart for import-time and behaviour; with a goal, what it needs."""
    taken = read_with_trail(request, progress)
    measured = taken.measurement
    code = read_code(request, measured, progress)
    return Outcome(
        project=request.root.name,
        measurement=_with_notices(measured, code),
        target=_target(goal, measured) if goal else None,
        share=import_share(measured_product(measured), code.facts),
        diagnosis=find_diagnosis(code, taken, silenced=read_silenced(request.root)),
    )


def make_ranking(request: Request, grain: Grain, progress: Progress, wish: Wish | None = None) -> Outcome:
    """Everything uncovered, by points gained per hour, best first."""
    measured = read_measurement(request, progress)
    code = read_code(request, measured, progress, wish or Wish())
    candidates = _forecast(measured, code, grain).candidates
    ranked = sorted(candidates, key=lambda each: (-each.gain_milli / each.effort.p50, each.path, each.unit))
    return Outcome(
        project=request.root.name,
        measurement=_with_notices(measured, code),
        candidates=tuple(ranked),
    )


def _with_notices(measured: Measurement, code: Code, *more: str) -> Measurement:
    """The measurement, and what a reader must know of how the code was read and of what no plan can reach."""
    return replace(measured, notices=(*_about_tests(measured), *measured.notices, *code.notices, *more))


def _churn(request: Request, wish: Wish) -> Churn | Skipped | None:
    """Commits by file over a year, where the wish weighs by them."""
    return read_churn(request.root, until=wish.today) if wish.weights.churn else None


def _shares(churn: Churn | Skipped | None) -> dict[str, float]:
    """Path -> its commits as a share of those of the file that changed most."""
    commits = churn.commits_by_path if isinstance(churn, Churn) else {}
    most = max(commits.values(), default=1)
    return {path: count / most for path, count in commits.items()}


def _about_wish(wish: Wish, measured: Measurement) -> Iterator[str]:
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


def _about_churn(churn: Churn | Skipped | None) -> Iterator[str]:
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


def _target(goal: Goal, measured: Measurement, key: str = "target") -> Target | None:
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


def _forecast(measured: Measurement, code: Code, grain: Grain = "class") -> Forecast:
    """What can be planned, less what the user leaves out, and whether its hours are the project's own."""
    forecast = forecast_candidates(product(measured), code.facts, grain, code.around, read_rates(code.wish.rates))
    left_out = list(code.wish.leave_out)
    kept = [each for each in forecast.candidates if not any(is_match(each.path, pattern) for pattern in left_out)]
    return replace(forecast, candidates=tuple(kept), is_calibrated=code.wish.has_own_hours)


def _ground(forecast: Forecast, target: Target | None, goal: Goal, measured: Measurement) -> Ground:
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


def _lacks_required(ground: Ground) -> bool:
    return any(counts.covered_points * 100 < percent * counts.points for _, percent, counts, _ in ground.required())


def _field(candidates: tuple[Candidate, ...], measured: Measurement, facts: Mapping[str, ModuleFacts]) -> Field:
    files = (*measured.files, *measured.unmeasured)
    return Field(
        candidates,
        missing_in={file.path: file.counts.missing_points for file in files},
        is_tested={
            file.path: bool(file.executed & ~facts[file.path].import_time) for file in files if file.path in facts
        },
    )


def _stretch(goal: Goal, choice: Field, ground: Ground, measured: Measurement) -> Goalpost | None:
    """What the further target takes, by the cheapest way from today."""
    if goal.wish.stretch is None or ground.target is None:
        return None
    target = _target(replace(goal, percent=goal.wish.stretch), measured, "stretch")
    if target is None or target.percent <= ground.target.percent:
        raise ConfigError(f"stretch {goal.wish.stretch!r} must lie above the target")
    need = target.points_needed(ground.today.points)
    option = plan_mix(choice, replace(ground, target=target, wish=replace(goal.wish, options=(), ladder=())))
    more = max(0, need - ground.today.covered_points)
    return Goalpost(target, need, more, option if option.steps else None)
