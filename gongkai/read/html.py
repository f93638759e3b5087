"""Web pages: their tables as grids, and the values that they print beside a label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import html


def labels_in(page: str) -> dict[str, str | None]:
    """Label and value of every pair of cells in the page's table; the first of a label counts."""
    found: dict[str, str | None] = {}
    for row in html.document_fromstring(page).iter("tr"):
        cells = [_words(cell) for cell in row if cell.tag in ("td", "th")]
        for label, value in zip(cells[::2], cells[1::2], strict=False):
            found.setdefault(label.rstrip(":： "), value or None)
    return found


def _words(cell: Iterable[Any]) -> str:
    text = "".join(cell.itertext()) if isinstance(cell, html.HtmlElement) else ""
    return re.sub(r"\s+", " ", text).strip()
