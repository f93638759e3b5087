"""What a reader gives back: one table of text with its header and its positions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Row = tuple[int, str, list[str | None]]
"""Line (from 1, as the department sees it), part (sheet, or the record's identity), cells."""


@dataclass(frozen=True)
class Sheet:
    """A table found in a file. `above` counts the rows above the data: titles and header."""

    file: str
    part: str
    header: list[str]
    rows: list[Row]
    above: int
    captions: dict[str, str]

    @property
    def place(self) -> str:
        return f"{self.file}, {self.part}" if self.part else self.file


def join_headers(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """One header out of several rows: the parts of a column joined by `/`, repeats once,
    white space dropped."""
    width = max((len(row) for row in rows), default=0)
    joined = []
    for at in range(width):
        parts: list[str] = []
        for row in rows:
            text = re.sub(r"\s+", "", row[at] or "") if at < len(row) else ""
            if text and text not in parts:
                parts.append(text)
        joined.append("/".join(parts))
    return joined


def captions_in(lines: Iterable[Sequence[str | None]], patterns: Iterable[str]) -> dict[str, str]:
    """The named groups that the patterns find in the rows above the header."""
    text = "\n".join(" ".join(cell for cell in line if cell) for line in lines)
    found: dict[str, str] = {}
    for pattern in patterns:
        if match := re.search(pattern, text):
            found |= {name: value for name, value in match.groupdict().items() if value}
    return found
