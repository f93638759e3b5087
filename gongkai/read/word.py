"""Word documents: their tables as grids, each with the paragraphs just above it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import NEAR, Corner, Document, Grid, Row, below
from gongkai.text import Text

OLE = b"\xd0\xcf\x11\xe0"
LARGEST = 512 << 20
"""How many bytes a document may unfold to."""
WIDEST = 1000
UNPRINTED = (
    qn("w:moveFrom"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
)
WRAPPERS = (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml"))
BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n"}
DAMAGE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, PackageNotFoundError, etree.LxmlError, zlib.error, NotImplementedError),
    *(LookupError, ValueError, AttributeError, OSError),
)
"""What python-docx raises for packages that are none, or no whole ones."""

Node = Any
"""An element of the document, for which python-docx has no types."""


def read_word(document: Document) -> Iterator[Grid]:
    """The tables of a .docx file, each with the lines just above it (as line 0) and its place among
    all tables; a table within a table comes after the one that holds it. What was deleted while
    changes were tracked, and what is hidden, is not read.

    Raises BrokenDelivery where the file is no .docx, or has no table.
    """
    body = _opened(document).element.body
    tables = list(_tables(body, []))
    if not tables:
        raise _broken(
            document,
            Text("文档中没有表格", "the document has no table"),
            Text("请确认文档完整，或修改来源声明。", "See that it is whole, or mend the source."),
        )
    for number, (table, lines) in enumerate(tables, start=1):
        part = f"表{number}"
        cells, merged = _cells(table)
        rows: list[Row] = [(line, part, row) for line, row in enumerate(cells, start=1)]
        yield below(Grid(document.name, part, rows, merged), lines[-NEAR:], lines[:-NEAR])


def _opened(document: Document) -> Any:
    path: Path = document.path
    with path.open("rb") as file:
        start = file.read(4)
    if start == OLE:
        raise _broken(
            document,
            Text("文件是 .doc 或加了密码的文档", "the file is a .doc, or has a password"),
            Text("请部门另存为不加密的 .docx。", "Ask the department to save it as a plain .docx."),
        )
    try:
        with zipfile.ZipFile(path) as package:
            if sum(member.file_size for member in package.infolist()) > LARGEST:
                raise _broken(
                    document,
                    Text(
                        f"文档展开后超过 {LARGEST >> 20} MB",
                        f"the document unfolds to more than {LARGEST >> 20} MB",
                    ),
                    Text("请部门去掉图片或分文件报送。", "Ask the department for smaller files."),
                )
        with path.open("rb") as file:
            return docx.Document(file)
    except DAMAGE:
        raise _broken(
            document,
            Text("文件不是完整的 .docx 文档", "the file is no whole .docx document"),
            Text("请部门重新另存为 .docx。", "Ask the department to save it again as .docx."),
        ) from None


def _broken(document: Document, what: Text, do: Text) -> BrokenDelivery:
    return BrokenDelivery(what, where=document.name, do=do)


def _tables(holder: Node, above: list[str]) -> Iterator[tuple[Node, list[str]]]:
    """Every table with the lines above it, since the last table."""
    for block in _within(holder, "w:p", "w:tbl"):
        if block.tag == qn("w:p"):
            above += _lines(block)
            continue
        yield block, above
        above = []
        for row in _within(block, "w:tr"):
            for cell in _within(row, "w:tc"):
                yield from _tables(cell, [])


def _within(holder: Node, *names: str) -> Iterator[Node]:
    """The nodes of a holder, those in content controls and tracked insertions included."""
    wanted = [qn(name) for name in names]
    for node in holder:
        if node.tag in wanted:
            yield node
        elif node.tag in WRAPPERS:
            yield from _within(node, *names)


def _lines(paragraph: Node) -> list[str]:
    """The printed lines of a paragraph."""
    text = ""
    for node in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")):
        printed = (node.text or "") if node.tag == qn("w:t") else BREAKS[node.tag]
        if not any(_is_unprinted(holder) for holder in node.iterancestors()):
            text += printed
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _is_unprinted(node: Node) -> bool:
    if node.tag == qn("w:r"):
        return bool(node.xpath("./w:rPr/w:vanish[not(@w:val='0' or @w:val='false')]"))
    return node.tag in UNPRINTED


def _cells(table: Node) -> tuple[list[list[str | None]], tuple[tuple[Corner, Corner], ...]]:
    """The cells of a table where they are printed, and the areas that are one cell."""
    rows: list[list[str | None]] = []
    areas: dict[Corner, Corner] = {}
    # the first corner of the area that each column of the line above belongs to
    open_above: dict[int, Corner] = {}
    for top, row in enumerate(_within(table, "w:tr")):
        cells: list[str | None] = [None] * _number(row, "./w:trPr/w:gridBefore/@w:val", 0)
        open_here: dict[int, Corner] = {}
        for cell in _within(row, "w:tc"):
            left, wide = len(cells), _number(cell, "./w:tcPr/w:gridSpan/@w:val", 1)
            merge = cell.xpath("./w:tcPr/w:vMerge")
            goes_on = bool(merge) and merge[0].get(qn("w:val")) != "restart"
            corner = open_above.get(left, (top, left)) if goes_on else (top, left)
            text = "\n".join(line for block in _within(cell, "w:p") for line in _lines(block))
            cells += [text or None, *[None] * (wide - 1)]
            areas[corner] = (top, left + wide - 1)
            if merge:
                open_here[left] = corner
        rows.append(cells)
        open_above = open_here
    width = max((len(cells) for cells in rows), default=0)
    padded = [[*cells, *[None] * (width - len(cells))] for cells in rows]
    return padded, tuple((first, last) for first, last in areas.items() if first != last)


def _number(node: Node, path: str, otherwise: int) -> int:
    found = node.xpath(path)
    return min(int(found[0]), WIDEST) if found and found[0].isdigit() else otherwise
