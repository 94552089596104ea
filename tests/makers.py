"""Small projects and coverage data, made with coverage.py's own API, and the truth coverage.py tells about them."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from coverage import Coverage, CoverageData
from hypothesis import strategies as st

from planner.errors import GapplanError
from planner.measure import Request, read_measurement
from planner.model.measurement import Counts, Measurement

for _name in [name for name in os.environ if name.startswith("COVERAGE_")]:
    del os.environ[_name]  # the settings of a coverage run around the tests are not those of the projects in them

Arcs = Mapping[str, Iterable[tuple[int, int]]]
LineRows = Mapping[str, Iterable[int]]

PRICES = '''\
"""Prices, with one of each construct that counting knows."""
from typing import TYPE_CHECKING, Protocol
if TYPE_CHECKING:
    from decimal import Decimal


class Priced(Protocol):
    def price(self) -> int: ...


def price(amount, vip=False):
    if vip:
        amount -= 1
    else:
        amount = max(
            amount,
            0,
        )
    for each in range(amount):
        if each > 1:
            break
    else:
        amount += 1
    return amount


def convert(text):
    try:
        value = int(text)
    except ValueError:
        return None
    finally:
        text = ""
    while True:
        value += 1
        if value > 3: break
    return [each for each in range(value) if each]


def debug(value):  # pragma: no cover
    print(value)
    return value


def kind(value):
    match value:
        case 0:
            return "none"
        case int():
            return "number"
        case _:
            raise NotImplementedError
    assert False, "never"


def loop(limit):
    while limit:  # pragma: no branch
        limit -= 1
    if limit:  # never otherwise
        log("odd")
    return limit


def log(text):
    with open(text) as stream: return stream


if __name__ == "__main__":
    price(1)
'''

STOCK = """\
class Stock:
    def __init__(self):
        self.items = {}

    def __repr__(self):
        return f"Stock({self.items})"

    def take(self, name):
        if name in self.items and self.items[name]:
            self.items[name] -= 1
            return True
        log = f"no {name}"
        return False


def unused(one, two):
    if one:
        return two
    return one
"""

IDLE = """\
import os


def idle():
    if os.sep:
        return 1
    return 2
"""

SUITE = """\
from shop.prices import convert, kind, loop, price
from shop.stock import Stock

price(3)
price(1, vip=True)
convert("1")
convert("x")
kind(0)
loop(1)
Stock().take("a")
"""

SHOP: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/prices.py": PRICES,
    "shop/stock.py": STOCK,
    "shop/idle.py": IDLE,
    "tests/test_shop.py": SUITE,
}
"""A project with one of each: covered, partly covered and idle code, exclusions, partial branches, tests."""


def make_project(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write `files` (relative path -> text or bytes) below `root`, which comes back."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    root.mkdir(parents=True, exist_ok=True)
    return root


def run_coverage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m coverage ...` in a process of its own, in `folder`."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "coverage", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@cache
def shop_arcs() -> dict[str, list[tuple[int, int]]]:
    """The arcs that a real run of SHOP's suite takes, by relative path; `shop/idle.py` is there with none."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder), {**SHOP, ".coveragerc": "[run]\nbranch=true\nrelative_files=true\nsource=."})
        done = run_coverage(root, "run", "tests/test_shop.py")
        assert done.returncode == 0, done.stderr
        data = CoverageData(str(root / ".coverage"))
        data.read()
        found = {name: sorted(data.arcs(name) or []) for name in sorted(data.measured_files())}
        data.close()
    return found


def shop_lines() -> dict[str, list[int]]:
    """The lines that a real run of SHOP's suite takes, by relative path."""
    return {name: lines_in(arcs) for name, arcs in shop_arcs().items()}


def lines_in(arcs: Iterable[tuple[int, int]]) -> list[int]:
    """The lines that ran when `arcs` were taken."""
    return sorted({line for arc in arcs for line in arc if line > 0})


def write_lines(path: Path, rows: LineRows, *, context: str = "", plugins: Mapping[str, str] | None = None) -> Path:
    """A data file of line coverage at `path`; what is there already is kept. `plugins`: row -> plugin name."""
    data = _opened(path)
    data.set_context(context)
    data.add_lines({name: set(lines) for name, lines in rows.items()})
    data.touch_files(rows.keys())
    data.add_file_tracers(plugins or {})
    data.close()
    return path


def write_arcs(path: Path, rows: Arcs, *, context: str = "") -> Path:
    """A data file of branch coverage at `path`; what is there already is kept."""
    data = _opened(path)
    data.set_context(context)
    data.add_arcs({name: set(arcs) for name, arcs in rows.items()})
    data.touch_files(rows.keys())
    data.close()
    return path


def _opened(path: Path) -> CoverageData:
    data = CoverageData(str(path))
    if path.exists():
        data.read()
    return data


def write_shop(root: Path, *, branch: bool, prefix: str = "", context: str = "") -> Path:
    """SHOP's own data as `.coverage` in `root`, each row's name after `prefix`."""
    if branch:
        rows = {prefix + name: arcs for name, arcs in shop_arcs().items()}
        return write_arcs(root / ".coverage", rows, context=context)
    return write_lines(
        root / ".coverage", {prefix + name: each for name, each in shop_lines().items()}, context=context
    )


def make_shop(root: Path, files: Mapping[str, str] | None = None, *, branch: bool = True) -> Path:
    """SHOP with further `files` and its data under absolute names; `root` comes back."""
    make_project(root, {**SHOP, **(files or {})})
    write_shop(root, branch=branch, prefix=f"{root}/")
    return root


def measure(root: Path, *data: str | Path, source: tuple[str, ...] = ()) -> Measurement:
    """What gapplan reads of the project at `root`, from `data` or from what it finds."""
    return read_measurement(Request(root, tuple(str(each) for each in data), source))


@contextlib.contextmanager
def coverage_in(root: Path) -> Iterator[Coverage]:
    """coverage.py with the configuration and the data of the project at `root`, which is the current directory."""
    with contextlib.chdir(root), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        coverage = Coverage()
        coverage.load()
        yield coverage
        coverage.get_data().close(force=True)


def coverage_totals(root: Path, *, ignore_errors: bool = False) -> Counts:
    """coverage.py's own totals for the project at `root`. Ask last: it works in place and may change the data."""
    with coverage_in(root) as coverage:
        coverage.json_report(outfile=str(root / "truth.json"), ignore_errors=ignore_errors)
    return totals_of(root / "truth.json")


def totals_of(report: Path) -> Counts:
    """The totals that a JSON report of coverage.py states."""
    totals = json.loads(report.read_text())["totals"]
    return Counts(
        statements=totals["num_statements"],
        covered_statements=totals["covered_lines"],
        branches=totals.get("num_branches", 0),
        covered_branches=totals.get("covered_branches", 0),
    )


def contents_of(root: Path) -> dict[str, bytes]:
    """Every file below `root` with its bytes, to show that reading changes and leaves nothing."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


ODD = (b"", b"-1", b"0", b"1e999", b"nan", b"inf", b"1.5", b"9" * 25, b"9" * 5000, b"null", b"true", b"[]", b"{}", b'"')
"""What stands where a number or a word was, in a damaged file."""

MOST_SECONDS = 10.0


@st.composite
def damaged(draw: st.DrawFn, original: bytes) -> bytes:
    """`original` with one to five injuries: numbers replaced, bytes overwritten, put in or taken out, the end cut."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 5))):
        numbers = [match.span() for match in re.finditer(rb"\d+", content)]
        start = draw(st.integers(0, len(content)))
        match draw(st.sampled_from(("number", "number", "overwrite", "insert", "remove", "cut"))):
            case "number" if numbers:
                first, last = draw(st.sampled_from(numbers))
                content[first:last] = draw(st.sampled_from(ODD))
            case "overwrite":
                junk = draw(st.binary(min_size=1, max_size=8))
                content[start : start + len(junk)] = junk
            case "insert":
                content[start:start] = draw(st.sampled_from(ODD) | st.binary(max_size=4))
            case "remove":
                del content[start : start + draw(st.integers(1, 40))]
            case _:
                del content[max(start, len(content) // 2) :]
    return bytes(content)


def assert_answer_or_error(read: Callable[[], object]) -> None:
    """`read` either answers or raises one of gapplan's own errors, in one line, and soon."""
    started = time.process_time()
    message = ""
    try:
        read()
    except GapplanError as error:
        message = str(error)
    assert "\n" not in message
    assert time.process_time() - started < MOST_SECONDS
