"""Records of the past that are filled in later: marked, with their own dates, never late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from gongkai import backfill, pipeline
from gongkai.errors import WrongCall
from gongkai.home import Home
from gongkai.query import connect
from gongkai.state import Attempt, Store
from tests.support import a_contract, a_field, a_home, a_rule, a_source, as_csv, drop_folder, judged

DATASET = "land_acq_notice"
COLUMNS = ["notice_no", "notice_type", "approval_received", "publish_date", "end_date"]
TRANSFORM = """
SELECT *, '拟征〔2019〕1号' AS acq_no, '京土资A〔2019〕1号' AS approval_no, 'X' AS title,
    '110101' AS region_code, 'false' AS is_backfill
FROM delivery
"""
LATE = ("公告〔2019〕1号", "acquisition", "2019-01-02", "2019-06-03", "")
"""Announced five months after the approval, which is far too late."""
ORDINARY = ("公告〔2026〕1号", "pre_notice", "", "2026-01-05", "2026-03-05")


@pytest.fixture
def land(tmp_path: Path) -> Home:
    """An installation whose land bureau drops a file of notices for each year."""
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "city.yaml").write_text(
        f"name: {{zh: 小城, en: Tiny}}\nsources: {{{DATASET}: tiny}}\n"
    )
    pull = {"kind": "files", "connection": "gongkai_land", "folder": "."}
    a_source(
        folder,
        {"kind": "delimited", "columns": COLUMNS},
        pull={**pull, "pattern": "notices_{period}.csv"},
        transform=TRANSFORM,
        dataset=DATASET,
    )
    connections = {"gongkai_land": drop_folder(folder)}
    return a_home(tmp_path / "home", sources=folder, connections=connections)


@pytest.fixture
def deliver(land: Home) -> Callable[..., None]:
    def drop(year: str, *rows: tuple[str, ...]) -> None:
        assert land.sources is not None
        (land.sources / f"notices_{year}.csv").write_bytes(as_csv([COLUMNS, *rows]))

    return drop


def notices(home: Home) -> list[tuple[str, date, bool]]:
    with connect(home) as database:
        return database.sql(
            f"SELECT notice_no, publish_date, is_backfill FROM {DATASET} ORDER BY ALL"
        ).fetchall()


def test_a_period_of_long_ago_is_filled_in_and_never_late(
    land: Home, deliver: Callable[..., None]
) -> None:
    deliver("2026", ORDINARY)
    first = pipeline.run(DATASET, land)
    assert first.state == "published", first
    deliver("2019", LATE)
    filled = pipeline.run(DATASET, land, period="2019")
    assert filled.state == "published", filled
    assert filled.staged is not None
    assert (filled.staged.accepted, filled.staged.quarantined) == (1, 0)
    expected = [(LATE[0], date(2019, 6, 3), True), (ORDINARY[0], date(2026, 1, 5), False)]
    assert notices(land) == expected
    # the ordinary run meets the same file in the folder
    again = pipeline.run(DATASET, land)
    assert again.state == "unchanged", again
    assert again.staged is None or again.staged.quarantined == 0
    assert notices(land) == expected


def test_the_same_row_of_an_ordinary_run_is_late(land: Home, deliver: Callable[..., None]) -> None:
    deliver("2019", LATE)
    deliver("2026", ORDINARY)
    outcome = pipeline.run(DATASET, land)
    assert outcome.staged is not None
    assert outcome.staged.quarantined == 1
    assert [row[0] for row in notices(land)] == [ORDINARY[0]]


def test_a_run_can_be_called_a_backfill(land: Home, deliver: Callable[..., None]) -> None:
    deliver("2019", LATE)
    outcome = pipeline.run(DATASET, land, backfill=True)
    assert outcome.state == "published", outcome
    assert notices(land) == [(LATE[0], date(2019, 6, 3), True)]
    last = Store(land).last_attempt(DATASET)
    assert last is not None
    assert last.backfill
    assert last.report["filled_in"] == 1


@pytest.mark.parametrize(
    ("period", "past"),
    [
        ("2019", True),
        ("2024", True),
        ("2025", False),
        ("2025-H1", True),
        ("2025-H2", False),
        ("2025-Q3", True),
        ("2025-Q4", False),
        ("2025-11", False),
        ("2025-10", True),
        ("2025-11-20", True),
        ("2026-11-20", False),
    ],
)
def test_what_ended_more_than_a_year_ago_is_past(period: str, past: bool) -> None:
    assert backfill.is_past(period, date(2026, 11, 24)) is past


@pytest.mark.parametrize("text", ["", "24", "2024-13", "2024-H3", "2024-02-30", "last year"])
def test_what_is_no_period_is_a_wrong_call(text: str) -> None:
    with pytest.raises(WrongCall, match="is no period"):
        backfill.is_past(text, date(2026, 11, 24))


def test_only_a_limit_of_time_is_not_judged(
    tmp_path: Path, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    fields = [a_field("code", key=True), a_field("days", "INTEGER")]
    late = a_rule("in_time", "days", "days <= 20", "晚了", "late")
    late["implementation"]["limitsTime"] = True
    kept = a_rule("is_counted", "days", "days >= 0", "少于零", "less than nothing")
    contract = a_contract(tmp_path, fields, rules=[late, kept])
    rows = [{"code": "old", "days": "500"}, {"code": "new", "days": "500"}]
    rows.append({"code": "wrong", "days": "-1"})
    database.execute("CREATE TABLE backfilled AS SELECT unnest([1, 3]) AS _row")
    checked = judged(rows, backfill.lenient(contract), a_source(tmp_path), home, database)
    found = checked.findings.project("_row, code").order("_row").fetchall()
    assert found == [(2, "in_time"), (3, "is_counted")]


def test_rows_are_dated_by_the_run_that_filled_them_in(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    fields = [a_field("code", key=True), a_field("is_backfill"), a_field("backfill_date")]
    contract = a_contract(tmp_path, fields)
    database.execute("ATTACH ':memory:' AS private; CREATE SCHEMA private.quarantine")
    database.execute(f"CREATE TABLE {backfill.TABLE} (dataset TEXT, attempt TEXT, key TEXT)")
    try:
        # late in the evening of London it is the next day in China
        moment = datetime(2025, 3, 1, 20, 0)
        values = ["x", "tiny", 1, "tiny", None, None, "published", None, None, None, None, {}]
        attempt = Attempt(*values, started_at=moment, finished_at=None)  # type: ignore[arg-type]
        candidates = (
            "CREATE OR REPLACE TABLE candidates AS FROM (VALUES (1, 'a', NULL, NULL), "
            "(2, 'b', 'false', '2025-01-01'), (3, 'c', '补', NULL)) "
            "AS given (_row, code, is_backfill, backfill_date)"
        )
        database.execute(candidates)
        backfill.remember(contract, attempt, database)
        assert backfill.mark(contract, [attempt], database) == 3
        assert database.table("candidates").order("_row").fetchall() == [
            (1, "a", "true", "2025-03-02"),
            (2, "b", "true", "2025-01-01"),
            (3, "c", "补", "2025-03-02"),
        ]
    finally:
        database.execute("DETACH private")
