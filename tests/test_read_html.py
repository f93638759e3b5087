"""Web pages: tables as they are printed, labels beside values, and nothing that is not printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable, read
from gongkai.read.html import grids_in, labels_in
from tests.support import a_source, delivered, read_bytes

PAGE = """
<html><head><title>江海市</title><style>td {color: red}</style></head><body>
<p>导航：首页</p>
<h2>表一 2025年江海市一般公共预算收入</h2>
<div>单位：万元</div>
<table>
  <tr><th rowspan="2">科目</th><th colspan="2">金额</th></tr>
  <tr><th>预算</th><th>执行</th></tr>
  <tr><td>增值税<script>var x = "假";</script></td><td>1,200</td><td><b>1</b>,180.50</td></tr>
  <tr><td>契<br>税</td><td>300</td><td></td></tr>
</table>
<p>表二 支出</p>
<table><tr><td>科目</td><td>金额</td></tr><tr><td>教育</td><td>7</td></tr></table>
</body></html>
"""
REVENUE = {
    "title": "表一",
    "header": {"matches": "科目", "lines": 2},
    "captions": ["(?P<year>20\\d\\d)年", "单位：(?P<unit>.+)"],
    "columns": {"name": "科目", "budget": "金额/预算", "done": "金额/执行"},
}
FOUND = [("增值税", "1,200", "1,180.50"), ("契\n税", "300", None)]


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def reader(page: str | bytes, **declared: Any) -> TextTable:
        content = page if isinstance(page, bytes) else page.encode()
        table = {"kind": "html", **declared}
        return read_bytes(home, tmp_path, table, content, database, "page.html")

    return reader


def test_a_table_is_found_by_the_text_above_it(reads: Callable[..., TextTable]) -> None:
    table = reads(PAGE, **REVENUE)
    assert table.relation.project("name, budget, done").fetchall() == FOUND
    assert table.relation.project("_part, _line, _year, _unit").fetchall() == [
        ("表1", 3, "2025", "万元"),
        ("表1", 4, "2025", "万元"),
    ]


def test_a_table_is_found_by_its_caption(reads: Callable[..., TextTable]) -> None:
    page = PAGE.replace("<table>", "<table><caption>收入 决算</caption>", 1)
    table = reads(page, **(REVENUE | {"title": "收入决算"}))
    assert table.relation.project("_part").distinct().fetchall() == [("表1 收入 决算",)]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-8", "utf-16"])
def test_a_page_is_read_in_the_encoding_that_it_is_in(
    reads: Callable[..., TextTable], encoding: str
) -> None:
    # what the page says of itself is often wrong
    page = PAGE.replace("<head>", '<head><meta charset="gb2312">')
    table = reads(page.encode(encoding), **REVENUE)
    assert table.relation.project("name, budget, done").fetchall() == FOUND


def test_a_page_may_say_an_encoding_that_nobody_could_see(
    reads: Callable[..., TextTable],
) -> None:
    page = "<meta charset=big5><table><tr><td>科目</td></tr><tr><td>預算執行</td></tr></table>"
    table = reads(page.encode("big5"), columns={"name": "科目"})
    assert table.relation.project("name").fetchall() == [("預算執行",)]


def test_a_page_of_two_characters_in_utf_8_is_not_taken_for_what_it_says(
    reads: Callable[..., TextTable],
) -> None:
    # the six bytes of 公告 are three characters of GBK, too
    page = "<meta charset=gbk><table><tr><td>name</td></tr><tr><td>公告</td></tr></table>"
    assert reads(page, columns=["name"]).relation.project("name").fetchall() == [("公告",)]


def test_a_table_without_its_title_is_a_broken_delivery(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="no table is titled “表九”"):
        reads(PAGE, **(REVENUE | {"title": "表九"}))


@pytest.mark.parametrize("page", ["<p>没有表</p>", " ", "<!-- 空 -->"])
def test_a_page_without_tables_says_so(reads: Callable[..., TextTable], page: str) -> None:
    with pytest.raises(BrokenDelivery, match="the page has no table"):
        reads(page, columns={"name": 1})


def test_a_table_within_a_table_is_one_of_its_own() -> None:
    page = """<table><tr><td>公告</td></tr><tr><td>前言<table><caption>内</caption>
    <tr><td>甲</td></tr></table>后语</td></tr></table><p>末</p><table><tr><td>乙</td></tr></table>"""
    outer, inner, last = grids_in(page, "page")
    assert [cells for _, _, cells in outer.rows] == [["公告"], ["前言\n后语"]]
    assert inner.part == "表2 内"
    assert [(line, cells) for line, _, cells in inner.rows] == [
        (0, ["公告"]),
        (0, ["前言"]),
        (1, ["甲"]),
    ]
    assert [(line, cells) for line, _, cells in last.rows] == [(0, ["末"]), (1, ["乙"])]


def test_spans_are_areas_with_one_text() -> None:
    page = """<p>上</p><table><tr><td rowspan="9">甲</td><td colspan="2">乙</td></tr>
    <tr><td>丙</td><td colspan="x">丁</td></tr></table>"""
    [grid] = grids_in(page, "page")
    assert [cells for _, _, cells in grid.rows] == [["上"], ["甲", "乙", None], [None, "丙", "丁"]]
    assert grid.merged == (((1, 0), (2, 0)), ((1, 1), (1, 2)))


def test_a_table_on_its_side_has_its_header_in_the_first_column(
    reads: Callable[..., TextTable],
) -> None:
    page = """<p>标段：A1</p><table><tr><td colspan=2>候选人</td><td>甲</td><td>乙</td></tr>
    <tr><td rowspan=2>人员</td><td>负责人</td><td>张某</td><td></td></tr>
    <tr><td>技术</td><td></td><td>李某</td></tr></table>"""
    table = reads(
        page,
        header={"matches": "候选人", "lines": 2},
        turned=True,
        captions=["标段：(?P<section>.+)"],
        columns={"name": "候选人", "leader": "人员/负责人", "engineer": "人员/技术"},
    )
    found = table.relation.project("name, leader, engineer, _section, _line").fetchall()
    assert found == [("甲", "张某", None, "A1", 3), ("乙", None, "李某", "A1", 4)]


def test_a_page_of_labels_is_one_row(reads: Callable[..., TextTable]) -> None:
    page = """<p>一、中标人：某某公司</p><p>中标价:100.50万元</p><p>发布时间 2025-05-01 10:30</p>
    <p>中标人：后来者</p><table><tr><td>招标人</td><td>某局</td></tr></table>"""
    table = reads(page, labelled_html="page", columns=["中标人", "中标价", "招标人", "page"])
    [(winner, price, tenderer, text)] = table.relation.project(
        "中标人, 中标价, 招标人, page"
    ).fetchall()
    assert (winner, price, tenderer) == ("某某公司", "100.50万元", "某局")
    assert text.splitlines()[2] == "发布时间 2025-05-01 10:30"
    assert "发布时间 2025-05-01 10" not in table.unread


def test_a_label_that_some_pages_lack_is_empty_there(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    pages = {
        "1.html": "<p>中标人：甲</p><p>价：5</p>".encode(),
        "2.html": "<p>中标人：乙</p>".encode(),
    }
    source = a_source(
        tmp_path, {"kind": "html", "labelled_html": "page", "columns": ["中标人", "价"]}
    )
    table = read(delivered(home, pages), source, home, database)
    assert table.relation.project("中标人, 价, _file").fetchall() == [
        ("甲", "5", "1.html"),
        ("乙", None, "2.html"),
    ]


def test_lines_in_a_cell_are_labels_where_the_table_is_the_layout() -> None:
    lines = "<p>中标人：甲</p><p>价：5</p>"
    assert labels_in(f"<table><tr><td>{lines}</td></tr></table>", "page", "")["价"] == "5"
    beside = labels_in(f"<table><tr><td>备注</td><td>{lines}</td></tr></table>", "page", "")
    assert set(beside) == {"备注", "page"}


def test_what_is_not_printed_never_counts() -> None:
    page = "<script>价：1</script><style>价：2</style><!-- 价：3 --><template>价：4</template>价：5"
    assert labels_in(page, "page", "page") == {"价": "5", "page": "价：5"}


def test_a_page_loads_nothing_and_resolves_no_entity(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("秘密")
    page = f"""<!DOCTYPE html [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>
    <table><tr><td>&x;</td></tr></table>"""
    assert "秘密" not in str(list(grids_in(page, "page")))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<div>" * 100_000 + "<table><tr><td>x", "nested too deep"),
        ("<table>" + '<tr><td colspan="1000">x</td></tr>' * 6000, "more than 5000000 cells"),
    ],
)
def test_a_page_that_would_never_end_is_a_broken_delivery(page: str, words: str) -> None:
    with pytest.raises(BrokenDelivery, match=words):
        list(grids_in(page, "page"))


def test_a_table_without_its_header_is_a_broken_delivery(reads: Callable[..., TextTable]) -> None:
    header = {"matches": "学校", "decides": True}
    with pytest.raises(BrokenDelivery, match="no table has the header “学校”"):
        reads(PAGE, header=header, columns={"name": 1})
