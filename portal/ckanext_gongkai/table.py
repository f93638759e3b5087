"""CKAN's search documents in one PostgreSQL table, behind the interface of pysolr.Solr."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pysolr
import sqlalchemy as sa

from .conditions import Conditions, Ranked, path, words
from .syntax import QueryError, parse

# `doc` is what is searched by field, `body` what is searched as text, `payload` what is only
# returned: CKAN keeps the whole dataset as JSON in it.
TABLE = """
CREATE TABLE IF NOT EXISTS search_document (
  index_id text PRIMARY KEY, doc jsonb NOT NULL, body text NOT NULL, payload jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS search_document_doc ON search_document USING gin (doc jsonb_path_ops);
"""
UPSERT = """
INSERT INTO search_document (index_id, doc, body, payload)
VALUES (:index_id, cast(:doc as jsonb), :body, cast(:payload as jsonb))
ON CONFLICT (index_id) DO UPDATE
SET doc = excluded.doc, body = excluded.body, payload = excluded.payload
"""
# `IF NOT EXISTS` is no protection where two processes create the same table at once: both see
# that it is missing, and one fails. This lock lets one do it, and the others see the result.
TABLE_LOCK = 7353

# What Solr's schema copies into the field `text`.
BODY_FIELDS = {
    *("name", "title", "notes", "tags", "groups", "organization", "author", "maintainer"),
    *("license", "license_title", "res_name", "res_description", "res_url", "url"),
}
BODY_PREFIXES = ("extras_", "res_extras_", "vocab_")
PAYLOAD_FIELDS = ("data_dict", "validated_data_dict")
# In Solr's schema these are searched and never returned.
UNSTORED_FIELDS = {"permission_labels", "title_string"}
NUMERIC_PREFIXES = ("views_", "resources_accessed_")


@dataclass(frozen=True)
class Found:
    """The answer to a search, with the attributes of pysolr's that CKAN reads."""

    hits: int
    docs: list[dict[str, Any]]
    facets: dict[str, dict[str, list[Any]]] = field(default_factory=dict)


class DocumentTable:
    """Stands in for pysolr.Solr: the same calls, over PostgreSQL."""

    url = "postgresql"
    created_in: ClassVar[set[str]] = set()  # databases in which this process has seen the table

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def add(self, docs: Iterable[Mapping[str, Any]], **_: Any) -> None:
        """Store documents, each in place of the one with its index_id."""
        self._create()
        rows = [_row(document) for document in docs]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(sa.text(UPSERT), rows)

    def delete(self, q: str | None = None, id: str | None = None, **_: Any) -> None:
        """Remove the documents that match a query, or the one with this id."""
        self._create()
        conditions = Conditions()
        where = conditions.write(parse(q if q else f'id:"{id}"'))
        with self.engine.begin() as connection:
            connection.execute(
                sa.text(f"DELETE FROM search_document WHERE {where}"), conditions.parameters
            )

    def commit(self, **_: Any) -> None:
        """Nothing: what was added is there."""

    def search(
        self,
        q: str = "*:*",
        fq: str | Iterable[str] = (),
        rows: int = 10,
        start: int = 0,
        fl: str = "*",
        sort: str | None = None,
        **options: Any,
    ) -> Found:
        """What Solr's select handler answers. Raises pysolr.SolrError on a malformed query."""
        self._create()
        filters = [fq] if isinstance(fq, str) else list(fq)
        try:
            return self._search(q, filters, int(rows), int(start), fl, sort, options)
        except QueryError as error:
            raise pysolr.SolrError(str(error)) from error

    def _create(self) -> None:
        database = str(self.engine.url)
        if database in self.created_in:
            return
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"select pg_advisory_xact_lock({TABLE_LOCK})"))
            connection.execute(sa.text(TABLE))
        self.created_in.add(database)

    def _search(
        self,
        q: str,
        filters: list[str],
        rows: int,
        start: int,
        fl: str,
        sort: str | None,
        options: Mapping[str, Any],
    ) -> Found:
        conditions = Conditions()
        default = options.get("q.op", "AND")
        if options.get("defType") in ("dismax", "edismax") and ":" not in q:
            ranked = words(conditions, q)
        else:
            tree = parse(q, options.get("df", "text"), default)
            ranked = Ranked(conditions.write(tree), "0")
        wheres = [ranked.condition]
        wheres += [conditions.write(parse(text, "text", default)) for text in filters if text]
        hits = (
            f"WITH hit AS MATERIALIZED (SELECT index_id, doc, {ranked.score} AS score "
            f"FROM search_document WHERE {' AND '.join(wheres)}) "
        )
        with self.engine.begin() as connection:
            total, facets = _counts(connection, hits, conditions, options)
            docs: list[dict[str, Any]] = []
            if rows and total > start:
                page = (
                    f"{hits}, page AS (SELECT index_id, row_number() OVER "
                    f"(ORDER BY {_order(sort, conditions)}) AS n FROM hit "
                    f"ORDER BY n LIMIT {rows} OFFSET {start}) "
                    "SELECT d.doc || d.payload FROM page JOIN search_document d USING (index_id) "
                    "ORDER BY n"
                )
                names = [name for name in re.split(r"[\s,]+", fl or "*") if name]
                found = connection.execute(sa.text(page), conditions.parameters)
                docs = [_pick(row[0], names) for row in found]
        return Found(total, docs, {"facet_fields": facets})


def _counts(
    connection: sa.Connection, hits: str, conditions: Conditions, options: Mapping[str, Any]
) -> tuple[int, dict[str, list[Any]]]:
    """The number of hits and every facet, in one statement."""
    asked = options.get("facet.field") or []
    names = [asked] if isinstance(asked, str) else list(asked)
    if str(options.get("facet", "")).lower() != "true":
        names = []
    limit = int(options.get("facet.limit") or 100)
    cut = f"LIMIT {limit}" if limit >= 0 else ""
    parameters: dict[str, Any] = {
        **conditions.parameters,
        "at_least": int(options.get("facet.mincount", 1)),
    }
    parts = ["SELECT -1 AS facet, NULL AS value, count(*) AS n FROM hit"]
    for i, name in enumerate(names):
        parameters[f"path{i}"] = path(name)
        parts.append(
            f"(SELECT {i}, v #>> '{{}}', count(*) "
            f"FROM hit, jsonb_path_query(doc, cast(:path{i} as jsonpath)) v "
            f"GROUP BY 2 HAVING count(*) >= :at_least ORDER BY 3 DESC, 2 {cut})"
        )
    total = 0
    facets: dict[str, list[Any]] = {name: [] for name in names}
    for facet, value, n in connection.execute(
        sa.text(hits + " UNION ALL ".join(parts)), parameters
    ):
        if facet < 0:
            total = n
        else:
            facets[names[facet]] += [value, n]
    return total, facets


def _order(sort: str | None, conditions: Conditions) -> str:
    """The ORDER BY of Solr's sort parameter. Raises pysolr.SolrError where it is not one."""
    columns = []
    for part in (sort or "score desc").split(","):
        match = re.fullmatch(r"\s*([\w.\-]+)(?:\s+(asc|desc))?\s*", part, re.IGNORECASE)
        if match is None:
            # CKAN turns an error with these words into its own message for the caller.
            raise pysolr.SolrError("Unknown sort order")
        name, direction = match.group(1), (match.group(2) or "asc").lower()
        if name == "score":
            column = "score"
        elif name.startswith(NUMERIC_PREFIXES):
            column = f"cast(doc->>{conditions.bind(name)} as numeric)"
        else:
            column = f"(doc->>{conditions.bind(name)})"
        columns.append(f"{column} {direction} NULLS LAST")
    # A page must not show again what an equal sort value already showed on the one before.
    return ", ".join([*columns, "index_id"])


def _row(document: Mapping[str, Any]) -> dict[str, str]:
    """The table row of one of CKAN's search documents."""
    doc = {
        name: _flat(value)
        for name, value in document.items()
        if value not in (None, "") and not isinstance(value, dict)
    }
    body = "\n".join(
        _text(value)
        for name, value in doc.items()
        if name in BODY_FIELDS or name.startswith(BODY_PREFIXES)
    )
    payload = {name: doc.pop(name) for name in PAYLOAD_FIELDS if name in doc}
    # PostgreSQL holds no NUL in a text, in JSON neither.
    return {
        "index_id": str(doc["index_id"]),
        "doc": json.dumps(doc).replace("\\u0000", ""),
        "body": body.replace("\0", ""),
        "payload": json.dumps(payload).replace("\\u0000", ""),
    }


def _flat(value: Any) -> Any:
    """A value as Solr would hold it: a string, or a list of strings."""
    if isinstance(value, (list, tuple)):
        return [_flat(item) for item in value if item not in (None, "")]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _text(value: Any) -> str:
    return "\n".join(map(_text, value)) if isinstance(value, list) else str(value)


def _pick(doc: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The fields of a document that were asked for."""
    if "*" in names:
        return {name: value for name, value in doc.items() if name not in UNSTORED_FIELDS}
    return {name: doc[name] for name in names if name in doc}
