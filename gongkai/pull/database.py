"""Pull from a department's PostgreSQL database, by query, as Parquet with every value as text."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import psycopg2

from gongkai.connections import Connection
from gongkai.errors import BrokenDelivery, SourceRefused, SourceUnreachable
from gongkai.home import Home
from gongkai.landing import keep
from gongkai.sources import DatabasePull
from gongkai.state import Receipt
from gongkai.text import Text

REFUSALS = ("password authentication", "no pg_hba.conf", "permission denied", "does not exist")


def pull_query(
    declared: DatabasePull, home: Home, connection: Connection, period: str | None
) -> Receipt:
    """The result of the declared query as one Parquet file: its columns as text, in its order.

    Text keeps what the database holds to the last digit, and makes the file the same bytes for
    the same rows.
    """
    query = declared.query
    values: tuple[str, ...] = ()
    if period is not None and declared.period_query:
        query, values = declared.period_query, (period,)
    columns, rows = _fetch(query, values, declared, connection)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.parquet"
        _write(columns, rows, path)
        origin = f"{connection.place}/{connection.schema}#{declared.name}"
        return keep(home, declared.name, origin, [path.read_bytes()])


def _fetch(
    query: str, values: tuple[str, ...], declared: DatabasePull, connection: Connection
) -> tuple[list[str], list[tuple[str | None, ...]]]:
    where = f"{connection.place}, {declared.name}"
    try:
        opened = psycopg2.connect(
            host=connection.host,
            port=connection.port or 5432,
            dbname=connection.schema,
            user=connection.login,
            password=connection.password,
            connect_timeout=int(connection.extra.get("timeout", 15)),
            application_name="gongkai",
        )
    except psycopg2.OperationalError as error:
        if any(word in str(error) for word in REFUSALS):
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
    try:
        with opened, opened.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            # without parameters a percent sign is one
            cursor.execute(query, values or None)
            columns = [column.name for column in cursor.description or ()]
            found = [tuple(None if v is None else str(v) for v in row) for row in cursor]
            return columns, found
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        raise SourceUnreachable(
            Text("读取数据时连接中断", "the connection broke while the rows were read"),
            where=where,
            do=Text("请在数据库稳定后重新运行。", "Run again when the database is steady."),
        ) from None
    except psycopg2.Error as error:
        text = str(error).splitlines()[0]
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
    finally:
        opened.close()


def _write(columns: list[str], rows: list[tuple[str | None, ...]], path: Path) -> None:
    import pyarrow as pa

    table = pa.table(
        {
            name: pa.array((row[place] for row in rows), pa.string())
            for place, name in enumerate(columns)
        }
    )
    with duckdb.connect() as database:
        database.register("result", table)
        database.execute(f"COPY result TO '{path}' (FORMAT parquet)")
