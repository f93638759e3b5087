"""Backfill: records of the past that are filled in later (历史信息补录).

They keep their own dates, are marked where the contract has a column for it, and are never judged
by a time limit: neither now nor when the department hands them over again. Which rows they are is
kept in the private lake by their keys, and counts once the run that brought them came to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import duckdb

from gongkai.contracts import Contract
from gongkai.errors import WrongCall
from gongkai.lake import literal, quoted
from gongkai.state import Attempt
from gongkai.text import Text

TABLE = "private.quarantine.backfilled"
PERIOD = re.compile(r"\d{4}(-H[12]|-Q[1-4]|-(0[1-9]|1[0-2])(-\d{2})?)?")
YEAR = timedelta(days=366)


def is_past(period: str, today: date) -> bool:
    """Whether a period ended so long ago, a year and more, that asking for it is a backfill by
    itself. A nearer one may just be late. Raises WrongCall where it is no period."""
    try:
        if PERIOD.fullmatch(period):
            return _last_day(period) < today - YEAR
    except ValueError:
        pass
    raise WrongCall(
        Text(f"“{period}”不是期间", f"“{period}” is no period"),
        where="--period",
        do=Text(
            "请写成 2024、2024-H1、2024-Q3、2024-07 或 2024-07-15。",
            "Write 2024, 2024-H1, 2024-Q3, 2024-07 or 2024-07-15.",
        ),
    )


def _last_day(period: str) -> date:
    """The last day of 2024, 2024-H1, 2024-Q3, 2024-07 or 2024-07-15."""
    year, _, part = period.partition("-")
    if len(part) > 2:
        return date.fromisoformat(period)
    months = {"H": 6, "Q": 3}.get(part[:1], 1)
    last = int(part.lstrip("HQ") or 12) * (months if part else 1)
    return date(int(year) + last // 12, last % 12 + 1, 1) - timedelta(days=1)


def remember(contract: Contract, attempt: Attempt, database: duckdb.DuckDBPyConnection) -> None:
    """Keep the keys of the candidates that a backfill brought."""
    database.execute(f"DELETE FROM {TABLE} WHERE attempt = {literal(attempt.id)}")
    database.execute(
        f"INSERT INTO {TABLE} SELECT DISTINCT {literal(contract.dataset)}, "
        f"{literal(attempt.id)}, {_key(contract)} FROM candidates"
    )


def mark(
    contract: Contract, attempts: Iterable[Attempt], database: duckdb.DuckDBPyConnection
) -> int:
    """The table `backfilled`, the `_row` of each candidate that one of the attempts filled in, and
    their number. The `day` is that of the attempt, where the department does not say another."""
    days = ", ".join(f"({literal(one.id)}, {literal(str(_day(one)))})" for one in attempts)
    database.execute(
        f"CREATE OR REPLACE TABLE backfilled AS SELECT _row, min(day) AS day FROM candidates "
        f"JOIN {TABLE} AS filled ON filled.key = {_key(contract)} "
        f"JOIN (VALUES {days}) AS named (attempt, day) USING (attempt) "
        f"WHERE dataset = {literal(contract.dataset)} GROUP BY _row"
    )
    (found,) = database.execute("SELECT count(*) FROM backfilled").fetchone() or (0,)
    columns = {field.name for field in contract.fields}
    says = {
        # what cannot be understood is left for the check to quote
        "is_backfill": "CASE WHEN coalesce(is_backfill, 'false') = 'false' THEN 'true' "
        "ELSE is_backfill END",
        "backfill_date": "coalesce(backfill_date, backfilled.day)",
    }
    if told := [f"{name} = {sql}" for name, sql in says.items() if found and name in columns]:
        database.execute(
            f"UPDATE candidates SET {', '.join(told)} FROM backfilled "
            "WHERE backfilled._row = candidates._row"
        )
    return int(found)


def _day(attempt: Attempt) -> date:
    return attempt.started_at.replace(tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def lenient(contract: Contract) -> Contract:
    """The contract without a time limit for the rows that are in the table `backfilled`."""
    rules = tuple(
        replace(rule, holds=f"_row IN (SELECT _row FROM backfilled) OR ({rule.holds})")
        if rule.limits_time
        else rule
        for rule in contract.rules
    )
    return replace(contract, rules=rules)


def _key(contract: Contract) -> str:
    """A candidate's key in one text."""
    return f"to_json([{', '.join(map(quoted, contract.key))}])::VARCHAR"
