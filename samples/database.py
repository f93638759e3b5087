"""The finance bureau's database: one schema, a table for each file in `database/`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from samples.errors import SampleError

COLUMNS = {
    "id": "bigint primary key",
    "nd": "integer",
    "qhdm": "text",
    "qhmc": "text",
    "kj": "text",
    "sjzt": "text",
    "ybxe": "numeric(20,6)",
    "zxxe": "numeric(20,6)",
    "xehj": "numeric(20,6)",
    "ybye": "numeric(20,6)",
    "zxye": "numeric(20,6)",
    "yehj": "numeric(20,6)",
    "zhcl": "numeric(20,6)",
    "hbfx": "numeric(20,6)",
    "zwl": "numeric(9,4)",
    "czl": "numeric(9,4)",
    "dw": "text",
    "gxsj": "timestamp",
    "txr": "text",
    "txrdh": "text",
}

DEBT = "finance.json"


@dataclass(frozen=True)
class DatabaseTable:
    """A table of the bureau's schema `czj`: its columns with their types, and its rows."""

    name: str
    title: str
    columns: dict[str, str]
    rows: list[dict[str, Any]]


def rows_file(folder: Path) -> Path:
    """Where `make` leaves the rows."""
    return folder / "database" / DEBT


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows that `make` and `deliver` left."""
    path = rows_file(folder)
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path} is not there; write it with: python -m samples make --to {folder}"
        raise SampleError(message) from None
    return rows


def tables(folder: Path) -> list[DatabaseTable]:
    """Every table that lies in the folder."""
    found = [
        DatabaseTable(
            "debt_limit_balance", "地方政府债务限额及余额（模拟数据）", COLUMNS, read_rows(folder)
        )
    ]
    for path in sorted((folder / "database").glob("*.json")):
        if path.name != DEBT:
            [raw] = json.loads(path.read_text(encoding="utf-8"))
            found.append(DatabaseTable(raw["table"], raw["title"], raw["columns"], raw["rows"]))
    return found


def load(folder: Path, dsn: str) -> int:
    """Put the rows into the tables in place of what they held, in one transaction.

    A reader sees the old rows or the new ones, never none: rows are deleted, not
    truncated, because a truncation would lock readers out.
    """
    found = tables(folder)
    try:
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute("create schema if not exists czj")
            for table in found:
                _fill(cursor, table)
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise SampleError(f"the finance database took no rows: {reason}") from error
    return sum(len(table.rows) for table in found)


def _fill(cursor: Any, table: DatabaseTable) -> None:
    name, columns = f"czj.{table.name}", ", ".join(table.columns)
    definitions = ", ".join(f"{column} {kind}" for column, kind in table.columns.items())
    cursor.execute(f"create table if not exists {name} ({definitions})")
    cursor.execute(f"comment on table {name} is %s", [table.title])
    cursor.execute(f"delete from {name}")
    cursor.executemany(
        f"insert into {name} ({columns}) values ({', '.join(['%s'] * len(table.columns))})",
        [tuple(row[column] for column in table.columns) for row in table.rows],
    )
