"""Headings of groups: lines that are no rows, and say what the rows below them are part of."""

from __future__ import annotations

import re
from dataclasses import replace

from gongkai.read.grid import Row
from gongkai.read.shape import Sheet

HEADING = "heading"
"""The header of the column that says under which heading a row stands."""


def headed(sheet: Sheet, heading: str | None) -> Sheet:
    """The sheet without the lines whose only cell matches `heading` whole, nor blank ones, and with
    a last column that repeats it in every row below."""
    if heading is None:
        return sheet
    width = len(sheet.header)
    rows: list[Row] = []
    above: str | None = None
    for line, part, cells in sheet.rows:
        filled = [cell.strip() for cell in cells if cell and cell.strip()]
        if len(filled) == 1 and re.fullmatch(heading, filled[0]):
            above = filled[0]
        elif filled:
            # a row that is too long stays so, to be refused
            padded = [*cells, *[None] * (width - len(cells))]
            rows.append((line, part, [*padded, above]))
    return replace(sheet, header=[*sheet.header, HEADING], rows=rows)
