"""Notices of construction tenders, as the trading centre publishes them.

Every awarded section has its tender notice, some a prequalification before it and a
clarification or a change after it. A companion of a section is named in the same notice.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from samples import tender, trade_project
from samples.cells import Cell, as_text
from samples.city import RETIRED, UNKNOWN, mobile, person
from samples.findings import Finding
from samples.table import Row, Table, write_records
from samples.tender import Section, moved, stamp
from samples.trade_project import Schedule, schedule

DATASET = "tender_notice"
FILE = "notices"

# Contract column → name in a record.
NATIVE = {
    "notice_id": "noticeId",
    "bid_section_code": "sectionCodes",
    "notice_type": "noticeType",
    "notice_nature": "noticeNature",
    "title": "title",
    "region_code": "regionCode",
    "is_mandatory": "isMandatory",
    "publish_time": "publishTime",
    "doc_get_start": "docGetStart",
    "doc_get_end": "docGetEnd",
    "bid_deadline": "bidDeadline",
    "open_time": "openTime",
    "is_remote_opening": "isRemoteOpening",
    "is_postponed": "isPostponed",
    "postponed_open_time": "postponedOpenTime",
    "media": "media",
    "url": "url",
    "publisher": "publisher",
    "contact_name": "contactName",
    "contact_phone": "contactPhone",
}

TENDER, PREQUALIFICATION, CHANGE, TERMINATION, CLARIFICATION = "1", "2", "3", "4", "5"
NORMAL, CORRECTION, OTHER = "1", "2", "3"

_TITLES = {
    TENDER: "招标公告",
    PREQUALIFICATION: "资格预审公告",
    CHANGE: "变更公告",
    TERMINATION: "终止公告",
    CLARIFICATION: "澄清修改公告",
}
_NATURES = {CHANGE: CORRECTION, CLARIFICATION: CORRECTION, TERMINATION: OTHER}
_MEDIA = "江苏省招标投标公共服务平台（模拟）;江海市公共资源交易平台"


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the records the interface will serve: the notices of the sections of 2024 and 2025."""
    companions = {s.bid_section_code[:20]: s for s in trade_project.companions(seed)}
    table = Table(DATASET, "", NATIVE, [])
    for place, section in enumerate(tender.awarded(seed)):
        together = [section]
        if companion := companions.get(section.bid_section_code[:20]):
            together.append(companion)
        table.rows += _notices(place, together)
    _plant(table)
    more = [{"updateTime": _iso(as_text(row["publish_time"]))} for row in table.rows]
    return write_records(folder / DATASET / f"{FILE}.json", table, ["notice_id"], more)


def _notices(place: int, together: Sequence[Section]) -> list[Row]:
    """The notices about a section, and its companion where it has one, in the order of time."""
    section, *others = together
    plan = schedule(section)
    found = []
    if place % 15 == 6:
        found.append(_prequalification(section, plan))
    found.append(_announced(together, plan))
    if place % 6 == 2:
        found.append(_clarification(section, plan))
    if plan.postponed:
        found.append(_postponement(section, plan))
    if others and place % 4 == 0:
        found.append(_termination(others[0], plan))
    return found


def _announced(together: Sequence[Section], plan: Schedule) -> Row:
    row = _notice(together, TENDER, plan.published)
    return row | {
        "doc_get_start": stamp(plan.documents_from),
        "doc_get_end": stamp(plan.documents_to),
        "bid_deadline": stamp(plan.deadline),
        "open_time": stamp(plan.deadline),
        "is_remote_opening": "1",
        "is_postponed": "0",
    }


def _prequalification(section: Section, plan: Schedule) -> Row:
    """Applications are taken until three days before the documents of the tender are out."""
    closed = plan.documents_from - timedelta(days=3)
    row = _notice([section], PREQUALIFICATION, closed - timedelta(days=16))
    return row | {
        "doc_get_start": stamp(closed - timedelta(days=15, hours=16)),
        "doc_get_end": stamp(closed - timedelta(days=9)),
        "bid_deadline": stamp(closed),
    }


def _clarification(section: Section, plan: Schedule) -> Row:
    row = _notice([section], CLARIFICATION, plan.deadline - timedelta(days=16, hours=-6))
    return row | {
        "bid_deadline": stamp(plan.deadline),
        "open_time": stamp(plan.deadline),
        "is_postponed": "0",
    }


def _postponement(section: Section, plan: Schedule) -> Row:
    row = _notice([section], CHANGE, plan.deadline - timedelta(days=5, hours=-7))
    return row | {
        "bid_deadline": stamp(plan.deadline),
        "open_time": stamp(plan.deadline),
        "is_postponed": "1",
        "postponed_open_time": stamp(plan.opened),
    }


def _termination(section: Section, plan: Schedule) -> Row:
    return _notice([section], TERMINATION, plan.opened + timedelta(days=1))


def _notice(together: Sequence[Section], kind: str, published: datetime) -> Row:
    """What every notice has; its times are added by its kind."""
    section = together[0]
    rng = Random(f"{section.guid}:notice:{kind}")
    number = str(UUID(int=rng.getrandbits(128), version=4))
    return {
        "notice_id": number,
        "bid_section_code": ";".join(s.bid_section_code for s in together),
        "notice_type": kind,
        "notice_nature": _NATURES.get(kind, NORMAL),
        "title": f"{section.project_name}{_TITLES[kind]}",
        "region_code": section.region_code,
        "is_mandatory": "1",
        "publish_time": stamp(published),
        "media": _MEDIA,
        "url": f"https://ggzy.jianghai.example/notice/{number[:8]}",
        "publisher": person(rng),
        "contact_name": person(rng),
        "contact_phone": mobile(rng),
    }


def _iso(written: str) -> str:
    """When the record was last touched; a time that cannot be read is no reason to hide it."""
    try:
        return tender.moment(written).isoformat()
    except ValueError:
        return "2025-12-31T18:00:00"


def _codes(row: Row) -> list[str]:
    """The sections that a notice is about."""
    return as_text(row["bid_section_code"]).split(";")


Rewrite = Callable[[Row], Row]


def _plant(table: Table) -> None:
    """Spoil notices about one section, but for one about two, whose rows both show it."""
    Random("notices").shuffle(order := list(range(len(table.rows))))
    # a section whose code is lost with its first notice has no further ones
    codes = Counter(code for row in table.rows for code in _codes(row))
    taken: set[int] = set()
    for code, column, kind, sections, rewrite in _SPOILS:
        place = next(
            place
            for place in order
            if place not in taken
            and table.rows[place]["notice_type"] == kind
            and len(_codes(table.rows[place])) == sections
            and (column != "bid_section_code" or codes[_codes(table.rows[place])[0]] == 1)
        )
        taken.add(place)
        changes = rewrite(table.rows[place])
        table.spoil(place, code, column, changes.pop(column), sections, **changes)
    place = next(p for p in order if p not in taken and table.rows[p]["notice_type"] == TERMINATION)
    row = table.rows[place]
    key = f"{row['notice_id']}/{row['bid_section_code']}"
    table.repeat(place, key, title=f"{row['title']}（重发）")


def _put(column: str, value: Cell) -> Rewrite:
    return lambda row: {column: value}


def _after(column: str, start: str, days: float) -> Rewrite:
    """A time so many days after another one of the notice."""
    return lambda row: {column: moved(as_text(row[start]), days)}


def _closed_early(days: float, start: str, *columns: str) -> Rewrite:
    """Bids close, and are opened where they are, so many days after another time."""
    return lambda row: dict.fromkeys(columns, moved(as_text(row[start]), days))


_SPOILS: tuple[tuple[str, str, str, int, Rewrite], ...] = (
    ("required", "title", TENDER, 2, _put("title", None)),
    ("required", "bid_section_code", TENDER, 1, _put("bid_section_code", None)),
    (
        "pattern",
        "bid_section_code",
        TENDER,
        1,
        lambda row: {"bid_section_code": as_text(row["bid_section_code"])[:-2]},
    ),
    ("codelist", "region_code", TENDER, 1, _put("region_code", UNKNOWN)),
    ("codelist_date", "region_code", CLARIFICATION, 1, _put("region_code", RETIRED)),
    ("enum", "notice_type", CHANGE, 1, _put("notice_type", "8")),
    ("enum", "notice_nature", TENDER, 1, _put("notice_nature", "更正")),
    (
        "type",
        "publish_time",
        TERMINATION,
        1,
        lambda row: {"publish_time": f"{as_text(row['publish_time'])[:4]}0230093000"},
    ),
    ("type", "is_mandatory", TENDER, 1, _put("is_mandatory", "依法必须招标")),
    (
        "published_before_documents",
        "doc_get_start",
        TENDER,
        1,
        lambda row: {
            "doc_get_start": as_text(row["doc_get_start"]),
            "publish_time": moved(as_text(row["doc_get_start"]), 0.25),
        },
    ),
    ("documents_5_days", "doc_get_end", TENDER, 1, _after("doc_get_end", "doc_get_start", 3)),
    (
        "documents_before_deadline",
        "doc_get_end",
        TENDER,
        1,
        _after("doc_get_end", "bid_deadline", 1),
    ),
    (
        "bids_20_days",
        "bid_deadline",
        TENDER,
        1,
        _closed_early(12, "doc_get_start", "bid_deadline", "open_time"),
    ),
    (
        "prequalification_5_days",
        "bid_deadline",
        PREQUALIFICATION,
        1,
        _closed_early(3, "doc_get_end", "bid_deadline"),
    ),
    ("opened_when_closed", "open_time", TENDER, 1, _after("open_time", "bid_deadline", 0.0625)),
    (
        "clarified_15_days_ahead",
        "publish_time",
        CLARIFICATION,
        1,
        _after("publish_time", "bid_deadline", -8),
    ),
    ("postponed_has_new_time", "postponed_open_time", CHANGE, 1, _put("postponed_open_time", None)),
    (
        "postponed_to_later",
        "postponed_open_time",
        CHANGE,
        1,
        _after("postponed_open_time", "bid_deadline", -2),
    ),
    (
        "postponed_15_days",
        "postponed_open_time",
        CLARIFICATION,
        1,
        lambda row: {
            "publish_time": moved(as_text(row["bid_deadline"]), -6),
            "is_postponed": "1",
            "postponed_open_time": moved(as_text(row["bid_deadline"]), 3),
        },
    ),
)
