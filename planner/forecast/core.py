"""What tests run into beside what they are aimed at: a core of each folder, as far as their imports lead there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from planner.forecast.gain import in_millionths
from planner.model.plan import folder_of
from planner.model.problem import MILLION, BodyKey
from planner.model.rates import Rates


@lru_cache(maxsize=8192)
def core_of(path: str) -> BodyKey:
    """The body that stands for the core of the file's folder; no function has an empty name."""
    return f"{folder_of(path)}/", ""


@dataclass(frozen=True, slots=True)
class Core:
    """The core of each folder as a body, with what each function and each file give to it, in thousandths of a point.

    Functions give to it that no test has entered yet: `givers` has core, gift and the core's weight of each.
    `statements` of behaviour are by file.
    """

    weights: Mapping[BodyKey, int]
    gifts: Mapping[BodyKey, int]
    given: Mapping[str, int]
    statements: Mapping[str, int]
    rates: Rates
    givers: Mapping[BodyKey, tuple[BodyKey, int, int]]

    def reach(self, imported: Iterable[str]) -> dict[BodyKey, float]:
        """Which part of each core lies in the files, thinned where they hold more code than was ever measured."""
        files = frozenset(imported)
        size = sum(self.statements[path] for path in files & self.statements.keys())
        thin = min(1.0, self.rates.core_statements / size) if size else 1.0
        parts: dict[BodyKey, float] = {}
        for path in sorted(files & self.given.keys()):
            core = core_of(path)
            parts[core] = parts.get(core, 0.0) + thin * self.given[path] / self.weights[core]
        return parts

    def chances(self, parts: Mapping[BodyKey, float], covers: Mapping[BodyKey, int], base: float) -> dict[BodyKey, int]:
        """The chances of a test for each core: `base` for the part within reach, and what else it covers of it.

        `covers` are the chances of the same test for functions, in parts per million, as are those that come back.
        """
        left = {core: 1.0 - base * part for core, part in parts.items()}
        for key, chance in covers.items():
            if given := self.givers.get(key):
                core, gift, weight = given
                left[core] = left.get(core, 1.0) * (1.0 - gift * chance / MILLION / weight)
        return {core: in_millionths(1.0 - part) for core, part in left.items()}


def find_core(new: Mapping[BodyKey, int], statements: Mapping[str, int], rates: Rates) -> Core:
    """The core of functions that no test has entered, by their expected points in thousandths."""
    gifts = {key: int(weight * rates.core_share) for key, weight in new.items()}
    weights: dict[BodyKey, int] = {}
    given: dict[str, int] = {}
    for (path, _), gift in gifts.items():
        weights[core_of(path)] = weights.get(core_of(path), 0) + gift
        given[path] = given.get(path, 0) + gift
    weights = {core: weight for core, weight in weights.items() if weight}
    kept = {key: gift for key, gift in gifts.items() if gift}
    givers = {key: (core_of(key[0]), gift, weights[core_of(key[0])]) for key, gift in kept.items()}
    return Core(weights, kept, {path: gift for path, gift in given.items() if gift}, statements, rates, givers)
