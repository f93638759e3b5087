"""What the played departments ask of a caller: a key, a password, and where they listen."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import asyncssh

from samples.errors import SampleError
from samples.files import put


@dataclass(frozen=True)
class Secrets:
    """Credentials of both servers, the SFTP server's private key, and their last ports.

    A port of 0 means any that is free.
    """

    api_key: str
    sftp_user: str
    sftp_password: str
    host_key: str
    api_port: int = 0
    sftp_port: int = 0

    def at(self, api_port: int, sftp_port: int) -> "Secrets":
        """The same secrets with the ports that were found."""
        return replace(self, api_port=api_port, sftp_port=sftp_port)


def new() -> Secrets:
    """Fresh secrets for one start."""
    return Secrets(
        api_key=secrets.token_urlsafe(24),
        sftp_user="gongkai",
        sftp_password=secrets.token_urlsafe(24),
        host_key=asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode(),
    )


def read(path: Path) -> Secrets | None:
    """The secrets of an earlier start; nothing where there was none."""
    try:
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise SampleError(
            f"{path} holds no secrets of the sample departments; remove it and start again"
        ) from None


def keep(path: Path, kept: Secrets) -> None:
    """Keep the secrets for the next start, for the owner's eyes only."""
    put(path, json.dumps(asdict(kept), indent=1).encode(), mode=0o600)
