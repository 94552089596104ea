"""Small changes of a Python source, one at a time: what a test suite should notice.

Operators, comparisons, conditions, constants, returned values, statements, caught exceptions, optional arguments and
opposite calls. Left alone: docstrings, annotations, decorators, f-string texts, `__all__`, `zip(strict=)`.
"""

import ast
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip

_OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*"), ast.Div: ("/", "*"),
    ast.Mod: ("%", "//"), ast.Pow: ("**", "*"), ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.BitXor: ("^", "&"),
    ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"),
}  # fmt: skip
"""Operator -> how it is written, and what takes its place."""

_PAIRS = (
    ("min", "max"), ("any", "all"), ("startswith", "endswith"), ("removeprefix", "removesuffix"), ("lower", "upper"),
    ("partition", "rpartition"), ("split", "rsplit"), ("find", "rfind"), ("index", "rindex"), ("lstrip", "rstrip"),
    ("add", "discard"),
)  # fmt: skip

_OPPOSITES = dict(_PAIRS) | {other: one for one, other in _PAIRS}

_UNTOUCHED_ARGUMENTS = {"strict", "slots", "frozen", "stacklevel"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change: bytes `start` to `end` of the source become `text`.

    `line` is where it is, `lines` are the first and last line of its statement (of the head of one that has a body).
    `scope` is the class and function it runs in, joined by dots; "" for the module.
    """

    kind: str
    line: int
    lines: tuple[int, int]
    start: int
    end: int
    text: str
    scope: str
    was: str

    def apply(self, source: bytes) -> bytes:
        """The changed source."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    @property
    def key(self) -> str:
        """What it is apart from the line it is on, to be found again in a changed file."""
        return f"{self.scope}: {self.kind}: {self.was} -> {self.text}"


def find_mutations(source: bytes) -> list[Mutation]:
    """Every change of the source, in the order of the source; a few don't compile: see `compiles`."""
    finder = _Finder(source)
    finder.module(ast.parse(source))
    return sorted(set(finder.found), key=lambda each: (each.start, each.end, each.text))


def compiles(source: bytes) -> bool:
    """Whether it is Python."""
    try:
        compile(source, "<mutated>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


class _Finder:
    """Walks a module and keeps what it finds."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found: list[Mutation] = []
        self.scope: list[str] = []
        self.lines = (1, 1)

    def module(self, tree: ast.Module) -> None:
        self.block(tree.body)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.source[start:end].decode()

    def keep(self, kind: str, start: int, end: int, text: str) -> None:
        line = self.source.count(b"\n", 0, start) + 1
        was = self.source[start:end].decode()
        self.found.append(Mutation(kind, line, self.lines, start, end, text, ".".join(self.scope), was))

    def instead(self, kind: str, node: ast.expr | ast.stmt, text: str) -> None:
        self.keep(kind, *self.span(node), text)

    # Statements

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str())):
                    continue
                case _:
                    self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        self.lines = _lines_of(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.definition(node)
                return
            case ast.Import() | ast.ImportFrom():
                return
            case ast.AnnAssign():
                if node.value is not None and "TypeAlias" not in ast.unparse(node.annotation):
                    self.expression(node.value)
                return
            case ast.Assign(targets=[ast.Name(id=name)]) if name.startswith("__") or name in {"T", "P", "Key"}:
                return
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                return
            case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
                self.instead("statement", node, "pass")
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                self.instead("statement", node, "pass")
            case ast.Return(value=ast.expr() as value) if not _is_none(value):
                self.instead("returned", value, "None")
            case ast.If() | ast.While():
                self.condition(node.test)
        self.parts(node)

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if not isinstance(node, ast.ClassDef):
            for default in [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]:
                self.expression(default)
        self.scope.append(node.name)
        self.block(node.body)
        self.scope.pop()

    def parts(self, node: ast.stmt) -> None:
        for name, value in ast.iter_fields(node):
            if name in {"body", "orelse", "finalbody"} and isinstance(value, list):
                self.block(value)
            elif name == "handlers":
                for handler in value:
                    self.handler(handler)
            elif name == "cases":
                for case in value:
                    self.case(case)
            else:
                for child in value if isinstance(value, list) else [value]:
                    self.child(child)

    def child(self, node: object) -> None:
        if isinstance(node, ast.expr):
            self.expression(node)
        elif isinstance(node, ast.withitem):
            self.expression(node.context_expr)

    def handler(self, node: ast.ExceptHandler) -> None:
        self.lines = (node.lineno, node.lineno)
        match node.type:
            case ast.Tuple(elts=caught):
                for place in range(len(caught)):
                    others = [self.text(each) for each in [*caught[:place], *caught[place + 1 :]]]
                    self.instead("caught", node.type, f"({', '.join(others)},)")
            case ast.expr():
                self.instead("caught", node.type, "()")
        self.block(node.body)

    def case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self.lines = (node.pattern.lineno, node.guard.end_lineno or node.guard.lineno)
            self.condition(node.guard)
            self.expression(node.guard)
        self.block(node.body)

    # Expressions

    def condition(self, node: ast.expr) -> None:
        self.instead("condition", node, f"not ({self.text(node)})")

    def expression(self, root: ast.expr) -> None:
        stack: list[ast.AST] = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.JoinedStr):
                continue
            if isinstance(node, ast.expr):
                self.mutate(node)
            if isinstance(node, ast.comprehension):
                for test in node.ifs:
                    self.condition(test)
                    self.instead("filter", test, "True")
            stack.extend(ast.iter_child_nodes(node))

    def mutate(self, node: ast.expr) -> None:
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
                for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
                    self.between("comparison", left, right, _COMPARISONS[type(operator)], None)
            case ast.BinOp():
                written, other = _OPERATORS[type(node.op)]
                self.between("operator", node.left, node.right, other, written)
            case ast.BoolOp():
                written, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in zip(node.values, node.values[1:], strict=False):
                    self.between("operator", left, right, other, written)
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
                self.instead("operator", node, f"({self.text(operand)})")
            case ast.IfExp():
                self.condition(node.test)
            case ast.Yield(value=ast.expr() as value):
                self.instead("returned", value, "None")
            case ast.Lambda():
                self.instead("returned", node.body, "None")
            case ast.Constant():
                self.constant(node)
            case ast.Call():
                self.call(node)

    def between(self, kind: str, left: ast.expr, right: ast.expr, text: str, written: str | None) -> None:
        """Replace the operator that is written between two expressions, with brackets and line breaks around it."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.source[start:end].decode()
        if "#" in gap:
            return
        bare = gap.strip("() \n\t")
        if written is None or bare == written:
            at = start + len(gap[: gap.index(bare)].encode())
            self.keep(kind, at, at + len(bare.encode()), text)

    def constant(self, node: ast.Constant) -> None:
        match node.value:
            case bool():
                self.instead("constant", node, str(not node.value))
            case int():
                self.instead("constant", node, f"({node.value + 1})")
                if node.value > 0:
                    self.instead("constant", node, f"({node.value - 1})")
            case float():
                self.instead("constant", node, f"({node.value * 1.5 + (node.value == 0)})")
            case str() | bytes() as text:
                prefix = "b" if isinstance(text, bytes) else ""
                self.instead("constant", node, f'{prefix}""' if text else f'{prefix}"XX"')

    def call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(attr="split" | "rsplit") if len(node.args) < 2 and not node.keywords:
                return  # both do the same
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _OPPOSITES:
                end = self.span(node.func)[1]
                self.keep("call", end - len(name), end, _OPPOSITES[name])
        for keyword in node.keywords:
            if keyword.arg and keyword.arg not in _UNTOUCHED_ARGUMENTS:
                others = [ast.unparse(each) for each in [*node.args, *node.keywords] if each is not keyword]
                self.instead("argument", node, f"{self.text(node.func)}({', '.join(others)})")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _lines_of(node: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, or of its head where it has a body."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    match body:
        case [ast.stmt() as first, *_]:
            return node.lineno, max(node.lineno, first.lineno - 1)
        case [ast.match_case() as first, *_]:
            return node.lineno, max(node.lineno, first.pattern.lineno - 1)
        case _:
            return node.lineno, node.end_lineno or node.lineno
