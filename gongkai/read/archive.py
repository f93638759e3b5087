"""Archives: a ZIP is opened into its members, which are then documents like others.

What an archive says of itself is not believed: names are checked before anything is written, sizes
are counted while a member is unpacked, and members lie under numbers, not under their names.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Document
from gongkai.text import Text

AGAIN = Text("请部门重新打包。", "Ask the department to pack it again.")
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
PACKED = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b\x08": "gzip"}
DOCUMENTS = ("[Content_Types].xml", "mimetype")
"""Workbooks and texts of an office are ZIP files too, and have one of these at their root."""
BESIDE = re.compile(r"(^|/)(__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What a computer puts beside the files of a person."""
OUTSIDE = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f]")
BLOCK = 1 << 20
ENCRYPTED, NAMED_IN_UTF8 = 0x1, 0x800


@dataclass(frozen=True)
class Limits:
    """How much may come out of one archive: `members`, their `size` in bytes together, and how
    many times the archive's own size that is; the last counts from `free` bytes on."""

    members: int = 2_000
    size: int = 4 << 30
    ratio: int = 200
    free: int = 64 << 20


@contextmanager
def opened(
    documents: Iterable[Document], patterns: Iterable[str | None], limits: Limits | None = None
) -> Iterator[list[Document]]:
    """The documents, with the members of an archive in its place: those that any of the patterns
    names. They lie in a private folder for as long as they are read.

    Raises BrokenDelivery where an archive is damaged, encrypted, of another kind or within
    another one, where a member's path leaves it, and where more comes out than the limits allow.
    """
    wanted = tuple(patterns)
    with TemporaryDirectory(prefix="gongkai-") as folder:
        yield [
            found
            for place, document in enumerate(documents)
            for found in _opened(document, wanted, limits or Limits(), Path(folder) / str(place))
        ]


def is_named(name: str, pattern: str | None) -> bool:
    """Whether a pattern is the whole name of a document or, of a member, that within its archive
    or its folder."""
    parts = name.split("/")
    tails = ("/".join(parts[at:]) for at in range(len(parts)))
    return pattern is None or any(re.fullmatch(pattern, tail, re.DOTALL) for tail in tails)


def _opened(
    document: Document, wanted: tuple[str | None, ...], limits: Limits, folder: Path
) -> list[Document]:
    if kind := _other_kind(document.path):
        raise _broken(
            Text(f"文件是 {kind} 压缩包", f"the file is a {kind} archive"),
            document.name,
            Text("请部门改用 ZIP 打包。", "Ask the department for a ZIP archive."),
        )
    if not _is_archive(document.path, document.name):
        return [document]
    folder.mkdir(mode=0o700)
    try:
        with zipfile.ZipFile(document.path) as archive:
            members = _members(archive, document.name, limits)
            chosen = {
                name: info
                for name, info in members.items()
                if any(is_named(f"{document.name}/{name}", pattern) for pattern in wanted)
            }
            if not chosen:
                raise _nothing_chosen(document.name, list(members))
            return list(_unpacked(archive, chosen, document, limits, folder))
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise _broken(Text("压缩包已损坏", "the archive is damaged"), document.name) from None


def _other_kind(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    return next((kind for mark, kind in PACKED.items() if start.startswith(mark)), None)


def _is_archive(path: Path, name: str) -> bool:
    """Whether it is a ZIP of files, by its content; a damaged one only by its name."""
    with path.open("rb") as file:
        if file.read(4) not in (ZIP, EMPTY_ZIP):
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name in DOCUMENTS for name in archive.namelist())
    except (zipfile.BadZipFile, UnicodeDecodeError):
        return name.lower().endswith(".zip")


def _members(archive: zipfile.ZipFile, where: str, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by their names, without those that a computer put there."""
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise _broken(
            Text(
                f"压缩包有 {len(infos)} 个成员，多于 {limits.members} 个",
                f"the archive has {len(infos)} members, more than {limits.members}",
            ),
            where,
        )
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _name(info)
        place = f"{where}/{name}"
        if OUTSIDE.search(name) or stat.S_ISLNK(info.external_attr >> 16):
            raise _broken(
                Text("成员路径指向压缩包之外", "the path of a member leaves the archive"),
                f"{where}, {name!r}",
            )
        if name.endswith("/") or BESIDE.search(name):
            continue
        if name in found:
            raise _broken(
                Text("压缩包中有两个同名成员", "the archive has two members of this name"), place
            )
        found[name] = info
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member. Where it is not marked as UTF-8 it was written in what the computer
    used: GBK in China, though the format says code page 437."""
    name = info.orig_filename
    if not info.flag_bits & NAMED_IN_UTF8:
        name = _as_written(name.encode("cp437"))
    return str(PurePosixPath(name.replace("\\", "/"))) + ("/" if name[-1:] in "/\\" else "")


def _as_written(name: bytes) -> str:
    readings = [
        text for encoding in ("utf-8", "gb18030", "cp437") for text in _read(name, encoding)
    ]
    # two bytes of GBK may be one letter of UTF-8, but hardly a Chinese character of it
    chinese = (text for text in readings if any(character >= "\u2e80" for character in text))
    return next(chinese, readings[0])


def _read(name: bytes, encoding: str) -> Iterator[str]:
    try:
        yield name.decode(encoding)
    except UnicodeDecodeError:
        return


def _unpacked(
    archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    document: Document,
    limits: Limits,
    folder: Path,
) -> Iterator[Document]:
    most = min(limits.size, max(limits.free, document.path.stat().st_size * limits.ratio))
    for place, (name, info) in enumerate(members.items()):
        member = Document(f"{document.name}/{name}", folder / str(place))
        if info.flag_bits & ENCRYPTED:
            raise _broken(
                Text("压缩包已加密", "the archive is encrypted"),
                member.name,
                Text("请部门提供未加密的文件。", "Ask the department for it without a password."),
            )
        try:
            with archive.open(info) as source, member.path.open("xb") as target:
                most -= _copied(source, target, most, member.name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise _broken(
                Text(
                    f"压缩包成员无法解压（{type(error).__name__}）",
                    f"a member of the archive cannot be unpacked ({type(error).__name__})",
                ),
                member.name,
            ) from None
        if _other_kind(member.path) or _is_archive(member.path, member.name):
            raise _broken(
                Text("压缩包中还有压缩包", "there is an archive within the archive"),
                member.name,
                Text("请部门只打包一层。", "Ask the department to pack it once only."),
            )
        yield member


def _copied(source: IO[bytes], target: IO[bytes], most: int, where: str) -> int:
    """How many bytes came out, counted as they come."""
    size = 0
    while block := source.read(BLOCK):
        size += len(block)
        if size > most:
            raise _broken(
                Text("压缩包解开后过大", "more comes out of the archive than is allowed"), where
            )
        target.write(block)
    return size


def _nothing_chosen(where: str, names: list[str]) -> BrokenDelivery:
    several = "、".join(names[:5]) or "—"
    return _broken(
        Text(
            f"压缩包中没有来源声明的文件；其中有 {several}",
            f"the archive has no file that the source declares; there are {several}",
        ),
        where,
        Text("请部门重新打包，或修改来源声明。", "Have it packed again, or mend the source."),
    )


def _broken(said: Text, where: str, do: Text = AGAIN) -> BrokenDelivery:
    return BrokenDelivery(said, where=where, do=do)
