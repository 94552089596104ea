"""What runs without being named: hooks, protocols and places that tools and frameworks know by convention."""

import builtins
import io
import logging
import re
from pathlib import PurePosixPath

_HOOKS = re.compile(
    r"^(?:pytest_\w+|visit_\w+|depart_\w+|leave_\w+|do_[A-Z]\w*|on_\w+|handle_\w+|test_?\w*|setUp\w*|tearDown\w*"
    r"|setup(?:_module|_class|_method|_function)?|teardown(?:_module|_class|_method|_function)?|asyncSetUp"
    r"|main|cli|app|application|handler|lambda_handler|entry_?point|upgrade|downgrade|forwards|backwards|ready"
    r"|(?:create|make|build|get)_(?:\w+_)?app\w*|lifespan|load_tests|includeme|register|get_version|run|clean_\w+"
    r"|load_ipython_extension|unload_ipython_extension"
    r"|validate_\w+|get_\w+_display|resolve_\w+|Meta|Config|Media)$"
)
"""Names that pytest, unittest, ast and docutils visitors, http.server, Django, Flask, FastAPI, Alembic, Sphinx, AWS
Lambda, GraphQL and command-line tools look up."""

_LIKE_STANDARD = frozenset(
    name
    for kind in (io.TextIOWrapper, io.BytesIO, dict, list, set, str, logging.Handler, logging.Filter, logging.Formatter)
    for name in dir(kind)
) | {"acquire", "release", "locked", "put", "send", "recv", "sendall", "fetchone", "fetchall", "execute", "wait", "set"}
"""Methods of files, containers, handlers, locks, sockets and cursors: other code calls what only looks like one."""

_PLAIN_DECORATORS = frozenset(
    {
        *(
            "property",
            "staticmethod",
            "classmethod",
            "cached_property",
            "cache",
            "lru_cache",
            "wraps",
            "singledispatch",
        ),
        *("total_ordering", "dataclass", "contextmanager", "asynccontextmanager", "abstractmethod", "overload"),
        *("final", "override", "no_type_check", "runtime_checkable", "unique", "deprecated", "setter", "deleter"),
        *("getter", "define", "frozen", "mutable", "attrs", "coroutine", "jit", "njit", "retry", "profile", "timeit"),
    }
)
"""Decorators that change what a function does and register it nowhere, by the last part of their names."""

_PLAIN_BASES = frozenset({"object", "Protocol", "Generic", "ABC", "NamedTuple", "TypedDict"})
"""Bases that call no method that a class adds, by the last part of their names."""

_STARTED = frozenset(
    {
        *("__main__", "setup", "conftest", "conf", "manage", "wsgi", "asgi", "settings", "urls", "apps", "admin"),
        *("models", "signals", "tasks", "fabfile", "noxfile", "dodo", "sitecustomize", "usercustomize", "hubconf"),
        *("gunicorn_conf", "celery", "celeryconfig", "celeryapp", "locustfile", "app", "main", "env", "hatch_build"),
    }
)
"""Modules that a tool looks up by name."""

_STARTED_IN = frozenset(
    {
        *("migrations", "versions", "commands", "templatetags", "plugins", "docs", "doc", "examples", "scripts", "bin"),
        *("benchmarks", "notebooks", "lambdas", "dags", "hooks", "recipes", "fixtures"),
    }
)
"""Folders whose modules are started or found by their place."""

_CALL_AT_TOP = re.compile(r"^(?:#!|[A-Za-z_][\w.]*\()", re.MULTILINE)


def is_hook(name: str) -> bool:
    """Whether something calls a function, method or class for having this name."""
    return bool(_HOOKS.match(name)) or (name.startswith("_") and name.endswith("_"))


def is_like_standard(name: str) -> bool:
    """Whether a method is one of those that code calls on whatever looks like a file, a container or a handler."""
    return name in _LIKE_STANDARD


def is_plain_decorator(name: str) -> bool:
    """Whether the decorator is known to register nothing."""
    return name.rpartition(".")[2] in _PLAIN_DECORATORS


def builtin_methods(base: str) -> frozenset[str] | None:
    """The names that a built-in or harmless base knows; None for a base of which nothing is known."""
    if base.rpartition(".")[2] in _PLAIN_BASES:
        return frozenset()
    kind = getattr(builtins, base, None)
    return frozenset(dir(kind)) if isinstance(kind, type) else None


def is_started(path: str) -> bool:
    """Whether a module is one that people or tools start, by its name or its folder."""
    parts = PurePosixPath(path)
    return (
        parts.stem in _STARTED
        or parts.name == "__init__.py"
        or any(folder in _STARTED_IN for folder in parts.parts[:-1])
    )


def calls_at_top(text: str) -> bool:
    """Whether the text of a module is one that people or tools start by what its top level calls."""
    return bool(_CALL_AT_TOP.search(text))
