"""Pulling from a real MySQL."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, GongkaiError, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.pull import Pulled, pull
from tests import mysql
from tests.support import a_source

pytestmark = pytest.mark.skipif(
    bool(mysql.MISSING), reason=f"not installed: {', '.join(mysql.MISSING)}"
)

PASSWORD = "a-password'that nobody uses"
TABLE = f"""
CREATE DATABASE bureau CHARACTER SET utf8mb4; USE bureau; SET sql_mode = '';
CREATE USER clerk IDENTIFIED BY '{PASSWORD.replace("'", "''")}';
GRANT ALL ON bureau.* TO clerk;
CREATE TABLE debts (id INT PRIMARY KEY, name TEXT, amount DECIMAL(20, 6), day DATE,
    changed DATETIME, share TINYINT(1), great BIGINT UNSIGNED);
INSERT INTO debts VALUES
    (10, '甲县100%', 0.100000, '2024-12-31', '2025-01-02 03:04:05', 7, 18446744073709551615),
    (2, NULL, 12345678901234.567890, '0000-00-00', NULL, NULL, NULL);
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The bureau's database, with two rows of invented debts."""
    with mysql.serving(tmp_path_factory.mktemp("mysql"), TABLE) as port:
        yield Connection("gongkai_tiny", "mysql", "127.0.0.1", port, "bureau", "clerk", PASSWORD)


def pulled(
    known: Connection,
    home: Home,
    folder: Path,
    query: str = "SELECT * FROM debts ORDER BY id",
    *,
    period: str | None = None,
    since: str | None = None,
) -> Pulled:
    source = a_source(
        folder,
        pull={
            "kind": "database",
            "connection": "gongkai_tiny",
            "name": "debts",
            "query": query,
            "period_query": "SELECT * FROM debts WHERE year(day) = {period} OR id = {period}",
            "since_query": "SELECT * FROM debts WHERE changed > {since}",
            "updated": "changed",
        },
    )
    return pull(source, home, lambda name: known, period=period, since=since)


def rows(home: Home, found: Pulled) -> list[dict[str, str | None]]:
    [receipt] = found.receipts
    with duckdb.connect() as opened:
        table = opened.read_parquet(str(address(home, receipt.sha256)))
        return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]


def is_a_sentence(error: GongkaiError) -> bool:
    text = str(error)
    return "gongkai_tiny" in text and "\n" not in text and PASSWORD not in text


def test_rows_arrive_to_the_last_digit_in_the_order_of_the_query(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    found = pulled(known, home, tmp_path)
    assert rows(home, found) == [
        {
            "id": "2",
            "name": None,
            "amount": "12345678901234.567890",
            "day": "0000-00-00",
            "changed": None,
            "share": None,
            "great": None,
        },
        {
            "id": "10",
            "name": "甲县100%",
            "amount": "0.100000",
            "day": "2024-12-31",
            "changed": "2025-01-02 03:04:05",
            "share": "7",
            "great": "18446744073709551615",
        },
    ]
    assert found.watermark == "2025-01-02 03:04:05"
    backwards = pulled(known, home, tmp_path, "SELECT * FROM debts ORDER BY id DESC")
    assert [row["id"] for row in rows(home, backwards)] == ["10", "2"]


def test_a_sum_keeps_the_digits_that_a_float_would_lose(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    query = "SELECT sum(amount) AS total, max(changed) AS changed FROM debts"
    [row] = rows(home, pulled(known, home, tmp_path, query))
    assert row["total"] == "12345678901234.667890"


def test_a_period_and_a_watermark_are_passed_on(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    assert [r["id"] for r in rows(home, pulled(known, home, tmp_path, period="2024"))] == ["10"]
    found = pulled(known, home, tmp_path, since="2025-01-01 00:00:00")
    assert [r["id"] for r in rows(home, found)] == ["10"]
    assert not found.nothing_new
    nothing = pulled(known, home, tmp_path, since="2025-01-02 03:04:05")
    assert nothing.nothing_new
    assert nothing.watermark == "2025-01-02 03:04:05"


@pytest.mark.parametrize("changes", [{"password": "wrong-word"}, {"login": "x"}, {"schema": "x"}])
def test_who_or_what_is_not_ours_is_refused(
    known: Connection, home: Home, tmp_path: Path, changes: dict[str, str]
) -> None:
    with pytest.raises(SourceRefused, match="refused the login") as caught:
        pulled(replace(known, **changes), home, tmp_path)
    assert is_a_sentence(caught.value)
    assert "wrong-word" not in str(caught.value)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM moved", "SELECT nothing FROM debts", "SELEKT 1", "DELETE FROM debts"]
)
def test_a_query_that_is_not_answered_is_a_broken_delivery(
    known: Connection, home: Home, tmp_path: Path, query: str
) -> None:
    with pytest.raises(BrokenDelivery, match=r"does not answer the declared query: .") as caught:
        pulled(known, home, tmp_path, query)
    assert is_a_sentence(caught.value)


def test_a_database_that_is_down_is_unreachable(
    known: Connection, home: Home, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SourceUnreachable, match="did not answer") as caught:
        pulled(replace(known, port=port), home, tmp_path)
    assert caught.value.heals
    assert is_a_sentence(caught.value)
