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
