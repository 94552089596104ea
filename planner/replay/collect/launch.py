"""Starts the project's own interpreter for one job, with nothing of gapplan in it, and reads its answer."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen, TimeoutExpired
from threading import Event
from typing import Literal, TypeAlias

from planner.errors import InputError
from planner.replay.collect.inside import Answer, Job

Say: TypeAlias = Callable[[str], None]
"""Takes one line for standard error."""

ProbeKind: TypeAlias = Literal["import", "collect"]

PROBES_AT_ONCE = 2
"""Processes for imports and collections; more would slow each other down on small machines."""

PROBE_SECONDS = 120.0
"""For one import or the collection of one file; a module that takes longer waits for something. A suite may take
as long as it likes."""

TOLD_EVERY_SECONDS = 10.0

_ENDED_AFTER_SECONDS = 5.0
"""What an interrupted suite gets to clean up."""

_PYTEST_STOPPED = {2: "was interrupted", 3: "failed inside", 4: "does not understand its options", 5: "found no tests"}
"""pytest's exit codes (https://docs.pytest.org/en/stable/reference/exit-codes.html) of runs that give nothing."""

_SCRIPTS = (Path(__file__).with_name("inside.py"), Path(__file__).parent.with_name("plugin.py"))


class CollectError(InputError):
    """A suite cannot be collected: what is missing, or what went wrong, in one line."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where jobs are done: the project's root and interpreter, and a folder that goes away afterwards.

    `rcfile` is the project's coverage configuration, "" for none. Once it is `stopped`, every job ends.
    """

    root: Path
    python: str
    rcfile: str
    folder: Path
    stopped: Event = field(default_factory=Event)

    def run_suite(self, arguments: Sequence[str], files: Sequence[str], say: Say) -> Answer:
        """Run all tests, with a line now and then; statements of `files`. Raises CollectError."""
        suite = self._run("suite", arguments, files=files, say=say)
        if suite["missing"]:
            names, wanted = " and ".join(suite["missing"]), " ".join(suite["missing"])
            raise CollectError(f"{self.python}: has no {names}; run `{self.python} -m pip install {wanted}`")
        return suite

    def probe(self, names: Sequence[str], kind: ProbeKind, options: Sequence[str] = ()) -> dict[str, Answer | str]:
        """What importing each module, or collecting each test file, runs in a fresh process; else why it gave nothing.

        `options` are pytest's, for collections.
        """
        pool = ThreadPoolExecutor(PROBES_AT_ONCE)
        try:
            answers = list(pool.map(lambda name: self._probe(name, kind, options), names))
        except BaseException:
            self.stopped.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        return dict(zip(names, answers, strict=True))

    def _probe(self, name: str, kind: ProbeKind, options: Sequence[str]) -> Answer | str:
        try:
            if kind == "import":
                return self._run(kind, module=name, seconds=PROBE_SECONDS)
            return self._run(kind, ["--collect-only", "-q", *options, name], seconds=PROBE_SECONDS)
        except CollectError as error:
            return str(error)

    def _run(
        self,
        kind: str,
        arguments: Sequence[str] = (),
        *,
        module: str = "",
        files: Sequence[str] = (),
        seconds: float | None = None,
        say: Say = lambda _: None,
    ) -> Answer:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        common = [f"--rootdir={self.root}", "--continue-on-collection-errors", "-o", f"cache_dir={folder / 'cache'}"]
        job: Job = {
            "kind": kind,
            "root": str(self.root),
            "folder": str(folder),
            "rcfile": self.rcfile,
            "arguments": [*common, *arguments],
            "module": module,
            "files": list(files),
        }
        (folder / "job.json").write_text(json.dumps(job), "utf-8")
        self._wait(folder, seconds, say)
        answer = _read_answer(folder)
        if reason := _PYTEST_STOPPED.get(answer["code"]):
            raise CollectError(f"pytest {reason}: {_reason(folder / 'log')}")
        return answer

    def _wait(self, folder: Path, seconds: float | None, say: Say) -> None:
        command = [self.python, str(self.folder / _SCRIPTS[0].name), str(folder / "job.json")]
        with (folder / "log").open("wb") as log, self._started(command, log.fileno(), folder) as process:
            start = told = time.monotonic()
            while process.poll() is None:
                with suppress(TimeoutExpired):
                    process.wait(0.5)
                now = time.monotonic()
                if self.stopped.is_set():
                    raise CollectError("stopped")
                if seconds is not None and now - start > seconds:
                    raise CollectError(f"no answer after {seconds:g} seconds")
                if now - told > TOLD_EVERY_SECONDS:
                    told = now
                    say(f"{_progress(folder)}, {now - start:.0f} s")

    @contextmanager
    def _started(self, command: list[str], log: int, folder: Path) -> Iterator[Popen[bytes]]:
        """The process in a group of its own, so that what tests start ends with it. Raises CollectError."""
        try:
            process = Popen(
                command,
                cwd=self.root,
                env=_environment(folder),
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise CollectError(
                f"{self.python}: cannot be started ({error.strerror}); give the project's own Python with --python"
            ) from error
        try:
            yield process
        finally:
            _end(process)


@contextmanager
def open_workshop(root: Path, python: str, rcfile: str) -> Iterator[Workshop]:
    """A workshop with copies of the scripts, outside the project's tree."""
    with tempfile.TemporaryDirectory(prefix="gapplan-", ignore_cleanup_errors=True) as name:
        folder = Path(os.path.realpath(name))
        for script in _SCRIPTS:
            shutil.copyfile(script, folder / script.name)
        yield Workshop(root, python, rcfile, folder)


def _environment(folder: Path) -> dict[str, str]:
    """The caller's, without another tracer's wishes; nothing is to be written beside the sources."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_CORE_"))}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis")}


def _end(process: Popen[bytes]) -> None:
    """End the process where it still runs, kindly at first, and whatever its tests left behind."""
    if process.poll() is None:
        _signal(process, signal.SIGINT)
        with suppress(TimeoutExpired):
            process.wait(_ENDED_AFTER_SECONDS)
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def _signal(process: Popen[bytes], number: int) -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.terminate()


def _progress(folder: Path) -> str:
    try:
        return (folder / "progress").read_text("ascii")
    except OSError:
        return "no test done yet"


def _read_answer(folder: Path) -> Answer:
    try:
        answer: Answer = json.loads((folder / "answer.json").read_text("utf-8"))
        return answer
    except (OSError, ValueError) as error:
        raise CollectError(f"the project's Python ended without an answer: {_reason(folder / 'log')}") from error


def _reason(log: Path) -> str:
    """The last line that speaks of an error, else the last one."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return ([*lines, *errors] or ["it printed nothing"])[-1][:300]
