"""Precision and recall of the seams found at each unit, against labels made by hand.

    python tests/benchmarks/seams.py [--work DIR] [--errors]

The labels are `fixtures/shop/seams.json` and `fixtures/seams/*.json`: unit -> kinds that its own lines touch. The
packages' source distributions are fetched with pip into DIR (used again when they are there). Prints a Markdown
table; `--errors` lists each disagreement. Classes carry no label, so that what they touch is left out of the count.
"""

import argparse
import json
import subprocess
import sys
import tarfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.forecast.project import read_project
from planner.forecast.seams import read_catalogue
from planner.forecast.touches import direct_touches, unclassified_imports
from planner.model.facts import MODULE, ModuleFacts
from planner.source import read_facts

ROOT = Path(__file__).resolve().parents[2]

SHOP_KINDS = {
    "http-client": "http client",
    "cache": "cache or queue",
    "file-system": "file system",
    "threads-and-event-loops": "threads and event loops",
    "environment": "environment and argv",
    "cli-argv": "environment and argv",
}
"""The shop's labels are older than the catalogue's names of kinds, and tell its `environment and argv` in two."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Package:
    """A labelled package: where its sources are, and its labels as (unit, kind).

    `unclassified` are (module, import) that must be reported as such, `unlisted` the units whose library is in no
    entry of the catalogue, so that nothing can be found there. Only `modules` are labelled, all of them when
    it is empty.
    """

    name: str
    root: Path
    source: str
    labels: frozenset[Pair]
    unclassified: frozenset[Pair]
    unlisted: frozenset[str]
    modules: frozenset[str]

    def facts(self) -> list[ModuleFacts]:
        """The facts of every source file."""
        paths = sorted(path.relative_to(self.root).as_posix() for path in (self.root / self.source).rglob("*.py"))
        read = [read_facts(self.root, path, frozenset(paths)) for path in paths]
        return [each for each in read if isinstance(each, ModuleFacts)]


def main() -> None:
    """Measure every labelled package and print the table."""
    options = _options()
    packages = [_package("shop", ROOT / "fixtures/shop", "src/shop", ROOT / "fixtures/shop/seams.json")]
    for labels in sorted((ROOT / "fixtures/seams").glob("*.json")):
        title, _, source = json.loads(labels.read_text("utf-8"))["package"].partition(", ")
        name, version = title.split()
        packages.append(_package(name, _fetched(options.work, name, version), source.rstrip("/"), labels))
    print("| package | units with a seam | labels | found | right | precision | recall | in catalogue | certain only |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for package in packages:
        _report(package, show_errors=options.errors)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("gapplan-seams"), metavar="DIR")
    parser.add_argument("--errors", action="store_true")
    return parser.parse_args()


def _package(name: str, root: Path, source: str, labels: Path) -> Package:
    document = json.loads(labels.read_text("utf-8"))
    pairs = {(unit, SHOP_KINDS.get(kind, kind)) for unit, kinds in document["units"].items() for kind in kinds}
    strange = {(module, each) for module, names in document.get("unclassified", {}).items() for each in names}
    unlisted = {unit for units in document.get("unlisted", {}).values() for unit in units}
    modules = frozenset(document.get("modules", ()))
    return Package(name, root, source, frozenset(pairs), frozenset(strange), frozenset(unlisted), modules)


def _fetched(work: Path, name: str, version: str) -> Path:
    """The unpacked source distribution below `work`."""
    folder = work / f"{name}-{version}"
    if not folder.is_dir():
        work.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "--dest", str(work), f"{name}=={version}"], check=True, capture_output=True)
        with tarfile.open(next(work.glob(f"{name}-{version}*.tar.gz"))) as archive:
            archive.extractall(work, filter="data")
    return folder


def _report(package: Package, *, show_errors: bool) -> None:
    facts = package.facts()
    project = read_project(facts)
    catalogue = read_catalogue()
    modules = {each.path: each for each in facts}
    classes = {(each.path, unit.name) for each in facts for unit in each.units if unit.kind == "class"}
    certain: set[Pair] = set()
    every: set[Pair] = set()
    for key, touches in direct_touches(facts, project, catalogue).items():
        module = modules[key[0]].module
        unit = f"{module}:{'' if key[1] == MODULE else key[1]}"
        is_labelled = key not in classes and (not package.modules or module in package.modules)
        for touch in touches if is_labelled else ():
            every.add((unit, touch.seam.kind))
            if touch.is_certain:
                certain.add((unit, touch.seam.kind))
    print(_row(package, every, certain))
    strange = {(each.module, name) for each in facts for name, _ in unclassified_imports(each, project, catalogue)}
    if show_errors:
        _show(package, every, strange)


def _row(package: Package, every: set[Pair], certain: set[Pair]) -> str:
    units = len({unit for unit, _ in package.labels})
    right = every & package.labels
    listed = frozenset(each for each in package.labels if each in every or each[0] not in package.unlisted)
    alone = _ratios(certain, package.labels)
    cells = [package.name, units, len(package.labels), len(every), len(right), *_ratios(every, package.labels)]
    return f"| {' | '.join(map(str, cells))} | {_ratios(every, listed)[1]} | {alone[0]} / {alone[1]} |"


def _ratios(found: set[Pair], labels: frozenset[Pair]) -> tuple[str, str]:
    """Precision and recall, in percent."""
    right = len(found & labels)
    return f"{100 * right / max(1, len(found)):.0f} %", f"{100 * right / max(1, len(labels)):.0f} %"


def _show(package: Package, found: set[Pair], strange: set[Pair]) -> None:
    for title, pairs in (("not a seam", found - package.labels), ("not found", package.labels - found)):
        for unit, kind in sorted(pairs):
            print(f"    {title}: {unit} {kind}")
    kinds = Counter(kind for _, kind in package.labels - found)
    print(f"    not found by kind: {dict(kinds.most_common())}")
    print(f"    labelled as unclassified and not reported: {sorted(package.unclassified - strange)}")
    print(f"    unclassified: {sorted({name for _, name in strange})}")


if __name__ == "__main__":
    main()
