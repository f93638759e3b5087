"""Records: JSON documents (nested, with lists and HTML inside) and query results."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import duckdb
from lxml import html

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Document, Row
from gongkai.read.shape import Sheet
from gongkai.sources import Table
from gongkai.text import Text


def read_json(document: Document, table: Table) -> Sheet:
    """The records of a JSON document; nested names are joined by a dot.

    `unnest` names a list within a record: a row is then one of its items, with the record's own
    fields beside it. `labelled_html` names a field that holds a page whose table prints a label
    and a value side by side: every label becomes a column.
    """
    name, encoding = document.name, table.encoding or "utf-8"
    try:
        text = document.path.read_text(encoding=encoding)
        found: Any = json.loads(text, parse_float=str)
    except (ValueError, UnicodeDecodeError):
        raise BrokenDelivery(
            Text(
                f"文件不是完整的 {encoding} 编码 JSON",
                f"the file is no whole {encoding} JSON document",
            ),
            where=name,
            do=Text("请部门重新报送。", "Ask the department to hand over again."),
        ) from None
    for step in table.records:
        found = found.get(step) if isinstance(found, dict) else None
    if not isinstance(found, list):
        place = ".".join(table.records)
        raise BrokenDelivery(
            Text(f"{place or '顶层'} 处没有列表", f"there is no list at {place or 'the top'}"),
            where=name,
            do=Text(
                "请向部门了解变动，或修改来源声明。",
                "Ask the department what changed, or mend the source.",
            ),
        )
    records = [
        (line, row)
        for line, record in enumerate(found, start=1)
        for row in _rows(record, table, f"{name}, 第 {line} 条 record {line}")
    ]
    header = list(dict.fromkeys(key for _, record in records for key in record))
    rows: list[Row] = [
        (line, _identity(record, table), [record.get(key) for key in header])
        for line, record in records
    ]
    return Sheet(name, "", header, rows, len(rows))


def read_database(document: Document, table: Table) -> Sheet:
    """A query's result as it was kept; a line is a row's place in the result."""
    with duckdb.connect() as database:
        result = database.read_parquet(str(document.path))
        header = list(result.columns)
        found = result.fetchall()
    rows: list[Row] = []
    for line, values in enumerate(found, start=1):
        record = dict(zip(header, values, strict=True))
        rows.append((line, _identity(record, table), list(values)))
    return Sheet(document.name, "", header, rows, len(rows))


def _rows(record: Any, table: Table, where: str) -> list[dict[str, str | None]]:
    [outer_record] = _records([record], where)
    items = outer_record.pop(table.unnest, None) if table.unnest else None
    page = outer_record.pop(table.labelled_html, None) if table.labelled_html else None
    outer = _flat(outer_record, "")
    if page and str(page).strip():
        outer |= _labelled(str(page))
    if not table.unnest:
        return [outer]
    return [outer | _flat(item, f"{table.unnest}.") for item in _records(items or [{}], where)]


def _records(found: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BrokenDelivery(
            Text(
                "来源声明为记录的地方是一个值",
                "there is a value where the source declares a record",
            ),
            where=where,
            do=Text(
                "请向部门了解变动，或修改来源声明。",
                "Ask the department what changed, or mend the source.",
            ),
        )
    return found


def _flat(record: dict[str, Any], prefix: str) -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        match value:
            case dict():
                flat |= _flat(value, f"{prefix}{key}.")
            case None | "":
                flat[prefix + key] = None
            case str():
                flat[prefix + key] = value
            case list():
                flat[prefix + key] = json.dumps(value, ensure_ascii=False)
            case _:
                flat[prefix + key] = json.dumps(value)
    return flat


def _labelled(page: str) -> dict[str, str | None]:
    """Label and value of every pair of cells in the page's table; the first of a label counts."""
    found: dict[str, str | None] = {}
    for row in html.document_fromstring(page).iter("tr"):
        cells = [_words(cell) for cell in row if cell.tag in ("td", "th")]
        for label, value in zip(cells[::2], cells[1::2], strict=False):
            found.setdefault(label.rstrip(":： "), value or None)
    return found


def _words(cell: Iterable[Any]) -> str:
    text = "".join(cell.itertext()) if isinstance(cell, html.HtmlElement) else ""
    return re.sub(r"\s+", " ", text).strip()


def _identity(record: dict[str, str | None], table: Table) -> str:
    values = [str(record.get(name) or "") for name in table.identity]
    return f"id={'/'.join(values)}" if table.identity else ""
