"""A number for each line of a source, so that lines can be matched later without keeping the source itself."""

from hashlib import blake2b, sha256

from planner.model.history import MARK_BITS


def source_hash(source: bytes) -> str:
    """SHA-256 of the bytes, hexadecimal."""
    return sha256(source).hexdigest()


def line_marks(source: bytes) -> tuple[int, ...]:
    """One number of MARK_BITS for each line, equal for equal text without the space around it; 0 for a blank one.

    Lines end at `\\n` as they do for coverage.py, whose numbers they must match.
    """
    known: dict[bytes, int] = {b"": 0}
    marks = []
    for line in source.split(b"\n"):
        text = line.strip()
        if text not in known:
            known[text] = int.from_bytes(blake2b(text, digest_size=MARK_BITS // 8).digest(), "big") or 1
        marks.append(known[text])
    return tuple(marks)
