"""FLEET.toml: each thing that is wrong is one line, and components are folders below it, each with one name."""

import os
from pathlib import Path

import pytest
from makers import make_project

from planner.errors import ConfigError
from planner.fleet.roots import find_nested, find_places
from planner.fleet.settings import MAX_BYTES, ComponentSetting, FleetSetting, TeamSetting, read_fleet

WHOLE = """
target = 80.5
confidence = 90
budget = "40h"

[[component]]
root = "repos/*"
target = "+2"

[[component]]
name = "odd one"
root = "elsewhere/odd"
data = ["one.json", "two.json"]
team = "platform"

[team.payments]
target = 85
owners = ["@acme/payments", "ann@example.org"]

[team."@acme/search"]
"""


def fleet_of(folder: Path, text: str | bytes) -> FleetSetting:
    make_project(folder, {"FLEET.toml": text})
    return read_fleet(folder / "FLEET.toml")


def test_all_keys_are_read(tmp_path: Path) -> None:
    assert fleet_of(tmp_path, WHOLE) == FleetSetting(
        components=(
            ComponentSetting("repos/*", target="+2"),
            ComponentSetting("elsewhere/odd", "odd one", ("one.json", "two.json"), None, "platform"),
        ),
        teams=(TeamSetting("payments", "85", ("@acme/payments", "ann@example.org")), TeamSetting("@acme/search")),
        target="80.5",
        confidence=0.9,
        budget=40.0,
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "FLEET.toml: no [[component]]; each needs a root"),
        ("component = []", "FLEET.toml: no [[component]]; each needs a root"),
        ("component = 3", "FLEET.toml: no [[component]]; each needs a root"),
        ("component = [3]", "FLEET.toml: component must be a table, not 3"),
        ("[[component]]\nname = 'a'", "FLEET.toml: [[component]] 1 has no root"),
        ("[[component]]\nroot = ' '", "FLEET.toml: [[component]] 1 root must be a folder such as"),
        ('[[component]]\nroot = "a\\u0000"', "FLEET.toml: [[component]] 1 root must be a folder such as"),
        (f"[[component]]\nroot = '{'a' * 2_000}'", "FLEET.toml: [[component]] 1 root must be a folder such as"),
        ("[[component]]\nroot = 3", "FLEET.toml: [[component]] 1 root must be a folder such as"),
        ("[[component]]\nroot = 'a'\ndata = 3", "FLEET.toml: [[component]] 1 data must be a path or a list of paths"),
        ("[[component]]\nroot = 'a'\nroots = 'b'", "FLEET.toml: [[component]] 1 has no key 'roots'; it knows data,"),
        ("[[component]]\nroot = 'a'\ntarget = 'much'", "FLEET.toml: [[component]] 1 target 'much' is not a percent"),
        ("[[component]]\nroot = 'a'\ntarget = true", "FLEET.toml: [[component]] 1 target must be a number, or"),
        ("goal = 3\n[[component]]\nroot = 'a'", "FLEET.toml: the top level has no key 'goal'; it knows budget,"),
        ("target = 101\n[[component]]\nroot = 'a'", "FLEET.toml: target '101' is more than 100 %"),
        ("confidence = 3\n[[component]]\nroot = 'a'", "confidence '3' is not a percent from 50 to 99"),
        ("team = 3\n[[component]]\nroot = 'a'", "FLEET.toml: team must be a table, not 3"),
        ("[team]\na = 3\n[[component]]\nroot = 'a'", "FLEET.toml: team.a must be a table, not 3"),
        ("[team.a]\ngoal = 3\n[[component]]\nroot = 'a'", "FLEET.toml: [team.a] has no key 'goal'; it knows owners,"),
        ("[team.a]\nowners = 3\n[[component]]\nroot = 'a'", "FLEET.toml: [team.a] owners must be an owner or a list"),
    ],
)
def test_each_thing_that_is_wrong_is_one_line(text: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        fleet_of(tmp_path, text)

    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"= = =", b"a = " + b"[" * 100_000, b"#" * (MAX_BYTES + 1), b"a = 1\0"]
)
def test_what_is_no_toml_or_too_large_or_too_deep_is_one_line(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"FLEET\.toml: (cannot be read: |larger than)"):
        fleet_of(tmp_path, content)


def test_a_pipe_and_a_folder_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")

    for path in (tmp_path / "pipe.toml", tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(ConfigError, match="no such file"):
            read_fleet(path)


@pytest.mark.parametrize(
    ("team", "owner", "is_one"),
    [
        (TeamSetting("payments"), "@acme/payments", True),
        (TeamSetting("payments"), "@payments", True),
        (TeamSetting("@acme/payments"), "@acme/payments", True),
        (TeamSetting("ann@example.org"), "ann@example.org", True),
        (TeamSetting("payments"), "@acme/payments-web", False),
        (TeamSetting("payments", owners=("@acme/billing",)), "@acme/payments", False),
        (TeamSetting("payments", owners=("@acme/billing",)), "@acme/billing", True),
    ],
)
def test_an_owner_belongs_to_the_team_that_ends_in_its_name_or_lists_it(
    team: TeamSetting, owner: str, is_one: bool
) -> None:
    assert team.has(owner) is is_one


# Where the components lie


def names(folder: Path, *settings: ComponentSetting) -> tuple[dict[str, str], dict[str, str]]:
    """Name -> root of what is a component, and name -> reason of what is none."""
    places, skipped = find_places(settings, folder)
    return {each.name: each.shown for each in places}, {each.path: each.reason for each in skipped}


@pytest.fixture
def repos(tmp_path: Path) -> Path:
    return make_project(
        tmp_path,
        {f"{name}/src/x.py": "" for name in ("repos/a", "repos/b", "repos/.hidden", "other/a", "repos/b/nested")},
    )


def test_a_pattern_comes_to_folders_sorted_by_name_and_leaves_out_hidden_ones(repos: Path) -> None:
    (repos / "repos" / "file").write_text("")

    assert names(repos, ComponentSetting("repos/*")) == ({"a": "repos/a", "b": "repos/b"}, {})


def test_names_are_what_the_pattern_leaves_open_and_the_root_where_two_are_the_same(repos: Path) -> None:
    assert names(repos, ComponentSetting("repos/*/src"))[0] == {"a": "repos/a/src", "b": "repos/b/src"}
    assert names(repos, ComponentSetting("repos/*"), ComponentSetting("other/a"))[0] == {
        "repos/a": "repos/a",
        "b": "repos/b",
        "other/a": "other/a",
    }


def test_what_is_listed_by_itself_is_no_part_of_a_pattern(repos: Path) -> None:
    own = ComponentSetting("repos/b", target="90")

    places, _ = find_places([ComponentSetting("repos/*"), own], repos)

    assert [(each.name, each.target) for each in places] == [("a", None), ("b", "90")]


def test_what_is_missing_outside_or_the_same_folder_again_is_named(repos: Path) -> None:
    inside = repos / "repos"
    (inside / "again").symlink_to(inside / "a")
    (inside / "out").symlink_to(repos.parent)
    (inside / "loop").symlink_to("loop")

    found, skipped = names(
        inside,
        ComponentSetting("a"),
        ComponentSetting("again"),
        ComponentSetting("out"),
        ComponentSetting("loop"),
        ComponentSetting("absent"),
        ComponentSetting("../other/a", "outer"),
    )

    assert found == {"a": "a"}
    assert skipped["again"] == "again is the same directory as that of a"
    assert skipped["absent"] == "absent: no such directory"
    assert "no such directory" in skipped["loop"]
    assert skipped["outer"].startswith("../other/a lies outside the folder of FLEET.toml")
    assert "lies outside" in next(reason for reason in skipped.values() if reason.startswith("out "))


def test_a_component_inside_another_is_said_to_be(repos: Path) -> None:
    places, _ = find_places([ComponentSetting("repos/*"), ComponentSetting("repos/b/nested")], repos)

    assert find_nested(places) == ("nested lies inside b: a file that the data of both has counts twice",)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ((ComponentSetting("repos/a", "x"), ComponentSetting("repos/b", "x")), "two components are called 'x'"),
        ((ComponentSetting("repos/*", "x"),), "name 'x' is for one root, and 'repos/*' is a pattern"),
        ((ComponentSetting("nothing/*"),), "root 'nothing/*' fits no folder"),
    ],
)
def test_names_that_clash_and_patterns_that_fit_nothing_are_errors(
    settings: tuple[ComponentSetting, ...], line: str, repos: Path
) -> None:
    with pytest.raises(ConfigError, match=r"FLEET\.toml: ") as error:
        find_places(settings, repos)

    assert line in str(error.value)
