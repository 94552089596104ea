"""The best choice there is, with its proof, for small problems: HiGHS on the linear program, cut until it is true.

Tests are whole numbers there, but what they cover is only bounded from above, by slopes. A solution that covers less
than it claims is cut off with the slopes that fit it, and the next one is asked for, cheaper than the best one found:
when there is none, the best is proven.

Deterministic: one thread, a fixed seed, and an end by the number of nodes, never by time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.solve.cheap import refill_needs
from planner.solve.instance import Instance, Prices
from planner.solve.play import Answers
from planner.solve.program import POINT, Program, Row, levels_of
from planner.solve.relax import Floats, Relaxation
from planner.solve.union import Union

MOST_NODES = 200
"""Nodes of all solves of a problem together. Plans of real projects are proven with 20; where prices are all different,
200 find choices up to 7 % cheaper than 20 do, in a third more time (100 aims of tests/benchmarks/solve.py)."""

LINEAR_ROUNDS, WHOLE_ROUNDS = 16, 12
"""Rounds of cuts, before and after tests have to be whole."""

VIOLATED = 1e-3
"""Points by which a solution must cover more of a body than a slope allows for the slope to be added."""

LOOSE = 1e-6
"""What a price that HiGHS proves is loosened by, as a share: its tolerances are 1e-9 here."""

FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible

OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 1,
    "mip_rel_gap": 0.0,
    "mip_heuristic_effort": 0.0,  # the start is found already, by greedy: heuristics took half of the time
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_detect_symmetry": False,
    "mip_allow_restart": False,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


@dataclass(frozen=True)
class Exact:
    """The best tests found, and the bound: a price, or for a budget a weight. Proven: nothing better was left."""

    union: Union
    bound: int
    is_proven: bool


@dataclass(frozen=True)
class _Solved:
    """Columns, or none where nothing better exists or none was found in time; the bound; the nodes it took."""

    values: Floats | None
    bound: float
    nodes: int


def cheapest(instance: Instance, union: Union, nodes: int = MOST_NODES) -> Exact:
    """The cheapest tests that meet the needs; `union` is a good choice that does. The bound is a price in seconds.

    For 0 nodes the bound is that of parts of tests, and the choice is `union`.
    """
    program = Program(Relaxation(instance))
    for place, need in enumerate(instance.problem.needs):
        program.require(place, need.weight)
    objective, prices = np.array(program.prices), Prices(instance, union.price)
    bound, best = prices.at_least(_loosened(_cut_linear(program, objective))), union
    for _ in range(WHOLE_ROUNDS):
        if bound >= best.price or nodes <= 0:
            break
        cheaper = program.spend(prices.below(best.price))
        solved = _solve(program, objective, [cheaper], nodes=nodes, gap=prices.step * 0.99)
        bound, nodes = max(bound, prices.at_least(min(best.price, _loosened(solved.bound)))), nodes - solved.nodes
        if solved.values is None:
            break
        best = _cheaper(best, _tighten(program, solved.values))
    bound = min(bound, best.price)
    return Exact(best, bound, bound == best.price)


def _loosened(price: float) -> float:
    return max(0.0, price * (1 - LOOSE) - 1e-3)


def heaviest(instance: Instance, union: Union, budget: int) -> Exact:
    """The tests that cover most for this price; `union` is a good choice within it. The bound is a weight."""
    program = Program(Relaxation(instance))
    program.rows.append(program.spend(budget))
    objective = np.zeros(program.columns)
    for column, points in program.weight_of(None).items():
        objective[column] = -points
    _cut_linear(program, objective)
    bound, best, nodes = inf, union, MOST_NODES
    for _ in range(WHOLE_ROUNDS):
        solved = _solve(program, objective, nodes=nodes, gap=0.5 / POINT)
        if solved.values is None:
            break
        bound, nodes = min(bound, -solved.bound * POINT), nodes - solved.nodes
        found = _taken(program, solved.values)
        best = found if found.price <= budget and found.weight > best.weight else best
        if nodes <= 0 or not _cut(program, solved.values):
            break
    most = sum(instance.weights) + sum(instance.lump_weights)
    highest = max(best.weight, most if bound >= most else floor(bound * (1 + LOOSE) + 1))
    return Exact(best, highest, highest - best.weight <= _rounding(instance, best))


def _rounding(instance: Instance, best: Union) -> int:
    """What choices may differ by and still count as equally heavy: a thousandth per body, and HiGHS's tolerance."""
    return len(instance.weights) + ceil(best.weight * LOOSE) + 1


def _cheaper(best: Union, found: Union) -> Union:
    repaired = refill_needs(found)
    return repaired if repaired.is_met and repaired.price < best.price else best


def _tighten(program: Program, values: Floats) -> Union:
    """The tests of a solution, which can't come again if it claimed too much."""
    found = _taken(program, values)
    if not found.is_met and not _cut(program, values):
        program.forbid(found.taken)
    return found


def _taken(program: Program, values: Floats) -> Union:
    union = Union(program.relaxation.instance)
    for level in levels_of(program, values):
        for aim in np.flatnonzero(level > 0.5).tolist():
            union.add(aim)
    return union


def _cut_linear(program: Program, objective: Floats) -> float:
    """The least that parts of tests come to, as slopes are added that suit them; of these the needed ones are kept."""
    every = np.arange(len(program.relaxation.weights))
    fixed, bound, used = len(program.rows), -inf, list[bool]()
    program.rows += program.cuts(np.zeros_like(every), every)
    solver = _solver()
    solver.passModel(_model(program, objective, []))
    for _ in range(LINEAR_ROUNDS):
        _add_rows(solver, program.rows[solver.getNumRow() :])
        solver.run()
        if solver.getInfo().primal_solution_status != FEASIBLE:
            break
        bound = solver.getInfo().objective_function_value
        used = [each != highspy.HighsBasisStatus.kBasic for each in solver.getBasis().row_status]
        if not _cut(program, np.array(solver.getSolution().col_value)):
            break
    later = program.rows[len(used) :]
    program.rows[fixed:] = [row for row, is_used in list(zip(program.rows, used, strict=False))[fixed:] if is_used]
    program.rows += later
    return bound


def _cut(program: Program, values: Floats) -> bool:
    """Add the slopes that the solution violates; whether there were any."""
    steps = Answers(program.relaxation, levels_of(program, values)).slopes().steps
    violated = np.flatnonzero(program.claimed(steps, values) > VIOLATED)
    program.rows += program.cuts(steps, violated)
    return len(violated) > 0


def _solve(program: Program, objective: Floats, more: Sequence[Row] = (), *, nodes: int, gap: float) -> _Solved:
    """A solution with whole tests, in at most so many nodes."""
    solver = _solver(mip_abs_gap=gap, mip_max_nodes=nodes)
    model, kinds = _model(program, objective, [*program.rows, *more]), highspy.HighsVarType
    model.integrality_ = [kinds.kInteger] * program.whole + [kinds.kContinuous] * (program.columns - program.whole)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return _Solved(None, inf, 0)
    values = np.array(solver.getSolution().col_value) if info.primal_solution_status == FEASIBLE else None
    return _Solved(values, info.mip_dual_bound, max(1, info.mip_node_count))


def _solver(**more: float) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy annotates its results only
    for name, value in {**OPTIONS, **more}.items():
        solver.setOptionValue(name, value)
    return solver


def _model(program: Program, objective: Floats, rows: Sequence[Row]) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.columns, len(rows)
    model.col_cost_, model.col_lower_, model.col_upper_ = objective, np.zeros(program.columns), program.highest()
    model.row_lower_ = np.array([row.low for row in rows])
    model.row_upper_ = np.array([row.high for row in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts, columns, shares = _sparse(rows)
    model.a_matrix_.start_ = np.append(starts, len(columns))
    model.a_matrix_.index_, model.a_matrix_.value_ = columns, shares
    return model


def _add_rows(solver: highspy.Highs, rows: Sequence[Row]) -> None:
    """The next solution starts from the last one then, which takes a tenth of the time."""
    starts, columns, shares = _sparse(rows)
    low, high = np.array([row.low for row in rows]), np.array([row.high for row in rows])
    solver.addRows(len(rows), low, high, len(columns), starts, columns, shares)


def _sparse(rows: Sequence[Row]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Where each row starts, columns, and shares."""
    lengths = [len(row.columns) for row in rows]
    starts = (np.cumsum(lengths) - lengths).astype(np.int32)
    if not rows:
        return starts, np.zeros(0, dtype=np.int32), np.zeros(0)
    return starts, np.concatenate([row.columns for row in rows]), np.concatenate([row.shares for row in rows])
