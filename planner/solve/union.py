"""What a set of tests covers and costs together, kept up to date test by test, in whole numbers.

What is left of a body is its weight times the product of (1 - chance), rounded up to a thousandth of a point, so that
nothing is promised that is not there. That product doesn't depend on the order of the tests, and neither does any
figure here: where a rounding to thousandths could fall either way, the product is computed as a fraction.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.model.problem import MILLION
from planner.solve.instance import Instance
from planner.solve.touch import HAIR, TINY, Touch

ROUNDING = 2.0**-51
"""The share by which one multiplication or division, of a rounded chance, is off, twice over."""


@dataclass(frozen=True, slots=True)
class Added:
    """What one test brought: weight in all, of it `lump_weight` from lumps that are new, and its price with set-ups."""

    aim: int
    weight: int
    lump_weight: int
    price: int
    setups: tuple[str, ...] = ()
    lumps: tuple[str, ...] = ()


class Union:
    """The running union of tests: `taken` tests of each aim, what they cover and cost, how much each need has.

    `left` is what remains of each body, `rest` the same before it is rounded up (see `planner.solve.touch`),
    `bringers` and `users` are counts of tests by lump and by set-up.
    """

    __slots__ = (
        "bringers",
        "covered",
        "doubt",
        "instance",
        "left",
        "price",
        "rest",
        "risen",
        "taken",
        "users",
        "weight",
    )

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.left = array("d", instance.weights)
        self.rest = instance.fresh[:]
        self.doubt = 2 * HAIR
        self.taken = [0] * len(instance.problem.aims)
        self.bringers = [0] * len(instance.lumps)
        self.users = [0] * len(instance.setups)
        self.covered = [0] * len(instance.problem.needs)
        self.risen = [0] * len(instance.problem.needs)
        self.price = self.weight = 0

    @classmethod
    def of(cls, instance: Instance, taken: Iterable[int]) -> "Union":
        """The union of so many tests of each aim."""
        union = cls(instance)
        for aim, times in enumerate(taken):
            for _ in range(times):
                union.add(aim)
        return union

    def copy(self) -> "Union":
        """An independent state with the same tests."""
        other = Union.__new__(Union)
        other.become(self)
        return other

    def become(self, other: "Union") -> None:
        """Take over the state of another one."""
        self.instance, self.price, self.weight, self.doubt = other.instance, other.price, other.weight, other.doubt
        for name in ("left", "rest", "taken", "bringers", "users", "covered", "risen"):
            setattr(self, name, getattr(other, name)[:])

    @property
    def fresh(self) -> "array[float]":
        return self.instance.fresh

    @property
    def counts(self) -> "Sequence[array[float] | None]":
        return self.instance.counts

    def shortfalls(self) -> list[int]:
        """Weight that each need still lacks; below 0 where there is more than it needs."""
        needs = self.instance.problem.needs
        return [need.weight + self.risen[n] - self.covered[n] for n, need in enumerate(needs)]

    @property
    def is_met(self) -> bool:
        """Whether every need has the weight it asks for."""
        return all(short <= 0 for short in self.shortfalls())

    def has_next(self, aim: int) -> bool:
        """Whether another test can be aimed at it."""
        return self.taken[aim] < self.instance.problem.aims[aim].most

    def marginal_price(self, aim: int) -> int:
        """What the next test of the aim costs, with the set-ups that nothing has bought yet."""
        plain = self.instance.problem.aims[aim]
        if self.taken[aim]:
            return plain.further
        return plain.first + sum(
            self.instance.setup_prices[setup] for setup in self.instance.doors[aim] if not self.users[setup]
        )

    def marginal_weight(self, aim: int) -> int:
        """What the next test of the aim would cover, to one thousandth per body that it touches."""
        touch, lumps = self._next(aim)
        gain = touch.gain(self, self.instance.even)
        bringers, weights = self.bringers, self.instance.lump_weights
        return gain + sum([weights[lump] for lump in lumps if not bringers[lump]])

    def add(self, aim: int) -> Added:
        """Take the next test of the aim, and tell what it brought."""
        price = self.marginal_price(aim)
        touch, lumps = self._next(aim)
        new = [lump for lump in lumps if not self.bringers[lump]]
        bought = () if self.taken[aim] else [setup for setup in self.instance.doors[aim] if not self.users[setup]]
        if not self.taken[aim]:
            self._count_first(aim, 1)
        self.taken[aim] += 1
        weight = -self._count(touch.take(self))
        lump_weight = sum(self._bring(lump, 1) for lump in new)
        self.price += price
        self.weight += weight + lump_weight
        setups = tuple(self.instance.setups[setup] for setup in bought)
        lumps_new = tuple(self.instance.lumps[lump] for lump in new)
        return Added(aim, weight + lump_weight, lump_weight, price, setups, lumps_new)

    def remove(self, aim: int) -> None:
        """Take the last test of the aim back."""
        self.taken[aim] -= 1
        touch, lumps = self._next(aim)
        self.weight -= self._count(touch.untake(self))
        if not self.taken[aim]:
            self._count_first(aim, -1)
        self.weight += sum(self._bring(lump, -1) for lump in lumps if not self.bringers[lump])
        self.price -= self.marginal_price(aim)

    def can_spare(self, aim: int) -> bool:
        """Whether every need stays met without the aim's last test."""
        lost = self._lost(aim)
        return all(short + more <= 0 for short, more in zip(self.shortfalls(), lost, strict=True))

    def without(self, aim: int) -> tuple[int, int]:
        """Weight of all needs that leaving out the last test of the aim would lose, and what it would save."""
        return sum(self._lost(aim)), self.saving(aim)

    def _lost(self, aim: int) -> list[int]:
        """What each need would lack more without the aim's last test."""
        self.taken[aim] -= 1
        touch, lumps = self._next(aim)
        _, *lost = touch.loss(self)
        self.taken[aim] += 1
        for lump in lumps:
            if self.bringers[lump] == 1:
                self._take_net(lump, lost)
        return lost

    def saving(self, aim: int) -> int:
        """What leaving out the last test of the aim would save."""
        plain = self.instance.problem.aims[aim]
        if self.taken[aim] > 1:
            return plain.further
        alone = (setup for setup in self.instance.doors[aim] if self.users[setup] == 1)
        return plain.first + sum(self.instance.setup_prices[setup] for setup in alone)

    def _take_net(self, lump: int, lost: list[int]) -> None:
        for need in self.instance.lump_needs[lump]:
            lost[need] += self.instance.lump_weights[lump]
        for need, rise in enumerate(self.instance.rises[lump]):
            lost[need] -= rise

    def _next(self, aim: int) -> tuple[Touch, tuple[int, ...]]:
        if self.taken[aim]:
            return self.instance.branch[aim], ()
        return self.instance.entry[aim], self.instance.brings[aim]

    def _count_first(self, aim: int, step: int) -> None:
        for lump in self.instance.brings[aim]:
            self.bringers[lump] += step
        for setup in self.instance.doors[aim]:
            self.users[setup] += step

    def _bring(self, lump: int, sign: int) -> int:
        weight = sign * self.instance.lump_weights[lump]
        for need in self.instance.lump_needs[lump]:
            self.covered[need] += weight
        for need, rise in enumerate(self.instance.rises[lump]):
            self.risen[need] += sign * rise
        return weight

    def _count(self, grown: Sequence[int]) -> int:
        """Note by how much what is left has grown, in all (which is returned) and for each need."""
        self.doubt += ROUNDING
        every, *needs = grown
        for need, more in enumerate(needs):
            self.covered[need] -= more
        return every

    def left_exactly(self, body: int) -> int:
        """What is left of the body, as a fraction, rounded up."""
        top, bottom = self.instance.weights[body], 1
        for leaves, times in self._touched(body):
            top *= leaves**times
            bottom *= MILLION**times
        return -(-top // bottom)

    def make_anew(self, body: int) -> float:
        """What is left of the body before it is rounded, test by test."""
        product = self.instance.fresh[body]
        for leaves, times in self._touched(body):
            for _ in range(times if product else 0):
                product = max(TINY, product * (leaves / MILLION)) if leaves else 0.0
        return product

    def _touched(self, body: int) -> list[tuple[int, int]]:
        """What tests leave of the body, and how many of them."""
        key, aims, taken, found = self.instance.keys[body], self.instance.problem.aims, self.taken, []
        for aim in self.instance.touching[body]:
            if times := taken[aim]:
                if chance := aims[aim].entry.get(key):
                    found.append((_leaves(chance), 1))
                if times > 1 and (chance := aims[aim].branch.get(key)):
                    found.append((_leaves(chance), times - 1))
        return found


def _leaves(chance: int) -> int:
    """What a test with this chance leaves of a body, in parts per million."""
    return min(MILLION, max(0, MILLION - chance))
