"""A ZIP is opened into its members, and nothing that it says of itself is believed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest

from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.read import TextTable
from gongkai.read.archive import Limits, is_named, opened
from gongkai.read.grid import Document
from tests.support import read_bytes

LINES = "编号,名称\n1,甲\n".encode()
DECLARED = {"kind": "delimited", "columns": ["编号", "名称"], "files": r".*\.csv"}
GBK, UTF8 = 0, 0x800


def packed(members: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", how) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def named(archive: bytes, ascii_name: bytes, name: bytes, flag: int = 0) -> bytes:
    """The archive with the bytes of a member's name, and the flag of its encoding."""
    assert len(name) == len(ascii_name)
    changed = bytearray(archive.replace(ascii_name, name))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        struct.pack_into("<H", changed, place + at, flag)
    return bytes(changed)


@pytest.fixture
def reads(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[..., TextTable]:
    def of(content: bytes, **declared: object) -> TextTable:
        return read_bytes(home, tmp_path, {**DECLARED, **declared}, content, database, "a.zip")

    return of


def test_every_member_is_a_document_of_its_own(reads: Callable[..., TextTable]) -> None:
    content = packed({"一.csv": LINES, "下级/二.csv": LINES, "说明.txt": b"\0", "空/": b""})
    table = reads(content)
    found = table.relation.project("_file, _line").fetchall()
    assert found == [("a.zip/一.csv", 2), ("a.zip/下级/二.csv", 2)]


@pytest.mark.parametrize(
    ("name", "flag"),
    [("一览表", UTF8), ("一览表", GBK), ("某", GBK), ("㐀村", GBK), ("Übersicht", UTF8)],
)
def test_a_chinese_name_is_read_in_the_encoding_that_it_was_written_in(
    reads: Callable[..., TextTable], name: str, flag: int
) -> None:
    written = f"{name}.csv".encode("utf-8" if flag else "gb18030")
    plain = b"x" * len(written)
    content = named(packed({plain.decode(): LINES}, zipfile.ZIP_STORED), plain, written, flag)
    [(file,)] = reads(content).relation.project("_file").fetchall()
    assert file == f"a.zip/{name}.csv"


@pytest.mark.parametrize("name", ["表.csv", "甲/表.csv", "a.zip/甲/表.csv"])
def test_a_member_is_named_by_itself_or_with_its_folder(name: str) -> None:
    assert is_named("a.zip/甲/表.csv", name)
    assert not is_named("a.zip/甲/表.csv", "甲")
    assert not is_named("a.zip/甲/新表.csv", "表.csv")


@pytest.mark.parametrize(
    "beside", ["__MACOSX/._一.csv", ".一.csv", "甲/Thumbs.db", "甲/.git/一.csv", "~$一.csv"]
)
def test_what_a_computer_puts_beside_is_left_alone(
    reads: Callable[..., TextTable], beside: str
) -> None:
    assert reads(packed({"一.csv": LINES, beside: b"\0"}), files=None).rows == 1


@pytest.mark.parametrize(
    "name",
    [
        "../一.csv",
        "甲/../../一.csv",
        "/一.csv",
        "C:/一.csv",
        "..\\一.csv",
        "C:\\一.csv",
        "一\x07.csv",
    ],
)
def test_a_path_that_leaves_the_archive_is_refused(
    reads: Callable[..., TextTable], name: str
) -> None:
    with pytest.raises(BrokenDelivery, match="the path of a member leaves the archive"):
        reads(packed({"好.csv": LINES, name: LINES}))


def test_a_link_is_refused(reads: Callable[..., TextTable]) -> None:
    link = zipfile.ZipInfo("一.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(BrokenDelivery, match="leaves the archive"):
        reads(content.getvalue())


def test_two_members_of_a_name_are_refused(reads: Callable[..., TextTable]) -> None:
    content = packed({"1.csv": LINES, "2.csv": LINES}, zipfile.ZIP_STORED)
    with pytest.raises(BrokenDelivery, match="two members of this name"):
        reads(content.replace(b"2.csv", b"1.csv"))


def test_an_encrypted_member_is_refused(reads: Callable[..., TextTable]) -> None:
    content = named(packed({"1.csv": LINES}), b"1.csv", b"1.csv", 0x1)
    with pytest.raises(BrokenDelivery, match="the archive is encrypted") as caught:
        reads(content)
    assert caught.value.where == "a.zip/1.csv"


def test_an_archive_within_an_archive_is_refused(reads: Callable[..., TextTable]) -> None:
    inner = packed({"1.csv": LINES})
    with pytest.raises(BrokenDelivery, match="an archive within the archive"):
        reads(packed({"甲.zip": inner}), files=None)
    assert reads(packed({"甲.zip": inner, "1.csv": LINES})).rows == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed({"1.csv": LINES})[:-30], "the archive is damaged"),
        (packed({"1.csv": LINES}, zipfile.ZIP_STORED).replace("甲".encode(), b"xyz"), "unpacked"),
        (packed({"1.xlsx": LINES}), "no file that the source declares; there are 1.xlsx"),
        (packed({}), "no file that the source declares"),
        (b"Rar!\x1a\x07\x01\x00", "the file is a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "the file is a 7z archive"),
    ],
)
def test_an_archive_that_cannot_be_opened_says_why(
    reads: Callable[..., TextTable], content: bytes, words: str
) -> None:
    with pytest.raises(BrokenDelivery, match=words) as caught:
        reads(content)
    assert caught.value.where.startswith("a.zip")


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(members=1), "2 members, more than 1"),
        (Limits(size=1_500_000), "more comes out of the archive than is allowed"),
        (Limits(ratio=10, free=0), "more comes out of the archive than is allowed"),
    ],
)
def test_more_than_is_allowed_is_refused(tmp_path: Path, limits: Limits, words: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"1.csv": b"0" * 1_000_000, "2.csv": b"0" * 1_000_000}))
    with (
        pytest.raises(BrokenDelivery, match=words),
        opened([Document("a.zip", path)], [None], limits),
    ):
        pass


def test_members_lie_in_a_private_folder_for_as_long_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"1.csv": LINES}))
    with opened([Document("a.zip", path)], [None]) as [member]:
        assert member.path.read_bytes() == LINES
        assert stat.S_IMODE(member.path.parent.parent.stat().st_mode) == 0o700
    assert not member.path.exists()


def test_a_workbook_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}))
    document = Document("a.xlsx", path)
    with opened([document], [None]) as documents:
        assert documents == [document]


def test_a_member_whose_name_is_not_in_the_encoding_it_claims_is_told(tmp_path: Path) -> None:
    path = tmp_path / "表.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("表一.csv", "a,b\n1,2\n")
    content = path.read_bytes().replace("表一".encode(), b"\xa0\xa0\xa0\xa0\xa0\xa0")
    path.write_bytes(content)
    with pytest.raises(BrokenDelivery), opened([Document(path.name, path)], [None]) as found:
        assert found
