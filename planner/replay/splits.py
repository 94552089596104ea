"""Which tests are kept and which are hidden: seeded splits of four kinds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal

from planner.model.lines import numbers_in
from planner.replay.layout import Packed
from planner.replay.project import Project

Kind = Literal["quarter", "few", "modules", "zero"]

SPLITS: dict[Kind, int] = {"quarter": 4, "few": 3, "modules": 3, "zero": 3}
"""How many splits of each kind: a quarter of the test files is kept; 8 % of them; all but the tests about 30 % of the
modules; none, or next to none."""

QUICK_SPLITS: dict[Kind, int] = {"quarter": 1, "few": 1, "modules": 1, "zero": 1}

SHARES = {"quarter": 0.25, "few": 0.08, "modules": 0.3}

MOST_DRAWS = 10
"""So often, for each split wanted, other tests are drawn; small projects have fewer ways to choose."""

SMALLEST_GAP = 40
SMALLEST_GAP_SHARE = 0.03
"""A split with a smaller gap, in statements or as a share of all, is skipped: there is next to nothing to plan."""


@dataclass(frozen=True, slots=True)
class Split:
    """`kept` and `hidden` are numbers of tests, in source order; `gap` are the statements the plan is about."""

    kind: Kind
    number: int
    kept: tuple[int, ...]
    hidden: tuple[int, ...]
    present: Packed
    gap: Packed

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number}"


def make_splits(project: Project, counts: dict[Kind, int] | None = None) -> list[Split]:
    """The splits of a project, always the same for the same data; those with too small a gap are left out."""
    splits = [split for kind, most in (counts or SPLITS).items() for split in _of_kind(project, kind, most)]
    return [split for split in splits if _is_worth(split, project)]


def _of_kind(project: Project, kind: Kind, most: int) -> list[Split]:
    """No two keep the same tests, where there are so many ways."""
    found: dict[tuple[int, ...], Split] = {}
    random = Random(f"{project.name}:{kind}")
    for _ in range(MOST_DRAWS * most):
        if len(found) < most:
            split = _split(project, kind, len(found), random)
            found.setdefault(split.kept, split)
    return list(found.values())


def _is_worth(split: Split, project: Project) -> bool:
    gap = split.gap.bit_count()
    return gap >= SMALLEST_GAP and gap >= SMALLEST_GAP_SHARE * project.statements.bit_count()


def _split(project: Project, kind: Kind, number: int, random: Random) -> Split:
    kept = frozenset(_KEEP[kind](project, kind, number, random))
    present = project.covered_by(test for place, test in enumerate(project.tests) if place in kept)
    return Split(
        kind=kind,
        number=number,
        kept=tuple(sorted(kept)),
        hidden=tuple(place for place in range(len(project.tests)) if place not in kept),
        present=present,
        gap=project.full & ~present,
    )


def _keep_files(project: Project, kind: Kind, number: int, random: Random) -> Iterator[int]:
    files = sorted({test.file for test in project.tests})
    kept = set(_sample(files, SHARES[kind], random))
    return (place for place, test in enumerate(project.tests) if test.file in kept)


def _sample(names: list[str], share: float, random: Random) -> list[str]:
    """That share of the names, at least one where there are any."""
    return random.sample(names, min(len(names), max(1, round(share * len(names)))))


def _keep_modules(project: Project, kind: Kind, number: int, random: Random) -> Iterator[int]:
    subjects = find_subjects(project)
    paths = sorted({path for path in subjects if path})
    hidden = set(_sample(paths, SHARES[kind], random))
    return (place for place, path in enumerate(subjects) if path not in hidden)


def _keep_next_to_none(project: Project, kind: Kind, number: int, random: Random) -> Iterable[int]:
    """None in the first split, one test in the second, two in the third."""
    return random.sample(range(len(project.tests)), min(number, len(project.tests)))


_KEEP = {
    "quarter": _keep_files,
    "few": _keep_files,
    "modules": _keep_modules,
    "zero": _keep_next_to_none,
}


@lru_cache(maxsize=2)
def find_subjects(project: Project) -> tuple[str, ...]:
    """The file that each test is about: where most of the behaviour lies that few other tests run; "" for none.

    A statement counts one over the number of tests that run it.
    """
    runs: dict[int, int] = {}
    places = [[*numbers_in(test.lines & project.bodies)] for test in project.tests]
    for each in places:
        for number in each:
            runs[number] = runs.get(number, 0) + 1
    return tuple(_subject(each, runs, project) for each in places)


def _subject(numbers: list[int], runs: dict[int, int], project: Project) -> str:
    weights = dict.fromkeys(project.layout.places, 0.0)
    spans = [(path, offset, offset + size) for path, (offset, size) in project.layout.places.items()]
    current = 0
    for number in numbers:
        while number >= spans[current][2]:
            current += 1
        weights[spans[current][0]] += 1 / runs[number]
    best = max(weights, key=lambda path: weights[path], default="")
    return best if weights.get(best) else ""
