"""Calls of names that somebody watches for, with what they are given as text: `subprocess.run([sys.executable])`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class WatchedCall:
    """One place where a watched name is called or decorates something.

    `name` is absolute, resolved through the file's imports (`from os import _exit` gives `os._exit`). `unit` is the
    unit it stands in, `<module>` at the top level; of a decorator, the unit it decorates. `arguments` and `keywords`
    hold the source text of each argument, cut at 300 characters; `strings` all string constants in them, in their
    order. A context is a call that `with` enters. A decorator may have no arguments and be no call
    (`@pytest.mark.skip`). `f()` in a name stands for what calling `f` gives, also through a variable. `pytestmark`
    decorates the module or class that it stands in. At most 1,000 strings.
    """

    path: str
    line: int
    name: str
    unit: str
    role: Literal["call", "context", "decorator"] = "call"
    arguments: tuple[str, ...] = ()
    keywords: Mapping[str, str] = field(default_factory=dict)
    strings: tuple[str, ...] = ()
