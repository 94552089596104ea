"""CODEOWNERS by GitHub's rules, and what is made of one that is broken, huge or hostile."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_project

from planner.fleet.owners import MAX_BYTES, find_owners, parse_owners

OF_THE_DOCS = r"""
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""
"""The example of GitHub's page "About code owners"."""


def owners_of(path: str, text: str) -> tuple[str, ...]:
    return parse_owners(text)[0].of(path)


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("setup.py", ("@global-owner1", "@global-owner2")),
        ("web/deep/app.js", ("@js-owner",)),
        ("build/logs/a/today.py", ("@octocat",)),
        ("src/build/readme.txt", ("@octo-org/octocats",)),
        ("docs/getting-started.md", ("@doctocat",)),
        ("docs/build-app/troubleshooting.md", ("@doctocat",)),
        ("src/docs/build-app/troubleshooting.md", ("@global-owner1", "@global-owner2")),
        ("scripts/run.js", ("@doctocat", "@octocat")),
        ("deeply/nested/logs", ("@octocat",)),
        ("deeply/nested/logs/one.py", ("@octocat",)),
        ("apps/one.py", ("@octocat",)),
        ("apps/github", ()),
        ("apps/github/one.py", ()),
    ],
)
def test_the_last_pattern_that_matches_wins(path: str, owners: tuple[str, ...]) -> None:
    assert owners_of(path, OF_THE_DOCS) == owners


@pytest.mark.parametrize(
    ("pattern", "paths", "others"),
    [
        ("docs/*", ["docs/a.md"], ["docs/b/a.md", "x/docs/a.md"]),
        ("docs/", ["docs/a.md", "x/docs/b/a.md"], ["docs"]),
        ("docs", ["docs", "docs/a", "x/docs/a"], ["docs2", "a.docs"]),
        ("/docs", ["docs", "docs/a"], ["x/docs/a"]),
        ("src/*/api", ["src/a/api", "src/a/api/x.py"], ["src/api", "src/a/b/api"]),
        ("src/**/api", ["src/api/x.py", "src/a/b/api/x.py"], ["api/x.py", "lib/src/api/x.py"]),
        ("src/**", ["src/a", "src/a/b"], ["src", "x/src/a"]),
        ("/*", ["a.py"], ["b/a.py"]),
        ("a?c.py", ["abc.py", "x/axc.py"], ["ac.py", "a/c.py"]),
        ("*ab*ab", ["abab", "xabyab"], ["ab", "aba"]),
        (r"with\ space.py", ["with space.py"], ["with"]),
        ("**/", ["a/b"], ["a"]),
    ],
)
def test_a_pattern_matches_as_in_gitignore(pattern: str, paths: list[str], others: list[str]) -> None:
    text = f"{pattern} @us"

    assert [path for path in (*paths, *others) if owners_of(path, text)] == paths


@pytest.mark.parametrize("line", ["!src @us", "[ab].py @us", r"\#a @us", "src us", "src @", "/ @us", "a//b @us"])
def test_a_line_that_means_nothing_is_skipped_and_counted(line: str) -> None:
    found, said = parse_owners(f"src @before\n{line}\n")

    assert found.of("src/a.py") == ("@before",)
    assert said == ("CODEOWNERS: 1 line(s) are no rule and not read, the first is line 2",)


def test_the_file_below_github_counts_before_the_others(tmp_path: Path) -> None:
    root = make_project(tmp_path, {".github/CODEOWNERS": "* @a", "CODEOWNERS": "* @b", "docs/CODEOWNERS": "* @c"})

    assert find_owners(root, ["x.py"]) == ({"x.py": ("@a",)}, ())


def test_where_there_is_none_nobody_owns_anything(tmp_path: Path) -> None:
    assert find_owners(tmp_path, ["x.py"]) == ({}, ())


def test_a_binary_file_has_no_rules_that_anybody_reads(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"CODEOWNERS": bytes(range(256)) * 50 + b"\nsrc @us\n"})

    assert find_owners(root, ["src/a.py", "b.py"])[0] == {"src/a.py": ("@us",)}


def test_a_file_larger_than_github_reads_is_not_used(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"CODEOWNERS": b"* @us\n" * (MAX_BYTES // 6 + 1)})

    assert find_owners(root, ["a.py"]) == ({}, ("CODEOWNERS is no file of at most 3 MB and is not read",))


def test_a_link_out_of_the_component_and_a_folder_are_not_read(tmp_path: Path) -> None:
    outside = make_project(tmp_path / "outside", {"CODEOWNERS": "* @them"})
    root = make_project(tmp_path / "inside", {})
    (root / "CODEOWNERS").symlink_to(outside / "CODEOWNERS")
    (tmp_path / "folder" / "CODEOWNERS").mkdir(parents=True)
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "CODEOWNERS").symlink_to("CODEOWNERS")

    assert find_owners(root, ["a.py"]) == ({}, ("CODEOWNERS lies outside the component and is not read",))
    assert find_owners(tmp_path / "folder", ["a.py"])[0] == {}
    assert find_owners(tmp_path / "loop", ["a.py"])[0] == {}


def test_rules_by_the_thousand_that_would_be_tried_on_every_file_are_refused(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"CODEOWNERS": "".join(f"*a*a*a*{n}b @us\n" for n in range(20_000))})

    owned, said = find_owners(root, [f"{'a' * 60}{n}.py" for n in range(100)])

    assert owned == {}
    assert said == ("CODEOWNERS has 20000 rules with wildcards, too many for 100 files: not used",)


def test_patterns_that_would_make_a_regular_expression_backtrack_take_no_time() -> None:
    text = "".join(f"{'*a' * 40}{n}b @us\n{'**/' * 40}x{n} @us\n" for n in range(20))
    found, _ = parse_owners(text)

    start = time.process_time()
    owners = found.of("/".join(["a" * 100] * 20))

    assert owners == ()
    assert time.process_time() - start < 2


def test_as_many_folders_as_a_large_application_has_are_looked_up() -> None:
    found, _ = parse_owners("* @all\n" + "".join(f"/parts/p{n}/ @t{n}\n" for n in range(2_000)))

    start = time.process_time()
    owners = [found.of(f"parts/p{n}/m{m}.py") for n in range(2_000) for m in range(5)]

    assert owners[::5] == [(f"@t{n}",) for n in range(2_000)]
    assert time.process_time() - start < 5


@settings(deadline=None)
@given(st.text(max_size=200), st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_no_text_and_no_path_breaks_it(text: str, path: str) -> None:
    parse_owners(text)[0].of(path)
