"""The whole of Gongkai's services on one machine: up, down, clean.

A stand belongs to a home, and any number of homes run beside one another. `up` may be called
at any time: what runs as it should is left alone, what does not is started.
"""

import os
import shutil
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from . import airflow, database, home, portal, ports, processes, secrets
from .home import Home, LocalError
from .progress import Progress

PORTS = (database.NAME, portal.REDIS, portal.WEB, airflow.API)
OWN = {database.NAME, portal.REDIS, portal.WEB, portal.JOBS, *airflow.SERVICES}


@dataclass(frozen=True)
class Stand:
    """A stand that is up. `environment` is what its `env` file says."""

    home: Home
    portal_url: str
    airflow_url: str
    airflow_user: str
    airflow_password: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Service:
    """One process more that a stand looks after, such as a server for the samples."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None


def up(
    where: Home, extra: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Stand:
    """Bring everything up, and return when it answers.

    `extra` are variables for the DAGs and the command line (department connections, …); they
    are written to the home's `env` and given to Airflow, which is restarted where they have
    changed. Without `extra`, those that the home has are kept. Raises LocalError where
    something cannot be brought up; what came up until then stays up.
    """
    progress = progress or Progress(quiet=True)
    home.prepare(where)
    with home.locked(where), progress.watched():
        processes.sweep(where.run)
        processes.sweep_lost(where.path)
        keys = secrets.load(where.path / "secrets.json")
        found, listen = _ports(where)
        with progress.step("PostgreSQL"):
            server = database.prepare(where, found[database.NAME], keys)
            database.start(server, where)
            database.create(server)
        site = portal.Portal(
            home=where,
            url=_url(listen, found[portal.WEB]),
            local_url=_local_url(listen, found[portal.WEB]),
            listen=listen,
            web_port=found[portal.WEB],
            redis_port=found[portal.REDIS],
            secrets=keys,
            title=os.environ.get("GONGKAI_SITE_TITLE") or portal.TITLE,
        )
        flow = airflow.Airflow(
            home=where,
            url=_url(listen, found[airflow.API]),
            local_url=_local_url(listen, found[airflow.API]),
            listen=listen,
            port=found[airflow.API],
            secrets=keys,
            database=server.address("airflow", "airflow"),
        )
        _together(
            _step(progress, "the portal's database", lambda: portal.prepare(site, server)),
            _step(progress, "Airflow's database", lambda: airflow.prepare(flow)),
        )
        variables = _variables(where, server, site, flow)
        added = _recorded(where, variables) if extra is None else dict(extra)
        variables = {**added, **variables}
        _write_env(where, variables)
        _together(
            _step(progress, f"Airflow at {flow.url}", lambda: airflow.start(flow, variables)),
            _step(progress, f"portal at {site.url}", lambda: portal.start(site)),
        )
        _check(where)
    return Stand(where, site.url, flow.url, airflow.USER, keys.airflow_user, variables)


def serve(
    where: Home, service: Service, ready: Callable[[], bool] | None = None, seconds: float = 30
) -> processes.Record:
    """Run one process more, under the same care as the others: `down` and `clean` end it.

    One of this name that runs with the same words and variables is left alone. With `ready`,
    returns when that is true.
    """
    if service.name in OWN:
        raise LocalError(f"{service.name} is a name of the stand's own; choose another one.")
    home.prepare(where)
    command = processes.Command(
        name=service.name,
        argv=service.argv,
        cwd=service.cwd or where.clone,
        log=where.log / f"{service.name}.log",
        env={"PYTHONPATH": str(where.clone), "PYTHONUNBUFFERED": "1", **service.env},
    )
    with home.locked(where):
        record = processes.ensure(command, where.run)
        if ready is not None:
            processes.wait_until(ready, record, seconds)
    return record


def free_port(where: Home, name: str) -> int:
    """A port for a further service: the same at every call, as long as it can be had."""
    home.prepare(where)
    with home.locked(where):
        file = where.path / "ports.json"
        return ports.claim([name], _alive(where), ports.LOOPBACK, file)[name]


def environment(where: Home) -> dict[str, str]:
    """The variables of a home's `env` file; none where the stand was never up."""
    if not where.env.exists():
        return {}
    lines = where.env.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def down(where: Home, progress: Progress | None = None) -> None:
    """Stop everything that `up` and `serve` started; the data stays."""
    progress = progress or Progress(quiet=True)
    if not home.is_home(where):
        return
    with home.locked(where), progress.watched(), progress.step("stopped"):
        records = processes.load_all(where.run)
        # The database last: the others want to say goodbye to it.
        processes.stop([r for r in records if r.name != database.NAME], where.run)
        processes.stop([r for r in records if r.name == database.NAME], where.run)


def clean(where: Home, progress: Progress | None = None) -> None:
    """Stop everything, and remove the home with what lies outside of it."""
    if not where.path.exists():
        return
    if not home.is_home(where):
        raise LocalError(
            f"{where.path} is no home of Gongkai, so it is not removed; "
            "check GONGKAI_HOME, or remove it yourself."
        )
    down(where, progress)
    database.remove(where)
    shutil.rmtree(where.path)


def _ports(where: Home) -> tuple[dict[str, int], str]:
    listen = os.environ.get("GONGKAI_LISTEN") or ports.LOOPBACK
    file = where.path / "ports.json"
    return ports.claim(PORTS, _alive(where), listen, file), listen


def _alive(where: Home) -> list[str]:
    return [r.name for r in processes.load_all(where.run) if processes.is_alive(r)]


def _url(listen: str, port: int) -> str:
    """The address under which others reach what listens there."""
    return f"http://{socket.gethostname() if listen == '0.0.0.0' else listen}:{port}"


def _local_url(listen: str, port: int) -> str:
    """The address under which this machine reaches it."""
    return f"http://{ports.LOOPBACK if listen == '0.0.0.0' else listen}:{port}"


def _variables(
    where: Home, server: database.Server, site: portal.Portal, flow: airflow.Airflow
) -> dict[str, str]:
    return {
        "GONGKAI_HOME": str(where.path),
        "GONGKAI_DATABASE": server.address("gongkai_private", "gongkai_steward"),
        "GONGKAI_PUBLIC_DATABASE": server.address("gongkai_public", "gongkai_steward"),
        "GONGKAI_READER_DATABASE": server.address("gongkai_public", "gongkai_reader"),
        "CKAN_URL": site.local_url,
        "CKAN_TOKEN": site.token,
        "AIRFLOW_URL": flow.local_url,
        "AIRFLOW_USER": airflow.USER,
        "AIRFLOW_PASSWORD": flow.secrets.airflow_user,
    }


def _recorded(where: Home, own: Mapping[str, str]) -> dict[str, str]:
    """The extra variables of the `up` before."""
    return {name: value for name, value in environment(where).items() if name not in own}


def _write_env(where: Home, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        if "\n" in value or "=" in name:
            raise LocalError(
                f"{name} does not fit into a line of {where.env}; "
                "let the name be without an equals sign and the value without a line break."
            )
    home.write_private(where.env, "".join(f"{name}={v}\n" for name, v in variables.items()))


def _step(progress: Progress, name: str, work: Callable[[], None]) -> Callable[[], None]:
    def step() -> None:
        with progress.step(name):
            work()

    return step


def _together(*works: Callable[[], None]) -> None:
    """Do these beside one another; the first error is raised when all have ended."""
    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(work) for work in works]:
            future.result()


def _check(where: Home) -> None:
    """Raise LocalError where something ended that had been started."""
    for record in processes.load_all(where.run):
        if not processes.is_alive(record):
            raise LocalError(
                f"{record.name} has ended ({processes.last_line(Path(record.log))}); "
                f"see {record.log}, then run `up` again."
            )
