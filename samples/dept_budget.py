"""The budgets and final accounts of departments: one workbook a year and phase, a sheet a table.

Every table of every department adds up: what is spoiled stands in rows of its own, mostly of
zeros, so that the sums around it stay true.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, joined
from samples.city import office_phone, person
from samples.codes import (
    credit_code,
    in_scientific_notation,
    resident_id,
    with_wrong_check,
)
from samples.findings import Finding
from samples.table import Row, Table, write_workbook

DATASET = "dept_budget_line"
NATIVE = {
    "dept_code": "部门统一社会信用代码",
    "dept_name": "部门名称",
    "item_code": "科目编码",
    "subject_name": "科目名称",
    "amount": "合计",
    "basic_expenditure": "基本支出/小计",
    "personnel_funds": "基本支出/人员经费",
    "public_funds": "基本支出/公用经费",
    "project_expenditure": "项目支出",
    "reporter_name": "填报人",
    "reporter_phone": "联系电话",
}
TABLES = {
    "T03": ("表三", "部门支出总表"),
    "T04": ("表四", "财政拨款收支总表"),
    "T05": ("表五", "一般公共预算支出表"),
    "T06": ("表六", "一般公共预算基本支出表"),
}
REVENUE, EXPENDITURE = "收入总计", "支出总计"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Money:
    """What a subject costs, in 万元."""

    personnel: Decimal = ZERO
    public: Decimal = ZERO
    project: Decimal = ZERO

    @property
    def basic(self) -> Decimal:
        return self.personnel + self.public

    @property
    def amount(self) -> Decimal:
        return self.basic + self.project

    def __add__(self, other: "Money") -> "Money":
        return Money(
            self.personnel + other.personnel,
            self.public + other.public,
            self.project + other.project,
        )


@dataclass(frozen=True)
class Department:
    """A department of the city; `office` is the item of its own running, `projects` those of its
    tasks, `fund` the item that a government fund pays for."""

    name: str
    office: str
    projects: tuple[str, ...]
    fund: str | None = None

    @property
    def code(self) -> str:
        """Its credit code, the same in every dataset and for every seed."""
        return authority(self.name)


DEPARTMENTS = (
    Department("江海市财政局", "2010601", ("2010602", "2010607")),
    Department("江海市教育局", "2050101", ("2050102", "2050201")),
    Department("江海市民政局", "2080201", ("2080202", "2080208"), "2296002"),
)
_SUBJECTS = {
    "201": "一般公共服务支出",
    "20106": "财政事务",
    "2010601": "行政运行",
    "2010602": "一般行政管理事务",
    "2010607": "信息化建设",
    "205": "教育支出",
    "20501": "教育管理事务",
    "2050101": "行政运行",
    "2050102": "一般行政管理事务",
    "20502": "普通教育",
    "2050201": "学前教育",
    "208": "社会保障和就业支出",
    "20802": "民政管理事务",
    "2080201": "行政运行",
    "2080202": "一般行政管理事务",
    "2080208": "基层政权建设和社区治理",
    "20805": "行政事业单位养老支出",
    "2080505": "机关事业单位基本养老保险缴费支出",
    "210": "卫生健康支出",
    "21011": "行政事业单位医疗",
    "2101101": "行政单位医疗",
    "221": "住房保障支出",
    "22102": "住房改革支出",
    "2210201": "住房公积金",
    "229": "其他支出",
    "22960": "彩票公益金安排的支出",
    "2296002": "用于社会福利的彩票公益金支出",
    "301": "工资福利支出",
    "30101": "基本工资",
    "30102": "津贴补贴",
    "30103": "奖金",
    "30108": "机关事业单位基本养老保险缴费",
    "30110": "职工基本医疗保险缴费",
    "30113": "住房公积金",
    "302": "商品和服务支出",
    "30201": "办公费",
    "30211": "差旅费",
    "30228": "工会经费",
    "30239": "其他交通费用",
    "303": "对个人和家庭的补助",
    "30302": "退休费",
    "310": "资本性支出",
    "31002": "办公设备购置",
}
# What the office pays for its staff, by item, and the economic subject that it is there.
_INSURANCE = {"2080505": "30108", "2101101": "30110", "2210201": "30113"}
_PAY = ("30101", "30102", "30103", "30302")
_OFFICE_COSTS = ("30201", "30211", "30228", "30239", "31002")

Lines = Mapping[str, Money]


def authority(name: str) -> str:
    """The credit code of an authority of the city."""
    return credit_code("11", "329900", Random(f"authority:{name}"))


def file_name(year: int, phase: str) -> str:
    """The workbook's name in the drop folder; `phase` is 预算 or 决算."""
    return f"江海市{year}年市级部门{phase}公开表.xlsx"


def project_total(department: Department, year: int, seed: int) -> Decimal:
    """What the department's budget of the year gives to projects, in 万元."""
    return _sum(_general(department, year, "预算", seed).values()).project


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """The final accounts of 2024 and the budgets of 2025, with what is wrong in them."""
    found: list[Finding] = []
    for year, phase, plant in ((2024, "决算", _spoil_final), (2025, "预算", _spoil_budget)):
        tables = _tables(year, phase, seed)
        plant(tables, Random(f"{seed}:dept-budget-defects:{year}"))
        found += write_workbook(
            folder / DATASET / file_name(year, phase),
            {TABLES[code][0]: table for code, table in tables.items()},
            caption="单位：万元",
            notes=["注：本表为模拟数据，不反映任何部门的真实收支。"],
        )
    return tuple(found)


def _tables(year: int, phase: str, seed: int) -> dict[str, Table]:
    rows: dict[str, list[Row]] = {code: [] for code in TABLES}
    for department in DEPARTMENTS:
        rng = Random(f"{seed}:dept-budget-clerk:{department.name}")
        who: Row = {
            "dept_code": department.code,
            "dept_name": department.name,
            "reporter_name": person(rng),
            "reporter_phone": office_phone(rng),
        }
        general = _general(department, year, phase, seed)
        fund = _fund(department, year, phase, seed)
        everything = {**general, **fund}
        rows["T03"] += [who | row for row in _subject_rows(everything)]
        rows["T04"] += [who | row for row in _appropriation_rows(general, fund)]
        rows["T05"] += [who | row for row in _subject_rows(general)]
        rows["T06"] += [who | row for row in _basic_rows(_economic(general))]
    return {
        code: Table(
            DATASET,
            f"{year}年江海市市级部门{phase}公开{sheet}　{title}（模拟数据）",
            NATIVE,
            rows[code],
        )
        for code, (sheet, title) in TABLES.items()
    }


def _general(department: Department, year: int, phase: str, seed: int) -> dict[str, Money]:
    """What the general public budget pays for, by item."""
    money = _purse(department, year, phase, seed)
    lines = {department.office: Money(money(900, 2400), money(120, 380))}
    lines |= {item: Money(project=money(150, 1800)) for item in department.projects}
    lines |= {item: Money(money(60, 260)) for item in _INSURANCE}
    return dict(sorted(lines.items()))


def _fund(department: Department, year: int, phase: str, seed: int) -> dict[str, Money]:
    if department.fund is None:
        return {}
    return {
        department.fund: Money(project=_purse(department, year, f"基金{phase}", seed)(300, 900))
    }


def _purse(
    department: Department, year: int, phase: str, seed: int
) -> Callable[[int, int], Decimal]:
    rng = Random(f"{seed}:dept-budget:{department.name}:{year}:{phase}")
    return lambda least, most: Decimal(rng.randrange(least * 100, most * 100)) / 100


def _economic(general: Lines) -> dict[str, Money]:
    """The basic expenditure again, by economic subject."""
    lines = {_INSURANCE[item]: money for item, money in general.items() if item in _INSURANCE}
    [office] = [money for item, money in general.items() if money.public]
    lines |= {code: Money(part) for code, part in _split(office.personnel, _PAY).items()}
    lines |= {
        code: Money(public=part) for code, part in _split(office.public, _OFFICE_COSTS).items()
    }
    return dict(sorted(lines.items()))


def _split(whole: Decimal, codes: tuple[str, ...]) -> dict[str, Decimal]:
    """The whole in equal parts of full fen; the first takes what is left."""
    part = (whole / len(codes)).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    return dict.fromkeys(codes, part) | {codes[0]: whole - part * (len(codes) - 1)}


def _sum(parts: Iterable[Money]) -> Money:
    return sum(parts, start=Money())


def _with_parents(lines: Lines, levels: tuple[int, ...]) -> dict[str, Money]:
    """Every subject with those above it, which are the sums of those below."""
    codes = sorted({code[:length] for code in lines for length in levels})
    return {
        code: _sum(money for line, money in lines.items() if line.startswith(code))
        for code in codes
    }


def _subject_rows(lines: Lines) -> list[Row]:
    """The sheets of functional subjects: the total, and 类, 款, 项 below it."""
    rows = {EXPENDITURE: _sum(lines.values()), **_with_parents(lines, (3, 5, 7))}
    return [
        _named(line)
        | {
            "amount": money.amount,
            "basic_expenditure": money.basic,
            "personnel_funds": money.personnel,
            "public_funds": money.public,
            "project_expenditure": money.project,
        }
        for line, money in rows.items()
    ]


def _basic_rows(lines: Lines) -> list[Row]:
    """The sheet of economic subjects: the total, and 类, 款 below it; no projects."""
    return [
        row | {"project_expenditure": None}
        for row in _economic_rows(
            {EXPENDITURE: _sum(lines.values()), **_with_parents(lines, (3, 5))}
        )
    ]


def _economic_rows(rows: Lines) -> list[Row]:
    return [
        _named(line)
        | {
            "amount": money.amount,
            "basic_expenditure": money.basic,
            "personnel_funds": money.personnel,
            "public_funds": money.public,
        }
        for line, money in rows.items()
    ]


def _appropriation_rows(general: Lines, fund: Lines) -> list[Row]:
    """The sheet of the appropriation: where it comes from, and the classes it goes to."""
    sources = {
        "一般公共预算拨款": _sum(general.values()),
        "政府性基金预算拨款": _sum(fund.values()),
    }
    total = _sum(sources.values())
    spent = _with_parents({**general, **fund}, (3,))
    lines = {REVENUE: total, **sources, EXPENDITURE: total, **spent}
    return [_named(line) | {"amount": money.amount} for line, money in lines.items()]


def _named(line: str) -> Row:
    """A subject's code and name; a total and a source have a name alone."""
    if line in _SUBJECTS:
        return {"item_code": line, "subject_name": _SUBJECTS[line]}
    return {"item_code": None, "subject_name": line}


def _extra(table: Table, department: Department, code: str, name: str, **cells: Cell) -> int:
    """Add a row of zeros; where it stands."""
    amounts: Row = {
        "amount": ZERO,
        "basic_expenditure": ZERO,
        "personnel_funds": ZERO,
        "public_funds": ZERO,
        "project_expenditure": ZERO,
    }
    row: Row = {
        "dept_code": department.code,
        "dept_name": department.name,
        "item_code": code,
        "subject_name": name,
        # the reader of a subject's code finds what stands under the line's
        "subject_code": code,
        **amounts,
        "reporter_name": table.rows[0]["reporter_name"],
        "reporter_phone": table.rows[0]["reporter_phone"],
    }
    table.rows.append(row | cells)
    return len(table.rows) - 1


def _place(table: Table, department: Department, line: str) -> int:
    return next(
        place
        for place, row in enumerate(table.rows)
        if row["dept_code"] == department.code and line in (row["item_code"], row["subject_name"])
    )


def _spoil_budget(tables: dict[str, Table], rng: Random) -> None:
    finance, education, civil = DEPARTMENTS
    whole, general, basic = tables["T03"], tables["T05"], tables["T06"]
    # names of what the subject was called before the reform
    whole.spoil(
        _place(whole, education, "20805"), "name_of_its_year", "subject_name", "行政事业单位离退休"
    )
    whole.mark(_extra(whole, finance, "2010677", "财政监督专项"), "codelist", "subject_code")
    whole.mark(_extra(whole, finance, "20115", "工商行政管理事务"), "codelist_date", "subject_code")
    whole.spoil(_extra(whole, finance, "2010604", "预算改革业务"), "type", "amount", "约120")
    at = _extra(whole, finance, "2010605", "财政国库业务")
    whole.spoil(at, "check_digit", "dept_code", with_wrong_check(finance.code))
    at = _extra(whole, education, "2050103", "机关服务")
    whole.spoil(at, "scientific", "dept_code", in_scientific_notation(education.code, 5))
    at = _extra(whole, civil, "2080203", "机关服务")
    stranger = resident_id("329902", "19800102", rng.randrange(100, 1000))
    whole.spoil(at, "personal_id", "dept_code", stranger)
    at = _extra(whole, civil, "2080206", "社会组织管理", amount=Decimal(-5))
    whole.spoil(at, "minimum", "project_expenditure", Decimal(-5))
    whole.repeat(*_twice(whole, 2025, "T03", civil, "2080299", "其他民政管理事务支出", "budget"))

    general.spoil(
        _extra(general, finance, "2010608", "财政委托业务支出"), "required", "amount", None
    )
    at = _extra(general, finance, "2010650", "事业运行", amount=Decimal(12))
    general.spoil(at, "amount_is_basic_plus_project", "amount", Decimal(12))
    at = _extra(general, education, "2050299", "其他普通教育支出", amount=Decimal(6))
    general.spoil(
        at,
        "basic_is_personnel_plus_public",
        "basic_expenditure",
        Decimal(6),
        personnel_funds=Decimal(3),
        public_funds=Decimal(2),
    )
    general.spoil(
        _extra(general, civil, "2080207", "行政区划和地名管理"), "required", "dept_name", None
    )

    at = _extra(basic, finance, "30299", "其他商品和服务支出", amount=Decimal(5))
    basic.spoil(
        at,
        "basic_table_holds_basic_only",
        "project_expenditure",
        Decimal(5),
    )
    basic.spoil(_extra(basic, civil, "302O2", "印刷费"), "pattern", "item_code", "302O2")


def _spoil_final(tables: dict[str, Table], rng: Random) -> None:
    finance, education, civil = DEPARTMENTS
    whole, general, basic = tables["T03"], tables["T05"], tables["T06"]
    whole.spoil(_extra(whole, finance, "2010603", "机关服务"), "type", "personnel_funds", "见附注")
    whole.spoil(
        _extra(whole, education, "2050199", "其他教育管理事务支出"),
        "required",
        "subject_name",
        None,
    )
    at = _extra(general, civil, "2080299", "其他民政管理事务支出")
    general.spoil(at, "minimum", "public_funds", Decimal(-3), personnel_funds=Decimal(3))
    basic.spoil(_extra(basic, education, "30202", "印刷费"), "required", "item_code", None)
    basic.repeat(*_twice(basic, 2024, "T06", finance, "30207", "邮电费", "final"))


def _twice(
    table: Table, year: int, code: str, department: Department, item: str, name: str, phase: str
) -> tuple[int, str]:
    """A row of zeros that will stand twice: its place and its key."""
    place = _extra(table, department, item, name)
    return place, joined([year, department.code, code, item, phase])
