"""Proof, file by file, that shapes say what coverage.py's own parser says of a file.

    python tests/benchmarks/counting.py [--coverage FOLDER] [--json FILE] FOLDER...

Each Python file below the folders is looked at twice: by the installed coverage.py (or the one in the FOLDER that `pip
install --target` made) and as gapplan does it, from the syntax tree and the byte code. Statements, exclusions, first
lines, lines whose branches need not be taken, and all arcs have to be equal; with coverage.py's own default patterns,
and with some that users write. Without branches most files are not compiled at all: their statements, exclusions and
first lines are compared, too. Prints each file that differs, how many went to coverage.py's parser, and the CPU
time of both; exit 1 when anything differs. Where the version is not proven for branches, arcs are left out.
"""

import argparse
import ast
import gc
import json
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if TYPE_CHECKING:
    from planner.model.shape import Rules

MOST_BYTES = 3_000_000

OF_ARCS = frozenset({"arcs", "jumps", "partial"})

"""Fields of a shape that lines alone do not have."""

OWN_PATTERNS = (
    "raise NotImplementedError",
    "if __name__ == .__main__.:",
    r"^\s*pass$",
    "except ImportError",
    r"\bassert\b",
)
"""Such as users write: of simple statements, heads, handlers, and of words anywhere."""


@dataclass(slots=True)
class Outcome:
    """All files under one set of rules. `given` are the files that had to be given to coverage.py's parser.

    Of `uncompiled` the lines were told without compiling.
    """

    rules: str
    files: int = 0
    lines: int = 0
    given: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    uncompiled: int = 0
    seconds: float = 0.0
    coverage_seconds: float = 0.0


def main() -> None:
    """Compare, print, exit."""
    options = _options()
    if options.coverage:
        sys.path.insert(0, options.coverage)
    gc.disable()
    warnings.simplefilter("ignore")
    paths = sorted(_files(options.folders))
    outcomes = [compare(paths, name, patterns) for name, patterns in (("default", ()), ("own", OWN_PATTERNS))]
    _print(outcomes)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(each) for each in outcomes], indent=1), "utf-8")
    sys.exit(any(each.unequal for each in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--coverage", metavar="FOLDER")
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def _files(folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in Path(folder).rglob("*.py") if path.is_file())


def compare(paths: Sequence[Path], name: str, patterns: Sequence[str]) -> Outcome:
    """Look at every file twice."""
    from coverage.config import DEFAULT_EXCLUDE, DEFAULT_PARTIAL, DEFAULT_PARTIAL_ALWAYS

    from planner.model.shape import Rules

    rules = Rules((*DEFAULT_EXCLUDE, *patterns), (*DEFAULT_PARTIAL, *DEFAULT_PARTIAL_ALWAYS), has_arcs=True)
    outcome = Outcome(name)
    for path in paths:
        source = path.read_bytes()
        if len(source) <= MOST_BYTES and (tree := _tree(source)):
            outcome.files += 1
            outcome.lines += source.count(b"\n")
            _compare(path, source, tree, rules, outcome)
    return outcome


def _tree(source: bytes) -> ast.Module | None:
    """None for what this Python cannot parse: nothing is counted there."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _compare(path: Path, source: bytes, tree: ast.Module, rules: "Rules", outcome: Outcome) -> None:
    from planner.measure.parsing import has_case_rule, has_shapes, parsed_shape, with_arcs
    from planner.source.shape import draw_shape

    rules = rules if has_shapes(rules) else replace(rules, has_arcs=False)
    begin = time.process_time()
    drawn = draw_shape(source, tree, path.name, rules, with_cases=has_case_rule())
    outcome.seconds += time.process_time() - begin
    if drawn is None:
        outcome.given.append(str(path))
        return
    found = with_arcs(drawn.shape, drawn.text, drawn.raw, tree, rules) if rules.has_arcs else drawn.shape
    begin = time.process_time()
    truth = parsed_shape(path.parent, path.name, rules)
    outcome.coverage_seconds += time.process_time() - begin
    if found != truth:
        outcome.unequal.append(f"{path}: {', '.join(_differences(found, truth))}")
    odd = [each for each in _differences(_of_lines(path, source, rules, outcome), truth) if each not in OF_ARCS]
    if odd:
        outcome.unequal.append(f"{path}: without branches: {', '.join(odd)}")


def _of_lines(path: Path, source: bytes, rules: "Rules", outcome: Outcome) -> object:
    """The shape as it is found where no branches are asked for."""
    from planner.pipeline.reading import shape_of, yields_in
    from planner.source.read import Parsed
    from planner.source.shape import plain_text
    from planner.source.statements import lines_of_statements
    from planner.source.text import Text

    text, plain = Text(source, path.name, path.stem), plain_text(source)
    yields = yields_in(text)
    if isinstance(text.parsed, Parsed) and yields is not None and plain is not None:
        outcome.uncompiled += lines_of_statements(text.parsed.tree, plain, yields) is not None
    return shape_of(text, path.parent, replace(rules, has_arcs=False))


def _differences(found: object, truth: object) -> list[str]:
    """The fields that are not equal."""
    if type(found) is not type(truth):
        return [f"{truth}"[:200]]
    names = [each.name for each in fields(found)]  # type: ignore[arg-type]
    return [name for name in names if getattr(found, name) != getattr(truth, name)]


def _print(outcomes: Sequence[Outcome]) -> None:
    import coverage

    print(f"Python {sys.version.split()[0]}, coverage.py {coverage.__version__}")
    for each in outcomes:
        print(f"patterns: {each.rules}; {each.files} files, {each.lines} lines; {len(each.unequal)} differ")
        print(f"  given to coverage.py's parser: {len(each.given)} (such as {', '.join(each.given[:3]) or 'none'})")
        print(f"  not compiled, without branches: {each.uncompiled}")
        print(f"  CPU s: from the tree {each.seconds:.2f}, coverage.py with its arcs {each.coverage_seconds:.2f}")
        print(*(f"  {text}" for text in each.unequal), sep="\n", end="\n" if each.unequal else "")


if __name__ == "__main__":
    main()
