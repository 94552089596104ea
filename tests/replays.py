"""Small recorded projects, made by hand: sources, and a recording of which test runs what."""

import json
import lzma
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from planner.model.lines import Lines, line_range
from planner.replay.project import Project, read_project

SCHEMA = """
create table meta(key text primary key, value text);
create table file(id integer primary key, path text unique, kind text, module text, statements blob, nstmts int,
  source text);
create table ctx(id integer primary key, name text unique);
create table cov(ctx_id int, file_id int, bits blob, primary key(ctx_id, file_id));
create table import_mod(module text, file_id int, bits blob);
create table collect_file(testfile text, file_id int, bits blob);
create table test(fid text primary key, file text, cls text, func text, nparams int, code_file text, code_line int,
  fixtures text, outcomes text, dur real);
"""


def numbits(lines: Lines) -> bytes:
    """Lines as coverage.py stores them."""
    return lines.to_bytes((lines.bit_length() + 7) // 8, "little")


@dataclass
class _File:
    text: list[str] = field(default_factory=list)
    statements: Lines = 0
    bodies: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, head: list[str], name: str, body: list[str]) -> int:
        """Add a function; the line it begins at, decorators included."""
        first = len(self.text) + 1
        start = first + len(head)
        self.text += [*head, *body, ""]
        self.statements |= line_range(first, start + len(body) - 1)
        self.bodies[name] = start, start + len(body) - 1
        return first


@dataclass
class Toy:
    """A project in the making: functions of the product, helpers and tests, then `write`, or `project` at once."""

    name: str = "toy"
    files: dict[str, _File] = field(default_factory=dict)
    ran: dict[str, dict[str, Lines]] = field(default_factory=dict)
    tests: list[tuple[object, ...]] = field(default_factory=list)
    imports: dict[str, dict[str, Lines]] = field(default_factory=dict)
    collected: dict[str, dict[str, Lines]] = field(default_factory=dict)

    def function(self, name: str, size: int = 10, path: str = "pkg/mod.py") -> None:
        """A function of the product with `size` statements in its body."""
        body = [f"    x{number} = {number}" for number in range(size - 1)]
        self._file(path).add([f"def {name}():"], name, [*body, "    return x0"] if size > 1 else ["    return 0"])

    def helper(self, name: str, size: int = 3, path: str = "tests/conftest.py", decorator: str = "") -> int:
        """A function of the tests with `size` lines of code, its own `def` among them; its first line."""
        head = [*([decorator] if decorator else []), f"def {name}():"]
        return self._file(path).add(head, name, ["    pass"] * (size - len(head)))

    def test(
        self,
        name: str,
        runs: Mapping[str, int],
        size: int = 2,
        *,
        path: str = "tests/test_mod.py",
        uses: Iterable[str] = (),
        fixtures: Iterable[tuple[str, str]] = (),
        outcome: str = "passed",
    ) -> None:
        """A test of `size` lines of code that runs the first so many statements of functions, by name.

        `uses` are helpers that it enters; `fixtures` are (name, scope).
        """
        line = self.helper(name, size, path)
        node = f"{path}::{name}"
        self.context(f"T|{node}|run", {**runs, name: 1, **dict.fromkeys(uses, 1)})
        asked = [[each, scope, "tests/conftest.py", 1] for each, scope in fixtures]
        row = (node, path, None, name, 1, path, line, json.dumps(asked), json.dumps({outcome: 1}), 0.0)
        self.tests.append(row)

    def context(self, name: str, runs: Mapping[str, int]) -> None:
        """What runs in a context: the first so many statements of functions, by name."""
        rows = self.ran.setdefault(name, {})
        for function, count in runs.items():
            path, (first, last) = self._place(function)
            rows[path] = rows.get(path, 0) | line_range(first, min(last, first + count - 1))

    def write(self, folder: Path, *, packed: bool = False) -> Path:
        """The recording in `folder`, and the sources beside it."""
        for path, file in self.files.items():
            target = folder / f"{self.name}-1.0" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(file.text) + "\n", "utf-8")
        data = folder / f"{self.name}.sqlite"
        data.unlink(missing_ok=True)
        with closing(sqlite3.connect(data)) as database, database:
            self._fill(database)
        if packed:
            content = data.read_bytes()
            data.unlink()
            data = data.with_suffix(".sqlite.xz")
            data.write_bytes(lzma.compress(content))
        return data

    def project(self, folder: Path) -> Project:
        """The project, written and read."""
        return read_project(self.write(folder), folder)

    def _file(self, path: str) -> _File:
        return self.files.setdefault(path, _File())

    def _place(self, function: str) -> tuple[str, tuple[int, int]]:
        return next((path, file.bodies[function]) for path, file in self.files.items() if function in file.bodies)

    def _fill(self, database: sqlite3.Connection) -> None:
        database.executescript(SCHEMA)
        numbers = {path: number for number, path in enumerate(self.files, 1)}
        for path, number in numbers.items():
            is_test = path.startswith("tests/")
            module = None if is_test else path.removesuffix(".py").replace("/", ".")
            row = (number, path, "test" if is_test else "src", module, numbits(self.files[path].statements), 0, "")
            database.execute("insert into file values(?, ?, ?, ?, ?, ?, ?)", row)
        for number, (name, rows) in enumerate(self.ran.items(), 1):
            database.execute("insert into ctx values(?, ?)", (number, name))
            for path, lines in rows.items():
                database.execute("insert into cov values(?, ?, ?)", (number, numbers[path], numbits(lines)))
        for table, known in (("import_mod", self.imports), ("collect_file", self.collected)):
            for name, rows in known.items():
                for path, lines in rows.items():
                    database.execute(f"insert into {table} values(?, ?, ?)", (name, numbers[path], numbits(lines)))
        database.executemany("insert into test values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self.tests)


def shop(name: str = "toy", modules: int = 4, functions: int = 4) -> Toy:
    """A project with several modules, and for each function three tests that run more and more of it.

    Each test file has a helper of its own that all its tests use.
    """
    toy = Toy(name)
    for module in range(modules):
        for number in range(functions):
            toy.function(f"f{module}_{number}", 9 + module + number, f"pkg/mod{module}.py")
    for module in range(modules):
        path = f"tests/test_mod{module}.py"
        toy.helper(f"make{module}", 6, path)
        for number in range(functions):
            for part in (1, 2, 3):
                runs = {f"f{module}_{number}": part * 4, f"f{(module + 1) % modules}_0": 2 * part}
                toy.test(f"test_f{module}_{number}_{part}", runs, 2 + part, path=path, uses=[f"make{module}"])
    return toy
