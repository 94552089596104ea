"""What a project's own tests and receipts say about the constants of the forecast, and whether that is believed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TestCost:
    """One test function of the project: its file, and the lines of test code it was the first to need, at least 1."""

    __test__ = False

    file: str
    lines: int
