"""Counts of statements and branches: added field by field, and points are both together."""

from planner.model.measurement import Counts


def test_counts_are_added_field_by_field() -> None:
    assert Counts(10, 7, 4, 1) + Counts(200, 50, 30, 20) == Counts(210, 57, 34, 21)
    assert sum([Counts(1, 1, 1, 1)] * 3, Counts()) == Counts(3, 3, 3, 3)
    assert Counts() == Counts(0, 0, 0, 0)


def test_points_are_statements_and_branch_exits() -> None:
    counts = Counts(10, 7, 4, 1)

    assert (counts.points, counts.covered_points) == (14, 8)
