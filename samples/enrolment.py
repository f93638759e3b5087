"""Enrolment plans and catchment areas, as the education bureau hands them over each year."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from samples.cells import Cell
from samples.city import office_phone, person
from samples.codes import in_scientific_notation
from samples.findings import Finding, Planted, clean, repeated, spoiled
from samples.schools import JUNIOR, PRIMARY, School, enrolling
from samples.workbook import Book, workbook, write_cell, write_header

DATASET = "enrol_plan"
FIRST_LINE = 4
STANDARD_SIZE = {PRIMARY: 45, JUNIOR: 50}

# Contract column → column of the sheet, from 0; the stage is the sheet's name.
NATIVE = {
    name: column
    for column, name in enumerate(
        (
            "school_code",
            "school_name",
            "plan_classes",
            "plan_students",
            "class_size",
            "zone_text",
            "apply_start",
            "apply_end",
            "contact_phone",
            "contact_name",
            "conditions",
            "procedure",
            "decided_date",
            "policy_url",
        )
    )
}

_CONDITIONS = {
    PRIMARY: "年满六周岁，户籍和居住地在施教区内",
    JUNIOR: "小学毕业，户籍和居住地在施教区内",
}
_ROADS = ("人民路", "育才路", "文昌路", "滨河路", "解放路", "港城大道", "通江路", "星湖街")


@dataclass(frozen=True)
class PlanRow:
    """What one school plans to enrol for one stage; `contact_name` is a person's."""

    school_code: str
    school_name: str
    plan_classes: Cell
    plan_students: Cell
    class_size: int
    zone_text: str | None
    apply_start: Cell
    apply_end: Cell
    contact_phone: str
    contact_name: str
    conditions: str
    procedure: str
    decided_date: Cell
    policy_url: str


def file_name(year: int) -> str:
    """The workbook's name in the drop folder."""
    return f"江海市{year}年义务教育招生计划.xlsx"


def write(folder: Path, year: int, seed: int, plant: bool) -> tuple[Finding, ...]:
    """Write the year's plan; with `plant`, spoil some rows and say which."""
    sheets = {sheet: clean(_rows(sheet, year, seed)) for sheet in (PRIMARY, JUNIOR)}
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


def write_for_strangers(folder: Path, year: int, seed: int) -> None:
    """A plan that is sound in every row, of schools the directory does not know."""
    sheets = {
        sheet: clean(
            replace(row, school_code=f"{row.school_code[:6]}{int(row.school_code[6:]) + 5000}")
            for row in _rows(sheet, year, seed)
        )
        for sheet in (PRIMARY, JUNIOR)
    }
    _write(folder / file_name(year), year, sheets)


def sound(sheet: str, year: int, seed: int) -> list[PlanRow]:
    """The plans of a sheet that nothing was done to, for what refers to them."""
    planted = _with_defects(sheet, year, clean(_rows(sheet, year, seed)))
    return [row.row for row in planted if not row.defects]


def _rows(sheet: str, year: int, seed: int) -> list[PlanRow]:
    return [
        _row(Random(f"{seed}:plan:{year}:{sheet}:{school.school_code}"), sheet, year, school)
        for school in enrolling(sheet, seed)
    ]


def _row(rng: Random, sheet: str, year: int, school: School) -> PlanRow:
    size = STANDARD_SIZE[sheet]
    planned = rng.randrange(2, 9)
    first, second = rng.sample(_ROADS, 2)
    starts, ends = date(year, 7, rng.randrange(1, 6)), date(year, 7, rng.randrange(8, 16))
    return PlanRow(
        school_code=school.school_code,
        school_name=school.school_name,
        plan_classes=planned,
        plan_students=planned * size - rng.randrange(0, 20),
        class_size=size,
        zone_text=f"{school.region_name}{first}以东、{second}以南，含{rng.randrange(2, 9)}个社区",
        apply_start=_day(sheet, starts),
        apply_end=_day(sheet, ends),
        contact_phone=office_phone(rng),
        contact_name=person(rng),
        conditions=_CONDITIONS[sheet],
        procedure="网上报名，资格审核，公示，发放录取通知书",
        decided_date=_day(sheet, date(year, 5, 20)),
        policy_url=f"https://jyj.jianghai.example/zsfa/{year}",
    )


def _day(sheet: str, day: date) -> Cell:
    """One sheet's clerk types dates as words, the other's as dates."""
    return f"{day.year}年{day.month}月{day.day}日" if sheet == PRIMARY else day


def _with_defects(sheet: str, year: int, rows: list[Planted[PlanRow]]) -> list[Planted[PlanRow]]:
    """Spoil rows at fixed lines of the sheet."""

    def spoil(line: int, code: str, column: str, **changes: Any) -> None:
        place = line - FIRST_LINE
        rows[place] = spoiled(rows[place].row, code, column, **changes)

    def at(line: int) -> PlanRow:
        return rows[line - FIRST_LINE].row

    if (year, sheet) == (2024, PRIMARY):
        spoil(8, "required", "zone_text", zone_text=None)
        spoil(21, "type", "plan_students", plan_students="三百")
        spoil(40, "apply_dates_in_order", "apply_end", apply_end="2024年6月28日")
        early = {"apply_start": "2023年7月2日", "decided_date": None}
        spoil(52, "applications_in_their_year", "apply_start", **early)
    elif (year, sheet) == (2024, JUNIOR):
        spoil(12, "type", "apply_start", apply_start="2024-13-05")
        key = f"2024/{at(30).school_code}/{JUNIOR}"
        row = at(30)
        fewer = int(str(row.plan_students)) - 50
        rows[30 - FIRST_LINE : 31 - FIRST_LINE] = [
            repeated(row, key),
            repeated(row, key, plan_students=fewer),
        ]
    elif (year, sheet) == (2025, PRIMARY):
        spoil(9, "form", "school_code", school_code=at(9).school_code[:-1])
        damaged = in_scientific_notation(at(27).school_code, 3)
        spoil(27, "scientific", "school_code", school_code=damaged)
        room = int(str(at(44).plan_classes)) * at(44).class_size
        spoil(44, "plan_within_classes", "plan_students", plan_students=room + 25)
        spoil(58, "type", "apply_start", apply_start="2025年6月31日")
        spoil(70, "class_size_within_standard", "class_size", class_size=48)
    else:
        spoil(10, "minimum", "plan_students", plan_students=-40)
        spoil(19, "required", "school_name", school_name=None)
        spoil(33, "apply_dates_in_order", "apply_end", apply_end=date(2025, 6, 20))
        late = date(2025, 7, 6)
        spoil(45, "decided_before_applications", "decided_date", decided_date=late)
    return rows


def _write(path: Path, year: int, sheets: dict[str, list[Planted[PlanRow]]]) -> None:
    with workbook(path) as book:
        for sheet, rows in sheets.items():
            _write_sheet(book, sheet, year, [planted.row for planted in rows])


def _write_sheet(book: Book, sheet: str, year: int, rows: list[PlanRow]) -> None:
    page = book.file.add_worksheet(sheet)
    page.set_column(0, 13, 14)
    page.set_column(1, 1, 30)
    page.set_column(5, 5, 44)
    title = f"江海市{year}年义务教育招生计划（{sheet}）（模拟数据）"
    page.merge_range(0, 0, 0, 13, title, book.title)
    write_header(
        book,
        page,
        1,
        [
            ("学校标识码", []),
            ("学校名称", []),
            ("招生计划", ["班级数", "人数", "班额"]),
            ("施教区范围", []),
            ("报名时间", ["开始", "截止"]),
            ("咨询电话", []),
            ("联系人", []),
            ("报名条件", []),
            ("招生程序", []),
            ("计划审定日期", []),
            ("招生方案", []),
        ],
    )
    for line, row in enumerate(rows, FIRST_LINE - 1):
        for name, column in NATIVE.items():
            write_cell(book, page, line, column, getattr(row, name))
