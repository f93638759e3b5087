"""Pulling from a real PostgreSQL."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import psycopg2
import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, GongkaiError, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.local.database import DEPARTMENT, Server
from gongkai.pull import Pulled, pull
from gongkai.read import read
from tests.support import a_source, rows_of

QUERY = "SELECT * FROM bureau.debts ORDER BY id"


@pytest.fixture(scope="module")
def known(postgres: Server) -> Connection:
    """The finance bureau's database, with two rows of invented debts."""
    url = urlsplit(postgres.address(DEPARTMENT, DEPARTMENT))
    connection = psycopg2.connect(url.geturl())
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE SCHEMA bureau; CREATE SEQUENCE bureau.numbers;"
            "CREATE TABLE bureau.debts (id int, name text, amount numeric(20, 6), day date);"
            "INSERT INTO bureau.debts VALUES (1, '甲县', 0.100000, '2024-12-31'),"
            " (2, NULL, 12345678901234.567890, NULL)"
        )
    connection.close()
    return Connection(
        "gongkai_tiny",
        "postgres",
        str(url.hostname),
        url.port,
        DEPARTMENT,
        str(url.username),
        str(url.password),
    )


def pulled(
    known: Connection,
    home: Home,
    folder: Path,
    query: str = QUERY,
    period: str | None = None,
    since: str | None = None,
) -> Pulled:
    source = a_source(
        folder,
        {"kind": "database", "columns": ["id", "name", "amount", "day"], "identity": ["id"]},
        pull={
            "kind": "database",
            "connection": "gongkai_tiny",
            "name": "debts",
            "query": query,
            "period_query": "SELECT * FROM bureau.debts WHERE id::text = {period}",
            "since_query": "SELECT * FROM bureau.debts WHERE id > {since}",
            "updated": "id",
        },
    )
    return pull(source, home, lambda name: known, period=period, since=since)


def is_a_sentence(error: GongkaiError, known: Connection) -> bool:
    text = str(error)
    return (
        all((error.what, error.where, error.do))
        and "gongkai_tiny" in text
        and "\n" not in text
        and known.password not in text
    )


def test_rows_arrive_to_the_last_digit(
    known: Connection, home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    found = pulled(known, home, tmp_path)
    source = a_source(
        tmp_path,
        {"kind": "database", "columns": ["id", "name", "amount", "day"], "identity": ["id"]},
    )
    assert rows_of(read(found.receipts, source, home, database).relation) == [
        {
            "id": "1",
            "name": "甲县",
            "amount": "0.100000",
            "day": "2024-12-31",
            "_file": "debts",
            "_part": "id=1",
            "_line": 1,
        },
        {
            "id": "2",
            "name": None,
            "amount": "12345678901234.567890",
            "day": None,
            "_file": "debts",
            "_part": "id=2",
            "_line": 2,
        },
    ]


def test_the_same_rows_are_the_same_bytes(known: Connection, home: Home, tmp_path: Path) -> None:
    first, second = (pulled(known, home, tmp_path).receipts[0] for _ in range(2))
    assert first.sha256 == second.sha256
    other = pulled(known, home, tmp_path, "SELECT * FROM bureau.debts ORDER BY id DESC")
    assert other.receipts[0].sha256 != first.sha256


def test_a_period_is_passed_on(known: Connection, home: Home, tmp_path: Path) -> None:
    [receipt] = pulled(known, home, tmp_path, period="2").receipts
    with duckdb.connect() as opened:
        found = opened.read_parquet(str(address(home, receipt.sha256))).fetchall()
    assert [row[0] for row in found] == ["2"]


def test_what_is_newer_than_the_watermark_is_asked_for(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    assert pulled(known, home, tmp_path).watermark == "2"
    newer = pulled(known, home, tmp_path, since="1")
    assert (newer.watermark, newer.nothing_new) == ("2", False)
    none = pulled(known, home, tmp_path, since="2")
    assert (none.watermark, none.nothing_new) == ("2", True)


def test_a_number_without_bounds_keeps_its_digits(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    query = "SELECT id, 1.0 / 7 AS share, sum(amount) OVER () AS total FROM bureau.debts"
    [receipt] = pulled(known, home, tmp_path, query).receipts
    with duckdb.connect() as opened:
        found = opened.read_parquet(str(address(home, receipt.sha256))).fetchall()
    assert found[0] == ("1", "0.14285714285714285714", "12345678901234.667890")


def test_a_query_may_hold_a_percent_sign(known: Connection, home: Home, tmp_path: Path) -> None:
    query = "SELECT * FROM bureau.debts WHERE name LIKE '甲%';"
    [receipt] = pulled(known, home, tmp_path, query).receipts
    with duckdb.connect() as opened:
        assert len(opened.read_parquet(str(address(home, receipt.sha256)))) == 1


def test_a_wrong_password_is_refused(known: Connection, home: Home, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="refused the login") as caught:
        pulled(replace(known, password="wrong-password"), home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value, known)
    assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [{"login": "stranger"}, {"schema": "nowhere"}, {"schema": "gongkai_private"}],
)
def test_a_user_or_database_that_is_not_ours_is_refused(
    known: Connection, home: Home, tmp_path: Path, changes: dict[str, str]
) -> None:
    with pytest.raises(SourceRefused) as caught:
        pulled(replace(known, **changes), home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value, known)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM bureau.moved", "SELECT nothing FROM bureau.debts", "SELEKT 1"]
)
def test_a_table_or_column_that_is_gone_is_a_broken_delivery(
    known: Connection, home: Home, tmp_path: Path, query: str
) -> None:
    with pytest.raises(BrokenDelivery, match="does not answer the declared query") as caught:
        pulled(known, home, tmp_path, query)
    assert not caught.value.heals
    assert is_a_sentence(caught.value, known)


def test_a_source_cannot_write(known: Connection, home: Home, tmp_path: Path) -> None:
    with pytest.raises(BrokenDelivery, match="does not answer the declared query"):
        pulled(known, home, tmp_path, "DELETE FROM bureau.debts RETURNING *")
    with pytest.raises(BrokenDelivery, match="read-only transaction"):
        pulled(known, home, tmp_path, "SELECT nextval('bureau.numbers')")
    assert len(pulled(known, home, tmp_path).receipts) == 1


def test_a_database_that_is_down_is_unreachable(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SourceUnreachable, match="did not answer") as caught:
        pulled(replace(known, port=port), home, tmp_path)
    assert caught.value.heals
    assert is_a_sentence(caught.value, known)


def test_a_connection_that_breaks_is_unreachable(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    with pytest.raises(SourceUnreachable, match="broke while") as caught:
        pulled(known, home, tmp_path, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert caught.value.heals
    assert is_a_sentence(caught.value, known)


def test_no_row_is_kept_as_the_answer_it_is(known: Connection, home: Home, tmp_path: Path) -> None:
    [receipt] = pulled(known, home, tmp_path, QUERY.replace("ORDER", "WHERE false ORDER")).receipts
    with duckdb.connect() as opened:
        found = opened.read_parquet(str(address(home, receipt.sha256)))
        assert (found.columns, found.fetchall()) == (["id", "name", "amount", "day"], [])
