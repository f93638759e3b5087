"""A province's report of 114 pages: its tables of government debt, found by their titles."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real.taking_in import REAL, TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

REPORT = "debt/jiangsu_2024_exec_2025_budget.pdf"
YI = 100_000_000

AMOUNTS = ("limit_total", "limit_general", "limit_special")
AMOUNTS += ("balance_total", "balance_general", "balance_special")


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("limits")
    return take_in(folder, "gov_debt_limit_balance", "jiangsu_report", REPORT)


def test_every_region_of_the_table_is_accepted(limits: TakenIn) -> None:
    assert limits.outcome.state == "published"
    report = limits.report
    assert (report["text_rows"], report["rows_in"], report["quarantined"]) == (68, 68, 0)
    # the title, the unit and two lines of header; on two more pages both lines of the header once
    # more, and the number, the title and the unit of every page
    assert report["skipped"] == 4 + 2 * 2 + 3 * 3
    assert report["unread"] == []


def test_every_cell_is_as_another_reader_wrote_it_down(limits: TakenIn) -> None:
    path = Path(REAL or "") / "debt/js_table61_county_debt_2024.csv"
    with path.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    assert len(known) == 68
    taken = {
        (name, scope): amounts
        for name, scope, *amounts in limits.ask(
            "SELECT region_name, scope, total_limit_reported, general_limit_reported, "
            "special_limit_reported, total_balance_reported, general_balance_reported, "
            "special_balance_reported FROM lake.finance.gov_debt_limit_balance"
        )
    }
    named = {"一、省本级": ("江苏省", "own"), "二、地市合计": ("江苏省", "subordinate")}
    for row in known:
        whole = (row["name"].removesuffix("本级"), "own" if "本级" in row["name"] else "whole")
        found = taken.pop(named.get(row["name"], whole))
        assert found == [Decimal(row[name]) for name in AMOUNTS], row["name"]
    assert taken == {}


def test_figures_are_those_of_the_page(limits: TakenIn) -> None:
    spots = limits.ask(
        "SELECT region_code, scope, fiscal_year, total_limit, special_balance "
        "FROM lake.finance.gov_debt_limit_balance "
        "WHERE (region_code, scope) IN "
        "(('320000', 'whole'), ('320585', 'whole'), ('320800', 'own')) ORDER BY region_code"
    )
    assert spots == [
        ("320000", "whole", 2024, Decimal("34186.24") * YI, Decimal("20090.18") * YI),
        ("320585", "whole", 2024, Decimal("307.22") * YI, Decimal("203.52") * YI),
        ("320800", "own", 2024, Decimal("759.15") * YI, Decimal("412.51") * YI),
    ]


def test_the_cities_are_what_the_table_says_they_are_together(limits: TakenIn) -> None:
    [(cities, limit, balance)] = limits.ask(
        "SELECT count(*), sum(total_limit), sum(total_balance) "
        "FROM lake.finance.gov_debt_limit_balance "
        "WHERE region_code LIKE '32__00' AND region_code <> '320000' AND scope = 'whole'"
    )
    assert cities == 13
    # printed: 地市合计 27,932.17 and 27255.47; thirteen roundings of half a digit
    assert abs(limit - Decimal("27932.17") * YI) <= 13 * 500_000
    assert abs(balance - Decimal("27255.47") * YI) <= 13 * 500_000


def test_a_name_that_was_given_up_is_marked(limits: TakenIn) -> None:
    assert limits.findings() == [("warning", "former_name", "region_name", 1)]
