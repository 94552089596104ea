"""The part of `[tool.gapplan]` that says what is asked of a plan: options, requirements, weights, pace, rates."""

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction

from planner.config.table import check_keys, read_figure, read_number, read_table, read_text, read_texts, wrong
from planner.config.texts import (
    check_name,
    parse_absolute,
    parse_budget,
    parse_calibrated,
    parse_confidence,
    parse_date,
    parse_pace,
    parse_span,
    parse_stretch,
)
from planner.model.calibration import Calibrated
from planner.model.rates import DIVISORS, SHARES, Rates
from planner.model.wish import Claim, OwnOption, Requirement, Span, Weights, Wish

_A_PERCENT = "a number from 0 to 100"

KEYS = frozenset(each.name for each in fields(Wish)) - {"today", "calibrated"}

_CALIBRATED = "calibrated"
"""The one key of the rates that is no constant: it says what they come from."""


def read_wish(table: Mapping[str, object]) -> Wish:
    """The wish that the table states; what it does not state has the default. Raises ConfigError."""
    confidence = read_figure("confidence", table.get("confidence"), "a percent such as 80")
    budget = read_figure("budget", table.get("budget"), "hours such as 16 or '16h'")
    stretch = read_figure("stretch", table.get("stretch"), "a percent above the target")
    by, rates = table.get("by"), read_table("rates", table.get("rates"))
    return Wish(
        confidence=parse_confidence(confidence) if confidence is not None else Wish().confidence,
        budget=parse_budget(budget) if budget is not None else None,
        stretch=parse_stretch(stretch) if stretch is not None else None,
        paces=tuple(parse_pace(each) for each in read_texts("pace", table.get("paces"), "a text such as '6h/week'")),
        by=parse_date(str(by), "by") if by is not None else None,
        options=tuple(_option(name, each) for name, each in read_table("options", table.get("options")).items()),
        require=tuple(_requirement(*each) for each in read_table("require", table.get("require")).items()),
        leave_out={name: _reason(name, each) for name, each in read_table("leave_out", table.get("leave_out")).items()},
        critical=read_texts("critical", table.get("critical"), "a pattern or a list of patterns"),
        weights=_weights(read_table("weights", table.get("weights"))),
        noise=_noise(table.get("noise", 0)),
        ladder=_ladder(table.get("ladder")),
        rates=_rates(rates),
        calibrated=_calibrated(rates.get(_CALIBRATED)),
    )


def _noise(value: object) -> int:
    number = read_number("noise", value, "a whole number of points")
    if number != int(number):
        raise wrong("noise", "a whole number of points", value)
    return int(number)


def _option(name: str, value: object) -> OwnOption:
    key = f"options.{name}"
    table = read_table(key, value)
    claims = [each.name for each in fields(Claim)]
    check_keys(f"[tool.gapplan.{key}]", table, ["modules", *claims])
    modules = read_texts(f"{key}.modules", table.get("modules"), "a pattern or a list of patterns")
    if not modules or not all(map(str.strip, modules)):
        raise wrong(f"{key}.modules", "a pattern or a list of patterns", table.get("modules"))
    claim = Claim(**{each: _span(f"{key}.{each}", table.get(each)) for each in claims})
    return OwnOption(check_name(name, key), modules, claim)


def _span(key: str, value: object) -> Span | None:
    text = read_figure(key, value, "a number or a range such as '150-200'")
    return None if text is None else parse_span(text, key)


def _requirement(pattern: str, value: object) -> Requirement:
    text = read_figure(f"require.{pattern!r}", value, _A_PERCENT)
    if text is None:
        raise wrong(f"require.{pattern!r}", _A_PERCENT, value)
    return Requirement(pattern, parse_absolute(text, f"require.{pattern!r}"))


def _reason(pattern: str, value: object) -> str:
    reason = read_text(f"leave_out.{pattern!r}", value, "the reason, as a text")
    if not reason or not reason.strip():
        raise wrong(f"leave_out.{pattern!r}", "the reason, as a text", value)
    return reason


def _weights(table: dict[str, object]) -> Weights:
    check_keys("[tool.gapplan.weights]", table, [each.name for each in fields(Weights)])
    given = {name: read_number(f"weights.{name}", value) for name, value in table.items()}
    if given.get("critical", 1.0) < 1:
        raise wrong("weights.critical", "a number of 1 or more", table["critical"])
    return Weights(**given)


def _rates(table: dict[str, object]) -> dict[str, float]:
    check_keys("[tool.gapplan.rates]", table, [*(each.name for each in fields(Rates)), _CALIBRATED])
    rates = {name: read_number(f"rates.{name}", value) for name, value in table.items() if name != _CALIBRATED}
    for name, number in rates.items():
        if name in SHARES and number > 1:
            raise wrong(f"rates.{name}", "a share from 0 to 1", table[name])
        if name in DIVISORS and not number:
            raise wrong(f"rates.{name}", "a number above 0", table[name])
    return rates


def _calibrated(value: object) -> Calibrated | None:
    text = read_text(f"rates.{_CALIBRATED}", value, "what 'gapplan calibrate' wrote, as a text")
    return None if text is None else parse_calibrated(text, f"rates.{_CALIBRATED}")


def _ladder(value: object) -> tuple[Fraction, ...]:
    if value is None:
        return ()
    wanted = "a list of percents such as [11, 12, 15]"
    if not isinstance(value, list):
        raise wrong("ladder", wanted, value)
    texts = [read_figure("ladder", each, wanted) or "" for each in value]
    return tuple(sorted({parse_absolute(text, "ladder") for text in texts}))
