"""What is uncovered, most points per hour first."""

from planner.model.facts import MODULE
from planner.model.option import Outcome
from planner.model.plan import Candidate
from planner.report import words
from planner.report.page import Block, Column, Heading, Page, Sentence, Table
from planner.report.pages.shared import doubts, where_we_are


def rank_page(outcome: Outcome, most: int | None, *, is_detailed: bool = False) -> Page:
    """Candidates by points per hour; `most` rows, all when None; with reasons when detailed."""
    shown = outcome.candidates if most is None else outcome.candidates[:most]
    blocks: list[Block] = [Heading(f"{outcome.project}: uncovered, most points per hour first", 1)]
    blocks += [*where_we_are(outcome), _rank_table(shown, has_reasons=is_detailed)]
    if len(shown) < len(outcome.candidates):
        blocks.append(Sentence(f"{words.count(len(outcome.candidates) - len(shown))} more with --all.", "quiet"))
    if not outcome.candidates:
        blocks.append(Sentence("Nothing that tests can be planned for is uncovered.", "good"))
    return (*blocks, *doubts(outcome, is_detailed=is_detailed))


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
                f"+{words.count(each.gain.p50)}",
                words.hours(each.effort),
                f"{each.gain.p50 / each.effort.p50:.1f}",
                words.seams_text(each.seams),
                "; ".join(words.because(each)) if has_reasons else "",
            )
            for each in candidates
        ],
    )
