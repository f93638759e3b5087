"""What the departments wrote, read back from their files without the code that wrote them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from gongkai import contracts, sources
from gongkai.pulls import DatabasePull
from gongkai.sources import TRANSFORMS, Source
from samples import budget, debt, enrolment, land, schools, tender
from samples.database import DEBT
from samples.make import ONCE

GROWING = (budget, debt, enrolment, land, schools, tender)
MODULES = {module.DATASET: module for module in (*ONCE, *GROWING)}


@dataclass(frozen=True)
class Answer:
    """One line of the answer key, as text."""

    dataset: str
    file: str
    part: str
    line: str
    column: str
    code: str
    value: str
    times: str

    @property
    def place(self) -> tuple[str, str, str]:
        """A record is known by its identity alone, a row by file, sheet and line."""
        return ("", self.part, "") if self.part.startswith("id=") else self._line

    @property
    def _line(self) -> tuple[str, str, str]:
        return (self.file, self.part, self.line)


@dataclass(frozen=True)
class Printed:
    """A row of a department's table: its place as the answer key names it, and the cells that
    stand under the header of each contract column."""

    place: tuple[str, str, str]
    cells: dict[str, Any]


def source_of(dataset: str) -> Source:
    """The declared source that reads the fictional city's data."""
    area = contracts.load(dataset).area
    return sources.read(TRANSFORMS / area / dataset / "jianghai.yaml", dataset)


def answers(folder: Path) -> list[Answer]:
    with (folder / "answer_key.csv").open(encoding="utf-8", newline="") as lines:
        return [Answer(**row) for row in csv.DictReader(lines)]


def printed(folder: Path, dataset: str) -> list[Printed]:
    """Every row of a dataset's tables."""
    source = source_of(dataset)
    match source.table.kind:
        case "database":
            return _of_database(folder, source)
        case "json" if dataset == tender.DATASET:
            return list(_bids(folder))
        case "json":
            return list(_records(folder, source))
        case "delimited":
            return list(_lines(folder, source))
    return list(_sheets(folder, source))


def _of_database(folder: Path, source: Source) -> list[Printed]:
    assert isinstance(source.pull, DatabasePull)
    rows = dict(tables(folder))[source.pull.name]
    native = MODULES[source.dataset].NATIVE
    return [
        Printed(("", f"id={row['id']}", ""), {c: row[name] for c, name in native.items()})
        for row in rows
    ]


def tables(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The name of each table of the finance bureau's database, with its rows."""
    for path in (folder / "database").glob("*.json"):
        raw = json.loads(path.read_text("utf-8"))
        if path.name == DEBT:
            yield "debt_limit_balance", raw
        else:
            yield raw[0]["table"], raw[0]["rows"]


def records(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """The records of a dataset's JSON lists, file by file."""
    paths = sorted((folder / dataset).glob("*.json"))
    return [record for path in paths for record in json.loads(path.read_text("utf-8"))]


def _records(folder: Path, source: Source) -> Iterator[Printed]:
    native = MODULES[source.dataset].NATIVE
    for record in records(folder, source.dataset):
        identity = "/".join(record[name] or "" for name in source.table.identity)
        cells = {column: record[name] for column, name in native.items()}
        yield Printed(("", f"id={identity}", ""), cells)


def _bids(folder: Path) -> Iterator[Printed]:
    for record in records(folder, tender.DATASET):
        for bid in record["candidates"]:
            cells = {
                column: _at(bid, path.removeprefix("candidates[]."))
                if path.startswith("candidates[].")
                else _at(record, path)
                for column, path in tender.NATIVE.items()
            }
            yield Printed(("", f"id={record['guid']}/{bid['rank']}", ""), cells)


def _at(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = record[name]
    return record


def _lines(folder: Path, source: Source) -> Iterator[Printed]:
    header_row = source.table.header_rows[-1]
    native = MODULES[source.dataset].NATIVE
    for path in sorted((folder / source.dataset).glob("*.csv")):
        lines = list(csv.reader(path.read_bytes().decode(source.table.encoding).splitlines()))
        header = lines[header_row - 1]
        for number, line in enumerate(lines[header_row:], header_row + 1):
            if not _is_skipped(line, source):
                cells = {column: line[header.index(name)] for column, name in native.items()}
                yield Printed((path.name, "", str(number)), cells)


def _sheets(folder: Path, source: Source) -> Iterator[Printed]:
    header_row = source.table.header_rows[-1]
    for path in sorted((folder / source.dataset).glob("*.xlsx")):
        for name in CalamineWorkbook.from_path(path).sheet_names:
            if re.fullmatch(source.table.sheets or ".*", name):
                rows = enumerate(sheet_rows(path, name)[header_row:], header_row + 1)
                for number, row in rows:
                    if not _is_skipped(row, source):
                        yield Printed((path.name, name, str(number)), _cells(row, source.dataset))


def _cells(row: tuple[Any, ...], dataset: str) -> dict[str, Any]:
    cells = {
        column: row[name if isinstance(name, int) else place]
        for place, (column, name) in enumerate(MODULES[dataset].NATIVE.items())
    }
    if dataset == budget.DATASET:
        # of the three amounts of a row, the one that is no number
        words = [row[place] for place in budget.PHASES.values() if isinstance(row[place], str)]
        cells["amount"] = ",".join(words)
    return cells


def _is_skipped(row: list[Any] | tuple[Any, ...], source: Source) -> bool:
    filled = [str(cell) for cell in row if cell not in (None, "")]
    left_out = [skip.matches for skip in source.table.skip] + [source.table.empty or "$^"]
    return not filled or any(re.search(pattern, filled[0]) for pattern in left_out)


@cache
def sheet_rows(path: Path, name: str) -> list[tuple[Any, ...]]:
    """The rows of a sheet as it prints, from its first; an empty cell is nothing."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    return [tuple(map(_cell, row)) for row in rows.to_python(skip_empty_area=False)]


def _cell(cell: Any) -> Any:
    # The reader has one kind of number; a whole one is what was typed in as such.
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


def texts(folder: Path) -> Iterator[str]:
    """Every text that was written, sheets that are not read among them; not the answer key."""
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            for name in CalamineWorkbook.from_path(path).sheet_names:
                yield from (str(cell) for row in sheet_rows(path, name) for cell in row if cell)
        elif path.suffix == ".json":
            yield path.read_text("utf-8")
        elif path.suffix == ".csv" and path.name != "answer_key.csv":
            yield path.read_bytes().decode(source_of(path.parent.name).table.encoding)
