"""The macros on distinct values, one thread: nanoseconds a value beside reading the column.

    .venv/bin/python benchmarks/macros.py [ROWS]

Prints the best of three runs of each macro.
"""

from __future__ import annotations

import sys
import time

import duckdb

from gongkai.lake import load_macros

RUNS = 3
VALUES = """
CREATE TABLE bench AS
SELECT
    '9132' || lpad((i % 10000)::VARCHAR, 4, '0') || 'MA' || lpad((h % 10000000)::VARCHAR, 7, '0')
        || substr('0123456789ABCDEFGHJKLMNPQRTUWXY', (i % 31)::INTEGER + 1, 1) AS uscc,
    '320508' || strftime(DATE '1950-01-01' + (i % 20000)::INTEGER, '%Y%m%d')
        || lpad((i % 1000)::VARCHAR, 3, '0') || h % 10 AS resident,
    lpad((h % 100000000)::VARCHAR, 8, '0') || '-' || i % 10 AS organisation,
    '2403-320500-04-01-' || lpad((h % 1000000)::VARCHAR, 6, '0') AS project,
    'A01-91320500MA' || lpad((h % 100000000)::VARCHAR, 8, '0') || '-20240312-'
        || lpad((i % 1000000)::VARCHAR, 6, '0') || '-' || i % 10 AS deal,
    '6228480' || lpad((h % 1000000000000)::VARCHAR, 12, '0') AS card,
    '0513-8' || lpad((h % 10000000)::VARCHAR, 7, '0') AS phone,
    '21320' || lpad((h % 100000)::VARCHAR, 5, '0') AS school,
    '江海市第' || i || '小学' AS name,
    '２０２４' || i AS wide,
    strftime(DATE '2000-01-01' + (h % 9000)::INTEGER, '%Y年%-m月%-d日') AS written,
    (h % 100000000) / 100 || '' AS amount,
    DATE '2000-01-01' + (h % 11000)::INTEGER AS first_day,
    DATE '2000-01-01' + (i % 11000)::INTEGER AS second_day
FROM (SELECT i, hash(i) AS h FROM range({rows}) AS counted(i))
"""
CALLS = (
    "clean(name)",
    "clean(wide)",
    "to_date(written)",
    "to_yuan(amount, '万元')",
    "is_uscc(uscc)",
    "uscc_inner_holds(uscc)",
    "is_organisation_code(organisation)",
    "is_resident_id(resident)",
    "is_resident_id(uscc)",
    "is_bank_card(card)",
    "is_project_code(project)",
    "is_deal_code(deal)",
    "is_school_code(school)",
    "is_phone(phone)",
    "phone(phone)",
    "chinese_number(name)",
    "working_day_number(first_day)",
    "working_days_between(first_day, second_day)",
    "add_working_days(first_day, 20)",
)


def main(rows: int) -> None:
    """Measure and print."""
    with duckdb.connect() as database:
        load_macros(database)
        database.execute("SET threads = 1")
        database.execute(VALUES.format(rows=rows))
        for call in CALLS:
            print(f"{timed(database, call) / rows * 1e9:8.0f} ns  {call}")


def timed(database: duckdb.DuckDBPyConnection, call: str) -> float:
    """The least seconds of several runs."""
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        database.execute(f"SELECT max({call}) FROM bench").fetchone()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
