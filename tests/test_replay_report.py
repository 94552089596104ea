"""What `gapplan replay score` prints: every project, losses included, in each format."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from replays import shop
from test_schema import closed, schema_of

from planner.cli.replay import command
from planner.errors import GapplanError
from planner.model.replay import Checkpoint, OrderScore, Pair, ProjectReplay, Replay, SplitAccuracy, SplitScore
from planner.replay.accuracy import summarise
from planner.report.markdown import render_markdown
from planner.report.pages.replay import replay_page
from planner.report.replay_json import render_replay
from planner.report.terminal import render_terminal


def _split(relative: float, area: float | None) -> SplitScore:
    return SplitScore("zero-0", "zero", 120, (10, 20, 30), (relative / 2, relative, relative * 2), area)


def _project(name: str, relative: float) -> ProjectReplay:
    scores = [
        OrderScore("pct", "module", "plan", "realistic", (_split(1.0, 0.1),)),
        OrderScore("gapplan", "class", "replan", "realistic", (_split(relative, None),)),
    ]
    pair = Pair(5, 10, 20, 12, 30.0, 60.0, 40)
    accuracy = summarise("gapplan", [SplitAccuracy("zero-0", 400, (pair, pair), (Checkpoint(100, pair),))])
    return ProjectReplay(name, f"{name}-1.0", 400, 390, 25, ("zero-0",), 1, tuple(scores), (accuracy,))


def _replay(*projects: ProjectReplay) -> Replay:
    pooled = summarise("gapplan", [split for project in projects for each in project.accuracy for split in each.splits])
    return Replay(projects, (pooled,))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["score", *arguments], obj={})


def test_page_lists_every_project_and_shows_losses_as_they_are() -> None:
    page = render_markdown(replay_page(_replay(_project("won", 0.5), _project("lost", 1.5))))

    assert "2 projects, 2 splits" in page
    assert "| order | won | lost |" in page
    assert "| `gapplan` | 0.50 | 1.50 |" in page
    assert "| `gapplan` | class | after each test | 0.50 | 1.00 | 2.00 | - | 1 of 2 |" in page
    assert "| `pct` | module | once | 0.50 | 1.00 | 2.00 | 0.10 | - |" in page
    assert "| won | `won-1.0` | took no part | 400 | 97.50 % | 25 | 1 | 1 |" in page
    assert "| lost | `gapplan` | 2 | - | 17 % | 100 % | - | 25 % | 100 % |" in page
    assert "| all together | `gapplan` | 0.50 | 17 % | 25 % | 100 % |" in page


def test_page_without_forecasts_has_no_table_of_them() -> None:
    page = render_markdown(replay_page(Replay((_project("won", 0.5),), is_quick=True)))

    assert "Forecasts" not in page
    assert "quick look" in page


def test_page_says_which_projects_took_part_in_the_fit_of_the_rates() -> None:
    new, known = _project("new", 0.5), replace(_project("known", 0.5), is_held_out=True)

    none, some, every = (
        render_markdown(replay_page(Replay(projects, rates=rates)))
        for projects, rates in (((new,), ""), ((new, known), "mine.toml"), ((known,), ""))
    )

    assert "gapplan plans with the shipped rates; no project took part in their fit." in none
    assert "gapplan plans with the rates of mine.toml; 1 of 2 projects took part in their fit" in some
    assert "fitted without it; the other 1 took no part." in some
    assert "gapplan plans with the shipped rates; 1 of 1 project took part" in every
    assert "the other" not in every
    assert "| known | `known-1.0` | fitted without it |" in every


def test_json_says_where_rates_are_from_and_who_is_held_out() -> None:
    known = replace(_project("known", 0.5), is_held_out=True)

    documents = [
        json.loads(render_replay(Replay((known, _project("new", 0.5)), rates=each))) for each in ("", "r.toml")
    ]

    assert [document["rates"] for document in documents] == ["shipped", "r.toml"]
    assert [project["is_held_out"] for project in documents[0]["projects"]] == [True, False]


def test_page_of_eight_projects_fits_a_terminal_of_100_columns() -> None:
    names = ("apscheduler", "click", "flask", "jinja2", "marshmallow", "twine", "watchdog", "werkzeug")

    text = render_terminal(replay_page(_replay(*(_project(name, 0.7) for name in names))), width=100)

    assert max(map(len, text.splitlines())) <= 100
    assert all(name in text for name in names)


def test_json_is_valid_and_the_schema_names_every_key() -> None:
    empty = ProjectReplay("empty", "empty-1.0", 10, 10, 1)
    for found in (_replay(_project("won", 0.5), empty), Replay((empty,), is_quick=True)):
        document = json.loads(render_replay(found))

        jsonschema.validate(document, schema_of("replay"))
        jsonschema.validate(document, closed(schema_of("replay")))
        assert next(iter(document)) == "format"
    jsonschema.Draft202012Validator.check_schema(schema_of("replay"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "format": 2}, schema_of("replay"))


def test_json_has_each_split_of_each_order() -> None:
    document: Any = json.loads(render_replay(_replay(_project("won", 0.5))))

    (project,) = document["projects"]
    assert [(each["order"], each["split"], each["is_won"]) for each in project["scores"]] == [
        ("pct", "zero-0", False),
        ("gapplan", "zero-0", True),
    ]
    assert project["scores"][1]["relative_effort"] == [0.25, 0.5, 1.0]
    assert document["orders"][1]["projects"] == [
        {"project": "won", "relative_effort": [0.25, 0.5, 1.0], "area": None, "won": 1, "splits": 1}
    ]
    assert project["accuracy"][0]["plans"][0]["expected_points"] == {"p10": 5, "p50": 10, "p90": 20}


def test_command_replays_a_folder_with_the_sources_beside_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shop(name).write(tmp_path, packed=name == "two")

    result = _run(str(tmp_path), "--quick", "--jobs", "1", "--format", "markdown")

    assert result.exit_code == 0, result.output
    assert "| one | `one-1.0` |" in result.output
    assert "| two | `two-1.0` |" in result.output


def test_command_reads_sources_elsewhere_and_one_project_alone(tmp_path: Path) -> None:
    data, sources, output = tmp_path / "data", tmp_path / "sources", tmp_path / "out.json"
    data.mkdir()
    sources.mkdir()
    for name in ("one", "two"):
        shop(name).write(sources).rename(data / f"{name}.sqlite")

    arguments = [str(data), "--sources", str(sources), "--only", "two", "--quick", "--jobs", "1"]
    result = _run(*arguments, "--format", "json", "-o", str(output), "--quiet")

    assert (result.exit_code, result.output) == (0, "")
    document = json.loads(output.read_text())
    jsonschema.validate(document, closed(schema_of("replay")))
    assert [project["project"] for project in document["projects"]] == ["two"]


def test_command_takes_the_replay_folder_of_the_project_and_says_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(GapplanError, match="replay: no such recording"):
        CliRunner().invoke(command, ["score", "-C", str(tmp_path)], obj={}, catch_exceptions=False)
    (tmp_path / "fixtures" / "replay").mkdir(parents=True)
    shop().write(tmp_path / "fixtures" / "replay")

    result = CliRunner().invoke(command, ["score", "-C", str(tmp_path), "--quick", "--jobs", "1"], obj={})

    assert "toy-1.0" in result.output


def test_report_is_never_written_over_a_recording(tmp_path: Path) -> None:
    data = shop().write(tmp_path)
    before = data.read_bytes()

    result = _run(str(data), "--quick", "--jobs", "1", "-o", str(data))

    assert isinstance(result.exception, GapplanError)
    assert data.read_bytes() == before


def test_replaying_runs_nothing_of_the_project(tmp_path: Path) -> None:
    data = shop().write(tmp_path)
    known = set(sys.modules)

    _run(str(data), "--quick", "--jobs", "1")

    assert not [name for name in set(sys.modules) - known if name.startswith(("pkg", "tests.test_mod", "test_mod0"))]
