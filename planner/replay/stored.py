"""What replay reads of a project's sources, kept as a file beside its recording, so that nobody must fetch them.

JSON packed by xz: names, numbers and sets of lines, no source text. Read as hostile: every value is checked.
"""

import hashlib
import json
import lzma
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path
from typing import TypeAlias, get_args

from planner.errors import InputError
from planner.model.facts import Call, CallKind, Import, ImportKind, ModuleFacts, Unit, UnitKind
from planner.model.lines import MAX_LINE, Lines
from planner.model.seams import Patch, TestFacts
from planner.replay.data import Recording
from planner.source.codec import pack_facts, unpack_facts
from planner.state import write_atomic

SUFFIX = ".facts.json.xz"
"""`click.facts.json.xz` lies beside `click.sqlite.xz`."""

FORMAT = 1
"""Rises when the file means something else although FIELDS are the same."""

FIELDS = {
    **{kind.__name__: [each.name for each in fields(kind)] for kind in (ModuleFacts, Unit, Import, Call)},
    **{kind.__name__: [each.name for each in fields(kind)] for kind in (TestFacts, Patch)},
    **{name: list(get_args(kind)) for name, kind in (("UnitKind", UnitKind), ("ImportKind", ImportKind))},
    "CallKind": list(get_args(CallKind)),
}
"""What facts consist of, written into the file: facts made when it was something else are refused.

Rows of facts have their fields in this order, and kinds by their place in these lists.
"""

MAX_BYTES = 16 * 1024 * 1024
"""Twenty times what the largest of the eight projects takes unpacked."""

MAX_LINES_BYTES = 256 * 1024 * 1024
"""What all sets of lines may take together: ten letters can stand for a set of 1.2 MB."""

MAX_UNPACKER_BYTES = 80 * 1024 * 1024
"""What unpacking may take; xz's strongest preset takes 65 MiB."""

REBUILD = "make it again with fixtures/replay/build.py of gapplan's repository, or give the sources by --sources"

Value: TypeAlias = object
"""What JSON may hold, before it is checked."""


class SourcesError(InputError):
    """The sources of a recorded project, or the facts kept of them, are absent, damaged, or not what was recorded."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What replay needs of the sources: facts of the product's files, and facts and lines of code of test files.

    `source` is the name of the source tree, `python` the interpreter whose conditions the facts follow (`3.11 linux`),
    `recording` the `recording_digest`, `digests` SHA-256 of each file that was read, by path.
    """

    source: str
    python: str
    recording: str
    facts: tuple[ModuleFacts, ...]
    tests: tuple[TestFacts, ...]
    code: Mapping[str, Lines]
    digests: Mapping[str, str]


def this_python() -> str:
    """The running interpreter as `Stored.python` has it."""
    return f"{sys.version_info.major}.{sys.version_info.minor} {sys.platform}"


def recording_digest(recording: Recording) -> str:
    """SHA-256 of what a recording says about files: facts of other files, or of other versions, do not fit it."""
    rows = ((file.path, file.module, f"{file.statements:x}", str(file.is_test)) for file in recording.files)
    text = "\n".join("\t".join(row) for row in sorted(rows))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_stored(path: Path, stored: Stored) -> None:
    """Replace the file at `path`. Raises OSError."""
    document = {
        "format": FORMAT,
        "fields": FIELDS,
        "source": stored.source,
        "python": stored.python,
        "recording": stored.recording,
        "digests": dict(stored.digests),
        "facts": [pack_facts(each) for each in stored.facts],
        "tests": [_pack_test(each, stored.code[each.path]) for each in stored.tests],
    }
    content = json.dumps(document, separators=(",", ":")).encode()
    write_atomic(path, lzma.compress(content, preset=6 | lzma.PRESET_EXTREME))


def _pack_test(test: TestFacts, code: Lines) -> list[Value]:
    return [pack_facts(test.facts), _pack_patches(test.patches), test.asked, _pack_patches(test.databases), f"{code:x}"]


def _pack_patches(patches: Sequence[Patch]) -> list[Value]:
    return [[patch.target, patch.line] for patch in patches]


def read_stored(path: Path, recording: Recording) -> Stored:
    """The facts kept at `path`, of the files of this recording.

    Raises SourcesError in one line when they are damaged, of another recording, or made by another gapplan.
    """
    try:
        document = _object(json.loads(_unpacked(path)))
        if difference := _difference(document):
            raise SourcesError(f"{path}: facts of another gapplan ({difference}); {REBUILD}")
        stored = _unpack(document)
        _check_files(stored)
    except OSError as error:
        raise SourcesError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (lzma.LZMAError, EOFError) as error:
        raise SourcesError(f"{path}: is not packed by xz, or damaged ({error}); {REBUILD}") from error
    except (ValueError, RecursionError) as error:
        raise SourcesError(f"{path}: no facts, or damaged ({error}); {REBUILD}") from error
    if difference := _misfit(stored, recording):
        raise SourcesError(f"{path}: facts of another recording than {recording.name} ({difference}); {REBUILD}")
    return stored


def _unpacked(path: Path) -> bytes:
    with path.open("rb") as file:
        packed = file.read(MAX_BYTES + 1)
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_UNPACKER_BYTES)
    content = unpacker.decompress(packed, MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SourcesError(f"{path}: unpacks to more than {MAX_BYTES // 2**20} MiB, which no facts do")
    if not unpacker.eof:
        raise EOFError("it ends too early")
    return content


def _difference(document: Mapping[str, Value]) -> str:
    """What the maker of the document thought otherwise about facts; "" for nothing."""
    if document.get("format") != FORMAT:
        return f"this one reads format {FORMAT}"
    made = _object(document.get("fields"))
    if set(made) != set(FIELDS):
        return f"{len(FIELDS)} lists of fields belong there"
    for name, ours in FIELDS.items():
        theirs = _texts(made[name])
        if lacking := [each for each in ours if each not in theirs]:
            return f"{name} without {', '.join(lacking)}"
        if ours != theirs:
            more = len(theirs) - len(ours)
            return f"{name} with {more} more" if more else f"{name} in another order"
    return ""


def _misfit(stored: Stored, recording: Recording) -> str:
    if stored.recording != recording_digest(recording):
        return "other files or statements"
    if [facts.path for facts in stored.facts] != [file.path for file in recording.files if not file.is_test]:
        return "other files of the product"
    unknown = {test.path for test in stored.tests} - {file.path for file in recording.files if file.is_test}
    return f"test files that it does not have: {len(unknown)}" if unknown else ""


def _unpack(document: Mapping[str, Value]) -> Stored:
    if _bytes_of_lines(document) > MAX_LINES_BYTES:
        raise ValueError("sets of lines beyond any project")
    rows = [_list(row, 5) for row in _list(document.get("tests"))]
    tests = tuple(_tests(rows))
    digests = _object(document.get("digests"))
    return Stored(
        source=_matching(document.get("source"), r"\w[\w.+-]*"),
        python=_matching(document.get("python"), r"[\w.]+ [\w.]+"),
        recording=_matching(document.get("recording"), r"[0-9a-f]{64}"),
        facts=tuple(_modules(_list(document.get("facts")))),
        tests=tests,
        code={test.path: _lines(row[4]) for test, row in zip(tests, rows, strict=True)},
        digests={path: _matching(digest, r"[0-9a-f]{64}") for path, digest in digests.items()},
    )


def _bytes_of_lines(document: Value) -> int:
    """What the sets of lines will take: the codec writes one as its first line, a blank, and bits from there on."""
    total, rest = 0, [document]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += value.values()
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, str) and " " in value:
            total += len(value) + _first_line(value) // 8
    return total


def _first_line(text: str) -> int:
    """0 for a path with a blank, which is no set of lines."""
    try:
        return abs(int(text.partition(" ")[0]))
    except ValueError:
        return 0


def _modules(rows: Sequence[Value]) -> Iterator[ModuleFacts]:
    for facts in unpack_facts(rows):
        if not isinstance(facts, ModuleFacts):
            raise ValueError("a file without facts")
        yield facts


def _tests(rows: Sequence[Sequence[Value]]) -> Iterator[TestFacts]:
    for facts, (_, patches, asked, databases, _) in zip(_modules([row[0] for row in rows]), rows, strict=True):
        lines = {name: _number(line) for name, line in _object(asked).items()}
        yield TestFacts(facts, tuple(_patches(patches)), lines, tuple(_patches(databases)))


def _patches(rows: Value) -> Iterator[Patch]:
    for row in _list(rows):
        target, line = _list(row, 2)
        yield Patch(_text(target), _number(line))


def _check_files(stored: Stored) -> None:
    """Each file once, with its digest, and units that lie on lines."""
    files = [*stored.facts, *(test.facts for test in stored.tests)]
    paths = [facts.path for facts in files]
    if len(set(paths)) != len(paths) or set(paths) != set(stored.digests):
        raise ValueError("a file twice, or without digest")
    if any(not 0 < unit.first_line <= unit.last_line for unit in chain.from_iterable(each.units for each in files)):
        raise ValueError("a unit on no line")


def _object(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise ValueError("no object where one belongs")
    return value


def _list(value: Value, length: int | None = None) -> list[Value]:
    if not isinstance(value, list) or length not in (None, len(value)):
        raise ValueError("no list of that length where one belongs")
    return value


def _texts(value: Value) -> list[str]:
    return [_text(each) for each in _list(value)]


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise ValueError("no text where one belongs")
    return value


def _matching(value: Value, pattern: str) -> str:
    text = _text(value)
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(f"{text[:40]!r} is impossible there")
    return text


def _number(value: Value) -> int:
    if type(value) is not int or not 0 <= value <= MAX_LINE:
        raise ValueError("no line number where one belongs")
    return value


def _lines(value: Value) -> Lines:
    lines = int(_matching(value, r"[0-9a-f]+"), 16)
    if lines.bit_length() > MAX_LINE + 1:
        raise ValueError("no set of lines")
    return lines
