"""What a cell holds, and how it reads in the answer key."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

Cell = str | int | Decimal | date | None


def as_text(cell: Cell) -> str:
    """The cell as the answer key writes it: plain digits, ISO dates, nothing for empty."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)


def joined(cells: Iterable[Cell]) -> str:
    """Several cells as one value, for a key that stands twice."""
    return "/".join(as_text(cell) for cell in cells)
