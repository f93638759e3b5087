"""The command `gongkai`."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gongkai import contracts, pipeline, query, sources
from gongkai import home as homes
from gongkai import status as statuses
from gongkai.errors import GongkaiError, Unforeseen, WrongCall
from gongkai.home import Home
from gongkai.pipeline import Outcome
from gongkai.text import Text

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="政务公开数据流水线 · From department systems to a public portal.",
)
told = Console(stderr=True, highlight=False)

Datasets = Annotated[list[str] | None, typer.Argument(help="数据集 · datasets")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 · for a machine")]


@app.command()
def run(
    datasets: Datasets = None,
    area: Annotated[str | None, typer.Option(help="重点领域 · a key area")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部 · all datasets")] = False,
    period: Annotated[
        str | None, typer.Option(help="期间 · 2024, 2024-H1, 2024-Q3, 2024-07 or 2024-07-15")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """运行：从部门系统到门户 · Run datasets, from the department system to the portal."""
    home = homes.load()
    outcomes = []
    chosen = _chosen(datasets or [], area, everything, home)
    for place, dataset in enumerate(chosen, start=1):
        outcomes.append(_run_one(dataset, f"[{place}/{len(chosen)}] ", period, home))
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _run_one(dataset: str, count: str, period: str | None, home: Home) -> Outcome:
    begun = time.monotonic()
    outcome = pipeline.run(
        dataset, home, period=period, progress=lambda text: told.print(count + text)
    )
    told.print(f"{count}{_sentence(outcome)} ({time.monotonic() - begun:.1f} s)")
    return outcome


def _chosen(datasets: list[str], area: str | None, everything: bool, home: Home) -> list[str]:
    fed = [name for name in contracts.names() if sources.feeds(name, home)]
    if sum(map(bool, (datasets, area, everything))) != 1:
        raise WrongCall(
            Text("请指明运行什么", "say what to run"),
            where="gongkai run",
            do=Text(
                "请写数据集名称，或用 --area 领域，或用 --all。",
                "Name datasets, or --area A, or --all.",
            ),
        )
    if area and area not in contracts.AREAS:
        raise WrongCall(
            Text(f"没有领域 {area}", f"there is no area {area}"),
            where="gongkai run",
            do=Text(
                f"请从中选择：{'、'.join(contracts.AREAS)}。",
                f"Choose one of {', '.join(contracts.AREAS)}.",
            ),
        )
    if area:
        return [name for name in fed if contracts.load(name).area == area]
    # what others refer to comes before them
    return datasets or sorted(fed, key=lambda name: name == "enrol_plan")


def _sentence(outcome: Outcome) -> str:
    if outcome.state == "failed":
        return f"[red]{outcome.dataset}: {outcome.error}[/red]"
    counts = ""
    if staged := outcome.staged:
        counts = (
            f": {staged.rows} rows; in {staged.rows_in} = accepted {staged.accepted}"
            f" + quarantined {staged.quarantined}"
        )
    return f"{outcome.dataset}: {outcome.state}, edition {outcome.edition}{counts}"


@app.command()
def status(as_json: AsJson = False) -> None:
    """状态：每个数据集的版本、行数、待改行数 · What is public, and how the last run ended."""
    found = statuses.status(homes.load())
    if as_json:
        listed = [asdict(item) for item in found]
        print(json.dumps(listed, ensure_ascii=False, indent=2, default=str))
        return
    table = Table(box=None, pad_edge=False)
    for heading in (
        "数据集 dataset",
        "部门 department",
        "版本 edition",
        "行数 rows",
        "隔离 quarantined",
        "数据日期 date",
        "状态 state",
        "地址 address",
    ):
        right = heading in ("行数 rows", "隔离 quarantined")
        table.add_column(heading, no_wrap=True, justify="right" if right else "left")
    for item in found:
        cells = (
            item.dataset,
            item.department,
            item.edition,
            item.rows,
            item.quarantined,
            item.data_date,
            item.state,
            item.portal_url,
        )
        table.add_row(*("–" if cell is None else str(cell) for cell in cells))
    # whole addresses, also where the terminal is narrow or a pipe
    Console(width=200, highlight=False).print(table)
    for item in found:
        if item.error:
            told.print(f"[red]{item.dataset}: {item.error}[/red]", soft_wrap=True)


@app.command()
def sql(
    text: Annotated[str | None, typer.Argument(metavar="QUERY", help="SQL")] = None,
) -> None:
    """查询公开数据 · Query the public lake with DuckDB; without a query, line by line."""
    import duckdb

    with query.connect() as database:
        if text is None and sys.stdin.isatty():
            told.print("DuckDB; SHOW ALL TABLES 列出数据集，空行结束 · an empty line ends")
        for statement in [text] if text else iter(_prompted, ""):
            try:
                result = database.sql(statement)
                if result is not None:
                    print(result)
            except duckdb.Error as error:
                told.print(f"[red]{str(error).splitlines()[0]}[/red]")
                if text:
                    raise typer.Exit(1) from None


def _prompted() -> str:
    if sys.stdin.isatty():
        told.print("gongkai> ", end="")
    return sys.stdin.readline().strip()


def main() -> None:
    """The command: an error is one sentence, never a traceback."""
    os.umask(0o077)
    try:
        app()
    except GongkaiError as error:
        told.print(f"[red]{error}[/red]", soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:
        kept = homes.keep_traceback(homes.load(), "command")
        unforeseen = Unforeseen(error, where=str(kept))
        told.print(f"[red]{unforeseen}[/red]", soft_wrap=True)
        sys.exit(unforeseen.exit_code)


if __name__ == "__main__":
    main()
