"""What an attempt leaves in the private lake: the change set that waits to be published."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb

from gongkai.compare import Changes
from gongkai.contracts import Contract
from gongkai.editions import Edition, following
from gongkai.lake import quoted
from gongkai.state import Attempt, now


def changes_table(contract: Contract, attempt: Attempt) -> str:
    """Where the attempt's change set is staged."""
    return f"private.staging.{quoted(f'{contract.dataset}_{attempt.id}')}"


def keep_changes(
    changes: Changes,
    contract: Contract,
    attempt: Attempt,
    database: duckdb.DuckDBPyConnection,
) -> None:
    """Stage the change set under the attempt's address."""
    changes.relation.create_view("kept_changes", replace=True)
    table = changes_table(contract, attempt)
    database.execute(f"DROP TABLE IF EXISTS {table}")
    database.execute(f"CREATE TABLE {table} AS FROM kept_changes")


def plan(before: Edition | None, contract: Contract, attempt: str, changes: Changes) -> Edition:
    """The edition that a change set makes."""
    columns = tuple(field.name for field in contract.public_fields)
    return Edition(
        dataset=contract.dataset,
        number=following(before, added=changes.added, columns=columns),
        position=before.position + 1 if before else 1,
        attempt=attempt,
        rows=changes.rows,
        added=changes.added,
        removed=changes.removed,
        changed=changes.changed,
        data_date=changes.data_date,
        contract_version=contract.version,
        contract_digest=contract.digest,
        columns=columns,
        promoted_at=now(),
    )


def planned(attempt: Attempt) -> Edition:
    """The edition that the attempt prepared, stamped with this moment."""
    raw = attempt.report["edition"]
    day = raw["data_date"]
    return Edition(
        **{
            **raw,
            "columns": tuple(raw["columns"]),
            "data_date": date.fromisoformat(day) if day != "None" else None,
            "promoted_at": now(),
        }
    )


def drop(
    contract: Contract, database: duckdb.DuckDBPyConnection, *, spared: Collection[str]
) -> None:
    """Drop the dataset's staged change sets, those of attempts that came to nothing included;
    not those of the `spared` attempts, which may still be published."""
    rows = database.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'private' "
        "AND schema_name = 'staging' AND starts_with(table_name, ?)",
        [contract.dataset + "_"],
    ).fetchall()
    for (name,) in rows:
        # another dataset's name may begin with this one's
        if len(name) == len(contract.dataset) + 33 and name[-32:] not in spared:
            database.execute(f"DROP TABLE private.staging.{quoted(name)}")
