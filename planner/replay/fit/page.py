"""Fitted rates as the text of a TOML file: constants with their comments, then the tables that say where they are from.

Comments are kept in `template.toml`; values, ranges by project and the origin are written in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.resources import files
from math import isnan
from textwrap import wrap

from planner.model.rates import FITTED, FittedRates, Origin
from planner.replay.fit.first import CORES

_CONSTANT = re.compile(r"\{(\w+)\}(?:  # (.*))?")
_RANGE = re.compile(r"\{(\w+):range\}")

_COMMENT_AT = 27
"""The column of comments behind constants."""

_WIDTH = 120


def render_fitted(fitted: FittedRates) -> str:
    """The file, which `read_fitted_rates` reads. The rates must have an origin."""
    assert fitted.origin is not None, "nobody fitted these"
    template = (files("planner.replay.fit") / "template.toml").read_text("utf-8")
    lines = [*_constants(template, fitted), "", *_tables(fitted, fitted.origin)]
    return "\n".join(lines) + "\n"


def _constants(template: str, fitted: FittedRates) -> Iterator[str]:
    assert fitted.origin is not None
    values = asdict(fitted.rates)
    words = _words(fitted.origin)
    for line in template.splitlines():
        if found := _CONSTANT.fullmatch(line):
            name, text = found.groups()
            comment = " ".join(each for each in (_range_in_brackets(name, fitted), text) if each)
            yield from _commented(f"{name} = {_number(values[name])}", comment)
        else:
            text = _RANGE.sub(lambda match: _range(match[1], fitted), line)
            for word, value in words.items():
                text = text.replace(f"{{{word}}}", value)
            yield from _wrapped(text)


def _commented(code: str, comment: str) -> list[str]:
    """The comment behind the code, and below it what has no room there."""
    first, *more = wrap(comment, _WIDTH - _COMMENT_AT - 2, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [f"{code:{_COMMENT_AT}}# {first}" if first else code]
    return [*lines, *(f"{'':{_COMMENT_AT}}# {each}" for each in more)]


def _wrapped(line: str) -> list[str]:
    """What was written in may make a line of comment too long."""
    if len(line) <= _WIDTH:
        return [line]
    return wrap(line, _WIDTH, subsequent_indent="# ", break_long_words=False, break_on_hyphens=False)


def _words(origin: Origin) -> dict[str, str]:
    return {
        "day": _plain(origin.fitted_on),
        "command": _plain(origin.command),
        "projects": _plain(", ".join(origin.projects)),
        "splits": f"{origin.splits:,}",
        "tests": f"{origin.tests:,}",
        "items": f"{origin.items:,}",
        "cores": str(len(CORES)),
    }


def _plain(text: str) -> str:
    """On one line, since a comment ends with it."""
    return "".join(each if each.isprintable() else " " for each in text)


def _range_in_brackets(name: str, fitted: FittedRates) -> str:
    return f"({_range(name, fitted)})" if name in fitted.by_project else ""


def _range(name: str, fitted: FittedRates) -> str:
    known = [value for value in fitted.by_project.get(name, ()) if not isnan(value)]
    return f"{_number(min(known))} to {_number(max(known))}" if known else "no known share"


def _tables(fitted: FittedRates, origin: Origin) -> Iterator[str]:
    """Rows of numbers have one for each of the projects, in their order."""
    yield "[fitted]"
    yield f"on = {_quoted(origin.fitted_on)}"
    yield f"command = {_quoted(origin.command)}"
    yield f"projects = [{', '.join(map(_quoted, origin.projects))}]"
    for name in ("splits", "tests", "items"):
        yield f"{name} = {getattr(origin, name)}"
    if fitted.without:
        yield from ("", "[without]", "# Fitted without each of the projects, in their order.")
        yield from _rows({name: [getattr(each, name) for each in fitted.without.values()] for name in FITTED})
    yield from ("", "[alone]", "# Fitted to each of the projects alone, and how often forecasts held there.")
    yield from _rows(fitted.by_project)


def _rows(rows: Mapping[str, list[float] | tuple[float, ...]]) -> Iterator[str]:
    yield from (f"{name:18} = [{', '.join(f'{_number(each):>7}' for each in row)}]" for name, row in rows.items())


def _number(value: float) -> str:
    """As short as it can be read back: 14 and not 14.0."""
    return repr(int(value)) if value == value // 1 else repr(value)


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in escaped) + '"'
