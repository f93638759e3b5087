"""Find a declared table among the cells of a grid, and give it its header.

What is declared is what is looked for; a file that no longer fits is an error that says what was
expected, where, and what comes nearest.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gongkai.errors import BrokenDelivery
from gongkai.read.grid import Corner, Grid, Row, turned
from gongkai.sources import Header, Table
from gongkai.text import Text

MEND = Text("请部门保留原格式，或修改来源声明。", "Keep the layout, or mend the source.")


@dataclass(frozen=True)
class Sheet:
    """A table that was found: its header (one text per column), its data rows, how many `lines`
    it takes up from its title to its end, and what its captions say."""

    file: str
    part: str
    header: list[str]
    rows: list[Row]
    lines: int
    captions: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.file}, {self.part}" if self.part else self.file


def tables_in(grid: Grid, declared: Table) -> Iterator[Sheet]:
    """Every table of the grid that is as declared: one, or with `repeats` all of them. None where
    the title is not there, or the header that decides.

    Raises BrokenDelivery where the title is there and the header is not.
    """
    at = 0
    grid = turned(grid) if declared.turned else grid
    while (start := _start(grid, declared, at)) is not None:
        heads = _header_places(grid, declared, start)
        if declared.header and not heads:
            return
        body = heads[-1] + 1 if heads else start
        end = _end(grid, declared, body)
        yield _sheet(grid, declared, start, heads, range(body, end))
        at = end
        if not declared.repeats or at >= len(grid.rows):
            return


def is_titled(grid: Grid, declared: Table) -> bool:
    """Whether the title stands in the grid, whatever its header is."""
    return declared.title is not None and _start(grid, declared, 0) is not None


def _start(grid: Grid, declared: Table, at: int) -> int | None:
    """The first row that can belong to the table: the one below its title."""
    if declared.title is None:
        return at
    if at == 0 and re.search(declared.title, bare(grid.part)):
        return 0
    for place in range(at, len(grid.rows)):
        if re.search(declared.title, line_text(grid.rows[place][2])):
            return place
    return None


def _header_places(grid: Grid, declared: Table, start: int) -> list[int]:
    """Where the lines of the header stand among the rows of the grid."""
    if declared.header is None:
        places = [place for place, row in enumerate(grid.rows) if row[0] in declared.header_rows]
        return [place for place in places if place >= start]
    if (first := _line_with(grid, declared.header.matches, start)) is not None:
        last = first + declared.header.lines - 1
        if declared.header.through:
            through = _line_with(grid, declared.header.through, first)
            last = last if through is None else through
        return list(range(first, min(last + 1, len(grid.rows))))
    if declared.header.decides:
        return []
    raise _no_header(grid, declared.header, start)


def _line_with(grid: Grid, pattern: str, start: int) -> int | None:
    """The first line that has a cell that matches whole."""
    return next(
        (
            place
            for place in range(start, len(grid.rows))
            if any(re.fullmatch(pattern, bare(cell)) for cell in grid.rows[place][2] if cell)
        ),
        None,
    )


def _no_header(grid: Grid, header: Header, start: int) -> BrokenDelivery:
    below = [cell for _, _, cells in grid.rows[start : start + 30] for cell in cells if cell]
    near = difflib.get_close_matches(header.matches, [bare(cell) for cell in below], 1, 0.3)
    line = grid.rows[start][0] if start < len(grid.rows) else 1
    hint = Text("", "")
    if near:
        hint = Text(f"，最接近的是“{near[0]}”", f"; the nearest is “{near[0]}”")
    return BrokenDelivery(
        Text(
            f"第 {line} 行以下没有表头“{header.matches}”{hint.zh}",
            f"no header “{header.matches}” below line {line}{hint.en}",
        ),
        where=grid.place,
        do=MEND,
    )


def _end(grid: Grid, declared: Table, body: int) -> int:
    """The first row below the table: that of the stop, or of the next title."""
    if not declared.stop and not (declared.repeats and declared.title):
        return len(grid.rows)
    for place in range(body, len(grid.rows)):
        text = line_text(grid.rows[place][2])
        if declared.stop and re.search(declared.stop, text):
            return place
        if declared.repeats and declared.title and re.search(declared.title, text):
            return place
    return len(grid.rows)


def _sheet(grid: Grid, declared: Table, start: int, heads: list[int], body: range) -> Sheet:
    last = heads[-1] + 1 if heads else start
    head = {place: list(grid.rows[place][2]) for place in range(start, last)}
    _spread(head, grid.merged)
    width = max((len(grid.rows[place][2]) for place in body), default=0)
    header = join_headers([head[place] for place in heads]) or [""] * width
    above = [head[place] for place in range(start, last)]
    if declared.title:
        above.insert(0, [grid.part])
    # a table that goes on over a page prints its header again
    printed = [grid.rows[place][2] for place in heads]
    rows = [row for row in _filled(grid, declared, header, body) if row[2] not in printed]
    if declared.joined:
        header, rows = _joined(header, rows, declared.joined)
    captions = captions_in(above, declared.captions)
    if declared.cover:
        cover = (cells for _, _, cells in (*grid.cover, *grid.rows[:start]))
        captions = captions_in(cover, declared.cover) | captions
    lines = body.stop - start + grid.furniture
    return Sheet(grid.file, grid.part, header, rows, lines, captions)


def _spread(head: dict[int, list[str | None]], merged: Iterable[tuple[Corner, Corner]]) -> None:
    """Give every cell of a merged header the text that is printed over it."""
    for (top, left), (bottom, right) in merged:
        if top not in head or left >= len(head[top]):
            continue
        text = head[top][left]
        for place in range(top, bottom + 1):
            if row := head.get(place):
                row[left : right + 1] = [text] * len(row[left : right + 1])


def _filled(grid: Grid, declared: Table, header: Sequence[str], body: range) -> list[Row]:
    """The rows of the body; in the columns of `fill_merged` every line of a merged cell has its
    text. A cell that is blank and not merged says that nothing was entered, and stays blank."""
    rows = [grid.rows[place] for place in body]
    if not declared.fill_merged:
        return rows
    patterns = dict((*declared.columns, *declared.if_printed))
    named = [patterns[name] for name in declared.fill_merged]
    columns = {at - 1 for at in named if isinstance(at, int)}
    texts = [text for text in named if isinstance(text, str)]
    columns |= {at for at, head in enumerate(header) if any(re.fullmatch(t, head) for t in texts)}
    cells = {place: list(grid.rows[place][2]) for place in body}
    for (top, left), (bottom, right) in grid.merged:
        for place in range(top, bottom + 1) if top in body else ():
            for at in columns.intersection(range(left, right + 1)) if place in body else ():
                cells[place] += [None] * (at + 1 - len(cells[place]))
                cells[place][at] = grid.rows[top][2][left]
    return [(line, part, cells[place]) for place, (line, part, _) in zip(body, rows, strict=True)]


def _joined(header: list[str], rows: list[Row], pattern: str) -> tuple[list[str], list[Row]]:
    """Columns beside each other under one header that matches, as one column of their texts."""
    starts = [
        at
        for at, text in enumerate(header)
        if at == 0 or text != header[at - 1] or not re.fullmatch(pattern, text)
    ]
    spans = list(itertools.pairwise([*starts, len(header)]))
    return [header[at] for at in starts], [
        (line, part, ["".join(cell for cell in cells[at:to] if cell) or None for at, to in spans])
        for line, part, cells in rows
    ]


def join_headers(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """One header out of several rows: the parts of a column joined by `/`, repeats once,
    white space dropped."""
    width = max((len(row) for row in rows), default=0)
    joined = []
    for at in range(width):
        parts: list[str] = []
        for row in rows:
            text = bare(row[at]) if at < len(row) else ""
            if text and text not in parts:
                parts.append(text)
        joined.append("/".join(parts))
    return joined


def captions_in(lines: Iterable[Sequence[str | None]], patterns: Iterable[str]) -> dict[str, str]:
    """The named groups that the patterns find in the rows from the title to the header."""
    text = "\n".join(" ".join(cell for cell in line if cell) for line in lines)
    found: dict[str, str] = {}
    for pattern in patterns:
        if match := re.search(pattern, text):
            found |= {name: value for name, value in match.groupdict().items() if value}
    return found


def line_text(cells: Sequence[str | None]) -> str:
    """The text of a line without white space: what titles and stops are looked for in."""
    return bare("".join(cell for cell in cells if cell))


def bare(text: str | None) -> str:
    """A text without its white space."""
    return "".join((text or "").split())
