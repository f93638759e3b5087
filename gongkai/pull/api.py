"""Pull from a paginated JSON API; every page is kept as it was received."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import keep
from gongkai.sources import ApiPull
from gongkai.state import Receipt
from gongkai.text import Text

MOST_PAGES = 100_000


@dataclass(frozen=True)
class Pages:
    """The pages of one pull; `newest` is the time of the newest record, as the source writes it."""

    receipts: tuple[Receipt, ...]
    records: int
    newest: str | None


def pull_pages(
    declared: ApiPull,
    home: Home,
    connection: Connection,
    since: str | None,
) -> Pages:
    """Every page from the first to the last short one.

    A page is checked to be the JSON that the source declares before the next is asked for; what
    came instead is kept in the landing all the same.
    """
    receipts: list[Receipt] = []
    newest, count = since, 0
    base = connection.extra.get("base") or f"http://{connection.host}:{connection.port}"
    headers = {declared.key_header: connection.password} if declared.key_header else {}
    timeout = float(connection.extra.get("timeout", 30))
    with httpx.Client(base_url=base, headers=headers, timeout=timeout) as client:
        for page in range(1, MOST_PAGES):
            asked: dict[str, str | int] = {declared.page: page, declared.size: declared.page_size}
            if since and declared.since:
                asked[declared.since] = since
            name = f"{declared.name}-{page:05}.json"
            where = f"{connection.place}{declared.path}, 第 {page} 页 page {page}"
            response = _get(client, declared.path, asked, where, connection)
            receipts.append(keep(home, name, f"{connection.place}{declared.path}", [response]))
            records = _records(response, declared, where)
            count += len(records)
            if declared.updated:
                moments = [str(record.get(declared.updated) or "") for record in records]
                newest = max([newest or "", *moments])
            if len(records) < declared.page_size:
                break
    return Pages(tuple(receipts), count, newest or None)


def _get(
    client: httpx.Client,
    path: str,
    asked: dict[str, str | int],
    where: str,
    connection: Connection,
) -> bytes:
    try:
        response = client.get(path, params=asked)
    except httpx.TimeoutException:
        raise SourceUnreachable(
            Text("部门接口没有及时应答", "the department's API did not answer in time"),
            where=where,
            do=Text("请稍后重新运行。", "Run again later."),
        ) from None
    except httpx.HTTPError:
        raise SourceUnreachable(
            Text("无法连接部门接口", "the department's API cannot be reached"),
            where=where,
            do=Text(
                "请检查其是否在运行、本机能否访问。",
                "Check that it runs and can be reached from here.",
            ),
        ) from None
    if response.status_code in (401, 403):
        raise SourceRefused(
            Text(
                f"部门接口拒绝密钥（HTTP {response.status_code}）",
                f"the department's API refused the key (HTTP {response.status_code})",
            ),
            where=where,
            do=Text(
                f"请检查连接 {connection.name} 的密码。",
                f"Check the password of the connection {connection.name}.",
            ),
        )
    if response.status_code >= 500 or response.status_code == 429:
        raise SourceUnreachable(
            Text(
                f"部门接口出现故障（HTTP {response.status_code}）",
                f"the department's API has trouble (HTTP {response.status_code})",
            ),
            where=where,
            do=Text(
                "请稍后重新运行；如仍不行，请联系部门。",
                "Run again later; if it stays, call the department.",
            ),
        )
    if response.status_code != 200:
        raise BrokenDelivery(
            Text(
                f"部门接口不认识这个请求（HTTP {response.status_code}）",
                f"the department's API does not know what was asked (HTTP {response.status_code})",
            ),
            where=where,
            do=Text(
                "请向部门了解变动，或修改来源声明中的 path。",
                "Ask the department what changed, or mend the source's path.",
            ),
        )
    return response.content


def _records(page: bytes, declared: ApiPull, where: str) -> list[dict[str, Any]]:
    do = Text(
        "请联系部门；收到的内容已原样留存。",
        "Ask the department; what came is kept in the landing.",
    )
    if page.lstrip()[:1] == b"<":
        raise BrokenDelivery(
            Text("返回的是网页，不是 JSON", "the answer is a web page, not JSON"),
            where=where,
            do=do,
        )
    try:
        found: Any = json.loads(page)
    except (ValueError, UnicodeDecodeError):
        raise BrokenDelivery(
            Text("返回的不是完整的 JSON", "the answer is no whole JSON document"),
            where=where,
            do=do,
        ) from None
    for name in declared.records:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        path = ".".join(declared.records)
        raise BrokenDelivery(
            Text(f"返回内容的 {path} 处没有列表", f"the answer has no list at {path}"),
            where=where,
            do=do,
        )
    return found
