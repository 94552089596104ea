"""The whole replay on the eight recorded projects, read from their pinned source distributions.

    python tests/benchmarks/replay.py [--work DIR] [--only NAME] [--json FILE]

The distributions are fetched with pip into DIR (used again when they are there). Says for each project whether the
facts kept in `fixtures/replay` are those of its distribution, and whether the quick scores from both are the same;
then prints the full scores as Markdown. Exit 1 when anything differs. Facts depend on the Python that reads them:
run it with 3.11 on Linux, as the fixtures were made.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects import PROJECTS
from sdists import read_options, unpack

from planner.model.replay import Replay
from planner.replay.data import read_recording, recording_name
from planner.replay.sources import SourcesError, read_tree
from planner.replay.stored import SUFFIX, read_stored
from planner.replay.story import find_recordings, replay
from planner.report.markdown import render_markdown
from planner.report.pages.replay import replay_page
from planner.report.replay_json import render_replay

RECORDINGS = Path(__file__).resolve().parents[2] / "fixtures" / "replay"
WORK = Path(tempfile.gettempdir(), "gapplan-replay")
VERSIONS = {project.name: project.version for project in PROJECTS}


@dataclass(frozen=True, slots=True)
class Equality:
    """What facts say of one project, compared with its source distribution: each "equal", or what differs."""

    source: str
    facts: str
    scores: str

    @property
    def is_equal(self) -> bool:
        return (self.facts, self.scores) == ("equal", "equal")


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments, (__doc__ or "").partition("\n")[0], WORK)
    recordings = find_recordings([RECORDINGS], options.only or ())
    sources = options.work / "sources"
    for data in recordings:
        _lay_out(recording_name(data), options.work, sources)
    found = list(_equalities(recordings, sources))
    print("| sources | facts | quick scores |\n| --- | --- | --- |")
    print("\n".join(f"| `{each.source}` | {each.facts} | {each.scores} |" for each in found), flush=True)
    full = replay(recordings, sources, lambda names, _: names)
    print(f"\n{render_markdown(replay_page(full))}")
    if options.json:
        options.json.write_text(render_replay(full), "utf-8")
    return 0 if all(each.is_equal for each in found) else 1


def _lay_out(name: str, work: Path, sources: Path) -> None:
    """The tree as `sources/NAME-VERSION`, where replay looks for it."""
    tree = unpack(name, VERSIONS[name], work)
    sources.mkdir(exist_ok=True)
    if not (link := sources / f"{name}-{VERSIONS[name]}").is_dir():
        link.symlink_to(os.path.relpath(tree, sources), target_is_directory=True)


def _equalities(recordings: Sequence[Path], sources: Path) -> Iterator[Equality]:
    for data in recordings:
        name = recording_name(data)
        tree = sources / f"{name}-{VERSIONS[name]}"
        yield Equality(tree.name, _compare_facts(data, tree), _compare_scores(data, sources))


def _compare_facts(data: Path, tree: Path) -> str:
    recording = read_recording(data)
    read = read_tree(tree, recording)
    try:
        kept = read_stored(RECORDINGS / f"{recording.name}{SUFFIX}", recording)
    except SourcesError as error:
        return str(error)
    if kept.python != read.python:
        return f"made by Python {kept.python}, compared by {read.python}"
    return "equal" if kept == read else "other than the tree's; run fixtures/replay/build.py"


def _compare_scores(data: Path, sources: Path) -> str:
    try:
        from_facts, from_tree = _quick(data, RECORDINGS), _quick(data, sources)
    except SourcesError as error:
        return str(error)
    return "equal" if from_facts == from_tree else "other"


def _quick(data: Path, sources: Path) -> Replay:
    return replay([data], sources, lambda names, _: names, is_quick=True)


if __name__ == "__main__":
    sys.exit(main())
