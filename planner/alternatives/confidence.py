"""How sure it is that code which nothing names is reached by nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence

from planner.model.alternatives import Confidence
from planner.model.outline import Place

SUREST_FIRST: tuple[Confidence, ...] = ("high", "medium", "low")


def confidence_of_file(module: str, *, is_packaged: bool) -> Confidence:
    """A private module is surely unused; of a public one in a package, users may know more."""
    if is_private(module):
        return "high"
    return "low" if is_packaged else "medium"


def confidences(
    unreached: Sequence[tuple[Place, tuple[Place, ...]]], modules: Sequence[str], *, is_packaged: bool
) -> list[Confidence]:
    """The confidence in each unit of which no more is known than its place, its module, and who names it.

    Nobody can be surer of a unit than of the units that name it.
    """
    interfaces = _interfaces(place for place, _ in unreached)
    ranks = [
        SUREST_FIRST.index(_alone(place, module, interfaces, is_packaged=is_packaged))
        for (place, _), module in zip(unreached, modules, strict=True)
    ]
    around = [[_around(namer, unreached) for namer in namers] for _, namers in unreached]
    changed = True
    while changed:
        before = list(ranks)
        ranks = [max([rank, *(before[each] for each in namers)]) for rank, namers in zip(before, around, strict=True)]
        changed = ranks != before
    return [SUREST_FIRST[rank] for rank in ranks]


def is_private(name: str) -> bool:
    """Whether a part of the dotted name begins with an underscore and is no special name."""
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def _alone(place: Place, module: str, interfaces: frozenset[tuple[str, str]], *, is_packaged: bool) -> Confidence:
    """Private by its own name, or inside a function: high; public below something private: medium."""
    if _owner(place) in interfaces:
        return "low"
    is_inner = place.unit.kind == "function" and "." in place.unit.name
    if is_inner or is_private(place.short):
        return "high"
    if is_private(f"{module}.{place.unit.name}"):
        return "medium"
    return "low" if is_packaged else "medium"


def _interfaces(places: Iterable[Place]) -> frozenset[tuple[str, str]]:
    """Living classes with several public methods that nothing names, or with one that several classes have.

    Such are listeners and servers, which a library calls.
    """
    methods = {(owner, place.short) for place in places if (owner := _owner(place))}
    by_class = Counter(owner for owner, _ in methods)
    by_name = Counter(name for _, name in methods)
    return frozenset(owner for owner, name in methods if by_class[owner] > 1 or by_name[name] > 1)


def _owner(place: Place) -> tuple[str, str] | None:
    """The class of a public method."""
    is_method = place.unit.kind == "method" and not is_private(place.short)
    return (place.path, place.unit.name.rpartition(".")[0]) if is_method else None


def _around(namer: Place, unreached: Sequence[tuple[Place, tuple[Place, ...]]]) -> int:
    """The number of the unreached unit that the namer is or lies in."""
    return next(
        number
        for number, (place, _) in enumerate(unreached)
        if place.path == namer.path and place.unit.first_line <= namer.unit.first_line <= place.unit.last_line
    )
