"""DuckDB for a statistician: the public lake, read-only, with one schema per key area."""

from __future__ import annotations

import duckdb

from gongkai import home as homes
from gongkai.contracts import AREAS
from gongkai.home import Home
from gongkai.lake import attach_public


def connect(home: Home | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to the public lake.

    `finance.gov_debt_limit_balance` is the latest edition of a dataset,
    `gov_debt_limit_balance_at('1.0.0')` any of them, `gongkai.editions` the list of all. Columns
    carry Chinese and English comments with their units.
    """
    database = duckdb.connect()
    attach_public(database, home or homes.load())
    there = {
        name
        for (name,) in database.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'lake'"
        ).fetchall()
    }
    database.execute("USE lake")
    path = ",".join(f"lake.{area}" for area in ("main", *AREAS, "gongkai") if area in there)
    database.execute(f"SET search_path = '{path}'")
    return database
