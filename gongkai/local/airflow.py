"""Airflow on one machine: settings, database, and its processes.

Everything is set by environment variables, so there is no configuration file to edit or to
forget. No process but the API server listens on a port.
"""

import json
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path

from . import processes
from .home import Home, LocalError, read_json, write_json, write_private
from .secrets import Secrets

USER = "steward"
API = "airflow-api-server"
SCHEDULER = "airflow-scheduler"
DAG_PROCESSOR = "airflow-dag-processor"
# Tasks that wait for a person need no triggerer in Airflow 3.3; deferrable operators do.
# ("triggerer", "--skip-serve-logs") is the line to add for those.
SERVICES: dict[str, tuple[str, ...]] = {
    API: ("api-server",),
    SCHEDULER: ("scheduler", "--skip-serve-logs"),
    DAG_PROCESSOR: ("dag-processor",),
}
PARALLEL_TASKS = 4
ENVIRONMENT = "environment.json"


@dataclass(frozen=True)
class Airflow:
    """What is needed to run the Airflow of a home; `database` as PostgreSQL calls it."""

    home: Home
    url: str
    local_url: str
    listen: str
    port: int
    secrets: Secrets
    database: str

    @property
    def environment(self) -> dict[str, str]:
        """What every process and command of Airflow needs, whatever the DAGs read."""
        home = self.home
        settings = {
            ("core", "executor"): "LocalExecutor",
            ("core", "parallelism"): str(PARALLEL_TASKS),
            # Tasks have to inherit what the scheduler has imported.
            ("core", "mp_start_method"): "fork",
            ("core", "dags_folder"): str(home.clone / "dags"),
            ("core", "load_examples"): "False",
            ("core", "default_timezone"): "utc",
            ("core", "fernet_key"): self.secrets.airflow_fernet,
            ("core", "execution_api_server_url"): f"{self.local_url}/execution/",
            ("core", "simple_auth_manager_users"): f"{USER}:admin",
            ("core", "simple_auth_manager_passwords_file"): str(home.airflow / "passwords.json"),
            ("database", "sql_alchemy_conn"): self.database.replace(":", "+psycopg2:", 1),
            ("database", "load_default_connections"): "False",
            ("api", "host"): self.listen,
            ("api", "port"): str(self.port),
            ("api", "base_url"): self.url,
            ("api", "workers"): "1",
            ("api", "secret_key"): self.secrets.airflow_api,
            ("api", "instance_name"): "Gongkai",
            ("api_auth", "jwt_secret"): self.secrets.airflow_jwt,
            ("api_auth", "jwt_issuer"): "gongkai",
            ("logging", "base_log_folder"): str(home.log / "airflow"),
            ("logging", "dag_processor_child_process_log_directory"): str(
                home.log / "airflow-dag-processor"
            ),
            ("logging", "file_task_handler_new_folder_permissions"): "0o700",
            ("logging", "file_task_handler_new_file_permissions"): "0o600",
            ("logging", "colored_console_log"): "False",
            ("scheduler", "enable_health_check"): "False",
            ("scheduler", "scheduler_idle_sleep_time"): "0.5",
            # what a killed scheduler or task leaves behind is found in a minute, not in five
            ("scheduler", "orphaned_tasks_check_interval"): "15",
            ("scheduler", "task_instance_heartbeat_sec"): "10",
            ("scheduler", "task_instance_heartbeat_timeout"): "60",
            ("dag_processor", "refresh_interval"): "10",
            ("dag_processor", "min_file_process_interval"): "10",
            ("dag_processor", "bundle_refresh_check_interval"): "2",
            ("dag_processor", "parsing_processes"): "2",
            ("dag_processor", "parsing_pre_import_modules"): "True",
        }
        named = {
            f"AIRFLOW__{section.upper()}__{name.upper()}": value
            for (section, name), value in settings.items()
        }
        return {
            **named,
            "AIRFLOW_HOME": str(home.airflow),
            "PYTHONPATH": str(home.clone),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "GX_ANALYTICS_ENABLED": "False",
        }


def prepare(airflow: Airflow) -> None:
    """Write the steward's password, and bring the database to this version of Airflow."""
    passwords = {USER: airflow.secrets.airflow_user}
    write_private(airflow.home.airflow / "passwords.json", json.dumps(passwords) + "\n")
    stamp = airflow.home.airflow / "ready.json"
    try:
        want = {"version": metadata.version("apache-airflow-core")}
    except metadata.PackageNotFoundError as error:
        raise LocalError(
            f"Airflow is missing in the environment of {sys.executable}; run `make install`."
        ) from error
    if read_json(stamp) == want:
        return
    processes.finish(_command(airflow, "airflow-migration", ("db", "migrate"), {}))
    write_json(stamp, want)


def start(airflow: Airflow, variables: Mapping[str, str]) -> None:
    """Start every process, and wait until the scheduler and the DAG processor report.

    DAGs and tasks find `variables` in their environment.
    """
    write_json(airflow.home.airflow / ENVIRONMENT, {**variables, **airflow.environment})
    running = [
        processes.ensure(_command(airflow, name, words, variables), airflow.home.run)
        for name, words in SERVICES.items()
    ]
    for record in running:
        processes.wait_until(lambda: is_ready(airflow), record, 120, pause=0.25)


def is_ready(airflow: Airflow) -> bool:
    """Whether the API answers, and each of the others has reported since it started."""
    try:
        with urllib.request.urlopen(f"{airflow.local_url}/api/v2/monitor/health", timeout=10) as x:
            health = json.load(x)
    except (OSError, ValueError):
        return False
    for part, name in (("scheduler", SCHEDULER), ("dag_processor", DAG_PROCESSOR)):
        record = processes.load(name, airflow.home.run)
        beat = health.get(part, {}).get(f"latest_{part}_heartbeat")
        if record is None or beat is None:
            return False
        if datetime.fromisoformat(beat).timestamp() < processes.started_at(record):
            return False  # the report of one that ran before
    return True


def environment(home: Home) -> dict[str, str]:
    """What the processes of this home's Airflow were last started with."""
    return read_json(home.airflow / ENVIRONMENT)


def _command(
    airflow: Airflow, name: str, words: tuple[str, ...], variables: Mapping[str, str]
) -> processes.Command:
    environment = {**variables, **airflow.environment}
    if name == SCHEDULER:
        preload = Path(__file__).parent / "scheduler"
        environment["PYTHONPATH"] = f"{preload}:{environment['PYTHONPATH']}"
    return processes.Command(
        name=name,
        argv=(sys.executable, "-m", "airflow", *words),
        cwd=airflow.home.airflow,
        log=airflow.home.log / f"{name}.log",
        env=environment,
    )
