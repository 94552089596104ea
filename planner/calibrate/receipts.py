"""Receipts as a file of JSON lines, read as hostile: every value is checked, every complaint names its line."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from planner.errors import InputError
from planner.model.calibration import FinishedWork

FORMAT = 1
"""Rises when a key changes its meaning or goes away; other keys than those read here are passed over."""

MAX_BYTES = 16 * 1024 * 1024
"""A receipt takes about 120 bytes: this is more than a hundred thousand of them."""

MOST = 1_000_000
"""No piece of work has more tests, hours, lines or points."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Value: TypeAlias = object
"""What JSON may hold, before it is checked."""


class ReceiptError(InputError):
    """The file of receipts is absent, or holds something else; the message names the line, and what belongs there."""


def read_receipts(path: Path) -> tuple[FinishedWork, ...]:
    """The receipts of the file, in its order, blank lines passed over. Raises ReceiptError in one line.

    A line is `{"format": 1, "date": "2026-11-21", "tests": 12, "hours": 6.5, "lines": 190, "predicted_points": 240,
    "points": 221}`; `lines` may be absent or null, and so may `plan_yield`, the constant that the plan reckoned with.
    """
    lines = _content(path).split("\n")
    receipts = tuple(_receipt(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip())
    if not receipts:
        raise ReceiptError(f"{path}: holds no receipts; each is one line of JSON")
    return receipts


def _content(path: Path) -> str:
    if not path.is_file():
        raise ReceiptError(f"{path}: no such file of receipts")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ReceiptError(f"{path}: larger than {MAX_BYTES // 2**20} MiB, which no file of receipts is")
        return content.decode("utf-8")
    except OSError as error:
        raise ReceiptError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ReceiptError(f"{path}:{line}: not UTF-8, so no receipt") from error


def _receipt(line: str, place: str) -> FinishedWork:
    try:
        return _checked(_object(json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)))
    except json.JSONDecodeError as error:
        raise ReceiptError(f"{place}: no JSON ({error.msg} at column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise ReceiptError(f"{place}: no receipt ({error})") from error


def _checked(row: Mapping[str, Value]) -> FinishedWork:
    if row.get("format") != FORMAT or isinstance(row.get("format"), bool):
        raise ValueError(f"this gapplan reads format {FORMAT}")
    return FinishedWork(
        day=_day(row),
        tests=_whole(row, "tests", least=1),
        hours=_number(row, "hours"),
        predicted_points=_number(row, "predicted_points"),
        points=_whole(row, "points"),
        lines=None if row.get("lines") is None else _whole(row, "lines", least=1),
        plan_yield=None if row.get("plan_yield") is None else _number(row, "plan_yield", most=1),
    )


def _object(value: Value) -> Mapping[str, Value]:
    if not isinstance(value, dict):
        raise ValueError("a receipt is an object")
    return value


def _once(pairs: Sequence[tuple[str, Value]]) -> dict[str, Value]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("a key stands there twice")
    return row


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no figure")


def _day(row: Mapping[str, Value]) -> date:
    text = row.get("date")
    try:
        if not isinstance(text, str) or not _DAY.fullmatch(text):  # Python reads weeks, too: 2026-W47-6
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("date is a day such as 2026-11-21") from None


def _whole(row: Mapping[str, Value], name: str, least: int = 0) -> int:
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST:
        raise ValueError(f"{name} is a whole number from {least} to {MOST}")
    return value


def _number(row: Mapping[str, Value], name: str, most: int = MOST) -> float:
    """Above 0, since nothing can be learnt from a piece of work of no hours, or one that promised nothing."""
    value = row.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
        raise ValueError(f"{name} is a number above 0, at most {most}")
    if not math.isfinite(number := float(value)) or number <= 0:
        raise ValueError(f"{name} is a number above 0, at most {most}")
    return number
