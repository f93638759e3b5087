"""A real PostgreSQL: its roles keep to their databases, and it survives being killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from gongkai.local import database, home, ports, processes, secrets
from gongkai.local.home import Home


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, database.Server]]:
    """A server in a home of its own."""
    where = Home(tmp_path_factory.mktemp("database") / "home")
    home.prepare(where)
    port = ports.claim([database.NAME], [], ports.LOOPBACK, where.path / "ports.json")
    keys = secrets.load(where.path / "secrets.json")
    server = database.prepare(where, port[database.NAME], keys)
    database.start(server, where)
    database.create(server)
    yield where, server
    processes.stop(processes.load_all(where.run), where.run)
    database.remove(where)


def execute(address: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def test_a_reader_reads_what_the_steward_makes_later(stand: tuple[Home, database.Server]) -> None:
    server = stand[1]
    steward = server.address("gongkai_public", "gongkai_steward")
    execute(steward, "CREATE SCHEMA IF NOT EXISTS area; CREATE TABLE area.later AS SELECT 1 AS n")
    reader = server.address("gongkai_public", "gongkai_reader")
    assert execute(reader, "SELECT n FROM area.later") == [(1,)]
    with pytest.raises(psycopg2.Error):
        execute(reader, "DELETE FROM area.later")
    with pytest.raises(psycopg2.Error, match="permission denied"):
        execute(reader, "SET TRANSACTION READ WRITE; DELETE FROM area.later")


@pytest.mark.parametrize(
    "name", ["gongkai_private", "ckan", "datastore", "airflow", "postgres", "template1"]
)
def test_a_reader_cannot_connect_elsewhere(stand: tuple[Home, database.Server], name: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(stand[1].address(name, "gongkai_reader"))


def test_a_killed_server_starts_again_with_its_data(stand: tuple[Home, database.Server]) -> None:
    where, server = stand
    steward = server.address("gongkai_private", "gongkai_steward")
    execute(steward, "CREATE TABLE kept AS SELECT 2 AS n")
    record = processes.load(database.NAME, where.run)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    while processes.is_alive(record):
        time.sleep(0.01)
    again = database.start(server, where)
    assert again.pid != record.pid
    database.create(server)
    assert execute(steward, "SELECT n FROM kept") == [(2,)]


def test_nothing_of_it_can_be_entered_by_others(stand: tuple[Home, database.Server]) -> None:
    where, server = stand
    assert server.data.stat().st_mode & 0o077 == 0
    open_to_others = [p for p in where.path.rglob("*") if p.lstat().st_mode & 0o077]
    assert open_to_others == []


def test_a_home_is_never_made_of_a_directory_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(home.LocalError, match="holds other things"):
        home.prepare(Home(tmp_path))
