"""The finance bureau's database: one schema, one table."""

import json
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
    "dw": "text",
    "gxsj": "timestamp",
    "txr": "text",
    "txrdh": "text",
}

_DEFINITIONS = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_CREATE = f"""
create schema if not exists czj;
create table if not exists czj.debt_limit_balance ({_DEFINITIONS});
comment on table czj.debt_limit_balance is '地方政府债务限额及余额（模拟数据）';
"""
_INSERT = (
    f"insert into czj.debt_limit_balance ({', '.join(COLUMNS)}) "
    f"values ({', '.join(['%s'] * len(COLUMNS))})"
)


def rows_file(folder: Path) -> Path:
    """Where `make` leaves the rows."""
    return folder / "database" / "finance.json"


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows that `make` and `deliver` left."""
    path = rows_file(folder)
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path} is not there; write it with: python -m samples make --to {folder}"
        raise SampleError(message) from None
    return rows


def load(folder: Path, dsn: str) -> int:
    """Put the rows into the table in place of what it held, in one transaction.

    A reader sees the old rows or the new ones, never none: rows are deleted, not
    truncated, because a truncation would lock readers out.
    """
    rows = [tuple(row[name] for name in COLUMNS) for row in read_rows(folder)]
    try:
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            for statement in filter(str.strip, _CREATE.split(";")):
                cursor.execute(statement)
            cursor.execute("delete from czj.debt_limit_balance")
            cursor.executemany(_INSERT, rows)
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise SampleError(f"the finance database took no rows: {reason}") from error
    return len(rows)
