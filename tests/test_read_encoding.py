"""The encoding of a text that says nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.errors import BrokenDelivery
from gongkai.read import encoding
from gongkai.read.encoding import encoding_of, text_of
from gongkai.read.grid import Document


def a_text(folder: Path, content: bytes) -> Document:
    path = folder / "notice.txt"
    path.write_bytes(content)
    return Document("notice.txt", path)


@pytest.mark.parametrize(
    "written", ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-32"]
)
def test_a_text_is_read_in_the_encoding_that_its_bytes_show(tmp_path: Path, written: str) -> None:
    document = a_text(tmp_path, "江海市公告，一\n二".encode(written))
    assert text_of(document, None) == "江海市公告，一\n二"


def test_bytes_of_no_encoding_name_their_line(tmp_path: Path) -> None:
    document = a_text(tmp_path, "一\n二".encode() + b"\n\xff\xff")
    with pytest.raises(BrokenDelivery, match="neither UTF-8 nor GB18030") as caught:
        encoding_of(document)
    assert caught.value.where == "notice.txt, 第 3 行 line 3"


def test_another_encoding_than_declared_names_its_line(tmp_path: Path) -> None:
    document = a_text(tmp_path, "a\n公告".encode("gb18030"))
    with pytest.raises(BrokenDelivery, match="bytes are not utf-8") as caught:
        text_of(document, "utf-8")
    assert caught.value.where == "notice.txt, 第 2 行 line 2"


def test_a_character_over_the_edge_of_a_block_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "BLOCK", 4)
    content = "公告公告".encode()
    assert encoding_of(a_text(tmp_path, content)) == "utf-8"
    with pytest.raises(BrokenDelivery, match="byte 13"):
        encoding_of(a_text(tmp_path, content + b"\xff"))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("cp1252", "id,nom\n1,Émile\n"),
        ("cp1252", "naïveé,ßü\nœuvre – «ç»\n"),
        ("big5", "編號,名稱\n1,臺北市政府教育局\n"),
        ("shift_jis", "番号,名前\n1,東京都のデータ\n"),
        ("gb18030", "编号,名称\n1,㐀某村镕堃喆\n"),
        ("gb18030", "編號,名稱\n1,國土資源局\n"),
        # a character of an old system's own, in the part of the code that is for such
        ("gb18030", "编号,名称\n1,\ue000家村民委员会\n" + "2,某某街道办事处\n" * 3),
    ],
)
def test_a_text_of_another_place_is_not_taken_for_chinese(
    tmp_path: Path, written: str, text: str
) -> None:
    assert text_of(a_text(tmp_path, text.encode(written)), None) == text


@pytest.mark.parametrize("written", ["utf-8", "gb18030"])
def test_a_text_that_is_cut_off_within_a_character_is_damaged(tmp_path: Path, written: str) -> None:
    content = "编号,名称\n1,某村的信息".encode(written)[:-1]
    with pytest.raises(BrokenDelivery, match="neither UTF-8 nor GB18030") as caught:
        text_of(a_text(tmp_path, content), None)
    assert caught.value.where == "notice.txt, 第 2 行 line 2"
