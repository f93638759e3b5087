"""Compare: the dataset after this delivery, and how it differs from the last edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from gongkai.check import Checked
from gongkai.contracts import Contract
from gongkai.editions import Edition, alive
from gongkai.lake import quoted
from gongkai.protect import PublicRows


@dataclass(frozen=True)
class Changes:
    """The change set, as the DuckDB table `changes`: the public columns and `_change` (added,
    removed, changed; a removed row shows its old values).

    `rows` counts the dataset after the delivery, `retained` the rows that stay as they were
    because what came in their place is in quarantine.
    """

    relation: duckdb.DuckDBPyRelation
    rows: int
    added: int
    removed: int
    changed: int
    retained: int
    data_date: date | None

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def compare(
    public: PublicRows,
    checked: Checked,
    contract: Contract,
    before: Edition | None,
    database: duckdb.DuckDBPyConnection,
) -> Changes:
    """Work out the whole dataset after the delivery, and its difference to `before`.

    What a delivery replaces is the contract's to say: everything (snapshot), its own partitions,
    or only the keys it names (upsert).
    """
    columns = ", ".join(quoted(field.name) for field in contract.public_fields)
    held = _in("quarantined", contract.key)
    if before:
        database.execute(f"CREATE OR REPLACE TABLE latest AS {alive(contract, before)}")
    else:
        database.execute("CREATE OR REPLACE TABLE latest AS FROM public_rows LIMIT 0")
    database.execute(
        f"CREATE OR REPLACE TABLE target AS SELECT {columns}, _remarks, false AS _retained "
        f"FROM public_rows UNION ALL SELECT {columns}, _remarks, {held} AS _retained "
        f"FROM latest AS old WHERE {_stays(contract)}"
    )
    database.execute(f"CREATE OR REPLACE TABLE changes AS {_difference(contract)}")
    counted = dict(
        database.execute("SELECT _change, count(*) FROM changes GROUP BY ALL").fetchall()
    )
    rows, retained = _one(database, "SELECT count(*), count(*) FILTER (_retained) FROM target")
    return Changes(
        relation=database.table("changes"),
        rows=rows,
        added=counted.get("added", 0),
        removed=counted.get("removed", 0),
        changed=counted.get("changed", 0),
        retained=retained,
        data_date=_data_date(contract, database),
    )


def _in(table: str, key: tuple[str, ...]) -> str:
    """Whether the row `old` has its key, or the part of it that is named, in a table."""
    same = " AND ".join(
        f"new.{quoted(name)} IS NOT DISTINCT FROM old.{quoted(name)}" for name in key
    )
    return f"EXISTS (FROM {table} AS new WHERE {same})"


def _stays(contract: Contract) -> str:
    replaced = _in("public_rows", contract.key)
    held = _in("quarantined", contract.key)
    match contract.delivery:
        case "snapshot":
            return f"{held} AND NOT {replaced}"
        case "partition":
            delivered = (
                f"({_in('public_rows', contract.partition_by)} "
                f"OR {_in('quarantined', contract.partition_by)})"
            )
            return f"NOT {replaced} AND ({held} OR NOT {delivered})"
        case "upsert":
            return f"NOT {replaced}"


def _difference(contract: Contract) -> str:
    key = contract.key
    values = [field.name for field in contract.public_fields]
    on = " AND ".join(f"new.{quoted(name)} = old.{quoted(name)}" for name in key)
    first = quoted(key[0])
    shown = ", ".join(
        f"CASE WHEN new.{first} IS NULL THEN old.{quoted(name)} ELSE new.{quoted(name)} END "
        f"AS {quoted(name)}"
        for name in [*values, "_remarks"]
    )
    differs = " OR ".join(
        f"new.{quoted(name)} IS DISTINCT FROM old.{quoted(name)}"
        for name in values
        if name not in key
    )
    return (
        f"SELECT {shown}, CASE WHEN old.{first} IS NULL THEN 'added' "
        f"WHEN new.{first} IS NULL THEN 'removed' ELSE 'changed' END AS _change "
        f"FROM target AS new FULL JOIN latest AS old ON {on} "
        f"WHERE old.{first} IS NULL OR new.{first} IS NULL OR {differs or 'false'}"
    )


def _data_date(contract: Contract, database: duckdb.DuckDBPyConnection) -> date | None:
    """The newest day that the data speaks of; of a year, its last day."""
    name = quoted(contract.data_date)
    kind = contract.field(contract.data_date).kind
    day = f"make_date({name}, 12, 31)" if kind == "INTEGER" else f"{name}::DATE"
    (found,) = _one(database, f"SELECT max({day}) FROM target")
    return found if isinstance(found, date) else None


def _one(database: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    return database.execute(query).fetchone() or (0, 0)
