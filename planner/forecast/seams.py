"""The catalogue of seams in `seams.toml`, with what the project adds to it, and which names are in it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from planner.config import SeamSetting
from planner.forecast.project import prefixes
from planner.model.plan import Seam

_SHIPPED = Path(__file__).with_suffix(".toml")

NO_DOUBLE_NAMED = "unittest.mock"
"""The double of a seam that the project adds without naming one: it comes with Python."""

_EXCEPTION_MODULES = frozenset({"exceptions", "exception", "errors", "error", "exc"})
_EXCEPTION_ENDINGS = ("Error", "Exception", "Warning")

_GIVES_VALUES = frozenset({"clock", "randomness", "environment and argv", "terminal", "file system"})
"""Kinds whose calls give plain values: a method of the result (`os.getenv("HOME").strip()`) touches nothing more."""

_READ_AS_VALUES = ("os.environ", "os.environb", "sys.argv", "sys.stdin")
"""Reading them is the touch; any other name that is only read is a function handed over."""

_GIVES_FILES = ("open", "fdopen", "NamedTemporaryFile", "TemporaryFile", "ZipFile")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Import names (dotted) with their seams. `added` are the project's own entries, which may name its own modules.

    `not_seams` begin names that touch nothing: constants, builders of values, what a double is injected as.
    `path_methods` ask the disk when called on a path; those in `only_paths` exist on paths alone.
    """

    seams: Mapping[str, Seam]
    kinds: Mapping[str, bool]
    not_seams: frozenset[str] = frozenset()
    path_methods: frozenset[str] = frozenset()
    only_paths: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    _known: dict[str, Seam | None] = field(default_factory=dict, repr=False, compare=False)

    def called(self, name: str) -> Seam | None:
        """The seam that calling the absolute dotted name touches; `f().x` is x on the result of f."""
        maker, is_result, _ = name.partition("().")
        plain = name.replace("()", "")
        if plain.startswith("pathlib.") and plain.rpartition(".")[2] in self.path_methods:
            return self.path_seam
        seam = self._longest(plain)
        if seam and is_result and seam.kind in _GIVES_VALUES and maker.rpartition(".")[2] not in _GIVES_FILES:
            return None
        return seam

    def value_read(self, name: str) -> Seam | None:
        """The seam that reading a value touches: `os.environ["HOME"]`."""
        is_value = any(prefix in _READ_AS_VALUES for prefix, _ in prefixes(name))
        return self._longest(name) if is_value else None

    def read(self, name: str) -> Seam | None:
        """The seam that reading the name touches: a value, or a function that is handed over uncalled.

        A class that is only read is an annotation, an `except` or an `isinstance`; a module that is only read is
        asked for, not used.
        """
        last = name.rpartition(".")[2]
        return None if _is_class(last) or "." not in name else self._longest(name)

    def based_on(self, name: str) -> Seam | None:
        """The seam that a class with this base is part of."""
        return self._longest(name)

    def below(self, name: str) -> tuple[Seam, ...]:
        """The seams whose names begin with the given one: all that patching `datetime.datetime` replaces."""
        return tuple(seam for each, seam in self.seams.items() if each.startswith(f"{name}."))

    def knows(self, module: str) -> bool:
        """Whether the import is classified: an entry, inside one, or around some."""
        is_listed = any(prefix in self.seams or prefix in self.not_seams for prefix, _ in prefixes(module))
        return is_listed or any(each.startswith(f"{module}.") for each in self.seams)

    @property
    def path_seam(self) -> Seam:
        return Seam("pathlib.Path", "file system", "tmp_path", needs_building=False)

    def _longest(self, name: str) -> Seam | None:
        if name not in self._known:
            self._known[name] = self._find_longest(name)
        return self._known[name]

    def _find_longest(self, name: str) -> Seam | None:
        for prefix, rest in prefixes(name):
            if prefix in self.not_seams:
                return None
            if prefix in self.seams:
                return None if _is_harmless(rest) else self.seams[prefix]
        return None


def _is_class(name: str) -> bool:
    """By convention: `Session`, and no constant such as `PIPE`."""
    return name.lstrip("_")[:1].isupper() and not name.isupper()


def _is_harmless(rest: str) -> bool:
    """Whether what stands behind the name of a seam is an exception or a constant, by the field's naming."""
    parts = rest.split(".")[1:]
    is_exception = any(part in _EXCEPTION_MODULES or part.endswith(_EXCEPTION_ENDINGS) for part in parts)
    return is_exception or bool(parts and parts[-1].isupper() and len(parts[-1]) > 1)


@lru_cache(maxsize=1)
def _shipped() -> Catalogue:
    document = tomllib.loads(_SHIPPED.read_text("utf-8"))
    kinds = {name: kind["setup"] == "fixture" for name, kind in document["kind"].items()}
    paths = document["path"]
    return Catalogue(
        seams={
            each["import"]: Seam(each["import"], each["kind"], each["double"], kinds[each["kind"]])
            for each in document["seam"]
        },
        kinds=kinds,
        not_seams=frozenset(document["not_seams"]),
        path_methods=frozenset(paths["only"]) | frozenset(paths["shared"]),
        only_paths=frozenset(paths["only"]),
    )


def catalogue() -> Mapping[str, Seam]:
    """Import name (dotted) -> seam, as the package ships it."""
    return _shipped().seams


def read_catalogue(settings: Mapping[str, SeamSetting | None] | None = None) -> Catalogue:
    """The shipped catalogue with the project's `[tool.gapplan.seams]`: additions, replacements, and None removes."""
    shipped = _shipped()
    given = {name: setting for name, setting in (settings or {}).items() if setting}
    removed = {name for name, setting in (settings or {}).items() if not setting}
    kept = {
        name: seam for name, seam in shipped.seams.items() if not any(each in removed for each, _ in prefixes(name))
    }
    mine = {
        name: Seam(name, each.kind, each.double or NO_DOUBLE_NAMED, shipped.kinds[each.kind])
        for name, each in given.items()
    }
    return Catalogue(
        seams=kept | mine,
        kinds=shipped.kinds,
        not_seams=(shipped.not_seams | removed) - mine.keys(),
        path_methods=frozenset() if "pathlib" in removed else shipped.path_methods,
        only_paths=frozenset() if "pathlib" in removed else shipped.only_paths,
        added=frozenset(mine),
    )


def find_seams(names: Iterable[str]) -> tuple[Seam, ...]:
    """The seams that calling the dotted names touches, each once, by the longest entry that begins each name."""
    found = {seam.name: seam for name in names if (seam := _shipped().called(name))}
    return tuple(found[name] for name in sorted(found))
