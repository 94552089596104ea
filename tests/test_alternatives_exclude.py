"""Lines that convention excludes, and `__main__` blocks: predicted counts are coverage.py's own with the line added."""

from dataclasses import replace
from pathlib import Path

import pytest
from makers import coverage_totals, make_project, write_arcs, write_lines
from test_alternatives import alternatives

from planner.alternatives.configuration import configuration_change
from planner.measure.count import count_file
from planner.measure.rows import Row
from planner.model.alternatives import Alternatives, Settings
from planner.settings import read_coverage_settings

CONVENTIONAL = """\
from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol, overload

if TYPE_CHECKING:
    import decimal


class Shape(Protocol):
    def area(self):
        pass


class Base:
    @abstractmethod
    def run(self):
        pass

    def stop(self, hard):
        if hard:
            raise NotImplementedError
        return 1

    def __repr__(self):
        return "Base"


@overload
def pick(one: int) -> int:
    pass


def pick(one):
    return one


def main():
    return pick(1)


if __name__ == "__main__":
    main()
"""

IMPORTED = [1, 2, 4, 8, 9, 13, 14, 15, 18, 23, 27, 28, 32, 36, 40]
NO_DEFAULTS = "[report]\nexclude_lines =\n    pragma: no cover\n"


LONG = "def long():\n" + "".join(f"    one = {number}\n" for number in range(60))
BUSY = [(-1, 2), *((line, line + 1) for line in range(2, 61)), (61, -1)]
"""It ran, so that the percent is high: at a low one, excluding `class`, `def` and `if` lines, which ran, lowers it."""


def _branches(root: Path, lines: list[int]) -> None:
    arcs = list(zip([-1, *lines], [*lines, -1], strict=True))
    rows = {"app/one.py": [*arcs, (-18, 19), (19, 21), (21, -18)], "app/long.py": [(-1, 1), (1, -1), *BUSY]}
    write_arcs(root / ".coverage", {str(root / name): each for name, each in rows.items()})


def _with_change(root: Path, found: Alternatives) -> None:
    """Write the change into the configuration file, as its text says."""
    assert found.change is not None
    path = root / found.change.file
    text = path.read_text() if path.exists() else ""
    header = f"[{found.change.section}]"
    if found.change.is_added_to:
        separator = "[\n" if found.change.file.endswith(".toml") else "=\n"
        start, _, end = text.partition(found.change.option)
        head, _, tail = end.partition(separator)
        text = f"{start}{found.change.option}{head}{separator}{found.change.text}\n{tail}"
    elif header in text:
        text = text.replace(header, f"{header}\n{found.change.text}")
    else:
        text += f"\n{header}\n{found.change.text}\n"
    path.write_text(text)


FILES = {
    "nothing": {},
    "an empty pyproject": {"pyproject.toml": "[project]\nname = 'app'\n"},
    "pyproject": {"pyproject.toml": "[tool.coverage.report]\nexclude_also = [\n    'nothing like it',\n]\n"},
    "coveragerc": {".coveragerc": NO_DEFAULTS},
    "coveragerc with the long section": {
        ".coveragerc": "[coverage:run]\nbranch = true\n[coverage:report]\nprecision = 2\n"
    },
    "coveragerc.toml": {".coveragerc.toml": "[report]\nprecision = 2\n"},
    "setup.cfg": {"setup.cfg": "[coverage:report]\nexclude_also =\n    nothing like it\n"},
    "tox.ini": {"tox.ini": "[tox]\nenvlist = py\n[coverage:run]\nbranch = true\n"},
}


@pytest.mark.parametrize("files", FILES.values(), ids=FILES.keys())
def test_the_totals_after_are_coverage_pys_own_with_the_lines_in_its_configuration(
    tmp_path: Path, files: dict[str, str]
) -> None:
    root = make_project(tmp_path, {"app/__init__.py": "", "app/one.py": CONVENTIONAL, "app/long.py": LONG, **files})
    _branches(root, IMPORTED)
    found = alternatives(root)
    assert found.today.measured == coverage_totals(root)

    _with_change(root, found)

    assert found.after_exclusions.measured == coverage_totals(root)
    assert found.after_exclusions.measured.percent > found.today.measured.percent
    kinds = {each.kind for each in found.exclusions}
    assert kinds >= {"main block", "protocol", "abstract", "overload", "not implemented", "debug repr"}
    assert ("type checking" in kinds) == (files.get(".coveragerc") == NO_DEFAULTS)


def test_each_pattern_says_what_it_does_alone(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"app/__init__.py": "", "app/one.py": CONVENTIONAL, "app/long.py": LONG})
    row = Row(lines=sum(1 << line for line in [*IMPORTED, 19, 21]))
    write_lines(
        root / ".coverage", {str(root / "app/one.py"): [*IMPORTED, 19, 21], str(root / "app/long.py"): range(1, 62)}
    )
    settings = read_coverage_settings(root)
    before = count_file(root, "app/one.py", row, settings, has_arcs=False)

    exclusions = alternatives(root).exclusions
    assert len(exclusions) == 6
    for each in exclusions:
        added = replace(settings, exclude=(*settings.exclude, each.pattern))
        after = count_file(root, "app/one.py", row, added, has_arcs=False)

        assert before.counts.missing_points - after.counts.missing_points == each.missing > 0  # type: ignore[union-attr]
        assert before.counts.covered_points - after.counts.covered_points == each.covered  # type: ignore[union-attr]


LOGIC = {
    "debug repr": "class A:\n    def __repr__(self):\n        if self:\n            return 'a'\n        if not self:\n"
    "            return 'b'\n        return 'c'\n",
    "abstract": "from abc import abstractmethod\n\n\nclass A:\n    @abstractmethod\n    def run(self):\n"
    + "".join(f"        step({number})\n" for number in range(6)),
}


@pytest.mark.parametrize("kind", LOGIC)
def test_a_pattern_that_would_hide_logic_is_withheld_and_named(tmp_path: Path, kind: str) -> None:
    root = make_project(tmp_path, {"app/__init__.py": "", "app/one.py": LOGIC[kind] + "\n\nONE = 1\nTWO = 2\n"})
    write_lines(root / ".coverage", {str(root / "app/one.py"): [1, 2, 4, 5, 9, 10, 14, 15, 16]})

    found = alternatives(root)

    assert [each.kind for each in found.withheld] == [kind]
    assert (found.exclusions, found.change, found.after_exclusions) == ((), None, found.today)


def test_a_pattern_that_would_lower_the_percent_is_not_suggested(tmp_path: Path) -> None:
    source = "class A:\n    def __repr__(self):\n        if self:\n            return 'a'\n        return 'b'\n\n\n"
    root = make_project(
        tmp_path, {"app/one.py": source + "def idle():\n    one = 1\n    two = 2\n    return one + two\n"}
    )
    write_lines(root / ".coverage", {str(root / "app/one.py"): [1, 2, 3, 4, 8]})

    assert alternatives(root).exclusions == ()


TOOL = """\
import argparse
import sys


def work(one):
    return one


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("one")
    args = parser.parse_args()
    if args.one:
        sys.exit(work(args.one))
"""


def _tool(root: Path, files: dict[str, str]) -> Path:
    make_project(
        root,
        {
            "tools/one.py": TOOL,
            "tools/two.py": "def main():\n    return 1\n\n\n"
            'if __name__ == "__main__":\n    import sys\n    sys.exit(main())\n',
            **files,
        },
    )
    rows = {"tools/one.py": [1, 2, 5, 9], "tools/two.py": [1, 5]}
    write_lines(root / ".coverage", {str(root / name): lines for name, lines in rows.items()})
    return root


def test_logic_under_main_is_to_be_made_callable_and_the_usual_exclusion_withheld(tmp_path: Path) -> None:
    found = alternatives(_tool(tmp_path, {}))

    assert [(each.path, each.first_line, each.last_line, each.missing) for each in found.main_blocks] == [
        ("tools/one.py", 10, 14, 5)
    ]
    assert [(each.kind, each.missing, each.place) for each in found.withheld] == [("main block", 7, "tools/one.py:10")]


def test_blocks_that_only_start_something_are_excluded_by_convention(tmp_path: Path) -> None:
    root = _tool(tmp_path, {"tools/one.py": "def work(one):\n    return one\n"})
    (root / ".coverage").unlink()
    write_lines(root / ".coverage", {str(root / "tools/two.py"): [1, 5]})

    found = alternatives(root)

    assert found.main_blocks == ()
    assert [(each.kind, each.missing, each.covered) for each in found.exclusions] == [("main block", 2, 1)]


@pytest.mark.parametrize(
    ("test", "started"),
    [
        ("import subprocess\n\nsubprocess.run(['python', '-m', 'tools.one'])\n", ("tests/test_one.py:3",)),
        ("import subprocess\n\nsubprocess.run(['python', 'tools/one.py'])\n", ("tests/test_one.py:3",)),
        ("import subprocess\n\nsubprocess.run(['python', 'tools/other.py'])\n", ()),
        ("import runpy\n\nrunpy.run_module('tools.one', run_name='__main__')\n", ()),
    ],
)
def test_tests_that_start_the_module_in_a_process_are_named(
    tmp_path: Path, test: str, started: tuple[str, ...]
) -> None:
    found = alternatives(_tool(tmp_path, {"tests/test_one.py": test}))

    assert found.main_blocks[0].started_by == started


def test_processes_that_are_measured_already_are_known(tmp_path: Path) -> None:
    files = {"tests/test_one.py": "import subprocess\n", ".coveragerc": "[run]\npatch = subprocess\n"}

    processes = alternatives(_tool(tmp_path, files)).processes

    assert (processes.files, processes.is_measured) == (("tests/test_one.py",), True)


def test_before_7_2_the_default_is_repeated_and_an_option_that_is_there_gets_more_lines() -> None:
    old = Settings(".coveragerc", "[report]\nshow_missing = true\n", (), (7, 1, 0), (7, 17, 3))
    replaced = replace(old, text="[report]\nexclude_lines =\n    pragma: no cover\n")

    new, added = configuration_change(["def one"], old), configuration_change(["def one"], replaced)

    assert new is not None
    assert added is not None
    assert new.text == ("exclude_lines =\n    #\\s*(pragma|PRAGMA)[:\\s]?\\s*(no|NO)\\s*(cover|COVER)\n    def one")
    assert (added.is_added_to, added.option, added.text) == (True, "exclude_lines", "    def one")
    assert len(new.notes) == 2
