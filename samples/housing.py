"""Affordable housing, as the housing bureau's yearly workbook sums it up.

Behind the summary lies the bureau's own sheet with the households that wait. It must never leave:
no source declares it, so nothing reads it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import (
    RETIRED,
    UNKNOWN,
    Division,
    counties,
    division_name,
    mobile,
    office_phone,
    person,
)
from samples.codes import credit_code, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_workbook
from samples.trade_project import project_number

DATASET = "affordable_housing"
SHEET = "建设和分配情况"
WAITING = "轮候名单（内部）"

# Contract column → header, `over/under` where it is printed in two rows.
NATIVE = {
    "record_kind": "类别",
    "item_no": "项目（批次）编号",
    "item_name": "项目（批次）名称",
    "region_code": "行政区划代码",
    "housing_kind": "住房类型",
    "phase": "阶段",
    "address": "坐落",
    "invest_project_code": "项目代码",
    "builder_name": "建设单位/名称",
    "builder_uscc": "建设单位/统一社会信用代码",
    "planned_units": "套数/计划",
    "started_units": "套数/开工",
    "basically_completed_units": "套数/基本建成",
    "completed_units": "套数/竣工",
    "planned_investment": "投资/计划",
    "completed_investment": "投资/完成",
    "income_band": "收入档次",
    "applicants": "户数/申请",
    "approved_households": "户数/核准",
    "allocated_households": "户数/分配",
    "average_unit_area": "户均面积（平方米）",
    "publicity_start": "公示/开始",
    "publicity_end": "公示/结束",
    "as_of": "统计截止日期",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
}
_PRIVATE = {"name": "申请人", "id": "身份证号", "phone": "手机", "income": "家庭年收入"}

_BANDS = ("低保", "低收入", "中等偏下收入", "新就业无房职工", "外来务工")
_BUILT = ("公共租赁住房", "保障性租赁住房", "棚户区改造安置房", "共有产权住房")
_ESTATES = ("望海家园", "通川新苑", "渡口雅居", "沙洲花苑", "石港馨园", "东渚人家")


def file_name(year: int) -> str:
    """The workbook's name."""
    return f"江海市{year}年保障性安居工程情况表.xlsx"


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the workbooks of two years; what was spoiled in them."""
    return tuple(found for year in (2024, 2025) for found in _write(folder, year, seed))


def _write(folder: Path, year: int, seed: int) -> tuple[Finding, ...]:
    rng = Random(f"{seed}:housing:{year}")
    title = f"江海市{year}年保障性安居工程建设和分配情况表（模拟数据）"
    rows = [_project(rng, year, number) for number in range(1, 33)]
    rows += [_band(rng, year, batch, band) for batch in range(1, 10) for band in _BANDS]
    table = Table(DATASET, title, NATIVE, rows)
    _spoil(table, year, rng)
    waiting = Table(
        DATASET, f"{WAITING}（模拟数据）", _PRIVATE, [_household(rng, n) for n in range(9)]
    )
    return write_workbook(
        folder / DATASET / file_name(year),
        {SHEET: table, WAITING: waiting},
        caption="单位：万元、套、户",
        notes=("注：本表数据为模拟数据，分配情况按收入档次汇总。",),
    )


def _household(rng: Random, number: int) -> Row:
    return {
        "name": person(rng),
        "id": resident_id("329902", f"19{rng.randrange(60, 99)}0607", 100 + number),
        "phone": mobile(rng),
        "income": rng.randrange(20_000, 60_000),
    }


def _common(rng: Random, year: int, county: Division) -> Row:
    return {
        "region_code": county.code,
        "as_of": date(year, 12, 31),
        "contact_name": person(rng),
        "contact_phone": office_phone(rng),
    }


def _project(rng: Random, year: int, number: int) -> Row:
    county = rng.choice(counties())
    planned = rng.randrange(120, 900)
    started = planned * rng.randrange(60, 101) // 100
    basically = started * rng.randrange(20, 80) // 100
    completed = basically * rng.randrange(0, 80) // 100
    investment = Decimal(planned * rng.randrange(28, 45))
    builder = f"{county.name}安居建设有限公司"
    return {
        **_common(rng, year, county),
        "record_kind": "建设",
        "item_no": f"AJ-{year}-{number:03d}",
        "item_name": f"{county.name}{rng.choice(_ESTATES)}{number}期（模拟数据）",
        "housing_kind": rng.choice(_BUILT),
        "phase": rng.choice(("开工", "基本建成", "竣工")),
        "address": f"{county.name}{rng.choice(('望海路', '通川大道', '渡口街'))}",
        "invest_project_code": project_number(county.code, date(year - 1, 9, 1), rng),
        "builder_name": builder,
        "builder_uscc": credit_code("91", county.code, Random(builder)),
        "planned_units": planned,
        "started_units": started,
        "basically_completed_units": basically,
        "completed_units": completed,
        "planned_investment": investment,
        "completed_investment": (investment * rng.randrange(30, 100) / 100).quantize(
            Decimal("0.01")
        ),
        "income_band": "—",
    }


def _band(rng: Random, year: int, batch: int, band: str) -> Row:
    """One income band of a batch. The bureau merges bands until a cell is no small one."""
    county = counties()[batch % len(counties())]
    applicants = rng.randrange(40, 260)
    approved = applicants * rng.randrange(60, 95) // 100
    start = date(year, batch, 12)
    return {
        **_common(rng, year, county),
        "record_kind": "分配",
        "item_no": f"FP-{year}-{batch:02d}",
        "item_name": f"{division_name(county.code)}{year}年第{batch}批次保障性住房分配（模拟数据）",
        "housing_kind": "公共租赁住房",
        "phase": "分配入住",
        "income_band": band,
        "applicants": applicants,
        "approved_households": approved,
        "allocated_households": approved * rng.randrange(40, 100) // 100,
        "average_unit_area": Decimal(rng.randrange(380, 600)) / 10,
        "publicity_start": start,
        "publicity_end": start + timedelta(days=rng.choice((7, 15))),
    }


def _spoil(table: Table, year: int, rng: Random) -> None:
    """Half of the defects in each year, projects and bands apart, each in a row of its own."""
    places = {
        kind: [p for p, row in enumerate(table.rows) if row["record_kind"] == kind]
        for kind in ("建设", "分配")
    }
    for of_kind in places.values():
        rng.shuffle(of_kind)
    for code, column, kind, wrong in _DEFECTS[year]:
        place = places[kind].pop()
        table.spoil(place, code, column, wrong(table.rows[place]))
    if year == 2025:
        place = places["分配"].pop()
        number = as_text(table.rows[place]["item_no"])
        band = as_text(table.rows[place]["income_band"])
        table.repeat(place, f"2025/allocation/{number}/{band}", applicants=300)


def _more(column: str, by: int = 1) -> Callable[[Row], Cell]:
    return lambda row: int(as_text(row[column])) + by


# What is written into a row of a kind in a year, and the finding that it must give.
_DEFECTS: dict[int, tuple[tuple[str, str, str, Callable[[Row], Cell]], ...]] = {
    2024: (
        ("required", "item_name", "建设", lambda row: None),
        ("pattern", "item_no", "建设", lambda row: "安居2024-7"),
        ("codelist", "region_code", "建设", lambda row: UNKNOWN),
        ("enum", "housing_kind", "建设", lambda row: "商品房"),
        ("minimum", "completed_investment", "建设", lambda row: Decimal(-120)),
        ("construction_has_a_plan", "planned_units", "建设", lambda row: None),
        ("started_within_plan", "started_units", "建设", _more("planned_units", 24)),
        ("allocation_has_households", "allocated_households", "分配", lambda row: None),
        ("phase_fits_the_kind", "phase", "分配", lambda row: "竣工"),
        ("cell_not_too_small", "allocated_households", "分配", lambda row: 3),
    ),
    2025: (
        ("codelist_date", "region_code", "建设", lambda row: RETIRED),
        (
            "check_digit",
            "builder_uscc",
            "建设",
            lambda row: with_wrong_check(as_text(row["builder_uscc"])),
        ),
        (
            "check_digit",
            "invest_project_code",
            "建设",
            lambda row: _with_next_digit(as_text(row["invest_project_code"])),
        ),
        ("completed_within_started", "completed_units", "建设", _more("started_units")),
        ("band_fits_the_kind", "income_band", "建设", lambda row: "低收入"),
        (
            "investment_within_plan",
            "completed_investment",
            "建设",
            lambda row: Decimal(as_text(row["planned_investment"])) * 2,
        ),
        ("type", "average_unit_area", "分配", lambda row: "约五十"),
        ("maximum", "average_unit_area", "分配", lambda row: 480),
        ("enum", "income_band", "分配", lambda row: "高收入"),
        ("allocated_within_approved", "allocated_households", "分配", _more("approved_households")),
        ("approved_within_applicants", "approved_households", "分配", _more("applicants")),
        (
            "publicity_ends_after_it_begins",
            "publicity_end",
            "分配",
            lambda row: date(2025, 1, 2),
        ),
    ),
}


def _with_next_digit(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)
