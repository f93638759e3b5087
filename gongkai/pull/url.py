"""Pull one file by its address; one that has not changed is not sent again."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.landing import keep
from gongkai.pull.http import Reply, interface
from gongkai.pulls import UrlPull
from gongkai.state import Receipt
from gongkai.text import Text

ASKED_BY = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


@dataclass(frozen=True)
class Fetched:
    """A file, or None where it is still the `version` that was known: what the server said to
    know it again by, None where it said nothing."""

    receipt: Receipt | None
    version: str | None


def pull_url(
    declared: UrlPull, home: Home, connection: Connection, period: str | None, known: str | None
) -> Fetched:
    """The file at the address, unless it is the version that is `known`.

    Raises SourceUnreachable, SourceRefused, or BrokenDelivery where there is nothing.
    """
    path = declared.path.replace("{period}", period or "")
    where = f"{connection.place}{path}"
    with interface(connection, declared.door, follow=True) as door:
        reply = door.get(path, {}, where, _asked(known))
    if reply.status == 304:
        return Fetched(None, known)
    if not reply.content:
        raise BrokenDelivery(
            Text("文件是空的", "the file is empty"),
            where=where,
            do=Text("请部门重新发布。", "Ask the department to publish it again."),
        )
    name = declared.name.replace("{period}", period or "")
    return Fetched(keep(home, name, where, [reply.content]), _version(reply))


def _asked(known: str | None) -> dict[str, str]:
    name, _, value = (known or "").partition(": ")
    return {ASKED_BY[name]: value} if name in ASKED_BY else {}


def _version(reply: Reply) -> str | None:
    return next(
        (f"{name}: {reply.headers[name]}" for name in ASKED_BY if name in reply.headers), None
    )
