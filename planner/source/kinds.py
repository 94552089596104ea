"""What can be asked of a source file, kind by kind: how it is found in the text, kept as JSON, and read back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Generic, TypeVar

from planner.model.calls import WatchedCall
from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.mentions import FileMentions
from planner.model.seams import TestFacts
from planner.model.suite import SuiteFacts
from planner.source import facts_of, tests_of
from planner.source.calls import calls_of
from planner.source.codec import (
    pack_calls,
    pack_facts,
    pack_mentions,
    pack_suite,
    pack_tests,
    unpack_calls,
    unpack_facts,
    unpack_mentions,
    unpack_suites,
    unpack_tests,
)
from planner.source.mentions import mentions_of
from planner.source.tables import Row
from planner.source.tests import suite_of
from planner.source.text import Text

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Found]):
    """One kind of thing that a file says. Functions are of a module's top level, so that workers can be sent them.

    `label` says what goes on while many files are read. `find` finds it in a text, `pack` and `unpack` turn it into
    JSON and back. `rules` are what it depends on beside the text and gapplan's own code.
    """

    name: str
    label: str
    find: Callable[[Text], Found | Skipped]
    pack: Callable[[Found | Skipped], Row]
    unpack: Callable[[Sequence[object]], list[Found | Skipped]]
    rules: str = ""

    def belongs(self, found: Found | Skipped, path: str) -> bool:
        """Whether the value is of that path; a list of several says nothing of it."""
        return getattr(found, "path", path) == path


FACTS: Kind[ModuleFacts] = Kind("facts", "reading sources", facts_of, pack_facts, unpack_facts)
TESTS: Kind[TestFacts] = Kind("tests", "reading tests", tests_of, pack_tests, unpack_tests)
MENTIONS: Kind[FileMentions] = Kind("mentions", "reading names", mentions_of, pack_mentions, unpack_mentions)
SUITES: Kind[SuiteFacts] = Kind("suite", "reading the suite", suite_of, pack_suite, unpack_suites)


def calls_kind(watched: Sequence[str]) -> Kind[tuple[WatchedCall, ...]]:
    """The calls of names that begin with one of `watched`."""
    rules = blake2b("\0".join(watched).encode(), digest_size=16).hexdigest()
    find = partial(calls_of, watched=tuple(watched))
    return Kind("calls", "looking for calls", find, pack_calls, unpack_calls, rules)
