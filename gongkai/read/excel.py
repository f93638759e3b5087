"""Excel workbooks: titles, merged headers and units in a caption."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from gongkai.errors import BrokenDelivery
from gongkai.read.sheet import Row, Sheet, captions_in, join_headers
from gongkai.sources import Table
from gongkai.text import Text

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
LAST_EXACT = 10**15
"""Excel keeps 15 digits; a longer number has lost its end and must not look whole."""


def read_excel(path: Path, name: str, table: Table) -> Iterator[Sheet]:
    """The tables of the sheets whose name matches, in the workbook's order."""
    try:
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
    except (CalamineError, OSError, ValueError):
        raise BrokenDelivery(
            Text("文件不是能打开的工作簿", "the file is no workbook that can be opened"),
            where=name,
            do=Text(
                "请部门另存为 xlsx 后重新报送。", "Ask the department to save it again as xlsx."
            ),
        ) from None
    wanted = [
        sheet
        for sheet in workbook.sheet_names
        if table.sheets is None or re.fullmatch(table.sheets, sheet.strip())
    ]
    if not wanted:
        raise BrokenDelivery(
            Text(
                f"没有名为 {table.sheets} 的工作表；现有 {'、'.join(workbook.sheet_names)}",
                f"no sheet is called {table.sheets}; there are {', '.join(workbook.sheet_names)}",
            ),
            where=name,
            do=Text(
                "请部门补上该工作表，或修改来源声明。",
                "Ask the department for the missing sheet, or mend the source.",
            ),
        )
    for sheet in wanted:
        yield _sheet(workbook.get_sheet_by_name(sheet), name, sheet.strip(), table)


def _sheet(sheet: CalamineSheet, file: str, part: str, table: Table) -> Sheet:
    grid = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    last = max(table.header_rows)
    head = [list(row) for row in grid[:last]]
    _spread(head, sheet.merged_cell_ranges or [])
    header = join_headers([head[line - 1] for line in table.header_rows if line <= len(head)])
    rows: list[Row] = [
        (line, part, cells) for line, cells in enumerate(grid[last:], start=last + 1)
    ]
    above = head[: min(table.header_rows) - 1]
    return Sheet(file, part, header, rows, min(last, len(grid)), captions_in(above, table.captions))


def _spread(
    head: list[list[str | None]], merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    """Give every cell of a merged header the text that is printed over it."""
    for (top, left), (bottom, right) in merged:
        if top >= len(head) or left >= len(head[top]):
            continue
        text = head[top][left]
        for row in head[top : bottom + 1]:
            row[left : right + 1] = [text] * len(row[left : right + 1])


def _text(value: Value) -> str | None:
    match value:
        case "":
            return None
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < LAST_EXACT:
            return str(int(value))
        case float() if abs(value) >= LAST_EXACT:
            return f"{Decimal(repr(value)).normalize():E}"
        case float():
            return repr(value).upper()
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
    return str(value)
