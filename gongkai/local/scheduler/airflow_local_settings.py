"""On the module path of Airflow's scheduler alone: what its tasks inherit.

LocalExecutor forks its workers from the scheduler, and a worker forks its tasks. What the
scheduler has imported, every task has; Great Expectations alone costs each of them seconds
otherwise.
"""

import contextlib
import importlib

__all__: list[str] = []  # Airflow takes every other name in here for a setting

for _module in (
    "pandas",
    "pyarrow",
    "pyarrow.parquet",
    "duckdb",
    "sqlalchemy",
    "psycopg2",
    "great_expectations",
    "great_expectations.expectations",
    "great_expectations.execution_engine",
    "great_expectations.execution_engine.sqlalchemy_execution_engine",
    "ckanapi",
    "httpx",
    "lxml.html",
    "open_data_contract_standard.model",
    "docx",
    "opencc",
    "paramiko",
    "pdfplumber",
    "pypdfium2",
    "python_calamine",
    "xlsxwriter",
):
    # A module that is missing or broken makes tasks slower, and must do nothing else.
    with contextlib.suppress(Exception):
        importlib.import_module(_module)
