"""Paging, patience, pace and going on; one file by its address; another portal's resource."""

from __future__ import annotations

import itertools
import json
import logging
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenContract, BrokenDelivery, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.pull import Known, Pulled, pull
from gongkai.state import Receipt
from tests.interface import Answer, Asked, as_json, serving
from tests.support import a_source

KEY = "a-key-that-nobody-uses"
RECORDS = [{"id": str(number)} for number in range(1, 8)]

API = {"kind": "api", "name": "records", "path": "/v1", "records": "data.list", "page_size": 3}
URL = {"kind": "url", "path": "/files/a.csv"}
CKAN = {"kind": "ckan", "package": "debts"}


def pulled(
    port: int,
    home: Home,
    folder: Path,
    declared: dict[str, Any],
    *,
    since: str | None = None,
    period: str | None = None,
    known: Known | None = None,
    kept: Callable[[Receipt], None] = lambda _: None,
    **extra: Any,
) -> Pulled:
    source = a_source(folder, pull={"connection": "gongkai_tiny", **declared})
    door = Connection("gongkai_tiny", "http", "127.0.0.1", port, password=KEY, extra=extra)
    return pull(source, home, lambda name: door, period=period, since=since, known=known, kept=kept)


def ids(home: Home, found: Pulled) -> list[str]:
    pages = [json.loads(address(home, r.sha256).read_bytes()) for r in found.receipts]
    return [record["id"] for page in pages for record in page["data"]["list"]]


ALL = [record["id"] for record in RECORDS]


def slice_of(start: int, size: int = 3) -> dict[str, Any]:
    return {"data": {"list": RECORDS[start : start + size], "total": len(RECORDS)}}


def by_offset(asked: Asked) -> Answer:
    return as_json(slice_of(int(asked.query["start"])))


def test_pages_by_offset(home: Home, tmp_path: Path) -> None:
    with serving(by_offset) as (port, asked):
        found = pulled(port, home, tmp_path, {**API, "offset": "start", "size": "rows"})
    assert ids(home, found) == ALL
    assert [(ask.query["start"], ask.query["rows"]) for ask in asked] == [
        ("0", "3"),
        ("3", "3"),
        ("6", "3"),
    ]


def test_pages_counted_from_nought(home: Home, tmp_path: Path) -> None:
    with serving(lambda ask: as_json(slice_of(int(ask.query["p"]) * 3))) as (port, _):
        found = pulled(port, home, tmp_path, {**API, "page": "p", "first": 0})
    assert ids(home, found) == ALL


def linked(asked: Asked) -> Answer:
    start = int(asked.query.get("from", "0"))
    more = start + 3 < len(RECORDS)
    link = {"next": f"/v1?from={start + 3}&kind=x" if more else None}
    return as_json({**slice_of(start), "links": link})


def test_pages_by_the_link_to_the_next(home: Home, tmp_path: Path) -> None:
    with serving(linked) as (port, asked):
        found = pulled(port, home, tmp_path, {**API, "next": "links.next"})
    assert ids(home, found) == ALL
    assert asked[1].query == {"from": "3", "kind": "x"}


def test_pages_by_cursor(home: Home, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        start = int(asked.query.get("after", "0"))
        cursor = str(start + 3) if start + 3 < len(RECORDS) else ""
        return as_json({**slice_of(start), "cursor": cursor})

    cursor = {"parameter": "after", "path": "cursor"}
    with serving(answer) as (port, asked):
        found = pulled(port, home, tmp_path, {**API, "cursor": cursor, "size": None})
    assert ids(home, found) == ALL
    assert [ask.query for ask in asked] == [{}, {"after": "3"}, {"after": "6"}]


def test_an_interface_that_leads_in_a_circle_is_a_broken_delivery(
    home: Home, tmp_path: Path
) -> None:
    def round_and_round(asked: Asked) -> Answer:
        return as_json({**slice_of(0), "next": "/v1?from=0"})

    with (
        serving(round_and_round) as (port, asked),
        pytest.raises(BrokenDelivery, match="leads back"),
    ):
        pulled(port, home, tmp_path, {**API, "next": "next"})
    assert len(asked) == 2


def test_the_key_goes_to_no_other_server(home: Home, tmp_path: Path) -> None:
    with serving(lambda _: as_json(slice_of(0))) as (other, stolen):
        there = as_json({**slice_of(0), "next": f"http://127.0.0.1:{other}/v1"})
        with serving(lambda _: there) as (port, _), pytest.raises(BrokenDelivery, match="another"):
            pulled(port, home, tmp_path, {**API, "next": "next", "key_header": "X-Key"})
    assert stolen == []


def test_shorter_pages_than_asked_for_are_no_end_where_the_total_is_declared(
    home: Home, tmp_path: Path
) -> None:
    def two(asked: Asked) -> Answer:
        return as_json(slice_of(int(asked.query["start"]), 2))

    with serving(two) as (port, _):
        found = pulled(port, home, tmp_path, {**API, "offset": "start", "total": "data.total"})
    assert ids(home, found) == ALL


def test_fewer_records_than_the_interface_says_are_a_broken_delivery(
    home: Home, tmp_path: Path
) -> None:
    def short(asked: Asked) -> Answer:
        return as_json({"data": {**slice_of(int(asked.query["start"]))["data"], "total": 9}})

    with (
        serving(short) as (port, _),
        pytest.raises(BrokenDelivery, match="it has 9 records, and gave 7"),
    ):
        pulled(port, home, tmp_path, {**API, "offset": "start", "total": "data.total"})


def test_a_key_in_the_address_is_never_shown(
    home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    declared = {**API, "key_parameter": "token"}
    with serving(lambda ask: as_json(slice_of(6))) as (port, asked):
        found = pulled(port, home, tmp_path, declared)
    assert asked[0].query["token"] == KEY
    with serving(lambda _: Answer(status=500)) as (port, _), pytest.raises(SourceUnreachable) as no:
        pulled(port, home, tmp_path, declared)
    assert KEY not in f"{found} {no.value}"
    assert not [record for record in caplog.records if record.name == "httpx"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_department_is_asked_again_when_it_says(
    home: Home, tmp_path: Path, status: int
) -> None:
    def busy_twice(asked: Asked) -> Answer:
        if len(arrived) < 3:
            return Answer(status=status, headers={"Retry-After": "0"})
        return as_json(slice_of(6))

    with serving(busy_twice) as (port, arrived):
        found = pulled(port, home, tmp_path, API)
    assert len(arrived) == 3
    assert ids(home, found) == ["7"]


@pytest.mark.parametrize("when", ["3600", formatdate(time.time() + 3600, usegmt=True)])
def test_a_department_that_asks_for_more_than_our_patience_is_left_to_the_schedule(
    home: Home, tmp_path: Path, when: str
) -> None:
    busy = Answer(status=503, headers={"Retry-After": when})
    begun = time.monotonic()
    with (
        serving(lambda _: busy) as (port, asked),
        pytest.raises(SourceUnreachable, match="503") as caught,
    ):
        pulled(port, home, tmp_path, API)
    assert caught.value.heals
    assert len(asked) == 1
    assert time.monotonic() - begun < 10


def test_requests_keep_the_declared_pace(home: Home, tmp_path: Path) -> None:
    with serving(by_offset) as (port, asked):
        pulled(port, home, tmp_path, {**API, "offset": "start", "per_second": 20})
    gaps = [b.moment - a.moment for a, b in itertools.pairwise(asked)]
    assert len(gaps) == 2
    assert min(gaps) > 0.03


@pytest.mark.parametrize(
    ("paging", "answers"), [({"offset": "start"}, by_offset), ({"next": "links.next"}, linked)]
)
def test_a_pull_that_broke_goes_on_where_it_broke(
    home: Home, tmp_path: Path, paging: dict[str, str], answers: Callable[[Asked], Answer]
) -> None:
    declared = {**API, **paging}
    begun: list[Receipt] = []

    def breaks(asked: Asked) -> Answer:
        return Answer(status=500) if len(arrived) == 3 else answers(asked)

    with serving(breaks) as (port, arrived), pytest.raises(SourceUnreachable):
        pulled(port, home, tmp_path, declared, kept=begun.append)
    assert len(begun) == 2
    with serving(answers) as (port, asked):
        found = pulled(port, home, tmp_path, declared, known=Known(begun=tuple(begun)))
    assert len(asked) == 1
    assert ids(home, found) == ALL
    assert found.receipts[:2] == tuple(begun)


def test_a_period_is_passed_on(home: Home, tmp_path: Path) -> None:
    with serving(lambda _: as_json(slice_of(6))) as (port, asked):
        pulled(port, home, tmp_path, {**API, "period": "year", "since": "since"}, period="2019")
    assert asked[0].query["year"] == "2019"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"next": "a", "offset": "b"}, "only one can be"),
        ({"per_second": 0}, "more than nothing"),
        ({"pagesize": 3}, "has no pagesize"),
    ],
)
def test_a_declaration_that_cannot_be_meant(
    tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(BrokenContract, match=words):
        a_source(tmp_path, pull={"connection": "gongkai_tiny", **API, **wrong})


def test_a_file_is_fetched_once_for_each_of_its_versions(home: Home, tmp_path: Path) -> None:
    def file(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == '"1"':
            return Answer(status=304)
        return Answer(b"code\n1\n", headers={"ETag": '"1"'})

    with serving(file) as (port, _):
        first = pulled(port, home, tmp_path, URL)
        second = pulled(port, home, tmp_path, URL, since=first.watermark)
        full = pulled(port, home, tmp_path, URL)
    [receipt] = first.receipts
    assert (receipt.name, address(home, receipt.sha256).read_bytes()) == ("a.csv", b"code\n1\n")
    assert not first.nothing_new
    assert (second.receipts, second.nothing_new, second.watermark) == ((), True, first.watermark)
    assert full.receipts[0].sha256 == receipt.sha256


def test_a_file_without_an_etag_is_asked_for_by_its_date(home: Home, tmp_path: Path) -> None:
    date = "Mon, 06 Jan 2025 00:00:00 GMT"
    with serving(lambda _: Answer(b"1", headers={"Last-Modified": date})) as (port, asked):
        found = pulled(port, home, tmp_path, URL)
        pulled(port, home, tmp_path, URL, since=found.watermark)
    assert asked[1].headers["If-Modified-Since"] == date


def test_a_file_that_moved_is_followed_and_an_empty_one_is_none(home: Home, tmp_path: Path) -> None:
    def moved(asked: Asked) -> Answer:
        if asked.path == "/files/a.csv":
            return Answer(status=302, headers={"Location": "/new/b.csv"})
        return Answer(b"1")

    with serving(moved) as (port, _):
        assert pulled(port, home, tmp_path, URL).receipts[0].bytes == 1
    with serving(lambda _: Answer()) as (port, _), pytest.raises(BrokenDelivery, match="empty"):
        pulled(port, home, tmp_path, URL)


def portal(asked: Asked) -> Answer:
    """A portal in CKAN's own words, with a package of three resources."""
    if asked.path == "/api/3/action/package_show":
        resources = [
            {"id": "a", "name": "2023年", "format": "CSV", "url": "/a.csv", "hash": "1"},
            {"id": "b", "name": "2024年", "format": "csv", "url": "/b.csv", "hash": "2"},
            {"id": "c", "name": "2024年", "format": "XLSX", "url": "/c.xlsx"},
        ]
        for at, resource in enumerate(resources):
            resource["last_modified"] = f"2025-01-0{at + 1}T00:00:00"
        return as_json({"success": True, "result": {"resources": resources}})
    if asked.path == "/api/3/action/datastore_search":
        start, limit = int(asked.query["offset"]), int(asked.query["limit"])
        records = RECORDS[start : start + limit]
        return as_json({"result": {"records": records, "total": len(RECORDS)}})
    return Answer(asked.path.encode())


def test_the_newest_resource_that_is_as_declared_is_taken(home: Home, tmp_path: Path) -> None:
    with serving(portal) as (port, asked):
        found = pulled(port, home, tmp_path, {**CKAN, "format": "CSV"})
        again = pulled(port, home, tmp_path, {**CKAN, "format": "CSV"}, since=found.watermark)
    assert [(receipt.name, receipt.bytes) for receipt in found.receipts] == [("b.csv", 6)]
    assert asked[0].query == {"id": "debts"}
    assert (again.receipts, again.nothing_new) == ((), True)
    with serving(portal) as (port, _):
        named = pulled(port, home, tmp_path, {**CKAN, "resource": "2023"})
    assert [receipt.name for receipt in named.receipts] == ["a.csv"]


def test_the_rows_of_a_resource_come_a_page_at_a_time(home: Home, tmp_path: Path) -> None:
    with serving(portal) as (port, asked):
        found = pulled(port, home, tmp_path, {**CKAN, "rows": True, "page_size": 3})
    pages = [json.loads(address(home, r.sha256).read_bytes()) for r in found.receipts]
    assert [r["id"] for page in pages for r in page["result"]["records"]] == ALL
    assert {ask.query["resource_id"] for ask in asked[1:]} == {"c"}


def test_a_resource_that_is_gone_is_told_with_what_there_is(home: Home, tmp_path: Path) -> None:
    with (
        serving(portal) as (port, _),
        pytest.raises(BrokenDelivery, match=r"no such resource.*2024年 \(XLSX\)"),
    ):
        pulled(port, home, tmp_path, {**CKAN, "format": "PDF"})
    with serving(lambda _: as_json([])) as (port, _), pytest.raises(BrokenDelivery, match="CKAN"):
        pulled(port, home, tmp_path, CKAN)
