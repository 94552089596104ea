"""Cobertura XML of coverage.py and of other writers: lines and conditions counted once, nothing unsafe read."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from makers import assert_answer_or_error, coverage_in, damaged, make_project, make_shop, measure

from planner.errors import InputError
from planner.measure.xml_report import read_xml_report
from planner.model.lines import numbers_in
from planner.model.measurement import Counts

HEAD = '<?xml version="1.0" ?>\n'
DOCTYPE = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n'


def _class(lines: str, filename: str = "a.py", methods: str = "") -> str:
    return f'<class name="a" filename="{filename}"><methods>{methods}</methods><lines>{lines}</lines></class>'


def _xml(*classes: str, sources: tuple[str, ...] = (), attributes: str = "", head: str = HEAD) -> str:
    named = "".join(f"<source>{source}</source>" for source in sources)
    return (
        f"{head}<coverage {attributes}><sources>{named}</sources><packages><package name='p'><classes>"
        f"{''.join(classes)}</classes></package></packages></coverage>"
    )


def _written(folder: Path, text: str) -> Path:
    path = folder / "coverage.xml"
    path.write_bytes(text.encode())
    return path


SIMPLE = _class(
    '<line number="1" hits="1"/><line number="2" hits="0"/>'
    '<line number="3" hits="4" branch="true" condition-coverage="50% (1/2)"/>'
)


def _report_of_coverage(root: Path) -> Path:
    with coverage_in(root) as coverage:
        coverage.xml_report(outfile=str(root / "coverage.xml"))
    return root / "coverage.xml"


def test_a_report_of_coverage_py_names_its_version(tmp_path: Path) -> None:
    from coverage import __version__

    path = _report_of_coverage(make_shop(tmp_path))

    report = read_xml_report(path)

    assert report.version == __version__
    assert report.branch
    assert report.notices == ()


def test_a_report_of_another_writer_names_no_version(tmp_path: Path) -> None:
    path = _written(tmp_path, _xml(SIMPLE, attributes='version="1.9" line-rate="0.5"'))

    assert read_xml_report(path).version is None


def test_lines_and_conditions_are_counted(tmp_path: Path) -> None:
    report = read_xml_report(_written(tmp_path, _xml(SIMPLE)))

    (file,) = report.files
    assert file.counts == report.totals == Counts(3, 2, 2, 1)
    assert list(numbers_in(file.missing)) == [2]
    assert file.missing_exits == {3: 1}


def test_a_doctype_is_allowed_and_not_fetched(tmp_path: Path) -> None:
    path = _written(tmp_path, _xml(SIMPLE, head=HEAD + DOCTYPE))

    assert read_xml_report(path).totals == Counts(3, 2, 2, 1)


def test_the_lines_of_methods_are_not_counted_again(tmp_path: Path) -> None:
    method = '<method name="f"><lines><line number="1" hits="1"/><line number="9" hits="0"/></lines></method>'
    path = _written(tmp_path, _xml(_class('<line number="1" hits="1"/>', methods=method)))

    assert read_xml_report(path).totals == Counts(1, 1, 0, 0)


@pytest.mark.parametrize(
    ("hits", "ran"),
    [("1.0", True), ("0.0", False), ("4294967296", True), ("99999999999", True), ("-1", False), (" 2 ", True)],
)
def test_hits_are_read_as_writers_print_them(tmp_path: Path, hits: str, ran: bool) -> None:
    path = _written(tmp_path, _xml(_class(f'<line number="1" hits="{hits}"/>')))

    assert read_xml_report(path).totals == Counts(1, int(ran), 0, 0)


def test_several_classes_of_one_file_are_united(tmp_path: Path) -> None:
    first = _class('<line number="1" hits="0"/><line number="2" hits="1"/>')
    second = _class(
        '<line number="1" hits="3"/><line number="7" hits="0" branch="true" condition-coverage="0% (0/2)"/>'
    )
    path = _written(tmp_path, _xml(first, second))

    (file,) = read_xml_report(path).files

    assert file.counts == Counts(3, 2, 2, 0)
    assert list(numbers_in(file.missing)) == [7]


def test_a_branch_without_conditions_has_no_exits_to_count(tmp_path: Path) -> None:
    path = _written(tmp_path, _xml(_class('<line number="1" hits="1" branch="true"/>')))

    assert read_xml_report(path).totals == Counts(1, 1, 0, 0)


def test_a_stated_number_of_lines_that_differs_is_a_notice(tmp_path: Path) -> None:
    path = _written(tmp_path, _xml(SIMPLE, attributes='lines-valid="30"'))

    report = read_xml_report(path)

    assert report.totals == Counts(3, 2, 2, 1)
    assert report.notices == (f"{path}: states 30 lines but lists 3; the listed lines are counted",)


@pytest.mark.parametrize("stated", ["9" * 5000, "", "many", "-3", "3.0", "\u0663"])
def test_a_stated_number_that_is_none_is_passed_over(tmp_path: Path, stated: str) -> None:
    path = _written(tmp_path, _xml(SIMPLE, attributes=f'lines-valid="{stated}"'))

    report = read_xml_report(path)

    assert report.totals == Counts(3, 2, 2, 1)
    assert report.notices == ()


def test_names_are_relative_to_the_sources(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {".coveragerc": "[run]\nsource = shop"})
    _report_of_coverage(root)
    (root / ".coverage").unlink()

    measured = measure(root)

    assert [file.path for file in measured.files if file.in_tree] == [
        "shop/__init__.py",
        "shop/idle.py",
        "shop/prices.py",
        "shop/stock.py",
        "tests/test_shop.py",
    ]
    assert measured.notices == ()


def test_a_source_prefix_wins_over_a_file_of_the_same_name_at_the_root(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n", "shop/__init__.py": "", "shop/a.py": "y = 1\n"})
    _written(root, _xml(SIMPLE, sources=(f"{root}/shop",)))

    measured = measure(root)

    assert [file.path for file in measured.files] == ["shop/a.py"]


def test_of_several_sources_the_one_that_has_the_file_is_meant(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"one/a.py": "x = 1\n", "two/b.py": "y = 1\n"})
    _written(root, _xml(SIMPLE, _class('<line number="1" hits="1"/>', "b.py"), sources=(f"{root}/one", f"{root}/two")))

    measured = measure(root)

    assert [file.path for file in measured.files] == ["one/a.py", "two/b.py"]
    assert measured.notices == ()


def test_the_same_name_in_two_reports_means_two_files_when_their_sources_differ(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"one/a.py": "x = 1\n", "two/a.py": "y = 1\n"})
    for folder in ("one", "two"):
        (root / f"{folder}.xml").write_text(_xml(SIMPLE, sources=(f"{root}/{folder}",)))

    measured = measure(root, "one.xml", "two.xml")

    assert {file.path: file.counts for file in measured.files} == {
        "one/a.py": Counts(3, 2, 2, 1),
        "two/a.py": Counts(3, 2, 2, 1),
    }


def test_a_source_on_another_machine_is_matched_by_its_end_with_a_notice(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"src/shop/a.py": "x = 1\n", "src/shop/__init__.py": ""})
    _written(root, _xml(SIMPLE, sources=("/builds/ci/src/shop",)))

    measured = measure(root)

    assert [file.path for file in measured.files if file.in_tree] == ["src/shop/a.py"]
    assert any("matched by the end of their path" in notice for notice in measured.notices)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '<!DOCTYPE c [<!ENTITY a "b">]><coverage>&a;</coverage>',
        HEAD + '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]><coverage>&a;</coverage>',
        HEAD + '<!DOCTYPE c [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]><coverage/>',
        HEAD + '<!DOCTYPE c [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><coverage/>',
    ],
    ids=["entity", "file", "parameter", "bomb"],
)
def test_entities_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="XML refused"):
        read_xml_report(_written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<coverage>", "not well-formed"),
        (_xml(SIMPLE)[:-30], "not well-formed"),
        ("<report/>", "not Cobertura \\(its root is <report>\\)"),
        ('<coverage xmlns="http://x"/>', "not Cobertura"),
        ('<?xml version="1.0" encoding="nonsense"?><coverage/>', "coverage.xml: "),
        (_xml("<class name='a'><lines/></class>"), "has no filename"),
        (_xml(_class('<line hits="1"/>')), "where a number belongs"),
        (_xml(_class('<line number="1"/>')), "where a number belongs"),
        (_xml(_class('<line number="one" hits="1"/>')), "where a number belongs"),
        (_xml(_class('<line number="1" hits="1.5e999"/>')), "where a number belongs"),
        (_xml(_class(f'<line number="{"9" * 5000}" hits="1"/>')), "where a number belongs"),
        (_xml("<a>" * 100 + "</a>" * 100), "nests deeper"),
    ],
)
def test_damage_is_an_error_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    path = _written(tmp_path, text)

    with pytest.raises(InputError, match=reason) as caught:
        read_xml_report(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 200


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged(_xml(SIMPLE, sources=("/src",), attributes='lines-valid="3"', head=HEAD + DOCTYPE).encode()))
def test_a_damaged_report_gives_an_answer_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.xml"
    path.write_bytes(content)

    assert_answer_or_error(lambda: read_xml_report(path))


OWN = 'version="7.17.3" complexity="0" lines-valid="10" lines-covered="9" branches-valid="2" branches-covered="1"'


def test_what_coverage_py_states_wins_over_its_list_which_drops_files_of_the_same_name(tmp_path: Path) -> None:
    path = _written(tmp_path, _xml(SIMPLE, attributes=OWN))

    report = read_xml_report(path)

    assert report.totals == Counts(10, 9, 2, 1)
    assert report.notices == (f"{path}: lists 5 points but states 12; what it states is used",)


def test_a_name_that_lies_below_two_sources_is_given_to_neither(tmp_path: Path) -> None:
    files = {"shop/core.py": "a = 1\nb = 2\nc = 3\n", "tools/core.py": "x = 1\n", "shop/a.py": "a = 1\nb = 2\nc = 3\n"}
    root = make_project(tmp_path, files)
    _written(root, _xml(SIMPLE, SIMPLE.replace("a.py", "core.py"), sources=("/ci/shop", "/ci/tools")))

    measured = measure(root)

    assert [(file.path, file.in_tree) for file in measured.files] == [("core.py", False), ("shop/a.py", True)]


@pytest.mark.parametrize(
    ("stated", "totals"),
    [
        ((9, 4, 6, 5), Counts(9, 4, 6, 5)),
        ((9, 9, 6, 6), Counts(9, 9, 6, 6)),
        ((9, 10, 6, 5), Counts(3, 2, 2, 1)),
        ((9, 4, 6, 7), Counts(3, 2, 2, 1)),
        ((0, 1, 0, 1), Counts(3, 2, 2, 1)),
    ],
)
def test_what_coverage_py_states_counts_only_where_it_is_possible(
    tmp_path: Path, stated: tuple[int, int, int, int], totals: Counts
) -> None:
    names = ("lines-valid", "lines-covered", "branches-valid", "branches-covered")
    own = " ".join(f'{name}="{count}"' for name, count in zip(names, stated, strict=True))

    report = read_xml_report(_written(tmp_path, _xml(SIMPLE, attributes=f'version="7.4.0" complexity="0" {own}')))

    assert report.totals == totals
