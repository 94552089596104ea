"""The JSON of explain, format 1: the shape that `schemas/explain.schema.json` publishes."""

import json
from collections.abc import Sequence

from planner.model.explanation import Explanation, Related, UnitGaps
from planner.report.json import FORMAT, Json, counts_json


def render_explain(found: Explanation) -> str:
    """One module or unit as JSON, ASCII throughout."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "path": found.file.path,
        "module": found.module,
        "unit": found.unit or None,
        "is_measured": found.is_measured,
        "counts": counts_json(found.file.counts),
        "import_time": counts_json(found.import_time),
        "behaviour": counts_json(found.behaviour),
        "units": [_unit(unit) for unit in found.units],
        "imports": _related(found.among_modules.imports),
        "imported_by": _related(found.among_modules.imported_by),
        "runs_on_import": [{"path": path, "statements": statements} for path, statements in found.among_modules.runs],
        "enters": _related(found.calls.enters),
        "entered_by": _related(found.calls.entered_by),
        "unresolved_calls": found.calls.unresolved,
        "hollow_lines": found.hollow_text,
        "dynamic_imports": [{"line": line, "text": text} for line, text in found.dynamic],
        "unclassified_imports": [{"name": name, "line": line} for name, line in found.unclassified],
        "cycle": list(found.among_modules.cycle),
        "is_dead_end": found.among_modules.is_dead_end,
    }
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _unit(unit: UnitGaps) -> dict[str, Json]:
    return {
        "name": unit.name,
        "kind": unit.kind,
        "first_line": unit.first_line,
        "last_line": unit.last_line,
        "statements": unit.statements,
        "covered_statements": unit.covered_statements,
        "missing": unit.missing,
        "lines": unit.lines_text,
        "complexity": unit.complexity,
        "is_import_time": unit.is_import_time,
        "is_stub": unit.is_stub,
        "seams": [
            {
                "name": touch.seam.name,
                "kind": touch.seam.kind,
                "double": touch.seam.double,
                "line": touch.line,
                "via": ":".join(touch.via) if touch.via else None,
            }
            for touch in unit.touches
        ],
    }


def _related(related: Sequence[Related]) -> list[Json]:
    return [
        {"name": each.name, "line": each.line, "how": each.how, "confidence": round(each.confidence, 2)}
        for each in related
    ]
