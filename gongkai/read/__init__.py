"""Read: files of any kind become one table of text, and every row knows where it came from.

Nothing is guessed. Rows that are no data (titles, subtotals, notes) are skipped only where the
source declares it, and are counted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.landing import address
from gongkai.read.delimited import read_delimited
from gongkai.read.excel import read_excel
from gongkai.read.records import read_database, read_json
from gongkai.read.sheet import Sheet
from gongkai.sources import Source, Table
from gongkai.state import Receipt
from gongkai.text import Text

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
    those of the captions (`_year`, `_unit`), and the position: `_file`, `_part` (sheet, or the
    record's own identity) and `_line` (counted from 1 as the department sees it).
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

    Raises BrokenDelivery where a file is not what the source declares: another encoding, a sheet
    or column that is missing, no row at all.
    """
    names = [name for name, _ in source.table.columns]
    rows: list[dict[str, str | int | None]] = []
    skipped, unread = 0, set[str]()
    sheets = [sheet for receipt in receipts for sheet in _sheets(receipt, source.table, home)]
    empty = tuple(found for sheet in sheets for found in _declared_empty(sheet, source.table))
    without_rows = {(found.file, found.part) for found in empty}
    skipped += sum(
        sheet.above + len(sheet.rows)
        for sheet in sheets
        if (sheet.file, sheet.part) in without_rows
    )
    sheets = [sheet for sheet in sheets if (sheet.file, sheet.part) not in without_rows]
    # records without a field are no broken delivery, as long as some record has it
    whole = source.table.kind == "json"
    headers = {name for sheet in sheets for name in sheet.header}
    for sheet in sheets:
        places = _places(sheet, source.table, headers if whole else None) if headers else {}
        unread |= {name for at, name in enumerate(sheet.header) if at not in places.values()}
        filled: dict[str, str] = {}
        for line, part, cells in sheet.rows:
            row: dict[str, str | int | None] = {
                name: _cell(cells, place) for name, place in places.items()
            }
            if _skips(row, cells, source.table):
                skipped += 1
                continue
            for name in source.table.fill_down:
                filled[name] = str(row[name] or filled.get(name, ""))
                row[name] = filled[name] or None
            row |= {f"_{name}": value for name, value in sheet.captions.items()}
            rows.append(row | {"_file": sheet.file, "_part": part, "_line": line})
        skipped += sheet.above
    if not rows and not empty:
        raise BrokenDelivery(
            Text("没有一行数据", "there is not one row of data"),
            where=", ".join(receipt.name for receipt in receipts[:3]) or source.name,
            do=Text("请部门重新报送。", "Ask the department to hand over again."),
        )
    captions = sorted(
        {f"_{name}" for pattern in source.table.captions for name in re.compile(pattern).groupindex}
    )
    schema = pa.schema(
        [(name, pa.string()) for name in (*names, *captions, "_file", "_part")]
        + [("_line", pa.int64())]
    )
    database.register("arrived", pa.Table.from_pylist(rows, schema=schema))
    database.execute("CREATE OR REPLACE TABLE delivery AS FROM arrived")
    database.unregister("arrived")
    tell_of_empty(empty, database)
    unread = {name for name in unread if name and not any(c.isspace() for c in name)}
    return TextTable(database.table("delivery"), len(rows), skipped, tuple(sorted(unread)), empty)


def tell_of_empty(empty: Iterable[EmptyTable], database: duckdb.DuckDBPyConnection) -> None:
    """The table `declared_empty`: what the dataset rules know of tables without rows."""
    told = [{"_file": found.file, "_part": found.part, "reason": found.reason} for found in empty]
    database.register("arrived", pa.Table.from_pylist(told, schema=EMPTY))
    database.execute("CREATE OR REPLACE TABLE declared_empty AS FROM arrived")
    database.unregister("arrived")


def _declared_empty(sheet: Sheet, table: Table) -> Iterator[EmptyTable]:
    """What a sheet says of having no rows. A sheet with any row beside that sentence is not empty:
    then the sentence is a row like others, for a skip to name."""
    filled = [cells for _, _, cells in sheet.rows if any(cell and cell.strip() for cell in cells)]
    if table.empty is None or len(filled) != 1:
        return
    said = " ".join(cell.strip() for cell in filled[0] if cell)
    if match := re.search(table.empty, said):
        yield EmptyTable(sheet.file, sheet.part, match.groupdict().get("reason") or said)


def _sheets(receipt: Receipt, table: Table, home: Home) -> Iterator[Sheet]:
    path = address(home, receipt.sha256)
    if receipt.bytes == 0:
        raise BrokenDelivery(
            Text("文件是空的", "the file is empty"),
            where=receipt.name,
            do=Text("请部门重新报送。", "Ask the department to hand over again."),
        )
    match table.kind:
        case "delimited":
            yield read_delimited(path, receipt.name, table)
        case "excel":
            yield from read_excel(path, receipt.name, table)
        case "json":
            yield read_json(path, receipt.name, table)
        case "database":
            yield read_database(path, receipt.name, table)


def _places(sheet: Sheet, table: Table, elsewhere: set[str] | None) -> dict[str, int]:
    """Where each declared column stands in the sheet."""
    places = {}
    for name, pattern in table.columns:
        found = [at for at, text in enumerate(sheet.header) if re.fullmatch(pattern, text)]
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
        elif elsewhere is None or not any(re.fullmatch(pattern, text) for text in elsewhere):
            near = difflib.get_close_matches(name, sheet.header, n=1, cutoff=0.4)
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


def _cell(cells: list[str | None], place: int) -> str | None:
    return cells[place] if place < len(cells) else None


def _skips(row: dict[str, str | int | None], cells: list[str | None], table: Table) -> bool:
    first = next((cell for cell in cells if cell and cell.strip()), None)
    if first is None:
        return True
    for skip in table.skip:
        text = str(row.get(skip.column) or "") if skip.column else first
        if re.search(skip.matches, text.strip()):
            return True
    return False
