"""Returns: the rows that wait, as a workbook for the department that must correct them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gongkai import city, contracts, quarantine, sources
from gongkai.home import Home
from gongkai.lake import session
from gongkai.lineage import source_columns
from gongkai.quarantine import Waiting
from gongkai.workbook import Finding, Wrong, write_workbook

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The day in the city, which a workbook bears."""
    return datetime.now(SHANGHAI).date()


def write(dataset: str, home: Home, folder: Path) -> Iterator[Path]:
    """Write the workbook of a dataset into a folder and give its path; nothing where no row
    waits."""
    contract = contracts.load(dataset)
    source = sources.active(contract, home)
    here = city.load(home)
    with session(home) as database:
        rows = quarantine.waiting(dataset, database)
        found = {
            attempt: quarantine.findings(dataset, attempt, database)
            for attempt in {row.attempt for row in rows}
        }
        names = list(dict.fromkeys(name for row in rows for name in row.cells))
        cells = source_columns(source.transform, names, database)
    if not rows:
        return
    day = today()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{here.title(contract).zh}_待更正_{day:%Y%m%d}.xlsx"
    write_workbook(
        path,
        contract=contract,
        source_title=source.title,
        department=here.department(contract),
        wrong=[_wrong(row, found[row.attempt].get(row.row, ())) for row in rows],
        wrong_cells=cells,
        today=day,
    )
    yield path


def _wrong(row: Waiting, findings: tuple[Finding, ...]) -> Wrong:
    since = row.since.replace(tzinfo=UTC).astimezone(SHANGHAI).date()
    return Wrong(row.ref, row.file, row.part, row.line, since, row.cells, findings)
