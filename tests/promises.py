"""A project full of traps, every command of gapplan with real arguments, and a watch over what a run leaves behind."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from audited import RULES, Rules
from makers import make_shop, write_shop
from replays import shop as recorded_shop

from planner.cli import gapplan

TESTS = Path(__file__).parent
ROOT = TESTS.parent
SHOP = ROOT / "fixtures" / "shop"

EXEMPT = {"replay collect": "it says that it runs the project, and is there for nothing else"}
"""Command -> why it may run the project's code."""

TRAPS = (
    "sitecustomize.py", "usercustomize.py", "planner.py", "coverage.py", "click.py", "ast.py", "json.py", "sqlite3.py",
    "multiprocessing.py", "pickle.py", "tomllib.py", "msgspec.py", "encodings/__init__.py", "encodings/idna.py",
    "conftest.py", "covplugin.py", "trapplugin.py", "setup.py", "noxfile.py", "src/shop/trap.py",
)  # fmt: skip
"""Files of the project that leave a mark when they run."""

PLUGINS = """
[tool.gapplan.weights]
churn = 0.5

[tool.setuptools.dynamic]
version = {attr = "shop.trap.VERSION"}
"""

GIT_TRAPS = {
    "core.fsmonitor": "{trap}",
    "core.hooksPath": "hooks",
    "core.pager": "{trap}",
    "core.sshCommand": "{trap}",
    "core.editor": "{trap}",
    "credential.helper": "!{trap}",
    "diff.external": "{trap}",
    "diff.trap.textconv": "{trap}",
    "diff.trap.command": "{trap}",
    "filter.trap.clean": "{trap}",
    "filter.trap.smudge": "{trap}",
    "filter.trap.process": "{trap}",
    "log.showSignature": "true",
    "gpg.program": "{trap}",
    "alias.log": "!{trap}",
    "alias.rev-parse": "!{trap}",
}
"""Settings of the repository that start a program."""

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="0" failures="1" skipped="0" tests="2" time="0.1">
<testcase classname="tests.test_money" name="test_adds" time="0.01" />
<testcase classname="tests.test_orders" name="test_places" time="0.02">
<failure message="RuntimeError: no database">tests/test_orders.py:12: in test_places
    service.place(cart)
src/shop/orders/service.py:46: RuntimeError
E   RuntimeError: no database</failure></testcase></testsuite></testsuites>
"""

CASES: Mapping[str, tuple[str, ...]] = {
    "": ("--target", "70"),
    "plan": ("plan", "--target", "70", "--junit", "{junit}", "--save", "--store", "{store}", "--ladder", "65,70"),
    "plan resumed": ("plan", "--resume", "--store", "{store}"),
    "plan drawn": ("plan", "--target", "70", "--format", "html", "-o", "{out}/plan.html"),
    "options": ("options", "--target", "70", "--budget", "16h"),
    "status": ("status", "--format", "html", "-o", "{out}/status.html"),
    "doctor": ("doctor", "--junit", "{junit}", "--format", "json"),
    "suite": ("suite", "--detail"),
    "unblock": ("unblock", "--junit", "{junit}"),
    "rank": ("rank", "--all"),
    "explain": ("explain", "{place}"),
    "fleet": ("fleet", "{inputs}/../FLEET.toml"),
    "snapshot": ("snapshot", "--store", "{store}", "--label", "new", "--metric", "tests=3"),
    "history": ("history", "--store", "{store}", "--format", "html"),
    "history export": ("history", "--store", "{store}", "export", "{out}/snapshots.jsonl"),
    "history import": ("history", "--store", "{state}/other.sqlite", "import", "{inputs}/snapshots.jsonl"),
    "why": ("why", "@1", "now", "--store", "{store}"),
    "noise": ("noise", "{inputs}/run1", "{inputs}/run2"),
    "pace": ("pace", "--store", "{store}", "--git", "--target", "70"),
    "done": ("done", "1", "--hours", "2", "--store", "{store}"),
    "receipt": ("receipt", "--store", "{store}", "--work", "{out}/work.jsonl"),
    "report": ("report", "@2", "now", "--store", "{store}"),
    "report of plans": ("report", "{inputs}/plan.json", "{inputs}/plan.json"),
    "graph": ("graph", "--package", "{package}", "--depth", "1"),
    "calibrate": ("calibrate", "--receipts", "{inputs}/work.jsonl"),
    "replay score": ("replay", "score", "{inputs}/one.sqlite", "{inputs}/two.sqlite", "--quick", "--jobs", "2"),
    "replay fit": (
        "replay", "fit", "{inputs}/one.sqlite", "{inputs}/two.sqlite", "--quick", "--jobs", "2",
        "-o", "{out}/rates.toml",
    ),
    "schema": ("schema", "plan"),
    "completion": ("completion", "bash"),
}  # fmt: skip
"""What is run -> its words. Words after the command's name in the key tell several runs of one command apart."""


def commands(group: click.Group = gapplan, before: str = "") -> Iterator[str]:
    """The full names of all commands, those of groups among them: "history", "history export"."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{before}{name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")


def command_of(case: str) -> str:
    """The command that a case is of."""
    return max((name for name in ("", *commands()) if f"{case} ".startswith(f"{name} ")), key=len, default="")


@dataclass(frozen=True)
class Ground:
    """The places of a run: the project, its inputs beside it, a home, and where output is due; traps mark `sprung`."""

    base: Path

    @property
    def root(self) -> Path:
        return self.base / "shop"

    @property
    def sprung(self) -> list[str]:
        """The traps that have sprung."""
        return sorted(path.name for path in (self.base / "sprung").iterdir())

    @property
    def environment(self) -> dict[str, str]:
        """A plain one, in which the home and the place for temporary files are watched, too."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.base / "home"),
            "TMPDIR": str(self.base / "tmp"),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONSTARTUP": str(self.root / "conftest.py"),
            "SOURCE_DATE_EPOCH": "1790000000",
        }

    def arguments(self, case: str) -> tuple[str, ...]:
        """The words of a case with all places filled in."""
        return self.filled(CASES[case])

    def filled(self, words: Sequence[str]) -> tuple[str, ...]:
        """Words with all places filled in."""
        places = {name: str(self.base / name) for name in ("out", "inputs", "state")}
        is_small = (self.root / "shop").exists()
        places["place"] = "shop/prices.py:price" if is_small else "src/shop/orders/service.py:OrderService"
        places["package"] = "shop" if is_small else "shop.orders"
        places |= {"store": str(self.base / "state" / "store.sqlite"), "junit": str(self.base / "inputs" / "junit.xml")}
        return tuple(each.format(**places) for each in words)

    def run(
        self,
        *arguments: str,
        program: Sequence[str] = (),
        cwd: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """gapplan in the project's folder, as a process of its own."""
        return subprocess.run(
            [*(program or (sys.executable, "-P", "-m", "planner")), *arguments],
            cwd=cwd or self.root,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            env={**self.environment, **(more or {})},
            check=False,
        )

    def audited(self, case: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        """A case under the audit hook: how it ended, and the log."""
        log, rules = self.base / "log", self.base / "rules.json"
        log.unlink(missing_ok=True)
        writable = [str(self.base / each) for each in ("out", "state", "tmp", "home/.cache/gapplan", "home/.local")]
        has_workers = command_of(case).startswith("replay")
        # The tree of the cache is made with it.
        Rules(str(self.root), (*writable, str(self.base / "home/.cache")), str(log), has_workers).write(str(rules))
        program = (sys.executable, str(TESTS / "audited.py"))
        done = self.run(*self.arguments(case), program=program, more={RULES: str(rules)})
        return done, log.read_text("utf-8").splitlines()

    def copy(self, base: Path) -> "Ground":
        """The same in another place; times are kept."""
        return Ground(Path(shutil.copytree(self.base, base, symlinks=True)))


@dataclass(frozen=True)
class Forked:
    """What a call in `forked.py` answered."""

    returncode: int
    stdout: str
    stderr: str


def in_forks(
    ground: Ground, calls: Mapping[str, Sequence[str]], folder: Path, more: Mapping[str, str], redirection: str = ""
) -> dict[str, Forked]:
    """Name -> what came of the words, each in its own copy of the ground; the places in them are filled in."""
    folder.mkdir()
    listed: dict[str, tuple[str, dict[str, str], list[str]]] = {}
    for number, words in enumerate(calls.values()):
        own = ground.copy(folder / f"ground{number}")
        listed[str(number)] = (str(own.root), {**own.environment, **more}, list(own.filled(words)))
    (folder / "calls.json").write_text(json.dumps(listed))
    shell = ("bash", "-c", f'exec "$@" {redirection}', "bash", sys.executable, "-P", str(TESTS / "forked.py"))
    done = ground.run(
        str(folder / "calls.json"), str(folder), program=shell, more={**more, "OPENBLAS_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr
    return {name: _forked(folder / str(number)) for number, name in enumerate(calls)}


def _forked(output: Path) -> Forked:
    """Closed outputs have no file."""
    texts = [
        path.read_text("utf-8") if path.exists() else "" for path in (Path(f"{output}.out"), Path(f"{output}.err"))
    ]
    return Forked(int(Path(f"{output}.code").read_text()), *texts)


def make_ground(base: Path, *, has_traps: bool = True) -> Ground:
    """The shop with its traps set, inputs of every kind beside it, and a store with two snapshots and a kept plan.

    Without traps the project is a small one, which is planned in half a second.
    """
    ground = Ground(base)
    for name in ("home", "tmp", "out", "state", "inputs", "sprung"):
        (base / name).mkdir(parents=True)
    if has_traps:
        shutil.copytree(SHOP, ground.root)
        _set_traps(ground)
        _set_git_traps(ground)
    else:
        ground.root.mkdir()
        make_shop(ground.root)
        write_shop(ground.root, branch=True)
    _make_inputs(ground)
    return ground


def _set_traps(ground: Ground) -> None:
    for name in TRAPS:
        path = ground.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(trap(ground.base / "sprung", name), "utf-8")
    (ground.root / "shop.pth").write_text("import conftest\n")
    with (ground.root / "tests" / "conftest.py").open("a") as file:
        file.write('\npytest_plugins = ["trapplugin"]\n')
    settings = ground.root / "pyproject.toml"
    text = (
        settings.read_text()
        .replace('version = "2.4.1"', 'dynamic = ["version"]')
        .replace("-q -p", "-q -p trapplugin -p")
    )
    settings.write_text(text.replace("branch = true", 'branch = true\nplugins = ["covplugin"]') + PLUGINS)


def trap(sprung: Path, name: str) -> str:
    """Python source that leaves a mark when it runs."""
    mark = str(sprung / name.replace("/", "."))
    return f'"""A trap."""\n\nopen({mark!r}, "w").close()\nVERSION = "1"\n'


def _set_git_traps(ground: Ground) -> None:
    root, script = ground.root, ground.base / "trap.sh"
    script.write_text(f"#!/bin/sh\n: > '{ground.base / 'sprung' / 'git'}'\n")
    script.chmod(0o755)
    (root / "hooks").mkdir()
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout"):
        shutil.copy(script, root / "hooks" / hook)
    (root / ".gitattributes").write_text("*.py filter=trap diff=trap\n")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "All")):
        run_git(root, *arguments)
    for name, value in GIT_TRAPS.items():
        run_git(root, "config", name, value.format(trap=script))


def run_git(root: Path, *arguments: str) -> None:
    """Plain git, with the repository's own configuration."""
    dates = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _COMMITTED.items()}
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, **dates}
    subprocess.run(["git", "-C", str(root), *arguments], env=environment, capture_output=True, check=False, timeout=60)


_COMMITTED = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": "2026-09-01T12:00:00Z"}


def _make_inputs(ground: Ground) -> None:
    inputs = ground.base / "inputs"
    (inputs / "junit.xml").write_text(JUNIT)
    (ground.base / "FLEET.toml").write_text('target = 70\n\n[[component]]\nroot = "shop"\n')
    for name in ("run1", "run2"):
        shutil.copy(ground.root / ".coverage", inputs / name)
    for name in ("one", "two"):
        recorded_shop(name, 2, 2).write(inputs)
    store = str(ground.base / "state" / "store.sqlite")
    for taken in ("2026-09-01", "2026-09-08"):
        _do(ground, "snapshot", "--store", store, "--taken", taken)
    _do(
        ground,
        "plan",
        "--target",
        "70",
        "--save",
        "--store",
        store,
        "--format",
        "json",
        "-o",
        str(inputs / "plan.json"),
    )
    _do(ground, "history", "--store", store, "export", str(inputs / "snapshots.jsonl"))
    _do(ground, "done", "1", "--hours", "2", "--store", store)
    _do(ground, "receipt", "--store", store, "--work", str(inputs / "work.jsonl"), "--short")


def _do(ground: Ground, *arguments: str) -> None:
    done = ground.run(*arguments)
    assert done.returncode in (0, 1), done.stderr


def tree_of(*folders: Path) -> dict[str, tuple[object, ...]]:
    """Every file and folder below, the folders themselves too: kind and rights, size, time of the last change, hash.

    A folder's time tells that something was in it for a moment.
    """
    found: dict[str, tuple[object, ...]] = {}
    for path in (each for folder in folders for each in (folder, *sorted(folder.rglob("*")))):
        seen = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(seen.st_mode) else b""
        size = seen.st_size if content else 0
        found[str(path)] = (seen.st_mode, size, seen.st_mtime_ns, hashlib.sha256(content).hexdigest())
    return found
