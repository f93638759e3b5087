"""Pull files that a department drops into a folder: on this machine, over SFTP, in a bucket."""

from __future__ import annotations

import base64
import fnmatch
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import paramiko

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import keep
from gongkai.pull.folder import Entry, Folder
from gongkai.pull.s3 import bucket
from gongkai.pulls import FilesPull
from gongkai.state import Receipt
from gongkai.text import Text

CHUNK = 1 << 20


class Readable(Protocol):
    """A file of this machine or of an SFTP server."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""


def pull_files(
    declared: FilesPull,
    home: Home,
    connection: Connection,
    period: str | None,
    known: frozenset[tuple[str, str]] = frozenset(),
    *,
    only_new: bool = False,
) -> tuple[Receipt, ...]:
    """The files that match, by name: all, or the last one, or with `only_new`, where the source
    takes what is unseen, those that are not `known` by name and sha256.

    Hidden files and those that are being written are left alone: names that end in `.part`,
    `.tmp` or begin with `~$`, files that changed within the last seconds or while they were read.
    Where one of them was delivered before, nothing is taken without it. Raises SourceUnreachable
    then, BrokenDelivery where no file matches: an empty folder is no delivery.
    """
    pattern = declared.pattern.replace("{period}", period or "*")
    names = {name for name, _ in known}
    with _opened(declared, connection) as folder:
        matching = _matching(folder.entries(), pattern)
        moving = [one for one in matching if time.time() - one.modified < declared.settle]
        settled = [one for one in matching if one not in moving]
        taken = settled[-1:] if declared.take == "last" else settled
        received = [keep(home, one.name, folder.origin, folder.chunks(one.name)) for one in taken]
        after = set(folder.entries())
    moving += [entry for entry in taken if entry not in after]
    found = [it for it, entry in zip(received, taken, strict=True) if entry in after]
    if moving and (not found or names & {entry.name for entry in moving}):
        raise SourceUnreachable(
            Text(
                f"文件 {moving[0].name} 还在写入",
                f"the file {moving[0].name} is still being written",
            ),
            where=folder.where,
            do=Text("请稍后重新运行。", "Run again later."),
        )
    if not matching:
        raise BrokenDelivery(
            Text(f"没有与 {pattern} 相符的文件", f"no file matches {pattern}"),
            where=folder.where,
            do=Text(
                "请部门报送，或修改来源声明中的文件名规则。",
                "Ask the department to hand over, or mend the pattern in the source.",
            ),
        )
    if only_new and declared.take == "unseen":
        return tuple(receipt for receipt in found if (receipt.name, receipt.sha256) not in known)
    return tuple(found)


def _matching(entries: list[Entry], pattern: str) -> list[Entry]:
    return sorted(
        (
            entry
            for entry in entries
            if fnmatch.fnmatchcase(entry.name, pattern)
            and not entry.name.startswith((".", "~$"))
            and not entry.name.endswith((".part", ".tmp"))
        ),
        key=lambda entry: entry.name,
    )


@contextmanager
def _opened(declared: FilesPull, connection: Connection) -> Iterator[Folder]:
    match connection.kind:
        case "sftp":
            with _sftp(connection) as client:
                yield Remote(client, declared.folder, f"{connection.place}/{declared.folder}")
        case "s3" | "aws":
            with bucket(connection, declared.folder) as folder:
                yield folder
        case _:
            yield Local(connection, declared.folder)


def _chunks(file: Readable) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


@dataclass(frozen=True)
class Local:
    """A folder of this machine."""

    connection: Connection
    folder: str

    @property
    def where(self) -> str:
        """The folder as an error names it."""
        return f"{self.connection.place}/{self.folder}"

    @property
    def origin(self) -> str:
        """The folder as a receipt names it."""
        return f"{self.connection.name}/{self.folder}"

    @property
    def _path(self) -> Path:
        return Path(str(self.connection.extra.get("path", "/")), self.folder)

    def entries(self) -> list[Entry]:
        """The files in it."""
        try:
            found = [(entry, entry.stat()) for entry in self._path.iterdir() if entry.is_file()]
        except OSError as error:
            raise SourceUnreachable(
                Text(
                    f"报送文件夹无法读取（{error.strerror}）",
                    f"the drop folder cannot be read ({error.strerror})",
                ),
                where=f"{self.connection.name}/{self.folder}",
                do=Text("请检查是否已挂载、可读取。", "Check that it is mounted and readable."),
            ) from None
        return [Entry(entry.name, its.st_size, its.st_mtime) for entry, its in found]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file."""
        with (self._path / name).open("rb") as file:
            yield from _chunks(file)


@dataclass(frozen=True)
class Remote:
    """A folder of an SFTP server."""

    client: paramiko.SFTPClient
    folder: str
    where: str

    @property
    def origin(self) -> str:
        """The folder as a receipt names it."""
        return self.where

    def entries(self) -> list[Entry]:
        """The files in it."""
        with self._reading():
            return [
                Entry(entry.filename, entry.st_size or 0, float(entry.st_mtime or 0))
                for entry in self.client.listdir_attr(self.folder)
                if stat.S_ISREG(entry.st_mode or 0)
            ]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file."""
        with self._reading(), self.client.open(f"{self.folder}/{name}", "rb") as file:
            file.prefetch()
            yield from _chunks(file)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise BrokenDelivery(
                Text("文件夹不存在", "the folder is not there"),
                where=self.where,
                do=Text("请修改来源声明中的文件夹。", "Mend the folder in the source."),
            ) from None
        except (OSError, EOFError, paramiko.SSHException):
            raise SourceUnreachable(
                Text("读取文件时连接中断", "the connection broke while files were read"),
                where=self.where,
                do=Text("请重新运行。", "Run again."),
            ) from None


@contextmanager
def _sftp(connection: Connection) -> Iterator[paramiko.SFTPClient]:
    timeout = float(connection.extra.get("timeout", 15))
    with paramiko.SSHClient() as ssh:
        _trust(ssh, connection)
        try:
            ssh.connect(
                connection.host,
                port=connection.port or 22,
                username=connection.login,
                password=connection.password,
                timeout=timeout,
                banner_timeout=timeout,
                auth_timeout=timeout,
                look_for_keys=False,
                allow_agent=False,
            )
        except paramiko.AuthenticationException:
            raise SourceRefused(
                Text("SFTP 服务器拒绝登录", "the SFTP server refused the login"),
                where=connection.place,
                do=Text(
                    f"请检查连接 {connection.name} 的用户名和密码。",
                    f"Check user and password of the connection {connection.name}.",
                ),
            ) from None
        except paramiko.BadHostKeyException:
            raise SourceRefused(
                Text(
                    "SFTP 服务器的主机密钥与已登记的不一致",
                    "the SFTP server shows another host key than the known one",
                ),
                where=connection.place,
                do=Text(
                    "请先向部门确认是否更换过，再取数。",
                    "Ask the department whether it changed, before anything is fetched.",
                ),
            ) from None
        except (OSError, EOFError, paramiko.SSHException):
            raise SourceUnreachable(
                Text("无法连接 SFTP 服务器", "the SFTP server cannot be reached"),
                where=connection.place,
                do=Text(
                    "请检查其是否在运行、本机能否访问。",
                    "Check that it runs and can be reached from here.",
                ),
            ) from None
        with ssh.open_sftp() as client:
            yield client


def _trust(ssh: paramiko.SSHClient, connection: Connection) -> None:
    """Trust the host key that the connection names (as in known_hosts: type and key), else those
    of the system; never an unknown one."""
    known = str(connection.extra.get("host_key", "")).split()
    if len(known) >= 2:
        name = connection.host
        if connection.port not in (None, 22):
            name = f"[{connection.host}]:{connection.port}"
        try:
            key = paramiko.PKey.from_type_string(known[0], base64.b64decode(known[1]))
        except (ValueError, paramiko.SSHException):
            raise SourceRefused(
                Text("连接中填写的主机密钥无效", "the host key that the connection names is none"),
                where=connection.place,
                do=Text(
                    f"请按 known_hosts 的格式填写连接 {connection.name} 的 host_key。",
                    f"Give host_key of the connection {connection.name} as in known_hosts.",
                ),
            ) from None
        ssh.get_host_keys().add(name, known[0], key)
    else:
        ssh.load_system_host_keys()
    ssh.set_missing_host_key_policy(_RefuseUnknown(connection))


class _RefuseUnknown(paramiko.MissingHostKeyPolicy):
    """Nothing is fetched from a server that nobody vouched for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        """Refuse."""
        raise SourceRefused(
            Text(
                f"SFTP 服务器的主机密钥没有登记（{key.get_name()}）",
                f"the SFTP server shows a host key that is not known ({key.get_name()})",
            ),
            where=self.connection.place,
            do=Text(
                f"请向部门索取，填入连接 {self.connection.name} 的 host_key。",
                f"Ask the department for it, and give it as host_key of {self.connection.name}.",
            ),
        )
