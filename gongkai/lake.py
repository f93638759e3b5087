"""The two lakes and the DuckDB sessions that work on them.

The private lake holds candidates, quarantine and staging, the public one the editions. They have
separate catalogues, data paths and roles: who can read the public one cannot reach the private
one by any SQL. A catalogue is a PostgreSQL database, or a SQLite file in the home.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb

from gongkai import extensions
from gongkai.contracts import AREAS, SCHEMAS
from gongkai.errors import WrongCall
from gongkai.home import Home, make_private
from gongkai.sources import TRANSFORMS
from gongkai.state import Store
from gongkai.text import Text

MEMORY_LIMIT = os.environ.get("GONGKAI_MEMORY", "2GB")
MACROS = TRANSFORMS / "macros"
CALENDAR = SCHEMAS / "calendar.csv"
"""Days off (`holiday`) and make-up days (`workday`) of the State Council's yearly notices, 2004 to
2026; the facts are those of chinesecalendar 1.11.0 (MIT)."""
EDITIONS = "lake.gongkai.editions"

SHARED = (
    *(f"CREATE SCHEMA IF NOT EXISTS lake.{area}" for area in AREAS),
    "CREATE SCHEMA IF NOT EXISTS lake.gongkai",
    f"CREATE TABLE IF NOT EXISTS {EDITIONS} (dataset VARCHAR, number VARCHAR, position INTEGER, "
    "attempt VARCHAR, rows BIGINT, added BIGINT, removed BIGINT, changed BIGINT, data_date DATE, "
    "contract_version VARCHAR, contract_digest VARCHAR, columns VARCHAR[], "
    "promoted_at TIMESTAMP)",
    "CREATE SCHEMA IF NOT EXISTS private.staging",
    "CREATE SCHEMA IF NOT EXISTS private.quarantine",
    "CREATE TABLE IF NOT EXISTS private.quarantine.candidates (dataset VARCHAR, attempt VARCHAR, "
    '"row" BIGINT, file VARCHAR, part VARCHAR, line BIGINT, candidate JSON)',
    "CREATE TABLE IF NOT EXISTS private.quarantine.findings (dataset VARCHAR, attempt VARCHAR, "
    '"row" BIGINT, file VARCHAR, part VARCHAR, line BIGINT, code VARCHAR, column_name VARCHAR, '
    "value VARCHAR, severity VARCHAR, responsible VARCHAR, reason_zh VARCHAR, "
    "reason_en VARCHAR, basis VARCHAR)",
    "CREATE TABLE IF NOT EXISTS private.quarantine.waiting (dataset VARCHAR, ref VARCHAR, "
    'attempt VARCHAR, "row" BIGINT, file VARCHAR, part VARCHAR, line BIGINT, key VARCHAR, '
    "text VARCHAR, candidate JSON, first_seen TIMESTAMP)",
    "CREATE TABLE IF NOT EXISTS private.quarantine.cleared (dataset VARCHAR, attempt VARCHAR, "
    "ref VARCHAR)",
    "CREATE TABLE IF NOT EXISTS private.quarantine.corrections (dataset VARCHAR, "
    "original VARCHAR, text VARCHAR, attempt VARCHAR, received_at TIMESTAMP, in_force BOOLEAN)",
    "CREATE TABLE IF NOT EXISTS private.quarantine.backfilled (dataset VARCHAR, attempt VARCHAR, "
    "key VARCHAR)",
)
"""What every dataset shares in the two lakes."""


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def session(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory with both lakes attached for writing, as `private` and `lake`. What does
    not fit in memory spills into the home."""
    spill = make_private(make_private(home.private) / "spill")
    with open_database(
        home.database, memory_limit=MEMORY_LIMIT, temp_directory=str(spill)
    ) as database:
        # a bar drawn into a task's log is noise
        database.execute("SET enable_progress_bar = false")
        with readable():
            home.public.mkdir(mode=0o755, parents=True, exist_ok=True)
        # two first sessions at the same moment would both make the catalogues, and one would fail
        with Store(home).lock("lakes"):
            _attach(database, "private", home.database, home.private)
            _attach(database, "lake", home.public_database, home.public)
            _share(database)
        yield database


def _share(database: duckdb.DuckDBPyConnection) -> None:
    """Make what the datasets share, where the last of it is not there yet."""
    try:
        database.execute("FROM private.quarantine.backfilled LIMIT 0")
    except duckdb.CatalogException:
        for statement in SHARED:
            database.execute(statement)


@contextmanager
def readable() -> Iterator[None]:
    """What is written meanwhile may be read by others; everything else keeps umask 077."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def reader(home: Home) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with the public lake attached read-only as `lake`, by the reader's role
    where there is one. Raises WrongCall where nothing was ever published."""
    url = home.reader_database or home.public_database
    database = open_database(url)
    try:
        _attach(database, "lake", url, home.public, read_only=True)
    except duckdb.Error:
        if url or (home.public / "catalog.sqlite").exists():
            raise
        raise WrongCall(
            Text("这里还没有公开任何数据", "nothing has been published here yet"),
            where=str(home.path),
            do=Text("请先运行 `gongkai run`。", "Run `gongkai run` first."),
        ) from None
    return database


def load_macros(database: duckdb.DuckDBPyConnection) -> None:
    """The macros that transforms and checks are written with, and the calendar they count by."""
    database.execute(
        f"CREATE OR REPLACE TABLE calendar AS FROM read_csv({literal(str(CALENDAR))}, "
        "header = true, columns = {'day': 'DATE', 'kind': 'VARCHAR', 'name_zh': 'VARCHAR'})"
    )
    # text first: the others are made of it
    for path in sorted(MACROS.glob("*.sql"), key=lambda path: (path.stem != "text", path.stem)):
        database.execute(path.read_text(encoding="utf-8"))


def open_database(url: str | None, **settings: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that can attach a lake with its catalogue at `url`."""
    catalogue = "postgres_scanner" if url else "sqlite_scanner"
    return extensions.opened("ducklake", catalogue, **settings)


def _attach(
    database: duckdb.DuckDBPyConnection,
    alias: str,
    url: str | None,
    folder: Path,
    *,
    read_only: bool = False,
) -> None:
    data = folder / "data"
    options = [f"DATA_PATH {literal(str(data))}"]
    if read_only:
        options.append("READ_ONLY")
    if url:
        # the password goes into a secret: an attach string would show in duckdb_databases()
        parts = urlsplit(url)
        database.execute(
            f"CREATE OR REPLACE SECRET {alias}_catalog (TYPE postgres, "
            f"HOST {literal(parts.hostname or '')}, PORT {parts.port or 5432}, "
            f"DATABASE {literal(parts.path.lstrip('/'))}, "
            f"USER {literal(unquote(parts.username or ''))}, "
            f"PASSWORD {literal(unquote(parts.password or ''))})"
        )
        options.append(f"META_SECRET {literal(alias + '_catalog')}")
        target = "ducklake:postgres:"
    else:
        target = f"ducklake:sqlite:{folder / 'catalog.sqlite'}"
    database.execute(f"ATTACH {literal(target)} AS {alias} ({', '.join(options)})")
