"""How a source is pulled, as its declaration says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Take = Literal["all", "last", "unseen"]


@dataclass(frozen=True)
class DatabasePull:
    """A query against a department's database: PostgreSQL, MySQL or SQLite, as the connection
    says.

    `period_query` is asked where one period is, with `{period}` in its place. `since_query` is
    asked on scheduled runs, with the watermark in the place of `{since}`; the column `updated`
    moves it.
    """

    connection: str
    name: str
    query: str
    period_query: str | None
    since_query: str | None
    updated: str | None


@dataclass(frozen=True)
class Numbered:
    """Pages are asked for by number, counted from `first`."""

    parameter: str
    first: int = 1


@dataclass(frozen=True)
class Offset:
    """Pages are asked for by the number of records before them."""

    parameter: str


@dataclass(frozen=True)
class NextLink:
    """A page says at `path` where the next one is; the last one says nothing."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Cursor:
    """A page says at `path` what `parameter` has to be for the next one; the last one nothing."""

    parameter: str
    path: tuple[str, ...]


Paging = Numbered | Offset | NextLink | Cursor


@dataclass(frozen=True)
class Door:
    """How an HTTP interface lets us in: the header or the parameter that takes the connection's
    password, and how many requests it allows a second (None: as many as come)."""

    header: str | None = None
    parameter: str | None = None
    per_second: float | None = None


@dataclass(frozen=True)
class ApiPull:
    """A JSON interface that gives its records a page at a time.

    `records` is the path of the list within a page, `total` that of the number of all records:
    where it is declared, fewer are a broken delivery. `since` names the parameter that takes the
    watermark, `updated` the field of a record that moves it; without `updated` every pull is a
    full one. `period` names the parameter that takes a period.
    """

    connection: str
    name: str
    path: str
    records: tuple[str, ...]
    paging: Paging
    size: str | None
    page_size: int
    total: tuple[str, ...] = ()
    since: str | None = None
    updated: str | None = None
    period: str | None = None
    door: Door = Door()


@dataclass(frozen=True)
class UrlPull:
    """One file by its address, `{period}` in it the period asked for. It is asked for by its
    ETag or its date, so that one that has not changed is not sent."""

    connection: str
    name: str
    path: str
    door: Door


@dataclass(frozen=True)
class FilesPull:
    """Files that match a pattern in a folder: on this machine, over SFTP, in an S3 bucket.

    In `pattern` the word `{period}` stands for the period asked for, or for anything. Of the files
    that match, `all` are taken, or the `last` by name where each of them is a whole snapshot, or
    those `unseen`: that were not, with this name and this content, in a run that came to its end.
    A file that changed within the last `settle` seconds is still being written.
    """

    connection: str
    folder: str
    pattern: str
    take: Take
    settle: float


@dataclass(frozen=True)
class CkanPull:
    """A resource of a package on another CKAN portal: the newest whose name or description has
    `resource` in it and whose format is `format`, where these are given.

    As the file that it is, or with `rows` the records of its table, a page at a time.
    """

    connection: str
    package: str
    resource: str | None
    format: str | None
    rows: bool
    page_size: int
    door: Door


Pull = DatabasePull | ApiPull | UrlPull | FilesPull | CkanPull

_KEYS = {
    "database": {"name", "query", "period_query", "since_query", "updated"},
    "api": {
        *("name", "path", "records", "page", "first", "offset", "next", "cursor", "size"),
        *("page_size", "total", "since", "updated", "period"),
        *("key_header", "key_parameter", "per_second"),
    },
    "url": {"name", "path", "key_header", "key_parameter", "per_second"},
    "files": {"folder", "pattern", "take", "settle"},
    "ckan": {
        *("package", "resource", "format", "rows", "page_size"),
        *("key_header", "key_parameter", "per_second"),
    },
}


def declared(raw: Mapping[str, Any], dataset: str) -> Pull:
    """The pull of a declaration; raises KeyError or ValueError where it is none."""
    kind = raw["kind"]
    if kind not in _KEYS:
        raise ValueError(f"pull.kind {kind} is none of {', '.join(_KEYS)}")
    if unknown := sorted(set(raw) - _KEYS[kind] - {"kind", "connection"}):
        raise ValueError(f"pull of kind {kind} has no {', '.join(unknown)}")
    connection = raw["connection"]
    match kind:
        case "database":
            return _database(raw, connection)
        case "api":
            return _api(raw, connection)
        case "url":
            name = raw.get("name", raw["path"].rpartition("/")[2])
            return UrlPull(connection, name, raw["path"], _door(raw))
        case "files":
            take = raw.get("take", "all")
            if take not in get_args(Take):
                raise ValueError(f"pull.take {take} is none of {', '.join(get_args(Take))}")
            folder, settle = raw.get("folder", dataset), float(raw.get("settle", 0))
            return FilesPull(connection, folder, raw["pattern"], take, settle)
    return CkanPull(
        connection=connection,
        package=raw["package"],
        resource=raw.get("resource"),
        format=raw.get("format"),
        rows=bool(raw.get("rows", False)),
        page_size=int(raw.get("page_size", 1000)),
        door=_door(raw),
    )


def knows_periods(pull: Pull) -> bool:
    """Whether one period can be asked for by itself."""
    match pull:
        case DatabasePull():
            return pull.period_query is not None
        case ApiPull():
            return pull.period is not None
        case UrlPull():
            return "{period}" in pull.path
        case FilesPull():
            return "{period}" in pull.pattern
        case CkanPull():
            return False


def _database(raw: Mapping[str, Any], connection: str) -> DatabasePull:
    since_query, updated = raw.get("since_query"), raw.get("updated")
    if (since_query is None) != (updated is None):
        raise ValueError("pull.since_query and pull.updated go together")
    for name, mark in (("period_query", "{period}"), ("since_query", "{since}")):
        if raw.get(name) and mark not in raw[name]:
            raise ValueError(f"pull.{name} has no {mark} in it")
    return DatabasePull(
        connection, raw["name"], raw["query"], raw.get("period_query"), since_query, updated
    )


def _api(raw: Mapping[str, Any], connection: str) -> ApiPull:
    return ApiPull(
        connection=connection,
        name=raw["name"],
        path=raw["path"],
        records=_path(raw["records"]),
        paging=_paging(raw),
        size=raw.get("size", "size"),
        page_size=int(raw.get("page_size", 100)),
        total=_path(raw.get("total")),
        since=raw.get("since"),
        updated=raw.get("updated"),
        period=raw.get("period"),
        door=_door(raw),
    )


def _paging(raw: Mapping[str, Any]) -> Paging:
    named = [name for name in ("page", "offset", "next", "cursor") if name in raw]
    if len(named) > 1:
        raise ValueError(f"pull pages by {' and '.join(named)}; only one can be")
    if "offset" in raw:
        return Offset(raw["offset"])
    if "next" in raw:
        return NextLink(_path(raw["next"]))
    if "cursor" in raw:
        return Cursor(raw["cursor"]["parameter"], _path(raw["cursor"]["path"]))
    return Numbered(raw.get("page", "page"), int(raw.get("first", 1)))


def _path(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(".")) if text else ()


def _door(raw: Mapping[str, Any]) -> Door:
    rate = raw.get("per_second")
    if rate is not None and float(rate) <= 0:
        raise ValueError("pull.per_second is more than nothing")
    return Door(raw.get("key_header"), raw.get("key_parameter"), float(rate) if rate else None)
