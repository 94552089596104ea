"""The same input gives the same bytes: over hash seeds, orders of folders, a cold and a warm cache, and Pythons."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from in_a_row import ORDER, shuffle_folders
from promises import TESTS, Ground, make_ground

from planner.cli.common import DOCTOR_FORMATS, GRAPH_FORMATS, PAGE_FORMATS, REPORT_FORMATS

FORMATS: Mapping[str, tuple[str, ...]] = {
    "plan": PAGE_FORMATS,
    "status": PAGE_FORMATS,
    "doctor": DOCTOR_FORMATS,
    "suite": PAGE_FORMATS,
    "unblock": PAGE_FORMATS,
    "report": PAGE_FORMATS,
    "graph": GRAPH_FORMATS,
    "options": ("json",),
    "rank": ("json",),
    "history": ("json",),
    "receipt": ("json",),
    "calibrate": REPORT_FORMATS[:1],
}
"""Command -> the formats that are compared."""

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "plan": ("--target", "70", "--detail", "--junit", "{junit}", "--pace", "6h/week", "--stretch", "75"),
    "status": ("--target", "70"),
    "doctor": ("--junit", "{junit}"),
    "suite": (),
    "unblock": ("--junit", "{junit}", "--target", "100"),
    "report": ("@2", "@1", "--store", "{store}"),
    "graph": (),
    "options": ("--budget", "10h"),
    "rank": ("--all",),
    "history": ("--store", "{store}"),
    "receipt": ("--store", "{store}"),
    "calibrate": (),
}

PYTHONS = ("3.11", "3.12", "3.13", "3.14")

NEEDED = "import click, coverage, defusedxml, highspy, jinja2, libcst, msgspec, networkx, numpy, rich, yaml"

Outputs = dict[str, bytes]
Make = Callable[..., Outputs]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("same") / "ground")


def _calls(ground: Ground) -> dict[str, list[str]]:
    places = {
        name: str(ground.base / path) for name, path in (("junit", "inputs/junit.xml"), ("store", "state/store.sqlite"))
    }
    return {
        f"{command}.{format}": [command, *(each.format(**places) for each in ARGUMENTS[command]), "--format", format]
        for command, formats in FORMATS.items()
        for format in formats
    }


@pytest.fixture(scope="module")
def make(ground: Ground) -> Make:
    """All calls in one process of the given Python and environment, and what each printed."""

    def calls(python: str = sys.executable, *, cache: str, **environment: str) -> Outputs:
        folder = ground.base / "out" / f"calls-{len(list((ground.base / 'out').iterdir()))}"
        folder.mkdir()
        listed = folder.with_suffix(".json")
        listed.write_text(json.dumps(_calls(ground)))
        done = subprocess.run(
            [python, str(TESTS / "in_a_row.py"), str(listed), str(folder)],
            cwd=ground.root,
            env={**ground.environment, "GAPPLAN_CACHE_DIR": str(ground.base / cache), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    return calls


@pytest.fixture(scope="module")
def plain(make: Make) -> Outputs:
    """With hash seed 0 and an empty cache."""
    return make(cache="cache", PYTHONHASHSEED="0")


def _differing(one: Outputs, other: Outputs) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def test_every_call_answers(plain: Outputs) -> None:
    codes = {name: content.rpartition(b"exit code ")[2].strip() for name, content in plain.items()}

    assert set(codes.values()) <= {b"0", b"1"}, codes
    assert all(len(content) > 100 for content in plain.values())


def test_another_hash_seed_another_order_of_folders_and_a_warm_cache_change_no_byte(plain: Outputs, make: Make) -> None:
    assert _differing(plain, make(cache="cache", PYTHONHASHSEED="1", **{ORDER: "1"})) == []


def test_a_seed_of_chance_another_order_and_a_cold_cache_change_no_byte(plain: Outputs, make: Make) -> None:
    assert _differing(plain, make(cache="other", PYTHONHASHSEED="random", **{ORDER: "2"})) == []


@pytest.mark.parametrize(
    "version", [each for each in PYTHONS if each != f"{sys.version_info[0]}.{sys.version_info[1]}"]
)
def test_another_python_changes_no_byte(plain: Outputs, make: Make, version: str) -> None:
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", NEEDED], capture_output=True, check=False).returncode:
        pytest.skip(f"there is no python{version} with what gapplan needs on PATH")

    assert _differing(plain, make(python, cache="third")) == []


def test_the_order_of_folders_does_change(tmp_path: Path) -> None:
    """Else the tests above prove nothing of it."""
    for number in range(50):
        (tmp_path / f"{number:02}").touch()
    script = f"""
import os, pathlib, sys
sys.dont_write_bytecode = True
sys.path.insert(0, {str(TESTS)!r})
import in_a_row
in_a_row.{shuffle_folders.__name__}(1)
there = {str(tmp_path)!r}
listed = os.listdir(there), [each.name for each in pathlib.Path(there).iterdir()], next(os.walk(there))[2]
print(*(each != sorted(each) for each in listed))
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout == "True True True\n", done.stderr
