"""DuckDB's extensions, out of their wheels: nothing is fetched at run time."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb

from gongkai.errors import BrokenContract
from gongkai.text import Text


def opened(*names: str, **settings: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with the extensions of these names.

    DuckDB would hash each of them anew, a tenth of a second, to compare it with its signature;
    the lock file's hash has vouched for the wheel. What is loaded after them needs its signature
    again. Raises BrokenContract where one is not installed.
    """
    database = duckdb.connect(config={**settings, "allow_unsigned_extensions": True})
    database.execute("SET autoinstall_known_extensions = false")
    for name in names:
        database.execute("LOAD '{}'".format(str(_path(name)).replace("'", "''")))
    database.execute("SET allow_unsigned_extensions = false")
    return database


def _path(name: str) -> Path:
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    folders = (spec.submodule_search_locations or []) if spec else []
    version = f"v{duckdb.__version__}"
    for folder in folders:
        path = Path(folder) / "extensions" / version / f"{name}.duckdb_extension"
        if path.exists():
            return path
    raise BrokenContract(
        Text(
            f"没有安装 DuckDB {duckdb.__version__} 的扩展 {name}",
            f"DuckDB's extension {name} is not installed for {duckdb.__version__}",
        ),
        where="Python",
        do=Text("请重新安装本项目的依赖包。", "Install the project's requirements again."),
    )
