"""What the readers of a format give: the cells of a file where they stand, nothing taken for a
header yet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

Row = tuple[int, str, list[str | None]]
"""Line (from 1, as the department sees it), part (sheet, page, or the record's identity), cells."""

Corner = tuple[int, int]
"""Row and column of a cell in a grid, both from 0."""

NEAR = 5
"""How many lines above a table in a text may be its title, its year or its unit."""


@dataclass(frozen=True)
class Document:
    """A file to be read: what it is called, for people, and where its bytes lie. A member of an
    archive is called `archive.zip/member.csv`."""

    name: str
    path: Path


@dataclass(frozen=True)
class Grid:
    """A sheet, a page or a whole text as rows of cells, by line and column. A cell without text is
    None. `merged` are the areas that are printed as one cell, by their first and last corner; only
    the first corner has the text. `furniture` counts the lines that are the page's, not the
    table's: its number, and the title that a table has once more on its next page. `cover` are the
    lines of the title page, where the rows begin below it."""

    file: str
    part: str
    rows: list[Row]
    merged: tuple[tuple[Corner, Corner], ...] = ()
    furniture: int = 0
    cover: tuple[Row, ...] = ()

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.file}, {self.part}" if self.part else self.file


def below(grid: Grid, near: Sequence[str], far: Sequence[str]) -> Grid:
    """A table that stands below lines of text: those `near` it belong to the grid (as line 0), and
    those further up to its cover."""
    above: list[Row] = [(0, grid.part, [line]) for line in near]
    cover = tuple((0, grid.part, list[str | None]([line])) for line in far)
    down = len(above)
    merged = tuple(((t + down, left), (b + down, right)) for (t, left), (b, right) in grid.merged)
    return replace(grid, rows=above + grid.rows, merged=merged, cover=cover)


def turned(grid: Grid) -> Grid:
    """The grid with its columns as lines, from 1; the lines above it (of line 0) stay."""
    above = [row for row in grid.rows if row[0] == 0]
    down = len(above)
    printed = [cells for line, _, cells in grid.rows if line > 0]
    columns = itertools.zip_longest(*printed)
    rows = [(line, grid.part, list(cells)) for line, cells in enumerate(columns, start=1)]
    merged = tuple(
        ((left + down, top - down), (right + down, bottom - down))
        for (top, left), (bottom, right) in grid.merged
    )
    return replace(grid, rows=above + rows, merged=merged)
