"""All cases, and how one is run."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hostile import configurations, datafiles, environments, names, reports, runs, sources, states
from hostile.case import STATUS, Case, Skips, Totals, faults, totals_of
from hostile.project import Make, healthy
from hostile.shot import Shot, shoot

MODULES = (datafiles, reports, runs, names, sources, configurations, environments, states)

CASES: tuple[Case, ...] = tuple(case for module in MODULES for case in module.cases())


def run_case(case: Case, folder: Path) -> tuple[Shot, list[str]]:
    """What came of the case, and what is wrong with it; it is made in `folder`, which is empty."""
    root = _made(folder, case.make)
    shot = shoot(case.arguments, root, case.environment, is_bomb=case.is_bomb)
    return shot, faults(_placed(case, root), shot, totals_like(case.like))


def _made(folder: Path, make: Make) -> Path:
    root = healthy(folder.resolve() / "around" / "shop")
    make(root)
    return root


def _placed(case: Case, root: Path) -> Case:
    """`{root}` in the name of what is skipped stands for the root."""
    match case.expected:
        case Skips(path, said, is_lost) if "{root}" in path:
            expected = Skips(path.replace("{root}", str(root)), said, is_lost)
            return Case(case.name, case.make, expected, case.arguments, case.environment, case.like, case.is_bomb)
    return case


@cache
def totals_like(make: Make) -> Totals:
    """The totals of the healthy project after `make`."""
    with TemporaryDirectory() as folder:
        shot = shoot(STATUS, _made(Path(folder), make), {}, is_bomb=False)
        assert shot.code == 0, shot.err
        return totals_of(shot.out)
