"""Records: JSON documents (nested, with lists and pages inside) and query results."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import duckdb

from gongkai.errors import BrokenDelivery
from gongkai.read.encoding import text_of
from gongkai.read.grid import Document, Row
from gongkai.read.html import grids_in, labels_in
from gongkai.read.literal import NoLiteral, as_json, names_values
from gongkai.read.shape import Sheet, tables_in
from gongkai.sources import Table
from gongkai.text import Text

LARGEST = 128 << 20
"""How many bytes of JSON are read at once: its records need about 25 times the memory."""

Record = dict[str, str | None]


def read_json(document: Document, table: Table) -> tuple[Sheet, ...]:
    """The records of a JSON file; nested names are joined by a dot.

    A file may hold several documents, one after the other or one a line; a record's line is its
    place over all of them. A document is a list of records, a record, or has a list at the path
    `records`; the step `*` of a path takes every value of an object, with its name as `_key`. A
    script that only names values is one document, with their names for fields.

    `unnest` is the path of a list within a record: a row is then one of its items, with the
    record's own fields beside it. An item that is a list has its places, from 1, for names.
    `labelled_html` names a field that holds a page of labels and values: every label becomes a
    column. `page_table` names a field that holds a page with a table: its rows have the record's
    fields beside them.

    Raises BrokenDelivery where the file is no whole JSON, or has no list where it is declared.
    """
    try:
        found = [
            (line, row)
            for line, record in enumerate(_records_in(document, table), start=1)
            for row in _rows(record, table, _place(document.name, line))
        ]
    except RecursionError:
        _broken(document.name, "JSON 嵌套过深", "the JSON is nested too deep")
    if table.page_table:
        sheets = (_sheets_of_page(row, table, document.name, line) for line, row in found)
        return tuple(itertools.chain.from_iterable(sheets))
    records = [(line, _labels(row, table, _place(document.name, line))) for line, row in found]
    header = list(dict.fromkeys(key for _, record in records for key in record))
    rows: list[Row] = [
        (line, _identity(record, table), [record.get(key) for key in header])
        for line, record in records
    ]
    return (Sheet(document.name, "", header, rows, len(rows)),)


def read_database(document: Document, table: Table) -> tuple[Sheet, ...]:
    """A query's result as it was kept; a line is a row's place in the result."""
    with duckdb.connect() as database:
        result = database.read_parquet(str(document.path))
        header = list(result.columns)
        found = result.fetchall()
    rows: list[Row] = []
    for line, values in enumerate(found, start=1):
        record = dict(zip(header, values, strict=True))
        rows.append((line, _identity(record, table), list(values)))
    return (Sheet(document.name, "", header, rows, len(rows)),)


class Number(str):
    """A number as it is printed, every digit of it."""

    __slots__ = ()


class TwoValues(ValueError):
    """An object that gives a name two values."""


def _records_in(document: Document, table: Table) -> Iterator[Any]:
    if document.path.stat().st_size > LARGEST:
        raise BrokenDelivery(
            Text(
                f"JSON 文件超过 {LARGEST >> 20} MB",
                f"the JSON is larger than {LARGEST >> 20} MB",
            ),
            where=document.name,
            do=Text("请部门分批报送。", "Ask the department to hand it over in parts."),
        )
    text = text_of(document, table.encoding)
    if names_values(text):
        text = _named_values(text, document.name)
    for found in _documents(text, document.name):
        if not table.records and isinstance(found, dict):
            yield found
            continue
        for step in table.records:
            found = _step(found, step)
        if not isinstance(found, list):
            place = ".".join(table.records)
            _broken(
                document.name,
                f"{place or '顶层'} 处没有列表",
                f"there is no list at {place or 'the top'}",
            )
        yield from found


def _named_values(script: str, name: str) -> str:
    try:
        return as_json(script)
    except NoLiteral as error:
        _broken(
            f"{name}, 第 {error.line} 行 line {error.line}",
            "此处既不是 JSON 也不是一个值",
            "there is neither JSON nor a plain value",
        )


def _documents(text: str, name: str) -> Iterator[Any]:
    """The JSON documents of a text, which follow each other with or without white space."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=Number
    )
    at = _after_space(text, 0)
    while at < len(text):
        try:
            found, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            _broken(
                f"{name}, 第 {error.lineno} 行 line {error.lineno}",
                "文件到此不再是完整的 JSON",
                "from here on the file is no whole JSON",
            )
        except TwoValues as error:
            line = text.count("\n", 0, at) + 1
            _broken(
                f"{name}, 第 {line} 行起 from line {line}",
                f"同一对象中“{error}”有两个不同的值",
                f"an object gives “{error}” two values",
            )
        except RecursionError:
            _broken(name, "JSON 嵌套过深", "the JSON is nested too deep")
        yield found
        at = _after_space(text, end)


def _after_space(text: str, at: int) -> int:
    space = re.compile(r"[\s\x1e\ufeff]*").match(text, at)
    return space.end() if space else at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            if value != found[key]:
                raise TwoValues(key)
    return found


def _step(found: Any, step: str) -> Any:
    if not isinstance(found, dict):
        return None
    if step != "*":
        return found.get(step)
    return [{"_key": key, **_named(value)} for key, value in found.items()]


def _named(item: Any) -> dict[str, Any]:
    """An item's values by name; those of a list are called by their place, from 1."""
    if isinstance(item, list):
        return {str(place): value for place, value in enumerate(item, start=1)}
    return item if isinstance(item, dict) else {"": item}


def _rows(record: Any, table: Table, where: str) -> Iterator[Record]:
    [own] = _records([record], where)
    return _unnested(own, table.unnest.split(".") if table.unnest else [], "", where)


def _labels(record: Record, table: Table, where: str) -> Record:
    """The record with what the page in it prints beside labels; a cell of the table that is read
    as one is no label."""
    name = table.labelled_html
    page = record.get(name) if name else None
    if name is None or page is None:
        return record
    return record | labels_in(page, name, where, of_tables=name != table.page_table)


def _sheets_of_page(record: Record, table: Table, file: str, line: int) -> Iterator[Sheet]:
    """The declared table of the page in a record, with the record's fields beside its rows; the
    record alone where its page has no such table, for the check to say what is missing."""
    where = _place(file, line)
    page = record.get(table.page_table or "") or ""
    found = [sheet for grid in grids_in(page, where) for sheet in tables_in(grid, table)]
    beside = _labels(record, table, where)
    for sheet in found:
        header = [*sheet.header, *beside]
        rows: list[Row] = []
        for row, _, cells in sheet.rows:
            filled = [*cells, *[None] * (len(sheet.header) - len(cells)), *beside.values()]
            identity = _identity(dict(zip(header, filled, strict=True)), table)
            rows.append((line, f"{identity} {sheet.part} 第{row}行".strip(), filled))
        yield Sheet(file, sheet.part, header, rows, len(rows), sheet.captions)
    if not found:
        alone: Row = (line, _identity(beside, table), list(beside.values()))
        yield Sheet(file, "", list(beside), [alone], 1)


def _place(file: str, line: int) -> str:
    return f"{file}, 第 {line} 条 record {line}"


def _unnested(
    record: dict[str, Any], steps: list[str], prefix: str, where: str
) -> Iterator[Record]:
    """A record as rows: one, or one for every item of the list at the end of the steps."""
    if not steps:
        yield _flat(record, prefix)
        return
    step, *further = steps
    outer = _flat({key: value for key, value in record.items() if key != step}, prefix)
    inside = record.get(step)
    if isinstance(inside, dict) and further:
        inside = _step(inside, further.pop(0)) if further[0] == "*" else [inside]
    elif further[:1] == ["*"]:
        further.pop(0)
    for item in _records(inside or [{}], where):
        for row in _unnested(item, further, f"{prefix}{step}.", where):
            yield outer | row


def _records(found: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(item, dict | list) for item in found):
        _broken(
            where,
            "来源声明为记录的地方是一个值",
            "there is a value where the source declares a record",
        )
    return [_named(item) for item in found]


def _flat(record: dict[str, Any], prefix: str) -> Record:
    flat: Record = {}
    for key, value in record.items():
        match value:
            case dict():
                flat |= _flat(value, f"{prefix}{key}.")
            case None | "":
                flat[prefix + key] = None
            case str():
                flat[prefix + key] = str(value)
            case _:
                flat[prefix + key] = _printed(value)
    return flat


def _printed(value: Any) -> str:
    """A value as JSON, its numbers as they were printed."""
    match value:
        case Number():
            return str(value)
        case list():
            return f"[{', '.join(map(_printed, value))}]"
        case dict():
            return "{" + ", ".join(f"{_printed(k)}: {_printed(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _identity(record: Record, table: Table) -> str:
    values = [str(record.get(name) or "") for name in table.identity]
    return f"id={'/'.join(values)}" if table.identity else ""


def _broken(where: str, zh: str, en: str) -> NoReturn:
    raise BrokenDelivery(
        Text(zh, en),
        where=where,
        do=Text(
            "请部门重新报送，或修改来源声明。",
            "Ask the department to hand over again, or mend the source.",
        ),
    )
