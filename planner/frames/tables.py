"""The tables that frames are made after: each column with its dtype and meaning; the only place that makes a frame.

Points, statements and other counts are whole numbers (`Int64`), hours and percents `Float64`, words `string`, kinds
`category`; what is not known is `<NA>`. No column holds objects.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pandas as pd
from pandas.api.extensions import ExtensionArray

Dtype = Literal["Int64", "Float64", "boolean", "string", "category", "datetime64[ns]", "datetime64[ns, UTC]"]

_Method = TypeVar("_Method", bound=Callable[..., object])

Row = Sequence[object]
"""The values of one row in the order of the table's columns; None for what is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name with the unit in it, its dtype, and what stands there. `kinds` are those of a category."""

    name: str
    dtype: Dtype
    about: str
    kinds: tuple[str, ...] = ()
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of frame: its name, what a row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def text(self) -> str:
        """The table for a docstring: a line for each column with its dtype and meaning."""
        wide = max(len(each.name) for each in self.columns)
        lines = [f"    {each.name:<{wide}}  {each.dtype:<10}  {each.about}" for each in self.columns]
        return "\n".join([f"One row for each {self.row}.", "", *lines])


def documented(table: Table) -> Callable[[_Method], _Method]:
    """Puts the table's columns behind the docstring of what returns it, for `help` and for notebooks' `?`."""

    def document(method: _Method) -> _Method:
        method.__doc__ = f"{method.__doc__}\n\n{table.text}\n"
        return method

    return document


def make_frame(table: Table, rows: Iterable[Row], more: Iterable[Column] = ()) -> pd.DataFrame:
    """The rows as a DataFrame with the table's columns and dtypes, and `more` columns after them.

    Raises ValueError for a row that is too short or too long, or a kind that the table does not know.
    """
    columns, listed = (*table.columns, *more), [tuple(row) for row in rows]
    values = list(zip(*listed, strict=True)) if listed else [()] * len(columns)
    arrays = {each.name: _array(each, mine) for each, mine in zip(columns, values, strict=True)}
    frame = pd.DataFrame(arrays)
    frame.attrs["gapplan"] = table.name
    return frame


def _array(column: Column, values: Any) -> ExtensionArray:
    """What the stubs of pandas cannot know, since the dtype is data, is left to pandas to check here alone."""
    if column.dtype == "category":
        if unknown := {value for value in values if value is not None} - set(column.kinds):
            raise ValueError(f"{column.name}: {min(map(str, unknown))} is none of its kinds")
        return pd.Categorical(values, categories=column.kinds, ordered=column.is_ordered)
    # Python's own strings: names of files may hold lone surrogates, which pyarrow's refuse.
    dtype: Any = pd.StringDtype("python") if column.dtype == "string" else column.dtype
    array: ExtensionArray = pd.array(list(values), dtype=dtype)
    return array
