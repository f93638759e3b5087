"""The DuckDB sessions that the lakes are reached by."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from duckdb_extension_sqlite_scanner import __file__ as wheel

from gongkai.errors import WrongCall
from gongkai.lake import open_database, reader
from tests.support import a_home


def test_only_the_extensions_of_the_wheels_are_loaded_without_a_signature(tmp_path: Path) -> None:
    path = next(Path(wheel).parent.rglob(f"v{duckdb.__version__}/*.duckdb_extension"))
    forged = shutil.copy(path, tmp_path / "forged.duckdb_extension")
    with Path(forged).open("r+b") as file:
        file.seek(-256, 2)
        file.write(b"\0" * 256)
    with open_database(None) as database:
        loaded = database.sql("SELECT extension_name FROM duckdb_extensions() WHERE loaded")
        assert {"ducklake", "sqlite_scanner"} <= {name for (name,) in loaded.fetchall()}
        with pytest.raises(duckdb.Error, match="signature"):
            database.execute(f"LOAD '{forged}'")
        with pytest.raises(duckdb.Error, match="allow_unsigned_extensions"):
            database.execute("SET allow_unsigned_extensions = true")


def test_a_session_fetches_no_extension(tmp_path: Path) -> None:
    with open_database(None) as database, pytest.raises(duckdb.Error):
        database.execute(f"SET extension_directory = '{tmp_path}'")
        database.execute("FROM read_xlsx('a.xlsx')")
    assert not list(tmp_path.rglob("*.duckdb_extension"))


def test_a_lake_that_was_never_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="nothing has been published here yet"):
        reader(a_home(tmp_path))
