"""Churn is what git would count, and reading it runs nothing that a repository holds or names."""

import http.server
import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from planner.git import read_churn, sealed
from planner.model.churn import Churn
from planner.model.measurement import Skipped

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the traps are shell scripts")

GIT = shutil.which("git") or "git"
DAY = date(2024, 6, 30)
PLAIN_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


def git(folder: Path, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
    """What plain git prints: with the repository's own configuration, as a person would run it."""
    done = subprocess.run(
        (GIT, "-C", str(folder), *arguments),
        input=given,
        capture_output=True,
        check=True,
        env={**PLAIN_ENVIRONMENT, **(environment or {})},
        timeout=30,
    )
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def commit(folder: Path, files: Mapping[str, str | None], at: str = "2024-06-30T12:00:00Z", authored: str = "") -> str:
    """Write the files (None: delete it), commit all there is, and say the commit's name."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if text is None else path.write_text(text, "utf-8")
    git(folder, "add", "-A")
    dates = {"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": authored or at}
    git(folder, "commit", "-q", "--allow-empty", "-m", "A change", environment=dates)
    return git(folder, "rev-parse", "HEAD")


def commit_tree(folder: Path, entries: bytes) -> None:
    """Commit a folder that no file system would hold; `entries` as `git mktree -z` reads them."""
    tree = git(folder, "mktree", "-z", given=entries)
    forged = git(folder, "commit-tree", tree, "-m", "Forged", environment=_at("2024-06-30T12:00:00Z"))
    git(folder, "update-ref", "HEAD", forged)


def churn(root: Path, *, until: date | None = None, days: int = 365) -> Churn:
    found = read_churn(root, until=until, days=days)
    assert isinstance(found, Churn), found
    return found


def reason(root: Path) -> str:
    found = read_churn(root)
    assert isinstance(found, Skipped), found
    assert "\n" not in found.reason
    return found.reason


def state_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file and folder below: mode, time of the last change, content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        stat = path.lstat()
        found[str(path)] = (stat.st_mode, stat.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
    return found


def _spring(project: Path, plain: tuple[str, ...], environment: Mapping[str, str] | None = None) -> None:
    """Run the plain command; a pager starts only before a terminal."""
    ours, terminal = os.openpty()
    env = {**PLAIN_ENVIRONMENT, "TERM": "dumb", "GIT_TERMINAL_PROMPT": "0", **(environment or {})}
    output = terminal if "--paginate" in plain else subprocess.DEVNULL
    subprocess.run(
        (GIT, "-C", str(project), *plain),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        check=False,
        env=env,
        timeout=30,
    )
    os.close(terminal)
    os.close(ours)


def _configure(project: Path, **settings: str | Path) -> None:
    for name, value in settings.items():
        git(project, "config", name.replace("__", "."), str(value))


def _at(moment: str) -> dict[str, str]:
    return {"GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


# What counts


def test_a_file_has_as_many_as_commits_added_changed_or_deleted_it(project: Path) -> None:
    commit(project, {"a.py": "1", "gone.py": "1"})
    commit(project, {"a.py": "2"})
    head = commit(project, {"gone.py": None})

    found = churn(project)

    assert found == Churn(head, date(2023, 7, 2), DAY, 3, {"a.py": 2, "gone.py": 2})


def test_counts_equal_those_of_one_diff_per_commit_on_a_random_history(project: Path) -> None:
    git(project, "fast-import", "--quiet", given=_random_history(commits=80))
    truth: Counter[str] = Counter()
    commits = git(project, "rev-list", "--no-merges", "main").split()
    for each in commits:
        names = git(project, "diff-tree", "--root", "-r", "--no-commit-id", "--no-renames", "--name-only", each)
        truth.update(names.split())

    found = churn(project)

    assert found.commits == len(commits) < 80
    assert found.commits_by_path == truth


def _random_history(commits: int) -> bytes:
    """Every fifth commit merges an earlier one; all are within one year."""
    chance = random.Random(4)
    lines = []
    for number in range(1, commits + 1):
        lines += ["commit refs/heads/main", f"mark :{number}"]
        lines += [f"committer Ada <ada@example.org> {1_700_000_000 + number * 3600} +0000", "data 1", "m"]
        lines += [f"from :{number - 1}"] if number > 1 else []
        lines += [f"merge :{number - 4}"] if number > 5 and number % 5 == 0 else []
        for file in chance.sample(range(12), 1 + number % 3):
            text = f"{number} {file}"
            lines += [f"M 644 inline pkg{file % 3}/m{file}.py", f"data {len(text)}", text]
        lines += [""]
    return "\n".join(lines).encode()


def test_merges_are_left_out_and_both_sides_of_them_counted(project: Path) -> None:
    commit(project, {"a.py": "1"})
    git(project, "checkout", "-q", "-b", "side")
    commit(project, {"side.py": "1"})
    git(project, "checkout", "-q", "main")
    commit(project, {"a.py": "2"})
    git(project, "merge", "-q", "--no-ff", "-s", "ours", "-m", "Merge", "side", environment=_at("2024-06-30T13:00:00Z"))

    found = churn(project)

    assert (found.commits, found.commits_by_path) == (3, {"a.py": 2, "side.py": 1})


def test_a_moved_file_starts_anew(project: Path) -> None:
    commit(project, {"old.py": "the same text\n" * 9})
    commit(project, {"old.py": None, "new.py": "the same text\n" * 9})

    assert churn(project).commits_by_path == {"new.py": 1, "old.py": 2}


def test_the_days_are_whole_and_both_ends_are_counted(project: Path) -> None:
    commit(project, {"before.py": "1"}, "2024-06-20T23:59:59Z")
    commit(project, {"first.py": "1"}, "2024-06-21T00:00:00Z")
    commit(project, {"last.py": "1"}, "2024-06-30T23:59:59Z")
    commit(project, {"after.py": "1"}, "2024-07-01T00:00:00Z")

    found = churn(project, until=DAY, days=10)

    assert (found.since, found.until) == (date(2024, 6, 21), DAY)
    assert (found.commits, found.commits_by_path) == (2, {"first.py": 1, "last.py": 1})


def test_days_are_those_of_utc_whatever_the_zone_of_the_committer_and_the_reader(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    commit(project, {"a.py": "1"}, "2024-07-01T01:00:00+0200")

    assert churn(project).until == DAY


def test_the_date_of_the_committer_counts_not_that_of_the_author(project: Path) -> None:
    commit(project, {"rebased.py": "1"}, "2024-06-30T12:00:00Z", authored="2019-01-01T12:00:00Z")

    assert churn(project, days=1).commits_by_path == {"rebased.py": 1}


def test_commits_without_a_file_are_not_counted(project: Path) -> None:
    commit(project, {"a.py": "1"})
    commit(project, {})

    assert churn(project).commits == 1


def test_a_window_may_reach_beyond_all_calendars(project: Path) -> None:
    commit(project, {"a.py": "1"})

    assert churn(project, days=10_000_000).since == date(1970, 1, 1)
    assert churn(project, until=date.max, days=10_000_000).commits == 1


def test_a_commit_of_the_year_30000_is_read(project: Path) -> None:
    commit(project, {"a.py": "1"})
    text = git(project, "cat-file", "commit", "HEAD").replace("1719748800", "884541340800")
    forged = git(project, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=text.encode() + b"\n")
    git(project, "update-ref", "HEAD", forged)

    assert churn(project).until == date.max


# Where the root is


def test_paths_are_relative_to_a_root_within_the_repository(project: Path) -> None:
    commit(project, {"src/a.py": "1", "src/deep/b.py": "1", "src2/c.py": "1", "top.py": "1"})
    commit(project, {"top.py": "2"})

    found = churn(project / "src")

    assert (found.commits, found.commits_by_path) == (1, {"a.py": 1, "deep/b.py": 1})


def test_the_name_of_the_root_is_no_pattern(project: Path) -> None:
    commit(project, {":!a/x.py": "1", "a/x.py": "1", "b/x.py": "1"})
    commit(project, {"a/x.py": "2"})

    assert churn(project / ":!a").commits_by_path == {"x.py": 1}


def test_a_root_may_be_reached_by_a_link_or_by_a_relative_path(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, {"src/a.py": "1"})
    (tmp_path / "far" / "away").mkdir(parents=True)
    link = tmp_path / "far" / "away" / "link"
    link.symlink_to(project / "src")
    monkeypatch.chdir(project)

    assert churn(link).commits_by_path == {"a.py": 1}
    assert churn(Path("src")).commits_by_path == {"a.py": 1}
    assert churn(Path()).commits_by_path == {"src/a.py": 1}


def test_a_second_work_tree_has_its_own_head(project: Path, tmp_path: Path) -> None:
    commit(project, {"a.py": "1"})
    git(project, "worktree", "add", "-q", "-b", "other", str(tmp_path / "second"))
    head = commit(tmp_path / "second", {"b.py": "1"})

    assert churn(tmp_path / "second").head == head
    assert churn(tmp_path / "second").commits_by_path == {"a.py": 1, "b.py": 1}
    assert churn(project).commits_by_path == {"a.py": 1}


def test_a_submodule_has_its_own_history(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "part")
    commit(tmp_path / "part", {"part.py": "1"})
    commit(project, {"a.py": "1"})
    git(project, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "part"), "part")

    assert churn(project / "part").commits_by_path == {"part.py": 1}


# Kinds of repositories


def test_a_packed_repository_with_every_index_of_git_is_read(project: Path) -> None:
    commit(project, {"a.py": "1"})
    commit(project, {"a.py": "2"})
    before = churn(project)
    git(project, "gc", "-q")
    git(project, "commit-graph", "write", "--reachable", "--changed-paths")
    git(project, "multi-pack-index", "write")
    git(project, "checkout", "-q", "--detach")

    assert churn(project) == before


def test_a_repository_with_sha256_is_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256")
    head = commit(tmp_path, {"a.py": "1"})

    assert len(head) == 64
    assert churn(tmp_path).head == head
    assert churn(tmp_path).commits_by_path == {"a.py": 1}


def test_a_shallow_clone_says_so_and_its_last_commit_does_not_count_for_every_file(
    project: Path, tmp_path: Path
) -> None:
    for number in range(4):
        commit(project, {"a.py": str(number), f"m{number}.py": "1"})
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{project}", "clone")

    found = churn(tmp_path / "clone")

    assert found.shallow
    assert (found.commits, found.commits_by_path) == (1, {"a.py": 1, "m3.py": 1})
    assert not churn(project).shallow


def test_a_shallow_clone_that_ends_before_the_days_asked_for_is_whole(project: Path, tmp_path: Path) -> None:
    commit(project, {"a.py": "1"}, "2020-01-01T12:00:00Z")
    commit(project, {"a.py": "2"}, "2020-01-02T12:00:00Z")
    commit(project, {"a.py": "3"}, "2024-06-30T12:00:00Z")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{project}", "clone")

    assert not churn(tmp_path / "clone").shallow
    assert churn(tmp_path / "clone", days=3000).shallow


def test_a_forged_list_of_shallow_commits_is_only_a_list(project: Path) -> None:
    commit(project, {"a.py": "1"})
    head = commit(project, {"a.py": "2"})
    (project / ".git" / "shallow").write_bytes(f"\xff junk\n\0\n{'0' * 40}\n{head}\n".encode("latin-1"))

    found = churn(project)

    assert (found.commits, found.commits_by_path, found.shallow) == (0, {}, True)


def test_a_clone_without_file_contents_is_read_without_fetching_them(project: Path, tmp_path: Path) -> None:
    commit(project, {"a.py": "1"})
    commit(project, {"a.py": "2"})
    git(project, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{project}", "clone/.git")
    git(tmp_path / "clone", "config", "core.bare", "false")
    before = state_of(tmp_path / "clone")

    assert churn(tmp_path / "clone").commits_by_path == {"a.py": 2}
    assert state_of(tmp_path / "clone") == before


def test_settings_replacements_and_grafts_of_the_repository_change_no_number(project: Path) -> None:
    root = commit(project, {"old.py": "the same text\n" * 9, "src/a.py": "1"})
    commit(project, {"old.py": None, "new.py": "the same text\n" * 9})
    head = commit(project, {"src/a.py": "2"})
    before = churn(project)
    _configure(project, log__showRoot="false", log__follow="true", log__diffMerges="m", diff__renames="copies")
    _configure(project, diff__relative="true", format__pretty="raw", color__ui="always")
    git(project, "replace", "--graft", head)

    replaced = git(project, "rev-list", "--count", "HEAD")
    (project / ".git" / "info" / "grafts").write_text(f"{head} {root}\n")

    assert replaced == "1"
    assert churn(project) == before


# Names


def test_names_with_line_breaks_and_quotes_and_bytes_that_are_no_text_are_kept(project: Path) -> None:
    blob = git(project, "hash-object", "-w", "--stdin", given=b"x").encode()
    names = (b"\n", b"\nlead.py", b"a\nb.py", b'q"\\.py', b" s .py", "größe.py".encode(), b"\xff.py", b"\x1b[31m.py")
    commit_tree(project, b"".join(b"100644 blob %b\t%b\0" % (blob, name) for name in sorted(names)))

    found = churn(project).commits_by_path

    assert {name.encode("utf-8", "surrogateescape") for name in found} == set(names)


def test_forged_names_that_lead_out_of_the_project_are_dropped(project: Path) -> None:
    blob = git(project, "hash-object", "-w", "--stdin", given=b"x").encode()
    tree = git(project, "mktree", "-z", given=b"100644 blob %b\tpasswd\0" % blob).encode()
    commit_tree(project, b"040000 tree %b\t..\x00100644 blob %b\ta.py\x00" % (tree, blob))

    assert "../passwd" in git(project, "log", "--name-only")
    assert churn(project).commits_by_path == {"a.py": 1}


# Nothing of the repository runs

Trap = Callable[[Path, Path], tuple[str, ...]]
"""(repository, script) -> the arguments of a plain git command that runs the script."""


def _fsmonitor(project: Path, script: Path) -> tuple[str, ...]:
    _configure(project, core__fsmonitor=script)
    return ("status",)


def _included_fsmonitor(project: Path, script: Path) -> tuple[str, ...]:
    (project / "evil.config").write_text(f"[core]\nfsmonitor = {script}\n")
    git(project, "config", "includeIf.gitdir:**.path", "../evil.config")
    return ("status",)


def _hook(project: Path, script: Path) -> tuple[str, ...]:
    shutil.copy(script, project / ".git" / "hooks" / "post-index-change")
    os.utime(project / "a.py", (1, 1))
    return ("status",)


def _hooks_path(project: Path, script: Path) -> tuple[str, ...]:
    (project / "hooks").mkdir()
    shutil.copy(script, project / "hooks" / "post-index-change")
    _configure(project, core__hooksPath="hooks")
    os.utime(project / "a.py", (1, 1))
    return ("status",)


def _external_diff(project: Path, script: Path) -> tuple[str, ...]:
    _configure(project, diff__external=script)
    (project / "a.py").write_text("3")
    return ("diff",)


def _textconv(project: Path, script: Path) -> tuple[str, ...]:
    (project / ".gitattributes").write_text("*.py diff=trap\n")
    _configure(project, diff__trap__textconv=script)
    return ("log", "-p")


def _diff_command(project: Path, script: Path) -> tuple[str, ...]:
    (project / ".git" / "info" / "attributes").write_text("*.py diff=trap\n")
    _configure(project, diff__trap__command=script)
    return ("log", "-p", "--ext-diff")


def _clean_filter(project: Path, script: Path) -> tuple[str, ...]:
    (project / ".gitattributes").write_text("*.py filter=trap\n")
    _configure(project, filter__trap__clean=script)
    os.utime(project / "a.py", (1, 1))
    return ("status",)


def _filter_process(project: Path, script: Path) -> tuple[str, ...]:
    (project / ".gitattributes").write_text("*.py filter=trap\n")
    _configure(project, filter__trap__process=script)
    os.utime(project / "a.py", (1, 1))
    return ("status",)


def _pager(project: Path, script: Path) -> tuple[str, ...]:
    _configure(project, core__pager=script, pager__log=script)
    return ("--paginate", "log")


def _alias(project: Path, script: Path) -> tuple[str, ...]:
    for name in ("churn", "log", "rev-parse"):
        git(project, "config", f"alias.{name}", f"!{script}")
    return ("churn",)


def _signature(project: Path, script: Path) -> tuple[str, ...]:
    header, _, message = git(project, "cat-file", "commit", "HEAD").partition("\n\n")
    armour = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    signed = f"{header}\n{armour}\n\n{message}\n".encode()
    git(project, "update-ref", "HEAD", git(project, "hash-object", "-t", "commit", "-w", "--stdin", given=signed))
    _configure(project, log__showSignature="true", gpg__program=script)
    return ("log",)


TRAPS = (
    _fsmonitor,
    _included_fsmonitor,
    _hook,
    _hooks_path,
    _external_diff,
    _textconv,
    _diff_command,
    _clean_filter,
    _filter_process,
    _pager,
    _alias,
    _signature,
)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """The file that is there once a trap has sprung."""
    return tmp_path / "sprung"


@pytest.fixture
def script(tmp_path: Path, marker: Path) -> Path:
    path = tmp_path / "trap.sh"
    path.write_text(f"#!/bin/sh\n: > '{marker}'\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_in_the_repository_does_not_spring_and_nothing_is_written(
    project: Path, script: Path, marker: Path, trap: Trap
) -> None:
    commit(project, {"a.py": "1"})
    commit(project, {"a.py": "2"})
    plain = trap(project, script)
    before = state_of(project)

    found = churn(project)

    assert found.commits_by_path == {"a.py": 2}
    assert not marker.exists()
    assert state_of(project) == before
    _spring(project, plain)
    assert marker.exists(), "plain git does not spring it: the trap proves nothing"


def _lack(project: Path, thing: str) -> None:
    """Make it a partial clone whose remote has to be asked for `thing`."""
    name = git(project, "rev-parse", thing)
    (project / ".git" / "objects" / name[:2] / name[2:]).unlink()
    git(project, "config", "core.repositoryFormatVersion", "1")
    git(project, "config", "extensions.partialClone", "origin")
    git(project, "config", "remote.origin.promisor", "true")


def _ext_remote(project: Path, script: Path) -> None:
    _configure(project, remote__origin__url=f"ext::{script} %S", protocol__ext__allow="always")


def _ssh_command(project: Path, script: Path) -> None:
    _configure(project, remote__origin__url="ssh://example.invalid/x", core__sshCommand=script)


def _git_proxy(project: Path, script: Path) -> None:
    _configure(project, remote__origin__url="git://example.invalid/x", core__gitProxy=script)


def _upload_pack(project: Path, script: Path) -> None:
    _configure(project, remote__origin__url=project, remote__origin__uploadpack=script)


@pytest.mark.parametrize("missing", ["HEAD", "HEAD^{tree}", "HEAD~1", "HEAD~1^{tree}"])
@pytest.mark.parametrize("remote", [_ext_remote, _ssh_command, _git_proxy, _upload_pack])
def test_missing_history_is_not_fetched(
    project: Path, script: Path, marker: Path, remote: Callable[[Path, Path], None], missing: str
) -> None:
    commit(project, {"a.py": "1"})
    commit(project, {"a.py": "2"})
    _lack(project, missing)
    remote(project, script)
    before = state_of(project)

    said = reason(project)

    assert said
    assert not marker.exists()
    assert state_of(project) == before
    _spring(project, ("log", "--name-only"))
    assert marker.exists()


@pytest.mark.parametrize("remote", [_ext_remote, _ssh_command, _git_proxy, _upload_pack])
def test_the_sealed_environment_alone_keeps_git_from_fetching(
    project: Path, script: Path, marker: Path, remote: Callable[[Path, Path], None]
) -> None:
    commit(project, {"a.py": "1"})
    _lack(project, "HEAD^{tree}")
    remote(project, script)

    with pytest.raises(sealed.NoHistoryError):
        list(sealed.read_output((GIT, "-C", str(project), "log", "--name-only"), {}))

    assert not marker.exists()


class _Locked(http.server.BaseHTTPRequestHandler):
    """A server that asks everyone for a password, which makes git run its credential helper."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def locked_url() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Locked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/x"
        server.shutdown()


def test_no_credential_helper_is_asked(project: Path, script: Path, marker: Path, locked_url: str) -> None:
    commit(project, {"a.py": "1"})
    _lack(project, "HEAD^{tree}")
    _configure(project, remote__origin__url=locked_url, credential__helper=script)

    assert reason(project) == "parts of the history are missing (a partial clone, or a broken one)"
    assert not marker.exists()
    _spring(project, ("log", "--name-only"), {"no_proxy": "*"})
    assert marker.exists()


# Nothing that the environment names runs


@pytest.mark.parametrize(
    ("variables", "plain"),
    [
        ({"GIT_TRACE": "{marker}"}, ("log",)),
        ({"GIT_TRACE2_EVENT": "{marker}"}, ("log",)),
        ({"GIT_TRACE_SETUP": "{marker}"}, ("log",)),
        ({"GIT_EXTERNAL_DIFF": "{script}"}, ("diff", "HEAD~1")),
        ({"GIT_PAGER": "{script}"}, ("--paginate", "log")),
        (
            {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "{script}"},
            ("status",),
        ),
        ({"GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='{script}'"}, ("status",)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_trap_in_the_environment_does_not_spring(
    project: Path,
    script: Path,
    marker: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    plain: tuple[str, ...],
) -> None:
    commit(project, {"a.py": "1"})
    commit(project, {"a.py": "2"})
    trap = {name: value.format(marker=marker, script=script) for name, value in variables.items()}
    for name, value in trap.items():
        monkeypatch.setenv(name, value)

    assert churn(project).commits_by_path == {"a.py": 2}
    assert not marker.exists()
    _spring(project, plain, trap)
    assert marker.exists()


def test_the_environment_does_not_lead_to_another_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "other")
    commit(tmp_path / "other", {"other.py": "1"})
    commit(project, {"a.py": "1"})
    for name, place in (("GIT_DIR", ".git"), ("GIT_OBJECT_DIRECTORY", ".git/objects"), ("GIT_WORK_TREE", ".")):
        monkeypatch.setenv(name, str(tmp_path / "other" / place))

    assert churn(project).commits_by_path == {"a.py": 1}


def test_the_users_own_tracing_writes_no_file(
    project: Path, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, {"a.py": "1"})
    (tmp_path / ".gitconfig").write_text(f"[trace2]\neventTarget = {marker}\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert churn(project).commits == 1
    assert not marker.exists()
    git(project, "log", environment={"HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": str(tmp_path / ".gitconfig")})
    assert marker.exists()


@pytest.mark.parametrize("root", [".", "src"])
@pytest.mark.parametrize("entry", ["{project}/bin", "bin", "", ".", "{link}"])
def test_a_git_in_the_project_is_never_run(
    project: Path, tmp_path: Path, script: Path, marker: Path, monkeypatch: pytest.MonkeyPatch, entry: str, root: str
) -> None:
    commit(project, {"src/a.py": "1"})
    (project / "bin").mkdir()
    for place in (project / "bin" / "git", project / "git"):
        shutil.copy(script, place)
    (tmp_path / "link").symlink_to(project / "bin")
    folder = entry.format(project=project, link=tmp_path / "link")
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", os.pathsep.join([folder, os.environ["PATH"]]))

    assert churn(project / root).commits == 1
    assert not marker.exists()
    subprocess.run(["/bin/sh", "-c", "git log"], check=False, cwd=project)
    assert marker.exists()


def test_a_link_to_a_git_in_the_project_is_not_followed(
    project: Path, tmp_path: Path, script: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, {"a.py": "1"})
    shutil.copy(script, project / "git")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(project / "git")
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]]))

    assert reason(project) == "no git on PATH outside the project"
    assert not marker.exists()


def test_only_a_git_in_the_project_is_as_good_as_none(
    project: Path, script: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, {"a.py": "1"})
    shutil.copy(script, project / "git")
    monkeypatch.setenv("PATH", str(project))

    assert reason(project) == "no git on PATH outside the project"
    assert not marker.exists()


def test_a_folder_that_looks_like_a_repository_is_none(
    project: Path, tmp_path: Path, script: Path, marker: Path
) -> None:
    commit(project, {"a.py": "1"})
    git(tmp_path, "clone", "-q", "--bare", str(project), str(project / "vendored"))
    _configure(project / "vendored", core__fsmonitor=script, core__bare="false", core__worktree=project)

    assert "cannot use bare repository" in reason(project / "vendored")
    assert not marker.exists()
    _spring(project / "vendored", ("status",))
    assert marker.exists()


# No history is a reason, never an exception


def test_a_folder_outside_a_repository_has_no_history(tmp_path: Path) -> None:
    assert reason(tmp_path) == "not in a git repository"
    assert reason(tmp_path / "absent") == "not in a git repository"


def test_what_only_looks_like_a_repository_has_no_history(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")

    assert reason(tmp_path) == "not in a git repository"


def test_without_git_there_is_no_history(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert reason(project) == "no git on PATH outside the project"


def test_an_empty_repository_has_no_history(project: Path) -> None:
    assert reason(project) == "HEAD names no commit (an empty or a broken repository)"


def test_a_broken_head_has_no_history(project: Path) -> None:
    commit(project, {"a.py": "1"})
    (project / ".git" / "refs" / "heads" / "main").write_text("0123456789" * 4)

    assert reason(project) == "HEAD names no commit (an empty or a broken repository)"


def test_a_head_that_is_no_commit_has_no_history(project: Path) -> None:
    commit(project, {"a.py": "1"})
    (project / ".git" / "HEAD").write_text(git(project, "rev-parse", "HEAD^{tree}"))

    assert reason(project)


def test_a_root_that_is_not_in_the_work_tree_has_no_history(project: Path, tmp_path: Path) -> None:
    commit(project, {"a.py": "1"})
    (tmp_path / "elsewhere").mkdir()
    _configure(project, core__worktree=tmp_path / "elsewhere")

    assert reason(project) == "the project root is not in the repository's work tree"


def test_a_folder_with_a_line_break_in_its_name_has_no_history(project: Path) -> None:
    commit(project, {"a\nb/c.py": "1"})

    assert "line break" in reason(project / "a\nb")


@pytest.fixture
def of_somebody_else(project: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    commit(project, {"a.py": "1"})
    for path in (project, project / ".git"):
        os.chown(path, 12345, 12345)
    return project


def test_the_repository_of_somebody_else_is_not_read(of_somebody_else: Path, tmp_path: Path) -> None:
    assert reason(of_somebody_else).startswith("it belongs to another user")


def test_the_repository_of_somebody_else_is_read_where_the_user_allows_it(
    of_somebody_else: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text(f"[safe]\ndirectory = {of_somebody_else}\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert churn(of_somebody_else).commits == 1


def test_a_repository_that_cannot_be_written_is_read(project: Path) -> None:
    commit(project, {"a.py": "1"})
    folders = [project, *(path for path in project.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)

    found = read_churn(project)

    for path in folders:
        path.chmod(0o755)
    assert isinstance(found, Churn)


# Limits


@pytest.fixture
def other_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a git of our own making, the first on PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]]))
    path = tmp_path / "bin" / "git"
    path.touch(0o755)
    return path


def test_a_git_that_hangs_is_stopped(project: Path, other_git: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other_git.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    monkeypatch.setattr(sealed, "MAX_SECONDS", 0.2)

    assert reason(project) == "git took more than 0.2 seconds"


def test_a_named_pipe_in_place_of_a_file_does_not_hang(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project, {"a.py": "1"})
    (project / ".git" / "config").unlink()
    os.mkfifo(project / ".git" / "config")
    monkeypatch.setattr(sealed, "MAX_SECONDS", 0.5)

    assert reason(project) == "git took more than 0.5 seconds"


def test_a_git_that_talks_without_end_is_stopped(
    project: Path, other_git: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_git.write_text("#!/bin/sh\nwhile :; do echo yes; done\n")
    monkeypatch.setattr(sealed, "MAX_BYTES", 3_000_000)

    assert reason(project) == "git printed more than 3,000,000 bytes"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#!/bin/sh\necho nonsense\n", "git does not say where the history is (is there a line break in its path?)"),
        ("#!/bin/sh\nexit 3\n", "git ended with code 3"),
        ("#!/bin/sh\necho 'bash: no such thing' >&2; exit 1\n", "git says: bash: no such thing"),
        ("#!/nowhere/sh\n", "cannot be read (No such file or directory)"),
    ],
)
def test_a_git_that_is_none_gives_its_reason(project: Path, other_git: Path, text: str, said: str) -> None:
    other_git.write_text(text)

    assert reason(project) == said


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_a_forged_tree_that_holds_itself_many_times_does_not_take_all_memory(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = b"100644 blob %b\t%d\0"
    thing = git(project, "hash-object", "-w", "--stdin", given=b"x")
    for _ in range(9):
        entries = b"".join(entry % (thing.encode(), number) for number in range(10))
        thing = git(project, "mktree", "-z", given=entries)
        entry = b"040000 tree %b\t%d\0"
    commit_tree(project, b"040000 tree %b\tpkg\0" % thing.encode())
    monkeypatch.setattr(sealed, "MAX_MEMORY_BYTES", 48 * 1024 * 1024)

    assert "memory" in reason(project)
