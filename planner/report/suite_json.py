"""The JSON of the inventory of tests, format 1: what `schemas/suite.schema.json` publishes."""

from planner.model.inventory import AimedTest, FoundFixture, FoundSkip, Group, Inventory, ModuleRow
from planner.report.json import FORMAT, Json, counts_json, dump


def render_suite(found: Inventory) -> str:
    """All of it, as `schemas/suite.schema.json` describes it."""
    return dump(
        {
            "format": FORMAT,
            "project": found.project,
            "totals": {
                "tests": len(found.tests),
                "cases": found.cases,
                "open_tests": found.open_tests,
                "files": found.files,
                "fixtures": len(found.fixtures),
                "helpers": found.helpers,
                "lines": found.lines,
                "add_nothing": len(found.needless) if found.has_contexts else None,
                "sufficient_tests": found.sufficient,
            },
            "measured": _measured(found),
            "kinds": [{"kind": each.name, **_group(each)} for each in found.kinds],
            "modules": [_module(each) for each in found.modules],
            "tests": [_test(each) for each in found.tests],
            "fixtures": [_fixture(each) for each in found.fixtures],
            "skips": [_skip(each) for each in found.skips],
            "shadowed": [
                {"path": each.path, "name": each.name, "line": each.line, "by_line": each.by_line}
                for each in found.shadowed
            ],
            "made_by_code": [
                {"path": each.path, "line": each.line, "reason": each.reason} for each in found.made_by_code
            ],
            "marks": [{"mark": name, "tests": count} for name, count in found.marks.items()],
            "left_out": list(found.deselected),
            "skipped": [{"path": each.path, "line": each.line, "reason": each.reason} for each in found.unread],
        }
    )


def _measured(found: Inventory) -> Json:
    if found.totals is None:
        return None
    return {
        "inputs": [each.path for each in found.inputs],
        "contexts": found.contexts,
        "tests_with_contexts": found.placed,
        **counts_json(found.totals),
    }


def _group(each: Group) -> dict[str, Json]:
    return {
        "tests": each.tests,
        "cases": each.cases,
        "files": each.files,
        "lines": each.lines,
        "statements": each.statements,
        "sufficient_tests": each.sufficient,
    }


def _module(each: ModuleRow) -> Json:
    counts = counts_json(each.counts) if each.counts else None
    return {"path": each.path, **_group(each.group), "missing": each.missing if counts else None, "coverage": counts}


def _test(each: AimedTest) -> Json:
    test = each.test
    return {
        "path": test.path,
        "name": test.name,
        "written_in": test.written[0],
        "line": test.line,
        "runner": test.runner,
        "kind": each.kind,
        "cases": test.cases,
        "is_cases_known": test.is_known,
        "is_async": test.is_async,
        "marks": list(test.marks),
        "fixtures": [{"name": fixture.name, "path": fixture.path, "unit": fixture.unit} for fixture in test.fixtures],
        "lines": test.code_lines,
        "about": each.aim or None,
        "told_by": each.evidence,
        "statements": each.statements,
        "alone": each.alone,
        "has_assertion": each.has_assertion,
        "only_subprocess": each.only_subprocess,
    }


def _fixture(each: FoundFixture) -> Json:
    return {
        "name": each.name,
        "path": each.path,
        "line": each.line,
        "scope": each.scope,
        "is_autouse": each.is_autouse,
        "is_async": each.is_async,
        "params": each.cases,
        "tests": each.tests,
    }


def _skip(each: FoundSkip) -> Json:
    return {
        "kind": each.kind,
        "reason": each.reason,
        "condition": each.condition,
        "path": each.path,
        "line": each.line,
        "tests": each.tests,
    }
