"""Conform: no text row is lost, however a record is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from gongkai.conform import Candidates, conform
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.read import read
from tests.support import a_contract, a_field, a_source, as_csv, delivered

PRINTED = as_csv([["region", "item", "amount"], ["甲", "限额", "9"], ["甲", "余额", "7"]])
DOWNWARDS = """
SELECT
    region AS code,
    max(amount) FILTER (item = '限额') AS ceiling,
    max(amount) FILTER (item = '余额') AS balance,
    any_value(_file) AS _file,
    any_value(_part) AS _part,
    min(_line) AS _line{also}
FROM delivery
GROUP BY region
"""
ALSO = ",\n    list({'_file': _file, '_part': _part, '_line': _line}) AS _also"


@pytest.fixture
def conformed(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> Callable[[str], Candidates]:
    def conformed(transform: str) -> Candidates:
        fields = [a_field("code", key=True), a_field("ceiling"), a_field("balance")]
        shape = {"kind": "delimited", "columns": ["region", "item", "amount"]}
        source = a_source(tmp_path, shape, transform=transform)
        table = read(delivered(home, {"限额.csv": PRINTED}), source, home, database)
        return conform(table, a_contract(tmp_path, fields), source, home, database)

    return conformed


def test_a_record_that_is_printed_downwards_names_its_other_lines(
    conformed: Callable[[str], Candidates],
) -> None:
    candidates = conformed(DOWNWARDS.format(also=ALSO))
    found = candidates.relation.project("code, ceiling, balance, _line").fetchall()
    assert found == [("甲", "9", "7", 2)]


def test_a_line_that_no_candidate_names_is_lost(conformed: Callable[[str], Candidates]) -> None:
    with pytest.raises(BrokenContract, match=r"loses 1 rows, the first at 限额\.csv  line 3"):
        conformed(DOWNWARDS.format(also=""))
