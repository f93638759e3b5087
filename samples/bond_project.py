"""What became of the bonds' money: projects, and how much they spent by the end of a year."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from stdnum.iso7064 import mod_11_10

from samples.bond_issue import NEW, SPECIAL, Bond, bonds
from samples.cells import Cell, joined
from samples.city import RETIRED, UNKNOWN, counties, division_name, mobile, person
from samples.codes import in_scientific_notation
from samples.findings import Finding
from samples.table import Row, Table, write_rows

DATASET = "gov_bond_project"
TABLE = "bond_project"
TITLE = "地方政府债券项目使用情况（模拟数据）"

# Contract column → column of the table.
NATIVE = {
    "report_year": "bgnd",
    "bond_code": "zqdm",
    "project_code": "xmdm",
    "project_name": "xmmc",
    "region_code": "qhdm",
    "region_name": "qhmc",
    "supervisor": "zgbm",
    "construction_period": "jsq",
    "start_date": "kgrq",
    "finish_date": "jgrq",
    "total_investment": "ztz",
    "arranged_amount": "apje",
    "paid_amount": "yzcje",
    "expected_income": "yqsy",
    "actual_income": "sjsy",
    "progress": "zcjd",
    "asset_status": "zcqk",
    "purpose_changed": "ytdz",
    "performance": "jxqk",
    "unit_reported": "dw",
    "leader_name": "xmfzr",
    "leader_phone": "xmfzrdh",
}

_REPORTS = (2024, 2025)
_PROJECTS = 36
_WORKS = (
    ("污水处理厂扩建", "水务局"),
    ("标准厂房", "工业和信息化局"),
    ("人民医院迁建", "卫生健康委员会"),
    ("高级中学新建", "教育局"),
    ("城市更新片区改造", "住房和城乡建设局"),
    ("内河港口码头", "交通运输局"),
)


@dataclass(frozen=True)
class Project:
    """A project that bonds pay for; `old` codes have no check digit."""

    code: str
    name: str
    region: str
    supervisor: str
    start: date
    finish: date
    old: bool


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Put the table into the finance bureau's database."""
    table = _table(seed)
    _spoil(table, seed)
    return write_rows(folder, TABLE, table, {"report_year": "integer"}, TITLE)


def _table(seed: int) -> Table:
    shares = [
        (bond, project, arranged)
        for place, bond in enumerate(
            b for b in bonds(seed) if (b.purpose, b.kind) == (NEW, SPECIAL)
        )
        for project, arranged in _shares(seed, bond, place)
    ]
    investment: dict[str, int] = {}
    for _, project, arranged in shares:
        # bonds pay for three quarters of a project at most
        investment[project.code] = investment.get(project.code, 0) + arranged * 4 // 3
    table = Table(DATASET, TITLE, NATIVE, [])
    for year in _REPORTS:
        for bond, project, arranged in shares:
            if bond.year <= year:
                total = investment[project.code]
                table.rows.append(_row(seed, year, bond, project, arranged, total))
                if project.old:
                    table.mark(len(table.rows) - 1, "old_project_code", "project_code")
    return table


@cache
def _projects(seed: int) -> tuple[Project, ...]:
    return tuple(_project(seed, place) for place in range(_PROJECTS))


def _project(seed: int, place: int) -> Project:
    rng = Random(f"{seed}:bond-project:{place}")
    county = counties()[place % len(counties())]
    work, bureau = _WORKS[place // len(counties()) % len(_WORKS)]
    start = date(rng.randrange(2022, 2024), rng.randrange(1, 13), rng.randrange(1, 28))
    old = place == _PROJECTS - 1
    return Project(
        code=_code(rng, county.code, old),
        name=f"{county.name}{work}项目（模拟数据）",
        region=county.code,
        supervisor=f"{county.name}{bureau}",
        start=start,
        finish=date(start.year + rng.randrange(2, 4), rng.randrange(1, 13), 28),
        old=old,
    )


def _code(rng: Random, region: str, old: bool) -> str:
    """An investment project code: since 2021 with a check digit (ISO 7064 MOD 11,10)."""
    when = "2019" if old else f"{rng.choice((21, 22))}{rng.randrange(1, 13):02d}"
    body = f"{when}{region}8901{rng.randrange(100_000):05d}"
    last = str(rng.randrange(10)) if old else mod_11_10.calc_check_digit(body)
    return f"{body[:4]}-{body[4:10]}-{body[10:12]}-{body[12:14]}-{body[14:]}{last}"


def _shares(seed: int, bond: Bond, place: int) -> list[tuple[Project, int]]:
    """The bond's money on one or two projects, in 万元; the second has the rest."""
    projects = _projects(seed)
    first = projects[place % _PROJECTS]
    if place % 2:
        return [(first, bond.onlent)]
    second = projects[(place + 7) % _PROJECTS]
    part = bond.onlent * Random(f"{seed}:share:{bond.code}").randrange(30, 70) // 100
    return [(first, part), (second, bond.onlent - part)]


def _row(seed: int, year: int, bond: Bond, project: Project, arranged: int, investment: int) -> Row:
    rng = Random(f"{seed}:bond-use:{bond.code}:{project.code}")
    # what was spent by the end of the year of issue, and what every year adds
    first, more = rng.randrange(25, 60), rng.randrange(15, 40)
    share = min(100, first + more * (year - bond.year))
    paid = arranged * share // 100
    income = investment * rng.randrange(110, 180) // 100
    earned = income * max(0, year - project.finish.year) // 20
    return {
        "report_year": year,
        "bond_code": bond.code,
        # some are entered without hyphens
        "project_code": project.code.replace("-", "") if share % 5 == 0 else project.code,
        "project_name": project.name,
        "region_code": project.region,
        "region_name": division_name(project.region),
        "supervisor": project.supervisor,
        "construction_period": f"{project.start.year}—{project.finish.year}年",
        "start_date": f"{project.start.year}年{project.start.month}月{project.start.day}日",
        "finish_date": project.finish.isoformat(),
        "total_investment": Decimal(investment),
        "arranged_amount": Decimal(arranged),
        "paid_amount": Decimal(paid),
        "expected_income": Decimal(income),
        "actual_income": Decimal(earned),
        "progress": _per_cent(paid, arranged),
        "asset_status": "已形成资产" if project.finish.year < year else "在建",
        "purpose_changed": "否",
        "performance": "达到年度绩效目标",
        "unit_reported": "万元",
        "leader_name": person(rng),
        "leader_phone": mobile(rng),
    }


def _per_cent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"))


def _spoil(table: Table, seed: int) -> None:
    """Spoil rows of the last report, each of another bond."""
    rng = Random(f"{seed}:bond-use-spoil")
    last = [at for at, row in enumerate(table.rows) if row["report_year"] == _REPORTS[-1]]
    free = {table.rows[at]["bond_code"]: at for at in last if at not in table.planted}
    places = rng.sample(sorted(free.values()), len(free))

    def take() -> int:
        return places.pop()

    def cell(at: int, column: str) -> Cell:
        return table.rows[at][column]

    def amount(at: int, column: str) -> Decimal:
        return Decimal(str(cell(at, column)))

    # a bond of one project: of several, the others would no longer add up
    projects = Counter(table.rows[at]["bond_code"] for at in last)
    alone = next(at for at in places if projects[cell(at, "bond_code")] == 1)
    places.remove(alone)
    table.spoil(alone, "form", "bond_code", "25模拟债11")
    table.spoil(take(), "required", "project_code", None)
    table.spoil(take(), "check_digit", "project_code", "2403-329902-89-01-123456")
    table.spoil(
        take(), "scientific", "project_code", in_scientific_notation("24033299028901123450", 5)
    )
    table.spoil(take(), "required", "project_name", None)
    table.spoil(take(), "required", "arranged_amount", None)
    table.spoil(take(), "required", "supervisor", None)
    table.spoil(take(), "pattern", "region_code", "32990")
    table.spoil(take(), "codelist", "region_code", UNKNOWN)
    table.spoil(take(), "codelist_date", "region_code", RETIRED, region_name=division_name(RETIRED))
    table.spoil(take(), "type", "start_date", "2023年13月1日")
    table.spoil(take(), "type", "purpose_changed", "部分")
    table.spoil(take(), "minimum", "actual_income", Decimal("-12"))
    at = take()
    table.spoil(at, "minimum", "progress", Decimal("-0.20"), paid_amount=Decimal(0))
    at = take()
    table.spoil(at, "maximum", "progress", Decimal("180.00"), paid_amount=None)
    table.mark(at, "required", "paid_amount")
    at = take()
    over = amount(at, "arranged_amount") + 100
    table.spoil(at, "paid_within_arranged", "paid_amount", over, progress=None)
    at = take()
    table.spoil(at, "progress_recomputed", "progress", 100, paid_amount=Decimal(10))
    table.spoil(take(), "finished_after_start", "finish_date", "2021-12-31")
    at = take()
    table.rows[at]["total_investment"] = amount(at, "arranged_amount") - 1
    table.mark(at, "arranged_within_investment", "arranged_amount")
    at = next(at for at in last if cell(at, "region_code") == "329904" and at not in table.planted)
    table.spoil(at, "former_name", "region_name", division_name(RETIRED))
    at = take()
    code = str(cell(at, "project_code"))
    key = joined((_REPORTS[-1], cell(at, "bond_code"), code))
    table.repeat(at, key, leader_name=cell(take(), "leader_name"))
