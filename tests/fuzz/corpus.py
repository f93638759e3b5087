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
    Member("budget/lijiang_2025_exec_2026_budget_tables.xlsx", "gov_budget_line", "lijiang"),
    Member("debt/js_table61_county_debt_2024.csv", "gov_debt_limit_balance", "jiangsu_table61"),
    Member("land/js_land_acquisition_facts.csv", "land_acq_project", "jiangsu_notices"),
    Member("school/suzhou_school_catchments_2025.json", "enrol_plan", "suzhou"),
    Member("trading/yichang_award_results_raw_20250509.json", "tender_award", "yichang"),
)
