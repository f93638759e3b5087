"""The words of the land market."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from gongkai.lake import load_macros

CUT_OFF = "其他普通商品住房用地70年; 其他商服用地4"


@pytest.fixture(scope="module")
def sql() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        load_macros(opened)
        yield opened


def call(sql: duckdb.DuckDBPyConnection, macro: str, *values: str | None) -> Any:
    marks = ", ".join(["?::VARCHAR"] * len(values))
    row = sql.execute(f"SELECT {macro}({marks})", list(values)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("其他普通商品住房用地", "residential"),
        ("中低价位、中小套型普通商品住房用地", "residential"),
        ("仓储用地", "industrial"),
        ("住宿餐饮用地", "commercial"),
        ("科教用地", "public_service"),
        ("文体娱乐用地", "public_service"),
        ("公共设施用地", "mixed"),
        ("街巷用地", "mixed"),
        ("0601", "0601"),
        ("", None),
        (None, None),
    ],
)
def test_a_class_of_land_has_a_use(
    sql: duckdb.DuckDBPyConnection, name: str | None, use: str | None
) -> None:
    assert call(sql, "land_use_of_class", name) == use


@pytest.mark.parametrize(
    ("term", "use", "years"),
    [
        ("50", "工业用地", "50"),
        ("40年", "工业用地", "40"),
        ("其他普通商品住房用地70年; 其他商服用地40年;", "其他商服用地", "40"),
        ("其他商服用地40年，其他普通商品住房用地70年", "其他普通商品住房用地", "70"),
        # cut off where the field ends: nobody knows what follows
        (CUT_OFF, "其他商服用地", CUT_OFF),
        ("0", "工业用地", None),
        ("54.5", "工业用地", "54.5"),
        ("商服40、住宅70", "其他商服用地", "商服40、住宅70"),
        (None, "工业用地", None),
    ],
)
def test_a_term_is_that_of_the_parcels_own_use(
    sql: duckdb.DuckDBPyConnection, term: str | None, use: str, years: str | None
) -> None:
    assert call(sql, "land_term", term, use) == years


@pytest.mark.parametrize(
    ("names", "organisations"),
    [
        ("某县人民政府", True),
        ("某某房地产开发有限公司", True),
        ("某某有限公司（某某分公司）", True),
        ("某某有限公司、某某加油站", True),
        ("张某某", False),
        ("李园园", False),
        ("张某某、李某某", False),
        ("张某某 李某某", False),
        ("某某有限公司及张某某等3户", False),
        ("某某有限公司、张某某", False),
        ("张某某等5人", False),
        (" ", None),
        (None, None),
    ],
)
def test_whoever_may_be_a_person_is_no_organisation(
    sql: duckdb.DuckDBPyConnection, names: str | None, organisations: bool | None
) -> None:
    assert call(sql, "names_organisations", names) is organisations


def test_1900_is_no_date_of_the_land_market(sql: duckdb.DuckDBPyConnection) -> None:
    assert call(sql, "land_market_date", "1900年01月01日") is None
    assert call(sql, "land_market_date", "2017年01月03日") == "2017-01-03"
    assert call(sql, "land_market_date", "未定") == "未定"


@pytest.mark.parametrize(
    ("name", "mode"),
    [("挂牌出让", "listing"), ("划拨", "allocation"), ("租赁", "租赁"), (None, None)],
)
def test_a_supply_has_one_of_five_ways(
    sql: duckdb.DuckDBPyConnection, name: str | None, mode: str | None
) -> None:
    assert call(sql, "land_supply_mode", name) == mode
