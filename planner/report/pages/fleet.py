"""A plan over many repositories: the goals, what falls to which component and team, and the first tests."""

from collections.abc import Iterator, Sequence
from math import floor

from planner.model.facts import MODULE
from planner.model.fleet import Fleet, FleetGoal, Share, TeamShare, Work
from planner.model.plan import Effort
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table
from planner.report.pages.shared import MOST_LINES, cut

FIRST_TESTS = 10
"""Tests that are shown; the others with --detail."""

FIRST_ROWS = 25
"""Components and teams that are shown, most hours first; the others with --detail."""

LEAST_SAVED = 0.1
"""Hours: what is less is nothing to speak of."""


def fleet_page(found: Fleet, *, is_detailed: bool = False) -> Page:
    """At a glance first; then goals, components, teams, the tests that gain most, and doubts."""
    blocks: list[Block] = [Heading(f"{found.name}: {_asked(found)}", 1), *_glance(found)]
    blocks += _goals(found, is_detailed=is_detailed)
    blocks += _components(found, is_detailed=is_detailed)
    blocks += _teams(found, is_detailed=is_detailed)
    blocks += _tests(found, is_detailed=is_detailed)
    return (*blocks, *_rest(found, is_detailed=is_detailed))


def _asked(found: Fleet) -> str:
    whole = next((goal for goal in found.goals if goal.kind == "whole"), None)
    if whole:
        what = f"{whole.target.text} % of {words.plural(len(found.shares), 'component')}"
    elif found.goals:
        what = f"{words.plural(len(found.goals), 'goal')} over {words.plural(len(found.shares), 'component')}"
    else:
        what = f"the most of {words.plural(len(found.shares), 'component')}"
    return what if found.budget is None else f"{what} within {words.plain(words.written(found.budget))} h"


def _glance(found: Fleet) -> Iterator[Block]:
    today = found.today
    yield Sentence(f"Covered: {words.count(today.covered_points)} of {words.points_in(today)}, {words.percent(today)}.")
    if found.skipped:
        missing = f"{words.count(len(found.skipped))} of FLEET.toml's components or teams, named below"
        yield Sentence(f"Not planned for: {missing}. No figure here counts them.", "bad")
    if found.goals and all(goal.is_met for goal in found.goals):
        yield Sentence("Every goal is met already: nothing has to be written.", "good")
    elif not found.steps:
        yield Sentence("No test is known that leads there.", "bad")
    else:
        yield _plan(found)
    yield from _beside(found)
    low = [share for share in found.shares if share.findings]
    if low:
        which = words.listed([share.name for share in low], most=MOST_LINES)
        yield Sentence(f"In doubt: the doctor finds something in {which}; see gapplan -C ROOT doctor.", "bad")


def _plan(found: Fleet) -> Sentence:
    work, gain = found.work, found.gain
    shares = sum(1 for share in found.shares if share.work.tests)
    reached = sum(1 for goal in found.goals if goal.is_reached)
    where = f"{words.plural(work.tests, 'test')} in {words.plural(shares, 'component')}"
    gained = f"+{words.count(gain.p50)} points (P10-P90 {words.count(gain.p10)}-{words.count(gain.p90)})"
    reaches = f"; it reaches {reached} of {words.plural(len(found.goals), 'goal')}" if found.goals else ""
    tone = "good" if reached == len(found.goals) else "bad"
    return Sentence(f"Plan: {where}, {words.hours(work.effort)}, {gained}{reaches}.{_proof(found)}", tone)


def _proof(found: Fleet) -> str:
    """How near the best way it provably is."""
    if found.bound_gap is None:
        return ""
    if found.budget is None and not found.bound_gap:
        return " No set of these tests does it in less."
    least = f"{floor((1 - words.written(found.bound_gap)) * 1000) / 10:.1f} %"
    if found.budget is None:
        return f" Proven: no set of these tests does it in less than {least} of these hours."
    return f" Proven: at least {least} of what the best choice within the hours gains or saves."


def _beside(found: Fleet) -> Iterator[Block]:
    """The same targets for each component on its own."""
    if found.alone is None:
        return
    alone = f"{words.hours(found.alone.effort)}, +{words.count(found.alone.points)} points"
    far = ""
    if found.lagging:
        far = f"; {words.listed([share.name for share in found.lagging], most=MOST_LINES)} cannot get there"
    saved = "That does not reach every goal." if found.saved is None else f"Sharing out saves {_saved(*found.saved)}."
    yield Sentence(f"The same percent for each component on its own: {alone}{far}. {saved}")


def _saved(at_p50: float, at_p80: float) -> str:
    low, high = sorted((at_p50, at_p80))
    return words.hours(Effort(low, high)) if high >= LEAST_SAVED else "nothing"


# Goals


def _goals(found: Fleet, *, is_detailed: bool) -> Iterator[Block]:
    if not found.goals:
        return
    yield Heading("Goals")
    columns = [Column("of", is_name=True, fold=24), Column("today", is_number=True), Column("target", is_number=True)]
    columns += [Column("lacks", is_number=True), Column("after", is_number=True), Column("chance", is_number=True)]
    columns += [Column("reached"), Column("at most", is_number=True, drop=1)]
    shown = found.goals if is_detailed else _first(found.goals)
    yield Table(columns, [_goal(goal) for goal in shown])
    if len(shown) < len(found.goals):
        yield Sentence(f"{words.plural(len(found.goals) - len(shown), 'more goal')} with --detail.", "quiet")
    beyond = [goal for goal in found.goals if not goal.is_planned]
    if beyond and any(goal.is_planned for goal in found.goals):
        names = words.listed([_of(goal) for goal in beyond], most=MOST_LINES)
        yield Sentence(f"Out of reach and left out of the plan: {names}.", "bad")


def _first(goals: Sequence[FleetGoal]) -> list[FleetGoal]:
    """Those that are not reached before the others, as many as are shown."""
    return sorted(goals, key=lambda goal: goal.is_reached)[:FIRST_ROWS] if len(goals) > FIRST_ROWS else list(goals)


def _goal(goal: FleetGoal) -> tuple[str, ...]:
    target = goal.target
    return (
        _of(goal),
        words.percent(goal.today),
        f"{target.text} %" + ("" if target.meaning == "exact" else f" {target.meaning}"),
        words.count(target.shortfall(goal.today)),
        words.percent_of(goal.points_after, goal.points_total_after, target.percent),
        f"{floor(words.written(goal.probability) * 100)} %",
        _verdict(goal),
        words.percent_of(goal.ceiling, goal.ceiling_total, target.percent),
    )


def _of(goal: FleetGoal) -> str:
    return "everything" if goal.kind == "whole" else f"team {goal.name}" if goal.kind == "team" else goal.name


def _verdict(goal: FleetGoal) -> str:
    if goal.is_met:
        return "met already"
    if goal.is_reached:
        return "yes"
    if goal.is_out_of_reach:
        return "out of reach"
    return "no plan is sure enough" if not goal.is_planned else "no"


# Components and teams


def _components(found: Fleet, *, is_detailed: bool) -> Iterator[Block]:
    yield Heading("Components")
    columns = [Column("component", is_name=True, fold=28), Column("points", is_number=True, drop=2)]
    columns += [Column("today", is_number=True), Column("after", is_number=True), Column("tests", is_number=True)]
    columns += [Column("gain", is_number=True), Column("hours", is_number=True), Column("on its own", is_number=True)]
    columns += [Column("builds", drop=1, fold=24)]
    rows = [_component(share) for share in _busiest(found.shares, is_detailed=is_detailed)]
    yield Table(columns, [*rows, _sum(found)] if len(found.shares) > 1 else rows).without_empty()
    yield from _hidden(len(found.shares) - len(rows), "component")


def _component(share: Share) -> tuple[str, ...]:
    work = share.work
    return (
        share.name,
        words.count(share.today.points),
        words.percent(share.today),
        words.percent_of(share.today.covered_points + work.points, share.total_after),
        *_cells(work),
        _on_its_own(share),
        ", ".join(each.seam.double for each in share.new_seams),
    )


def _cells(work: Work) -> tuple[str, str, str]:
    if not work.tests:
        return "", f"+{words.count(work.points)}" if work.points else "", "-"
    return words.count(work.tests), f"+{words.count(work.points)}", words.hours(work.effort)


def _on_its_own(share: Share) -> str:
    if share.alone is None:
        return ""
    if share.reaches_alone is False:
        return "out of reach"
    return words.hours(share.alone.effort) if share.alone.tests else "-"


def _sum(found: Fleet) -> tuple[str, ...]:
    covered = found.today.covered_points + found.work.points
    total = sum(share.total_after for share in found.shares)
    alone = words.hours(found.alone.effort) if found.alone and not found.lagging else ""
    today = words.count(found.today.points), words.percent(found.today), words.percent_of(covered, total)
    return ("all", *today, *_cells(found.work), alone, "")


def _busiest(shares: Sequence[Share], *, is_detailed: bool) -> Sequence[Share]:
    """In the order of FLEET.toml; of many those with most hours."""
    if is_detailed or len(shares) <= FIRST_ROWS:
        return shares
    return sorted(shares, key=lambda each: (-each.work.effort.p50, each.name))[:FIRST_ROWS]


def _teams(found: Fleet, *, is_detailed: bool) -> Iterator[Block]:
    if not found.teams:
        return
    yield Heading("Teams")
    columns = [Column("team", is_name=True, fold=28), Column("files", is_number=True, drop=1)]
    columns += [Column("in", is_number=True, drop=2), Column("today", is_number=True)]
    columns += [Column("tests", is_number=True), Column("gain", is_number=True), Column("hours", is_number=True)]
    columns += [Column("on its own", is_number=True)]
    teams = sorted(found.teams, key=lambda each: (-each.work.effort.p50, each.name))
    shown = teams if is_detailed else teams[:FIRST_ROWS]
    yield Table(columns, [_team(each) for each in shown]).without_empty()
    yield from _hidden(len(teams) - len(shown), "team")
    yield Sentence("Tests are those aimed at the team's files; a file with several owners counts for each.", "quiet")


def _team(team: TeamShare) -> tuple[str, ...]:
    alone = team.alone
    return (
        team.name,
        words.count(team.files),
        words.plural(team.components, "component"),
        words.percent(team.today),
        *_cells(team.work),
        "" if alone is None else words.hours(alone.effort) if alone.tests else "-",
    )


def _hidden(hidden: int, noun: str) -> Iterator[Block]:
    if hidden > 0:
        yield Sentence(f"{words.plural(hidden, f'more {noun}')} with --detail.", "quiet")


# Tests


def _tests(found: Fleet, *, is_detailed: bool) -> Iterator[Block]:
    if not found.steps:
        return
    shown = found.steps if is_detailed else found.steps[:FIRST_TESTS]
    yield Heading("Tests" if len(shown) == len(found.steps) else "First tests")
    columns = [Column("no.", is_number=True), Column("component", is_name=True, fold=20)]
    columns += [Column("file", is_name=True, fold=36), Column("aim", is_name=True, fold=28)]
    columns += [Column("gain", is_number=True), Column("hours", is_number=True), Column("builds", drop=1, fold=24)]
    columns += [Column("team", is_name=True, drop=2, fold=20)]
    rows = [
        (
            words.count(each.order),
            each.component,
            each.step.candidate.path,
            "its import" if each.step.candidate.unit == MODULE else each.step.candidate.unit,
            f"+{words.count(each.step.marginal_gain)}",
            words.hours(each.step.effort),
            ", ".join(seam.double for seam in each.step.new_seams),
            ", ".join(each.teams),
        )
        for each in shown
    ]
    yield Table(columns, rows).without_empty()
    yield from _hidden(len(found.steps) - len(shown), "test")


# What else there is to know


def _rest(found: Fleet, *, is_detailed: bool) -> Iterator[Block]:
    plain = sum(1 for share in found.shares if not share.is_calibrated)
    if plain:
        of = "" if plain == len(found.shares) else f" in {plain} of {words.plural(len(found.shares), 'component')}"
        yield Sentence(f"Hours are uncalibrated{of}.", "quiet")
    if found.skipped:
        yield Heading(f"Not planned for ({words.count(len(found.skipped))})")
        lines = [f"{each.path}: {each.reason}" for each in found.skipped]
        yield Bullets(cut(lines, is_detailed=is_detailed))
    files = [(name, each) for name, several in (found.details or {}).items() for each in several]
    if files:
        yield Heading(f"Skipped files ({words.count(len(files))})")
        yield Bullets(cut([f"{name}: {words.skipped_text(each)}" for name, each in files], is_detailed=is_detailed))
    if found.notices:
        yield Heading("Know before you believe it")
        yield Bullets(cut(list(found.notices), is_detailed=is_detailed))
