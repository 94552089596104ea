"""What was raised, and where: tracebacks as pytest (long, short, line, native) and Python (unittest) print them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

MAX_LINES = 4000
"""Lines of one traceback that are read; recursion errors print thousands of the same."""

MAX_WIDTH = 2000
"""Characters of a line that are read: the lines of tracebacks are source lines, what is longer is a printed value."""

MAX_TEXT = 4000
"""Characters of what an exception says that are kept: an SQL statement may stand behind the first line."""

_PLACE = re.compile(r"(\S(?:[^:\n]|:(?!\d))*):(\d{1,9}):(?: (.*))?$")
"""`tests/test_shop.py:12: in test_sells`, `C:\\shop\\desk.py:12: ValueError`, `<frozen os>:679: KeyError`."""

_SOURCE = re.compile(r"<[^<>]*>|.*\.\w{1,6}")
_NATIVE = re.compile(r' *File "([^"]+)", line (\d{1,9})(?:, in (.*))?$')
_ASKED = re.compile(r"file (.+), line (\d{1,9})$")
"""pytest's first line about a fixture that nobody defines: the place that asks for it."""

_RAISED = re.compile(
    r"((?:[A-Za-z_]\w*\.)+(?:[A-Z_]\w*|\w*(?:error|timeout))"
    r"|(?:[A-Z]\w*)?(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Failed|Skipped|Group|Timeout|Timeouts|Expired))"
    r"(?:: (.*))?$"
)
_TYPE = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*$")
_MEMBER = re.compile(r"[ |]*\+-(?:\+-)?-*(?: (\d{1,4}) -+)?$")
"""The rules between the members of an exception group: `+-+---------------- 1 ----------------`."""

_BARS = re.compile(r" *(?:[|+] ?)+")
_CAUSED = "The above exception was the direct cause of the following exception:"
_MEANWHILE = "During handling of the above exception, another exception occurred:"


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a traceback as it is written there. `name` is the function, "" where it is not said."""

    path: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of a chain. `text` is all it says, `spots` lead to it, outermost first.

    `led_on` says that the next exception of the chain was raised from it (`raise … from …`).
    """

    exception: str
    message: str
    text: str
    spots: tuple[Spot, ...]
    led_on: bool = False


def read_trace(text: str) -> tuple[Raised, ...]:
    """The chain of exceptions that a traceback prints, the first that was raised first; () where there is none.

    Of an exception group its first member counts, of nested groups the innermost first.
    """
    lines = [line[:MAX_WIDTH].rstrip() for line in text.split("\n", MAX_LINES)[:MAX_LINES]]
    outer, lines = _first_member(lines)
    chain = [_raised(part, led_on) for part, led_on in _parts(lines)]
    chain = [each for each in chain if each.exception or each.message or each.spots]
    if chain and outer:
        first = chain[0]
        chain[0] = Raised(first.exception, first.message, first.text, (*outer, *first.spots), first.led_on)
    return tuple(chain)


def root_of(chain: Sequence[Raised]) -> int:
    """The index of the exception that the last one was raised from, and that from another, as far as that goes."""
    index = len(chain) - 1
    while index > 0 and chain[index - 1].led_on and chain[index - 1].exception:
        index -= 1
    return index


def _first_member(lines: list[str]) -> tuple[tuple[Spot, ...], list[str]]:
    """The lines of the first member of a group, its bars removed, and the spots that led to the group."""
    start = None
    for number, line in enumerate(lines):
        rule = _MEMBER.match(line) if "+-" in line else None
        if rule and rule[1] == "1":
            start = number
        elif rule and start is not None:
            return _inside(lines, start, number)
    return ((), lines) if start is None else _inside(lines, start, len(lines))


def _inside(lines: list[str], start: int, end: int) -> tuple[tuple[Spot, ...], list[str]]:
    outer = tuple(spot for line in lines[:start] if (spot := _native(_BARS.sub("", line, count=1))))
    return outer, [_BARS.sub("", line, count=1) for line in lines[start + 1 : end]]


def _parts(lines: Iterable[str]) -> Iterator[tuple[list[str], bool]]:
    """The lines of each exception of a chain, and whether the next was raised from it."""
    part: list[str] = []
    for line in lines:
        if line.endswith((_CAUSED, _MEANWHILE)):
            yield part, line.endswith(_CAUSED)
            part = []
        else:
            part.append(line)
    yield part, False


@dataclass(slots=True)
class _Reading:
    """What has been seen of one exception so far."""

    spots: list[Spot] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    is_native: bool = False
    was_marked: bool = False
    named: str = ""

    def take(self, line: str) -> None:
        if line.startswith("E") and (len(line) == 1 or line[1] == " "):
            self._quoted(line[1:])
        elif spot := _native(line):
            self._at(spot, native=True)
        elif self.is_native and (self.plain or (_RAISED.match(line) and not line.startswith(" "))):
            self.plain.append(line)
        elif place := _PLACE.match(line) if not line.startswith((">", " ")) else None:
            self._placed(place)
        elif asked := _ASKED.match(line):
            self._at(Spot(asked[1], int(asked[2])), native=False)
        self.was_marked = line.startswith("E")

    def _quoted(self, line: str) -> None:
        """pytest marks what an exception says; the last block of such lines is about this one."""
        if not self.was_marked:
            self.marked = []
        if spot := _native(line.strip()):
            self.spots.append(spot)
        self.marked.append(line.strip())

    def _at(self, spot: Spot, *, native: bool) -> None:
        self.is_native = native
        self.spots.append(spot)
        if native:
            self.plain = []

    def _placed(self, place: re.Match[str]) -> None:
        path, line, rest = place[1], int(place[2]), place[3] or ""
        if not _SOURCE.fullmatch(path):
            return
        name = rest.removeprefix("in ") if rest.startswith("in ") else ""
        self._at(Spot(path, line, name), native=False)
        if rest and not name:
            self.named = rest


def _native(line: str) -> Spot | None:
    found = _NATIVE.match(line)
    return Spot(found[1], int(found[2]), found[3] or "") if found else None


def _raised(lines: Iterable[str], led_on: bool) -> Raised:
    reading = _Reading()
    for line in lines:
        reading.take(line)
    said = reading.marked or reading.plain
    if any(_native(line) for line in said):
        said = [line for line in said if _RAISED.match(line)][-1:]
    named, first = _told(reading.named)
    if said:
        exception, first = _told(said[0])
        named = exception or named or ("AssertionError" if first.startswith("assert ") else "")
    return Raised(named, first, "\n".join(said)[:MAX_TEXT], tuple(reading.spots), led_on)


def _told(line: str) -> tuple[str, str]:
    """The type and the message of `ValueError: boom`; of a line without a type all is message."""
    if found := _RAISED.match(line):
        return found[1], found[2] or ""
    return (line, "") if _TYPE.match(line) and line[:1].isupper() else ("", line)
