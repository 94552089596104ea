"""Which outside seams a unit touches: its dotted names held against the catalogue in `seams.toml`."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from planner.model.plan import Seam


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Seam]:
    """Import name (dotted) -> seam, as the package ships it."""
    document = tomllib.loads((files("planner.forecast") / "seams.toml").read_text("utf-8"))
    built = {name for name, kind in document["kind"].items() if kind["setup"] == "fixture"}
    return {
        each["import"]: Seam(each["import"], each["kind"], each["double"], each["kind"] in built)
        for each in document["seam"]
    }


def find_seams(names: Iterable[str]) -> tuple[Seam, ...]:
    """The seams that the dotted names touch, each once, by the longest entry that begins each name."""
    known = catalogue()
    found = {seam.name: seam for name in names if (seam := _longest_match(name, known))}
    return tuple(found[name] for name in sorted(found))


def _longest_match(name: str, known: Mapping[str, Seam]) -> Seam | None:
    while name:
        if name in known:
            return known[name]
        name = name.rpartition(".")[0]
    return None
