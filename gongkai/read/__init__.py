"""Read: files of any kind become one table of text, and every row knows where it came from.

Nothing is guessed. Rows that are no data (titles, subtotals, notes) are skipped only where the
source declares it, and are counted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.landing import address
from gongkai.read.apart import read_apart
from gongkai.read.archive import is_named, opened
from gongkai.read.cells import read_cells
from gongkai.read.delimited import read_delimited, refuse_overflow
from gongkai.read.excel import read_excel
from gongkai.read.grid import Document, Grid, Row
from gongkai.read.headings import headed
from gongkai.read.html import read_html, read_labelled_page
from gongkai.read.mend import mended
from gongkai.read.pdf import read_pdf
from gongkai.read.prose import read_prose
from gongkai.read.records import read_database, read_json
from gongkai.read.shape import MEND, Sheet, is_titled, tables_in
from gongkai.read.word import read_word
from gongkai.sources import Kind, Source, Table
from gongkai.state import Receipt
from gongkai.text import Text

BINARY = {"excel", "html", "pdf", "word"}
"""What is read by libraries in C and Rust."""

POSITION = ("_file", "_part", "_line")
EMPTY = pa.schema([(name, pa.string()) for name in ("_file", "_part", "reason")])


@dataclass(frozen=True)
class EmptyTable:
    """A statutory table that the department hands over without rows, and says why."""

    file: str
    part: str
    reason: str


@dataclass(frozen=True)
class TextTable:
    """The delivery as text: the DuckDB table `delivery`.

    A row is one row of the department's table. Its columns are those that the source declares,
    those of the captions (`_year`, `_unit`), `_table` (which of several), and the position:
    `_file`, `_part` (sheet, page, or the record's own identity) and `_line` (counted from 1 as
    the department sees it).
    """

    relation: duckdb.DuckDBPyRelation
    rows: int
    skipped: int
    unread: tuple[str, ...]
    empty: tuple[EmptyTable, ...]


def read(
    receipts: tuple[Receipt, ...], source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> TextTable:
    """Read what was received into the table `delivery`.

    Raises BrokenDelivery where a file is not what the source declares: another encoding, a table
    or column that is missing, no row at all.
    """
    arrived = [_document(receipt, home) for receipt in receipts]
    with opened(arrived, [table.files for table in source.tables]) as documents:
        found, lines = _all_found(documents, source)
    skipped = lines - sum(len(sheet.rows) for _, sheet in found)
    columns = columns_of(source)
    schema = pa.schema(
        [(name, pa.string()) for name in (*columns, "_file", "_part")] + [("_line", pa.int64())]
    )
    taken = [schema.empty_table()]
    empty: list[EmptyTable] = []
    unread = set[str]()
    headers: dict[Table, set[str]] = {}
    for declared, sheet in found:
        headers.setdefault(declared, set()).update(sheet.header)
    for declared, sheet in found:
        if said := _declared_empty(sheet, declared):
            empty.append(said)
            skipped += len(sheet.rows)
            continue
        # records without a field are no broken delivery, as long as some record has it
        of_records = declared.kind == "json" or declared.labelled_html
        elsewhere = headers[declared] if of_records else None
        places = _places(sheet, declared, elsewhere) if headers[declared] else {}
        unread |= {name for at, name in enumerate(sheet.header) if at not in places.values()}
        rows = [row for row in sheet.rows if not _skips(row[2], declared, places)]
        skipped += len(sheet.rows) - len(rows)
        if declared.empty and not rows:
            raise _unexplained(sheet, declared)
        if declared.kind == "delimited":
            refuse_overflow(sheet, rows)
        taken.append(_taken(sheet, rows, declared, places, schema))
    text = pa.concat_tables(taken)
    if not text.num_rows and not empty:
        raise BrokenDelivery(
            Text("没有一行数据", "there is not one row of data"),
            where=", ".join(receipt.name for receipt in receipts[:3]) or source.name,
            do=Text("请部门重新报送。", "Ask the department to hand over again."),
        )
    database.register("arrived", text)
    database.execute("CREATE OR REPLACE TABLE delivery AS FROM arrived")
    database.unregister("arrived")
    tell_of_empty(empty, database)
    unread = {name for name in unread if name and not any(c.isspace() for c in name)}
    relation = database.table("delivery")
    return TextTable(relation, text.num_rows, skipped, tuple(sorted(unread)), tuple(empty))


def columns_of(source: Source) -> tuple[str, ...]:
    """The columns of the table `delivery` beside the position: those that any table declares,
    `_table` where there are several, and those of the captions."""
    declared = ((*table.columns, *table.if_printed) for table in source.tables)
    names = dict.fromkeys(name for columns in declared for name, _ in columns)
    patterns = (text for table in source.tables for text in (*table.captions, *table.cover))
    captions = sorted({f"_{name}" for text in patterns for name in re.compile(text).groupindex})
    several = ("_table",) if len(source.tables) > 1 else ()
    return (*names, *several, *captions)


def _taken(
    sheet: Sheet, rows: list[Row], declared: Table, places: dict[str, int], schema: pa.Schema
) -> pa.Table:
    """The rows of a sheet that are data, by the declared names. Built column by column: as
    records, a million rows take half a minute."""
    # a source of one table may take `_table` from a caption
    beside = {"_table": declared.name}
    beside |= {f"_{name}": value for name, value in sheet.captions.items()}
    beside["_file"] = sheet.file
    arrays = []
    for name, kind in zip(schema.names, schema.types, strict=True):
        if name == "_line":
            values: pa.Array = pa.array([line for line, _, _ in rows], kind)
        elif name == "_part":
            values = pa.array([part for _, part, _ in rows], kind)
        elif name in beside:
            values = pa.repeat(pa.scalar(beside[name], kind), len(rows))
        elif name in places:
            column = _column(rows, places[name])
            values = _texts(_filled(column) if name in declared.fill_down else column)
        else:
            values = pa.nulls(len(rows), kind)
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=schema)


def _texts(values: list[str | None]) -> pa.Array:
    """As `pa.array`, three times as fast: that leaves a copy in UTF-8 with every text."""
    encoded = [None if value is None else value.encode() for value in values]
    return pa.array(encoded, pa.binary()).cast(pa.string())


def _column(rows: list[Row], place: int) -> list[str | None]:
    return [cells[place] if place < len(cells) else None for _, _, cells in rows]


def _filled(values: list[str | None]) -> list[str | None]:
    filled: list[str | None] = []
    last: str | None = None
    for value in values:
        last = value or last
        filled.append(last)
    return filled


def tell_of_empty(empty: Iterable[EmptyTable], database: duckdb.DuckDBPyConnection) -> None:
    """The table `declared_empty`: what the dataset rules know of tables without rows."""
    told = [{"_file": found.file, "_part": found.part, "reason": found.reason} for found in empty]
    database.register("arrived", pa.Table.from_pylist(told, schema=EMPTY))
    database.execute("CREATE OR REPLACE TABLE declared_empty AS FROM arrived")
    database.unregister("arrived")


def _declared_empty(sheet: Sheet, table: Table) -> EmptyTable | None:
    """What a sheet says of having no rows. A sheet with any row beside that sentence is not empty:
    then the sentence is a row like others, for a skip to name."""
    if table.empty is None:
        return None
    filled = [row for row in sheet.rows if any(cell and cell.strip() for cell in row[2])]
    if table.figures:
        places = _places(sheet, table, None)
        filled = [r for r in filled if _says(r, table) or not _skips(r[2], table, places)]
    match = _says(filled[0], table) if len(filled) == 1 else None
    if match is None:
        return None
    part = table.name or filled[0][1]
    return EmptyTable(sheet.file, part, match.groupdict().get("reason") or match.string)


def _unexplained(sheet: Sheet, table: Table) -> BrokenDelivery:
    name = table.name or table.title or sheet.part
    called = Text(f"“{name}”", f"the table {name}") if name else Text("该表", "the table")
    return BrokenDelivery(
        Text(
            f"{called.zh}没有数据，也没有说明为何是空表",
            f"{called.en} has no rows and does not say why",
        ),
        where=sheet.place,
        do=Text(
            "请部门填报数据，或在空表下说明原因。",
            "Ask the department for the rows, or for the reason below the empty table.",
        ),
    )


def _says(row: Row, table: Table) -> re.Match[str] | None:
    """The sentence in a row by which a department says that there are no rows."""
    return re.search(table.empty or "", " ".join(cell.strip() for cell in row[2] if cell))


def _document(receipt: Receipt, home: Home) -> Document:
    if receipt.bytes == 0:
        raise BrokenDelivery(
            Text("文件是空的", "the file is empty"),
            where=receipt.name,
            do=Text("请部门重新报送。", "Ask the department to hand over again."),
        )
    return Document(receipt.name, address(home, receipt.sha256))


def _assigned(documents: list[Document], source: Source) -> Iterator[tuple[Table, list[Document]]]:
    """Every declared table with the documents that it is looked for in."""
    for table in source.tables:
        its = [document for document in documents if is_named(document.name, table.files)]
        if documents and not its and not table.optional:
            names = Text("、".join(d.name for d in documents), ", ".join(d.name for d in documents))
            raise BrokenDelivery(
                Text(
                    f"没有与 {table.files} 相符的文件；收到 {names.zh}",
                    f"no file matches {table.files}; there are {names.en}",
                ),
                where=source.title,
                do=MEND,
            )
        yield table, its


def _all_found(documents: list[Document], source: Source) -> tuple[list[tuple[Table, Sheet]], int]:
    """What was found of every declared table, and the lines of it all."""
    found: list[tuple[Table, Sheet]] = []
    lines = 0
    titled: dict[str, Table] = {}
    assigned = list(_assigned(documents, source))
    read_of = {
        document: _read(document, [table for table, its in assigned if document in its])
        for document in documents
    }
    for declared, its in assigned:
        there = [read_of[document][declared] for document in its]
        titled |= {place: declared for one in there for place in one.titled}
        sheets = [sheet for one in there for sheet in one.sheets]
        # what is beside one table of several may belong to another
        several = len(source.tables) > 1
        lines += sum(sheet.lines for sheet in sheets) if several else sum(f.lines for f in there)
        found += [(declared, sheet) for sheet in sheets]
    for place in titled.keys() - {sheet.place for _, sheet in found}:
        raise BrokenDelivery(
            Text(
                f"标题为“{titled[place].title}”，但表头与声明的哪一种都不符",
                f"titled “{titled[place].title}”, but with none of the headers declared for it",
            ),
            where=place,
            do=MEND,
        )
    return found, lines


@dataclass(frozen=True)
class Found:
    """The tables of a document that are as declared, and how many lines it has in all; the places
    that are `titled` so, whichever of several headers they have."""

    sheets: tuple[Sheet, ...]
    lines: int
    titled: tuple[str, ...] = ()


def _read(document: Document, tables: list[Table]) -> dict[Table, Found]:
    """Every table that is looked for in a document; what only a library can take apart is read
    in a process of its own, and opened once there."""

    def work() -> dict[Table, Found]:
        return {table: _found(document, table) for table in tables}

    return read_apart(work, document) if {table.kind for table in tables} & BINARY else work()


def _found(document: Document, declared: Table) -> Found:
    match declared.kind:
        case "json" | "database":
            read_records = read_json if declared.kind == "json" else read_database
            records = tuple(
                replace(sheet, rows=mended(sheet.rows, declared))
                for sheet in read_records(document, declared)
            )
            return Found(records, sum(len(sheet.rows) for sheet in records))
        case "html" if declared.labelled_html:
            return Found((read_labelled_page(document, declared),), 1)
        case "prose":
            text = read_prose(document, declared)
            return Found((headed(text, declared.heading),), text.lines)
    grids = [
        replace(grid, rows=mended(grid.rows, declared))
        for grid in GRIDS[declared.kind](document, declared)
    ]
    found = (sheet for grid in grids for sheet in tables_in(grid, declared))
    sheets = tuple(headed(sheet, declared.heading) for sheet in found)
    if not sheets and not declared.optional:
        title, header = declared.title, declared.header
        missing = Text(f"没有标题为“{title}”的表", f"no table is titled “{title}”")
        if title is None and header:
            named = header.matches
            missing = Text(f"没有表头为“{named}”的表", f"no table has the header “{named}”")
        raise BrokenDelivery(missing, where=document.name, do=MEND)
    decides = declared.header is not None and declared.header.decides
    titled = tuple(grid.place for grid in grids if decides and is_titled(grid, declared))
    return Found(sheets, sum(len(grid.rows) + grid.furniture for grid in grids), titled)


GRIDS: Mapping[Kind, Callable[[Document, Table], Iterable[Grid]]] = {
    "delimited": lambda document, table: [
        read_delimited(document, table.encoding, table.delimiter)
    ],
    "excel": lambda document, table: read_excel(document, table.sheets),
    "cells": lambda document, table: [read_cells(document, table.encoding)],
    "html": lambda document, table: read_html(document, table.encoding),
    "word": lambda document, _: read_word(document),
    "pdf": read_pdf,
}
"""The reader of each kind whose tables are found among cells; records and running text are read
as what they are."""


def _places(sheet: Sheet, table: Table, elsewhere: set[str] | None) -> dict[str, int]:
    """Where each declared column stands in the sheet."""
    places = {}
    must = dict(table.columns)
    for name, pattern in (*table.columns, *table.if_printed):
        if isinstance(pattern, int):
            places[name] = pattern - 1
            continue
        pattern = _filled_in(pattern, sheet.captions)
        found = _headed(sheet.header, pattern)
        if len(found) == 1:
            places[name] = found[0]
        elif len(found) > 1:
            raise BrokenDelivery(
                Text(
                    f"列“{name}”出现 {len(found)} 次",
                    f"the column {name} stands there {len(found)} times",
                ),
                where=sheet.place,
                do=Text(
                    "请部门确认以哪一列为准，或修改来源声明。",
                    "Ask the department which one counts, or mend the source.",
                ),
            )
        elif name in must and (
            elsewhere is None or not any(re.fullmatch(pattern, text) for text in elsewhere)
        ):
            near = [
                *difflib.get_close_matches(name, sheet.header, n=1, cutoff=0.4),
                *difflib.get_close_matches(pattern, sheet.header, n=1, cutoff=0.4),
            ]
            hint = Text("没有相近的表头", "no other header is near")
            if near:
                hint = Text(f"最接近的是“{near[0]}”", f"the nearest is “{near[0]}”")
            raise BrokenDelivery(
                Text(f"缺少列“{name}”，{hint.zh}", f"the column {name} is missing; {hint.en}"),
                where=sheet.place,
                do=Text(
                    "请部门保留原表头，或修改来源声明。",
                    "Ask the department to keep the header, or mend the source.",
                ),
            )
    return places


def _filled_in(pattern: str, captions: Mapping[str, str]) -> str:
    """The expression with `{name}` for what a caption says, `{name-1}` for the number before."""
    for name, value in captions.items():
        pattern = pattern.replace(f"{{{name}}}", re.escape(value))
        if value.isdecimal():
            pattern = pattern.replace(f"{{{name}-1}}", str(int(value) - 1))
    return pattern


def _headed(header: list[str], pattern: str) -> list[int]:
    """Where the headers stand that match; with `#2` behind the expression the second of them."""
    found = [at for at, text in enumerate(header) if re.fullmatch(pattern, text)]
    if not found and (of_several := re.fullmatch(r"(.+)#([1-9])", pattern)):
        same = _headed(header, of_several[1])
        return same[int(of_several[2]) - 1 :][:1]
    return found


def _cell(cells: list[str | None], place: int | None) -> str | None:
    return cells[place] if place is not None and place < len(cells) else None


def _has_figure(cells: list[str | None], table: Table, places: dict[str, int]) -> bool:
    return any((_cell(cells, places.get(name)) or "").strip() for name in table.figures)


def _skips(cells: list[str | None], table: Table, places: dict[str, int]) -> bool:
    first = next((cell for cell in cells if cell and cell.strip()), None)
    if first is None or (table.figures and not _has_figure(cells, table, places)):
        return True
    for skip in table.skip:
        text = _cell(cells, places.get(skip.column)) or "" if skip.column else first
        if re.search(skip.matches, text.strip()):
            return True
    return False
