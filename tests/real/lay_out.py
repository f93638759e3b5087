"""Lay real published files out as the folders of departments, for a portal of their own.

    python -m tests.real.lay_out DIR && make demo SOURCES=DIR

The files are read from the folder that GONGKAI_REAL_DATA names; DIR must lie outside the clone.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

FILES = {
    "gov_debt_limit_balance": "debt/js_table61_county_debt_2024.csv",
    "gov_budget_line": "budget/lijiang_2025_exec_2026_budget_tables.xlsx",
    "tender_award": "trading/yichang_award_results_raw_20250509.json",
    "land_acq_project": "land/js_land_acquisition_facts.csv",
    "school_directory": "school/suzhou_school_catchments_2025.json",
    "enrol_plan": "school/suzhou_school_catchments_2025.json",
}
CITY = """\
# Real files that others published, each of another place.
name: {zh: 公开文件实例, en: Real published files}
note: {zh: （公开文件实例）, en: " (real published file)"}
sources:
  gov_debt_limit_balance: jiangsu_table61
  gov_budget_line: lijiang
  tender_award: yichang
  land_acq_project: jiangsu_notices
  school_directory: suzhou
  enrol_plan: suzhou
"""


def lay_out(real: Path, folder: Path) -> Path:
    """The folder, with one folder per dataset and its real file in it, and a `city.yaml`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text(CITY, encoding="utf-8")
    for dataset, name in FILES.items():
        place = folder / dataset
        place.mkdir(exist_ok=True)
        # a copy: an SFTP server shows nothing that lies outside its root
        shutil.copyfile(real / name, place / Path(name).name)
    return folder


if __name__ == "__main__":
    lay_out(Path(os.environ["GONGKAI_REAL_DATA"]), Path(sys.argv[1]))
