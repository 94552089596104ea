"""Thresholds that a project writes for its coverage, wherever it does: configuration, commands, Codecov."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from planner.model.gates import Gate, SteeringText
from planner.settings.lines import ini_lines, toml_lines
from planner.settings.values import CoverageSettings, PytestSettings

CONFIGURED, BY_PYTEST, BY_REPORT, BY_CODECOV = (
    "fail_under",
    "--cov-fail-under",
    "--fail-under",
    "codecov project target",
)
"""The settings of gates: coverage.py's configuration, pytest-cov's option, an option of `coverage report` and its like,
and a project status of Codecov."""

_NUMBER = r"\d+(?:\.\d+)?"

_VALUE = (
    rf"(?:(?P<number>{_NUMBER})\b|\$?\{{(?:env:)?\w+:-?(?P<default>{_NUMBER})\}}"
    r"|\$?\$?[({]{0,2}[ \t]*(?:\w+\.)?(?P<name>\w+))"
)
"""A number, a variable with a default (`{env:MIN:80}`, `${MIN:-80}`), or a variable (`$(MIN)`, `${{ env.MIN }}`)."""

_PYTEST_OPTION = re.compile(rf"--cov-fail-under[=\s]\s*{_VALUE}")
_REPORT_OPTION = re.compile(rf"--fail-under[=\s]\s*{_VALUE}")

_REPORT_COMMAND = re.compile(r"\bcoverage3?(?:-\d[\d.]*)?\s+(?:report|xml|html|json|lcov)\b(?P<options>[^\n;&|]*)")
"""The commands of coverage.py that compare with `fail_under` (`coverage/cmdline.py`, 5.0 to 7.17)."""

_OF_A_PART = re.compile(r"--(?:include|omit|contexts)\b")
"""A command with such an option counts other files or lines, so that its threshold is for another total."""

_DEFINITION = re.compile(
    r"^[ \t]*(?:export |set |- )?(?P<name>\w{1,80})[ \t]{0,8}(?:\?=|::?=|=|:)"
    rf"[ \t]{{0,8}}[\"']?(?P<number>{_NUMBER})[\"']?[ \t]*(?:#.*)?$",
    re.MULTILINE,
)

_COMMENT = re.compile(r"(?:(?<=\s)|^)\#[^\n]*|^[ \t]*;[^\n]*|\bREM [^\n]*", re.MULTILINE)

_CONTINUED = re.compile(r"""\\\n|\n(?=[ \t]*(?:-[ \t]+)?["']?--\w)|\n(?=[ \t]*args:)|(?<=[,(\[])[ \t]*\n""")
"""Ends of lines in the middle of a command: before an option, or in a list of arguments."""

_NO_WORDS = re.compile(r"""["',\[\]]|(?<=\s)-(?=\s)|\bargs:""")

_CODECOV = frozenset({"codecov.yml", ".codecov.yml", "codecov.yaml", ".codecov.yaml"})

_WATCHERS = re.compile(
    r"codecov(?:/codecov-action|cli\b|\.io/bash|\.io/latest)|coverallsapp/|\bcoveralls\b|\bdiff[-_]cover\b"
    r"|py-cov-action/|sonar(?:source|cloud|qube)|codacy|deepsource|qlty|codeclimate",
    re.IGNORECASE,
)
"""Services and tools that compare the coverage of a change with what was before, without a threshold of their own."""


def read_gates(texts: Iterable[SteeringText], settings: CoverageSettings, pytest: PytestSettings) -> tuple[Gate, ...]:
    """All thresholds of the project's whole total, by path and line; also those that another one overrides.

    `fail_under` in each file where coverage.py looks for it, `--cov-fail-under` and `--fail-under` of coverage.py's
    own commands in any text, Codecov's project targets. Thresholds of diffs and of a part of the files are left out,
    and so is what is no number from 0 to 100. A gate that stands in a variable is where the variable gets its value.
    """
    found = {gate for text in texts for gate in _gates_in(text)}
    paths = {(gate.path, gate.setting) for gate in found}
    if settings.file and settings.fail_under is not None and (settings.file, CONFIGURED) not in paths:
        found.add(Gate(settings.fail_under, CONFIGURED, settings.file, settings.lines.get("report.fail_under", 1)))
    asked = _percent(pytest.option(BY_PYTEST) or "")
    if pytest.file and asked is not None and (pytest.file, BY_PYTEST) not in paths:
        found.add(Gate(asked, BY_PYTEST, pytest.file, pytest.lines.get("addopts", 1)))
    return tuple(sorted(found, key=lambda gate: (gate.path, gate.line, gate.setting, gate.percent)))


def find_ratchet(texts: Iterable[SteeringText]) -> str | None:
    """The file of which something notices each fall of the coverage, so that no gate has to; None where nothing does.

    Codecov compares with the commit before unless its file gives a number or switches that off.
    """
    every = tuple(texts)
    codecov = [text for text in every if _name(text) in _CODECOV]
    for text in codecov:
        if _compares_commits(text):
            return text.path
    for text in every:
        word = None if text in codecov else _WATCHERS.search(_COMMENT.sub("", text.text))
        if word and not (codecov and word[0].lower().startswith("codecov")):
            return text.path
    return None


def _gates_in(text: SteeringText) -> Iterator[Gate]:
    if _name(text) in _CODECOV:
        yield from _codecov_gates(text)
        return
    yield from _configured_gates(text)
    yield from _commanded_gates(text)


def _name(text: SteeringText) -> str:
    return text.path.rpartition("/")[2]


def _percent(number: str) -> Fraction | None:
    """The number as a percent; None for what is none, or lies outside 0 to 100."""
    if not re.fullmatch(_NUMBER, number.strip()) or len(number) > 20:
        return None
    percent = Fraction(number.strip())
    return percent if percent <= 100 else None


def _configured_gates(text: SteeringText) -> Iterator[Gate]:
    """`fail_under` where coverage.py would read it, in that kind of file."""
    name = _name(text)
    if CONFIGURED not in text.text:
        return
    if name.endswith(".toml"):
        yield from _toml_gates(
            text, [("tool", "coverage", "report"), *([("report",)] if ".coveragerc" in name else [])]
        )
    elif name in ("setup.cfg", "tox.ini"):
        yield from _ini_gates(text, ["coverage:report"])
    elif name.startswith(".coveragerc") or name.endswith((".rc", "coveragerc", ".ini", ".cfg")):
        yield from _ini_gates(text, ["coverage:report", "report"])


def _ini_gates(text: SteeringText, sections: list[str]) -> Iterator[Gate]:
    lines = text.text.split("\n")
    keys = ini_lines(text.text)
    for section in sections:
        line = keys.get(section, {}).get(CONFIGURED)
        if line is not None:
            percent = _percent(re.split("[=:]", lines[line - 1], maxsplit=1)[-1])
            if percent is not None:
                yield Gate(percent, CONFIGURED, text.path, line)
            return


def _toml_gates(text: SteeringText, tables: list[tuple[str, ...]]) -> Iterator[Gate]:
    try:
        document: object = tomllib.loads(text.text)
    except (ValueError, RecursionError):
        return
    lines = toml_lines(text.text)
    for keys in tables:
        value = _table_in(document, *keys).get(CONFIGURED)
        percent = None if isinstance(value, bool) else _percent(str(value))
        if percent is not None:
            yield Gate(percent, CONFIGURED, text.path, lines.get((*keys, CONFIGURED), 1))
            return


def _table_in(document: object, *keys: str) -> Mapping[str, object]:
    for key in keys:
        document = document.get(key, {}) if isinstance(document, dict) else {}
    return document if isinstance(document, dict) else {}


def _commanded_gates(text: SteeringText) -> Iterator[Gate]:
    if "fail-under" not in text.text:
        return
    flat = _flat(text.text)
    for match in _PYTEST_OPTION.finditer(flat):
        yield from _written(match, 0, BY_PYTEST, text)
    for command in _REPORT_COMMAND.finditer(flat):
        option = _REPORT_OPTION.search(command["options"])
        if option and not _OF_A_PART.search(command["options"]):
            yield from _written(option, command.start("options"), BY_REPORT, text)


def _flat(text: str) -> str:
    """Commands on one line each, without comments, quotes and commas; every character stays at its place."""
    for pattern in (_COMMENT, _CONTINUED, _NO_WORDS):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def _written(option: re.Match[str], offset: int, setting: str, text: SteeringText) -> Iterator[Gate]:
    """The gate of an option that was found `offset` characters into the text; none when its variable is not known."""
    start, number = option.start() + offset, option["number"] or option["default"]
    if option["name"] and not number:
        values = _definitions(text.text).get(option["name"], [])
        if len(values) != 1:
            return
        start, number = values[0].start("number"), values[0]["number"]
    percent = _percent(number)
    if percent is not None:
        yield Gate(percent, setting, text.path, text.text.count("\n", 0, start) + 1)


@lru_cache(maxsize=1)
def _definitions(text: str) -> Mapping[str, list[re.Match[str]]]:
    """Where the variables of a Makefile, a shell script, a workflow or a noxfile get numbers, by name."""
    found: dict[str, list[re.Match[str]]] = {}
    for match in _DEFINITION.finditer(text):
        found.setdefault(match["name"], []).append(match)
    return found


def _codecov_gates(text: SteeringText) -> Iterator[Gate]:
    from planner.settings.codecov import find_targets  # reads YAML, which few projects have here

    for target, line in find_targets(text):
        percent = _percent(target.rstrip("%").strip())
        if percent is not None:
            yield Gate(percent, BY_CODECOV, text.path, line)


def _compares_commits(text: SteeringText) -> bool:
    from planner.settings.codecov import compares_commits

    return compares_commits(text)
