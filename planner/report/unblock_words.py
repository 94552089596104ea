"""How causes, pass rates and places of blocked tests read, shared by the pages that show them."""

from collections.abc import Mapping

from planner.model.blocked import Blockage, BlockedTest, Cause, Definition, Frame, Mending, Passing, PassTarget
from planner.model.outcomes import Phase
from planner.model.percent import percent_text
from planner.report import words

MOST_MESSAGE = 160
"""Characters of an error message; all of it stands under --detail."""

MOST_DEFINITIONS = 3


def passing_text(now: Passing) -> str:
    """`4,054 of 6,424 tests pass, 63.10 %`."""
    verb = "passes" if now.judged == 1 else "pass"
    return f"{words.count(now.passed)} of {words.plural(now.judged, 'test')} {verb}, {rate_text(now)}"


def rate_text(now: Passing) -> str:
    """The pass rate with two decimals, never up to where a whole percent would look met before it is."""
    return f"{percent_text(now.percent)} %"


def target_text(target: PassTarget) -> str:
    """`65 %`, as it was asked for."""
    return words.exact(target.percent)


def share_text(tests: int, of: int) -> str:
    """The share of what fails: `51.7 %`, `< 0.1 %`."""
    share = percent_text(Passing(tests, of).percent, 1)
    return "< 0.1 %" if tests and share == "0.0" else f"{share} %"


def tests_text(each: Mending) -> str:
    """The tests blocked; where files could not be imported, how many are written in them: `2 (92)`."""
    blocked = each.cause.tests_blocked
    return words.count(blocked) + (f" ({words.count(each.runs_again)})" if each.runs_again != blocked else "")


def place_text(place: Frame) -> str:
    """`tests/conftest.py:12`."""
    return f"{place.path}:{place.line}" if place.line else place.path


def test_text(test: BlockedTest) -> str:
    """`tests/test_shop.py::TestDesk.test_sells`, or scope and name where the function was not found."""
    name = test.name or "(the file)"
    return f"{test.path}::{name}" if test.path else f"{test.scope}.{name}" if test.scope else name


def short_text(cause: Cause) -> str:
    """`missing-column (schema): 9 tests`, `no-module-click (environment): 2 test files`."""
    return f"{cause.key} ({cause.kind}): {blocked_text(cause)}"


def blocked_text(cause: Cause) -> str:
    """`9 tests`; a test file that could not be imported counts as one test of the report."""
    return words.plural(cause.tests_blocked, "test file" if cause.phase == "collection" else "test")


def cause_text(cause: Cause) -> str:
    """What the cause is: its message, its phase, and all that is known of where it lies."""
    said = (
        f"{cause.exception}: {cause.message}" if cause.exception and cause.message else cause.message or cause.exception
    )
    parts = [f"{short_text(cause)}{_PHASES[cause.phase]}: {shortened(said)}"]
    if cause.messages > 1:
        parts.append(f"{words.count(cause.messages)} different messages, one cause")
    if cause.fixture:
        parts.append(f"fixture {cause.fixture}")
    if cause.definitions:
        parts.append(f"defined: {_definitions(cause.definitions)}")
    if cause.first_place:
        parts.append(f"look first at {place_text(cause.first_place)}")
    return "; ".join(parts)


_PHASES: Mapping[Phase, str] = {
    "collection": " not imported",
    "setup": " in set-up",
    "call": "",
    "teardown": " in teardown",
}


def _definitions(found: tuple[Definition, ...]) -> str:
    return words.listed([f"{each.name} at {each.path}:{each.line}" for each in found], most=MOST_DEFINITIONS)


def shortened(text: str) -> str:
    """A message cut to what a line holds."""
    return text if len(text) <= MOST_MESSAGE else f"{text[: MOST_MESSAGE - 3]}..."


def units_text(found: Blockage) -> str:
    """How the figures of the table are meant, and what they rest on."""
    given = sum(each.is_given for each in found.mendings)
    hours = "Hours are P50-P80 by kind of cause and uncalibrated; set your own with --effort CAUSE=2h."
    if given:
        hours = f"Hours are P50-P80 by kind of cause and uncalibrated; {words.count(given)} of them yours."
    if given == len(found.mendings):
        hours = "Hours are yours."
    points = "" if found.measured is None else " Points (P50) are those beyond the mendings before."
    written = any(each.uncounted for each in found.mendings)
    files = (
        " In brackets: tests written in files that could not be imported, which no report counts." if written else ""
    )
    return f"{hours}{points}{files}"
