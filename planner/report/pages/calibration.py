"""What calibration found: each constant as shipped and as refitted, the verdict, and the lines to paste."""

from collections.abc import Iterator

from planner.model.calibration import Calibration, Refit
from planner.report import words
from planner.report.page import Block, Code, Column, Heading, Page, Sentence, Table

VERDICTS = {
    "taken": "taken",
    "no cases": "kept as shipped: no cases",
    "too few": "kept as shipped: too few to judge",
    "no better": "kept as shipped: no better on held-out cases",
    "noise": "kept as shipped: better by less than its noise",
    "does not carry over": "kept as shipped: no guide to new tests (replay of eight projects)",
}


def calibration_page(found: Calibration) -> Page:
    """What was read, the constants with their verdicts, and what to set."""
    return (
        Heading(f"{found.project}: calibration", 1),
        Sentence(_read(found)),
        Heading("Constants"),
        _constants(found.refits),
        Sentence(
            "Own is what the project's cases say alone; refit lies between it and what is shipped, the nearer to "
            "shipped the fewer the cases. Errors are means over cases that the refit had not seen, of "
            "|ln(actual / forecast)|. A refit is taken when its error is lower by more than one standard error.",
            "quiet",
        ),
        *_settings(found),
    )


def _read(found: Calibration) -> str:
    if found.tests:
        how = "recorded" if found.is_recorded else "read, not run"
        tests = f"{words.plural(found.tests, 'test')} in {words.plural(found.files, 'file')} ({how})"
    else:
        tests = "no tests"
    plans = f", {words.plural(found.plans, 'plan')} replayed" if found.is_recorded else ""
    return f"From {tests}{plans} and {words.plural(found.receipts, 'receipt') if found.receipts else 'no receipts'}."


def _constants(refits: tuple[Refit, ...]) -> Table:
    titles = ("shipped", "own", "refit", "cases", "held out", "error shipped", "error refit")
    columns = [
        Column("constant", is_name=True),
        *(Column(title, is_number=True, drop=_DROP[title]) for title in titles),
    ]
    return Table([*columns, Column("verdict", fold=24)], [_row(each) for each in refits])


_DROP = {"shipped": 0, "own": 2, "refit": 0, "cases": 1, "held out": 3, "error shipped": 0, "error refit": 0}
"""Which columns go first where the width does not suffice."""


def _row(each: Refit) -> tuple[str, ...]:
    return (
        each.name,
        _figure(each.shipped),
        _figure(each.own),
        _figure(each.shrunk),
        words.plural(each.cases, each.of) if each.cases else "-",
        words.plural(each.held_out, each.held_out_of) if each.held_out_of and each.held_out else "-",
        _error(each.before),
        _error(each.after),
        VERDICTS[each.verdict],
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _error(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _settings(found: Calibration) -> Iterator[Block]:
    yield Heading("What to set")
    if not found.taken:
        yield Sentence("Nothing: no figure of its own is known to forecast this project better than what is shipped.")
        return
    yield Sentence("For pyproject.toml, in place of what earlier calibrations wrote:")
    yield Code("\n".join(setting_lines(found)), "toml")
    if found.has_shipped_hours:
        yield Sentence("Hours stay uncalibrated: lines_per_hour is as shipped.", "quiet")


def setting_lines(found: Calibration) -> list[str]:
    """The lines of `[tool.gapplan.rates]`; none where nothing is taken."""
    if found.calibrated is None:
        return []
    settings = (f"{name} = {value}" for name, value in found.settings)
    return ["[tool.gapplan.rates]", f'calibrated = "{words.calibrated_text(found.calibrated)}"', *settings]
