"""The rules that an edge of the call graph can come from, and how often a call found so really happens."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Rule = Literal[
    "name",
    "class",
    "own",
    "super",
    "typed",
    "attribute",
    "return",
    "protocol",
    "property",
    "reference",
    "nested",
    "wrapper",
    "override",
    "overrides",
    "implementation",
    "implementations",
    "only method",
    "few methods",
    "some methods",
]
"""How the text gives the callee away.

name: a name through imports and re-exports. class: a class that is made, so its constructor. own: on `self` or `cls`.
typed, attribute, return: on a variable, an attribute or a result whose class is written down. protocol: `with x`,
`x[k]`, `len(x)`. property: an attribute that calls. reference: a method that is named, not called. nested: a function
inside. wrapper: the function that a decorator puts around. override(s): in one or several classes below the one that
the text names; implementation(s): the same where the text names a stub. only, few (2-3), some (4-6) methods: no more
is known than the method's name, and the project has that many of it.
"""


class Rate(NamedTuple):
    """How often the callee is entered when the caller is: by a call that stands in no block, and by one in a block."""

    straight: float
    in_block: float


RATES: Mapping[Rule, Rate] = {
    "name": Rate(0.95, 0.66),
    "class": Rate(0.96, 0.65),
    "own": Rate(0.92, 0.69),
    "super": Rate(0.99, 0.99),
    "typed": Rate(0.91, 0.78),
    "attribute": Rate(0.87, 0.53),
    "return": Rate(0.70, 0.48),
    "protocol": Rate(0.96, 0.79),
    "property": Rate(0.91, 0.86),
    "reference": Rate(0.60, 0.60),
    "nested": Rate(0.83, 0.31),
    "wrapper": Rate(0.93, 0.93),
    "override": Rate(0.21, 0.21),
    "overrides": Rate(0.18, 0.18),
    "implementation": Rate(0.80, 0.80),
    "implementations": Rate(0.36, 0.15),
    "only method": Rate(0.66, 0.66),
    "few methods": Rate(0.38, 0.38),
    "some methods": Rate(0.35, 0.35),
}
"""Measured by tests/benchmarks/reach.py on 4,438 edges of eight projects (apscheduler, click, flask, jinja2,
marshmallow, twine, watchdog, werkzeug): the mean, over edges, of the share of the caller's tests that enter the callee.
In a block or not is what tells most (0.92 against 0.68 where the text names the callee). Rules with few edges of one
kind have one rate for both. The rates of seven projects are off by 0.04 on average for the eighth, by 0.14 at most
(twine); the method rules, `reference` and `implementations` differ most, since a name alone proves little.
"""

MOST_METHODS = 6
"""A method's name that more than so many methods of the project have says nothing."""
