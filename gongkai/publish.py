"""Publish: an edition's files, table, dictionary and metadata on the portal.

What is done is done again safely: the portal is asked what it has, so a publish that broke off is
taken up where it stopped. A dataset is private on the portal until its first edition is whole.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckanapi
import duckdb

from gongkai import city, codelists, datapackage, portal, sources
from gongkai.codelists import CodeList
from gongkai.contracts import Contract
from gongkai.editions import Edition, alive, history, history_table
from gongkai.errors import PortalRefused
from gongkai.home import Home
from gongkai.lake import literal, quoted
from gongkai.portal import ask
from gongkai.state import Store
from gongkai.text import Text

BATCH = 5_000
"""Rows per call: of the sizes that were measured the fastest for the DataStore's API."""


FILES = (
    ("CSV", "CSV", "{}.csv"),
    ("PARQUET", "Parquet", "{}.parquet"),
    ("JSON", "Data Package", "datapackage.json"),
)
"""The files of every dataset: format as CKAN calls it, label, name."""


@dataclass(frozen=True)
class File:
    """A file of an edition: its format as CKAN calls it, where it lies for the moment."""

    format: str
    path: Path
    title: str


def publish_edition(
    edition: Edition,
    contract: Contract,
    home: Home,
    database: duckdb.DuckDBPyConnection,
    store: Store,
) -> str | None:
    """Bring the portal to an edition and give the dataset's address; None without a portal."""
    if home.ckan_url is None:
        return None
    here = city.load(home)
    source = sources.active(contract, home).title
    with portal.connect(home.ckan_url, home.ckan_token) as ckan:
        lists = codelists.of(contract, home)
        empty = tuple(store.attempt(edition.attempt).report.get("empty", ()))
        described = portal.package(contract, edition, here, source, empty)
        shown = _dataset(ckan, contract, here, described, home.ckan_url)
        table = next(r["id"] for r in shown["resources"] if r["format"] == "CSV")
        known = store.publication(contract.dataset)
        fields = portal.dictionary(contract, lists)
        _load_table(
            ckan, table, fields, edition, contract, database, known and known[0], home.ckan_url
        )
        with tempfile.TemporaryDirectory() as folder:
            files = write_files(edition, contract, here, lists, database, Path(folder))
            _revise(ckan, shown, files, edition, contract, described, home.ckan_url)
    return f"{home.ckan_url}/dataset/{contract.dataset}"


def write_files(
    edition: Edition,
    contract: Contract,
    here: city.City,
    lists: tuple[CodeList, ...],
    database: duckdb.DuckDBPyConnection,
    folder: Path,
) -> tuple[File, ...]:
    """The edition as CSV (UTF-8, RFC 4180) and Parquet, rows in the order of the key, and the
    Data Package that describes the CSV."""
    columns = ", ".join(quoted(field.name) for field in contract.public_fields)
    order = ", ".join(quoted(name) for name in contract.key)
    rows = f"SELECT {columns} FROM ({alive(contract, edition)}) ORDER BY {order}"
    title = here.title(contract).zh
    csv, parquet = folder / f"{contract.dataset}.csv", folder / f"{contract.dataset}.parquet"
    database.execute(f"COPY ({rows}) TO {literal(str(csv))} (FORMAT csv, HEADER)")
    database.execute(f"COPY ({rows}) TO {literal(str(parquet))} (FORMAT parquet, COMPRESSION zstd)")
    package = folder / "datapackage.json"
    described = datapackage.descriptor(contract, lists, here, edition)
    package.write_text(json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8")
    return (
        File("CSV", csv, f"{title}（CSV）"),
        File("PARQUET", parquet, f"{title}（Parquet）"),
        File("JSON", package, f"{title}（Data Package）"),
    )


def _dataset(
    ckan: ckanapi.RemoteCKAN,
    contract: Contract,
    here: city.City,
    described: dict[str, Any],
    url: str,
) -> dict[str, Any]:
    """The dataset on the portal: found, or made private with its empty files."""
    _ensure(ckan, "organization", portal.organisation(contract, here), url)
    _ensure(ckan, "group", portal.group(contract), url)
    found = _find(ckan, contract.dataset, url)
    there = {resource["format"].upper() for resource in found["resources"]} if found else set()
    resources = [
        {
            "name": f"{here.title(contract).zh}（{label}）",
            "format": kind,
            "url": name.format(contract.dataset),
            "url_type": "upload",
        }
        for kind, label, name in FILES
        if kind not in there
    ]
    if found is not None:
        for resource in resources:
            _add_resource(ckan, found["id"], resource, url)
        return (_find(ckan, contract.dataset, url) or found) if resources else found
    made: dict[str, Any] = ask(
        lambda: ckan.action.package_create(**described, private=True, resources=resources),
        url=url,
        what=Text(f"创建数据集 {contract.dataset}", f"create the dataset {contract.dataset}"),
    )
    return made


def _add_resource(
    ckan: ckanapi.RemoteCKAN, dataset: str, resource: dict[str, Any], url: str
) -> None:
    """A file that the dataset did not have when it was made."""
    ask(
        lambda: ckan.action.resource_create(package_id=dataset, **resource),
        url=url,
        what=Text(f"添加文件 {resource['url']}", f"add the file {resource['url']}"),
    )


def _ensure(ckan: ckanapi.RemoteCKAN, kind: str, wanted: dict[str, Any], url: str) -> None:
    def act() -> None:
        try:
            there = ckan.call_action(f"{kind}_show", {"id": wanted["name"]})
        except ckanapi.NotFound:
            ckan.call_action(f"{kind}_create", wanted)
            return
        if any(there.get(key) != value for key, value in wanted.items()):
            ckan.call_action(f"{kind}_patch", {"id": there["id"], **wanted})

    named = {"organization": "机构", "group": "专题"}[kind]
    what = Text(f"显示{named} {wanted['name']}", f"show the {kind} {wanted['name']}")
    try:
        ask(act, url=url, what=what)
    except PortalRefused:
        # two datasets of one department publish for the first time at the same moment: the
        # other one has made it meanwhile
        ask(act, url=url, what=what)


def _find(ckan: ckanapi.RemoteCKAN, dataset: str, url: str) -> dict[str, Any] | None:
    def act() -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = ckan.action.package_show(id=dataset)
        except ckanapi.NotFound:
            return None
        return found if found["state"] == "active" else None

    return ask(act, url=url, what=Text(f"显示数据集 {dataset}", f"show the dataset {dataset}"))


def _load_table(
    ckan: ckanapi.RemoteCKAN,
    table: str,
    fields: list[dict[str, Any]],
    edition: Edition,
    contract: Contract,
    database: duckdb.DuckDBPyConnection,
    shown: str | None,
    url: str,
) -> None:
    """Bring the DataStore table to the edition: by the difference where the portal shows an
    edition we know, by all rows otherwise."""
    what = Text(f"写入 {contract.dataset} 的数据表", f"load the table of {contract.dataset}")
    before = next((e for e in history(database, contract.dataset) if e.number == shown), None)
    if before and before.columns == edition.columns and before.position < edition.position:
        ask(
            lambda: _apply_difference(ckan, table, fields, before, edition, contract, database),
            url=url,
            what=what,
        )
        if _total(ckan, table, url) == edition.rows:
            return
    elif before and before.position == edition.position and _total(ckan, table, url) == before.rows:
        return
    ask(lambda: _load_all(ckan, table, fields, edition, contract, database), url=url, what=what)


def _load_all(
    ckan: ckanapi.RemoteCKAN,
    table: str,
    fields: list[dict[str, Any]],
    edition: Edition,
    contract: Contract,
    database: duckdb.DuckDBPyConnection,
) -> None:
    with contextlib.suppress(ckanapi.NotFound):
        ckan.action.datastore_delete(resource_id=table, force=True)
    ckan.action.datastore_create(
        resource_id=table, fields=fields, primary_key=list(contract.key), force=True
    )
    for records in _batches(database, alive(contract, edition), contract):
        ckan.action.datastore_upsert(
            resource_id=table, records=records, method="insert", force=True
        )
    ckan.action.resource_create_default_resource_views(
        resource=ckan.action.resource_show(id=table), create_datastore_views=True
    )


def _apply_difference(
    ckan: ckanapi.RemoteCKAN,
    table: str,
    fields: list[dict[str, Any]],
    before: Edition,
    edition: Edition,
    contract: Contract,
    database: duckdb.DuckDBPyConnection,
) -> None:
    ckan.action.datastore_create(resource_id=table, fields=fields, force=True)
    keys = ", ".join(quoted(name) for name in contract.key)
    now_alive, then_alive = alive(contract, edition), alive(contract, before)
    gone = f"SELECT {keys} FROM ({then_alive}) EXCEPT SELECT {keys} FROM ({now_alive})"
    for records in _batches(database, gone, contract, columns=contract.key):
        for key in records:
            ckan.action.datastore_delete(resource_id=table, filters=key, force=True)
    came = (
        f"SELECT * FROM {history_table(contract)} WHERE _edition_from > {before.position} AND "
        f"_edition_from <= {edition.position} "
        f"AND (_edition_to IS NULL OR _edition_to > {edition.position})"
    )
    for records in _batches(database, came, contract):
        ckan.action.datastore_upsert(
            resource_id=table, records=records, method="upsert", force=True
        )


def _total(ckan: ckanapi.RemoteCKAN, table: str, url: str) -> int:
    def act() -> int:
        try:
            return int(ckan.action.datastore_search(resource_id=table, limit=0)["total"])
        except ckanapi.NotFound:
            return -1

    return ask(act, url=url, what=Text("统计数据表的行数", "count the rows of a table"))


def _batches(
    database: duckdb.DuckDBPyConnection,
    query: str,
    contract: Contract,
    *,
    columns: tuple[str, ...] | None = None,
) -> Iterator[list[dict[str, str | None]]]:
    """Rows as the API takes them, every value as text: the table knows its types."""
    names = columns or tuple(field.name for field in contract.public_fields)
    listed = ", ".join(f"{quoted(name)}::VARCHAR" for name in names)
    order = ", ".join(quoted(name) for name in contract.key)
    result = database.cursor()
    result.execute(f"SELECT {listed} FROM ({query}) ORDER BY {order}")
    while rows := result.fetchmany(BATCH):
        yield [dict(zip(names, row, strict=True)) for row in rows]


def _revise(
    ckan: ckanapi.RemoteCKAN,
    shown: dict[str, Any],
    files: tuple[File, ...],
    edition: Edition,
    contract: Contract,
    metadata: dict[str, Any],
    url: str,
) -> None:
    """Files and metadata in one call: what CKAN offers that loses nothing to parallel calls."""
    ids = {resource["format"].upper(): resource["id"] for resource in shown["resources"]}
    described = {**metadata, "private": False}
    # with files the call is a form, whose fields are JSON texts
    update = {
        "match": json.dumps({"id": shown["id"]}),
        "update": json.dumps(described, ensure_ascii=False),
    }
    opened = {}
    for file in files:
        at = f"update__resources__{ids[file.format][:8]}"
        about = {
            "name": file.title,
            "format": file.format,
            "description": f"{contract.title.en}, {edition.number}",
        }
        update[at] = json.dumps(about, ensure_ascii=False)
        opened[f"{at}__upload"] = file.path.open("rb")
    try:
        ask(
            lambda: ckan.call_action("package_revise", update, files=opened),
            url=url,
            what=Text(
                f"发布 {contract.dataset} 的版次 {edition.number}",
                f"publish edition {edition.number} of {contract.dataset}",
            ),
        )
    finally:
        for stream in opened.values():
            stream.close()
