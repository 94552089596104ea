"""Whatever moment a process is killed at, and however many write at once, what was acknowledged is there and whole."""

import os
import random
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from planner.source.cache import facts_file, facts_stamp
from planner.state import read_shelf

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "fixtures" / "shop"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks and kills processes")


@pytest.fixture(scope="module")
def crashes() -> ModuleType:
    """The benchmark, of which this is the quick version."""
    spec = spec_from_file_location("crashes_benchmark", ROOT / "tests" / "benchmarks" / "crashes.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_sixty_writers_killed_at_random_moments_lose_nothing(crashes: ModuleType, tmp_path: Path) -> None:
    tally = crashes.kill_all(60, random.Random(11), tmp_path)

    assert dict(tally.kills) == dict.fromkeys(crashes.KINDS, 12)
    assert all(tally.acknowledged[kind] > 0 for kind in crashes.KINDS)


def test_eight_writers_of_every_kind_at_once_lose_nothing(crashes: ModuleType, tmp_path: Path) -> None:
    assert crashes.crowd(8, 4, tmp_path) > 0


def test_the_check_finds_what_is_lost_and_what_is_half(crashes: ModuleType, tmp_path: Path) -> None:
    place = crashes.make_place(tmp_path)
    key = crashes.write_snapshot(place, "w", 1)
    said = {kind: set[str]() for kind in crashes.KINDS}
    crashes.check(place, {**said, "snapshot": {key}})

    with pytest.raises(crashes.Loss, match="acknowledged, and not there"):
        crashes.check(place, {**said, "snapshot": {key, "another"}})
    crashes.write_export(place, "w", 1)
    with pytest.raises(crashes.Loss, match="was acknowledged"):
        crashes.check(place, said, last_export="w 2")
    place.export.write_bytes(place.export.read_bytes()[:-40])
    with pytest.raises(crashes.Loss, match="lines"):
        crashes.check(place, said)


def test_eight_plans_at_once_on_one_cache_say_the_same_and_leave_it_whole(tmp_path: Path) -> None:
    environment = {**os.environ, "GAPPLAN_CACHE_DIR": str(tmp_path), "SOURCE_DATE_EPOCH": "1763683200"}
    command = [sys.executable, "-m", "planner", "-C", str(SHOP), "plan", "--target", "70", "--format", "json"]
    pipe = subprocess.PIPE

    started = [subprocess.Popen(command, stdout=pipe, stderr=pipe, cwd=ROOT, env=environment) for _ in range(8)]
    said = {each.communicate(timeout=300) for each in started}
    after = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False)

    assert said == {(after.stdout, after.stderr)}
    assert [each.returncode for each in started] == [after.returncode] * 8 == [0] * 8
    assert read_shelf(facts_file(tmp_path, SHOP), facts_stamp() or "")
    kept = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [each.name for each in kept if each.suffix != ".txt" and each.parent.name != "answers"] == []
    assert [each.name for each in kept if each.name.startswith(".")] == []
