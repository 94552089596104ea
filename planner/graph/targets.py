"""What a call enters, as far as the text tells: (unit, rule) pairs."""

import builtins
from collections.abc import Iterator
from typing import TypeAlias

from planner.graph.lookup import Lookup, Meaning
from planner.graph.rules import MOST_METHODS, Rule
from planner.model.facts import Call

Target: TypeAlias = tuple[int, Rule]

_CONSTRUCTORS = ("__init__", "__new__", "__post_init__")

_BUILTINS = frozenset(dir(builtins))

_COMMON = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, int, float, BaseException, type) for name in dir(kind)
)
"""Methods of everyday objects: `x.get()` says nothing about a `get` of the project."""


def targets_of(unit: int, call: Call, lookup: Lookup) -> Iterator[Target]:
    """The units that the call of `unit` may enter, with the rule that says so; none when the text does not tell."""
    match call.kind:
        case "name":
            yield from _enter(_named(unit, call.name, lookup), "name", lookup)
        case "own":
            found = lookup.follow(lookup.receiver(unit), call.name.split("."))
            yield from _enter(found, "attribute" if "." in call.name else "own", lookup)
        case "super":
            owner = lookup.owner(unit)
            method = lookup.method(owner, call.name, after=1) if owner is not None else None
            if method is not None:
                yield method, "super"
        case "typed":
            receiver, name = _typed(call.name, lookup)
            yield from _enter(lookup.follow(receiver, [name]), "typed", lookup)
        case "read":
            *way, name = call.name.split(".")
            yield from _read(lookup.follow(lookup.receiver(unit), way), name, lookup)
        case "look":
            yield from _read(*_typed(call.name, lookup), lookup)


def targets_by_name(call: Call, lookup: Lookup) -> Iterator[Target]:
    """All methods of the project with the name that is called on something unknown, if it is rare enough."""
    name = call.name.rpartition(".")[2]
    if call.kind not in ("own", "method") or name in _COMMON or name.startswith("__"):
        return
    found = lookup.methods.get(name, ())
    if len(found) <= MOST_METHODS:
        rule: Rule = "only method" if len(found) == 1 else "few methods" if len(found) <= 3 else "some methods"
        yield from ((method, rule) for method in found)


def may_enter(call: Call, lookup: Lookup) -> bool:
    """Whether a call that leads nowhere may still enter the project: a variable that is called, a method it has."""
    if call.kind == "name":
        return "." not in call.name and call.name not in _BUILTINS
    return call.kind in ("own", "method", "typed") and call.name.rpartition(".")[2] in lookup.methods


def wrappers_of(unit: int, lookup: Lookup) -> Iterator[int]:
    """What is entered around a decorated function: the innermost functions of its decorators in the project.

    The outer ones ran when the module was imported. Of a decorator that is a class, `__call__` or `__get__`.
    """
    for name in lookup.units[unit].decorators:
        found = lookup.meaning(name)
        if found and found.kind == "function":
            yield from _innermost(found.unit, lookup)
        elif found and found.kind == "class":
            methods = (lookup.method(found.unit, special) for special in ("__call__", "__get__"))
            yield from (method for method in methods if method is not None)


def _innermost(unit: int, lookup: Lookup) -> Iterator[int]:
    waiting = list(lookup.inside(unit))
    while waiting:
        inner = waiting.pop()
        waiting += lookup.inside(inner)
        if not lookup.inside(inner):
            yield inner


def _named(unit: int, name: str, lookup: Lookup) -> Meaning | None:
    if "." in name:
        return lookup.meaning(name)
    if name == "cls":
        owner = lookup.owner(unit)
        return Meaning("class", owner) if owner is not None else None
    return lookup.in_module(lookup.modules[unit], name) if name not in _BUILTINS else None


def _typed(name: str, lookup: Lookup) -> tuple[Meaning | None, str]:
    """The instance that `pkg.mod.Class.attribute.method` is called on, and the method's name."""
    *parts, last = name.split(".")
    for size in range(1, len(parts) + 1):
        found = lookup.meaning(".".join(parts[:size]))
        if found and found.kind in ("class", "instance"):
            return lookup.follow(found._replace(kind="instance"), parts[size:]), last
    return None, last


def _enter(found: Meaning | None, rule: Rule, lookup: Lookup) -> Iterator[Target]:
    """What calling something enters: a function, the constructor of a class, `__call__` of an instance."""
    if found is None or found.kind == "module":
        return
    if found.kind == "function":
        yield found.unit, _rule_for(found, rule, lookup)
        yield from _overrides(found, lookup)
        return
    call = lookup.method(found.unit, "__call__") if found.kind == "instance" else None
    if call is not None:
        yield call, "attribute"
        return
    made: Rule = "class" if found.kind == "class" else "attribute"
    methods = (lookup.method(found.unit, special) for special in _CONSTRUCTORS)
    yield from ((method, made) for method in methods if method is not None)


def _rule_for(found: Meaning, rule: Rule, lookup: Lookup) -> Rule:
    name = lookup.units[found.unit].name.rpartition(".")[2]
    if name.startswith("__") and rule != "own":
        return "protocol"
    return "return" if found.is_returned else rule


def _read(receiver: Meaning | None, name: str, lookup: Lookup) -> Iterator[Target]:
    """What reading an attribute enters: a property, the `__get__` of a descriptor; a method is only referred to."""
    if receiver is None or receiver.kind != "instance":
        return
    method = lookup.method(receiver.unit, name)
    if method is None:
        found = lookup.follow(receiver, [name])
        getter = lookup.method(found.unit, "__get__") if found and found.kind == "instance" else None
        if getter is not None:
            yield getter, "property"
    elif lookup.is_property(method):
        yield method, "property"
        yield from _overrides(Meaning("function", method, receiver=receiver.unit), lookup)
    elif lookup.units[method].is_body:
        yield method, "reference"


def _overrides(found: Meaning, lookup: Lookup) -> Iterator[Target]:
    """The methods that a class below the receiver's has instead."""
    if found.receiver < 0:
        return
    named = lookup.units[found.unit]
    below = lookup.overrides(found.receiver, named.name.rpartition(".")[2])
    others = [each for each in below if each != found.unit and not lookup.units[each].is_stub]
    one: Rule = "implementation" if named.is_stub else "override"
    many: Rule = "implementations" if named.is_stub else "overrides"
    yield from ((each, one if len(others) == 1 else many) for each in others)
