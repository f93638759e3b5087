"""A panel of the debt of all prefectures that a compiler gathered from many documents: what it
rests on is kept, and what it mixes up is seen."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real.taking_in import REAL, TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

PANEL = "debt/prefecture_gov_debt_2018_2026.csv"


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("panel")
    return take_in(folder, "gov_debt_limit_balance", "prefecture_panel", PANEL)


def printed() -> list[dict[str, str]]:
    with (Path(REAL or "") / PANEL).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_with_a_figure_is_judged(panel: TakenIn) -> None:
    rows = printed()
    figures = [row for row in rows if row["statutory_debt_balance_100m"]]
    assert (len(rows), len(figures)) == (3074, 2722)
    report = panel.report
    # the rows that only keep a place, and the header
    assert (report["text_rows"], report["skipped"]) == (2722, 353)
    assert (report["rows_in"], report["accepted"], report["quarantined"]) == (2722, 1235, 1487)


def test_what_the_panel_lacks_or_contradicts_is_found(panel: TakenIn) -> None:
    without_limit = sum(
        bool(row["statutory_debt_balance_100m"]) and not row["statutory_debt_limit_100m"]
        for row in printed()
    )
    found = {(code, column): times for _, code, column, times in panel.findings()}
    assert found[("required", "total_limit")] == without_limit == 1444
    # the compiler itself calls eight of these rows exceptions
    assert found[("general_balance_within_limit", "general_balance")] == 6
    assert found[("special_balance_within_limit", "special_balance")] == 6
    # divisions that no longer are, in lists that have no dates for other provinces
    assert ("codelist", "region_code") in found


@pytest.mark.parametrize(
    ("code", "year", "limit", "balance", "grade"),
    [
        ("130100", 2018, "1230.18", "1073.39", "A1"),
        ("320600", 2024, "2686.81", "2616.08", "A1"),
        ("442000", 2024, "1097.78", "1095.74", "A1"),
    ],
)
def test_a_figure_is_kept_with_the_grade_of_its_source(
    panel: TakenIn, code: str, year: int, limit: str, balance: str, grade: str
) -> None:
    [kept] = panel.ask(
        "SELECT total_limit, total_balance, source_grade "
        "FROM lake.finance.gov_debt_limit_balance "
        f"WHERE region_code = '{code}' AND fiscal_year = {year}"
    )
    assert kept == (Decimal(limit) * 10**8, Decimal(balance) * 10**8, grade)


def test_no_grade_is_lost_on_the_way(panel: TakenIn) -> None:
    [(rows, graded, noted)] = panel.ask(
        "SELECT count(*), count(source_grade), count(*) FILTER (note LIKE '%SRC-%') "
        "FROM lake.finance.gov_debt_limit_balance"
    )
    assert rows == graded == noted
    assert set(Counter(row["source_grade"] for row in printed())) >= {"A1", "A2", "B2"}


def test_the_own_level_of_a_city_printed_as_its_whole_holds_the_edition(panel: TakenIn) -> None:
    verdict = {judged["rule"]: judged for judged in panel.report["verdict"]}
    suspected = verdict["near_last_year"]
    assert not suspected["holds"] and suspected["weight"] == "suspicion"
    # 南通 2025: 893.02 亿元 after 2,686.81 the year before; so are 中山 and 锡林郭勒
    [told] = [text for text in suspected["examples"] if "region_code 320600" in text]
    assert "limit_before 268681000000.00, limit_now 89302000000.00" in told
    assert "fiscal_year 2025" in told


def test_the_note_of_a_figure_far_from_last_years_says_so(panel: TakenIn) -> None:
    said = panel.ask(
        "SELECT region_code, fiscal_year FROM lake.finance.gov_debt_limit_balance "
        "WHERE note LIKE '与上年末相差过大%' AND fiscal_year = 2025 ORDER BY 1"
    )
    # a figure whose limit is not printed is held back anyway
    assert {("152500", 2025), ("320600", 2025), ("442000", 2025)} <= set(said)
