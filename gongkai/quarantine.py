"""Quarantine: the rows that wait for their department, how long, and what came back corrected.

`private.quarantine.candidates` and `findings` keep what every attempt held and why;
`waiting` has one row per row that is wrong as of the last delivery, with the day since when;
`corrections` has what a department wrote in a row's place, so that the same wrong row of the same
source is never held twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import duckdb

from gongkai.check import Checked
from gongkai.contracts import Contract, Delivery
from gongkai.lake import literal, quoted
from gongkai.read import POSITION, TextTable, tell_of_empty
from gongkai.state import Attempt, now
from gongkai.text import Text
from gongkai.workbook import Finding

SCHEMA = "private.quarantine"


@dataclass(frozen=True)
class Waiting:
    """A row that waits for its department. `ref` names it in a workbook, `cells` are the source's
    own columns as they were delivered, `since` is when it was first held (UTC)."""

    ref: str
    attempt: str
    row: int
    file: str
    part: str
    line: int | None
    since: datetime
    cells: Mapping[str, str | None]


def correct(attempt: Attempt, database: duckdb.DuckDBPyConnection) -> int:
    """Put what the department wrote in the place of rows of the table `delivery` that are the
    same, cell by cell, as ones that it has corrected; gives how many rows that were.

    Corrections that came with another attempt count once that one was published.
    """
    fixes = (
        f"(SELECT original, text FROM {SCHEMA}.corrections WHERE dataset = "
        f"{literal(attempt.dataset)} AND (in_force OR attempt = {literal(attempt.id)}))"
    )
    columns = _cells(database)
    told = ", ".join(
        f"{quoted(name)} = json_extract_string(fix.text, {literal(_path(name))})"
        for name in columns
    )
    corrected = 0
    # a correction may have been corrected again
    for _ in range(10):
        found = database.execute(
            f"UPDATE delivery SET {told} FROM {fixes} AS fix "
            f"WHERE fix.original = {_digest(columns)}"
        ).fetchone()
        if not found or not found[0]:
            break
        corrected += int(found[0])
    return corrected


def keep(
    checked: Checked, contract: Contract, attempt: Attempt, database: duckdb.DuckDBPyConnection
) -> None:
    """Keep what the attempt held, and bring the list of waiting rows up to date.

    A row is the same as an earlier one where its key is, or, for want of a key, its place. What
    was accepted now waits no longer; nor does what the delivery replaces without having it. A
    second call for the same attempt replaces the first.
    """
    dataset, identity = literal(attempt.dataset), literal(attempt.id)
    checked.findings.create_view("kept_findings", replace=True)
    _hold_now(contract, attempt, database)
    with _transaction(database):
        for table in ("candidates", "findings"):
            database.execute(f"DELETE FROM {SCHEMA}.{table} WHERE attempt = {identity}")
        database.execute(
            f"INSERT INTO {SCHEMA}.findings SELECT {dataset}, {identity}, _row, _file, "
            "_part, _line, code, column_name, value, severity, responsible, reason_zh, reason_en, "
            "basis FROM kept_findings ORDER BY _row"
        )
        database.execute(
            f"INSERT INTO {SCHEMA}.candidates SELECT {dataset}, {identity}, _row, _file, _part, "
            "_line, candidate FROM held_now ORDER BY _row"
        )
        database.execute(f"CREATE OR REPLACE TEMP TABLE still AS {_still(contract, attempt)}")
        database.execute(f"DELETE FROM {SCHEMA}.waiting WHERE dataset = {dataset}")
        database.execute(f"INSERT INTO {SCHEMA}.waiting SELECT * FROM still ORDER BY first_seen")


def _hold_now(contract: Contract, attempt: Attempt, database: duckdb.DuckDBPyConnection) -> None:
    """The table `held_now`: a row for each held candidate, with the text row that it came from;
    and `taken_now`: key and place of what was accepted."""
    columns = _cells(database)
    place = ", ".join(POSITION)
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE delivered_text AS SELECT {place}, "
        f"any_value({_json(columns)}) AS text FROM delivery GROUP BY {place}"
    )
    same = " AND ".join(f"d.{name} IS NOT DISTINCT FROM c.{name}" for name in POSITION)
    ref = "substr(md5(concat_ws('|', _file, _part, _line, key, _row)), 1, 12)"
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE held_now AS SELECT {ref} AS ref, * FROM ("
        f"SELECT c._row, {', '.join(f'c.{name}' for name in POSITION)}, {_key(contract)} AS key, "
        f"d.text, to_json(c) AS candidate FROM candidates AS c "
        "SEMI JOIN (FROM checked WHERE _held) AS held USING (_row) "
        f"LEFT JOIN delivered_text AS d ON {same})"
    )
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE taken_now AS SELECT {_key(contract)} AS key, {place} "
        "FROM candidates AS c SEMI JOIN (FROM checked WHERE NOT _held) AS taken USING (_row)"
    )


def _still(contract: Contract, attempt: Attempt) -> str:
    """The waiting rows after this delivery: those held now, as old as the oldest that is the same
    row, and those of before that the delivery says nothing of."""
    dataset, identity = literal(attempt.dataset), literal(attempt.id)
    moment = f"TIMESTAMP '{now()}'"
    here = " AND ".join(f"w.{n[1:]} IS NOT DISTINCT FROM h.{n}" for n in POSITION)
    # a file that comes again has its rows in other lines; a workbook brings them to their own, and
    # so does a record's identity
    placed = "true" if attempt.correction else "w.key IS NULL OR h.key IS NULL OR h._part <> ''"
    same = f"(w.key = h.key OR (({placed}) AND {here}))"
    before = f"(FROM {SCHEMA}.waiting WHERE dataset = {dataset})"
    silent = {
        "snapshot": "false",
        "upsert": "true",
        "partition": " OR ".join(
            f"json_extract_string(w.candidate, '$.{name}') NOT IN "
            f"(SELECT {quoted(name)} FROM candidates WHERE {quoted(name)} IS NOT NULL)"
            for name in contract.partition_by
        ),
    }[delivery_of(contract, attempt)]
    return f"""
SELECT {dataset} AS dataset, h.ref, {identity} AS attempt, h._row, h._file, h._part, h._line,
    h.key, h.text, h.candidate,
    coalesce((SELECT min(w.first_seen) FROM {before} AS w WHERE {same}), {moment}) AS first_seen
FROM held_now AS h
UNION ALL
SELECT w.dataset, w.ref, w.attempt, w."row", w.file, w.part, w.line, w.key, w.text, w.candidate,
    w.first_seen
FROM {before} AS w
WHERE NOT EXISTS (SELECT 1 FROM held_now AS h WHERE {same})
  AND NOT EXISTS (SELECT 1 FROM taken_now AS h WHERE {same})
  AND ({silent})"""


def delivery_of(contract: Contract, attempt: Attempt) -> Delivery:
    """What the attempt's delivery replaces: a correction touches no row but those it names."""
    return "upsert" if attempt.correction else contract.delivery


def waiting(dataset: str, database: duckdb.DuckDBPyConnection) -> tuple[Waiting, ...]:
    """The rows of a dataset that wait for their department, the oldest first."""
    rows = database.execute(
        f'SELECT ref, attempt, "row", file, part, line, first_seen, text FROM {SCHEMA}.waiting '
        'WHERE dataset = ? ORDER BY first_seen, file, part, line, "row"',
        [dataset],
    ).fetchall()
    return tuple(
        Waiting(ref, held_by, at, file, part, line, since, json.loads(text or "{}"))
        for ref, held_by, at, file, part, line, since, text in rows
    )


def findings(
    dataset: str, attempt: str, database: duckdb.DuckDBPyConnection
) -> Mapping[int, tuple[Finding, ...]]:
    """Every finding of an attempt, by the candidate that it speaks of."""
    rows = database.execute(
        'SELECT "row", column_name, code, value, severity, responsible, reason_zh, reason_en, '
        f'basis FROM {SCHEMA}.findings WHERE dataset = ? AND attempt = ? ORDER BY "row"',
        [dataset, attempt],
    ).fetchall()
    found: dict[int, tuple[Finding, ...]] = {}
    for at, column, code, value, severity, responsible, zh, en, basis in rows:
        finding = Finding(column, code, value, severity, responsible, Text(zh, en), basis or "")
        found[at] = (*found.get(at, ()), finding)
    return found


def keep_corrections(
    attempt: Attempt,
    corrected: Sequence[tuple[Waiting, Mapping[str, str | None]]],
    database: duckdb.DuckDBPyConnection,
) -> None:
    """Keep what came back: for each waiting row the cells as the department wrote them now. They
    count for other attempts once this one is published."""
    with _transaction(database):
        database.execute(f"DELETE FROM {SCHEMA}.corrections WHERE attempt = {literal(attempt.id)}")
        for row, cells in corrected:
            database.execute(
                f"INSERT INTO {SCHEMA}.corrections VALUES (?, md5(?), ?, ?, ?, false)",
                [
                    attempt.dataset,
                    _text(row.cells),
                    _text({**row.cells, **cells}),
                    attempt.id,
                    now(),
                ],
            )


def bring_into_force(attempt: Attempt, database: duckdb.DuckDBPyConnection) -> None:
    """From now on the attempt's corrections count for every delivery."""
    database.execute(
        f"UPDATE {SCHEMA}.corrections SET in_force = true WHERE attempt = {literal(attempt.id)}"
    )


def deliver_waiting(attempt: Attempt, database: duckdb.DuckDBPyConnection) -> TextTable:
    """The waiting rows as the table `delivery` again, each at the place where it once was."""
    rows = waiting(attempt.dataset, database)
    tell_of_empty((), database)
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    listed = ", ".join(f"{quoted(name)} VARCHAR" for name in names)
    database.execute(
        f"CREATE OR REPLACE TABLE delivery ({listed}, _file VARCHAR, _part VARCHAR, _line BIGINT)"
    )
    # one text row may have given several candidates that were held
    once = {(row.file, row.part, row.line, _text(row.cells)): row for row in rows}
    for row in once.values():
        cells = [row.cells.get(name) for name in names]
        marks = ", ".join("?" * (len(names) + 3))
        database.execute(
            f"INSERT INTO delivery VALUES ({marks})", [*cells, row.file, row.part, row.line]
        )
    return TextTable(database.table("delivery"), len(once), 0, (), ())


def _text(cells: Mapping[str, str | None]) -> str:
    """Cells as DuckDB writes them in JSON, so that a digest of either is the same."""
    return json.dumps(dict(cells), ensure_ascii=False, separators=(",", ":"))


def _cells(database: duckdb.DuckDBPyConnection) -> list[str]:
    """The source's own columns of the table `delivery`, and its captions."""
    return [name for name in database.table("delivery").columns if name not in POSITION]


def _json(columns: Sequence[str]) -> str:
    pairs = ", ".join(f"{literal(name)}, {quoted(name)}" for name in columns)
    return f"json_object({pairs})::VARCHAR"


def _digest(columns: Sequence[str]) -> str:
    return f"md5({_json(columns)})"


def _path(name: str) -> str:
    escaped = name.replace('"', '\\"')
    return f'$."{escaped}"'


def _key(contract: Contract) -> str:
    whole = " AND ".join(f"c.{quoted(name)} IS NOT NULL" for name in contract.key)
    joined = ", ".join(f"c.{quoted(name)}" for name in contract.key)
    return f"CASE WHEN {whole} THEN concat_ws(' / ', {joined}) END"


@contextmanager
def _transaction(database: duckdb.DuckDBPyConnection) -> Iterator[None]:
    database.execute("BEGIN")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
