"""Pulling from an HTTP interface that pages, fails, refuses, keeps silent and tells nonsense."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, GongkaiError, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import address
from gongkai.pull import Pulled, pull
from tests.support import a_source

KEY = "a-key-that-nobody-uses"
SIZE = 2
RECORDS = [{"id": str(n), "updated": f"2025-01-0{n}T00:00:00"} for n in range(1, 6)]

Answer = tuple[int, bytes]


@dataclass
class Department:
    """An interface on a free port: `answers` says what each page is answered with, `asked` what
    it was asked for."""

    answers: Callable[[int], Answer]
    asked: list[dict[str, str]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    port: int = 0


@contextmanager
def serving(department: Department) -> Iterator[Department]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {key: found[-1] for key, found in parse_qs(urlsplit(self.path).query).items()}
            department.asked.append(query)
            department.keys.append(self.headers.get("X-Api-Key"))
            status, content = department.answers(int(query["page"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        department.port = server.server_port
        try:
            yield department
        finally:
            server.shutdown()
            thread.join()


def page(number: int) -> Answer:
    records = RECORDS[(number - 1) * SIZE : number * SIZE]
    return 200, json.dumps({"data": {"records": records}}).encode()


def pulled(
    port: int, home: Home, folder: Path, *, since: str | None = None, timeout: float = 30
) -> Pulled:
    source = a_source(
        folder,
        pull={
            "kind": "api",
            "connection": "gongkai_tiny",
            "name": "records",
            "path": "/v1",
            "records": "data.records",
            "page_size": SIZE,
            "since": "since",
            "updated": "updated",
            "key_header": "X-Api-Key",
        },
    )
    known = Connection(
        "gongkai_tiny",
        "http",
        "127.0.0.1",
        port,
        password=KEY,
        extra={"timeout": timeout, "patience": 0},
    )
    return pull(source, home, lambda name: known, period=None, since=since)


def landed(home: Home) -> list[bytes]:
    return [path.read_bytes() for path in home.landing.glob("??/*")]


def is_a_sentence(error: GongkaiError) -> bool:
    """What, where, what to do, on one line, without the key."""
    text = str(error)
    return (
        all((error.what, error.where, error.do))
        and "gongkai_tiny" in text
        and "\n" not in text
        and KEY not in text
    )


def test_every_page_is_fetched_and_kept_as_it_came(home: Home, tmp_path: Path) -> None:
    with serving(Department(page)) as department:
        found = pulled(department.port, home, tmp_path)
    assert [ask["page"] for ask in department.asked] == ["1", "2", "3"]
    assert {ask["size"] for ask in department.asked} == {str(SIZE)}
    assert department.keys == [KEY] * 3
    names = [receipt.name for receipt in found.receipts]
    assert names == ["records-00001.json", "records-00002.json", "records-00003.json"]
    kept = [address(home, receipt.sha256).read_bytes() for receipt in found.receipts]
    assert kept == [page(number)[1] for number in (1, 2, 3)]
    assert found.watermark == "2025-01-05T00:00:00"
    assert not found.nothing_new
    assert KEY not in str(found)


def test_a_full_last_page_is_followed_by_an_empty_one(home: Home, tmp_path: Path) -> None:
    def two_pages(number: int) -> Answer:
        return page(number) if number <= 2 else (200, b'{"data": {"records": []}}')

    with serving(Department(two_pages)) as department:
        found = pulled(department.port, home, tmp_path)
    assert len(department.asked) == len(found.receipts) == 3


def test_since_is_passed_on_and_kept_where_nothing_came(home: Home, tmp_path: Path) -> None:
    nothing = Department(lambda number: (200, b'{"data": {"records": []}}'))
    with serving(nothing) as department:
        found = pulled(department.port, home, tmp_path, since="2025-01-05T00:00:00")
    assert [ask["since"] for ask in department.asked] == ["2025-01-05T00:00:00"]
    assert found.nothing_new
    assert found.watermark == "2025-01-05T00:00:00"


def test_without_since_everything_is_asked_for(home: Home, tmp_path: Path) -> None:
    with serving(Department(page)) as department:
        pulled(department.port, home, tmp_path)
    assert all("since" not in ask for ask in department.asked)


@pytest.mark.parametrize(
    ("status", "error", "heals"),
    [
        (500, SourceUnreachable, True),
        (503, SourceUnreachable, True),
        (429, SourceUnreachable, True),
        (401, SourceRefused, False),
        (403, SourceRefused, False),
        (404, BrokenDelivery, False),
        (302, BrokenDelivery, False),
    ],
)
def test_a_status_that_is_no_answer(
    home: Home, tmp_path: Path, status: int, error: type[GongkaiError], heals: bool
) -> None:
    refusing = Department(lambda number: page(number) if number == 1 else (status, b"no"))
    with serving(refusing) as department, pytest.raises(error, match=str(status)) as caught:
        pulled(department.port, home, tmp_path)
    assert caught.value.heals is heals
    assert is_a_sentence(caught.value)
    assert "page 2" in caught.value.where
    # what came before stays
    assert landed(home) == [page(1)[1]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"  <!DOCTYPE html><html>login</html>", "a web page, not JSON"),
        (b'{"data": {"records": [{"id": "1"', "no whole JSON document"),
        ('{"data": "甲"}'.encode("gb18030"), "no whole JSON document"),
        (b"", "no whole JSON document"),
        (b'{"data": {"rows": []}}', "no list at data.records"),
        (b'{"data": {"records": ["1"]}}', "no list at data.records"),
        (b"[]", "no list at data.records"),
        (b'{"code": 401, "message": "key"}', "no list at data.records"),
    ],
)
def test_what_came_instead_is_told_and_kept(
    home: Home, tmp_path: Path, content: bytes, words: str
) -> None:
    with (
        serving(Department(lambda number: (200, content))) as department,
        pytest.raises(BrokenDelivery, match=words) as caught,
    ):
        pulled(department.port, home, tmp_path)
    assert not caught.value.heals
    assert is_a_sentence(caught.value)
    assert landed(home) == [content]


def test_a_server_that_keeps_silent_is_given_up(home: Home, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SourceUnreachable, match="did not answer in time") as caught,
    ):
        pulled(silent.getsockname()[1], home, tmp_path, timeout=0.2)
    assert caught.value.heals
    assert is_a_sentence(caught.value)


def test_nobody_at_the_port_is_unreachable(home: Home, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SourceUnreachable, match="cannot be reached") as caught:
        pulled(port, home, tmp_path)
    assert caught.value.heals
    assert is_a_sentence(caught.value)
    assert f"127.0.0.1:{port}" in caught.value.where


def test_an_answer_that_breaks_off_is_unreachable(home: Home, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            client, _ = server.accept()
            with client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + page(1)[1])

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SourceUnreachable) as caught:
            pulled(server.getsockname()[1], home, tmp_path)
        thread.join()
    assert caught.value.heals
    assert is_a_sentence(caught.value)


def test_a_connection_never_shows_its_password() -> None:
    known: Any = Connection("gongkai_tiny", "http", "host", password=KEY, extra={"token": KEY})
    assert KEY not in repr(known)
    assert KEY not in known.place
