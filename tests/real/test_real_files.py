"""The contracts on files that others published, each of another place.

The files lie outside the project, in the folder that GONGKAI_REAL_DATA names. They go the whole
way but for the portal: a drop folder, the departments' real API and SFTP server, two lakes.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import pipeline, query
from gongkai.home import PROJECT, Home
from gongkai.lake import session
from gongkai.pipeline import Outcome
from gongkai.state import Store
from tests.real.lay_out import FILES, lay_out
from tests.support import a_home, drop_folder

REAL = os.environ.get("GONGKAI_REAL_DATA")
pytestmark = pytest.mark.skipif(
    REAL is None, reason="GONGKAI_REAL_DATA names no folder with the real published files"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The files laid out, and the server that plays two of the departments."""
    folder = lay_out(Path(REAL or ""), tmp_path_factory.mktemp("real") / "departments")
    announced = folder.parent / "departments.json"
    argv = [sys.executable, "-m", "samples", "serve", "--from", str(folder)]
    server = subprocess.Popen([*argv, "--announce", str(announced)], cwd=PROJECT)
    try:
        while not announced.exists():
            assert server.poll() is None
            time.sleep(0.05)
        yield folder, json.loads(announced.read_text(encoding="utf-8"))
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def home(served: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder, announced = served
    api, sftp = announced["api"], announced["sftp"]
    return a_home(
        tmp_path_factory.mktemp("home") / "home",
        sources=folder,
        connections={
            "gongkai_finance_files": drop_folder(folder),
            "gongkai_education": drop_folder(folder),
            "gongkai_trading": json.dumps(
                {"conn_type": "http", "password": api["key"], "extra": {"base": api["url"]}}
            ),
            "gongkai_land": json.dumps(
                {
                    "conn_type": "sftp",
                    "host": sftp["host"],
                    "port": sftp["port"],
                    "login": sftp["user"],
                    "password": sftp["password"],
                    "extra": {"host_key": sftp["host_key"]},
                }
            ),
        },
    )


HELD = "land_acq_project"


@pytest.fixture(scope="module")
def outcomes(home: Home) -> dict[str, Outcome]:
    found = {dataset: pipeline.run(dataset, home) for dataset in FILES}
    # two thirds of the land notices have no approval number: a steward has to let the rest pass
    held = found[HELD]
    assert held.state == "held" and held.staged is not None
    found[HELD] = pipeline.approve(
        held.staged.address, home, reviewer="tests", reason="the others went back"
    )
    return found


@pytest.fixture(scope="module")
def lake(home: Home, outcomes: dict[str, Outcome]) -> Iterator[duckdb.DuckDBPyConnection]:
    assert outcomes
    with query.connect(home) as connected:
        yield connected


def one(lake: duckdb.DuckDBPyConnection, text: str) -> Any:
    (value,) = lake.execute(text).fetchone() or (None,)
    return value


def file_of(dataset: str) -> Path:
    return Path(REAL or "") / FILES[dataset]


@pytest.mark.parametrize("dataset", sorted(FILES))
def test_every_file_becomes_an_edition_and_no_row_is_lost(
    outcomes: dict[str, Outcome], dataset: str
) -> None:
    outcome = outcomes[dataset]
    assert outcome.error is None
    staged = outcome.staged
    assert staged is not None
    assert staged.rows_in == staged.accepted + staged.quarantined
    assert staged.rows == staged.accepted > 0


def test_debt_of_every_county_is_accepted_with_its_national_code(
    lake: duckdb.DuckDBPyConnection, outcomes: dict[str, Outcome]
) -> None:
    with file_of("gov_debt_limit_balance").open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["level"] != "agg"]
    assert one(lake, "SELECT count(*) FROM gov_debt_limit_balance") == len(printed) == 66
    found = {
        (name, scope): balance
        for name, scope, balance in lake.execute(
            "SELECT region_name, scope, total_balance FROM gov_debt_limit_balance"
        ).fetchall()
    }
    for row in printed:
        scope = "own" if row["name"].endswith("本级") else "whole"
        key = (row["name"].replace("本级", ""), scope)
        assert found[key] == Decimal(row["balance_total"]) * 100_000_000
    codes = dict(
        lake.execute(
            "SELECT region_name, region_code FROM gov_debt_limit_balance WHERE scope = 'whole'"
        ).fetchall()
    )
    # the name 海安县 was given up in 2018; its successor 海安市 is what the code says
    assert (codes["江苏省"], codes["南通市"], codes["海安县"]) == ("320000", "320600", "320685")
    staged = outcomes["gov_debt_limit_balance"].staged
    assert staged is not None
    # two aggregates and the header are no data
    assert staged.skipped == 3


def test_a_name_that_was_given_up_and_is_still_printed_is_marked(
    home: Home, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes
    with session(home) as database:
        marked = database.execute(
            "SELECT value, severity, code FROM private.quarantine.findings "
            "WHERE dataset = 'gov_debt_limit_balance'"
        ).fetchall()
    assert marked == [("海安县", "warning", "former_name")]


def test_counties_add_up_to_their_city(home: Home, outcomes: dict[str, Outcome]) -> None:
    assert outcomes
    attempt = Store(home).attempt_of_edition("gov_debt_limit_balance", "1.0.0")
    assert attempt is not None
    verdict = {judged["rule"]: judged["holds"] for judged in attempt.report["verdict"]}
    assert verdict["city_is_own_level_plus_counties"]
    # it was asked of every city that prints counties: all but Nanjing
    with query.connect(home) as lake:
        rows = lake.execute(
            """
            SELECT city.region_name, city.total_balance,
                sum(county.total_balance) AS counties, count(*) AS printed,
                any_value(own.total_balance) AS own
            FROM gov_debt_limit_balance AS city
            JOIN gov_debt_limit_balance AS county
              ON county.region_code[1:4] = city.region_code[1:4]
              AND county.scope = 'whole' AND county.region_code <> city.region_code
            LEFT JOIN gov_debt_limit_balance AS own
              ON own.region_code = city.region_code AND own.scope = 'own'
            WHERE city.region_code LIKE '32__00' AND city.region_code <> '320000'
              AND city.scope = 'whole'
            GROUP BY ALL
            """
        ).fetchall()
    assert len(rows) == 12
    assert "南京市" not in {name for name, *_ in rows}
    for name, whole, counties, printed, own in rows:
        # 0.005 × (n + 1) 亿元, n the printed parts: the counties and the city's own level
        assert abs(whole - counties - own) <= (printed + 2) * 500_000, name


def test_every_functional_subject_of_the_sheet_is_accepted(
    lake: duckdb.DuckDBPyConnection, outcomes: dict[str, Outcome]
) -> None:
    assert one(lake, "SELECT count(DISTINCT subject_code) FROM gov_budget_line") == 1329
    staged = outcomes["gov_budget_line"].staged
    assert staged is not None and staged.text_rows == 1329 and staged.quarantined == 0
    # 支出合计 as the sheet prints it, in 万元, against the sum of its classes
    total = one(
        lake,
        "SELECT sum(amount) FROM gov_budget_line "
        "WHERE phase = 'execution' AND subject_level = 'class'",
    )
    assert total == Decimal(1763231) * 10_000
    assert (
        one(
            lake,
            "SELECT amount FROM gov_budget_line "
            "WHERE subject_code = '2010101' AND phase = 'execution' AND fiscal_year = 2025",
        )
        == Decimal(4990) * 10_000
    )
    # printed without any figure: still a subject, still no number
    assert one(lake, "SELECT count(amount) FROM gov_budget_line WHERE subject_code = '20141'") == 0


def test_awards_that_print_a_price_are_accepted(lake: duckdb.DuckDBPyConnection) -> None:
    printed = sum(
        "中标价(元)" in notice["infocontent"]
        for notice in json.loads(file_of("tender_award").read_text(encoding="utf-8"))
    )
    accepted = one(lake, "SELECT count(win_amount) FROM tender_award WHERE is_winner")
    assert printed > 100
    assert accepted >= 0.9 * printed
    assert one(
        lake,
        "SELECT win_amount FROM tender_award WHERE bid_section_code LIKE '%XSA070002-202402-01(2)'",
    ) == Decimal("20797381.58")
    assert one(lake, "SELECT count(*) FROM tender_award WHERE region_code = '420501'") == 0


def test_land_with_an_approval_number_is_accepted(
    lake: duckdb.DuckDBPyConnection, outcomes: dict[str, Outcome]
) -> None:
    with file_of("land_acq_project").open(encoding="utf-8", newline="") as file:
        approved = {r["record_id"] for r in csv.DictReader(file) if r["approval_no"].strip()}
    accepted = {
        key.removeprefix("local:")
        for (key,) in lake.execute("SELECT acq_no FROM land_acq_project").fetchall()
    }
    assert accepted == approved
    # 26.232 亩, where no hectares were printed
    area = one(lake, "SELECT total_area FROM land_acq_project WHERE acq_no = 'local:14'")
    assert area == Decimal("17488.00")


def test_every_school_with_a_catchment_is_accepted(lake: duckdb.DuckDBPyConnection) -> None:
    schools = json.loads(file_of("enrol_plan").read_text(encoding="utf-8"))
    with_catchment = {f"local:suzhou/{s['id']}" for s in schools if s["communities"]}
    for dataset in ("enrol_plan", "school_directory"):
        found = lake.execute(f"SELECT school_code FROM {dataset}").fetchall()
        assert {code for (code,) in found} == with_catchment
    zone = one(lake, "SELECT zone_text FROM enrol_plan WHERE school_code = 'local:suzhou/p1'")
    assert zone.startswith("新馨花园、宜家公寓、")


def test_rows_without_an_approval_number_go_back_with_a_reason(
    home: Home, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes
    with session(home) as database:
        reasons = database.execute(
            "SELECT DISTINCT reason_zh, reason_en FROM private.quarantine.findings "
            "WHERE dataset = 'land_acq_project' AND column_name = 'approval_no'"
        ).fetchall()
    assert reasons == [("批准文号为必填项，但为空", "Approval number must be given, but is empty")]
