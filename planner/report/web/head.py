"""What the page says before any picture is drawn: the answer as the terminal gives it, in the same words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from planner.model.option import Option, Outcome
from planner.model.percent import exact_percent
from planner.model.story import Story
from planner.report import words
from planner.report.page import Block, Bullets, Heading, Page, Sentence, Table
from planner.report.pages import options_page, status_page
from planner.report.pages.alternatives import alternatives_blocks
from planner.report.pages.ladder import ladder_blocks
from planner.report.pages.mend_first import mend_first_blocks, tests_line
from planner.report.pages.shared import in_doubt, todays_totals, what_it_takes
from planner.report.pages.steps import steps_table
from planner.report.words import percent_value

FIRST_STEPS = 3
"""Tests of the recommended option that the head names; all are in the table below."""


@dataclass(frozen=True, slots=True)
class Card:
    """One figure that answers at a glance: its title, the figure, and a line of what it means."""

    title: str
    figure: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Bar:
    """Percents on one line from 0 to 100: today, the range after the recommended option, and the target, if any."""

    today: float
    low: float
    high: float
    target: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under one heading."""

    title: str
    blocks: Page


@dataclass(frozen=True, slots=True)
class Head:
    """All that the frame of the page sets. `pictures` are the keys of those that there is something to draw for."""

    title: str
    cards: tuple[Card, ...] = ()
    bar: Bar | None = None
    intro: Page = ()
    answer: Page = ()
    first_steps: Page = ()
    pictures: frozenset[str] = frozenset()
    ladder: Page = ()
    sections: tuple[Section, ...] = field(default=())


def plan_head(outcome: Outcome, story: Story) -> Head:
    """The head of a plan."""
    page = list(options_page(outcome, is_detailed=True))
    table = next((place for place, block in enumerate(page) if isinstance(block, Table)), len(page))
    answer, *rest = _split(page[table:] if table < len(page) else _from_second_heading(page))
    chosen = _chosen(outcome)
    asked = words.goal(outcome) if outcome.target else f"the most for {words.goal(outcome)}"
    takes = what_it_takes(outcome, outcome.target) if outcome.target else ()
    if outcome.alternatives:
        rest += _split(alternatives_blocks(outcome.alternatives, is_detailed=True))[1:]
    return Head(
        title=f"{outcome.project}: {asked}",
        cards=tuple(_cards(outcome, chosen)),
        bar=_bar(outcome, chosen) if chosen else None,
        intro=(*todays_totals(outcome.measurement), *in_doubt(outcome), *tests_line(outcome), *takes),
        answer=answer.blocks,
        first_steps=_first_steps(outcome, chosen) if chosen else (),
        pictures=_pictures(outcome, story),
        ladder=tuple(block for block in ladder_blocks(outcome) if not isinstance(block, Heading)),
        sections=(*rest, *_noticed(story)),
    )


def status_head(outcome: Outcome, story: Story) -> Head:
    """The head of a status: the totals, their meanings and what is in doubt."""
    title, intro, *rest = status_page(outcome, is_detailed=True)
    assert isinstance(title, Heading)
    first, *others = _split([intro, *rest])
    return Head(
        title=title.text,
        cards=tuple(_cards(outcome, None)),
        intro=first.blocks,
        pictures=_pictures(outcome, story),
        sections=(*others, *_noticed(story)),
    )


def _chosen(outcome: Outcome) -> Option | None:
    return next((each for each in outcome.options if each.key == outcome.recommended), None)


def _first_steps(outcome: Outcome, chosen: Option) -> Page:
    """What to mend, if anything, and the first tests to write."""
    blocks = mend_first_blocks(outcome, is_detailed=False)
    mendings = (Sentence(each.text) if isinstance(each, Heading) else each for each in blocks)
    return (*mendings, *([steps_table(chosen.written[:FIRST_STEPS])] if chosen.written else []))


def _cards(outcome: Outcome, chosen: Option | None) -> Iterator[Card]:
    """Where we are, what it takes, and the recommended way."""
    judged = outcome.judged
    total = f"{words.count(judged.covered_points)} of {words.points_in(judged)}"
    yield Card("Today", words.percent(judged), total)
    if outcome.target:
        short = outcome.target.shortfall(judged)
        note = f"{words.plural(short, 'point')} more" if short else "met already"
        yield Card("Target", f"{outcome.target.text} %", note, "good" if not short else "plain")
    if chosen is None:
        return
    goal = outcome.target.percent if outcome.target else None
    after = words.percent_of(chosen.points_after, chosen.points_total_after, goal)
    tone = "plain" if not outcome.target else "good" if chosen.reaches_target else "bad"
    verdict = f": {words.verdict(chosen)}" if outcome.target else ""
    yield Card("Recommended", words.label(chosen), f"leads to {after}{verdict}", tone)
    yield Card("It takes", words.hours(chosen.effort), f"{words.tests_text(chosen.tests)}, {words.calibrated(outcome)}")


def _bar(outcome: Outcome, chosen: Option) -> Bar:
    judged, total = outcome.judged, chosen.points_total_after
    low, high = (min(total, judged.covered_points + each) for each in (chosen.gain.p10, chosen.gain.p90))
    label = f"Today {words.percent(judged)}; after {words.label(chosen)}, {words.percent_of(low, total)} to "
    label += f"{words.percent_of(high, total)} (P10-P90)"
    target = outcome.target
    if target:
        label += f"; target {target.text} %"
    return Bar(
        today=percent_value(judged.percent),
        low=percent_value(exact_percent(low, total)),
        high=percent_value(exact_percent(high, total)),
        target=percent_value(target.percent) if target else None,
        label=label,
    )


def _pictures(outcome: Outcome, story: Story) -> frozenset[str]:
    has = {
        "frontier": bool(story.routes),
        "code": any(each.counts.missing_points for each in story.code),
        "steps": any(each.steps for each in outcome.options),
        "ladder": any(each.rungs for each in outcome.options),
        "imports": bool(story.imports.nodes),
        "burnup": bool(story.moments),
    }
    return frozenset(key for key, there in has.items() if there)


def _from_second_heading(page: list[Block]) -> list[Block]:
    places = [place for place, block in enumerate(page) if isinstance(block, Heading) and block.level > 1]
    return page[places[0] :] if places else []


def _split(page: Sequence[Block]) -> list[Section]:
    """What stands before the first heading, with no title, then a section for each."""
    found: list[tuple[str, list[Block]]] = [("", [])]
    for block in page:
        if isinstance(block, Heading):
            found.append((block.text, []))
        else:
            found[-1][1].append(block)
    return [Section(title, tuple(blocks)) for title, blocks in found]


def _noticed(story: Story) -> Iterator[Section]:
    if story.notices:
        yield Section("Of the pictures", (Bullets(story.notices),))
