"""What differs from run to run, or from test to test, folded out of a message."""

import re
from collections import Counter
from collections.abc import Sequence

MAX_READ = 4000
"""Characters of a message that are looked at: printed tasks and futures are long."""

MAX_FOLDED = 1000
"""Characters of it that are kept without them."""

_PASSING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), "<uuid>"),
    (re.compile(r" (?:object )?at 0x[0-9a-fA-F]{4,16}"), ""),
    (re.compile(r"\b0x[0-9a-fA-F]{4,16}\b"), "<address>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b"), "<time>"),
    (re.compile(r"\b\d{1,9}(?:\.\d{1,9})? ?(?:ms|us|s|sec|secs|seconds?|minutes?)\b"), "<duration>"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{12,128}\b"), "<id>"),
    (re.compile(r"\bname='Task-\d{1,9}'"), "name=<task>"),
    (re.compile(r"\b(gw|worker-?|pytest-|popen-gw)\d{1,6}\b"), r"\1<n>"),
)
"""Of no meaning to anybody: another run of the same test says something else here."""

_FOLDER = re.compile(
    r"(?<![\w./\\])(?:[A-Za-z]:[\\/]|/(?:tmp|home|root|usr|var|private|Users|builds|app|srv|opt|mnt|github|__w|work)/)"
    r"((?:[^\s\\/'\":,;()<>|]{1,200}[\\/]){0,60})([^\s\\/'\":,;()<>|]{0,200})"
)
"""A file by its absolute path: folders differ from machine to machine; the name of a file with an ending is kept."""

_VARYING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"'[^']{0,500}'|\"[^\"]{0,500}\"|`[^`]{0,500}`"), "<text>"),
    (re.compile(r"\b[bB](?=<text>)"), ""),
    (re.compile(r"(?<![\w<])[+-]?\d{1,300}(?:[.,_]\d{1,300}){0,20}(?:e[+-]?\d{1,4})?\b"), "<n>"),
    (re.compile(r"(?<=[A-Za-z_])\d{1,20}\b"), "<n>"),
    (re.compile(r"(?<![\w.>])(?:/[^\s/'\":,;()<>|]{1,200}){2,60}/?"), "<path>"),
    (re.compile(r"(?<=<n>), <n>(?:, <n>){0,300}|(?<=<text>), <text>(?:, <text>){0,300}"), ", …"),
)
"""Values: what one test of a cause has and another has otherwise."""

_BRACKET = re.compile(r"<(?=\w)|(?<![-=])>")
_OBJECT = re.compile(r"<(?:\w{1,100}\.){0,20}([A-Z]\w{0,100})[ (]")
_TOKEN = re.compile(r"'[^']{0,500}'|\"[^\"]{0,500}\"|<\w{1,10}>|\w+|\s+|.", re.DOTALL)
_GAP = "…"


def without_passing(message: str) -> str:
    """The message without addresses, ids, times, durations and folders: the same in each run of the same test."""
    message = _without_objects(message[:MAX_READ])[:MAX_FOLDED]
    message = _FOLDER.sub(_file, message)
    for pattern, placeholder in _PASSING:
        message = pattern.sub(placeholder, message)
    return message


def folded(message: str) -> str:
    """The message without values either: quoted words and numbers are placeholders, too."""
    message = without_passing(message)
    for pattern, placeholder in _VARYING:
        message = pattern.sub(placeholder, message)
    return message


def _without_objects(message: str) -> str:
    """`<Task pending name='Task-3' coro=<run() …>>` is `<Task>`: of printed objects only the class says something."""
    kept, start, depth, at = [], 0, 0, 0
    for found in _BRACKET.finditer(message):
        if found[0] != ">":
            depth, at = depth + 1, at if depth else found.start()
        elif depth and (depth := depth - 1) == 0 and (named := _OBJECT.match(message, at)):
            kept += [message[start:at], f"<{named[1]}>"]
            start = found.end()
    return "".join(kept) + message[start:]


def template(message: str, source: str) -> str:
    """The folded message with only the words that the raising lines write themselves; what else it says are values.

    Where they write none of them (the message was made elsewhere) it stays as it is folded.
    """
    written = set(re.findall(r"\w+", source))
    kept = [
        word if word in written and not word.isdecimal() else _GAP for word in re.findall(r"\w+", message[:MAX_FOLDED])
    ]
    if 2 * kept.count(_GAP) > len(kept):
        return folded(message)
    return " ".join(word for word, before in zip(kept, ["", *kept], strict=False) if word != _GAP or before != _GAP)


def common(messages: Sequence[str]) -> str:
    """One message for all: their words, with a placeholder for those that differ; "" for none.

    Where they are not built alike, the most frequent folded one, of several the first.
    """
    plain = list(dict.fromkeys(map(without_passing, messages)))
    if len(plain) < 2:
        return plain[0] if plain else ""
    tokens = [_TOKEN.findall(message) for message in plain[:200]]
    if len({len(each) for each in tokens}) == 1:
        merged = [_merged(column) for column in zip(*tokens, strict=True)]
        if 2 * sum(token == column for token, column in zip(merged, tokens[0], strict=True)) > len(merged):
            return "".join(merged)
    return Counter(map(folded, messages)).most_common(1)[0][0]


def _file(found: re.Match[str]) -> str:
    """The name of the file where its ending says that it is no made-up one."""
    is_named = re.fullmatch(r"[A-Za-z_.-]{1,60}\.[A-Za-z]{1,6}", found[2])
    return f"<path>/{found[2]}" if is_named else "<path>"


def _merged(column: tuple[str, ...]) -> str:
    """The token that all have, or what stands for several."""
    if len(set(column)) == 1:
        return column[0]
    if all(token.isdecimal() for token in column):
        return "<n>"
    return "<text>" if all(token[:1] in "'\"" for token in column) else _GAP
