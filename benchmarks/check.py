"""The check beside its floor: a plain typed copy of the same rows in DuckDB.

    .venv/bin/python benchmarks/check.py [ROWS]

Prints rows per second of both, the best of three runs each, and their ratio.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from gongkai import codelists, contracts, sources
from gongkai.check import compiled
from gongkai.conform import load_code_lists
from gongkai.home import PROJECT, Home
from gongkai.lake import load_macros

DATASET = "gov_debt_limit_balance"
RUNS = 3
ROWS = """
SELECT
    row_number() OVER () AS _row, 'bench' AS _file, '' AS _part, i AS _line,
    (2015 + i % 10)::VARCHAR AS fiscal_year, (600000 + i // 10)::VARCHAR AS region_code,
    'region ' || i AS region_name, 'whole' AS scope, 'final' AS phase,
    '1000.00' AS general_limit, '2000.00' AS special_limit,
    CASE WHEN i % 50 = 0 THEN '3100.00' ELSE '3000.00' END AS total_limit,
    '900.00' AS general_balance, '1900.00' AS special_balance, '2800.00' AS total_balance,
    NULL::VARCHAR AS fiscal_capacity, '元' AS unit_reported
FROM range({count}) AS counted(i)
"""


def timed(work: Callable[[], object]) -> float:
    """The least seconds of several runs."""
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def main(count: int) -> None:
    """Measure and print."""
    contract = contracts.load(DATASET)
    source = sources.read(
        PROJECT / "transforms" / contract.area / DATASET / "jianghai.yaml", DATASET
    )
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        home = Home(Path(folder), None, None, None, None, None, None, None, {})
        load_macros(database)
        load_code_lists(contract, home, database)
        database.execute(
            "INSERT INTO codes_divisions (code) "
            f"SELECT (600000 + i)::VARCHAR FROM range({count // 10 + 1}) AS counted(i)"
        )
        lists = {code_list.name: code_list for code_list in codelists.of(contract, home)}
        database.execute(f"CREATE TABLE made AS {ROWS.format(count=count)}")
        there = set(database.table("made").columns)
        absent = [f"NULL::VARCHAR AS {f.name}" for f in contract.fields if f.name not in there]
        database.execute(f"CREATE TABLE candidates AS SELECT *, {', '.join(absent)} FROM made")
        typed = ", ".join(f"try_cast({f.name} AS {f.kind}) AS {f.name}" for f in contract.fields)
        copy = f"CREATE OR REPLACE TABLE copied AS SELECT {typed} FROM candidates"
        query = f"CREATE OR REPLACE TABLE checked AS {compiled(contract, source, lists)}"
        floor, check = timed(lambda: database.execute(copy)), timed(lambda: database.execute(query))
        bad = len(database.sql("FROM checked WHERE len(_findings) > 0"))
    rules = len(contract.rules)
    print(f"{count} rows, {len(contract.fields)} columns, {rules} row rules, {bad} with findings")
    print(f"typed copy {count / floor:,.0f} rows/s, check {count / check:,.0f} rows/s")
    print(f"the check takes {check / floor:.1f} times the copy")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
