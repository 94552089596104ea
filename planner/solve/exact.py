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

from planner.solve.cheap import refill_needs
from planner.solve.instance import Instance, step_of
from planner.solve.play import Answers
from planner.solve.program import POINT, Program, Row, levels_of
from planner.solve.relax import Floats, Relaxation
from planner.solve.union import Union

MOST_NODES = 30
"""Nodes of all solves of a problem together; one takes 10 to 100 ms at the largest size."""

LINEAR_ROUNDS, WHOLE_ROUNDS = 8, 12
"""Rounds of cuts, before and after tests have to be whole."""

VIOLATED = 1e-3
"""Points by which a solution must cover more of a body than a slope allows for the slope to be added."""

LOOSE = 1e-6
"""What a price that HiGHS proves is loosened by, as a share: its tolerances are 1e-9 here."""

OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 1,
    "mip_rel_gap": 0.0,
    "mip_heuristic_effort": 0.0,
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


def cheapest(instance: Instance, union: Union) -> Exact:
    """The cheapest tests that meet the needs; `union` is a good choice that does. The bound is a price in seconds."""
    program = Program(Relaxation(instance))
    for place, need in enumerate(instance.problem.needs):
        program.require(place, need.weight)
    objective = np.array(program.prices)
    _cut_linear(program, objective)
    bound, best, nodes, step = 0, union, MOST_NODES, step_of(instance)
    for _ in range(WHOLE_ROUNDS):
        cheaper = program.spend(best.price - step)
        solved = _solve(program, objective, [cheaper], nodes=nodes, gap=step * 0.99)
        proven = max(0.0, solved.bound * (1 - LOOSE) - 1e-3)
        bound = max(bound, best.price if proven >= best.price else ceil(proven / step) * step)
        nodes -= solved.nodes
        if solved.values is None:
            break
        best = _cheaper(best, _tighten(program, solved.values))
        if best.price <= bound or nodes <= 0:
            break
    bound = min(bound, best.price)
    return Exact(best, bound, bound == best.price)


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


def _cut_linear(program: Program, objective: Floats) -> None:
    """Slopes that suit the solution without whole numbers, which cost little to find."""
    program.rows += [program.cut(body, 0) for body in range(len(program.relaxation.weights))]
    for _ in range(LINEAR_ROUNDS):
        solved = _solve(program, objective, nodes=0)
        if solved.values is None or not _cut(program, solved.values):
            return


def _cut(program: Program, values: Floats) -> bool:
    """Add the slopes that the solution violates; whether there were any."""
    steps = Answers(program.relaxation, levels_of(program, values)).slopes().steps
    rows = [program.cut(body, step) for body, step in enumerate(steps.tolist())]
    violated = [row for row in rows if row.sum_of(values) > row.high + VIOLATED]
    program.rows += violated
    return bool(violated)


def _solve(program: Program, objective: Floats, more: Sequence[Row] = (), *, nodes: int, gap: float = 0.0) -> _Solved:
    """A solution with whole tests, in at most so many nodes, or with any parts of tests for 0 nodes."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy annotates its results only
    for name, value in {**OPTIONS, "mip_abs_gap": gap, "mip_max_nodes": nodes}.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program, objective, [*program.rows, *more], is_whole=nodes > 0))
    solver.run()
    info = solver.getInfo()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return _Solved(None, inf, 0)
    bound = info.mip_dual_bound if nodes else info.objective_function_value
    is_found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return _Solved(np.array(solver.getSolution().col_value) if is_found else None, bound, max(1, info.mip_node_count))


def _model(program: Program, objective: Floats, rows: Sequence[Row], *, is_whole: bool) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.columns, len(rows)
    model.col_cost_, model.col_lower_, model.col_upper_ = objective, np.zeros(program.columns), program.highest()
    model.row_lower_ = np.array([row.low for row in rows])
    model.row_upper_ = np.array([row.high for row in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0] + [len(row.terms) for row in rows])
    model.a_matrix_.index_ = np.array([column for row in rows for column in row.terms])
    model.a_matrix_.value_ = np.array([share for row in rows for share in row.terms.values()])
    if is_whole:
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger] * program.whole + [kinds.kContinuous] * (program.columns - program.whole)
    return model
