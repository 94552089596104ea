"""The lines of statements by the tree alone are those of byte code, or the compiler is asked."""

import ast
import textwrap
import warnings
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.lines import Lines, lines_of
from planner.model.shape import Shape
from planner.pipeline.reading import yields_in
from planner.source.logical import outline_of
from planner.source.read import Parsed
from planner.source.statements import lines_of_statements
from planner.source.text import Text


def told(source: str) -> Lines | None:
    """As they are told for the file; None where the compiler is to be asked."""
    text = Text(source.encode(), "a.py", "a")
    assert isinstance(text.parsed, Parsed)
    yields = yields_in(text)
    return None if yields is None else lines_of_statements(text.parsed.tree, source, yields)


def compiled(source: str) -> Lines:
    """The lines that byte code names. Raises SyntaxError for what the compiler refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        waiting = [compile(source, "a.py", "exec", dont_inherit=True)]
    found: set[int] = set()
    while waiting:
        code = waiting.pop()
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
        found |= {line for _, _, line in code.co_lines() if line}
    return lines_of(found)


def first_lines(lines: Lines, source: str) -> Lines:
    """Those of the statements that the lines are of, docstrings left out."""
    outline = outline_of(ast.parse(source), source)
    assert outline is not None
    shape = Shape("a.py", 0, 0, outline.continued, 0)
    return shape.first_lines(lines & ~outline.docs) & ~outline.docs


TOLD = {
    "nothing": "",
    "words": '"""Words\nover lines."""\n',
    "simple": "import a\nfrom b import *\nx = 1\nx += 1\ndel x\nassert x, y\nraise E\n",
    "constants as statements": "x = 1\n...\n'words'\n1\ny = 2\n",
    "over lines": "x = (\n    1,\n    2,\n); y = [\n]\nf(\n    1,\n)\n",
    "future": '"""Words."""\nfrom __future__ import annotations\nx: int\n',
    "functions": "@a\n@b(\n    1\n)\ndef f(x, *y, z=1, **w):\n    '''Words.'''\n    return x\n\n\ndef g(): pass\n",
    "a docstring alone": "def f():\n    '''Words.'''\n\n\nclass C:\n    '''Words.'''\n",
    "classes": "@a\nclass C(A, metaclass=M):\n    x: int\n    y: int = 1\n\n    def f(self): ...\n",
    "annotations": "def f():\n    x: int\n    y: int = 1\n    return y\n",
    "branches": "if a:\n    b\nelif not c and d(1):\n    pass\nelse:\n    e\n",
    "loops": "for a in b:\n    if c:\n        continue\n    break\nelse:\n    d\nwhile a[1] % b:\n    c\n",
    "endless": "while True:\n    if a:\n        break\nb\nwhile 1:\n    pass\n",
    "endless with a loop inside": "while True:\n    for a in b:\n        pass\n    else:\n        break\nb\n",
    "tries": "try:\n    a\nexcept B as b:\n    c\nexcept:\n    d\nelse:\n    e\nfinally:\n    f\ng\n",
    "left on one way": "def f():\n    try:\n        return a\n    except B:\n        pass\n    return c\n",
    "with": "def f():\n    with a, b as c:\n        return d\n    return e\n",
    "yield": "def f():\n    x = yield\n    yield x\n    return (yield from y)\n",
    "async": (
        "async def f():\n    async with a as b:\n        async for c in d:\n            await c\n    return await g\n"
    ),
    "walrus": "if (a := b()):\n    c\nd = [e for e in f]\n",
    "stars": "a, *b = c\n[d, *e] = [*f, *g]\nh(*i, **j)\nfor k, *l in m:\n    pass\n",
    "keywords": "f(a=1, b=2, **c, **d)\nx = lambda a, b=1: f'{a}{b}'\n",
    "yield, and the word in a text": "def f():\n    '''Words that yield.'''\n    yield 1\n",
    "yield in an async function": "async def f():\n    async for a in b:\n        yield a\n    return\n",
    "global": "a = 1\ndef f(c):\n    global a, b\n    a = b = c\n",
    "global in a block": "def f():\n    with a:\n        global b\n        b = 1\n",
    "nonlocal": "def f(a):\n    b = 1\n    def g():\n        nonlocal a, b\n        a = b = 2\n    return g\n",
    "nonlocal in a class": (
        "def f():\n    a = 1\n    class C:\n        def g(self):\n            nonlocal a\n            a = 2\n"
    ),
    "behind a loop that is left": "def f():\n    for a in b:\n        break\n    else:\n        return 1\n    c\n",
    "a comprehension as a condition": "if not [a for a in b] or {c for c in d}:\n    e\n",
    "never true": "def f():\n    if a:\n        b\n    assert False, 'never'\n",
}
"""Sources of which the tree tells all."""

ODD = {
    "behind a return": "def f():\n    return 1\n    x = 2\n",
    "behind a raise": "raise E\nx = 1\n",
    "behind both arms": "def f():\n    if a:\n        return 1\n    else:\n        raise E\n    b\n",
    "behind a try": "def f():\n    try:\n        return 1\n    finally:\n        b\n    c\n",
    "behind all handlers": "def f():\n    try:\n        return 1\n    except A:\n        raise\n    c\n",
    "else behind a return": "def f():\n    try:\n        return 1\n    except A:\n        b\n    else:\n        c\n",
    "behind a loop's else": "def f():\n    for a in b:\n        pass\n    else:\n        return 1\n    c\n",
    "behind an endless loop": "while True:\n    for a in b:\n        break\nc\n",
    "else of an endless loop": "while True:\n    if a:\n        break\nelse:\n    b\n",
    "behind what is never true": "assert False\nx = 1\n",
    "never": "if 0:\n    x = 1\n",
    "never, in other words": "if not 'a' or a:\n    x = 1\n",
    "always": "if a or True:\n    x = 1\nelse:\n    y\n",
    "a sum": "while 1 + 1:\n    a\n",
    "nothing to run": "x = 1\n(1, 2)\n1 + 1\n",
    "an annotation at the end": "def f():\n    if a:\n        x: int\n",
    "the name of code of annotations": "class C:\n    def __annotate__():\n        a\n",
    "debug": "if __debug__:\n    x = 1\n",
    "global, mentioned before": "def f():\n    '''Sets a.'''\n    global a\n    a = 1\n",
    "global with a name of the class": "class C:\n    def f():\n        global __a\n        __a = 1\n",
    "global alone": "def f():\n    global a\n",
    "global at the end": "def f():\n    if a:\n        b\n        global c\n",
    "global of the module": "global a\na = 1\n",
    "nonlocal of what is set in a block": (
        "def f():\n    if a:\n        b = 1\n    def g():\n        nonlocal b\n        b = 2\n"
    ),
    "match": "match a:\n    case 1:\n        b\n",
    "groups": "try:\n    a\nexcept* B:\n    c\n",
    "yield in an expression": "def f():\n    return [(yield 1)]\n",
    "yield in a lambda": "f = lambda: (yield)\n",
    "a generator and an answer": "async def f():\n    yield 1\nasync def g():\n    return 2\n",
}
"""Sources that only the compiler tells about."""

REFUSED = {
    "return": "return 1\n",
    "return in a class": "def f():\n    class C:\n        return 1\n",
    "yield": "x = yield 1\n",
    "yield in a comprehension": "def f():\n    return [(yield) for a in b]\n",
    "yield with a star": "def f():\n    yield *a\n",
    "break": "break\n",
    "continue in a function in a loop": "for a in b:\n    def f():\n        continue\n",
    "await": "def f():\n    await a\n",
    "await in a lambda": "async def f():\n    return lambda: await a\n",
    "async for": "def f():\n    async for a in b:\n        pass\n",
    "async comprehension": "def f():\n    return [a async for a in b]\n",
    "value of an async generator": "async def f():\n    yield 1\n    return 2\n",
    "star as a value": "x = *a\n",
    "star as a statement": "*a\n",
    "star as a target": "*a = b\n",
    "star in a loop": "for a in *b:\n    pass\n",
    "star as a loop's target": "for *a in b:\n    pass\n",
    "star returned": "def f():\n    return *a\n",
    "two stars": "a, *b, *c = d\n",
    "keyword twice": "f(a=1, a=2)\n",
    "keyword of a class twice": "class C(a=1, a=2): pass\n",
    "parameter twice": "def f(a, *a): pass\n",
    "parameter of a lambda twice": "f = lambda a, **a: 1\n",
    "bare except first": "try:\n    a\nexcept:\n    b\nexcept C:\n    d\n",
    "star import in a function": "def f():\n    from a import *\n",
    "late future": "import a\nfrom __future__ import annotations\n",
    "future behind two texts": "'words'\n'more'\nfrom __future__ import annotations\n",
    "future in a block": "if a:\n    from __future__ import annotations\n",
    "no such future": "from __future__ import more\n",
    "debug": "__debug__ = 1\n",
    "walrus of the loop's name": "[a := 1 for a in b]\n",
    "walrus in a class's comprehension": "class C:\n    x = [b := a for a in c]\n",
    "walrus in an annotation": "from __future__ import annotations\nx: (y := 1) = 2\n",
    "walrus in a parameter's annotation": "from __future__ import annotations\ndef f(a: (b := 1)): pass\n",
    "walrus in a result's annotation": "from __future__ import annotations\ndef f() -> (a := 1): pass\n",
    "global after use": "def f():\n    a = 1\n    global a\n",
    "global parameter": "def f(a):\n    global a\n    a = 1\n",
    "global with an annotation": "def f():\n    global a\n    a: int = 1\n",
    "global with an annotation behind it": "def f():\n    if b:\n        global a\n        c\n    a: int\n    d\n",
    "global in other letters": "def f():\n    \N{FULLWIDTH LATIN SMALL LETTER A} = 1\n    global a\n    b\n",
    "global under the name of the class": (
        "class C:\n    def f(self):\n        _C__a = 1\n        global __a\n        b\n"
    ),
    "global and nonlocal": "def f(a):\n    def g():\n        global a\n        nonlocal a\n        b\n",
    "nonlocal of what is global": ("def f():\n    global a\n    a = 1\n    def g():\n        nonlocal a\n        b\n"),
    "nonlocal of a class": "class C:\n    a = 1\n    def f():\n        nonlocal a\n        b\n",
    "nonlocal of nothing": "def f():\n    def g():\n        nonlocal a\n        a = 1\n",
    "nonlocal": "nonlocal a\n",
    "yield from in an async function": "async def f():\n    yield from a\n",
    "deep": "".join("    " * depth + "for a in b:\n" for depth in range(22)) + "    " * 22 + "pass\n",
    "many with": f"with {', '.join('a' for _ in range(22))}:\n    pass\n",
    "many targets": f"{', '.join('a' for _ in range(256))}, *b = c\n",
}
"""Sources that the parser takes, but not the compiler."""


@pytest.mark.parametrize("name", TOLD)
def test_the_lines_of_statements_are_those_of_byte_code(name: str) -> None:
    lines = told(TOLD[name])

    assert lines is not None
    assert first_lines(lines, TOLD[name]) == first_lines(compiled(TOLD[name]), TOLD[name])


@pytest.mark.parametrize("name", ODD)
def test_what_only_the_compiler_knows_is_not_told(name: str) -> None:
    compiled(ODD[name])

    assert told(ODD[name]) is None


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_compiler_refuses_is_not_told(name: str) -> None:
    with pytest.raises(SyntaxError):
        compiled(REFUSED[name])

    assert told(REFUSED[name]) is None


@st.composite
def _bodies(draw: st.DrawFn, depth: int = 0) -> str:
    """Statements in any order, also where they make no sense."""
    simple = ["a", "pass", "return a", "raise E", "break", "continue", "x: int", "yield a", "assert False", "'words'"]
    simple += ["global g", "g = 1", "nonlocal h", "h = 1", "h: int"]
    heads = [
        "if a:",
        "if 0:",
        "while True:",
        "while a:",
        "for a in b:",
        "with a:",
        "def f():",
        "async def f():",
        "class C:",
        "try:",
    ]
    lines = []
    for each in draw(st.lists(st.sampled_from([*simple, *(heads if depth < 3 else [])]), min_size=1, max_size=3)):
        lines.append(each)
        if each in heads:
            lines.append(textwrap.indent(draw(_bodies(depth + 1)), "    "))
            behind = ["except A:", "finally:"] if each == "try:" else ["", "else:"]
            if clause := draw(st.sampled_from(behind if each.startswith(("if", "wh", "fo", "tr")) else [""])):
                lines += [clause, textwrap.indent(draw(_bodies(depth + 1)), "    ")]
    return "\n".join(lines)


@given(_bodies(), st.booleans())
def test_whatever_is_told_is_what_the_compiler_says(body: str, is_function: bool) -> None:
    source = f"def f():\n{textwrap.indent(body, '    ')}\n" if is_function else f"{body}\n"
    lines = told(source)

    if lines is not None:
        assert first_lines(lines, source) == first_lines(compiled(source), source)
