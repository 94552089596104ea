"""How large a source may be to be parsed within a gigabyte: by its bytes, and by its signs of syntax."""

MAX_SOURCE_BYTES = 8 * 1024 * 1024
"""A plan over one text of 20 MB took 1.8 GB; what people write has a tenth of this at most."""

MAX_SIGNS = 600_000
"""Some 75,000 lines of usual code. A list of 1,600,000 numbers took more than 2 GB in one line of 5 MB."""

_SIGNS = b"\n,.:=+-*/%&|^~<>@([{"


def too_large(source: bytes) -> str | None:
    """Why the source should not be parsed, in a few words; None for nearly all."""
    if len(source) > MAX_SOURCE_BYTES:
        return f"larger than {MAX_SOURCE_BYTES // 1024**2} MiB"
    if len(source) > MAX_SIGNS and sum(source.count(sign) for sign in _SIGNS) > MAX_SIGNS:
        return f"more than {MAX_SIGNS:,} signs of syntax: parsing it would take more than a gigabyte"
    return None
