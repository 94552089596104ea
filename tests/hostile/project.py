"""The healthy project that every case begins with, and what cases do to it."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from makers import coverage_in, make_shop, shop_lines, write_lines

Make = Callable[[Path], None]

REPORTS = {"coverage.json": "json_report", "coverage.xml": "xml_report", "coverage.lcov": "lcov_report"}


def healthy(root: Path) -> Path:
    """The shop of `makers` with branch data, under absolute names; `root` comes back."""
    return make_shop(root)


def nothing(root: Path) -> None:
    """For cases that lie in the arguments or the environment."""


def write(name: str, content: str | bytes) -> Make:
    """Write a file below the root, or beside it with `../`."""

    def make(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)

    return make


def both(*makes: Make) -> Make:
    """One after the other."""

    def make(root: Path) -> None:
        for each in makes:
            each(root)

    return make


def remove(name: str) -> Make:
    """Take a file away."""
    return lambda root: (root / name).unlink()


def sparse(name: str, start: bytes = b"", size: int = 1 << 30) -> Make:
    """A file of a gigabyte that takes no room: `start`, or what is there already, and zeros."""

    def make(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:
            stream.write(start)
            stream.truncate(size)

    return make


def sql(*statements: str | tuple[str, Sequence[object]], name: str = ".coverage") -> Make:
    """Run statements on a data file, with or without values; `{root}` in them is the root."""

    def make(root: Path) -> None:
        with closing(sqlite3.connect(root / name)) as database:
            for each in statements:
                text, values = (each, ()) if isinstance(each, str) else each
                database.execute(text.replace("{root}", str(root)), values)
                database.commit()

    return make


def in_place_of_table(table: str, definition: str) -> Make:
    """Put a view, a virtual or an odd table in the place of one of coverage.py's."""
    return sql(f'DROP TABLE "{table}"', definition)


def measured_by_lines(root: Path) -> None:
    """Data of lines in place of branches, with the same lines."""
    (root / ".coverage").unlink()
    write_lines(root / ".coverage", {f"{root}/{name}": lines for name, lines in shop_lines().items()})


def only_report(name: str, content: bytes | Callable[[bytes], bytes]) -> Make:
    """The report of that name in place of the data file: given, or made of the healthy one."""

    def make(root: Path) -> None:
        (root / ".coverage").unlink()
        (root / name).write_bytes(content if isinstance(content, bytes) else content(report(name)))

    return make


@cache
def report(name: str) -> bytes:
    """coverage.py's own report of the healthy project."""
    with TemporaryDirectory() as folder:
        root = healthy(Path(folder).resolve() / "around" / "shop")
        with coverage_in(root) as coverage:
            getattr(coverage, REPORTS[name])(outfile=str(root / name))
        return (root / name).read_bytes()
