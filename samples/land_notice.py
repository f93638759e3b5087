"""Notices of land acquisition, as the natural-resources bureau lays them on its SFTP server.

Every acquisition that is sound in the list of batches has its notices here, in the order of the
law; some notices of 2018 were entered years later.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, counties, office_phone, person
from samples.findings import Finding
from samples.land import ENCODING, Acquisition, any_brackets, any_day, sound
from samples.table import Row, Table, write_csv

DATASET = "land_acq_notice"
FILE = "征地公告_2025.csv"

# Contract column → column of the file.
NATIVE = {
    "notice_no": "公告编号",
    "acq_no": "拟征告号",
    "approval_no": "批准文号",
    "notice_type": "公告类型",
    "title": "标题",
    "region_code": "行政区划代码",
    "town": "乡镇",
    "village": "村组",
    "publish_date": "发布日期",
    "end_date": "截止日期",
    "approval_received": "批文收到日期",
    "posting_scope": "张贴范围",
    "registration_method": "登记方式和期限",
    "objection_channel": "异议反馈渠道",
    "url": "网址",
    "is_backfill": "是否补录",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
}

BATCHES = 42
BACKFILLED = 12


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the file; what was spoiled in it."""
    rng = Random(f"{seed}:land-notice")
    lands = sound(2025, seed)[:BATCHES]
    rows = [row for land in lands for row in _notices(rng, land)]
    rows += [_of_the_past(rng, number) for number in range(1, BACKFILLED + 1)]
    table = Table(DATASET, "江海市征地公告台账（模拟数据）", NATIVE, rows)
    _spoil(table, rng)
    footer = "制表单位：江海市自然资源和规划局（模拟）"
    return write_csv(folder / DATASET / FILE, table, encoding=ENCODING, footer=footer)


def _notices(rng: Random, land: Acquisition) -> list[Row]:
    """The four notices of an acquisition: before the survey, after it, for registration, and once
    the approval has been received."""
    before = land.surveyed - timedelta(days=rng.randrange(30, 45))
    plan = land.surveyed + timedelta(days=rng.randrange(8, 20))
    plan_ends = plan + timedelta(days=rng.randrange(30, 34))
    announced = land.received + timedelta(days=rng.randrange(2, 12))
    return [
        _notice(rng, land, "拟征收土地预公告", before, before + timedelta(days=26)),
        {
            **_notice(rng, land, "征地补偿安置公告", plan, plan_ends),
            "registration_method": f"{plan_ends.month}月{plan_ends.day}日前持权属证书到村委会登记",
            "objection_channel": "所在镇（街道）自然资源所",
        },
        _notice(rng, land, "补偿登记", plan_ends, plan_ends + timedelta(days=10)),
        {
            **_notice(rng, land, "征收土地公告", announced, announced + timedelta(days=15)),
            "approval_no": any_brackets(rng, land.approval_no),
            "approval_received": any_day(rng, land.received),
        },
    ]


_STAGES = {
    "拟征收土地预公告": "预",
    "征地补偿安置公告": "补",
    "补偿登记": "登",
    "征收土地公告": "征",
}


def _notice(rng: Random, land: Acquisition, kind: str, start: date, end: date) -> Row:
    number = any_brackets(rng, f"江征{_STAGES[kind]}告〔{start.year}〕{land.number}号")
    return {
        "notice_no": number,
        "acq_no": land.acq_no,
        "notice_type": kind,
        "title": f"关于{land.county.name}{land.town}{kind}的通知（模拟数据）",
        "region_code": land.county.code,
        "town": land.town,
        "village": "、".join(land.villages),
        "publish_date": any_day(rng, start),
        "end_date": any_day(rng, end),
        "posting_scope": f"{land.town}及{'、'.join(land.villages)}公示栏",
        "url": f"https://zrzy.jianghai.example/notice/{start:%Y%m%d}{land.number:03d}",
        "is_backfill": "否",
        "contact_name": person(rng),
        "contact_phone": office_phone(rng),
    }


def _of_the_past(rng: Random, number: int) -> Row:
    """A notice of 2018, when the rules had other days, entered later."""
    county = rng.choice([county for county in counties() if county.valid_from < "2018"])
    received = date(2018, number, 5)
    published = received + timedelta(days=rng.randrange(4, 40))
    return {
        "notice_no": f"江征征告〔2018〕{number}号",
        "acq_no": f"江拟征告〔2018〕{number}号",
        "approval_no": f"江政地〔2018〕{number + 40}号",
        "notice_type": "征收土地公告",
        "title": f"{county.name}征收土地公告（模拟数据）",
        "region_code": county.code,
        "publish_date": any_day(rng, published),
        "end_date": any_day(rng, published + timedelta(days=10)),
        "approval_received": any_day(rng, received),
        "is_backfill": "是",
        "contact_name": person(rng),
        "contact_phone": office_phone(rng),
    }


def _spoil(table: Table, rng: Random) -> None:
    """Spoil notices, each in one way, never one of the past; what is spoiled is quarantined, so
    that the order of the others stays true."""
    places = [place for place, row in enumerate(table.rows) if row["is_backfill"] == "否"]
    rng.shuffle(places)

    def take(kind: str = "") -> int:
        place = next(p for p in places if kind in as_text(table.rows[p]["notice_type"]))
        places.remove(place)
        return place

    for code, column, kind, wrong in _DEFECTS:
        place = take(kind)
        table.spoil(place, code, column, wrong(table.rows[place]))
    place = take("征收土地公告")
    number = table.rows[place]["approval_no"]
    table.spoil(
        place, "acquisition_names_the_approval", "approval_no", number, approval_received=None
    )
    place = take("征收土地公告")
    late: Row = {"publish_date": "2026-04-30", "end_date": "2026-05-20"}
    table.spoil(
        place, "acquisition_announced_in_time", "publish_date", late.pop("publish_date"), 1, **late
    )
    place = take("征地补偿")
    channel = table.rows[place]["objection_channel"]
    table.spoil(
        place,
        "compensation_notice_is_whole",
        "objection_channel",
        channel,
        registration_method=None,
    )
    place = take("补偿登记")
    table.repeat(place, as_text(table.rows[place]["notice_no"]), posting_scope="村委会")


# The finding, the type of notice it is planted in, and what is written there.
_DEFECTS: tuple[tuple[str, str, str, Callable[[Row], Cell]], ...] = (
    ("required", "title", "", lambda row: None),
    ("pattern", "notice_no", "", lambda row: "江征告2025年第3号"),
    ("pattern", "approval_no", "征收土地公告", lambda row: "江政地2025-118"),
    ("codelist", "region_code", "", lambda row: UNKNOWN),
    ("codelist_date", "region_code", "", lambda row: RETIRED),
    ("enum", "notice_type", "补偿登记", lambda row: "其他公告"),
    ("type", "publish_date", "补偿登记", lambda row: "2025年2月30日"),
    ("type", "is_backfill", "补偿登记", lambda row: "不详"),
    ("notice_has_an_end", "end_date", "预公告", lambda row: None),
    ("pre_notice_long_enough", "end_date", "预公告", lambda row: row["publish_date"]),
    ("compensation_notice_long_enough", "end_date", "补偿安置", lambda row: row["publish_date"]),
    ("ends_after_publication", "end_date", "补偿登记", lambda row: "2023-12-20"),
    ("announced_after_approval", "publish_date", "征收土地公告", lambda row: "2024-12-31"),
)
