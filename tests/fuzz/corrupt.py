"""What can happen to a file: each corruption takes its bytes and a seeded random, and gives others.

A corruption that does not apply to a kind of file gives None.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence

Corruption = Callable[[bytes, random.Random, Sequence[bytes]], bytes | None]
"""The bytes of a file, the random of this variant, the bytes of other files to splice with."""

SECRET = "what-no-delivery-may-show"
"""Stands in a file beside the delivery; an external entity that is followed would show it."""

BOMB = 1 << 30
EMPTY_COLUMNS = 1_000_000
HUGE = 8 << 20
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(9))


def truncated(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    return content[: chance.randrange(1, len(content))]


def spliced(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start = chance.randrange(len(other))
    piece = other[start : start + chance.randrange(1, 100_000)]
    at = chance.randrange(len(content))
    return content[:at] + piece + content[at + chance.choice((0, len(piece))) :]


def another_kind(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    return chance.choice(others)


def flipped(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 10, 1_000))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def shuffled(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A block is moved, or stands there twice."""
    size = chance.randrange(1, max(2, len(content) // 4))
    start, at = chance.randrange(len(content)), chance.randrange(len(content))
    block = content[start : start + size]
    rest = content[:start] + content[start + size :] if chance.random() < 0.5 else content
    return rest[:at] + block + rest[at:]


def nul_bytes(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + b"\0" * chance.choice((1, 512, 100_000)) + content[at:]


def wrong_encoding(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    text = _text(content)
    if text is None:
        return None
    written = chance.choice(("gb18030", "utf-16", "utf-16-be", "cp1252", "utf-8-sig", "big5"))
    return text.encode(written, errors=chance.choice(("ignore", "replace")))


def two_encodings(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    text = _text(content)
    if text is None:
        return None
    at = chance.randrange(1, len(text))
    return text[:at].encode("utf-8") + text[at:].encode("gb18030", errors="ignore")


def huge_cell(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    cell = "很" * (HUGE // 3)
    return _put_in(content, chance, cell, re.compile(r"(?<=<t>)[^<]+|(?<=<w:t>)[^<]+"), cell)


def formula_bomb(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    depth = chance.choice((1, 100, 20_000))
    formula = "SUM(" * depth + 'HYPERLINK("http://127.0.0.1:9/","x")' + ")" * depth
    told = f"<f>{formula.replace(chr(34), '&quot;')}</f><v>1</v>"
    return _put_in(content, chance, f"=cmd|' /C x'!A0{formula}", re.compile(r"<v>[^<]*</v>"), told)


def xml_entity(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    """A billion laughs, or an entity that is a file beside the delivery."""
    outside = '<!ENTITY l8 SYSTEM "file://{secret}">'
    declared = f"<!DOCTYPE x [{chance.choice((LAUGHS, outside))}]>"
    if zipfile.is_zipfile(io.BytesIO(content)):
        member = re.compile(r"sharedStrings\.xml$|sheet\d+\.xml$|document\.xml$|workbook\.xml$")

        def declare(text: str) -> str:
            text = re.sub(r"(<\?xml[^>]*\?>)?", lambda m: m[0] + declared, text, count=1)
            return re.sub(r"(?<=<t>)[^<]+|(?<=<v>)[^<]+|(?<=<w:t>)[^<]+", "&l8;", text, count=5)

        return _changed_members(content, member, declare)
    text = _text(content)
    if text is None:
        return None
    at = chance.randrange(len(text))
    return (declared + text[:at] + "&l8;" + text[at:]).encode("utf-8", errors="ignore")


def zip_bomb(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A gigabyte of nothing, as an archive or as a part of the workbook."""
    buffer = io.BytesIO()
    name = "表.csv"
    if zipfile.is_zipfile(io.BytesIO(content)) and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(content)) as old:
            parts = [n for n in old.namelist() if n.endswith(".xml")] or ["a.xml"]
            name = chance.choice(parts)
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
                for item in old.namelist():
                    if item != name:
                        new.writestr(item, old.read(item))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as new, new.open(name, "w") as part:
        block = b" " * (1 << 20)
        for _ in range(BOMB >> 20 if chance.random() < 0.05 else 200):
            part.write(block)
    return buffer.getvalue()


def path_in_archive(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """The file in an archive, with a member that would land elsewhere."""
    name = chance.choice(("../../../escaped", "/tmp/escaped", "C:\\escaped", "..\\..\\escaped"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"escaped")
        archive.writestr(chance.choice(("表.csv", "a/b/c.json", name)), content)
    return buffer.getvalue()


def empty_columns(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    sign = chance.choice((",", "\t", "<td></td>"))
    far = '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>'
    return _put_in(
        content, chance, sign * EMPTY_COLUMNS, re.compile(r"(?<=</c>)"), far, colspan="1000000"
    )


def nested(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes | None:
    """Brackets or elements without end."""
    sign = chance.choice(("[", '{"a":', "<table><tr><td>", "("))
    return _put_in(content, chance, sign * chance.choice((1_000, 200_000)), None, "")


CORRUPTIONS: Mapping[str, Corruption] = {
    "truncated": truncated,
    "spliced": spliced,
    "another_kind": another_kind,
    "flipped": flipped,
    "shuffled": shuffled,
    "nul_bytes": nul_bytes,
    "wrong_encoding": wrong_encoding,
    "two_encodings": two_encodings,
    "huge_cell": huge_cell,
    "formula_bomb": formula_bomb,
    "xml_entity": xml_entity,
    "zip_bomb": zip_bomb,
    "path_in_archive": path_in_archive,
    "empty_columns": empty_columns,
    "nested": nested,
}


def _text(content: bytes) -> str | None:
    """The text of a text file; None of any other."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _put_in(
    content: bytes,
    chance: random.Random,
    text: str,
    where: re.Pattern[str] | None,
    part: str,
    *,
    colspan: str | None = None,
) -> bytes | None:
    """The text at any place of a text file; in a workbook `part` in place of what matches."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        if where is None:
            return None
        member = re.compile(r"sharedStrings\.xml$|sheet\d+\.xml$|document\.xml$")
        return _changed_members(content, member, lambda xml: where.sub(part, xml, count=3))
    plain = _text(content)
    if plain is None:
        return None
    if colspan and "<td" in plain:
        plain = plain.replace("<td", f'<td colspan="{colspan}"', 3)
    at = chance.randrange(len(plain))
    return (plain[:at] + text + plain[at:]).encode("utf-8", errors="ignore")


def _changed_members(
    content: bytes, member: re.Pattern[str], change: Callable[[str], str]
) -> bytes | None:
    buffer = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                part = old.read(name)
                if member.search(name):
                    part = change(part.decode("utf-8")).encode("utf-8")
                new.writestr(name, part)
    except (zipfile.BadZipFile, UnicodeDecodeError):
        return None
    return buffer.getvalue()
