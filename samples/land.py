"""Land acquisition batches, as the natural-resources bureau lays them on its SFTP server."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, Division, counties, office_phone, person
from samples.files import put
from samples.findings import Finding, Planted, clean, repeated, spoiled

DATASET = "land_acq_project"
ENCODING = "gb18030"
FIRST_LINE = 3

# Contract column → column of the file.
NATIVE = {
    "acq_no": "拟征告号",
    "approval_no": "批准文号",
    "batch_name": "批次名称",
    "region_code": "行政区划代码",
    "town": "乡镇",
    "purpose": "用途",
    "approval_org": "批准机关",
    "approval_date": "批准日期",
    "total_area": "总面积",
    "farmland_area": "农用地",
    "cultivated_area": "其中耕地",
    "construction_area": "建设用地",
    "unused_area": "未利用地",
    "area_unit_reported": "面积单位",
    "households": "涉及户数",
    "persons_resettled": "安置人数",
    "survey_end": "现状调查结束日期",
    "hearing_held": "是否听证",
    "village": "村组",
    "public_interest": "公共利益情形",
    "approval_received": "批文收到日期",
    "status": "状态",
    "basic_farmland_area": "其中永久基本农田",
    "risk_assessment_date": "风险评估日期",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
}

_PER_HECTARE = {"公顷": 1, "亩": 15, "平方米": 10_000}
_AREAS = (
    "total_area",
    "farmland_area",
    "cultivated_area",
    "basic_farmland_area",
    "construction_area",
    "unused_area",
)

# Two of these names are written with characters that GB2312 and GBK do not have.
_TOWNS = {
    "329902": ("江湾街道", "渡口街道", "三圩镇"),
    "329903": ("望海街道", "㙍头镇", "盐灶镇"),
    "329904": ("通川街道", "桥下镇", "𬇕河街道"),
    "329921": ("沙洲镇", "长沙圩镇", "芦荡乡"),
    "329981": ("东渚街道", "石桥镇", "㙍上乡"),
    "329982": ("石港街道", "𬇕口镇", "北墩镇"),
}
_VILLAGES = ("东风村", "前进村", "新河村", "永丰村", "双桥村", "沿江村", "百渡村", "三友村")

# What the land is for, and the case of article 45 as the bureau cites it.
_PURPOSES = (
    ("基础设施建设需要", "第（二）项"),
    ("公共事业需要", "第（三）项"),
    ("保障性安居工程建设需要", "第（四）项"),
    ("成片开发建设需要", "第（五）项"),
)
_STATUSES = ("已批准", "已公告", "补偿安置中", "已交地")


@dataclass(frozen=True)
class Acquisition:
    """One batch of land as it is, before anybody writes it down; areas in 公顷.

    What the bureau publishes about it (batch, notices, areas, payments) comes from here.
    """

    number: int
    acq_no: str
    approval_no: str
    batch_name: str
    county: Division
    town: str
    villages: tuple[str, ...]
    surveyed: date
    assessed: date
    approved: date
    received: date
    farmland: Decimal
    cultivated: Decimal
    basic_farmland: Decimal
    construction: Decimal
    unused: Decimal
    households: int
    persons: int


@dataclass(frozen=True)
class LandRow:
    """One batch of land to be taken, areas in `area_unit_reported`, as the file writes it.

    `contact_name` and `contact_phone` belong to a clerk.
    """

    acq_no: str
    approval_no: str
    batch_name: str
    region_code: str
    town: str
    village: str
    purpose: str
    public_interest: str
    approval_org: str
    approval_date: str
    approval_received: str
    status: str
    total_area: Decimal
    farmland_area: Decimal
    cultivated_area: Decimal
    basic_farmland_area: Decimal
    construction_area: Decimal
    unused_area: Decimal
    area_unit_reported: str
    households: Cell
    persons_resettled: Cell
    survey_end: str
    risk_assessment_date: str
    hearing_held: str
    contact_name: str
    contact_phone: str


def file_name(year: int) -> str:
    """The file's name on the server."""
    return f"征地批次_{year}.csv"


def write(folder: Path, year: int, seed: int, plant: bool) -> tuple[Finding, ...]:
    """Write the year's file; with `plant`, spoil some rows and say which."""
    rows = clean(_rows(year, seed))
    if plant:
        rows = _with_defects(year, rows)
    path = folder / file_name(year)
    _write(path, rows)
    return tuple(
        finding
        for line, row in enumerate(rows, FIRST_LINE)
        for finding in row.at(DATASET, path.name, "", line)
    )


def write_mislabelled(folder: Path, year: int, seed: int) -> None:
    """A file whose areas are all in 亩 while the unit says 公顷: fifteen times too much."""
    rows = [
        replace(_in_unit(row, "亩"), area_unit_reported="公顷")
        for row in _rows(year, seed, units=("公顷",))
    ]
    _write(folder / file_name(year), clean(rows))


def _write(path: Path, rows: list[Planted[LandRow]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["江海市征地批次台账（模拟数据）"])
    writer.writerow(NATIVE.values())
    writer.writerows([as_text(getattr(p.row, column)) for column in NATIVE] for p in rows)
    writer.writerow(["制表单位：江海市自然资源和规划局（模拟）"])
    put(path, text.getvalue().encode(ENCODING))


def acquisitions(year: int, seed: int) -> tuple[Acquisition, ...]:
    """The 82 acquisitions that were approved in a year."""
    rng = Random(f"{seed}:land:{year}")
    return tuple(_acquisition(rng, year, number) for number in range(1, 83))


def sound(year: int, seed: int) -> tuple[Acquisition, ...]:
    """Those of which the year's file says nothing wrong."""
    rows = _with_defects(year, clean(_rows(year, seed)))
    spoilt = {planted.row.acq_no for planted in rows if planted.defects}
    return tuple(a for a in acquisitions(year, seed) if a.acq_no not in spoilt)


def any_day(rng: Random, day: date) -> str:
    """A date in one of the forms that offices type."""
    return rng.choice(
        (
            day.isoformat(),
            day.isoformat(),
            f"{day.year}/{day.month}/{day.day}",
            day.strftime("%Y%m%d"),
            f"{day.year}年{day.month}月{day.day}日",
        )
    )


def any_brackets(rng: Random, number: str) -> str:
    """A document number in one of the brackets that offices type; all mean the same."""
    left, right = rng.choice(("〔〕", "〔〕", "〔〕", "[]", "（）", "()", "【】"))
    return number.replace("〔", left).replace("〕", right)


def _acquisition(rng: Random, year: int, number: int) -> Acquisition:
    county = rng.choice(counties())
    approved = date(year, 1, 8) + timedelta(days=number * 4 + rng.randrange(4))
    surveyed = approved - timedelta(days=rng.randrange(120, 200))
    farmland, construction, unused = (
        Decimal(rng.randrange(*bounds)) / 10_000
        for bounds in ((8_000, 420_000), (500, 90_000), (0, 12_000))
    )
    cultivated = (farmland * rng.randrange(30, 95) / 100).quantize(Decimal("0.0001"))
    households = rng.randrange(30, 160)
    comma = "," if number % 20 == 0 else ""
    return Acquisition(
        number=number,
        acq_no=f"江拟征告〔{year}〕{number}号",
        approval_no=f"江政地〔{year}〕{number + 100}号",
        batch_name=f"{county.name}{year}年度第{number}批次{comma}城镇建设用地",
        county=county,
        town=rng.choice(_TOWNS[county.code]),
        villages=tuple(rng.sample(_VILLAGES, rng.choice((1, 2, 2)))),
        surveyed=surveyed,
        assessed=surveyed + timedelta(days=rng.randrange(10, 40)),
        approved=approved,
        received=approved + timedelta(days=rng.randrange(3, 11)),
        farmland=farmland,
        cultivated=cultivated,
        basic_farmland=(cultivated * rng.choice((0, 0, 8)) / 100).quantize(Decimal("0.0001")),
        construction=construction,
        unused=unused,
        households=households,
        persons=households * rng.randrange(1, 4),
    )


def _rows(
    year: int, seed: int, units: tuple[str, ...] = ("公顷",) * 8 + ("亩", "平方米")
) -> list[LandRow]:
    rng = Random(f"{seed}:land-file:{year}")
    return [_row(rng, land, rng.choice(units)) for land in acquisitions(year, seed)]


def _row(rng: Random, land: Acquisition, unit: str) -> LandRow:
    purpose, case = rng.choice(_PURPOSES)
    row = LandRow(
        acq_no=land.acq_no,
        approval_no=any_brackets(rng, land.approval_no),
        batch_name=land.batch_name,
        region_code=land.county.code,
        town=land.town,
        village="、".join(land.villages),
        purpose=purpose,
        public_interest=case,
        approval_org="国务院" if rng.random() < 0.1 else "省政府",
        approval_date=any_day(rng, land.approved),
        approval_received=any_day(rng, land.received),
        status=rng.choice(_STATUSES),
        total_area=land.farmland + land.construction + land.unused,
        farmland_area=land.farmland,
        cultivated_area=land.cultivated,
        basic_farmland_area=land.basic_farmland,
        construction_area=land.construction,
        unused_area=land.unused,
        area_unit_reported="公顷",
        households=land.households,
        persons_resettled=land.persons,
        survey_end=any_day(rng, land.surveyed),
        risk_assessment_date=any_day(rng, land.assessed),
        hearing_held="是" if rng.random() < 0.3 else "否",
        contact_name=person(rng),
        contact_phone=office_phone(rng),
    )
    return _in_unit(row, unit)


def _in_unit(row: LandRow, unit: str) -> LandRow:
    """The row in another unit than 公顷; the factors are whole, so nothing is rounded."""
    factor = _PER_HECTARE[unit]
    places = Decimal(1) if unit == "平方米" else Decimal("0.0001")
    areas = {name: (getattr(row, name) * factor).quantize(places) for name in _AREAS}
    return replace(row, area_unit_reported=unit, **areas)


def _with_defects(year: int, rows: list[Planted[LandRow]]) -> list[Planted[LandRow]]:
    """Spoil rows at fixed places of the year's file."""

    def spoil(line: int, code: str, column: str, **changes: Any) -> None:
        place = line - FIRST_LINE
        rows[place] = spoiled(rows[place].row, code, column, **changes)

    def at(line: int) -> LandRow:
        return rows[line - FIRST_LINE].row

    if year == 2024:
        spoil(9, "required", "batch_name", batch_name="")
        spoil(18, "type", "approval_date", approval_date="2024-13-05")
        spoil(26, "pattern", "approval_no", approval_no="江政地〔2024〕124")
        spoil(37, "codelist", "region_code", region_code=UNKNOWN)
        spoil(49, "codelist_date", "region_code", region_code=RETIRED)
        # Built-up land counted twice; then all land taken for arable.
        twice = at(61).total_area + at(61).construction_area
        spoil(61, "area_is_sum", "total_area", total_area=twice)
        column = "cultivated_area"
        spoil(73, "cultivated_within_farmland", column, cultivated_area=at(73).total_area)
        more = at(33).cultivated_area + at(33).unused_area + 1
        spoil(
            33, "basic_farmland_within_cultivated", "basic_farmland_area", basic_farmland_area=more
        )
        spoil(44, "received_after_approval", "approval_received", approval_received="2024-01-02")
        return rows
    spoil(24, "type", "households", households="三百")
    spoil(44, "enum", "approval_org", approval_org="市政府")
    spoil(11, "survey_before_approval", "survey_end", survey_end="2025-12-30")
    spoil(
        30, "risk_assessed_before_approval", "risk_assessment_date", risk_assessment_date="20251230"
    )
    below_zero = Decimal("-0.1200")
    land = at(55)
    total = land.farmland_area + land.construction_area + below_zero
    spoil(55, "minimum", "unused_area", unused_area=below_zero, total_area=total)
    land = at(66)
    # The same batch handed in twice: the second time the resettled were counted again.
    key = f"{land.acq_no}/{land.approval_no}"
    rows[66 - FIRST_LINE : 67 - FIRST_LINE] = [
        repeated(land, key),
        repeated(land, key, persons_resettled=int(as_text(land.persons_resettled)) + 9),
    ]
    return rows
