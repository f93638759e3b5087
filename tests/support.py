"""What the tests of the library share: tiny contracts, tiny sources, rows put into tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

from gongkai import contracts, landing, sources
from gongkai.check import Checked, check
from gongkai.conform import Candidates, load_code_lists
from gongkai.connections import Connection
from gongkai.contracts import Contract
from gongkai.home import Home
from gongkai.lake import quoted
from gongkai.read import TextTable, read
from gongkai.sources import Source
from gongkai.state import Receipt

Row = Mapping[str, Any]

PROJECT = Path(__file__).parents[1]
POSITION = "_file VARCHAR, _part VARCHAR, _line BIGINT"


def a_home(path: Path, **changes: Any) -> Home:
    """An installation without a server: SQLite, no portal, whatever `changes` says."""
    given = {
        "database": None,
        "public_database": None,
        "reader_database": None,
        "ckan_url": None,
        "ckan_token": None,
        "sources": None,
        "codelists": None,
        "connections": {},
        **changes,
    }
    return Home(path=path, **given)


def drop_folder(path: Path) -> str:
    """The connection, as a variable gives it, of a folder on this machine."""
    return json.dumps({"conn_type": "fs", "extra": {"path": str(path)}})


def a_field(name: str, kind: str = "VARCHAR", **more: Any) -> dict[str, Any]:
    """A property of a contract; `more` are `key`, `required`, `public`, `personal`, `code_list`,
    `code_date`, and the options of the standard (`pattern`, `minimum`, `maximum`, `format`)."""
    options = {o: more[o] for o in ("pattern", "minimum", "maximum", "format") if o in more}
    custom = {
        "labelEn": f"{name} in English",
        "personalData": more.get("personal"),
        "codeList": more.get("code_list"),
        "codeDate": more.get("code_date"),
        "labelOf": more.get("label_of"),
        "requiredUnless": more.get("required_unless"),
        "warns": more.get("warns"),
        "unit": more.get("unit"),
        "disclosureReason": None if more.get("public", True) else "personal_privacy",
    }
    return {
        "name": name,
        "businessName": f"{name}（中文）",
        "physicalType": kind,
        "primaryKey": more.get("key", False),
        "required": more.get("required", more.get("key", False)),
        "classification": "public" if more.get("public", True) else "restricted",
        "description": name,
        "logicalTypeOptions": options,
        "customProperties": [
            {"property": key, "value": value} for key, value in custom.items() if value is not None
        ],
    }


def a_rule(name: str, column: str, holds: str, zh: str, en: str, **more: str) -> dict[str, Any]:
    """A row rule of a contract."""
    return {
        "name": name,
        "type": "custom",
        "engine": "gongkai",
        "severity": more.get("severity", "error"),
        "description": zh,
        "implementation": {
            "column": column,
            "holds": holds,
            "en": en,
            "responsible": more.get("responsible", "department"),
            **({"source": more["source"]} if "source" in more else {}),
        },
    }


def a_contract(
    folder: Path,
    fields: Iterable[dict[str, Any]],
    *,
    rules: Iterable[dict[str, Any]] = (),
    delivery: str = "snapshot",
    partition_by: Iterable[str] = (),
    data_date: str | None = None,
    parameters: Iterable[dict[str, Any]] = (),
    hold_above: float | None = None,
) -> Contract:
    """The contract of the dataset `tiny`, written as a document and read as the library does."""
    fields = list(fields)
    custom = {
        "titleEn": "Tiny",
        "department": {"slug": "tiny-bureau", "zh": "小局", "en": "Tiny Bureau"},
        "delivery": delivery,
        "partitionBy": list(partition_by),
        "dataDate": data_date or fields[0]["name"],
        "legalBasis": [{"zh": "依据", "en": "basis"}],
        "frequency": "irregular",
        "schedule": "0 2 * * *",
        "licence": "CC-BY-4.0",
        "ruleSource": "小局规定",
        "deadline": {
            "trigger": {"zh": "信息形成", "en": "the day it is made"},
            "days": 20,
            "calendar": "working",
            "source": "小局规定",
        },
        "obligations": [],
        "parameters": list(parameters),
    }
    if hold_above is not None:
        custom["holdAbove"] = hold_above
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "tiny",
        "name": "小",
        "version": "1.0.0",
        "status": "active",
        "description": {
            "purpose": "小",
            "customProperties": [{"property": "purposeEn", "value": "tiny"}],
        },
        "customProperties": [{"property": k, "value": v} for k, v in custom.items()],
        "schema": [
            {
                "name": "tiny",
                "description": "每行一个",
                "customProperties": [{"property": "descriptionEn", "value": "one each"}],
                "properties": fields,
                "quality": list(rules),
            }
        ],
    }
    path = folder / "finance" / "tiny.odcs.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return contracts.read(path)


def a_source(
    folder: Path,
    table: Mapping[str, Any] | None = None,
    *,
    pull: Mapping[str, Any] | None = None,
    transform: str = "FROM delivery",
    surrogates: Iterable[str] = (),
    dataset: str = "tiny",
) -> Source:
    """A source, written as its two files and read as the library does."""
    declared = {
        "title": "小局",
        "pull": dict(pull or {"kind": "files", "connection": "gongkai_tiny", "pattern": "*"}),
        "read": dict(table or {"kind": "delimited", "columns": ["code"]}),
        "surrogates": list(surrogates),
    }
    path = folder / dataset / "tiny.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    path.with_suffix(".sql").write_text(transform, encoding="utf-8")
    return sources.read(path, dataset)


def delivered(home: Home, files: Mapping[str, bytes]) -> tuple[Receipt, ...]:
    """Files in the landing, as a pull leaves them."""
    return tuple(landing.keep(home, name, "tests", [content]) for name, content in files.items())


def read_bytes(
    home: Home,
    folder: Path,
    table: Mapping[str, Any],
    content: bytes,
    database: duckdb.DuckDBPyConnection,
    name: str = "delivered",
) -> TextTable:
    """One file, read as `table` declares."""
    return read(delivered(home, {name: content}), a_source(folder, table), home, database)


def rows_of(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    """The rows of a relation, in its order."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def judged(
    rows: Iterable[Row],
    contract: Contract,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> Checked:
    """The check of candidates that are given as text."""
    rows = list(rows)
    listed = ", ".join(f"{quoted(field.name)} VARCHAR" for field in contract.fields)
    database.execute(f"CREATE OR REPLACE TABLE candidates (_row BIGINT, {listed}, {POSITION})")
    names = [field.name for field in contract.fields]
    for place, row in enumerate(rows, start=1):
        values = [row.get(name) for name in names]
        marks = ", ".join("?" * (len(names) + 4))
        database.execute(
            f"INSERT INTO candidates VALUES ({marks})", [place, *values, "file", "", place]
        )
    load_code_lists(contract, home, database)
    candidates = Candidates(database.table("candidates"), len(rows))
    return check(candidates, contract, source, home, database)


def fill(
    name: str,
    contract: Contract,
    rows: Iterable[Row],
    database: duckdb.DuckDBPyConnection,
) -> None:
    """A table with the contract's columns in their types, as the suite and compare meet it."""
    columns = {field.name: field.kind for field in contract.fields}
    columns |= {"_remarks": "VARCHAR", "_row": "BIGINT"}
    listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    database.execute(f"CREATE OR REPLACE TABLE {quoted(name)} ({listed}, {POSITION})")
    for row in rows:
        given = {"_file": "file", "_part": "", "_line": 1, **row}
        database.execute(
            f"INSERT INTO {quoted(name)} ({', '.join(map(quoted, given))}) "
            f"VALUES ({', '.join('?' * len(given))})",
            list(given.values()),
        )


def as_csv(rows: Iterable[Iterable[str]], encoding: str = "utf-8") -> bytes:
    """Rows as a delimited file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def connection(kind: str = "fs", **values: Any) -> Connection:
    """The connection `gongkai_tiny`."""
    return Connection("gongkai_tiny", kind, values.pop("host", ""), **values)
