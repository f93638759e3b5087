"""What the departments hand over later: a period that is wrong as a whole, and a sound one."""

from collections.abc import Callable
from pathlib import Path

from samples import budget, debt, enrolment, land, schools, tender
from samples.database import read_rows, rows_file
from samples.debt import DebtRow
from samples.files import json_list, put
from samples.findings import Planted


def deliver(folder: Path, period: int, seed: int) -> None:
    """Hand over a later period into what `make` wrote; a second time changes nothing.

    The departments first take back what they had handed over after 2025: a sound
    period follows the sound ones, not the faulty one.
    """
    read_rows(folder)
    take_back(folder)
    PERIODS[period](folder, seed)


def take_back(folder: Path) -> None:
    """Remove what was delivered after 2025."""
    for path in _later_files(folder):
        path.unlink(missing_ok=True)
    if rows_file(folder).exists():
        rows = read_rows(folder)
        earlier = [row for row in rows if row["nd"] <= 2025]
        if len(earlier) < len(rows):
            put(rows_file(folder), json_list(earlier))


def _later_files(folder: Path) -> list[Path]:
    return [
        path
        for period in PERIODS
        for path in (
            folder / budget.DATASET / budget.file_name(period),
            folder / schools.DATASET / schools.file_name(period),
            folder / enrolment.DATASET / enrolment.file_name(period),
            folder / tender.DATASET / f"{tender.FILE}_{period}.json",
            folder / land.DATASET / land.file_name(period),
        )
    ]


def _wrong_as_a_whole(folder: Path, seed: int) -> None:
    """2026: every row holds, and no delivery can be published."""
    _add_debt(folder, debt.mislabelled_year(seed))
    budget.write_with_wrong_sums(folder / budget.DATASET, 2026, seed)
    enrolment.write_for_strangers(folder / enrolment.DATASET, 2026, seed)
    tender.write(folder / tender.DATASET, f"{tender.FILE}_2026", tender.two_winners(seed))
    land.write_mislabelled(folder / land.DATASET, 2026, seed)


def _sound(folder: Path, seed: int) -> None:
    """2027: nothing wrong; some rows are new and a few are corrections."""
    _add_debt(folder, debt.later_year(seed))
    budget.write(folder / budget.DATASET, 2027, seed, False)
    schools.write_later(folder / schools.DATASET, 2027, seed)
    enrolment.write(folder / enrolment.DATASET, 2027, seed, False)
    tender.write(folder / tender.DATASET, f"{tender.FILE}_2027", tender.later(seed))
    land.write(folder / land.DATASET, 2027, seed, False)


def _add_debt(folder: Path, added: list[Planted[DebtRow]]) -> None:
    rows = [*read_rows(folder), *(debt.record(p.row) for p in added)]
    put(rows_file(folder), json_list(rows))


PERIODS: dict[int, Callable[[Path, int], None]] = {2026: _wrong_as_a_whole, 2027: _sound}
