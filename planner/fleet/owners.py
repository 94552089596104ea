"""Who owns a file: GitHub's CODEOWNERS, read as hostile text and matched in linear time, without regular expressions.

The rules are GitHub's own ("About code owners"): patterns are those of .gitignore, the last one that matches wins, a
pattern without owners takes them away; `!`, `[ ]` and `\\#` mean nothing, and a line that holds them is not read.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks; the first one counts."""

MAX_BYTES = 3 * 1024 * 1024
"""GitHub loads none that is larger."""

MOST_TRIES = 1_000_000
"""Rules with wildcards times files: one takes 20 microseconds at worst. 1,500 rules by folder and 10,000 files, as a
large application has them, come to some thousand of these."""

_ANY, _ONE = "**", "??"
"""Within a pattern: any run of folders or of characters, none included, and exactly one of them."""

Part = str | tuple[str, ...]
"""A folder of a pattern: its fixed name, one of the two above, or the characters of a name in which they stand."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: its number, the pattern as folders that have to match the whole path, and the owners."""

    number: int
    parts: tuple[Part, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """The rules by the fixed names they begin with: below a folder, at a name anywhere, and all others.

    `wild` is how many have to be tried beyond that.
    """

    below: dict[str, list[Rule]] = field(default_factory=dict)
    named: dict[str, list[Rule]] = field(default_factory=dict)
    loose: list[Rule] = field(default_factory=list)
    wild: int = 0

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a path below the root; none where no rule matches, or the last one names none."""
        parts = path.split("/")
        near = [*self.loose, *(rule for name in set(parts) for rule in self.named.get(name, ()))]
        for depth in range(len(parts)):
            near += self.below.get("/".join(parts[: depth + 1]), ())
        for rule in sorted(near, key=lambda each: -each.number):
            if _matches(rule.parts, parts):
                return rule.owners
        return ()


NOBODY = Owners()


def find_owners(root: Path, paths: Collection[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The owners of each path that has any, by the project's CODEOWNERS, and what is to be said of that file."""
    name = next((name for name in PLACES if os.path.lexists(root / name)), None)
    if name is None:
        return {}, ()
    owners, said = _read(root, name)
    if owners.wild * len(paths) > MOST_TRIES:
        return {}, (f"{name} has {owners.wild} rules with wildcards, too many for {len(paths)} files: not used",)
    return {path: found for path in paths if (found := owners.of(path))}, said


def _read(root: Path, name: str) -> tuple[Owners, tuple[str, ...]]:
    path = root / name
    try:
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
            return NOBODY, (f"{name} lies outside the component and is not read",)
        if not os.path.isfile(path) or os.path.getsize(path) > MAX_BYTES:
            return NOBODY, (f"{name} is no file of at most {MAX_BYTES // 2**20} MB and is not read",)
        text = path.read_bytes().decode("utf-8", errors="replace")
    except (OSError, ValueError) as error:
        return NOBODY, (f"{name} cannot be read ({getattr(error, 'strerror', None) or error})",)
    return parse_owners(text, name)


def parse_owners(text: str, name: str = "CODEOWNERS") -> tuple[Owners, tuple[str, ...]]:
    """The owners by the text of a CODEOWNERS, and what is to be said of it."""
    rules: dict[tuple[Part, ...], Rule] = {}
    unread: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = list(_words(line))
        parts = _parts(words[0]) if words else ()
        if parts is None or not all(map(_is_owner, words[1:])):
            unread.append(number)
        elif parts:
            rules[parts] = Rule(number, parts, tuple(words[1:]))
    said = [f"{name}: {len(unread)} line(s) are no rule and not read, the first is line {unread[0]}"] if unread else []
    return _placed(rules.values()), tuple(said)


def _words(line: str) -> Iterator[str]:
    """Pattern and owners up to a comment; a space after a backslash belongs to the pattern."""
    for word in line.replace("\\ ", "\0").split():
        if word.startswith("#"):
            return
        yield word.replace("\0", " ")


def _is_owner(word: str) -> bool:
    """`@user`, `@org/team`, `ann@example.org`."""
    return len(word) > 1 and "@" in word[:-1]


def _parts(pattern: str) -> tuple[Part, ...] | None:
    """The pattern folder by folder, as it has to match a whole path; None for one that means nothing."""
    if pattern.startswith("!") or any(char in pattern for char in "[]\\"):
        return None
    names = pattern.strip("/").split("/")
    if not all(names):
        return None
    parts = [_ANY if name == _ANY else _part(name) for name in names]
    is_folder = pattern.endswith("/")
    if parts[-1] == _ANY:
        parts[-1:] = [_ONE, _ONE, _ANY] if is_folder else [_ONE, _ANY]
    elif is_folder:
        parts += [_ONE, _ANY]  # what lies in it, not a file of its name
    elif not pattern.endswith("/*"):
        parts.append(_ANY)
    return (*([] if "/" in pattern[:-1] else [_ANY]), *parts)


def _part(name: str) -> Part:
    """A fixed name as it is, else its characters."""
    if "*" not in name and "?" not in name:
        return name
    return tuple(_ANY if char == "*" else _ONE if char == "?" else char for char in name)


def _placed(rules: Iterable[Rule]) -> Owners:
    """Each rule where it is looked up: by the folders it begins with, else by a name, else always."""
    found, wild = Owners(), 0
    for rule in rules:
        fixed = list(takewhile(_is_fixed, rule.parts))
        is_named = rule.parts[0] == _ANY and _is_fixed(rule.parts[1])
        if fixed:
            found.below.setdefault("/".join(map(str, fixed)), []).append(rule)
        elif is_named:
            found.named.setdefault(str(rule.parts[1]), []).append(rule)
        else:
            found.loose.append(rule)
        wild += any(part not in (_ANY, _ONE) for part in rule.parts[len(fixed) or 2 * is_named :])
    return replace(found, wild=wild)


def _is_fixed(part: Part) -> bool:
    return isinstance(part, str) and part not in (_ANY, _ONE)


def _matches(pattern: Sequence[Part], items: Sequence[str]) -> bool:
    """Whether the pattern is the whole of the folders of a path, or of the characters of a name.

    On a dead end only the last `**` takes one more: that is enough, and no pattern takes longer than the product.
    """
    place, here, star, mark = 0, 0, -1, 0
    while here < len(items):
        part = pattern[place] if place < len(pattern) else None
        if part == _ANY:
            star, mark, place = place, here, place + 1
        elif part is not None and _fits(part, items[here]):
            place, here = place + 1, here + 1
        elif star >= 0:
            mark, here, place = mark + 1, mark + 1, star + 1
        else:
            return False
    return all(part == _ANY for part in pattern[place:])


def _fits(part: Part, item: str) -> bool:
    return part in (_ONE, item) if isinstance(part, str) else _matches(part, item)
