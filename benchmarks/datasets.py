"""What a dataset costs: the CPU of its DAG run above that of the same DAG with empty tasks.

    .venv/bin/python benchmarks/datasets.py [ROUNDS]

A stand of its own runs every dataset's DAG of the fictional city, and a twin of each whose four
tasks do nothing. Every round has an empty stand and other deliveries (another seed), so that each
dataset is pulled, checked and published for the first time. The CPU seconds are those of all
processes of the stand, PostgreSQL and the portal included; printed is the median over the rounds,
per dataset.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from gongkai import contracts
from gongkai.home import PROJECT
from gongkai.local import airflow, demo, departments, processes, stand
from gongkai.local.home import Home
from gongkai.local.progress import Progress
from samples.make import SEED, make

TWINS = """
from airflow.sdk import DAG, task

for name in {names}:
    with DAG(dag_id="empty_" + name, schedule=None, is_paused_upon_creation=False) as dag:
        @task
        def pull() -> str:
            return "an address"

        @task
        def prepare(address: str) -> dict[str, str]:
            return {{"address": address}}

        @task
        def review(staged: dict[str, str]) -> None:
            return None

        @task
        def publish(staged: dict[str, str]) -> str:
            return "an edition"

        waiting = prepare(pull())
        review(waiting) >> publish(waiting)
    globals()["empty_" + name] = dag
"""


@dataclass(frozen=True)
class Round:
    """One run of all datasets, or of all their twins: CPU seconds by service, wall seconds, how
    many runs succeeded."""

    cpu: Mapping[str, float]
    seconds: float
    succeeded: int

    @property
    def total(self) -> float:
        """CPU seconds of all services."""
        return sum(self.cpu.values())


def spent(where: Home) -> dict[str, float]:
    """The CPU seconds of every service so far, with its children and those that have ended."""
    found = {}
    for record in processes.load_all(where.run):
        tree = [psutil.Process(record.pid)]
        tree += tree[0].children(recursive=True)
        times = [process.cpu_times() for process in tree if process.is_running()]
        found[record.name] = sum(
            t.user + t.system + t.children_user + t.children_system for t in times
        )
    return found


def run(api: demo.Api, names: list[str], where: Home) -> Round:
    """Run all of these DAGs at once and wait for their end."""
    before, begun = spent(where), time.monotonic()
    runs = demo.trigger(api, names)
    states = demo.wait(api, runs, Progress(quiet=True))
    seconds, after = time.monotonic() - begun, spent(where)
    cpu = {name: after[name] - before.get(name, 0.0) for name in after}
    return Round(cpu, seconds, sum(state == "success" for state in states.values()))


def play(seed: int, names: list[str]) -> tuple[Round, Round]:
    """A stand with the deliveries of this seed: all datasets, and their empty twins."""
    with tempfile.TemporaryDirectory() as folder:
        where = Home(Path(folder) / "home")
        twins = Path(folder) / "twins"
        twins.mkdir()
        (twins / "twins.py").write_text(TWINS.format(names=names), encoding="utf-8")
        bundles = [
            {
                "name": name,
                "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                "kwargs": {"path": str(path)},
            }
            for name, path in (("dags-folder", PROJECT / "dags"), ("twins", twins))
        ]
        files = departments.make_files(where)
        samples = PROJECT / "samples"
        reach = departments.serve(where, files, samples, samples / "codelists")
        variables = {
            **reach.variables,
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(bundles),
        }
        try:
            api = demo.login(stand.up(where, variables))
            make(files, seed)
            departments.load_database(where, files)
            empty = run(api, [f"empty_{name}" for name in names], where)
            real = run(api, names, where)
        finally:
            stand.clean(where)
    print(f"{real}\n{empty}", file=sys.stderr)
    if min(real.succeeded, empty.succeeded) < len(names):
        raise SystemExit("a run failed: what the others cost says nothing")
    return real, empty


def main(rounds: int) -> None:
    """Measure and print."""
    names = list(contracts.names())
    played = [play(SEED + place, names) for place in range(rounds)]
    report(names, [real for real, _ in played], [empty for _, empty in played])


def report(names: list[str], real: list[Round], empty: list[Round]) -> None:
    """Print the medians, per dataset."""
    count = len(names)
    above = statistics.median(r.total - e.total for r, e in zip(real, empty, strict=True)) / count
    tasks = (
        statistics.median(
            r.cpu[airflow.SCHEDULER] - e.cpu[airflow.SCHEDULER]
            for r, e in zip(real, empty, strict=True)
        )
        / count
    )
    print(f"{count} datasets, {len(real)} rounds, medians")
    print(
        f"CPU of a dataset above its empty twin: {above:.2f} s, of that in its tasks {tasks:.2f} s"
    )
    print(f"CPU of an empty DAG: {statistics.median(e.total for e in empty) / count:.2f} s")
    walls = [statistics.median(r.seconds for r in rounds) for rounds in (real, empty)]
    print(f"all of them at once: {walls[0]:.0f} s, empty {walls[1]:.0f} s")
    print(json.dumps({"real": [asdict(r) for r in real], "empty": [asdict(e) for e in empty]}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
