"""Delimited text in its declared encoding."""

from __future__ import annotations

import csv
from pathlib import Path

from gongkai.errors import BrokenDelivery
from gongkai.read.sheet import Row, Sheet, captions_in, join_headers
from gongkai.sources import Table
from gongkai.text import Text


def read_delimited(path: Path, name: str, table: Table) -> Sheet:
    """The one table of a text file. A line is a physical line of the file: a quoted field that
    runs over several is found at its first."""
    lines: list[tuple[int, list[str | None]]] = []
    try:
        with path.open(encoding=table.encoding, errors="strict", newline="") as file:
            # a byte order mark is no part of the first header
            if file.read(1) != "\ufeff":
                file.seek(0)
            reader = csv.reader(file, delimiter=table.delimiter, strict=True)
            start = 1
            for fields in reader:
                lines.append((start, [field if field != "" else None for field in fields]))
                start = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise BrokenDelivery(
            Text(
                f"文件不是 {table.encoding} 编码（从某一块的第 {error.start} 字节起）",
                f"the bytes are not {table.encoding} (from byte {error.start} of a block on)",
            ),
            where=name,
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
            where=f"{name}, 第 {start} 行 line {start}",
            do=Text("请部门重新导出。", "Ask the department to export again."),
        ) from None
    last = max(table.header_rows)
    header = join_headers([cells for line, cells in lines if line in table.header_rows])
    above = [cells for line, cells in lines if line < min(table.header_rows)]
    rows: list[Row] = [(line, "", cells) for line, cells in lines if line > last]
    for line, _, cells in rows:
        if len(cells) > len(header) and any(cells[len(header) :]):
            raise BrokenDelivery(
                Text(
                    f"该行有 {len(cells)} 个字段，表头只有 {len(header)} 个",
                    f"the line has {len(cells)} fields, the header {len(header)}",
                ),
                where=f"{name}, 第 {line} 行 line {line}",
                do=Text(
                    "请部门给含有分隔符的字段加上引号。",
                    "Ask the department to quote fields that hold the delimiter.",
                ),
            )
    return Sheet(name, "", header, rows, last, captions_in(above, table.captions))
