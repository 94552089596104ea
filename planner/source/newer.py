"""Syntax newer than the running interpreter, written back as older syntax on the same lines by libcst.

Only what `ast` rejects comes here (8 % of one large application under 3.11), and behind guards: libcst ends the process
on 2,000 nested brackets and takes minutes over a chain of 5,000 calls. What is lost are names inside f-strings that
only a newer Python can read.
"""

import ast

MAX_BYTES = 1_000_000

MAX_DEPTH = 100
"""Nested brackets; libcst dies at about 2,000."""

MAX_STATEMENT_BYTES = 10_000
"""Of one statement: libcst dies at sums of about 8,000 terms, which are longer."""

MAX_LINKS = 500
"""Chained calls in one statement; libcst takes 9 s over 2,400 and a minute over 5,000."""


def parse_newer(source: bytes) -> ast.Module | None:
    """The tree of a source that `ast` rejects, when libcst reads it and only its newer syntax was in the way."""
    if len(source) > MAX_BYTES or b"\0" in source or not _is_shallow(source):
        return None
    import libcst

    from planner.source.lowering import Lowering

    try:
        module = libcst.parse_module(source)
        lowered = [module.visit(Lowering(with_strings=with_strings)).code for with_strings in (False, True)]
    except (libcst.ParserSyntaxError, SyntaxError, ValueError, RecursionError, LookupError):
        return None
    return next((tree for text in lowered if (tree := _parsed(text, source))), None)


def _parsed(text: str, source: bytes) -> ast.Module | None:
    """The tree of the lowered text, unless lines moved in it: then nothing could be placed."""
    if text.count("\n") != source.count(b"\n"):
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_shallow(source: bytes) -> bool:
    """Whether brackets nest, and statements run on, no further than libcst can bear.

    Brackets in strings and comments count too, which only errs towards caution.
    """
    depth = length = links = previous = 0
    for byte in source:
        length += 1
        links += previous == 0x29 and byte == 0x2E  # ").", a link of a chain
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth = max(0, depth - 1)
        elif byte == 0x0A and depth == 0:
            length = links = 0
        if depth > MAX_DEPTH or length > MAX_STATEMENT_BYTES or links > MAX_LINKS:
            return False
        previous = byte
    return True
