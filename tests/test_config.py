"""`[tool.gapplan]`: known keys are read, everything else is an error that names it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from makers import assert_answer_or_error, damaged, make_project

from planner.config import Config, read_config
from planner.config.read import known_keys
from planner.errors import ConfigError

FULL = """\
[project]
name = "shop"

[tool.gapplan]
target = 12.5
meaning = "gate"
total = "whole-tree"
data = [".coverage", "reports/coverage.xml"]
source = "src"
rcfile = "ci/cov.cfg"
"""


def _read(root: Path, text: str | bytes) -> Config:
    return read_config(make_project(root, {"pyproject.toml": text}))


def test_every_key_is_read(tmp_path: Path) -> None:
    assert _read(tmp_path, FULL) == Config(
        target="12.5",
        meaning="gate",
        total="whole-tree",
        data=(".coverage", "reports/coverage.xml"),
        source=("src",),
        rcfile="ci/cov.cfg",
    )


@pytest.mark.parametrize(
    "text", ["", "[tool]\n", "[tool.other]\nx = 1", "tool = 5", "[tool.gapplan]", "[tool\nbroken", "\0", b"\xff\xfe"]
)
def test_a_file_without_our_table_gives_the_defaults(tmp_path: Path, text: str | bytes) -> None:
    assert _read(tmp_path, text) == Config()


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()


@pytest.mark.parametrize(("written", "target"), [("12", "12"), ("12.5", "12.5"), ('"12.5%"', "12.5%"), ('"+2"', "+2")])
def test_a_target_is_kept_as_it_is_written(tmp_path: Path, written: str, target: str) -> None:
    assert _read(tmp_path, f"[tool.gapplan]\ntarget = {written}").target == target


def test_an_unknown_key_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _read(tmp_path, "[tool.gapplan]\ntargte = 12")

    known = (
        "budget, by, confidence, critical, data, doctor, ladder, leave_out, meaning, noise, options, pace, rates, "
        "rcfile, require, seams, source, stretch, target, total, unblock, weights"
    )
    assert str(caught.value) == f"pyproject.toml: [tool.gapplan] has no key 'targte'; it knows {known}"


@pytest.mark.parametrize("key", known_keys())
def test_every_known_key_refuses_what_it_cannot_be_by_its_name(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"\b{key}\b") as caught:
        _read(tmp_path, f"[tool.gapplan]\n{key} = [[5]]")

    assert "has no key" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("target = true", "target must be a number, or a string"),
        ("target = [12]", "target must be a number, or a string"),
        ('meaning = "about"', "meaning must be exact or displayed or gate, not 'about'"),
        ("meaning = 1", "meaning must be exact or displayed or gate, not 1"),
        ('total = "all"', "total must be measured or whole-tree, not 'all'"),
        ("data = 5", "data must be a path or a list of paths, not 5"),
        ("source = [1]", "source must be a path or a list of paths"),
        ("rcfile = ['a']", "rcfile must be a path"),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error_that_says_which_is_wanted(
    tmp_path: Path, line: str, reason: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _read(tmp_path, f"[tool.gapplan]\n{line}")

    assert str(caught.value).startswith(f"pyproject.toml: [tool.gapplan] {reason}")


@pytest.mark.parametrize("text", ["[tool]\ngapplan = 5", "[[tool.gapplan]]\ntarget = 12"])
def test_our_name_for_what_is_no_table_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="must be a table"):
        _read(tmp_path, text)


@pytest.mark.parametrize("rest", ["target = ", "target = 12\ntarget = 13", "data = " + "[" * 5000, "x = '\udcff'"])
def test_a_broken_file_that_mentions_us_is_an_error_in_one_line(tmp_path: Path, rest: str) -> None:
    with pytest.raises(ConfigError, match=r"^pyproject\.toml") as caught:
        _read(tmp_path, f"[tool.gapplan]\n{rest}".encode("utf-8", "surrogateescape"))

    assert "\n" not in str(caught.value)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged(FULL.encode()))
def test_a_damaged_file_gives_settings_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = make_project(tmp_path_factory.getbasetemp() / "damaged-config", {"pyproject.toml": content})

    assert_answer_or_error(lambda: read_config(root))
