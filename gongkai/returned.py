"""The workbook that a department hands back: what a clerk corrected in the one that was sent."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from gongkai.errors import BrokenDelivery
from gongkai.read.excel import read_excel
from gongkai.read.grid import Document, Grid
from gongkai.text import Text
from gongkai.workbook import CUT, DATASET, HELP, MARKED, PROPERTY, REF, WRONG


@dataclass(frozen=True)
class Returned:
    """What a clerk saved: by `ref`, the cells of each row under the source's own headers. A
    column that was deleted is not among them."""

    dataset: str
    cells: Mapping[str, Mapping[str, str | None]]


def read_workbook(path: Path) -> Returned:
    """Read back what a clerk saved.

    Excel may have turned what was typed into numbers and dates: they become text by the rules of
    every workbook that is read. Columns may stand in another order, be fewer or more. Raises
    BrokenDelivery where the file is none of our workbooks, the numbers of the rows are missing,
    or a row or a column stands there twice.
    """
    sheets = list(read_excel(Document(path.name, path), ".*"))
    dataset = _dataset_property(path) or _dataset_told(sheets)
    if not dataset:
        raise BrokenDelivery(
            Text("这不是发出的更正工作簿", "this is none of the workbooks that were sent out"),
            where=path.name,
            do=Text(
                "请在收到的工作簿中更正，另存为 xlsx 后交回。",
                "Correct the workbook that you were sent, save it as xlsx and hand it back.",
            ),
        )
    tables = [found for sheet in sheets if (found := _numbered(sheet))]
    lost = {sheet.place for sheet in sheets if sheet.part in (WRONG, MARKED)}
    lost -= {place for place, _, _ in tables}
    if not tables or lost:
        raise BrokenDelivery(
            Text(f"没有“{REF}”列", f"there is no column “{REF}”"),
            where="; ".join(sorted(lost)) or path.name,
            do=Text(
                "请保留该列，不要改动；可在收到的原工作簿中重做。",
                "Keep that column as it was; start again from the workbook that you were sent.",
            ),
        )
    cells: dict[str, Mapping[str, str | None]] = {}
    for place, header, rows in tables:
        for line, row in rows:
            ref, told = _returned(row, header, f"{place} 第 {line} 行 line {line}")
            if ref in cells:
                raise BrokenDelivery(
                    Text(f"编号 {ref} 出现两次", f"the row {ref} stands there twice"),
                    where=f"{place} 第 {line} 行 line {line}",
                    do=Text("请删除复制的行。", "Delete the copy."),
                )
            if ref:
                cells[ref] = told
    return Returned(dataset, cells)


# what is written


Cells = list[str | None]
Numbered = tuple[str, list[str], list[tuple[int, Cells]]]
"""A table with numbered rows: its place, its header, its rows by their line."""


def _dataset_property(path: Path) -> str | None:
    """The dataset that the document's properties name; nothing where it is no zip of Excel's."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(path) as parts:
            tree = etree.fromstring(parts.read("docProps/custom.xml"), parser)
    except (KeyError, zipfile.BadZipFile, UnicodeDecodeError, etree.XMLSyntaxError):
        return None
    for item in tree:
        if item.get("name") == PROPERTY:
            return "".join(str(text) for text in item.itertext()).strip() or None
    return None


def _dataset_told(sheets: Iterable[Grid]) -> str | None:
    """The dataset that the first sheet names."""
    for sheet in sheets:
        for _, _, cells in sheet.rows:
            if len(cells) > 1 and (cells[0] or "").strip() == DATASET:
                return (cells[1] or "").strip() or None
    return None


def _numbered(sheet: Grid) -> Numbered | None:
    """The rows below the header that names the column of numbers; None where no row does."""
    lines = [(line, cells) for line, _, cells in sheet.rows]
    for at, (_, cells) in enumerate(lines):
        header = [(cell or "").strip() for cell in cells]
        if _plain(REF) in map(_plain, header):
            _refuse_twins(header, sheet.place)
            return sheet.place, header, lines[at + 1 :]
    return None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _refuse_twins(header: list[str], place: str) -> None:
    for name in header:
        if name and header.count(name) > 1:
            raise BrokenDelivery(
                Text(
                    f"列“{name}”出现 {header.count(name)} 次",
                    f"the column {name} stands there {header.count(name)} times",
                ),
                where=place,
                do=Text("请删除复制的列。", "Delete the copy."),
            )


def _returned(cells: Cells, header: list[str], where: str) -> tuple[str, Mapping[str, str | None]]:
    """A row's number and its cells; no number for a row that is empty."""
    row = dict(zip(header, [*cells, *[None] * len(header)], strict=False))
    ours = {_plain(name) for name in HELP}
    ref = next(value for name, value in row.items() if _plain(name) == _plain(REF))
    if not (ref or "").strip():
        if any((cell or "").strip() for cell in cells):
            raise BrokenDelivery(
                Text("该行没有编号", "the row has no number"),
                where=where,
                do=Text(
                    "请恢复编号；要新增的行请通过原渠道报送，说明文字请删除。",
                    "Put its number back; deliver new rows the usual way, and delete notes.",
                ),
            )
        return "", {}
    found = {
        name: value
        for name, value in row.items()
        # of a cell that was too long only the beginning was sent
        if name and _plain(name) not in ours and not (value or "").endswith(CUT)
    }
    return str(ref).strip(), found
