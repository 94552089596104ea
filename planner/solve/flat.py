"""All touches of a problem in one row, aim by aim: from a million chances by body, without a look at each."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from planner.model.chances import Chances, Names
from planner.model.problem import MILLION, BodyKey
from planner.solve.left import Ints, Small, bodies_of, parts_of


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """Touches in a row: those of aim n lie from `starts[n]` to `starts[n + 1]`.

    `bodies` are places in an instance, in no order but each once in an aim, `parts` chances in parts per million, all
    above 0.
    """

    starts: Ints
    bodies: Small
    parts: Small

    def of(self, aim: int) -> tuple[Small, Small]:
        """Bodies and chances of one aim, by body."""
        first, end = self.starts[aim], self.starts[aim + 1]
        order = np.argsort(self.bodies[first:end])
        return self.bodies[first:end][order], self.parts[first:end][order]

    @property
    def aims(self) -> Ints:
        """The aim of each touch."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def tops(self, weights: Sequence[int]) -> list[int]:
        """What the test of each aim can cover as nothing covers its bodies yet, in thousandths, rounded up."""
        sums = np.zeros(len(self.bodies) + 1, dtype=np.int64)
        np.cumsum(np.array(weights, dtype=np.int64)[self.bodies] * self.parts, out=sums[1:])
        found: list[int] = (-(-np.diff(sums[self.starts]) // MILLION)).tolist()
        return found


def touched_by(every: Sequence[Mapping[BodyKey, int]]) -> Set[BodyKey]:
    """The bodies that some of these chances are of."""
    found: set[BodyKey] = set()
    rows: dict[Names, NDArray[np.bool_]] = {}
    for chances in every:
        if isinstance(chances, Chances):
            if chances.names not in rows:
                rows[chances.names] = np.zeros(len(chances.names.keys), dtype=np.bool_)
            rows[chances.names][bodies_of(chances)] = True
        else:
            found.update(chances)
    for names, is_touched in rows.items():
        found.update(map(names.keys.__getitem__, np.flatnonzero(is_touched).tolist()))
    return found


def flatten(every: Sequence[Mapping[BodyKey, int]], places: Mapping[BodyKey, int]) -> Flat:
    """The touches of bodies that have a place, one aim after the other."""
    by_number: dict[Names, Small] = {}
    bodies, parts, counts = [_NONE], [_NONE], [0]
    for chances in every:
        if isinstance(chances, Chances):
            if chances.names not in by_number:
                by_number[chances.names] = _placed(chances.names.keys, places)
            here, each = by_number[chances.names][bodies_of(chances)], parts_of(chances)
        else:
            here = _placed(chances, places)
            each = np.fromiter((min(chance, MILLION) for chance in chances.values()), np.intc, count=len(chances))
        keep = (here >= 0) & (each > 0)
        bodies.append(here[keep])
        parts.append(each[keep])
        counts.append(len(bodies[-1]))
    return Flat(np.cumsum(counts), np.concatenate(bodies), np.concatenate(parts))


def touching(flat: Sequence[Flat], bodies: int) -> Callable[[int], list[int]]:
    """What tells the aims that touch a body in any of these rows, in order; there are so many `bodies`."""
    touched = np.concatenate([each.bodies for each in flat])
    order = np.argsort(touched, kind="stable")
    aims = np.concatenate([each.aims for each in flat])[order]
    ends = np.searchsorted(touched[order], np.arange(bodies + 1))

    def find(body: int) -> list[int]:
        found: list[int] = np.unique(aims[ends[body] : ends[body + 1]]).tolist()
        return found

    return find


_NONE = np.zeros(0, dtype=np.intc)


def _placed(keys: Sequence[BodyKey] | Mapping[BodyKey, int], places: Mapping[BodyKey, int]) -> Small:
    return np.fromiter(map(places.get, keys, repeat(-1)), dtype=np.intc, count=len(keys))
