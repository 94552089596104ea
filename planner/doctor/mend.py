"""The lines of configuration that mend a fault, in the project's own file and its own notation."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from planner.model.findings import Mend
from planner.settings import CoverageSettings

Setting = bool | int | Fraction | str | Sequence[str]

_NEW_FILE = "pyproject.toml"
"""Where a project without any coverage configuration is best advised to begin."""


def configure(settings: CoverageSettings, section: str, values: Mapping[str, Setting], note: str = "") -> Mend:
    """The mend that gives `values` to coverage.py's `section` ("run", "report", "paths").

    `.coveragerc` has `[run]`, setup.cfg and tox.ini `[coverage:run]`, TOML files `[tool.coverage.run]`
    (`.coveragerc.toml`: `[run]` too). Source: coverage.py's documentation, "Configuration reference".
    """
    file = settings.file or _NEW_FILE
    is_toml = file.endswith(".toml")
    return Mend("configuration", f"{_header(file, section)}\n{_body(values, is_toml=is_toml)}", file, note)


def _header(file: str, section: str) -> str:
    name = file.rpartition("/")[2]
    if name == ".coveragerc.toml":
        return f"[{section}]"
    if name.endswith(".toml"):
        return f"[tool.coverage.{section}]"
    return f"[coverage:{section}]" if name in ("setup.cfg", "tox.ini") else f"[{section}]"


def _body(values: Mapping[str, Setting], *, is_toml: bool) -> str:
    return "\n".join(
        f"{key} = {_toml(value) if is_toml else _ini(value)}".replace(" = \n", " =\n") for key, value in values.items()
    )


def _toml(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Fraction):
        return _number(value)
    if isinstance(value, str):
        return _quoted(value)
    return "[" + ", ".join(_quoted(each) for each in value) + "]"


def _quoted(text: str) -> str:
    """A TOML literal string where it can be, so that patterns stand as they are."""
    if "'" not in text and "\n" not in text and "\\" in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _number(value: int | Fraction) -> str:
    """As a decimal fraction, which all thresholds are."""
    return str(value) if isinstance(value, int) else f"{float(value):.10g}"


def _ini(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Fraction):
        return _number(value)
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else "\n" + "\n".join(f"    {each}" for each in value)
