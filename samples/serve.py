"""One process that plays the departments' systems, until it is told to stop."""

import asyncio
import json
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import asyncssh

from samples import api, credentials, sftp
from samples.errors import SampleError
from samples.files import put


@dataclass(frozen=True)
class Announced:
    """Where both servers listen and what they ask of a caller."""

    api_url: str
    api_key: str
    sftp_port: int
    sftp_user: str
    sftp_password: str
    sftp_host_key: str

    def as_json(self) -> bytes:
        """The announcement as callers read it."""
        return json.dumps(
            {
                "api": {"url": self.api_url, "key": self.api_key},
                "sftp": {
                    "host": "127.0.0.1",
                    "port": self.sftp_port,
                    "user": self.sftp_user,
                    "password": self.sftp_password,
                    "host_key": self.sftp_host_key,
                },
            },
            indent=1,
        ).encode()


def serve(folder: Path, announce: Path, secrets_file: Path | None) -> None:
    """Listen, announce the addresses, and stop cleanly on SIGTERM or SIGINT.

    The announcement is there while the servers are: it is written when both listen
    and removed when they stop.
    """
    if not folder.is_dir():
        raise SampleError(f"{folder} is no folder; write it with: python -m samples make")
    kept = (credentials.read(secrets_file) if secrets_file else None) or credentials.new()
    announce.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as empty:
        asyncio.run(_serve(folder.resolve(), Path(empty), announce, kept, secrets_file))


async def _serve(
    folder: Path, empty: Path, announce: Path, kept: credentials.Secrets, secrets_file: Path | None
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)

    web = api.listen(folder, kept.api_key, kept.api_port)
    Thread(target=web.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    files = await sftp.listen(folder, empty, kept)
    kept = kept.at(web.server_port, files.get_port())
    if secrets_file is not None:
        credentials.keep(secrets_file, kept)
    put(announce, _announced(kept).as_json(), mode=0o600)
    try:
        await stopped.wait()
    finally:
        with suppress(FileNotFoundError):
            announce.unlink()
        files.close()
        await files.wait_closed()
        await asyncio.to_thread(web.shutdown)
        web.server_close()


def _announced(kept: credentials.Secrets) -> Announced:
    key = asyncssh.import_private_key(kept.host_key)
    return Announced(
        api_url=f"http://127.0.0.1:{kept.api_port}",
        api_key=kept.api_key,
        sftp_port=kept.sftp_port,
        sftp_user=kept.sftp_user,
        sftp_password=kept.sftp_password,
        sftp_host_key=key.export_public_key().decode().strip(),
    )
