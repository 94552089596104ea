"""Reports of test runs: JUnit XML and pytest's logs, as `unblock` reads them."""

import os
from collections.abc import Iterator
from pathlib import Path

from hostile.case import Answers, Case, Refuses
from hostile.project import Make, both, sparse, write

ASK = ("unblock", "--junit", "run", "--format", "json")

SUITE = '<testsuites><testsuite name="pytest">{}</testsuite></testsuites>'
FAILED = '<testcase classname="tests.test_shop" name="{}" time="{}"><failure message="{}">{}</failure></testcase>'


def cases() -> Iterator[Case]:
    """All cases of this file."""
    yield from _junit()
    yield from _logs()
    yield from _bombs()


def _run(text: str | bytes) -> Make:
    return write("run", text)


def _one(name: str = "test_a", time: str = "0.1", message: str = "E", details: str = "x.py:1: E") -> Make:
    return _run(SUITE.format(FAILED.format(name, time, message, details)))


def _junit() -> Iterator[Case]:
    for what, text in {
        "a billion laughs": "<!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>" + SUITE.format("&b;"),
        "an entity of a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SUITE.format("&x;"),
        "nests of 10,000": "<testsuite>" * 10_000,
        "the root of a web page": "<?xml version='1.0'?><html></html>",
        "its end cut off": SUITE.format("")[:-5],
        "nothing but a head": "<?xml version='1.0'?>",
    }.items():
        yield Case(f"JUnit with {what}", _run(text), Refuses("run: "), ASK)
    for what, time in {
        "negative": "-5",
        "not a number": "nan",
        "infinite": "inf",
        "1e999": "1e999",
        "a word": "soon",
    }.items():
        yield Case(f"JUnit with a time that is {what}", _one(time=time), Answers("test_a"), ASK)
    yield Case("JUnit with a name of 1 MB", _one(name="n" * 1_000_000), Answers(), ASK)
    yield Case("JUnit with a name of markup", _one(name="&lt;img src=x onerror=evil()&gt;"), Answers("onerror"), ASK)
    yield Case("JUnit with a message of 5 MB", _one(message="m" * 5_000_000), Answers("test_a"), ASK)
    yield Case(
        "JUnit with a traceback of 20 MB", _one(details="x.py:1: E\n" * 2_000_000), Answers("test_a"), ASK, is_bomb=True
    )
    dotted = "a" + ".a" * 50_000 + "!"
    yield Case(
        "JUnit with a message that patterns could choke on",
        _one(message=dotted, details=dotted),
        Answers("test_a"),
        ASK,
    )
    yield Case(
        "JUnit with a test that has no name", _run(SUITE.format("<testcase><error/></testcase>")), Answers(), ASK
    )
    twice = SUITE.format(FAILED.format("test_a", "1", "E", "E") * 500)
    yield Case("JUnit with one test 500 times", _run(twice), Answers("test_a"), ASK)
    yield Case("JUnit in UTF-16", _run(SUITE.format("<testcase name='test_a'/>").encode("utf-16")), Answers(), ASK)
    yield Case("JUnit that is a folder without any", lambda root: (root / "run").mkdir(), Refuses("without JUnit"), ASK)
    yield Case("JUnit that is a pipe", lambda root: os.mkfifo(root / "run"), Refuses("not a regular file"), ASK)
    yield Case(
        "JUnit that is a device",
        lambda root: (root / "run").symlink_to("/dev/zero"),
        Refuses("not a regular file"),
        ASK,
    )
    yield Case("JUnit that is absent", lambda root: None, Refuses("no such file"), ASK)
    mixed = both(
        write("run/good.xml", SUITE.format(FAILED.format("test_a", "1", "E", "E"))), write("run/page.xml", "<html/>")
    )
    yield Case("JUnit in a folder with other XML", mixed, Answers("test_a"), ASK)


def _logs() -> Iterator[Case]:
    for what, text in {
        "is empty": b"",
        "is noise": bytes(range(256)) * 40,
        "has null bytes": b"\0" * 5000,
        "is of another program": b"all is well\n" * 50,
    }.items():
        yield Case(f"a log that {what}", _run(text), Refuses("run: "), ASK)
    end = "=== 1 failed in 0.1s ===\n"
    summary = "=== short test summary info ===\nFAILED tests/test_shop.py::test_a - E\n"
    yield Case(
        "a log with colours everywhere", _run(f"\x1b[31m{summary}\x1b[0m\x1b]0;x\x07\n{end}"), Answers("test_a"), ASK
    )
    yield Case("a log in UTF-16", _run((summary + end).encode("utf-16")), Answers("test_a"), ASK)
    yield Case("a log that says 999,999,999 tests failed", _run("=== 999999999 failed in 0.1s ===\n"), Answers(), ASK)
    skipped = (
        "=== short test summary info ===\nSKIPPED [9999999] tests/test_shop.py: no\n=== 9999999 skipped in 1s ===\n"
    )
    yield Case("a log that skips 9,999,999 tests in one line", _run(skipped), Answers(), ASK, is_bomb=True)
    for what, line in {
        "rules": "= " * 200_000,
        "underlines": "_ " * 200_000,
        "dots": "." * 500_000,
        "percents": "[%]" * 100_000,
    }.items():
        yield Case(f"a log with a long line of {what}", _run(f"{line}\n{summary}{end}"), Answers("test_a"), ASK)


def _bombs() -> Iterator[Case]:
    yield Case("JUnit of a gigabyte", both(_run("<testsuites>"), sparse("run")), Refuses("run: "), ASK, is_bomb=True)
    yield Case(
        "a log of a gigabyte",
        both(_run("=== 1 failed in 1s ===\n"), sparse("run")),
        Refuses("run: "),
        ASK,
        is_bomb=True,
    )
    yield Case("JUnit of 20,000,000 empty elements", _many_elements, Refuses("run: "), ASK, is_bomb=True)


def _many_elements(root: Path) -> None:
    (root / "run").write_bytes(b"<testsuite>" + b"<a/>" * 20_000_000 + b"</testsuite>")
