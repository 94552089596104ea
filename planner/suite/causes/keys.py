"""Names of causes for the command line: short, the same from run to run, each of one cause."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from planner.model.blocked import Cause, Frame
from planner.model.facts import MODULE
from planner.model.seams import UnitKey
from planner.suite.causes.faults import Fault

_LONGEST = 60
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def key_of(first: Fault, fixture: UnitKey | None, place: Frame | None) -> str:
    """What is wrong and with what: `no-module-jwt`, `fixture-db`, `value-error-parse-price`."""
    mark = first.mark
    if mark and mark.merges:
        return slug(mark.slug, mark.subject)
    if not mark and fixture:
        return slug("fixture", fixture[1])
    what = mark.slug if mark else "assertion" if first.is_assertion else first.raised
    return slug(what, _place(place) if place else first.message)


def slug(*parts: str) -> str:
    """Small letters and digits with hyphens between words, cut at a word's end."""
    words = [word.lower() for part in parts for word in _WORD.findall(part[:200])]
    while len(words) > 1 and len("-".join(words)) > _LONGEST:
        words.pop()
    return "-".join(words)[:_LONGEST] or "cause"


def with_own_keys(causes: Sequence[Cause]) -> list[Cause]:
    """The causes with a key each: where several have one, folder and file go with it, then a number by place."""
    counts = Counter(each.key for each in causes)
    longer = [replace(each, key=_longer(each)) if counts[each.key] > 1 else each for each in causes]
    seen: Counter[str] = Counter()
    found = []
    for each in sorted(longer, key=_order):
        seen[each.key] += 1
        found.append(replace(each, key=f"{each.key}-{seen[each.key]}") if seen[each.key] > 1 else each)
    return found


def _longer(cause: Cause) -> str:
    if cause.first_place is None:
        return cause.key
    folder, _, name = cause.first_place.path.rpartition("/")
    return slug(cause.key, _file(folder), _file(name))


def _order(cause: Cause) -> tuple[str, str, int, str, str]:
    place = cause.first_place
    first = cause.tests[0]
    return (
        cause.key,
        place.path if place else "",
        place.line if place else 0,
        cause.message,
        f"{first.scope}.{first.name}",
    )


def _place(place: Frame) -> str:
    """The function or class, at module level the file."""
    return place.unit.rpartition(".")[2] if place.unit not in ("", MODULE) else _file(place.path)


def _file(path: str) -> str:
    stem = path.removesuffix("/__init__.py").rpartition("/")[2]
    return stem.removesuffix(".py")
