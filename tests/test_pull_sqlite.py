"""Pulling from a department's SQLite file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.pull import Pulled, pull
from tests.support import a_source


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two rows of invented debts, of which the second keeps to none of the declared types."""
    path = tmp_path / "bureau.sqlite"
    with sqlite3.connect(path) as bureau:
        bureau.execute("CREATE TABLE debts (id INTEGER, name TEXT, amount REAL, day DATE, seen)")
        bureau.execute(
            "INSERT INTO debts VALUES (2, NULL, 12345678901234.568, '2024-12-31', 9), "
            "(10, '甲县', 0.1, 'unknown', 10), (11, 'x', 'about 5', NULL, x'00ff')"
        )
    bureau.close()
    return path


def pulled(
    path: Path,
    home: Home,
    folder: Path,
    query: str = "SELECT * FROM debts ORDER BY id DESC",
    *,
    since: str | None = None,
    kind: str = "sqlite",
) -> Pulled:
    source = a_source(
        folder,
        pull={
            "kind": "database",
            "connection": "gongkai_tiny",
            "name": "debts",
            "query": query,
            "since_query": "SELECT * FROM debts WHERE CAST(seen AS INTEGER) > {since} + 0",
            "updated": "seen",
        },
    )
    known = Connection("gongkai_tiny", kind, "", extra={"path": str(path)})
    return pull(source, home, lambda name: known, period=None, since=since)


def rows(home: Home, found: Pulled) -> list[tuple[str | None, ...]]:
    [receipt] = found.receipts
    with duckdb.connect() as opened:
        return opened.read_parquet(str(address(home, receipt.sha256))).fetchall()


def test_rows_arrive_as_they_are_whatever_the_column_says(
    file: Path, home: Home, tmp_path: Path
) -> None:
    assert rows(home, pulled(file, home, tmp_path)) == [
        ("11", "x", "about 5", None, "00FF"),
        ("10", "甲县", "0.1", "unknown", "10"),
        ("2", None, "12345678901234.568", "2024-12-31", "9"),
    ]


def test_a_watermark_of_numbers_is_not_compared_as_text(
    file: Path, home: Home, tmp_path: Path
) -> None:
    assert pulled(file, home, tmp_path).watermark == "10"
    found = pulled(file, home, tmp_path, since="9")
    assert [row[0] for row in rows(home, found)] == ["10"]
    assert pulled(file, home, tmp_path, since="10").nothing_new


def test_a_missing_file_may_be_mounted_later(home: Home, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="is not there") as caught:
        pulled(tmp_path / "gone.sqlite", home, tmp_path)
    assert caught.value.heals


def test_what_is_no_database_is_a_broken_delivery(home: Home, tmp_path: Path) -> None:
    (tmp_path / "other.sqlite").write_bytes(b"a workbook, perhaps" * 100)
    with pytest.raises(BrokenDelivery, match="file is not a database"):
        pulled(tmp_path / "other.sqlite", home, tmp_path)


@pytest.mark.parametrize("query", ["SELECT * FROM moved", "SELEKT 1", "DELETE FROM debts"])
def test_a_query_that_is_not_answered_is_a_broken_delivery(
    file: Path, home: Home, tmp_path: Path, query: str
) -> None:
    with pytest.raises(BrokenDelivery, match=r"does not answer the declared query: ."):
        pulled(file, home, tmp_path, query)
    assert len(rows(home, pulled(file, home, tmp_path))) == 3


def test_a_database_of_another_kind_is_told(file: Path, home: Home, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="of the kind “oracle”"):
        pulled(file, home, tmp_path, kind="oracle")
