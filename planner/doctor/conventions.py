"""Exclusions that convention knows: lines that no test runs or needs to. What else a pattern hides is logic."""

import re

from planner.doctor.hidden import DEFAULT_EXCLUDE, Anchor

CONVENTIONS = (
    *DEFAULT_EXCLUDE,
    r"^\s*if __name__ == .__main__.:",
    r"^\s*if (self\.|cls\.|settings\.|config\.)?_?(DEBUG|debug)\b.*:",
    r"^\s*(if|while) (0|False|__debug__):",
    r"^\s*(el)?if .*\b(sys\.version_info|sys\.platform|os\.name|platform\.system|PY2|PY3\d*)\b",
    r"^\s*(el)?if (not )?(\w+\.)?_?(is_?|on_?|IS_|ON_)?(?i:(ms)?win(dows)?(32)?|linux|mac(os)?|darwin|posix|pypy)\b",
    r"^\s*except \(?(builtins\.)?(ImportError|ModuleNotFoundError|KeyboardInterrupt)\b",
    r"^\s*raise (NotImplementedError|AssertionError)\b",
    r"^\s*return NotImplemented\b",
    r"^\s*(assert False|(typing\.|t\.)?assert_never\()",
    r"^\s*def __(repr|str|unicode|del|dir)__\b",
    r"^\s*class .*\bProtocol(\[.*\])?\b.*:",
    r"^\s*@(abc\.)?abstract(method|property|classmethod|staticmethod)\b",
    r"^\s*@(typing\.|t\.|typing_extensions\.)?(overload|no_type_check)\b",
    r"^\s*@(numba\.|nb\.|cuda\.)?(n?jit|vectorize|guvectorize|cfunc)\b",
    r"^\s*(self\.)?_?(log|logger|logging|LOG|LOGGER)\.\w+\(",
    r"^\s*(print|pprint|breakpoint|warnings\.warn)\(",
    r"^\s*pass\s*(#|$)",
)
"""As patterns that coverage.py takes. After its own documentation ("Advanced exclusion"), and lines
that cannot be traced (numba) or hold no decision (logging)."""

_TOP_LEVEL = re.compile(r"(?:\s*(?:from \S+ )?import |_?\w+\s*(?::[^=]+)?=[^=])")
"""Lines that run on import, and decide nothing: no convention excludes them, and nothing is hidden with them."""

_COMPILED = tuple((each, re.compile(each)) for each in CONVENTIONS)

_MARK = re.compile(
    r"#.*\b(pragma|coverage|no-?\s?cov(er)?|nocover\w*|uncovered|untested|unreachable|defensive)\b", re.I
)
"""A comment by which somebody took out this very line."""


def convention_of(anchor: Anchor) -> str | None:
    """The convention by which the line may be excluded, as a pattern; None where none knows it."""
    return next((pattern for pattern, compiled in _COMPILED if compiled.search(anchor.text)), None)


def is_harmless(anchor: Anchor) -> bool:
    """Whether the line is an import, or sets a name of the module."""
    return bool(_TOP_LEVEL.match(anchor.text))


def is_marked(anchor: Anchor) -> bool:
    """Whether somebody took out this very line by a comment: `# pragma: no cover`, `# nocov`; not `# TODO`."""
    return bool(_MARK.search(anchor.text))
