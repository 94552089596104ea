"""What several findings put in doubt together: the same statement can only be won once."""

from collections.abc import Mapping, Sequence

from planner.model.findings import SEVERITIES, Diagnosis, Doubt, Finding, Severity
from planner.model.lines import NO_LINES, Lines


def weighty(diagnosis: Diagnosis, least: Severity = "warning") -> tuple[Finding, ...]:
    """The findings at or above a severity, most in doubt first."""
    wanted = SEVERITIES[SEVERITIES.index(least) :]
    return tuple(each for each in diagnosis.findings if (each.severity or "note") in wanted)


def together(findings: Sequence[Finding]) -> Doubt:
    """How the total would change if all of them were mended.

    At least what the largest gives, or their sum where their lines are known and no two share one; at most their sum,
    and of the lines they name no more than there are. What leaves or enters the total adds up.
    """
    doubts = [each.doubt for each in findings]
    lines = _united(doubts)
    least = [doubt.covered[0] for doubt in doubts]
    gains = [low for low in least if low > 0]
    surely = sum(gains) if _are_apart([doubt for doubt in doubts if doubt.covered[0] > 0]) else max(gains, default=0)
    return Doubt(
        basis="the findings added up, each statement once",
        covered=(surely + sum(low for low in least if low < 0), _most(doubts, lines)),
        entering=(sum(doubt.entering[0] for doubt in doubts), sum(doubt.entering[1] for doubt in doubts)),
        lines=lines,
    )


def _united(doubts: Sequence[Doubt]) -> Mapping[str, Lines]:
    lines: dict[str, Lines] = {}
    for doubt in doubts:
        for path, each in doubt.lines.items():
            lines[path] = lines.get(path, NO_LINES) | each
    return lines


def _are_apart(doubts: Sequence[Doubt]) -> bool:
    """Whether no two of them can mean the same statement."""
    statements = sum(lines.bit_count() for lines in _united(doubts).values())
    is_known = len(doubts) < 2 or all(doubt.lines for doubt in doubts)
    return is_known and statements == sum(doubt.statements for doubt in doubts)


def _most(doubts: Sequence[Doubt], united: Mapping[str, Lines]) -> int:
    """The sum of what each may give, less what the same lines would give twice; exits are no lines and are kept."""
    placed = [doubt for doubt in doubts if doubt.lines]
    statements = sum(lines.bit_count() for lines in united.values())
    exits = sum(max(0, doubt.covered[1] - doubt.statements) for doubt in placed)
    loose = sum(doubt.covered[1] for doubt in doubts if not doubt.lines)
    return loose + min(sum(doubt.covered[1] for doubt in placed), statements + exits)
