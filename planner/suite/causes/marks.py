"""What a message names: the module, class, column, fixture, variable or program that is not there or there twice.

Two failures whose messages name the same thing are of one cause, wherever they were raised.
"""

import re
from dataclasses import dataclass

from planner.model.blocked import CauseKind


@dataclass(frozen=True, slots=True)
class Mark:
    """`slug` is the sort of fault, `subject` what the message names. `merges` says that the two make it one cause.

    Without that the mark tells only the kind, and failures are of one cause when they come from one place.
    """

    slug: str
    kind: CauseKind
    subject: str = ""
    merges: bool = True


@dataclass(frozen=True, slots=True)
class _Rule:
    """A sort of fault. `subjects` are the groups of the pattern that together name the thing; of which the first."""

    slug: str
    kind: CauseKind
    pattern: re.Pattern[str]
    raised: re.Pattern[str] | None = None
    merges: bool = True


def _rule(slug: str, kind: CauseKind, pattern: str, raised: str = "", *, merges: bool = True) -> _Rule:
    return _Rule(slug, kind, re.compile(pattern), re.compile(raised) if raised else None, merges)


_PARTIAL = r"(?:partially initialized module )?"
_SQL = r"[\"'`]?([\w.]{1,200})[\"'`]?"

_RULES = (
    _rule("registry-error", "schema", r"Multiple classes found for path [\"']([\w.]{1,200})[\"']"),
    _rule("table-twice", "schema", r"Table '([\w.]{1,200})' is already defined for this MetaData"),
    _rule("no-class", "schema", r"expression [\"']{1,2}([\w.]{1,200})[\"']{1,2} failed to locate a name"),
    _rule("no-column", "schema", r"table ([\w.]{1,200}) has no column named (\w{1,200})"),
    _rule("no-column", "schema", rf"column {_SQL} of relation {_SQL} does not exist"),
    _rule("no-column", "schema", rf"[Nn]o such column: {_SQL}|[Cc]olumn {_SQL} does not exist"),
    _rule("no-column", "schema", r"Unknown column '([\w.]{1,200})'"),
    _rule("no-table", "schema", rf"[Nn]o such table: {_SQL}|relation {_SQL} does not exist"),
    _rule("no-table", "schema", r"Table '([\w.]{1,200})' doesn't exist"),
    _rule("different-loop", "event loop", r"(?:attached|bound) to a different (?:event )?loop"),
    _rule("closed-loop", "event loop", r"Event loop is closed"),
    _rule("no-loop", "event loop", r"no running event loop|[Tt]here is no current event loop", merges=False),
    _rule("no-loop", "event loop", r"cannot be called from a running event loop|event loop is already running"),
    _rule("greenlet", "event loop", r"greenlet_spawn has not been called", merges=False),
    _rule("no-fixture", "fixture", r"fixture '([^']{1,200})' not found"),
    _rule("fixture-scope", "fixture", r"You tried to access the \w{1,20} scoped fixture (\w{1,200})"),
    _rule("fixture-scope", "fixture", r"recursive dependency involving fixture '(\w{1,200})'"),
    _rule("async-fixture", "fixture", r"requested an async fixture '(\w{1,200})'"),
    _rule("fixture-called", "fixture", r"Fixture \"([^\"]{1,200})\" called directly"),
    _rule("no-async-plugin", "environment", r"async def functions are not natively supported"),
    _rule("no-marker", "environment", r"'(\w{1,200})' not found in `markers` configuration option"),
    _rule("unique", "isolation", r"UNIQUE constraint failed: (\w{1,200})"),
    _rule("unique", "isolation", r"duplicate key value violates unique constraint [\"']([\w.]{1,200})[\"']"),
    _rule("unique", "isolation", r"Duplicate entry .{0,200} for key '([\w.]{1,200})'"),
    _rule("already-there", "isolation", rf"(?:table|relation|index) {_SQL} already exists"),
    _rule("already-there", "isolation", r"\[Errno 17\] File exists|\[WinError 183\]", merges=False),
    _rule("locked", "isolation", r"database (?:table )?is locked", merges=False),
    _rule("no-import", "import", rf"cannot import name '(\w{{1,200}})' from {_PARTIAL}'([\w.]{{1,300}})'"),
    _rule("no-module", "import", r"No module named '?([\w.]{1,300})'?", r"ModuleNotFoundError|ImportError"),
    _rule("relative-import", "import", r"attempted relative import", merges=False),
    _rule("import", "import", r"", r"(?:ModuleNotFound|Import)Error$", merges=False),
    _rule("syntax", "import", r"", r"(?:Syntax|Indentation|Tab)Error$", merges=False),
    _rule("platform", "platform", r"\[WinError 2\]", merges=False),
    _rule("platform", "platform", r"module '(?:os|signal|socket|time|asyncio)' has no attribute '(\w{1,100})'"),
    _rule("encoding", "platform", r"'(\S{1,40})' codec can't (?:de|en)code", merges=False),
    _rule("denied", "environment", r"\[Errno 13\]|\[WinError 5\]|[Pp]ermission denied", merges=False),
    _rule(
        "no-service",
        "environment",
        r"host='([^']{1,200})', port=(\d{1,5})|"
        r"(?:Connect call failed|onnection (?:to server )?at|onnect(?:ing)? to) [\"'(]{0,3}([\w.:-]{1,200})[\"']?"
        r"(?:,? (?:\([^)]{1,60}\), )?(?:port )?(\d{1,5}))?",
        r"(?i)connect|operational|socket|gaierror|network|redis|timeout|transport|httpx|request|interface|OSError",
    ),
    _rule(
        "no-service",
        "environment",
        r"Connection refused|actively refused|could not connect to server|Name or service not known|nodename nor "
        r"servname|failure in name resolution|getaddrinfo failed|Network is unreachable|No route to host|"
        r"Max retries exceeded",
        merges=False,
    ),
    _rule("no-service", "environment", r"", r"ConnectionRefusedError$|gaierror$", merges=False),
    _rule("settings", "environment", r"Requested settings?,? (?:(\w{1,200}), )?but settings are not configured"),
    _rule("settings", "environment", r"Apps aren't loaded yet"),
    _rule("no-variable", "environment", r"[Ss]et the ([A-Z][A-Z0-9_]{1,200}) environment variable"),
    _rule("no-variable", "environment", r"\b([A-Z][A-Z0-9_]{2,200})\b.{0,40} environment variable|"
          r"[Ee]nvironment variable:? [\"'`]?([A-Z][A-Z0-9_]{1,200})|(?:^|: )'?([A-Z][A-Z0-9_]{2,200})'? is not set"),
    _rule("worker-crash", "environment", r"worker '\w{1,20}' crashed while running"),
    _rule("timeout", "timeout", r"\bTimeout \(?>\s?\d", merges=False),
    _rule("timeout", "timeout", r"", r"Time[dO]?out(?:Error|Expired)?$|TimedOut$", merges=False),
    _rule("warning", "environment", r"", r"\w*Warning(?:In\d{1,3})?$", merges=False),
)  # fmt: skip
"""In order: what names a thing goes before what names only a kind."""

_NAMED = (
    _rule("no-attribute", "error", r"module '([\w.]{1,300})' has no attribute '(\w{1,200})'"),
    _rule("no-attribute", "error", r"(?:type object )?'(\w{1,200})'(?: object)? has no attribute '(\w{1,200})'"),
    _rule("abstract", "error", r"Can't instantiate abstract class (\w{1,200})"),
    _rule(
        "arguments",
        "error",
        r"^([\w.<>]{1,300})\(\) (?:got an unexpected keyword argument|missing \d{1,4} required|takes |got multiple)",
    ),
)
"""One cause only where what they name is the project's own: many things have no attribute `get`."""


def mark_of(exception: str, text: str) -> Mark | None:
    """What the exception of that type names in its text; None where that says nothing of its kind."""
    return next((mark for rule in _RULES if (mark := _match(rule, exception, text))), None)


def named_of(text: str) -> Mark | None:
    """The class, module or function that the text names as not fitting; whether it is the project's is for others."""
    return next((mark for rule in _NAMED if (mark := _match(rule, "", text))), None)


def _match(rule: _Rule, exception: str, text: str) -> Mark | None:
    if rule.raised and not rule.raised.search(exception):
        return None
    found = rule.pattern.search(text)
    if not found:
        return None
    names = [name for name in found.groups() if name]
    return Mark(rule.slug, rule.kind, _subject(rule, names), rule.merges)


def _subject(rule: _Rule, names: list[str]) -> str:
    """The thing by its whole name: `table.column`, `module.name`, `host:port`."""
    if rule.slug == "no-column" and "of relation" in rule.pattern.pattern:
        names = names[::-1]
    if rule.slug == "no-import":
        names = names[::-1]
    if rule.slug == "registry-error":
        names = [names[0].rpartition(".")[2]]
    return (":" if rule.slug == "no-service" else ".").join(name.strip(".") for name in names)
