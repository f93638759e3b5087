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
        read_bytes(home, tmp_path, {**PLAIN, "encoding": "utf-8"}, content, database, "台账.csv")
    assert caught.value.where == "台账.csv, 第 1 行 line 1"
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('编号,名称\n1,甲\n2,"乙\n3,丙\n', "a quote that opens here is never closed"),
        ('编号,名称\n1,甲\n2,"乙\n3,丙\n4,"丁"\n', "behind a closing quote there is neither"),
        ('编号,名称\n1,甲\n2,"乙"丙"\n', "behind a closing quote there is neither"),
        ("编号,名称\n1,甲\n2,乙\0\n", "there is a NUL character"),
    ],
)
def test_a_text_that_cannot_be_cut_names_the_line(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, content: str, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=words) as caught:
        read_bytes(home, tmp_path, PLAIN, content.encode(), database, "台账.csv")
    assert caught.value.where == "台账.csv, 第 3 行 line 3"
    assert "乙" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_encoding_that_nobody_declares_is_seen(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, encoding: str
) -> None:
    content = "编号,名称\n1,某村\n".encode(encoding)
    table = read_bytes(home, tmp_path, PLAIN, content, database)
    assert table.relation.project("编号, 名称").fetchall() == [("1", "某村")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，", "；"])
def test_a_delimiter_that_nobody_declares_is_seen(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, delimiter: str
) -> None:
    # a title above and prose within do not mislead
    lines = [
        "某局台账，2025年",
        "编号{}名称{}说明",
        '1{}"甲{}乙"{}一,二；三',
        "2{}丙{}四，五;六|七",
    ]
    lines[-1] = lines[-1].replace(delimiter, "")
    lines[2] = lines[2].replace(delimiter, "")
    content = "\n".join(line.replace("{}", delimiter) for line in lines).encode()
    declared = {**PLAIN, "header": {"matches": "编号"}}
    table = read_bytes(home, tmp_path, declared, content, database)
    found = table.relation.project("编号, 名称, _line").fetchall()
    assert found == [("1", f"甲{delimiter}乙", 3), ("2", "丙", 4)]


def test_one_column_has_no_delimiter(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {"kind": "delimited", "columns": ["名称"]}
    table = read_bytes(home, tmp_path, declared, "名称\n甲\n乙\n".encode(), database)
    assert table.relation.project("名称").fetchall() == [("甲",), ("乙",)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ('"甲""乙"', '甲"乙'),
        (r'"甲\"乙\\"', '甲"乙\\'),
        ('"D:\\"', "D:\\"),
        (r'"甲\"乙\N"', r'甲"乙\N'),
    ],
)
def test_a_quote_within_quotes_is_doubled_or_escaped(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, field: str, value: str
) -> None:
    table = read_bytes(home, tmp_path, PLAIN, f"编号,名称\n1,{field}\n".encode(), database)
    assert table.relation.project("编号, 名称").fetchall() == [("1", value)]


def test_a_field_may_be_as_long_as_it_likes(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = f"编号,名称\n1,{'甲' * 200_000}\n".encode()
    table = read_bytes(home, tmp_path, PLAIN, content, database)
    assert table.relation.project("length(名称)").fetchall() == [(200_000,)]


def test_a_line_that_ends_early_has_empty_fields(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    table = read_bytes(home, tmp_path, PLAIN, "编号,名称,\n1\n2,乙,\n".encode(), database)
    assert table.relation.project("编号, 名称").fetchall() == [("1", None), ("2", "乙")]


def test_a_table_among_other_lines_is_found_by_what_is_declared(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {
        **PLAIN,
        "title": "台账",
        "header": {"matches": "编号"},
        "captions": [r"(?P<year>\d{4})年", r"单位：(?P<unit>\S+)"],
        "stop": "^说明",
        "skip": [{"matches": "^合计$", "why": "汇总"}],
    }
    content = "2025年台账\n单位：万元\n\n编号,名称\n1,甲\n合计,1,,5\n说明：一,二,三,四\n3,丙\n"
    table = read_bytes(home, tmp_path, declared, content.encode("gb18030"), database)
    found = table.relation.project("编号, 名称, _year, _unit, _line").fetchall()
    assert found == [("1", "甲", "2025", "万元", 5)]
    assert table.skipped == 7


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


def test_of_columns_with_one_header_a_source_names_the_place(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {"kind": "delimited", "columns": {"旧": "名称#1", "新": "名称#2", "楼": "楼#2"}}
    content = "名称,楼#2,名称\n甲,1,乙\n".encode()
    table = read_bytes(home, tmp_path, declared, content, database)
    assert table.relation.project("旧, 新, 楼").fetchall() == [("甲", "乙", "1")]
    declared = {"kind": "delimited", "columns": {"名称": "名称#3"}}
    with pytest.raises(BrokenDelivery, match="the column 名称 is missing"):
        read_bytes(home, tmp_path, declared, content, database)


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


ALIGNED = """\
        某局 2025年台账
编号    名称            数量    备注
1       某某村             3
2       甲  　　           12   已办结
10      乙某街道办事处    100   办理中
11                        7     办理中
注：数量以户计  含暂缓的
"""


@pytest.mark.parametrize("declared", [{}, {"delimiter": "blanks"}])
def test_columns_that_stand_below_each_other_are_read_by_where_they_stand(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, declared: dict[str, str]
) -> None:
    table = {
        "kind": "delimited",
        "columns": ["编号", "名称", "数量", "备注"],
        "header": {"matches": "编号"},
        "skip": [{"matches": "^注：数量以户计  含暂缓的$", "why": "注"}],
        **declared,
    }
    found = read_bytes(home, tmp_path, table, ALIGNED.encode("gb18030"), database)
    assert found.relation.project("编号, 名称, 数量, 备注, _line").fetchall() == [
        ("1", "某某村", "3", None, 3),
        ("2", "甲", "12", "已办结", 4),
        ("10", "乙某街道办事处", "100", "办理中", 5),
        ("11", None, "7", "办理中", 6),
    ]


def test_a_number_beside_its_header_is_in_its_column(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = "编号  名称      数量\n1     甲           12345\n2     乙           67890\n".encode()
    declared = {"kind": "delimited", "columns": ["编号", "名称", "数量"]}
    found = read_bytes(home, tmp_path, declared, content, database)
    assert found.relation.project("编号, 名称, 数量").fetchall() == [
        ("1", "甲", "12345"),
        ("2", "乙", "67890"),
    ]


@pytest.mark.parametrize(("declared", "written"), [("|+|", "|+|"), (r"\t", "\t"), ("\x01", "\x01")])
def test_a_delimiter_may_be_any_that_is_declared(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection, declared: str, written: str
) -> None:
    content = f"编号{written}名称\n1{written}甲,|乙\n".encode()
    table = read_bytes(home, tmp_path, {**PLAIN, "delimiter": declared}, content, database)
    assert table.relation.project("编号, 名称").fetchall() == [("1", "甲,|乙")]


def test_a_quote_that_swallows_rows_names_the_line_where_it_opens(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    lines = ["编号,名称,日期,备注", '1,"甲,2024,', "2,乙,2024,", '3,丙,2024,"', "4,丁,2024,", ""]
    with pytest.raises(BrokenDelivery, match="closed only behind lines that look like rows") as e:
        read_bytes(home, tmp_path, PLAIN, "\n".join(lines).encode(), database, "台账.csv")
    assert e.value.where == "台账.csv, 第 2 行 line 2"


def test_prose_of_several_lines_is_a_field(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    content = '编号,名称,说明\n1,甲,"一,\n二,三,四,五\n六"\n2,乙,丙\n'.encode()
    table = read_bytes(home, tmp_path, PLAIN, content, database)
    assert table.relation.project("编号, 名称, _line").fetchall() == [
        ("1", "甲", 2),
        ("2", "乙", 5),
    ]


def test_the_mark_of_an_end_is_no_row(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    assert read_bytes(home, tmp_path, PLAIN, "编号,名称\n1,甲\n\x1a".encode(), database).rows == 1
