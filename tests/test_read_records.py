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
        (b'[{"id": "1"', "no whole utf-8 JSON document"),
        (b"<html></html>", "no whole utf-8 JSON document"),
        ("[{}]".encode("utf-16"), "no whole utf-8 JSON document"),
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


@pytest.mark.parametrize("record", ["1", 2, ["1"], {"bids": "甲"}, {"bids": ["甲"]}, {"bids": 1}])
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
