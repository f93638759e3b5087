"""A real MySQL (MariaDB), where its programs are installed: on the loopback, in a folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def serving(folder: Path, script: str) -> Iterator[int]:
    """The port of a server that has run the script; it ends with the block."""
    data, door = folder / "data", folder / "door"
    subprocess.run(
        [
            *("mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal"),
            *("--skip-test-db", "--user=root", f"--datadir={data}"),
        ],
        check=True,
        capture_output=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                *("mariadbd", "--no-defaults", "--user=root", f"--datadir={data}"),
                *(f"--socket={door}", "--bind-address=127.0.0.1", f"--port={port}"),
                "--innodb-buffer-pool-size=16M",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        client = ["mariadb", "--no-defaults", "--user=root", f"--socket={door}"]
        _wait(client, server)
        subprocess.run(client, input=script.encode(), check=True, capture_output=True)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait(client: list[str], server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while subprocess.run([*client, "-e", "SELECT 1"], capture_output=True).returncode:
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError("the MySQL server did not start")
        time.sleep(0.1)
