"""What a replay found: orders side by side, project by project, and how true the forecasts were."""

from collections.abc import Iterator, Sequence

from planner.model.replay import SHARES, WON_AT, YARDSTICK, Accuracy, OrderSummary, Replay
from planner.report import words
from planner.report.page import Block, Column, Heading, Page, Sentence, Table

EXECUTORS = {
    "realistic": "Realistic: a step gets the first hidden test, in source order, that adds to what it aims at",
    "optimistic": "Optimistic: a step gets the hidden test that adds most of it per line of test code",
}


def replay_page(found: Replay) -> Page:
    """Scores of all orders, every project listed, then the accuracy of forecasts, then what was replayed."""
    splits = sum(len(project.splits) for project in found.projects)
    blocks: list[Block] = [
        Heading("Does a plan come true?", 1),
        Sentence(
            f"{words.plural(len(found.projects), 'project')}, {words.plural(splits, 'split')}: most tests are hidden, "
            "and put back one by one as each order asks for them."
        ),
        Sentence(
            f"Effort is lines of test code until {SHARES[0]}, {SHARES[1]} and {SHARES[2]} % of the gap are closed, "
            f"divided by that of {YARDSTICK} (modules by lowest percent): means over splits, medians over projects. "
            "Area is 0 for random orders and 1 for hindsight. Differences below 0.05 are noise."
        ),
    ]
    blocks.append(Sentence(_rates(found)))
    if found.is_quick:
        blocks.append(Sentence("A quick look: one split of each kind, realistic only.", "quiet"))
    for executor in dict.fromkeys(each.executor for each in found.summaries):
        blocks += _executor(executor, [each for each in found.summaries if each.executor == executor], found)
    return (*blocks, *_accuracy(found), Heading("What was replayed"), _projects(found))


def _rates(found: Replay) -> str:
    """Whether the projects had a part in the rates that they are scored with."""
    source = f"the rates of {found.rates}" if found.rates else "the shipped rates"
    held_out = sum(project.is_held_out for project in found.projects)
    if not held_out:
        return f"gapplan plans with {source}; no project took part in their fit."
    others = "" if held_out == len(found.projects) else f"; the other {len(found.projects) - held_out} took no part"
    return (
        f"gapplan plans with {source}; {held_out} of {words.plural(len(found.projects), 'project')} took part in their "
        f"fit, and each of these is planned for with rates fitted without it{others}."
    )


def _executor(executor: str, summaries: Sequence[OrderSummary], found: Replay) -> Iterator[Block]:
    yield Heading(EXECUTORS[executor])
    yield _orders(summaries)
    yield Heading(f"Effort at {SHARES[WON_AT]} % by project, {executor}", 3)
    yield _by_project(summaries, found)


def _orders(summaries: Sequence[OrderSummary]) -> Table:
    columns = [Column("order", is_name=True), Column("step aims at"), Column("planned")]
    columns += [Column(f"{share} %", is_number=True) for share in SHARES]
    columns += [Column("area", is_number=True), Column("won", is_number=True)]
    return Table(
        columns,
        [
            (
                each.order,
                each.grain,
                "once" if each.mode == "plan" else "after each test",
                *([_figure(effort) for effort in each.relative] if each.relative else ["-"] * len(SHARES)),
                _figure(each.area),
                "-" if each.order == YARDSTICK else f"{each.won} of {each.splits}",
            )
            for each in summaries
        ],
    )


def _by_project(summaries: Sequence[OrderSummary], found: Replay) -> Table:
    columns = [Column("order", is_name=True), *(Column(each.name, is_number=True) for each in found.projects)]
    rows = []
    for summary in summaries:
        known = {project.name: "-" for project in found.projects}
        known |= {name: _figure(score.relative[WON_AT]) for name, score in summary.by_project if score.relative}
        rows.append((summary.order, *known.values()))
    return Table(columns, rows)


def _accuracy(found: Replay) -> Iterator[Block]:
    if not found.pooled:
        return
    rows = [(project.name, each) for project in found.projects for each in project.accuracy]
    rows += [("all together", each) for each in found.pooled]
    yield Heading("Forecasts of single items, and what came of them")
    yield Sentence(
        "Each item is tested alone. Rank is Spearman's correlation, error the median as a share of the truth. Of the "
        "gains 80 % should lie from P10 to P90, and of the efforts 80 % up to P80."
    )
    yield _items(rows)
    yield Heading("Forecasts of whole plans, made in one go")
    yield Sentence(
        "Medians over splits of the error at the plan's end (of efforts, for steps that found a test), and how many "
        "gains lie from P10 to P90."
    )
    yield _plans(rows)


def _items(rows: Sequence[tuple[str, Accuracy]]) -> Table:
    titles = ("items", "gain: rank", "error", "P10-P90", "effort: rank", "error", "to P80")
    return Table(
        [Column("project"), Column("order", is_name=True), *(Column(title, is_number=True) for title in titles)],
        [
            (
                project,
                each.order,
                words.count(each.items),
                *(_figure(each.gain_rank), _share(each.gain_error), _share(each.gain_inside)),
                *(_figure(each.effort_rank), _share(each.effort_error), _share(each.effort_inside)),
            )
            for project, each in rows
        ],
    )


def _plans(rows: Sequence[tuple[str, Accuracy]]) -> Table:
    titles = ("error in points of %", "of the gain", "of the effort", "P10-P90")
    return Table(
        [Column("project"), Column("order", is_name=True), *(Column(title, is_number=True) for title in titles)],
        [
            (
                project,
                each.order,
                *(_figure(each.plan_points), _share(each.plan_error)),
                *(_share(each.plan_effort_error), _share(each.plan_inside)),
            )
            for project, each in rows
        ],
    )


def _projects(found: Replay) -> Table:
    columns = [Column("project"), Column("sources", is_name=True), Column("rates")]
    titles = ("statements", "covered", "tests", "splits", "too small")
    return Table(
        [*columns, *(Column(title, is_number=True) for title in titles)],
        [
            (
                each.name,
                each.source,
                "fitted without it" if each.is_held_out else "took no part",
                words.count(each.statements),
                words.percent_of(each.covered, each.statements),
                words.count(each.tests),
                words.count(len(each.splits)),
                words.count(each.skipped_splits),
            )
            for each in found.projects
        ],
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
