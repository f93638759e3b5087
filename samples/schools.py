"""The directory of compulsory-education schools, as the education bureau hands it over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from samples.cells import Cell
from samples.city import ZONE, counties, division_name, office_phone, person
from samples.codes import credit_code, in_scientific_notation, with_wrong_check
from samples.findings import Finding, Planted, clean, repeated, spoiled
from samples.workbook import Book, workbook, write_cell, write_header

DATASET = "school_directory"
PRIMARY, JUNIOR = "小学", "初中"
NINE_YEAR = "九年一贯制"
FIRST_LINE = 5

# Contract column → column of the sheet, from 0.
NATIVE = {
    name: column
    for column, name in enumerate(
        (
            "region_name",
            "school_code",
            "school_name",
            "uscc",
            "stage",
            "ownership",
            "address",
            "office_phone",
            "classes",
            "students",
            "teachers",
            "principal",
        )
    )
}

_TOWNS = {
    "329902": ("江湾", "渡口", "三圩"),
    "329903": ("海滩", "盐灶", "潮音"),
    "329904": ("通桥", "桥下", "柳河"),
    "329921": ("沙洲", "长圩", "芦荡"),
    "329971": ("创业", "星湖", "科苑"),
    "329981": ("东渚", "石桥", "枫林"),
    "329982": ("石港", "渔湾", "北墩"),
}
_STREETS = ("人民路", "育才路", "文昌路", "学府路", "滨河路", "解放路")


@dataclass(frozen=True)
class School:
    """One school of one sheet; the principal is a person and not for the public."""

    region_code: str
    region_name: str
    school_code: str
    school_name: str
    uscc: str
    stage: str
    ownership: str
    address: str | None
    office_phone: str
    classes: Cell
    students: Cell
    teachers: Cell
    principal: str


def file_name(year: int) -> str:
    """The workbook's name in the drop folder."""
    return f"江海市义务教育学校名录{year}.xlsx"


def write(folder: Path, year: int, seed: int, plant: bool) -> tuple[Finding, ...]:
    """Write the directory; with `plant`, spoil some rows and say which."""
    sheets = {PRIMARY: clean(_of(PRIMARY, seed)), JUNIOR: clean(_of(JUNIOR, seed))}
    if plant:
        sheets = {sheet: _with_defects(sheet, rows) for sheet, rows in sheets.items()}
    path = folder / file_name(year)
    _write(path, year, sheets)
    return tuple(
        finding
        for sheet, rows in sheets.items()
        for line, row in enumerate(rows, FIRST_LINE)
        for finding in row.at(DATASET, path.name, sheet, line)
    )


def write_later(folder: Path, year: int, seed: int) -> None:
    """A directory without defects: every ninth school has grown, two are new."""
    primary = [
        replace(school, students=int(str(school.students)) + 11) if place % 9 == 0 else school
        for place, school in enumerate(_of(PRIMARY, seed))
    ]
    rng = Random(f"{seed}:schools:{year}")
    added = (_school(rng, ZONE, "星湖未来", PRIMARY, 801), _school(rng, ZONE, "科苑", JUNIOR, 802))
    sheets = {
        PRIMARY: clean(_by_region([*primary, added[0]])),
        JUNIOR: clean(_by_region([*_of(JUNIOR, seed), added[1]])),
    }
    _write(folder / file_name(year), year, sheets)


def enrolling(sheet: str, seed: int) -> list[School]:
    """The schools that enrol for a stage; a nine-year school does for both.

    A school whose row of the directory is spoiled takes no part, so that no plan
    refers to a school that is not published.
    """
    left_out = {s.school_code for name in (PRIMARY, JUNIOR) for s in _to_spoil(name, seed)}
    both = [s for s in _of(PRIMARY, seed) if s.stage == NINE_YEAR] if sheet == JUNIOR else []
    return [s for s in (*_of(sheet, seed), *both) if s.school_code not in left_out]


@cache
def schools(seed: int) -> tuple[School, ...]:
    """Every school of the city: eleven and five to a county or the zone."""
    rng = Random(f"{seed}:schools")
    return tuple(
        school
        for number, code in enumerate((*(c.code for c in counties()), ZONE))
        for school in _of_region(rng, code, number * 20 + 1)
    )


def _of_region(rng: Random, code: str, first: int) -> Iterator[School]:
    towns = _TOWNS[code]
    primary = [
        "实验",
        "第一",
        "第二",
        "第三",
        "外国语",
        *(f"{t}中心" for t in towns),
        "育英",
        "民生",
    ]
    junior = ["实验", "第二", *towns]
    for place, name in enumerate(primary):
        yield _school(rng, code, name, PRIMARY, first + place)
    yield _school(rng, code, f"{towns[0]}九年一贯制", NINE_YEAR, first + len(primary))
    for place, name in enumerate(junior):
        yield _school(rng, code, name, JUNIOR, first + len(primary) + 1 + place)


def _school(rng: Random, region: str, name: str, stage: str, serial: int) -> School:
    kind = {PRIMARY: "小学", JUNIOR: "初级中学", NINE_YEAR: "学校"}[stage]
    private = rng.random() < 0.1
    years = {PRIMARY: 6, JUNIOR: 3, NINE_YEAR: 9}[stage]
    classes = years * rng.randrange(2, 7)
    students = classes * rng.randrange(34, 45)
    district = division_name(region)
    return School(
        region_code=region,
        region_name=district,
        school_code=f"{'31' if stage == JUNIOR else '21'}3299{serial:04d}",
        school_name=f"{district}{name}{kind}",
        uscc=credit_code("52" if private else "12", region, rng),
        stage=stage,
        ownership="民办" if private else "公办",
        address=f"{district}{rng.choice(_STREETS)}{rng.randrange(1, 400)}号",
        office_phone=office_phone(rng),
        classes=classes,
        students=students,
        teachers=students // rng.randrange(14, 19),
        principal=person(rng),
    )


def _of(sheet: str, seed: int) -> list[School]:
    """The schools of a sheet; the nine-year schools stand with the primary schools."""
    return [s for s in schools(seed) if (s.stage == JUNIOR) == (sheet == JUNIOR)]


def _by_region(rows: list[School]) -> list[School]:
    return sorted(rows, key=lambda school: school.region_code)


def _to_spoil(sheet: str, seed: int) -> list[School]:
    rows = _of(sheet, seed)
    return [rows[place] for place in _PLACES[sheet]]


# Places from 0 among the schools of a sheet.
_PLACES = {PRIMARY: (3, 17, 25, 34, 46, 59), JUNIOR: (6, 15, 29)}


def _with_defects(sheet: str, rows: list[Planted[School]]) -> list[Planted[School]]:
    places = _PLACES[sheet]
    first, second, third = (rows[place].row for place in places[:3])
    if sheet == JUNIOR:
        rows[places[0]] = spoiled(first, "enum", "ownership", ownership="公立")
        rows[places[1]] = spoiled(second, "minimum", "classes", classes=0)
        damaged = in_scientific_notation(third.uscc, 5)
        rows[places[2]] = spoiled(third, "scientific", "uscc", uscc=damaged)
        return rows
    fourth, fifth, sixth = (rows[place].row for place in places[3:])
    rows[places[0]] = spoiled(first, "required", "school_name", school_name=None)
    rows[places[1]] = spoiled(second, "type", "students", students="三百")
    rows[places[2]] = spoiled(third, "pattern", "school_code", school_code=third.school_code[:-1])
    rows[places[3]] = spoiled(fourth, "check_digit", "uscc", uscc=with_wrong_check(fourth.uscc))
    damaged = in_scientific_notation(fifth.school_code, 3)
    rows[places[4]] = spoiled(fifth, "scientific", "school_code", school_code=damaged)
    key = sixth.school_code
    rows[places[5] : places[5] + 1] = [
        repeated(sixth, key),
        repeated(sixth, key, students=int(str(sixth.students)) + 45),
    ]
    return rows


def _write(path: Path, year: int, sheets: dict[str, list[Planted[School]]]) -> None:
    with workbook(path) as book:
        for sheet, rows in sheets.items():
            _write_sheet(book, sheet, year, [planted.row for planted in rows])


def _write_sheet(book: Book, sheet: str, year: int, rows: list[School]) -> None:
    page = book.file.add_worksheet(sheet)
    page.set_column(0, 11, 16)
    page.set_column(2, 3, 30)
    title = f"江海市义务教育学校名录（{year}年，{sheet}）（模拟数据）"
    page.merge_range(0, 0, 0, 11, title, book.title)
    page.write_string(1, 0, "说明：本表学校、人员均为虚构；班级数、学生数、教职工数为9月统计数")
    write_header(
        book,
        page,
        2,
        [
            *((name, []) for name in _SINGLE),
            ("办学规模", ["班级数", "学生数", "教职工数"]),
            ("校长", []),
        ],
    )
    for line, row in enumerate(rows, FIRST_LINE - 1):
        for name, column in NATIVE.items():
            if column > 0:
                write_cell(book, page, line, column, getattr(row, name))
    _write_regions(book, page, rows)


_SINGLE = (
    "所属区县",
    "学校标识码",
    "学校名称",
    "统一社会信用代码",
    "学段",
    "办学性质",
    "地址",
    "办公电话",
)


def _write_regions(book: Book, page: Any, rows: list[School]) -> None:
    """The district once, merged downwards over its schools."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place < len(rows) and rows[place].region_name == rows[start].region_name:
            continue
        top, bottom = FIRST_LINE - 1 + start, FIRST_LINE - 2 + place
        name = rows[start].region_name
        if bottom > top:
            page.merge_range(top, 0, bottom, 0, name, book.middle)
        else:
            write_cell(book, page, top, 0, name)
        start = place
