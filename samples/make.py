"""What the departments have handed over so far: the years up to 2025, and the answer key."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from samples import (
    bond_issue,
    bond_project,
    budget,
    debt,
    debt_rollforward,
    dept_budget,
    enrol_result,
    enrolment,
    housing,
    inspection,
    land,
    land_area,
    land_comp,
    land_notice,
    land_payment,
    land_transfer,
    major_project,
    openness,
    performance,
    procurement,
    project_event,
    schools,
    soe_assets,
    tender,
    tender_notice,
    three_public,
    trade_contract,
    trade_project,
)
from samples.database import rows_file
from samples.deliveries import take_back
from samples.files import json_list, put
from samples.findings import Finding, answer_key

SEED = 20260101

ONCE = (
    debt_rollforward,
    bond_issue,
    bond_project,
    dept_budget,
    three_public,
    performance,
    inspection,
    trade_project,
    tender_notice,
    trade_contract,
    procurement,
    land_transfer,
    soe_assets,
    housing,
    land_notice,
    land_area,
    land_comp,
    land_payment,
    enrol_result,
    major_project,
    project_event,
    openness,
)
"""The tables that are handed over once; the others grow by later deliveries."""


@dataclass(frozen=True)
class Made:
    """What was written, and the findings that were planted in it."""

    folder: Path
    findings: tuple[Finding, ...]


def make(folder: Path, seed: int = SEED) -> Made:
    """Write every department's data and the answer key; the same seed gives the same bytes."""
    take_back(folder)
    planted = debt.rows(seed)
    put(rows_file(folder), json_list([debt.record(p.row) for p in planted]))
    findings = tuple(
        chain(
            debt.findings(planted),
            *(budget.write(folder / budget.DATASET, y, seed, True) for y in (2024, 2025)),
            tender.write(folder / tender.DATASET, tender.FILE, tender.delivery(seed)),
            *(land.write(folder / land.DATASET, y, seed, True) for y in (2024, 2025)),
            schools.write(folder / schools.DATASET, 2025, seed, True),
            *(enrolment.write(folder / enrolment.DATASET, y, seed, True) for y in (2024, 2025)),
            *(table.write(folder, seed) for table in ONCE),
        )
    )
    put(folder / "answer_key.csv", answer_key(findings))
    return Made(folder, findings)
