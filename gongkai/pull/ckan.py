"""Pull from another CKAN portal: the file of a resource, or the records of its table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.landing import keep
from gongkai.pull.api import pull_pages
from gongkai.pull.http import Interface, interface
from gongkai.pulls import ApiPull, CkanPull, Door, Offset
from gongkai.state import Receipt
from gongkai.text import Text

SHOW = "/api/3/action/package_show"
SEARCH = "/api/3/action/datastore_search"


@dataclass(frozen=True)
class Taken:
    """What a resource holds, nothing where it is still the `version` that was known."""

    receipts: tuple[Receipt, ...]
    version: str | None


def pull_resource(
    declared: CkanPull,
    home: Home,
    connection: Connection,
    known: str | None,
    *,
    begun: tuple[Receipt, ...] = (),
    kept: Callable[[Receipt], None] = lambda _: None,
) -> Taken:
    """The declared resource, unless the portal says that it is still the version that is `known`.
    The rows of a table can change without its saying so: they are always asked for.

    Raises SourceUnreachable, SourceRefused, or BrokenDelivery where the package has no such
    resource.
    """
    where = f"{connection.place}, {declared.package}"
    with interface(connection, declared.door, follow=True) as door:
        resource = _chosen(_package(door, declared, where), declared, where)
        if declared.rows:
            table = _table(resource, declared)
            pages = pull_pages(table, home, connection, None, begun=begun, kept=kept)
            return Taken(pages.receipts, None)
        version = _version(resource)
        if version and version == known:
            return Taken((), version)
        return Taken((_file(resource, door, home, where),), version)


def _package(door: Interface, declared: CkanPull, where: str) -> list[dict[str, Any]]:
    """The resources of the package."""
    content = door.get(SHOW, {"id": declared.package}, where).content
    try:
        found = json.loads(content)["result"]["resources"]
    except (ValueError, KeyError, TypeError):
        raise BrokenDelivery(
            Text("返回的不是 CKAN 的数据集", "the answer is no package of a CKAN"),
            where=where,
            do=Text("请检查连接的地址。", "Check the address of the connection."),
        ) from None
    return [resource for resource in found if isinstance(resource, dict)]


def _chosen(resources: list[dict[str, Any]], declared: CkanPull, where: str) -> dict[str, Any]:
    """The newest resource that is as declared."""

    def fits(resource: dict[str, Any]) -> bool:
        said = f"{resource.get('name') or ''}\n{resource.get('description') or ''}"
        kind = str(resource.get("format") or "")
        return (declared.resource is None or bool(re.search(declared.resource, said))) and (
            declared.format is None or kind.casefold() == declared.format.casefold()
        )

    fitting = [resource for resource in resources if fits(resource)]
    if not fitting:
        names = "；".join(f"{r.get('name')} ({r.get('format')})" for r in resources) or "–"
        raise BrokenDelivery(
            Text(
                f"该数据集没有相符的资源；有 {names}",
                f"the package has no such resource; there are {names}",
            ),
            where=where,
            do=Text(
                "请修改来源声明中的 resource 或 format。",
                "Mend resource or format in the source.",
            ),
        )
    return max(fitting, key=lambda r: str(r.get("last_modified") or r.get("created") or ""))


def _version(resource: dict[str, Any]) -> str | None:
    """By what the portal knows a state of the resource: its hash, or when it was changed."""
    mark = resource.get("hash") or resource.get("last_modified")
    return f"{resource.get('id')} {mark}" if mark else None


def _file(resource: dict[str, Any], door: Interface, home: Home, where: str) -> Receipt:
    address = str(resource.get("url") or "")
    if door.inside(address):
        content = door.get(address, {}, where).content
    else:
        # what the portal only links to does not get our key
        with interface(door.connection, Door(), follow=True) as elsewhere:
            content = elsewhere.get(address, {}, where).content
    name = unquote(urlsplit(address).path).rpartition("/")[2] or str(resource.get("name"))
    return keep(home, name, where, [content])


def _table(resource: dict[str, Any], declared: CkanPull) -> ApiPull:
    """The portal's own interface to the rows of a resource, declared like any other."""
    return ApiPull(
        connection=declared.connection,
        name=declared.package,
        path=f"{SEARCH}?resource_id={resource['id']}&sort=_id",
        records=("result", "records"),
        paging=Offset("offset"),
        size="limit",
        page_size=declared.page_size,
        total=("result", "total"),
        door=declared.door,
    )
