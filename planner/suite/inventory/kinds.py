"""The kind of a test: by what its folder, its marks or its file's name say, in this order."""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from planner.model.inventory import CollectedTest

KINDS = {
    "unit": "unit",
    "unittests": "unit",
    "integration": "integration",
    "functional": "functional",
    "e2e": "end to end",
    "endtoend": "end to end",
    "acceptance": "acceptance",
    "system": "system",
    "smoke": "smoke",
    "contract": "contract",
    "contracts": "contract",
    "regression": "regression",
    "regressions": "regression",
    "property": "property",
    "performance": "performance",
    "perf": "performance",
    "benchmark": "performance",
    "benchmarks": "performance",
    "load": "performance",
    "stress": "performance",
    "slow": "slow",
    "network": "network",
}
"""Words by which projects name kinds of tests, with the name that is shown; singular or plural."""

_HOMES = frozenset({"tests", "test", "testing"})

_WORDS = re.compile(r"[^\W_]+")


def kinds_of(tests: Iterable[CollectedTest]) -> Callable[[CollectedTest], str]:
    """A function that says the kind of a test, as one of these tests.

    A folder, mark or file named by one of KINDS says it first; then the folder below the one that holds the tests; then
    the words of the file's name, or only the first where several files begin with it: `handlers` for
    `test_handlers_start.py` and `test_handlers_upload.py`.
    """
    paths = sorted({each.path for each in tests})
    first = Counter(_words(path)[0] for path in paths if _words(path))
    return lambda test: _by_word(test) or _by_folder(test.path) or _by_name(test.path, first)


def _by_word(test: CollectedTest) -> str:
    folders = test.path.split("/")[:-1]
    candidates = [*folders, *test.marks, *_words(test.path)]
    for each in candidates:
        plain = each.lower().replace("_", "").replace("-", "")
        kind = KINDS.get(plain) or KINDS.get(plain.removesuffix("tests").removesuffix("test"))
        if kind:
            return kind
    return ""


def _by_folder(path: str) -> str:
    """The folder below `tests/`; "" for a file that lies in it directly, or in no such folder."""
    folders = path.split("/")[:-1]
    home = next((place for place, each in enumerate(folders) if each in _HOMES), None)
    below = folders[home + 1 :] if home is not None else []
    return below[0].removeprefix("test_").replace("_", " ") if below else ""


def _by_name(path: str, first: Counter[str]) -> str:
    words = _words(path)
    if not words:
        return "tests"
    return words[0] if first[words[0]] > 1 else " ".join(words)


def _words(path: str) -> list[str]:
    """The words of the file's name, without `test`."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    return [each for each in _WORDS.findall(stem) if each not in ("test", "tests")]
