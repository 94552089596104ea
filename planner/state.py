"""Files that gapplan keeps for itself: replaced atomically with fsync, and read as hostile."""

import contextlib
import errno
import hashlib
import os
import stat
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

Entry: TypeAlias = tuple[str, str]
"""(key, text): what is known of a thing, and what it was known from. A thing whose key has changed is unknown."""

MAX_SHELF_BYTES = 256 * 1024 * 1024
"""Five times what the facts of 1,000,000 lines take; a larger file is not ours."""

_SHELF_FORMAT = "gapplan shelf 1"

_SYNC_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})
"""What file systems answer that cannot sync a directory; nothing is lost by their own rules."""

_FORGOTTEN_AFTER_SECONDS = 3600
"""No write takes this long: a draft that is older was left by a process that was killed."""


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Where what can be computed again is kept: $GAPPLAN_CACHE_DIR, else the platform's place for caches.

    None where there is no such place (no HOME, as in some containers). It need not exist yet.
    """
    if own := environ.get("GAPPLAN_CACHE_DIR"):
        return Path(os.path.abspath(own))
    return _folder(environ, platform, xdg=("XDG_CACHE_HOME", ".cache"), mac="Library/Caches", windows="Cache")


def state_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Where what cannot be computed again is kept, by the platform's own rules; None where there is no such place."""
    xdg = ("XDG_STATE_HOME", ".local/state")
    return _folder(environ, platform, xdg=xdg, mac="Library/Application Support", windows="State")


def _folder(environ: Mapping[str, str], platform: str, *, xdg: tuple[str, str], mac: str, windows: str) -> Path | None:
    """See https://specifications.freedesktop.org/basedir-spec: a relative path in its variables is ignored."""
    if platform == "win32":
        local = _existing(environ.get("LOCALAPPDATA"))
        return local / "gapplan" / windows if local else None
    variable, below_home = xdg
    given = Path(environ.get(variable, ""))
    if platform != "darwin" and given.is_absolute():
        return given / "gapplan"
    home = _existing(environ.get("HOME"))
    return home / (mac if platform == "darwin" else below_home) / "gapplan" if home else None


def _existing(folder: str | None) -> Path | None:
    """Services get a HOME such as /nonexistent, which nobody should make for them."""
    return Path(folder) if folder and os.path.isabs(folder) and os.path.isdir(folder) else None


def write_atomic(path: Path, content: bytes) -> None:
    """Replace the file by `content`, for the owner's eyes only; its folder is made where it is missing.

    Whoever reads meanwhile, or after a crash at any moment, finds the old content or the new, whole. Of several
    writers the last one wins. What stands at `path` is replaced, never followed. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        _write_synced(draft, content)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
    sync_folder(path.parent)
    sweep_drafts(path)


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _flags("O_NOFOLLOW", "O_BINARY"), 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a replacement in the folder last; Windows has no such call and needs none. Raises OSError."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _SYNC_UNSUPPORTED:
            raise
    finally:
        os.close(descriptor)


def sweep_drafts(path: Path) -> None:
    """Take away the drafts of `path` that killed processes left more than an hour ago."""
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for each in entries:
            is_draft = each.name.startswith(f".{path.name}.") and each.name.endswith((".tmp", ".tmp-journal"))
            if is_draft and each.stat(follow_symlinks=False).st_mtime < time.time() - _FORGOTTEN_AFTER_SECONDS:
                os.unlink(each.path)


def read_bounded(path: Path, most: int) -> bytes | None:
    """The content of a regular file of our own with at most `most` bytes; None for anything else, absent or odd.

    Links, pipes, devices, folders and the files of other users are odd. Never blocks.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _flags("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(descriptor)
        return _read_whole(descriptor, found.st_size) if _is_own_file(found) and found.st_size <= most else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _is_own_file(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and (not hasattr(os, "geteuid") or found.st_uid == os.geteuid())


def _read_whole(descriptor: int, size: int) -> bytes | None:
    """None when the file turns out to have another size: it is being written in place, so not by us."""
    parts = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return None if size or os.read(descriptor, 1) else b"".join(parts)


def _flags(*names: str) -> int:
    """Those of the flags for `os.open` that this platform has."""
    return sum(getattr(os, name, 0) for name in names)


def read_shelf(path: Path, stamp: str) -> dict[str, Entry]:
    """What `write_shelf` put there by name; empty when there is nothing, it is damaged, or has another stamp."""
    content = read_bounded(path, MAX_SHELF_BYTES) or b""
    head, _, body = content.partition(b"\n")
    if head != _head(stamp, body):
        return {}
    try:
        rows = [line.split("\t", 2) for line in body.decode("utf-8", "surrogatepass").split("\n") if line]
        return {name: (key, text) for name, key, text in rows}
    except ValueError:
        return {}


def write_shelf(path: Path, stamp: str, entries: Mapping[str, Entry]) -> None:
    """Replace the shelf at `path` by these entries, sorted by name. Raises OSError as `write_atomic` does.

    `stamp` names the rules by which the texts were made: under other rules they are worth nothing. Names, keys and
    texts have no tabs or line ends; an entry that has is left out.
    """
    lines = ["\t".join((name, *entry)) for name, entry in sorted(entries.items())]
    kept = [line for line in lines if line.count("\t") == 2 and "\n" not in line]
    body = "\n".join(kept).encode("utf-8", "surrogatepass")
    write_atomic(path, _head(stamp, body) + b"\n" + body)


def _head(stamp: str, body: bytes) -> bytes:
    """The checksum is for bits that fall over; who can write the owner's files needs no false facts."""
    return f"{_SHELF_FORMAT} {stamp} {hashlib.blake2b(body, digest_size=16).hexdigest()}".encode()
