"""The DAG factory, without a scheduler: what parsing costs, what errors become."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gongkai import contracts
from tests.support import PROJECT

PARSE = """
import json, sys
import airflow.sdk
known = set(sys.modules)
sys.path.insert(0, "dags")
from airflow.sdk.definitions._internal import dag_parsing_context
with dag_parsing_context._airflow_parsing_context_manager(*sys.argv[1:]):
    import datasets
dags = {name: dag for name, dag in vars(datasets).items() if isinstance(dag, airflow.sdk.DAG)}
print(json.dumps({
    "heavy": sorted({"great_expectations", "pandas", "pyarrow", "duckdb"} & set(sys.modules)),
    "dags": {name: sorted(dag.task_ids) for name, dag in dags.items()},
    "docs": {name: dag.doc_md for name, dag in dags.items()},
}))
"""
TOLD = """
import sys
sys.path.insert(0, "dags")
import datasets
from gongkai import errors
from gongkai.text import Text

def fail():
    what, do = Text("出错了", "it broke"), Text("请修好。", "Mend it.")
    raise getattr(errors, sys.argv[1])(what, where="here", do=do)

try:
    datasets.told(fail)
except Exception as error:
    print(type(error).__name__, error, error.__cause__, error.__suppress_context__)
"""


def python(text: str, home: Path, *words: str) -> str:
    """What a fresh process prints that sees the sample city, as Airflow's processes do."""
    env = {
        **os.environ,
        "GONGKAI_HOME": str(home),
        "GONGKAI_SOURCES": str(PROJECT / "samples"),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", text, *words],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(python(PARSE, tmp_path_factory.mktemp("parse")))
    return found


def test_parsing_loads_nothing_that_only_tasks_need(parsed: dict[str, Any]) -> None:
    assert parsed["heavy"] == []


def test_a_task_builds_no_dag_but_its_own(tmp_path: Path) -> None:
    found = json.loads(python(PARSE, tmp_path, "land_acq_notice", "prepare"))
    assert set(found["dags"]) == {"land_acq_notice"}


def test_every_dataset_with_a_source_has_a_dag_of_four_tasks(parsed: dict[str, Any]) -> None:
    assert set(parsed["dags"]) == set(contracts.names())
    assert set(map(tuple, parsed["dags"].values())) == {("prepare", "publish", "pull", "review")}


def test_a_dags_page_says_what_where_from_by_which_rule_and_whom_to_call(
    parsed: dict[str, Any],
) -> None:
    page = parsed["docs"]["land_acq_project"]
    for words in (
        "征地批次（模拟数据）",
        "SFTP",
        "土地管理法实施条例",
        "0500-12340004",
        "Whom to call",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("SourceUnreachable", "AirflowException"),
        ("PortalUnreachable", "AirflowException"),
        ("BrokenDelivery", "AirflowFailException"),
        ("SuiteFailed", "AirflowFailException"),
        ("SourceRefused", "AirflowFailException"),
    ],
)
def test_only_what_can_heal_is_tried_again(kind: str, becomes: str, tmp_path: Path) -> None:
    told = python(TOLD, tmp_path, kind)
    # one sentence, and no chain of causes that could carry a value into the log
    sentence = "出错了（here）。请修好。 · it broke (here). Mend it."
    assert told == f"{becomes} {sentence} None True"
