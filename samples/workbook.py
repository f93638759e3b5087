"""Workbooks that look like those of a department and are the same bytes every time."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from samples.cells import Cell
from samples.files import put

CREATED = datetime(2026, 1, 5, 9, 0, 0)


@dataclass(frozen=True)
class Book:
    """An open workbook and the few styles the sheets share."""

    file: Any
    title: Any
    header: Any
    middle: Any
    day: Any
    amount: Any


@contextmanager
def workbook(path: Path) -> Iterator[Book]:
    """A workbook that is written to `path` when the block ends well."""
    buffer = io.BytesIO()
    file = xlsxwriter.Workbook(buffer, {"in_memory": True})
    file.set_properties({"title": f"{path.stem}（模拟数据）", "created": CREATED})
    yield Book(
        file=file,
        title=file.add_format({"bold": True, "align": "center", "font_size": 14}),
        header=file.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1}),
        middle=file.add_format({"align": "center", "valign": "vcenter"}),
        day=file.add_format({"num_format": "yyyy-mm-dd"}),
        amount=file.add_format({"num_format": "#,##0.00"}),
    )
    file.close()
    put(path, buffer.getvalue())


def write_cell(book: Book, sheet: Any, row: int, column: int, cell: Cell) -> None:
    """Write a cell as its own kind; `row` and `column` count from 0, text stays text."""
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, book.day)
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, cell, book.amount)
    else:
        sheet.write_number(row, column, cell)


def write_header(book: Book, sheet: Any, row: int, spans: list[tuple[str, list[str]]]) -> None:
    """A header of two rows from `row` on (from 0): a name over several, or one over both."""
    column = 0
    for name, parts in spans:
        last = column + max(len(parts), 1) - 1
        if not parts:
            sheet.merge_range(row, column, row + 1, column, name, book.header)
        elif last == column:
            sheet.write_string(row, column, name, book.header)
            sheet.write_row(row + 1, column, parts, book.header)
        else:
            sheet.merge_range(row, column, row, last, name, book.header)
            sheet.write_row(row + 1, column, parts, book.header)
        column = last + 1
