"""Working days: the SQL macros against days counted one by one."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.lake import CALENDAR
from tests.test_macros import sql

__all__ = ["sql"]

KNOWN = st.dates(date(2003, 6, 1), date(2027, 6, 30))
DAY = timedelta(days=1)


def exceptions() -> dict[date, str]:
    with CALENDAR.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["day"]): row["kind"] for row in csv.DictReader(file)}


EXCEPTIONS = exceptions()


def works(day: date) -> bool:
    return EXCEPTIONS.get(day, "workday" if day.weekday() < 5 else "holiday") == "workday"


def ask(sql: duckdb.DuckDBPyConnection, query: str, *values: object) -> object:
    row = sql.execute(f"SELECT {query}", list(values)).fetchone()
    assert row is not None
    return row[0]


def test_every_day_of_the_known_years(sql: duckdb.DuckDBPyConnection) -> None:
    number = 0
    expected = []
    for offset in range((date(2028, 1, 1) - date(2004, 1, 1)).days):
        day = date(2004, 1, 1) + offset * DAY
        number += works(day)
        expected.append((day, works(day), number))
    rows = sql.execute(
        "SELECT day::DATE, is_working_day(day::DATE), working_day_number(day::DATE) "
        "FROM range(DATE '2004-01-01', DATE '2028-01-01', INTERVAL 1 DAY) AS every(day) ORDER BY 1"
    ).fetchall()
    assert rows == expected


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2024-10-01", False),  # 国庆节, a Tuesday
        ("2024-10-12", True),  # a Saturday made up
        ("2020-01-31", False),  # 春节 prolonged
        ("2015-09-03", False),
        ("2024-03-02", False),  # an ordinary Saturday
        ("1999-12-31", True),  # a Friday of a year without calendar
        ("2050-01-01", False),  # a Saturday of such a year
    ],
)
def test_days_that_anyone_can_look_up(
    sql: duckdb.DuckDBPyConnection, day: str, working: bool
) -> None:
    assert ask(sql, f"is_working_day(DATE '{day}')") is working


@given(KNOWN, st.integers(-400, 400))
def test_working_days_between_are_counted(
    sql: duckdb.DuckDBPyConnection, first: date, distance: int
) -> None:
    second = first + distance * DAY
    early, late = sorted((first, second))
    count = sum(works(early + n * DAY) for n in range(1, (late - early).days + 1))
    between = ask(sql, "working_days_between(?::DATE, ?::DATE)", first, second)
    assert between == (count if first <= second else -count)
    assert ask(sql, "calendar_days_between(?::DATE, ?::DATE)", first, second) == distance


@given(KNOWN, st.integers(-60, 60))
def test_a_deadline_is_reached_day_by_day(
    sql: duckdb.DuckDBPyConnection, day: date, n: int
) -> None:
    reached, left = day, abs(n)
    while left:
        reached += DAY if n > 0 else -DAY
        left -= works(reached)
    assert ask(sql, "add_working_days(?::DATE, ?::INTEGER)", day, n) == reached


@pytest.mark.parametrize("day", ["infinity", "-infinity", "1949-12-31", "2100-01-01"])
def test_beyond_the_calendar_nothing_is_known(sql: duckdb.DuckDBPyConnection, day: str) -> None:
    for query in ("is_working_day({})", "working_day_number({})", "add_working_days({}, 1)"):
        assert ask(sql, query.format(f"DATE '{day}'")) is None


@pytest.mark.parametrize(
    "query",
    [
        "is_working_day(NULL)",
        "working_day_number(NULL)",
        "working_days_between(NULL, DATE '2024-01-01')",
        "working_days_between(DATE '2024-01-01', NULL)",
        "add_working_days(NULL, 1)",
        "add_working_days(DATE '2024-01-01', NULL::INTEGER)",
        "calendar_days_between(NULL, DATE '2024-01-01')",
    ],
)
def test_no_day_gives_nothing(sql: duckdb.DuckDBPyConnection, query: str) -> None:
    assert ask(sql, query) is None


def test_the_calendar_is_known_where_the_connection_is_not_the_one_that_loaded_it(
    sql: duckdb.DuckDBPyConnection,
) -> None:
    with sql.cursor() as other:
        assert ask(other, "working_days_between(DATE '2024-09-30', DATE '2024-10-08')") == 1


def test_a_make_up_day_is_a_weekend_day() -> None:
    workdays = [day for day, kind in EXCEPTIONS.items() if kind == "workday"]
    assert workdays
    assert all(day.weekday() >= 5 for day in workdays)
    assert set(EXCEPTIONS.values()) == {"holiday", "workday"}
