"""Editions in the public lake.

A dataset's table `<area>.<dataset>_history` keeps `_edition_from` and `_edition_to` per row,
counted in editions; an edition is the rows alive at its number. `<area>.<dataset>` is the latest
edition, `<area>.<dataset>_at('1.2.0')` any of them. `gongkai.editions` has one row per edition.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import date, datetime

import duckdb

from gongkai.contracts import Contract
from gongkai.lake import EDITIONS, literal, quoted


@dataclass(frozen=True)
class Edition:
    """One numbered edition. `rows` counts the whole dataset, the other counts what changed
    against the edition before; `data_date` is the date that the data speaks of."""

    dataset: str
    number: str
    position: int
    attempt: str
    rows: int
    added: int
    removed: int
    changed: int
    data_date: date | None
    contract_version: str
    contract_digest: str
    columns: tuple[str, ...]
    promoted_at: datetime


def latest(database: duckdb.DuckDBPyConnection, dataset: str) -> Edition | None:
    """The newest edition of a dataset."""
    found = history(database, dataset)
    return found[0] if found else None


def history(database: duckdb.DuckDBPyConnection, dataset: str) -> tuple[Edition, ...]:
    """Every edition of a dataset, the newest first."""
    names = [field.name for field in fields(Edition)]
    rows = database.execute(
        f"SELECT {', '.join(names)} FROM {EDITIONS} WHERE dataset = ? ORDER BY position DESC",
        [dataset],
    ).fetchall()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return tuple(Edition(**{**row, "columns": tuple(row["columns"])}) for row in found)


def history_table(contract: Contract) -> str:
    """The table that keeps a dataset's rows of all editions."""
    return f"lake.{quoted(contract.area)}.{quoted(contract.dataset + '_history')}"


def alive(contract: Contract, edition: Edition) -> str:
    """A query for the public columns of an edition; columns that came later are NULL."""
    columns = ", ".join(
        quoted(field.name)
        if field.name in edition.columns
        else f"NULL::{field.kind} AS {quoted(field.name)}"
        for field in contract.public_fields
    )
    at = edition.position
    return (
        f"SELECT {columns}, _remarks FROM {history_table(contract)} WHERE "
        f"_edition_from <= {at} AND (_edition_to IS NULL OR _edition_to > {at})"
    )


def make_table(database: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The dataset's table as the contract wants it: created, or given its new columns."""
    table = history_table(contract)
    columns = {field.name: field.kind for field in contract.public_fields}
    there = {
        row[0]
        for row in database.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = 'lake' "
            "AND schema_name = ? AND table_name = ?",
            [contract.area, f"{contract.dataset}_history"],
        ).fetchall()
    }
    if not there:
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        # a lake may be older than the area
        database.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{quoted(contract.area)}")
        database.execute(
            f"CREATE TABLE {table} ({listed}, _remarks VARCHAR, "
            "_edition_from INTEGER, _edition_to INTEGER)"
        )
        return
    for name, kind in columns.items():
        if name not in there:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {kind}")


def promote(
    database: duckdb.DuckDBPyConnection, contract: Contract, edition: Edition, changes: str
) -> None:
    """Make an edition out of a staged change set, in one transaction of the public lake.

    `changes` is a table with the public columns and `_change` (added, removed, changed).
    """
    table, now_at = history_table(contract), edition.position
    names = [quoted(field.name) for field in contract.public_fields]
    same = " AND ".join(
        f"old.{quoted(name)} IS NOT DISTINCT FROM new.{quoted(name)}" for name in contract.key
    )
    database.execute("BEGIN")
    try:
        make_table(database, contract)
        database.execute(
            f"UPDATE {table} AS old SET _edition_to = {now_at} WHERE _edition_to IS NULL AND "
            f"EXISTS (FROM {changes} AS new WHERE _change IN ('removed', 'changed') AND {same})"
        )
        database.execute(
            f"INSERT INTO {table} ({', '.join(names)}, _remarks, _edition_from) "
            f"SELECT {', '.join(names)}, _remarks, {now_at} FROM {changes} "
            f"WHERE _change IN ('added', 'changed') ORDER BY {', '.join(contract.key)}"
        )
        database.execute(
            f"INSERT INTO {EDITIONS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*astuple(edition)],
        )
        _readable(database, contract)
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _readable(database: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """What a statistician meets: the view of the latest edition with its comments, the macro."""
    view = f"lake.{quoted(contract.area)}.{quoted(contract.dataset)}"
    macro = f"lake.{quoted(contract.area)}.{quoted(contract.dataset + '_at')}"
    columns = ", ".join(quoted(field.name) for field in contract.public_fields)
    table = history_table(contract)
    database.execute(
        f"CREATE OR REPLACE VIEW {view} AS SELECT {columns} FROM {table} WHERE _edition_to IS NULL"
    )
    database.execute(
        f"CREATE OR REPLACE MACRO {macro}(edition) AS TABLE SELECT {columns} "
        f"FROM {table}, (SELECT position FROM {EDITIONS} WHERE dataset = "
        f"{literal(contract.dataset)} AND number = edition) AS wanted "
        "WHERE _edition_from <= wanted.position "
        "AND (_edition_to IS NULL OR _edition_to > wanted.position)"
    )
    database.execute(
        f"COMMENT ON VIEW {view} IS {literal(contract.title.zh + ' / ' + contract.title.en)}"
    )
    for field in contract.public_fields:
        unit = f"（{field.unit}）" if field.unit else ""
        comment = f"{field.label.zh}{unit}：{field.definition.zh} / {field.label.en}"
        database.execute(f"COMMENT ON COLUMN {table}.{quoted(field.name)} IS {literal(comment)}")


def bring_reference(database: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The latest edition of another dataset as a table of its name, empty where there is none."""
    name, edition = quoted(contract.dataset), latest(database, contract.dataset)
    if edition:
        database.execute(f"CREATE OR REPLACE TABLE {name} AS {alive(contract, edition)}")
    else:
        listed = ", ".join(f"{quoted(f.name)} {f.kind}" for f in contract.public_fields)
        database.execute(f"CREATE OR REPLACE TABLE {name} ({listed})")


def following(before: Edition | None, *, added: int, columns: tuple[str, ...]) -> str:
    """The number of the edition after `before`: MAJOR where a column went away, MINOR where rows
    or columns came, PATCH where only values or the contract were corrected."""
    if before is None:
        return "1.0.0"
    major, minor, patch = map(int, before.number.split("."))
    if set(before.columns) - set(columns):
        return f"{major + 1}.0.0"
    if added or set(columns) - set(before.columns):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
