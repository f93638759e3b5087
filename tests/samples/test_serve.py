"""The played departments, over real HTTP and real SFTP, in a process of their own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import httpx
import pytest

from gongkai import contracts
from gongkai.pulls import ApiPull
from samples import land, tender
from samples.api import FOLDERS
from samples.deliveries import deliver
from samples.make import SEED, make
from tests.samples.reading import records, source_of

ROOT = Path(__file__).parents[2]
SOURCES = {name: source_of(name) for name in contracts.names()}
BY_SFTP = [name for name, source in SOURCES.items() if source.pull.connection == "gongkai_land"]
BY_API = {
    name: source.pull.path for name, source in SOURCES.items() if isinstance(source.pull, ApiPull)
}
"""The path under which the interface serves each dataset's records, as its source has it."""


@contextmanager
def _serving(folder: Path, announce: Path, *options: str) -> Iterator[dict[str, Any]]:
    """The announcement of a server that runs while the block does, and stops well after it."""
    command = [sys.executable, "-m", "samples", "serve", "--from", str(folder)]
    process = subprocess.Popen(
        [*command, "--announce", str(announce), *options], cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + 30
        while not announce.exists():
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < deadline, "no announcement within 30 s"
            time.sleep(0.05)
        yield json.loads(announce.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        complaint = process.communicate(timeout=20)[1].decode()
    assert process.returncode == 0, complaint
    assert complaint == ""
    assert not announce.exists()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("departments")
    make(made, SEED)
    return made


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with _serving(folder, tmp_path_factory.mktemp("announce") / "departments.json") as announced:
        yield announced


def _get(
    served: dict[str, Any], path: str = BY_API[tender.DATASET], **query: Any
) -> httpx.Response:
    headers = {"X-Api-Key": served["api"]["key"]}
    return httpx.get(served["api"]["url"] + path, params=query, headers=headers)


def test_the_announcement_is_for_its_owner(folder: Path, tmp_path: Path) -> None:
    announce = tmp_path / "departments.json"
    with _serving(folder, announce):
        assert announce.stat().st_mode & 0o777 == 0o600


def test_the_interface_serves_what_the_sources_ask_for() -> None:
    assert {f"/api/v1/{name}": folder for name, folder in FOLDERS.items()} == {
        path: dataset for dataset, path in BY_API.items()
    }


@pytest.mark.parametrize("dataset", BY_API)
def test_pages_together_are_the_file(dataset: str, served: dict[str, Any], folder: Path) -> None:
    path, written = BY_API[dataset], records(folder, dataset)
    first = _get(served, path, since="2000-01-01T00:00:00", page=1, size=50).json()
    assert (first["code"], first["message"]) == (200, "ok")
    pages = -(-len(written) // 50)
    data = first["data"]
    assert (data["page"], data["pages"], data["size"]) == (1, pages, 50)
    assert data["total"] == len(written) > 0
    served_pages = [_get(served, path, page=page).json() for page in range(1, pages + 1)]
    assert [record for page in served_pages for record in page["data"]["records"]] == written
    assert _get(served, path, page=pages + 1).json()["data"]["records"] == []


def test_there_is_no_other_address(served: dict[str, Any]) -> None:
    for path in ("/", "/api/v1/", "/api/v1/nothing", "/api/v2/awards", "/awards"):
        response = _get(served, path)
        assert (response.status_code, response.json()["code"]) == (404, 404)


def test_since_is_exclusive(served: dict[str, Any]) -> None:
    records = _get(served, size=500).json()["data"]["records"]
    times = sorted(record["updateTime"] for record in records)
    data = _get(served, since=times[60], size=500).json()["data"]
    assert data["total"] == sum(moment > times[60] for moment in times)
    assert min(record["updateTime"] for record in data["records"]) > times[60]


@pytest.mark.parametrize(
    "query", [{"page": "0"}, {"size": "501"}, {"page": "一"}, {"since": "yesterday"}]
)
def test_a_wrong_question_is_answered_in_json(served: dict[str, Any], query: Any) -> None:
    response = _get(served, **query)
    assert response.status_code == 400
    assert response.json()["code"] == 400


def test_without_the_key_there_is_nothing(served: dict[str, Any]) -> None:
    address = served["api"]["url"] + "/api/v1/awards"
    for headers in ({}, {"X-Api-Key": "wrong"}):
        response = httpx.get(address, headers=headers)
        assert response.status_code == 401
        assert response.json()["code"] == 401
        assert "data" not in response.json()


def test_new_deliveries_and_foreign_dumps_appear(tmp_path: Path) -> None:
    with _serving(tmp_path, tmp_path / "departments.json") as served:
        assert _get(served).json()["data"] == {
            "total": 0, "page": 1, "pages": 0, "size": 50, "records": [],
        }  # fmt: skip
        make(tmp_path, SEED)
        made = len(records(tmp_path, tender.DATASET))
        assert _get(served).json()["data"]["total"] == made
        deliver(tmp_path, 2026, SEED)
        delivered = len(records(tmp_path, tender.DATASET))
        assert _get(served).json()["data"]["total"] == delivered > made
        later = _get(served, since="2026-01-01T00:00:00", size=500).json()["data"]["records"]
        assert {record["updateTime"][:4] for record in later} >= {"2026"}
        foreign = [{"sectionCode": "X"}, {"sectionCode": "Y", "updateTime": None}]
        (tmp_path / tender.DATASET / "dump.json").write_text(json.dumps(foreign))
        data = _get(served, since="2099-01-01T00:00:00").json()["data"]
        assert data["records"] == foreign
        (tmp_path / tender.DATASET / "dump.json").write_text("[{")
        assert _get(served).status_code == 500


def _connection(served: dict[str, Any], **changes: Any) -> Any:
    sftp = served["sftp"]
    known = f"[{sftp['host']}]:{sftp['port']} {sftp['host_key']}\n".encode()
    options = {
        "host": sftp["host"],
        "port": sftp["port"],
        "username": sftp["user"],
        "password": sftp["password"],
        "known_hosts": asyncssh.import_known_hosts(known.decode()),
        "client_keys": None,
        "config": None,
        "agent_path": None,
        **changes,
    }
    return asyncssh.connect(**options)


@pytest.mark.parametrize("dataset", BY_SFTP)
def test_sftp_offers_the_land_files(dataset: str, served: dict[str, Any], folder: Path) -> None:
    async def fetch() -> dict[str, bytes]:
        async with _connection(served) as connection, connection.start_sftp_client() as client:
            names = [n for n in await client.listdir(f"/{dataset}") if not n.startswith(".")]
            return {name: await _read(client, f"/{dataset}/{name}") for name in names}

    written = {path.name: path.read_bytes() for path in (folder / dataset).iterdir()}
    assert asyncio.run(fetch()) == written != {}


async def _read(client: asyncssh.SFTPClient, path: str) -> bytes:
    async with client.open(path, "rb") as file:
        content = await file.read()
    assert isinstance(content, bytes)
    return content


async def _open(client: asyncssh.SFTPClient, path: str, mode: str) -> None:
    async with client.open(path, mode):
        pass


def test_sftp_changes_nothing_and_shows_nothing_else(served: dict[str, Any], folder: Path) -> None:
    name = f"/{land.DATASET}/{land.file_name(2024)}"
    beside = folder.parent / "beside.txt"
    beside.write_text("not theirs")

    async def attempts() -> None:
        async with _connection(served) as connection, connection.start_sftp_client() as client:
            changes = (
                lambda: client.remove(name),
                lambda: client.rename(name, "/other.csv"),
                lambda: client.mkdir("/folder"),
                lambda: client.symlink("/etc/passwd", "/link"),
                lambda: client.chmod(name, 0o777),
                lambda: client.truncate(name, 0),
                lambda: _open(client, "/new.csv", "wb"),
                lambda: _open(client, name, "r+b"),
            )
            for change in changes:
                with pytest.raises(asyncssh.SFTPError):
                    await change()
            for outside in (f"/../{beside.name}", str(beside)):
                with pytest.raises(asyncssh.SFTPNoSuchFile):
                    await _read(client, outside)

    before = {path.name: path.read_bytes() for path in (folder / land.DATASET).iterdir()}
    asyncio.run(attempts())
    assert {path.name: path.read_bytes() for path in (folder / land.DATASET).iterdir()} == before


def test_sftp_wants_the_password_and_gives_no_shell(served: dict[str, Any]) -> None:
    async def attempts() -> None:
        for changes in ({"password": "wrong"}, {"username": "root"}):
            with pytest.raises(asyncssh.PermissionDenied):
                await _connection(served, **changes)
        async with _connection(served) as connection:
            with pytest.raises(asyncssh.Error):
                await connection.run("id", check=True)

    asyncio.run(attempts())


def test_a_restart_keeps_its_addresses(folder: Path, tmp_path: Path) -> None:
    announce, secrets = tmp_path / "departments.json", tmp_path / "secrets.json"
    with _serving(folder, announce, "--secrets", str(secrets)) as first:
        assert secrets.stat().st_mode & 0o777 == 0o600
        # A connection that stays open must not hold the port or the process.
        kept = httpx.Client()
        kept.get(first["api"]["url"])
    with _serving(folder, announce, "--secrets", str(secrets)) as second:
        assert second == first
        # While they are taken, others are found, with the same credentials.
        with _serving(folder, tmp_path / "other.json", "--secrets", str(secrets)) as third:
            assert third["api"]["key"] == first["api"]["key"]
            assert third["api"]["url"] != first["api"]["url"]
            assert third["sftp"]["port"] != first["sftp"]["port"]
    kept.close()


def test_secrets_are_new_at_every_start_without_a_file(folder: Path, tmp_path: Path) -> None:
    with _serving(folder, tmp_path / "a.json") as first:
        pass
    with _serving(folder, tmp_path / "b.json") as second:
        assert first["api"]["key"] != second["api"]["key"]
        assert first["sftp"]["password"] != second["sftp"]["password"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["deliver", "2030", "--to", "."], 2, "no delivery is known for 2030"),
        (["serve", "--from", "nowhere", "--announce", "a.json"], 1, "nowhere is no folder"),
        (["deliver", "2026", "--to", "nowhere"], 1, "python -m samples make --to nowhere"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "samples", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
