"""Projects and bid sections as the trading centre registers them, before anyone bids.

The sections whose awards `samples.tender` delivers are all among them, with companions in the
same tender project and others that no result follows. Only the latter are spoiled, so that
every award that is delivered has a sound section.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID

from stdnum.iso7064 import mod_11_10, mod_37_2

from samples import tender
from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, division_name, mobile, person
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_records
from samples.tender import Section

DATASET = "trade_project"
FILE = "sections"

# Contract column → name in a record; `guid` tells records apart.
NATIVE = {
    "guid": "guid",
    "bid_section_code": "sectionCode",
    "tender_project_code": "tenderProjectCode",
    "project_code": "projectCode",
    "unified_deal_code": "unifiedDealCode",
    "is_fixed_asset": "relateCode",
    "invest_project_code": "investProjectCode",
    "project_name": "projectName",
    "section_name": "sectionName",
    "section_class": "sectionClass",
    "region_code": "regionCode",
    "trade_place_code": "tradePlaceCode",
    "industry_code": "industryCode",
    "tenderer_name": "tendererName",
    "tenderer_uscc": "tendererCode",
    "agency_name": "agencyName",
    "agency_uscc": "agencyCode",
    "tender_mode": "tenderMode",
    "organize_form": "organizeForm",
    "is_mandatory": "isMandatory",
    "est_price": "estPrice",
    "control_price": "controlPrice",
    "unit_reported": "priceUnit",
    "fund_source": "fundSource",
    "approval_no": "approvalNo",
    "approval_org": "approvalOrg",
    "approval_date": "approvalDate",
    "supervise_dept": "superviseDept",
    "round_no": "roundNo",
    "registered_date": "registerDate",
    "contact_name": "contactName",
    "contact_phone": "contactPhone",
}

LAST_DAY = date(2025, 12, 19)
"""Sections of later years are registered by then, with the yearly plan of tenders."""

PLACE_CODE = "JH329900001"

_INDUSTRIES = {
    "农村公路改造提升": "E48",
    "污水管网整治": "E48",
    "老旧小区改造": "E50",
    "初级中学易地新建": "E47",
    "河道综合整治": "E48",
    "社区卫生服务中心": "E47",
    "智慧停车设施": "E49",
    "排涝泵站更新": "E48",
}
_CLASSES = {"施工": "works", "监理": "supervision", "设计": "design"}
_FUNDS = ("财政资金", "财政资金80%、自筹资金20%", "地方政府专项债券", "国有企业自筹")


@dataclass(frozen=True)
class Schedule:
    """When a section was approved, registered, announced and opened.

    `deadline` is the first one that was announced, `opened` the one that held: a postponed
    section's is seven days later.
    """

    approved: date
    registered: date
    published: datetime
    documents_from: datetime
    documents_to: datetime
    deadline: datetime
    opened: datetime

    @property
    def postponed(self) -> bool:
        return self.deadline != self.opened


def schedule(section: Section) -> Schedule:
    """The days that lead to a section's evaluation; every eighth or so was postponed."""
    rng = Random(f"{section.guid}:schedule")
    opened = tender.moment(section.evaluation_report_time) - timedelta(hours=6, minutes=30)
    deadline = opened - timedelta(days=7 if rng.random() < 0.12 else 0)
    documents_from = datetime.combine(
        (deadline - timedelta(days=rng.randrange(21, 31))).date(), datetime.min.time()
    ) + timedelta(hours=9)
    documents_to = documents_from + timedelta(days=rng.randrange(5, 9), hours=8)
    published = documents_from - timedelta(minutes=30)
    registered = min(published.date() - timedelta(days=rng.randrange(3, 21)), LAST_DAY)
    approved = registered - timedelta(days=rng.randrange(20, 120))
    return Schedule(approved, registered, published, documents_from, documents_to, deadline, opened)


def companions(seed: int) -> list[Section]:
    """12 further sections of tender projects that were awarded, without a result of their own."""
    return [_companion(section) for section in tender.awarded(seed)[4::10]]


def sections(seed: int) -> list[Section]:
    """Every section that is registered."""
    return [
        *tender.awarded(seed),
        *companions(seed),
        *tender.pending(seed),
        *tender.still_to_come(seed),
    ]


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the records the interface will serve, for all sections registered until 2025."""
    listed = sections(seed)
    table = Table(DATASET, "", NATIVE, [_row(section) for section in listed])
    spoilable = _spoilable(table, listed, {s.guid for s in tender.pending(seed)})
    for spoil, place in zip(_SPOILS, spoilable, strict=False):
        spoil(table, place)
    # The register was handed over as a whole at the end of 2025.
    more = [{"updateTime": f"{LAST_DAY}T18:00:00"} for _ in table.rows]
    return write_records(folder / DATASET / f"{FILE}.json", table, ["guid"], more)


def project_number(region: str, day: date, rng: Random) -> str:
    """An investment project code (GB/T 40058) with a true check digit."""
    parts = (f"{day:%y%m}", region, "89", "01", f"{rng.randrange(100_000):05d}")
    return "-".join(parts) + mod_11_10.calc_check_digit("".join(parts))


def deal_code(kind: str, day: date, serial: int) -> str:
    """A unified deal code with a true check character; `kind` is A01 works, D01 procurement."""
    platform = credit_code("12", "329900", Random("trading platform"))
    parts = (kind, platform, f"{day:%Y%m%d}", f"{serial:06d}")
    return "-".join((*parts, mod_37_2.calc_check_digit("".join(parts))))


def _companion(section: Section) -> Section:
    serial = int(section.bid_section_code[-3:]) + 1
    rng = Random(f"{section.guid}:companion")
    return replace(
        section,
        guid=str(UUID(int=rng.getrandbits(128), version=4)),
        bid_section_code=f"{section.bid_section_code[:-3]}{serial:03d}",
        section_name=f"{section.project_name}检测标段",
        control_price=tender.money(Decimal(rng.randrange(20, 90)) * 10_000, section.price_unit),
    )


def _row(section: Section) -> Row:
    rng = Random(f"{section.guid}:registered")
    plan = schedule(section)
    # A project has its own code and tenderer, whichever of its sections is looked at.
    of_project = Random(f"{section.project_code}:project")
    region = section.region_code
    place = division_name(region)
    work = next((word for word in _INDUSTRIES if word in section.project_name), "")
    kind = next((code for word, code in _CLASSES.items() if word in section.section_name), "other")
    ceiling = section.control_price
    approval = f"{place[:2]}发改审"
    number = of_project.randrange(1, 300)
    brackets = of_project.choice(("〔{}〕", "[{}]", "（{}）"))
    alone = of_project.random() < 0.06
    return {
        "guid": section.guid,
        "bid_section_code": section.bid_section_code,
        "tender_project_code": section.bid_section_code[:20],
        "project_code": section.project_code,
        "unified_deal_code": deal_code("A01", plan.registered, rng.randrange(1, 1_000_000)),
        "is_fixed_asset": "1",
        "invest_project_code": project_number(region, plan.approved, of_project),
        "project_name": section.project_name,
        "section_name": section.section_name,
        "section_class": kind,
        "region_code": region,
        "trade_place_code": PLACE_CODE,
        "industry_code": _INDUSTRIES.get(work, "E48"),
        "tenderer_name": section.tenderer.name,
        "tenderer_uscc": section.tenderer.uscc,
        "agency_name": None if alone else section.agency.name,
        "agency_uscc": None if alone else section.agency.uscc,
        "tender_mode": "1" if of_project.random() < 0.95 else "2",
        "organize_form": "2" if alone else "1",
        "is_mandatory": "1",
        "est_price": _estimate(ceiling, rng),
        "control_price": ceiling or None,
        "unit_reported": section.price_unit,
        "fund_source": of_project.choice(_FUNDS),
        "approval_no": f"{approval}{brackets.format(plan.approved.year)}{number}号",
        "approval_org": f"{place}发展和改革委员会",
        "approval_date": f"{plan.approved:%Y%m%d}",
        "supervise_dept": f"{place}招标投标监督管理办公室",
        "round_no": "2" if rng.random() < 0.07 else "1",
        "registered_date": f"{plan.registered:%Y%m%d}",
        "contact_name": person(rng),
        "contact_phone": mobile(rng),
    }


def _estimate(ceiling: str, rng: Random) -> str | None:
    if not ceiling:
        return None
    more = Decimal(ceiling) * rng.randrange(1000, 1080) / 1000
    return as_text(more.quantize(Decimal("0.000001")))


def _spoilable(table: Table, listed: list[Section], pending: set[str]) -> Iterator[int]:
    """Places of rows in which one change shows as one finding: with an agency and a ceiling, in
    ten thousand yuan first, which some defects need."""
    places = [
        place
        for place, section in enumerate(listed)
        if section.guid in pending
        and table.rows[place]["agency_name"]
        and table.rows[place]["control_price"]
    ]
    return iter(sorted(places, key=lambda place: listed[place].price_unit != tender.WAN))


def _changed(code: str, column: str, change: Callable[[Row], Cell]) -> Callable[[Table, int], None]:
    """A spoil that rewrites one cell from its row."""

    def spoil(table: Table, place: int) -> None:
        table.spoil(place, code, column, change(table.rows[place]))

    return spoil


def _times(column: str, factor: str) -> Callable[[Row], Cell]:
    def change(row: Row) -> Cell:
        return as_text((Decimal(as_text(row[column])) * Decimal(factor)).normalize())

    return change


def _in_another_tender(row: Row) -> Cell:
    """The section's code with another serial of the tender project in its middle."""
    code = as_text(row["bid_section_code"])
    return f"{code[:17]}009{code[20:]}"


def _in_another_project(row: Row) -> Cell:
    return f"{as_text(row['project_code'])[:-6]}900001"


def _with_another_end(row: Row) -> Cell:
    """The deal code with another check character."""
    code = as_text(row["unified_deal_code"])
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def _with_another_digit(row: Row) -> Cell:
    """The investment project code with another check digit."""
    code = as_text(row["invest_project_code"])
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def _approved_afterwards(row: Row) -> Cell:
    day = datetime.strptime(as_text(row["registered_date"]), "%Y%m%d") + timedelta(days=30)
    return f"{day:%Y%m%d}"


def _registered_twice(table: Table, place: int) -> None:
    row = table.rows[place]
    other = str(UUID(int=Random(f"{row['guid']}:again").getrandbits(128), version=4))
    table.repeat(place, as_text(row["bid_section_code"]), guid=other, round_no="2")


_SPOILS: tuple[Callable[[Table, int], None], ...] = (
    # Written in 元 where the record says 万元.
    _changed("implausible_estimate", "est_price", _times("est_price", "10000")),
    _changed("pattern", "bid_section_code", lambda row: as_text(row["bid_section_code"])[:-1]),
    _changed("pattern", "tender_project_code", lambda row: as_text(row["project_code"])),
    _changed("required", "section_name", lambda row: None),
    _changed("required", "tenderer_name", lambda row: None),
    _changed("codelist", "region_code", lambda row: UNKNOWN),
    _changed("codelist_date", "region_code", lambda row: RETIRED),
    _changed("check_digit", "tenderer_uscc", lambda r: with_wrong_check(str(r["tenderer_uscc"]))),
    _changed(
        "scientific",
        "tenderer_uscc",
        lambda row: in_scientific_notation(as_text(row["tenderer_uscc"]), 5),
    ),
    _changed("personal_id", "agency_uscc", lambda row: resident_id("329903", "19751108", 21)),
    _changed("check_digit", "unified_deal_code", _with_another_end),
    _changed(
        "pattern",
        "unified_deal_code",
        lambda row: as_text(row["unified_deal_code"]).replace("-", ""),
    ),
    _changed("check_digit", "invest_project_code", _with_another_digit),
    _changed("fixed_asset_has_invest_code", "invest_project_code", lambda row: None),
    _changed("codelist", "industry_code", lambda row: "E59"),
    _changed("enum", "tender_mode", lambda row: "3"),
    _changed("type", "registered_date", lambda row: "20251301"),
    _changed("type", "control_price", lambda row: "详见招标文件"),
    _changed("minimum", "control_price", lambda row: "-1.00"),
    _changed("tender_project_within_project", "project_code", _in_another_project),
    _changed("section_within_tender_project", "bid_section_code", _in_another_tender),
    _changed("agency_is_named", "agency_name", lambda row: None),
    _changed("maximum", "round_no", lambda row: "12"),
    _changed("approved_before_tender", "approval_date", _approved_afterwards),
    _changed("ceiling_within_estimate", "control_price", _times("est_price", "1.02")),
    _registered_twice,
)
