"""Workbooks: merged headers, captions, filled-down cells, numbers and texts."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable
from tests.support import read_bytes, rows_of

Write = Callable[[Any, Any], None]


def workbook(write: Write, *names: str) -> bytes:
    """A workbook whose every sheet is written by `write`."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name in names or ("表一",):
            write(book, book.add_worksheet(name))
    return buffer.getvalue()


def cells(*rows: list[Any]) -> Write:
    """Rows from the first on, each value with the type it has in Python."""

    def write(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                match value:
                    case None:
                        pass
                    case date():
                        sheet.write_datetime(line, place, value, day)
                    case str():
                        sheet.write_string(line, place, value)
                    case _:
                        sheet.write(line, place, value)

    return write


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def reader(content: bytes, **declared: Any) -> TextTable:
        table = {"kind": "excel", **declared}
        return read_bytes(home, tmp_path, table, content, database, "表.xlsx")

    return reader


def test_a_merged_header_of_two_rows_is_joined(reads: Callable[..., TextTable]) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 1, 0, "学校")
        sheet.merge_range(0, 1, 0, 2, "办学规模")
        sheet.write_row(1, 1, ["班级数", "学生数"])
        sheet.write_row(2, 0, ["某小学", 12, 480])

    table = reads(
        workbook(write),
        header_rows=[1, 2],
        columns={"学校": "学校", "班级数": "办学规模/班级数", "学生数": "办学规模/学生数"},
    )
    assert rows_of(table.relation) == [
        {
            "学校": "某小学",
            "班级数": "12",
            "学生数": "480",
            "_file": "表.xlsx",
            "_part": "表一",
            "_line": 3,
        }
    ]


def test_white_space_in_a_header_is_no_difference(reads: Callable[..., TextTable]) -> None:
    table = reads(workbook(cells([" 学校\n名称 "], ["某小学"])), columns=["学校名称"])
    assert table.relation.project("学校名称").fetchall() == [("某小学",)]


def test_captions_are_taken_from_the_rows_above_the_header(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(
        workbook(cells(["2024年小城预算表"], [None, "单位：万元"], ["科目", "金额"], ["101", 5])),
        header_rows=[3],
        columns=["科目", "金额"],
        captions=[r"(?P<year>\d{4})年小城", r"单位：(?P<unit>\S+)"],
    )
    assert table.relation.project("科目, _year, _unit").fetchall() == [("101", "2024", "万元")]
    assert table.skipped == 3


def test_a_cell_is_filled_down_only_where_it_is_declared(
    reads: Callable[..., TextTable],
) -> None:
    content = workbook(
        cells(["区县", "学校", "电话"], ["甲", "一", "1"], [None, "二", None], ["乙", "三", None])
    )
    table = reads(content, columns=["区县", "学校", "电话"], fill_down=["区县"])
    found = table.relation.project("区县, 学校, 电话").fetchall()
    assert found == [("甲", "一", "1"), ("甲", "二", None), ("乙", "三", None)]


def test_nothing_is_filled_down_into_the_next_sheet(reads: Callable[..., TextTable]) -> None:
    def write(book: Any, sheet: Any) -> None:
        first = None if sheet.get_name() == "初中" else "甲区"
        cells(["区县", "学校"], [first, "一"])(book, sheet)

    table = reads(workbook(write, "小学", "初中"), columns=["区县", "学校"], fill_down=["区县"])
    assert table.relation.project("区县, _part").fetchall() == [("甲区", "小学"), (None, "初中")]


def test_a_missing_sheet_is_told_with_those_there_are(reads: Callable[..., TextTable]) -> None:
    content = workbook(cells(["学校"], ["某小学"]), "封面", "目录")
    with pytest.raises(BrokenDelivery, match="no sheet is called 小学; there are 封面, 目录"):
        reads(content, columns=["学校"], sheets="小学")


def test_only_the_sheets_that_match_are_read(reads: Callable[..., TextTable]) -> None:
    content = workbook(cells(["学校"], ["某小学"]), "封面", "小学 ", "初中")
    table = reads(content, columns=["学校"], sheets="小学|初中")
    assert table.relation.project("_part").fetchall() == [("小学",), ("初中",)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0012", "0012"),
        (12, "12"),
        (12.5, "12.5"),
        (-0.35, "-0.35"),
        (True, "TRUE"),
        (date(2025, 3, 5), "2025-03-05"),
        (999999999999999, "999999999999999"),
        # a workbook keeps 15 digits: a longer code has lost its end
        (113205000141000100, "1.132050001410001E+17"),
        (1234567890123456, "1.234567890123456E+15"),
        ("113205000141000100", "113205000141000100"),
        ("待定", "待定"),
    ],
)
def test_a_cell_is_shown_as_it_was_typed(
    reads: Callable[..., TextTable], value: Any, text: str
) -> None:
    table = reads(workbook(cells(["编号", "名称"], [value, "甲"])), columns=["编号", "名称"])
    assert table.relation.project("编号").fetchall() == [(text,)]


def test_lines_count_from_the_top_of_the_sheet(reads: Callable[..., TextTable]) -> None:
    content = workbook(cells([], [], ["编号"], ["1"], [], ["2"]))
    table = reads(content, header_rows=[3], columns=["编号"])
    assert table.relation.project("编号, _line").fetchall() == [("1", 4), ("2", 6)]


def test_a_renamed_column_names_the_nearest_header(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="the nearest is “学校的名称”") as caught:
        reads(workbook(cells(["学校的名称"], ["某小学"])), columns=["学校名称"])
    assert caught.value.where == "表.xlsx, 表一"


def test_a_header_alone_is_a_broken_delivery(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="not one row of data"):
        reads(workbook(cells(["学校"])), columns=["学校"])


def test_a_sheet_without_a_cell_is_a_broken_delivery(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="not one row of data"):
        reads(workbook(cells()), columns=["学校"])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "file is empty"), (b"PK\3\4 broken", "no workbook"), (b"%PDF-1.7", "no workbook")],
)
def test_what_is_no_workbook_is_a_broken_delivery(
    reads: Callable[..., TextTable], content: bytes, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=words) as caught:
        reads(content, columns=["学校"])
    assert caught.value.where == "表.xlsx"
