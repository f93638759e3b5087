"""Replay: a workbook that a department has corrected comes back.

Its rows take the way of every delivery, from conform on. Those that it mends are published; those
still wrong go on waiting, with their age. No other row is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gongkai import contracts, landing, quarantine, sources
from gongkai.contracts import Contract
from gongkai.errors import GongkaiError, WrongCall
from gongkai.home import Home
from gongkai.lake import session
from gongkai.pipeline import Outcome, Progress, Staged, hold, prepare, publish, quiet
from gongkai.returned import read_workbook
from gongkai.sources import Source
from gongkai.state import COMPLETED, Attempt, Store
from gongkai.text import Text


def replay(workbook: Path, home: Home, *, progress: Progress = quiet) -> Outcome:
    """Take back a workbook that a department has corrected: the rows it mends are published, and
    those still wrong go on waiting, with their age.

    Raises BrokenDelivery where the file is no such workbook, WrongCall where no cell of it
    differs from what waits, or the dataset has no source here.
    """
    returned = read_workbook(workbook)
    contract = contracts.load(returned.dataset)
    source = sources.active(contract, home)
    store = Store(home)
    with store.lock(contract.dataset), session(home) as database:
        rows = {row.ref: row for row in quarantine.waiting(contract.dataset, database)}
        corrected = [
            (rows[ref], changed)
            for ref, cells in returned.cells.items()
            if ref in rows and (changed := _changed(rows[ref].cells, cells))
        ]
        if not corrected:
            raise _nothing_corrected(workbook, contract, known=bool(rows))
        attempt = _attempt(workbook, contract, source, store)
        quarantine.keep_corrections(attempt, corrected, database)
    staged: Staged | None = None
    try:
        staged = prepare(attempt.id, home, progress=progress)
        if staged.needs_review:
            return hold(staged.address, home)
        return publish(staged.address, home, staged=staged, progress=progress)
    except GongkaiError as error:
        if error.exit_code != 1:
            raise
        return Outcome(contract.dataset, "failed", None, None, staged, str(error))


def _attempt(workbook: Path, contract: Contract, source: Source, store: Store) -> Attempt:
    """The attempt that the workbook starts, with the file as its receipt."""
    name, content = workbook.name, workbook.read_bytes()
    receipt = landing.keep(store.home, name, "returned workbook", [content])
    last = store.last_attempt(contract.dataset, states=COMPLETED)
    attempt = store.begin_attempt(contract.dataset, source.name, None, None)
    store.keep_receipts(attempt.id, (receipt,))
    # the source itself was not asked: what it delivered last still counts for "unchanged"
    return store.note(
        attempt.id,
        state="pulled",
        fingerprint=last.fingerprint if last else None,
        report={"correction": True},
    )


def _changed(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The cells that a clerk has changed."""
    return {
        name: after[name]
        for name in before
        if name in after and (after[name] or None) != (before[name] or None)
    }


def _nothing_corrected(workbook: Path, contract: Contract, *, known: bool) -> WrongCall:
    if not known:
        return WrongCall(
            Text("没有等待更正的行", "no row waits for a correction"),
            where=contract.dataset,
            do=Text("无需交回。", "There is nothing to hand back."),
        )
    return WrongCall(
        Text("工作簿中没有任何单元格被更正", "no cell of the workbook was corrected"),
        where=workbook.name,
        do=Text(
            "请在“待更正”表中改正标出的单元格后再交回。",
            "Correct the marked cells of the sheet 待更正 and hand it back.",
        ),
    )
