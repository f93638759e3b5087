"""A table that was flattened into a text, a cell a line: what is left of one that was copied out
of a word processor. An indented line is a cell, a line that is not ends the row."""

from __future__ import annotations

import re

from gongkai.read.encoding import text_of
from gongkai.read.grid import Document, Grid, Row


def read_cells(document: Document, encoding: str | None) -> Grid:
    """The rows of the table, each found at its first cell, and the lines around it, which are rows
    of one cell."""
    rows: list[Row] = []
    cells: list[str | None] = []
    for number, line in enumerate(re.split(r"\r\n?|\n", text_of(document, encoding)), start=1):
        text = line.strip()
        if line.startswith("\t"):
            cells.append(text or None)
            continue
        if cells:
            rows.append((number - len(cells), "", cells))
            cells = []
        if text:
            rows.append((number, "", [text]))
    if cells:
        rows.append((number + 1 - len(cells), "", cells))
    return Grid(document.name, "", rows)
