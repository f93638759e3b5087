"""Columns that stand below each other, with nothing but blanks between them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from gongkai.read.grid import Row

Piece = tuple[int, int, str]
"""Where a text begins and ends on the line, in places of a fixed font, and the text."""
PIECE = re.compile(r"[^\s　]+(?: [^\s　]+)*")
"""Words with one blank between them are one text; two blanks, a tab or a wide one part texts."""
TAB = 8


def aligned_rows(text: str) -> list[Row]:
    """The lines of a text, every piece of them in the column that it stands in. A column is what
    the pieces of all lines cover together; a line of one piece, such as a title, makes none."""
    lines = [_pieces(line) for line in text.splitlines()]
    columns = _columns(piece for line in lines if len(line) > 1 for piece in line)
    return [(number, "", _cells(line, columns)) for number, line in enumerate(lines, start=1)]


def is_aligned(text: str) -> bool:
    """Whether most lines have several pieces, and those of most lines are as many."""
    counts = Counter(len(_pieces(line)) for line in text.splitlines() if line.strip())
    pieces, lines = counts.most_common(1)[0] if counts else (0, 0)
    return pieces > 1 and lines * 2 > counts.total()


def _pieces(line: str) -> list[Piece]:
    places = [0]
    for character in line:
        wide = unicodedata.east_asian_width(character) in "WF"
        step = TAB - places[-1] % TAB if character == "\t" else 1 + wide
        places.append(places[-1] + step)
    return [
        (places[found.start()], places[found.end()], found[0]) for found in PIECE.finditer(line)
    ]


def _columns(pieces: Iterable[Piece]) -> list[tuple[int, int]]:
    columns: list[tuple[int, int]] = []
    for start, end, _ in sorted(pieces):
        if columns and start < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], end))
        else:
            columns.append((start, end))
    return columns


def _cells(line: list[Piece], columns: list[tuple[int, int]]) -> list[str | None]:
    if len(line) == 1 or not columns:
        return [text for _, _, text in line]
    cells: list[str | None] = [None] * len(columns)
    for start, _, text in line:
        at = next(at for at, (_, end) in enumerate(columns) if start < end)
        cells[at] = f"{cells[at]} {text}" if cells[at] else text
    return cells
