"""What a report says of a test that did not pass: in which phase it ended, with which exception, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planner.model.outcomes import Ending, Phase

MAX_MESSAGE = 1000
"""Characters of a message; a first line that is longer is a printed value."""

_TYPE = r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*"

_ERROR = re.compile(
    r"((?:[A-Za-z_]\w*\.)+[A-Z]\w*"
    r"|(?:[A-Z]\w*)?(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Failed|Skipped|SkipTest|Group|Timeout))"
    r"(?:: (.*))?$"
)
"""`ValueError: boom`, as tracebacks end; a name without a dot has to look like an exception."""

_MARKED = re.compile(r"E {2,}(\S.*)")
"""A line in which pytest quotes the error."""

_PLACE = re.compile(rf"\S.*?:\d+: ({_TYPE})")
"""`tests/test_shop.py:12: ValueError`, the last line of pytest's tracebacks."""

_WRAPPED = re.compile(r"failed on (setup|teardown) with \"(.*?)\"?", re.DOTALL)
_OLD_WRAPPED = {"test setup failure": "setup", "test teardown failure": "teardown"}
_NOT_COLLECTED = frozenset({"collection failure", "collection skipped"})
_COLLECTION_SKIP = re.compile(r"\(.*, \d+, ['\"](?:Skipped: )?(.*)['\"]\)", re.DOTALL)

_SAYS_NOTHING = frozenset({"collection failure", "test failure", "test error", *_OLD_WRAPPED})
"""Messages of pytest and nose2 that are the same for every error: its text says more."""

_LOADERS = ("unittest.loader.", "nose2.loader.", "nose.failure.")
"""What stands in for a test file that could not be imported, or skipped itself."""

_FIXTURE_OF = re.compile(r"\.?(setUp|tearDown)(?:Class|Module)? \(")
"""`setUpClass (tests.test_shop.TestDesk)`, the name of what unittest could not set up."""

_FRAME = re.compile(
    r"^\s*File \".*\", line \d+, in (?:async)?([sS]etUp|[tT]earDown)(?:Class|Module)?$"
    r"|^(?:>| ) +(?:async )?def (?:async)?([sS]etUp|[tT]earDown)(?:Class|Module)?\(",
    re.MULTILINE,
)
"""A frame of unittest's own set-up, in Python's traceback or in pytest's."""

_NO_KINDS = frozenset({"skip", "pytest.skip", "pytest.xfail", "XFAIL", "UnexpectedSuccess", "failure", "error"})


@dataclass(frozen=True, slots=True)
class Reason:
    """How a test ended, and why: the fields of TestOutcome of these names."""

    ending: Ending
    phase: Phase = "call"
    kind: str = ""
    message: str = ""


def reason_of(tag: str, kind: str, message: str, text: str, name: str) -> Reason:
    """What an element `tag` (failure, error, skipped) with attributes `kind` and `message` and a `text` says.

    `name` is the test's scope and name with a dot between.
    """
    ending = _ending(tag, kind, message)
    phase = _phase(message, text if ending in ("failed", "error") else "", name)
    if ending in ("skipped", "xfailed"):
        return Reason(ending, phase, "", _first_line(_skip_message(message, text)))
    kind, first = _error(kind, message, text, phase)
    if phase == "collection" and kind.endswith("SkipTest"):
        return Reason("skipped", phase, "", first)
    return Reason(ending, phase, kind, first)


def _ending(tag: str, kind: str, message: str) -> Ending:
    """unittest's expected failures stand as skipped; what was expected to fail and passed is a failure."""
    if kind == "UnexpectedSuccess" or message == "test passes unexpectedly":
        return "failed"
    if tag != "skipped":
        return "failed" if tag == "failure" else "error"
    is_expected = kind.lower() in ("pytest.xfail", "xfail") or message.startswith(("expected failure", "expected test"))
    return "xfailed" if is_expected else "skipped"


def _phase(message: str, text: str, name: str) -> Phase:
    if message in _NOT_COLLECTED or name.startswith(_LOADERS):
        return "collection"
    wrapped = _WRAPPED.match(message)
    word = wrapped[1] if wrapped else _OLD_WRAPPED.get(message, "")
    if not word and (found := _FIXTURE_OF.match(name) or _FRAME.search(text)):
        word = next(each for each in found.groups() if each).lower()
    if not word:
        return "call"
    return "setup" if word == "setup" else "teardown"


def _skip_message(message: str, text: str) -> str:
    if message == "collection skipped":
        found = _COLLECTION_SKIP.fullmatch(text.strip())
        return found[1] if found else text
    if message.startswith(("expected failure", "expected test failure")):
        return ""
    return message.removeprefix("test skipped: ") or text


def _error(kind: str, message: str, text: str, phase: Phase) -> tuple[str, str]:
    """The exception's type and the first line of what it says."""
    wrapped = _WRAPPED.fullmatch(message)
    said = wrapped[2] if wrapped else message
    kind = _clean(kind) or _kind_at_end(text)
    if phase == "collection" or said in _SAYS_NOTHING or not said or _is_place(said):
        found = next(_errors_in(text or said), None)
        if found:
            return found
        said = next(_marked_in(text), "" if said in _SAYS_NOTHING else said)
    first = _first_line(said)
    if not kind and (match := _ERROR.fullmatch(first)):
        kind = match[1]
    return kind or _asserted(first), _without(kind, first)


def _is_place(said: str) -> bool:
    """pytest begins what it says of an unknown fixture with the place that asks for it."""
    return re.match(r"file .*, line \d+$", _first_line(said)) is not None


def _clean(kind: str) -> str:
    """The type as a dotted name, without `builtins`; "" for words that name no exception."""
    plain = kind.removeprefix("<class '").removesuffix("'>").removeprefix("builtins.")
    return plain if len(plain) < MAX_MESSAGE and plain not in _NO_KINDS and re.fullmatch(_TYPE, plain) else ""


def _kind_at_end(text: str) -> str:
    match = _PLACE.fullmatch(text.rstrip().rpartition("\n")[2][-MAX_MESSAGE:])
    return match[1] if match else ""


def _errors_in(text: str) -> Iterator[tuple[str, str]]:
    """The errors that a traceback quotes, the last first: that one was raised, the others led to it."""
    for line in reversed(text.split("\n")):
        marked = _MARKED.match(line[:MAX_MESSAGE])
        if match := _ERROR.match(marked[1] if marked else line[:MAX_MESSAGE]):
            yield match[1], match[2] or ""


def _marked_in(text: str) -> Iterator[str]:
    return (marked[1] for line in text.split("\n") if (marked := _MARKED.match(line[:MAX_MESSAGE])))


def _asserted(first: str) -> str:
    return "AssertionError" if first.startswith("assert ") else ""


def _without(kind: str, first: str) -> str:
    """The message without the exception's type before it."""
    name, _, said = first.partition(": ")
    is_type = kind != "" and re.fullmatch(_TYPE, name) and name.rpartition(".")[2] == kind.rpartition(".")[2]
    return said if is_type else first


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].rstrip()[:MAX_MESSAGE]
