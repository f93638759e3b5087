"""Performance targets of budget projects: one workbook a year, a row an indicator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, joined
from samples.city import CITY, office_phone, person
from samples.codes import in_scientific_notation, resident_id, with_wrong_check
from samples.dept_budget import DEPARTMENTS, Department, project_total
from samples.findings import Finding
from samples.table import Row, Table, write_workbook

DATASET = "budget_performance_target"
NATIVE = {
    "dept_code": "部门统一社会信用代码",
    "dept_name": "部门名称",
    "project_code": "项目代码",
    "project_name": "项目名称",
    "basis": "立项依据",
    "implementer": "实施主体",
    "period_start": "实施期/起",
    "period_end": "实施期/止",
    "annual_budget": "年度预算",
    "overall_goal": "绩效总目标",
    "indicator_no": "序号",
    "level1": "绩效指标/一级",
    "level2": "绩效指标/二级",
    "level3": "绩效指标/三级",
    "direction": "绩效指标/方向",
    "target_value": "绩效指标/指标值",
    "measure_unit": "绩效指标/计量单位",
    "self_score": "自评得分",
    "reporter_name": "填报人",
    "reporter_phone": "联系电话",
}
SHEET = "项目绩效目标"


@dataclass(frozen=True)
class Project:
    """A project of a department: what it is, who carries it out, what it delivers."""

    department: str
    name: str
    basis: str
    implementer: str
    goal: str
    output: tuple[str, str, int]
    invested: bool = False


PROJECTS = (
    Project(
        "江海市财政局",
        "预算管理一体化系统运行维护",
        "《预算法》及预算管理一体化规范",
        "江海市财政信息中心",
        "保障一体化系统全年稳定运行",
        ("系统维护次数", "次", 24),
    ),
    Project(
        "江海市财政局",
        "财政投资评审",
        "《财政投资评审管理规定》",
        "江海市财政投资评审中心",
        "完成年度评审任务，节约财政资金",
        ("评审项目数", "个", 120),
    ),
    Project(
        "江海市财政局",
        "国有资产清查",
        "《行政事业性国有资产管理条例》",
        "江海市国有资产事务中心",
        "摸清行政事业单位资产家底",
        ("清查单位数", "个", 210),
    ),
    Project(
        "江海市财政局",
        "会计人员继续教育",
        "《会计专业技术人员继续教育规定》",
        "江海市会计服务中心",
        "完成会计人员年度继续教育",
        ("培训会计人员数", "人", 3600),
    ),
    Project(
        "江海市教育局",
        "普惠性幼儿园生均补助",
        "《江海市学前教育发展规划（模拟）》",
        "江海市学前教育指导中心",
        "提高普惠性幼儿园覆盖面",
        ("受助幼儿数", "人", 18600),
    ),
    Project(
        "江海市教育局",
        "校园网络与机房改造",
        "《江海市教育信息化规划（模拟）》",
        "江海市教育技术中心",
        "改善学校网络条件",
        ("改造学校数", "所", 32),
        True,
    ),
    Project(
        "江海市教育局",
        "教师培训",
        "《中小学教师培训课程指导标准》",
        "江海市教师发展中心",
        "完成五年一周期的教师全员培训",
        ("培训教师数", "人", 4200),
    ),
    Project(
        "江海市教育局",
        "义务教育学校体育设施改善",
        "《江海市中小学体育工作规划（模拟）》",
        "江海市教育装备中心",
        "改善学校体育设施",
        ("改善学校数", "所", 18),
    ),
    Project(
        "江海市民政局",
        "社区治理示范点建设",
        "《江海市城乡社区服务体系建设规划（模拟）》",
        "江海市基层治理促进中心",
        "建成一批社区治理示范点",
        ("示范点数量", "个", 20),
        True,
    ),
    Project(
        "江海市民政局",
        "困难老年人居家适老化改造",
        "《江海市养老服务条例实施办法（模拟）》",
        "江海市养老服务指导中心",
        "改善困难老年人居家条件",
        ("改造户数", "户", 650),
    ),
    Project(
        "江海市民政局",
        "地名标志设置与维护",
        "《地名管理条例》",
        "江海市地名事务中心",
        "规范地名标志",
        ("设置标志数", "块", 380),
    ),
    Project(
        "江海市民政局",
        "婚姻登记服务保障",
        "《婚姻登记条例》",
        "江海市婚姻登记处",
        "保障婚姻登记服务质量",
        ("办理登记数", "件", 9800),
    ),
)


def file_name(year: int) -> str:
    """The workbook's name in the drop folder."""
    return f"江海市{year}年项目预算绩效目标表.xlsx"


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """The workbooks of three years; the last has no scores of the self-assessment yet."""
    found: list[Finding] = []
    for year in (2023, 2024, 2025):
        title = f"江海市{year}年市级项目预算绩效目标表（模拟数据）"
        table = Table(DATASET, title, NATIVE, list(_rows(year, seed)))
        if year in _DEFECTS:
            _DEFECTS[year](table, Random(f"{seed}:performance-defects:{year}"))
        found += write_workbook(
            folder / DATASET / file_name(year),
            {SHEET: table},
            caption="单位：万元",
            notes=["注：本表为模拟数据，项目均为虚构。"],
        )
    return tuple(found)


def _rows(year: int, seed: int) -> Iterator[Row]:
    for serial, project in enumerate(PROJECTS, start=1):
        rng = Random(f"{seed}:performance:{project.name}:{year}")
        [department] = [d for d in DEPARTMENTS if d.name == project.department]
        first = year - rng.randrange(2)
        facts: Row = {
            "dept_code": department.code,
            "dept_name": department.name,
            "project_code": _code(project, serial, first),
            "project_name": project.name,
            "basis": project.basis,
            "implementer": project.implementer,
            "period_start": date(first, 1, 1),
            "period_end": date(year + rng.randrange(2), 12, 31),
            "annual_budget": _budget(department, year, seed, rng),
            "overall_goal": project.goal,
            "self_score": Decimal(rng.randrange(8600, 9990)) / 100 if year < 2025 else None,
            "reporter_name": person(rng),
            "reporter_phone": office_phone(rng),
        }
        for number, indicator in enumerate(_indicators(project, rng), start=1):
            yield facts | {"indicator_no": number} | indicator


def _code(project: Project, serial: int, year: int) -> str:
    """The national code of an investment project, the budget system's own number otherwise."""
    if project.invested:
        return f"{year % 100:02d}05-{CITY}-04-01-{770000 + serial}"
    return f"XM{year}{serial:06d}"


def _budget(department: Department, year: int, seed: int, rng: Random) -> Decimal:
    """Between a tenth and a quarter of what the department has for projects."""
    share = Decimal(rng.randrange(10, 25)) / 100
    return (project_total(department, year, seed) * share).quantize(Decimal("0.01"))


def _indicators(project: Project, rng: Random) -> Iterator[Row]:
    """Output, cost, benefit and satisfaction, as the form for targets has them."""
    name, unit, many = project.output
    yield _indicator("产出指标", "数量指标", name, "≥", many * rng.randrange(90, 111) // 100, unit)
    yield _indicator("产出指标", "质量指标", "验收合格率", "≥", rng.choice((95, 98, 100)), "%")
    yield _indicator("产出指标", "时效指标", "完成时限", "≤", rng.choice((10, 11, 12)), "月")
    yield _indicator("成本指标", "经济成本指标", "预算执行偏差", "≤", rng.choice((3, 5)), "%")
    yield _indicator("效益指标", "社会效益指标", "公共服务水平", "定性", "有效提升", None)
    yield _indicator(
        "满意度指标", "服务对象满意度", "服务对象满意度", "≥", rng.choice((85, 90, 95)), "%"
    )


def _indicator(
    level1: str, level2: str, level3: str, direction: str, target: Cell, unit: str | None
) -> Row:
    return {
        "level1": level1,
        "level2": level2,
        "level3": level3,
        "direction": direction,
        "target_value": target,
        "measure_unit": unit,
    }


_EACH = 6
"""The rows of a project."""


def _spoil_planned(table: Table, rng: Random) -> None:
    """One defect a project at first, then a second round over their other rows."""
    code = str(table.rows[0]["dept_code"])
    at = iter(range(1, len(table.rows), _EACH))
    table.spoil(next(at), "check_digit", "dept_code", with_wrong_check(code))
    table.spoil(
        next(at), "period_in_order", "period_end", date(2025, 2, 28), period_start=date(2025, 3, 1)
    )
    table.spoil(
        next(at),
        "year_within_period",
        "period_start",
        date(2023, 1, 1),
        period_end=date(2024, 6, 30),
    )
    table.spoil(next(at), "type", "annual_budget", "约300")
    table.spoil(next(at), "required", "basis", None)
    table.spoil(next(at), "pattern", "project_code", "XM2O25000006")
    table.spoil(next(at), "minimum", "indicator_no", 0)
    table.spoil(next(at), "enum", "level1", "影响指标")
    table.spoil(next(at), "enum", "direction", "≈")
    at = iter(range(0, len(table.rows), _EACH))
    table.spoil(next(at), "figure_unless_in_words", "target_value", "明显增加")
    table.spoil(next(at), "figure_has_unit", "measure_unit", None)
    table.spoil(next(at), "scientific", "dept_code", in_scientific_notation(code, 5))
    stranger = resident_id("329902", "19850310", rng.randrange(100, 1000))
    table.spoil(next(at), "personal_id", "dept_code", stranger)
    at = iter(range(5, len(table.rows), _EACH))
    table.spoil(next(at), "percentage_within_hundred", "target_value", 120)
    table.spoil(next(at), "required", "level3", None)
    _repeat(table, 6 * _EACH + 2, 2025)


def _spoil_assessed(table: Table, rng: Random) -> None:
    at = iter(rng.sample(range(0, len(table.rows) - 2 * _EACH, _EACH), 6))
    table.spoil(next(at), "maximum", "self_score", Decimal("105.00"))
    table.spoil(next(at), "type", "period_start", "2024年13月1日")
    table.spoil(next(at), "required", "project_name", None)
    table.spoil(next(at), "minimum", "annual_budget", Decimal(-50))
    table.spoil(next(at), "type", "self_score", "优秀")
    table.spoil(next(at), "figure_has_unit", "measure_unit", None)
    _repeat(table, 8 * _EACH + 3, 2024)


def _repeat(table: Table, place: int, year: int) -> None:
    row = table.rows[place]
    table.repeat(place, joined([year, row["dept_code"], row["project_code"], row["indicator_no"]]))


_DEFECTS: dict[int, Callable[[Table, Random], None]] = {
    2024: _spoil_assessed,
    2025: _spoil_planned,
}
