"""The finance bureau's tables in a real PostgreSQL."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from gongkai.local.database import DEPARTMENT, Server
from samples.database import load, tables
from samples.deliveries import deliver
from samples.errors import SampleError
from samples.make import SEED, make


@pytest.fixture
def dsn(postgres: Server) -> str:
    return postgres.address(DEPARTMENT, DEPARTMENT)


@pytest.fixture
def cursor(dsn: str) -> Iterator[Any]:
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as opened:
        yield opened
    connection.close()


def test_every_table_arrives_as_it_was_written(tmp_path: Path, dsn: str, cursor: Any) -> None:
    make(tmp_path, SEED)
    written = tables(tmp_path)
    assert len(written) == len(list((tmp_path / "database").glob("*.json")))
    # a second time changes nothing
    assert load(tmp_path, dsn) == load(tmp_path, dsn) == sum(len(t.rows) for t in written)
    for table in written:
        columns = ", ".join(f"{column}::text" for column in table.columns)
        cursor.execute(f"select {columns} from czj.{table.name} order by {table.name}.id")
        for found, row in zip(cursor.fetchall(), table.rows, strict=True):
            for value, (column, kind) in zip(found, table.columns.items(), strict=True):
                assert _is(value, row[column], kind), (table.name, column)
        cursor.execute(f"select obj_description('czj.{table.name}'::regclass)")
        assert cursor.fetchone() == (table.title,)
        assert "模拟" in table.title


def _is(found: str | None, written: Any, kind: str) -> bool:
    if written is None or found is None:
        return written is found
    if kind.startswith("numeric"):
        # padded with noughts, and nothing else
        return Decimal(found) == Decimal(str(written))
    return found.replace(" ", "T") == written if kind == "timestamp" else found == str(written)


def test_a_later_delivery_is_loaded_beside_the_earlier(tmp_path: Path, dsn: str) -> None:
    make(tmp_path, SEED)
    count = load(tmp_path, dsn)
    deliver(tmp_path, 2026, SEED)
    assert load(tmp_path, dsn) == count + 10
    make(tmp_path, SEED)
    assert load(tmp_path, dsn) == count


def test_a_table_that_cannot_be_loaded_leaves_all_as_they_were(
    tmp_path: Path, dsn: str, cursor: Any
) -> None:
    make(tmp_path, SEED)
    load(tmp_path, dsn)
    last = tables(tmp_path)[-1]
    path = tmp_path / "database" / f"{last.name}.json"
    [raw] = json.loads(path.read_text("utf-8"))
    raw["rows"][-1]["id"] = "not a number"
    path.write_text(json.dumps([raw]), "utf-8")
    deliver(tmp_path, 2026, SEED)
    with pytest.raises(SampleError, match="the finance database took no rows"):
        load(tmp_path, dsn)
    cursor.execute("select count(*) from czj.debt_limit_balance where nd = 2026")
    assert cursor.fetchone() == (0,)
    cursor.execute(f"select count(*) from czj.{last.name}")
    assert cursor.fetchone() == (len(last.rows),)


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    make(tmp_path, SEED)
    with pytest.raises(SampleError, match="the finance database took no rows") as caught:
        load(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    assert "\n" not in str(caught.value)


def test_missing_rows_say_how_to_write_them(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="python -m samples make"):
        load(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")
