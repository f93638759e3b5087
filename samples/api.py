"""The trading centre's interface: records as JSON, a page at a time, for who has the key."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from samples.errors import SampleError

ADDRESS = "/api/v1/"
FOLDERS = {
    "awards": "tender_award",
    "sections": "trade_project",
    "notices": "tender_notice",
    "contracts": "trade_contract",
    "procurements": "gov_procurement",
    "land-parcels": "land_transfer",
    "state-assets": "soe_asset_trade",
}
"""What the interface calls the records of each folder."""
LARGEST_PAGE = 500

_SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Query:
    """What a caller asks for; `since` is local time, pages count from 1."""

    since: datetime | None
    page: int
    size: int


class QueryError(SampleError):
    """A parameter that cannot be understood."""


class Store:
    """The records of a folder's JSON lists, read again when a file has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[tuple[int, int], list[Any]]] = {}

    def records(self) -> list[Any]:
        """All records, file by file in the order of their names."""
        paths = sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []
        return [record for path in paths for record in self._of(path)]

    def _of(self, path: Path) -> list[Any]:
        stat = path.stat()
        version = (stat.st_mtime_ns, stat.st_size)
        known = self._read.get(path)
        if known is None or known[0] != version:
            content = json.loads(path.read_text(encoding="utf-8"))
            known = (version, content if isinstance(content, list) else [])
            self._read[path] = known
        return known[1]


def parse(query: str) -> Query:
    """The parameters of an address, with the interface's defaults."""
    values = {name: found[-1] for name, found in parse_qs(query).items()}
    return Query(
        since=_moment(values["since"]) if "since" in values else None,
        page=_number("page", values.get("page", "1"), 1, 10**9),
        size=_number("size", values.get("size", "50"), 1, LARGEST_PAGE),
    )


def answer(records: list[Any], query: Query) -> dict[str, Any]:
    """One page of what changed after `since`; a record that does not say when is served always."""
    chosen = [record for record in records if _is_after(record, query.since)]
    start = (query.page - 1) * query.size
    return {
        "total": len(chosen),
        "page": query.page,
        "pages": -(-len(chosen) // query.size),
        "size": query.size,
        "records": chosen[start : start + query.size],
    }


def listen(folder: Path, key: str, port: int) -> ThreadingHTTPServer:
    """A server on a loopback port, on another one where `port` is taken; not yet serving."""
    stores = {name: Store(folder / lies) for name, lies in FOLDERS.items()}

    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        protocol_version = "HTTP/1.1"
        # Head and body go out as two writes; waiting to join them would cost 40 ms a page.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, message, data = _respond(stores, key, self.path, self.headers.get("X-Api-Key"))
            body = {"code": int(status), "message": message}
            if data is not None:
                body["data"] = data
            content = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the caller's own log has every request."""

    try:
        return _Server(("127.0.0.1", port), Handler)
    except OSError:
        return _Server(("127.0.0.1", 0), Handler)


class _Server(ThreadingHTTPServer):
    # A caller that keeps its connection open must not keep the process from stopping.
    daemon_threads = True
    block_on_close = False


def _respond(
    stores: Mapping[str, Store], key: str, address: str, given: str | None
) -> tuple[HTTPStatus, str, dict[str, Any] | None]:
    if given is None or not hmac.compare_digest(given.encode(), key.encode()):
        return HTTPStatus.UNAUTHORIZED, "接口密钥缺失或不正确", None
    parts = urlsplit(address)
    store = stores.get(parts.path.removeprefix(ADDRESS))
    if store is None or not parts.path.startswith(ADDRESS):
        return HTTPStatus.NOT_FOUND, "没有这个接口", None
    try:
        return HTTPStatus.OK, "ok", answer(store.records(), parse(parts.query))
    except QueryError as error:
        return HTTPStatus.BAD_REQUEST, str(error), None
    except (OSError, ValueError) as error:
        return HTTPStatus.INTERNAL_SERVER_ERROR, f"数据文件无法读取：{error}", None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError("since 应为 2025-01-01T00:00:00 这样的时间") from None
    return moment if moment.tzinfo is None else moment.astimezone(_SHANGHAI).replace(tzinfo=None)


def _number(name: str, text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise QueryError(f"{name} 应为 {least} 至 {most} 的整数")
    return int(text)


def _is_after(record: Any, since: datetime | None) -> bool:
    changed = record.get("updateTime") if isinstance(record, dict) else None
    if since is None or not isinstance(changed, str):
        return True
    try:
        return _moment(changed) > since
    except QueryError:
        return True
