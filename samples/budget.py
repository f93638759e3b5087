"""The general public budget, as the finance bureau hands it over: one workbook a year."""

import csv
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from samples.cells import Cell
from samples.city import CITY, CODELISTS
from samples.findings import Defect, Finding, Planted, clean, repeated, spoiled
from samples.workbook import Book, workbook, write_cell, write_header

DATASET = "gov_budget_line"
REVENUE, EXPENDITURE = "表一 收入", "表二 支出"
CAPITAL = "表三 国有资本经营支出"
WITHOUT_CAPITAL = 2025
"""The year whose workbook has the table of state capital operations, which is empty."""
FIRST_LINE = 5

# Contract column → column of the sheet, from 0. An amount stands in the column of
# its phase: final figures of the year before, budget, execution.
NATIVE = {"subject_code": 0, "subject_name": 1, "note": 5}
PHASES = {"final": 2, "budget": 3, "execution": 4}

_CLASS_WEIGHT = {"205": 9, "208": 7, "210": 5, "212": 5, "204": 4, "213": 4, "101": 15, "103": 6}
_WAN = Decimal("0.01")


@dataclass(frozen=True)
class BudgetRow:
    """One subject of one sheet: amounts in 万元 of three phases, empty where none is given."""

    subject_code: Cell
    subject_name: str | None
    final: Cell
    budget: Cell
    execution: Cell
    note: str | None = None

    @property
    def phases(self) -> int:
        """How many facts the row states."""
        return sum(cell is not None for cell in (self.final, self.budget, self.execution))


@dataclass(frozen=True)
class Subject:
    """A budget subject; its level shows in the length of the code: 3, 5 or 7."""

    code: str
    name: str


def file_name(year: int) -> str:
    """The workbook's name in the drop folder."""
    return f"江海市{year}年一般公共预算执行情况表.xlsx"


def write(folder: Path, year: int, seed: int, plant: bool) -> tuple[Finding, ...]:
    """Write the year's workbook; with `plant`, spoil some rows and say which."""
    sheets = {sheet: clean(_rows(sheet, year, seed)) for sheet in (REVENUE, EXPENDITURE)}
    if plant:
        sheets = {sheet: _with_defects(sheet, year, rows) for sheet, rows in sheets.items()}
    path = folder / file_name(year)
    _write(path, year, sheets)
    return tuple(
        finding
        for sheet, rows in sheets.items()
        for line, row in enumerate(rows, FIRST_LINE)
        for finding in row.at(DATASET, path.name, sheet, line)
    )


def write_with_wrong_sums(folder: Path, year: int, seed: int) -> None:
    """A workbook whose every row holds while no class is the sum of its items."""
    sheets = {
        sheet: clean(_with_wrong_classes(_rows(sheet, year, seed)))
        for sheet in (REVENUE, EXPENDITURE)
    }
    _write(folder / file_name(year), year, sheets)


@cache
def subjects(sheet: str) -> tuple[Subject, ...]:
    """The subjects of a sheet in the order of their codes."""
    name = "revenue_subjects.csv" if sheet == REVENUE else "expenditure_subjects.csv"
    with (CODELISTS / name).open(encoding="utf-8", newline="") as lines:
        return tuple(Subject(**row) for row in csv.DictReader(lines))


def _children(code: str, sheet: str) -> list[str]:
    return [
        s.code for s in subjects(sheet) if len(s.code) == len(code) + 2 and s.code.startswith(code)
    ]


def _leaf(code: str, year: int, phase: str, seed: int) -> Decimal:
    """The amount of a subject without children.

    A plan is in whole 万元; what was carried out has two decimals, and the final
    figure is next to it.
    """
    size = Random(f"{seed}:budget:{code}")
    base = size.randrange(200, 9000) * _CLASS_WEIGHT.get(code[:3], 1)
    base = base * (100 + 4 * (year - 2023) + size.randrange(-3, 4)) // 100
    if phase == "budget":
        return Decimal(base)
    done = Random(f"{seed}:budget:{code}:{year}")
    execution = (Decimal(base) * done.randrange(9000, 10800) / 10000).quantize(_WAN)
    if phase == "execution":
        return execution
    return (execution * done.randrange(9970, 10031) / 10000).quantize(_WAN)


def _amount(code: str, sheet: str, year: int, phase: str, seed: int) -> Decimal:
    parts = _children(code, sheet)
    if not parts:
        return _leaf(code, year, phase, seed)
    return sum((_amount(part, sheet, year, phase, seed) for part in parts), start=Decimal(0))


def _rows(sheet: str, year: int, seed: int) -> list[BudgetRow]:
    rng = Random(f"{seed}:budget-sheet:{sheet}:{year}")
    # Some clerks indent with the ideographic space, others with the ordinary one.
    blank = "\u3000" if year % 2 == 0 else "  "
    return [
        BudgetRow(
            # Typed in, a code becomes a number; pasted, it stays text. Files have both.
            subject_code=int(s.code) if rng.random() < 0.4 else s.code,
            subject_name=blank * ((len(s.code) - 3) // 2) + s.name,
            final=_amount(s.code, sheet, year - 1, "final", seed),
            budget=_amount(s.code, sheet, year, "budget", seed),
            execution=_amount(s.code, sheet, year, "execution", seed),
            note="含上级转移支付安排的支出"
            if sheet == EXPENDITURE and rng.random() < 0.04
            else None,
        )
        for s in subjects(sheet)
    ]


def _with_wrong_classes(rows: list[BudgetRow]) -> list[BudgetRow]:
    def wrong(cell: Cell) -> Cell:
        return cell + 1234 if isinstance(cell, Decimal) else cell

    return [
        replace(
            row,
            final=wrong(row.final),
            budget=wrong(row.budget),
            execution=wrong(row.execution),
        )
        if len(str(row.subject_code)) == 3
        else row
        for row in rows
    ]


def _with_defects(
    sheet: str, year: int, rows: list[Planted[BudgetRow]]
) -> list[Planted[BudgetRow]]:
    """Spoil rows of one sheet.

    A code that cannot be read belongs to no parent, so its row is an added one of
    zeros: the sums around it stay true.
    """
    for subject, phase, words in _NOT_NUMBERS[year, sheet]:
        place = _place(rows, subject)
        row = replace(rows[place].row, **{phase: words})
        rows[place] = _unreadable(row, words)
    for subject in _NAMELESS[year, sheet]:
        place = _place(rows, subject)
        row = rows[place].row
        rows[place] = spoiled(row, "required", "subject_name", row.phases, subject_name=None)
    for subject in _TWICE[year, sheet]:
        place = _place(rows, subject)
        rows[place : place + 1] = _twice(rows[place].row, year, sheet)
    for code, subject, column, value in _MARKED[year, sheet]:
        place = _place(rows, subject)
        row = rows[place].row
        rows[place] = spoiled(row, code, column, row.phases, **{column: value})
    for after, reason, code, name in _OUTSIDE[year, sheet]:
        zero = Decimal(0)
        row = BudgetRow(code, name, zero, zero, zero)
        rows.insert(_place(rows, after) + 1, spoiled(row, reason, "subject_code", row.phases))
    for after, code, name in _MISTYPED[year, sheet]:
        zero = Decimal(0)
        row = BudgetRow(code, name, zero, zero, zero)
        rows.insert(
            _place(rows, after) + 1,
            spoiled(row, "pattern", "subject_code", row.phases),
        )
    return rows


def _unreadable(row: BudgetRow, words: str) -> Planted[BudgetRow]:
    # Not through `spoiled`: the contract has one amount where the sheet has three.
    return Planted(row, (Defect("amount", "type", words),))


def _twice(row: BudgetRow, year: int, sheet: str) -> list[Planted[BudgetRow]]:
    flow = "revenue" if sheet == REVENUE else "expenditure"
    key = f"{year}/{flow}/{row.subject_code}"

    def other(cell: Cell) -> Cell:
        return cell + 37 if isinstance(cell, Decimal) else cell

    return [
        repeated(row, key, row.phases),
        repeated(
            row,
            key,
            row.phases,
            final=other(row.final),
            budget=other(row.budget),
            execution=other(row.execution),
        ),
    ]


def _place(rows: list[Planted[BudgetRow]], subject: str) -> int:
    return next(i for i, planted in enumerate(rows) if str(planted.row.subject_code) == subject)


_NOT_NUMBERS: dict[tuple[int, str], list[tuple[str, str, str]]] = {
    (2024, REVENUE): [("10114", "budget", "约3500")],
    (2024, EXPENDITURE): [("2120303", "execution", "待定")],
    (2025, REVENUE): [],
    (2025, EXPENDITURE): [("2130314", "execution", "待定"), ("21602", "final", "见附注")],
}
_NAMELESS: dict[tuple[int, str], list[str]] = {
    (2024, REVENUE): [],
    (2024, EXPENDITURE): ["2010507"],
    (2025, REVENUE): ["10308"],
    (2025, EXPENDITURE): ["2070205"],
}
_TWICE: dict[tuple[int, str], list[str]] = {
    (2024, REVENUE): [],
    (2024, EXPENDITURE): ["2110302"],
    (2025, REVENUE): [],
    (2025, EXPENDITURE): ["2200106"],
}
_MISTYPED: dict[tuple[int, str], list[tuple[str, str, str]]] = {
    (2024, REVENUE): [],
    (2024, EXPENDITURE): [("2010108", "20I02", "人大信访工作")],
    (2025, REVENUE): [("10118", "1O120", "船舶吨税")],
    (2025, EXPENDITURE): [],
}


# What is published all the same, and marked: a name of earlier years (reason, subject, column,
# value), and codes that the list does not have, or no longer (the subject before, reason, code,
# name).
_MARKED: dict[tuple[int, str], list[tuple[str, str, str, str]]] = {
    (2024, REVENUE): [],
    (2024, EXPENDITURE): [("name_of_its_year", "20701", "subject_name", "　文化")],
    (2025, REVENUE): [],
    (2025, EXPENDITURE): [],
}
_OUTSIDE: dict[tuple[int, str], list[tuple[str, str, str, str]]] = {
    (2024, REVENUE): [],
    (2024, EXPENDITURE): [],
    (2025, REVENUE): [],
    (2025, EXPENDITURE): [
        ("2013816", "codelist", "2013888", "　　市场监管专项"),
        ("2010108", "codelist_date", "20115", "　工商行政管理"),
    ],
}


def _write(path: Path, year: int, sheets: dict[str, list[Planted[BudgetRow]]]) -> None:
    with workbook(path) as book:
        _write_cover(book, year)
        for sheet, rows in sheets.items():
            _write_sheet(book, sheet, year, [planted.row for planted in rows])
        if year == WITHOUT_CAPITAL:
            _write_empty_sheet(book, year)


def _write_cover(book: Book, year: int) -> None:
    cover = book.file.add_worksheet("封面")
    cover.set_column(0, 0, 60)
    cover.write_string(3, 0, f"江海市{year}年一般公共预算执行情况表（模拟数据）", book.title)
    cover.write_string(6, 0, "编制单位：江海市财政局（模拟）")
    cover.write_string(7, 0, f"行政区划代码：{CITY}")
    cover.write_string(8, 0, "本表全部内容为虚构，仅供系统演示与测试")


def _write_empty_sheet(book: Book, year: int) -> None:
    """A statutory table without data is handed over all the same, and says why it is empty."""
    page = _page(book, CAPITAL, year, "国有资本经营预算支出")
    reason = f"本地区{year}年无国有资本经营预算支出，故本表为空表。"
    write_cell(book, page, FIRST_LINE - 1, 0, reason)


def _write_sheet(book: Book, sheet: str, year: int, rows: list[BudgetRow]) -> None:
    flow = sheet[-2:]
    page = _page(book, sheet, year, f"一般公共预算{flow}")
    for line, row in enumerate(rows, FIRST_LINE - 1):
        cells = (
            row.subject_code,
            row.subject_name,
            row.final,
            row.budget,
            row.execution,
            row.note,
        )
        for column, cell in enumerate(cells):
            write_cell(book, page, line, column, cell)
    last = FIRST_LINE + len(rows)
    write_cell(book, page, last, 1, f"{flow}合计")
    for column, phase in ((2, "final"), (3, "budget"), (4, "execution")):
        write_cell(book, page, last, column, _total(rows, phase))
    write_cell(book, page, last + 1, 0, "注：本表为模拟数据，不反映任何地区的真实收支。")


def _page(book: Book, sheet: str, year: int, subject: str) -> Any:
    """A sheet with its title, its unit and its header."""
    page = book.file.add_worksheet(sheet)
    page.set_column(0, 0, 12)
    page.set_column(1, 1, 44)
    page.set_column(2, 5, 16)
    title = f"{year}年江海市{subject}执行情况表（模拟数据）"
    page.merge_range(0, 0, 0, 5, title, book.title)
    page.write_string(1, 0, sheet.split()[0])
    page.write_string(1, 5, "单位：万元")
    write_header(
        book,
        page,
        2,
        [
            ("科目编码", []),
            ("科目名称", []),
            (f"{year - 1}年决算数", []),
            (f"{year}年", ["预算数", "执行数"]),
            ("备注", []),
        ],
    )
    return page


def _total(rows: list[BudgetRow], phase: str) -> Decimal:
    """The printed total: the sum of the classes as they stand in the sheet."""
    classes = (getattr(row, phase) for row in rows if len(str(row.subject_code)) == 3)
    return sum((cell for cell in classes if isinstance(cell, Decimal)), start=Decimal(0))
