"""Every rule of every suite: it fires alone on the smallest rows that break it, and is silent on
sound ones. The rows are in the modules of the areas, `BROKEN` and `SILENT`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import contracts, expect
from gongkai.conform import load_code_lists
from gongkai.home import Home
from tests.suites.judging import Tables, exceptions, names_of_rules

AREAS = [
    importlib.import_module(f"tests.suites.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("test_*_suites.py"))
]
BROKEN = [case for area in AREAS for case in area.BROKEN]
SILENT = [case for area in AREAS for case in area.SILENT]
NEVER_ALONE = {
    ("trade_contract", "most_sections_were_awarded"),
    ("major_project_event", "most_projects_are_known"),
    ("gov_debt_limit_balance", "unit_agrees_with_parts"),
    ("gov_debt_rollforward", "interest_within_budget"),
}
"""Rules that break only where a milder one does too; a test of their own tries them."""


def name_of(value: Any) -> str:
    return value.replace(" ", "_") if isinstance(value, str) else ""


def found(
    dataset: str, tables: Tables, home: Home, database: duckdb.DuckDBPyConnection
) -> set[str]:
    load_code_lists(contracts.load(dataset), home, database)
    return set(exceptions(dataset, tables, database))


@pytest.mark.parametrize(("dataset", "rule", "tables"), BROKEN, ids=name_of)
def test_a_rule_fires_alone_on_the_rows_that_break_it(
    dataset: str, rule: str, tables: Tables, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    # a row that no check would accept may break its row rules, too
    looked_at = names_of_rules(dataset) | {rule}
    assert found(dataset, tables, home, database) & looked_at == {rule}


@pytest.mark.parametrize(("dataset", "why", "tables"), SILENT, ids=name_of)
def test_a_suite_is_silent(
    dataset: str, why: str, tables: Tables, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    assert found(dataset, tables, home, database) == set()


def test_every_rule_has_rows_that_break_it() -> None:
    asked = {(name, rule) for name in contracts.names() for rule in names_of_rules(name)}
    tried = {(name, rule) for name, rule, _ in BROKEN if not rule.startswith(expect.CONTRACT)}
    assert asked - tried == NEVER_ALONE
    assert tried <= asked
