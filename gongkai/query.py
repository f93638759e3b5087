"""DuckDB for a statistician: the public lake, read-only, with one schema per key area."""

from __future__ import annotations

import duckdb

from gongkai import home as homes
from gongkai.contracts import AREAS
from gongkai.home import Home
from gongkai.lake import literal, quoted, reader


def connect(home: Home | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to the public lake.

    `finance.gov_debt_limit_balance` is the latest edition of a dataset,
    `gov_debt_limit_balance_at('1.0.0')` any of them, `gongkai.editions` the list of all. Columns
    carry Chinese and English comments with their units.
    """
    database = reader(home or homes.load())
    areas = _areas(database)
    for area in areas:
        database.execute(f"CREATE SCHEMA {quoted(area)}")
    for area, dataset in _datasets(database):
        _commented_view(database, area, dataset)
    database.execute("CREATE SCHEMA gongkai")
    database.execute("CREATE VIEW gongkai.editions AS FROM lake.gongkai.editions")
    # a name alone is found too
    path = ",".join(f"memory.{schema}" for schema in ("main", *areas, "gongkai"))
    database.execute(f"SET search_path = {literal(path)}")
    return database


def _areas(database: duckdb.DuckDBPyConnection) -> list[str]:
    rows = database.execute(
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'lake'"
    ).fetchall()
    there = {name for (name,) in rows}
    return [area for area in AREAS if area in there]


def _datasets(database: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return database.execute(
        "SELECT schema_name, view_name FROM duckdb_views() "
        "WHERE database_name = 'lake' AND schema_name <> 'gongkai' ORDER BY ALL"
    ).fetchall()


def _commented_view(database: duckdb.DuckDBPyConnection, area: str, dataset: str) -> None:
    """The lake's view again, in the session: only there can a view's columns carry comments.
    Its macro comes along, so that both are found by the same name."""
    view = f"{quoted(area)}.{quoted(dataset)}"
    macro = f"{quoted(area)}.{quoted(dataset + '_at')}"
    database.execute(f"CREATE VIEW {view} AS FROM lake.{view}")
    database.execute(f"CREATE MACRO {macro}(edition) AS TABLE FROM lake.{macro}(edition)")
    comments = database.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = 'lake' "
        "AND schema_name = ? AND table_name = ? AND comment IS NOT NULL",
        [area, f"{dataset}_history"],
    ).fetchall()
    columns = {column[0] for column in database.execute(f"FROM {view} LIMIT 0").description or ()}
    for column, comment in comments:
        if column in columns:
            database.execute(f"COMMENT ON COLUMN {view}.{quoted(column)} IS {literal(comment)}")
    title = database.execute(
        "SELECT comment FROM duckdb_views() WHERE database_name = 'lake' AND schema_name = ? "
        "AND view_name = ?",
        [area, dataset],
    ).fetchone()
    if title and title[0]:
        database.execute(f"COMMENT ON VIEW {view} IS {literal(title[0])}")
