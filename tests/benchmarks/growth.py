"""How time and memory grow with the code: four sizes of one corpus, each twice the one before.

    python tests/benchmarks/growth.py FOLDER [--only CORPUS] [--python PATH] [--rounds N] [--limit SECONDS]
                                             [--json FILE] [--markdown FILE]

A size is the corpus (see corpora.py) with some of its folders only, each below the next one, with the data that the
same seed gives. Measured as in speed.py: `coverage report`, and gapplan cold, warm for another target, and with one
file edited, on one core. `grows as` is the exponent of the best power of lines, by least squares over the logarithms:
1 is linear. Memory per further 100,000 lines is the slope of the best straight line.
"""

import argparse
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from corpora import RECIPES, SEED, Corpus
from speed import HOME, Measured, Setting, machine, measure, render_table, version_of

PARTS = (8, 4, 2, 1)
KEYS = ("report", "cold", "other", "edited")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where corpora and caches go")
    names = [recipe.name for recipe in RECIPES]
    parser.add_argument("--only", choices=names, default=names[-1], help="the corpus (%(default)s)")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="(%(default)s)")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="for one command (%(default)s)")
    parser.add_argument("--nice", type=int, default=0, help="run at this niceness")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there, too")
    options = parser.parse_args()
    options.folder = options.folder.resolve()
    os.nice(options.nice)
    found: list[Measured] = []
    for setting in settings_of(options):
        found.append(measure(setting, options))
        text = render(found)
        if options.markdown:
            options.markdown.write_text(text, "utf-8")
        if options.json:
            options.json.write_text(json.dumps(_as_json(found), indent=1) + "\n", "utf-8")
    print(text)
    return 0 if all(each.is_equal for each in found) else 1


def settings_of(options: argparse.Namespace) -> list[Setting]:
    """The sizes, smallest first; made by the Python that they are for, where they are not there yet."""
    corpora = Path(__file__).with_name("corpora.py")
    subprocess.run([options.python, corpora, options.folder, "--only", options.only], check=True, capture_output=True)
    version = version_of(options.python)
    whole = options.folder / version / options.only
    found = []
    for part in PARTS:
        place = whole if part == 1 else whole.with_name(f"{options.only}-{part}")
        if not (place / "corpus.json").is_file():
            shutil.rmtree(place, ignore_errors=True)
            copy_part(whole / "tree", place / "tree", part)
            code = "import sys, corpora; corpora.add_data_to(*sys.argv[1:])"
            environ = {**os.environ, "PYTHONPATH": str(HOME / "tests/benchmarks")}
            subprocess.run([options.python, "-c", code, place, place.name], check=True, env=environ)
        corpus = Corpus(**json.loads((place / "corpus.json").read_text("utf-8")))
        found.append(Setting(options.python, version, corpus, "lines", place, None))
    return found


def copy_part(tree: Path, other: Path, part: int) -> None:
    """Folders with one `part`-th of the lines, and what makes packages of those above them.

    The order of folders is the same for all parts, so that a smaller part lies within a larger one.
    """
    folders = sorted({file.parent for file in tree.rglob("*.py")})
    random.Random(SEED).shuffle(folders)
    lines = {folder: sum(file.read_bytes().count(b"\n") for file in folder.glob("*.py")) for folder in folders}
    left = sum(lines.values()) / part
    for folder in folders:
        if left <= 0:
            return
        left -= lines[folder]
        for file in folder.glob("*.py"):
            _copy(file, tree, other)
        for above in folder.relative_to(tree).parents:
            if (package := tree / above / "__init__.py").is_file():
                _copy(package, tree, other)


def _copy(file: Path, tree: Path, other: Path) -> None:
    place = other / file.relative_to(tree)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(file.read_bytes())


def render(found: Sequence[Measured]) -> str:
    """A row for each size, and how the columns grow."""
    lines = [each.setting.corpus.lines for each in found]
    rows = [[f"{each.setting.corpus.lines:,}", *(_seconds(each, key) for key in KEYS), _memory(each)] for each in found]
    if len(found) > 1:
        rows.append(["grows as", *(_power(found, lines, key) for key in KEYS), f"{_slope(found, lines):.1f} MB"])
    heads = ["lines", *(f"{key}, CPU s (per 100,000)" for key in KEYS), "peak, cold / report, MB"]
    setting = found[0].setting
    failed = [f"- {each.setting.corpus.name}: {key}: {why}" for each in found for key, why in each.failed.items()]
    title = f"{setting.corpus.name.partition('-')[0]}, Python {setting.version}; {machine()}; one core"
    equal = f"Totals equal to coverage.py's: {sum(each.is_equal for each in found)} of {len(found)}."
    return "\n\n".join([title, render_table(heads, rows), *failed, equal]) + "\n"


def _seconds(measured: Measured, key: str) -> str:
    cpu = measured.median(key, "cpu")
    return "" if cpu is None else f"{cpu:.2f} ({cpu / measured.setting.corpus.lines * 1e5:.2f})"


def _memory(measured: Measured) -> str:
    return " / ".join(f"{measured.median(key, 'peak') or 0:.0f}" for key in ("cold", "report"))


def _power(found: Sequence[Measured], lines: Sequence[int], key: str) -> str:
    both = [
        (math.log(size), math.log(cpu))
        for size, each in zip(lines, found, strict=True)
        if (cpu := each.median(key, "cpu"))
    ]
    if len(both) < 2:
        return ""
    return f"lines^{statistics.linear_regression(*zip(*both, strict=True)).slope:.2f}"


def _slope(found: Sequence[Measured], lines: Sequence[int]) -> float:
    """MB for each further 100,000 lines, of a cold plan."""
    peaks = [
        (size / 1e5, peak) for size, each in zip(lines, found, strict=True) if (peak := each.median("cold", "peak"))
    ]
    return statistics.linear_regression(*zip(*peaks, strict=True)).slope if len(peaks) > 1 else math.nan


def _as_json(found: Sequence[Measured]) -> dict[str, object]:
    sizes = [
        {
            "corpus": asdict(each.setting.corpus),
            "rounds": [{key: asdict(used) for key, used in usages.items()} for usages in each.rounds],
            "failed": each.failed,
            "equal": each.is_equal,
        }
        for each in found
    ]
    return {"machine": machine(), "python": found[0].setting.version, "sizes": sizes}


if __name__ == "__main__":
    sys.exit(main())
