"""Forms of a province's debt as the platform of all provinces prints them, a PDF each year."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.real.taking_in import TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

YEARS = [f"debt/celma_32_jiangsu_{year}.pdf" for year in (2022, 2023, 2024)]
YI = 100_000_000


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("platform")
    return take_in(folder, "gov_debt_rollforward", "celma_pdf", *YEARS)


def test_one_declaration_reads_every_year(taken: TakenIn) -> None:
    report = taken.report
    # nine lines of general debt and seven of special, each year; in 2024 the opening balances are
    # printed for the budget, too
    assert (report["text_rows"], report["rows_in"]) == (3 * 16, 3 * 16 + 2)
    assert (report["accepted"], report["quarantined"]) == (50, 0)
    # title, unit and header of six forms
    assert report["skipped"] == 6 * 3
    assert taken.ask(
        "SELECT fiscal_year, count(*) FROM lake.finance.gov_debt_rollforward "
        "WHERE region_code = '320000' GROUP BY ALL ORDER BY ALL"
    ) == [(2022, 16), (2023, 16), (2024, 18)]


def test_figures_are_those_of_the_pages(taken: TakenIn) -> None:
    spots = taken.ask(
        "SELECT fiscal_year, debt_type, item_code, phase, amount "
        "FROM lake.finance.gov_debt_rollforward WHERE (fiscal_year, debt_type, item_code) IN "
        "((2022, 'general', 'repayment'), (2023, 'special', 'next_new_limit'), "
        "(2023, 'general', 'issue_foreign'), (2024, 'special', 'closing_balance')) ORDER BY ALL"
    )
    assert spots == [
        (2022, "general", "repayment", "est_exec", Decimal("1130.74") * YI),
        (2023, "general", "issue_foreign", "est_exec", Decimal("0.15") * YI),
        (2023, "special", "next_new_limit", "budget", Decimal("2365.00") * YI),
        (2024, "special", "closing_balance", "est_exec", Decimal("20090.18") * YI),
    ]


def test_a_year_opens_with_what_the_year_before_closed_with(taken: TakenIn) -> None:
    pairs = taken.ask(
        "SELECT closed.amount, opened.amount FROM lake.finance.gov_debt_rollforward AS closed "
        "JOIN lake.finance.gov_debt_rollforward AS opened USING (region_code, debt_type, phase) "
        "WHERE closed.item_code = 'closing_balance' AND opened.item_code = 'opening_balance' "
        "AND opened.fiscal_year = closed.fiscal_year + 1"
    )
    assert len(pairs) == 4
    assert all(closed == opened for closed, opened in pairs)


def test_general_debt_that_does_not_roll_forward_is_marked_each_year(taken: TakenIn) -> None:
    assert taken.findings() == [("warning", "difference_is_explained", "difference", 3)]
    differences = taken.ask(
        "SELECT fiscal_year, difference / 100000000 FROM lake.finance.gov_debt_rollforward "
        "WHERE item_code = 'closing_balance' AND debt_type = 'general' ORDER BY ALL"
    )
    assert differences == [(2022, -0.97), (2023, -0.19), (2024, -0.14)]


def test_limits_that_were_printed_as_nought_were_held_for_a_steward(taken: TakenIn) -> None:
    judged = {rule["rule"]: rule for rule in taken.report["verdict"]}
    nought = judged["next_limit_covers_balance"]
    assert (nought["holds"], nought["weight"], nought["observed"]) == (False, "suspicion", "2")
    assert all("fiscal_year 2022" in example for example in nought["examples"])
    # 2023: the deficit of the year before, printed once more
    assert judged["next_general_limit_rolls_forward"]["observed"] == "3"
