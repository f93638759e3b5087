"""Quarantine: the rows that wait for their department, how long, and what came back corrected.

`private.quarantine.candidates` and `findings` keep what every attempt held and why;
`waiting` has one row per row that is wrong as of the last delivery, with the day since when,
and loses it when an edition is published without its fault (`cleared` says which that will be);
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
    known = database.execute(
        "CREATE OR REPLACE TEMP TABLE fixes AS SELECT original, text FROM "
        f"{SCHEMA}.corrections WHERE dataset = {literal(attempt.dataset)} "
        f"AND (in_force OR attempt = {literal(attempt.id)})"
    ).fetchone()
    # mostly nothing was ever corrected, and the digests of all rows would be made for nothing
    if not known or not known[0]:
        return 0
    columns = _cells(database)
    told = ", ".join(
        f"{quoted(name)} = json_extract_string(fix.text, {literal(_path(name))})"
        for name in columns
    )
    corrected = 0
    # a correction may have been corrected again
    for _ in range(10):
        found = database.execute(
            f"UPDATE delivery SET {told} FROM fixes AS fix WHERE fix.original = {_digest(columns)}"
        ).fetchone()
        if not found or not found[0]:
            break
        corrected += int(found[0])
    return corrected


def keep(
    checked: Checked, contract: Contract, attempt: Attempt, database: duckdb.DuckDBPyConnection
) -> None:
    """Keep what the attempt held, and add it to the rows that wait.

    A row is the same as an earlier one where its key is, or, for want of a key, its place: it
    keeps its age. What was accepted now, and what the delivery replaces without having it, is
    noted as cleared and goes on waiting until `clear` is called: nothing of the attempt is public
    yet. A second call for the same attempt replaces the first.
    """
    dataset, identity = literal(attempt.dataset), literal(attempt.id)
    checked.findings.create_view("kept_findings", replace=True)
    _hold_now(contract, attempt, database)
    with _transaction(database):
        for table in ("candidates", "findings", "cleared"):
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
        database.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {_gone(contract, attempt)}")
        database.execute(f"DELETE FROM {SCHEMA}.waiting WHERE dataset = {dataset}")
        database.execute(
            f"INSERT INTO {SCHEMA}.waiting SELECT * FROM still UNION ALL SELECT * FROM gone"
        )
        database.execute(
            f"INSERT INTO {SCHEMA}.cleared SELECT {dataset}, {identity}, ref FROM gone"
        )


def clear(attempt: Attempt, database: duckdb.DuckDBPyConnection) -> None:
    """The attempt is public: the rows that it cleared wait no longer."""
    cleared = database.execute(
        "CREATE OR REPLACE TEMP TABLE cleared_now AS SELECT ref FROM "
        f"{SCHEMA}.cleared WHERE attempt = {literal(attempt.id)}"
    ).fetchone()
    if cleared and cleared[0]:
        database.execute(
            f"DELETE FROM {SCHEMA}.waiting WHERE dataset = {literal(attempt.dataset)} "
            "AND ref IN (FROM cleared_now)"
        )


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
    # a letter first: a spreadsheet must not take it for a number
    ref = f"'r' || substr(md5(concat_ws('|', {place}, _among)), 1, 11)"
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE held_now AS SELECT {ref} AS ref, * FROM ("
        f"SELECT c._row, {', '.join(f'c.{name}' for name in POSITION)}, {_key(contract)} AS key, "
        f"row_number() OVER (PARTITION BY {', '.join(f'c.{n}' for n in POSITION)} "
        "ORDER BY c._row) AS _among, "
        f"d.text, to_json(c) AS candidate FROM candidates AS c "
        "SEMI JOIN (FROM checked WHERE _held) AS held USING (_row) "
        f"LEFT JOIN delivered_text AS d ON {same})"
    )
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE taken_now AS SELECT {_key(contract)} AS key, {place} "
        "FROM candidates AS c SEMI JOIN (FROM checked WHERE NOT _held) AS taken USING (_row)"
    )


def _still(contract: Contract, attempt: Attempt) -> str:
    """The rows that wait after this delivery: those held now, as old as the oldest that is the
    same row, and those of before that the delivery says nothing of.

    A row that comes again at another place keeps its number, so that a workbook that is under way
    still finds it; of rows that share a key each has the number of its place.
    """
    dataset, identity = literal(attempt.dataset), literal(attempt.id)
    before, same = _before(attempt), _same(attempt)
    alone = "count(*) OVER (PARTITION BY h.key) = 1 AND h.key IS NOT NULL"
    return f"""
SELECT {dataset} AS dataset,
    coalesce(CASE WHEN {alone} THEN (
        SELECT min(w.ref) FROM {before} AS w WHERE w.key = h.key HAVING count(*) = 1
    ) END, h.ref) AS ref,
    {identity} AS attempt, h._row, h._file, h._part, h._line, h.key, h.text, h.candidate,
    coalesce((SELECT min(w.first_seen) FROM {before} AS w WHERE {same}), TIMESTAMP '{now()}')
        AS first_seen
FROM held_now AS h
UNION ALL
SELECT w.* FROM {before} AS w
WHERE {_not_again(same)} AND NOT ({_taken(contract, attempt)})"""


def _gone(contract: Contract, attempt: Attempt) -> str:
    """The rows of before that the delivery has cleared."""
    return f"""
SELECT w.* FROM {_before(attempt)} AS w
WHERE {_not_again(_same(attempt))} AND ({_taken(contract, attempt)})"""


def _before(attempt: Attempt) -> str:
    return f"(FROM {SCHEMA}.waiting WHERE dataset = {literal(attempt.dataset)})"


def _same(attempt: Attempt) -> str:
    """Whether a waiting row `w` and a delivered one `h` are the same."""
    here = " AND ".join(f"w.{n[1:]} IS NOT DISTINCT FROM h.{n}" for n in POSITION)
    # a file that comes again has its rows in other lines; a workbook brings them to their own, and
    # so does a record's identity
    placed = "true" if attempt.correction else "w.key IS NULL OR h.key IS NULL OR h._part <> ''"
    return f"(w.key = h.key OR (({placed}) AND {here}))"


def _not_again(same: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM held_now AS h WHERE {same})"


def _taken(contract: Contract, attempt: Attempt) -> str:
    """Whether a waiting row `w` was accepted now, or is of what the delivery replaces."""
    replaced = {
        "snapshot": "true",
        "upsert": "false",
        "partition": " AND ".join(
            f"coalesce(json_extract_string(w.candidate, '$.{name}') IN "
            f"(SELECT {quoted(name)} FROM candidates WHERE {quoted(name)} IS NOT NULL), true)"
            for name in contract.partition_by
        ),
    }[delivery_of(contract, attempt)]
    return f"EXISTS (SELECT 1 FROM taken_now AS h WHERE {_same(attempt)}) OR {replaced}"


def delivery_of(contract: Contract, attempt: Attempt) -> Delivery:
    """What the attempt's delivery replaces: a correction touches no row but those it names, and
    one period of a snapshot says nothing of the others."""
    part = attempt.period is not None or attempt.backfill
    if attempt.correction or (part and contract.delivery == "snapshot"):
        return "upsert"
    return contract.delivery


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
