"""Tracebacks of every style are read alike, and messages folded, in bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.suite.causes.folding import common, folded, template, without_passing
from planner.suite.causes.traces import Raised, Spot, read_trace, root_of

LONG = """\
shop = Shop()

    def test_sells(shop):
>       shop.sell("tea")

tests/test_shop.py:12:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

self = <shop.desk.Shop object at 0x7f3a5c0d>, name = 'tea'

    def sell(self, name):
>       raise ValueError(f"no {name}: sold out")
E       ValueError: no tea: sold out

shop/desk.py:7: ValueError"""

SHORT = """\
tests/test_shop.py:12: in test_sells
    shop.sell("tea")
shop/desk.py:7: in sell
    raise ValueError(f"no {name}: sold out")
E   ValueError: no tea: sold out"""

NATIVE = """\
Traceback (most recent call last):
  File "tests/test_shop.py", line 12, in test_sells
    shop.sell("tea")
  File "shop/desk.py", line 7, in sell
    raise ValueError(f"no {name}: sold out")
ValueError: no tea: sold out"""

GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "tests/test_shop.py", line 12, in test_sells
  |     await shop.sell()
  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Exception Group Traceback (most recent call last):
    |   File "shop/desk.py", line 3, in sell
    |     async with group:
    | ExceptionGroup: inner (1 sub-exception)
    +-+---------------- 1 ----------------
      | Traceback (most recent call last):
      |   File "shop/desk.py", line 7, in sell
      |     raise ValueError("no tea")
      | ValueError: no tea
      +------------------------------------
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "shop/desk.py", line 9, in pay
    | KeyError: 'till'
    +------------------------------------"""


@pytest.mark.parametrize("text", [LONG, SHORT, NATIVE], ids=["long", "short", "native"])
def test_every_style_tells_the_same_lines_type_and_message(text: str) -> None:
    (raised,) = read_trace(text)

    assert [(spot.path, spot.line) for spot in raised.spots] == [("tests/test_shop.py", 12), ("shop/desk.py", 7)]
    assert (raised.exception, raised.message) == ("ValueError", "no tea: sold out")


def test_the_line_style_has_place_type_and_message_in_one_line() -> None:
    (raised,) = read_trace("/srv/app/tests/test_shop.py:12: ValueError: no tea: sold out")

    assert raised.spots == (Spot("/srv/app/tests/test_shop.py", 12),)
    assert (raised.exception, raised.message) == ("ValueError", "no tea: sold out")


def test_a_path_of_windows_keeps_its_drive() -> None:
    (raised,) = read_trace("C:\\app\\tests\\test_shop.py:12: in test_sells\n    sell()\nE   ValueError: no tea")

    assert raised.spots == (Spot("C:\\app\\tests\\test_shop.py", 12, "test_sells"),)


def test_a_bare_comparison_is_an_assertion_also_where_the_type_is_not_printed() -> None:
    (raised,) = read_trace(
        "tests/test_shop.py:3: in test_sells\n    assert f() == 1\nE   assert 2 == 1\nE    +  where 2 = f()"
    )

    assert (raised.exception, raised.message) == ("AssertionError", "assert 2 == 1")


def test_the_root_is_what_all_later_exceptions_were_raised_from() -> None:
    chain = read_trace(
        "shop/db.py:3: in query\n    run()\nE   sqlite3.OperationalError: no such column: tea.price\n\n"
        "The above exception was the direct cause of the following exception:\n"
        "tests/test_shop.py:9: in test_sells\n    sell()\nE   sqlalchemy.exc.OperationalError: no"
    )

    assert [each.exception for each in chain] == ["sqlite3.OperationalError", "sqlalchemy.exc.OperationalError"]
    assert root_of(chain) == 0


def test_an_exception_during_the_handling_of_another_is_its_own_root() -> None:
    chain = read_trace(
        "shop/db.py:3: in get\n    return kept[key]\nE   KeyError: 'tea'\n\n"
        "During handling of the above exception, another exception occurred:\n"
        "shop/db.py:5: in get\n    raise Missing()\nE   shop.db.Missing: tea"
    )

    assert root_of(chain) == 1


def test_of_an_exception_group_the_first_innermost_member_counts_and_the_way_to_it() -> None:
    (raised,) = read_trace(GROUP)

    assert (raised.exception, raised.message) == ("ValueError", "no tea")
    assert [spot.line for spot in raised.spots] == [12, 3, 7]


def test_a_syntax_error_is_where_its_file_says() -> None:
    (raised,) = read_trace(
        'tests/test_shop.py:1: in <module>\n    import shop.desk\nE     File "/srv/app/shop/desk.py", line 4\n'
        "E       def sell(:\nE                ^\nE   SyntaxError: invalid syntax"
    )

    assert (raised.exception, raised.message) == ("SyntaxError", "invalid syntax")
    assert raised.spots[-1] == Spot("/srv/app/shop/desk.py", 4)


def test_a_missing_fixture_is_where_it_is_asked_for() -> None:
    (raised,) = read_trace(
        "file /srv/app/tests/test_shop.py, line 20\n  def test_sells(till):\nE       fixture 'till' not found\n"
        ">       available fixtures: cache, shop\n\n/srv/app/tests/test_shop.py:20"
    )

    assert raised.spots[0] == Spot("/srv/app/tests/test_shop.py", 20)
    assert raised.message == "fixture 'till' not found"


def test_types_with_small_letters_are_known_by_their_module() -> None:
    (raised,) = read_trace(
        "shop/net.py:3: in ask\n    ask()\nE   socket.gaierror: [Errno -2] Name or service not known"
    )

    assert raised.exception == "socket.gaierror"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<Desk object at 0x7f3a5c0d1e20> is shut", "<Desk object at 0x7fffffff0000> is shut"),
        ("no file '/tmp/pytest-of-ann/pytest-3/x0/a'", "no file '/home/bob/work/b'"),
        (
            "Task <Task pending name='Task-3' coro=<run() at /srv/x.py:3> cb=[done()]> got Future <Future pending>",
            "Task <Task cancelling name='Task-9' coro=<f.<locals>.g() running>> got Future <Future finished cb=[x()]>",
        ),
        ("took 0.31s, at 2026-11-21T10:00:00.123Z", "took 12.5s, at 2025-01-02 03:04:05"),
        ("id 0b9a2c1e-1111-2222-3333-444455556666 unknown", "id ffffffff-1111-2222-3333-444455556666 unknown"),
    ],
)
def test_what_differs_from_run_to_run_is_folded(one: str, other: str) -> None:
    assert without_passing(one) == without_passing(other)


def test_values_are_folded_and_words_stay() -> None:
    assert folded("no user 'ann' with 3 orders") == folded("no user 'bob' with 17 orders")
    assert folded("no user 'ann' with 3 orders") != folded("no client 'ann' with 3 orders")
    assert without_passing("no user 'ann'") != without_passing("no user 'bob'")


def test_one_message_stands_for_all_with_a_gap_where_they_differ() -> None:
    assert common(["no such column: tea.price"] * 3) == "no such column: tea.price"
    assert common(["no user 'ann' here", "no user 'bob' here"]) == "no user <text> here"
    assert common(["title was not validated", "slots was not validated"]) == "… was not validated"


def test_the_raising_line_tells_words_from_values() -> None:
    source = 'raise ValueError(f"{field} was not validated: {error}")'

    assert template("title was not validated: 3", source) == template("slots was not validated: four", source)
    assert template("title was not found at all", source) != template("slots was not validated: 3", source)


HOSTILE = [
    "E   " + "a." * 100_000,
    "x" * 300_000 + ":1: in f",
    ("_ " * 40 + "\n") * 20_000,
    "E   A: " + "'" * 100_000 + '"' * 100_000,
    "  |" * 100_000,
    "+-" * 100_000,
    ("+" + "-" * 1900 + "x\n") * 4000,
    'File "' * 50_000,
    "C:" * 100_000,
    "/" * 200_000,
    "/a" * 200_000 + "'",
    "0x" * 100_000 + "1" * 100_000,
    "1," * 100_000,
    "12:34:" * 50_000,
    "<n>, " * 50_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_takes_long_to_read(text: str) -> None:
    begin = time.process_time()

    chain = read_trace(text)
    folded(text)
    common([text, text + "x"])
    assert root_of(chain) < max(len(chain), 1)

    assert time.process_time() - begin < 2


@given(st.text(alphabet=st.sampled_from("E>|+- _:\n\"',.0123456789abFile lineERROR()<>/\\x[]"), max_size=400))
def test_any_text_is_read_or_is_no_traceback(text: str) -> None:
    chain = read_trace(text)

    assert all(isinstance(each, Raised) for each in chain)
    assert all(each.exception or each.message or each.spots for each in chain)
    assert common([text]) == without_passing(text)
