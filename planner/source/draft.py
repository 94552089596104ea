"""A unit while the walk is inside it, and what its names mean once the walk knows all scopes."""

from dataclasses import dataclass, field
from sys import intern

from planner.model.facts import MODULE, NO_NUMBERS, NO_TEXTS, Call, CallKind, Unit, UnitKind
from planner.model.lines import NO_LINES, Lines

_BUILTINS_THAT_REACH_OUT = frozenset({"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"})

_UNKNOWN = ("", False)

_MOST_HOPS = 4
"""A variable that is made from a variable is followed so far: `a = C()`, `b = a.make()`, `b.run()`."""


@dataclass(slots=True)
class Draft:
    """A unit in the making; `span` still holds the lines of units nested in it.

    `names` and `called` are dotted names as written, with the line where each stands first. `bindings` are what its
    imports bind; `own` are the names it assigns, defines or takes: a parameter called `redis` is not the library.
    `types` is the class, as written, of a variable or (in a class) of an attribute of `self`, or the chain that makes
    it: `make()`, `self.desk`. `receiver` is the name of `self` or `cls`. `implied` are special methods on such chains
    that a statement calls without naming them. `meanings` are what first parts of names were found to stand for, and
    whether the module defines that itself; they are asked for when the walk has seen everything.
    """

    name: str
    kind: UnitKind
    first_line: int
    last_line: int
    span: Lines
    module: str
    parent: "Draft | None" = None
    nested: Lines = NO_LINES
    conditional: Lines = NO_LINES
    complexity: int = 1
    parameters: int = 0
    is_async: bool = False
    is_stub: bool = False
    raised: dict[str, None] = field(default_factory=dict)
    has_result: bool = False
    unknown_calls: int = 0
    receiver: str = ""
    returns: str = ""
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    metaclass: str = ""
    names: dict[str, int] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)
    implied: dict[str, int] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    children: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, tuple[str, bool]] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether it is defined inside a function, so that importing does not run it."""
        outer = self.parent
        while outer:
            if outer.kind in ("function", "method"):
                return True
            outer = outer.parent
        return False

    @property
    def owner(self) -> "Draft | None":
        """The class whose method it is, or in whose method it is nested."""
        outer = self
        while outer.parent and outer.kind != "method":
            outer = outer.parent
        return outer.parent if outer.kind == "method" else None

    def unit(self) -> Unit:
        """The finished unit, with all names made absolute as far as the file tells."""
        lines = self.span & ~self.nested
        return Unit(
            name=self.name,
            kind=self.kind,
            first_line=self.first_line,
            last_line=self.last_line,
            lines=lines,
            conditional=self.conditional & lines,
            complexity=self.complexity,
            parameters=self.parameters,
            is_async=self.is_async,
            is_stub=self.is_stub,
            raised=tuple(self.raised),
            has_result=self.has_result,
            unknown_calls=self.unknown_calls,
            decorators=tuple([self._from_outside(name) for name in self.decorators]) if self.decorators else (),
            bases=tuple([self._from_outside(name) for name in self.bases]) if self.bases else (),
            metaclass=self._from_outside(self.metaclass) if self.metaclass else "",
            calls=self._calls(),
            first_use=self._first_use() or NO_NUMBERS,
            attributes=self._attributes(),
            returns=(self._absolute(self.returns, with_own=True) or "") if self.returns else "",
        )

    def _first_use(self) -> dict[str, int]:
        """The line where each name from outside of the module stands first."""
        found: dict[str, int] = {}
        meanings = self.meanings
        for name, line in self.names.items():
            head, dot, rest = name.partition(".")
            full, is_child = meanings.get(head) or self._stands_for(head)
            if full and not is_child:
                found.setdefault(intern(full + dot + rest), line)
        return found

    def _attributes(self) -> dict[str, str]:
        """The classes of a class's attributes, as far as its module's text tells."""
        if self.kind not in ("class", "module"):
            return NO_TEXTS
        known = {name: self._type(written) for name, written in self.types.items()}
        return {name: intern(full) for name, full in known.items() if full} or NO_TEXTS

    def _type(self, written: str) -> str | None:
        """A class or chain, absolute; what starts at `self` starts at the class itself."""
        rest = written.removeprefix("self.")
        if self.kind == "class" and self.parent and rest != written:
            return f"{self.parent._child(self.name.rpartition('.')[2])}.{rest}"
        return self._absolute(written, with_own=True)

    def _calls(self) -> tuple[Call, ...]:
        found: dict[tuple[CallKind, str], int] = {}
        receiver, called = self._receiver(), self.called
        for name, line in called.items():
            found.setdefault(self._meaning(name, receiver), line)
        for name, line in self.implied.items():
            kind, full = self._meaning(name, receiver)
            if kind != "method" and not full.startswith("builtins."):
                found.setdefault((kind, full), line)
        for name, line in self.names.items():
            if "." in name and name not in called:
                kind, full = self._meaning(name, receiver)
                if kind in ("own", "typed"):
                    found.setdefault(("read" if kind == "own" else "look", full), line)
        return tuple([Call(kind, intern(name), line) for (kind, name), line in found.items()])

    def _meaning(self, name: str, receiver: str, hops: int = 0) -> tuple[CallKind, str]:
        """What a called name as written can be said to be; `receiver` is that of the unit."""
        head, _, rest = name.partition(".")
        if head == receiver and rest:
            return "own", rest
        if head == "super()" and rest and "." not in rest:
            return "super", rest
        first = head.removesuffix("()")
        full, _ = self.meanings.get(first) or self._stands_for(first)
        if full:
            return "name", full + name[len(first) :]
        written = self._type_of(head) if rest else None
        if written and hops < _MOST_HOPS:
            kind, typed = self._meaning(written, receiver, hops + 1)
            if kind == "own" or (kind in ("name", "typed") and "." in typed):
                return ("own" if kind == "own" else "typed"), f"{typed}.{rest}"
        return ("method", name.rpartition(".")[2]) if rest else ("name", name)

    def _receiver(self) -> str:
        """The name of `self` or `cls`, in a method and in functions nested in it."""
        scope: Draft | None = self
        while scope and scope.kind == "function":
            scope = scope.parent
        return scope.receiver if scope else ""

    def _type_of(self, name: str) -> str | None:
        scope: Draft | None = self
        while scope:
            if name in scope.types and scope.kind != "class":
                return scope.types[name]
            scope = scope.parent
        return None

    def _from_outside(self, name: str) -> str:
        """A decorator or base, which is read in the scope around the unit."""
        return (self.parent._absolute(name, with_own=True) if self.parent else None) or name

    def _absolute(self, name: str, *, with_own: bool = False) -> str | None:
        """The dotted name with its first part replaced by what it is bound to, innermost scope first.

        Names that the module defines itself are None, or absolute `with_own`. As in Python, what a class body binds
        is not seen from its methods.
        """
        head = name.partition(".")[0].removesuffix("()")
        full, is_child = self.meanings.get(head) or self._stands_for(head)
        return full + name[len(head) :] if full and (with_own or not is_child) else None

    def _stands_for(self, head: str) -> tuple[str, bool]:
        """The absolute name behind the first part of one, "" if there is none, and whether the module defines it."""
        found = (f"builtins.{head}", False) if head in _BUILTINS_THAT_REACH_OUT else _UNKNOWN
        scope: Draft | None = self
        while scope:
            if scope is self or scope.kind != "class":
                if head in scope.bindings:
                    found = (scope.bindings[head], False)
                    break
                if head in scope.own:
                    found = (scope._child(head), True) if head in scope.children else _UNKNOWN
                    break
            scope = scope.parent
        self.meanings[head] = found
        return found

    def _child(self, name: str) -> str:
        inner = name if self.name == MODULE else f"{self.name}.{name}"
        return f"{self.module}.{inner}" if self.module else inner
