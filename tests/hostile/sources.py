"""Sources that are no Python, are newer than this one, or are bombs for parsers."""

import os
from collections.abc import Iterator
from pathlib import Path

from hostile.case import STATUS, Answers, Case, Same, Skips
from hostile.project import Make, both, sparse, sql, write

PLAN = ("plan", "--target", "95", "--format", "json")

ODD = {
    "null bytes": b"x = 1\n\0\n",
    "a coding that is none": b"# -*- coding: no-such -*-\nx = 1\n",
    "two codings": b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
    "bytes that are no UTF-8": b"x = '\xff\xfe'\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
    "a coding that is no text": b"# coding: hex\n78203d2031\n",
    "merge marks": b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n",
    "Python 2": b"print 'x'\nexec 'y'\n",
    "an end in a string": b'x = """never closed\n',
    "an end in brackets": b"x = (((1,\n",
    "tabs and blanks mixed": b"if 1:\n\tx = 1\n        y = 2\n    z = 3\n",
    "300 brackets in each other": b"x = " + b"(" * 300 + b")" * 300 + b"\n",
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0",
    "a number of 10,000 digits": b"x = " + b"9" * 10_000 + b"\n",
    "200 blocks in each other": b"".join(b" " * n + b"if 1:\n" for n in range(200)) + b" " * 200 + b"pass\n",
}
"""What this interpreter cannot parse."""

FINE = {
    "no text at all": b"",
    "blanks only": b" \n\t\n\x0c\n",
    "utf-7": b"# coding: utf-7\nx = 1\n",
    "a form feed in each line": b"\x0cx = 1\n\x0cy = 2\n",
    "line ends of old Macs": b"x = 1\ry = 2\r",
    "line ends of all kinds": b"x = 1\r\ny = 2\rz = '''a\x0b\x1c\x85'''\n".replace(b"\x85", "\x85".encode()),
    "no end of the last line": b"x = 1",
    "a byte-order mark": b"\xef\xbb\xbfx = 1\n",
    "a backslash at its end": b"x = 1\\\n\n",
    "pragmas in strings": b's = """\n# pragma: no cover\n"""\nt = 1\n',
    "5,000 pragmas": b"x = 1  # pragma: no cover # pragma: no branch\n" * 5000,
    "letters of other scripts": "ªº = 1\nx\u0301 = 2\n\u2102 = 3\n".encode(),
    "imports of itself": b"from . import odd\nimport shop.odd\nfrom shop.odd import *\n",
    "imports above all packages": b"from ...... import x\n",
    "imports of nothing": b"try:\n    import no.such.module\nexcept ImportError:\n    pass\n",
}


def cases() -> Iterator[Case]:
    """All cases of this file."""
    for what, text in ODD.items():
        yield Case(
            f"a measured source with {what}", write("shop/stock.py", text), Skips("shop/stock.py", "", is_lost=True)
        )
        yield Case(f"a plan beside a source with {what}", write("shop/odd.py", text), Answers("shop/odd.py"), PLAN)
    for what, text in FINE.items():
        yield Case(f"a source with {what}", write("shop/odd.py", text), Same())
        yield Case(f"a plan over a source with {what}", write("shop/odd.py", text), Answers(), PLAN)
    for what, text in ODD.items():
        if what in ("null bytes", "300 brackets in each other", "a coding that is none"):
            yield Case(
                f"a suite with {what}", write("tests/test_odd.py", text), Answers(), ("suite", "--format", "json")
            )
    yield from _gone()
    yield from _bombs()


def _gone() -> Iterator[Case]:
    gone: Make = lambda root: (root / "shop/stock.py").unlink()  # noqa: E731
    yield Case("a measured source that is gone", gone, Skips("{root}/shop/stock.py", "no such file", is_lost=True))
    yield Case(
        "a measured source that is a loop of links",
        both(gone, lambda root: (root / "shop/stock.py").symlink_to("stock.py")),
        Skips("{root}/shop/stock.py", "no such file", is_lost=True),
    )
    yield Case(
        "a measured source that is a pipe",
        both(gone, _pipe),
        Skips("{root}/shop/stock.py", "no such file", is_lost=True),
    )
    circle = both(
        write("shop/__init__.py", "from shop import a\n"),
        write("shop/a.py", "from shop import b\n"),
        write("shop/b.py", "import shop.a\n"),
    )
    yield Case("packages that import each other", circle, Answers(), PLAN)
    yield Case("a graph of packages that import each other", circle, Answers("shop.a"), ("graph", "--format", "json"))


def _pipe(root: Path) -> None:
    os.mkfifo(root / "shop/stock.py")


def _big(text: str) -> Make:
    """A module that the data says to have run, so that it is counted and planned for."""
    row = sql(
        "INSERT INTO file VALUES (77, '{root}/shop/odd.py')", "INSERT INTO arc VALUES (77, 1, -1, 1), (77, 1, 1, -1)"
    )
    return both(write("shop/odd.py", text), row)


BOMBS = {
    "one line of 5 MB": "x = [" + "1, " * 1_600_000 + "]\n",
    "a text of 7 MB": "x = '" + "a" * 7_000_000 + "'\n",
    "100,000 terms": "x = " + "+".join(["1"] * 100_000) + "\n",
    "100,000 minuses": "x = " + "-" * 100_000 + "1\n",
    "5,000 chained calls": "x = a" + ".b()" * 5000 + "\n",
    "5,000 elif": "if a: pass\n" + "elif a: pass\n" * 5000,
    "20,000 decorators": "@a\n" * 20_000 + "def f(): pass\n",
    "4,000 functions": "".join(f"def f{n}(x):\n    return x\n" for n in range(4000)),
    "50,000 comments that exclude": "x = 1  # pragma: no cover\n" * 50_000,
    "90 functions in each other": "".join(f"{' ' * n}def f{n}():\n" for n in range(90)) + " " * 90 + "pass\n",
    "newer syntax in 5,000 chained calls": "type X = int\nx = a" + ".b()" * 5000 + "\n",
    "newer syntax in 3,000 brackets": "type X = int\nx = " + "(" * 3000 + ")" * 3000 + "\n",
    "90 brackets in each other": "x = " + "(" * 90 + ")" * 90 + "\n",
    "a comprehension of 40 loops": "x = [" + "0 " + " ".join(f"for a{n} in b" for n in range(40)) + "]\n",
    "2,000 imports of everything": "".join(f"from shop.m{n} import *\n" for n in range(2000)),
}


def _bombs() -> Iterator[Case]:
    for what, text in BOMBS.items():
        yield Case(f"a plan over a source with {what}", _big(text), Answers(), PLAN, is_bomb=len(text) > 60_000)
    yield Case(
        "a source of a gigabyte",
        sparse("shop/odd.py", b"x = 1\n"),
        Skips("shop/odd.py", "larger than"),
        STATUS,
        is_bomb=True,
    )
    measured = both(_big("x = 1\n"), sparse("shop/odd.py"))
    yield Case("a measured source of a gigabyte", measured, Skips("shop/odd.py", "larger than"), is_bomb=True)
    yield Case(
        "a plan over a source of a gigabyte",
        sparse("shop/odd.py", b"x = 1\n"),
        Answers("larger than"),
        PLAN,
        is_bomb=True,
    )
    yield Case(
        "a test file of a gigabyte",
        sparse("tests/test_odd.py", b"x = 1\n"),
        Answers(),
        ("suite", "--format", "json"),
        is_bomb=True,
    )
