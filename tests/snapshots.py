"""Makes snapshots: files whose every word is a line and a statement, and strategies for any that there may be."""

from hypothesis import strategies as st

from planner.model.history import Circumstances, FileShot, Snapshot
from planner.model.lines import NO_LINES, Lines, lines_of, numbers_in
from planner.model.measurement import Counts


def marks_of(text: str) -> tuple[int, ...]:
    """One mark a word; `-` is a blank line."""
    return tuple(
        0 if word == "-" else sum(ord(each) << (8 * place) for place, each in enumerate(word)) for word in text.split()
    )


def shot(
    text: str,
    ran: str = "",
    *,
    path: str = "shop/desk.py",
    exits: dict[int, tuple[int, int]] | None = None,
    excluded: Lines = 0,
) -> FileShot:
    """A file with a word on each line: every word is a statement; those of `ran` were executed."""
    words = text.split()
    statements = lines_of(number for number, word in enumerate(words, 1) if word != "-") & ~excluded
    executed = lines_of(number for number, word in enumerate(words, 1) if word in ran.split()) & statements
    exits = exits or {}
    counts = Counts(
        statements.bit_count(),
        executed.bit_count(),
        sum(a for a, _ in exits.values()),
        sum(b for _, b in exits.values()),
    )
    missing = statements & ~executed
    return FileShot(path, counts, statements, missing, excluded, exits, source=text, marks=marks_of(text))


def snapshot(*files: FileShot, totals: Counts | None = None, circumstances: Circumstances | None = None) -> Snapshot:
    summed = sum((file.counts for file in files), Counts())
    return Snapshot("0", "2026-11-21T12:00:00Z", "shop", totals or summed, files, circumstances or Circumstances())


SHOTS = st.builds(
    lambda words, ran, path, skip: shot(
        " ".join(words),
        " ".join(ran),
        path=path,
        excluded=skip & ((1 << (len(words) + 1)) - 2),
        exits={number: (2, number % 3) for number in numbers_in(skip >> 3) if 0 < number <= len(words)},
    ),
    st.lists(st.sampled_from("abcdefgh-"), max_size=12),
    st.lists(st.sampled_from("abcdefgh"), max_size=8),
    st.sampled_from(["shop/a.py", "shop/b.py", "shop/c.py"]),
    st.integers(NO_LINES, 1 << 10),
)

SNAPSHOTS = st.builds(
    lambda files, branch, more: snapshot(
        *{file.path: file for file in files}.values(),
        totals=sum((file.counts for file in {file.path: file for file in files}.values()), Counts(more, min(more, 1))),
        circumstances=Circumstances(branch=branch),
    ),
    st.lists(SHOTS, max_size=3),
    st.booleans(),
    st.integers(0, 2),
)
