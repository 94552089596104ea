"""Prints the corpus as a table; seconds of all, megabytes of cases with a process of their own."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hostile.case import Case
from hostile.corpus import CASES, run_case


def main() -> None:
    """Run the cases whose names hold all given words; exit 1 when one of them is not as it should be."""
    chosen = [case for case in CASES if all(word in case.name for word in sys.argv[1:])]
    print("| Case | Expected | s | MB | Outcome |\n| --- | --- | ---: | ---: | --- |", flush=True)
    failed = 0
    for case in chosen:
        with tempfile.TemporaryDirectory() as folder:
            shot, wrong = run_case(case, Path(folder))
        failed += bool(wrong)
        memory = "" if shot.megabytes is None else f"{shot.megabytes:.0f}"
        outcome = "; ".join(wrong).replace("\n", " ").replace("|", "\\|") or "as expected"
        print(f"| {_cell(case.name)} | {_expected(case)} | {shot.seconds:.2f} | {memory} | {outcome} |", flush=True)
    print(f"\n{len(chosen)} cases, {len(chosen) - failed} as expected, {failed} not")
    sys.exit(1 if failed else 0)


def _expected(case: Case) -> str:
    said = getattr(case.expected, "said", "")
    kind = type(case.expected).__name__.lower()
    return _cell(f"{kind}: {said}" if said else kind)


def _cell(text: str) -> str:
    return ascii(text)[1:-1].replace("|", "\\|")[:120]


if __name__ == "__main__":
    main()
