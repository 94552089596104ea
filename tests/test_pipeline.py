"""The stories as wholes: what one room hands to the next, beyond what each room's own tests see."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from makers import make_project, write_lines

from planner.errors import InputError
from planner.pipeline import Goal, Request, make_explanation, make_import_map, make_plan, make_ranking


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


SHOP = {
    "shop/__init__.py": "",
    "shop/stock.py": "import shop.price\n\n\ndef take(count):\n    return shop.price.of(count)\n",
    "shop/price.py": "def of(count):\n    if count:\n        return count * 2\n    return 0\n",
    "tests/test_stock.py": "def test_a():\n    a = 1\n    b = 2\n    c = 3\n    assert a + b == c\n",
}


def _project(tmp_path: Path, **lines: list[int]) -> Path:
    root = make_project(tmp_path, SHOP)
    write_lines(root / ".coverage", {str(root / name.replace("__", "/")) + ".py": ran for name, ran in lines.items()})
    return root


def test_points_missing_in_test_files_are_named_since_no_test_is_planned_for_them(tmp_path: Path) -> None:
    root = _project(tmp_path, shop__stock=[1, 4], shop__price=[1], tests__test_stock=[1])

    outcome = make_plan(Request(root), Goal("90"), _quietly)

    assert any("lie in test files" in notice for notice in outcome.measurement.notices)
    assert not any(step.candidate.path.startswith("tests/") for option in outcome.options for step in option.steps)


def test_a_suite_that_ran_whole_is_not_remarked_upon(tmp_path: Path) -> None:
    root = _project(tmp_path, shop__stock=[1, 4], shop__price=[1], tests__test_stock=[1, 2, 3, 4, 5])

    outcome = make_plan(Request(root), Goal("90"), _quietly)

    assert not any("lie in test files" in notice for notice in outcome.measurement.notices)


def test_what_a_unit_calls_in_another_module_is_entered_by_its_test(tmp_path: Path) -> None:
    root = _project(tmp_path, shop__stock=[1, 4], shop__price=[1])

    found = make_explanation(Request(root), "shop.stock:take", _quietly)

    assert [each.name for each in found.calls.enters] == ["shop.price:of"]
    assert [each.name for each in found.among_modules.imports] == ["shop.price"]


def test_an_unknown_package_of_the_graph_is_one_clear_error(tmp_path: Path) -> None:
    root = _project(tmp_path, shop__stock=[1, 4])

    with pytest.raises(InputError, match="no module or package of that name"):
        make_import_map(Request(root), "nothing", None, _quietly)


def test_the_ranking_holds_every_module_with_a_gap_once(tmp_path: Path) -> None:
    root = _project(tmp_path, shop__stock=[1, 4], shop__price=[1])

    outcome = make_ranking(Request(root), "module", _quietly)

    assert sorted(each.path for each in outcome.candidates) == ["shop/price.py", "shop/stock.py"]
