"""What a set of tests covers and costs together, kept up to date test by test, in whole numbers.

What is left of a body is its weight times the product of (1 - chance), rounded up to a thousandth of a point, so that
nothing is promised that is not there. That product doesn't depend on the order of the tests, and neither does any
figure here: it is kept as a fixed-point number with the width of its error, and where a rounding to thousandths could
fall either way, it is computed again as a fraction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from planner.model.problem import MILLION
from planner.solve.instance import FINE, Instance, Touch

SCALE = MILLION * FINE
"""Divides the product of a fine number and a chance down to thousandths."""


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

    `left` is what remains of each body, `fine` the same times -FINE before it is rounded (negative, so that floor
    division rounds it up), `bringers` and `users` are counts of tests by lump and by set-up.
    """

    __slots__ = (
        "bringers",
        "covered",
        "error",
        "fine",
        "instance",
        "left",
        "price",
        "risen",
        "taken",
        "users",
        "weight",
    )

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.left = list(instance.weights)
        self.fine = list(instance.fine)
        self.error = [0] * len(instance.weights)
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
        other.instance, other.price, other.weight = self.instance, self.price, self.weight
        for name in ("left", "fine", "error", "taken", "bringers", "users", "covered", "risen"):
            setattr(other, name, list(getattr(self, name)))
        return other

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
        fine, left = self.fine, self.left
        touches, lumps = self._next(aim)
        gain = sum([left[body] + fine[body] * leaves // SCALE for body, leaves in touches])
        return gain + sum(self.instance.lump_weights[lump] for lump in lumps if not self.bringers[lump])

    def add(self, aim: int) -> Added:
        """Take the next test of the aim, and tell what it brought."""
        price = self.marginal_price(aim)
        touches, lumps = self._next(aim)
        new = [lump for lump in lumps if not self.bringers[lump]]
        bought = () if self.taken[aim] else [setup for setup in self.instance.doors[aim] if not self.users[setup]]
        if not self.taken[aim]:
            self._count_first(aim, 1)
        self.taken[aim] += 1
        weight = self._touch(touches)
        lump_weight = sum(self._bring(lump, 1) for lump in new)
        self.price += price
        self.weight += weight + lump_weight
        setups = tuple(self.instance.setups[setup] for setup in bought)
        lumps_new = tuple(self.instance.lumps[lump] for lump in new)
        return Added(aim, weight + lump_weight, lump_weight, price, setups, lumps_new)

    def remove(self, aim: int) -> None:
        """Take the last test of the aim back."""
        self.taken[aim] -= 1
        touches, lumps = self._next(aim)
        self.weight -= self._untouch(touches)
        if not self.taken[aim]:
            self._count_first(aim, -1)
        self.weight += sum(self._bring(lump, -1) for lump in lumps if not self.bringers[lump])
        self.price -= self.marginal_price(aim)

    def can_spare(self, aim: int) -> bool:
        """Whether every need stays met without the aim's last test; where that is close, false."""
        spare = [-short for short in self.shortfalls()]
        self.taken[aim] -= 1
        touches, lumps = self._next(aim)
        for lump in lumps:
            if self.bringers[lump] == 1:
                self._take_net(lump, spare)
        for body, leaves in touches:
            left = -(self.fine[body] * MILLION // (leaves * FINE)) if leaves else self._left_exactly(body)
            for need in self.instance.body_needs[body]:
                spare[need] -= left - self.left[body]
            if min(spare, default=0) < 0:
                break
        self.taken[aim] += 1
        return min(spare, default=0) >= 0

    def without(self, aim: int) -> tuple[int, int]:
        """Weight of all needs that leaving out the last test of the aim would lose, and what it would save."""
        saved = self.saving(aim)
        self.taken[aim] -= 1
        touches, lumps = self._next(aim)
        net = [0] * len(self.covered)
        for lump in lumps:
            if self.bringers[lump] == 1:
                self._take_net(lump, net)
        known, needs = self.left, self.instance.body_needs
        lost = sum([(self._left_before(body, leaves) - known[body]) * len(needs[body]) for body, leaves in touches])
        self.taken[aim] += 1
        return lost - sum(net), saved

    def _left_before(self, body: int, leaves: int) -> int:
        """What a test left of the body that is not among those taken any more."""
        if not leaves:
            return self._left_exactly(body)
        fine, rest = divmod(self.fine[body] * MILLION, leaves)
        left, error = -(fine // FINE), self.error[body]
        if left > 1 and (rest or error) and -((fine + error * MILLION // leaves + 2) // FINE) != left:
            return self._left_exactly(body)
        return left

    def saving(self, aim: int) -> int:
        """What leaving out the last test of the aim would save."""
        plain = self.instance.problem.aims[aim]
        if self.taken[aim] > 1:
            return plain.further
        alone = (setup for setup in self.instance.doors[aim] if self.users[setup] == 1)
        return plain.first + sum(self.instance.setup_prices[setup] for setup in alone)

    def _take_net(self, lump: int, spare: list[int]) -> None:
        for need in self.instance.lump_needs[lump]:
            spare[need] -= self.instance.lump_weights[lump]
        for need, rise in enumerate(self.instance.rises[lump]):
            spare[need] += rise

    def _next(self, aim: int) -> tuple[tuple[Touch, ...], tuple[int, ...]]:
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

    def _touch(self, touches: Sequence[Touch]) -> int:
        """Multiply what is left of each body; what that covers."""
        fine, error = self.fine, self.error
        for body, leaves in touches:
            fine[body], rest = divmod(fine[body] * leaves, MILLION)
            if rest:
                error[body] += 1
        return -self._settle(touches)

    def _untouch(self, touches: Sequence[Touch]) -> int:
        """Divide the products again, those that a certain test had brought to 0 are made anew; what is left more."""
        fine, error = self.fine, self.error
        for body, leaves in touches:
            if not leaves:
                self._multiply_anew(body)
            elif fine[body]:
                fine[body], rest = divmod(fine[body] * MILLION, leaves)
                if rest or error[body]:
                    error[body] = error[body] * MILLION // leaves + 2
        return self._settle(touches)

    def _settle(self, touches: Sequence[Touch]) -> int:
        """Round what is left of the bodies; by how much it grew. Of an uncertain body something is always left."""
        fine, error, known, total = self.fine, self.error, self.left, 0
        for body, _ in touches:
            product = fine[body]
            left = -(product // FINE)
            if left > 1 and (width := error[body]) and -((product + width) // FINE) != left:
                left = self._left_exactly(body)
            if grown := left - known[body]:
                known[body] = left
                total += grown
                for need in self.instance.body_needs[body]:
                    self.covered[need] -= grown
        return total

    def _left_exactly(self, body: int) -> int:
        """What is left of the body, as a fraction, rounded up."""
        top, bottom = self.instance.weights[body], 1
        for leaves, times in self._touched(body):
            top *= leaves**times
            bottom *= MILLION**times
        return -(-top // bottom)

    def _multiply_anew(self, body: int) -> None:
        self.fine[body], self.error[body] = -self.instance.weights[body] * FINE, 0
        for leaves, times in self._touched(body):
            for _ in range(times):
                self.fine[body], rest = divmod(self.fine[body] * leaves, MILLION)
                self.error[body] += bool(rest)

    def _touched(self, body: int) -> Iterator[tuple[int, int]]:
        """What tests leave of the body, and how many of them. It is rarely asked for, and so looks through all."""
        key = self.instance.keys[body]
        for aim, times in enumerate(self.taken):
            if times:
                plain = self.instance.problem.aims[aim]
                yield _leaves(plain.entry.get(key, 0)), 1
                yield _leaves(plain.branch.get(key, 0)), times - 1


def _leaves(chance: int) -> int:
    """What a test with this chance leaves of a body, in parts per million."""
    return min(MILLION, max(0, MILLION - chance))
