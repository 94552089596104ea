"""What a Python file mentions: the names in its code and strings, by the unit that has them."""

from dataclasses import dataclass

SIGNS = (
    *("TYPE_CHECKING", "__name__", "Protocol", "abstractmethod", "overload", "...", "NotImplementedError", "__repr__"),
)
"""Texts that are looked for in whole files; those with bit n have the n-th."""


@dataclass(frozen=True, slots=True)
class FileMentions:
    """What one file mentions; several words are held as one text with a space between two of them.

    `words` come with the place in the file's outline that has them (`planner.model.outline`, 0 is the module level).
    Keywords are left out, comments mention nothing, and a definition does not mention its own name: see `defined`.
    `quoted` are the words that stand in strings; `beginnings` and `endings` are of names that the file puts together.
    Places in `reflecting` ask for attributes by computed names, those in `registered` have a decorator that is more
    than a name. A file that `is_listing` looks through its own module, one that `is_loading` imports what no import
    statement names, one that `is_starting` starts processes. `signs` has bit n for each of SIGNS in its text.
    """

    path: str
    words: tuple[tuple[int, str], ...] = ()
    defined: str = ""
    quoted: str = ""
    beginnings: str = ""
    endings: str = ""
    reflecting: tuple[int, ...] = ()
    registered: tuple[int, ...] = ()
    is_listing: bool = False
    is_loading: bool = False
    is_starting: bool = False
    signs: int = 0

    def has_sign(self, sign: str) -> bool:
        """Whether the file's text holds one of SIGNS."""
        return bool(self.signs >> SIGNS.index(sign) & 1)
