"""Excel workbooks, whatever their suffix: every cell as the text that is meant."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetVisibleEnum,
)

from gongkai.errors import BrokenDelivery
from gongkai.read.excel_faults import DamagedWorkbook, ProtectedWorkbook, faults_of
from gongkai.read.grid import Corner, Document, Grid, Row
from gongkai.text import Text

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
LAST_EXACT = 10**15
"""Excel keeps 15 digits; a longer number has lost its end and must not look whole."""

CONTENTS = re.compile(r"\s*(目\s*[录次]|封面?)\s*")
"""A sheet that names the tables and is none."""


def read_excel(document: Document, sheets: str | None = None) -> Iterator[Grid]:
    """The sheets whose name matches, in the workbook's order; without a name all that the
    department shows but its list of contents. A hidden sheet counts where it is asked for.

    A cell with an error has its text (`#REF!`), a formula that nobody calculated its own (`=A1`),
    a percentage is the number behind it (0.25 for 25 %), a date is 2025-03-05.
    Raises BrokenDelivery where the file is no workbook, or no sheet is called so.
    """
    path = document.path
    opened = _opened(path, document.name, path.stat().st_mtime_ns)
    wanted = opened.shown if sheets is None else opened.called(sheets)
    if not wanted:
        names = opened.book.sheet_names
        raise BrokenDelivery(
            Text(
                f"没有名为 {sheets} 的工作表；现有 {'、'.join(names)}",
                f"no sheet is called {sheets}; there are {', '.join(names)}",
            ),
            where=document.name,
            do=Text(
                "请部门补上该工作表，或修改来源声明。",
                "Ask the department for the missing sheet, or mend the source.",
            ),
        )
    for name in wanted:
        yield opened.grid(name, document.name)


@dataclass
class Opened:
    """A workbook that was parsed, and the sheets of it that were read: several tables of a source
    may stand in one workbook, and each is looked for in all of its sheets."""

    path: Path
    book: CalamineWorkbook
    faults: Mapping[str, Mapping[Corner, str]]
    grids: dict[str, Grid] = field(default_factory=dict)

    @property
    def shown(self) -> list[str]:
        """The sheets that are no contents and not hidden; all of them where none is left."""
        visible = [
            sheet.name
            for sheet in self.book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and not CONTENTS.fullmatch(sheet.name)
        ]
        return visible or self.book.sheet_names

    def called(self, pattern: str) -> list[str]:
        """The sheets whose name matches."""
        return [name for name in self.book.sheet_names if re.fullmatch(pattern, name.strip())]

    def grid(self, name: str, file: str) -> Grid:
        """A sheet by its name."""
        if name not in self.grids:
            with _damage_told(self.path, file):
                sheet = self.book.get_sheet_by_name(name)
                self.grids[name] = _grid(sheet, self.faults.get(name, {}), file, name.strip())
        return self.grids[name]


@lru_cache(maxsize=4)
def _opened(path: Path, file: str, changed: int) -> Opened:
    """The workbook; `changed` is when its file was, for a file outside the landing may be."""
    # from the bytes and not the path, whose suffix says nothing
    with _damage_told(path, file), path.open("rb") as stream:
        # before the reader, which takes room for all that a damaged sheet seems to span
        faults = faults_of(path.read_bytes())
        return Opened(path, CalamineWorkbook.from_filelike(stream), faults)


@contextmanager
def _damage_told(path: Path, file: str) -> Iterator[None]:
    """What goes wrong in a workbook, as a broken delivery."""
    try:
        yield
    except ProtectedWorkbook:
        raise BrokenDelivery(
            Text("工作簿有打开密码", "the workbook asks for a password"),
            where=file,
            do=Text(
                "请部门去掉密码后重新报送。", "Ask the department to hand it over without one."
            ),
        ) from None
    except (CalamineError, DamagedWorkbook, OSError, ValueError):
        raise _no_workbook(path, file) from None
    except BaseException as error:
        # the reader is not written in Python: what it did not expect comes as this
        if type(error).__name__ != "PanicException":
            raise
        raise _no_workbook(path, file) from None


NATURES = (
    (rb"%PDF-", "PDF", "a PDF"),
    (rb"MIME-Version:", "单个文件网页（MHTML）", "a web archive (MHTML)"),
    (rb"(?is).{,4}<\?xml.*office:spreadsheet", "XML 电子表格 2003", "an XML spreadsheet of 2003"),
    (rb"(?is).{,4}\s*<.*<(table|body|head)\b", "网页（HTML）", "a web page (HTML)"),
    (rb"(?is).{,4}\s*<(html|table|!doctype)\b", "网页（HTML）", "a web page (HTML)"),
    (rb"(?s)PK\x03\x04.*word/", "Word 文档", "a Word document"),
    (rb"PK\x03\x04", "损坏的工作簿或压缩包", "a damaged workbook, or an archive"),
    (rb"\xd0\xcf\x11\xe0", "损坏的工作簿或旧版 Word 文档", "damaged, or an old Word document"),
    (rb"[^\x00]+[,\t;|][^\x00]*\Z", "分隔符文本（CSV）", "delimited text (CSV)"),
)
"""What a file that only bears a workbook's suffix is, by how it begins."""


def _no_workbook(path: Path, file: str) -> BrokenDelivery:
    head = path.read_bytes()[:4096]
    it_is = next(((zh, en) for start, zh, en in NATURES if re.match(start, head)), None)
    zh, en = (f"，而是{it_is[0]}", f" but {it_is[1]}") if it_is else ("", "")
    return BrokenDelivery(
        Text(f"文件不是能打开的工作簿{zh}", f"the file is no workbook that can be opened{en}"),
        where=file,
        do=Text(
            "请部门另存为 xlsx 后重新报送，或在来源声明中改 kind。",
            "Ask the department to save it again as xlsx, or declare another kind.",
        ),
    )


def _grid(sheet: CalamineSheet, faults: Mapping[Corner, str], file: str, part: str) -> Grid:
    merged = tuple(sheet.merged_cell_ranges or ())
    before: list[str | None] = [None] * (sheet.start[1] if sheet.start else 0)
    lines = [before + _trimmed(row) for row in sheet.iter_rows()]
    for (line, place), text in faults.items():
        lines += [[] for _ in range(line + 1 - len(lines))]
        _widened(lines[line], place + 1)
        lines[line][place] = text
    # a merged cell is as wide as it is printed, where the table is
    width = max(map(len, lines), default=0)
    for (top, _), (bottom, right) in merged:
        for cells in lines[top : bottom + 1]:
            _widened(cells, min(right + 1, width))
    rows: list[Row] = [(line, part, cells) for line, cells in enumerate(lines, start=1)]
    return Grid(file, part, rows, merged)


def _trimmed(row: list[Value]) -> list[str | None]:
    """A row without the blanks at its end: a sheet may be declared 16384 columns wide."""
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return [_text(value) for value in row[:end]]


def _widened(cells: list[str | None], width: int) -> None:
    cells += [None] * (width - len(cells))


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
