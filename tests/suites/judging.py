"""Asking the rules of a suite about a few rows."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import duckdb

from gongkai import contracts, expect
from tests.support import fill, rows_of

Rows = list[dict[str, Any]]


@dataclass
class Tables:
    """What a suite looks at."""

    accepted: Rows
    latest: Rows = field(default_factory=list)
    quarantined: Rows = field(default_factory=list)
    references: dict[str, Rows] = field(default_factory=dict)

    def but(self, place: int, table: str = "accepted", **values: Any) -> Tables:
        """A copy in which one row is another; `table` may be a reference."""
        other = copy.deepcopy(self)
        rows = other.references.get(table) or getattr(other, table)
        rows[place] |= values
        return other


def exceptions(
    dataset: str, tables: Tables, database: duckdb.DuckDBPyConnection
) -> dict[str, Rows]:
    """What each rule of a dataset finds, by its name; a rule that holds is left out."""
    contract = contracts.load(dataset)
    suite = expect.load(contract)
    for name in ("accepted", "latest", "quarantined"):
        fill(name, contract, getattr(tables, name), database)
    for name in suite.references:
        fill(name, contracts.load(name), tables.references.get(name, []), database)
    database.execute("CREATE OR REPLACE TABLE declared_empty (name VARCHAR)")
    found = {
        rule.name: rows_of(database.sql(rule.query.replace("{batch}", "accepted")))
        for rule in suite.rules
        if rule.query
    }
    return {name: rows for name, rows in found.items() if rows}


def names_of_rules(dataset: str) -> set[str]:
    """The rules of a dataset's own suite, without those that come from its contract."""
    rules = expect.load(contracts.load(dataset)).rules
    return {rule.name for rule in rules if not rule.name.startswith(expect.CONTRACT)}
