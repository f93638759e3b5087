"""A tiny city for the tests of the library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import hypothesis
import pytest

from gongkai.home import Home
from gongkai.lake import load_macros
from gongkai.local import database as local_database
from gongkai.local import home as local_home
from gongkai.local import ports, processes, secrets
from tests.support import a_home, a_source, as_csv, drop_folder

hypothesis.settings.register_profile(
    "gongkai",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("gongkai")

SCHOOLS = ["school_code", "school_name", "stage", "ownership", "students", "as_of", "principal"]


@dataclass(frozen=True)
class TinyCity:
    """A city whose education bureau drops one CSV file; nobody in it exists."""

    home: Home
    folder: Path

    def deliver(self, *schools: tuple[str, str, str, str]) -> None:
        """Drop the directory: code, name, ownership and students of each school."""
        rows = [
            [code, name, "primary", ownership, students, "2025", "校长某"]
            for code, name, ownership, students in schools
        ]
        (self.folder / "schools.csv").write_bytes(as_csv([SCHOOLS, *rows]))

    def list_ownership(self, *codes: str) -> None:
        """Add codes to the list of ownerships, as an installation may."""
        lines = ["code,label_zh,label_en", *(f"{code},{code},{code}" for code in codes)]
        (self.folder / "codelists" / "ownership.csv").write_text("\n".join(lines) + "\n")


FIRST = ("2132000001", "第一小学", "public", "310")
SECOND = ("2132000002", "第二小学", "private", "420")
MIXED = ("2132000003", "第三小学", "mixed", "530")
"""A school of an ownership that only the tiny city's own list may know."""


@pytest.fixture
def city(tmp_path: Path) -> TinyCity:
    """The tiny city, before its first delivery."""
    folder = tmp_path / "city"
    (folder / "codelists").mkdir(parents=True)
    (folder / "city.yaml").write_text(
        "name: {zh: 小城, en: Tiny}\nsources: {school_directory: tiny}\n"
    )
    a_source(
        folder,
        {"kind": "delimited", "columns": SCHOOLS},
        pull={
            "kind": "files",
            "connection": "gongkai_education",
            "folder": ".",
            "pattern": "*.csv",
        },
        dataset="school_directory",
    )
    home = a_home(
        tmp_path / "home",
        sources=folder,
        codelists=folder / "codelists",
        connections={"gongkai_education": drop_folder(folder)},
    )
    return TinyCity(home, folder)


@pytest.fixture
def home(city: TinyCity) -> Home:
    """The tiny city's installation, with SQLite for a server."""
    return city.home


CALENDAR = {"calendar", "working_days"}
"""The tables that the macros count by."""


@pytest.fixture(scope="session")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory with the project's macros, which take a tenth of a second to load."""
    with duckdb.connect() as opened:
        load_macros(opened)
        yield opened


@pytest.fixture
def database(
    macros: duckdb.DuckDBPyConnection,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory, with the project's macros and no table of any other test."""
    yield macros
    for kind in ("view", "table"):
        left = macros.execute(
            f"SELECT schema_name, {kind}_name FROM duckdb_{kind}s() WHERE NOT internal"
        ).fetchall()
        for schema, name in left:
            if name not in CALENDAR:
                macros.execute(f'DROP {kind} IF EXISTS "{schema}"."{name}"')


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local_database.Server]:
    """A real PostgreSQL with a stand's databases and roles, a department's among them."""
    where = local_home.Home(tmp_path_factory.mktemp("postgres") / "home")
    local_home.prepare(where)
    name = local_database.NAME
    port = ports.claim([name], [], ports.LOOPBACK, where.path / "ports.json")[name]
    keys = secrets.load(where.path / "secrets.json")
    server = local_database.prepare(where, port, keys)
    try:
        local_database.start(server, where)
        local_database.create(server)
        yield server
    finally:
        processes.stop(processes.load_all(where.run), where.run)
        local_database.remove(where)


@pytest.fixture(autouse=True, scope="session")
def _no_settings() -> None:
    """The tests say themselves what an installation is: none of the caller's is seen."""
    for name in list(os.environ):
        own = name == "GONGKAI_REAL_DATA" or "TEST" in name
        if name.startswith(("GONGKAI_", "CKAN_", "AIRFLOW_CONN_")) and not own:
            del os.environ[name]
