"""How sure a gain is: a log-normal factor on behaviour and one on import-time lines, which stray together.

Taking both as straying together is the cautious side wherever a plan asks for more than an even chance.
"""

from dataclasses import dataclass
from math import exp, sqrt
from statistics import NormalDist

from planner.model.plan import MILLI, Range, Spread

_NORMAL = NormalDist()
_MOST_SIGMAS = 8.0
"""Beyond it a chance is 0 or 1 for every purpose."""


def sigmas(chance: float) -> float:
    """How many standard deviations below its median a gain lies that is exceeded with this chance."""
    return _NORMAL.inv_cdf(chance)


@dataclass(frozen=True, slots=True)
class Gain:
    """An uncertain gain: medians of behaviour and of import-time lines in thousandths of a point, and the spread.

    `squares` is the sum of the squared gains of single tests, whose own errors even out. No gain exceeds `most`.
    """

    body: int
    imported: int
    squares: int
    most: int
    spread: Spread

    @property
    def body_sigma(self) -> float:
        """Of the logarithm of all behaviour together."""
        if not self.body:
            return 0.0
        return sqrt(self.spread.common**2 + self.spread.single**2 * self.squares / self.body**2)

    def at(self, z: float) -> float:
        """Points that the gain exceeds when it strays by `z` standard deviations upwards."""
        body = self.body * exp(self.body_sigma * z)
        imported = self.imported * exp(self.spread.imported * z)
        return min(body + imported, self.most) / MILLI + min(z, 0.0) * self.spread.noise

    def chance_of(self, points: int) -> float:
        """The chance, 0 to 1, of gaining at least so many points."""
        if points <= 0:
            return 1.0
        low, high = -_MOST_SIGMAS, _MOST_SIGMAS
        if self.at(high) < points:
            return 0.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.at(middle) < points else (low, middle)
        return 1.0 - _NORMAL.cdf(high)

    @property
    def range(self) -> Range:
        """P10, P50 and P90, rounded down; the P50 is exact, and P10 never above it."""
        tenth = sigmas(0.9)
        middle = min(self.body + self.imported, self.most) // MILLI
        return Range(max(0, min(int(self.at(-tenth)), middle)), middle, max(middle, int(self.at(tenth))))
