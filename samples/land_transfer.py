"""Transfers of construction land, as the trading centre's interface serves them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, counties, office_phone, person
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_records
from samples.trade_project import deal_code

DATASET = "land_transfer"

# Contract column → field of a record.
NATIVE = {
    "parcel_no": "parcelNo",
    "notice_no": "noticeNo",
    "parcel_code": "parcelCode",
    "deal_code": "unifiedDealCode",
    "supervision_no": "supervisionNo",
    "region_code": "regionCode",
    "location": "location",
    "supply_mode": "supplyMode",
    "land_use": "landUse",
    "land_use_name": "landUseName",
    "land_use_standard": "useStandard",
    "term_years": "termYears",
    "area": "landArea",
    "area_unit_reported": "areaUnit",
    "plot_ratio_min": "plotRatioMin",
    "plot_ratio_max": "plotRatioMax",
    "green_ratio": "greenRatio",
    "start_price": "startPrice",
    "deposit": "deposit",
    "deal_price": "dealPrice",
    "price_per_mu": "pricePerMu",
    "unit_reported": "priceUnit",
    "notice_publish": "noticeDate",
    "listing_start": "startDate",
    "listing_end": "endDate",
    "deal_result": "result",
    "deal_date": "dealDate",
    "result_publish": "resultDate",
    "transferee_kind": "transfereeType",
    "transferee_name": "transfereeName",
    "transferee_uscc": "transfereeCode",
    "notice_url": "noticeUrl",
    "contact_name": "contactName",
    "contact_phone": "contactPhone",
}

COUNT = 180
FIRST = date(2024, 1, 15)
SQUARE_METRES = {
    "平方米": Decimal(1),
    "公顷": Decimal(10_000),
    "亩": Decimal(2000) / 3,
    "平方公里": Decimal(1_000_000),
}

# Use of the land: name as printed, its standard, longest term, yuan a square metre.
_USES: dict[str, tuple[str, str, int, tuple[int, int]]] = {
    "residential": ("城镇住宅用地", "GB/T 21010-2017", 70, (4_000, 12_000)),
    "industrial": ("一类工业用地", "国土空间用地用海分类", 50, (300, 700)),
    "commercial": ("商业用地", "国土空间用地用海分类", 40, (2_500, 8_000)),
    "mixed": ("商住混合用地", "国土空间用地用海分类", 50, (3_000, 9_000)),
    "public_service": ("教育用地", "国土空间用地用海分类", 50, (400, 900)),
}
_NATIVE_USES = {
    "residential": "住宅",
    "industrial": "工业",
    "commercial": "商服",
    "mixed": "综合",
    "public_service": "公共服务",
}
_MODES = {"tender": "招标", "auction": "拍卖", "listing": "挂牌", "agreement": "协议"}
_ROADS = ("望海路", "通川大道", "渡口街", "沙洲路", "石港路", "东渚路")
FIRMS = tuple(
    (name, credit_code("91", "329902", Random(name)))
    for name in (
        "江海恒泰置业有限公司",
        "江海润泽实业有限公司",
        "江海中汇科技有限公司",
        "江海安澜物流有限公司",
        "江海启明纺织有限公司",
    )
)
"""Firms that take land and assets, with their credit codes."""


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the records the interface will serve; what was spoiled in them."""
    rng = Random(f"{seed}:land-transfer")
    table = Table(DATASET, "国有建设用地使用权出让（模拟数据）", NATIVE, _rows(rng))
    _spoil(table, rng)
    more = [{"updateTime": _updated(row)} for row in table.rows]
    return write_records(
        folder / DATASET / "land_parcels.json", table, ("notice_no", "parcel_no"), more
    )


def written_day(day: date) -> str:
    """A date as the interface writes it."""
    return day.strftime("%Y%m%d")


def _updated(row: Row) -> str:
    day = as_text(row["result_publish"]) or as_text(row["notice_publish"])
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}T17:30:00"


def _rows(rng: Random) -> list[Row]:
    return [_row(rng, place) for place in range(COUNT)]


def _row(rng: Random, place: int) -> Row:
    county = rng.choice(counties())
    notice = FIRST + timedelta(days=place * 4)
    start = notice + timedelta(days=rng.randrange(20, 26))
    end = start + timedelta(days=rng.randrange(10, 15))
    use = rng.choice(tuple(_USES))
    name, standard, longest, _ = _USES[use]
    mode = rng.choice(("listing", "listing", "listing", "auction", "tender"))
    return {
        "parcel_no": f"江地{notice.year}-{county.code[-2:]}-{place + 1:03d}",
        "notice_no": f"江自然资告字〔{notice.year}〕{place + 1}号",
        "parcel_code": f"{county.code}{rng.randrange(1, 9):03d}{rng.randrange(1, 9):03d}"
        f"GB{place + 1:05d}",
        "deal_code": deal_code("B01", notice, place + 1),
        "supervision_no": f"{county.code}{notice.year}B{place + 1:05d}",
        "region_code": county.code,
        "location": f"{county.name}{rng.choice(_ROADS)}东侧（模拟数据）",
        "supply_mode": _MODES[mode],
        "land_use": _NATIVE_USES[use],
        "land_use_name": name,
        "land_use_standard": standard,
        "term_years": longest,
        "plot_ratio_min": Decimal("1.0"),
        "plot_ratio_max": Decimal(rng.randrange(12, 28)) / 10,
        "green_ratio": rng.randrange(10, 36),
        "notice_publish": written_day(notice),
        "listing_start": written_day(start),
        "listing_end": written_day(end),
        "notice_url": f"https://ggzy.jianghai.example/land/{place + 1}",
        "contact_name": person(rng),
        "contact_phone": office_phone(rng),
        **_money(rng, use, place),
        **_result(rng, end, place),
    }


def _money(rng: Random, use: str, place: int) -> Row:
    """Area and prices. The platform's own form asks for 平方公里, most notices say 平方米, and
    money comes in 元 (0) or 万元 (1)."""
    unit = rng.choice(("平方米", "平方米", "平方米", "公顷", "亩", "平方公里"))
    square_metres = Decimal(rng.randrange(4_000, 90_000))
    area = (square_metres / SQUARE_METRES[unit]).quantize(Decimal("0.000001"))
    square_metres = area * SQUARE_METRES[unit]
    wan = 10_000 if place % 3 else 1
    low, high = _USES[use][3]
    start = (square_metres * rng.randrange(low, high)).quantize(Decimal("1E4"))
    deal = start * (100 + rng.choice((0, 0, 3, 12, 25))) / 100
    per_mu = deal / square_metres * 10_000 / 15 / wan
    return {
        "area": area,
        "area_unit_reported": unit,
        "start_price": start / wan,
        "deposit": (start / wan / 5).quantize(Decimal("0.01")),
        "deal_price": (deal / wan).quantize(Decimal("0.01")),
        "price_per_mu": per_mu.quantize(Decimal("0.01")),
        "unit_reported": "1" if wan > 1 else "0",
    }


def _result(rng: Random, end: date, place: int) -> Row:
    """What came of it: every twelfth parcel finds no buyer, the last few are still open, and some
    small ones go to a person."""
    if place >= COUNT - 6 or place % 12 == 7:
        nobody: Row = dict.fromkeys(
            ("deal_price", "price_per_mu", "deal_date", "result_publish", "transferee_kind")
        )
        result = "公告中" if place >= COUNT - 6 else "流拍"
        return {**nobody, "transferee_name": None, "transferee_uscc": None, "deal_result": result}
    published = end + timedelta(days=rng.randrange(1, 8))
    firm, code = rng.choice(FIRMS)
    taker: Row = {
        "transferee_kind": "单位",
        "transferee_name": firm,
        "transferee_uscc": code,
    }
    if place % 25 == 9:
        taker = {
            "transferee_kind": "自然人",
            "transferee_name": person(rng),
            "transferee_uscc": resident_id("329902", f"19{rng.randrange(60, 99)}0101", place),
        }
    return {
        **taker,
        "deal_result": "成交",
        "deal_date": written_day(end),
        "result_publish": written_day(published),
    }


def _spoil(table: Table, rng: Random) -> None:
    """Spoil sold parcels, each in one way, spread over the table."""
    sold = [
        place
        for place, row in enumerate(table.rows)
        if row["transferee_kind"] == "单位" and row["supply_mode"] == "挂牌"
    ]
    rng.shuffle(sold)
    commercial = next(place for place in sold if table.rows[place]["land_use"] == "商服")
    table.spoil(commercial, "term_within_maximum", "term_years", 70)
    sold.remove(commercial)
    for code, column, wrong in _DEFECTS:
        place = sold.pop()
        table.spoil(place, code, column, wrong(table.rows[place]))
    place = sold.pop()
    row = table.rows[place]
    table.spoil(
        place,
        "deal_not_below_start",
        "deal_price",
        _share(row["deal_price"], "0.4"),
        price_per_mu=None,
    )
    place = sold.pop()
    early = _moved(table.rows[place]["listing_start"], -1)
    table.spoil(place, "deal_after_start", "deal_date", early, result_publish=early)
    # The interface's own unit was forgotten: yuan that are called ten thousand yuan.
    place = sold.pop()
    far: Row = {name: _share(table.rows[place][name], "10000") for name in _PRICES}
    table.spoil(place, "unit_price_plausible", "deal_price", far.pop("deal_price"), 1, **far)
    # 平方米 that are called 平方公里; price and deposit fit the area that was meant.
    place = sold.pop()
    wrong_area = Decimal(30_000)
    unit_price = _share(table.rows[place]["deal_price"], "1000000")
    table.spoil(
        place,
        "area_plausible",
        "area",
        wrong_area,
        area_unit_reported="平方公里",
        start_price=unit_price,
        deal_price=unit_price,
        deposit=None,
        price_per_mu=None,
    )
    unsold = next(place for place, row in enumerate(table.rows) if row["deal_result"] == "流拍")
    table.spoil(unsold, "deal_is_complete", "deal_result", "成交")
    place = sold.pop()
    row = table.rows[place]
    table.repeat(place, f"{row['parcel_no']}/{row['notice_no']}", green_ratio=20)


_PRICES = ("start_price", "deposit", "deal_price", "price_per_mu")


def _share(amount: Cell, share: str) -> Decimal:
    return (Decimal(as_text(amount)) * Decimal(share)).quantize(Decimal("0.01"))


def _moved(day: Cell, days: int) -> str:
    return written_day(datetime.strptime(as_text(day), "%Y%m%d").date() + timedelta(days=days))


# What is written into a sold parcel, and the finding that it must give.
_DEFECTS: tuple[tuple[str, str, Callable[[Row], Cell]], ...] = (
    ("required", "location", lambda row: None),
    ("pattern", "notice_no", lambda row: f"江自然资告字第{row['term_years']}号"),
    ("form", "parcel_code", lambda row: "329902001003XB00012"),
    ("codelist", "region_code", lambda row: UNKNOWN),
    ("codelist_date", "region_code", lambda row: RETIRED),
    ("enum", "supply_mode", lambda row: "邀请出让"),
    ("enum", "land_use", lambda row: "林业"),
    ("type", "listing_end", lambda row: "20250230"),
    ("minimum", "deposit", lambda row: Decimal("-50.00")),
    ("maximum", "green_ratio", lambda row: 130),
    ("check_digit", "deal_code", lambda row: _other_end(row["deal_code"])),
    ("check_digit", "transferee_uscc", lambda row: with_wrong_check(str(row["transferee_uscc"]))),
    ("scientific", "transferee_uscc", lambda row: in_scientific_notation("91329902" + "0" * 10, 5)),
    ("personal_id", "transferee_uscc", lambda row: resident_id("329902", "19810203", 21)),
    ("organisation_has_a_code", "transferee_uscc", lambda row: None),
    ("organisation_name_is_no_person", "transferee_name", lambda row: "江一鸣"),
    ("notice_at_least_20_days", "listing_start", lambda row: _moved(row["notice_publish"], 12)),
    ("listing_long_enough", "listing_end", lambda row: _moved(row["listing_start"], 6)),
    (
        "result_within_10_working_days",
        "result_publish",
        lambda row: _moved(row["deal_date"], 40),
    ),
    ("price_per_mu_recomputed", "price_per_mu", lambda row: _share(row["price_per_mu"], "1.5")),
)


def _other_end(code: Cell) -> str:
    text = as_text(code)
    return text[:-1] + ("A" if text[-1] != "A" else "B")
