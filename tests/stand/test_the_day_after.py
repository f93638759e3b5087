"""What happens after the first editions: nothing new, a wrong delivery, a sound one."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from gongkai import pipeline
from gongkai.home import PROJECT
from gongkai.lake import session
from gongkai.local import database, ports
from tests.stand.conftest import Running
from tests.stand.test_demo import DATASETS, airflow, ckan, status

GROWING = (
    "enrol_plan",
    "gov_budget_line",
    "gov_debt_limit_balance",
    "land_acq_project",
    "school_directory",
    "tender_award",
)
"""The datasets whose departments hand over later periods."""


def portal(running: Running) -> dict[str, dict[str, Any]]:
    """What the portal shows, less the counters that reading it moves."""
    return {name: ckan(running, "package_show", id=name) for name in DATASETS}


def deliver(running: Running, period: int) -> None:
    keys = running.variables["AIRFLOW_CONN_GONGKAI_FINANCE"]
    import json

    finance = json.loads(keys)
    dsn = (
        f"postgresql://{finance['login']}:{finance['password']}@{ports.LOOPBACK}:"
        f"{finance['port']}/{database.DEPARTMENT}"
    )
    words = ["deliver", str(period), "--to", str(running.departments), "--dsn", dsn]
    subprocess.run([sys.executable, "-m", "samples", *words], cwd=PROJECT, check=True)


def run_dag(running: Running, dataset: str) -> tuple[str, list[dict[str, Any]]]:
    api = airflow(running)
    run = api.ask(f"dags/{dataset}/dagRuns", {"logical_date": None})["dag_run_id"]
    while (state := api.ask(f"dags/{dataset}/dagRuns/{run}")["state"]) not in demo_ended():
        time.sleep(0.5)
    return state, api.ask(f"dags/{dataset}/dagRuns/{run}/taskInstances")["task_instances"]


def demo_ended() -> tuple[str, ...]:
    from gongkai.local.demo import ENDED

    return ENDED


def editions(running: Running) -> list[tuple[str, str]]:
    with session(running.home) as lake:
        return lake.execute(
            "SELECT dataset, number FROM lake.gongkai.editions ORDER BY ALL"
        ).fetchall()


def test_unchanged_sources_make_no_edition_and_leave_the_portal_alone(running: Running) -> None:
    before, known = portal(running), editions(running)
    for dataset in DATASETS:
        outcome = pipeline.run(dataset, running.home)
        assert (outcome.state, outcome.edition) == ("unchanged", "1.0.0")
    state, tasks = run_dag(running, "tender_award")
    assert state == "success"
    assert {t["task_id"]: t["state"] for t in tasks}["publish"] == "skipped"
    assert portal(running) == before
    assert editions(running) == known
    assert {item["state"] for item in status(running).values()} == {"unchanged"}


def test_a_wrong_delivery_fails_with_one_sentence_and_changes_nothing(running: Running) -> None:
    before, known = portal(running), editions(running)
    deliver(running, 2026)
    expected = {
        "gov_debt_limit_balance": "whole_is_own_plus_subordinate",
        "gov_budget_line": "parent_is_sum_of_children",
        "tender_award": "one_winner_per_section",
        "enrol_plan": "schools_are_in_the_directory",
    }
    for dataset, rule in expected.items():
        outcome = pipeline.run(dataset, running.home)
        assert outcome.state == "failed", dataset
        assert outcome.error is not None and rule in outcome.error
        assert "\n" not in outcome.error
    doubted = pipeline.run("land_acq_project", running.home)
    assert (doubted.state, doubted.error) == ("held", None)
    assert doubted.staged is not None and "亩与公顷" in "".join(doubted.staged.holds)
    state, tasks = run_dag(running, "gov_budget_line")
    assert state == "failed"
    prepare = next(task for task in tasks if task["task_id"] == "prepare")
    # bad data is not tried again
    assert (prepare["state"], prepare["try_number"]) == ("failed", 1)
    assert portal(running) == before
    assert editions(running) == known
    shown = status(running)
    assert all(shown[dataset]["state"] == "failed" for dataset in expected)
    assert all(shown[dataset]["edition"] == "1.0.0" for dataset in expected)


def test_a_later_sound_delivery_becomes_the_next_edition(running: Running) -> None:
    deliver(running, 2027)
    for dataset in GROWING:
        outcome = pipeline.run(dataset, running.home)
        assert outcome.state == "published", outcome
        assert outcome.edition == "1.1.0"
        assert outcome.staged is not None and outcome.staged.added > 0
    shown = status(running)
    for dataset in GROWING:
        page = ckan(running, "package_show", id=dataset)
        table = next(r["id"] for r in page["resources"] if r["format"] == "CSV")
        total = ckan(running, "datastore_search", resource_id=table, limit=0)["total"]
        assert total == shown[dataset]["rows"]
        assert page["version"] == "1.1.0"
    with session(running.home) as lake:
        first = lake.execute(
            "SELECT count(*) FROM lake.land.land_acq_project_at('1.0.0')"
        ).fetchone()
        kept = lake.execute(
            "SELECT rows FROM lake.gongkai.editions "
            "WHERE dataset = 'land_acq_project' AND number = '1.0.0'"
        ).fetchone()
    assert first == kept is not None
