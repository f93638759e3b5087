"""Reading, beside the fastest library for each format.

    GONGKAI_REAL_DATA=… .venv/bin/python benchmarks/reading.py

The whole step is timed: a file in the landing becomes the DuckDB table `delivery`, all text, with
the position of every row. Beside it, in the same run, the libraries that are known to be fast at
getting the same cells, into whatever they give. Every figure is the median of three. The PDF is a
real one, of 114 pages, and is left out where GONGKAI_REAL_DATA names none.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import docx
import duckdb
import pandas as pd
import pdfplumber
import pyarrow.csv
import pypdfium2
import xlsxwriter
from lxml import html
from python_calamine import CalamineWorkbook

sys.path.insert(0, str(Path(__file__).parents[1]))

from gongkai import landing
from gongkai.read import read
from gongkai.sources import Source
from tests.support import a_home, a_source

COLUMNS = ("年度", "代码", "单位", "项目", "金额", "占比", "日期", "文号", "电话", "备注")
REPORT = "debt/jiangsu_2024_exec_2025_budget.pdf"

Work = Callable[[], int]
"""Reads, and gives how many rows it got."""


def rows(count: int) -> Iterator[list[str]]:
    """Rows as departments write them."""
    for at in range(count):
        yield [
            str(2015 + at % 10),
            f"3206{at % 100:02}",
            f"第{at % 977}单位",
            "一般公共服务支出" if at % 3 else "教育支出，义务教育",
            f"{at * 13 % 1_000_003}.{at % 100:02}",
            f"{at % 100}.5%",
            f"2024-{at % 12 + 1:02}-{at % 28 + 1:02}",
            f"苏财预〔2024〕{at}号",
            f"0513-8{at % 9_999_999:07}",
            "",
        ]


def timed(work: Work) -> tuple[float, int]:
    """Seconds, the median of three, and the rows."""
    took = []
    count = 0
    for _ in range(3):
        begun = time.perf_counter()
        count = work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took), count


def ours(path: Path, folder: Path, **declared: Any) -> Work:
    """The step `read` of the pipeline."""
    home = a_home(folder / f"home-{path.name}")
    table = {"columns": list(COLUMNS), **declared}
    source: Source = a_source(folder / f"source-{path.name}", table)
    receipt = landing.keep(home, path.name, "benchmark", [path.read_bytes()])

    def work() -> int:
        with duckdb.connect() as database:
            return read((receipt,), source, home, database).rows

    return work


def by_duckdb(query: str) -> Work:
    """DuckDB's own reader, into a table."""

    def work() -> int:
        with duckdb.connect() as database:
            database.execute(f"CREATE TABLE t AS {query}")
            return int(database.execute("SELECT count(*) FROM t").fetchall()[0][0])

    return work


def delimited(folder: Path) -> Mapping[str, Work]:
    """A million lines of ten columns."""
    path = folder / "表.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(1_000_000))
    text = dict.fromkeys(COLUMNS, "string")
    options = pyarrow.csv.ConvertOptions(column_types=text)
    return {
        "gongkai": ours(path, folder, kind="delimited"),
        "DuckDB read_csv": by_duckdb(f"FROM read_csv('{path}', all_varchar = true)"),
        "pyarrow.csv": lambda: pyarrow.csv.read_csv(path, convert_options=options).num_rows,
        "csv of Python": lambda: sum(1 for _ in csv.reader(path.open(encoding="utf-8"))) - 1,
    }


def excel(folder: Path) -> Mapping[str, Work]:
    """A workbook of 100,000 lines."""
    path = folder / "表.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("表一")
        for line, row in enumerate([list(COLUMNS), *rows(100_000)]):
            sheet.write_row(line, 0, row)
    return {
        "gongkai": ours(path, folder, kind="excel"),
        "calamine": lambda: (
            len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) - 1
        ),
        "pandas on calamine": lambda: len(pd.read_excel(path, dtype=str, engine="calamine")),
    }


def records(folder: Path) -> Mapping[str, Work]:
    """200,000 records in a list."""
    path = folder / "表.json"
    listed = [dict(zip(COLUMNS, row, strict=True)) for row in rows(200_000)]
    path.write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")
    return {
        "gongkai": ours(path, folder, kind="json"),
        "json of Python": lambda: len(json.loads(path.read_text(encoding="utf-8"))),
        "DuckDB read_json": by_duckdb(f"FROM read_json('{path}', format = 'array')"),
    }


def page(folder: Path) -> Mapping[str, Work]:
    """A table of 20,000 lines in a page."""
    path = folder / "表.html"
    lines = [
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
        for row in [list(COLUMNS), *rows(20_000)]
    ]
    text = f"<html><meta charset=utf-8><table>{''.join(lines)}</table></html>"
    path.write_text(text, encoding="utf-8")

    def by_lxml() -> int:
        tree = html.parse(str(path), html.HTMLParser(encoding="utf-8", huge_tree=True))
        return sum(bool([cell.text_content() for cell in row]) for row in tree.iter("tr")) - 1

    return {
        "gongkai": ours(path, folder, kind="html"),
        "lxml": by_lxml,
        "pandas.read_html": lambda: len(pd.read_html(path, encoding="utf-8")[0]) - 1,
    }


def word(folder: Path) -> Mapping[str, Work]:
    """A table of 500 lines in a document."""
    path = folder / "表.docx"
    document = docx.Document()
    table = document.add_table(rows=0, cols=len(COLUMNS))
    for row in [list(COLUMNS), *rows(500)]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(path))

    def by_docx() -> int:
        [found] = docx.Document(str(path)).tables
        return sum(bool([cell.text for cell in row.cells]) for row in found.rows) - 1

    return {"gongkai": ours(path, folder, kind="word"), "python-docx": by_docx}


def pdf(folder: Path) -> Mapping[str, Work]:
    """One titled table of three pages, out of a report of 114."""
    real = os.environ.get("GONGKAI_REAL_DATA")
    if not real:
        return {}
    path = Path(real) / REPORT

    def by_pdfplumber() -> int:
        with pdfplumber.open(path) as document:
            return sum(len(table) for p in document.pages for table in p.extract_tables())

    def by_pdfium() -> int:
        document = pypdfium2.PdfDocument(path)
        return sum(p.get_textpage().get_text_range().count("\n") for p in document)

    title = "^表(61|六十一)[:：]?"
    shape = {"title": title, "header_rows": [], "columns": {"一": 1, "二": 2}}
    return {
        "gongkai, one table": ours(path, folder, kind="pdf", **shape),
        "pdfplumber, all tables": by_pdfplumber,
        "pdfium, all text": by_pdfium,
    }


def main() -> None:
    """Measure and print."""
    ratios: dict[str, dict[str, float]] = {}
    for name, made in (
        ("delimited", delimited),
        ("excel", excel),
        ("json", records),
        ("html", page),
        ("word", word),
        ("pdf", pdf),
    ):
        with tempfile.TemporaryDirectory() as folder:
            works = made(Path(folder))
            took = {who: timed(work) for who, work in works.items()}
        if not took:
            continue
        own = next(iter(took.values()))[0]
        for who, (seconds, count) in took.items():
            print(f"{name:10} {who:24} {count:>9} rows {seconds:8.2f} s", flush=True)
        ratios[name] = {who: round(own / s, 2) for who, (s, _) in list(took.items())[1:]}
    print("times the time of:", json.dumps(ratios, ensure_ascii=False))


if __name__ == "__main__":
    main()
