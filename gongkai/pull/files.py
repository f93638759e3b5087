"""Pull files from a folder that a department drops them in: on this machine, or over SFTP."""

from __future__ import annotations

import base64
import fnmatch
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import paramiko

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import keep
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
) -> tuple[Receipt, ...]:
    """The files that match, by name: all, or the last one. Hidden files and those still being
    written are left alone (names that end in `.part`, `.tmp` or begin with `~$`).

    Raises BrokenDelivery where none matches: an empty folder is no delivery.
    """
    pattern = declared.pattern.replace("{period}", period or "*")
    reach = _sftp_files if connection.kind == "sftp" else _local_files
    found = tuple(reach(declared, pattern, home, connection))
    if not found:
        raise BrokenDelivery(
            Text(f"没有与 {pattern} 相符的文件", f"no file matches {pattern}"),
            where=f"{connection.place}/{declared.folder}",
            do=Text(
                "请部门报送，或修改来源声明中的文件名规则。",
                "Ask the department to hand over, or mend the pattern in the source.",
            ),
        )
    return found


def _wanted(names: list[str], pattern: str, declared: FilesPull) -> list[str]:
    matching = sorted(
        name
        for name in names
        if fnmatch.fnmatchcase(name, pattern)
        and not name.startswith((".", "~$"))
        and not name.endswith((".part", ".tmp"))
    )
    return matching[-1:] if declared.take == "last" else matching


def _chunks(file: Readable) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _local_files(
    declared: FilesPull, pattern: str, home: Home, connection: Connection
) -> Iterator[Receipt]:
    folder = declared.folder
    place = Path(str(connection.extra.get("path", "/")), folder)
    try:
        names = [entry.name for entry in place.iterdir() if entry.is_file()]
    except OSError as error:
        raise SourceUnreachable(
            Text(
                f"报送文件夹无法读取（{error.strerror}）",
                f"the drop folder cannot be read ({error.strerror})",
            ),
            where=f"{connection.name}/{folder}",
            do=Text("请检查是否已挂载、可读取。", "Check that it is mounted and readable."),
        ) from None
    for name in _wanted(names, pattern, declared):
        with (place / name).open("rb") as file:
            yield keep(home, name, f"{connection.name}/{folder}", _chunks(file))


def _sftp_files(
    declared: FilesPull, pattern: str, home: Home, connection: Connection
) -> Iterator[Receipt]:
    folder = declared.folder
    with _sftp(connection) as client:
        where = f"{connection.place}/{folder}"
        try:
            entries = [
                entry.filename
                for entry in client.listdir_attr(folder)
                if stat.S_ISREG(entry.st_mode or 0)
            ]
            for name in _wanted(entries, pattern, declared):
                with client.open(f"{folder}/{name}", "rb") as file:
                    file.prefetch()
                    yield keep(home, name, where, _chunks(file))
        except FileNotFoundError:
            raise BrokenDelivery(
                Text("文件夹不存在", "the folder is not there"),
                where=where,
                do=Text("请修改来源声明中的文件夹。", "Mend the folder in the source."),
            ) from None
        except (OSError, EOFError, paramiko.SSHException):
            raise SourceUnreachable(
                Text("读取文件时连接中断", "the connection broke while files were read"),
                where=where,
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
