"""What leaves is only what the contract marks public."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.protect import protect
from tests.support import a_contract, a_field, a_source, judged, rows_of


def test_only_public_columns_leave(
    tmp_path: Path, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    fields = [
        a_field("code", key=True),
        a_field("name"),
        a_field("clerk", public=False, personal=2),
        a_field("remark", public=False),
    ]
    contract = a_contract(tmp_path, fields)
    rows = [
        {"code": "2", "name": "乙", "clerk": "经办人某", "remark": "内部"},
        {"code": "1", "name": "甲", "clerk": "经办人某", "remark": None},
    ]
    checked = judged(rows, contract, a_source(tmp_path), home, database)
    public = protect(checked, contract, database)
    assert rows_of(public.relation) == [
        {"code": "1", "name": "甲", "_remarks": None},
        {"code": "2", "name": "乙", "_remarks": None},
    ]
    assert public.published == ("code", "name")
    assert public.withheld == (("clerk", 2), ("remark", 0))


def test_a_key_that_is_not_public_is_refused(
    tmp_path: Path, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    fields = [a_field("code", key=True), a_field("person", key=True, public=False, personal=2)]
    contract = a_contract(tmp_path, fields)
    checked = judged([{"code": "1", "person": "某"}], contract, a_source(tmp_path), home, database)
    with pytest.raises(BrokenContract, match="the key columns person are not public"):
        protect(checked, contract, database)
