"""The totals, the gate, and import-time and behaviour apart."""

from collections.abc import Iterator

from planner.model.measurement import Measurement
from planner.model.option import Outcome
from planner.model.percent import decimals_of, gate_precision, passes_gate, percent_text
from planner.model.target import version_numbers
from planner.report import words
from planner.report.page import Block, Column, Heading, Page, Sentence, Table
from planner.report.pages.shared import doubts, what_it_takes, where_we_are


def status_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The totals, their three meanings, and import-time and behaviour apart."""
    blocks: list[Block] = [Heading(outcome.project, 1), *where_we_are(outcome), _totals_table(outcome)]
    blocks += _gate(outcome)
    if outcome.target:
        blocks += what_it_takes(outcome, outcome.target)
    return (*blocks, *doubts(outcome, is_detailed=is_detailed))


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


_COUNT_TITLES = ("covered", "statements", "covered exits", "exits", "percent")


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
