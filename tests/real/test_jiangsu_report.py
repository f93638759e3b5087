"""A province's report of 114 pages: its tables of government debt, found by their titles."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from gongkai import pipeline
from gongkai.read.grid import Document
from gongkai.read.pdf import read_pdf
from gongkai.read.shape import tables_in
from gongkai.sources import Header, Table
from tests.real.taking_in import REAL, TakenIn, needs_real_files, take_in
from tests.support import a_home, drop_folder

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


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, TakenIn]:
    """The budget of the report, and then, beside it, what moved the debt."""
    folder = tmp_path_factory.mktemp("both")
    departments = folder / "departments"
    named = {"gov_budget_line": "jiangsu_report", "gov_debt_rollforward": "jiangsu_report"}
    for dataset in named:
        (departments / dataset).mkdir(parents=True)
        shutil.copyfile(Path(REAL or "") / REPORT, departments / dataset / "report.pdf")
    (departments / "city.yaml").write_text(
        "name: {zh: 实例, en: Example}\nsources:\n"
        + "".join(f"  {dataset}: {source}\n" for dataset, source in named.items()),
        encoding="utf-8",
    )
    home = a_home(
        folder / "home",
        sources=departments,
        connections={"gongkai_finance_files": drop_folder(departments)},
    )
    return {
        dataset: TakenIn(dataset, pipeline.run(dataset, home), home)
        for dataset in ("gov_budget_line", "gov_debt_rollforward")
    }


def test_every_figure_of_the_budget_tables_is_accepted_or_has_no_code(
    both: Mapping[str, TakenIn],
) -> None:
    budget = both["gov_budget_line"]
    assert budget.outcome.state == "published"
    report = budget.report
    assert (report["text_rows"], report["rows_in"]) == (376, 547)
    assert (report["accepted"], report["quarantined"]) == (537, 10)
    # sections of the state capital budget that the list of subjects does not have
    held = budget.ask(
        "SELECT DISTINCT code, column_name, part FROM private.quarantine.findings "
        "WHERE dataset = 'gov_budget_line' AND severity = 'error' ORDER BY ALL"
    )
    assert held == [("required", "subject_code", "第26页"), ("required", "subject_code", "第92页")]


def test_classes_add_up_to_the_totals_that_the_report_prints(both: Mapping[str, TakenIn]) -> None:
    totals = both["gov_budget_line"].ask(
        "SELECT budget_book, flow, scope, fiscal_year, phase, sum(amount)::BIGINT // 10000 "
        "FROM lake.budget.gov_budget_line WHERE subject_level = 'class' GROUP BY ALL"
    )
    # 本年收入合计, 本年支出合计, 本级支出合计, in 万元
    assert set(totals) >= {
        ("general", "revenue", "whole", 2024, "execution", 100_381_618),
        ("general", "revenue", "whole", 2023, "final", 99_301_800),
        ("general", "expenditure", "whole", 2024, "execution", 152_939_088),
        ("general", "expenditure", "own", 2024, "execution", 13_938_297),
        ("fund", "expenditure", "whole", 2024, "execution", 93_322_393),
        ("fund", "expenditure", "whole", 2023, "final", 105_346_781),
        ("general", "expenditure", "whole", 2025, "budget", 154_500_000),
    }
    assert both["gov_budget_line"].ask(
        "SELECT subject_code, phase, amount FROM lake.budget.gov_budget_line "
        "WHERE scope = 'whole' AND fiscal_year = 2024 AND subject_name IN "
        "('契税', '国有土地使用权出让收入', '地方政府专项债务付息支出') ORDER BY ALL"
    ) == [
        ("10119", "execution", Decimal(5_895_296) * 10_000),
        ("1030148", "execution", Decimal(72_701_840) * 10_000),
        ("23204", "execution", Decimal(5_042_365) * 10_000),
    ]


def test_interest_on_bonds_beyond_the_budget_for_it_holds_the_edition(
    both: Mapping[str, TakenIn],
) -> None:
    moved = both["gov_debt_rollforward"]
    assert moved.outcome.state == "held"
    judged = {rule["rule"]: rule for rule in moved.report["verdict"]}
    beyond = judged["interest_within_budget"]
    assert (beyond["holds"], beyond["weight"], beyond["observed"]) == (False, "suspicion", "1")
    # special debt in 2025: 655.44 亿元 in the table of bonds, 5 782 882 万元 in that of the funds
    assert "fiscal_year 2025" in beyond["examples"][0]
    assert "amount 65544000000.00, expected 57828820000.00" in beyond["examples"][0]
    assert judged["interest_as_in_budget"]["weight"] == "note"
    assert not judged["interest_as_in_budget"]["holds"]


@pytest.mark.parametrize(
    ("title", "printed", "before"),
    [
        ("一般公共预算收入", 100_381_618, 99_301_800),
        ("一般公共预算支出", 152_939_088, 152_422_765),
        ("政府性基金预算收入", 80_974_265, 103_161_256),
        ("政府性基金预算支出", 93_322_393, 105_346_781),
        ("国有资本经营预算收入", 4_929_691, 3_321_247),
        ("国有资本经营预算支出", 1_495_246, 1_260_922),
    ],
)
def test_totals_of_thirteen_cities_are_read_and_add_up(
    title: str, printed: int, before: int
) -> None:
    """They are read as any table; no dataset takes a total that is no subject."""
    declared = Table(
        kind="pdf", title=f"分地区{title}执行情况表$", header=Header("地区", 1), repeats=True
    )
    document = Document(REPORT, Path(REPORT if REAL is None else f"{REAL}/{REPORT}"))
    [grid] = read_pdf(document, declared)
    [sheet] = tables_in(grid, declared)
    assert sheet.header == ["地区", "2024年执行数", "2023年决算数"]
    rows = {
        row[0]: [int((cell or "0").replace(",", "")) for cell in row[1:]]
        for _, _, row in sheet.rows
    }
    assert rows.pop("全省合计") == [printed, before]
    assert len(rows) == 14
    assert [sum(column) for column in zip(*rows.values(), strict=True)] == [printed, before]
