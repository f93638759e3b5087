"""How long parsing every DAG file takes, beside importing Airflow alone.

    .venv/bin/python benchmarks/parse.py

Prints seconds of both, the least of several fresh processes each, and their ratio.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RUNS = 5
TIMED = """
import sys, time
begun = time.perf_counter()
import airflow.sdk, airflow.sdk.exceptions
airflow.sdk.DAG, airflow.sdk.task, airflow.sdk.Connection, airflow.sdk.CronTriggerTimetable
imported = time.perf_counter()
sys.path.insert(0, "dags")
import datasets
print(imported - begun, time.perf_counter() - imported)
"""


def once(folder: str) -> tuple[float, float]:
    """Seconds to import Airflow, and seconds more to parse the DAG files."""
    env = {
        **os.environ,
        "AIRFLOW_HOME": folder,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "GONGKAI_HOME": folder,
        "GONGKAI_SOURCES": str(PROJECT / "samples"),
    }
    argv = [sys.executable, "-c", TIMED]
    done = subprocess.run(argv, cwd=PROJECT, env=env, capture_output=True, text=True, check=True)
    airflow, dags = done.stdout.split()[-2:]
    return float(airflow), float(dags)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [once(folder) for _ in range(RUNS)]
    airflow, dags = min(run[0] for run in runs), min(run[1] for run in runs)
    print(f"importing Airflow {airflow:.2f} s, parsing {dags:.2f} s, ratio {dags / airflow:.2f}")


if __name__ == "__main__":
    main()
