"""The streams, which can be closed, full or narrow: a report that does not get there is an error, never silence."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from planner.errors import GapplanError


class OutputError(GapplanError):
    """The report cannot be written where it should go."""


Listener = Callable[[str, str], None]
"""Takes (stream, text): `out` for standard output, `csv` for the same byte by byte, `err` for standard error."""

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """From now on it is told what this program says on its streams."""
    _listeners.append(listener)


def put(stream: str, text: str) -> None:
    """Write to the stream of that name, as a listener is told it. Raises OutputError for standard output."""
    for listener in _listeners:
        listener(stream, text)
    if stream == "err":
        with saying():
            print(text, file=sys.stderr)
    else:
        _write_stdout(text, is_csv=stream == "csv")


def write_stdout(text: str, *, is_csv: bool = False) -> None:
    """Write the text and see that it has arrived. Raises OutputError; a reader that has seen enough is no error."""
    put("csv" if is_csv else "out", text)


def write_stderr(line: str) -> None:
    """Say something beside the report; where that cannot be written it is lost."""
    put("err", line)


def _write_stdout(text: str, *, is_csv: bool) -> None:
    try:
        if is_csv:  # UTF-8 and CRLF wherever it is written
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget(sys.stdout)
    except (OSError, ValueError, AttributeError) as error:
        raise output_error(error) from error


def output_error(error: Exception) -> OutputError:
    """What to say of a write to standard output that failed; the text that waits there is dropped."""
    _forget(sys.stdout)
    return OutputError(f"standard output cannot be written ({reason_of(error)})")


def reason_of(error: Exception) -> str:
    """Why something cannot be written, in the words of the system."""
    if getattr(error, "errno", None) == errno.EBADF:
        return "it is closed"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _forget(stream: TextIO) -> None:
    """Python would write what is left once more when it closes the stream, and complain once more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextlib.contextmanager
def saying() -> Iterator[None]:
    """Around what is said on standard error: where that is full it is lost, and no report or exit code suffers."""
    try:
        yield
    except OSError:
        _forget(sys.stderr)


def open_streams() -> None:
    """Make streams that say when they cannot be written; those that the shell has closed (`>&-`) get a stand-in.

    What is said on a closed standard error goes nowhere. Writing to a closed standard output fails, as it should:
    `print` and click would take it for a wish to be silent. What Python does not buffer (`-u`) is buffered here: the
    system may take a part of a long write, and Python would not write the rest.
    """
    if sys.stdout is None:
        sys.stdout = _opened(os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _opened(os.O_WRONLY)
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        sys.stdout = _buffered(sys.stdout)


def _buffered(stream: io.TextIOWrapper) -> TextIO:
    """The same stream, of which each line is written whole or fails."""
    encoding, errors = stream.encoding, stream.errors
    raw = stream.detach()
    assert isinstance(raw, io.RawIOBase)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=True)


def _opened(mode: int) -> TextIO:
    """The null device; it stays open as long as the program."""
    return open(os.open(os.devnull, mode), "w")
