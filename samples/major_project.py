"""The city's major projects and their progress, as the development commission hands them over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from stdnum.iso7064 import mod_11_10

from samples.cells import Cell
from samples.city import CITY, RETIRED, UNKNOWN, ZONE, counties, division_name, mobile, person
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.findings import Finding
from samples.table import Row, Table, write_workbook

DATASET = "major_project"
REPORT_DATE = date(2025, 9, 30)
FILE = "江海市重大项目进展情况2025-Q3.xlsx"
PROJECTS = 168

# Contract column → header of the sheet; date and unit stand above it.
NATIVE = {
    "invest_project_code": "项目代码",
    "project_name": "项目名称",
    "project_type": "项目类别",
    "legal_person_name": "项目法人/名称",
    "legal_person_uscc": "项目法人/统一社会信用代码",
    "region_code": "所在地区/行政区划代码",
    "region_name": "所在地区/地区名称",
    "site": "建设地点",
    "industry": "行业代码",
    "construction_content": "建设内容及规模",
    "funding": "资金来源",
    "total_investment": "投资/总投资",
    "cumulative_investment": "投资/累计完成",
    "year_plan": "投资/年度计划",
    "start_date": "建设时间/开工",
    "planned_finish": "建设时间/计划竣工",
    "actual_finish": "建设时间/实际竣工",
    "progress": "投资完成率（%）",
    "contact_name": "联系人/姓名",
    "contact_phone": "联系人/电话",
}

_PLACES = ("港区", "高新园", "城东", "城西", "沿江", "滨海", "湖滨", "空港")
# What is built → its industry (GB/T 4754), content, department of the code, who pays.
_KINDS = {
    "集装箱码头工程": ("5532", "新建5万吨级泊位2个", "04", "专项债券、企业自筹"),
    "快速路改造工程": ("4813", "改造快速路6.8公里，含高架桥1座", "03", "财政资金、专项债券"),
    "污水处理厂扩建工程": ("4620", "扩建日处理能力5万吨", "04", "专项债券、银行贷款"),
    "人民医院新院区": ("8411", "新建床位800张，建筑面积12万平方米", "04", "财政资金、专项债券"),
    "职业学校迁建工程": ("8336", "迁建校区，建筑面积9万平方米", "04", "财政资金"),
    "锂电池生产基地": ("3841", "新建生产线6条", "89", "企业自筹、银行贷款"),
    "光伏组件生产线": ("3825", "新建厂房5万平方米及生产线", "89", "企业自筹、银行贷款"),
    "海上风电场": ("4415", "装机容量300兆瓦", "89", "企业自筹、银行贷款"),
    "热电联产项目": ("4412", "新建2台9F级机组", "89", "企业自筹、银行贷款"),
    "天然气管网工程": ("4511", "新建高压管线42公里", "89", "企业自筹"),
    "冷链物流中心": ("5930", "新建冷库10万立方米", "89", "企业自筹、银行贷款"),
}
_FIRM_WORDS = ("江潮", "海晟", "通达", "滨江", "望海", "星湖", "渡口", "长圩", "东渚", "石港")
_FIRM_TRADES = ("建设投资", "交通发展", "新能源", "城市运营")


@dataclass(frozen=True)
class Project:
    """One project as it is; money in 万元."""

    code: str
    name: str
    provincial: bool
    owner: str
    owner_uscc: str
    region_code: str
    place: str
    kind: str
    total: Decimal
    done: Decimal
    year_plan: Decimal
    start: date
    planned_finish: date
    actual_finish: date | None
    contact: str
    phone: str

    @property
    def old(self) -> bool:
        """Whether its code is of the earlier form, without a check digit."""
        return self.code[:4] in ("2018", "2019", "2020")


@cache
def projects(seed: int) -> tuple[Project, ...]:
    """Every project of the city's lists."""
    owners = tuple(_owners(Random(f"{seed}:projects:owners")).items())
    return tuple(_project(Random(f"{seed}:project:{n}"), n, owners) for n in range(PROJECTS))


def sound(seed: int) -> tuple[Project, ...]:
    """The projects whose row keeps every rule, old codes aside: others may refer to them."""
    planted = _table(seed).planted
    return tuple(
        project
        for place, project in enumerate(projects(seed))
        if all(defect.code == "code_without_check_digit" for defect in planted.get(place, []))
    )


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Write the third quarter of 2025 with what was spoiled in it."""
    return write_workbook(
        folder / DATASET / FILE,
        {"重大项目": _table(seed)},
        caption="单位：万元",
        notes=["注：本表项目、单位、人员均为虚构；投资为开工以来累计数"],
    )


def project_code(month: date, region: str, department: str, serial: int) -> str:
    """A project code in today's form (GB/T 40058) with a true check digit."""
    head = f"{month:%y%m}{region}{department}01{serial:05d}"
    digits = head + str(mod_11_10.calc_check_digit(head))
    return "-".join((digits[:4], digits[4:10], digits[10:12], digits[12:14], digits[14:]))


def _project(rng: Random, number: int, owners: tuple[tuple[str, str], ...]) -> Project:
    kind = list(_KINDS)[number % len(_KINDS)]
    place = _PLACES[number // len(_KINDS) % len(_PLACES)]
    regions = (*(division.code for division in counties()), ZONE, CITY)
    region = regions[(number * 3 + number // len(regions)) % len(regions)]
    # two have codes of the earlier form, started early and go on
    old = number in (20, 64)
    start = date(2021, 9, 1) + timedelta(days=rng.randrange(120 if old else 1400))
    filed = start - timedelta(days=rng.randrange(120, 300))
    planned = start + timedelta(days=rng.randrange(400, 1300))
    finished = not old and planned <= REPORT_DATE - timedelta(days=60) and rng.random() < 0.8
    total = Decimal(rng.randrange(20_000, 900_000))
    share = Decimal(1) if finished else Decimal(rng.randrange(5, 95)) / 100
    owner, owner_uscc = owners[number % len(owners)]
    code = project_code(filed, region, _KINDS[kind][2], number * 17 + 101)
    if old:
        code = f"2020-{region}-{_KINDS[kind][0][:2]}-01-{number * 17 + 100_101:06d}"
    return Project(
        code=code,
        name=f"{division_name(region)}{place}{kind}（模拟数据）",
        provincial=number % 4 == 0,
        owner=owner,
        owner_uscc=owner_uscc,
        region_code=region,
        place=place,
        kind=kind,
        total=total,
        done=(total * share).quantize(Decimal("0.01")),
        year_plan=(total * Decimal(rng.randrange(5, 40)) / 100).quantize(Decimal("0.01")),
        start=start,
        planned_finish=planned,
        actual_finish=planned + timedelta(days=rng.randrange(50)) if finished else None,
        contact=person(rng),
        phone=mobile(rng),
    )


def _owners(rng: Random) -> Mapping[str, str]:
    names = [f"江海{word}{trade}有限公司" for trade in _FIRM_TRADES for word in _FIRM_WORDS]
    return {name: credit_code("91", "329902", rng) for name in names}


def _table(seed: int) -> Table:
    title = f"江海市重大项目进展情况（截至{_words(REPORT_DATE)}）（模拟数据）"
    table = Table(DATASET, title, NATIVE, list(_rows(seed)))
    _spoil(table, projects(seed))
    return table


def _rows(seed: int) -> Iterator[Row]:
    for number, project in enumerate(projects(seed)):
        industry, content, _, funding = _KINDS[project.kind]
        yield {
            "invest_project_code": _as_typed(project.code, number),
            "project_name": project.name,
            "project_type": "省重大" if project.provincial else "市重大",
            "legal_person_name": project.owner,
            "legal_person_uscc": project.owner_uscc,
            "region_code": project.region_code,
            "region_name": division_name(project.region_code),
            "site": f"{division_name(project.region_code)}{project.place}",
            "industry": industry,
            "construction_content": content,
            "funding": funding,
            "total_investment": project.total,
            "cumulative_investment": project.done,
            "year_plan": project.year_plan,
            "start_date": _day(number, project.start),
            "planned_finish": _day(number, project.planned_finish),
            "actual_finish": project.actual_finish and _day(number, project.actual_finish),
            "progress": (100 * project.done / project.total).quantize(Decimal("0.1")),
            "contact_name": project.contact,
            "contact_phone": project.phone,
        }


def _as_typed(code: str, number: int) -> str:
    """A code as clerks type it: now and then without hyphens, or with full-width digits."""
    if number % 13 == 5:
        return code.replace("-", "")
    if number % 29 == 7:
        return code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return code


def _day(number: int, day: date) -> Cell:
    return (day, _words(day), f"{day.year}/{day.month}/{day.day}")[number % 3]


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _spoil(table: Table, known: tuple[Project, ...]) -> None:
    """Places are far apart; what is typed oddly, and the old codes, are left as they are."""
    wrong = known[9].code[:-1] + str((int(known[9].code[-1]) + 1) % 10)
    person_id = resident_id("329902", "19780512", 118)
    table.spoil(3, "required", "project_name", None)
    table.spoil(6, "required", "total_investment", None)
    table.spoil(9, "check_digit", "invest_project_code", wrong)
    table.spoil(12, "type", "start_date", "2025年2月30日")
    table.spoil(15, "type", "total_investment", "待定", cumulative_investment=None, progress=None)
    table.spoil(
        17, "scientific", "legal_person_uscc", in_scientific_notation(known[17].owner_uscc, 5)
    )
    table.spoil(22, "check_digit", "legal_person_uscc", with_wrong_check(known[22].owner_uscc))
    table.spoil(25, "personal_id", "legal_person_uscc", person_id)
    table.spoil(28, "pattern", "region_code", "32990", region_name=None)
    table.spoil(33, "codelist", "region_code", UNKNOWN, region_name=None)
    table.spoil(39, "codelist_date", "region_code", RETIRED, region_name="沙南县")
    table.spoil(42, "enum", "project_type", "县重大")
    table.spoil(47, "codelist", "industry", "Z99")
    table.spoil(52, "minimum", "cumulative_investment", Decimal(-50), progress=None)
    table.spoil(55, "maximum", "progress", Decimal("104.5"), cumulative_investment=None)
    table.spoil(58, "year_plan_within_total", "year_plan", known[58].total + Decimal("1200.50"))
    before = known[60].start - timedelta(days=30)
    table.spoil(60, "start_before_planned_finish", "planned_finish", before, actual_finish=None)
    early = known[66].start - timedelta(days=10)
    table.spoil(66, "finish_after_start", "actual_finish", early)
    table.spoil(73, "finish_is_not_foretold", "actual_finish", date(2025, 12, 20))
    table.spoil(77, "progress_as_computed", "progress", _off_by_thirty(known[77]))
    over = (known[81].total * Decimal("1.003")).quantize(Decimal("0.01"))
    table.spoil(81, "investment_within_total", "cumulative_investment", over, progress=Decimal(100))
    large = Decimal(12_000_000)
    table.spoil(
        86,
        "investment_plausible",
        "total_investment",
        large,
        cumulative_investment=large / 2,
        progress=Decimal(50),
    )
    former = next(n for n, p in enumerate(known) if n > 90 and p.region_code == "329904")
    table.spoil(former, "former_name", "region_name", "沙南县")
    for place, project in enumerate(known):
        if project.old:
            table.mark(place, "code_without_check_digit", "invest_project_code")
    table.repeat(100, known[100].code, year_plan=known[100].year_plan / 2)


def _off_by_thirty(project: Project) -> Decimal:
    share = (100 * project.done / project.total).quantize(Decimal("0.1"))
    return share - 30 if share > 50 else share + 30
