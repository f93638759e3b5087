"""Government procurement, as the trading centre's interface serves it: one record a package.

Purchasers, agencies and suppliers are those of the tender market, with the same codes.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from uuid import UUID

from samples import tender
from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, mobile, person
from samples.codes import in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_records
from samples.tender import Market, money, stamp
from samples.trade_project import deal_code

DATASET = "gov_procurement"
FILE = "procurements"
CALENDAR = Path(__file__).parents[1] / "schemas" / "calendar.csv"

# Contract column → name in a record; `guid` tells records apart.
NATIVE = {
    "guid": "guid",
    "project_no": "projectNo",
    "package_no": "packageNo",
    "unified_deal_code": "unifiedDealCode",
    "project_name": "projectName",
    "package_name": "packageName",
    "region_code": "regionCode",
    "purchaser_name": "purchaserName",
    "purchaser_uscc": "purchaserCode",
    "agency_name": "agencyName",
    "agency_uscc": "agencyCode",
    "method": "method",
    "category_edition": "categoryEdition",
    "category_code": "categoryCode",
    "budget_amount": "budgetAmount",
    "ceiling_price": "ceilingPrice",
    "deal_amount": "dealAmount",
    "unit_reported": "priceUnit",
    "sme_share": "smeShare",
    "notice_publish": "noticeTime",
    "bid_deadline": "bidDeadline",
    "is_awarded": "isAwarded",
    "award_date": "awardDate",
    "result_publish": "resultTime",
    "supplier_name": "supplierName",
    "supplier_uscc": "supplierCode",
    "contract_no": "contractNo",
    "contract_sign_date": "contractSignDate",
    "contract_publish_date": "contractPublishDate",
    "notice_url": "noticeUrl",
    "experts": "experts",
    "contact_name": "contactName",
    "contact_phone": "contactPhone",
}

OPEN, NEGOTIATION, CONSULTATION, INQUIRY, SINGLE = (
    "公开招标",
    "竞争性谈判",
    "竞争性磋商",
    "询价",
    "单一来源",
)

# How long bids may be made, in days, by method: at least 20 for an open tender.
_DAYS = {OPEN: (21, 30), NEGOTIATION: (5, 9), CONSULTATION: (10, 15), INQUIRY: (4, 8)}


@dataclass(frozen=True)
class Want:
    """What a purchaser may want: its words, its category of 2022, its budget in 万元."""

    name: str
    category: str
    least: int
    most: int


_WANTS = (
    Want("办公计算机采购", "A02010105", 20, 180),
    Want("复印机采购", "A02020100", 10, 60),
    Want("公务用车采购", "A02030500", 18, 90),
    Want("办公桌椅采购", "A05010201", 12, 80),
    Want("办公区物业管理服务", "C21040000", 60, 600),
    Want("业务系统软件开发服务", "C16010302", 80, 900),
    Want("信息系统运行维护服务", "C16070000", 30, 260),
    Want("管线测绘服务", "C19040000", 40, 300),
    Want("市容环境管理服务", "C13040000", 120, 1800),
    Want("专项资金审计服务", "C23030000", 15, 90),
    Want("城市道路养护施工", "B02050000", 100, 390),
    Want("业务用房修缮施工", "B01020000", 60, 380),
)


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the records the interface will serve: 165 projects of 2024 and 2025."""
    table = Table(DATASET, "", NATIVE, [])
    rng = Random(f"{seed}:procurement")
    bodies = tender.market(seed)
    for place in range(165):
        table.rows += _project(rng, bodies, place)
    _plant(table)
    more = [{"updateTime": _touched(row)} for row in table.rows]
    return write_records(folder / DATASET / f"{FILE}.json", table, ["guid"], more)


def _project(rng: Random, bodies: Market, place: int) -> list[Row]:
    """A project of one package, every eighth of three."""
    want = rng.choice(_WANTS)
    purchaser = rng.choice(bodies.tenderers)
    agency = rng.choice(bodies.agencies)
    method = rng.choice((OPEN, OPEN, OPEN, CONSULTATION, CONSULTATION, NEGOTIATION, INQUIRY))
    if place % 12 == 7:
        method = SINGLE
    noticed = datetime(2024, 1, 15, 9) + timedelta(days=4 * place, minutes=rng.randrange(0, 360, 5))
    number = f"JHZC{noticed:%Y}-{place + 1:04d}"
    unit = tender.WAN if rng.random() < 0.3 else tender.YUAN
    packages = 3 if place % 8 == 3 else 1
    head: Row = {
        "project_no": number,
        "project_name": f"{purchaser.name}{want.name}项目（模拟数据）",
        "region_code": purchaser.uscc[2:8],
        "purchaser_name": purchaser.name,
        "purchaser_uscc": purchaser.uscc,
        "agency_name": agency.name,
        "agency_uscc": agency.uscc,
        "method": method,
        "category_edition": "2022",
        "category_code": want.category,
        "unit_reported": unit,
        "notice_publish": stamp(noticed),
        "contact_name": person(rng),
        "contact_phone": mobile(rng),
    }
    rows = []
    for package in range(1, packages + 1):
        name = f"{want.name}第{package}包" if packages > 1 else want.name
        failed = method != SINGLE and place % 11 == 5 and package == packages
        rows.append(head | _package(rng, bodies, want, method, noticed, unit, failed))
        rows[-1] |= {
            "guid": str(UUID(int=rng.getrandbits(128), version=4)),
            "package_no": str(package),
            "package_name": name,
            "unified_deal_code": deal_code("D01", noticed.date(), place * 10 + package),
            "notice_url": f"https://ggzy.jianghai.example/procurement/{number}-{package}",
        }
        if not failed:
            rows[-1]["contract_no"] = f"{number}-{package:02d}-HT"
    return rows


def _package(
    rng: Random,
    bodies: Market,
    want: Want,
    method: str,
    noticed: datetime,
    unit: str,
    failed: bool,
) -> Row:
    """Money, days and supplier of one package; one that failed has only its call."""
    budget = Decimal(rng.randrange(want.least, want.most)) * 10_000
    ceiling = budget * rng.randrange(960, 1001) / 1000
    least, most = _DAYS.get(method, (0, 0))
    closes = datetime.combine(noticed.date(), datetime.min.time()) + timedelta(hours=9, minutes=30)
    closes += timedelta(days=rng.randrange(least, most) if most else 0)
    row: Row = {
        "budget_amount": money(budget, unit),
        "ceiling_price": money(ceiling, unit),
        "sme_share": rng.choice(("100", "100", "40", "30", "0")),
        "bid_deadline": None if method == SINGLE else stamp(closes),
        "is_awarded": "0" if failed else "1",
    }
    if failed:
        return row
    supplier = rng.choice(bodies.bidders)
    decided = closes.date() if method != SINGLE else noticed.date() + timedelta(days=8)
    decided = _working_day(decided, rng.randrange(1, 3))
    result = _working_day(decided, rng.randrange(0, 3))
    signed = _working_day(result, rng.randrange(3, 15))
    published = _working_day(signed, rng.randrange(1, 3))
    share = rng.randrange(850, 999)
    return row | {
        "deal_amount": money(ceiling * share / 1000, unit),
        "award_date": f"{decided:%Y%m%d}",
        "result_publish": f"{result:%Y%m%d}163000",
        "supplier_name": supplier.name,
        "supplier_uscc": supplier.uscc,
        "contract_sign_date": f"{signed:%Y%m%d}",
        "contract_publish_date": f"{published:%Y%m%d}",
        "experts": ";".join(person(rng) for _ in range(3 if method != OPEN else 5)),
    }


@cache
def _holidays() -> Mapping[str, str]:
    """What the State Council's yearly calendars say of a day: holiday or workday."""
    with CALENDAR.open(encoding="utf-8", newline="") as lines:
        return {row["day"]: row["kind"] for row in csv.DictReader(lines)}


def _is_working(day: date) -> bool:
    kind = _holidays().get(f"{day}")
    return day.isoweekday() <= 5 if kind is None else kind == "workday"


def _working_day(day: date, number: int) -> date:
    """The working day that comes `number` working days after a day."""
    while number:
        day += timedelta(days=1)
        number -= _is_working(day)
    return day


def _touched(row: Row) -> str:
    """When the record was last touched: at the notice, or when the contract was published."""
    for column, form in (("contract_publish_date", "%Y%m%d"), ("notice_publish", tender.STAMP)):
        try:
            return (
                datetime.strptime(as_text(row.get(column)), form) + timedelta(hours=8)
            ).isoformat()
        except ValueError:
            continue
    return "2025-12-31T18:00:00"


Rewrite = Callable[[Row], Row]


def _plant(table: Table) -> None:
    """Spoil packages that were awarded, each in one way."""
    order = list(range(len(table.rows)))
    Random("procurement").shuffle(order)
    for code, column, method, rewrite in _SPOILS:
        place = next(place for place in order if _fits(table.rows[place], code, method))
        order.remove(place)
        changes = rewrite(table.rows[place])
        table.spoil(place, code, column, changes.pop(column), 1, **changes)
    place = next(place for place in order if _fits(table.rows[place], "duplicate_key", None))
    row = table.rows[place]
    other = str(UUID(int=Random(f"{row['guid']}:again").getrandbits(128), version=4))
    table.repeat(place, f"{row['project_no']}/{row['package_no']}", guid=other)


def _fits(row: Row, code: str, method: str | None) -> bool:
    if row["is_awarded"] != "1" or method not in (None, row["method"]):
        return False
    # A budget in 元 that is taken for 万元 passes 30 亿元 from 30 万元 on.
    return code != "implausible_amount" or (
        row["unit_reported"] == tender.WAN and Decimal(as_text(row["budget_amount"])) > 35
    )


def _put(column: str, value: Cell) -> Rewrite:
    return lambda row: {column: value}


def _with_share(column: str, base: str, share: str) -> Rewrite:
    def change(row: Row) -> Row:
        value = Decimal(as_text(row[base])) * Decimal(share)
        return {column: as_text(value.quantize(Decimal("0.000001")))}

    return change


def _code(column: str, change: Callable[[str], str]) -> Rewrite:
    return lambda row: {column: change(as_text(row[column]))}


def _later(column: str, base: str, days: int, time: str = "") -> Rewrite:
    """A day so many days after another one of the row."""

    def change(row: Row) -> Row:
        day = datetime.strptime(as_text(row[base])[:8], "%Y%m%d") + timedelta(days=days)
        return {column: f"{day:%Y%m%d}{time}"}

    return change


def _contract_after(days: int, published: int) -> Rewrite:
    """The contract signed so many days after the result, and published after that."""

    def change(row: Row) -> Row:
        result = datetime.strptime(as_text(row["result_publish"])[:8], "%Y%m%d").date()
        signed = _working_day(result + timedelta(days=days), 1)
        return {
            "contract_sign_date": f"{signed:%Y%m%d}",
            "contract_publish_date": f"{_working_day(signed, published):%Y%m%d}",
        }

    return change


def _decided_early(row: Row) -> Row:
    """The decision on the day before bids closed, its result in time."""
    closed = datetime.strptime(as_text(row["bid_deadline"])[:8], "%Y%m%d").date()
    decided = closed - timedelta(days=1)
    return {
        "award_date": f"{decided:%Y%m%d}",
        "result_publish": f"{_working_day(decided, 1):%Y%m%d}163000",
    }


def _signed_early(row: Row) -> Row:
    """The contract on the day before the decision, published in time."""
    decided = datetime.strptime(as_text(row["award_date"]), "%Y%m%d").date()
    signed = decided - timedelta(days=1)
    return {
        "contract_sign_date": f"{signed:%Y%m%d}",
        "contract_publish_date": f"{_working_day(signed, 1):%Y%m%d}",
    }


def _result_late(row: Row) -> Row:
    """The result six working days after the decision, the contract after that."""
    decided = datetime.strptime(as_text(row["award_date"]), "%Y%m%d").date()
    result = _working_day(decided, 6)
    signed = _working_day(result, 4)
    return {
        "result_publish": f"{result:%Y%m%d}100000",
        "contract_sign_date": f"{signed:%Y%m%d}",
        "contract_publish_date": f"{_working_day(signed, 2):%Y%m%d}",
    }


_SPOILS: tuple[tuple[str, str, str | None, Rewrite], ...] = (
    # Written in 元 where the record says 万元; the other amounts are below it all the same.
    (
        "implausible_amount",
        "budget_amount",
        None,
        _with_share("budget_amount", "budget_amount", "10000"),
    ),
    ("required", "project_name", None, _put("project_name", None)),
    ("required", "budget_amount", None, _put("budget_amount", None)),
    ("pattern", "package_no", None, _put("package_no", "一")),
    ("codelist", "region_code", None, _put("region_code", UNKNOWN)),
    ("codelist_date", "region_code", None, _put("region_code", RETIRED)),
    ("enum", "method", CONSULTATION, _put("method", "磋商采购")),
    ("codelist", "category_code", None, _put("category_code", "A02990105")),
    # A code of the catalogue of 2013, whose codes had no fixed length.
    ("pattern", "category_code", None, _put("category_code", "A0201060102")),
    (
        "check_digit",
        "unified_deal_code",
        None,
        _code("unified_deal_code", lambda c: f"{c[:-1]}{'7' if c[-1] != '7' else '8'}"),
    ),
    ("check_digit", "supplier_uscc", None, _code("supplier_uscc", with_wrong_check)),
    (
        "scientific",
        "purchaser_uscc",
        None,
        _code("purchaser_uscc", lambda c: in_scientific_notation(c, 5)),
    ),
    (
        "personal_id",
        "supplier_uscc",
        None,
        lambda row: {
            "supplier_uscc": resident_id("329981", "19881123", 12),
            "supplier_name": "江思远",
        },
    ),
    ("type", "notice_publish", None, _put("notice_publish", "20251340090000")),
    ("type", "ceiling_price", None, _put("ceiling_price", "详见采购文件")),
    ("maximum", "sme_share", None, _put("sme_share", "400%")),
    (
        "deal_within_budget",
        "deal_amount",
        None,
        _with_share("deal_amount", "budget_amount", "1.03"),
    ),
    (
        "deal_within_ceiling",
        "deal_amount",
        None,
        lambda row: (
            _with_share("ceiling_price", "budget_amount", "0.9")(row)
            | _with_share("deal_amount", "budget_amount", "0.95")(row)
        ),
    ),
    (
        "ceiling_within_budget",
        "ceiling_price",
        None,
        _with_share("ceiling_price", "budget_amount", "1.1"),
    ),
    (
        "bids_at_least_20_days",
        "bid_deadline",
        OPEN,
        _later("bid_deadline", "notice_publish", 12, "093000"),
    ),
    (
        "closed_after_notice",
        "bid_deadline",
        CONSULTATION,
        _later("bid_deadline", "notice_publish", -1, "093000"),
    ),
    ("decided_after_closing", "award_date", OPEN, _decided_early),
    (
        "published_after_decision",
        "result_publish",
        None,
        _later("result_publish", "award_date", -1, "163000"),
    ),
    ("result_in_time", "result_publish", None, _result_late),
    ("signed_after_decision", "contract_sign_date", None, _signed_early),
    ("signed_in_time", "contract_sign_date", None, _contract_after(40, 2)),
    (
        "contract_published_after_signing",
        "contract_publish_date",
        None,
        _later("contract_publish_date", "contract_sign_date", -1),
    ),
    ("contract_published_in_time", "contract_publish_date", None, _contract_after(10, 6)),
    ("awarded_has_supplier", "supplier_name", None, _put("supplier_name", None)),
    ("awarded_has_amount", "deal_amount", None, _put("deal_amount", None)),
)
