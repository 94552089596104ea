"""Names of files, in the tree and in the data, in every output: nothing of them comes alive."""

from collections.abc import Iterator
from pathlib import Path

from hostile.case import STATUS, Case, Inert, Refuses, Same
from hostile.project import Make, both, nothing, sql, write

NAMES = {
    "clears the screen": "evil\x1b[2J\x1b]0;x\x07",
    "reads backwards": "evil\u202eyp.x\u2066",
    "is no UTF-8": "evil\udce9",
    "has line ends": "evil\nevil\revil\u2028evil",
    "is an image": '<img src=evil onerror=evil()>"',
    "ends a script": "<!--<script>evil<\u2044script>",
    "is a link": "[evil](javascript:evil) ![e](evil)",
    "is a formula": "=HYPERLINK(evil);=evil",
    "is a formula behind a comma": "evil,=cmd|evil",
    "ends a string": 'evil"]; evil [label="evil\\',
    "is an entity": "&lt;evil&gt;&#0;]]>",
    "is rich's markup": "[bold evil][link=evil]",
    "is an option": "--evil=evil",
    "is 200 characters": "evil" * 50,
    "has backticks and pipes": "evil|`|``|evil",
    "joins without width": "evil\u200b\u200devil\ufeff",
}

COMMANDS = {
    "terminal": ("rank", "--all"),
    "markdown": ("rank", "--all"),
    "json": ("rank", "--all"),
    "csv": ("rank", "--all"),
    "html": ("status",),
    "dot": ("graph",),
    "mermaid": ("graph",),
    "graphml": ("graph",),
}

BODY = "def evil(x):\n    if x:\n        return 1\n    return 2\n"


def cases() -> Iterator[Case]:
    """All cases of this file."""
    for what, name in NAMES.items():
        for kind, command in COMMANDS.items():
            yield Case(
                f"a file whose name {what}, in {kind}", _present(name), Inert(kind), (*command, "--format", kind)
            )
        yield Case(
            f"a row without a file whose name {what}, in terminal",
            _absent(name),
            Inert("terminal"),
            ("status", "--detail"),
        )
        yield Case(f"a context whose name {what}, in csv", _context(name), Inert("csv"), ("suite", "--format", "csv"))
    yield from _trees()


def _present(name: str) -> Make:
    """The file in the tree and in the data, with lines that ran and lines that didn't."""
    path = f"shop/{name.replace('/', '_')}.py"
    row = (path.encode("utf-8", "surrogateescape"),)
    return both(
        lambda root: _write(root, path),
        sql(
            ("INSERT INTO file VALUES (77, CAST(? AS TEXT))", row),
            "INSERT INTO arc VALUES (77, 1, -1, 1), (77, 1, 1, -1)",
        ),
    )


def _write(root: Path, path: str) -> None:
    (root / path).write_text(BODY)


def _absent(name: str) -> Make:
    row = (f"shop/{name}.py".encode("utf-8", "surrogateescape"),)
    return sql(("INSERT INTO file VALUES (77, CAST(? AS TEXT))", row))


def _context(name: str) -> Make:
    stored = f"tests/test_shop.py::{name}|run".encode("utf-8", "surrogateescape")
    return sql(("INSERT INTO context (context) VALUES (CAST(? AS TEXT))", (stored,)))


def _trees() -> Iterator[Case]:
    """Trees whose folders and files bear odd names or lead in circles."""
    for what, name in {
        "con.py": "con.py",
        "a trailing dot": "x..py",
        "a trailing blank": "x .py",
        "the name of a library": "click.py",
    }.items():
        yield Case(f"a module with {what}", write(f"shop/{name}", BODY), Same())
    both_cases = both(write("shop/Odd.py", BODY), write("shop/odd.py", BODY), write("shop/ODD.py", BODY))
    yield Case("modules that differ in case alone", both_cases, Same())
    yield Case("a package that links to itself", lambda root: (root / "shop/loop").symlink_to(root / "shop"), Same())
    yield Case("a module that links to itself", lambda root: (root / "shop/loop.py").symlink_to("loop.py"), Same())
    yield Case("a module that links out of the root", _leads_out, Same())
    yield Case("a module that is a folder", lambda root: (root / "shop/odd.py").mkdir(), Same())
    yield Case("300 folders in each other", lambda root: _deep(root, 300), Same())
    yield Case("a root that is absent", nothing, Refuses("no such directory"), (*STATUS, "-C", "../nowhere"))
    yield Case("a root that is a file", nothing, Refuses("no such directory"), (*STATUS, "-C", "shop/stock.py"))
    yield Case("an output over the data", nothing, Refuses("is the coverage data itself"), (*STATUS, "-o", ".coverage"))
    yield Case(
        "an output through a link over the data",
        lambda root: (root / "out").symlink_to(".coverage"),
        Refuses("is the coverage data itself"),
        (*STATUS, "-o", "out"),
    )
    yield Case(
        "an output into a folder that is absent", nothing, Refuses("cannot be written"), (*STATUS, "-o", "no/such/file")
    )
    yield Case("an output to a full device", nothing, Refuses("cannot be written"), (*STATUS, "-o", "/dev/full"))


def _leads_out(root: Path) -> None:
    (root.parent / "secret.py").write_text("SECRET = 1\n")
    (root / "shop/out.py").symlink_to("../../secret.py")


def _deep(root: Path, levels: int) -> None:
    folder = root / "shop"
    for _ in range(levels):
        folder /= "d"
        folder.mkdir()
        (folder / "__init__.py").touch()
