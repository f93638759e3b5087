"""The inspection of budget disclosure: one workbook, a row a unit of the city and its counties.

About a quarter of the rows are wrong, mostly because clerks counted the days themselves: more than
the contract lets pass, so that the edition of this dataset is held and a steward has to decide.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from samples.cells import Cell, joined
from samples.city import (
    CITY,
    RETIRED,
    UNKNOWN,
    ZONE,
    counties,
    division_name,
    mobile,
    office_phone,
    person,
)
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_workbook

DATASET = "budget_disclosure_inspection"
YEAR = 2025
FILE = f"江海市{YEAR}年预算公开专项检查情况表.xlsx"
SHEET = "检查情况"
TERM = 20
SUCCESSOR = "329904"
"""The division that took the retired one's place."""
NATIVE = {
    "region_code": "行政区划代码",
    "region_name": "地区",
    "unit_code": "单位统一社会信用代码",
    "unit_name": "单位名称",
    "should_publish": "应公开",
    "published": "已公开",
    "approved_date": "批复日期",
    "published_date": "公开日期",
    "days_late": "超期天数",
    "on_time": "按期公开",
    "complete": "检查结论/内容完整",
    "detailed_to_item": "检查结论/细化到项",
    "channel_ok": "检查结论/公开方式合规",
    "empty_tables_ok": "检查结论/空表合规",
    "problems_found": "问题与整改/发现问题数",
    "rectified": "问题与整改/已整改数",
    "rectified_date": "问题与整改/整改完成日期",
    "inspector_name": "检查人",
    "contact_phone": "单位联系电话",
}
_UNITS = (
    "财政局",
    "教育局",
    "民政局",
    "司法局",
    "交通运输局",
    "水务局",
    "农业农村局",
    "商务局",
    "卫生健康委员会",
    "应急管理局",
    "审计局",
    "市场监督管理局",
    "统计局",
    "医疗保障局",
    "生态环境局",
    "退役军人事务局",
)
_FINDINGS = ("complete", "detailed_to_item", "channel_ok", "empty_tables_ok")
YES, NO = "是", "否"


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """The workbook, with what is wrong in it."""
    title = f"江海市{YEAR}年预算公开专项检查情况表（模拟数据）"
    table = Table(DATASET, title, NATIVE, list(_rows(seed)))
    _spoil(table, Random(f"{seed}:inspection-defects"))
    return write_workbook(
        folder / DATASET / FILE,
        {SHEET: table},
        notes=["注：本表为模拟数据，不反映任何单位的真实情况。"],
    )


def _rows(seed: int) -> Iterator[Row]:
    for region in (CITY, *(county.code for county in counties()), ZONE):
        rng = Random(f"{seed}:inspection:{region}")
        # one reply for all units of a region, within a month of the congress
        reply = date(YEAR, 2, 10) + timedelta(days=rng.randrange(20))
        inspector = person(rng)
        for unit in _UNITS:
            yield {
                "region_code": region,
                "region_name": division_name(region),
                "unit_code": credit_code("11", region, Random(f"inspected:{region}:{unit}")),
                "unit_name": f"{division_name(region)}{unit}",
                **_published(reply, rng),
                "inspector_name": inspector,
                "contact_phone": rng.choice((mobile, office_phone))(rng),
            }


def _published(reply: date, rng: Random) -> Row:
    """What the inspection found: mostly in time and nothing wanting."""
    late = rng.randrange(1, 15) if rng.random() < 0.12 else 0
    days = TERM + late if late else rng.randrange(5, TERM + 1)
    wanting = [name for name in _FINDINGS if rng.random() < 0.05]
    problems = len(wanting) + bool(late)
    row: Row = {
        "should_publish": YES,
        "published": YES,
        "approved_date": _as_written(reply, rng),
        "published_date": reply + timedelta(days=days),
        "days_late": late,
        "on_time": NO if late else YES,
        **{name: NO if name in wanting else YES for name in _FINDINGS},
        "problems_found": problems,
        "rectified": problems,
        "rectified_date": date(YEAR, 6, 30) + timedelta(days=rng.randrange(60))
        if problems
        else None,
    }
    return row


def _as_written(day: date, rng: Random) -> Cell:
    """A date as one clerk or another types it."""
    return rng.choice(
        (day, f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日")
    )


def _late(table: Table, place: int, days: int, said: int) -> None:
    """The unit was late, and the clerk says by how many days."""
    row = table.rows[place]
    row |= {
        "approved_date": date(YEAR, 2, 14),
        "published_date": date(YEAR, 2, 14) + timedelta(days=TERM + days),
        "on_time": NO if said else YES,
        "problems_found": 1,
        "rectified": 1,
        "rectified_date": date(YEAR, 7, 15),
        **dict.fromkeys(_FINDINGS, YES),
    }
    table.spoil(place, "days_late_recomputed", "days_late", said)


def _sound(table: Table, place: int, **cells: Cell) -> int:
    """Make a row one of a unit in time with nothing wanting, but for `cells`; its place."""
    table.rows[place] |= {
        "approved_date": date(YEAR, 2, 14),
        "published_date": date(YEAR, 3, 3),
        "days_late": 0,
        "on_time": YES,
        **dict.fromkeys(_FINDINGS, YES),
        "problems_found": 0,
        "rectified": 0,
        "rectified_date": None,
        **cells,
    }
    return place


def _spoil(table: Table, rng: Random) -> None:
    former = next(p for p, row in enumerate(table.rows) if row["region_code"] == SUCCESSOR)
    at = iter(rng.sample([place for place in range(len(table.rows)) if place != former], 40))
    one: Row = {"problems_found": 1, "rectified": 1, "rectified_date": date(YEAR, 7, 15)}
    # counted in working days, from the wrong day, or not at all
    for days, said in ((9, 5), (12, 8), (7, 6), (3, 0), (15, 11), (2, 0)):
        _late(table, next(at), days, said)
    for _ in range(3):
        table.spoil(_sound(table, next(at)), "on_time_agrees", "on_time", NO)
    for _ in range(3):
        place = _sound(table, next(at), problems_found=1, rectified_date=date(YEAR, 7, 10))
        table.spoil(place, "rectified_within_found", "rectified", 2)
    for _ in range(3):
        place = _sound(table, next(at), **one)
        table.spoil(place, "rectified_has_date", "rectified_date", None)
    for _ in range(2):
        place = _sound(table, next(at))
        table.spoil(place, "published_after_reply", "published_date", date(YEAR, 2, 11))
    for _ in range(2):
        place = _sound(table, next(at), days_late=None, **one)
        table.spoil(place, "published_has_date", "published_date", None)
    table.spoil(_sound(table, next(at)), "published_has_reply_date", "approved_date", None)
    table.spoil(_sound(table, next(at)), "required", "problems_found", None)
    table.spoil(next(at), "required", "unit_name", None)
    table.spoil(_sound(table, next(at)), "type", "rectified_date", "年底前")
    table.spoil(_sound(table, next(at)), "type", "complete", "基本完整")
    place = next(at)
    code = str(table.rows[place]["unit_code"])
    table.spoil(place, "check_digit", "unit_code", with_wrong_check(code))
    place = next(at)
    code = str(table.rows[place]["unit_code"])
    table.spoil(place, "scientific", "unit_code", in_scientific_notation(code, 5))
    stranger = resident_id("329902", "19780920", rng.randrange(100, 1000))
    table.spoil(next(at), "personal_id", "unit_code", stranger)
    table.spoil(next(at), "pattern", "region_code", "3299O2")
    table.spoil(next(at), "codelist", "region_code", UNKNOWN)
    table.spoil(next(at), "codelist_date", "region_code", RETIRED, region_name=None)
    place = _sound(table, next(at), rectified_date=date(YEAR, 7, 10))
    table.spoil(place, "minimum", "rectified", -1)
    table.mark(place, "rectification_outstanding", "rectified")
    _warn(table, at)
    table.spoil(_sound(table, former), "former_name", "region_name", division_name(RETIRED))
    place = next(at)
    row = table.rows[place]
    table.repeat(place, joined([YEAR, row["region_code"], row["unit_code"]]))


def _warn(table: Table, at: Iterator[int]) -> None:
    """What is published all the same, marked."""
    for _ in range(2):
        place = _sound(table, next(at), problems_found=2, rectified_date=date(YEAR, 7, 10))
        table.spoil(place, "rectification_outstanding", "rectified", 1)
    place = _sound(table, next(at), detailed_to_item=NO)
    table.mark(place, "shortcoming_is_a_problem", "problems_found")
    # not published at all, and not yet put right
    place = _sound(
        table,
        next(at),
        published=NO,
        published_date=None,
        days_late=None,
        on_time=NO,
        problems_found=1,
        **dict.fromkeys(_FINDINGS),
    )
    table.mark(place, "rectification_outstanding", "rectified")
