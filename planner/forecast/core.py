"""What tests run into beside what they are aimed at: a core of each folder, as far as their imports lead there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from planner.forecast.runs import Weights, weights_of
from planner.model.plan import folder_of
from planner.model.problem import BodyKey
from planner.model.rates import Rates


@lru_cache(maxsize=8192)
def core_of(path: str) -> BodyKey:
    """The body that stands for the core of the file's folder; no function has an empty name."""
    return f"{folder_of(path)}/", ""


@dataclass(frozen=True, slots=True)
class Core:
    """The core of each folder as a body, with what each function and each file give to it, in thousandths of a point.

    Functions give to it that no test has entered yet: `gifts` has what each gives, `parts` how much each file gives to
    each core. `cores` are by the place of a file that gives, `files` all such files. `statements` are of behaviour.
    """

    weights: Mapping[BodyKey, int]
    gifts: Mapping[BodyKey, int]
    parts: Mapping[BodyKey, Weights]
    cores: Mapping[int, BodyKey]
    files: int
    statements: Weights
    rates: Rates

    def reach(self, files: int) -> dict[BodyKey, float]:
        """Which part of each core lies in the files, thinned where they hold more code than was ever measured."""
        size = self.statements.over(files)
        files &= self.files
        thin = min(1.0, self.rates.core_statements / size) if size else 1.0
        found: dict[BodyKey, float] = {}
        while files:
            first = files & -files
            core = self.cores[first.bit_length() - 1]
            given = self.parts[core]
            found[core] = thin * given.over(files) / self.weights[core]
            files &= ~given.files
        return found


def find_core(new: Mapping[BodyKey, int], statements: Mapping[str, int], rates: Rates, bits: Mapping[str, int]) -> Core:
    """The core of functions that no test has entered, by their expected points in thousandths.

    `statements` of behaviour are by file; `bits` are those of all files.
    """
    gifts = {key: gift for key, weight in new.items() if (gift := int(weight * rates.core_share))}
    given: dict[BodyKey, dict[str, int]] = {}
    for (path, _), gift in gifts.items():
        files = given.setdefault(core_of(path), {})
        files[path] = files.get(path, 0) + gift
    weights = {core: sum(files.values()) for core, files in given.items()}
    return Core(
        weights,
        gifts,
        {core: weights_of(files, bits) for core, files in given.items()},
        {bits[path].bit_length() - 1: core for core, files in given.items() for path in files},
        sum(bits[path] for files in given.values() for path in files),
        weights_of(statements, bits),
        rates,
    )
