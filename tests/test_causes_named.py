"""What messages name is looked up: models, columns, tables, loops, services, programs, encodings."""

import pytest
from causes import ended, evidence, placed, traceback

from planner.model.blocked import Cause, CauseKind
from planner.suite.causes import find_causes

PORTAL = {
    "portal/__init__.py": "",
    "portal/models.py": """
        from portal.base import Base

        class User(Base):
            __tablename__ = "users"

            id = 1
            email: str = ""
        """,
    "portal/base.py": "class Base: pass",
    "portal/legacy.py": """
        from portal.base import Base

        class User(Base):
            __tablename__ = "legacy_users"
        """,
    "portal/schema.py": """
        TABLES = '''
        CREATE TABLE IF NOT EXISTS orders (id integer);
        '''
        """,
    "portal/views.py": """
        from portal.models import User

        def show(user):
            return user.email
        """,
    "portal/jobs.py": """
        import asyncio

        LOCK = asyncio.Lock()

        async def run():
            async with LOCK:
                pass
        """,
    "tests/__init__.py": "",
    "tests/conftest.py": """
        import pytest

        @pytest.fixture(
            scope="session",
        )
        async def pool():
            yield 1

        @pytest.fixture
        def queue(pool):
            return pool
        """,
    "tests/test_users.py": """
        def test_one(queue): pass
        def test_two(queue): pass
        def test_three(queue): pass
        """,
    "tests/test_views.py": """
        from portal import views
        def test_view(): pass
        """,
}

ONE, TWO, THREE = (f"tests/test_users.py::test_{each}" for each in ("one", "two", "three"))
VIEW = "tests/test_views.py::test_view"


def causes_of(*outcomes: tuple[str, str]) -> tuple[Cause, ...]:
    known = evidence(PORTAL)
    return find_causes(placed([ended(node, details) for node, details in outcomes], known), known).causes


def at(line: int, error: str) -> str:
    return traceback(f"tests/test_users.py:{line} test", error=error)


def place(cause: Cause) -> tuple[str, int]:
    assert cause.first_place is not None
    return cause.first_place.path, cause.first_place.line


def test_a_class_mapped_twice_is_one_cause_of_all_that_mappers_say_afterwards() -> None:
    twice = (
        'Multiple classes found for path "User" in the registry of this declarative base. '
        "Please use a fully module-qualified path."
    )
    later = (
        "sqlalchemy.exc.InvalidRequestError: One or more mappers failed to initialize - can't proceed with "
        "initialization of other mappers. Triggering mapper: 'Mapper[{}]'. Original exception was: " + twice
    )

    (cause,) = causes_of(
        (ONE, at(1, f"sqlalchemy.exc.InvalidRequestError: {twice}")),
        (TWO, at(2, later.format("Order(orders)"))),
        (
            VIEW,
            traceback("tests/test_views.py:2 test_view", "portal/views.py:4 show", error=later.format("User(users)")),
        ),
    )

    assert (cause.key, cause.kind, cause.tests_blocked) == ("registry-error-user", "schema", 3)
    assert [(each.name, each.path, each.line) for each in cause.definitions] == [
        ("User", "portal/legacy.py", 3),
        ("User", "portal/models.py", 3),
    ]
    assert place(cause) == ("portal/legacy.py", 3)  # nobody imports it


def test_a_module_that_broke_on_import_is_the_cause_of_what_it_left_behind() -> None:
    known = evidence(PORTAL)
    broke = traceback(
        "tests/test_users.py:1", "portal/models.py:7 User", error="NameError: name 'Column' is not defined"
    )
    again = traceback(
        *("tests/test_views.py:1", "portal/views.py:1", "portal/models.py:3"),
        error="sqlalchemy.exc.InvalidRequestError: Table 'users' is already defined for this MetaData instance.",
    )
    outcomes = [
        ended("tests/test_users.py", broke, ending="error", phase="collection"),
        ended("tests/test_views.py", again, ending="error", phase="collection"),
    ]

    (cause,) = find_causes(placed(outcomes, known), known).causes

    assert (cause.exception, cause.messages) == ("NameError", 2)
    assert place(cause) == ("portal/models.py", 7)


def test_a_missing_column_is_looked_for_in_its_model() -> None:
    (cause,) = causes_of(
        (ONE, at(1, "sqlite3.OperationalError: no such column: users.email")),
        (TWO, at(2, "asyncpg.exceptions.UndefinedColumnError: column users.email does not exist")),
        (THREE, at(3, 'psycopg.errors.UndefinedColumn: column "email" of relation "users" does not exist')),
        (VIEW, at(3, "sqlite3.OperationalError: table users has no column named email")),
    )

    assert (cause.key, cause.kind) == ("no-column-users-email", "schema")
    assert [each.name for each in cause.definitions] == ["User.email"]
    assert place(cause) == ("portal/models.py", 7)


def test_a_table_that_a_statement_makes_is_looked_for_there() -> None:
    (cause,) = causes_of((ONE, at(1, "sqlite3.OperationalError: no such column: orders.price")))

    assert place(cause) == ("portal/schema.py", 2)


def test_a_database_without_tables_is_one_cause_however_many_it_lacks() -> None:
    (cause,) = causes_of(
        (ONE, at(1, "sqlite3.OperationalError: no such table: users")),
        (TWO, at(2, "sqlite3.OperationalError: no such table: orders")),
    )

    assert (cause.kind, cause.tests_blocked) == ("schema", 2)


def test_futures_of_another_loop_are_blamed_on_the_fixture_that_outlives_its_test() -> None:
    (cause,) = causes_of(
        (ONE, at(1, "RuntimeError: Task <Task pending> got Future <Future pending> attached to a different loop")),
        (TWO, at(2, "RuntimeError: <asyncio.locks.Lock object at 0x7f00> is bound to a different event loop")),
        (THREE, at(3, "RuntimeError: Event loop is closed")),
    )

    assert (cause.key, cause.kind, cause.tests_blocked) == ("different-loop", "event loop", 3)
    assert place(cause) == ("tests/conftest.py", 3)


def test_without_such_a_fixture_the_line_of_the_product_is_looked_at() -> None:
    error = "RuntimeError: <asyncio.locks.Lock object at 0x7f00> is bound to a different event loop"
    (cause,) = causes_of((VIEW, traceback("tests/test_views.py:2 test_view", "portal/jobs.py:6 run", error=error)))

    assert place(cause) == ("portal/jobs.py", 6)


def test_rows_that_are_left_behind_are_looked_for_in_the_tests() -> None:
    duplicate = 'UniqueViolation: duplicate key value violates unique constraint "users_email_key"'
    frames = ("tests/test_users.py:1 test_one", "portal/views.py:4 show")
    (cause,) = causes_of((ONE, traceback(*frames, error=f"psycopg.errors.{duplicate}")))

    assert (cause.key, cause.kind) == ("unique-users-email-key", "isolation")
    assert place(cause) == ("tests/test_users.py", 1)


PROGRAM = (
    "tests/test_users.py:1: in test\n    run()\n/usr/lib/python3.11/subprocess.py:1955: in _execute_child\n    raise\n"
    "E   FileNotFoundError: [Errno 2] No such file or directory: 'make'"
)


REDIS = "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused."
REFUSED = "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)"
POSTGRES = (
    'psycopg2.OperationalError: connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused'
)
CP1252 = "UnicodeDecodeError: 'charmap' codec can't decode byte 0x9d in position 4"
GREENLET = "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here."


@pytest.mark.parametrize(
    ("error", "key", "kind"),
    [
        (REDIS, "no-service-localhost-6379", "environment"),
        (REFUSED, "no-service-127-0-0-1-5432", "environment"),
        (POSTGRES, "no-service-localhost-5432", "environment"),
        ("PermissionError: [Errno 13] Permission denied: '/var/run/x'", "denied-test-one", "environment"),
        ("DeprecationWarning: utcnow() is deprecated", "warning-test-one", "environment"),
        ("Exception: Set the PORTAL_KEY environment variable", "no-variable-portal-key", "environment"),
        (CP1252, "encoding-test-one", "platform"),
        ("AttributeError: module 'os' has no attribute 'fork'", "platform-fork", "platform"),
        ("FileNotFoundError: [WinError 2] The system cannot find the file", "platform-test-one", "platform"),
        ("Failed: Timeout (>5.0s) from pytest-timeout.", "timeout-test-one", "timeout"),
        ("asyncio.exceptions.TimeoutError", "timeout-test-one", "timeout"),
        (GREENLET, "greenlet-test-one", "event loop"),
        ("RuntimeError: no running event loop", "no-loop-test-one", "event loop"),
        ("FileExistsError: [Errno 17] File exists: 'out'", "already-there-test-one", "isolation"),
        ("SyntaxError: invalid syntax", "syntax-test-one", "import"),
        ("Failed: DID NOT RAISE <class 'ValueError'>", "assertion-test-one", "assertion"),
        ("NameError: name 'x' is not defined", "name-error-test-one", "error"),
    ],
)
def test_every_sort_of_fault_has_its_kind_and_key(error: str, key: str, kind: CauseKind) -> None:
    (cause,) = causes_of((ONE, at(1, error)))

    assert (cause.key, cause.kind) == (key, kind)


@pytest.mark.parametrize(
    ("message", "key", "kind"),
    [
        ("fixture 'till' not found", "no-fixture-till", "fixture"),
        ("async def functions are not natively supported.", "no-async-plugin", "environment"),
        ("worker 'gw1' crashed while running 'tests/test_users.py::test_one'", "worker-crash", "environment"),
    ],
)
def test_what_pytest_itself_says_has_no_traceback(message: str, key: str, kind: CauseKind) -> None:
    known = evidence(PORTAL)

    (cause,) = find_causes(placed([ended(ONE, message=message)], known), known).causes

    assert (cause.key, cause.kind) == (key, kind)


def test_a_program_that_is_not_there_is_no_file_of_the_project() -> None:
    (cause,) = causes_of((ONE, PROGRAM))

    assert (cause.key, cause.kind) == ("no-program-make", "environment")


def test_an_error_of_a_class_that_the_project_has_is_one_cause_wherever_it_shows() -> None:
    error = "TypeError: show() missing 1 required positional argument: 'user'"
    own = causes_of((ONE, at(1, error)), (TWO, at(2, error)))
    foreign = causes_of((ONE, at(1, error.replace("show", "display"))), (TWO, at(2, error.replace("show", "display"))))

    assert [(each.key, place(each)) for each in own] == [("arguments-show", ("portal/views.py", 3))]
    assert [each.tests_blocked for each in foreign] == [1, 1]
