"""The real files that are corrupted, each with the source that reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A file, by its path in the folder of real files, and its source."""

    file: str
    dataset: str
    source: str


CORPUS = (
    Member("budget/lijiang_2025_exec_2026_budget_tables.xlsx", "gov_budget_line", "lijiang_set"),
    Member(
        "budget/sh_putuo_commerce_dept_budget_2025.pdf", "dept_budget_line", "budget_template_pdf"
    ),
    Member("budget/sh_putuo_finance_dept_final_2024.pdf", "dept_budget_line", "final_template_pdf"),
    Member("debt/celma_32_jiangsu_2024.pdf", "gov_debt_rollforward", "celma_pdf"),
    Member("debt/celma_44_guangdong_2022.xlsx", "gov_debt_limit_balance", "celma_workbook"),
    Member("debt/jiangsu_2024_exec_2025_budget.pdf", "gov_debt_limit_balance", "jiangsu_report"),
    Member("debt/js_table61_county_debt_2024.csv", "gov_debt_limit_balance", "jiangsu_table61"),
    Member("debt/prefecture_gov_debt_2018_2026.csv", "gov_debt_limit_balance", "prefecture_panel"),
    Member("land/js_land_acquisition_facts.csv", "land_acq_project", "jiangsu_notices"),
    Member("land/landchina_2018_12_gbk.json", "land_transfer", "landchina_json"),
    Member("land/landchina_supply_results_2017.xls", "land_transfer", "landchina"),
    Member("school/suzhou_school_catchments_2025.json", "enrol_plan", "suzhou"),
    Member("trading/yichang_award_results_raw_20250509.json", "tender_award", "yichang"),
    Member("../../policy/nantong_2019.txt", "disclosure_task", "nantong"),
    Member("../../policy/taizhou_2018_damaged.txt", "disclosure_task", "taizhou"),
)
