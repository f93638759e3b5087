"""The suites of the budget area: each rule on the smallest rows."""

from __future__ import annotations

from typing import Any

from tests.suites.judging import Tables

WAN = 10_000
REVENUE = (
    *("revenue_total", "revenue_of_year", "appropriation", "general", "fund", "other_revenue"),
    *("carried_over", "carried_over_general"),
)
FINANCE, EDUCATION = "11329900000000000A", "11329900000000000B"


def line(code: str, amount: int | None, flow: str = "expenditure", **more: Any) -> dict[str, Any]:
    return {
        "fiscal_year": 2025,
        "region_code": "329900",
        "budget_book": "general",
        "flow": flow,
        "scope": "whole",
        "subject_code": code,
        "subject_name": f"科目{code}",
        "phase": "budget",
        "amount": None if amount is None else amount * WAN,
        "unit_reported": "万元",
        **more,
    }


def dept(table: str, code: str, amount: int, basic: int | None = None, **more: Any) -> Any:
    project = None if basic is None else amount - basic
    revenue = code in REVENUE
    return {
        "fiscal_year": 2025,
        "dept_code": FINANCE,
        "dept_name": "财政局",
        "table_code": table,
        "item_code": code,
        "phase": "budget",
        "flow": "revenue" if revenue else "expenditure",
        "subject_code": code if code.isdigit() else None,
        "amount": amount * WAN,
        "basic_expenditure": None if basic is None else basic * WAN,
        "project_expenditure": None if project is None else project * WAN,
        "unit_reported": "万元",
        **more,
    }


def expense(number: int, year: int, total: int, before: int, **more: Any) -> dict[str, Any]:
    return {
        "fiscal_year": year,
        "unit_code": f"code {number}",
        "unit_name": f"第{number}单位",
        "phase": "budget",
        "total": total * WAN,
        "prev_total": before * WAN,
        "explanation": "压减支出",
        "unit_reported": "万元",
        **more,
    }


def target(number: int, level1: str, budget: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "fiscal_year": 2025,
        "dept_code": FINANCE,
        "dept_name": "财政局",
        "project_code": "XM2025000001",
        "project_name": "投资评审",
        "indicator_no": number,
        "annual_budget": budget * WAN,
        "level1": level1,
        **more,
    }


def unit(number: int, published: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "fiscal_year": 2025,
        "region_code": "329902",
        "unit_code": f"code {number}",
        "unit_name": f"第{number}单位",
        "should_publish": True,
        "published": published,
        "approved_date": "2025-02-14",
        "published_date": "2025-03-03" if published else None,
        "days_late": 0 if published else None,
        "on_time": published,
        **more,
    }


LINES = Tables(
    [
        line("201", 300),
        line("20101", 100),
        line("20102", 200),
        line("2010101", 60),
        line("2010102", 40),
        line("230", 150),
        line("101", 350, "revenue"),
        line("110", 100, "revenue"),
        line("201", 330, phase="final", fiscal_year=2024),
        line("201", 300, fiscal_year=2024),
    ]
)
FUND = {"budget_book": "fund"}
# 专项收入 and 地方政府专项债务收入 without class 103; 年终结余 beside 转移性支出, and an item of it
# whose section is not printed
FUNDS = [
    line("1030148", 60, "revenue", **FUND),
    line("103014801", 60, "revenue", **FUND),
    line("110", 50, "revenue", **FUND),
    line("208", 70, **FUND),
    line("230", 30, **FUND),
    line("23006", 10, **FUND),
    line("2301101", 20, **FUND),
    line("23009", 10, **FUND),
]
DEPARTMENT = Tables(
    [
        dept("T03", "expenditure_total", 90, 60),
        dept("T03", "201", 90, 60),
        dept("T04", "revenue_total", 90),
        dept("T04", "general", 80),
        dept("T04", "fund", 10),
        dept("T04", "expenditure_total", 90),
        dept("T04", "201", 90),
        dept("T05", "expenditure_total", 80, 60),
        dept("T05", "201", 80, 60),
        dept("T05", "20106", 80, 60),
        dept("T05", "2010601", 80, 60),
        dept("T06", "expenditure_total", 60, 60),
        dept("T06", "301", 60, 60),
        dept("T06", "30101", 60, 60),
    ]
)
# 2024 as its final account prints it: with what was carried over and is left
FINAL = Tables(
    [
        dept("T01", "revenue_total", 100),
        dept("T01", "revenue_of_year", 95),
        dept("T01", "general", 90),
        dept("T01", "other_revenue", 5),
        dept("T01", "carried_over", 5),
        dept("T01", "carried_over_general", 5),
        dept("T01", "expenditure_total", 100),
        dept("T01", "expenditure_of_year", 92),
        dept("T01", "201", 92),
        dept("T01", "carried_forward", 8),
        dept("T02", "revenue_total", 95),
        dept("T02", "201", 95, flow="revenue"),
        dept("T05", "expenditure_total", 90, 60),
        dept("T05", "201", 90, 60),
        dept("T05", "20106", 90, 60),
        dept("T05", "2010601", 90, 60),
        dept("T06", "personnel_total", 50),
        dept("T06", "301", 50),
        dept("T06", "30101", 50),
        dept("T06", "public_total", 10),
        dept("T06", "302", 10),
        dept("T06", "30201", 10),
    ]
)
EXPENSES = Tables(
    [expense(n, 2025, 9, 10) for n in range(10)],
    latest=[expense(n, 2024, 10, 11) for n in range(10)],
)
TARGETS = Tables(
    [target(1, "output"), target(2, "benefit"), target(3, "satisfaction")],
    references={"dept_budget_line": [dept("T03", "expenditure_total", 150, 50)]},
)
UNITS = Tables([unit(n) for n in range(10)], latest=[unit(n) for n in range(10)])
SOUND = {
    "gov_budget_line": LINES,
    "dept_budget_line": DEPARTMENT,
    "three_public_expense": EXPENSES,
    "budget_performance_target": TARGETS,
    "budget_disclosure_inspection": UNITS,
}

BROKEN = [
    *((name, "rows_unless_declared_empty", Tables([])) for name in SOUND),
    # gov_budget_line
    ("gov_budget_line", "parent_is_sum_of_children", LINES.but(3, amount=66 * WAN)),
    ("gov_budget_line", "revenue_total_equals_expenditure_total", LINES.but(7, amount=90 * WAN)),
    (
        "gov_budget_line",
        "revenue_total_equals_expenditure_total",
        Tables([*FUNDS[:3], line("208", 91, **FUND), *FUNDS[4:]]),
    ),
    (
        "gov_budget_line",
        "transfers_are_sum_of_sections",
        Tables([*FUNDS[:5], line("23006", 15, **FUND), *FUNDS[6:]]),
    ),
    (
        "gov_budget_line",
        "last_year_is_sum_of_children",
        Tables(
            [
                line("201", 100, phase="execution"),
                line("201", 80, phase="final", fiscal_year=2024),
                line("20101", 70, phase="final", fiscal_year=2024),
            ]
        ),
    ),
    (
        "gov_budget_line",
        "general_revenue_is_tax_and_non_tax",
        Tables([line("102", 5, "revenue")]),
    ),
    ("gov_budget_line", "deviation_is_explained", LINES.but(8, amount=361 * WAN)),
    (
        "gov_budget_line",
        "deviation_is_explained",
        Tables([line("201", 50, phase="final")], latest=[line("201", 100)]),
    ),
    ("gov_budget_line", "budget_not_empty", Tables([line("201", 0), line("202", 0)])),
    (
        "gov_budget_line",
        "unit_plausible",
        Tables([line("201", 3)], latest=[line("201", 30_000, fiscal_year=2024)]),
    ),
    (
        "gov_budget_line",
        "unit_plausible",
        Tables([line("201", 3), line("201", 30_000, fiscal_year=2024)]),
    ),
    (
        "gov_budget_line",
        "volume_near_last_edition",
        Tables(
            [line("20101", 90), line("20102", 10)],
            latest=[line(f"201{n}", 10) for n in range(10, 20)],
        ),
    ),
    (
        "gov_budget_line",
        "sum_near_last_edition",
        Tables(
            [line(f"201{n}", 10) for n in range(10, 20)],
            latest=[line(f"201{n}", 60) for n in range(10, 20)],
        ),
    ),
    # dept_budget_line
    (
        "dept_budget_line",
        "expenditure_total_is_sum_of_classes",
        DEPARTMENT.but(6, amount=91 * WAN),
    ),
    ("dept_budget_line", "revenue_total_is_sum_of_sources", DEPARTMENT.but(4, amount=11 * WAN)),
    (
        "dept_budget_line",
        "parent_is_sum_of_children",
        DEPARTMENT.but(10, amount=79 * WAN, project_expenditure=19 * WAN),
    ),
    (
        "dept_budget_line",
        "revenue_total_is_sum_of_sources",
        Tables(
            [
                dept("T01", "revenue_total", 100),
                dept("T01", "other_revenue", 90),
                dept("T01", "carried_over", 9),
            ]
        ),
    ),
    ("dept_budget_line", "revenue_total_is_sum_of_sources", FINAL.but(11, amount=94 * WAN)),
    ("dept_budget_line", "expenditure_total_is_sum_of_classes", FINAL.but(9, amount=7 * WAN)),
    ("dept_budget_line", "revenue_of_year_is_sum_of_sources", FINAL.but(1, amount=96 * WAN)),
    ("dept_budget_line", "expenditure_of_year_is_sum_of_classes", FINAL.but(7, amount=91 * WAN)),
    ("dept_budget_line", "carried_over_is_sum_of_books", FINAL.but(5, amount=4 * WAN)),
    (
        "dept_budget_line",
        "appropriation_is_sum_of_books",
        Tables([dept("T01", "appropriation", 91), dept("T01", "general", 90)]),
    ),
    (
        "dept_budget_line",
        "personnel_total_is_sum_of_classes",
        Tables(
            [dept("T06", "personnel_total", 51), dept("T06", "301", 50), dept("T06", "30101", 50)]
        ),
    ),
    (
        "dept_budget_line",
        "public_total_is_sum_of_classes",
        Tables([dept("T06", "public_total", 11), dept("T06", "302", 10), dept("T06", "30201", 10)]),
    ),
    (
        "dept_budget_line",
        "basic_table_agrees_with_general_table",
        Tables(
            [
                dept("T05", "expenditure_total", 90, 61),
                dept("T05", "2010601", 90, 61),
                dept("T06", "personnel_total", 50),
                dept("T06", "public_total", 10),
                dept("T06", "30101", 50),
            ]
        ),
    ),
    (
        "dept_budget_line",
        "appropriation_is_spent",
        Tables([dept("T04", "revenue_total", 90), dept("T04", "expenditure_total", 91)]),
    ),
    (
        "dept_budget_line",
        "basic_table_agrees_with_general_table",
        Tables(
            [
                dept("T05", "expenditure_total", 80, 60, subject_code=None),
                dept("T05", "2010601", 80, 60),
                dept("T06", "expenditure_total", 59),
                dept("T06", "30101", 59),
            ]
        ),
    ),
    (
        "dept_budget_line",
        "general_table_lies_within_appropriation",
        Tables([dept("T04", "201", 70), dept("T05", "201", 80), dept("T05", "2010601", 80)]),
    ),
    ("dept_budget_line", "listed_to_the_last_level", Tables([dept("T05", "20106", 80)])),
    ("dept_budget_line", "listed_to_the_last_level", Tables([dept("T06", "301", 80)])),
    ("dept_budget_line", "department_has_one_name", DEPARTMENT.but(0, dept_name="市财政局")),
    (
        "dept_budget_line",
        "unit_plausible",
        Tables([dept("T03", "201", 9)], latest=[dept("T03", "201", 90_000, fiscal_year=2024)]),
    ),
    (
        "dept_budget_line",
        "volume_near_last_edition",
        Tables([dept("T03", "201", 9)], latest=[dept("T03", f"201{n}", 9) for n in range(10, 20)]),
    ),
    # three_public_expense
    ("three_public_expense", "unit_has_one_name", EXPENSES.but(0, unit_code="code 1")),
    (
        "three_public_expense",
        "unit_plausible",
        Tables(
            [expense(1, 2025, 9, 9 * WAN)],
            latest=[expense(1, 2024, 9 * WAN, 9 * WAN)],
        ),
    ),
    ("three_public_expense", "year_before_agrees", EXPENSES.but(0, "latest", total=12 * WAN)),
    (
        "three_public_expense",
        "volume_near_last_edition",
        Tables(
            [expense(n, 2025, 9, 10) for n in range(4)],
            latest=[expense(n, 2025, 9, 10) for n in range(10)],
        ),
    ),
    # budget_performance_target
    ("budget_performance_target", "project_is_told_once", TARGETS.but(1, annual_budget=WAN)),
    ("budget_performance_target", "project_is_told_once", TARGETS.but(1, project_name="评审")),
    ("budget_performance_target", "kinds_of_indicators_complete", TARGETS.but(2, level1="cost")),
    ("budget_performance_target", "department_has_one_name", TARGETS.but(0, dept_name="市财政局")),
    (
        "budget_performance_target",
        "projects_fit_into_department_budget",
        TARGETS.but(0, "dept_budget_line", project_expenditure=99 * WAN),
    ),
    (
        "budget_performance_target",
        "volume_near_last_edition",
        Tables(TARGETS.accepted, latest=[target(n, "output") for n in range(10)]),
    ),
    # budget_disclosure_inspection
    (
        "budget_disclosure_inspection",
        "unit_has_one_name",
        Tables([unit(1), unit(1, fiscal_year=2024, unit_name="另一单位")]),
    ),
    (
        "budget_disclosure_inspection",
        "unit_is_inspected_once",
        Tables([unit(1), unit(1, region_code="329903")]),
    ),
    (
        "budget_disclosure_inspection",
        "most_who_must_have_published",
        Tables([unit(1), unit(2, False), unit(3, False)]),
    ),
    (
        "budget_disclosure_inspection",
        "volume_near_last_edition",
        Tables(UNITS.accepted[:4], UNITS.latest),
    ),
]

SILENT = [
    ("dept_budget_line", "a final account", FINAL),
    (
        "dept_budget_line",
        "yuan without fen",
        Tables(
            [
                {**dept("T03", code, 0), "amount": amount, "unit_reported": "元"}
                for code, amount in (("201", 100), ("20101", 50), ("20102", 51))
            ]
        ),
    ),
    *((name, "sound rows", tables) for name, tables in SOUND.items()),
    *((name, "a first edition", Tables(tables.accepted)) for name, tables in SOUND.items()),
    ("gov_budget_line", "rounded to the unit", LINES.but(4, amount=41 * WAN)),
    (
        "gov_budget_line",
        "a child in quarantine",
        Tables([line("201", 300), line("20101", 100)], quarantined=[line("20102", 1)]),
    ),
    (
        "gov_budget_line",
        "a code in quarantine that cannot be read",
        Tables([line("201", 300), line("20101", 100)], quarantined=[line("20I02", 1)]),
    ),
    (
        "gov_budget_line",
        "a parent without an amount",
        Tables([line("201", None), line("20101", 5)]),
    ),
    (
        "gov_budget_line",
        "no transfers, so no balance",
        Tables([line("201", 300), line("101", 90, "revenue"), line("110", 90, "revenue")]),
    ),
    (
        "gov_budget_line",
        "a class of the balance in quarantine",
        Tables([*LINES.accepted[:7], line("110", 90, "revenue")], quarantined=[line("205", None)]),
    ),
    (
        "gov_budget_line",
        "what is carried over printed beside the transfers",
        Tables(FUNDS),
    ),
    (
        "gov_budget_line",
        "what is carried over printed among the transfers",
        Tables([*FUNDS[:3], line("208", 80, **FUND), *FUNDS[4:6], line("23009", 20, **FUND)]),
    ),
    (
        "gov_budget_line",
        "classes of the economic classification beside those by function",
        Tables([*LINES.accepted[:8], line("501", 70), line("50101", 70)]),
    ),
    (
        "gov_budget_line",
        "a large deviation with a reason",
        LINES.but(8, amount=900 * WAN, note="上级转移支付增加"),
    ),
    (
        "dept_budget_line",
        "a class in quarantine",
        Tables(
            [dept("T03", "expenditure_total", 90, 60), dept("T03", "201", 50, 40)],
            quarantined=[dept("T03", "208", 40, 20)],
        ),
    ),
    ("three_public_expense", "a unit without expenses", EXPENSES.but(0, total=0)),
    (
        "three_public_expense",
        "another phase of the year before",
        EXPENSES.but(0, "latest", total=12 * WAN, phase="final"),
    ),
    (
        "budget_performance_target",
        "an indicator in quarantine",
        Tables(TARGETS.accepted[:2], quarantined=[target(3, "satisfaction")]),
    ),
    (
        "budget_performance_target",
        "two projects of a department",
        Tables(
            [*TARGETS.accepted, *(t | {"project_code": "XM2"} for t in TARGETS.accepted)],
            references={"dept_budget_line": [dept("T03", "expenditure_total", 250, 50)]},
        ),
    ),
    (
        "budget_disclosure_inspection",
        "a unit that need not publish",
        Tables(
            [unit(1), unit(2, False, should_publish=False), unit(3, False, should_publish=False)]
        ),
    ),
]
