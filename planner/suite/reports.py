"""Reports of test runs, whatever wrote them: JUnit XML, folders of it, and logs of pytest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from planner.errors import InputError
from planner.model.outcomes import Ending, TestOutcome
from planner.suite.junit import read_all_outcomes
from planner.suite.log import read_log


@dataclass(frozen=True, slots=True)
class Reports:
    """All outcomes in the order of the files; `unnamed` are tests of which a log tells only how many ended so.

    `notices` say what does not fit together in a log.
    """

    outcomes: tuple[TestOutcome, ...]
    unnamed: Mapping[Ending, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def read_reports(paths: Iterable[Path]) -> Reports:
    """The reports of all files; a folder stands for the JUnit files directly in it.

    Raises InputError, one line, for a file that is neither, is cut short or unsafe, and where no file is given.
    """
    outcomes: list[TestOutcome] = []
    unnamed: Counter[Ending] = Counter()
    notices: list[str] = []
    given = list(paths)
    if not given:
        raise InputError(
            "no report of a test run is given (JUnit XML, as pytest --junitxml writes it, or pytest's log)"
        )
    for path in given:
        if path.is_file() and not _is_xml(path):
            log = read_log(path)
            outcomes += log.outcomes
            unnamed.update(log.unnamed)
            notices += log.notices
        else:
            outcomes += read_all_outcomes([path])
    return Reports(tuple(outcomes), dict(unnamed), tuple(notices))


def _is_xml(path: Path) -> bool:
    """Whether the first sign of the file, in whatever encoding, begins an element."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        start = start.removeprefix(mark)
    return start.lstrip(b" \t\r\n\x00").startswith(b"<") or not start.strip()
