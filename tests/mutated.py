"""The differential oracle: every reader of gapplan on damaged files, beside what another program reads in them.

A case is a reader and a number; nothing else decides what is damaged, but for the versions of coverage.py and SQLite
that make the files. Its verdict is one of

- `equal`: the totals are those of the file as it was;
- `refused`: one of gapplan's own errors, in one line;
- `warned`: the totals differ, and a notice or a skip that was not there before says why;
- `told`: the totals differ because the damaged file says so: an independent reader (coverage.py, SQLite, `json`,
  `tomllib`, `configparser`, ElementTree, `ast`) finds the same totals in it;
- `silent`: the totals differ, and nobody says so;
- `broken`: another exception, more than one line, or more than MOST_SECONDS or MOST_BYTES.
"""

import resource
import signal
import sys
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from mutators import Mutator, seeded

from planner.errors import GapplanError

Verdict: TypeAlias = Literal["equal", "refused", "warned", "told", "silent", "broken"]

VERDICTS: tuple[Verdict, ...] = ("equal", "refused", "warned", "told", "silent", "broken")

MOST_SECONDS = 10.0

MOST_BYTES = 1024**3
"""Of the whole process at its largest."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a file: totals that can be compared, and what it says beside them."""

    totals: Hashable
    notices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was, at the place where its reader looks for it."""

    place: Path
    content: bytes


@dataclass(frozen=True, slots=True)
class Bench:
    """A reader with files to read. `truth` is the other program's totals; it raises for what that cannot read."""

    originals: tuple[Original, ...]
    read: Callable[[Path], Reading]
    truth: Callable[[Path], Hashable]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader by name, the damage that its files meet, and how its bench is built in an empty folder."""

    name: str
    mutate: Mutator
    build: Callable[[Path], Bench]


@dataclass(frozen=True, slots=True)
class Case:
    """What came of one number. `words` are the error's, the notice's, or how the totals differ."""

    reader: str
    seed: int
    verdict: Verdict
    seconds: float
    words: str = ""


class Overrun(BaseException):
    """A case took too long; no `except Exception` on the way holds it up."""


class Trial:
    """A reader's bench with what it says of the undamaged files, ready for cases."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.reader = reader
        self.bench = reader.build(folder)
        self._whole = [self._read_whole(each) for each in self.bench.originals]

    def _read_whole(self, original: Original) -> Reading:
        original.place.write_bytes(original.content)
        return self.bench.read(original.place)

    def damaged(self, seed: int) -> tuple[int, bytes]:
        """Which of the files the case is about, and its content."""
        draw = seeded(self.reader.name, seed)
        number = draw.randrange(len(self.bench.originals))
        return number, self.reader.mutate(draw, self.bench.originals[number].content)

    def run(self, seed: int) -> Case:
        """The verdict on one case."""
        number, content = self.damaged(seed)
        place = self.bench.originals[number].place
        place.write_bytes(content)
        started = time.process_time()
        try:
            with _limited():
                verdict, words = self._verdict(place, self._whole[number])
        except Overrun:
            verdict, words = "broken", f"more than {MOST_SECONDS:.0f} s"
        seconds = time.process_time() - started
        if _largest_bytes() > MOST_BYTES:
            verdict, words = "broken", f"{_largest_bytes() / 1024**2:.0f} MiB"
        return Case(self.reader.name, seed, verdict, seconds, words)

    def _verdict(self, place: Path, whole: Reading) -> tuple[Verdict, str]:
        try:
            found = self.bench.read(place)
        except GapplanError as error:
            return ("broken" if "\n" in str(error) else "refused"), str(error)
        except Exception as error:
            return "broken", f"{type(error).__name__}: {error}"
        if found.totals == whole.totals:
            return "equal", ""
        if more := sorted(found.notices - whole.notices):
            return "warned", more[0]
        try:
            truth = self.bench.truth(place)
        except Exception as error:
            return "silent", f"{found.totals}; the other program: {type(error).__name__}: {error}"[:2000]
        return ("told", "") if truth == found.totals else ("silent", f"{found.totals} but {truth}"[:2000])


@contextmanager
def _limited() -> Iterator[None]:
    """Ends what runs after MOST_SECONDS of the processor's time, where the platform can."""

    def overrun(*_: object) -> None:
        raise Overrun

    if not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, overrun)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _largest_bytes() -> int:
    """The most memory that this process has had."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of many cases of one reader."""

    reader: str
    counts: dict[Verdict, int]
    seconds: float
    slowest: float
    exceptions: tuple[Case, ...]
    """Those that were silent or broken."""

    @property
    def cases(self) -> int:
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        """Of the cases that gave totals: those that are equal, warned of, or really told by the file."""
        answered = self.cases - self.counts["refused"]
        return 1 - (self.counts["silent"] + self.counts["broken"]) / answered if answered else 1.0


def tally_of(reader: str, cases: Sequence[Case]) -> Tally:
    """The counts of all verdicts, and the cases that break the promise."""
    return Tally(
        reader=reader,
        counts={verdict: sum(case.verdict == verdict for case in cases) for verdict in VERDICTS},
        seconds=sum(case.seconds for case in cases),
        slowest=max((case.seconds for case in cases), default=0.0),
        exceptions=tuple(case for case in cases if case.verdict in ("silent", "broken")),
    )
