"""The finance bureau's rows in a real PostgreSQL."""

from pathlib import Path

import psycopg2
import pytest

from gongkai.local.database import DEPARTMENT, Server
from samples.database import load, read_rows
from samples.deliveries import deliver
from samples.errors import SampleError
from samples.make import SEED, make


def test_rows_arrive_unrounded_and_are_replaced(tmp_path: Path, postgres: Server) -> None:
    dsn = postgres.address(DEPARTMENT, DEPARTMENT)
    make(tmp_path, SEED)
    count = load(tmp_path, dsn)
    assert load(tmp_path, dsn) == count == len(read_rows(tmp_path))
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("select id, ybxe::text, gxsj from czj.debt_limit_balance order by id")
        found = cursor.fetchall()
    connection.close()
    assert len(found) == count
    for (number, limit, updated), row in zip(found, read_rows(tmp_path), strict=True):
        assert number == row["id"]
        # numeric(20,6) pads with zeros, and changes nothing else.
        assert limit.rstrip("0") == f"{row['ybxe']}{'' if '.' in row['ybxe'] else '.'}".rstrip("0")
        assert updated.isoformat() == row["gxsj"]

    deliver(tmp_path, 2026, SEED)
    assert load(tmp_path, dsn) == count + 10


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    make(tmp_path, SEED)
    with pytest.raises(SampleError, match="the finance database took no rows") as caught:
        load(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    assert "\n" not in str(caught.value)


def test_missing_rows_say_how_to_write_them(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="python -m samples make"):
        load(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")
