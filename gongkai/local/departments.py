"""The sample departments of a stand: their data, their systems, and how to reach them.

What plays a department lies in `<home>/departments`, or in a folder of one's own: the database is
a database of the stand's PostgreSQL, one further process serves the API and the files over SFTP.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import database, ports, secrets, stand
from .home import Home, LocalError, prepare

NAME = "departments"


@dataclass(frozen=True)
class Departments:
    """Where the departments' files lie, and what the pipeline needs to reach their systems."""

    files: Path
    variables: Mapping[str, str]


def make_files(where: Home) -> Path:
    """The fictional city's data, in the home; the same at every call."""
    folder = where.path / NAME
    prepare(where)
    _samples(where, "make", "--to", str(folder))
    return folder


def serve(where: Home, files: Path, sources: Path, codelists: Path | None) -> Departments:
    """Start the departments' server, and say how everything of theirs is reached."""
    announced = where.path / "departments.json"
    known = where.path / "departments-secrets.json"
    argv = (
        *(sys.executable, "-m", "samples", "serve", "--from", str(files)),
        *("--announce", str(announced), "--secrets", str(known)),
    )
    stand.serve(where, stand.Service(NAME, argv), ready=lambda: _announced(announced) is not None)
    found = _announced(announced)
    if found is None:
        raise LocalError(f"{announced} says nothing; see {where.log / NAME}.log, then try again.")
    api, sftp = found["api"], found["sftp"]
    keys = secrets.load(where.path / "secrets.json")
    finance = {
        "conn_type": "postgres",
        "host": ports.LOOPBACK,
        "port": stand.free_port(where, database.NAME),
        "schema": database.DEPARTMENT,
        "login": database.DEPARTMENT,
        "password": keys.department,
    }
    connections = {
        "finance": finance,
        "finance_files": {"conn_type": "file", "extra": {"path": str(files)}},
        "education": {"conn_type": "file", "extra": {"path": str(files)}},
        "housing": {"conn_type": "file", "extra": {"path": str(files)}},
        "projects": {"conn_type": "file", "extra": {"path": str(files)}},
        "office": {"conn_type": "file", "extra": {"path": str(files)}},
        "trading": {
            "conn_type": "http",
            "host": ports.LOOPBACK,
            "password": api["key"],
            "extra": {"base": api["url"]},
        },
        "land": {
            "conn_type": "sftp",
            "host": sftp["host"],
            "port": sftp["port"],
            "login": sftp["user"],
            "password": sftp["password"],
            "extra": {"host_key": sftp["host_key"]},
        },
    }
    variables = {
        f"AIRFLOW_CONN_GONGKAI_{name.upper()}": json.dumps(value)
        for name, value in connections.items()
    }
    variables["GONGKAI_SOURCES"] = str(sources)
    if codelists is not None:
        variables["GONGKAI_CODELISTS"] = str(codelists)
    return Departments(files, variables)


def load_database(where: Home, files: Path) -> None:
    """Fill the finance bureau's database, in the stand's PostgreSQL, which must be up."""
    if not (files / "database").exists():
        return
    keys = secrets.load(where.path / "secrets.json")
    server = database.prepare(where, stand.free_port(where, database.NAME), keys)
    dsn = server.address(database.DEPARTMENT, database.DEPARTMENT)
    _samples(where, "load-database", "--from", str(files), "--dsn", dsn)


def _announced(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _samples(where: Home, *words: str) -> None:
    argv = [sys.executable, "-m", "samples", *words]
    done = subprocess.run(argv, cwd=where.clone, capture_output=True, text=True, umask=0o077)
    if done.returncode:
        raise LocalError(f"samples {words[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
