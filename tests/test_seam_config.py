"""`[tool.gapplan.seams]`: a project adds, replaces and removes seams; what cannot be meant is said in one line."""

from pathlib import Path

import pytest

from planner.config import SeamSetting, read_config
from planner.errors import ConfigError
from planner.forecast.seams import catalogue, read_catalogue
from planner.model.seams import SEAM_KINDS


def seams_in(root: Path, *lines: str) -> dict[str, SeamSetting | None]:
    (root / "pyproject.toml").write_text("\n".join(["[tool.gapplan.seams]", *lines]), "utf-8")
    return dict(read_config(root).seams)


def test_a_project_without_the_table_keeps_the_catalogue(tmp_path: Path) -> None:
    assert read_config(tmp_path).seams == {}
    assert read_catalogue({}).seams == catalogue()


def test_an_import_of_the_projects_own_becomes_a_seam(tmp_path: Path) -> None:
    settings = seams_in(tmp_path, '"mycompany.billing" = {kind = "http client", double = "respx"}')

    seam = read_catalogue(settings).called("mycompany.billing.charge")

    assert seam is not None
    assert (seam.name, seam.kind, seam.double, seam.needs_building) == (
        "mycompany.billing",
        "http client",
        "respx",
        True,
    )


def test_a_seam_without_a_double_takes_the_one_that_python_brings(tmp_path: Path) -> None:
    settings = seams_in(tmp_path, '"ledger" = {kind = "clock"}')

    seam = read_catalogue(settings).called("ledger.today")

    assert seam is not None
    assert (seam.double, seam.needs_building) == ("unittest.mock", False)


def test_the_projects_entry_replaces_the_shipped_one(tmp_path: Path) -> None:
    settings = seams_in(tmp_path, 'redis = {kind = "document store", double = "a dict"}')

    seam = read_catalogue(settings).called("redis.Redis")

    assert seam is not None
    assert seam.kind == "document store"


def test_false_removes_an_entry_and_all_within(tmp_path: Path) -> None:
    changed = read_catalogue(seams_in(tmp_path, "subprocess = false", "datetime = false"))

    assert changed.called("subprocess.run") is None
    assert changed.called("datetime.datetime.now") is None
    assert changed.called("time.time") is not None


def test_false_removes_a_part_of_an_entry(tmp_path: Path) -> None:
    changed = read_catalogue(seams_in(tmp_path, '"requests.head" = false'))

    assert changed.called("requests.head") is None
    assert changed.called("requests.get") is not None


def test_pathlib_can_be_removed_although_it_is_a_list_of_methods(tmp_path: Path) -> None:
    assert read_catalogue({}).called("pathlib.Path.read_text") is not None
    assert read_catalogue(seams_in(tmp_path, "pathlib = false")).called("pathlib.Path.read_text") is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('redis = {kind = "fax"}', 'redis" kind must be browser or cache or queue'),
        ("redis = {double = 'a dict'}", 'redis" needs a kind'),
        ('redis = {kind = "sql", fake = "x"}', "has no key 'fake'; it knows double, kind"),
        ('redis = {kind = "sql", double = 3}', "double must be a text, not 3"),
        ("redis = true", "must be false, or a table"),
        ("redis = 'sql'", "must be false, or a table"),
        ('"my-company" = false', "is not the name of an import"),
        ('mycompany.billing = {kind = "sql"}', "a dotted import name stands in quotes"),
    ],
)
def test_what_cannot_be_meant_is_one_line(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        seams_in(tmp_path, line)

    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith('pyproject.toml: [tool.gapplan] seams."')


def test_the_table_must_be_a_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.gapplan]\nseams = 3\n", "utf-8")

    with pytest.raises(ConfigError, match="seams must be a table of import names, not 3"):
        read_config(tmp_path)


def test_the_kinds_of_the_configuration_are_those_of_the_catalogue() -> None:
    assert set(SEAM_KINDS) == set(read_catalogue().kinds)
    assert list(SEAM_KINDS) == sorted(SEAM_KINDS)
