"""Whatever call to the system fails while gapplan reads or writes, what was acknowledged stays; one line says so."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from faults import CALLS, build, environment_of
from faulty import launch

from planner.history.store import list_snapshots, read_snapshot

ROOT = Path(__file__).parent.parent

WRITING = ("write", "fsync", "rename", "unlink", "link", "mkdir", "chmod", "ftruncate")

QUICK = ("rank", "first snapshot", "done", "receipt", "calibrate")
"""The jobs that stand for all: the cache, a new store, a store, a file of state, an output. The rest: faulty.py."""

SAMPLE = 5
"""After the first calls of a kind each fifth fails; faulty.py fails them all."""

needs_compiler = pytest.mark.skipif(sys.platform != "linux", reason="stands between a process and Linux's C library")


@pytest.fixture(scope="module")
def has_compiler(tmp_path_factory: pytest.TempPathFactory) -> bool:
    if build(tmp_path_factory.mktemp("library")) is None:
        pytest.skip("there is no C compiler")
    return True


@needs_compiler
@pytest.mark.parametrize("job", QUICK)
@pytest.mark.usefixtures("has_compiler")
def test_a_call_that_fails_while_a_command_writes_costs_nothing_that_was_kept(tmp_path: Path, job: str) -> None:
    tally = launch(job, tmp_path, WRITING, every=SAMPLE)

    assert tally.broken == []
    assert tally.answers.total() > 0


@needs_compiler
@pytest.mark.parametrize("job", ["rank", "receipt"])
@pytest.mark.usefixtures("has_compiler")
def test_a_read_that_fails_is_named_skipped_or_refused_in_one_line(tmp_path: Path, job: str) -> None:
    tally = launch(job, tmp_path, ("read",), every=SAMPLE)

    assert tally.broken == []
    assert tally.answers.total() > 0


SEEN = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from faults import FAULTS, arm, disarm
file = Path(sys.argv[2]) / "file"
file.write_bytes(b"old")
fault = next(each for each in FAULTS if each.name == sys.argv[3])
arm(file.parent, sys.argv[4], int(sys.argv[5]), fault)
found = []
for number in range(3):
    try:
        descriptor = os.open(file, os.O_WRONLY)
        found.append(os.write(descriptor, b"12345678"))
    except OSError as error:
        found.append(-error.errno)
    finally:
        os.close(descriptor)
print(found, disarm())
"""


@needs_compiler
@pytest.mark.parametrize(
    ("fault", "call", "nth", "says"),
    [
        ("I/O error", "write", 2, f"[8, {-errno.EIO}, 8] 3"),
        ("full disk", "write", 2, f"[8, {-errno.ENOSPC}, {-errno.ENOSPC}] 3"),
        ("short write", "write", 2, f"[8, 4, {-errno.ENOSPC}] 3"),
        ("I/O error", "write", 4, "[8, 8, 8] 3"),
    ],
)
def test_the_faults_are_those_that_were_asked_for(tmp_path: Path, fault: str, call: str, nth: int, says: str) -> None:
    library = build(tmp_path)
    if library is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "below").mkdir()
    command = [sys.executable, "-c", SEEN, str(ROOT / "tests"), str(tmp_path / "below"), fault, call, str(nth)]

    found = subprocess.run(command, capture_output=True, text=True, env=environment_of(library), check=True)

    assert found.stdout.strip() == says


def test_every_kind_of_call_is_failed_somewhere() -> None:
    assert {*WRITING, "read", "open"} == {*CALLS}


FILLER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from snapshots import shot, snapshot
from planner.errors import InputError
from planner.history.store import keep_snapshot
try:
    for number in range(5000):
        files = [shot(f"n{number} m{number * 7919} " * 60, "a", path=f"shop/{each}-{number}.py") for each in range(20)]
        print(keep_snapshot(Path(sys.argv[1]), snapshot(*files)).key, flush=True)
except InputError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a file system of its own in memory")
def test_a_file_system_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    try:
        store = folder / "history.sqlite"
        command = [sys.executable, "-c", FILLER, str(store), str(ROOT / "tests")]
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        kept = [each.key for each in list_snapshots(store).snapshots]
        whole = [read_snapshot(store, key).key for key in kept]
        names = [each.name for each in folder.iterdir()]
    finally:
        subprocess.run(["umount", folder], check=True)

    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "cannot be used" in found.stderr
    assert len(kept) > 3
    assert kept == whole == found.stdout.split()
    assert names == ["history.sqlite"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX limits")
def test_the_cache_on_a_full_disk_costs_no_plan(tmp_path: Path) -> None:
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); from planner.cli import main; main()"
    )
    command = ["-C", str(ROOT / "fixtures" / "shop"), "rank"]
    environment = {**os.environ, "GAPPLAN_CACHE_DIR": str(tmp_path), "COLUMNS": "100"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # Python keeps half of a compiled module where it may not write more

    full, whole = (
        subprocess.run([sys.executable, *start, *command], capture_output=True, text=True, env=environment, check=False)
        for start in (["-c", limited], ["-m", "planner", "--no-cache"])
    )

    assert (full.returncode, full.stdout) == (whole.returncode, whole.stdout)
    assert list(tmp_path.iterdir()) == []
