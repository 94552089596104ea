"""Which format a file of coverage data has: by its content, never by its name."""

import stat
from pathlib import Path
from typing import Literal

from planner.errors import InputError

Kind = Literal["coverage data", "coverage JSON", "Cobertura XML", "LCOV"]

HEAD_BYTES = 8192


def recognise(path: Path) -> Kind:
    """The format of the file. Raises InputError when it is empty, unreadable, no regular file, or foreign."""
    head = _read_head(path)
    if not head:
        raise InputError(f"{path}: empty (coverage.py leaves such a file when it is stopped); make the data again")
    if head.startswith(b"SQLite format 3\x00"):
        return "coverage data"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return "coverage JSON"
    if text.startswith((b"<?xml", b"<!DOCTYPE", b"<coverage", b"<!--")) or head.startswith(
        (b"\xff\xfe<", b"\xfe\xff\x00<")
    ):
        return "Cobertura XML"
    if text.startswith((b"TN:", b"SF:", b"#")) or b"\nSF:" in text:
        return "LCOV"
    if text.startswith(b"!coverage.py: This is a private format"):
        raise InputError(f"{path}: data of coverage.py 4, which gapplan does not read; make it with 5.0 or later")
    raise InputError(f"{path}: not coverage data (.coverage, coverage JSON, Cobertura XML or LCOV)")


def _read_head(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: not a regular file")
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read ({reason})") from error
