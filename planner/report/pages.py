"""From an Outcome to a page: what plan, status and rank say, in the order a reader needs it."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.facts import MODULE
from planner.model.measurement import Measurement
from planner.model.percent import decimals_of, displayed_percent, gate_precision, passes_gate, percent_text
from planner.model.plan import Candidate, Option, Outcome, Step
from planner.model.target import Target, version_numbers
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table

MOST_LINES = 5
"""Of one kind of notice or skip, then "and n more"."""

FIRST_STEPS = 10


def plan_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The plan: where we are, what it takes, the options, the recommended one's steps, what is in doubt."""
    target = outcome.target
    assert target is not None
    blocks: list[Block] = [Heading(f"{outcome.project}: {target.text} %", 1), *_where_we_are(outcome)]
    blocks += _what_it_takes(outcome, target)
    if outcome.options:
        blocks += [Heading("Options"), _options_table(outcome), *_recommendation(outcome)]
        blocks += _steps(outcome, is_detailed=is_detailed)
        blocks += _ladder(outcome)
    return (*blocks, *_doubts(outcome, is_detailed=is_detailed))


def status_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The totals, their three meanings, and import-time and behaviour apart."""
    blocks: list[Block] = [Heading(outcome.project, 1), *_where_we_are(outcome), _totals_table(outcome)]
    blocks += _gate(outcome)
    if outcome.target:
        blocks += _what_it_takes(outcome, outcome.target)
    return (*blocks, *_doubts(outcome, is_detailed=is_detailed))


def rank_page(outcome: Outcome, most: int | None, *, is_detailed: bool = False) -> Page:
    """Candidates by points per hour; `most` rows, all when None; with reasons when detailed."""
    shown = outcome.candidates if most is None else outcome.candidates[:most]
    blocks: list[Block] = [Heading(f"{outcome.project}: uncovered, most points per hour first", 1)]
    blocks += [*_where_we_are(outcome), _rank_table(shown, has_reasons=is_detailed)]
    if len(shown) < len(outcome.candidates):
        blocks.append(Sentence(f"{words.count(len(outcome.candidates) - len(shown))} more with --all.", "quiet"))
    if not outcome.candidates:
        blocks.append(Sentence("Nothing that tests can be planned for is uncovered.", "good"))
    return (*blocks, *_doubts(outcome, is_detailed=is_detailed))


def _where_we_are(outcome: Outcome) -> Iterator[Block]:
    measured = outcome.measurement
    shown = displayed_percent(measured.totals.covered_points, measured.totals.points, measured.precision)
    yield Sentence(
        f"Covered: {words.count(measured.totals.covered_points)} of {words.points_in(measured.totals)}, "
        f"{words.percent(measured.totals)}; 'coverage report' shows {shown} %."
    )
    yield Sentence(f"Measured: {words.inputs_text(measured.inputs)}.", "quiet")
    if measured.whole_tree != measured.totals:
        yield Sentence(f"Whole tree: {words.percent(measured.whole_tree)} of {words.points_in(measured.whole_tree)}.")


def _what_it_takes(outcome: Outcome, target: Target) -> Iterator[Block]:
    judged = outcome.judged
    need = target.points_needed(judged.points)
    total = "the whole tree" if target.total == "whole-tree" else "what is measured"
    more = f"{words.count(need - judged.covered_points)} more" if not outcome.is_met else "met already"
    tone = "good" if outcome.is_met else "plain"
    yield Sentence(f"Target: {target.text} % {target.meaning} of {total} is {words.count(need)} points, {more}.", tone)
    displayed, gate = (target.points_needed(judged.points, meaning) for meaning in ("displayed", "gate"))
    exact = target.points_needed(judged.points, "exact")
    yield Sentence(
        f"Three meanings: exact from {words.count(exact)}, displayed from {words.count(displayed)}, "
        f"fail_under = {target.text} passes from {words.count(gate)} points.",
        "quiet",
    )


def _gate(outcome: Outcome) -> Iterator[Block]:
    measured = outcome.measurement
    if measured.fail_under is None:
        return
    text = percent_text(measured.fail_under, decimals_of(measured.fail_under))
    if measured.totals.percent >= measured.fail_under:
        yield Sentence(f"Gate: fail_under = {text} passes.", "good")
        return
    verdicts = {version: _passes_gate(measured, version) for version in dict.fromkeys((measured.version, None))}
    if len(set(verdicts.values())) == 1:
        how = "passes, but only by rounding" if verdicts[None] else "fails"
        yield Sentence(f"Gate: fail_under = {text} {how}.", "bad")
    else:
        then, now = ("passes by rounding" if verdicts[each] else "fails" for each in (measured.version, None))
        yield Sentence(
            f"Gate: fail_under = {text} {then} under coverage.py {measured.version}, which recorded the data, "
            f"and {now} from 7.17.1 on.",
            "bad",
        )


def _passes_gate(measured: Measurement, version: str | None) -> bool:
    assert measured.fail_under is not None
    numbers = version_numbers(version) if version else None
    precision = gate_precision(measured.fail_under, measured.precision, numbers)
    return passes_gate(measured.totals.covered_points, measured.totals.points, measured.fail_under, precision)


def _totals_table(outcome: Outcome) -> Table:
    measured, share = outcome.measurement, outcome.share
    rows = [("as measured", measured.totals), ("whole tree", measured.whole_tree)]
    if share:
        rows += [("import-time statements", share.import_time), ("behaviour statements", share.behaviour)]
    columns = [Column("total"), *(Column(title, is_number=True) for title in _COUNT_TITLES)]
    return Table(
        columns,
        [
            (
                name,
                words.count(each.covered_statements),
                words.count(each.statements),
                words.count(each.covered_branches),
                words.count(each.branches),
                words.percent(each),
            )
            for name, each in rows
        ],
    )


_COUNT_TITLES = ("covered", "statements", "covered exits", "exits", "percent")


def _options_table(outcome: Outcome) -> Table:
    columns = [Column(""), Column("option"), Column("reaches it")]
    columns += [Column("gain", is_number=True), Column("after", is_number=True)]
    columns += [Column("whole tree", is_number=True, drop=2), Column("import only", is_number=True, drop=1)]
    columns += [Column("hours", is_number=True), Column("steps", is_number=True)]
    goal = outcome.target.percent if outcome.target else None
    return Table(columns, [_option_row(option, goal) for option in outcome.options])


def _option_row(option: Option, goal: Fraction | None) -> tuple[str, ...]:
    return (
        option.key,
        option.name,
        words.verdict(option),
        f"+{words.count(option.points_gained)}",
        words.percent_of(option.points_after, option.points_total_after, goal),
        words.percent_of(option.whole_tree_points_after, option.whole_tree_total, goal),
        words.count(option.import_time_points),
        words.hours(option.effort) if option.points_gained else "-",
        words.plural(len(option.rungs), "rung") if option.key == "D" else words.count(len(option.steps)),
    )


def _recommendation(outcome: Outcome) -> Iterator[Block]:
    yield Sentence("Hours are P50-P80 and uncalibrated; gains are expected values.", "quiet")
    chosen = next((each for each in outcome.options if each.key == outcome.recommended), None)
    if chosen is None:
        yield Sentence("No option gains anything: there is nothing to plan tests for.", "bad")
    elif chosen.reaches_target:
        yield Sentence(
            f"Recommended: {chosen.key}, {chosen.name} ({chosen.story}): the fewest hours that reach the target.",
            "good",
        )
    else:
        yield Sentence(
            f"No option reaches the target; {chosen.key}, {chosen.name}, comes nearest and falls "
            f"{words.plural(chosen.shortfall, 'point')} short.",
            "bad",
        )
    if chosen and chosen.import_time_points * 2 > chosen.points_gained:
        yield Sentence(
            f"{words.count(chosen.import_time_points)} of its {words.plural(chosen.points_gained, 'point')} are gained "
            "by importing alone: they count, and they test no behaviour.",
            "bad",
        )


def _steps(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    for option in outcome.options:
        if option.steps and (is_detailed or option.key == outcome.recommended):
            shown = option.steps if is_detailed else option.steps[:FIRST_STEPS]
            yield Heading(f"Steps of {option.key}, {option.name}")
            yield _steps_table(shown)
            left = len(option.steps) - len(shown)
            if left:
                gained = sum(step.marginal_gain for step in option.steps[len(shown) :])
                yield Sentence(f"{words.plural(left, 'more step')}, +{words.count(gained)}, with --detail.", "quiet")


def _steps_table(steps: tuple[Step, ...]) -> Table:
    columns = [Column("", is_number=True), Column("file", is_name=True), Column("test of", is_name=True)]
    columns += [
        Column("gain", is_number=True),
        Column("import", is_number=True),
        Column("hours", is_number=True),
    ]
    return Table(
        [*columns, Column("missing lines", drop=2), Column("build first")],
        [
            (
                str(step.order),
                step.candidate.path,
                step.candidate.unit,
                f"+{words.count(step.marginal_gain)}",
                words.count(step.import_time_gain) if step.import_time_gain else "",
                words.hours(step.effort),
                shortened(step.candidate.lines_text),
                ", ".join(f"{seam.kind}: {seam.double}" for seam in step.new_seams),
            )
            for step in steps
        ],
    )


def _ladder(outcome: Outcome) -> Iterator[Block]:
    for option in outcome.options:
        if option.rungs:
            yield Heading("Ladder (D)")
            columns = [Column(title, is_number=True) for title in ("percent", "fail_under", "points", "gain", "hours")]
            yield Table(
                columns,
                [
                    (
                        f"{percent_text(rung.percent)} %",
                        percent_text(rung.fail_under, 0 if rung.fail_under.denominator == 1 else 2),
                        words.count(rung.points),
                        f"+{words.count(rung.points_gained)}",
                        words.hours(rung.effort),
                    )
                    for rung in option.rungs
                ],
            )


def _rank_table(candidates: tuple[Candidate, ...], *, has_reasons: bool) -> Table:
    columns = [Column("file", is_name=True), Column("test of", is_name=True)]
    columns += [Column("stmts", is_number=True), Column("cover", is_number=True, drop=1)]
    columns += [Column(title, is_number=True) for title in ("missing", "gain", "hours", "gain/h")]
    return Table(
        [*columns, Column("seams", fold=16), Column("because", fold=30)],
        [
            (
                each.path,
                "" if each.unit == MODULE else each.unit,
                words.count(each.statements),
                words.percent_of(each.covered_statements, each.statements) if each.statements else "-",
                words.count(each.missing),
                f"+{words.count(each.gain)}",
                words.hours(each.effort),
                f"{each.gain / each.effort.p50:.1f}",
                words.seams_text(each.seams),
                "; ".join(words.because(each)) if has_reasons else "",
            )
            for each in candidates
        ],
    )


def _doubts(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    measured = outcome.measurement
    most = None if is_detailed else MOST_LINES
    if measured.notices:
        yield Heading("Know before you believe it")
        yield Bullets(_cut(list(measured.notices), most))
    if measured.skipped:
        yield Heading(f"Skipped ({words.count(len(measured.skipped))})")
        yield Bullets(_cut([words.skipped_text(each) for each in measured.skipped], most))


def _cut(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"and {words.count(len(lines) - most)} more"]


def shortened(lines: str, most: int = 20) -> str:
    """A list of line ranges cut at a comma, with how many ranges are left out."""
    if len(lines) <= most:
        return lines
    kept = lines[: lines.rfind(", ", 0, most)]
    return f"{kept}, +{lines.count(', ') - kept.count(', ')}"
