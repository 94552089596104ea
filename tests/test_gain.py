"""What tests of a unit would newly cover."""

from pathlib import Path

from factories import facts_of, file_coverage, lines

from planner.forecast.gain import YIELD_PER_MILLE, behaviour_milli, body_lines, import_points

SOURCE = """\
    import time
    if __name__ == "__main__":
        run()
    class Thing:
        x = 1
        def method(self):
            a = 1
            return a
    def work():
        if time:
            return 1
        return 2
    """
STATEMENTS = "1-12"


def test_the_yield_is_a_share() -> None:
    assert 0 < YIELD_PER_MILLE < 1000


def test_missing_behaviour_is_discounted_by_the_yield(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="7-8 10-12")

    by_unit = {unit.name: behaviour_milli(file, facts, (unit,)) for unit in facts.units}

    assert by_unit == {
        "<module>": 0,
        "Thing": 0,
        "Thing.method": 2 * YIELD_PER_MILLE,
        "work": 3 * YIELD_PER_MILLE,
    }


def test_missing_exits_are_points_too(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="12", missing_exits={10: 1})

    assert behaviour_milli(file, facts, facts.units) == 2 * YIELD_PER_MILLE


def test_covered_units_gain_nothing(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    assert behaviour_milli(file_coverage(statements=STATEMENTS), facts, facts.units) == 0


def test_body_lines_are_neither_import_time_nor_hollow(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    assert body_lines(facts, facts.units) == lines("7-8 10-12")


def test_hollow_lines_are_never_gained(tmp_path: Path) -> None:
    source = """\
        def work():
            try:
                import fast
            except ImportError:
                fast = None
            return fast
        if __name__ == "__main__":
            work()
        """
    facts = facts_of(tmp_path, source)
    file = file_coverage(statements="1-8", missing="1-8")

    gained = behaviour_milli(file, facts, facts.units) + import_points(file, facts) * 1000

    assert gained == 3 * YIELD_PER_MILLE + 2 * 1000


def test_importing_a_module_never_imported_covers_its_import_time_lines(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)
    file = file_coverage(statements=STATEMENTS, missing=STATEMENTS)

    assert import_points(file, facts) == 6  # lines 1, 2, 4, 5, 6 and 9


def test_importing_again_covers_nothing(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="4-12")

    assert import_points(file, facts) == 0


def test_of_a_branch_at_import_time_one_exit_is_taken(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "import sys\nif sys.platform:\n    x = 1\ndef work():\n    if sys:\n        return 1\n")
    file = file_coverage(statements="1-6", missing="1-6", missing_exits={2: 2, 5: 2})

    assert import_points(file, facts) == 4 + 1
