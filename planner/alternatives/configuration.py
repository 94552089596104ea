"""The patterns in the syntax of the configuration file that the project has, for the coverage.py that it runs."""

import re
import tomllib
from collections.abc import Mapping, Sequence

from planner.model.alternatives import ConfigurationChange, Settings

ALSO_FROM = (7, 2)
"""From this coverage.py on, `exclude_also` adds to the default; before, `exclude_lines` replaces it."""

MORE_DEFAULTS_FROM = (7, 10)
"""From this coverage.py on, `if TYPE_CHECKING:` and bodies of `...` are excluded by default."""

DEFAULT_PATTERN = r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)"
"""coverage.py's default before 7.10, which `exclude_lines` has to repeat."""


def configuration_change(patterns: Sequence[str], settings: Settings) -> ConfigurationChange | None:
    """What to write where, so that the patterns are in force; None for none. New settings go to pyproject.toml."""
    if not patterns:
        return None
    file = settings.file or ("pyproject.toml" if settings.has_pyproject else ".coveragerc")
    is_toml = file.endswith(".toml")
    is_known = settings.version >= ALSO_FROM
    section = _section(file, settings)
    options = _options(section, settings.text, is_toml=is_toml)
    option = "exclude_also" if is_known else "exclude_lines"
    is_added = option in options
    lines = list(patterns)
    if not is_known and not is_added:
        lines.insert(0, DEFAULT_PATTERN)
    text = _text(option, lines, is_toml=is_toml, is_added=is_added)
    return ConfigurationChange(file, section, option, text, is_added, tuple(_notes(settings)))


def _section(file: str, settings: Settings) -> str:
    """The section as it is written there: coverage.py's own files may leave out its name."""
    name = file.rpartition("/")[2]
    if name.endswith(".toml"):
        is_short = name != "pyproject.toml" and "[tool.coverage" not in settings.text and bool(settings.text)
        return "report" if is_short else "tool.coverage.report"
    is_shared = name in ("setup.cfg", "tox.ini") or "[coverage:report]" in settings.text
    return "coverage:report" if is_shared else "report"


def _options(section: str, text: str, *, is_toml: bool) -> frozenset[str]:
    """The options that the section has already."""
    if is_toml:
        try:
            table: object = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return frozenset()
        for part in section.split("."):
            table = table.get(part, {}) if isinstance(table, Mapping) else {}
        return frozenset(table) if isinstance(table, Mapping) else frozenset()
    found: set[str] = set()
    current = ""
    for line in text.splitlines():
        if match := re.match(r"\[(.+)\]", line):
            current = match[1].strip()
        elif (match := re.match(r"(\w+)\s*[=:]", line)) and current == section:
            found.add(match[1])
    return frozenset(found)


def _text(option: str, lines: Sequence[str], *, is_toml: bool, is_added: bool) -> str:
    """TOML as literal strings, which need no escapes; INI with one pattern a line."""
    body = "\n".join(f"    '{line}'," if is_toml else f"    {line}" for line in lines)
    if is_added:
        return body
    return f"{option} = [\n{body}\n]" if is_toml else f"{option} =\n{body}"


def _notes(settings: Settings) -> list[str]:
    notes = []
    if settings.version < ALSO_FROM:
        notes.append("exclude_also needs coverage.py 7.2: here exclude_lines repeats the default, which it replaces")
    if settings.version < MORE_DEFAULTS_FROM <= settings.installed:
        recorded, installed = (".".join(map(str, each)) for each in (settings.version, settings.installed))
        notes.append(
            f"coverage.py {recorded} recorded the data, and {installed} counted it here: from 7.10 on, "
            "'if TYPE_CHECKING:' and '...' bodies are excluded without any line"
        )
    return notes
