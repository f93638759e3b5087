"""Pull from a JSON API that gives its records a page at a time; every page is kept as it came.

A pull that broke is taken up where it broke: the pages that were kept are read again from the
landing as if they came now, and the first one that is missing is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.landing import address, keep
from gongkai.pull.http import Interface, interface
from gongkai.pulls import ApiPull, Cursor, NextLink, Numbered, Offset
from gongkai.state import Receipt
from gongkai.text import Text

MOST_PAGES = 100_000
ASK = Text(
    "请联系部门；收到的内容已原样留存。",
    "Ask the department; what came is kept in the landing.",
)


@dataclass(frozen=True)
class Pages:
    """The pages of one pull; `newest` is the time of the newest record, as the source writes it."""

    receipts: tuple[Receipt, ...]
    records: int
    newest: str | None


@dataclass(frozen=True)
class Turn:
    """What is asked for next: where, and with which parameters."""

    address: str
    asked: Mapping[str, str | int]


def pull_pages(
    declared: ApiPull,
    home: Home,
    connection: Connection,
    since: str | None,
    *,
    period: str | None = None,
    begun: tuple[Receipt, ...] = (),
    kept: Callable[[Receipt], None] = lambda _: None,
) -> Pages:
    """Every page from the first to the last.

    A page is checked to be the JSON that the source declares before the next is asked for; what
    came instead is kept in the landing all the same. `begun` are the pages of a pull that broke,
    `kept` is told of each sound page. Raises BrokenDelivery also where fewer records came than the
    interface says it has, or where it leads in a circle.
    """
    receipts: list[Receipt] = []
    newest, count = since, 0
    fixed = _fixed(declared, period, since)
    turn: Turn | None = _first(declared, fixed)
    seen = set[str]()
    with interface(connection, declared.door) as door:
        while turn and len(receipts) < MOST_PAGES:
            number = len(receipts) + 1
            where = f"{connection.place}{declared.path}, 第 {number} 页 page {number}"
            if number <= len(begun):
                receipt = begun[number - 1]
                content = address(home, receipt.sha256).read_bytes()
            else:
                content = door.get(turn.address, turn.asked, where).content
                name = f"{declared.name}-{number:05}.json"
                receipt = keep(home, name, f"{connection.place}{declared.path}", [content])
            page = _page(content, where)
            records = _records(page, declared, where)
            count += len(records)
            if declared.updated:
                moments = [str(record.get(declared.updated) or "") for record in records]
                newest = max([newest or "", *moments])
            receipts.append(receipt)
            if number > len(begun):
                kept(receipt)
            turn = _next(declared, page, len(records), count, number, fixed)
            _refuse_circle(turn, seen, door, where)
    _refuse_shortage(declared, page, count, where)
    return Pages(tuple(receipts), count, newest or None)


def _fixed(declared: ApiPull, period: str | None, since: str | None) -> dict[str, str | int]:
    """The parameters that every page is asked for with."""
    fixed: dict[str, str | int] = {}
    if declared.size:
        fixed[declared.size] = declared.page_size
    if period and declared.period:
        fixed[declared.period] = period
    elif since and declared.since:
        fixed[declared.since] = since
    return fixed


def _first(declared: ApiPull, fixed: Mapping[str, str | int]) -> Turn:
    match declared.paging:
        case Numbered(parameter, first):
            return Turn(declared.path, {parameter: first, **fixed})
        case Offset(parameter):
            return Turn(declared.path, {parameter: 0, **fixed})
    return Turn(declared.path, fixed)


def _next(
    declared: ApiPull,
    page: Any,
    records: int,
    count: int,
    number: int,
    fixed: Mapping[str, str | int],
) -> Turn | None:
    """What is asked for after a page with so many `records`, the last of `count`; None where it
    was the last page."""
    match declared.paging:
        case NextLink(path):
            found = _at(page, path)
            return Turn(str(found), {}) if found else None
        case Cursor(parameter, path):
            found = _at(page, path)
            return Turn(declared.path, {parameter: str(found), **fixed}) if found else None
    # an interface may give shorter pages than it was asked for: its own total knows better
    total = _number(_at(page, declared.total)) if declared.total else None
    if records == 0 or (records < declared.page_size if total is None else count >= total):
        return None
    match declared.paging:
        case Numbered(parameter, first):
            return Turn(declared.path, {parameter: first + number, **fixed})
        case Offset(parameter):
            return Turn(declared.path, {parameter: count, **fixed})


def _refuse_circle(turn: Turn | None, seen: set[str], door: Interface, where: str) -> None:
    if turn is None:
        return
    mark = f"{turn.address} {sorted(turn.asked.items())}"
    if mark in seen:
        raise BrokenDelivery(
            Text(
                "接口的下一页又指向已取过的页", "the interface leads back to a page that was read"
            ),
            where=where,
            do=ASK,
        )
    seen.add(mark)
    if not door.inside(turn.address):
        raise BrokenDelivery(
            Text("接口的下一页在另一台服务器上", "the next page is on another server"),
            where=where,
            do=ASK,
        )


def _refuse_shortage(declared: ApiPull, page: Any, count: int, where: str) -> None:
    total = _number(_at(page, declared.total)) if declared.total else None
    if total is not None and count < total:
        raise BrokenDelivery(
            Text(
                f"接口称共有 {total} 条记录，只收到 {count} 条",
                f"the interface says that it has {total} records, and gave {count}",
            ),
            where=where,
            do=ASK,
        )


def _page(content: bytes, where: str) -> Any:
    if content.lstrip()[:1] == b"<":
        raise BrokenDelivery(
            Text("返回的是网页，不是 JSON", "the answer is a web page, not JSON"),
            where=where,
            do=ASK,
        )
    try:
        return json.loads(content)
    except (ValueError, UnicodeDecodeError):
        raise BrokenDelivery(
            Text("返回的不是完整的 JSON", "the answer is no whole JSON document"),
            where=where,
            do=ASK,
        ) from None


def _records(page: Any, declared: ApiPull, where: str) -> list[dict[str, Any]]:
    found = _at(page, declared.records)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        path = ".".join(declared.records)
        raise BrokenDelivery(
            Text(f"返回内容的 {path} 处没有列表", f"the answer has no list at {path}"),
            where=where,
            do=ASK,
        )
    return found


def _at(page: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        page = page.get(name) if isinstance(page, dict) else None
    return page


def _number(found: Any) -> int | None:
    return int(found) if str(found).isascii() and str(found).isdigit() else None
