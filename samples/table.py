"""A department's table, spoiled on purpose, and the four forms in which it is handed over.

A row is a dictionary from the contract's columns to cells, as the department writes them; `native`
says under which header each column is printed. What is planted in a row is kept beside it, so
that the answer key knows the place once the table is written.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samples.cells import Cell, as_text
from samples.files import json_list, put
from samples.findings import Defect, Finding
from samples.workbook import workbook, write_cell, write_header

Row = dict[str, Cell]


@dataclass
class Table:
    """One table of one delivery. `title` stands above the header of a sheet or a text file."""

    dataset: str
    title: str
    native: Mapping[str, str]
    rows: list[Row]
    planted: dict[int, list[Defect]] = field(default_factory=dict)

    def spoil(
        self, place: int, code: str, column: str, value: Cell, times: int = 1, **others: Cell
    ) -> None:
        """Write a wrong value into a row (from 0); `others` are changed along and are not wrong.

        `times` counts the candidates that carry the finding, where one row becomes several.
        """
        self.rows[place] |= {column: value, **others}
        self.mark(place, code, column, times)

    def mark(self, place: int, code: str, column: str, times: int = 1) -> None:
        """A row as it stands breaks a rule about a column."""
        value = as_text(self.rows[place][column]) if column else ""
        self.planted.setdefault(place, []).append(Defect(column, code, value, times))

    def repeat(self, place: int, key: str, times: int = 1, **changes: Cell) -> None:
        """Add a second row of the same key at the end: both are findings."""
        self.rows.append({**self.rows[place], **changes})
        for at in (place, len(self.rows) - 1):
            self.planted.setdefault(at, []).append(Defect("", "duplicate_key", key, times))

    def cells(self, row: Row) -> list[Cell]:
        """A row's cells in the order of the printed columns."""
        return [row.get(column) for column in self.native]

    def findings(self, file: str, part: str, first: int | None) -> tuple[Finding, ...]:
        """The answer key's lines; the first row stands at line `first`."""
        return tuple(
            Finding(self.dataset, file, part, line, d.column, d.code, d.value, d.times)
            for place, defects in sorted(self.planted.items())
            for line in [None if first is None else first + place]
            for d in defects
        )


def write_csv(
    path: Path, table: Table, *, encoding: str = "utf-8", footer: str | None = None
) -> tuple[Finding, ...]:
    """A text file: the title, the header, the rows from line 3 on, a footer where one is given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([table.title])
    writer.writerow(table.native.values())
    writer.writerows([as_text(cell) for cell in table.cells(row)] for row in table.rows)
    if footer:
        writer.writerow([footer])
    put(path, text.getvalue().encode(encoding))
    return table.findings(path.name, "", 3)


def write_workbook(
    path: Path, sheets: Mapping[str, Table], *, caption: str = "", notes: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """A workbook: a sheet for each table, with title (row 1), `caption` (row 2, such as
    `单位：万元`), header (rows 3 and 4; `a/b` is `b` under `a`), data from row 5, notes below."""
    found: list[Finding] = []
    with workbook(path) as book:
        for name, table in sheets.items():
            page = book.file.add_worksheet(name)
            last = len(table.native) - 1
            page.set_column(0, last, 16)
            page.merge_range(0, 0, 0, max(last, 1), table.title, book.title)
            if caption:
                page.write_string(1, last, caption)
            write_header(book, page, 2, _spans(list(table.native.values())))
            for line, row in enumerate(table.rows, start=4):
                for column, cell in enumerate(table.cells(row)):
                    write_cell(book, page, line, column, cell)
            for line, note in enumerate(notes, start=4 + len(table.rows)):
                page.write_string(line, 0, note)
            found += table.findings(path.name, name, 5)
    return tuple(found)


def write_records(
    path: Path, table: Table, identity: Sequence[str], more: Sequence[Mapping[str, Any]] = ()
) -> tuple[Finding, ...]:
    """A JSON list as an interface serves it: a record a row, every value text, empty as null.

    `more` are fields that the contract does not know, one mapping a row (`updateTime`). The part
    of a finding is `id=` and the values of the `identity` columns.
    """
    records = []
    for place, row in enumerate(table.rows):
        cells = {table.native[column]: as_text(row.get(column)) or None for column in table.native}
        records.append({**cells, **(more[place] if more else {})})
    put(path, json_list(records))
    return tuple(
        finding
        for place, record in enumerate(records)
        for part in ["id=" + "/".join(str(record[table.native[name]] or "") for name in identity)]
        for finding in Table(
            table.dataset, "", table.native, [], {0: table.planted.get(place, [])}
        ).findings("", part, None)
    )


def write_rows(
    folder: Path, name: str, table: Table, kinds: Mapping[str, str], title: str
) -> tuple[Finding, ...]:
    """Rows for a table of the finance bureau's database, under its own column names and `id`.

    `kinds` are PostgreSQL types by contract column; columns that are not named are text.
    """
    rows = [
        {"id": place, **{table.native[c]: _json(row.get(c)) for c in table.native}}
        for place, row in enumerate(table.rows, start=1)
    ]
    columns = {"id": "bigint primary key"} | {
        native: kinds.get(column, "text") for column, native in table.native.items()
    }
    content = {"table": name, "title": title, "columns": columns, "rows": rows}
    put(folder / "database" / f"{name}.json", json_list([content]))
    return tuple(
        finding
        for place, defects in sorted(table.planted.items())
        for finding in Table(table.dataset, "", table.native, [], {0: defects}).findings(
            name, f"id={place + 1}", None
        )
    )


def _json(cell: Cell) -> Any:
    return cell if cell is None or isinstance(cell, int) else as_text(cell)


def _spans(headers: list[str]) -> list[tuple[str, list[str]]]:
    """Headers as names over their parts: neighbours that share what stands before a `/`."""
    spans: list[tuple[str, list[str]]] = []
    for header in headers:
        over, _, part = header.partition("/")
        if part and spans and spans[-1][0] == over and spans[-1][1]:
            spans[-1][1].append(part)
        else:
            spans.append((over, [part] if part else []))
    return spans
