"""Workbooks: merged headers, captions, filled-down cells, numbers and texts."""

from __future__ import annotations

import io
import struct
import zipfile
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
from gongkai.read.excel import read_excel
from gongkai.read.grid import Document
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


def test_an_error_in_a_cell_is_no_blank(reads: Callable[..., TextTable]) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["名称", "金额"])
        for line, error in enumerate(["#DIV/0!", "#REF!", "#N/A"], start=1):
            sheet.write(line, 0, "甲")
            sheet.write_formula(line, 1, "=B9/0", None, error)

    table = reads(workbook(write), columns=["名称", "金额"])
    assert table.relation.project("金额").fetchall() == [("#DIV/0!",), ("#REF!",), ("#N/A",)]


def test_a_formula_counts_by_the_value_that_was_calculated(
    reads: Callable[..., TextTable],
) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["名称", "金额"])
        sheet.write(1, 0, "甲")
        sheet.write_formula(1, 1, "=1.5*2", None, 3)

    assert reads(workbook(write), columns=["名称", "金额"]).relation.project("金额").fetchall() == [
        ("3",)
    ]


def test_a_formula_that_nobody_calculated_shows_itself(reads: Callable[..., TextTable]) -> None:
    content = workbook(cells(["名称", "金额"], ["甲", 12345]))
    formula = rewritten(content, b"<v>12345</v>", b"<f>SUM(B3:B9)</f><v></v>")
    table = reads(formula, columns=["名称", "金额"])
    assert table.relation.project("金额").fetchall() == [("=SUM(B3:B9)",)]


def rewritten(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with other text in its sheets."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data.replace(old, new) if "worksheets" in name else data)
    return buffer.getvalue()


def test_an_error_in_an_old_workbook_is_no_blank(reads: Callable[..., TextTable]) -> None:
    table = reads(an_xls(), columns={"甲": 1, "乙": 2, "丙": 3}, header_rows=[])
    assert table.relation.project("甲, 乙, 丙").fetchall() == [("7.5", "#DIV/0!", "#REF!")]


def an_xls(column: int = 0, password: bytes = b"") -> bytes:
    """One line of an Excel 97 sheet: 7.5, a formula that gave #DIV/0!, and the error #REF!."""

    def record(kind: int, *data: bytes) -> bytes:
        joined = b"".join(data)
        return struct.pack("<HH", kind, len(joined)) + joined

    def cell(column: int) -> bytes:
        return struct.pack("<HHH", 0, column, 0)

    start = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0600)
    name = "表".encode("utf-16-le")
    failed = struct.pack("<BBB3xH", 2, 0, 0x07, 0xFFFF)
    sheet = b"".join(
        [
            record(0x0809, start[:2] + struct.pack("<H", 0x0010) + start[4:]),
            record(0x0203, cell(column), struct.pack("<d", 7.5)),
            record(0x0006, cell(1), failed, struct.pack("<HIH", 0, 0, 3), b"\x1e\x01\x00"),
            record(0x0205, cell(2), b"\x17\x01"),
            record(0x000A),
        ]
    )
    first = record(0x0809, start) + (record(0x002F, password) if password else b"")
    listed = struct.pack("<HBB", 0, 1, 1) + name
    size = len(first) + 4 + 4 + len(listed) + 4
    book = first + record(0x0085, struct.pack("<I", size), listed) + record(0x000A)
    stream = (book + sheet).ljust(4096, b"\0")
    # a compound file: the table of sectors, the directory, and the stream in eight sectors
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    end = 0xFFFFFFFE
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII109I",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, 4096, end, 0, end, 0, 0),
        *[0xFFFFFFFF] * 108,
    )
    return (
        header
        + table
        + b"".join(
            struct.pack(
                "<64sHBB3I36xIQ",
                *(entry.encode("utf-16-le"), 2 * len(entry) + 2, kind, 1),
                *(0xFFFFFFFF, 0xFFFFFFFF, child, first_sector, length),
            )
            for entry, kind, child, first_sector, length in (
                ("Root Entry", 5, 1, end, 0),
                ("Workbook", 2, 0xFFFFFFFF, 2, 4096),
            )
        ).ljust(512, b"\0")
        + stream
    )


def test_a_workbook_with_a_password_says_so(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="asks for a password"):
        reads(an_xls(password=b"\1\0" + bytes(52)), columns={"甲": 1})


def test_a_damaged_sheet_is_told_and_takes_no_memory(reads: Callable[..., TextTable]) -> None:
    wide = rewritten(workbook(cells(["甲"], ["乙"])), b'r="A2"', b'r="XFD900000"')
    for content in (an_xls(column=60_000), rewritten(wide, b'row r="2"', b'row r="900000"')):
        with pytest.raises(BrokenDelivery, match="damaged"):
            reads(content, columns={"甲": 1})


def test_a_hidden_sheet_counts_only_where_it_is_named(reads: Callable[..., TextTable]) -> None:
    def write(book: Any, sheet: Any) -> None:
        cells(["学校"], [sheet.get_name()])(book, sheet)
        if sheet.get_name() == "旧表":
            sheet.hide()

    content = workbook(write, "新表", "旧表")
    assert reads(content, columns=["学校"]).relation.project("学校").fetchall() == [("新表",)]
    named = reads(content, columns=["学校"], sheets="旧表")
    assert named.relation.project("学校").fetchall() == [("旧表",)]


def test_a_table_is_found_in_whatever_sheet_has_its_title(
    reads: Callable[..., TextTable],
) -> None:
    def write(book: Any, sheet: Any) -> None:
        rows: dict[str, list[list[Any]]] = {
            "目 录": [["表一 收入"], ["表二 支出"]],
            "Sheet1": [["表一 收入"], ["科目", "金额"], ["101", 1]],
            "Sheet2": [["表二 支出"], ["科目", "金额"], ["201", 2]],
        }
        cells(*rows[sheet.get_name()])(book, sheet)

    table = reads(
        workbook(write, "目 录", "Sheet1", "Sheet2"),
        title="表二",
        header={"matches": "科目"},
        columns=["科目", "金额"],
    )
    assert table.relation.project("科目, 金额, _part").fetchall() == [("201", "2", "Sheet2")]


def test_two_tables_of_a_sheet_end_where_the_next_begins(reads: Callable[..., TextTable]) -> None:
    content = workbook(
        cells(
            ["一、收入"],
            ["科目", "金额"],
            ["101", 1],
            [],
            ["二、支出"],
            ["科目", "金额"],
            ["201", 2],
        )
    )
    shape = {"header": {"matches": "科目"}, "columns": ["科目", "金额"]}
    income = {**shape, "name": "income", "title": "一、收入", "stop": "二、支出"}
    spending = {**shape, "name": "spending", "title": "二、支出"}
    table = reads(content, tables=[income, spending], columns=["科目", "金额"])
    assert table.relation.project("_table, 科目, _line").fetchall() == [
        ("income", "101", 3),
        ("spending", "201", 7),
    ]


def test_a_sheet_as_wide_as_excel_allows_is_read_as_wide_as_it_is_filled(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        cells(["编号", "名称"], ["1", "甲"])(book, sheet)
        sheet.merge_range(3, 0, 3, 16383, "注", book.add_format())

    path = tmp_path / "wide.xlsx"
    path.write_bytes(workbook(write))
    [grid] = read_excel(Document("wide.xlsx", path))
    assert [len(cells) for _, _, cells in grid.rows] == [2, 2, 0, 2]


def test_a_percentage_is_the_number_behind_it(reads: Callable[..., TextTable]) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "占比")
        sheet.write(1, 0, 0.256, book.add_format({"num_format": "0.0%"}))

    assert reads(workbook(write), columns=["占比"]).relation.project("占比").fetchall() == [
        ("0.256",)
    ]


def test_a_workbook_that_was_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    for text in ("旧", "新"):
        path.write_bytes(workbook(cells([text])))
        [grid] = read_excel(Document("book.xlsx", path))
        assert grid.rows == [(1, "表一", [text])]


def test_a_workbook_is_parsed_once_for_all_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(cells(["编号"], ["1"])))
    [one], [other] = (list(read_excel(Document("book.xlsx", path))) for _ in range(2))
    assert one is other


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<html><body><table><tr><td>学校</td></tr></table></body></html>", "a web page"),
        ('\ufeff\n<!DOCTYPE html>\n<html><head><meta charset="gbk">', "a web page"),
        ('<?xml version="1.0"?><W xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "an XML"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related", "a web archive"),
        ("学校,电话\n某小学,1\n", "delimited text"),
        ("学校\t电话\n某小学\t1\n", "delimited text"),
    ],
)
def test_a_file_that_is_only_called_a_workbook_is_called_what_it_is(
    reads: Callable[..., TextTable], content: str, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=f"no workbook that can be opened but {words}"):
        reads(content.encode(), columns=["学校"])


def test_a_column_of_a_merged_cell_is_filled_and_a_blank_one_is_not(
    reads: Callable[..., TextTable],
) -> None:
    def write(book: Any, sheet: Any) -> None:
        cells(["区县", "学校"], ["甲区", "一"], [None, "二"], [None, "三"], ["乙区", "四"])(
            book, sheet
        )
        sheet.merge_range(1, 0, 2, 0, "甲区")

    table = reads(workbook(write), columns=["区县", "学校"], fill_merged=["区县"])
    found = table.relation.project("区县, 学校").fetchall()
    assert found == [("甲区", "一"), ("甲区", "二"), (None, "三"), ("乙区", "四")]
