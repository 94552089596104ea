"""One pass over a syntax tree: units, import-time lines, hollow lines, and the names that units use."""

import ast
import textwrap
from pathlib import Path

import coverage
import pytest
from factories import facts_of, lines
from hypothesis import given
from hypothesis import strategies as st

from planner.model.facts import MODULE, Call, Unit
from planner.model.lines import Lines, line_range, lines_of, numbers_in
from planner.source.walk import walk_tree


def units(source: str, package: str = "pkg") -> dict[str, Unit]:
    source = textwrap.dedent(source)
    walk = walk_tree(ast.parse(source), package, source.count("\n"))
    return {each.name: each for each in walk.units()}


def import_time(source: str) -> Lines:
    source = textwrap.dedent(source)
    return walk_tree(ast.parse(source), "pkg", source.count("\n")).import_time


def hollow(source: str) -> Lines:
    source = textwrap.dedent(source)
    return walk_tree(ast.parse(source), "pkg", source.count("\n")).hollow


def ran_on_import(source: str, folder: Path) -> tuple[Lines, Lines]:
    """The statements of `source`, which a test wrote, and those that running it covers, by coverage.py."""
    path = folder / "generated.py"
    path.write_text(source, "utf-8")
    cover = coverage.Coverage(data_file=None, config_file=False)
    cover.set_option("report:exclude_lines", ["no exclusions at all"])
    cover.start()
    try:
        exec(compile(source, str(path), "exec"), {"__name__": "generated"})
    finally:
        cover.stop()
    _, statements, _, missing, _ = cover.analysis2(str(path))
    return lines_of(statements), lines_of(statements) & ~lines_of(missing)


# Generated modules: nested functions and classes, decorated, asynchronous, on one line, with docstrings and blocks.


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    kinds = ["plain", "call", "long", "blank", "one-line def"]
    if depth < 4:
        kinds += ["def", "async def", "class", "decorated", "docstring def", "wide def"]
    body: list[str] = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        body += draw(block(kind, depth))
    return [*body, "last = 0"]


@st.composite
def block(draw: st.DrawFn, kind: str, depth: int) -> list[str]:
    name = draw(st.sampled_from("abcd"))
    if kind not in _WITH_BODY:
        return _SIMPLE[kind](name)
    inner = [f"    {line}" if line else "" for line in draw(blocks(depth + 1))]
    return [*_WITH_BODY[kind](name), *inner]


_SIMPLE = {
    "plain": lambda name: [f"{name} = 1"],
    "call": lambda name: [f"{name} = len(str(1))  # a comment"],
    "long": lambda name: [f"{name} = [", "    1,", "    2,", "]"],
    "blank": lambda name: ["", "# a comment", ""],
    "one-line def": lambda name: [f"def {name}(): return 1"],
}
_WITH_BODY = {
    "def": lambda name: [f"def {name}(x=1, *y, z: int = 2):"],
    "async def": lambda name: [f"async def {name}(self):"],
    "class": lambda name: [f"class {name.upper()}(object):"],
    "decorated": lambda name: ["@staticmethod", "@staticmethod", f"def {name}():"],
    "docstring def": lambda name: [f"def {name}():", '    """One line.', "", '    More."""'],
    "wide def": lambda name: [f"def {name}(", "    x=1,", "    y=2,", "):  # after"],
}
MODULES = blocks().map(lambda rows: "\n".join(rows) + "\n")


@given(MODULES)
def test_every_line_lies_in_exactly_one_unit(source: str) -> None:
    last = len(source.splitlines())

    found = walk_tree(ast.parse(source), "pkg", last).units()

    shared, covered = 0, 0
    for unit in found:
        shared |= covered & unit.lines
        covered |= unit.lines
    assert shared == 0
    assert covered == line_range(1, last)


@given(MODULES)
def test_import_time_and_bodies_partition_a_module_without_hollow_lines(source: str) -> None:
    walk = walk_tree(ast.parse(source), "pkg", len(source.splitlines()))

    bodies = sum(unit.lines for unit in walk.units() if unit.is_body)
    assert walk.import_time & bodies == 0
    assert walk.hollow == 0


def test_import_time_lines_are_those_that_importing_runs(tmp_path: Path) -> None:
    seen = 0

    @given(MODULES)
    def agree(source: str) -> None:
        nonlocal seen
        statements, ran = ran_on_import(source, tmp_path)
        expected = walk_tree(ast.parse(source), "pkg", len(source.splitlines())).import_time

        assert list(numbers_in(expected & statements)) == list(numbers_in(ran)), source
        seen += 1

    agree()

    assert seen > 50


TRUE_IMPORTS = {
    "decorators and defaults": """\
        import functools
        @functools.lru_cache(
            maxsize=1,
        )
        @functools.cache
        def work(
            a=len(
                "abc"
            ),
        ):
            return a
        class Thing:
            x = 1
            @property
            def y(self):
                return self.x
            class Inner:
                z = 2
                def method(self):
                    class Local:
                        w = 3
                    return Local
        """,
    "an import that works": """\
        try:
            import json
        except ImportError:
            json = None
        else:
            found = True
        """,
    "guards": """\
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import decimal
        def main():
            pass
        if __name__ == "__main__":
            main()
        """,
    "guards on one line": """\
        from typing import TYPE_CHECKING
        if TYPE_CHECKING: import decimal
        def main(): pass
        if __name__ == "__main__": main()
        """,
    "a guard with another branch": """\
        import typing
        if typing.TYPE_CHECKING:
            from decimal import Decimal
        else:
            Decimal = float
        """,
    "fallbacks on one line": """\
        try: import json
        except (ImportError, AttributeError): json = None
        """,
}


@pytest.mark.parametrize("name", TRUE_IMPORTS)
def test_the_import_time_lines_of_a_module_are_what_coverage_sees(name: str, tmp_path: Path) -> None:
    source = textwrap.dedent(TRUE_IMPORTS[name])

    statements, ran = ran_on_import(source, tmp_path)

    assert list(numbers_in(import_time(source) & statements)) == list(numbers_in(ran))


def test_units_have_the_names_and_kinds_of_coverages_regions() -> None:
    found = units(
        """\
        def top():
            def nested():
                class Local:
                    def method(self):
                        return 1
                return Local
            return nested
        class Thing:
            x = 1
            def method(self):
                return 2
            class Inner:
                async def method(self):
                    return 3
        """
    )

    assert {name: unit.kind for name, unit in found.items()} == {
        MODULE: "module",
        "top": "function",
        "top.nested": "function",
        "top.nested.Local": "class",
        "top.nested.Local.method": "method",
        "Thing": "class",
        "Thing.method": "method",
        "Thing.Inner": "class",
        "Thing.Inner.method": "method",
    }
    assert {unit.target for unit in found.values()} == {MODULE, "top", "Thing"}
    assert [name for name, unit in found.items() if unit.is_async] == ["Thing.Inner.method"]


def test_a_unit_has_its_own_lines_and_not_those_nested_in_it() -> None:
    found = units(
        """\
        @decorator
        def outer(a):
            x = 1
            def inner():
                return x

            return inner
        y = 2
        """
    )

    assert found["outer"].lines == lines("3 4 6 7")
    assert found["outer.inner"].lines == lines("5")
    assert found[MODULE].lines == lines("1 2 8")
    assert (found["outer"].first_line, found["outer"].last_line) == (1, 7)


def test_a_definition_on_one_line_has_no_lines_of_its_own() -> None:
    found = units("def f(): return 1\nclass A: x = 1\nclass B:\n    def g(self): return 2\n")

    assert [found[name].lines for name in ("f", "A", "B.g")] == [0, 0, 0]
    assert found[MODULE].lines == lines("1-3")
    assert found["B"].lines == lines("4")


def test_the_body_of_a_local_class_is_not_import_time() -> None:
    source = """\
        class Thing:
            x = 1
        def work():
            class Local:
                y = 2
            return Local
        """

    assert import_time(source) == lines("1-3")


def test_type_checking_main_and_import_error_branches_are_hollow() -> None:
    source = """\
        import typing
        if typing.TYPE_CHECKING:
            import decimal
            from x import y
        try:
            import fast
        except (ImportError, ModuleNotFoundError):
            fast = None
        def work():
            try:
                import slow
            except ImportError:
                raise
            except ValueError:
                pass
        if "__main__" == __name__:
            work()
        else:
            ready = True
        """

    assert hollow(source) == lines("3-4 7-8 12-13 17")


def test_conditions_that_only_look_like_guards_are_not_hollow() -> None:
    source = """\
        if not TYPE_CHECKING:
            a = 1
        if __name__ != "__main__":
            b = 1
        if __name__ == "worker":
            c = 1
        def work():
            try:
                d = 1
            except:
                d = 2
        """

    assert hollow(source) == 0


def test_handlers_outside_of_functions_are_hollow_whatever_they_catch() -> None:
    source = """\
        try:
            a = 1
        except AttributeError:
            a = 2
        class Work:
            try:
                b = 1
            except:
                b = 2
        """

    assert hollow(source) == lines("3-4 8-9")


@pytest.mark.parametrize(
    "condition",
    [
        "sys.platform == 'elsewhere'",
        "sys.platform in ('elsewhere', 'nowhere')",
        "not sys.platform not in ['elsewhere', 'nowhere']",
        "sys.platform.startswith(('else', 'no'))",
        "sys.version_info[0] == 2",
        "sys.version_info[:2] < (3, 11)",
        "sys.version_info.major < 3",
        "sys.implementation.name == 'elsewhere'",
        "platform.system() == 'Elsewhere'",
        "ELSEWHERE",
        "ELSEWHERE and anything",
        "not (ELSEWHERE is anything or not ELSEWHERE)",
    ],
)
def test_what_only_another_environment_runs_is_hollow(condition: str) -> None:
    source = f"ELSEWHERE = os.name == 'elsewhere'\nif {condition}:\n    a = 1\nelse:\n    a = 2\n"

    assert hollow(source) == lines("3")


@pytest.mark.parametrize("condition", ["HERE or anything", "not ELSEWHERE", "os.name != 'elsewhere'"])
def test_what_every_other_environment_runs_is_hollow(condition: str) -> None:
    source = f"ELSEWHERE = os.name == 'elsewhere'\nHERE = not ELSEWHERE\nif {condition}:\n    a = 1\nelse:\n    a = 2\n"

    assert hollow(source) == lines("6")


@pytest.mark.parametrize("condition", ["ELSEWHERE or anything", "anything and not ELSEWHERE", "CHANGED", "anything"])
def test_a_condition_that_the_environment_does_not_settle_is_not_hollow(condition: str) -> None:
    source = "ELSEWHERE = CHANGED = 0\nELSEWHERE = os.name == 'elsewhere'\nCHANGED = ELSEWHERE\nCHANGED = read()\n"

    assert hollow(f"{source}if {condition}:\n    a = 1\nelse:\n    a = 2\n") == 0


def test_after_an_assertion_that_only_holds_elsewhere_all_is_hollow() -> None:
    assert hollow("import sys\nassert sys.platform == 'elsewhere'\na = 1\n\nb = 2\n") == lines("3-5")
    assert hollow("import sys\ndef work():\n    assert sys.platform == 'elsewhere'\na = 1\n") == 0


def test_a_class_names_its_metaclass_absolutely() -> None:
    found = units("from abc import ABCMeta as Meta\nclass A(metaclass=Meta):\n    pass\nclass B(A):\n    pass\n")

    assert (found["A"].metaclass, found["B"].metaclass) == ("abc.ABCMeta", "")


def test_a_generic_class_with_its_parameters_is_constructed() -> None:
    found = units("from lib import Box, boxes\nx = Box[int](1)\ny = boxes[0](1)\n")

    assert Call("name", "lib.Box", 2) in found[MODULE].calls
    assert "lib.boxes" not in {call.name for call in found[MODULE].calls}
    assert found[MODULE].unknown_calls == 1


def test_two_thousand_elif_arms_are_walked(tmp_path: Path) -> None:
    arms = "".join(f"    elif x == {number}:\n        return {number}\n" for number in range(2_000))

    facts = facts_of(tmp_path, f"def pick(x):\n    if x is None:\n        return 0\n{arms}")

    assert [unit.name for unit in facts.units] == [MODULE, "pick"]
    assert facts.units[1].complexity == 2_002
    assert facts.units[1].lines == line_range(2, 4_003)


def test_long_and_deep_expressions_are_walked() -> None:
    ors = " or ".join(["a"] * 5_000)
    choice = "a if b else " * 1_000 + "c"
    chain = "start" + ".step()" * 300
    nested = "[" * 80 + "time.time()" + "]" * 80

    found = units(f"import time\nx = {ors}\ny = {choice}\nz = {chain}\nw = {nested}\n")

    assert found[MODULE].complexity == 1 + 4_999 + 1_000
    assert "time.time" in found[MODULE].uses


def test_deeply_nested_definitions_are_walked() -> None:
    source = "".join(f"{'  ' * depth}def f{depth}():\n" for depth in range(90)) + f"{'  ' * 90}pass\n"

    found = units(source)

    assert len(found) == 91
    assert sum(unit.lines.bit_count() for unit in found.values()) == 91


def test_match_statements_count_a_decision_for_each_case() -> None:
    found = units(
        """\
        def pick(x):
            match x:
                case 1 | 2:
                    return "few"
                case {"a": a} if a:
                    return a
                case _:
                    return None
        """
    )

    assert found["pick"].complexity == 4
    assert found["pick"].lines == lines("2-8")


def test_complexity_is_mccabes() -> None:
    found = units(
        """\
        def straight():
            return 1
        async def busy(xs):
            for x in xs:
                while x and x > 1 or x < 0:
                    x -= 1
            try:
                y = 1 if xs else 2
            except ValueError:
                y = [z for z in xs if z]
            return y
        """
    )

    assert found["straight"].complexity == 1
    assert found["busy"].complexity == 1 + 1 + 1 + 2 + 1 + 1 + 1


def test_parameters_are_counted_without_self_and_cls() -> None:
    found = units("class A:\n    def m(self, a, /, b, *c, d=1, **e):\n        pass\n    def k(cls):\n        pass\n")

    assert found["A.m"].parameters == 3
    assert found["A.k"].parameters == 0


def uses(source: str, unit: str = "work", package: str = "pkg.sub") -> frozenset[str]:
    return units(source, package)[unit].uses


def test_names_are_made_absolute_through_aliases() -> None:
    source = """\
        import datetime as d, os.path
        from datetime import datetime as dt
        from . import near
        from ..far import thing as t
        def work():
            d.datetime.now(); dt.now(); os.path.join(); near.go(); t.go.on()
        """

    assert uses(source) >= {
        "datetime.datetime.now",
        "os.path.join",
        "pkg.sub.near.go",
        "pkg.far.thing.go.on",
    }


def test_an_import_inside_a_function_binds_there_and_in_what_is_nested() -> None:
    source = """\
        def work():
            from time import time as now
            def inner():
                return now()
            return inner
        def other():
            return now()
        """

    assert uses(source, "work.inner") == {"time.time"}
    assert "time.time" not in uses(source, "other")


def test_an_inner_import_wins_over_an_outer_one() -> None:
    source = """\
        from a import thing
        def work():
            from b import thing
            return thing()
        """

    assert uses(source) == {"b.thing"}


def test_an_import_below_its_use_counts_too() -> None:
    assert "redis.Redis" in uses("def work():\n    return Redis()\nfrom redis import Redis\n")


def test_decorators_defaults_and_bases_are_used_by_the_unit_around() -> None:
    source = """\
        import a, b, c, d
        @a.decorate
        def work(x=b.default(), y: c.Kind = None):
            pass
        class Thing(d.Base):
            pass
        """

    assert uses(source, MODULE) >= {"a.decorate", "b.default", "c.Kind", "d.Base"}
    assert uses(source) == frozenset()


def test_builtins_that_reach_out_have_their_full_name() -> None:
    assert "builtins.open" in uses("def work():\n    return open('x')\n")


def test_a_name_of_the_projects_own_is_no_import() -> None:
    """A parameter called `redis` or a local called `requests` is not the library."""
    source = """\
        import redis, requests
        def work(redis, input):
            for requests in input:
                requests.get(redis.url)
            open = input.open
            return open()
        """

    assert uses(source) == frozenset()


def test_what_nothing_binds_is_no_import() -> None:
    assert uses("def work():\n    return redis.get(requests)\n") == frozenset()


def test_a_fallback_does_not_hide_the_import_beside_it() -> None:
    source = """\
        try:
            import redis
        except ImportError:
            redis = None
        def work():
            return redis.Redis()
        """

    assert uses(source) == {"redis.Redis"}


def test_methods_do_not_see_what_their_class_body_binds() -> None:
    source = """\
        class Thing:
            def open(self):
                return open(self.path)
        """

    assert uses(source, "Thing.open") == {"builtins.open"}


def test_facts_name_module_path_and_units(tmp_path: Path) -> None:
    source = "import os\n\n\ndef work():\n    return os.getcwd()\n\n# the end\n"

    facts = facts_of(tmp_path, source, "src/pkg/mod.py")

    assert (facts.path, facts.module) == ("src/pkg/mod.py", "pkg.mod")
    assert (facts.import_time, facts.hollow) == (lines("1-4"), 0)
    assert [(each.name, each.first_line, each.last_line, each.lines) for each in facts.units] == [
        (MODULE, 1, 5, lines("1-4")),
        ("work", 4, 5, lines("5")),
    ]
    assert facts.units[1].uses == {"os.getcwd"}
