"""The nine classes of information on major projects, as the development commission drops them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from samples.cells import Cell
from samples.city import mobile, person
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.major_project import REPORT_DATE, Project, sound
from samples.table import Row, Table, write_records

DATASET = "major_project_event"
FILE = "江海市重大项目信息2025-Q3.json"
PROJECTS = 26

# Contract column → field of a record.
NATIVE = {
    "invest_project_code": "projectCode",
    "project_name": "projectName",
    "info_class": "infoClass",
    "item_type": "itemType",
    "doc_no": "docNo",
    "item_name": "itemName",
    "result": "result",
    "decision_date": "decisionDate",
    "decision_org": "decisionOrg",
    "publish_date": "publishDate",
    "is_backfill": "isBackfill",
    "backfill_date": "backfillDate",
    "source_url": "url",
    "contractor_name": "contractorName",
    "contractor_uscc": "contractorCode",
    "supervisor_name": "supervisorName",
    "supervisor_uscc": "supervisorCode",
    "project_leader": "leaderName",
    "leader_certificate": "leaderCertificate",
    "leader_phone": "leaderPhone",
    "handler_name": "handler",
}

GUIDE, STUDY, PERMIT = "办事指南", "可行性研究报告审批", "施工许可（开工报告）"
NOTICE, AWARD, LAND = "招标公告", "中标结果公示", "征收土地公告"
PARTICIPANTS, CHECK, COMPLETION = "参建单位及负责人", "质量安全监督检查结果", "竣工验收"
PENALTY = "行政处罚决定"


@dataclass(frozen=True)
class Item:
    """What happens in the life of a project: its class, how many days after the start, what the
    number looks like, who decides, with what result; whether it is a licence or penalty, which
    is published sooner; and the share of projects to which it happens."""

    info_class: int
    name: str
    after: int
    number: str
    org: str
    result: str | None
    soon: bool = False
    share: float = 1


_COMMISSION, _COUNTER = "江海市发展和改革委员会", "江海市行政审批局"
_HOUSING, _NATURE, _LAND = "江海市住房和城乡建设局", "江海市生态环境局", "江海市自然资源和规划局"
_TRADING, _QUALITY = "江海市公共资源交易中心", "江海市建设工程质量监督站"
_ITEMS = (
    Item(1, GUIDE, -210, "JHFG-BSZN-{n:04d}", _COUNTER, "其他"),
    Item(2, STUDY, -180, "江发改审〔{y}〕{n}号", _COMMISSION, "批准（同意）"),
    Item(2, "环境影响评价审批", -150, "江环审〔{y}〕{n}号", _NATURE, "批准（同意）", True),
    Item(2, PERMIT, -12, "3299{y}{n:06d}0101", _HOUSING, "批准（同意）", True),
    Item(3, NOTICE, -90, "JHZB-{y}-{n:04d}", _TRADING, "已公告"),
    Item(3, AWARD, -40, "JHZG-{y}-{n:04d}", _TRADING, "已公告"),
    Item(4, LAND, -120, "江征告〔{y}〕{n}号", _LAND, "已公告"),
    Item(5, "重大设计变更", 90, "江建变〔{y}〕{n}号", _HOUSING, "批准（同意）", share=0.4),
    Item(6, PARTICIPANTS, -5, "JHCJ-{y}-{n:04d}", _HOUSING, None),
    Item(7, CHECK, 60, "江质监〔{y}〕{n}号", _QUALITY, "合格"),
    Item(8, COMPLETION, 0, "JHYS-{y}-{n:04d}", _HOUSING, "合格"),
    Item(9, PENALTY, 75, "江建罚决字〔{y}〕{n}号", _HOUSING, "已处罚", True, share=0.3),
)


@dataclass(frozen=True)
class Firms:
    """Who builds and who supervises: name and credit code."""

    contractors: tuple[tuple[str, str], ...]
    supervisors: tuple[tuple[str, str], ...]


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write what was published up to the third quarter of 2025, with what was spoiled in it."""
    told = [(project, row) for project in _told(seed) for row in _rows(project, seed)]
    table = Table(DATASET, "", NATIVE, [row for _, row in told])
    _spoil(table, _sound_places(told), seed)
    for place, (project, _) in enumerate(told):
        if project.old:
            table.mark(place, "code_without_check_digit", "invest_project_code")
    return write_records(folder / DATASET / FILE, table, identity=("invest_project_code", "doc_no"))


def _told(seed: int) -> list[Project]:
    """The projects whose information is there: some of the list, one with an old code."""
    known = [project for project in sound(seed) if project.start < date(2025, 4, 1)]
    return [*known[: PROJECTS - 1], *[p for p in known[PROJECTS - 1 :] if p.old][:1]]


def _rows(project: Project, seed: int) -> Iterator[Row]:
    """A project's items; one with an old code has nothing out of the ordinary, so that every seed
    has as many rows that are marked for it."""
    rng = Random(f"{seed}:event:{project.code}")
    firms = _firms_of(project, rng, seed)
    for item in _ITEMS:
        happens = rng.random() < item.share and not (project.old and item.share < 1)
        if happens and (day := _decided(item, project)):
            yield _row(item, project, day, rng) | firms.get(item.name, {})


def _decided(item: Item, project: Project) -> date | None:
    """When it happened; nothing where the works are not finished yet."""
    if item.name == COMPLETION:
        return project.actual_finish
    return project.start + timedelta(days=item.after)


def _row(item: Item, project: Project, day: date, rng: Random) -> Row:
    # what is older than the portal was filled in later, in one go
    backfilled = project.start < date(2022, 6, 1) and day < date(2022, 1, 1)
    published = day + timedelta(days=rng.randrange(1, 6) if item.soon else rng.randrange(2, 20))
    return {
        "invest_project_code": project.code,
        "project_name": project.name,
        "info_class": str(item.info_class),
        "item_type": item.name,
        "doc_no": _number(item, day, rng),
        "item_name": f"{project.name.removesuffix('（模拟数据）')}{item.name}（模拟数据）",
        "result": item.result,
        "decision_date": _day(item, day),
        "decision_org": item.org,
        "publish_date": None if backfilled else _day(item, published),
        "is_backfill": "是" if backfilled else "否",
        "backfill_date": "2025-03-18" if backfilled else None,
        "source_url": f"https://fgw.jianghai.example/zdxm/{project.code}/{item.info_class}",
        "handler_name": person(rng),
    }


def _firms_of(project: Project, rng: Random, seed: int) -> Mapping[str, Row]:
    """Who builds and who supervises the project, for the items that say so."""
    firms = _firms(seed)
    builder, overseer = rng.choice(firms.contractors), rng.choice(firms.supervisors)
    built: Row = {
        "contractor_name": builder[0],
        "contractor_uscc": builder[1],
        "project_leader": person(rng),
        "leader_certificate": f"江1{rng.randrange(10**9):09d}",
        "leader_phone": mobile(rng),
    }
    overseen: Row = {"supervisor_name": overseer[0], "supervisor_uscc": overseer[1]}
    return {AWARD: built, CHECK: built, PENALTY: built, PARTICIPANTS: built | overseen}


def _number(item: Item, day: date, rng: Random) -> str:
    """The document's number; clerks type brackets as they find them."""
    number = item.number.format(y=day.year, n=rng.randrange(1, 900))
    return number.translate(str.maketrans("〔〕", rng.choice(("〔〕", "[]", "【】", "（）"))))


def _day(item: Item, day: date) -> Cell:
    """Every office has its own way to write a date."""
    if item.info_class in (3, 7):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day:%Y/%m/%d}" if item.info_class in (2, 9) else day


def _firms(seed: int) -> Firms:
    rng = Random(f"{seed}:events:firms")
    words = ("江拓", "海筑", "通基", "滨安", "望工", "星建", "桥石", "沙建")
    return Firms(
        tuple((f"江海{w}建设工程有限公司", credit_code("91", "329902", rng)) for w in words),
        tuple((f"江海{w}工程监理有限公司", credit_code("91", "329903", rng)) for w in words[:4]),
    )


def _sound_places(told: list[tuple[Project, Row]]) -> Mapping[str, list[int]]:
    """Where the rows of each item stand, without those of old codes and the backfilled ones."""
    places: dict[str, list[int]] = {}
    for place, (project, row) in enumerate(told):
        if not project.old and row["is_backfill"] == "否":
            places.setdefault(str(row["item_type"]), []).append(place)
    return places


def _spoil(table: Table, at: Mapping[str, list[int]], seed: int) -> None:
    """Every defect in a row of its own, each in another project where that can be."""
    guides, studies, permits, notices = at[GUIDE], at[STUDY], at[PERMIT], at[NOTICE]
    awards, land, firms, checks = at[AWARD], at[LAND], at[PARTICIPANTS], at[CHECK]
    penalties = at[PENALTY]
    code = str(table.rows[studies[0]]["invest_project_code"])
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    builder, overseer = _firms(seed).contractors[0], _firms(seed).supervisors[0]
    early = REPORT_DATE.replace(year=2019)

    table.spoil(guides[1], "required", "item_name", None)
    table.spoil(guides[3], "required", "decision_date", None)
    table.spoil(studies[0], "check_digit", "invest_project_code", wrong)
    table.spoil(guides[5], "type", "decision_date", "2025-13-01")
    table.spoil(notices[2], "enum", "info_class", "10")
    table.spoil(notices[4], "enum", "item_type", "领导批示")
    table.spoil(studies[4], "enum", "result", "原则通过")
    table.spoil(permits[3], "item_belongs_to_class", "item_type", PERMIT, info_class="3")
    table.spoil(permits[6], "licence_published_in_time", "publish_date", _later(table, permits[6]))
    table.spoil(
        penalties[0], "licence_published_in_time", "publish_date", _later(table, penalties[0])
    )
    table.spoil(awards[5], "published_in_time", "publish_date", _later(table, awards[5]))
    table.spoil(awards[7], "published_after_decision", "publish_date", early)
    table.spoil(land[2], "backfill_is_dated", "backfill_date", None, is_backfill="是")
    table.spoil(land[5], "backfilled_after_decision", "backfill_date", early, is_backfill="是")
    table.spoil(studies[7], "approval_has_a_result", "result", None)
    table.spoil(penalties[1], "penalty_is_a_penalty", "result", "批准（同意）")
    table.spoil(awards[9], "check_digit", "contractor_uscc", with_wrong_check(builder[1]))
    table.spoil(
        awards[11], "personal_id", "contractor_uscc", resident_id("329902", "19751103", 214)
    )
    table.spoil(firms[8], "scientific", "supervisor_uscc", in_scientific_notation(overseer[1], 5))
    table.spoil(checks[3], "type", "is_backfill", "补")
    table.spoil(notices[7], "publication_is_dated", "publish_date", None)
    table.spoil(firms[10], "participants_are_named", "contractor_name", None)
    table.spoil(land[8], "document_number_form", "doc_no", "江征告2024第8")
    kept = table.rows[checks[6]]
    table.repeat(checks[6], f"{kept['invest_project_code']}/7/{kept['item_type']}/{kept['doc_no']}")


def _later(table: Table, place: int) -> Cell:
    """Two months after the decision."""
    written = str(table.rows[place]["decision_date"])
    digits = "".join(char if char.isdigit() else " " for char in written).split()
    return date(*map(int, digits)) + timedelta(days=60)
