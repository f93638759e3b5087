"""Tables of one title: the header says which of the declared ones a sheet has."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable
from tests.support import read_bytes

EXECUTED: dict[str, Any] = {
    "name": "executed",
    "header": {"matches": r"\d{4}年决算数", "decides": True},
    "columns": {"项目": "项目", "上年": "{year-1}年决算数"},
}
PLANNED: dict[str, Any] = {
    "name": "planned",
    "header": {"matches": r"\d{4}年预算数", "decides": True},
    "columns": {"项目": "项目", "本年": "{year}年预算数"},
    "if_printed": {"调整": "{year}年调整预算数"},
}


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def reader(*sheets: list[list[str]]) -> TextTable:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            for rows in sheets:
                sheet = book.add_worksheet()
                for line, row in enumerate(rows):
                    sheet.write_row(line, 0, row)
        shape = {
            "kind": "excel",
            "title": r"^\d{4}年小城收支情况表",
            "captions": [r"(?P<year>\d{4})年小城"],
            "tables": [EXECUTED, PLANNED],
        }
        return read_bytes(home, tmp_path, shape, buffer.getvalue(), database, "表.xlsx")

    return reader


def executed(header: str = "2024年决算数") -> list[list[str]]:
    return [["2025年小城收支情况表"], ["项目", header], ["税收", "5"]]


def planned(*columns: str) -> list[list[str]]:
    names = ["项目", *(columns or ("2026年预算数",))]
    return [["2026年小城收支情况表"], names, ["税收", *"67"[: len(names) - 1]]]


def test_the_header_tells_tables_of_one_title_apart(reads: Callable[..., TextTable]) -> None:
    table = reads(planned(), executed())
    assert table.relation.project("_table, _year, 上年, 本年").fetchall() == [
        ("executed", "2025", "5", None),
        ("planned", "2026", None, "6"),
    ]


def test_a_title_above_none_of_the_headers_is_a_broken_delivery(
    reads: Callable[..., TextTable],
) -> None:
    with pytest.raises(BrokenDelivery, match=r"none of the headers.*表.xlsx, Sheet3"):
        reads(executed(), planned(), executed("上年数"))


def test_a_header_of_another_year_than_the_title_is_a_broken_delivery(
    reads: Callable[..., TextTable],
) -> None:
    with pytest.raises(BrokenDelivery, match="the column 上年 is missing"):
        reads(executed("2023年决算数"), planned())


def test_a_column_that_some_of_the_tables_have_is_read_where_it_is_printed(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(executed(), planned("2026年预算数", "2026年调整预算数"), planned())
    found = table.relation.filter("_table = 'planned'").project("本年, 调整").fetchall()
    assert found == [("6", "7"), ("6", None)]
