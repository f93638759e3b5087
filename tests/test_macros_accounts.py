"""The macros for forms of department budgets and final accounts."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from gongkai.lake import load_macros


@pytest.fixture(scope="module")
def sql() -> Any:
    with duckdb.connect() as opened:
        load_macros(opened)
        yield opened


def call(sql: duckdb.DuckDBPyConnection, macro: str, value: Any) -> Any:
    row = sql.execute(f"SELECT {macro}(?)", [value]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("一、一般公共服务支出", "一般公共服务支出"),
        ("二十一、国有资本经营预算支出", "国有资本经营预算支出"),
        ("1. 一般公共预算资金", "一般公共预算资金"),
        ("2、政府性基金", "政府性基金"),
        ("（一）事业收入", "事业收入"),
        ("其中：财政拨款", "财政拨款"),
        ("因 公 出 国 （ 境 ） 费\n用", "因公出国（境）费用"),
        ("　支出总计　", "支出总计"),
        ("一般行政管理事务", "一般行政管理事务"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_line_is_named_without_its_numeral_and_its_blanks(
    printed: str | None, name: str | None, sql: duckdb.DuckDBPyConnection
) -> None:
    assert call(sql, "line_name", printed) == name


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("收入总计", "revenue_total"),
        ("总计", "revenue_total"),
        ("本年收入合计", "revenue_of_year"),
        ("财政拨款收入", "appropriation"),
        ("一般公共预算资金", "general"),
        ("一般公共预算财政拨款收入", "general"),
        ("政府性基金", "fund"),
        ("政府性基金预算财政拨款", "fund"),
        ("国有资本经营预算", "capital"),
        ("财政专户管理资金收入", "special_account"),
        ("上级补助收入", "superior_subsidy"),
        ("事业收入", "institution"),
        ("事业单位经营收入", "operating"),
        ("经营收入", "operating"),
        ("附属单位上缴收入", "subsidiaries"),
        ("其他收入", "other_revenue"),
        ("使用非财政拨款结余（含专用结余）", "reserves_used"),
        ("年初结转和结余", "carried_over"),
        ("年初财政拨款结转和结余", "carried_over"),
        ("上年结转", "carried_over"),
        ("一般公共服务支出", None),
        (None, None),
    ],
)
def test_a_source_of_income_is_known_by_its_name(
    name: str | None, item: str | None, sql: duckdb.DuckDBPyConnection
) -> None:
    assert call(sql, "income_item", name) == item


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("支出总计", "expenditure_total"),
        ("合计", "expenditure_total"),
        ("本年支出合计", "expenditure_of_year"),
        ("人员经费合计", "personnel_total"),
        ("公用经费合计", "public_total"),
        ("结余分配", "surplus_distributed"),
        ("年末结转和结余", "carried_forward"),
        ("年末财政拨款结转和结余", "carried_forward"),
        ("结转下年", "carried_forward"),
        ("教育支出", None),
    ],
)
def test_what_is_no_subject_is_known_by_its_name(
    name: str, item: str | None, sql: duckdb.DuckDBPyConnection
) -> None:
    assert call(sql, "outlay_item", name) == item


@pytest.mark.parametrize(
    ("figures", "together"),
    [
        (["1,000.50", "", None], "1000.5000000000"),
        (["1", "2", "3.5"], "6.5000000000"),
        ([None, " ", ""], None),
        # what is no number is there to be quoted, and makes no sum
        (["1", "二", None], "1 + 二"),
    ],
)
def test_figures_are_taken_together_only_where_all_are_numbers(
    figures: list[str | None], together: str | None, sql: duckdb.DuckDBPyConnection
) -> None:
    assert call(sql, "figures_together", figures) == together
