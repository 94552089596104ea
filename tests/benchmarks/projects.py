"""The real projects that the benchmarks measure: pinned, of different shapes, with what their tests need."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A pinned source distribution; what its tests need and pytest's options, or the package only imported."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    imports: str = ""


PROJECTS = (
    Project("apscheduler", "3.11.0", ("anyio", "pytz", "sqlalchemy", "tornado", "gevent", "twisted", "tzlocal")),
    Project("attrs", "25.3.0", ("cloudpickle", "hypothesis", "pympler", "pytest-xdist"), ("-p", "no:xdist")),
    Project("black", "25.1.0", ("aiohttp", "parameterized"), ("--run-optional=no_jupyter", "-k", "not blackd")),
    Project("boltons", "25.0.0"),
    Project("click", "8.1.8"),
    Project("docutils", "0.21.2", imports="docutils"),
    Project("flask", "3.1.0", ("click==8.1.8", "werkzeug==3.1.3", "asgiref", "python-dotenv")),
    Project(
        "httpx", "0.28.1", ("brotli", "chardet", "h2", "rich", "socksio", "trio", "trustme", "uvicorn", "zstandard")
    ),
    Project("itsdangerous", "2.2.0", ("freezegun",)),
    Project("jinja2", "3.1.6", ("trio",)),
    Project("jsonschema", "4.23.0", (), ("jsonschema",)),
    Project("markupsafe", "3.0.2"),
    Project("marshmallow", "3.26.1", ("simplejson",)),
    Project("more-itertools", "10.7.0"),
    Project("networkx", "3.4.2", ("numpy", "scipy"), imports="networkx"),
    Project("packaging", "25.0", ("pretend",)),
    Project("pluggy", "1.6.0", ("pytest-benchmark",)),
    Project("pygments", "2.19.1", imports="pygments"),
    Project("requests", "2.32.3", ("pytest-httpbin", "pytest-mock", "trustme", "pysocks")),
    Project("rich", "14.0.0", imports="rich"),
    Project("sqlparse", "0.5.3"),
    Project("structlog", "25.3.0", ("freezegun", "pretend", "pytest-asyncio", "simplejson", "rich", "twisted")),
    Project("sympy", "1.14.0", imports="sympy"),
    Project("tomlkit", "0.13.2", ("pyyaml",)),
    Project("toolz", "1.0.0"),
    Project("twine", "6.1.0", ("pretend", "pytest-socket", "build")),
    Project("watchdog", "6.0.0", ("flaky", "pytest-timeout", "eventlet"), ("-o", "addopts=")),
    Project(
        "werkzeug",
        "3.1.3",
        ("cryptography", "ephemeral-port-reserve", "pytest-timeout", "watchdog"),
        ("--ignore=tests/test_serving.py",),
    ),
    Project("zipp", "3.21.0", ("jaraco.itertools", "jaraco.functools", "jaraco.test", "big-O", "pytest-ignore-flaky")),
)
