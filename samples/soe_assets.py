"""Transfers of state-owned equity and assets, as the trading centre's interface serves them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, counties, office_phone, person
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.land_transfer import FIRMS
from samples.table import Row, Table, write_records
from samples.trade_project import deal_code

DATASET = "soe_asset_trade"

# Contract column → field of a record.
NATIVE = {
    "project_no": "projectNo",
    "deal_code": "unifiedDealCode",
    "kind": "subjectType",
    "project_name": "projectName",
    "subject_name": "subjectName",
    "region_code": "regionCode",
    "round_no": "round",
    "seller_name": "sellerName",
    "seller_uscc": "sellerCode",
    "authority": "authority",
    "authority_approval_no": "approvalNo",
    "evaluate_value": "evaluateValue",
    "listing_price": "listingPrice",
    "price_cut_approval_no": "cutApprovalNo",
    "publish_start": "publishStart",
    "publish_end": "publishEnd",
    "publish_days": "publishDays",
    "trade_mode": "tradeMode",
    "trade_date": "tradeDate",
    "trade_value": "tradeValue",
    "result_publish": "resultDate",
    "buyer_kind": "buyerType",
    "buyer_name": "buyerName",
    "buyer_uscc": "buyerCode",
    "unit_reported": "priceUnit",
    "notice_url": "noticeUrl",
    "contact_name": "contactName",
    "contact_phone": "contactPhone",
}

COUNT = 175
FIRST = date(2024, 1, 8)

_SELLERS = ("城市建设投资集团", "交通产业集团", "水务集团", "文化旅游集团", "农业发展集团")
_ASSETS = ("旧办公家具及设备一批", "公务车辆一批", "闲置厂房", "临街商铺", "报废机器设备一批")
_MODES = ("网络竞价", "网络竞价", "拍卖", "协议转让")


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the records the interface will serve; what was spoiled in them."""
    rng = Random(f"{seed}:soe-assets")
    rows = [_row(rng, place) for place in range(COUNT)]
    table = Table(DATASET, "国有产权交易（模拟数据）", NATIVE, rows)
    _spoil(table, rng)
    more = [{"updateTime": f"{row['publish_start']}T18:00:00"} for row in table.rows]
    return write_records(folder / DATASET / "state_assets.json", table, ("project_no",), more)


def _row(rng: Random, place: int) -> Row:
    county = rng.choice(counties())
    seller = f"{county.name}{rng.choice(_SELLERS)}有限公司"
    equity = place % 3 == 0
    start = FIRST + timedelta(days=place * 4)
    # Twenty working days and the longest holidays fit into 45 days.
    end = start + timedelta(days=45 if equity else rng.randrange(45, 60))
    subject = (
        f"江海{rng.choice(('新源', '通达', '绿洲'))}科技有限公司{rng.randrange(10, 100)}%股权"
        if equity
        else rng.choice(_ASSETS)
    )
    return {
        "project_no": f"{'G3' if equity else 'GR'}{start.year}JH{place + 1:07d}",
        "deal_code": deal_code("C01", start, place + 1),
        "kind": "股权" if equity else "实物资产",
        "project_name": f"{seller}转让{subject}（模拟数据）",
        "subject_name": subject,
        "region_code": county.code,
        "seller_name": seller,
        "seller_uscc": credit_code("91", county.code, Random(seller)),
        "authority": f"{county.name}国有资产监督管理办公室",
        "authority_approval_no": f"江国资〔{start.year}〕{place + 1}号",
        "publish_start": start.isoformat(),
        "publish_end": end.isoformat(),
        "publish_days": None,
        "notice_url": f"https://ggzy.jianghai.example/assets/{place + 1}",
        "contact_name": person(rng),
        "contact_phone": office_phone(rng),
        **_prices(rng, equity, place),
        **_deal(rng, end, place),
    }


def _prices(rng: Random, equity: bool, place: int) -> Row:
    """A renewed disclosure asks for less; below nine tenths it names the consent."""
    value = Decimal(rng.randrange(800, 9_000) if equity else rng.randrange(20, 1_800)) * 10_000
    share, consent = Decimal(100), None
    if place % 5 == 2:
        share = Decimal(rng.choice((80, 92, 95)))
        consent = f"江国资复〔2024〕{place}号" if share < 90 else None
    wan = 10_000 if place % 4 else 1
    return {
        "round_no": 2 if place % 5 == 2 else 1,
        "evaluate_value": (value / wan).quantize(Decimal("0.01")),
        "listing_price": (value * share / 100 / wan).quantize(Decimal("0.01")),
        "price_cut_approval_no": consent,
        "trade_value": (value * share / 100 / wan * rng.choice((1, 1, 2))).quantize(
            Decimal("0.01")
        ),
        "unit_reported": "1" if wan > 1 else "0",
    }


def _deal(rng: Random, end: date, place: int) -> Row:
    """The deal, to a firm or now and then to a person; the last few are still disclosed."""
    if place >= COUNT - 8:
        open_columns = (
            "trade_mode",
            "trade_date",
            "trade_value",
            "result_publish",
            "buyer_kind",
            "buyer_name",
            "buyer_uscc",
        )
        return dict.fromkeys(open_columns)
    traded = end + timedelta(days=rng.randrange(2, 12))
    buyer, code = rng.choice(FIRMS)
    kind = "单位"
    if place % 20 == 13:
        kind, buyer = "自然人", person(rng)
        code = resident_id("329902", f"19{rng.randrange(60, 99)}0214", place)
    return {
        "trade_mode": rng.choice(_MODES),
        "trade_date": traded.isoformat(),
        "result_publish": (traded + timedelta(days=rng.randrange(1, 8))).isoformat(),
        "buyer_kind": kind,
        "buyer_name": buyer,
        "buyer_uscc": code,
    }


def _spoil(table: Table, rng: Random) -> None:
    """Spoil traded projects, each in one way, spread over the table."""
    traded = [place for place, row in enumerate(table.rows) if row["buyer_kind"] == "单位"]
    rng.shuffle(traded)

    def take(fits: Callable[[Row], bool] = lambda row: True) -> int:
        place = next(place for place in traded if fits(table.rows[place]))
        traded.remove(place)
        return place

    for code, column, fits, wrong in _DEFECTS:
        place = take(fits)
        table.spoil(place, code, column, wrong(table.rows[place]))
    place = take(_renewed)
    price = table.rows[place]["listing_price"]
    table.spoil(place, "price_cut_is_approved", "listing_price", price, price_cut_approval_no=None)
    place = take()
    day = table.rows[place]["trade_date"]
    table.spoil(place, "trade_is_complete", "trade_date", day, trade_mode=None)
    place = take()
    row = table.rows[place]
    table.spoil(
        place,
        "disclosure_ends_after_it_begins",
        "publish_end",
        _moved(row["publish_start"], -1),
        kind="实物资产",
        listing_price=Decimal(10),
        evaluate_value=Decimal(10),
        unit_reported="1",
        trade_value=Decimal(12),
    )
    place = take(_large)
    price = _times(table.rows[place]["listing_price"], "10000")
    changed: Row = {"listing_price": price, "evaluate_value": price}
    table.spoil(place, "amount_plausible", "trade_value", price, 1, **changed)
    place = take()
    table.repeat(place, as_text(table.rows[place]["project_no"]), round_no=3)


def _large(row: Row) -> bool:
    """Worth more than ten million yuan, written in 万元, listed for the first time."""
    return _first(row) and row["unit_reported"] == "1" and Decimal(str(row["listing_price"])) > 1000


def _first(row: Row) -> bool:
    return row["round_no"] == 1


def _renewed(row: Row) -> bool:
    return row["round_no"] == 2 and row["price_cut_approval_no"] is not None


def _equity(row: Row) -> bool:
    return row["kind"] == "股权"


def _large_asset(row: Row) -> bool:
    return _large(row) and not _equity(row)


def _any(row: Row) -> bool:
    return True


def _times(amount: Cell, factor: str) -> Decimal:
    return (Decimal(as_text(amount)) * Decimal(factor)).quantize(Decimal("0.01"))


def _moved(day: Cell, days: int) -> str:
    return (date.fromisoformat(as_text(day)) + timedelta(days=days)).isoformat()


def _other_end(code: Cell) -> str:
    text = as_text(code)
    return text[:-1] + ("A" if text[-1] != "A" else "B")


# The finding, the rows it may be planted in, and what is written there.
_DEFECTS: tuple[tuple[str, str, Callable[[Row], bool], Callable[[Row], Cell]], ...] = (
    ("required", "seller_name", _any, lambda row: None),
    ("pattern", "authority_approval_no", _any, lambda row: "江国资字第18号"),
    ("codelist", "region_code", _any, lambda row: UNKNOWN),
    ("codelist_date", "region_code", _any, lambda row: RETIRED),
    ("enum", "kind", _any, lambda row: "债权"),
    ("enum", "trade_mode", _any, lambda row: "抽签"),
    ("type", "result_publish", _any, lambda row: "2025-06-31"),
    ("minimum", "round_no", _first, lambda row: 0),
    ("check_digit", "deal_code", _any, lambda row: _other_end(row["deal_code"])),
    (
        "check_digit",
        "seller_uscc",
        _any,
        lambda row: with_wrong_check(as_text(row["seller_uscc"])),
    ),
    (
        "scientific",
        "seller_uscc",
        _any,
        lambda row: in_scientific_notation("91329902" + "0" * 10, 5),
    ),
    ("personal_id", "buyer_uscc", _any, lambda row: resident_id("329902", "19790808", 12)),
    ("organisation_has_a_code", "buyer_uscc", _any, lambda row: None),
    ("organisation_name_is_no_person", "buyer_name", _any, lambda row: "江文博"),
    (
        "first_listing_not_below_assessment",
        "listing_price",
        _first,
        lambda row: _times(row["listing_price"], "0.95"),
    ),
    (
        "equity_disclosed_long_enough",
        "publish_end",
        _equity,
        lambda row: _moved(row["publish_start"], 12),
    ),
    (
        "assets_disclosed_long_enough",
        "publish_end",
        _large_asset,
        lambda row: _moved(row["publish_start"], 18),
    ),
    ("trade_after_disclosure", "trade_date", _any, lambda row: row["publish_end"]),
    ("result_after_trade", "result_publish", _any, lambda row: row["publish_end"]),
    (
        "trade_not_below_listing",
        "trade_value",
        _any,
        lambda row: _times(row["listing_price"], "0.98"),
    ),
    ("publish_days_counted", "publish_days", _any, lambda row: 5),
)
