"""Contracts of construction tenders, as the trading centre records them.

Every section that was soundly awarded has its contract, with the winner, for the amount
awarded; some have a supplementary agreement, and what is finished has been settled.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID

from samples import tender
from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, mobile, person
from samples.codes import in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_records
from samples.tender import Section

DATASET = "trade_contract"
FILE = "contracts"

# Contract column → name in a record; `guid` tells records apart.
NATIVE = {
    "guid": "guid",
    "contract_no": "contractNo",
    "contract_name": "contractName",
    "bid_section_code": "sectionCode",
    "section_name": "sectionName",
    "region_code": "regionCode",
    "tenderer_name": "tendererName",
    "tenderer_uscc": "tendererCode",
    "contractor_name": "contractorName",
    "contractor_uscc": "contractorCode",
    "price_form": "priceForm",
    "amount": "price",
    "settle_amount": "settlePrice",
    "unit_reported": "priceUnit",
    "sign_date": "signDate",
    "start_date": "startDate",
    "end_date": "endDate",
    "actual_finish": "actualFinishDate",
    "change_log": "changeLog",
    "main_content": "mainContent",
    "contact_name": "contactName",
    "contact_phone": "contactPhone",
}

TODAY = date(2025, 12, 1)
"""What would be finished later is not finished yet."""


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the records the interface will serve: the contracts of the awards of 2024 and 2025."""
    table = Table(DATASET, "", NATIVE, [])
    for place, section in enumerate(tender.soundly_awarded(seed)):
        table.rows.append(_contract(section))
        often = 3 if section.price_unit == tender.WAN else 9
        if place % often == 0 and table.rows[-1]["price_form"] == "1":
            table.rows.append(_supplement(table.rows[-1]))
    _plant(table)
    more = [{"updateTime": _touched(row)} for row in table.rows]
    return write_records(folder / DATASET / f"{FILE}.json", table, ["guid"], more)


def _contract(section: Section) -> Row:
    rng = Random(f"{section.guid}:contract")
    winner = section.candidates[0]
    in_words = winner.price_form != "1"
    published = tender.moment(section.result_publish_time).date()
    signed = published + timedelta(days=rng.randrange(3, 29))
    starts = signed + timedelta(days=rng.randrange(3, 15))
    days = rng.randrange(60, 420, 15)
    finished = starts + timedelta(days=days + rng.randrange(-20, 30))
    done = finished <= TODAY
    settled = None
    if done and not in_words:
        share = Decimal(rng.randrange(930, 1070)) / 1000
        settled = as_text((Decimal(winner.bid_price) * share).quantize(Decimal("0.000001")))
    serial = section.bid_section_code[11:17]
    return {
        "guid": str(UUID(int=rng.getrandbits(128), version=4)),
        "contract_no": f"JHHT-{section.region_code}-{signed.year}-{serial}",
        "contract_name": f"{section.section_name}合同",
        "bid_section_code": section.bid_section_code,
        "section_name": section.section_name,
        "region_code": section.region_code,
        "tenderer_name": section.tenderer.name,
        "tenderer_uscc": section.tenderer.uscc,
        "contractor_name": winner.bidder_name,
        "contractor_uscc": winner.bidder_uscc,
        "price_form": winner.price_form,
        "amount": "中标下浮率8.5%" if in_words else winner.win_amount,
        "settle_amount": settled,
        "unit_reported": section.price_unit,
        "sign_date": _day(signed),
        "start_date": _day(starts),
        "end_date": _day(starts + timedelta(days=days)),
        "actual_finish": _day(finished) if done else None,
        "main_content": f"按招标文件和投标文件承担{section.section_name}全部内容，工期{days}日",
        "contact_name": person(rng),
        "contact_phone": mobile(rng),
    }


def _supplement(row: Row) -> Row:
    """An agreement for some per cent more, a month after the contract began."""
    rng = Random(f"{row['guid']}:supplement")
    more = Decimal(as_text(row["amount"])) * rng.randrange(10, 60) / 1000
    signed = _moved(row["start_date"], 30)
    return row | {
        "guid": str(UUID(int=rng.getrandbits(128), version=4)),
        "contract_no": f"{row['contract_no']}-B1",
        "contract_name": f"{row['contract_name']}补充协议",
        "amount": as_text(more.quantize(Decimal("0.01"))),
        "settle_amount": None,
        "sign_date": signed,
        "start_date": _moved(signed, 3),
        "actual_finish": None,
        "change_log": "设计变更增加工程量，按合同约定签订补充协议",
    }


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _moved(written: Cell, days: int) -> str:
    day = datetime.strptime(as_text(written), "%Y%m%d") + timedelta(days=days)
    return f"{day:%Y%m%d}"


def _touched(row: Row) -> str:
    """When the record was last touched: a week after the signing, where that can be read."""
    try:
        signed = datetime.strptime(as_text(row["sign_date"]), "%Y%m%d")
    except ValueError:
        signed = datetime(2025, 12, 1)
    return (signed + timedelta(days=7, hours=10)).isoformat()


Rewrite = Callable[[Row], Row]


def _plant(table: Table) -> None:
    """Spoil contracts that were not amended, each in one way."""
    amended = {row["bid_section_code"] for row in table.rows if row.get("change_log")}
    free = [
        place
        for place, row in enumerate(table.rows)
        if row["price_form"] == "1"
        and ";" not in as_text(row["contractor_uscc"])
        and row["bid_section_code"] not in amended
    ]
    Random("contracts").shuffle(free)
    for code, column, fits, rewrite in _SPOILS:
        place = next(place for place in free if fits(table.rows[place]))
        free.remove(place)
        changes = rewrite(table.rows[place])
        table.spoil(place, code, column, changes.pop(column), 1, **changes)
    _in_yuan_instead(table)
    place = free[0]
    row = table.rows[place]
    other = str(UUID(int=Random(f"{row['guid']}:again").getrandbits(128), version=4))
    table.repeat(place, as_text(row["contract_no"]), guid=other)


def _in_yuan_instead(table: Table) -> None:
    """A supplement's amount in 元 where the record says 万元; no award is compared with it."""
    place = next(
        place
        for place, row in enumerate(table.rows)
        # 30 万元 taken for 元 and written as 万元 are 30 亿元
        if row.get("change_log")
        and row["unit_reported"] == tender.WAN
        and Decimal(as_text(row["amount"])) > 31
    )
    changes = _with_share("amount", "amount", "10000")(table.rows[place])
    table.spoil(place, "implausible_amount", "amount", changes["amount"])


def _any(row: Row) -> bool:
    return True


def _settled(row: Row) -> bool:
    return row["settle_amount"] is not None


def _open(row: Row) -> bool:
    return not _settled(row)


def _put(column: str, value: Cell) -> Rewrite:
    return lambda row: {column: value}


def _with_share(column: str, base: str, share: str) -> Rewrite:
    def change(row: Row) -> Row:
        value = Decimal(as_text(row[base])) * Decimal(share)
        return {column: as_text(value.quantize(Decimal("0.000001")))}

    return change


def _days_after(column: str, base: str, days: int) -> Rewrite:
    return lambda row: {column: _moved(row[base], days)}


_SPOILS: tuple[tuple[str, str, Callable[[Row], bool], Rewrite], ...] = (
    (
        "settled_near_contract",
        "settle_amount",
        _settled,
        _with_share("settle_amount", "amount", "1.16"),
    ),
    (
        "finished_after_start",
        "actual_finish",
        _settled,
        _days_after("actual_finish", "start_date", -9),
    ),
    ("required", "contract_name", _any, _put("contract_name", None)),
    (
        "pattern",
        "bid_section_code",
        _any,
        lambda row: {"bid_section_code": as_text(row["bid_section_code"])[:20]},
    ),
    ("codelist", "region_code", _any, _put("region_code", UNKNOWN)),
    ("codelist_date", "region_code", _any, _put("region_code", RETIRED)),
    (
        "check_digit",
        "contractor_uscc",
        _any,
        lambda row: {"contractor_uscc": with_wrong_check(as_text(row["contractor_uscc"]))},
    ),
    (
        "scientific",
        "tenderer_uscc",
        _any,
        lambda row: {"tenderer_uscc": in_scientific_notation(as_text(row["tenderer_uscc"]), 5)},
    ),
    (
        "personal_id",
        "contractor_uscc",
        _any,
        lambda row: {
            "contractor_uscc": resident_id("329982", "19690412", 33),
            "contractor_name": "江少云",
        },
    ),
    ("type", "sign_date", _any, _put("sign_date", "中标后30日内")),
    ("contract_has_amount", "amount", _open, _put("amount", None)),
    ("minimum", "amount", _open, _with_share("amount", "amount", "-1")),
    ("starts_before_it_ends", "end_date", _any, _days_after("end_date", "start_date", -1)),
    ("signed_before_start", "start_date", _open, _days_after("start_date", "sign_date", -6)),
)
