"""The answer key: every defect that was planted, and where it can be found."""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from samples.cells import as_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = TypeVar("Row", bound=DataclassInstance)
else:
    Row = TypeVar("Row")


@dataclass(frozen=True)
class Defect:
    """What is wrong with a row: contract column, reason code, the value as it stands.

    `times` counts the candidate rows that carry it, where one row becomes several.
    """

    column: str
    code: str
    value: str
    times: int = 1


@dataclass(frozen=True)
class Finding:
    """A defect and its place, one line of the answer key.

    `line` counts from 1 and is empty where the source has no lines.
    """

    dataset: str
    file: str
    part: str
    line: int | None
    column: str
    code: str
    value: str
    times: int


@dataclass(frozen=True)
class Planted(Generic[Row]):
    """A row and what was spoiled in it; most have no defect."""

    row: Row
    defects: tuple[Defect, ...] = ()

    def at(self, dataset: str, file: str, part: str, line: int | None) -> tuple[Finding, ...]:
        """The row's findings once its place is known."""
        return tuple(
            Finding(dataset, file, part, line, d.column, d.code, d.value, d.times)
            for d in self.defects
        )


def spoiled(row: Row, code: str, column: str, times: int = 1, **changes: Any) -> Planted[Row]:
    """The row with `changes` made to it and one defect, whose value is the changed cell."""
    changed = replace(row, **changes)
    value = as_text(getattr(changed, column))
    return Planted(changed, (Defect(column, code, value, times),))


def repeated(row: Row, key: str, times: int = 1, **changes: Any) -> Planted[Row]:
    """A row whose key stands twice in the delivery; the defect belongs to no one column."""
    return Planted(replace(row, **changes), (Defect("", "duplicate_key", key, times),))


def clean(rows: Iterable[Row]) -> list[Planted[Row]]:
    """The rows, with nothing wrong."""
    return [Planted(row) for row in rows]


def answer_key(findings: Iterable[Finding]) -> bytes:
    """The answer key as UTF-8 CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Finding))
    writer.writerows(astuple(finding) for finding in findings)
    return text.getvalue().encode()
