"""Pulling from a real S3 server, which has an environment of its own (`make .venv/s3.stamp`)."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.pull import Known, Pulled, pull
from tests.support import PROJECT, a_source

SERVER = PROJECT / ".venv" / "s3" / "bin" / "moto_server"
SECRET = "a-secret-that-nobody-uses"
FILES = {
    "in/批次 2024.csv": bytes(range(256)) * 4000,
    "in/批次+2025&a.csv": b"1",
    "in/批次_2026.csv.part": b"half",
    "in/deeper/批次.csv": b"elsewhere",
}

pytestmark = pytest.mark.skipif(not SERVER.exists(), reason="make .venv/s3.stamp was not run")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a bucket of invented files."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    server = subprocess.Popen(
        [str(SERVER), "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server)
        httpx.put(f"{url}/bureau").raise_for_status()
        for name, content in FILES.items():
            httpx.put(f"{url}/bureau/{quote(name)}", content=content).raise_for_status()
        yield url
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < end:
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the S3 server did not start")


@pytest.fixture
def door(endpoint: str) -> Connection:
    extra = {"endpoint_url": endpoint, "timeout": 5}
    return Connection("gongkai_tiny", "aws", "", None, "bureau", "clerk", SECRET, extra)


def pulled(
    door: Connection,
    home: Home,
    folder: Path,
    *,
    pattern: str = "*.csv",
    below: str = "in",
    known: Known | None = None,
    **more: object,
) -> Pulled:
    source = a_source(
        folder,
        pull={"kind": "files", "connection": "gongkai_tiny", "folder": below, **more}
        | {"pattern": pattern},
    )
    return pull(source, home, lambda name: door, period=None, since=None, known=known)


def kept(home: Home, found: Pulled) -> dict[str, bytes]:
    return {one.name: address(home, one.sha256).read_bytes() for one in found.receipts}


def test_files_arrive_byte_for_byte(door: Connection, home: Home, tmp_path: Path) -> None:
    found = pulled(door, home, tmp_path)
    assert kept(home, found) == {
        "批次 2024.csv": FILES["in/批次 2024.csv"],
        "批次+2025&a.csv": b"1",
    }
    assert {one.origin for one in found.receipts} == {"gongkai_tiny, s3://bureau/in"}
    assert SECRET not in str(found)


def test_the_last_or_the_unseen_are_taken(door: Connection, home: Home, tmp_path: Path) -> None:
    every = pulled(door, home, tmp_path)
    assert set(kept(home, pulled(door, home, tmp_path, take="last"))) == {"批次+2025&a.csv"}
    seen = frozenset((one.name, one.sha256) for one in every.receipts)
    nothing = pulled(door, home, tmp_path, take="unseen", known=Known(seen, suffice=True))
    assert nothing.nothing_new


def test_a_file_that_was_just_written_is_left_alone(
    door: Connection, home: Home, tmp_path: Path
) -> None:
    with pytest.raises(SourceUnreachable, match="is still being written"):
        pulled(door, home, tmp_path, settle=3600)


def test_no_file_is_no_delivery(door: Connection, home: Home, tmp_path: Path) -> None:
    with pytest.raises(BrokenDelivery, match="no file matches"):
        pulled(door, home, tmp_path, pattern="*.xlsx")
    with pytest.raises(BrokenDelivery, match="no file matches"):
        pulled(door, home, tmp_path, below="out")


def test_a_bucket_that_is_not_there_is_told(door: Connection, home: Home, tmp_path: Path) -> None:
    with pytest.raises(BrokenDelivery, match="the bucket is not there"):
        pulled(replace(door, schema="elsewhere"), home, tmp_path)


def test_nobody_at_the_port_is_unreachable(door: Connection, home: Home, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    down = replace(door, extra={"endpoint_url": url, "timeout": 2})
    with pytest.raises(SourceUnreachable, match="cannot be reached") as caught:
        pulled(down, home, tmp_path)
    assert caught.value.heals
    assert SECRET not in str(caught.value)


def test_a_wrong_key_is_refused(
    endpoint: str, door: Connection, home: Home, tmp_path: Path
) -> None:
    # from now on the server asks who we are, and it knows nobody
    httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()
    with pytest.raises(SourceRefused, match="refused the key") as caught:
        pulled(door, home, tmp_path)
    assert SECRET not in str(caught.value)
