"""What the benchmarks on real packages share: options, source distributions, and environments to run them in."""

import argparse
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path


def read_options(arguments: Sequence[str] | None, description: str, work: Path) -> argparse.Namespace:
    """`--work`, `--only` and `--json`; `work` is the default folder, which comes back absolute."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", type=Path, default=work, help="where trees and data go (%(default)s)")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this project; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes there, too")
    options = parser.parse_args(arguments)
    options.work = options.work.resolve()
    return options


def unpack(name: str, version: str, work: Path) -> Path:
    """The project's tree, from its source distribution; what lies below `work` already is used again."""
    place = work / "trees" / name
    if not place.is_dir():
        archives = work / "archives" / name
        command = ["pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(archives)]
        subprocess.run([sys.executable, "-m", *command, f"{name}=={version}"], check=True)
        with tarfile.open(next(archives.glob("*.tar.gz"))) as archive:
            archive.extractall(place, filter="data")
    return next(place.glob(f"*-{version}"))


def build_environment(name: str, tree: Path, work: Path, packages: Iterable[str]) -> Path:
    """A Python with the project installed from its tree, so that measured files are the tree's own, and `packages`."""
    place = work / "environments" / name
    python = place / "bin" / "python"
    if not (place / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-e", str(tree), *packages], check=True)
        (place / "ready").touch()
    return python
