"""Word documents: the tables of a .docx, found by the paragraph above them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import duckdb
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable
from gongkai.read.grid import Document
from gongkai.read.word import read_word
from tests.support import read_bytes


def saved(document: Any) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def filled(holder: Any, *rows: list[str]) -> Any:
    table = holder.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def a_list() -> Any:
    document = docx.Document()
    document.add_paragraph("江海市2025年重大项目")
    document.add_paragraph("附件1  项目清单")
    document.add_paragraph("单位：万元")
    table = filled(
        document,
        ["项目", "投资", "投资"],
        ["项目", "总", "当年"],
        ["一号线", "100.50", "7"],
        ["码\n头", "", "8"],
    )
    table.cell(0, 0).merge(table.cell(1, 0)).text = "项目"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "投资"
    document.add_paragraph("附件2 其他")
    filled(document, ["项目"], ["无"])
    return document


DECLARED = {
    "title": "项目清单",
    "header": {"matches": "项目", "lines": 2},
    "captions": ["单位：(?P<unit>.+)"],
    "cover": ["(?P<year>20\\d\\d)年"],
    "columns": {"name": "项目", "total": "投资/总", "year": "投资/当年"},
}


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def reader(document: Any, **declared: Any) -> TextTable:
        content = document if isinstance(document, bytes) else saved(document)
        table = {"kind": "word", **declared}
        return read_bytes(home, tmp_path, table, content, database, "list.docx")

    return reader


def test_a_table_is_found_by_the_paragraph_above_it(reads: Callable[..., TextTable]) -> None:
    table = reads(a_list(), **DECLARED)
    assert table.relation.project("name, total, year, _year, _unit, _part, _line").fetchall() == [
        ("一号线", "100.50", "7", "2025", "万元", "表1", 3),
        ("码\n头", None, "8", "2025", "万元", "表1", 4),
    ]


def test_what_is_merged_is_one_area(tmp_path: Path) -> None:
    document = docx.Document()
    table = filled(document, ["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"])
    table.cell(0, 0).merge(table.cell(1, 1)).text = "甲"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "乙"
    path = tmp_path / "merged.docx"
    path.write_bytes(saved(document))
    [grid] = read_word(Document("merged.docx", path))
    assert [cells for _, _, cells in grid.rows] == [
        ["甲", None, "c"],
        [None, None, "乙"],
        ["g", "h", None],
    ]
    assert grid.merged == (((0, 0), (1, 1)), ((1, 2), (2, 2)))


def test_a_table_within_a_table_is_one_of_its_own(reads: Callable[..., TextTable]) -> None:
    document = docx.Document()
    cell = filled(document, ["外", "明细"]).cell(0, 1)
    filled(cell, ["名称"], ["内"])
    table = reads(document, header={"matches": "名称", "decides": True}, columns={"name": 1})
    assert table.relation.project("name, _part, _line").fetchall() == [("内", "表2", 2)]


def test_what_was_deleted_or_hidden_is_not_read(reads: Callable[..., TextTable]) -> None:
    document = docx.Document()
    table = filled(document, ["名称"], ["甲"])
    paragraph = table.cell(1, 0).paragraphs[0]
    paragraph.add_run("秘").font.hidden = True
    for change, text in (("del", "<w:delText>旧</w:delText>"), ("ins", "<w:t>新</w:t>")):
        run = f"<w:{change} {nsdecls('w')} w:id='1' w:author='x'><w:r>{text}</w:r></w:{change}>"
        paragraph._p.append(parse_xml(run))
    assert reads(document, columns=["名称"]).relation.project("名称").fetchall() == [("甲新",)]


def a_package(name: str, content: bytes) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return package.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "a .doc, or has a password"),
        ("{\\rtf1 江海}".encode(), "no whole .docx"),
        (saved(a_list())[:2000], "no whole .docx"),
        (a_package("[Content_Types].xml", b"<Types/>"), "no whole .docx"),
        (saved(docx.Document()), "has no table"),
    ],
)
def test_what_is_no_docx_with_tables_says_so(
    reads: Callable[..., TextTable], content: bytes, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=words) as caught:
        reads(content, columns=["name"])
    assert caught.value.where == "list.docx"


def test_a_document_that_unfolds_without_end_is_refused(
    reads: Callable[..., TextTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongkai.read.word.LARGEST", 1 << 20)
    with pytest.raises(BrokenDelivery, match="unfolds to more than 1 MB"):
        reads(a_package("[Content_Types].xml", bytes(2 << 20)), columns=["name"])
