"""The natural-resources bureau's SFTP server: one folder, to read and not to change."""

import hmac
from pathlib import Path
from typing import NoReturn

import asyncssh

from samples.credentials import Secrets

_CHANGES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC
_WRITES = asyncssh.ACE4_WRITE_DATA | asyncssh.ACE4_APPEND_DATA | asyncssh.ACE4_WRITE_ATTRIBUTES


def _refuse() -> NoReturn:
    raise asyncssh.SFTPPermissionDenied("this folder is read-only")


class ReadOnly(asyncssh.SFTPServer):
    """The folder as its root; everything that would change it is refused."""

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open to read (protocol 3, which nearly every client speaks)."""
        if pflags & _CHANGES:
            _refuse()
        return super().open(path, pflags, attrs)

    def open56(
        self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs
    ) -> object:
        """Open to read (protocol 5 and later)."""
        creates = flags & asyncssh.FXF_ACCESS_DISPOSITION != asyncssh.FXF_OPEN_EXISTING
        if desired_access & _WRITES or creates:
            _refuse()
        return super().open56(path, desired_access, flags, attrs)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Refuse to write."""
        _refuse()

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse to change attributes."""
        _refuse()

    def lsetstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse to change attributes."""
        _refuse()

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse to change attributes."""
        _refuse()

    def remove(self, path: bytes) -> None:
        """Refuse to remove a file."""
        _refuse()

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse to make a folder."""
        _refuse()

    def rmdir(self, path: bytes) -> None:
        """Refuse to remove a folder."""
        _refuse()

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse to rename."""
        _refuse()

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse to rename."""
        _refuse()

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse to link."""
        _refuse()

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse to link."""
        _refuse()


class _Door(asyncssh.SSHServer):
    """Lets in who has the user's name and password, by password only."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def password_auth_supported(self) -> bool:
        """Offer passwords."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether both are right."""
        known = self._secrets
        # Both are compared in full, so that the time taken tells nothing.
        user = hmac.compare_digest(username.encode(), known.sftp_user.encode())
        return hmac.compare_digest(password.encode(), known.sftp_password.encode()) and user


async def listen(folder: Path, empty: Path, secrets: Secrets) -> asyncssh.SSHAcceptor:
    """A server on a loopback port, on another one where the kept port is taken.

    `empty` is shown while `folder` is not there; each connection looks anew.
    """

    def root(channel: asyncssh.SSHServerChannel[bytes]) -> ReadOnly:
        return ReadOnly(channel, chroot=str(folder if folder.is_dir() else empty).encode())

    async def on(port: int) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            port,
            server_factory=lambda: _Door(secrets),
            server_host_keys=[asyncssh.import_private_key(secrets.host_key)],
            sftp_factory=root,
            allow_scp=False,
        )

    try:
        return await on(secrets.sftp_port)
    except OSError:
        return await on(0)
