"""Small problems from a seed, and the truth about them: every choice there is, weighed with fractions."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import ceil

from planner.model.problem import MILLION, Aim, BodyKey, Need, Problem

FILES = ("a.py", "b.py", "c.py")
SETUPS = ("cache", "network")
CHANCES = (1, 50_000, 250_000, 333_333, 500_000, 900_000, MILLION)


def small_problem(seed: int, *, chances: tuple[int, ...] = CHANCES, most_aims: int = 5) -> Problem:
    """Up to five aims in three files: chains, bodies that several touch, lumps that cost, set-ups, several needs."""
    draw = random.Random(seed)
    bodies = {(draw.choice(FILES), f"f{number}"): draw.randint(1, 30_000) for number in range(draw.randint(1, 6))}
    lumps = {path: draw.choice((0, draw.randint(1, 12_000))) for path in FILES if draw.random() < 0.6}
    aims = tuple(_aim(draw, number, tuple(bodies), chances) for number in range(draw.randint(1, most_aims)))
    setups = {name: draw.choice((0, draw.randint(1, 12_000))) for name in SETUPS}
    needs = tuple(_need(draw, sum(bodies.values()) + sum(lumps.values())) for _ in range(draw.choice((1, 1, 1, 2, 3))))
    return Problem(aims, bodies, lumps, setups, needs)


def _aim(draw: random.Random, number: int, bodies: tuple[BodyKey, ...], chances: tuple[int, ...]) -> Aim:
    def touches(least: int) -> dict[BodyKey, int]:
        return {key: draw.choice(chances) for key in draw.sample(bodies, draw.randint(least, min(3, len(bodies))))}

    return Aim(
        key=(draw.choice(FILES), f"aim{number}"),
        most=draw.choice((1, 1, 2, 3)),
        first=draw.randint(1, 7_200),
        further=draw.randint(1, 4_000),
        entry=touches(1),
        branch=touches(0),
        brings=tuple(sorted(draw.sample(FILES, draw.choice((0, 1, 1, 2))))),
        needs=tuple(sorted(draw.sample(SETUPS, draw.choice((0, 0, 1, 1, 2))))),
    )


def _need(draw: random.Random, total: int) -> Need:
    within = draw.choice((None, None, frozenset(draw.sample(FILES, 2))))
    rises = {path: draw.randint(1, 9_000) for path in FILES if draw.random() < 0.3}
    return Need(int(total * draw.choice((0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8))), within, rises)


def every_choice(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Tests of each aim, in every combination."""
    return product(*(range(aim.most + 1) for aim in problem.aims))


def price_of(problem: Problem, times: tuple[int, ...]) -> int:
    """What the tests cost, each set-up once."""
    taken = [(aim, count) for aim, count in zip(problem.aims, times, strict=True) if count]
    setups = {name for aim, _ in taken for name in aim.needs}
    tests = sum(aim.first + aim.further * (count - 1) for aim, count in taken)
    return tests + sum(problem.setups.get(name, 0) for name in setups)


def weight_of(problem: Problem, times: tuple[int, ...], within: frozenset[str] | None = None) -> int:
    """What the tests cover in these files; what is left of a body is rounded up."""
    bodies = (key for key in problem.bodies if within is None or key[0] in within)
    lumps = (path for path in brought(problem, times) if within is None or path in within)
    return sum(_covered(problem, times, key) for key in bodies) + sum(problem.lumps.get(path, 0) for path in lumps)


def brought(problem: Problem, times: tuple[int, ...]) -> set[str]:
    """Files whose lumps the tests bring."""
    return {path for aim, count in zip(problem.aims, times, strict=True) if count for path in aim.brings}


def lacking(problem: Problem, times: tuple[int, ...]) -> list[int]:
    """Weight that each need lacks; below 0 where there is more."""
    files = brought(problem, times)
    return [
        need.weight + sum(need.rises.get(path, 0) for path in files) - weight_of(problem, times, need.within)
        for need in problem.needs
    ]


def meets(problem: Problem, times: tuple[int, ...]) -> bool:
    """Whether every need has its weight."""
    return all(short <= 0 for short in lacking(problem, times))


def cheapest_price(problem: Problem) -> int | None:
    """The least price that meets every need; None when nothing does."""
    return min((price_of(problem, times) for times in every_choice(problem) if meets(problem, times)), default=None)


def times_of(problem: Problem, tests: tuple[int, ...]) -> tuple[int, ...]:
    """How often each aim comes up."""
    return tuple(tests.count(aim) for aim in range(len(problem.aims)))


def _covered(problem: Problem, times: tuple[int, ...], key: BodyKey) -> int:
    left = Fraction(problem.bodies[key])
    for aim, count in zip(problem.aims, times, strict=True):
        if count:
            left *= Fraction(MILLION - aim.entry.get(key, 0), MILLION)
            left *= Fraction(MILLION - aim.branch.get(key, 0), MILLION) ** (count - 1)
    return problem.bodies[key] - ceil(left)
