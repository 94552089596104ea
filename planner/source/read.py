"""Source bytes -> syntax tree, or the reason why not. Never imports, compiles or runs what it reads."""

import ast
import warnings
from dataclasses import dataclass
from pathlib import Path

from planner.model.measurement import Skipped
from planner.source.newer import parse_newer

MAX_SOURCE_BYTES = 32 * 1024 * 1024
"""No file that people test is larger; generated tables that are would cost gigabytes as a tree."""


def read_source(root: Path, path: str) -> bytes | Skipped:
    """The bytes of the file at `path` below `root`."""
    try:
        if (root / path).stat().st_size > MAX_SOURCE_BYTES:
            return Skipped(path, "larger than 32 MiB")
        return (root / path).read_bytes()
    except OSError as error:
        return Skipped(path, f"cannot be read ({error.strerror})")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A syntax tree, and whether its source is newer than the running interpreter, so that libcst had to help."""

    tree: ast.Module
    is_newer: bool = False


def parse_source(source: bytes, path: str) -> Parsed | Skipped:
    """The syntax tree; Skipped with reason and line when neither `ast` nor, for newer syntax, libcst reads it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Parsed(ast.parse(source, filename=path))
    except SyntaxError as error:
        newer = parse_newer(source)
        if newer is None:
            return Skipped(path, f"not valid Python for this interpreter: {error.msg}", error.lineno)
        return Parsed(newer, is_newer=True)
    except (RecursionError, MemoryError):
        return Skipped(path, "nested too deeply for Python's parser")
    except (ValueError, LookupError) as error:
        return Skipped(path, f"not readable as Python source: {error}")
