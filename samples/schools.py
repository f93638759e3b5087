"""The directory of compulsory-education schools, as the education bureau hands it over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from samples.cells import Cell
from samples.city import RETIRED, UNKNOWN, ZONE, counties, division_name, office_phone, person
from samples.codes import credit_code, in_scientific_notation, with_wrong_check
from samples.findings import Finding, Planted, clean, repeated, spoiled
from samples.workbook import Book, workbook, write_cell, write_header

DATASET = "school_directory"
PRIMARY, JUNIOR = "小学", "初中"
NINE_YEAR = "九年一贯制"
COMPLETE = "完全中学"
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
            "region_code",
            "site_area",
            "area_unit_reported",
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
    site_area: Cell
    area_unit_reported: str


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
    added = (
        _school(rng, ZONE, "星湖未来", PRIMARY, 801),
        _school(rng, ZONE, "科苑新城", JUNIOR, 802),
    )
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
    """Every school of the city: fifteen and nine to a county or the zone."""
    rng = Random(f"{seed}:schools")
    return tuple(
        school
        for number, code in enumerate((*(c.code for c in counties()), ZONE))
        for school in _of_region(rng, code, number * 30 + 1)
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
        "东城",
        "西城",
        "滨湖",
    ]
    nine_year = [f"{t}九年一贯制" for t in towns[:2]]
    junior = ["实验", "第二", "第三", "育才", *towns]
    complete = ["第一", "高级"]
    named = (
        (PRIMARY, primary),
        (NINE_YEAR, nine_year),
        (JUNIOR, junior),
        (COMPLETE, complete),
    )
    every = [(stage, name) for stage, names in named for name in names]
    for serial, (stage, name) in enumerate(every, first):
        yield _school(rng, code, name, stage, serial)


def _school(rng: Random, region: str, name: str, stage: str, serial: int) -> School:
    kind, years, code = _KINDS[stage]
    # one school of every region is private, whatever the seed
    private = rng.random() < 0.1 or name == "育才"
    classes = years * rng.randrange(2, 7)
    students = classes * rng.randrange(34, 45)
    district = division_name(region)
    area, unit = rng.randrange(20, 90), rng.choice(("亩", "亩", "平方米"))
    return School(
        region_code=region,
        region_name=district,
        school_code=f"{code}3299{serial:04d}",
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
        site_area=area if unit == "亩" else round(area * 10_000 / 15),
        area_unit_reported=unit,
    )


# Stage → what a school of it is called, its years, the kind in its code.
_KINDS = {
    PRIMARY: ("小学", 6, "21"),
    NINE_YEAR: ("学校", 9, "21"),
    JUNIOR: ("初级中学", 3, "31"),
    COMPLETE: ("中学", 6, "34"),
}


def _of(sheet: str, seed: int) -> list[School]:
    """The schools of a sheet; the nine-year schools stand with the primary schools."""
    secondary = (JUNIOR, COMPLETE)
    return [s for s in schools(seed) if (s.stage in secondary) == (sheet == JUNIOR)]


def _by_region(rows: list[School]) -> list[School]:
    return sorted(rows, key=lambda school: school.region_code)


def _to_spoil(sheet: str, seed: int) -> list[School]:
    rows = _of(sheet, seed)
    return [rows[place] for place in _PLACES[sheet]]


# Places from 0 among the schools of a sheet.
_PLACES = {PRIMARY: (3, 17, 25, 34, 46, 59, 70, 81), JUNIOR: (6, 15, 29, 33, 41, 50, 57)}


def _with_defects(sheet: str, rows: list[Planted[School]]) -> list[Planted[School]]:
    places = _PLACES[sheet]
    schools_there = [rows[place].row for place in places]
    defects = _in_primary if sheet == PRIMARY else _in_junior
    # from the end: a key that stands twice moves what follows
    for place, spoiled_rows in reversed(list(zip(places, defects(schools_there), strict=True))):
        rows[place : place + 1] = spoiled_rows
    return rows


def _in_primary(there: list[School]) -> list[list[Planted[School]]]:
    nameless, worded, short, misread, damaged, twice, gone, crowded = there
    key = twice.school_code
    return [
        [spoiled(nameless, "required", "school_name", school_name=None)],
        [spoiled(worded, "type", "students", students="三百")],
        [spoiled(short, "form", "school_code", school_code=short.school_code[:-1])],
        [spoiled(misread, "check_digit", "uscc", uscc=with_wrong_check(misread.uscc))],
        [
            spoiled(
                damaged,
                "scientific",
                "school_code",
                school_code=in_scientific_notation(damaged.school_code, 3),
            )
        ],
        [repeated(twice, key), repeated(twice, key, students=int(str(twice.students)) + 45)],
        [spoiled(gone, "codelist_date", "region_code", region_code=RETIRED)],
        [
            spoiled(
                crowded,
                "class_is_not_oversized",
                "students",
                students=int(str(crowded.classes)) * 58,
                teachers=int(str(crowded.classes)) * 3,
            )
        ],
    ]


def _in_junior(there: list[School]) -> list[list[Planted[School]]]:
    misnamed, empty, damaged, unknown, swapped, short, kindergarten = there
    return [
        [spoiled(misnamed, "enum", "ownership", ownership="公立")],
        [spoiled(empty, "minimum", "classes", classes=0)],
        [spoiled(damaged, "scientific", "uscc", uscc=in_scientific_notation(damaged.uscc, 5))],
        [spoiled(unknown, "codelist", "region_code", region_code=UNKNOWN)],
        [
            spoiled(
                swapped,
                "class_is_not_empty",
                "classes",
                classes=swapped.students,
                students=swapped.classes,
            )
        ],
        [
            spoiled(
                short,
                "students_per_teacher_plausible",
                "teachers",
                teachers=int(str(short.students)) // 40,
            )
        ],
        [
            spoiled(
                kindergarten,
                "code_of_a_compulsory_school",
                "school_code",
                school_code=f"11{kindergarten.school_code[2:]}",
            )
        ],
    ]


def _write(path: Path, year: int, sheets: dict[str, list[Planted[School]]]) -> None:
    with workbook(path) as book:
        for sheet, rows in sheets.items():
            _write_sheet(book, sheet, year, [planted.row for planted in rows])


def _write_sheet(book: Book, sheet: str, year: int, rows: list[School]) -> None:
    page = book.file.add_worksheet(sheet)
    page.set_column(0, 14, 16)
    page.set_column(2, 3, 30)
    title = f"江海市义务教育学校名录（{year}年，{sheet}）（模拟数据）"
    page.merge_range(0, 0, 0, 14, title, book.title)
    page.write_string(1, 0, "说明：本表学校、人员均为虚构；班级数、学生数、教职工数为9月统计数")
    write_header(
        book,
        page,
        2,
        [
            *((name, []) for name in _SINGLE),
            ("办学规模", ["班级数", "学生数", "教职工数"]),
            ("校长", []),
            ("行政区划代码", []),
            ("占地", ["面积", "单位"]),
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
