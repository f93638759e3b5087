"""Delimited files become one table of text, with the lines that a clerk's editor shows."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from tests.support import a_source, delivered, read_bytes, rows_of

PLAIN = {"kind": "delimited", "columns": ["编号", "名称"]}
GB18030 = {**PLAIN, "encoding": "gb18030"}


def test_gb18030_is_read_as_declared(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = "编号,名称\n1,㐀某村\n".encode("gb18030")
    table = read_bytes(home, tmp_path, GB18030, content, database, "地块.csv")
    assert rows_of(table.relation) == [
        {"编号": "1", "名称": "㐀某村", "_file": "地块.csv", "_part": "", "_line": 2}
    ]


@pytest.mark.parametrize("declared", [PLAIN, GB18030])
def test_a_byte_order_mark_is_no_part_of_the_header(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, declared: dict[str, object]
) -> None:
    encoding = str(declared.get("encoding", "utf-8"))
    content = "\ufeff编号,名称\n1,甲\n".encode(encoding)
    table = read_bytes(home, tmp_path, declared, content, database)
    assert table.relation.fetchall() == [("1", "甲", "delivered", "", 2)]


def test_a_quoted_newline_keeps_physical_line_numbers(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = '编号,名称\n1,"甲\n乙"\n2,丙\n'.encode()
    table = read_bytes(home, tmp_path, PLAIN, content, database)
    found = table.relation.project("编号, 名称, _line").fetchall()
    assert found == [("1", "甲\n乙", 2), ("2", "丙", 4)]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, ends: str
) -> None:
    content = ends.join(["编号,名称", "1,甲", "2,乙", ""]).encode()
    table = read_bytes(home, tmp_path, PLAIN, content, database)
    assert table.relation.project("编号, _line").fetchall() == [("1", 2), ("2", 3)]


def test_another_encoding_is_a_broken_delivery_that_names_the_file(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = "编号,名称\n1,甲\n".encode("gb18030")
    with pytest.raises(BrokenDelivery, match="the bytes are not utf-8") as caught:
        read_bytes(home, tmp_path, PLAIN, content, database, "台账.csv")
    assert caught.value.where == "台账.csv"
    assert "甲" not in str(caught.value)


def test_too_many_fields_are_a_broken_delivery_that_names_the_line(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = "编号,名称\n1,甲\n2,乙,丙\n".encode()
    with pytest.raises(BrokenDelivery, match="the line has 3 fields, the header 2") as caught:
        read_bytes(home, tmp_path, PLAIN, content, database, "台账.csv")
    assert caught.value.where == "台账.csv, 第 3 行 line 3"


def test_empty_fields_behind_the_last_column_do_no_harm(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    table = read_bytes(home, tmp_path, PLAIN, "编号,名称\n1,甲,,\n".encode(), database)
    assert table.relation.project("编号, 名称").fetchall() == [("1", "甲")]


def test_an_open_quote_is_a_broken_delivery(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(BrokenDelivery, match="not delimited as declared") as caught:
        read_bytes(home, tmp_path, PLAIN, '编号,名称\n1,甲\n2,"乙\n'.encode(), database)
    assert caught.value.where == "delivered, 第 3 行 line 3"


def test_a_declared_footer_is_skipped_and_counted(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {
        **PLAIN,
        "header_rows": [2],
        "skip": [{"matches": "^制表单位：", "why": "页脚"}],
    }
    content = "二〇二五年台账\n编号,名称\n1,甲\n,\n制表单位：某局,\n".encode()
    table = read_bytes(home, tmp_path, declared, content, database)
    assert table.relation.project("编号, _line").fetchall() == [("1", 3)]
    assert table.rows == 1
    # title, header, the blank line, the footer
    assert table.skipped == 4


def test_a_footer_that_nobody_declared_is_a_row(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = "编号,名称\n1,甲\n合计,2\n".encode()
    assert read_bytes(home, tmp_path, PLAIN, content, database).rows == 2


def test_a_row_is_skipped_by_the_column_that_is_named(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {**PLAIN, "skip": [{"column": "名称", "matches": "^小计$", "why": "汇总"}]}
    content = "编号,名称\n小计,甲\n2,小计\n".encode()
    table = read_bytes(home, tmp_path, declared, content, database)
    assert table.relation.project("编号").fetchall() == [("小计",)]


def test_a_renamed_column_names_the_nearest_header(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {"kind": "delimited", "columns": ["批准文号", "名称"]}
    content = "批准文件号,名称\n1,甲\n".encode()
    with pytest.raises(BrokenDelivery) as caught:
        read_bytes(home, tmp_path, declared, content, database)
    assert "the column 批准文号 is missing; the nearest is “批准文件号”" in str(caught.value)


def test_a_missing_column_says_that_nothing_is_near(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(BrokenDelivery, match="编号 is missing; no other header is near"):
        read_bytes(home, tmp_path, PLAIN, "名称\n甲\n".encode(), database)


def test_a_column_that_stands_there_twice_is_a_broken_delivery(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(BrokenDelivery, match="名称 stands there 2 times"):
        read_bytes(home, tmp_path, PLAIN, "编号,名称,名称\n1,甲,乙\n".encode(), database)


def test_a_new_column_is_told_and_not_read(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    table = read_bytes(home, tmp_path, PLAIN, "编号,名称,新增\n1,甲,乙\n".encode(), database)
    assert table.unread == ("新增",)
    assert "新增" not in table.relation.columns


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "the file is empty"), ("编号,名称\n", "there is not one row of data")],
)
def test_a_file_without_rows_is_a_broken_delivery(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, content: str, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=re.escape(words)) as caught:
        read_bytes(home, tmp_path, PLAIN, content.encode(), database, "台账.csv")
    assert caught.value.where == "台账.csv"


def test_several_files_are_one_table(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    from gongkai.read import read

    files = {"a.csv": "编号,名称\n1,甲\n".encode(), "b.csv": "名称,编号\n乙,2\n".encode()}
    table = read(delivered(home, files), a_source(tmp_path, PLAIN), home, database)
    found = table.relation.project("编号, 名称, _file").fetchall()
    assert found == [("1", "甲", "a.csv"), ("2", "乙", "b.csv")]
