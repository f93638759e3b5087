"""The fictional city's departments: what is found is what was spoiled, no more, no less.

Every dataset is pulled from the system that plays its department (PostgreSQL, HTTP, files), and
every finding, errors and warnings alike, is compared with the answer key. Precision and recall
are printed for each reason code.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from gongkai import contracts, pipeline
from gongkai.contracts import Contract
from gongkai.home import Home
from gongkai.lake import session
from gongkai.local.database import DEPARTMENT, Server
from gongkai.pipeline import Outcome
from samples import api
from samples.database import load
from samples.make import SEED, make
from tests.support import PROJECT, a_home, drop_folder

HELD = "budget_disclosure_inspection"
"""The dataset with so many wrong rows that its edition waits for a steward."""
Key = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Ran:
    """The city's home after one run of every dataset, and how each ended."""

    home: Home
    outcomes: dict[str, Outcome]
    spoiled: Counter[Key]
    found: Counter[Key]


@pytest.fixture(scope="module")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("departments")
    make(folder, SEED)
    return folder


@pytest.fixture(scope="module")
def trading(departments: Path) -> Iterator[str]:
    """The trading centre's interface, as its connection names it."""
    server = api.listen(departments, "a key", 0)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    yield json.dumps({"conn_type": "http", "password": "a key", "extra": {"base": base}})
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def ran(
    departments: Path,
    trading: str,
    postgres: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Ran:
    load(departments, postgres.address(DEPARTMENT, DEPARTMENT))
    samples = PROJECT / "samples"
    finance = {
        "conn_type": "postgres",
        "host": "127.0.0.1",
        "port": postgres.port,
        "schema": DEPARTMENT,
        "login": DEPARTMENT,
        "password": postgres.secrets.department,
    }
    home = a_home(
        tmp_path_factory.mktemp("home"),
        sources=samples,
        codelists=samples / "codelists",
        connections={
            "gongkai_finance": json.dumps(finance),
            "gongkai_trading": trading,
            **{
                f"gongkai_{name}": drop_folder(departments)
                for name in ("finance_files", "education", "land", "housing", "projects", "office")
            },
        },
    )
    outcomes = {name: pipeline.run(name, home) for name in pipeline.in_order(contracts.names())}
    return Ran(home, outcomes, _spoiled(departments), _found(home))


def _spoiled(departments: Path) -> Counter[Key]:
    """The answer key, by dataset, place, column and code."""
    counted: Counter[Key] = Counter()
    with (departments / "answer_key.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            place = _place(row["file"], row["part"], row["line"])
            counted[row["dataset"], *place, row["column"], row["code"]] += int(row["times"])
    return counted


def _found(home: Home) -> Counter[Key]:
    with session(home) as database:
        rows = database.execute(
            "SELECT dataset, file, part, line::VARCHAR, column_name, code "
            "FROM private.quarantine.findings"
        ).fetchall()
    return Counter(
        (dataset, *_place(file, part, line), column, code)
        for dataset, file, part, line, column, code in rows
    )


def _place(file: str, part: str, line: str) -> tuple[str, str, str]:
    """A record is known by its identity alone, a row by file, sheet and line."""
    return ("", part, "") if part.startswith("id=") else (file, part, line)


@pytest.fixture(params=contracts.names())
def contract(request: pytest.FixtureRequest) -> Contract:
    return contracts.load(request.param)


def test_what_is_found_is_what_was_spoiled(contract: Contract, ran: Ran) -> None:
    spoiled, found = (
        Counter({key: times for key, times in counted.items() if key[0] == contract.dataset})
        for counted in (ran.spoiled, ran.found)
    )
    assert spoiled, "nothing was spoiled"
    assert (spoiled - found, found - spoiled) == (Counter(), Counter())


def test_every_row_is_accepted_or_quarantined(contract: Contract, ran: Ran) -> None:
    outcome = ran.outcomes[contract.dataset]
    assert outcome.staged is not None, outcome.error
    staged = outcome.staged
    assert staged.rows_in == staged.accepted + staged.quarantined
    expected = "held" if contract.dataset == HELD else "published"
    assert (outcome.state, outcome.error) == (expected, None), staged.holds


def test_precision_and_recall_per_reason_code(ran: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    codes = sorted({key[-1] for key in (*ran.spoiled, *ran.found)})
    lines = []
    for code in codes:
        spoiled, found = (
            Counter({key: times for key, times in counted.items() if key[-1] == code})
            for counted in (ran.spoiled, ran.found)
        )
        both = (spoiled & found).total()
        precision, recall = both / max(found.total(), 1), both / max(spoiled.total(), 1)
        lines.append((code, spoiled.total(), found.total(), precision, recall))
    with capsys.disabled():
        print(f"\n{'reason code':36} planted  found  precision  recall")
        for code, planted, found_times, precision, recall in lines:
            print(f"{code:36} {planted:7} {found_times:6} {precision:10.3f} {recall:7.3f}")
    assert {(precision, recall) for *_, precision, recall in lines} == {(1.0, 1.0)}
