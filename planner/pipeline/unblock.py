"""The story of unblocking: read how tests ended, find the causes, forecast what mending each gives, choose."""

from collections.abc import Mapping, Sequence
from functools import cache, partial

from planner.config import parse_percent, read_config
from planner.errors import ConfigError, NoDataError
from planner.forecast import forecast_candidates, read_rates
from planner.forecast.rerun import Coverable, find_coverable
from planner.forecast.unblock import forecast_mendings
from planner.measure import Progress, Request, is_test_path
from planner.model.blocked import Blockage, Passing, PassTarget, Repairs, Tally
from planner.model.facts import ModuleFacts
from planner.model.inventory import CollectedTest
from planner.model.measurement import Measurement, Skipped
from planner.model.plan import Effort, Forecast
from planner.model.suite import SuiteFacts
from planner.pipeline.entered import Entered
from planner.pipeline.reading import open_files
from planner.pipeline.reruns import Reruns
from planner.pipeline.shared import Code, measure_project, product
from planner.pipeline.suite import read_suite
from planner.settings.collection import read_collection_settings
from planner.solve.passes import plan_passes, recommend_passes
from planner.source.kinds import FACTS
from planner.source.read import read_text
from planner.suite.causes import Evidence, Found, find_causes
from planner.suite.collection import Collection
from planner.suite.fixtures import fixtures_used
from planner.suite.locate import locate
from planner.suite.reports import read_reports
from planner.suite.retries import settle

_MOST_NAMED = 12
"""Keys of causes in an error message."""


def make_blockage(request: Request, repairs: Repairs, progress: Progress) -> Blockage:
    """What stops tests, and what mending it gives. Raises InputError or ConfigError, one line each.

    Coverage is not needed: without any, no points are forecast.
    """
    measured, code = _measured(request, progress) or (None, _read_all(request, progress))
    return find_blockage(code, measured, _forecast(code, measured) if measured else None, repairs)


def find_blockage(code: Code, measured: Measurement | None, forecast: Forecast | None, repairs: Repairs) -> Blockage:
    """The same for a project that was measured and read already, on the forecast of a plan."""
    suites, reports = read_suite(code), read_reports([code.request.root / path for path in repairs.junit])
    entered = Entered(code.facts, _test_facts(code), fixtures_used(suites))
    outcomes = locate(reports.outcomes, _test_facts(code), filter(is_test_path, code.tree.files))
    found = find_causes(outcomes, _evidence(code, entered), reports.unnamed)
    phases = {(each.scope, each.name): each.phase for each in settle(outcomes)}
    reruns = Reruns(code, measured, phases, _collected(code, suites), entered).of(found.causes)
    _check_keys("--cause", repairs.causes, found)
    efforts, strangers = _efforts(code, found, repairs)
    today = Passing(found.tally.passed, found.tally.judged)
    ground = _ground(code, measured, forecast, found.tally)
    mendings = forecast_mendings(reruns, today, ground, efforts, repairs.causes or repairs.order)
    target = PassTarget(parse_percent(repairs.target, today.percent)) if repairs.target else None
    options = plan_passes(mendings, today, target) if target else ()
    return Blockage(
        project=code.request.root.name,
        tally=found.tally,
        mendings=mendings,
        others=tuple(each for each in found.causes if repairs.causes and each.key not in repairs.causes),
        unblamed=found.unblamed,
        skips=found.skips,
        target=target,
        options=options,
        recommended=recommend_passes(options),
        measured=measured,
        reports=repairs.junit,
        notices=(*found.notices, *reports.notices, *strangers, *code.notices),
    )


def _measured(request: Request, progress: Progress) -> tuple[Measurement, Code] | None:
    """None where no data is to be found; data that was named has to be there."""
    try:
        taken, code = measure_project(request, progress)
    except NoDataError:
        if request.data:
            raise
        return None
    return taken.measurement, code


def _read_all(request: Request, progress: Progress) -> Code:
    """The code of every Python file that is no test, for a project that was not measured."""
    files = open_files(request, progress)
    read = files.read(FACTS, [path for path in files.tree.files if not is_test_path(path)])
    facts = {path: each for path, each in read.items() if not isinstance(each, Skipped)}
    return Code(request, facts, progress, read=files)


def _forecast(code: Code, measured: Measurement) -> Forecast:
    return forecast_candidates(product(measured), code.facts, "class", code.around, read_rates(code.wish.rates))


def _test_facts(code: Code) -> dict[str, ModuleFacts]:
    return {path: each.facts for path, each in code.tests.items()}


def _collected(code: Code, suites: Mapping[str, SuiteFacts]) -> tuple[CollectedTest, ...]:
    """The tests that are written, as their runner would collect them."""
    classes = {f"{each.module}.{unit.name}": unit.bases for each in code.facts.values() for unit in each.units}
    return Collection(suites, read_collection_settings(code.request.root), classes).tests


def _evidence(code: Code, entered: Entered) -> Evidence:
    root, paths = code.request.root, code.tree.files

    return Evidence(
        product=code.facts,
        tests=code.tests,
        paths=code.tree.known,
        test_paths=frozenset(filter(is_test_path, paths)),
        fixtures={key: tuple(used) for key, used in entered.fixtures.items()},
        read=cache(partial(read_text, root)),
    )


def _ground(code: Code, measured: Measurement | None, forecast: Forecast | None, tally: Tally) -> Coverable | None:
    if measured is None or forecast is None:
        return None
    return find_coverable(forecast, product(measured), code.facts, tally.judged, read_rates(code.wish.rates))


def _efforts(code: Code, found: Found, repairs: Repairs) -> tuple[dict[str, Effort], tuple[str, ...]]:
    """The user's hours, and what is to be said of those in the configuration whose cause is not there (any more)."""
    _check_keys("--effort", list(repairs.efforts), found)
    known = {cause.key for cause in found.causes}
    configured = read_config(code.request.root).unblock.effort
    strangers = [f"unblock.effort: there is no cause {key} (any more)" for key in sorted(configured.keys() - known)]
    given = {**configured, **repairs.efforts}
    return {key: effort for key, effort in given.items() if key in known}, tuple(strangers)


def _check_keys(option: str, keys: Sequence[str], found: Found) -> None:
    """Raises ConfigError for a cause that is not there, or is named twice."""
    known = [cause.key for cause in found.causes]
    if unknown := sorted(set(keys) - set(known)):
        more = f", and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
        causes = f"the causes are {', '.join(known[:_MOST_NAMED])}{more}" if known else "nothing stops tests here"
        raise ConfigError(f"{option} {unknown[0]}: there is no such cause; {causes}")
    if len(set(keys)) < len(keys):
        raise ConfigError(f"{option}: a cause is named twice")
