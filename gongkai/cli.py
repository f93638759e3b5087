"""The command `gongkai`."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gongkai import contracts, coverage, handover, pipeline, query, replay, returns, sources
from gongkai import home as homes
from gongkai import reviews as held_editions
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
    full: Annotated[bool, typer.Option("--full", help="全量取数 · not only what is new")] = False,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="历史信息补录 · records of the past, never late")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """运行：从部门系统到门户 · Run datasets, from the department system to the portal."""
    home = homes.load()
    outcomes = []
    chosen = _chosen(datasets or [], area, everything, home)
    for place, dataset in enumerate(chosen, start=1):
        count = f"[{place}/{len(chosen)}] "
        outcomes.append(_run_one(dataset, count, home, period, full=full, backfill=backfill))
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _run_one(
    dataset: str, count: str, home: Home, period: str | None, *, full: bool, backfill: bool
) -> Outcome:
    begun = time.monotonic()
    outcome = pipeline.run(
        dataset,
        home,
        period=period,
        full=full,
        backfill=backfill,
        progress=lambda text: told.print(count + text),
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
    return datasets or list(pipeline.in_order(fed))


def _sentence(outcome: Outcome) -> str:
    if outcome.state == "failed":
        return f"[red]{outcome.dataset}: {outcome.error}[/red]"
    if outcome.state == "held" and outcome.staged:
        why = "; ".join(outcome.staged.holds)
        return f"[yellow]{outcome.dataset}: held, edition {outcome.edition}: {why}[/yellow]"
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
        "待改 waiting",
        "数据日期 date",
        "状态 state",
        "地址 address",
    ):
        right = heading in ("行数 rows", "隔离 quarantined", "待改 waiting")
        table.add_column(heading, no_wrap=True, justify="right" if right else "left")
    for item in found:
        cells = (
            item.dataset,
            item.department,
            item.edition,
            item.rows,
            item.quarantined,
            item.waiting,
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


review_app = typer.Typer(
    no_args_is_help=True, help="待审的版次 · Editions that wait for a steward."
)
app.add_typer(review_app, name="review")

Address = Annotated[str, typer.Argument(metavar="DATASET", help="数据集 · the dataset")]
Reviewer = Annotated[
    str, typer.Option("--by", help="审核人 · who decides", envvar="GONGKAI_REVIEWER")
]
Why = Annotated[str, typer.Option("--reason", help="理由 · why")]


@review_app.command("list")
def review_list(as_json: AsJson = False) -> None:
    """列出待审的版次 · What waits, since when, and why."""
    waiting = held_editions.listed(homes.load())
    if as_json:
        found = [asdict(item) for item in waiting]
        print(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for item in waiting:
        print(item.line)
    if not waiting:
        told.print("没有待审的版次 · nothing waits")


@review_app.command("show")
def review_show(dataset: Address) -> None:
    """查看一个待审版次 · One of them: why, what changes, what is in quarantine."""
    print("\n".join(held_editions.show(dataset, homes.load())))


@review_app.command("approve")
def review_approve(dataset: Address, by: Reviewer = "", reason: Why = "") -> None:
    """通过并公开 · Let it pass: it is published."""
    home = homes.load()
    attempt = held_editions.held(dataset, home)
    outcome = pipeline.approve(
        attempt.id, home, reviewer=by or getpass.getuser(), reason=reason, progress=told.print
    )
    told.print(_sentence(outcome))


@review_app.command("reject")
def review_reject(dataset: Address, reason: Why = "", by: Reviewer = "") -> None:
    """退回，须说明理由 · Let it fall; what is public stays. Needs a reason."""
    home = homes.load()
    attempt = held_editions.held(dataset, home)
    outcome = pipeline.reject(attempt.id, home, reviewer=by or getpass.getuser(), reason=reason)
    told.print(_sentence(outcome))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="要报送的文件 · the file to hand over")],
    dataset: Annotated[str, typer.Option("--dataset", help="数据集 · the dataset")],
    workbook: Annotated[
        Path | None, typer.Option(help="把问题写入工作簿 · write the problems into a workbook")
    ] = None,
) -> None:
    """报送前自查，不联网 · A clerk's check before handing over, without a network."""
    home = homes.load()
    found = handover.check_file(file, dataset, home)
    for line in handover.sentences(found):
        print(line)
    if workbook:
        handover.write(found, workbook, returns.today())
        told.print(f"{workbook}")
    if not found.is_sound:
        raise typer.Exit(1)


@app.command("return")
def return_rows(
    datasets: Datasets = None,
    to: Annotated[Path, typer.Option(help="文件夹 · the folder to write into")] = Path(),
) -> None:
    """把待改的行写成工作簿，退回部门 · The wrong rows as a workbook for their department."""
    home = homes.load()
    fed = [name for name in contracts.names() if sources.feeds(name, home)]
    written = [path for name in datasets or fed for path in returns.write(name, home, to)]
    for path in written:
        print(path)
    if not written:
        told.print("没有待改的行 · no row waits for its department")


@app.command("replay")
def replay_workbook(
    workbook: Annotated[Path, typer.Argument(help="部门改好的工作簿 · the corrected workbook")],
) -> None:
    """收回部门改好的工作簿 · Take back a workbook that a department has corrected."""
    outcome = replay.replay(workbook, homes.load(), progress=told.print)
    told.print(_sentence(outcome))
    if outcome.state == "failed":
        raise typer.Exit(1)


@app.command("new")
def new_dataset(
    name: Annotated[str, typer.Argument(metavar="AREA/DATASET", help="领域/数据集")],
    file: Annotated[Path, typer.Option("--from", help="样本文件 · a sample file")],
    sheet: Annotated[str | None, typer.Option(help="工作表 · the sheet of a workbook")] = None,
    title: Annotated[
        str | None, typer.Option(help="表名 · the title of a table in a PDF, page or Word file")
    ] = None,
    source: Annotated[
        str, typer.Option(help="来源名称 · what the source is called")
    ] = "department",
) -> None:
    """起草新数据集：合同、转换与整体规则 · Draft contract, transform and suite from a sample."""
    from gongkai import drafting

    area, dataset = drafting.named(name)
    found = drafting.draft(area, dataset, file, sheet=sheet, title=title, source=source)
    for line in drafting.sentences(found):
        print(line)


@app.command("coverage")
def show_coverage(as_json: AsJson = False) -> None:
    """覆盖：政策文件的每项要求由哪个数据集落实 · Which obligation is met by which dataset."""
    found = coverage.coverage(homes.load())
    print(coverage.as_json(found) if as_json else coverage.as_text(found))


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
