"""A province's report of 114 pages: its tables of government debt, found by their titles."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real.taking_in import REAL, TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

PLATFORM = "debt/celma_32_jiangsu_2024.pdf"
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


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    """What moved the debt, from the report alone."""
    return take_in(
        tmp_path_factory.mktemp("moved"), "gov_debt_rollforward", "jiangsu_report", REPORT
    )


def test_every_figure_of_four_tables_is_accepted(moved: TakenIn) -> None:
    report = moved.report
    # lines with a figure: general debt 6 of 9, special 5 of 7, bonds 21, limits in advance 6
    assert report["text_rows"] == 6 + 5 + 21 + 6
    # one row for each figure: the bonds have 21 for the province and 13 for its own level, the
    # limits three for each line; general bonds issued are printed twice and alike
    assert (report["rows_in"], report["quarantined"]) == (6 + 5 + 34 + 18 - 1, 0)


def test_what_moved_the_debt_is_as_the_pages_print_it(moved: TakenIn) -> None:
    spots = moved.ask(
        "SELECT fiscal_year, scope, debt_type, item_code, phase, amount "
        "FROM lake.finance.gov_debt_rollforward WHERE (fiscal_year, scope, debt_type, item_code) "
        "IN ((2024, 'whole', 'general', 'issue_refinance'), "
        "(2025, 'own', 'special', 'repayment_refinance'), "
        "(2025, 'subordinate', 'total', 'advance_limit'), "
        "(2025, 'whole', 'total', 'interest_bond')) ORDER BY ALL"
    )
    assert spots == [
        (2024, "whole", "general", "issue_refinance", "est_exec", Decimal("711.97") * YI),
        (2025, "own", "special", "repayment_refinance", "budget", 18 * YI),
        (2025, "subordinate", "total", "advance_limit", "budget", 1340 * YI),
        (2025, "whole", "total", "interest_bond", "budget", Decimal("915.28") * YI),
    ]


def test_repayments_that_two_tables_of_the_report_print_otherwise_were_held(
    moved: TakenIn,
) -> None:
    judged = {rule["rule"]: rule for rule in moved.report["verdict"]}
    service = judged["service_of_bonds_is_that_of_debt"]
    assert (service["holds"], service["weight"], service["observed"]) == (False, "suspicion", "1")
    # general debt: 782.54 repaid on debt, 781.53 on bonds
    assert "on_debt 78254000000.00, on_bonds 78153000000.00" in service["examples"][0]
    # of both kinds more is said to be repaid than makes the balance, and no line says why
    assert moved.findings() == [("warning", "difference_is_explained", "difference", 2)]


def test_repayments_that_the_platform_prints_otherwise_go_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    both = take_in(
        tmp_path_factory.mktemp("both"), "gov_debt_rollforward", "jiangsu_report", REPORT, PLATFORM
    )
    assert both.report["quarantined"] == 4
    conflicts = both.ask(
        "SELECT value, count(*) FROM private.quarantine.findings WHERE code = 'duplicate_key' "
        "GROUP BY ALL ORDER BY ALL"
    )
    # 782.54 and 455.70, 4065.34 and 1256.35: neither is published
    assert conflicts == [
        ("2024 / 320000 / whole / general / repayment / est_exec", 2),
        ("2024 / 320000 / whole / special / repayment / est_exec", 2),
    ]
    assert both.ask(
        "SELECT count(*) FROM lake.finance.gov_debt_rollforward WHERE item_code = 'repayment'"
    ) == [(0,)]
    # what both print alike is one row
    assert both.ask(
        "SELECT amount FROM lake.finance.gov_debt_rollforward "
        "WHERE item_code = 'closing_balance' AND debt_type = 'special' AND fiscal_year = 2024"
    ) == [(Decimal("20090.18") * YI,)]
