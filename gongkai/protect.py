"""Protect: what leaves is only what the contract marks public."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from gongkai.check import Checked
from gongkai.contracts import Contract
from gongkai.errors import BrokenContract
from gongkai.lake import quoted
from gongkai.text import Text


@dataclass(frozen=True)
class PublicRows:
    """The rows that may leave, as the DuckDB table `public_rows`, and the disclosure report:
    which columns are published, and which stay with their class of personal data."""

    relation: duckdb.DuckDBPyRelation
    published: tuple[str, ...]
    withheld: tuple[tuple[str, int], ...]


def protect(
    checked: Checked, contract: Contract, database: duckdb.DuckDBPyConnection
) -> PublicRows:
    """Keep the public columns of what was accepted.

    Raises BrokenContract where a key column is not public: rows could no longer be told apart.
    """
    if hidden := [name for name in contract.key if not contract.field(name).public]:
        raise BrokenContract(
            Text(
                f"主键字段不公开：{'、'.join(hidden)}",
                f"the key columns {', '.join(hidden)} are not public",
            ),
            where=contract.dataset,
            do=Text("请改用可以公开的主键。", "Choose a key that may be published."),
        )
    columns = ", ".join(quoted(field.name) for field in contract.public_fields)
    accepted = checked.accepted.select(f"{columns}, _remarks").order(", ".join(contract.key))
    accepted.create_view("accepted_public", replace=True)
    database.execute("CREATE OR REPLACE TABLE public_rows AS FROM accepted_public")
    return PublicRows(
        relation=database.table("public_rows"),
        published=tuple(field.name for field in contract.public_fields),
        withheld=tuple((f.name, f.personal) for f in contract.fields if not f.public),
    )
