"""Conform: one SQL file per source maps the text table onto the contract's columns.

A candidate is still text: units are converted and dates rewritten where they are understood, and
what is not understood stays as the department wrote it, for the check to quote.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from gongkai import codelists
from gongkai.contracts import Contract
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.lake import quoted
from gongkai.read import POSITION, TextTable
from gongkai.sources import Source
from gongkai.text import Text

ALSO = "_also"
"""Column of a transform: structs of `_file`, `_part` and `_line`, the other text rows that a
candidate was made of."""

CODES = pa.schema(
    [(name, pa.string()) for name in ("code", "label_zh", "label_en", "parent", "successor")]
    + [(name, pa.date32()) for name in ("valid_from", "valid_to")]
)


@dataclass(frozen=True)
class Candidates:
    """The rows to be checked: the DuckDB table `candidates`.

    Its columns are the contract's, as text, and `_row`, `_file`, `_part`, `_line`. One text row
    may give several candidates (a table that is printed wide), never none. Where several text rows
    give one (a table that is printed downwards, a figure that is printed again), the column `_also`
    lists the others.
    """

    relation: duckdb.DuckDBPyRelation
    rows: int


def conform(
    table: TextTable,
    contract: Contract,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> Candidates:
    """Run the source's SQL over the table `delivery`.

    Columns of the contract that the SQL does not give are empty. Raises BrokenContract where the
    SQL does not run, gives a column that the contract does not know, or loses a text row.
    """
    where = f"{contract.dataset}/{source.name}.sql"
    load_code_lists(contract, home, database)
    try:
        database.execute(f"CREATE OR REPLACE TABLE mapped AS {source.transform}")
    except duckdb.Error as error:
        raise BrokenContract(
            Text(
                f"转换 SQL 无法执行：{str(error).splitlines()[0]}",
                f"the transform does not run: {str(error).splitlines()[0]}",
            ),
            where=where,
            do=Text("请修改 SQL。", "Mend the SQL."),
        ) from None
    given = set(database.table("mapped").columns)
    known = {field.name for field in contract.fields}
    if extra := sorted(given - known - {*POSITION, ALSO}):
        raise BrokenContract(
            Text(
                f"转换 SQL 给出了合同中没有的字段：{'、'.join(extra)}",
                f"the transform gives columns that the contract does not know: {', '.join(extra)}",
            ),
            where=where,
            do=Text("请补入合同，或从 SQL 中去掉。", "Add them to the contract, or drop them."),
        )
    if missing := [name for name in (*contract.key, *POSITION) if name not in given]:
        raise BrokenContract(
            Text(
                f"转换 SQL 没有给出字段：{'、'.join(missing)}",
                f"the transform does not give {', '.join(missing)}",
            ),
            where=where,
            do=Text("请修改 SQL。", "Mend the SQL."),
        )
    columns = ", ".join(
        f"{quoted(field.name)}::VARCHAR AS {quoted(field.name)}"
        if field.name in given
        else f"NULL::VARCHAR AS {quoted(field.name)}"
        for field in contract.fields
    )
    database.execute(
        f"CREATE OR REPLACE TABLE candidates AS SELECT row_number() OVER "
        f"(ORDER BY _file, _part, _line) AS _row, {columns}, {', '.join(POSITION)} FROM mapped"
    )
    _lose_nothing(database, where, ALSO in given)
    relation = database.table("candidates")
    return Candidates(relation, len(relation))


def load_code_lists(contract: Contract, home: Home, database: duckdb.DuckDBPyConnection) -> None:
    """The contract's code lists as DuckDB tables `codes_<list>`."""
    # column by column: as rows, the national list of divisions takes half a second
    for code_list in codelists.of(contract, home):
        columns = {name: [getattr(code, name) for code in code_list.codes] for name in CODES.names}
        database.register("listed", pa.table(columns, CODES))
        name = quoted(f"codes_{code_list.name}")
        database.execute(f"CREATE OR REPLACE TABLE {name} AS FROM listed")
        database.unregister("listed")


def _lose_nothing(database: duckdb.DuckDBPyConnection, where: str, several: bool) -> None:
    used = "SELECT _file, _part, _line FROM candidates"
    if several:
        used += (
            " UNION ALL SELECT line._file, line._part, line._line "
            f"FROM (SELECT unnest({ALSO}) AS line FROM mapped)"
        )
    lost = database.execute(
        f"WITH used AS ({used}) "
        "SELECT _file, _part, _line, count(*) OVER () FROM delivery AS text WHERE NOT EXISTS "
        "(FROM used WHERE used._file = text._file AND used._part = text._part "
        "AND used._line = text._line) ORDER BY _file, _part, _line LIMIT 1"
    ).fetchone()
    if lost:
        file, part, line, count = lost
        raise BrokenContract(
            Text(
                f"转换 SQL 丢失 {count} 行，第一处在 {file} {part} 第 {line} 行",
                f"the transform loses {count} rows, the first at {file} {part} line {line}",
            ),
            where=where,
            do=Text(
                "请转换这些行，或在来源声明中写明为何跳过。",
                "Map them, or declare in the source why they are skipped.",
            ),
        )
