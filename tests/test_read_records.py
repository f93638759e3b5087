"""JSON documents: nested names, lists within records, pages within fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable
from tests.support import read_bytes

PAGE = """
<div><p>中标公告</p><table>
  <tr><td>招标人：</td><td>某局</td><td>标段
    编号</td><td> A1 </td></tr>
  <tr><td>中标价(元)</td><td></td></tr>
  <tr><td>招标人</td><td>后来者</td></tr>
</table></div>
"""


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def reader(document: Any, **declared: Any) -> TextTable:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        table = {"kind": "json", **declared}
        return read_bytes(home, tmp_path, table, content, database, "page.json")

    return reader


def test_nested_names_are_joined_by_a_dot(reads: Callable[..., TextTable]) -> None:
    document = {"data": {"records": [{"id": "1", "tenderer": {"name": "某局"}}]}}
    table = reads(document, records="data.records", columns=["id", "tenderer.name"])
    assert table.relation.project('id, "tenderer.name", _line').fetchall() == [("1", "某局", 1)]


def test_an_item_of_a_list_is_a_row_with_its_record_beside_it(
    reads: Callable[..., TextTable],
) -> None:
    document = [
        {"guid": "a", "bids": [{"rank": 1, "name": "甲"}, {"rank": 2, "name": "乙"}]},
        {"guid": "b", "bids": []},
    ]
    table = reads(
        document, columns=["guid", "bids.name"], unnest="bids", identity=["guid", "bids.rank"]
    )
    found = table.relation.project('guid, "bids.name", _part, _line').fetchall()
    assert found == [
        ("a", "甲", "id=a/1", 1),
        ("a", "乙", "id=a/2", 1),
        ("b", None, "id=b/", 2),
    ]


def test_a_page_within_a_field_gives_its_labels(reads: Callable[..., TextTable]) -> None:
    table = reads(
        [{"id": "1", "content": PAGE}],
        labelled_html="content",
        columns={"id": "id", "招标人": "招标人", "标段": "标段 编号", "价": r"中标价\(元\)"},
    )
    assert table.relation.project("id, 招标人, 标段, 价").fetchall() == [("1", "某局", "A1", None)]


def test_numbers_keep_every_digit(reads: Callable[..., TextTable]) -> None:
    content = b'[{"id": 12345678901234567890, "price": 0.10, "won": true, "none": null}]'
    table = reads(content, columns=["id", "price", "won", "none"])
    assert table.relation.project("id, price, won, none").fetchall() == [
        ("12345678901234567890", "0.10", "true", None)
    ]


def test_a_field_that_some_records_lack_is_empty_there(reads: Callable[..., TextTable]) -> None:
    table = reads([{"id": "1", "note": "甲"}, {"id": "2"}], columns=["id", "note"])
    assert table.relation.project("note").fetchall() == [("甲",), (None,)]


def test_a_field_that_no_record_has_is_a_broken_delivery(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="notice is missing; the nearest is “notices”"):
        reads([{"id": "1", "notices": "甲"}], columns=["id", "notice"])


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "no list at data.records"),
        ({"data": {"rows": []}}, "no list at data.records"),
        ({"data": None}, "no list at data.records"),
        (b"", "the file is empty"),
        ({"data": {"records": []}}, "not one row of data"),
    ],
)
def test_what_is_not_the_declared_document_is_a_broken_delivery(
    reads: Callable[..., TextTable], document: Any, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=words) as caught:
        reads(document, records="data.records", columns=["id"])
    assert caught.value.where == "page.json"


@pytest.mark.parametrize("record", ["1", 2, {"bids": "甲"}, {"bids": ["甲"]}, {"bids": 1}])
def test_a_value_in_place_of_a_record_is_a_broken_delivery(
    reads: Callable[..., TextTable], record: Any
) -> None:
    with pytest.raises(BrokenDelivery, match="where the source declares a record") as caught:
        reads([{"bids": []}, record], columns=["bids.name"], unnest="bids")
    assert caught.value.where == "page.json, 第 2 条 record 2"


def test_a_blank_page_gives_no_labels(reads: Callable[..., TextTable]) -> None:
    documents = [{"id": "1", "content": PAGE}, {"id": "2", "content": " "}]
    table = reads(documents, labelled_html="content", columns=["id", "招标人"])
    assert table.relation.project("招标人").fetchall() == [("某局",), (None,)]


def test_documents_that_follow_each_other_count_their_records_on(
    reads: Callable[..., TextTable],
) -> None:
    table = reads(b'[{"id": "1"}, {"id": "2"}][{"id": "3"}]\n\n{"id": "4"}', columns=["id"])
    found = table.relation.project("id, _line").fetchall()
    assert found == [("1", 1), ("2", 2), ("3", 3), ("4", 4)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_one_record_a_line_in_the_encoding_that_the_bytes_show(
    reads: Callable[..., TextTable], encoding: str
) -> None:
    content = '{"区": "江海区"}\n{"区": "海陵"}\n'.encode(encoding)
    assert reads(content, columns=["区"]).relation.project("区").fetchall() == [
        ("江海区",),
        ("海陵",),
    ]


def test_a_path_leads_to_a_list_within_a_list(reads: Callable[..., TextTable]) -> None:
    document = [
        {
            "town": "甲",
            "group": {"lead": "乙", "schools": [{"name": "丙", "sites": [{"no": 1}, {"no": 2}]}]},
        },
        {"town": "丁"},
    ]
    columns = ["town", "group.lead", "group.schools.name", "group.schools.sites.no"]
    table = reads(document, unnest="group.schools.sites", columns=columns)
    found = table.relation.project(", ".join(f'"{name}"' for name in columns)).fetchall()
    assert found == [
        ("甲", "乙", "丙", "1"),
        ("甲", "乙", "丙", "2"),
        ("丁", None, None, None),
    ]


def test_the_names_of_an_object_are_a_field(reads: Callable[..., TextTable]) -> None:
    document = {"plots": {"a": {"paid": {"1": ["2019", 1.5], "2": ["2020", 2]}}, "b": {}}}
    columns = ["_key", "paid._key", "paid.1", "paid.2"]
    table = reads(document, records="plots.*", unnest="paid.*", columns=columns)
    found = table.relation.project(", ".join(f'"{name}"' for name in columns)).fetchall()
    assert found == [
        ("a", "1", "2019", "1.5"),
        ("a", "2", "2020", "2"),
        ("b", None, None, None),
    ]


def test_rows_without_names_have_their_places(reads: Callable[..., TextTable]) -> None:
    table = reads([["甲", 1], ["乙", 2]], columns={"name": 1, "places": 2})
    assert table.relation.project("name, places").fetchall() == [("甲", "1"), ("乙", "2")]


def test_what_is_printed_for_a_number_stays(reads: Callable[..., TextTable]) -> None:
    digits = "9" * 5000
    content = f'[{{"a": NaN, "b": -0, "c": 1E5, "d": {digits}, "e": [1.0, {{"f": 10}}]}}]'
    table = reads(content.encode(), columns=["a", "b", "c", "d", "e"])
    assert table.relation.project("a, b, c, d, e").fetchall() == [
        ("NaN", "-0", "1E5", digits, '[1.0, {"f": 10}]')
    ]


@pytest.mark.parametrize(
    ("content", "words", "where"),
    [
        (b'[\n{"id": "1"', "no whole JSON", "page.json, 第 2 行 line 2"),
        (b'[{"id": 1}]\n\n}', "no whole JSON", "page.json, 第 3 行 line 3"),
        (b"<html></html>", "no whole JSON", "page.json, 第 1 行 line 1"),
        (b'[]\n[{"id": 1, "id": 2}]', "“id” two values", "page.json, 第 2 行起 from line 2"),
        (b"[" * 100_000, "nested too deep", "page.json"),
        (b'[{"id": ' + b"[" * 900 + b"]" * 900 + b"}]", "nested too deep", "page.json"),
    ],
)
def test_what_is_no_whole_json_names_its_line(
    reads: Callable[..., TextTable], content: bytes, words: str, where: str
) -> None:
    with pytest.raises(BrokenDelivery, match=words) as caught:
        reads(content, columns=["id"])
    assert caught.value.where == where


def test_a_name_that_stands_twice_with_one_value_is_one(reads: Callable[..., TextTable]) -> None:
    table = reads(b'[{"id": 1, "id": 1}]', columns=["id"])
    assert table.relation.project("id").fetchall() == [("1",)]


def test_a_file_too_large_to_be_read_at_once_is_refused(
    reads: Callable[..., TextTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongkai.read.records.LARGEST", 1 << 20)
    with pytest.raises(BrokenDelivery, match="larger than 1 MB"):
        reads(b" " * (1 << 20) + b"[]", columns=["id"])


def test_a_script_that_names_values_is_a_document(reads: Callable[..., TextTable]) -> None:
    script = "/* 2025 */\nconst ZONES = {\n  p1: { year: '2025', estates: ['甲', '乙',], },\n};\n"
    table = reads(script.encode(), records="ZONES.*", columns=["_key", "year", "estates"])
    assert table.relation.project("_key, year, estates, _line").fetchall() == [
        ("p1", "2025", '["甲", "乙"]', 1)
    ]


def test_a_script_that_does_more_names_its_line(reads: Callable[..., TextTable]) -> None:
    with pytest.raises(BrokenDelivery, match="neither JSON nor a plain value") as caught:
        reads(b"const a = 1;\nconst b = [a + 1]", records="b", columns=["id"])
    assert caught.value.where == "page.json, 第 2 行 line 2"


NOTICE = """
<p>标段编号：A1</p><p>公示期为5月1日至5月4日</p>
<table><tr><td>候选人</td><td>报价</td></tr><tr><td>甲</td><td>10</td></tr>
<tr><td>乙</td><td>12</td></tr></table>
<table><tr><td>奖项</td></tr><tr><td>无</td></tr></table>
"""


def test_the_table_of_a_page_within_a_field_has_its_record_beside_it(
    reads: Callable[..., TextTable],
) -> None:
    records = [{"id": "1", "body": NOTICE}, {"id": "2", "body": "<p>流标</p>"}, {"id": "3"}]
    table = reads(
        records,
        page_table="body",
        labelled_html="body",
        header={"matches": "候选人", "decides": True},
        identity=["id"],
        columns={
            "id": "id",
            "name": "候选人",
            "price": "报价",
            "section": "标段编号",
            "body": "body",
        },
    )
    found = table.relation.project("id, name, price, section, _part, _line").fetchall()
    assert found == [
        ("1", "甲", "10", "A1", "id=1 表1 第2行", 1),
        ("1", "乙", "12", "A1", "id=1 表1 第3行", 1),
        ("2", None, None, None, "id=2", 2),
        ("3", None, None, None, "id=3", 3),
    ]
    text = table.relation.project("body").fetchone()
    assert text is not None and text[0].splitlines()[1] == "公示期为5月1日至5月4日"
