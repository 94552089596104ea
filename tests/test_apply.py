"""Recorded arcs on a shape that is written down here: which exits count, which were taken, and what ran astray."""

from planner.measure.apply import count_shape
from planner.measure.rows import Row
from planner.model.lines import lines_of
from planner.model.measurement import Counts
from planner.model.shape import NO_ARC, Shape

Arc = tuple[int, int]


def _shape(*arcs: Arc, jumps: tuple[Arc, ...] = (), **lines: set[int]) -> Shape:
    found = {name: lines_of(numbers) for name, numbers in lines.items()}
    return Shape(
        "a.py",
        statements=found.get("statements", lines_of(range(1, 10))),
        excluded=found.get("excluded", 0),
        continued=found.get("continued", 0),
        coded=found.get("coded", lines_of(range(1, 10))),
        arcs=tuple(line for arc in arcs for line in arc),
        jumps=tuple(line for arc in jumps for line in arc),
        partial=found.get("partial", 0),
    )


def _missing(shape: Shape, *ran: Arc) -> dict[int, int]:
    """Line -> exits that were not taken."""
    return dict(count_shape(shape, Row(arcs=set(ran)), has_arcs=True).file.missing_exits)


BRANCHES = ((1, 2), (1, 3), (4, 5), (4, 6), (7, 8))


def test_only_lines_with_several_exits_have_branches() -> None:
    file = count_shape(_shape(*BRANCHES), Row(arcs={(1, 2), (4, 5), (4, 6)}), has_arcs=True).file

    assert dict(file.exits) == {1: 2, 4: 2}
    assert dict(file.missing_exits) == {1: 1}
    assert (file.counts.branches, file.counts.covered_branches) == (4, 3)


def test_without_branches_only_lines_count() -> None:
    shape = _shape(*BRANCHES, excluded={9}, statements={1, 2, 3, 4})

    file = count_shape(shape, Row(lines_of([1, 4]), {(1, 2)}), has_arcs=False).file

    assert file.counts == Counts(4, 2)
    assert (file.statements, file.missing, file.excluded) == (lines_of([1, 2, 3, 4]), lines_of([2, 3]), lines_of([9]))
    assert (dict(file.exits), dict(file.missing_exits)) == ({}, {})


def test_exits_from_or_to_what_is_excluded_do_not_count() -> None:
    assert _missing(_shape(*BRANCHES, excluded={3})) == {4: 2}
    assert _missing(_shape(*BRANCHES, excluded={4})) == {1: 2}


def test_a_line_whose_branches_need_not_be_taken_misses_none_and_still_has_them() -> None:
    shape = _shape(*BRANCHES, partial={4})

    assert _missing(shape) == {1: 2}
    assert dict(count_shape(shape, Row(), has_arcs=True).file.exits) == {1: 2, 4: 2}


def test_each_recorded_arc_stands_for_its_own() -> None:
    shape = _shape(*BRANCHES, jumps=((1, 20), (1, 2), (1, 30), (1, 3), (4, 20), (4, 6)))

    assert _missing(shape, (1, 20)) == {1: 1, 4: 2}
    assert _missing(shape, (1, 20), (1, 30)) == {4: 2}
    assert _missing(shape, (1, 20), (1, 30), (4, 20)) == {4: 1}
    assert _missing(shape, (4, 5), (4, 20)) == {1: 2}


def test_a_recorded_arc_may_stand_for_none() -> None:
    assert _missing(_shape(*BRANCHES, jumps=((1, 2), NO_ARC)), (1, 2), (4, 5)) == {1: 2, 4: 1}


def test_arcs_between_lines_of_statements_are_arcs_between_their_first_lines() -> None:
    shape = _shape((1, 4), (1, 7), (7, -1), (7, 1), continued={2, 3, 5, 6})

    assert _missing(shape, (3, 6)) == {1: 1, 7: 2}
    assert _missing(shape, (2, 7)) == {1: 1, 7: 2}
    assert _missing(_shape((4, -1), (4, 6), continued={2, 3, 5}), (5, -2)) == {4: 1}


def test_a_line_that_led_to_itself_took_its_only_exit_and_none_where_it_has_several() -> None:
    assert _missing(_shape((1, 2), (1, 3), continued={2}), (1, 1)) == {1: 2}
    assert _missing(_shape((1, 2), (1, 3)), (1, 1), (1, 3)) == {1: 1}
    assert _missing(_shape((1, 2), (1, 3), (8, 9)), (8, 8)) == {1: 2}


def test_a_line_that_runs_where_there_is_no_code_is_astray() -> None:
    shape = _shape(statements={2, 3}, coded={2, 3, 4})

    assert count_shape(shape, Row(lines_of([1, 2, 4, 8])), has_arcs=False).astray == lines_of([1, 8])
