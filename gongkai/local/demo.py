"""The demonstration: from nothing to every dataset of a city on a portal, by real DAG runs."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from gongkai import contracts, pipeline, reviews, sources, status
from gongkai import home as homes

from . import departments, stand
from .home import Home, LocalError
from .progress import Progress

HEADINGS = ("数据集 dataset", "行数 rows", "隔离 quarantined", "版本 edition", "地址 address")
PATIENCE = 900.0
ENDED = ("success", "failed")
STEWARD = "演示管理员 demo steward"
REASON = "演示：被隔离的行已退回部门，其余可以公开 · demonstration: the rest may be published"


@dataclass(frozen=True)
class Api:
    """Airflow's own API, as its steward."""

    url: str
    token: str

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One call; raises LocalError with the API's own words."""
        return _json(f"{self.url}/api/v2/{path}", body, {"Authorization": f"Bearer {self.token}"})


def demo(where: Home, sources_folder: Path | None, progress: Progress) -> bool:
    """Bring everything up, run every dataset's DAG once, print what is on the portal.

    `sources_folder` holds what plays the departments; without it the fictional city does. True
    where every DAG run succeeded.
    """
    if sources_folder is None:
        files = departments.make_files(where)
        folder, codelists = where.clone / "samples", where.clone / "samples" / "codelists"
    else:
        files = folder = sources_folder.absolute()
        codelists = files / "codelists"
        if not (files / "city.yaml").exists():
            raise LocalError(
                f"{files} has no city.yaml; write one that says which source feeds which dataset "
                "(see docs/own-files.md)."
            )
        # the portal bears the name of the city whose data it shows
        name = yaml.safe_load((files / "city.yaml").read_text(encoding="utf-8"))["name"]["zh"]
        os.environ.setdefault("GONGKAI_SITE_TITLE", f"{name} 公共数据开放")
    reach = departments.serve(where, files, folder, codelists if codelists.exists() else None)
    running = stand.up(where, reach.variables, progress=progress)
    departments.load_database(where, files)
    home = homes.load(where.path)
    datasets = [name for name in contracts.names() if sources.feeds(name, home)]
    api = login(running)
    runs = trigger(api, datasets)
    states = wait(api, runs, progress)
    _review(home, fictional=sources_folder is None, progress=progress)
    _show(home, running, where)
    return all(state == "success" for state in states.values())


def login(running: stand.Stand) -> Api:
    """The stand's Airflow, as its steward."""
    url = running.environment["AIRFLOW_URL"]
    who = {"username": running.airflow_user, "password": running.airflow_password}
    return Api(url, _json(f"{url}/auth/token", who, {})["access_token"])


def trigger(api: Api, datasets: list[str]) -> dict[str, str]:
    """One run of every dataset's DAG; the DAG processor may still be reading the newest."""
    deadline = time.monotonic() + 120
    while True:
        known = {dag["dag_id"] for dag in api.ask("dags?limit=500")["dags"]}
        if set(datasets) <= known:
            break
        if time.monotonic() > deadline:
            missing = ", ".join(sorted(set(datasets) - known))
            raise LocalError(f"Airflow does not know {missing}; see the DAG processor's log.")
        time.sleep(0.5)
    return {
        name: api.ask(f"dags/{name}/dagRuns", {"logical_date": None})["dag_run_id"]
        for name in datasets
    }


def wait(api: Api, runs: Mapping[str, str], progress: Progress) -> dict[str, str]:
    """Watch the runs to their end; a line for each task that starts and each run that ends."""
    states: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    begun = time.monotonic()
    while len(states) < len(runs):
        for name, run in runs.items():
            if name in states:
                continue
            state = api.ask(f"dags/{name}/dagRuns/{run}")["state"]
            for task in api.ask(f"dags/{name}/dagRuns/{run}/taskInstances")["task_instances"]:
                if task["state"] == "running" and (name, task["task_id"]) not in seen:
                    seen.add((name, task["task_id"]))
                    progress.say(f"  {name}: {task['task_id']}")
            if state in ENDED:
                states[name] = state
                took = time.monotonic() - begun
                progress.say(f"  [{len(states)}/{len(runs)}] {name}: {state} after {took:.0f} s")
        if time.monotonic() - begun > PATIENCE:
            late = ", ".join(sorted(set(runs) - set(states)))
            raise LocalError(f"{late} did not end in {PATIENCE:.0f} s; look into Airflow.")
        time.sleep(1)
    return states


def _review(home: homes.Home, *, fictional: bool, progress: Progress) -> None:
    """Where an edition is held: in the fictional city a steward of the demonstration lets it pass,
    so that a newcomer sees a review; of one's own data, one's own steward decides."""
    for held in reviews.listed(home):
        progress.say(f"  {held.line}")
        if not fictional:
            progress.say(f"  gongkai review show {held.dataset}")
            continue
        outcome = pipeline.approve(held.address, home, reviewer=STEWARD, reason=REASON)
        progress.say(f"  {STEWARD}: {outcome.dataset} {outcome.edition} {outcome.state}")


def _show(home: homes.Home, running: stand.Stand, where: Home) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, no_wrap=True)
    found = status.status(home)
    for item in found:
        cells = (item.dataset, item.rows, item.quarantined, item.edition, item.portal_url)
        table.add_row(*("–" if cell is None else str(cell) for cell in cells))
    console = Console(width=160, highlight=False)
    console.print()
    console.print(table)
    for item in found:
        if item.error:
            console.print(f"{item.dataset}: {item.error}", soft_wrap=True)
    console.print()
    console.print(f"门户 portal    {running.portal_url}")
    console.print(f"Airflow        {running.airflow_url}  （用户 user {running.airflow_user}）")
    # the command finds the home in the clone by itself, any other by its variable
    named = "" if where.path == where.clone / "var" else f"GONGKAI_HOME={where.path} "
    console.print(f"DuckDB         {named}{where.clone / '.venv/bin/gongkai'} sql", soft_wrap=True)
    console.print(f"密码 passwords  {where.env}", soft_wrap=True)


def _json(url: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        words = error.read()[:300].decode(errors="replace")
        raise LocalError(f"Airflow answered {error.code} at {url}: {words}") from None
    except OSError as error:
        raise LocalError(f"Airflow did not answer at {url}: {error}") from None
    return found
