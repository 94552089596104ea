"""What importing a module runs: against small trees that are really imported in a fresh process, and by rule."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from factories import lines
from hypothesis import given, settings
from hypothesis import strategies as st
from test_import_graph import facts_in

from planner.graph.closure import Closure, import_closure, import_closures
from planner.graph.lookup import read_names
from planner.model.facts import MODULE, Import, ModuleFacts, Unit
from planner.model.lines import NO_LINES, Lines, line_range, lines_of, numbers_in

TRACE = """\
import importlib, json, sys
root, module = sys.argv[1:]
ran = {}
def trace(frame, event, _):
    path = frame.f_code.co_filename
    if not path.startswith(root):
        return None
    if event == "line":
        ran.setdefault(path[len(root) + 1:], []).append(frame.f_lineno)
    return trace
sys.path.insert(0, root)
sys.dont_write_bytecode = True
sys.settrace(trace)
importlib.import_module(module)
sys.settrace(None)
print(json.dumps(ran))
"""


def really_run(root: Path, module: str) -> dict[str, Lines]:
    """The lines that a fresh process runs when it imports the module of a tree that the test wrote."""
    command = [sys.executable, "-I", "-c", TRACE, str(root), module]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {path: lines_of(set(numbers) - {0}) for path, numbers in json.loads(done.stdout).items()}


def code_lines(root: Path, path: str) -> Lines:
    """Lines that are neither blank nor the head of an `else`, `try` or `finally`."""
    heads = ("", "else:", "try:", "finally:")
    found = (root / path).read_text("utf-8").split("\n")
    return lines_of(number for number, line in enumerate(found, 1) if line.strip() not in heads)


def agreed(root: Path, module: str, facts: list[ModuleFacts]) -> Closure:
    """The closure, after checking that it is what really runs."""
    closure = import_closure(module, facts)
    ran = really_run(root, module)
    told = {path: found & code_lines(root, path) for path, found in closure.lines.items()}
    assert {path: found for path, found in told.items() if found} == {
        path: found & code_lines(root, path) for path, found in ran.items()
    }
    return closure


def test_packages_around_a_module_run_with_what_they_import(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from pkg.other import x\n",
        "pkg/other.py": "x = 1\n",
        "pkg/sub/__init__.py": "y = 1\n",
        "pkg/sub/mod.py": "z = 1\n",
        "pkg/sub/unused.py": "raise ValueError\n",
    }

    closure = agreed(tmp_path, "pkg.sub.mod", facts_in(tmp_path, files))

    assert closure.files == {"pkg/__init__.py", "pkg/other.py", "pkg/sub/__init__.py", "pkg/sub/mod.py"}


def test_bodies_and_lazy_imports_of_functions_nobody_calls_do_not_run(tmp_path: Path) -> None:
    files = {"a.py": "def work():\n    import b\n    return b\nclass C:\n    def m(self):\n        pass\n", "b.py": ""}

    closure = agreed(tmp_path, "a", facts_in(tmp_path, files))

    assert closure.lines == {"a.py": lines("1 4-5")}


def test_imports_for_type_checking_main_and_import_errors_do_not_run(tmp_path: Path) -> None:
    source = """\
        TYPE_CHECKING = False
        if TYPE_CHECKING:
            import typed
        try:
            import good
        except ImportError:
            import fallback
        if __name__ == "__main__":
            import script
        """
    files = {"a.py": source, **{f"{name}.py": "x = 1\n" for name in ("typed", "good", "fallback", "script")}}

    closure = agreed(tmp_path, "a", facts_in(tmp_path, files))

    assert closure.files == {"a.py", "good.py"}


def test_branches_for_another_platform_do_not_run_even_through_a_constant(tmp_path: Path) -> None:
    source = """\
        import sys
        ELSEWHERE = sys.platform.startswith(("no-such", "platform"))
        if ELSEWHERE and sys.byteorder:
            import elsewhere
        elif not ELSEWHERE:
            import here
        """
    files = {"a.py": source, "elsewhere.py": "import missing\n", "here.py": "x = 1\n"}

    closure = agreed(tmp_path, "a", facts_in(tmp_path, files))

    assert closure.files == {"a.py", "here.py"}


def test_after_an_assertion_on_another_platform_nothing_runs(tmp_path: Path) -> None:
    files = {"a.py": "import sys\nassert sys.platform == 'elsewhere'\nimport b\n", "b.py": "x = 1\n"}

    closure = import_closure("a", facts_in(tmp_path, files))

    assert closure.lines == {"a.py": lines("1-2")}


def test_cycles_end(tmp_path: Path) -> None:
    files = {"a.py": "import b\nx = 1\n", "b.py": "import c\n", "c.py": "import a\nimport d\n", "d.py": "y = 1\n"}

    facts = facts_in(tmp_path, files)

    for module in ("a", "b", "c"):
        assert agreed(tmp_path, module, facts).files == {"a.py", "b.py", "c.py", "d.py"}
    assert agreed(tmp_path, "d", facts).files == {"d.py"}


def test_a_function_that_the_top_level_calls_runs_with_what_it_calls_and_imports(tmp_path: Path) -> None:
    files = {
        "a.py": "from pkg import make\nvalue = make()\n",
        "pkg/__init__.py": "from pkg.inner import make\n",
        "pkg/inner.py": """\
            def make():
                from pkg import late
                return deeper(late)
            def deeper(x):
                y = x
                return y
            def never():
                return 1
            """,
        "pkg/late.py": "z = 1\n",
    }

    closure = agreed(tmp_path, "a", facts_in(tmp_path, files))

    assert closure.lines["pkg/inner.py"] == lines("1-6 7")
    assert "pkg/late.py" in closure.files


def test_conditional_lines_and_imports_of_a_called_function_are_left_out(tmp_path: Path) -> None:
    source = """\
        def make(flag=False):
            if flag:
                import b
                return b
            return 1
        value = make()
        """
    files = {"a.py": source, "b.py": "x = 1\n"}

    closure = agreed(tmp_path, "a", facts_in(tmp_path, files))

    assert closure.lines == {"a.py": lines("1-2 5-6")}


def test_calls_in_class_bodies_and_constructors_run(tmp_path: Path) -> None:
    source = """\
        class Base:
            def __init__(self):
                self.set()
            def set(self):
                self.x = 1
        class Sub(Base):
            def unused(self):
                return 0
        class Holder:
            value = Sub()
        """

    closure = agreed(tmp_path, "a", facts_in(tmp_path, {"a.py": source}))

    assert closure.lines == {"a.py": lines("1-7 9-10")}


def test_decorators_run_but_not_what_they_put_around_the_function(tmp_path: Path) -> None:
    source = """\
        def plain(function):
            def wrapper():
                return function()
            return wrapper
        def named(name):
            def inner(function):
                def wrapper():
                    return function()
                return wrapper
            return inner
        class Register:
            def __init__(self, function):
                self.function = function
            def __call__(self):
                return self.function()
        @plain
        def one():
            return 1
        @named("two")
        def two():
            return 2
        @Register
        def three():
            return 3
        """

    closure = agreed(tmp_path, "a", facts_in(tmp_path, {"a.py": source}))

    assert closure.lines == {"a.py": lines("1-2 4-7 9-14 16-17 19-20 22-23")}


def test_class_statements_run_metaclass_subclass_hook_and_set_name(tmp_path: Path) -> None:
    source = """\
        class Meta(type):
            def __new__(mcs, name, bases, body):
                return super().__new__(mcs, name, bases, body)
            def other(cls):
                return 0
        class Told(metaclass=Meta):
            def __init_subclass__(cls):
                cls.told = True
        class Field:
            def __set_name__(self, owner, name):
                self.name = name
        class Sub(Told):
            field = Field()
        """

    closure = agreed(tmp_path, "a", facts_in(tmp_path, {"a.py": source}))

    assert closure.lines == {"a.py": lines("1-4 6-13")}


def test_the_hook_for_subclasses_does_not_run_for_its_own_class(tmp_path: Path) -> None:
    source = "class Told:\n    def __init_subclass__(cls):\n        cls.told = True\n"

    closure = agreed(tmp_path, "a", facts_in(tmp_path, {"a.py": source}))

    assert closure.lines == {"a.py": lines("1-2")}


def test_imports_by_a_call_with_a_constant_name_run(tmp_path: Path) -> None:
    files = {
        "a.py": "import importlib\nb = importlib.import_module('pkg.b')\n",
        "pkg/__init__.py": "x = 1\n",
        "pkg/b.py": "y = 1\n",
    }

    closure = agreed(tmp_path, "a", facts_in(tmp_path, files))

    assert closure.files == {"a.py", "pkg/__init__.py", "pkg/b.py"}


def test_files_of_which_nothing_runs_are_left_out(tmp_path: Path) -> None:
    facts = facts_in(tmp_path, {"a.py": "import b, c\n", "b.py": "x = 1\n", "c.py": "y = 1\n"})
    nothing = [replace(each, import_time=NO_LINES) if each.module == "b" else each for each in facts]

    assert import_closure("a", nothing).files == {"a.py", "c.py"}


def test_a_module_outside_the_project_has_no_closure(tmp_path: Path) -> None:
    closures = import_closures(facts_in(tmp_path, {"a.py": ""}))

    with pytest.raises(KeyError):
        closures.of("json")


@pytest.mark.parametrize("step", [1, -1])
def test_chains_of_nine_hundred_modules_are_followed_in_either_direction(tmp_path: Path, step: int) -> None:
    sources = {f"m{number:03}.py": f"import m{(number + step) % 1000:03}\n" for number in range(900)}

    closures = import_closures(facts_in(tmp_path, sources))

    assert [len(closures.of(f"m{number:03}").files) for number in (0, 450, 899)] == (
        [900, 450, 1] if step == 1 else [1, 451, 900]
    )


def test_everything_in_a_ring_of_nine_hundred_modules_runs(tmp_path: Path) -> None:
    sources = {f"m{number}.py": f"import m{(number + 7) % 900}\n" for number in range(900)}

    closures = import_closures(facts_in(tmp_path, sources))

    assert {len(closures.of(f"m{number}").files) for number in range(0, 900, 100)} == {900}


MODULES = tuple(f"m{number}" for number in range(8))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)), max_size=20))
def test_the_files_of_a_closure_are_those_that_its_imports_lead_to(pairs: list[tuple[str, str]]) -> None:
    facts = [importing(module, [target for source, target in pairs if source == module]) for module in MODULES]

    closures = import_closures(facts)

    for module in MODULES:
        led_to = {module}
        while more := {target for source, target in pairs if source in led_to} - led_to:
            led_to |= more
        told = {closures.files[place] for place in numbers_in(closures.files_of(module))}
        assert told == closures.of(module).files == {f"{each}.py" for each in led_to}


def importing(module: str, targets: list[str]) -> ModuleFacts:
    """A module of nothing but imports."""
    top = Unit(MODULE, "module", 1, len(targets) + 1, line_range(1, len(targets) + 1))
    imports = tuple(Import(target, "", target, line) for line, target in enumerate(targets, 1))
    return ModuleFacts(f"{module}.py", module, (top,), top.lines, NO_LINES, imports=imports)


def test_names_that_were_read_already_change_no_closure(tmp_path: Path) -> None:
    files = {"b.py": "import a\na.start()\n", "a.py": "import c\ndef start():\n    return c.x\n", "c.py": "x = 1\n"}
    facts = facts_in(tmp_path, files)

    alone, together = import_closures(facts), import_closures(facts, read_names(facts))

    assert together.of("b") == alone.of("b")
    assert alone.of("b").lines["a.py"] == lines("1-3")
    assert [together.files_of(module) for module in "abc"] == [alone.files_of(module) for module in "abc"]


def test_of_files_with_one_name_that_which_is_imported_counts_whatever_was_read(tmp_path: Path) -> None:
    files = {"lib/shop.py": "import other\n", "other.py": "x = 1\n", "shop.py": "y = 1\n"}
    facts = [replace(each, module=each.module.rpartition(".")[2]) for each in facts_in(tmp_path, files)]

    closures = import_closures(facts, read_names(facts))

    assert closures.of("shop").files == {"shop.py"}
