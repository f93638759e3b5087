"""Running text, tables that were flattened into a text, and the headings of groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable
from tests.support import read_bytes

PROSE = {
    "kind": "prose",
    "heading": "[一二三]、.+",
    "item": r"(?P<number>\d+)\.(?P<task>[^。]+)。\s*(?P<content>.*)",
    "stop": "^抄送",
    "captions": [r"(?m)^(?P<doc_no>\w+〔\d{4}〕\d+号)$"],
    "columns": ["number", "task", "content", "heading", "damaged", "mended"],
}
CELLS = {
    "kind": "cells",
    "header": {"matches": "目标"},
    "columns": ["目标", "内容", "牵头"],
    "fill_down": ["目标"],
}
TABLE = {
    "kind": "delimited",
    "delimiter": "\t",
    "header": {"matches": "序号"},
    "heading": "[（(].[）)].+",
    "stop": "^抄送",
    "columns": ["序号", "内容", "heading"],
}

Reading = Callable[[dict[str, Any], str], TextTable]


@pytest.fixture
def reading(home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection) -> Reading:
    def of(declared: dict[str, Any], text: str) -> TextTable:
        return read_bytes(home, tmp_path, declared, text.encode(), database, "要点.txt")

    return of


def cells(table: TextTable, columns: str) -> list[tuple[Any, ...]]:
    return table.relation.project(columns).fetchall()


TEXT = """江政办发〔2025〕3号

一、公开

1.公开预算。细化到项。
2.公开债务。
逐级公开，按年更

新。

二、平台
3.管网站。按季检查。
抄送：有关单位。
江政办发〔2024〕9号
"""


def test_numbered_paragraphs_are_rows_under_their_headings(reading: Reading) -> None:
    table = reading(PROSE, TEXT)
    assert cells(table, "number, task, content, heading, _line") == [
        ("1", "公开预算", "细化到项。", "一、公开", 5),
        ("2", "公开债务", "逐级公开，按年更\n新。", "一、公开", 6),
        ("3", "管网站", "按季检查。", "二、平台", 12),
    ]


def test_every_paragraph_is_a_row_or_skipped(reading: Reading) -> None:
    table = reading(PROSE, TEXT)
    # the number of the document, two headings, and two lines below the end
    assert (table.rows, table.skipped) == (3, 5)


def test_what_stands_around_the_items_gives_captions(reading: Reading) -> None:
    assert set(cells(reading(PROSE, TEXT), "_doc_no")) == {("江政办发〔2025〕3号",)}


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_are_counted_as_an_editor_does(reading: Reading, end: str) -> None:
    table = reading(PROSE, TEXT.replace("\n", end))
    assert cells(table, "_line") == [(5,), (6,), (12,)]


def test_a_destroyed_place_is_told_by_line_and_column(reading: Reading) -> None:
    declared = {**PROSE, "repair": ["pinyin", "traditional"]}
    table = reading(declared, "1.公開(kāi)信息。選擇\n恰當?shù)墓\ue0a6_方式。\n")
    [(content, damaged, mended)] = cells(table, "content, damaged, mended")
    assert content.startswith("选择\n恰当")
    assert damaged == "第2行第3列“?shù)墓<U+E0A6>_”"
    assert mended == "按规则修复文字；去除插入的读音或符号1处"


def test_a_patch_is_told_with_its_source(reading: Reading) -> None:
    patch = {"damaged": "恰當?shù)墓\ue0a6_方式", "reads": "恰当的公开方式", "source": "原件"}
    table = reading({**PROSE, "patches": [patch]}, "1.公开。选择恰當?shù)墓\ue0a6_方式。\n")
    [(content, damaged, mended)] = cells(table, "content, damaged, mended")
    assert content == "选择恰当的公开方式。"
    assert damaged is None
    assert mended.endswith("“恰當?shù)墓<U+E0A6>_方式”据原件补正为“恰当的公开方式”")


def test_damage_beside_the_items_is_a_row_for_a_person(reading: Reading) -> None:
    table = reading({**PROSE, "repair": ["pinyin"]}, "前言\ue000。\n1.公开。内容。\n")
    assert cells(table, "number, damaged, _line") == [
        (None, "第1行第3列“<U+E000>”", 1),
        ("1", None, 2),
    ]


def test_a_text_without_items_is_refused(reading: Reading) -> None:
    with pytest.raises(BrokenDelivery) as caught:
        reading(PROSE, "通知\n请遵照执行。\n")
    assert "the text begins with “通知”" in str(caught.value)
    assert "要点.txt" in str(caught.value)


FLAT = "方案\n\t目标\n\t内容\n\t牵头\n\n\t一\n\t甲\n\t办公室\n\n\t\n\t乙\n \n\t二\n\t丙\n\t\n"


def test_a_flattened_table_has_its_rows_back(reading: Reading) -> None:
    table = reading(CELLS, FLAT)
    assert cells(table, "目标, 内容, 牵头, _line") == [
        ("一", "甲", "办公室", 6),
        ("一", "乙", None, 10),
        ("二", "丙", None, 13),
    ]


def test_a_heading_stands_beside_the_rows_below_it(reading: Reading) -> None:
    text = (
        "附件\n\n序号\t内容\n（一）公开\t\n1\t预算\n2\t债务\n（二）平台\t\n3\t网站\n抄送：各单位\n"
    )
    table = reading(TABLE, text)
    assert cells(table, "序号, heading, _line") == [
        ("1", "（一）公开", 5),
        ("2", "（一）公开", 6),
        ("3", "（二）平台", 8),
    ]


def test_a_table_is_mended_before_it_is_looked_for(reading: Reading) -> None:
    declared = {**CELLS, "repair": ["pinyin", "traditional"]}
    flat = "\t目標(biāo)\n\t內(nèi)容\n\t牽頭\n\n\t一\n\t公開(kāi)\n\t市(區(qū))\n"
    assert cells(reading(declared, flat), "目标, 内容, 牵头") == [("一", "公开", "市(区)")]


def test_a_row_that_is_too_long_is_refused_under_a_heading_too(reading: Reading) -> None:
    with pytest.raises(BrokenDelivery, match="the line has"):
        reading(TABLE, "序号\t内容\n（一）公开\t\n1\t预算\t多\n")
