"""Excel workbooks, whatever their suffix: every cell as the text that is meant."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Document, Grid, Row
from gongkai.text import Text

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
LAST_EXACT = 10**15
"""Excel keeps 15 digits; a longer number has lost its end and must not look whole."""


def read_excel(document: Document, sheets: str | None = None) -> Iterator[Grid]:
    """The sheets whose name matches, in the workbook's order."""
    try:
        with document.path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
    except (CalamineError, OSError, ValueError):
        raise BrokenDelivery(
            Text("文件不是能打开的工作簿", "the file is no workbook that can be opened"),
            where=document.name,
            do=Text(
                "请部门另存为 xlsx 后重新报送。", "Ask the department to save it again as xlsx."
            ),
        ) from None
    wanted = [
        sheet
        for sheet in workbook.sheet_names
        if sheets is None or re.fullmatch(sheets, sheet.strip())
    ]
    if not wanted:
        raise BrokenDelivery(
            Text(
                f"没有名为 {sheets} 的工作表；现有 {'、'.join(workbook.sheet_names)}",
                f"no sheet is called {sheets}; there are {', '.join(workbook.sheet_names)}",
            ),
            where=document.name,
            do=Text(
                "请部门补上该工作表，或修改来源声明。",
                "Ask the department for the missing sheet, or mend the source.",
            ),
        )
    for sheet in wanted:
        yield _grid(workbook.get_sheet_by_name(sheet), document.name, sheet.strip())


def _grid(sheet: CalamineSheet, file: str, part: str) -> Grid:
    rows: list[Row] = [
        (line, part, [_text(value) for value in row])
        for line, row in enumerate(sheet.to_python(skip_empty_area=False), start=1)
    ]
    return Grid(file, part, rows, tuple(sheet.merged_cell_ranges or ()))


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
