"""Areas of land acquisition by owner and class, as the survey found them, over SFTP.

The areas of every acquisition that is sound in the list of batches add up to it. Defects are
planted in the others, whose batches nobody has accepted.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, mobile, person
from samples.codes import credit_code, in_scientific_notation, with_wrong_check
from samples.findings import Finding
from samples.land import ENCODING, Acquisition, acquisitions, any_day, sound
from samples.table import Row, Table, write_csv

DATASET = "land_acq_area_detail"
FILE = "权属地类面积_2025.csv"

# Contract column → column of the file.
NATIVE = {
    "acq_no": "拟征告号",
    "owner_village": "权属单位",
    "owner_uscc": "权属单位代码",
    "region_code": "行政区划代码",
    "town": "乡镇",
    "land_class": "地类",
    "area": "面积",
    "basic_farmland_area": "其中永久基本农田",
    "area_unit_reported": "面积单位",
    "survey_end": "现状调查结束日期",
    "result_posted": "结果公示日期",
    "surveyor_name": "调查人员",
    "surveyor_phone": "调查人员电话",
}

BATCHES = 24
_PER_HECTARE = {"公顷": 1, "亩": 15, "平方米": 10_000}


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the file; what was spoiled in it."""
    rng = Random(f"{seed}:land-area")
    whole = sound(2025, seed)
    others = [land for land in acquisitions(2025, seed) if land not in whole]
    rows = [row for land in whole[:BATCHES] for row in _areas(rng, land)]
    first = len(rows)
    rows += [row for land in others for row in _areas(rng, land)]
    table = Table(DATASET, "江海市征地权属地类面积表（模拟数据）", NATIVE, rows)
    _spoil(table, list(range(first, len(rows))), rng)
    footer = "制表单位：江海市自然资源和规划局（模拟）"
    return write_csv(folder / DATASET / FILE, table, encoding=ENCODING, footer=footer)


def collective(town: str, village: str) -> tuple[str, str]:
    """A village's collective and its credit code."""
    name = f"{town}{village}股份经济合作社"
    return name, credit_code("N2", "329902", Random(name))


def shares(whole: Decimal, parts: int, rng: Random) -> list[Decimal]:
    """A quantity in ten thousandths, divided so that nothing is lost."""
    if parts == 1:
        return [whole]
    first = (whole * rng.randrange(30, 70) / 100).quantize(Decimal("0.0001"))
    return [first, whole - first]


def _areas(rng: Random, land: Acquisition) -> list[Row]:
    """The classes of each village, in one unit; a class that a village has not is no row."""
    unit = rng.choice(("公顷", "公顷", "亩", "平方米"))
    rest = rng.choice(("园地", "林地", "其他农用地"))
    count = len(land.villages)
    classes = {
        "耕地": shares(land.cultivated, count, rng),
        rest: shares(land.farmland - land.cultivated, count, rng),
        "建设用地": shares(land.construction, count, rng),
        "未利用地": shares(land.unused, count, rng),
    }
    # as much of the basic farmland as of the other cultivated land
    part = land.basic_farmland / land.cultivated
    posted = land.surveyed + timedelta(days=rng.randrange(0, 4))
    surveyor, phone = person(rng), mobile(rng)
    rows: list[Row] = []
    for at, village in enumerate(land.villages):
        owner, code = collective(land.town, village)
        for name, areas in classes.items():
            basic = (areas[at] * part).quantize(Decimal("0.0001")) if name == "耕地" else None
            rows.append(
                {
                    "acq_no": land.acq_no,
                    "owner_village": owner,
                    "owner_uscc": code,
                    "region_code": land.county.code,
                    "town": land.town,
                    "land_class": name,
                    "area": _in(areas[at], unit),
                    "basic_farmland_area": _in(basic, unit) if basic else None,
                    "area_unit_reported": unit,
                    "survey_end": any_day(rng, land.surveyed),
                    "result_posted": any_day(rng, posted),
                    "surveyor_name": surveyor,
                    "surveyor_phone": phone,
                }
            )
    return [row for row in rows if row["area"]]


def _in(hectares: Decimal, unit: str) -> Decimal:
    places = Decimal(1) if unit == "平方米" else Decimal("0.0001")
    return (hectares * _PER_HECTARE[unit]).quantize(places)


def _spoil(table: Table, places: list[int], rng: Random) -> None:
    rng.shuffle(places)

    def take(kind: str = "") -> int:
        place = next(p for p in places if kind in as_text(table.rows[p]["land_class"]))
        places.remove(place)
        return place

    for code, column, kind, wrong in _DEFECTS:
        place = take(kind)
        table.spoil(place, code, column, wrong(table.rows[place]))
    # 公顷 that are called 平方公里, a unit that the survey never uses: a hundred times too much
    place = take("建设用地")
    table.spoil(place, "area_plausible", "area", Decimal("903.5"), area_unit_reported="公顷")
    place = take("耕地")
    row = table.rows[place]
    table.repeat(
        place, f"{row['acq_no']}/{row['owner_village']}/cultivated", result_posted=row["survey_end"]
    )


# The finding, the class of land it is planted in, and what is written there.
_DEFECTS: tuple[tuple[str, str, str, Callable[[Row], Cell]], ...] = (
    ("required", "area", "", lambda row: None),
    ("pattern", "acq_no", "", lambda row: "江拟征告2025-9"),
    # a household where the collective belongs
    ("pattern", "owner_village", "", lambda row: "江永康户"),
    ("codelist", "region_code", "", lambda row: UNKNOWN),
    ("codelist_date", "region_code", "", lambda row: RETIRED),
    ("enum", "land_class", "未利用地", lambda row: "水面"),
    ("type", "area", "", lambda row: "约3公顷"),
    ("minimum", "area", "未利用地", lambda row: Decimal("-0.0200")),
    ("check_digit", "owner_uscc", "", lambda row: with_wrong_check(as_text(row["owner_uscc"]))),
    ("scientific", "owner_uscc", "", lambda row: in_scientific_notation("12329902" + "0" * 10, 5)),
    ("basic_farmland_is_no_class", "land_class", "未利用地", lambda row: "永久基本农田"),
    ("basic_farmland_is_cultivated", "basic_farmland_area", "建设用地", lambda row: Decimal("0.5")),
    ("posted_after_survey", "result_posted", "", lambda row: "2023-06-01"),
    ("posted_within_5_working_days", "result_posted", "", lambda row: "2026-03-02"),
)
