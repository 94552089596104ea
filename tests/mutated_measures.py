"""Benches of what measures: data files, reports of three formats, results of test runs, logs."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData
from makers import coverage_in, make_project, measure, write_arcs, write_lines
from mutated import Bench, Original, Reader, Reading
from mutators import damage_either, damage_json, damage_lines, damage_sqlite, damage_xml

from planner.model.measurement import Counts, Measurement
from planner.suite.reports import read_reports

PROJECT = {
    "shop/__init__.py": "",
    "shop/desk.py": "def sell(name):\n    if name:\n        return 1\n    return 2\n\n\nclass Desk:\n    open = True\n",
    "shop/till.py": "import shop.desk\n\n\ndef count(coins):\n    for coin in coins:\n        if coin:\n"
    "            return coin\n    return 0\n",
}

ARCS = {
    "shop/__init__.py": [(-1, 1), (1, -1)],
    "shop/desk.py": [(-1, 1), (1, 7), (7, 8), (8, -1), (-1, 2), (2, 3), (3, -1)],
    "shop/till.py": [(-1, 1), (1, 4), (4, -1), (-4, 5), (5, 6), (6, 5), (5, 8), (8, -4)],
}

LINES = {name: sorted({line for arc in arcs for line in arc if line > 0}) for name, arcs in ARCS.items()}

Counted = tuple[int, int, int, int]


def _counted(counts: Counts) -> Counted:
    return counts.statements, counts.covered_statements, counts.branches, counts.covered_branches


def _said(measured: Measurement) -> frozenset[str]:
    return frozenset(measured.notices) | {f"{each.path}: {each.reason}" for each in measured.skipped}


def _files_and_totals(measured: Measurement) -> Hashable:
    """The totals, and the counts of each file whatever it is called."""
    return _counted(measured.totals), tuple(sorted(_counted(each.counts) for each in measured.files))


def _read_files(place: Path) -> Reading:
    measured = measure(place.parent, place)
    return Reading(_files_and_totals(measured), _said(measured))


def _read_totals(place: Path) -> Reading:
    measured = measure(place.parent, place)
    return Reading(_counted(measured.totals), _said(measured))


# Data files


def build_data(folder: Path) -> Bench:
    """A data file with branches and two contexts, and one with lines."""
    branches, plain = make_project(folder / "branches", PROJECT), make_project(folder / "lines", PROJECT)
    write_arcs(branches / ".coverage", ARCS, context="")
    write_arcs(branches / ".coverage", {"shop/till.py": [(-4, 5), (5, 8), (8, -4)]}, context="test_count|run")
    write_lines(plain / ".coverage", LINES)
    places = [branches / ".coverage", plain / ".coverage"]
    return Bench(tuple(Original(each, each.read_bytes()) for each in places), _read_files, _true_data)


def _true_data(place: Path) -> Hashable:
    """What coverage.py reads in a copy of the file, written by it anew as a whole file, and counted."""
    copied = Path(shutil.copy(place, place.with_name("copy")))
    whole = place.with_name("whole")
    whole.unlink(missing_ok=True)
    data = CoverageData(str(copied))
    data.read()
    try:
        names = sorted(data.measured_files())
        if data.has_arcs():
            write_arcs(whole, {name: data.arcs(name) or () for name in names})
        else:
            write_lines(whole, {name: data.lines(name) or () for name in names})
    finally:
        data.close(force=True)
    return _files_and_totals(measure(place.parent, whole))


# Reports


def _reports(folder: Path) -> Path:
    """The project with a report of each format, made by coverage.py."""
    root = make_project(folder, {**PROJECT, ".coveragerc": "[run]\nrelative_files = true\nbranch = true\nsource = .\n"})
    write_arcs(root / ".coverage", ARCS)
    with coverage_in(root) as coverage:
        coverage.json_report(outfile="coverage.json", pretty_print=True)
        coverage.xml_report(outfile="coverage.xml")
        coverage.lcov_report(outfile="coverage.lcov")
    (root / ".coverage").unlink()
    for report in root.glob("coverage.*"):
        report.write_bytes(_MOMENT.sub(rb"\g<1>1795284707361", report.read_bytes()))
    return root


_MOMENT = re.compile(rb'(timestamp"?[:=] ?")[^"]+')


def _of(place: Path) -> tuple[Original, ...]:
    return (Original(place, place.read_bytes()),)


def build_json(folder: Path) -> Bench:
    """The JSON report."""
    return Bench(_of(_reports(folder) / "coverage.json"), _read_files, _true_json)


def _true_json(place: Path) -> Hashable:
    """The totals that the document states, and the summary of each file."""
    document = json.loads(place.read_bytes())
    return _stated(document["totals"]), tuple(sorted(_stated(each["summary"]) for each in document["files"].values()))


def _stated(summary: dict[str, int]) -> Counted:
    return (
        summary["num_statements"],
        summary["covered_lines"],
        summary.get("num_branches", 0),
        summary.get("covered_branches", 0),
    )


def build_xml(folder: Path) -> Bench:
    """The Cobertura report of coverage.py, and one of a writer that states no counts."""
    root = _reports(folder / "own")
    other = make_project(folder / "other", PROJECT)
    text = re.sub(r'(lines|branches)-(valid|covered)="\d+" ', "", (root / "coverage.xml").read_text("utf-8"))
    (other / "coverage.xml").write_text(text, "utf-8")
    return Bench((*_of(root / "coverage.xml"), *_of(other / "coverage.xml")), _read_totals, _true_xml)


def _true_xml(place: Path) -> Hashable:
    """The `<line>` elements, counted; a line that has several is one."""
    hits: dict[tuple[str, int], int] = {}
    exits: dict[tuple[str, int], tuple[int, int]] = {}
    root = ElementTree.parse(place).getroot()
    for each in root.iter("class"):
        for line in each.iterfind("lines/line"):
            key = (each.attrib["filename"], int(line.attrib["number"]))
            hits[key] = max(hits.get(key, 0), int(line.attrib["hits"]))
            found = re.search(r"\((\d+)/(\d+)\)", line.get("condition-coverage", ""))
            if line.get("branch") == "true" and found:
                exits[key] = max(exits.get(key, (0, 0)), (int(found[2]), min(int(found[1]), int(found[2]))))
    return (
        len(hits),
        sum(each > 0 for each in hits.values()),
        sum(total for total, _ in exits.values()),
        sum(taken for _, taken in exits.values()),
    )


def build_lcov(folder: Path) -> Bench:
    """The LCOV report of coverage.py."""
    return Bench(_of(_reports(folder) / "coverage.lcov"), _read_totals, _true_lcov)


_TAGS = re.compile(r"(TN|SF|FN|FNDA|FNF|FNH|FNL|FNA|DA|LF|LH|BRDA|BRF|BRH):.*|end_of_record|#.*|", re.DOTALL)


def _true_lcov(place: Path) -> Hashable:
    """The LF, LH, BRF and BRH of all records of a text in which every line is one that LCOV has."""
    text = place.read_bytes().decode("utf-8")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if not all(_TAGS.fullmatch(line) for line in lines):
        raise ValueError("a line that no LCOV has")
    records = text.replace("\r", "").split("end_of_record")[:-1]
    if len({re.findall(r"^SF:(.*)", each, re.MULTILINE)[0] for each in records}) != len(records):
        raise ValueError("a file twice")
    return tuple(map(sum, zip(*map(_record, records), strict=True))) or (0, 0, 0, 0)


def _record(text: str) -> Counted:
    """What a record states, or lists where it states nothing."""
    tags: dict[str, list[str]] = {}
    for line in text.split("\n"):
        tags.setdefault(line.partition(":")[0], []).append(line.partition(":")[2])
    hits = {number: int(count) > 0 for number, count in (row.split(",")[:2] for row in tags.get("DA", []))}
    taken = [row.rpartition(",")[2] not in ("-", "0") for row in tags.get("BRDA", [])]
    listed = {"LF": len(hits), "LH": sum(hits.values()), "BRF": len(taken), "BRH": sum(taken)}
    found = {tag: int(tags[tag][-1]) if tag in tags else listed[tag] for tag in listed}
    return found["LF"], found["LH"], found["BRF"], found["BRH"]


# Results of test runs

JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests">
<testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5" time="0.4" timestamp="2026-11-21T12:00:00">
<testcase classname="tests.test_desk" name="test_sells" time="0.01" />
<testcase classname="tests.test_desk" name="test_counts" time="0.01">
<failure message="assert 1 == 2">def test_counts():
&gt;       assert 1 == 2
E       assert 1 == 2

tests/test_desk.py:8: AssertionError</failure></testcase>
<testcase classname="tests.test_desk" name="test_reads" time="0.0">
<error message="failed on setup with &quot;KeyError: 'SHOP'&quot;">os.environ["SHOP"]
E   KeyError: 'SHOP'

tests/conftest.py:5: KeyError</error></testcase>
<testcase classname="tests.test_desk" name="test_later" time="0.0">
<skipped type="pytest.skip" message="not on Linux">tests/test_desk.py:20: not on Linux</skipped></testcase>
<testcase classname="tests.test_till.TestTill" name="test_all[a-b]" time="0.2" />
</testsuite></testsuites>
"""

LOG = """\
============================= test session starts ==============================
platform linux -- Python 3.11.7, pytest-9.0.1, pluggy-1.6.0
rootdir: /srv/shop
collected 5 items

tests/test_desk.py::test_sells PASSED                                    [ 20%]
tests/test_desk.py::test_counts FAILED                                   [ 40%]
tests/test_desk.py::test_reads ERROR                                     [ 60%]
tests/test_desk.py::test_later SKIPPED (not on Linux)                    [ 80%]
tests/test_till.py::TestTill::test_all[a-b] PASSED                       [100%]

==================================== ERRORS ====================================
_________________________ ERROR at setup of test_reads _________________________

>   os.environ["SHOP"]
E   KeyError: 'SHOP'

tests/conftest.py:5: KeyError
=================================== FAILURES ===================================
_________________________________ test_counts __________________________________

    def test_counts():
>       assert 1 == 2
E       assert 1 == 2

tests/test_desk.py:8: AssertionError
=========================== short test summary info ============================
SKIPPED [1] tests/test_desk.py:20: not on Linux
FAILED tests/test_desk.py::test_counts - assert 1 == 2
ERROR tests/test_desk.py::test_reads - KeyError: 'SHOP'
============== 1 failed, 2 passed, 1 skipped, 1 error in 0.42s =================
"""


def _written(place: Path, text: str) -> tuple[Original, ...]:
    return (Original(place, text.encode()),)


def _endings(words: Iterable[str]) -> Hashable:
    return tuple(sorted(Counter(words).items()))


def _read_run(place: Path) -> Reading:
    reports = read_reports([place])
    unnamed = [ending for ending, count in reports.unnamed.items() for _ in range(count)]
    return Reading(_endings([*(each.ending for each in reports.outcomes), *unnamed]), frozenset(reports.notices))


def build_junit(folder: Path) -> Bench:
    """A JUnit report as pytest writes it."""
    return Bench(_written(folder / "junit.xml", JUNIT), _read_run, _true_junit)


def _true_junit(place: Path) -> Hashable:
    """The first ending in each test case; a message may make a skip an expected failure."""
    found = []
    for case in ElementTree.parse(place).getroot().iter():
        if case.tag.rpartition("}")[2] == "testcase":
            inside = [each for each in case if each.tag.rpartition("}")[2] in _JUNIT_ENDINGS]
            found.append(_JUNIT_ENDINGS[inside[0].tag.rpartition("}")[2]] if inside else "passed")
    return _endings(found)


_JUNIT_ENDINGS = {"failure": "failed", "error": "error", "skipped": "skipped"}


def build_log(folder: Path) -> Bench:
    """A log of pytest -v."""
    return Bench(_written(folder / "pytest.log", LOG), _read_run, _true_log)


def _true_log(place: Path) -> Hashable:
    """What the last line counts, of each run."""
    text = place.read_bytes().decode("utf-8", "replace")
    found: Counter[str] = Counter()
    for line in re.findall(r"^=* ?((?:\d+ \w+(?:, )?)+) in [\d.]+s", text, re.MULTILINE):
        for count, word in re.findall(r"(\d+) (passed|failed|error|skipped)", line):
            found[word] += int(count)
    if not found:
        raise ValueError("no counts")
    return tuple(sorted(found.items()))


MEASURES = (
    Reader("coverage data", damage_either(damage_sqlite), build_data),
    Reader("JSON report", damage_either(damage_json), build_json),
    Reader("Cobertura XML", damage_either(damage_xml), build_xml),
    Reader("LCOV", damage_either(damage_lines), build_lcov),
    Reader("JUnit XML", damage_either(damage_xml), build_junit),
    Reader("pytest log", damage_either(damage_lines), build_log),
)
