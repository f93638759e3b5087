"""The declared repair of a damaged text, cell by cell, before a table is looked for in it."""

from __future__ import annotations

from gongkai.read.grid import Row
from gongkai.repair import repaired
from gongkai.sources import Table


def mended(rows: list[Row], declared: Table) -> list[Row]:
    """The rows by the rules and patches of their source; what these leave damaged stays as it is,
    for the check."""
    if not declared.repair and not declared.patches:
        return rows
    return [
        (line, part, [_mended(cell, declared) if cell else cell for cell in cells])
        for line, part, cells in rows
    ]


def _mended(cell: str, declared: Table) -> str:
    return repaired(cell, declared.repair, declared.patches).text
