"""Source bytes -> syntax tree, or the reason why not. Never imports, compiles or runs what it reads."""

import ast
import warnings
from pathlib import Path

from planner.model.measurement import Skipped

MAX_SOURCE_BYTES = 32 * 1024 * 1024
"""No file that people test is larger; generated tables that are would cost gigabytes as a tree."""


def parse_file(root: Path, path: str) -> ast.Module | Skipped:
    """The syntax tree of the file at `path` below `root`; Skipped with reason and line when there is none."""
    try:
        if (root / path).stat().st_size > MAX_SOURCE_BYTES:
            return Skipped(path, "larger than 32 MiB")
        source = (root / path).read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, filename=path)
    except SyntaxError as error:
        return Skipped(path, f"not valid Python for this interpreter: {error.msg}", error.lineno)
    except (RecursionError, MemoryError):
        return Skipped(path, "nested too deeply for Python's parser")
    except (ValueError, LookupError) as error:
        return Skipped(path, f"not readable as Python source: {error}")
    except OSError as error:
        return Skipped(path, f"cannot be read ({error.strerror})")
