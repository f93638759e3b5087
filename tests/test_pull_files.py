"""Pulling files: from a drop folder, and from a real SFTP server."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, GongkaiError, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.pull import Known, Pulled, pull
from tests.support import a_source

PASSWORD = "a-password-that-nobody-uses"


def pulled(
    door: Connection,
    home: Home,
    folder: Path,
    *,
    pattern: str = "*.csv",
    below: str = "in",
    period: str | None = None,
    known: Known | None = None,
    **more: Any,
) -> Pulled:
    source = a_source(
        folder / "declared",
        pull={
            "kind": "files",
            "connection": door.name,
            "folder": below,
            "pattern": pattern,
            **more,
        },
    )
    return pull(source, home, lambda name: door, period=period, since=None, known=known)


def kept(home: Home, found: Pulled) -> dict[str, bytes]:
    return {r.name: address(home, r.sha256).read_bytes() for r in found.receipts}


def is_a_sentence(error: GongkaiError) -> bool:
    text = str(error)
    return (
        all((error.what, error.where, error.do))
        and "gongkai_tiny" in text
        and "\n" not in text
        and PASSWORD not in text
    )


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    folder = tmp_path / "drop" / "in"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def local(tmp_path: Path) -> Connection:
    return Connection("gongkai_tiny", "fs", "", extra={"path": str(tmp_path / "drop")})


def test_files_arrive_byte_for_byte(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    files = {"b.csv": bytes(range(256)) * 5000, "a.csv": "编号\n".encode("gb18030")}
    for name, content in files.items():
        (dropped / name).write_bytes(content)
    found = pulled(local, home, tmp_path)
    assert kept(home, found) == files
    assert [r.name for r in found.receipts] == ["a.csv", "b.csv"]
    assert [r.bytes for r in found.receipts] == [len(files["a.csv"]), len(files["b.csv"])]


def test_what_is_landed_is_for_its_owner_and_written_once(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    (dropped / "a.csv").write_bytes(b"1")
    first = pulled(local, home, tmp_path).receipts[0]
    written = address(home, first.sha256).stat()
    second = pulled(local, home, tmp_path).receipts[0]
    assert second.sha256 == first.sha256
    assert address(home, second.sha256).stat().st_ino == written.st_ino
    assert written.st_mode & 0o077 == 0
    assert home.landing.stat().st_mode & 0o077 == 0
    assert not [path for path in home.landing.iterdir() if path.is_file()]


@pytest.mark.parametrize(
    "name", ["b.csv.part", "b.csv.tmp", ".b.csv", "~$b.csv", "b.CSV", "b.xlsx"]
)
def test_a_file_that_is_half_written_or_another_is_left_alone(
    home: Home, tmp_path: Path, dropped: Path, local: Connection, name: str
) -> None:
    (dropped / "a.csv").write_bytes(b"1")
    (dropped / name).write_bytes(b"2")
    (dropped / "folder.csv").mkdir()
    assert kept(home, pulled(local, home, tmp_path, pattern="*")).get(name) == (
        b"2" if name in ("b.CSV", "b.xlsx") else None
    )
    assert kept(home, pulled(local, home, tmp_path)) == {"a.csv": b"1"}
    assert (dropped / name).read_bytes() == b"2"


def test_a_period_chooses_its_files(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    for year in ("2024", "2025"):
        (dropped / f"批次_{year}.csv").write_bytes(year.encode())
    pattern = "批次_{period}.csv"
    assert len(pulled(local, home, tmp_path, pattern=pattern).receipts) == 2
    found = pulled(local, home, tmp_path, pattern=pattern, period="2025")
    assert kept(home, found) == {"批次_2025.csv": b"2025"}


def test_the_last_of_several_is_taken_where_that_is_declared(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    for year in ("2025", "2023", "2024"):
        (dropped / f"名录{year}.csv").write_bytes(year.encode())
    assert kept(home, pulled(local, home, tmp_path, take="last")) == {"名录2025.csv": b"2025"}


def receipts_of(found: Pulled) -> Known:
    """What a completed run leaves for the next one to know."""
    return Known(frozenset((one.name, one.sha256) for one in found.receipts), suffice=True)


def test_only_what_is_unseen_is_taken_where_that_is_declared(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    (dropped / "a.csv").write_bytes(b"1")
    (dropped / "b.csv").write_bytes(b"2")
    first = pulled(local, home, tmp_path, take="unseen")
    assert kept(home, first) == {"a.csv": b"1", "b.csv": b"2"}
    nothing = pulled(local, home, tmp_path, take="unseen", known=receipts_of(first))
    assert (nothing.receipts, nothing.nothing_new) == ((), True)
    # the same name with another content is another delivery, and so is the same under a new name
    (dropped / "b.csv").write_bytes(b"3")
    (dropped / "c.csv").write_bytes(b"1")
    second = pulled(local, home, tmp_path, take="unseen", known=receipts_of(first))
    assert kept(home, second) == {"b.csv": b"3", "c.csv": b"1"}
    every = pulled(local, home, tmp_path, known=receipts_of(first))
    assert set(kept(home, every)) == {"a.csv", "b.csv", "c.csv"}


def test_a_file_that_was_just_written_is_left_alone(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    for name, age in (("a.csv", 600), ("b.csv", 5)):
        (dropped / name).write_bytes(b"1")
        os.utime(dropped / name, (time.time() - age,) * 2)
    assert kept(home, pulled(local, home, tmp_path)) == {"a.csv": b"1", "b.csv": b"1"}
    for take in ("all", "last", "unseen"):
        found = pulled(local, home, tmp_path, settle=60, take=take)
        assert kept(home, found) == {"a.csv": b"1"}


def test_nothing_is_taken_without_a_file_that_is_written_again(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    for name in ("a.csv", "b.csv"):
        (dropped / name).write_bytes(b"1")
        os.utime(dropped / name, (time.time() - 600,) * 2)
    before = receipts_of(pulled(local, home, tmp_path, settle=60))
    (dropped / "b.csv").write_bytes(b"half")
    with pytest.raises(SourceUnreachable, match=r"b\.csv is still being written") as caught:
        pulled(local, home, tmp_path, settle=60, known=before)
    assert caught.value.heals
    assert is_a_sentence(caught.value)


def test_a_file_that_changes_while_it_is_read_is_left_alone(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    (dropped / "a.csv").write_bytes(b"1")
    (dropped / "b.csv").write_bytes(b"1" * 3_000_000)
    ended = threading.Event()

    def write() -> None:
        with (dropped / "b.csv").open("ab", buffering=0) as file:
            while not ended.wait(0.0005):
                file.write(b"2")

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.05)
    try:
        found = pulled(local, home, tmp_path)
    finally:
        ended.set()
        writer.join()
    assert kept(home, found) == {"a.csv": b"1"}


def test_an_empty_folder_is_no_delivery(
    home: Home, tmp_path: Path, dropped: Path, local: Connection
) -> None:
    (dropped / "a.csv.part").write_bytes(b"1")
    with pytest.raises(BrokenDelivery, match=r"no file matches \*\.csv") as caught:
        pulled(local, home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value)


def test_a_missing_folder_may_be_mounted_later(
    home: Home, tmp_path: Path, local: Connection
) -> None:
    with pytest.raises(SourceUnreachable, match="the drop folder cannot be read") as caught:
        pulled(local, home, tmp_path)
    assert caught.value.heals
    assert is_a_sentence(caught.value)


@dataclass(frozen=True)
class Sftp:
    """A server that runs in a thread of its own."""

    port: int
    host_key: str
    loop: asyncio.AbstractEventLoop
    acceptor: asyncssh.SSHAcceptor
    thread: threading.Thread


class Door(asyncssh.SSHServer):
    """Lets in who has the password."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("clerk", PASSWORD)


@pytest.fixture
def sftp(dropped: Path) -> Iterator[Sftp]:
    loop = asyncio.new_event_loop()
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Door,
            server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(
                channel, chroot=str(dropped.parent).encode()
            ),
        )

    acceptor = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    public = key.export_public_key().decode().strip()
    yield Sftp(acceptor.get_port(), public, loop, acceptor, thread)

    async def close() -> None:
        acceptor.close()
        await acceptor.wait_closed()

    asyncio.run_coroutine_threadsafe(close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def remote(sftp: Sftp) -> Connection:
    return Connection(
        "gongkai_tiny",
        "sftp",
        "127.0.0.1",
        sftp.port,
        login="clerk",
        password=PASSWORD,
        extra={"host_key": sftp.host_key},
    )


def with_extra(known: Connection, **extra: Any) -> Connection:
    return replace(known, extra={**known.extra, **extra})


def test_sftp_files_arrive_byte_for_byte(
    home: Home, tmp_path: Path, dropped: Path, remote: Connection
) -> None:
    files = {"批次_2024.csv": bytes(range(256)) * 20_000, "批次_2025.csv": b"\r\n\0"}
    for name, content in files.items():
        (dropped / name).write_bytes(content)
    (dropped / "批次_2026.csv.part").write_bytes(b"half")
    found = pulled(remote, home, tmp_path)
    assert kept(home, found) == files
    assert {receipt.origin for receipt in found.receipts} == {
        f"gongkai_tiny at 127.0.0.1:{remote.port}/in"
    }


def test_sftp_without_a_file_is_no_delivery(home: Home, tmp_path: Path, remote: Connection) -> None:
    with pytest.raises(BrokenDelivery, match="no file matches") as caught:
        pulled(remote, home, tmp_path)
    assert is_a_sentence(caught.value)


def test_sftp_without_the_folder_is_a_broken_delivery(
    home: Home, tmp_path: Path, remote: Connection
) -> None:
    with pytest.raises(BrokenDelivery, match="the folder is not there") as caught:
        pulled(remote, home, tmp_path, below="elsewhere")
    assert is_a_sentence(caught.value)


def test_a_wrong_password_is_refused(home: Home, tmp_path: Path, remote: Connection) -> None:
    with pytest.raises(SourceRefused, match="refused the login") as caught:
        pulled(replace(remote, password="wrong"), home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value)


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_another_host_key_is_refused(
    home: Home, tmp_path: Path, remote: Connection, kind: str
) -> None:
    other = asyncssh.generate_private_key(kind).export_public_key().decode().strip()
    with pytest.raises(SourceRefused, match="host key") as caught:
        pulled(with_extra(remote, host_key=other), home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value)


def test_an_unknown_host_key_is_refused(home: Home, tmp_path: Path, remote: Connection) -> None:
    with pytest.raises(SourceRefused, match="host key") as caught:
        pulled(with_extra(remote, host_key=""), home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value)


@pytest.mark.parametrize(
    "host_key", ["ssh-ed25519 no+base64", f"ssh-ed25519 {base64.b64encode(b'x').decode()}", "a b"]
)
def test_a_host_key_that_is_none_is_refused(
    home: Home, tmp_path: Path, remote: Connection, host_key: str
) -> None:
    with pytest.raises(SourceRefused, match="host key") as caught:
        pulled(with_extra(remote, host_key=host_key), home, tmp_path)
    assert is_a_sentence(caught.value)


def test_nobody_at_the_port_is_unreachable(home: Home, tmp_path: Path, remote: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SourceUnreachable, match="cannot be reached") as caught:
        pulled(replace(remote, port=port), home, tmp_path)
    assert caught.value.heals
    assert is_a_sentence(caught.value)


def test_a_server_that_keeps_silent_is_given_up(
    home: Home, tmp_path: Path, remote: Connection
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        known = with_extra(replace(remote, port=silent.getsockname()[1]), timeout=0.2)
        with pytest.raises(SourceUnreachable, match="cannot be reached") as caught:
            pulled(known, home, tmp_path)
    assert caught.value.heals
    assert is_a_sentence(caught.value)
