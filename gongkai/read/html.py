"""Web pages: their tables as grids, and the values that they print beside a label."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lxml import etree, html
from lxml.html import HtmlElement

from gongkai.errors import BrokenDelivery
from gongkai.read.encoding import MARKS, text_of
from gongkai.read.grid import NEAR, Corner, Document, Grid, Row, below
from gongkai.read.shape import Sheet
from gongkai.sources import Table
from gongkai.text import Text

WIDEST, MOST_CELLS = 1000, 5_000_000
UNPRINTED = ("script", "style", "template", "noscript", "title")
WITHIN_A_LINE = frozenset(
    {"a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "input", "ins"}
    | {"label", "mark", "nobr", "s", "small", "span", "strike", "strong", "sub", "sup", "u", "wbr"}
)
LABELLED = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*)*"
    r"(?P<label>[^:：，,。；;]{1,30})(?<!\d)[:：](?!//)\s*(?P<value>.*)"
)
CHARSET = re.compile(rb"""<meta[^>]*\scharset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


def read_html(document: Document, encoding: str | None) -> Iterator[Grid]:
    """The tables of a page, each with the lines just above it (as line 0) and its place among all
    tables; a table within a table comes after the one that holds it.

    Raises BrokenDelivery where there is no table at all.
    """
    grids = grids_in(text_of(document, encoding or _said(document)), document.name)
    first = next(grids, None)
    if first is None:
        raise BrokenDelivery(
            Text("网页中没有表格", "the page has no table"),
            where=document.name,
            do=Text(
                "请确认网页完整，或修改来源声明。",
                "See that the page is whole, or mend the source.",
            ),
        )
    yield first
    yield from grids


def read_labelled_page(document: Document, declared: Table) -> Sheet:
    """A page as one row: what it prints beside every label, and its text."""
    page = text_of(document, declared.encoding or _said(document))
    row = labels_in(page, declared.labelled_html or "", document.name)
    return Sheet(document.name, "", list(row), [(1, "", list(row.values()))], 1)


def grids_in(page: str, where: str) -> Iterator[Grid]:
    """The tables of a page's source."""
    number, lines, since = 0, list[str](), 0
    for printed in _printed(_parsed(page, where)):
        if isinstance(printed, str):
            lines.append(printed)
            continue
        if isinstance(printed, HtmlElement):
            number += 1
            near = max(since, len(lines) - NEAR)
            yield _grid(printed, number, lines[:near], lines[near:], where)
        since = len(lines)


def labels_in(page: str, name: str, where: str, *, of_tables: bool = True) -> dict[str, str | None]:
    """What a page prints beside a label: the value in the next cell of a table, or what follows a
    colon in a line of its own. The first of a label counts, cells before lines. Under `name`
    stands the text of the page, line by line."""
    root = _parsed(page, where)
    found: dict[str, str | None] = {}
    for row in root.iter("tr") if of_tables else ():
        cells = [" ".join(_lines(cell)) for cell in _own(row, "tr", "td", "th")]
        for label, value in zip(cells[::2], cells[1::2], strict=False):
            found.setdefault(label.rstrip(":： "), value or None)
    # a table without a label is there for the layout
    layout = of_tables and not found
    lines, depth = list[str](), 0
    for printed in _printed(root):
        if not isinstance(printed, str):
            depth += 1 if printed is not None else -1
            continue
        lines.append(printed)
        labelled = LABELLED.fullmatch(printed) if layout or depth == 0 else None
        if labelled:
            found.setdefault(labelled["label"].strip(), labelled["value"] or None)
    return {**found, name: "\n".join(lines) or None}


def _said(document: Document) -> str | None:
    """The encoding that a page gives itself, where its bytes bear it out. What is whole UTF-8, or
    has a mark, is that: a page that was turned into UTF-8 often still says another."""
    content = document.path.read_bytes()
    said = CHARSET.search(content[:4096])
    if said is None or any(content.startswith(mark) for mark, _ in MARKS):
        return None
    name = said[1].decode("ascii").lower()
    # what says GB2312 has the characters of its successors, too
    named = "gb18030" if name in ("gb2312", "gbk", "x-gbk") else name
    return next((found for found in ("utf-8", named) if _is_in(content, found)), None)


def _is_in(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (LookupError, UnicodeError):
        return False
    return True


def _parsed(page: str, where: str) -> HtmlElement:
    """The tree of a page, without what it does not print. Nothing outside of it is loaded."""
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    # an empty page has no tree, and a NUL would end it
    root = html.document_fromstring((page.replace("\0", "") + "<p></p>").encode(), parser=parser)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise BrokenDelivery(
            Text("网页嵌套过深", "the page is nested too deep"),
            where=where,
            do=Text("请部门重新导出网页。", "Ask the department to export the page again."),
        )
    etree.strip_elements(root, *UNPRINTED, with_tail=False)
    return root


def _printed(root: HtmlElement, *, into_tables: bool = True) -> Iterator[str | HtmlElement | None]:
    """The lines and the tables of a page as they follow each other. A table comes before the lines
    in it, and None after them."""
    line = ""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if node.tag not in WITHIN_A_LINE:
            if text := " ".join(line.split()):
                yield text
            line = ""
        table = node.tag == "table" and node is not root
        if event == "start" and table and not into_tables:
            walk.skip_subtree()
        elif event == "start":
            line += node.text or ""
            if table:
                yield node
        else:
            line += (node.tail or "") if node is not root else ""
            if table:
                yield None
    if text := " ".join(line.split()):
        yield text


def _lines(cell: HtmlElement) -> list[str]:
    """The lines of a cell, without those of a table in it."""
    return [line for line in _printed(cell, into_tables=False) if isinstance(line, str)]


def _own(node: HtmlElement, within: str, *names: str) -> list[HtmlElement]:
    """The rows of a table or the cells of a row, without those of a table within it."""
    return [found for found in node.iter(*names) if next(found.iterancestors(within)) is node]


def _grid(table: HtmlElement, number: int, far: list[str], near: list[str], where: str) -> Grid:
    caption = " ".join(line for own in table.iterchildren("caption") for line in _lines(own))
    part = f"表{number} {caption}".strip()
    cells, merged = _cells(table, f"{where}, {part}")
    rows: list[Row] = [(line, part, row) for line, row in enumerate(cells, start=1)]
    return below(Grid(where, part, rows, tuple(merged)), near, far)


def _cells(
    table: HtmlElement, where: str
) -> tuple[list[list[str | None]], list[tuple[Corner, Corner]]]:
    """The cells of a table where they are printed, and the areas that are one cell."""
    rows = _own(table, "table", "tr")
    placed: dict[Corner, str | None] = {}
    merged: list[tuple[Corner, Corner]] = []
    for top, row in enumerate(rows):
        left = 0
        for cell in _own(row, "tr", "td", "th"):
            while (top, left) in placed:
                left += 1
            right = left + _span(cell, "colspan", WIDEST) - 1
            bottom = top + _span(cell, "rowspan", len(rows) - top) - 1
            if len(placed) + (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
                raise BrokenDelivery(
                    Text(f"表格超过 {MOST_CELLS} 格", f"a table has more than {MOST_CELLS} cells"),
                    where=where,
                    do=Text("请部门分表报送。", "Ask the department for several tables."),
                )
            for place in itertools.product(range(top, bottom + 1), range(left, right + 1)):
                placed.setdefault(place, None)
            placed[top, left] = "\n".join(_lines(cell)) or None
            if (top, left) != (bottom, right):
                merged.append(((top, left), (bottom, right)))
            left = right + 1
    width = max((left + 1 for _, left in placed), default=0)
    cells = [[placed.get((top, left)) for left in range(width)] for top in range(len(rows))]
    return cells, merged


def _span(cell: HtmlElement, name: str, most: int) -> int:
    """Over how many columns or rows a cell is printed; 0 means to the last."""
    said = re.match(r"\s*(\d{1,6})", cell.get(name) or "1")
    return min(int(said[1]) or most, most) if said else 1
