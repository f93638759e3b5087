"""Standards of compensation by zone, as the natural-resources bureau lays them on its server."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, counties, office_phone, person
from samples.findings import Finding
from samples.land import ENCODING, any_brackets, any_day
from samples.table import Row, Table, write_csv

DATASET = "land_comp_standard"
FILE = "征地区片综合地价_2025.csv"

# Contract column → column of the file.
NATIVE = {
    "region_code": "行政区划代码",
    "zone_no": "区片编号",
    "zone_name": "区片名称",
    "zone_scope": "区片范围",
    "provincial_class": "省定地区类别",
    "land_comp_fee": "土地补偿费",
    "resettlement_fee": "安置补助费",
    "total_price": "区片综合地价",
    "provincial_minimum": "省最低标准",
    "crop_fee": "青苗补偿费",
    "unit_reported": "金额单位",
    "attachment_note": "附着物补偿",
    "legal_basis": "依据文号",
    "valid_from": "施行日期",
    "valid_to": "失效日期",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
}

# The three standards that followed each other, and by how much each was dearer than the first.
_TIMES = (
    (date(2017, 1, 1), date(2019, 12, 31), "江政发〔2016〕88号", 100),
    (date(2020, 1, 1), date(2022, 12, 31), "江政发〔2019〕102号", 112),
    (date(2023, 1, 1), None, "江政规〔2022〕9号", 125),
)
_CLASSES = ("一类", "二类", "三类", "四类")
ZONES = 6


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the file; what was spoiled in it."""
    rng = Random(f"{seed}:land-comp")
    rows = [
        _row(rng, place, zone, time)
        for place in range(len(counties()))
        for zone in range(1, ZONES + 1)
        for time in range(len(_TIMES))
    ]
    table = Table(DATASET, "江海市征地区片综合地价表（模拟数据）", NATIVE, rows)
    _spoil(table, rng)
    _add_in_another_unit(table)
    footer = "制表单位：江海市自然资源和规划局（模拟）"
    return write_csv(folder / DATASET / FILE, table, encoding=ENCODING, footer=footer)


def _row(rng: Random, place: int, zone: int, time: int) -> Row:
    county = counties()[place]
    start, end, basis, level = _TIMES[time]
    provincial = _CLASSES[min((place + zone) // 3, 3)]
    minimum = Decimal(62_000 - 4_000 * _CLASSES.index(provincial)) * level / 100
    total = minimum + 500 * (ZONES - zone)
    land = (total * 45 / 100).quantize(Decimal(1))
    unit = rng.choice(("元", "元", "万元"))
    return {
        # a division that did not exist yet had another code
        "region_code": county.code if county.valid_from <= start.isoformat() else RETIRED,
        "zone_no": f"Q{zone}",
        "zone_name": f"{county.name}第{zone}区片",
        "zone_scope": f"{county.name}第{zone}区片所列镇（街道）（模拟数据）",
        "provincial_class": provincial,
        "land_comp_fee": _in(land, unit),
        "resettlement_fee": _in(total - land, unit),
        "total_price": _in(total, unit),
        "provincial_minimum": _in(minimum, unit),
        "crop_fee": _in(Decimal(1_800), unit),
        "unit_reported": unit,
        "attachment_note": "按江海市地上附着物补偿标准执行",
        "legal_basis": any_brackets(rng, basis),
        "valid_from": any_day(rng, start),
        "valid_to": any_day(rng, end) if end else None,
        "contact_name": person(rng),
        "contact_phone": office_phone(rng),
    }


def _in(yuan: Decimal, unit: str) -> Decimal:
    return (
        yuan.quantize(Decimal(1)) if unit == "元" else (yuan / 10_000).quantize(Decimal("0.0001"))
    )


def _spoil(table: Table, rng: Random) -> None:
    """Spoil rows, each in one way, none of a county whose code has changed."""
    places = [
        place
        for place, row in enumerate(table.rows)
        if row["region_code"] != RETIRED and row["unit_reported"] == "元"
    ]
    rng.shuffle(places)
    for code, column, wrong in _DEFECTS:
        place = places.pop()
        table.spoil(place, code, column, wrong(table.rows[place]))
    place = places.pop()
    fees = _times(table.rows[place], "0.5")
    table.spoil(place, "not_below_the_minimum", "total_price", fees.pop("total_price"), 1, **fees)
    now = next(p for p in places if table.rows[p]["valid_to"] is None)
    places.remove(now)
    table.spoil(now, "revised_within_three_years", "valid_to", "2027-12-31")
    now = next(p for p in places if table.rows[p]["valid_to"] is None)
    places.remove(now)
    table.spoil(now, "codelist_date", "region_code", RETIRED)
    place = places.pop()
    row = table.rows[place]
    key = f"{row['region_code']}/{row['zone_no']}/{row['valid_from']}"
    table.repeat(place, key, attachment_note="另行公布")


def _add_in_another_unit(table: Table) -> None:
    """A new zone whose yuan are called ten thousand yuan; no older standard shows it."""
    row = next(row for row in reversed(table.rows) if row["unit_reported"] == "元")
    alone: Row = {"zone_no": "Q9", "provincial_minimum": None, "unit_reported": "万元"}
    table.rows.append({**row, **alone, "valid_from": "2024-01-01", "valid_to": None})
    table.mark(len(table.rows) - 1, "price_plausible", "total_price")


def _times(row: Row, factor: str) -> Row:
    names = ("land_comp_fee", "resettlement_fee", "total_price")
    return {name: Decimal(as_text(row[name])) * Decimal(factor) for name in names}


# What is written into a row, and the finding that it must give.
_DEFECTS: tuple[tuple[str, str, Callable[[Row], Cell]], ...] = (
    ("required", "zone_scope", lambda row: None),
    ("pattern", "legal_basis", lambda row: "江政规2022-9"),
    ("pattern", "zone_no", lambda row: "第三区片"),
    ("codelist", "region_code", lambda row: UNKNOWN),
    ("enum", "provincial_class", lambda row: "特类"),
    ("type", "crop_fee", lambda row: "据实"),
    ("type", "valid_to", lambda row: "2022年11月31日"),
    ("minimum", "crop_fee", lambda row: Decimal(-1800)),
    ("total_is_sum", "total_price", lambda row: _times(row, "1.1")["total_price"]),
    ("valid_to_after_valid_from", "valid_to", lambda row: "2016-12-31"),
)
