"""What the departments have handed over so far: the years up to 2025, and the answer key."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from samples import budget, debt, enrolment, land, schools, tender
from samples.database import rows_file
from samples.deliveries import take_back
from samples.files import json_list, put
from samples.findings import Finding, answer_key

SEED = 20260101


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
        )
    )
    put(folder / "answer_key.csv", answer_key(findings))
    return Made(folder, findings)
