"""Who calls whom: names, classes, `self`, types, decorators, properties, and what stays unresolved."""

import textwrap
from pathlib import Path

import pytest

import planner.graph
from planner.graph.calls import CallGraph, call_graph, open_calls
from planner.graph.rules import RATES
from planner.model.facts import MODULE, ModuleFacts
from planner.model.lines import NO_LINES
from planner.source import read_facts


class Tree:
    """Writes a project of a few files, and reads its call graph."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: list[str] = []

    def write(self, path: str, text: str) -> None:
        (self._root / path).parent.mkdir(parents=True, exist_ok=True)
        (self._root / path).write_text(textwrap.dedent(text), "utf-8")
        self._paths.append(path)

    def graph(self) -> CallGraph:
        facts = [read_facts(self._root, path, set(self._paths)) for path in self._paths]
        return call_graph(each for each in facts if isinstance(each, ModuleFacts))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def rules(graph: CallGraph, module: str, unit: str) -> dict[str, str]:
    """What the unit enters: `module:unit` -> rule."""
    number = graph.number(module, unit)
    assert number is not None
    return {f"{graph.modules[e.callee]}:{graph.units[e.callee].name}": e.rule for e in graph.edges[number]}


def of_one_module(tree: Tree, text: str, unit: str) -> dict[str, str]:
    tree.write("shop.py", text)
    return {name.removeprefix("shop:"): rule for name, rule in rules(tree.graph(), "shop", unit).items()}


# Names


def test_a_function_of_the_same_module_is_entered_at_its_line(tree: Tree) -> None:
    tree.write("shop.py", "def price():\n    return 1\n\ndef order():\n    one = 1\n    return price()\n")

    graph = tree.graph()

    (edge,) = graph.edges[graph.numbers["shop", "order"]]
    assert (graph.units[edge.callee].name, edge.rule, edge.line) == ("price", "name", 6)
    assert edge.confidence == RATES["name"].straight
    assert graph.callers[edge.callee] == (edge,)


def test_a_call_in_a_block_is_less_certain(tree: Tree) -> None:
    tree.write("shop.py", "def price():\n    return 1\n\ndef order(x):\n    if x:\n        return price()\n")

    graph = tree.graph()

    (edge,) = graph.edges[graph.numbers["shop", "order"]]
    assert edge.confidence == RATES["name"].in_block < RATES["name"].straight


@pytest.mark.parametrize("block", ["for y in x:", "while x:", "try:\n        x()\n    except OSError:"])
def test_loops_and_handlers_are_blocks(tree: Tree, block: str) -> None:
    tree.write("shop.py", f"def price():\n    return 1\n\ndef order(x):\n    {block}\n        price()\n    return x\n")

    graph = tree.graph()

    (edge,) = graph.edges[graph.numbers["shop", "order"]]
    assert edge.confidence == RATES["name"].in_block


def test_names_are_followed_through_re_exports_aliases_and_stars(tree: Tree) -> None:
    tree.write("pkg/__init__.py", "from .api import cost as fee\nfrom .stars import *\n")
    tree.write("pkg/api.py", "from pkg.deep import price as cost\n")
    tree.write("pkg/deep.py", "def price():\n    return 1\n")
    tree.write("pkg/stars.py", "def shine():\n    return 1\n")
    tree.write("app.py", "import pkg\nfrom pkg import shine\n\ndef run():\n    pkg.fee()\n    shine()\n")

    assert rules(tree.graph(), "app", "run") == {"pkg.deep:price": "name", "pkg.stars:shine": "name"}


def test_a_star_import_is_looked_through_for_bare_names(tree: Tree) -> None:
    tree.write("stars.py", "def shine():\n    return 1\n")
    tree.write("app.py", "from stars import *\n\ndef run():\n    shine()\n")

    assert rules(tree.graph(), "app", "run") == {"stars:shine": "name"}


def test_a_function_is_meant_where_a_package_re_exports_it_under_its_modules_name(tree: Tree) -> None:
    tree.write("pkg/__init__.py", "from pkg.run import run\n")
    tree.write("pkg/run.py", "def run():\n    return 1\n")
    tree.write("app.py", "import pkg\n\ndef main():\n    pkg.run()\n")

    assert rules(tree.graph(), "app", "main") == {"pkg.run:run": "name"}


def test_re_exports_in_a_circle_lead_nowhere(tree: Tree) -> None:
    tree.write("one.py", "from two import thing\nfrom two import *\n")
    tree.write("two.py", "from one import thing\nfrom one import *\n")
    tree.write("app.py", "from one import thing, other\n\ndef run():\n    thing()\n    other()\n")

    assert rules(tree.graph(), "app", "run") == {}


def test_the_module_level_calls_too(tree: Tree) -> None:
    found = of_one_module(tree, "def price():\n    return 1\n\nPRICE = price()\n", MODULE)

    assert found == {"price": "name"}


# Classes


def test_making_an_instance_enters_the_constructors_that_the_class_or_a_base_has(tree: Tree) -> None:
    text = """
        class Base:
            def __init__(self):
                self.x = 1

        class Desk(Base):
            def __new__(cls):
                return object.__new__(cls)

        class Bare:
            pass

        def run():
            Desk()
            Bare()
    """

    assert of_one_module(tree, text, "run") == {"Base.__init__": "class", "Desk.__new__": "class"}


def test_own_methods_are_found_in_bases_and_may_be_overridden_below(tree: Tree) -> None:
    text = """
        class Base:
            def fetch(self):
                return 1

        class Desk(Base):
            def run(self):
                return self.fetch()

        class Fast(Desk):
            def fetch(self):
                return 2

        class Other(Base):
            def fetch(self):
                return 3
    """

    assert of_one_module(tree, text, "Desk.run") == {"Base.fetch": "own", "Fast.fetch": "override"}


def test_an_abstract_method_leads_to_its_implementations(tree: Tree) -> None:
    text = """
        class Base:
            def fetch(self):
                raise NotImplementedError

            def run(self):
                return self.fetch()

        class One(Base):
            def fetch(self):
                return 1

        class Two(Base):
            def fetch(self):
                return 2
    """

    found = of_one_module(tree, text, "Base.run")

    assert found == {"Base.fetch": "own", "One.fetch": "implementations", "Two.fetch": "implementations"}


def test_super_skips_the_class_itself(tree: Tree) -> None:
    text = """
        class Base:
            def fetch(self):
                return 1

        class Desk(Base):
            def fetch(self):
                return super().fetch()
    """

    assert of_one_module(tree, text, "Desk.fetch") == {"Base.fetch": "super"}


def test_of_a_diamond_the_nearer_class_is_entered_as_in_python(tree: Tree) -> None:
    text = """
        class Top:
            def go(self):
                return 1

        class Left(Top):
            pass

        class Right(Top):
            def go(self):
                return 2

        class Both(Left, Right):
            def run(self):
                self.go()
    """

    assert of_one_module(tree, text, "Both.run") == {"Right.go": "own"}


def test_bases_in_a_circle_end(tree: Tree) -> None:
    found = of_one_module(tree, "class A(B):\n    def go(self):\n        self.no()\n\nclass B(A):\n    pass\n", "A.go")

    assert found == {}


# Types


def test_attributes_are_walked_by_their_classes(tree: Tree) -> None:
    tree.write("stock.py", "class Stock:\n    def take(self):\n        return 1\n")
    tree.write(
        "desk.py", "from stock import Stock\n\nclass Desk:\n    def __init__(self):\n        self.stock = Stock()\n"
    )
    text = """
        from desk import Desk

        class App:
            def __init__(self, desk: Desk):
                self._desk = desk

            def run(self):
                self._desk.stock.take()
                stock = self._desk.stock
                stock.take()
    """
    tree.write("app.py", text)

    assert rules(tree.graph(), "app", "App.run") == {"stock:Stock.take": "attribute"}


def test_variables_have_the_class_that_a_function_says_it_returns(tree: Tree) -> None:
    text = """
        class Desk:
            def open(self):
                return 1

            def close(self):
                return 1

        def make() -> Desk:
            return Desk()

        def run():
            desk = make()
            desk.open()
            make().close()
    """

    found = of_one_module(tree, text, "run")

    assert found == {"make": "name", "Desk.open": "return", "Desk.close": "return"}


def test_a_variable_of_another_module_is_known_by_its_class(tree: Tree) -> None:
    tree.write("desk.py", "class Desk:\n    def open(self):\n        return 1\n\ndesk = Desk()\n")
    tree.write("app.py", "from desk import desk\n\ndef run():\n    desk.open()\n")

    assert rules(tree.graph(), "app", "run") == {"desk:Desk.open": "name"}


# What no call names


def test_reading_a_property_enters_it_and_reading_a_method_refers_to_it(tree: Tree) -> None:
    text = """
        class Desk:
            @property
            def total(self):
                return 1

            def work(self):
                return 1

            def run(self):
                start(self.work)
                return self.total

        def run(desk: Desk):
            return desk.total
    """

    assert of_one_module(tree, text, "Desk.run") == {"Desk.total": "property", "Desk.work": "reference"}
    assert rules(tree.graph(), "shop", "run") == {"shop:Desk.total": "property"}


def test_a_setter_does_not_hide_the_property(tree: Tree) -> None:
    text = """
        class Desk:
            @property
            def total(self):
                return 1

            @total.setter
            def total(self, value):
                self.x = value

            def run(self):
                return self.total
    """
    tree.write("shop.py", text)

    graph = tree.graph()

    (edge,) = graph.edges[graph.numbers["shop", "Desk.run"]]
    assert graph.units[edge.callee].parameters == 0


def test_a_decorated_function_is_entered_through_the_innermost_wrapper(tree: Tree) -> None:
    text = """
        def retry(times):
            def decorate(function):
                def wrapper():
                    return function()
                return wrapper
            return decorate

        @retry(3)
        def run():
            return 1
    """

    assert of_one_module(tree, text, "run") == {"retry.decorate.wrapper": "wrapper"}


def test_a_function_inside_may_be_entered_unnamed(tree: Tree) -> None:
    found = of_one_module(
        tree, "def run(x):\n    def key(y):\n        return y\n    return sorted(x, key=key)\n", "run"
    )

    assert found == {"run.key": "nested"}


def test_statements_call_special_methods(tree: Tree) -> None:
    text = """
        class Box:
            def __enter__(self):
                return self

            def __exit__(self, *args):
                return None

            def __getitem__(self, key):
                return key

            def __len__(self):
                return 1

        def run(box: Box):
            with box:
                return box[1], len(box)
    """

    found = of_one_module(tree, text, "run")

    assert set(found) == {"Box.__enter__", "Box.__exit__", "Box.__getitem__", "Box.__len__"}
    assert set(found.values()) == {"protocol"}


# Method names alone, and what stays unresolved


def test_a_rare_methods_name_is_enough_for_a_weak_edge_and_a_common_one_is_not(tree: Tree) -> None:
    text = """
        class Desk:
            def settle(self):
                return 1

            def get(self):
                return 1

        def run(x):
            x.settle()
            x.get()
    """

    assert of_one_module(tree, text, "run") == {"Desk.settle": "only method"}


def test_a_name_that_many_methods_have_says_nothing_and_counts_as_unresolved(tree: Tree) -> None:
    classes = "".join(f"class C{n}:\n    def settle(self):\n        return 1\n\n" for n in range(7))
    tree.write("shop.py", classes + "def run(x):\n    x.settle()\n")

    graph = tree.graph()

    number = graph.numbers["shop", "run"]
    assert graph.edges[number] == ()
    assert graph.unresolved[number] == 1


def test_calls_that_leave_the_project_are_not_unresolved(tree: Tree) -> None:
    tree.write(
        "shop.py", "import json\n\ndef run(x, call):\n    len(json.dumps(x))\n    ', '.join(x)\n    x.append(1)\n"
    )

    graph = tree.graph()

    assert graph.unresolved[graph.numbers["shop", "run"]] == 0


def test_calls_of_variables_and_of_results_are_unresolved(tree: Tree) -> None:
    tree.write("shop.py", "def run(call, calls):\n    call()\n    calls[0]()\n    call()()\n")

    graph = tree.graph()

    assert graph.unresolved[graph.numbers["shop", "run"]] == 3


def test_a_definition_for_another_platform_does_not_hide_the_usual_one(tree: Tree) -> None:
    text = """
        import sys

        def price():
            return 1

        if sys.version_info < (3, 0):
            def price():
                return 2

        def run():
            return price()
    """
    tree.write("shop.py", text)

    graph = tree.graph()

    (edge,) = graph.edges[graph.numbers["shop", "run"]]
    assert graph.units[edge.callee].first_line == 4


def test_every_rate_is_a_chance_that_a_path_can_only_lose_by() -> None:
    assert all(0 < chance <= 1 for rate in RATES.values() for chance in rate)


def test_a_project_without_files_has_no_calls() -> None:
    graph = call_graph([ModuleFacts("a.py", "a", (), NO_LINES, NO_LINES)])

    assert graph.edges == ()
    assert graph.number("a", "run") is None


def test_what_is_found_when_it_is_asked_for_is_what_the_whole_graph_has() -> None:
    root = Path(planner.graph.__file__).parents[2]
    paths = sorted(path.relative_to(root).as_posix() for path in root.glob("planner/[fg]*/*.py"))
    facts = [each for path in paths if isinstance(each := read_facts(root, path, set(paths)), ModuleFacts)]
    graph, asked = call_graph(facts), open_calls(facts)

    found = {number: list(asked.ahead(number)) for number in reversed(range(len(graph.units)))}

    assert found == {number: graph.ahead(number) for number in range(len(graph.units))}
    assert sum(map(len, graph.edges)) > len(graph.units)


def test_calls_that_are_written_alike_mean_what_they_mean_where_they_stand(tree: Tree) -> None:
    start = "def start():\n    return 1\n"
    run = "    def run(self):\n        return 1\n"
    desk = f"class Desk:\n{run}    def go(self):\n        start()\n        return self.run()\n"
    tree.write("one.py", start + desk)
    tree.write("two.py", start + desk + desk.replace("Desk", "Shop"))
    graph = tree.graph()

    assert rules(graph, "one", "Desk.go") == {"one:start": "name", "one:Desk.run": "own"}
    assert rules(graph, "two", "Desk.go") == {"two:start": "name", "two:Desk.run": "own"}
    assert rules(graph, "two", "Shop.go") == {"two:start": "name", "two:Shop.run": "own"}
