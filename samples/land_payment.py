"""Payment of compensation for land by collective, as the natural-resources bureau sums it up."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, office_phone, person
from samples.codes import in_scientific_notation, with_wrong_check
from samples.findings import Finding
from samples.land import ENCODING, Acquisition, any_day, sound
from samples.land_area import collective, shares
from samples.table import Row, Table, write_csv

DATASET = "land_comp_payment"
FILE = "征地补偿费用支付_2025.csv"

# Contract column → column of the file.
NATIVE = {
    "acq_no": "拟征告号",
    "payee_collective": "收款单位",
    "payee_uscc": "收款单位代码",
    "region_code": "行政区划代码",
    "town": "乡镇",
    "payable": "应付金额",
    "paid": "已付金额",
    "unit_reported": "金额单位",
    "paid_date": "支付日期",
    "persons": "被征地农民人数",
    "social_security_persons": "纳入社保人数",
    "as_of": "统计截止日期",
    "payee_account": "收款账号",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
}

AS_OF = date(2026, 3, 31)
_MU_PER_HECTARE = 15


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the file; what was spoiled in it."""
    rng = Random(f"{seed}:land-payment")
    lands = [*sound(2024, seed)[:40], *sound(2025, seed)[:36]]
    rows = [row for land in lands for row in _payments(rng, land)]
    table = Table(DATASET, "江海市征地补偿费用支付汇总表（模拟数据）", NATIVE, rows)
    _spoil(table, rng)
    footer = "制表单位：江海市自然资源和规划局（模拟）"
    return write_csv(folder / DATASET / FILE, table, encoding=ENCODING, footer=footer)


def _payments(rng: Random, land: Acquisition) -> list[Row]:
    """What each village's collective is owed and was paid; nobody is named below it."""
    whole = land.farmland + land.construction + land.unused
    price = rng.randrange(56_000, 70_000)
    count = len(land.villages)
    unit = rng.choice(("万元", "万元", "元"))
    rows: list[Row] = []
    for village, area in zip(land.villages, shares(whole, count, rng), strict=True):
        payee, code = collective(land.town, village)
        payable = (area * _MU_PER_HECTARE * price).quantize(Decimal("1E2"))
        paid = payable * rng.choice((0, 60, 100, 100, 100)) / 100
        persons = land.persons // count
        day = any_day(rng, land.received + timedelta(days=rng.randrange(20, 60)))
        rows.append(
            {
                "acq_no": land.acq_no,
                "payee_collective": payee,
                "payee_uscc": code,
                "region_code": land.county.code,
                "town": land.town,
                "payable": _in(payable, unit),
                "paid": _in(paid, unit),
                "unit_reported": unit,
                "paid_date": day if paid else None,
                "persons": persons,
                "social_security_persons": persons - rng.randrange(0, 4),
                "as_of": AS_OF.isoformat(),
                "payee_account": f"9555{rng.randrange(10**12):012d}",
                "contact_name": person(rng),
                "contact_phone": office_phone(rng),
            }
        )
    return rows


def _in(yuan: Decimal, unit: str) -> Decimal:
    return (yuan if unit == "元" else yuan / 10_000).quantize(Decimal("0.01"))


def _spoil(table: Table, rng: Random) -> None:
    """Spoil paid rows, each in one way."""
    places = [place for place, row in enumerate(table.rows) if row["paid_date"]]
    rng.shuffle(places)
    for code, column, wrong in _DEFECTS:
        place = places.pop()
        table.spoil(place, code, column, wrong(table.rows[place]))
    place = places.pop()
    table.spoil(place, "cell_not_too_small", "persons", 3, social_security_persons=0)
    place = places.pop()
    row = table.rows[place]
    table.repeat(
        place, f"{row['acq_no']}/{row['payee_collective']}", persons=260, social_security_persons=0
    )


def _twice(column: str) -> Callable[[Row], Cell]:
    return lambda row: Decimal(as_text(row[column])) * 2


# What is written into a row, and the finding that it must give.
_DEFECTS: tuple[tuple[str, str, Callable[[Row], Cell]], ...] = (
    ("required", "payable", lambda row: None),
    ("pattern", "acq_no", lambda row: "江拟征告2025-9"),
    # a farmer where the collective belongs
    ("pattern", "payee_collective", lambda row: "江永康"),
    ("codelist", "region_code", lambda row: UNKNOWN),
    ("codelist_date", "region_code", lambda row: RETIRED),
    ("type", "social_security_persons", lambda row: "全部"),
    ("minimum", "paid", lambda row: Decimal(-12)),
    ("check_digit", "payee_uscc", lambda row: with_wrong_check(as_text(row["payee_uscc"]))),
    ("scientific", "payee_uscc", lambda row: in_scientific_notation("12329902" + "0" * 10, 5)),
    ("paid_within_payable", "paid", _twice("payable")),
    ("payment_is_dated", "paid_date", lambda row: None),
    ("paid_before_as_of", "paid_date", lambda row: "2026-04-20"),
    (
        "insured_within_persons",
        "social_security_persons",
        lambda row: int(as_text(row["persons"])) + 9,
    ),
)
