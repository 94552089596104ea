"""What names mean in the scopes of one file: through its imports, and through variables that are set to such names."""

import ast
from dataclasses import dataclass, field

from planner.source.chains import called_name, chain_name

_MOST_HOPS = 4
"""A variable that is set to a variable is followed so far: `mark = pytest.mark`, `slow = mark.slow`."""


@dataclass(slots=True)
class Scope:
    """A module, class or function. `imported` are local names and what they stand for, `own` all other names it sets.

    `made` are those of its own names that are first set to a name or a call, with that expression.
    """

    unit: str
    is_class: bool = False
    outer: "Scope | None" = None
    imported: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    made: dict[str, ast.expr] = field(default_factory=dict)

    def set_to(self, target: ast.expr | None, value: ast.expr | None) -> None:
        """Note that a variable is set to a name or to what a call gives."""
        if isinstance(target, ast.Name) and isinstance(value, ast.Name | ast.Attribute | ast.Call):
            self.made.setdefault(target.id, value)

    def absolute(self, name: str, hops: int = _MOST_HOPS) -> str | None:
        """The dotted name with its first part replaced by what it stands for; None where no import is behind it.

        As in Python, what a class body sets is not seen from its methods. `f()` in it stands for the result of `f`.
        """
        first, dot, rest = name.partition(".")
        head = first.removesuffix("()")
        tail = first[len(head) :] + dot + rest
        scope = self._with(head)
        if scope is None:
            return None
        if head in scope.imported:
            return scope.imported[head] + tail
        written = chain_name(scope.made[head]) if head in scope.made and hops else None
        value = scope.absolute(written, hops - 1) if written else None
        return value + tail if value else None

    def call_behind(self, node: ast.expr) -> ast.expr:
        """The call that a variable is set to, `pytest.mark.skipif(...)` of `skip_windows`; the node itself if none."""
        scope: Scope | None = self
        for _ in range(_MOST_HOPS):
            scope = scope._with(node.id) if scope and isinstance(node, ast.Name) else None
            if scope is None or not isinstance(node, ast.Name) or node.id not in scope.made:
                break
            node = scope.made[node.id]
        return node

    def _with(self, head: str) -> "Scope | None":
        """The nearest scope that gives the name a meaning."""
        scope: Scope | None = self
        while scope:
            if (scope is self or not scope.is_class) and (head in scope.imported or head in scope.own):
                return scope
            scope = scope.outer
        return None


def written_name(node: ast.expr) -> str | None:
    """The name that an expression calls, or that it is; None for anything else."""
    return called_name(node.func) if isinstance(node, ast.Call) else chain_name(node)
