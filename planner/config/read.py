"""`[tool.gapplan]` of a project's pyproject.toml. Unknown keys are errors."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from planner.config.doctor import DoctorSetting, read_doctor
from planner.config.table import check_keys, read_choice, read_figure, read_table, read_text, read_texts, wrong
from planner.config.unblock import UnblockSetting, read_unblock
from planner.config.wishes import KEYS, read_wish
from planner.errors import ConfigError
from planner.model.seams import SEAM_KINDS
from planner.model.target import MEANINGS, TOTALS, Meaning, Total
from planner.model.wish import Wish

MAX_BYTES = 1024 * 1024
"""The largest pyproject.toml known to us has a tenth."""

_PACE = "pace"
"""The key is in the singular, as the option is, and takes one or several."""


@dataclass(frozen=True, slots=True)
class SeamSetting:
    """What the project says about an import: the kind of seam it is, and the double that stands in for it."""

    kind: str
    double: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The project's defaults; an option on the command line wins over each of them.

    `data`, `source` and `rcfile` are paths relative to the project root. `seams` are by import name; None takes one
    out of the catalogue. `wish` is what is asked of plans, `doctor` what the doctor need not say,
    `unblock` what mendings take.
    """

    target: str | None = None
    meaning: Meaning | None = None
    total: Total | None = None
    data: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    rcfile: str | None = None
    seams: Mapping[str, SeamSetting | None] = field(default_factory=dict)
    wish: Wish = field(default_factory=Wish)
    doctor: DoctorSetting = field(default_factory=DoctorSetting)
    unblock: UnblockSetting = field(default_factory=UnblockSetting)


def known_keys() -> list[str]:
    """The keys of `[tool.gapplan]`, sorted."""
    own = {each.name for each in fields(Config)} - {"wish"}
    return sorted(own | KEYS - {"paces"} | {_PACE})


def read_config(root: Path) -> Config:
    """The `[tool.gapplan]` table of the project at `root`; empty when there is none.

    Raises ConfigError for a file that cannot be read, or is no TOML although it mentions gapplan, an unknown key, or a
    value of the wrong type. A broken pyproject.toml that does not mention gapplan is not ours to judge.
    """
    path, text = root / "pyproject.toml", ""
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"pyproject.toml: larger than {MAX_BYTES // 1024} kB, so no configuration")
        text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
        table = tomllib.loads(text).get("tool", {})
    except OSError as error:
        raise ConfigError(f"pyproject.toml cannot be read ({error.strerror}); it may have [tool.gapplan]") from error
    except (ValueError, RecursionError) as error:
        if "tool.gapplan" in text:
            raise ConfigError(f"pyproject.toml cannot be read: {error}") from error
        return Config()
    mine = table.get("gapplan", {}) if isinstance(table, dict) else {}
    if not isinstance(mine, dict):
        raise ConfigError("pyproject.toml: [tool.gapplan] must be a table")
    return _checked(mine)


def _checked(table: dict[str, object]) -> Config:
    check_keys("[tool.gapplan]", table, known_keys())
    return Config(
        target=read_figure("target", table.get("target"), 'a number, or a string such as "12.5" or "+2"'),
        meaning=read_choice("meaning", table.get("meaning"), MEANINGS),
        total=read_choice("total", table.get("total"), TOTALS),
        data=read_texts("data", table.get("data")),
        source=read_texts("source", table.get("source")),
        rcfile=read_text("rcfile", table.get("rcfile")),
        seams=_seams(table.get("seams", {})),
        wish=read_wish({**table, "paces": table.get(_PACE)}),
        doctor=read_doctor(read_table("doctor", table.get("doctor"))),
        unblock=read_unblock(read_table("unblock", table.get("unblock"))),
    )


def _seams(value: object) -> dict[str, SeamSetting | None]:
    if not isinstance(value, dict):
        raise wrong("seams", "a table of import names", value)
    return {name: _seam(name, setting) for name, setting in value.items()}


def _seam(name: str, value: object) -> SeamSetting | None:
    key = f'seams."{name}"'
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(f"pyproject.toml: [tool.gapplan] {key} is not the name of an import")
    if value is False:
        return None
    if not isinstance(value, dict):
        raise wrong(key, 'false, or a table such as {kind = "http client", double = "respx"}', value)
    is_dotted = any(isinstance(each, dict) for each in value.values())
    hint = " (a dotted import name stands in quotes)" if is_dotted else ""
    check_keys(f"[tool.gapplan] {key}", value, [each.name for each in fields(SeamSetting)], hint)
    kind = read_choice(f"{key} kind", value.get("kind"), SEAM_KINDS)
    if kind is None:
        raise ConfigError(f"pyproject.toml: [tool.gapplan] {key} needs a kind: {' or '.join(SEAM_KINDS)}")
    return SeamSetting(kind, read_text(f"{key} double", value.get("double"), "a text"))
