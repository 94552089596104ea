"""The gates of a project as they work: which are in force, what they are about, how one is written anew."""

import re
from collections.abc import Iterable
from fractions import Fraction

from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.model.findings import Evidence, Mend
from planner.model.gates import Gate
from planner.model.percent import decimals_of, percent_text
from planner.settings.gates import CONFIGURED

_SUITE = re.compile(
    r"(?<![a-z])(?:unit|integration|functional|e2e|end.to.end|smoke|slow|fast|acceptance|system|nightly|contract)"
    r"(?![a-z])|\btests?/\w|\bpytest\b[^\n]*\s-[mk][= ]?[\"'\w]|--(?:cov-config|rcfile|data-file)\b|COVERAGE_FILE",
    re.IGNORECASE,
)
"""Words of commands that run a part of the tests, or measure something else than the whole."""

_HEAD = re.compile(r"\[[\w:.,{}-]+\]|\s*(?:async )?def \w+|[\w.-]+:(?!\S)|  [\w.-]+:\s*$|\s*(?:- )?(?:name|id):.*")
"""Lines at which a command's surroundings begin: a section, a function, a target, a job, a step or a hook."""


def gates_in_force(exam: Exam) -> tuple[Gate, ...]:
    """The gates that can fail the whole total: not 0, which switches one off, not of a part, not of another project."""
    return tuple(
        gate for gate in own_gates(exam) if gate.percent and is_read(exam, gate) and not is_of_a_part(exam, gate)
    )


def own_gates(exam: Exam) -> tuple[Gate, ...]:
    """The gates that do not stand in the folder of another project inside this one."""
    homes = {
        text.path.rpartition("/")[0]
        for text in exam.texts
        if text.path.rpartition("/")[2] in ("pyproject.toml", "setup.cfg", "setup.py")
    } - {""}
    return tuple(gate for gate in exam.gates if not any(gate.path.startswith(f"{home}/") for home in homes))


def is_read(exam: Exam, gate: Gate) -> bool:
    """Whether something reads it: of several files with `fail_under`, coverage.py reads the first unless told."""
    if gate.setting != CONFIGURED or gate.path == exam.settings.file:
        return True
    return is_named(exam, gate.path)


def is_named(exam: Exam, path: str) -> bool:
    """Whether a command names a configuration file: by `--rcfile`, `--cov-config` or COVERAGE_RCFILE."""
    name = re.escape(path.rpartition("/")[2])
    asked = re.compile(rf"(?:--rcfile|--cov-config|COVERAGE_RCFILE|config_file)\b[^\n]*{name}")
    return any(asked.search(text.text) for text in exam.texts)


def is_of_a_part(exam: Exam, gate: Gate) -> bool:
    """Whether its command, or the job, section or target around it, says that it is about a part of the tests."""
    return gate.setting != CONFIGURED and bool(_SUITE.search(_surroundings(exam, gate)))


def _surroundings(exam: Exam, gate: Gate) -> str:
    """The lines of the gate's command, and the nearest head above."""
    text = exam.text_of(gate.path)
    lines = text.text.split("\n") if text else []
    if gate.line > len(lines):
        return ""
    first = last = gate.line - 1
    while first and _goes_on(lines[first - 1], lines[first]):
        first -= 1
    while last + 1 < len(lines) and _goes_on(lines[last], lines[last + 1]):
        last += 1
    heads = [line for line in lines[:first] if _HEAD.fullmatch(line.split("#")[0].rstrip()) or _HEAD.match(line)]
    return "\n".join([*heads[-1:], *lines[first : last + 1]])


def _goes_on(line: str, following: str) -> bool:
    """Whether a command goes on from one line to the next."""
    return line.rstrip().endswith(("\\", "(", "[", ",", ">-", ">")) or bool(
        re.match(r"""\s*(?:- )?["']?--""", following)
    )


def highest_gate(percent: Fraction, decimals: int) -> Fraction:
    """The highest gate that the total passes without rounding, with that many decimals."""
    return Fraction(int(percent * 10**decimals), 10**decimals)


def number(percent: Fraction) -> str:
    """A gate as people write it: 85, 92.5."""
    return percent_text(percent, min(decimals_of(percent), 10))


def written_anew(exam: Exam, gate: Gate, percent: Fraction, note: str = "") -> Mend:
    """The line of the gate with another number; the setting alone where its text is not at hand."""
    text = exam.text_of(gate.path)
    lines = text.text.split("\n") if text else []
    line = lines[gate.line - 1] if gate.line <= len(lines) else ""
    old = re.compile(rf"(?<![\w.]){re.escape(number(gate.percent))}(?:\.0+)?(?![\w.])")
    found = list(old.finditer(line))
    if not found:
        separator = " = " if gate.setting == CONFIGURED else "="
        return Mend("configuration", f"{gate.setting}{separator}{number(percent)}", gate.path, note)
    name = re.search(r"fail[-_]under|target", line)
    behind = [match for match in found if name and match.start() >= name.end()]
    place = behind[0] if behind else found[-1]
    new = line[: place.start()] + number(percent) + line[place.end() :]
    return Mend("configuration", new.strip(), gate.path, f"in line {gate.line}" + (f"; {note}" if note else ""))


def configured(exam: Exam, percent: Fraction, note: str) -> Mend:
    """The gate in coverage.py's own configuration, where all its commands and pytest-cov read it."""
    return configure(exam.settings, "report", {CONFIGURED: percent}, note)


def evidence_of(exam: Exam, gates: Iterable[Gate]) -> tuple[Evidence, ...]:
    """Each gate with where it works."""
    return tuple(
        Evidence(f"{gate.setting} = {number(gate.percent)}: {_works(exam, gate)}", gate.path, gate.line)
        for gate in gates
    )


def _works(exam: Exam, gate: Gate) -> str:
    if gate.setting == CONFIGURED and not is_read(exam, gate):
        return f"never read, since coverage.py reads {exam.settings.file} first"
    if gate.setting == CONFIGURED:
        return "for 'coverage report' and its like, and for pytest-cov, unless they are given another"
    return _WORKS.get(gate.setting, "for this command alone")


_WORKS = {
    "--cov-fail-under": "for this run of pytest, in place of fail_under",
    "--fail-under": "for this command of coverage.py, in place of fail_under",
    "codecov project target": "for Codecov's check, which counts partly covered lines as missing",
}
