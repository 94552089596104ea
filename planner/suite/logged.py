"""One run of a log put together: its progress lines, its summary and its sections tell of the same tests."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from planner.model.outcomes import Ending, Phase, TestOutcome
from planner.suite.causes.traces import read_trace
from planner.suite.junit import MAX_DETAILS, MAX_NAME
from planner.suite.reasons import reason_of

MAX_LINES = 4000
"""Lines of one traceback that are kept, the last ones."""

_ASKED = re.compile(r"ERROR at (setup|teardown) of (.{1,3800})")
_COLLECTING = "ERROR collecting "
_PLACE = re.compile(r"(\S.{0,500}?\.py):\d{1,9}: ?")


@dataclass(slots=True)
class Ended:
    """One test of a run, as far as it is known. `node` is its id: `tests/test_shop.py::TestDesk::test_sells[1]`."""

    node: str
    ending: Ending
    phase: Phase = "call"
    message: str = ""
    details: str = ""


@dataclass(slots=True)
class Section:
    """What stands under `____ TestDesk.test_sells ____`; `part` is the rule above, FAILURES or ERRORS."""

    part: str
    head: str
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LINES))

    @property
    def phase(self) -> Phase:
        if self.head.startswith(_COLLECTING):
            return "collection"
        asked = _ASKED.match(self.head)
        return "call" if not asked else "setup" if asked[1] == "setup" else "teardown"

    @property
    def name(self) -> str:
        """The test's name, or the file that could not be collected."""
        asked = _ASKED.match(self.head)
        return asked[2] if asked else self.head.removeprefix(_COLLECTING)

    @property
    def text(self) -> str:
        """The traceback; of a long one the end."""
        return "\n".join(self.lines).strip("\n")[-MAX_DETAILS:]


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of one run, and how many tests it counted that have no name in the log.

    `surplus` are the tests that the log names beyond those it counts. `is_counted` tells whether it counts them at all.
    """

    outcomes: tuple[TestOutcome, ...]
    unnamed: Mapping[Ending, int]
    surplus: int = 0
    is_counted: bool = True


def parted(text: str) -> tuple[str, str]:
    """The id and the message of a summary line; parameters may hold what stands between the two."""
    before, dash, after = text.partition(" - ")
    if dash and "[" in before and "]" not in before:
        inside, end, after = text.partition("] - ")
        return (f"{inside}]", after) if end else (text, "")
    return before, after


def joined(
    seen: Iterable[Ended], summed: Sequence[Ended], sections: Sequence[Section], counted: Mapping[Ending, int]
) -> Run:
    """The tests of one run, each ending once."""
    known = {(each.node, each.ending): each for each in seen}
    has_skips = any(ending == "skipped" for _, ending in known)
    for each in summed:
        if each.ending != "skipped" or not has_skips:
            known[each.node, each.ending] = each
    seconds = _explain(known, sections)
    _drop_passes(known)
    named = Counter(ending for _, ending in known)
    unnamed = {ending: counted.get(ending, 0) - named[ending] for ending in counted}
    if "error" in unnamed:
        unnamed["error"] -= seconds
    if "passed" in unnamed:
        unnamed["passed"] -= sum(_is_late(each, known) for each in known.values())
    outcomes = tuple(map(_outcome, known.values()))
    ended = Counter(each.ending for each in outcomes)
    surplus = sum(max(0, number - counted.get(ending, 0)) for ending, number in ended.items()) if counted else 0
    missing = {ending: number for ending, number in unnamed.items() if number > 0}
    return Run(outcomes, missing, surplus, bool(counted))


def _explain(known: dict[tuple[str, Ending], Ended], sections: Iterable[Section]) -> int:
    """Gives each section to its test: those of one name come in the order of the summary.

    Returned are the sections of tests that have one already: set-up failed, and then clearing up did, too.
    """
    seconds = 0
    waiting: dict[tuple[Ending, str], deque[Ended]] = defaultdict(deque)
    for each in known.values():
        waiting[each.ending, _head(each.node)].append(each)
    for section in sections:
        ending: Ending = "failed" if section.part == "FAILURES" else "error"
        is_known = (ending, section.name) in waiting
        queue = waiting[ending, section.name]
        if queue:
            ended = queue.popleft()
        elif is_known and section.phase == "teardown":
            seconds += 1
            continue
        else:
            ended = Ended(_node(section), ending)
            known[ended.node, ending] = ended
        ended.phase, ended.details = section.phase, section.text
    return seconds


def _drop_passes(known: dict[tuple[str, Ending], Ended]) -> None:
    """A test that passed and could not clear up is an error, as in JUnit XML."""
    for node, ending in list(known):
        if ending == "error" and (node, "passed") in known:
            del known[node, "passed"]
            known[node, ending].phase = "teardown"


def _is_late(ended: Ended, known: Mapping[tuple[str, Ending], Ended]) -> bool:
    """Whether pytest counts the test among the passed, too."""
    return ended.phase == "teardown" and ended.ending == "error" and (ended.node, "failed") not in known


def _head(node: str) -> str:
    """The id as the sections name it: without the file, dots between class and test."""
    plain, bracket, values = node.partition("[")
    _, _, inside = plain.partition("::")
    return f"{inside.replace('::', '.')}{bracket}{values}" if inside else node


def _node(section: Section) -> str:
    """The id of a test that only its section names: the first file of the traceback is the test's own."""
    if section.phase == "collection":
        return section.name
    plain, bracket, values = section.name.partition("[")
    path = next((found[1] for line in section.lines if (found := _PLACE.match(line))), "")
    return f"{path}::{plain.replace('.', '::')}{bracket}{values}"


def _outcome(ended: Ended) -> TestOutcome:
    path, scope, name = _named(ended.node)
    phase: Phase = "collection" if ended.ending == "error" and not scope else ended.phase
    if ended.ending in ("passed", "skipped", "xfailed"):
        return TestOutcome(name, scope, ended.ending, path, message=ended.message)
    tag = "failure" if ended.ending == "failed" else "error"
    said = "collection failure" if phase == "collection" and ended.details else ended.message
    reason = reason_of(
        tag, "", "" if ended.details and phase != "collection" else said, ended.details, f"{scope}.{name}"
    )
    message, kind = _raised(ended) or (reason.message or ended.message, reason.kind)
    return TestOutcome(name, scope, ended.ending, path, None, None, phase, kind, message, ended.details)


def _raised(ended: Ended) -> tuple[str, str] | None:
    """Message and type of the last exception of the traceback."""
    chain = read_trace(ended.details)
    return (chain[-1].message, chain[-1].exception) if chain and chain[-1].exception else None


def _named(node: str) -> tuple[str | None, str, str]:
    """File, scope and name as pytest writes them into JUnit XML."""
    plain, bracket, values = node[:MAX_NAME].partition("[")
    path, *inner = plain.split("::")
    dotted = path.removesuffix(".py").replace("\\", "/").replace("/", ".")
    if not inner:
        return path, "", f"{dotted}{bracket}{values}"
    return path.replace("\\", "/") or None, ".".join([dotted, *inner[:-1]]).strip("."), f"{inner[-1]}{bracket}{values}"
