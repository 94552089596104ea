"""What is chosen for problems shaped like projects stays as it is: a change of a plan's price is a decision.

The golden file has of each problem the draft, and of small ones the proven choice and what half of its price buys.
"""

import random
from collections.abc import Callable
from dataclasses import replace

from planner.model.problem import Aim, BodyKey, Choice, Need, Problem
from planner.solve.choose import ceiling, choose_best, choose_cheapest, draft_cheapest

SETUPS = ("cache", "network", "clock", "queue")
SIZES = (6, 12, 24, 60)
MOST_PROVEN = 12
SHARES = (15, 40, 75, 95)


def project(aims: int, share: int, seed: int) -> Problem:
    """So many aims, five to a file, that touch each other weakly; a fifth needs a set-up, some files are new."""
    draw = random.Random(1000 * aims + 10 * share + seed)
    keys = [(f"file{number // 5}.py", f"f{number}") for number in range(aims)]
    bodies = {key: 1_000 * max(1, round(draw.lognormvariate(1.6, 1.0))) for key in keys}
    files = sorted({path for path, _ in keys})
    lumps = {path: 1_000 * draw.randint(0, 20) for path in files}
    made = tuple(_aim(draw, key, keys) for key in keys)
    setups = {name: draw.randrange(3_600, 20_000, 60) for name in SETUPS}
    problem = Problem(made, bodies, lumps, setups)
    rises = {path: draw.randint(1_000, 9_000) for path in files if draw.random() < 0.3}
    needs = [Need(ceiling(problem) * share // 100, None, rises)]
    if draw.random() < 0.4:
        part = frozenset(files[:2])
        needs.append(Need(sum(bodies[key] for key in keys if key[0] in part) * share // 200, part))
    return replace(problem, needs=tuple(needs))


def _aim(draw: random.Random, key: BodyKey, keys: list[BodyKey]) -> Aim:
    others = {draw.choice(keys): draw.randrange(20_000, 300_000, 1_000) for _ in range(draw.randint(0, 6))}
    others.pop(key, None)
    return Aim(
        key=key,
        most=draw.randint(1, 4),
        first=draw.randrange(1_200, 5_400, 60),
        further=draw.randrange(600, 1_800, 60),
        entry={key: draw.randrange(350_000, 1_000_001, 1_000), **others},
        branch={key: draw.randrange(150_000, 500_000, 1_000), **{other: each // 4 for other, each in others.items()}},
        brings=tuple(sorted({key[0], *(path for path, _ in list(others)[:2])})),
        needs=(draw.choice(SETUPS),) if draw.random() < 0.2 else (),
    )


def said(name: str, choice: Choice) -> str:
    """Price, weight, and the tests in their order."""
    order = " ".join(map(str, choice.tests))
    return f"  {name:8} price {choice.price} weight {choice.weight} met {choice.is_met} {choice.method}: {order}"


def test_choices_for_projects_stay_as_they_are(golden: Callable[[str, str], None]) -> None:
    lines = []
    for aims in SIZES:
        for share in SHARES:
            problem = project(aims, share, seed=1)
            draft = draft_cheapest(problem).choice
            lines += [f"{aims} aims, {share} %", said("draft", draft)]
            if aims <= MOST_PROVEN:
                proven, best = choose_cheapest(problem), choose_best(problem, draft.price // 2)
                lines += [said("cheapest", proven), said("best", best)]

                assert proven.bound <= proven.price <= draft.price
                assert best.price <= draft.price // 2
                assert best.weight <= best.bound

    golden("choices.txt", "\n".join(lines) + "\n")
