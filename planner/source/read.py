"""Source bytes -> syntax tree, or the reason why not. Never imports, compiles or runs what it reads."""

import ast
import io
import os
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

from planner.model.measurement import Skipped
from planner.model.size import MAX_SOURCE_BYTES, too_large
from planner.source.newer import parse_newer


def read_source(root: Path, path: str) -> bytes | Skipped:
    """The bytes of the file at `path` below `root`."""
    try:
        place = os.path.join(root, path)
        if os.stat(place).st_size > MAX_SOURCE_BYTES:
            return Skipped(path, f"larger than {MAX_SOURCE_BYTES // 1024**2} MiB")
        with open(place, "rb") as stream:
            return stream.read()
    except OSError as error:
        return Skipped(path, f"cannot be read ({error.strerror})")


def read_text(root: Path, path: str) -> str:
    """The text of a Python file with Unix line ends; "" when it cannot be read or lies outside `root`."""
    place = root / path
    try:
        if not place.resolve().is_relative_to(root.resolve()) or not place.is_file():
            return ""
        source = read_source(root, path)
        return "" if isinstance(source, Skipped) else decoded(source)
    except (OSError, ValueError):
        return ""


def decoded(source: bytes) -> str:
    """The source as text with Unix line ends, without a byte-order mark, by the encoding that it declares.

    Bytes that are none of that encoding become U+FFFD, and what Python knows as no encoding of texts counts as UTF-8.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding, errors="replace")
    except (SyntaxError, LookupError, ValueError):
        text = source.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A syntax tree, and whether its source is newer than the running interpreter, so that libcst had to help."""

    tree: ast.Module
    is_newer: bool = False


def parse_source(source: bytes, path: str) -> Parsed | Skipped:
    """The syntax tree; Skipped with reason and line when neither `ast` nor, for newer syntax, libcst reads it."""
    if reason := too_large(source):
        return Skipped(path, reason)
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
