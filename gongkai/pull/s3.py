"""A folder in a bucket of an S3 server, by DuckDB's httpfs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import duckdb

from gongkai import extensions
from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, GongkaiError, SourceRefused, SourceUnreachable
from gongkai.lake import literal
from gongkai.pull.folder import Entry
from gongkai.text import Text

REFUSALS = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403", "Authentication")
MISSING = ("NoSuchBucket", "404")


@dataclass(frozen=True)
class Bucket:
    """What lies below a prefix of a bucket, without what lies deeper."""

    database: duckdb.DuckDBPyConnection
    connection: Connection
    prefix: str

    @property
    def where(self) -> str:
        """The folder as an error names it."""
        return f"{self.connection.name}, s3://{self.prefix}"

    @property
    def origin(self) -> str:
        """The folder as a receipt names it."""
        return self.where

    def entries(self) -> list[Entry]:
        """The files in it."""
        found = self._asked(
            "SELECT filename, size, epoch(last_modified) FROM read_blob("
            f"{literal(f's3://{self.prefix}/*')})"
        )
        return [Entry(name.rpartition("/")[2], size, moment) for name, size, moment in found]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, in one piece."""
        path = literal(f"s3://{self.prefix}/{name}")
        for (content,) in self._asked(f"SELECT content FROM read_blob({path})"):
            yield content

    def _asked(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self.database.execute(query).fetchall()
        except duckdb.IOException as error:
            # no file at all is an empty folder
            if "No files found" in str(error):
                return []
            raise _sorted(str(error), self.where, self.connection) from None


@contextmanager
def bucket(connection: Connection, folder: str) -> Iterator[Bucket]:
    """A folder of the connection's bucket (its schema, or `bucket` in its extras).

    The address is that of Airflow's AWS connections, `endpoint_url`, else the host, else Amazon's.
    """
    name = connection.schema or str(connection.extra.get("bucket", ""))
    with extensions.opened("httpfs") as database:
        database.execute(f"SET http_timeout = {int(connection.extra.get('timeout', 30))}")
        database.execute("SET http_retries = 1")
        options = [
            f"KEY_ID {literal(connection.login)}",
            f"SECRET {literal(connection.password)}",
            f"REGION {literal(str(connection.extra.get('region_name', 'us-east-1')))}",
            *_endpoint(connection),
        ]
        database.execute(f"CREATE SECRET department (TYPE s3, {', '.join(options)})")
        prefix = f"{name}/{folder}".rstrip("/").removesuffix("/.")
        yield Bucket(database, connection, prefix)


def _endpoint(connection: Connection) -> list[str]:
    url = str(connection.extra.get("endpoint_url", ""))
    if not url and connection.host:
        url = f"https://{connection.host}" + (f":{connection.port}" if connection.port else "")
    if not url:
        return []
    parts = urlsplit(url)
    secure = "true" if parts.scheme == "https" else "false"
    return [f"ENDPOINT {literal(parts.netloc)}", f"USE_SSL {secure}", "URL_STYLE 'path'"]


def _sorted(said: str, where: str, connection: Connection) -> GongkaiError:
    if any(word in said for word in REFUSALS):
        return SourceRefused(
            Text("S3 服务器拒绝密钥", "the S3 server refused the key"),
            where=where,
            do=Text(
                f"请检查连接 {connection.name} 的用户名和密码。",
                f"Check user and password of the connection {connection.name}.",
            ),
        )
    if any(word in said for word in MISSING):
        return BrokenDelivery(
            Text("存储桶不存在", "the bucket is not there"),
            where=where,
            do=Text("请修改连接中的存储桶。", "Mend the bucket in the connection."),
        )
    return SourceUnreachable(
        Text("无法连接 S3 服务器", "the S3 server cannot be reached"),
        where=where,
        do=Text(
            "请检查其是否在运行、本机能否访问。",
            "Check that it runs and can be reached from here.",
        ),
    )
