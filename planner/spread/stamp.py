"""What results depend on beside the jobs: the program itself, its parser's Python, and what it counts with."""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = ("coverage", "libcst")


@cache
def own_stamp() -> str:
    """Readable, and equal only where gapplan's own source is equal to the byte, and Python and libraries in version."""
    libraries = " ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"gapplan {_version('gapplan')} ({_digest()}), {python}, {libraries}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # run from a folder or an archive
        return "unknown"


def _digest() -> str:
    """Of all modules; where they cannot be read, as in an archive, the versions must do."""
    found = hashlib.blake2b(digest_size=4)
    for file in sorted(_PACKAGE.rglob("*.py")):
        found.update(f"{file.relative_to(_PACKAGE).as_posix()}\0".encode() + file.read_bytes())
    return found.hexdigest()
