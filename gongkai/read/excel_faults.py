"""What a workbook keeps where its reader shows a blank cell: errors, and formulas whose value
nobody calculated. A blank means that nothing was entered, and these must not look like that."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from gongkai.read.grid import Corner

Faults = Mapping[str, Mapping[Corner, str]]
"""By sheet, the cells with such a text, by row and column from 0."""

SUSPECT = re.compile(rb't="e"|<(?:\w+:)?f[\s/>]')
"""What a sheet without such cells has nowhere."""


class DamagedWorkbook(ValueError):
    """A workbook whose parts do not hang together."""


class ProtectedWorkbook(DamagedWorkbook):
    """A workbook that cannot be read without its password."""


LAST_ROW, MOST_CELLS = 1_048_576, 100_000_000
"""What a sheet can have, and what one may span that is to be read: the reader makes room for every
cell up to the last that is filled."""


def faults_of(content: bytes) -> Faults:
    """Such cells of a workbook: the error's text (`#DIV/0!`), or the formula (`=A1*2`). Of xlsx
    and xls; the binary xlsb and OpenDocument give none.

    Raises DamagedWorkbook or ProtectedWorkbook.
    """
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return {name: dict(_in_sheet(data)) for name, data in _sheets(archive)}
        stream = _workbook_stream(content)
        return {name: dict(_in_records(records)) for name, records in _substreams(stream)}
    except DamagedWorkbook:
        raise
    except (
        *(zipfile.BadZipFile, zlib.error, NotImplementedError, etree.XMLSyntaxError),
        *(struct.error, LookupError, ValueError),
    ) as error:
        raise DamagedWorkbook(str(error)) from error


# -- xlsx ----------------------------------------------------------------------------------------


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The XML of every sheet, by name."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    parts = {
        link.get("Id", ""): posixpath.normpath(posixpath.join("/xl", link.get("Target", "")))[1:]
        for link in _xml(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for sheet in _xml(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        links = [str(value) for key, value in sheet.items() if str(key).endswith("}id")]
        part = parts.get(links[0], "") if links else ""
        if part in names:
            yield sheet.get("name", ""), archive.read(part)


def _xml(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _in_sheet(data: bytes) -> Iterator[tuple[Corner, str]]:
    if (far := _far_cells(data)) > MOST_CELLS:
        raise DamagedWorkbook(f"{far} cells")
    if not SUSPECT.search(data):
        return
    row = column = -1
    events: Any = etree.iterparse(
        io.BytesIO(data), events=("start", "end"), tag=("{*}row", "{*}c"), resolve_entities=False
    )
    for event, element in events:
        if etree.QName(element).localname == "row":
            if event == "start":
                # where a cell stands may be left out: it is the next one
                row, column = int(element.get("r", row + 2)) - 1, -1
            else:
                element.clear()
        elif event == "end":
            column = _column(element.get("r")) if element.get("r") else column + 1
            if text := _fault(element):
                yield (row, column), text


def _far_cells(data: bytes) -> int:
    """How many cells lie between A1 and the farthest that has a value."""
    columns = {match[1] for match in re.finditer(rb'<(?:\w+:)?c r="([A-Z]{3,})\d+"[^>/]*><', data)}
    rows = (int(number) for number in re.findall(rb'<(?:\w+:)?row r="(\d+)"', data))
    last = max(rows, default=0)
    # narrower sheets have a row's worth of columns at most
    width = max((_column(letters.decode()) + 1 for letters in columns), default=1)
    return last * (width if last <= LAST_ROW else MOST_CELLS)


def _column(reference: str) -> int:
    """The column of `AB12`, from 0."""
    number = 0
    for letter in reference:
        if letter.isalpha():
            number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def _fault(cell: etree._Element) -> str | None:
    value, formula = cell.findtext("{*}v"), cell.find("{*}f")
    if cell.get("t") == "e":
        return value or "#VALUE!"
    # a formula that gives an empty text has the type of a text
    if formula is not None and not value and cell.get("t") != "str":
        return f"={formula.text or '…'}"
    return None


# -- xls -----------------------------------------------------------------------------------------

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
BOF, EOF, SHEET, PASSWORD = 0x0809, 0x000A, 0x0085, 0x002F
FORMULA, ERROR = 0x0006, 0x0205
CELLS = {FORMULA, ERROR, 0x0203, 0x0204, 0x027E, 0x00BD, 0x00FD, 0x00BE, 0x0201}
"""Records that begin with a row and a column, of 256."""
FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""


def _workbook_stream(content: bytes) -> bytes:
    """The stream of records in the compound file ([MS-CFB]) that an xls is."""
    (shift,) = struct.unpack_from("<H", content, 30)
    size = 1 << shift
    first_directory, small, first_mini = struct.unpack_from("<I4xII", content, 48)
    first_more, _, *difat = struct.unpack_from("<II109I", content, 68)

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    while first_more < FREE:
        *more, first_more = struct.unpack(f"<{size // 4}I", sector(first_more))
        difat += more
    table = [n for at in difat if at < FREE for n in struct.unpack(f"<{size // 4}I", sector(at))]

    def chain(number: int) -> bytes:
        parts: list[bytes] = []
        while number < FREE and len(parts) <= len(table):
            parts.append(sector(number))
            number = table[number]
        return b"".join(parts)

    directory = chain(first_directory)
    entries = {
        directory[at : at + max(length - 2, 0)].decode("utf-16-le"): (start, length_of)
        for at in range(0, len(directory), 128)
        for (length,) in [struct.unpack_from("<H", directory, at + 64)]
        for start, length_of in [struct.unpack_from("<II", directory, at + 116)]
    }
    if "EncryptedPackage" in entries:
        raise ProtectedWorkbook
    start, length = entries.get("Workbook") or entries.get("Book") or (FREE, 0)
    if length >= small:
        return chain(start)[:length]
    minis = struct.unpack(f"<{len(chain(first_mini)) // 4}I", chain(first_mini))
    container = chain(entries.get("Root Entry", (FREE, 0))[0])
    parts: list[bytes] = []
    while start < FREE and len(parts) <= len(minis):
        parts.append(container[start * 64 : start * 64 + 64])
        start = minis[start]
    return b"".join(parts)[:length]


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """The records from a place on to the end of their substream, what is nested in it aside."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == BOF) - (kind == EOF)
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


def _substreams(stream: bytes) -> Iterator[tuple[str, Iterator[tuple[int, bytes]]]]:
    """The records of every sheet, by name."""
    for kind, data in _records(stream):
        if kind == PASSWORD:
            raise ProtectedWorkbook
        if kind == SHEET:
            (offset,) = struct.unpack_from("<I", data)
            wide = data[7] & 1
            name = data[8 : 8 + data[6] * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            yield name, _records(stream, offset)


def _in_records(records: Iterator[tuple[int, bytes]]) -> Iterator[tuple[Corner, str]]:
    for kind, data in records:
        row, column = struct.unpack_from("<HH", data) if len(data) >= 4 else (0, 0)
        if kind in CELLS and column > 255:
            raise DamagedWorkbook(f"column {column}")
        if kind == FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
            yield (row, column), ERRORS.get(data[8], "#VALUE!")
        elif kind == ERROR and data[7]:
            yield (row, column), ERRORS.get(data[6], "#VALUE!")
