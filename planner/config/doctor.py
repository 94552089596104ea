"""`[tool.gapplan.doctor]`: what the project does not want to hear of, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from planner.config.table import check_keys, read_table, read_text, wrong


@dataclass(frozen=True, slots=True)
class DoctorSetting:
    """`silence` gives a reason for each check whose findings are not to count; which checks exist is not known here."""

    silence: Mapping[str, str] = field(default_factory=dict)


def read_doctor(table: Mapping[str, object]) -> DoctorSetting:
    """The setting that the table states. Raises ConfigError for an unknown key and an absent reason."""
    check_keys("[tool.gapplan.doctor]", dict(table), [each.name for each in fields(DoctorSetting)])
    silence = read_table("doctor.silence", table.get("silence"))
    return DoctorSetting({name: _reason(name, value) for name, value in silence.items()})


def _reason(name: str, value: object) -> str:
    key, wanted = f"doctor.silence.{name}", "the reason, as a text"
    reason = read_text(key, value, wanted)
    if not reason or not reason.strip():
        raise wrong(key, wanted, value)
    return reason.strip()
