"""Results of enrolment by channel, as the education bureau hands them over: counts, no pupil."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from samples import enrolment
from samples.cells import Cell
from samples.city import mobile, office_phone, person
from samples.codes import in_scientific_notation
from samples.enrolment import PlanRow
from samples.findings import Finding
from samples.schools import JUNIOR, PRIMARY, enrolling
from samples.table import Row, Table, write_workbook

DATASET = "enrol_result"
YEAR = 2025
PUBLIC, PRIVATE = "公办", "民办"
CATCHMENT, TRANSFER, MIGRANT, LOTTERY = "施教区", "统筹调剂", "随迁子女", "民办摇号"

# Contract column → header of the sheet; the stage is the sheet's name.
NATIVE = {
    "school_code": "学校标识码",
    "school_name": "学校名称",
    "ownership": "办学性质",
    "channel": "录取渠道",
    "applicants": "报名与录取/报名人数",
    "admitted": "报名与录取/录取人数",
    "added_places": "增加计划/人数",
    "addition_doc_no": "增加计划/批准文号",
    "lottery": "电脑派位/是否派位",
    "notary_no": "电脑派位/公证书编号",
    "result_date": "录取结果/确定日期",
    "publish_date": "录取结果/公布日期",
    "source_url": "录取结果/公告地址",
    "enquiry_phone": "咨询监督电话",
    "handler_name": "经办人",
    "handler_mobile": "经办人手机",
}


def file_name(year: int) -> str:
    """The workbook's name in the drop folder."""
    return f"江海市{year}年义务教育录取结果汇总.xlsx"


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the results of 2025 with what was spoiled in them."""
    tables = {
        sheet: Table(
            DATASET,
            f"江海市{YEAR}年义务教育录取结果汇总（{sheet}）（模拟数据）",
            NATIVE,
            list(_rows(sheet, seed)),
        )
        for sheet in (PRIMARY, JUNIOR)
    }
    _spoil_primary(tables[PRIMARY])
    _spoil_junior(tables[JUNIOR])
    return write_workbook(
        folder / DATASET / file_name(YEAR),
        tables,
        caption="单位：人",
        notes=["注：本表学校、人员均为虚构；报名人数为审核通过的人数"],
    )


def _rows(sheet: str, seed: int) -> Iterator[Row]:
    ownership = {school.school_code: school.ownership for school in enrolling(sheet, seed)}
    phone = office_phone(Random(f"{seed}:results:phone"))
    for plan in enrolment.sound(sheet, YEAR, seed):
        rng = Random(f"{seed}:results:{YEAR}:{sheet}:{plan.school_code}")
        private = ownership[plan.school_code] == PRIVATE
        settled = date(YEAR, 7, rng.randrange(20, 29))
        shared: Row = {
            "school_code": plan.school_code,
            "school_name": plan.school_name,
            "ownership": PRIVATE if private else PUBLIC,
            "result_date": _day(sheet, settled),
            "publish_date": _day(sheet, settled + timedelta(days=rng.randrange(1, 12))),
            "source_url": f"https://jyj.jianghai.example/lqjg/{YEAR}/{plan.school_code}",
            "enquiry_phone": phone,
            "handler_name": person(rng),
            "handler_mobile": mobile(rng),
        }
        for channel in _by_lot(plan, rng) if private else _by_place(plan, rng):
            yield shared | channel


def _by_lot(plan: PlanRow, rng: Random) -> Iterator[Row]:
    """A private school: lots are drawn where more apply than there are places."""
    places = int(str(plan.plan_students))
    drawn = rng.random() < 0.8
    applicants = places + rng.randrange(20, 200) if drawn else places - rng.randrange(5, 30)
    yield {
        "channel": LOTTERY,
        "applicants": applicants,
        "admitted": min(applicants, places),
        "lottery": "是" if drawn else "否",
        "notary_no": f"（{YEAR}）江海证字第{rng.randrange(1000, 9999)}号" if drawn else None,
    }


def _by_place(plan: PlanRow, rng: Random) -> Iterator[Row]:
    """A public school: its catchment first, then who has no school of their own."""
    others = [
        (channel, rng.randrange(6, 16))
        for channel, share in ((MIGRANT, 0.35), (TRANSFER, 0.2))
        if rng.random() < share
    ]
    left = int(str(plan.plan_students)) - sum(count for _, count in others)
    for channel, admitted in [(CATCHMENT, left - rng.randrange(0, 15)), *others]:
        yield {
            "channel": channel,
            "applicants": admitted + rng.choice((0, 0, rng.randrange(2, 20))),
            "admitted": admitted,
            "lottery": "否",
        }


def _day(sheet: str, day: date) -> Cell:
    """One sheet's clerk types dates as words, the other's as dates."""
    return f"{day.year}年{day.month}月{day.day}日" if sheet == PRIMARY else day


def _of(table: Table, channel: str, lottery: str = "否") -> list[int]:
    """The places of the rows of a channel."""
    return [
        place
        for place, row in enumerate(table.rows)
        if (row["channel"], row["lottery"]) == (channel, lottery)
    ]


def _spoil_primary(table: Table) -> None:
    """Twelve places; before them, one school is given more places and fills them."""
    local, migrant = _of(table, CATCHMENT), _of(table, MIGRANT)
    more = table.rows[local[1]]
    more |= {
        "applicants": int(str(more["applicants"])) + 40,
        "admitted": int(str(more["admitted"])) + 30,
        "added_places": 30,
        "addition_doc_no": f"江教发[{YEAR}]第037号",
    }
    code = str(table.rows[local[6]]["school_code"])
    applied = int(str(table.rows[local[22]]["applicants"]))
    table.spoil(local[3], "admitted_are_told", "admitted", None)
    table.spoil(local[6], "scientific", "school_code", in_scientific_notation(code, 3))
    table.spoil(local[9], "enum", "channel", "择校")
    # what has no type is not told either
    table.spoil(local[12], "type", "applicants", "约300")
    table.mark(local[12], "applicants_are_told", "applicants")
    table.spoil(local[15], "type", "result_date", "2025年7月32日")
    table.mark(local[15], "result_is_dated", "result_date")
    table.spoil(local[18], "minimum", "admitted", -5)
    table.spoil(local[22], "admitted_within_applicants", "admitted", applied + 12)
    table.spoil(local[25], "added_places_are_approved", "addition_doc_no", None, added_places=10)
    table.spoil(local[28], "published_after_result", "publish_date", "2025年7月1日")
    table.spoil(local[31], "published_in_time", "publish_date", "2025年9月26日")
    table.spoil(migrant[4], "small_cell", "admitted", 3)
    table.spoil(migrant[7], "small_cell", "admitted", 0, applicants=2)


def _spoil_junior(table: Table) -> None:
    local, drawn = _of(table, CATCHMENT), _of(table, LOTTERY, "是")
    code = str(table.rows[local[4]]["school_code"])
    table.spoil(local[2], "required", "school_name", None)
    table.spoil(local[4], "form", "school_code", code[:-1])
    table.spoil(local[7], "enum", "ownership", "公立")
    table.spoil(local[10], "type", "lottery", "部分")
    last = {"publish_date": date(YEAR - 1, 7, 30)}
    table.spoil(local[13], "result_in_its_year", "result_date", date(YEAR - 1, 7, 25), 1, **last)
    all_admitted = {"applicants": table.rows[local[16]]["admitted"]}
    table.spoil(local[16], "lots_at_private_schools_only", "channel", LOTTERY, 1, **all_admitted)
    table.spoil(drawn[0], "lots_are_notarised", "notary_no", None)
    table.spoil(drawn[1], "oversubscribed_schools_draw_lots", "lottery", "否", notary_no=None)
    table.spoil(local[23], "form", "enquiry_phone", "8123")
    table.repeat(local[20], f"{YEAR}/{table.rows[local[20]]['school_code']}/{JUNIOR}/{CATCHMENT}")
