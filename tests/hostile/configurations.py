"""Configuration files: of wrong types, huge, foreign; patterns that backtrack for ever; paths that lead elsewhere."""

import os
from collections.abc import Iterator

from hostile.case import STATUS, Answers, Case, Refuses, Same, Warns
from hostile.project import Make, both, nothing, sparse, sql, write

BACKTRACKS = "(a+)+$"
"""Takes twice as long for every further `a` before another character; https://cwe.mitre.org/data/definitions/1333.html."""

LONG = "x = 1  # " + "a" * 60 + "!\n"


def cases() -> Iterator[Case]:
    """All cases of this file."""
    yield from _own()
    yield from _coverage_py()
    yield from _pytest()
    yield from _odd_files()
    yield from _patterns()


def _own() -> Iterator[Case]:
    values = {
        "target": ("[]", "true", "{}", "1979-05-27", "nan", '"many"', '"-1"', '"1e3"', "101"),
        "meaning": ("1", '"maybe"', "[]"),
        "total": ("1", '"all"'),
        "data": ("1", "[1]", "{}"),
        "source": ("7", "[[]]"),
        "rcfile": ("1", "[]"),
        "confidence": ("100", '"x"', "-5", "inf"),
        "budget": ('"-1h"', '"1e9h"', "[]", "true"),
        "weights": ("[]", "{churn = -1}", "{churn = inf}", "{moon = 1}"),
        "pace": ('"often"', "[1]"),
        "options": ("[]", "{A = {modules = 'x'}}", "{x = {}}", "{x = {modules = ''}}"),
        "require": ("[]", "{x = 'y'}", "{x = 200}"),
        "leave_out": ("{x = ''}", "1"),
        "rates": ("{moon = 1}", "{x = 'y'}", "[]"),
        "seams": ("[]", "{'a b' = {}}", "{a = {kind = 'moon'}}"),
        "doctor": ("1", "{moon = 1}"),
        "unblock": ("1", "{effort = {a = 'x'}}"),
        "moon": ("1",),
        "ladder": ("1", "['x']"),
        "noise": ("-1", "1.5", "1e400"),
    }
    for key, texts in values.items():
        for text in texts:
            made = write("pyproject.toml", f"[tool.gapplan]\n{key} = {text}\n")
            yield Case(f"gapplan's {key} is {text}", made, Refuses(key))
    damaged = {
        "is cut short": "[tool.gapplan]\ntarget = ",
        "nests 5,000 lists": "[tool.gapplan]\nx = " + "[" * 5000,
        "says it twice": "[tool.gapplan]\ntarget = 1\ntarget = 2\n",
        "has a key of control characters": '[tool.gapplan]\n"\\u001b[2J" = 1\n',
        "has a value of 1 MB": f'[tool.gapplan]\nmeaning = "{"x" * 1_000_000}"\n',
        "has a number of 10,000 digits": f"[tool.gapplan]\ntarget = {'9' * 10_000}\n",
        "is no table": "[tool]\ngapplan = 1\n",
    }
    for what, text in damaged.items():
        yield Case(f"pyproject.toml that {what}", write("pyproject.toml", text), Refuses("pyproject.toml"))
    foreign = {
        "is noise": os.urandom(2000),
        "is in UTF-16": "[tool]\nx = 1\n".encode("utf-16"),
        "is empty": b"",
        "nests 5,000 lists": b"x = " + b"[" * 5000,
    }
    for what, content in foreign.items():
        yield Case(f"pyproject.toml that says nothing of gapplan and {what}", write("pyproject.toml", content), Same())


def _coverage_py() -> Iterator[Case]:
    for what, text in {
        "a section twice": "[run]\n[run]\n",
        "no section": "branch = true\n",
        "a precision of 10**9": "[report]\nprecision = 1000000000\n",
        "a threshold that is no number": "[report]\nfail_under = nan\n",
        "a threshold without end": "[report]\nfail_under = inf\n",
        "a pattern that is none": "[report]\nexclude_also = (((\n",
        "a pattern that repeats nothing": "[report]\nexclude_lines = *\n",
        "a word for yes or no": "[run]\nbranch = perhaps\n",
    }.items():
        yield Case(f".coveragerc with {what}", write(".coveragerc", text), Same("counted with coverage.py's defaults"))
        yield Case(f"--rcfile with {what}", write("rc", text), Refuses("rc"), (*STATUS, "--rcfile", "rc"))
    for what, text in {
        "unknown keys": "[run]\nmoon = 1\n",
        "a plugin that is not there": "[run]\nplugins = no.such.plugin\n",
        "unknown concurrency": "[run]\nconcurrency = moon\n",
        "another source": "[run]\nsource = /\n",
        "a source above the root": "[run]\nsource = ../..\n",
        "a source of 10,000 characters": f"[run]\nsource = {'n' * 10_000}\n",
        "a data file that is a pipe": "[run]\ndebug = trace\n",
        "paths without an end": "[paths]\na =\n",
        "a path that is none": "[paths]\na =\n  /x\n  ***\n",
    }.items():
        yield Case(f".coveragerc with {what} does not change the totals", write(".coveragerc", text), Same())
    for what, name in {
        "a device": "/dev/zero",
        "above the root": "../../x",
        "a folder": "shop",
        "of 5,000 characters": "n" * 5000,
    }.items():
        yield Case(
            f".coveragerc with data that is {what}",
            write(".coveragerc", f"[run]\ndata_file = {name}\n"),
            Refuses("no coverage data"),
        )
    yield Case(
        ".coveragerc with a pattern that is no glob",
        write(".coveragerc", "[report]\nomit = a***b\n"),
        Refuses("coverage configuration"),
    )
    excluded = write(".coveragerc", "[report]\nexclude_also = .\n")
    yield Case(".coveragerc that excludes every line", excluded, Warns(""))
    contexts = write(".coveragerc", "[report]\ncontexts = (((\n")
    yield Case(".coveragerc with contexts that are no pattern", contexts, Refuses("contexts"))


def _pytest() -> Iterator[Case]:
    for what, text in {
        "an open quote": "[pytest]\naddopts = 'x\n",
        "noise": "\x00\x01[pytest\n",
        "a configuration of coverage.py elsewhere": "[pytest]\naddopts = --cov-config=/etc/passwd\n",
        "5 MB of options": "[pytest]\naddopts = " + "--x " * 1_250_000 + "\n",
        "a plugin": "[pytest]\naddopts = -p no.such.plugin\n",
    }.items():
        yield Case(f"pytest.ini with {what}", write("pytest.ini", text), Same())
    globs = write("pytest.ini", "[pytest]\npython_files = " + "*a" * 60 + "b.py\n")
    long = both(globs, write(f"tests/{'a' * 200}.py", "def test_a(): pass\n"))
    yield Case("pytest.ini with a glob of 60 stars", long, Answers(), ("suite", "--format", "json"))


def _odd_files() -> Iterator[Case]:
    for name in (".coveragerc", "pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"):
        yield Case(f"{name} that is a pipe", lambda root, name=name: os.mkfifo(root / name), Same())  # type: ignore[misc]
        yield Case(f"{name} that is a folder", lambda root, name=name: (root / name).mkdir(), Same())  # type: ignore[misc]
        yield Case(f"{name} that is a loop of links", lambda root, name=name: (root / name).symlink_to(name), Same())  # type: ignore[misc]
        yield Case(f"{name} that is a device", lambda root, name=name: (root / name).symlink_to("/dev/zero"), Same())  # type: ignore[misc]
        owed = Refuses("larger than") if name == "pyproject.toml" else Same()
        yield Case(f"{name} of a gigabyte", sparse(name, b"# "), owed, is_bomb=True)
    asked = (*STATUS, "--rcfile")
    yield Case("--rcfile is absent", nothing, Refuses("no such file"), (*asked, "nowhere"))
    yield Case("--rcfile is a device", nothing, Refuses("no such file"), (*asked, "/dev/zero"))
    yield Case("--rcfile is a folder", nothing, Refuses("no such file"), (*asked, "shop"))
    yield Case("--rcfile is a gigabyte", sparse("rc", b"# "), Refuses("larger than"), (*asked, "rc"), is_bomb=True)


def _patterns() -> Iterator[Case]:
    """Patterns of the configuration are run on sources, names and contexts of the project: all of them may conspire."""
    source = write("shop/odd.py", LONG)
    for key in ("exclude_lines", "exclude_also", "partial_branches", "partial_also"):
        config = write(".coveragerc", f"[report]\n{key} = {BACKTRACKS}\n[run]\nbranch = true\n")
        yield Case(
            f"{key} that backtrack for ever",
            both(config, source, _row("shop/odd.py")),
            Refuses(BACKTRACKS),
            is_bomb=True,
        )
    contexts = sql("INSERT INTO context (context) VALUES ('" + "a" * 60 + "!')")
    config = write(".coveragerc", f"[report]\ncontexts = {BACKTRACKS}\n")
    yield Case("contexts that backtrack for ever", both(config, contexts), Refuses("contexts"), is_bomb=True)
    stars = "*a" * 40 + "*b"
    row = _row("shop/" + "a" * 200 + ".py")
    for key in ("omit", "include"):
        config = write(".coveragerc", f"[report]\n{key} = {stars}\n")
        yield Case(f"{key} with 40 stars", both(config, row), Refuses("coverage configuration"), is_bomb=True)
    config = write(".coveragerc", f"[paths]\na =\n  shop\n  {stars}\n")
    astray = _row("a" * 200 + "/stock.py")  # a star stays within one part of a path, and this one begins with a's
    yield Case("paths with 40 stars", both(config, astray), Refuses("coverage configuration"), is_bomb=True)
    yield Case("paths with 40 stars that no row begins like", both(config, row), Same("no such file"), is_bomb=True)
    own = write("pyproject.toml", f"[tool.gapplan.options.x]\nmodules = '{stars}'\n")
    yield Case(
        "an option's modules with 40 stars",
        both(own, write(f"shop/{'a' * 200}.py", "x = 1\n")),
        Answers(),
        ("plan", "--target", "90", "--format", "json"),
        is_bomb=True,
    )


def _row(name: str) -> Make:
    return sql(("INSERT INTO file VALUES (78, ?)", (name,)), "INSERT INTO arc VALUES (78, 1, -1, 1), (78, 1, 1, -1)")
