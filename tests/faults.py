"""Makes the system fail: a library that stands between a process and the C library, and fails the n-th call of a kind.

It fails calls on files below one folder alone, whoever makes them: Python, SQLite, libcst. The process that is to
suffer is started with `environment_of`, and arms it by `arm`. Needs Linux and a C compiler: `build` says None else.
"""

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN, READ, WRITE, SYNC, RENAME, UNLINK, MKDIR, LINK, CHMOD, TRUNCATE };
static char below[4096];
static int wanted = -1, nth, number, is_lasting, is_short, seen;
static char tracked[65536];

void fault_arm(const char *folder, int call, int n, int error, int lasting, int shortly) {
    strncpy(below, folder, sizeof below - 1);
    wanted = call; nth = n; number = error; is_lasting = lasting; is_short = shortly; seen = 0;
}
int fault_seen(void) { return seen; }

static int is_below(const char *path) { return below[0] && path && !strncmp(path, below, strlen(below)); }
static int is_tracked(int fd) { return fd >= 0 && fd < 65536 && tracked[fd]; }
static int fails(int call) {
    if (call != wanted) return 0;
    seen++;
    if (seen != nth && !(is_lasting && seen > nth)) return 0;
    errno = number;
    return 1;
}
#define REAL(name, ...) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)
#define OPENER(name) \
int name(const char *path, int flags, ...) { \
    REAL(name); va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest); \
    int mine = is_below(path); \
    if (mine && fails(OPEN)) return -1; \
    int fd = real(path, flags, mode); \
    if (fd >= 0 && fd < 65536) tracked[fd] = mine; \
    return fd; }
OPENER(open)
OPENER(open64)
int close(int fd) { REAL(close); if (fd >= 0 && fd < 65536) tracked[fd] = 0; return real(fd); }

ssize_t read(int fd, void *to, size_t n) {
    REAL(read); if (is_tracked(fd) && fails(READ)) return -1; return real(fd, to, n); }
#define PREADER(name, offset) \
ssize_t name(int fd, void *to, size_t n, offset at) { \
    REAL(name); if (is_tracked(fd) && fails(READ)) return -1; return real(fd, to, n, at); }
PREADER(pread, off_t)
PREADER(pread64, off64_t)

/* The one that is to be short writes half; those that follow fail. */
static int half(size_t n) { return is_short && seen == nth && n > 1; }
ssize_t write(int fd, const void *from, size_t n) {
    REAL(write);
    if (is_tracked(fd) && fails(WRITE)) { if (half(n)) return real(fd, from, n / 2); return -1; }
    return real(fd, from, n); }
#define PWRITER(name, offset) \
ssize_t name(int fd, const void *from, size_t n, offset at) { \
    REAL(name); \
    if (is_tracked(fd) && fails(WRITE)) { if (half(n)) return real(fd, from, n / 2, at); return -1; } \
    return real(fd, from, n, at); }
PWRITER(pwrite, off_t)
PWRITER(pwrite64, off64_t)

#define ON_FILE(name, call) \
int name(int fd) { REAL(name); if (is_tracked(fd) && fails(call)) return -1; return real(fd); }
ON_FILE(fsync, SYNC)
ON_FILE(fdatasync, SYNC)
#define CUTTER(name, offset) \
int name(int fd, offset n) { REAL(name); if (is_tracked(fd) && fails(TRUNCATE)) return -1; return real(fd, n); }
CUTTER(ftruncate, off_t)
CUTTER(ftruncate64, off64_t)
#define ON_TWO(name, call) \
int name(const char *a, const char *b) { REAL(name); if (is_below(b) && fails(call)) return -1; return real(a, b); }
ON_TWO(rename, RENAME)
ON_TWO(link, LINK)
#define WITH_MODE(name, call) \
int name(const char *a, mode_t m) { REAL(name); if (is_below(a) && fails(call)) return -1; return real(a, m); }
WITH_MODE(mkdir, MKDIR)
WITH_MODE(chmod, CHMOD)
int unlink(const char *a) { REAL(unlink); if (is_below(a) && fails(UNLINK)) return -1; return real(a); }
"""

CALLS = ("open", "read", "write", "fsync", "rename", "unlink", "mkdir", "link", "chmod", "ftruncate")
"""What can be made to fail; each stands for its variants: pwrite, fdatasync, .. The order is that of the source."""


@dataclass(frozen=True, slots=True)
class Fault:
    """How calls of some kinds fail: the error; whether all later calls do, too; whether half is written first."""

    name: str
    number: int
    calls: tuple[str, ...]
    is_lasting: bool = False
    is_short: bool = False


FAULTS = (
    Fault("full disk", errno.ENOSPC, ("write", "mkdir", "link", "rename"), is_lasting=True),
    Fault("short write", errno.ENOSPC, ("write",), is_lasting=True, is_short=True),
    Fault("I/O error", errno.EIO, ("read", "write", "fsync", "rename", "unlink", "link", "ftruncate")),
    Fault("denied", errno.EACCES, ("open", "mkdir", "rename", "unlink", "chmod")),
)


def build(folder: Path) -> Path | None:
    """The library, compiled into `folder`; None where it cannot be had."""
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None or sys.platform != "linux":
        return None
    source, library = folder / "faults.c", folder / "faults.so"
    source.write_text(SOURCE)
    command = [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(source), "-ldl"]
    built = subprocess.run(command, capture_output=True, check=False)
    return library if built.returncode == 0 else None


def environment_of(library: Path, **more: str) -> dict[str, str]:
    """For the process that is to suffer."""
    return {**os.environ, "LD_PRELOAD": str(library), **more}


def arm(folder: Path, call: str, nth: int, fault: Fault) -> None:
    """From now on the `nth` call of this kind below `folder` fails; none where `nth` is 0, and all are counted."""
    library = ctypes.CDLL(None)
    name = os.fsencode(folder)
    library.fault_arm(name, CALLS.index(call), nth, fault.number, fault.is_lasting, fault.is_short)


def disarm() -> int:
    """How many calls of the kind there were since it was armed; from now on none fails."""
    library = ctypes.CDLL(None)
    seen: int = library.fault_seen()
    library.fault_arm(b"", -1, 0, 0, 0, 0)
    return seen
