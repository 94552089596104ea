"""The JSON of snapshots in a list, of a change and of noise: what `schemas/{history,why,noise}.schema.json` publish."""

from collections.abc import Sequence
from fractions import Fraction

from planner.model.history import Cause, Change, Noise, Snapshot
from planner.model.lines import ranges_text
from planner.model.measurement import Skipped
from planner.report.json import FORMAT, Json, counts_json, dump


def render_history(project: str, snapshots: Sequence[Snapshot], damaged: Sequence[Skipped]) -> str:
    """The list, oldest first."""
    return dump(
        {
            "format": FORMAT,
            "project": project,
            "snapshots": [snapshot_json(each) for each in snapshots],
            "damaged": [{"snapshot": each.path, "reason": each.reason} for each in damaged],
        }
    )


def snapshot_json(snapshot: Snapshot) -> dict[str, Json]:
    """One snapshot without its files."""
    return {
        "key": snapshot.key,
        "taken": snapshot.taken,
        "commit": snapshot.commit or None,
        "branch": snapshot.git_branch or None,
        "label": snapshot.label or None,
        "totals": counts_json(snapshot.totals),
        "counted_by": snapshot.circumstances.counted_by,
        "recorded_by": snapshot.circumstances.recorded_by,
        "branch_mode": snapshot.circumstances.branch,
        "metrics": dict(snapshot.metrics),
    }


def render_change(change: Change, shares: dict[Cause, Fraction]) -> str:
    """The two measurements, and the parts of the change; `percent` is exact as a fraction of whole numbers."""
    return dump(
        {
            "format": FORMAT,
            "project": change.new.project,
            "old": snapshot_json(change.old),
            "new": snapshot_json(change.new),
            "covered": change.covered,
            "points": change.points,
            "causes": [
                {
                    "cause": cause,
                    "covered": sum(part.covered for part in change.parts if part.cause == cause),
                    "points": sum(part.points for part in change.parts if part.cause == cause),
                    "percent": float(share),
                    "percent_exact": [share.numerator, share.denominator],
                }
                for cause, share in shares.items()
            ],
            "parts": [
                {
                    "cause": part.cause,
                    "path": part.path or None,
                    "old_path": part.old_path or None,
                    "unit": part.unit or None,
                    "covered": part.covered,
                    "points": part.points,
                    "covered_by_import": part.imported,
                    "old_lines": ranges_text(part.old_lines),
                    "new_lines": ranges_text(part.new_lines),
                }
                for part in change.parts
            ],
            "renamed": dict(change.renamed),
        }
    )


def render_noise(project: str, noise: Noise) -> str:
    """The totals of the runs, the margin, and what flips."""
    return dump(
        {
            "format": FORMAT,
            "project": project,
            "totals": [counts_json(each) for each in noise.totals],
            "confidence": noise.confidence,
            "margin_points": noise.margin,
            "flips": [
                {
                    "path": flip.path,
                    "unit": flip.unit or None,
                    "points": flip.points,
                    "covered_by_run": list(flip.covered),
                    "lines": ranges_text(flip.lines),
                    "reasons": list(flip.reasons),
                }
                for flip in noise.flips
            ],
        }
    )
