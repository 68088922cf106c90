"""Tables as lines of text, in the two forms people know: PowerShell's and Docker's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from ..errors import UsageError
from .inert import inert, width

__all__ = ["Column", "Grid", "Style", "choose", "cut", "lines"]

Style = Literal["page", "docker"]
"""``page``: a line of dashes under the header; ``docker``: none, and wide columns."""

_DOCKER_LEAST = 20
_DOCKER_GAP = 3


class Column(NamedTuple):
    """One column of a table."""

    name: str
    """Its header, and how --columns calls it (in any case)."""
    text: Callable[[Any], str]
    """The cell of one row's value; foreign text is made inert when it is laid out."""


class Grid(NamedTuple):
    """A table that is ready to be laid out."""

    columns: tuple[Column, ...]
    rows: tuple[Any, ...]
    """Values, one a row."""
    style: Style = "page"


def choose(columns: Sequence[Column], wanted: str, usual: str) -> tuple[Column, ...]:
    """Return the columns that *wanted* names, separated by commas; those of *usual* if empty.

    Raises UsageError for a name that is not among *columns*.
    """
    known = {column.name.lower(): column for column in columns}
    chosen = []
    for name in (wanted or usual).split(","):
        column = known.get(name.strip().lower())
        if column is None:
            raise UsageError(
                f"there is no column {name.strip()!r}",
                hint=f"columns are: {', '.join(column.name for column in columns)}",
                column=name.strip(),
            )
        chosen.append(column)
    return tuple(chosen)


def lines(grid: Grid) -> Iterator[str]:
    """Yield the lines of *grid*, header first; the last column is not padded."""
    header = tuple(column.name for column in grid.columns)
    rows = [tuple(inert(column.text(row)) for column in grid.columns) for row in grid.rows]
    if grid.style == "page":
        dashes = tuple("-" * width(name) for name in header)
        yield from _padded([header, dashes, *rows], least=0, gap=1)
    else:
        yield from _padded([header, *rows], least=_DOCKER_LEAST, gap=_DOCKER_GAP)


def cut(line: str, columns: int) -> str:
    """Return *line* so that it fits *columns* columns of a terminal, ``...`` where it was cut."""
    if width(line) <= columns:
        return line
    kept = line[: max(0, columns - 3)]
    while kept and width(kept) > columns - 3:
        kept = kept[:-1]
    return kept + "..."


def _padded(rows: Sequence[tuple[str, ...]], *, least: int, gap: int) -> Iterator[str]:
    widths = [max(least, max(map(width, cells)) + gap) for cells in _turned(rows)]
    for row in rows:
        *front, last = row
        padded = [
            cell + " " * (wide - width(cell)) for cell, wide in zip(front, widths, strict=False)
        ]
        yield "".join((*padded, last)).rstrip()


def _turned(rows: Sequence[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    return zip(*rows, strict=True)
