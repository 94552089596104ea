"""Many files, each read and parsed once for all that is asked of it; what is known from the last run is not asked."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from planner.model.measurement import Skipped
from planner.source.cache import Kept, facts_key, unpacked, written
from planner.source.kinds import Kind
from planner.source.names import module_name
from planner.source.read import read_source
from planner.source.text import Text
from planner.spread import HERE, Spread, mapped

Found = TypeVar("Found")

Progress = Callable[[Iterable[str], str], Iterable[str]]

SECONDS_PER_BYTE = 5e-7
"""CPU time to find shape and facts: 2.7 s for the 5.3 MB of Django 5.1."""

TEXTS_AT_A_TIME = 64
"""Unpacked in one go while workers find more."""


@dataclass(frozen=True, slots=True)
class Job:
    """The bytes of a file, its place, and the kinds that are to be found in it; `key` is for the cache."""

    source: bytes
    path: str
    module: str
    kinds: tuple[Kind[Any], ...]
    key: str = ""

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return len(self.source) * SECONDS_PER_BYTE


def examine(job: Job) -> tuple[object, ...]:
    """What the text says, kind by kind: a value of that kind, or a Skipped. It is parsed once."""
    text = Text(job.source, job.path, job.module)
    return tuple(kind.find(text) for kind in job.kinds)


def examine_apart(job: Job) -> tuple[str | Skipped, ...]:
    """The same as JSON, as it is kept, in another process: instances take three times as long on their way.

    A Skipped that tells of the moment is not to be kept, and comes as it is.
    """
    found = zip(job.kinds, examine(job), strict=True)
    return tuple(written(kind, each) or cast("Skipped", each) for kind, each in found)


class Library:
    """The files below `root`. `known` are the paths of the tree, `folder` is where to keep what was found, if anywhere.

    A file that cannot be read is Skipped for every kind.
    """

    def __init__(
        self,
        root: Path,
        known: Set[str],
        folder: Path | None = None,
        progress: Progress = lambda paths, _: paths,
        spread: Spread = HERE,
    ) -> None:
        self._root, self._known, self._folder = root, known, folder
        self._progress, self._spread = progress, spread
        self._kept: dict[str, Kept[Any]] = {}
        self._found: dict[tuple[str, str], tuple[str, object]] = {}

    def read(
        self,
        kind: Kind[Found],
        paths: Iterable[str],
        *,
        label: str = "",
        known: Set[str] | None = None,
        also: Callable[[str], Sequence[Kind[Any]]] = lambda _: (),
    ) -> dict[str, Found | Skipped]:
        """Path -> what each file says of that kind, in the order of `paths`, in a loop with a label.

        `known` are the paths to tell packages by, if not those of the tree. `also` are further kinds that are wanted of
        the file at a path later: they are found in the same reading.
        """
        wanted = list(paths)
        modules = {path: module_name(path, self._known if known is None else known) for path in wanted}
        new = [path for path in wanted if self._found.get((kind.name, path), ("",))[0] != modules[path]]
        if new or not wanted:
            kinds = {path: (kind, *also(path)) for path in new}
            self._load(kinds)
            self._examine(self._jobs(self._progress(new, label or kind.label), modules, kinds))
        return {path: cast("Found | Skipped", self._found[kind.name, path][1]) for path in wanted}

    def keep(self) -> None:
        """Write what is new for the next run; files that are no longer known are dropped then."""
        for kept in self._kept.values():
            kept.write(self._known)

    def _load(self, kinds: dict[str, tuple[Kind[Any], ...]]) -> None:
        wanted: dict[str, list[str]] = {}
        for path, several in kinds.items():
            for kind in several:
                if kind.name not in self._kept:
                    self._kept[kind.name] = Kept(kind, self._folder, self._root)
                wanted.setdefault(kind.name, []).append(path)
        for name, paths in wanted.items():
            self._kept[name].load(paths)

    def _jobs(
        self, paths: Iterable[str], modules: dict[str, str], kinds: dict[str, tuple[Kind[Any], ...]]
    ) -> Iterator[Job]:
        """What is not known from the last run; what is known is noted."""
        for path in paths:
            source, module = read_source(self._root, path), modules[path]
            if isinstance(source, Skipped):
                self._found |= {(kind.name, path): (module, source) for kind in kinds[path]}
                continue
            key = facts_key(source, path, module)
            missing = []
            for kind in kinds[path]:
                found = self._kept[kind.name].find(path, key)
                if found is None:
                    missing.append(kind)
                else:
                    self._found[kind.name, path] = (module, found)
            if missing:
                yield Job(source, path, module, tuple(missing), key)

    def _examine(self, jobs: Iterator[Job]) -> None:
        sent: deque[Job] = deque()
        come: dict[str, list[tuple[Job, Kind[Any], str]]] = {}
        for found in mapped(examine, _noted(jobs, sent), self._spread, _seconds, examine_apart):
            job = sent.popleft()
            for kind, each in zip(job.kinds, found, strict=True):
                if isinstance(each, str):
                    self._kept[kind.name].add_text(job.path, job.key, each)
                    self._unpack(come.setdefault(kind.name, []), (job, kind, each))
                else:
                    self._kept[kind.name].add(job.path, job.key, each)
                    self._found[kind.name, job.path] = (job.module, each)
        for texts in come.values():
            self._unpack(texts)

    def _unpack(self, come: list[tuple[Job, Kind[Any], str]], *more: tuple[Job, Kind[Any], str]) -> None:
        """Many at a time, while workers are still at it; all that came, where no more does."""
        come += more
        if not come or (more and len(come) < TEXTS_AT_A_TIME):
            return
        modules = {job.path: job.module for job, _, _ in come}
        found = unpacked(come[0][1], [(job.path, text) for job, _, text in come])
        self._found |= {(come[0][1].name, path): (modules[path], each) for path, each in found.items()}
        come.clear()


def _noted(jobs: Iterable[Job], sent: deque[Job]) -> Iterator[Job]:
    """The jobs, each noted without its bytes."""
    for job in jobs:
        sent.append(replace(job, source=b""))
        yield job


def _seconds(job: Job) -> float:
    return job.seconds


def read_all(
    kind: Kind[Found],
    root: Path,
    paths: Iterable[str],
    known: Set[str],
    folder: Path | None = None,
    progress: Progress = lambda paths, _: paths,
) -> dict[str, Found | Skipped]:
    """Path -> what each file says of that kind, in the order of `paths`; parsed only where the cache has not seen it.

    `known` are the paths of the tree, to tell packages. The cache is a file in `folder`, None for none. One that cannot
    be read or written costs time, and nothing else.
    """
    library = Library(root, known, folder, progress)
    found = library.read(kind, paths)
    library.keep()
    return found
