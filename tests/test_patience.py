"""A pattern of the configuration that runs for ever is stopped after a time, with one line; all others are let be."""

import re
import signal
import threading
import time

import pytest

from planner.errors import ConfigError
from planner.settings.patience import MOST_SECONDS, limited

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs the timers of POSIX")

BACKTRACKS = re.compile(r"(a+)+$")
LONG = "a" * 60 + "!"


def test_a_pattern_that_backtracks_is_stopped_in_time() -> None:
    started = time.process_time()

    said = r"the pattern x is still at it after 0\.1 s: it backtracks"
    with pytest.raises(ConfigError, match=said), limited("the pattern x", 0.1):
        BACKTRACKS.search(LONG)

    assert time.process_time() - started < 2


def test_what_ends_in_time_gives_what_it_gives() -> None:
    with limited("the pattern x", 5.0):
        found = BACKTRACKS.search("aaa")

    assert found is not None
    assert found[0] == "aaa"


def test_the_alarm_is_taken_back_after_an_end_in_time() -> None:
    with limited("the pattern x", 0.05):
        pass

    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass

    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_who_had_the_signal_before_has_it_again_after_an_overrun_too() -> None:
    def own(*_: object) -> None:
        raise AssertionError("not asked for")

    before = signal.signal(signal.SIGVTALRM, own)
    try:
        with pytest.raises(ConfigError), limited("the pattern x", 0.05):
            BACKTRACKS.search(LONG)

        assert signal.getsignal(signal.SIGVTALRM) is own
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGVTALRM, before)


def test_other_errors_pass_and_the_alarm_is_taken_back() -> None:
    with pytest.raises(KeyError), limited("the pattern x", 5.0):
        raise KeyError("x")

    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_another_thread_than_the_first_runs_without_a_limit() -> None:
    found: list[object] = []

    def search() -> None:
        with limited("the pattern x", 0.01):
            until = time.thread_time() + 0.1
            while time.thread_time() < until:
                pass
            found.append(BACKTRACKS.search("aa"))

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()

    assert len(found) == 1


def test_waiting_for_the_disk_is_not_counted() -> None:
    with limited("the pattern x", 0.05):
        time.sleep(0.15)


def test_a_pattern_has_several_seconds() -> None:
    assert 1 <= MOST_SECONDS <= 10
