"""What a case is: a healthy project, what is done to it, the command, and the outcome that is owed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hostile.inert import faults_of_text
from hostile.project import nothing
from hostile.shot import Shot

STATUS = ("status", "--format", "json")

LONGEST_LINE = 2000
"""Characters of an error: a longer one is no line that anybody reads."""

Totals = tuple[int, ...]
"""Statements, covered ones, branch exits, covered ones."""


@dataclass(frozen=True, slots=True)
class Same:
    """The totals are those of the healthy project; `said` stands among the notices or the reasons of skips."""

    said: str = ""


@dataclass(frozen=True, slots=True)
class Skips:
    """The file is named with a reason that holds `said`; unless `is_lost`, the totals are those without the case."""

    path: str
    said: str
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Warns:
    """An answer with other totals, and a notice that holds `said`."""

    said: str


@dataclass(frozen=True, slots=True)
class Refuses:
    """Exit code 2, nothing on standard output, and one line that holds `said`."""

    said: str


@dataclass(frozen=True, slots=True)
class SameOrRefuses:
    """What cannot be told before, such as which page of a cut file is needed: never other totals, never silence."""

    said: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Exit code 0 or 1, and an output that holds `said`; for commands that state no totals."""

    said: str = ""


@dataclass(frozen=True, slots=True)
class Inert:
    """An output in that format in which nothing of the case comes alive; `said`, made visible, is in it."""

    format: str
    said: str = ""


Expected = Same | Skips | Warns | Refuses | SameOrRefuses | Answers | Inert


@dataclass(frozen=True, slots=True)
class Case:
    """`make` gets the root of a healthy project and changes it, or what lies beside it; paths in arguments are relative

    to the root. Totals are held against those of the project after `like`. A bomb runs in a process of its own, with
    limits of memory and time.
    """

    name: str
    make: Callable[[Path], None]
    expected: Expected
    arguments: tuple[str, ...] = STATUS
    environment: Mapping[str, str] = field(default_factory=dict)
    like: Callable[[Path], None] = nothing
    is_bomb: bool = False


def faults(case: Case, shot: Shot, healthy: Totals) -> list[str]:
    """What is wrong with the outcome, in words; empty when it is what is owed."""
    found = list(shot.faults)
    if "Traceback" in shot.err:
        found.append(f"a traceback: {shot.err[-1500:]}")
    match case.expected:
        case Refuses(said):
            found += _refusal(shot, said)
        case SameOrRefuses(said):
            found += _refusal(shot, said) if shot.code == 2 else _same(shot, healthy, "")
        case Same(said):
            found += _same(shot, healthy, said)
        case Skips(path, said, is_lost):
            found += _skip(shot, healthy, path, said, is_lost=is_lost)
        case Warns(said):
            found += _warning(shot, healthy, said)
        case Answers(said):
            found += _answer(shot, said)
        case Inert(kind, said):
            found += _answer(shot, said) + faults_of_text(shot.out, kind)
    return found


def _refusal(shot: Shot, said: str) -> list[str]:
    lines = shot.err.splitlines()
    if shot.code != 2 or shot.out:
        return [f"exit {shot.code} where 2 and nothing on standard output is owed: {shot.err[:300]}"]
    if len(lines) != 1 or not lines[0].startswith("gapplan: ") or len(lines[0]) > LONGEST_LINE:
        return [f"not one line of gapplan's: {len(lines)} lines, {len(shot.err)} characters: {shot.err[:300]!r}"]
    if not lines[0].isprintable():
        return [f"a line that is not printable: {lines[0][:300]!r}"]
    return [] if said in lines[0] else [f"{said!r} is not said: {lines[0][:400]}"]


def _same(shot: Shot, healthy: Totals, said: str) -> list[str]:
    if shot.code != 0:
        return [f"exit {shot.code} where 0 is owed: {shot.err[:400]}"]
    found = totals_of(shot.out)
    wrong = [] if found == healthy else [f"totals {found}, not {healthy}"]
    return wrong if said in " ".join(_doubts(shot.out)) else [*wrong, f"{said!r} is not said: {_doubts(shot.out)}"]


def _skip(shot: Shot, healthy: Totals, path: str, said: str, *, is_lost: bool) -> list[str]:
    if shot.code != 0:
        return [f"exit {shot.code} where 0 is owed: {shot.err[:400]}"]
    found = totals_of(shot.out)
    wrong = [] if (found == healthy) != is_lost else [f"totals {found}, those of the healthy project are {healthy}"]
    skips = [(each["path"], each["reason"]) for each in json.loads(shot.out)["skipped"]]
    is_named = any(name == path and said in reason for name, reason in skips)
    return wrong if is_named else [*wrong, f"{path!r} is not skipped for {said!r}: {skips}"]


def _warning(shot: Shot, healthy: Totals, said: str) -> list[str]:
    if shot.code != 0:
        return [f"exit {shot.code} where 0 is owed: {shot.err[:400]}"]
    if totals_of(shot.out) == healthy:
        return ["the totals are those of the healthy project: the case changes nothing"]
    return [] if said in " ".join(_doubts(shot.out)) else [f"{said!r} is not said: {_doubts(shot.out)}"]


def _answer(shot: Shot, said: str) -> list[str]:
    if shot.code not in (0, 1) or not shot.out:
        return [f"exit {shot.code} where an answer is owed: {shot.err[:400]}"]
    return [] if said in shot.out else [f"{said!r} is not in the output: {shot.out[:400]!r}"]


def totals_of(text: str) -> Totals:
    """The totals in a report as JSON."""
    measured = json.loads(text)["measured"]
    return tuple(measured[key] for key in ("statements", "covered_statements", "branches", "covered_branches"))


def _doubts(text: str) -> list[str]:
    document = json.loads(text)
    return [*document["notices"], *(f"{each['path']}: {each['reason']}" for each in document["skipped"])]
