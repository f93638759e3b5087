"""The whole set of budget tables that a city hands to its people's congress: 48 tables in one
workbook, most of them for the whole city and once more for its own level. Totals are those that
the tables print, and that no row is made of."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from gongkai.state import Store
from tests.real import taking_in
from tests.real.taking_in import TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

WORKBOOK = "budget/lijiang_2025_exec_2026_budget_tables.xlsx"
LINES = "lake.budget.gov_budget_line"
WAN = 10_000

# of every subject the highest that is printed; tables of funds print items without their class
HIGHEST = f"""
    SELECT * FROM {LINES} AS line
    WHERE NOT EXISTS (
        FROM {LINES} AS higher
        WHERE (higher.fiscal_year, higher.budget_book, higher.flow, higher.scope, higher.phase)
            = (line.fiscal_year, line.budget_book, line.flow, line.scope, line.phase)
        AND higher.subject_code <> line.subject_code
        AND starts_with(line.subject_code, higher.subject_code))
"""
# borrowing, transfers, repayment
BELOW_THE_LINE = ("105", "110", "230", "231")
# printed beside the transfers, not in them: what is carried over, what goes to another region
BESIDE = {
    ("general", "expenditure"): ("23009", "23021"),
    ("capital", "revenue"): ("11008",),
    ("capital", "expenditure"): ("23009",),
}

Cells = list[list[Any]]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("lines")
    return take_in(folder, "gov_budget_line", "lijiang_set", WORKBOOK)


@pytest.fixture(scope="module")
def debt(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    return take_in(tmp_path_factory.mktemp("debt"), "gov_debt_limit_balance", "lijiang", WORKBOOK)


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    return take_in(tmp_path_factory.mktemp("moves"), "gov_debt_rollforward", "lijiang", WORKBOOK)


def test_every_line_of_34_tables_is_taken_in(lines: TakenIn) -> None:
    report = lines.report
    assert (report["text_rows"], report["rows_in"]) == (7304, 14115)
    assert (report["accepted"], report["quarantined"]) == (14105, 10)
    # per cent beside amounts, and the helper columns of whoever made the workbook
    assert all("%" in name or name in AIDS for name in report["unread"])
    counted = lines.ask(
        f"SELECT budget_book, flow, scope, count(DISTINCT subject_code) FROM {LINES} GROUP BY ALL "
        "ORDER BY ALL"
    )
    assert counted == [
        ("capital", "expenditure", "own", 14),
        ("capital", "expenditure", "whole", 21),
        ("capital", "revenue", "own", 28),
        ("capital", "revenue", "whole", 36),
        ("fund", "expenditure", "own", 330),
        ("fund", "expenditure", "whole", 339),
        ("fund", "revenue", "own", 29),
        ("fund", "revenue", "whole", 28),
        ("general", "expenditure", "own", 1358),
        ("general", "expenditure", "whole", 1338),
        ("general", "revenue", "own", 35),
        ("general", "revenue", "whole", 34),
        ("insurance", "expenditure", "own", 7),
        ("insurance", "expenditure", "whole", 7),
        ("insurance", "revenue", "own", 7),
        ("insurance", "revenue", "whole", 7),
    ]


AIDS = ("打印", "类", "类-款-项", "2025年/3")


# 万元: the budget itself (全市…收入, 本年支出合计), and with what is below the line (各项…合计)
PRINTED = [
    # 2024 final, 2025 budget, 2025 adjusted, 2025 execution, 2026 budget
    ("general", "revenue", "whole", [566703, 595037, None, 567755, 579110],
     [2074117, 2103849, None, 2081074, 2097731]),
    ("general", "expenditure", "whole", [1810076, 1837227, None, 1763231, 1789680],
     [2074117, 2103849, None, 2081074, 2097731]),
    ("general", "revenue", "own", [270341, 283858, 283858, 237059, 248912],
     [1738153, 1787605, 1818154, 1722881, 1764403]),
    ("general", "expenditure", "own", [564006, 572466, 573818, 499910, 534904],
     [1738153, 1787605, 1818154, 1722881, 1764403]),
    ("fund", "revenue", "whole", [151333, 234672, 234672, 170713, 213149],
     [686753, 615186, 615186, 772096, 675665]),
    ("fund", "expenditure", "whole", [285906, 269996, 269996, 340531, 351519],
     [686753, 615186, 615186, 772096, 675665]),
    ("fund", "revenue", "own", [36438, 70457, 50809, 40428, 85495],
     [534336, 388839, 622491, 576891, 507972]),
    ("fund", "expenditure", "own", [63626, 41026, 47957, 36524, 52277],
     [534336, 388839, 622491, 576891, 507972]),
    ("capital", "revenue", "whole", [6911, 2000, None, 3042, 3058], [7037, 2108, None, 3150, 3165]),
    ("capital", "expenditure", "whole", [1321, 547, None, 374, 582],
     [7037, 2108, None, 3150, 3165]),
    ("capital", "revenue", "own", [5000, 2000, None, 3042, 3058], [5047, 2047, None, 3089, 3105]),
    ("capital", "expenditure", "own", [1234, 412, None, 326, 448], [5047, 2047, None, 3089, 3105]),
    ("insurance", "revenue", "whole", [384512, 394334, None, 403606, 400845], None),
    ("insurance", "expenditure", "whole", [336271, 356742, None, 349008, 369090], None),
    ("insurance", "revenue", "own", [288077, 293784, 295219, 302732, 297229], None),
    ("insurance", "expenditure", "own", [240613, 253157, 253796, 245223, 259245], None),
]  # fmt: skip
PHASES = [(2024, "final"), (2025, "budget"), (2025, "adjusted"), (2025, "execution"),
          (2026, "budget")]  # fmt: skip


@pytest.mark.parametrize(
    ("book", "flow", "scope", "itself", "with_all"),
    PRINTED,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_subjects_add_up_to_the_printed_totals(
    lines: TakenIn,
    book: str,
    flow: str,
    scope: str,
    itself: list[int | None],
    with_all: list[int | None] | None,
) -> None:
    of_table = f"budget_book = '{book}' AND flow = '{flow}' AND scope = '{scope}'"
    found = dict(
        lines.ask(
            f"SELECT (fiscal_year, phase), sum(amount) FROM ({HIGHEST}) WHERE {of_table} "
            f"AND subject_code < '3' AND subject_code NOT IN {BELOW_THE_LINE} GROUP BY ALL"
        )
    )
    expected = {
        phase: Decimal(total) * WAN
        for phase, total in zip(PHASES, itself, strict=True)
        if total is not None
    }
    assert {phase: total for phase, total in found.items() if total} == expected
    if with_all is None:
        return
    beside = BESIDE.get((book, flow), ("",))
    found = dict(
        lines.ask(
            f"SELECT (fiscal_year, phase), sum(amount) FROM (FROM ({HIGHEST}) UNION BY NAME "
            f"FROM {LINES} WHERE list_contains({list(beside)}, subject_code)) "
            f"WHERE {of_table} AND subject_code < '3' GROUP BY ALL"
        )
    )
    expected = {
        phase: Decimal(total) * WAN
        for phase, total in zip(PHASES, with_all, strict=True)
        if total is not None
    }
    assert {phase: total for phase, total in found.items() if total} == expected


def test_basic_expenditure_by_economic_class_adds_up(lines: TakenIn) -> None:
    found = lines.ask(
        f"SELECT fiscal_year, sum(amount), any_value(note) FROM {LINES} "
        "WHERE subject_code LIKE '5__' GROUP BY ALL ORDER BY ALL"
    )
    assert found == [
        (2025, Decimal(144711) * WAN, "基本支出"),
        (2026, Decimal(151809) * WAN, "基本支出"),
    ]


@pytest.mark.parametrize(
    ("year", "phase", "book", "scope", "code", "printed"),
    [
        (2025, "execution", "general", "whole", "10101", 118670),
        (2026, "budget", "general", "own", "10107", 7700),
        # printed without a code: 一般性转移支付收入
        (2025, "execution", "general", "whole", "11002", 997380),
        (2025, "execution", "general", "whole", "2010101", 4990),
        (2025, "adjusted", "general", "own", "2010101", 1512),
        (2026, "budget", "general", "whole", "2050202", 121858),
        (2025, "execution", "fund", "whole", "103014801", 39565),
        (2024, "final", "fund", "whole", "103014898", -1375),
        (2026, "budget", "fund", "own", "1030155", 7500),
        (2024, "final", "fund", "whole", "2120801", 6073),
        (2025, "execution", "fund", "whole", "212", 84906),
        (2025, "adjusted", "fund", "own", "23011", 405588),
        # these tables print names alone
        (2025, "execution", "capital", "whole", "103060203", 2943),
        (2025, "execution", "capital", "own", "22301", 223),
        (2026, "budget", "capital", "whole", "2230105", 107),
        (2026, "budget", "capital", "own", "23005", 74),
        (2025, "execution", "insurance", "whole", "10211", 122397),
        (2025, "adjusted", "insurance", "own", "20903", 82074),
        (2026, "budget", "insurance", "whole", "10212", 121723),
        (2026, "budget", "general", "own", "50102", 12276),
        (2026, "budget", "general", "own", "50209", 511),
        (2025, "budget", "general", "own", "50999", 432),
    ],
)
def test_what_is_printed_is_what_is_kept(
    lines: TakenIn, year: int, phase: str, book: str, scope: str, code: str, printed: int
) -> None:
    found = lines.ask(
        f"SELECT amount, amount_reported, unit_reported, region_code FROM {LINES} WHERE "
        f"fiscal_year = {year} AND phase = '{phase}' AND budget_book = '{book}' "
        f"AND scope = '{scope}' AND subject_code = '{code}'"
    )
    assert found == [(Decimal(printed) * WAN, Decimal(printed), "万元", "530700")]


def test_a_subject_that_no_code_is_known_of_goes_back_and_unlisted_codes_are_marked(
    lines: TakenIn,
) -> None:
    assert lines.findings() == [
        ("error", "required", "subject_code", 10),
        ("warning", "codelist", "subject_code", 15),
    ]
    held = lines.ask(
        "SELECT DISTINCT part, line FROM private.quarantine.findings WHERE severity = 'error' "
        "ORDER BY ALL"
    )
    # 账务调整收入, and 金融国有资本经营预算支出 with its item, of state capital
    assert held == [
        ("10", 42), ("11", 20), ("11", 21), ("12", 34), ("33", 41), ("34", 19), ("34", 20),
        ("35", 33),
    ]  # fmt: skip
    marked = lines.ask(
        "SELECT DISTINCT value FROM private.quarantine.findings WHERE severity = 'warning' "
        "ORDER BY ALL"
    )
    # the city's own numbers: the same 政府性基金补助收入 is 1100402 in the table of the whole city
    assert marked == [("1100401",), ("2300401",), ("2301101",)]


def test_the_set_agrees_with_itself_but_for_one_sum_of_last_year(lines: TakenIn) -> None:
    attempt = Store(lines.home).last_attempt("gov_budget_line")
    assert attempt is not None
    verdict = {judged["rule"]: judged for judged in attempt.report["verdict"]}
    broken = {rule: judged["observed"] for rule, judged in verdict.items() if not judged["holds"]}
    # 巩固脱贫攻坚成果衔接乡村振兴 (21305) at the own level: 1202 in 2024, its items 784
    assert broken == {"last_year_is_sum_of_children": "1"}
    (example,) = verdict["last_year_is_sum_of_children"]["examples"]
    assert "21305" in example and "12020000.00" in example and "7840000.00" in example
    # no figure that is printed again is printed otherwise
    assert "duplicate_key" not in {code for _, code, _, _ in lines.findings()}


def rewritten(folder: Path, change: Callable[[str, Cells], Cells]) -> str:
    """The real workbook with its cells changed, under other sheet names; its merged cells stay.
    Named from the folder of real files."""
    real = CalamineWorkbook.from_path(Path(taking_in.REAL or "") / WORKBOOK)
    path = folder / "set.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number, name in enumerate(real.sheet_names):
            read = real.get_sheet_by_name(name)
            printed = read.to_python(skip_empty_area=False)
            rows = change(name.strip(), [list(row) for row in printed])
            sheet = book.add_worksheet(f"Sheet{number}")
            down = len(rows) - len(printed)
            for (top, left), (bottom, right) in read.merged_cell_ranges or ():
                if (top, left) != (bottom, right):
                    sheet.merge_range(top + down, left, bottom + down, right, "")
            for line, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value != "":
                        sheet.write(line, place, value if isinstance(value, float) else str(value))
    return str(path)


def test_the_set_of_another_city_and_year_is_read_by_the_same_declaration(tmp_path: Path) -> None:
    def elsewhere(name: str, rows: Cells) -> Cells:
        def other(value: Any) -> Any:
            if not isinstance(value, str):
                return value
            for year in (2026, 2025, 2024):
                value = value.replace(f"{year}年", f"{year + 1}年")
            return value.replace("丽江", "玉溪")

        return [["附件"], [""], *([other(value) for value in row] for row in rows)]

    file = rewritten(tmp_path, elsewhere)
    taken = take_in(tmp_path / "city", "gov_budget_line", "lijiang_set", file)
    assert (taken.report["text_rows"], taken.report["quarantined"]) == (7304, 10)
    years = taken.ask(f"SELECT DISTINCT fiscal_year, phase, region_code FROM {LINES} ORDER BY 1, 2")
    assert years == [
        (2025, "final", "530400"),
        (2026, "adjusted", "530400"),
        (2026, "budget", "530400"),
        (2026, "execution", "530400"),
        (2027, "budget", "530400"),
    ]


def test_a_figure_that_two_tables_print_differently_is_found(tmp_path: Path) -> None:
    def contradicted(name: str, rows: Cells) -> Cells:
        if name == "21":
            (row,) = (row for row in rows if row[0] == 2010101)
            assert row[2] == 4990
            row[2] = 4991.0
        return rows

    file = rewritten(tmp_path, contradicted)
    taken = take_in(tmp_path / "city", "gov_budget_line", "lijiang_set", file)
    found = taken.ask(
        "SELECT count(*) FROM private.quarantine.findings WHERE code = 'duplicate_key'"
    )
    assert found == [(2,)]


def test_limits_and_balances_are_put_together_from_three_tables(debt: TakenIn) -> None:
    report = debt.report
    assert (report["text_rows"], report["accepted"], report["quarantined"]) == (19, 6, 10)
    found = debt.ask(
        "SELECT fiscal_year, phase, scope, total_limit_reported, total_balance_reported "
        "FROM lake.finance.gov_debt_limit_balance ORDER BY ALL"
    )
    # the years of the columns: the title of the table of 2026 says 2025
    assert found == [
        (2024, "final", "own", Decimal("1278314"), Decimal("1269457.2")),
        (2024, "final", "whole", Decimal("4586094"), Decimal("4530336.34")),
        (2025, "execution", "own", Decimal("1330316"), Decimal("1310553.36")),
        (2025, "execution", "whole", Decimal("4866591"), Decimal("4780774.25")),
        (2026, "budget", "own", Decimal("1366316"), Decimal("1333219.36")),
        (2026, "budget", "whole", Decimal("5146591"), Decimal("5025674.25")),
    ]
    (general, special) = debt.ask(
        "SELECT general_limit, special_balance FROM lake.finance.gov_debt_limit_balance "
        "WHERE fiscal_year = 2024 AND scope = 'own'"
    )[0]
    assert (general, special) == (Decimal("643464") * WAN, Decimal("634540") * WAN)


def test_a_table_that_rounds_to_another_unit_says_the_same(tmp_path: Path) -> None:
    def rounded(name: str, rows: Cells) -> Cells:
        if name != "48":
            return rows
        return [[round(v, 2) if isinstance(v, float) else v for v in row] for row in rows]

    file = rewritten(tmp_path, rounded)
    taken = take_in(tmp_path / "city", "gov_debt_limit_balance", "lijiang", file)
    assert (taken.report["accepted"], taken.report["quarantined"]) == (6, 10)
    assert taken.findings() == [("error", "required", "total_balance", 10)]


def test_counties_of_whom_limits_alone_are_printed_go_back(debt: TakenIn) -> None:
    assert debt.findings() == [("error", "required", "total_balance", 10)]
    # 亿元 in this table; the city's own two lines say what the table in 万元 says
    held = debt.ask("SELECT DISTINCT part, line FROM private.quarantine.findings ORDER BY ALL")
    assert held == [("48", line) for line in range(9, 14)]


def test_every_item_of_debt_is_accepted_and_what_was_cut_explains_a_balance(moves: TakenIn) -> None:
    report = moves.report
    assert (report["text_rows"], report["accepted"], report["quarantined"]) == (63, 203, 0)
    assert moves.findings() == []
    # 调减未置换地方政府一般存量债务
    found = moves.ask(
        "SELECT amount_reported, difference, explanation FROM lake.finance.gov_debt_rollforward "
        "WHERE fiscal_year = 2025 AND scope = 'whole' AND debt_type = 'general' "
        "AND phase = 'execution' AND item_code = 'closing_balance'"
    )
    explained = "调减未置换地方政府一般存量债务19583.74万元"
    assert found == [(Decimal("1562724.25"), Decimal("-195837400"), explained)]


@pytest.mark.parametrize(
    ("region", "scope", "debt_type", "year", "item", "printed"),
    [
        ("530700", "whole", "general", 2025, "issue", "237944.86"),
        ("530700", "own", "total", 2025, "repayment", "207276.69"),
        ("530700", "whole", "total", 2026, "issue", "585000"),
        ("530700", "whole", "general", 2024, "issue_foreign", "2950"),
        # 亿元, by region
        ("530702", "whole", "special", 2025, "new_limit", "2.1343"),
        ("530724", "whole", "total", 2025, "year_limit", "85.3486"),
        ("530700", "own", "general", 2025, "prior_limit", "64.3464"),
    ],
)
def test_an_item_of_debt_is_kept_as_printed(
    moves: TakenIn, region: str, scope: str, debt_type: str, year: int, item: str, printed: str
) -> None:
    found = moves.ask(
        "SELECT amount_reported FROM lake.finance.gov_debt_rollforward WHERE "
        f"region_code = '{region}' AND scope = '{scope}' AND debt_type = '{debt_type}' "
        f"AND fiscal_year = {year} AND item_code = '{item}'"
    )
    assert found == [(Decimal(printed),)]
