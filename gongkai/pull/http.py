"""One HTTP interface of a department: its door, its pace, its patience, its errors sorted."""

from __future__ import annotations

import email.utils
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, GongkaiError, SourceRefused, SourceUnreachable
from gongkai.pulls import Door
from gongkai.text import Text

PATIENCE = 60.0
"""Seconds that one request may wait in all where the department asks to be left alone; a
connection may say otherwise (`patience`). What takes longer is tried again by the schedule."""
BUSY = (429, 503)

# it tells every address that is asked for, and a key may be in one
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Reply:
    """What came: 200 with its content, or 304."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass
class Interface:
    """An interface that is asked, one request after the other."""

    client: httpx.Client
    connection: Connection
    door: Door
    before: float = field(default=0.0, init=False)

    def __enter__(self) -> Interface:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def get(
        self,
        address: str,
        asked: Mapping[str, str | int],
        where: str,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer to a request. Where the department is busy, it is asked again after the time
        that it names, as long as our patience lasts.

        Raises SourceUnreachable, SourceRefused or BrokenDelivery, as the answer is.
        """
        left = float(self.connection.extra.get("patience", PATIENCE))
        for turn in range(100):
            self._keep_pace()
            reply, wait = self._ask(address, asked, where, headers or {}, turn)
            if reply.status not in BUSY or wait > left:
                break
            time.sleep(wait)
            left -= wait
        if reply.status in (200, 304):
            return reply
        raise _sorted(reply.status, where, self.connection)

    def inside(self, address: str) -> bool:
        """Whether an address is the interface's own: no other gets the key."""
        base = self.client.base_url
        found = urlsplit(urljoin(str(base), address))
        return (found.scheme, found.netloc) == (base.scheme, base.netloc.decode())

    def _keep_pace(self) -> None:
        if self.door.per_second:
            time.sleep(max(0.0, self.before + 1 / self.door.per_second - time.monotonic()))
        self.before = time.monotonic()

    def _ask(
        self,
        address: str,
        asked: Mapping[str, str | int],
        where: str,
        headers: Mapping[str, str],
        turn: int,
    ) -> tuple[Reply, float]:
        """An answer, and the seconds to wait for another one if it is that they are busy."""
        keyed = dict(asked)
        if self.door.parameter:
            keyed[self.door.parameter] = self.connection.password
        # parameters that are given replace those in the address
        url = httpx.URL(address).copy_merge_params(keyed) if keyed else httpx.URL(address)
        with _reaching(where):
            response = self.client.get(url, headers=headers)
        wait = _named_wait(response.headers.get("Retry-After"))
        reply = Reply(response.status_code, response.headers, response.content)
        return reply, 2.0**turn if wait is None else wait


def interface(connection: Connection, door: Door, *, follow: bool = False) -> Interface:
    """The interface of a connection. With `follow`, it may send us elsewhere, unless it is given a
    key of ours with every request."""
    port = f":{connection.port}" if connection.port else ""
    base = connection.extra.get("base") or f"http://{connection.host}{port}"
    client = httpx.Client(
        base_url=base,
        headers={door.header: connection.password} if door.header else {},
        timeout=float(connection.extra.get("timeout", 30)),
        follow_redirects=follow and not door.header and not door.parameter,
    )
    return Interface(client, connection, door)


@contextmanager
def _reaching(where: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise SourceUnreachable(
            Text("部门接口没有及时应答", "the department's API did not answer in time"),
            where=where,
            do=Text("请稍后重新运行。", "Run again later."),
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise SourceUnreachable(
            Text("无法连接部门接口", "the department's API cannot be reached"),
            where=where,
            do=Text(
                "请检查其是否在运行、本机能否访问。",
                "Check that it runs and can be reached from here.",
            ),
        ) from None


def _named_wait(
    text: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> float | None:
    """The seconds that `Retry-After` names, as a number or as a date; None where it does not."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - now()).total_seconds()) if moment.tzinfo else None


def _sorted(status: int, where: str, connection: Connection) -> GongkaiError:
    if status in (401, 403):
        return SourceRefused(
            Text(
                f"部门接口拒绝密钥（HTTP {status}）",
                f"the department's API refused the key (HTTP {status})",
            ),
            where=where,
            do=Text(
                f"请检查连接 {connection.name} 的密码。",
                f"Check the password of the connection {connection.name}.",
            ),
        )
    if status >= 500 or status == 429:
        return SourceUnreachable(
            Text(
                f"部门接口出现故障（HTTP {status}）",
                f"the department's API has trouble (HTTP {status})",
            ),
            where=where,
            do=Text(
                "请稍后重新运行；如仍不行，请联系部门。",
                "Run again later; if it stays, call the department.",
            ),
        )
    return BrokenDelivery(
        Text(
            f"部门接口不认识这个请求（HTTP {status}）",
            f"the department's API does not know what was asked (HTTP {status})",
        ),
        where=where,
        do=Text(
            "请向部门了解变动，或修改来源声明中的 path。",
            "Ask the department what changed, or mend the source's path.",
        ),
    )
