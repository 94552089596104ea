"""Lines of code in a source file: what effort is counted in. No blank lines, comments or docstrings."""

import io
import token
import tokenize

from planner.model.lines import NO_LINES, Lines, line_range, lines_of

_LAYOUT = frozenset(
    {token.NL, token.NEWLINE, token.INDENT, token.DEDENT, token.ENDMARKER, tokenize.COMMENT, tokenize.ENCODING}
)


def code_lines(source: bytes) -> Lines:
    """Every line with code on it. Statements that are a string alone (docstrings) are none; a file that Python's
    tokenizer rejects has code on every line that is written."""
    written = written_lines(source)
    try:
        return _lines_of_statements(source) & written
    except (tokenize.TokenError, SyntaxError, ValueError):
        return written


def written_lines(source: bytes) -> Lines:
    """Every line that is neither blank nor a comment alone, docstrings included."""
    texts = (text.strip() for text in source.splitlines())
    return lines_of(number for number, text in enumerate(texts, 1) if text and not text.startswith(b"#"))


def _lines_of_statements(source: bytes) -> Lines:
    found = statement = NO_LINES
    is_text = True
    for each in tokenize.tokenize(io.BytesIO(source).readline):
        if each.type == token.NEWLINE:
            found |= NO_LINES if is_text else statement
            statement, is_text = NO_LINES, True
        elif each.type not in _LAYOUT:
            statement |= line_range(each.start[0], each.end[0])
            is_text = is_text and each.type == token.STRING
    return found | (NO_LINES if is_text else statement)
