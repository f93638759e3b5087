"""PDF: a titled table with its rows, over as many pages as it takes.

The text of every page is cheap and says which pages may bear the title; only those of the table
are laid out. Where a page has rules, they say where cells are; where it has none, the columns are
the strips of the page that no text crosses.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
from pdfplumber.table import merge_edges
from pdfplumber.utils.text import extract_words

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Corner, Document, Grid, Row
from gongkai.read.shape import bare, line_text
from gongkai.sources import Table
from gongkai.text import Text

MOST_PAGES = 2000
"""A report of a whole province has some hundred pages."""

NUMBER = re.compile(r"[-−+]?\d[\d,，]*(\.\d+)?%?(?<![,，])")
PAGE = re.compile(r"[-—–─~]*第?\d{1,4}页?([/，,共]*\d{1,4}页?)?[-—–─~]*")
"""A page's own number: ─ 2 ─, 第2页, 2/14."""

ANOTHER_TITLE = re.compile(
    r"附?表[\d一二三四五六七八九十百]+([-—.．]\d+)*[:：]?.{0,60}|.{3,60}表([（(].{1,20}[)）])?"
)
"""A line that looks like the title of a table: 表六十二：, 收入决算表, 支出预算表（代编）."""

LEADERS = re.compile(r"[·．.…‥•・]{4,}")
"""The dots of a table of contents, which names every title once more."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Word:
    """A run of characters without a gap."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Line:
    """A printed line of a page, or a row of cells between rules. `area` counts the ruled tables of
    the page; it is None outside of them, where `words` say how the line is spaced. `spans` are the
    cells that reach further: the first column, how many rows and columns they take; `edges` where
    the columns begin and end."""

    page: int
    number: int
    cells: tuple[str | None, ...]
    area: int | None = None
    words: tuple[Word, ...] = ()
    spans: tuple[tuple[int, int, int], ...] = ()
    edges: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        return line_text(self.cells)


def read_pdf(document: Document, declared: Table) -> Iterator[Grid]:
    """A grid for the table with the declared title, or with `repeats` for every such table: its
    lines from the title to the next title or the declared stop. `part` is the page, `line` the
    line on it; page numbers and what is printed again on every page are counted as furniture.

    Raises BrokenDelivery where a file is no PDF, is encrypted, holds images without text, or where
    a table changes its columns from one page to the next.
    """
    texts = _texts(document)
    start: tuple[int, int] | None = (0, 0)
    # where a table that was stopped would go on under the same title
    rest: tuple[str, int] | None = None
    while start and (start := _title(document, texts, declared, start)):
        page, at = start
        title = _page(document, page)[at].text
        if (title, page) == rest:
            rest, start = (title, page + 1), (page, at + 1)
            continue
        lines, furniture, start = _table(document, texts, declared, start)
        yield _grid(document, declared, lines, furniture)
        rest = (title, lines[-1].page + 1)
        if not declared.repeats:
            return


def _texts(document: Document) -> tuple[tuple[str, ...], ...]:
    """The lines of text of every page, white space dropped, in no certain order."""
    try:
        texts = _text_of_pages(document.path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        what = (
            Text("PDF 已加密", "the PDF is encrypted")
            if locked
            else Text("不是完好的 PDF", "the file is no sound PDF")
        )
        raise _broken(document.name, what) from error
    if len(texts) > MOST_PAGES:
        what = Text(f"PDF 超过 {MOST_PAGES} 页", f"the PDF has more than {MOST_PAGES} pages")
        raise _broken(document.name, what)
    if not any(texts):
        raise _broken(document.name, Text("扫描图像，没有文字", "scanned image, no text"))
    return texts


def titles_in(document: Document) -> Iterator[str]:
    """What looks like the title of a table, outside of tables of contents; each once."""
    lines = [line for page in _texts(document) if "目录" not in page for line in page]
    looks = [line for line in lines if ANOTHER_TITLE.fullmatch(line) and not LEADERS.search(line)]
    yield from dict.fromkeys(looks)


@lru_cache(maxsize=4)
def _text_of_pages(path: Path) -> tuple[tuple[str, ...], ...]:
    with pypdfium2.PdfDocument(path) as pdf:
        if len(pdf) > MOST_PAGES:
            return ((),) * len(pdf)
        texts = (pdf[at].get_textpage().get_text_bounded() for at in range(len(pdf)))
        return tuple(
            tuple(bare(line) for line in text.splitlines() if line.strip()) for text in texts
        )


def _title(
    document: Document, texts: Sequence[Sequence[str]], declared: Table, start: tuple[int, int]
) -> tuple[int, int] | None:
    """Page and line of the next title, both from 0, in no table of contents."""
    first, line = start
    if declared.title is None:
        return start if start == (0, 0) else None
    # how lines break is seen only once a page is laid out
    loose = re.compile(declared.title.removeprefix("^").removesuffix("$"))
    for page in range(first, len(texts)):
        if not loose.search("".join(texts[page])):
            continue
        lines = _page(document, page)
        after = line if page == first else 0
        for at in range(after, len(lines)):
            if re.search(declared.title, lines[at].text) and not _is_contents(lines, at):
                return page, at
    return None


def _is_contents(lines: Sequence[Line], at: int) -> bool:
    """Whether a line stands in a table of contents: on a page so called, or before the dots that
    lead to a page number, which may have gone to the next line."""
    if any(line.text == "目录" for line in lines):
        return True
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    return bool(LEADERS.search(lines[at].text) or LEADERS.match(below))


def _table(
    document: Document, texts: Sequence[Sequence[str]], declared: Table, start: tuple[int, int]
) -> tuple[list[Line], int, tuple[int, int] | None]:
    """The lines of a table, how much was page furniture, and where to look on."""
    pages = len(texts)
    page, at = start
    title = _page(document, page)[at].text
    lines = _page(document, page)[at:]
    taken: list[Line] = []
    furniture = 0
    while True:
        end = _end(lines, declared, title, begun=bool(taken))
        aside = _furniture(document, page, texts)
        kept = [line for line in lines[:end] if line.number not in aside]
        furniture += end - len(kept)
        taken += kept
        if end < len(lines):
            return taken, furniture, (page, lines[end].number - 1)
        left = page
        page = next((at for at in range(page + 1, pages) if texts[at]), pages)
        if page >= pages:
            return taken, furniture, None
        heads = _heads(_page(document, page), taken, declared, title, adjoins=page == left + 1)
        if heads is None:
            return taken, furniture, (page, 0)
        for between in range(left + 1, page):
            _refuse_scan(document, between)
        lines = _page(document, page)[heads:]
        furniture += heads


def _end(lines: Sequence[Line], declared: Table, title: str, begun: bool) -> int:
    """The first line that does not belong to the table any more."""
    for at, line in enumerate(lines):
        if begun and declared.stop and re.search(declared.stop, line.text):
            return at
        if begun and line.area is None and line.text != title and _is_title(line):
            return at
        begun = begun or _begins(line, declared)
    return len(lines)


def _begins(line: Line, declared: Table) -> bool:
    """Whether the header or the first row of the table stands here: before it, a line like a title
    is part of this table's own."""
    if line.area is not None:
        return True
    if declared.header and re.search(declared.header.matches, line.text):
        return not _is_title(line)
    return sum(_is_number(word.text) for word in line.words) > 1


def _heads(
    lines: Sequence[Line], taken: Sequence[Line], declared: Table, title: str, adjoins: bool
) -> int | None:
    """How many lines of a later page stand above the table that goes on there: its title once
    more, the unit. None where the table does not go on: another title or a paragraph stands there,
    or it had come to its notes. Behind a page without text, its title or header must be said again.
    """
    if not any(line.area is not None for line in taken):
        header = next((line.text for line in taken if _begins(line, declared)), None)
        said = [at for at, line in enumerate(lines[:8]) if line.text in (title, header)]
        if not said:
            return 0 if adjoins else None
        above = lines[: said[-1]]
        if any(map(_is_title, above)) and not any(line.text == title for line in above):
            return None
        return said[-1] + (lines[said[-1]].text == title)
    body = next((at for at, line in enumerate(lines) if line.area is not None), None)
    if body is None:
        return None
    above = lines[:body]
    if any(line.text == title for line in above):
        return body
    header = next((line.text for line in taken if line.area is not None), None)
    if not adjoins and lines[body].text != header:
        return None
    ended = taken[-1].area is None and lines[body].text != header
    others = any(
        (declared.stop and re.search(declared.stop, line.text))
        or _is_title(line)
        or len(line.text) > 40
        for line in above
    )
    return None if ended or others else body


def _is_title(line: Line) -> bool:
    return ANOTHER_TITLE.fullmatch(line.text) is not None


def _furniture(document: Document, page: int, texts: Sequence[Sequence[str]]) -> set[int]:
    """The lines, by number, that are the page's own: its number, and what stands at its foot and
    on the page before or after it likewise."""
    lines = _page(document, page)
    beside = [
        *(texts[page - 1] if page else ()),
        *(texts[page + 1] if page + 1 < len(texts) else ()),
    ]
    feet = {re.sub(r"\d", "", text) for text in beside}
    edges = [*lines[:1], *lines[-2:]]
    found = {line.number for line in edges if line.area is None and PAGE.fullmatch(line.text)}
    for line in reversed(lines[-2:]):
        if line.area is not None or _is_title(line):
            break
        if any(_is_number(word.text) for word in line.words[1:]):
            break
        if line.number in found or re.sub(r"\d", "", line.text) in feet:
            found.add(line.number)
    return found


def _refuse_scan(document: Document, page: int) -> None:
    """A page without text within a table may be blank, but not a picture."""
    with pdfplumber.open(document.path, pages=[page + 1]) as pdf:
        [printed] = pdf.pages
        if not printed.images:
            return
    raise _broken(
        document.name,
        Text(
            f"第 {page + 1} 页是扫描图像，没有文字，其前后是同一张表",
            f"page {page + 1} is a scanned image, no text, in the middle of a table",
        ),
    )


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def _grid(document: Document, declared: Table, lines: Sequence[Line], furniture: int) -> Grid:
    part = f"第{lines[0].page + 1}页" if lines else ""
    if not any(line.area is not None for line in lines):
        lines = _aligned(lines, declared)
    edges = next((line.edges for line in lines if line.area is not None), ())
    lines = [_fitted(line, edges) for line in lines]
    _refuse_other_columns(document, lines)
    rows = _rows(lines)
    merged: list[tuple[Corner, Corner]] = [
        ((at, left), (at + down - 1, left + across - 1))
        for at, line in enumerate(lines)
        for left, down, across in line.spans
    ]
    cover = _rows(_page(document, 0)) if declared.cover else []
    return Grid(document.name, part, rows, tuple(merged), furniture, tuple(cover))


def _rows(lines: Iterable[Line]) -> list[Row]:
    return [(line.number, f"第{line.page + 1}页", list(line.cells)) for line in lines]


def _fitted(line: Line, edges: tuple[float, ...]) -> Line:
    """A line of cells in the columns of its table. Where a page holds only lines whose cells take
    several columns, such as the total, it shows fewer rules; each of them is one of the table's."""
    if line.area is None or len(line.edges) >= len(edges):
        return line
    near = [[at for at, edge in enumerate(edges) if abs(edge - own) < 3] for own in line.edges]
    if not all(near):
        return line
    placed = dict(zip((found[0] for found in near), line.cells, strict=False))
    cells = tuple(placed.get(at) for at in range(len(edges) - 1))
    return replace(line, cells=cells, spans=(), edges=edges)


def _refuse_other_columns(document: Document, lines: Sequence[Line]) -> None:
    """Cells of another number of columns would be taken for those of the first."""
    ruled = [line for line in lines if line.area is not None]
    for line in ruled:
        if len(line.cells) != len(ruled[0].cells):
            raise BrokenDelivery(
                Text(
                    f"第 {line.page + 1} 页的表格有 {len(line.cells)} 列，"
                    f"其前为 {len(ruled[0].cells)} 列",
                    f"the table on page {line.page + 1} has {len(line.cells)} columns, "
                    f"before it had {len(ruled[0].cells)}",
                ),
                where=document.name,
                do=Text(
                    "请对照原文件；如是另一张表，请在来源声明中用 stop 写明终止处。",
                    "Look at the file; where it is another table, declare what stops this one.",
                ),
            )


# -- a page ---------------------------------------------------------------------------------------


def _page(document: Document, page: int) -> tuple[Line, ...]:
    """The lines of a page, in order."""
    return _lines_of_page(document.path, page)


@lru_cache(maxsize=2)
def _opened(path: Path) -> pdfplumber.pdf.PDF:
    return pdfplumber.open(path)


@lru_cache(maxsize=256)
def _lines_of_page(path: Path, page: int) -> tuple[Line, ...]:
    """Laid out once, however many tables of the document are declared."""
    whole = _opened(path).pages[page]
    # what is printed twice over itself, to look bold, is there once
    printed = whole.dedupe_chars()
    found: list[tuple[float, Line]] = []
    within: set[int] = set()
    for area, table in enumerate(_ruled(printed)):
        found += _rows_of_area(table.cells, printed.chars, page, area, within)
    outside = [char for at, char in enumerate(printed.chars) if at not in within]
    for words in _by_line(_words(outside)):
        cells = tuple(_phrases(words))
        found.append((words[0].top, Line(page, 0, cells, None, tuple(words))))
    found.sort(key=lambda placed: placed[0])
    return tuple(replace(line, number=number) for number, (_, line) in enumerate(found, 1))


def _ruled(page: Any) -> list[Any]:
    """The ruled tables of a page. What counts as a rule is what is seen as one: no white edge and
    no background. A table that is open at its sides, or in places at its upper or lower edge, is
    closed there."""
    ruled = page.filter(_is_rule)
    edges = merge_edges(
        ruled.edges, snap_x_tolerance=3, snap_y_tolerance=3, join_x_tolerance=3, join_y_tolerance=3
    )
    level = _levels([edge for edge in edges if edge["orientation"] == "h" and edge["width"] > 3])
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    blocks: list[list[Box]] = []
    for above, below in pairwise(level):
        if not any(_crosses(edge, above, below) for edge in upright):
            continue
        if not blocks or blocks[-1][-1] != above:
            blocks.append([above])
        blocks[-1].append(below)
    sides, ends = [], []
    for block in blocks:
        left, right = min(rule[0] for rule in block), max(rule[2] for rule in block)
        top, bottom = block[0][1], block[-1][3]
        sides += [_edge(x, top, x, bottom) for x in (left, right)]
        ends += [_edge(left, y, right, y) for y in (top, bottom)]
    found: list[Any] = ruled.find_tables(
        {"explicit_vertical_lines": sides, "explicit_horizontal_lines": ends}
    )
    return sorted(found, key=lambda table: table.bbox[1])


def _levels(edges: Iterable[dict[str, Any]]) -> list[Box]:
    """How far the rules at each height reach, whatever gaps there are between them."""
    levels: list[Box] = []
    for edge in sorted(edges, key=lambda edge: edge["top"]):
        left, top, right = edge["x0"], edge["top"], edge["x1"]
        if levels and top - levels[-1][1] < 3:
            last = levels.pop()
            left, top, right = min(left, last[0]), last[1], max(right, last[2])
        levels.append((left, top, right, top))
    return levels


def _is_rule(thing: dict[str, Any]) -> bool:
    match thing["object_type"]:
        case "line":
            return True
        case "rect":
            thin = min(thing["width"], thing["height"]) < 2
            colour = thing["non_stroking_color"]
            shades = colour if isinstance(colour, list | tuple) else (colour,)
            white = all(shade == 1 for shade in shades) and len(shades) != 4
            return bool(thing["stroke"]) or (thin and not white)
    return False


def _crosses(edge: dict[str, Any], above: Box, below: Box) -> bool:
    """Whether an upright rule goes all the way between two level ones."""
    return bool(
        above[0] - 3 <= edge["x0"] <= above[2] + 3
        and edge["top"] <= above[1] + 3
        and edge["bottom"] >= below[1] - 3
    )


def _edge(left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    return {
        "object_type": "line",
        "orientation": "v" if left == right else "h",
        "x0": left,
        "x1": right,
        "top": top,
        "bottom": bottom,
        "width": right - left,
        "height": bottom - top,
    }


def _rows_of_area(
    boxes: Sequence[Box], chars: Sequence[dict[str, Any]], page: int, area: int, within: set[int]
) -> Iterator[tuple[float, Line]]:
    """The rows of a ruled table by their upper edge; the characters in it are noted in `within`."""
    xs = _steps([edge for box in boxes for edge in (box[0], box[2])])
    ys = _steps([edge for box in boxes for edge in (box[1], box[3])])
    owner: dict[Corner, int] = {}
    extents = []
    for at, (left, top, right, bottom) in enumerate(boxes):
        first, last = _step(xs, left), _step(xs, right)
        upper, lower = _step(ys, top), _step(ys, bottom)
        extents.append((upper, first, lower - upper, last - first))
        owner |= {(y, x): at for y in range(upper, lower) for x in range(first, last)}
    its: dict[int, list[dict[str, Any]]] = {}
    for at, char in enumerate(chars):
        y = bisect_right(ys, (char["top"] + char["bottom"]) / 2) - 1
        x = bisect_right(xs, (char["x0"] + char["x1"]) / 2) - 1
        if (cell := owner.get((y, x))) is not None:
            its.setdefault(cell, []).append(char)
            within.add(at)
    lines = {cell: _by_line(_words(its[cell])) for cell in its}
    for y in range(len(ys) - 1):
        here = {x: at for at, (upper, x, _, _) in enumerate(extents) if upper == y}
        spans = tuple(
            (x, extents[at][2], extents[at][3])
            for x, at in here.items()
            if extents[at][2] > 1 or extents[at][3] > 1
        )
        printed = {x: lines.get(at, []) for x, at in here.items()}
        for top, texts in _split(printed, ys[y]):
            cells = tuple(texts.get(x) for x in range(len(xs) - 1))
            yield top, Line(page, 0, cells, area, (), spans, tuple(xs))


def _split(printed: dict[int, list[list[Word]]], top: float) -> list[tuple[float, dict[int, str]]]:
    """The rows within a band of cells. Mostly one, of cells in several lines. Where a table has no
    rules between its rows, a band holds them all: then some column has a number in several lines,
    which no single cell has."""
    several = any(
        sum(_is_number(_joined(words)) for words in lines) > 1 for lines in printed.values()
    )
    if not several:
        return [(top, {x: _cell(lines) for x, lines in printed.items() if lines})]
    placed = [(word, x) for x, lines in printed.items() for words in lines for word in words]
    of = {id(word): x for word, x in placed}
    rows = []
    for line in _by_line([word for word, _ in placed]):
        by_column = {x: [word for word in line if of[id(word)] == x] for x in printed}
        texts = {x: _joined(words) for x, words in by_column.items() if words}
        rows.append((max(top, line[0].top), texts))
    return rows


def _steps(edges: Iterable[float]) -> list[float]:
    """The edges of rows or columns: what lies closer than a rule is thick is one edge."""
    steps: list[float] = []
    for edge in sorted(edges):
        if not steps or edge - steps[-1] > 2:
            steps.append(edge)
    return steps


def _step(steps: Sequence[float], edge: float) -> int:
    return bisect_right(steps, edge + 0.01) - 1


# -- words ----------------------------------------------------------------------------------------


def _words(chars: Sequence[dict[str, Any]]) -> list[Word]:
    return [
        Word(word["text"], word["x0"], word["top"], word["x1"], word["bottom"])
        for word in extract_words(list(chars))
    ]


def _by_line(words: Iterable[Word]) -> list[list[Word]]:
    """Words that stand at one height, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.top + word.bottom):
        last = lines[-1][-1] if lines else None
        if last and abs(word.top + word.bottom - last.top - last.bottom) < min(
            word.height, last.height
        ):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def _phrases(words: Sequence[Word]) -> list[str]:
    """The pieces of a line outside of cells, parted by wide gaps. The narrow gaps within a piece
    are those of another font, and no text."""
    pieces = [words[0].text]
    for before, word in pairwise(words):
        if word.left - before.right > before.height:
            pieces.append(word.text)
        else:
            pieces[-1] += word.text
    return pieces


def _joined(words: Sequence[Word]) -> str:
    """A line of a cell; a gap is one blank."""
    return " ".join(word.text for word in words)


def _cell(lines: Sequence[Sequence[Word]]) -> str:
    """The text of a cell in one or several lines. A line breaks Chinese anywhere, and other
    languages at a blank."""
    text = ""
    for line in map(_joined, lines):
        blank = text[-1:].isascii() and text[-1:].isalpha() and line[:1].isascii()
        text += f" {line}" if blank else line
    return text


# -- aligned text ---------------------------------------------------------------------------------


def _aligned(lines: Sequence[Line], declared: Table) -> list[Line]:
    """A table without rules: from its header on, the words of every line by columns."""
    head = next((at for at, line in enumerate(lines) if _begins(line, declared)), len(lines))
    columns = _columns(lines[head:])
    if not columns:
        return list(lines)
    depth = declared.header.lines if declared.header else len(declared.header_rows)
    header = _header(lines[head : head + depth], columns)
    printed = {line.text for line in lines[head : head + depth]}
    body = []
    for line in lines[head + depth :]:
        if line.text in printed:
            body += [known for known in header if line_text(known.cells) == line.text][:1]
            continue
        cells: dict[int, list[str]] = {}
        for word in line.words:
            cells.setdefault(_nearest(word, columns), []).append(word.text)
        body.append(_with(line, cells, len(columns)))
    return [*lines[:head], *header, *body]


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """The strips of the page that the lines with numbers fill."""
    strips: list[tuple[float, float]] = []
    data = [line for line in lines if any(_is_number(word.text) for word in line.words)]
    for word in sorted((word for line in data for word in line.words), key=lambda word: word.left):
        if strips and word.left - strips[-1][1] < 2:
            strips[-1] = (strips[-1][0], max(strips[-1][1], word.right))
        else:
            strips.append((word.left, word.right))
    return strips


def _header(lines: Sequence[Line], columns: Sequence[tuple[float, float]]) -> list[Line]:
    """The lines of a header. What is printed over several columns is a cell that reaches over
    them; what is printed over none belongs to the nearest."""
    found = []
    for line in lines:
        cells: dict[int, list[str]] = {}
        spans = []
        for piece in _pieces(line.words):
            over = [at for at, strip in enumerate(columns) if _overlap(piece, strip) > 0]
            first = over[0] if over else _nearest(piece, columns)
            cells.setdefault(first, []).append(piece.text)
            if len(over) > 1:
                spans.append((first, 1, len(over)))
        found.append(_with(line, cells, len(columns), tuple(spans)))
    return found


def _pieces(words: Sequence[Word]) -> list[Word]:
    """Words that stand no further apart than a character is wide are one piece."""
    pieces: list[Word] = []
    for word in words:
        if pieces and word.left - pieces[-1].right < 0.5 * word.height:
            last = pieces.pop()
            word = Word(last.text + word.text, last.left, last.top, word.right, word.bottom)
        pieces.append(word)
    return pieces


def _overlap(word: Word, strip: tuple[float, float]) -> float:
    return min(word.right, strip[1]) - max(word.left, strip[0])


def _nearest(word: Word, columns: Sequence[tuple[float, float]]) -> int:
    """The column that a word stands in, or nearest to. Text that runs on over the next column
    belongs where it begins."""
    first = [at for at, strip in enumerate(columns) if _overlap(word, strip) > 0]
    if first:
        return first[0]
    return max(range(len(columns)), key=lambda at: _overlap(word, columns[at]))


def _with(
    line: Line,
    cells: dict[int, list[str]],
    width: int,
    spans: tuple[tuple[int, int, int], ...] = (),
) -> Line:
    texts = tuple(" ".join(cells[at]) if at in cells else None for at in range(width))
    return Line(line.page, line.number, texts, None, line.words, spans)


def _broken(name: str, what: Text) -> BrokenDelivery:
    return BrokenDelivery(
        what,
        where=name,
        do=Text(
            "请部门重新报送带文字的 PDF 或表格文件。",
            "Ask the department for a PDF with text, or for the tables themselves.",
        ),
    )
