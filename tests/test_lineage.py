"""Lineage: which of the source's columns a contract column is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from gongkai import contracts, sources
from gongkai.lineage import source_columns
from gongkai.sources import TRANSFORMS, Source

DECLARED = sorted(TRANSFORMS.glob("*/*/*.yaml"))
OWN = sorted(TRANSFORMS.glob("*/*/jianghai.yaml"))


def columns_of(source: Source) -> list[str]:
    """What the table `delivery` holds: the declared columns and the captions."""
    captions = [name for text in source.table.captions for name in re.compile(text).groupindex]
    return [name for name, _ in source.table.columns] + [f"_{name}" for name in captions]


def lineage(dataset: str, source: str = "jianghai") -> Mapping[str, tuple[str, ...]]:
    area = contracts.load(dataset).area
    found = sources.read(TRANSFORMS / area / dataset / f"{source}.yaml", dataset)
    with duckdb.connect() as database:
        return source_columns(found.transform, columns_of(found), database)


def made_of(query: str, *columns: str) -> Mapping[str, tuple[str, ...]]:
    with duckdb.connect() as database:
        return source_columns(query, columns or ("a", "b", "c"), database)


@pytest.mark.parametrize("path", DECLARED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_transform_is_understood(path: Path) -> None:
    source = sources.read(path, path.parent.name)
    contract = contracts.load(path.parent.name)
    columns = columns_of(source)
    with duckdb.connect() as database:
        found = source_columns(source.transform, columns, database)
    assert set(found) <= {field.name for field in contract.fields}
    assert {name for names in found.values() for name in names} <= set(columns)
    constants = [name for name, names in found.items() if not names]
    assert len(constants) < len(found) / 2


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.parent.name)
def test_what_the_fictional_city_hands_over_is_found_again(path: Path) -> None:
    source = sources.read(path, path.parent.name)
    columns = columns_of(source)
    with duckdb.connect() as database:
        found = source_columns(source.transform, columns, database)
    known = {name for names in found.values() for name in names}
    known |= set(source.table.identity) | {skip.column for skip in source.table.skip}
    assert set(columns) <= known


def test_the_value_comes_before_its_unit() -> None:
    found = lineage("gov_debt_limit_balance")
    assert found["total_limit"] == ("xehj", "dw")
    assert found["scope"] == ("kj",)


def test_an_unpivoted_value_comes_from_any_listed_column() -> None:
    found = lineage("gov_budget_line")
    assert found["amount"] == ("上年决算数", "预算数", "执行数", "_unit")
    assert found["subject_name"] == ("科目名称",)
    assert found["phase"] == ()
    assert found["region_code"] == ()


def test_a_union_gives_what_each_part_gives() -> None:
    found = lineage("gov_budget_line", "lijiang")
    assert found["amount_reported"] == ("上年决算数", "预算数", "执行数")


def test_a_code_is_made_of_the_names_it_was_looked_up_by() -> None:
    assert lineage("gov_debt_limit_balance", "jiangsu_table61")["region_code"] == ("name", "city")
    assert lineage("land_acq_project", "jiangsu_notices")["region_code"] == ("county", "prefecture")


def test_a_nested_record_is_found_by_its_dotted_name() -> None:
    found = lineage("tender_award")
    assert found["bidder_uscc"] == ("candidates.code",)
    # which form the price has is a condition, not what it is made of
    assert found["price_text"] == ("candidates.price",)
    assert found["is_winner"] == ("candidates.isWinner",)


def test_the_parts_of_a_list_come_from_its_column() -> None:
    assert lineage("tender_notice")["bid_section_code"] == ("sectionCodes",)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT a AS x, A AS y FROM delivery", {"x": ("a",), "y": ("a",)}),
        ("FROM delivery", {"a": ("a",), "b": ("b",), "c": ("c",)}),
        ("SELECT * EXCLUDE (b) REPLACE (c || b AS a) FROM delivery",
         {"a": ("c", "b"), "c": ("c",)}),
        ("SELECT t.a AS x FROM (SELECT b AS a FROM delivery) AS t", {"x": ("b",)}),
        ("SELECT x FROM (SELECT a, b FROM delivery) AS t(x, y)", {"x": ("a",)}),
        ("SELECT a AS x, upper(x) AS y FROM delivery", {"x": ("a",), "y": ("a",)}),
        ("SELECT (SELECT max(b) FROM delivery AS d WHERE d.a = delivery.a) AS x FROM delivery",
         {"x": ("b",)}),
        ("SELECT a AS x FROM delivery UNION BY NAME SELECT c AS y, b AS x FROM delivery",
         {"x": ("a", "b"), "y": ("c",)}),
        ("SELECT v AS x, a FROM delivery UNPIVOT (v FOR n IN (b, c))",
         {"x": ("b", "c"), "a": ("a",)}),
        ("SELECT v AS x FROM (UNPIVOT delivery ON COLUMNS(* EXCLUDE a) INTO NAME n VALUE v)",
         {"x": ("b", "c")}),
        ("SELECT 1 AS x, now() AS y FROM delivery", {"x": (), "y": ()}),
        ("SELECT u.w AS x FROM delivery, unnest(string_split(b, ';')) AS u(w)", {"x": ("b",)}),
    ],
)  # fmt: skip
def test_small_queries(query: str, expected: Mapping[str, tuple[str, ...]]) -> None:
    assert made_of(query) == expected


@pytest.mark.parametrize("query", ["no SQL at all", "SELECT a FROM x; SELECT b FROM y"])
def test_what_cannot_be_read_is_not_known(query: str) -> None:
    assert made_of(query) == {}
