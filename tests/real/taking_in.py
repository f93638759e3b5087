"""Take a real file in, on its own: a folder with it, a city that names its source, two lakes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gongkai import contracts, pipeline, sources
from gongkai.home import Home
from gongkai.lake import session
from gongkai.pipeline import Outcome
from gongkai.state import Store
from tests.support import a_home, drop_folder

REAL = os.environ.get("GONGKAI_REAL_DATA")
needs_real_files = pytest.mark.skipif(
    REAL is None, reason="GONGKAI_REAL_DATA names no folder with the real published files"
)


@dataclass(frozen=True)
class TakenIn:
    """What became of a real file: the outcome, its counts, and the lakes to ask."""

    dataset: str
    outcome: Outcome
    home: Home

    @property
    def report(self) -> Mapping[str, Any]:
        """The report of the last attempt: text_rows, skipped, rows_in, accepted, quarantined,
        unread, verdict. `rows_in = accepted + quarantined` is asserted here for all."""
        attempt = Store(self.home).last_attempt(self.dataset)
        assert attempt is not None
        report = attempt.report
        assert report["rows_in"] == report["accepted"] + report["quarantined"]
        return report

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the lakes: `lake.<area>.<dataset>`, `private.quarantine.findings`, …"""
        with session(self.home) as database:
            return database.sql(query).fetchall()

    def findings(self) -> list[tuple[str, str, str, int]]:
        """Severity, code, column and how often, of the rows that were checked."""
        return self.ask(
            "SELECT severity, code, column_name, count(*) FROM private.quarantine.findings "
            "GROUP BY ALL ORDER BY ALL"
        )


def take_in(folder: Path, dataset: str, source: str, *files: str, **changes: Any) -> TakenIn:
    """Run one dataset on real files, named from the folder of real files; a held edition is
    approved, as a steward would. `changes` are those of `a_home` (`codelists`, …)."""
    contract = contracts.load(dataset)
    departments = folder / "departments"
    (departments / dataset).mkdir(parents=True, exist_ok=True)
    for name in files:
        shutil.copyfile(Path(REAL or "") / name, departments / dataset / Path(name).name)
    (departments / "city.yaml").write_text(
        f"name: {{zh: 实例, en: Example}}\nsources: {{{dataset}: {source}}}\n", encoding="utf-8"
    )
    declared = sources.TRANSFORMS / contract.area / dataset / f"{source}.yaml"
    connection = sources.read(declared, dataset).pull.connection
    home = a_home(
        folder / "home",
        sources=departments,
        connections={connection: drop_folder(departments)},
        **changes,
    )
    outcome = pipeline.run(dataset, home)
    if outcome.staged and outcome.state == "held":
        outcome = pipeline.approve(
            outcome.staged.address, home, reviewer="a tester", reason="a real file"
        )
    return TakenIn(dataset, outcome, home)
