"""Damaged files of every kind give the same totals, a word about why not, or one clear error."""

import json
import time
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from mutated import Bench, Original, Reader, Reading, Trial, tally_of
from mutated_all import READERS
from mutators import damage_bytes, damage_json, damage_lines, seeded
from strategies import SEEDS, contents_like, damaged_twice

from planner.errors import InputError

CASES = 2000

LEAST_SHARE = 0.99

CACHES = ("facts cache",)
"""What is damaged there is made again: the totals are always equal, and nothing need be said."""

MENDED: dict[str, tuple[int, ...]] = {
    "coverage data": (164, 278, 629, 1071, 1445, 1490, 1538, 14376, 24988, 29622),
    "exported snapshots": (1166, 1270, 1282, 1413, 1850),
    "LCOV": (56, 924, 2351, 2448, 2938, 3035, 3354, 3610),
    "store": (1088,),
    "pytest log": (11, 14, 16, 18, 24, 28, 29, 37, 41, 44, 52, 53, 54, 55),
    "INI configuration": (8, 21, 54, 56, 58, 75, 90, 105, 111, 131),
    "pyproject.toml": (102, 180, 182, 260),
    "recording": (10, 29, 37, 49, 51, 81, 94, 101, 107, 112, 159, 221, 240, 260, 449, 490),
}
"""Reader -> numbers of cases that once broke the promise; each is mended, and stays so."""


@pytest.mark.parametrize("name", READERS)
def test_damage_never_changes_a_total_in_silence(tmp_path: Path, name: str) -> None:
    trial = Trial(READERS[name], tmp_path / "bench")

    tally = tally_of(name, [trial.run(seed) for seed in range(CASES)])

    assert [case for case in tally.exceptions if case.verdict == "broken"] == []
    assert tally.share >= LEAST_SHARE, tally.exceptions
    if name not in CACHES:
        assert sum(tally.counts[verdict] for verdict in ("refused", "warned", "told")) > CASES / 50, tally.counts


@pytest.mark.parametrize("name", MENDED)
def test_what_was_mended_stays_mended(tmp_path: Path, name: str) -> None:
    trial = Trial(READERS[name], tmp_path / "bench")

    cases = [trial.run(seed) for seed in MENDED[name]]

    assert [case for case in cases if case.verdict in ("silent", "broken")] == []


@pytest.mark.parametrize("name", READERS)
def test_a_case_is_the_same_on_every_run(tmp_path: Path, name: str) -> None:
    one, other = (Trial(READERS[name], tmp_path / number / "bench") for number in ("one", "other"))

    if name != "store":  # each has an identity of its own
        assert [one.damaged(seed) for seed in range(50)] == [other.damaged(seed) for seed in range(50)]
    assert len({one.damaged(seed) for seed in range(50)}) > 25


def _lines(place: Path) -> Reading:
    return Reading(place.read_bytes().count(b"\n"))


def _bench(read: Callable[[Path], Reading], truth: Callable[[Path], Hashable], folder: Path) -> Bench:
    return Bench((Original(folder / "lines", b"one\ntwo\nthree\n"),), read, truth)


def _verdicts(read: Callable[[Path], Reading], truth: Callable[[Path], Hashable], folder: Path) -> set[str]:
    trial = Trial(Reader("lines", damage_lines, partial(_bench, read, truth)), folder)
    return {trial.run(seed).verdict for seed in range(60)}


def test_totals_that_change_without_a_word_are_silent(tmp_path: Path) -> None:
    assert _verdicts(_lines, lambda _: 3, tmp_path) == {"equal", "silent"}


def test_totals_that_the_file_really_tells_are_told(tmp_path: Path) -> None:
    assert _verdicts(_lines, lambda place: len(place.read_bytes().split(b"\n")) - 1, tmp_path) == {"equal", "told"}


def test_a_truth_that_cannot_read_the_file_tells_nothing(tmp_path: Path) -> None:
    def refuse(_: Path) -> Hashable:
        raise ValueError("no lines")

    assert _verdicts(_lines, refuse, tmp_path) == {"equal", "silent"}


def test_totals_that_change_with_a_new_notice_are_warned_of(tmp_path: Path) -> None:
    def read(place: Path) -> Reading:
        lines = _lines(place).totals
        return Reading(lines, frozenset({"always said", *(["changed"] if lines != 3 else [])}))

    assert _verdicts(read, lambda _: 3, tmp_path) == {"equal", "warned"}


def test_our_errors_are_refusals_and_other_exceptions_broken(tmp_path: Path) -> None:
    def read(place: Path) -> Reading:
        if _lines(place).totals == 3:
            return Reading(3)
        raise KeyError("three") if place.read_bytes().count(b"\n") < 3 else InputError("one\ntwo")

    assert _verdicts(read, lambda _: 3, tmp_path) == {"equal", "broken", "refused"}


def test_an_error_of_several_lines_is_broken(tmp_path: Path) -> None:
    class Wordy(InputError):
        def __str__(self) -> str:
            return "one\ntwo"

    def read(place: Path) -> Reading:
        if _lines(place).totals == 3:
            return Reading(3)
        raise Wordy

    assert _verdicts(read, lambda _: 3, tmp_path) == {"equal", "broken"}


def test_a_case_that_does_not_end_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(place: Path) -> Reading:
        lines = _lines(place).totals
        while lines != 3:
            pass
        return Reading(3)

    monkeypatch.setattr("mutated.MOST_SECONDS", 0.2)
    started = time.process_time()

    trial = Trial(Reader("lines", damage_lines, partial(_bench, read, lambda _: 3)), tmp_path)
    cases = [trial.run(seed) for seed in range(6)]

    assert "broken" in {case.verdict for case in cases}
    assert time.process_time() - started < 6


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_damage_to_json_keeps_most_documents_json(seed: int) -> None:
    content = damage_json(seeded("json", seed), b'{"a": [1, {"b": "c"}], "d": null}')

    assert content.lstrip()[:1] in (b"{", b"[")


@settings(max_examples=200, deadline=None)
@given(content=contents_like(b'{"a": [1, 2, 3]}', damage_bytes))
def test_damage_to_bytes_stays_small(content: bytes) -> None:
    assert len(content) < 50_000


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged_twice(json.dumps({"format": 1, "date": "2026-11-21"}).encode(), damage_json))
def test_damage_on_damage_is_refused_by_the_reader_of_receipts(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    from planner.calibrate.receipts import read_receipts

    place = tmp_path_factory.getbasetemp() / "twice.jsonl"
    place.write_bytes(content)

    with pytest.raises(InputError):
        read_receipts(place)
