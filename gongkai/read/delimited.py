"""Delimited text in its declared encoding."""

from __future__ import annotations

import csv

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Document, Grid, Row
from gongkai.read.shape import Sheet
from gongkai.text import Text


def read_delimited(document: Document, encoding: str | None, delimiter: str | None) -> Grid:
    """The lines of a text file. A line is a physical line of the file: a quoted field that runs
    over several is found at its first."""
    encoding, delimiter = encoding or "utf-8", delimiter or ","
    rows: list[Row] = []
    try:
        with document.path.open(encoding=encoding, errors="strict", newline="") as file:
            # a byte order mark is no part of the first header
            if file.read(1) != "\ufeff":
                file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            start = 1
            for fields in reader:
                rows.append((start, "", [field if field != "" else None for field in fields]))
                start = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise BrokenDelivery(
            Text(
                f"文件不是 {encoding} 编码（从某一块的第 {error.start} 字节起）",
                f"the bytes are not {encoding} (from byte {error.start} of a block on)",
            ),
            where=document.name,
            do=Text(
                "请向部门确认导出编码，或修改来源声明。",
                "Ask the department in which encoding it exports, or mend the source.",
            ),
        ) from None
    except csv.Error as error:
        raise BrokenDelivery(
            Text(
                f"文本没有按声明的分隔符分列（{error}）",
                f"the text is not delimited as declared ({error})",
            ),
            where=f"{document.name}, 第 {start} 行 line {start}",
            do=Text("请部门重新导出。", "Ask the department to export again."),
        ) from None
    return Grid(document.name, "", rows)


def refuse_overflow(sheet: Sheet, rows: list[Row]) -> None:
    """A row of data with more fields than the header has an unquoted delimiter in one of them."""
    for line, _, cells in rows:
        if len(cells) > len(sheet.header) and any(cells[len(sheet.header) :]):
            raise BrokenDelivery(
                Text(
                    f"该行有 {len(cells)} 个字段，表头只有 {len(sheet.header)} 个",
                    f"the line has {len(cells)} fields, the header {len(sheet.header)}",
                ),
                where=f"{sheet.file}, 第 {line} 行 line {line}",
                do=Text(
                    "请部门给含有分隔符的字段加上引号。",
                    "Ask the department to quote fields that hold the delimiter.",
                ),
            )
