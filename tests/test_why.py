"""Why a total changed: each point has one cause, and the causes add up to the change, whatever the snapshots hold."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from snapshots import SNAPSHOTS, shot, snapshot

from planner.history.why import explain_change, percents_by_cause
from planner.model.history import Change, Circumstances, Snapshot, Span
from planner.model.lines import lines_of
from planner.model.measurement import Counts
from planner.model.percent import exact_percent


def _causes(change: Change) -> dict[str, tuple[int, int]]:
    """Cause -> change of covered points and of points."""
    found: dict[str, tuple[int, int]] = {}
    for part in change.parts:
        covered, points = found.get(part.cause, (0, 0))
        found[part.cause] = covered + part.covered, points + part.points
    return found


def test_a_statement_that_runs_now_is_newly_covered_and_one_that_does_not_is_lost() -> None:
    change = explain_change(snapshot(shot("a b c", "a b")), snapshot(shot("a b c", "b c")))

    assert _causes(change) == {"newly covered": (1, 0), "lost": (-1, 0)}
    assert [part.new_lines for part in change.parts] == [lines_of([1]), lines_of([3])]


def test_statements_that_only_moved_down_have_not_changed() -> None:
    change = explain_change(snapshot(shot("a b c", "a c")), snapshot(shot("- x a b c", "x a c")))

    assert _causes(change) == {"source added": (1, 1)}


def test_a_block_that_changed_its_place_is_moved_and_neither_lost_nor_new() -> None:
    change = explain_change(snapshot(shot("a b c d e f g", "a b c")), snapshot(shot("d e f g a b c", "a b c")))

    assert _causes(change) == {"source moved": (0, 0)}


def test_a_blank_line_does_not_keep_the_same_statement_before_and_after_it_apart() -> None:
    change = explain_change(snapshot(shot("a p - b z", "a b z")), snapshot(shot("a b - q z", "a b z")))

    assert _causes(change) == {"source removed": (0, -1), "source added": (0, 1)}


def test_of_several_equal_lines_the_one_with_the_same_surroundings_is_matched_blank_ones_included() -> None:
    old, new = shot("a - def p z", "def"), shot("a x def q - def r z", "x")

    change = explain_change(snapshot(old), snapshot(new))

    assert next(part.new_lines for part in change.parts if part.cause == "lost") == lines_of([6])


def test_a_changed_line_is_removed_and_added() -> None:
    change = explain_change(snapshot(shot("a b c", "a b c")), snapshot(shot("a y c", "a c")))

    assert _causes(change) == {"source removed": (-1, -1), "source added": (0, 1)}


def test_files_enter_and_leave_whole() -> None:
    old = snapshot(shot("a b", "a", path="shop/old.py"))
    new = snapshot(shot("x y z", "x y", path="shop/new.py"))

    assert _causes(explain_change(old, new)) == {"file left": (-1, -2), "file entered": (2, 3)}


def test_a_renamed_file_keeps_its_lines() -> None:
    old = snapshot(shot("a b c d", "a", path="shop/old.py"))
    new = snapshot(shot("a b c x", "a b", path="shop/new.py"))

    change = explain_change(old, new)

    assert change.renamed == {"shop/new.py": "shop/old.py"}
    assert _causes(change) == {"newly covered": (1, 0), "source removed": (0, -1), "source added": (0, 1)}


def test_lines_that_other_patterns_exclude_are_put_down_to_exclusions() -> None:
    old = snapshot(shot("a b c", "a b"), circumstances=Circumstances(settings={"exclude": ("pragma",)}))
    new = snapshot(
        shot("a b c", "a", excluded=lines_of([2, 3])), circumstances=Circumstances(settings={"exclude": ("b",)})
    )

    assert _causes(explain_change(old, new)) == {"exclusions": (-1, -2)}


def test_the_same_source_and_patterns_counted_otherwise_is_the_rules() -> None:
    old = snapshot(shot("a b c", "a b"), circumstances=Circumstances(counted_by="7.5.0"))
    new = snapshot(shot("a b c", "a", excluded=lines_of([2])), circumstances=Circumstances(counted_by="7.17.3"))

    assert _causes(explain_change(old, new)) == {"counting rules": (-1, -1)}


def test_exits_that_come_with_branch_mode_are_told_from_statements_that_ran() -> None:
    old = snapshot(shot("a b", ""))
    new = snapshot(shot("a b", "a", exits={1: (2, 1)}), circumstances=Circumstances(branch=True))

    assert _causes(explain_change(old, new)) == {"branch mode": (1, 2), "newly covered": (1, 0)}


def test_what_the_totals_say_beyond_the_files_is_a_cause_of_its_own() -> None:
    old = snapshot(shot("a b", "a"))
    new = snapshot(shot("a b", "a"), totals=Counts(5, 3))

    assert _causes(explain_change(old, new)) == {"stated totals": (2, 3)}


def test_a_part_names_the_innermost_unit() -> None:
    inside = replace(shot("a b c", "a b c"), spans=(Span("Desk", 1, 3), Span("Desk.sell", 2, 3)))

    change = explain_change(snapshot(shot("a b c", "a")), snapshot(inside))

    assert [part.unit for part in change.parts] == ["Desk.sell"]


def test_a_line_that_left_a_unit_which_still_stands_has_moved_and_no_test_is_thanked_for_it() -> None:
    old = replace(shot("help if x y opt", "help if x opt"), spans=(Span("help", 1, 5),))
    new = replace(shot("init if x y help opt", "init if x y help opt"), spans=(Span("init", 1, 4), Span("help", 5, 6)))

    change = explain_change(snapshot(old), snapshot(new))

    assert _causes(change)["source moved"] == (1, 0)
    assert "newly covered" not in _causes(change)


def test_a_line_of_a_renamed_unit_that_does_not_run_any_more_is_lost() -> None:
    old = replace(shot("help if opt", "help if opt"), spans=(Span("help", 1, 3),))
    new = replace(shot("show if opt", "show opt"), spans=(Span("show", 1, 3),))

    change = explain_change(snapshot(old), snapshot(new))

    assert _causes(change) == {"lost": (-1, 0), "source removed": (-1, -1), "source added": (1, 1)}


@given(old=SNAPSHOTS, new=SNAPSHOTS)
def test_the_parts_add_up_to_the_change_to_the_point(old: Snapshot, new: Snapshot) -> None:
    change = explain_change(old, new)

    assert sum(part.covered for part in change.parts) == change.covered
    assert sum(part.points for part in change.parts) == change.points


@given(old=SNAPSHOTS, new=SNAPSHOTS)
def test_the_percents_by_cause_add_up_to_the_change_of_the_percent(old: Snapshot, new: Snapshot) -> None:
    change = explain_change(old, new)

    before, after = (exact_percent(each.totals.covered_points, each.totals.points) for each in (change.old, change.new))
    assert sum(percents_by_cause(change).values(), Fraction(0)) == after - before


@given(snapshot=SNAPSHOTS)
def test_nothing_has_changed_between_a_snapshot_and_itself(snapshot: Snapshot) -> None:
    assert explain_change(snapshot, snapshot).parts == ()


@pytest.mark.parametrize("text", ["a a a a a a", "a b a b a b c c c", "- - - -"])
def test_repeated_lines_are_matched_without_counting_any_twice(text: str) -> None:
    change = explain_change(snapshot(shot(text, "a")), snapshot(shot(f"{text} {text}", "a")))

    assert sum(part.points for part in change.parts) == change.points
