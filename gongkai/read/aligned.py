"""Columns that stand below each other, with nothing but blanks between them."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from gongkai.read.grid import Row

Piece = tuple[int, int, str]
"""Where a text begins and ends on the line, in places of a fixed font, and the text."""
PIECE = re.compile(r"[^\s　]+(?: [^\s　]+)*")
"""Words with one blank between them are one text; two blanks, a tab or a wide one part texts."""
TAB = 8


def aligned_rows(text: str) -> list[Row]:
    """The lines of a text, every piece of them in its column. Lines of the usual number of pieces
    say where the columns stand; where one has fewer, its pieces go where they stand. What fits no
    column, such as a title or a note, is one text.
    """
    lines = [_pieces(line) for line in _lines(text)]
    usual = _usual(lines)
    whole = [line for line in lines if len(line) == usual]
    columns = [
        (min(start for start, _, _ in column), max(end for _, end, _ in column))
        for column in zip(*whole, strict=True)
    ]
    return [(number, "", _cells(line, columns)) for number, line in enumerate(lines, start=1)]


def is_aligned(text: str) -> bool:
    """Whether most lines have several pieces, and a third of them as many: cells may be empty."""
    lines = [pieces for line in _lines(text) if (pieces := _pieces(line))]
    usual = _usual(lines)
    several = sum(len(line) > 1 for line in lines)
    return several * 2 > len(lines) and sum(len(line) == usual for line in lines) * 3 >= len(lines)


def _lines(text: str) -> Iterator[str]:
    return (line.rstrip("\n") for line in io.StringIO(text, newline=None))


def _usual(lines: list[list[Piece]]) -> int:
    counts = Counter(len(line) for line in lines if len(line) > 1)
    return counts.most_common(1)[0][0] if counts else 0


def _pieces(line: str) -> list[Piece]:
    places = [0]
    for character in line:
        wide = unicodedata.east_asian_width(character) in "WF"
        step = TAB - places[-1] % TAB if character == "\t" else 1 + wide
        places.append(places[-1] + step)
    return [
        (places[found.start()], places[found.end()], found[0]) for found in PIECE.finditer(line)
    ]


def _cells(line: list[Piece], columns: list[tuple[int, int]]) -> list[str | None]:
    if len(line) == len(columns):
        return [text for _, _, text in line]
    cells: list[str | None] = [None] * len(columns)
    for start, end, text in line:
        shared = [min(end, last) - max(start, first) for first, last in columns]
        at = shared.index(max(shared)) if shared else 0
        if len(line) < 2 or shared[at] <= 0 or cells[at]:
            return ["  ".join(text for _, _, text in line) or None]
        cells[at] = text
    return cells
