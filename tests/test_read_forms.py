"""Forms: codes in several columns, lines that nothing was entered in, tables without rows, headers
of one line more, and title pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import GRIDS, TextTable
from gongkai.sources import Kind
from tests.support import as_csv, read_bytes, rows_of

CODES = ["科目编码", "科目编码", "科目编码", "科目名称", "合计"]
SAID = "说明：某局没有政府性基金预算支出，故本表无数据。"


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def of(*lines: list[str], **more: Any) -> TextTable:
        declared: dict[str, Any] = {
            "kind": "delimited",
            "encoding": "utf-8",
            "delimiter": ",",
            "title": "^支出决算表$",
            "header": {"matches": "科目编码"},
            "joined": "科目编码",
            "columns": ["科目编码", "科目名称", "合计"],
            "figures": ["合计"],
            "empty": "说明：(?P<reason>.*本表无数据)",
            **more,
        }
        return read_bytes(home, tmp_path, declared, as_csv(lines), database)

    return of


def codes(table: TextTable) -> list[str]:
    return [row["科目编码"] for row in rows_of(table.relation)]


def test_columns_under_one_header_are_one_text(reads: Callable[..., TextTable]) -> None:
    table = reads(
        ["支出决算表"],
        CODES,
        ["201", "", "", "一般公共服务支出", "5"],
        ["201", "06", "01", "行政运行", "5"],
    )
    assert codes(table) == ["201", "2010601"]
    assert rows_of(table.relation)[1]["科目名称"] == "行政运行"


def test_a_form_with_codes_in_one_column_is_read_by_the_same_source(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(["支出决算表"], ["科目编码", "科目名称", "合计"], ["2010601", "行政运行", "5"])
    assert codes(table) == ["2010601"]


def test_a_line_without_a_figure_is_no_row_and_is_counted(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(
        ["支出决算表"],
        CODES,
        ["201", "", "", "一般公共服务支出", "5"],
        ["202", "", "", "外交支出", " "],
    )
    assert codes(table) == ["201"]
    assert (table.rows, table.skipped) == (1, 3)


def test_a_form_without_a_figure_that_says_why_is_empty(reads: Callable[..., TextTable]) -> None:
    table = reads(["支出决算表"], CODES, ["", "", "", "", ""], ["合计", "", "", "", ""], [SAID])
    assert table.rows == 0
    [said] = table.empty
    assert said.reason == "某局没有政府性基金预算支出，故本表无数据"


def test_a_form_with_a_figure_is_not_empty_whatever_it_says(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(["支出决算表"], CODES, ["201", "", "", "一般公共服务支出", "5"], [SAID])
    assert codes(table) == ["201"]
    assert table.empty == ()


@pytest.mark.parametrize("more", [[], [["", "", "", "", ""]]], ids=["as usual", "a line more"])
def test_a_header_goes_through_the_line_that_is_declared(
    more: list[list[str]], reads: Callable[..., TextTable]
) -> None:
    table = reads(
        ["支出决算表"],
        CODES,
        *more,
        ["类", "款", "项", "", "决算数"],
        ["201", "06", "01", "行政运行", "5"],
        header={"matches": "科目编码", "through": "决算数"},
        joined="科目编码.*",
        columns={"名称": "科目名称", "合计": "合计/决算数"},
    )
    [row] = rows_of(table.relation)
    assert (row["名称"], row["合计"]) == ("行政运行", "5")


def test_a_title_page_says_whose_tables_these_are(reads: Callable[..., TextTable]) -> None:
    table = reads(
        ["某市某局"],
        ["2024年度部门决算"],
        ["支出决算表"],
        ["单位：万元"],
        CODES,
        ["201", "", "", "一般公共服务支出", "5"],
        cover=[r"\A(?P<dept>\S+)\s+(?P<year>\d{4})年度部门决算"],
        captions=["单位：(?P<unit>\\S+)"],
    )
    [row] = rows_of(table.relation)
    assert (row["_dept"], row["_year"], row["_unit"]) == ("某市某局", "2024", "万元")


def test_a_form_without_a_figure_that_does_not_say_why_goes_back(
    reads: Callable[..., TextTable],
) -> None:
    with pytest.raises(BrokenDelivery, match="has no rows and does not say why"):
        reads(["支出决算表"], CODES, ["合计", "", "", "", ""], ["注：本表反映支出情况。"])


def test_a_source_of_one_table_may_take_its_number_from_a_caption(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(
        ["支出决算表"],
        ["公开表三"],
        CODES,
        ["201", "", "", "一般公共服务支出", "5"],
        captions=["公开(?P<table>表.)"],
    )
    assert [row["_table"] for row in rows_of(table.relation)] == ["表三"]


def test_every_kind_of_file_has_a_reader() -> None:
    of_its_own = {"json", "database", "prose"}
    assert set(GRIDS) | of_its_own == set(get_args(Kind))
    assert not set(GRIDS) & of_its_own
