"""Pull from a department's database, by query, as Parquet with every value as text.

DuckDB's scanners reach PostgreSQL, MySQL and SQLite. A scanner of its own would read a number
without bounds as a float, a date of zeros as nothing and 7 as true; so the department's database
is asked for text, to the last digit, in the order of the declared query.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gongkai import extensions
from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.lake import literal, quoted
from gongkai.landing import keep
from gongkai.pulls import DatabasePull
from gongkai.state import Receipt
from gongkai.text import Text


@dataclass(frozen=True)
class Answer:
    """What a query gave; `newest` is the greatest value of the column that moves the watermark,
    None without one or without a row."""

    receipt: Receipt
    rows: int
    newest: str | None


@dataclass(frozen=True)
class Dialect:
    """How a kind of database is asked: DuckDB's name and port of it, the expression that makes
    text of a column, how the declared query stands in the one that is sent, and where its value
    goes. `refusals` are the words of an error at the door, `breaks` those of a broken line."""

    kind: str
    port: int
    text: str
    query: str
    value: str
    refusals: tuple[str, ...]
    breaks: tuple[str, ...]


POSTGRES = Dialect(
    "postgres",
    5432,
    "{column}::text",
    "({query}) AS answer",
    "$1",
    ("password authentication", "no pg_hba.conf", "permission denied", "does not exist"),
    ("FATAL", "server closed the connection", "could not receive data", "Connection refused"),
)
# a table within a query keeps its order there only where it has a limit
MYSQL = Dialect(
    "mysql",
    3306,
    "CAST({column} AS CHAR)",
    "(({query}) LIMIT 18446744073709551615) AS answer",
    "?",
    ("Access denied", "Unknown database", "is not allowed to connect"),
    ("Lost connection", "gone away", "Can't connect", "was killed", "Server shutdown"),
)
# SQLite prints a float with 15 digits even where it takes 17 to say which it is
SQLITE = Dialect(
    "sqlite",
    0,
    "CASE typeof({column}) WHEN 'real' THEN CASE WHEN "
    "CAST(printf('%!.15g', {column}) AS REAL) = {column} THEN printf('%!.15g', {column}) "
    "ELSE printf('%!.17g', {column}) END WHEN 'blob' THEN hex({column}) "
    "ELSE CAST({column} AS TEXT) END",
    "({query}) AS answer",
    "?",
    (),
    ("unable to open", "database is locked", "disk I/O error"),
)
DIALECTS = {
    "postgres": POSTGRES,
    "postgresql": POSTGRES,
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "sqlite": SQLITE,
}


def pull_query(
    declared: DatabasePull,
    home: Home,
    connection: Connection,
    period: str | None,
    since: str | None,
) -> Answer:
    """The result of the declared query as one Parquet file: its columns as text, in its order;
    for one `period`, or what is newer than `since`, where the source declares a query for it.

    The file is the same bytes for the same rows. Raises SourceUnreachable, SourceRefused, or
    BrokenDelivery where the database does not answer the query.
    """
    query, value = declared.query, None
    if period is not None and declared.period_query:
        query, value = declared.period_query, period
    elif since is not None and declared.since_query:
        query, value = declared.since_query, since
    where = f"{connection.place}, {declared.name}"
    dialect = _dialect(connection)
    with tempfile.TemporaryDirectory() as folder, _attached(dialect, connection, where) as database:
        path = Path(folder) / "result.parquet"
        with _answering(dialect, where):
            _copy(query, value, dialect, database, path)
        origin = f"{connection.place}/{connection.schema}#{declared.name}"
        rows, newest = _measured(path, declared, database, where)
        return Answer(keep(home, declared.name, origin, [path.read_bytes()]), rows, newest)


def _dialect(connection: Connection) -> Dialect:
    if found := DIALECTS.get(connection.kind):
        return found
    known = ", ".join(DIALECTS)
    raise SourceRefused(
        Text(
            f"不认识类型为“{connection.kind}”的数据库",
            f"there is no way to a database of the kind “{connection.kind}”",
        ),
        where=connection.name,
        do=Text(f"请将连接的类型改为 {known} 之一。", f"Give the connection one of {known}."),
    )


@contextmanager
def _attached(
    dialect: Dialect, connection: Connection, where: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The department's database as `department`, to read and not to change."""
    with extensions.opened(f"{dialect.kind}_scanner") as database:
        if dialect is SQLITE:
            target, secret = str(_file(connection)), ""
        else:
            target, secret = "", ", SECRET department"
            port = connection.port or dialect.port
            # the password goes into a secret: an attach string would show in duckdb_databases()
            database.execute(
                f"CREATE SECRET department (TYPE {dialect.kind}, "
                f"HOST {literal(connection.host)}, PORT {port}, "
                f"DATABASE {literal(connection.schema)}, USER {literal(connection.login)}, "
                f"PASSWORD {literal(connection.password)})"
            )
        if dialect is POSTGRES:
            # COPY, its other way to read, takes no parameters
            database.execute("SET pg_use_text_protocol = true")
            target = (
                f"application_name=gongkai connect_timeout={connection.extra.get('timeout', 15)} "
                "options='-c datestyle=ISO,YMD -c default_transaction_read_only=on'"
            )
        try:
            database.execute(
                f"ATTACH {literal(target)} AS department (TYPE {dialect.kind}, READ_ONLY{secret})"
            )
        except duckdb.Error as error:
            if any(word in str(error) for word in dialect.refusals):
                raise SourceRefused(
                    Text("数据库拒绝登录", "the database refused the login"),
                    where=where,
                    do=Text(
                        f"请检查连接 {connection.name} 的用户名、密码和库名。",
                        f"Check user, password and database of the connection {connection.name}.",
                    ),
                ) from None
            raise SourceUnreachable(
                Text("数据库没有应答", "the database did not answer"),
                where=where,
                do=Text(
                    "请检查其是否在运行、本机能否访问。",
                    "Check that it runs and can be reached from here.",
                ),
            ) from None
        yield database


def _file(connection: Connection) -> Path:
    """The file of a SQLite database: `extra.path`, or the host, as Airflow keeps it."""
    path = Path(str(connection.extra.get("path") or connection.host or f"/{connection.schema}"))
    if path.is_file():
        return path
    raise SourceUnreachable(
        Text("数据库文件不存在", "the file of the database is not there"),
        where=f"{connection.name}, {path.name}",
        do=Text("请检查是否已挂载、可读取。", "Check that it is mounted and readable."),
    )


@contextmanager
def _answering(dialect: Dialect, where: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        if any(word in str(error) for word in dialect.breaks):
            raise SourceUnreachable(
                Text("读取数据时连接中断", "the connection broke while the rows were read"),
                where=where,
                do=Text("请在数据库稳定后重新运行。", "Run again when the database is steady."),
            ) from None
        text = _said(error)
        raise BrokenDelivery(
            Text(
                f"数据库无法执行来源声明中的查询：{text}",
                f"the database does not answer the declared query: {text}",
            ),
            where=where,
            do=Text(
                "请向部门了解变动，或修改来源声明中的查询。",
                "Ask the department what changed, or mend the query in the source.",
            ),
        ) from None


def _said(error: duckdb.Error) -> str:
    """What the department's database said, without DuckDB's words and the query before it."""
    said = re.split(r'": (?:ERROR:\s*)?', str(error))[-1]
    return said.strip().splitlines()[0] if said.strip() else type(error).__name__


def _copy(
    query: str,
    value: str | None,
    dialect: Dialect,
    database: duckdb.DuckDBPyConnection,
    path: Path,
) -> None:
    """Write the answer to a file, every column as the text that the department's database makes
    of it."""
    sent = re.sub(r"\{(?:period|since)\}", lambda _: dialect.value, query.strip().rstrip(";"))
    places = 1 if dialect is POSTGRES else sent.count(dialect.value)
    values = "" if value is None else f", params = row({', '.join([literal(value)] * places)})"

    def asked(text: str) -> str:
        return f"FROM {dialect.kind}_query('department', {literal(text)}{values})"

    among = dialect.query.format(query=sent)
    names = [name for name, *_ in database.execute(f"DESCRIBE {asked(sent)}").fetchall()]
    mark = "`" if dialect is MYSQL else '"'
    columns = [mark + name.replace(mark, mark * 2) + mark for name in names]
    texts = [f"{dialect.text.format(column=column)} AS {column}" for column in columns]
    listed = ", ".join(f"{quoted(name)}::VARCHAR AS {quoted(name)}" for name in names)
    answer = asked(f"SELECT {', '.join(texts)} FROM {among}")
    database.execute(f"COPY (SELECT {listed} {answer}) TO {literal(str(path))} (FORMAT parquet)")


def _measured(
    path: Path, declared: DatabasePull, database: duckdb.DuckDBPyConnection, where: str
) -> tuple[int, str | None]:
    """How many rows came, and the greatest value of the column that moves the watermark; numbers
    are compared as numbers, times as text."""
    rows = database.read_parquet(str(path))
    if declared.updated is None:
        return len(rows), None
    if declared.updated not in rows.columns:
        raise BrokenDelivery(
            Text(
                f"查询结果没有列 {declared.updated}，无法得知取到哪里",
                f"the answer has no column {declared.updated}, which says how far it goes",
            ),
            where=where,
            do=Text("请修改来源声明中的 updated 或查询。", "Mend updated or the query."),
        )
    name = quoted(declared.updated)
    newest = database.execute(
        f"SELECT {name} FROM read_parquet({literal(str(path))}) WHERE {name} IS NOT NULL "
        f"ORDER BY TRY_CAST({name} AS DECIMAL(38, 9)) DESC NULLS LAST, {name} DESC LIMIT 1"
    ).fetchone()
    return len(rows), newest[0] if newest else None
