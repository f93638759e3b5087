"""Tender candidates and awards, as the trading centre's interface serves them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from samples.cells import as_text
from samples.city import RETIRED, UNKNOWN, counties, mobile, person
from samples.codes import (
    credit_code,
    in_scientific_notation,
    resident_id,
    section_code,
    with_wrong_check,
)
from samples.files import json_list, put
from samples.findings import Finding

DATASET = "tender_award"
FILE = "awards"

YUAN, WAN = "0", "1"
STAMP = "%Y%m%d%H%M%S"

# Contract column → where it stands in a record; `candidates[].` is one of its bidders.
NATIVE = {
    "bid_section_code": "sectionCode",
    "section_name": "sectionName",
    "project_name": "projectName",
    "region_code": "regionCode",
    "tenderer_name": "tenderer.name",
    "tenderer_uscc": "tenderer.uscc",
    "agency_name": "agency.name",
    "agency_uscc": "agency.uscc",
    "rank": "candidates[].rank",
    "bidder_name": "candidates[].name",
    "bidder_uscc": "candidates[].code",
    "bid_price": "candidates[].price",
    "price_form": "candidates[].priceForm",
    "is_winner": "candidates[].isWinner",
    "win_amount": "candidates[].winAmount",
    "control_price": "controlPrice",
    "unit_reported": "priceUnit",
    "evaluation_report_time": "evaluationReportTime",
    "publicity_start": "publicityStart",
    "publicity_end": "publicityEnd",
    "result_publish_time": "resultPublishTime",
    "project_leader": "candidates[].leader",
    "contact_name": "contact.name",
    "contact_phone": "contact.phone",
    "objection_channel": "objectionChannel",
    "notice_url": "noticeUrl",
}


@dataclass(frozen=True)
class Body:
    """An organisation: its name and its social credit code."""

    name: str
    uscc: str


@dataclass(frozen=True)
class Candidate:
    """One bidder of a section; money in the section's unit, empty where the price is a rate."""

    rank: int
    bidder_name: str
    bidder_uscc: str
    bid_price: str
    price_form: str
    is_winner: str
    win_amount: str
    project_leader: str


@dataclass(frozen=True)
class Section:
    """One bid section with its candidates; times are yyyyMMddHHmmss, local.

    `price_unit` 0 says the money is in 元, 1 in 万元.
    """

    guid: str
    bid_section_code: str
    section_name: str
    project_code: str
    project_name: str
    region_code: str
    tenderer: Body
    agency: Body
    control_price: str
    price_unit: str
    evaluation_report_time: str
    publicity_start: str
    publicity_end: str
    result_publish_time: str
    objection_channel: str
    notice_url: str
    contact_name: str
    contact_phone: str
    update_time: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Market:
    """Who takes part: public bodies that tender, agencies, and firms that bid."""

    tenderers: tuple[Body, ...]
    agencies: tuple[Body, ...]
    bidders: tuple[Body, ...]


@dataclass(frozen=True)
class Delivery:
    """Sections and what was spoiled in them."""

    sections: tuple[Section, ...]
    findings: tuple[Finding, ...] = ()


def delivery(seed: int) -> Delivery:
    """120 sections of 2024 and 2025 with what was spoiled in them."""
    return _with_defects(awarded(seed))


def two_winners(seed: int) -> Delivery:
    """24 sections of 2026; every third names two winners, which no single row shows."""
    sections = [
        _with_second_winner(section) if place % 3 == 0 else section
        for place, section in enumerate(_sections(seed, datetime(2026, 1, 8), 24, 10))
    ]
    return Delivery(tuple(sections))


def later(seed: int) -> Delivery:
    """10 new sections of 2027, and one of 2025 that was delivered before and is corrected."""
    old = soundly_awarded(seed)[-1]
    corrected = replace(old, contact_name="江一鸣", update_time="2027-01-20T09:30:00")
    return Delivery((corrected, *_sections(seed, datetime(2027, 1, 4), 10, 5)))


def awarded(seed: int) -> list[Section]:
    """The 120 sections of 2024 and 2025 before anything was spoiled."""
    return _sections(seed, datetime(2024, 1, 8), 120, 5)


def soundly_awarded(seed: int) -> list[Section]:
    """The sections of 2024 and 2025 whose award was delivered without a defect."""
    faulty = {f.part.removeprefix("id=").split("/")[0] for f in delivery(seed).findings}
    return [section for section in awarded(seed) if section.guid not in faulty]


def pending(seed: int) -> list[Section]:
    """34 sections of autumn 2025 that no result follows: still open, or without enough bidders."""
    return _sections(seed, datetime(2025, 9, 15), 34, 3)


def still_to_come(seed: int) -> list[Section]:
    """The sections whose awards are delivered after 2025."""
    return [
        *_sections(seed, datetime(2026, 1, 8), 24, 10),
        *_sections(seed, datetime(2027, 1, 4), 10, 5),
    ]


def write(folder: Path, name: str, delivered: Delivery) -> tuple[Finding, ...]:
    """Write the records the interface will serve."""
    put(folder / f"{name}.json", json_list([record(s) for s in delivered.sections]))
    return delivered.findings


def record(section: Section) -> dict[str, Any]:
    """The section as the interface writes it."""
    return {
        "guid": section.guid,
        "sectionCode": section.bid_section_code,
        "sectionName": section.section_name,
        "projectCode": section.project_code,
        "projectName": section.project_name,
        "regionCode": section.region_code,
        "tenderer": {"name": section.tenderer.name, "uscc": section.tenderer.uscc},
        "agency": {"name": section.agency.name, "uscc": section.agency.uscc},
        "controlPrice": section.control_price,
        "priceUnit": section.price_unit,
        "evaluationReportTime": section.evaluation_report_time,
        "publicityStart": section.publicity_start,
        "publicityEnd": section.publicity_end,
        "resultPublishTime": section.result_publish_time,
        "objectionChannel": section.objection_channel,
        "noticeUrl": section.notice_url,
        "contact": {"name": section.contact_name, "phone": section.contact_phone},
        "updateTime": section.update_time,
        "candidates": [
            {
                "rank": c.rank,
                "name": c.bidder_name,
                "code": c.bidder_uscc,
                "price": c.bid_price,
                "priceForm": c.price_form,
                "isWinner": c.is_winner,
                "winAmount": c.win_amount,
                "leader": c.project_leader,
            }
            for c in section.candidates
        ],
    }


_PLACES = ("滨江", "望海", "通川", "沙洲", "东渚", "石港", "江海")
_FIRM_WORDS = ("宏远", "恒基", "天筑", "润泽", "安澜", "启明", "鼎新", "中汇", "永固", "华屹")
_FIRM_KINDS = (
    "建设集团有限公司",
    "市政工程有限公司",
    "建筑安装工程有限公司",
    "园林绿化有限公司",
    "水利工程有限公司",
    "工程设计有限公司",
)
_TENDERERS = ("住房和城乡建设局", "交通运输局", "水务局", "教育局")
_WORKS = (
    "农村公路改造提升",
    "污水管网整治",
    "老旧小区改造",
    "初级中学易地新建",
    "河道综合整治",
    "社区卫生服务中心",
    "智慧停车设施",
    "排涝泵站更新",
)
_PARTS = ("施工一标段", "施工二标段", "监理标段", "设计标段")


def market(seed: int) -> Market:
    """The bodies that tender, the agencies and the firms of the city."""
    rng = Random(f"{seed}:market")
    tenderers = tuple(
        Body(f"{county.name}{office}", credit_code("11", county.code, rng))
        for county in counties()
        for office in _TENDERERS
    )
    agencies = tuple(
        Body(f"{place}公正工程咨询有限公司", credit_code("91", "329900", rng))
        for place in _PLACES[:6]
    )
    names = [f"{place}{word}" for place in _PLACES for word in _FIRM_WORDS]
    bidders = tuple(
        Body(name + rng.choice(_FIRM_KINDS), credit_code("91", rng.choice(counties()).code, rng))
        for name in rng.sample(names, 48)
    )
    return Market(tenderers, agencies, bidders)


def _sections(seed: int, start: datetime, count: int, days: int) -> list[Section]:
    """Sections whose results follow each other by some `days`."""
    bodies = market(seed)
    rng = Random(f"{seed}:tender:{start.year}")
    return [
        _section(rng, bodies, start + timedelta(days=days * place), place) for place in range(count)
    ]


def _section(rng: Random, market: Market, start: datetime, place: int) -> Section:
    number = rng.randrange(len(market.tenderers))
    tenderer = market.tenderers[number]
    region = tenderer.uscc[2:8]
    project = f"E{region}{start.year}{place + 1:06d}"
    code = section_code(project, 1, rng.randrange(1, 4))
    name = tenderer.name.removesuffix(_TENDERERS[number % len(_TENDERERS)])
    project_name = f"{name}{rng.choice(_WORKS)}工程（模拟数据）"
    opened = start + timedelta(hours=9)
    closed = opened + timedelta(days=rng.randrange(3, 7), minutes=rng.randrange(0, 400, 5))
    published = closed + timedelta(days=rng.randrange(1, 6), minutes=30)
    # Reported one or two days before it is publicised: the law gives three.
    reported = opened - timedelta(days=1 + place % 2) + timedelta(hours=7)
    unit = WAN if rng.random() < 0.2 else YUAN
    # A rate has no amount: neither a price nor a ceiling nor a sum awarded.
    rate = place % 40 == 17
    ceiling = Decimal(rng.randrange(80, 24_000)) * 10_000
    return Section(
        guid=str(UUID(int=rng.getrandbits(128), version=4)),
        bid_section_code=code,
        section_name=f"{project_name}{rng.choice(_PARTS)}",
        project_code=project,
        project_name=project_name,
        region_code=region,
        tenderer=tenderer,
        agency=rng.choice(market.agencies),
        control_price="" if rate else money(ceiling, unit),
        price_unit=unit,
        evaluation_report_time=stamp(reported),
        publicity_start=stamp(opened),
        publicity_end=stamp(closed),
        result_publish_time=stamp(published),
        objection_channel=f"{tenderer.name}异议受理窗口；公共资源交易平台“异议与投诉”栏目",
        notice_url=f"https://ggzy.jianghai.example/notice/{code}",
        contact_name=person(rng),
        contact_phone=mobile(rng),
        update_time=(published + timedelta(minutes=rng.randrange(1, 90))).isoformat(),
        candidates=_candidates(rng, market, ceiling, unit, rate, joint=place % 30 == 11),
    )


def _candidates(
    rng: Random, market: Market, ceiling: Decimal, unit: str, rate: bool, joint: bool
) -> tuple[Candidate, ...]:
    """One to three bidders, the first of whom wins; a joint bid names both, leader first."""
    count = rng.choice((1, 2, 3, 3, 3))
    firms = rng.sample(market.bidders, count + 1)
    # Prices rise with the rank, and the highest is still below the ceiling.
    shares = sorted(rng.sample(range(8200, 9950), count))
    bidders = []
    for rank, share in enumerate(shares, 1):
        firm = firms[rank - 1]
        if joint and rank == 1:
            other = firms[-1]
            firm = Body(f"{firm.name};{other.name}", f"{firm.uscc};{other.uscc}")
        price = "" if rate else money(ceiling * share / 10_000, unit)
        bidders.append(
            Candidate(
                rank=rank,
                bidder_name=firm.name,
                bidder_uscc=firm.uscc,
                bid_price=price,
                price_form="2" if rate else "1",
                is_winner="1" if rank == 1 else "0",
                win_amount=price if rank == 1 else "",
                project_leader=person(rng),
            )
        )
    return tuple(bidders)


def money(yuan: Decimal, unit: str) -> str:
    """An amount in 元 as a record writes it in its unit."""
    if unit == WAN:
        return as_text((yuan / 10_000).quantize(Decimal("0.000001")))
    return as_text(yuan.quantize(Decimal("0.01")))


def stamp(moment: datetime) -> str:
    """A moment as the interface writes it: yyyyMMddHHmmss."""
    return moment.strftime(STAMP)


def moment(written: str) -> datetime:
    """The moment that the interface writes."""
    return datetime.strptime(written, STAMP)


def moved(written: str, days: float) -> str:
    """A moment so many days later."""
    return stamp(moment(written) + timedelta(days=days))


def _with_second_winner(section: Section) -> Section:
    if len(section.candidates) < 2:
        # A second bidder is needed before it can win as well.
        first = section.candidates[0]
        second = replace(
            first,
            rank=2,
            bidder_name="石港恒基建设集团有限公司",
            bidder_uscc=credit_code("91", "329982", Random(section.guid)),
        )
        return replace(section, candidates=(first, second))
    first, second, *others = section.candidates
    also = replace(second, is_winner="1", win_amount=second.bid_price)
    return replace(section, candidates=(first, also, *others))


@dataclass(frozen=True)
class _Spoil:
    """What to spoil in one section: how it changes and which contract column shows it.

    With a `rank` one candidate changes and carries the finding, else all of them do.
    `column` empty is a key that stands twice.
    """

    code: str
    column: str
    bidders: int
    rank: int | None
    change: Callable[[Any], dict[str, Any]]


def _rate_free(section: Section) -> bool:
    """A section with prices and single bidders, in which one change shows as one finding."""
    return all(c.price_form == "1" and ";" not in c.bidder_uscc for c in section.candidates)


def _with_defects(sections: list[Section]) -> Delivery:
    """Spoil some sections.

    A candidate that is spoiled is one that lost, and a whole section is spoiled where
    all its rows are; so every section that keeps rows keeps exactly one winner.
    """
    spoiled = list(sections)
    findings: list[Finding] = []
    free = [i for i, section in enumerate(sections) if _rate_free(section)]
    # Spread over the two years rather than taken from their beginning.
    Random(f"{sections[0].guid}:places").shuffle(free)
    for spoil in _SPOILS:
        where = next(i for i in free if _fits(sections[i], spoil))
        free.remove(where)
        changed, found = _spoil(sections[where], spoil)
        spoiled[where] = changed
        findings += found
    return Delivery(tuple(spoiled), tuple(findings))


def _fits(section: Section, spoil: _Spoil) -> bool:
    if len(section.candidates) != spoil.bidders:
        return False
    # 30 亿元 must be passed by the ten thousandfold of the price, and only by that.
    return spoil.code != "implausible_amount" or section.price_unit == WAN


def _spoil(section: Section, spoil: _Spoil) -> tuple[Section, list[Finding]]:
    if spoil.code == "duplicate_key":
        return _with_bidder_twice(section)
    if spoil.rank is None:
        changed = replace(section, **spoil.change(section))
        carriers = changed.candidates
    else:
        bidders = list(section.candidates)
        bidder = bidders[spoil.rank - 1]
        bidders[spoil.rank - 1] = replace(bidder, **spoil.change(bidder))
        changed = replace(section, candidates=tuple(bidders))
        carriers = (bidders[spoil.rank - 1],)
    return changed, [
        _finding(changed, bidder, spoil.column, spoil.code, _cell(changed, bidder, spoil.column))
        for bidder in carriers
    ]


def _with_bidder_twice(section: Section) -> tuple[Section, list[Finding]]:
    """The last bidder once more, with another price: one id, two candidate rows."""
    last = section.candidates[-1]
    price = Decimal(last.bid_price) * Decimal("0.99")
    again = replace(last, bid_price=as_text(price.quantize(Decimal("0.01"))))
    key = f"{section.bid_section_code}/{last.bidder_uscc}"
    changed = replace(section, candidates=(*section.candidates, again))
    return changed, [_finding(changed, last, "", "duplicate_key", key, times=2)]


def _finding(
    section: Section, bidder: Candidate, column: str, code: str, value: str, times: int = 1
) -> Finding:
    place = f"id={section.guid}/{bidder.rank}"
    return Finding(DATASET, FILE, place, None, column, code, value, times)


def _cell(section: Section, bidder: Candidate, column: str) -> str:
    if hasattr(bidder, column):
        return as_text(getattr(bidder, column))
    if column == "tenderer_uscc":
        return section.tenderer.uscc
    return as_text(getattr(section, column))


def _above_ceiling(section: Section) -> dict[str, Any]:
    winner = section.candidates[0]
    over = Decimal(section.control_price) * Decimal("1.05")
    amount = as_text(over.quantize(Decimal("0.01")))
    return {"candidates": (replace(winner, bid_price=amount, win_amount=amount),)}


def _wrong_tenderer(section: Section) -> dict[str, Any]:
    body = section.tenderer
    return {"tenderer": replace(body, uscc=with_wrong_check(body.uscc))}


_SPOILS = (
    _Spoil(
        "pattern",
        "bid_section_code",
        2,
        None,
        lambda s: {
            "bid_section_code": s.bid_section_code[:-1],
        },
    ),
    _Spoil("required", "section_name", 1, None, lambda s: {"section_name": ""}),
    _Spoil("codelist", "region_code", 1, None, lambda s: {"region_code": UNKNOWN}),
    _Spoil("codelist_date", "region_code", 1, None, lambda s: {"region_code": RETIRED}),
    _Spoil("check_digit", "tenderer_uscc", 1, None, _wrong_tenderer),
    _Spoil(
        "type",
        "publicity_end",
        1,
        None,
        lambda s: {
            "publicity_end": s.publicity_end[:4] + "13" + s.publicity_end[6:],
        },
    ),
    _Spoil(
        "publicity_at_least_3_days",
        "publicity_end",
        2,
        None,
        lambda s: {
            "publicity_end": moved(s.publicity_start, 1),
        },
    ),
    _Spoil(
        "result_after_publicity",
        "result_publish_time",
        1,
        None,
        lambda s: {
            "result_publish_time": moved(s.publicity_end, -1),
        },
    ),
    _Spoil("win_amount_within_ceiling", "win_amount", 1, None, _above_ceiling),
    _Spoil(
        "publicity_within_3_days",
        "publicity_start",
        1,
        None,
        lambda s: {
            "evaluation_report_time": moved(s.publicity_start, -6),
        },
    ),
    _Spoil("winner_has_amount", "win_amount", 1, 1, lambda c: {"win_amount": ""}),
    _Spoil(
        "win_amount_is_the_bid",
        "win_amount",
        1,
        1,
        lambda c: {
            "win_amount": as_text((Decimal(c.bid_price) * 98 / 100).quantize(Decimal("0.01"))),
        },
    ),
    # The second of two wins because the first stood back; the delivery no longer names the first.
    _Spoil("first_candidate_wins", "rank", 1, 1, lambda c: {"rank": 2}),
    _Spoil("maximum", "rank", 3, 3, lambda c: {"rank": 4}),
    _Spoil("required", "bidder_name", 3, 3, lambda c: {"bidder_name": ""}),
    _Spoil("type", "bid_price", 3, 2, lambda c: {"bid_price": "详见公告"}),
    _Spoil("enum", "price_form", 3, 3, lambda c: {"price_form": "7"}),
    _Spoil(
        "check_digit",
        "bidder_uscc",
        3,
        2,
        lambda c: {
            "bidder_uscc": with_wrong_check(c.bidder_uscc),
        },
    ),
    _Spoil(
        "personal_id",
        "bidder_uscc",
        3,
        3,
        lambda c: {
            "bidder_name": "江永康",
            "bidder_uscc": resident_id("329902", "19800229", 17),
        },
    ),
    _Spoil(
        "scientific",
        "bidder_uscc",
        2,
        2,
        lambda c: {
            "bidder_uscc": in_scientific_notation(c.bidder_uscc, 5),
        },
    ),
    _Spoil("minimum", "bid_price", 3, 3, lambda c: {"bid_price": "-1.00"}),
    _Spoil(
        "implausible_amount",
        "bid_price",
        3,
        2,
        lambda c: {
            # The other amounts are in 万元, as the record says; this one is in 元.
            "bid_price": as_text((Decimal(c.bid_price) * 10_000).quantize(Decimal("0.01"))),
        },
    ),
    _Spoil("duplicate_key", "", 2, 2, lambda c: {}),
)
