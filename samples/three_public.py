"""The three public expenses of the city's units: one workbook with a sheet a year and phase."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

from samples.cells import Cell, joined
from samples.city import office_phone, person
from samples.codes import credit_code, in_scientific_notation, resident_id, with_wrong_check
from samples.dept_budget import DEPARTMENTS, authority
from samples.findings import Finding
from samples.table import Row, Table, write_workbook

DATASET = "three_public_expense"
FILE = "江海市市级单位“三公”经费汇总表.xlsx"
NATIVE = {
    "unit_code": "统一社会信用代码",
    "unit_name": "单位名称",
    "total": "合计",
    "overseas": "因公出国（境）费",
    "vehicle_total": "公务用车购置及运行费/小计",
    "vehicle_purchase": "公务用车购置及运行费/购置费",
    "vehicle_operation": "公务用车购置及运行费/运行费",
    "reception": "公务接待费",
    "prev_total": "上年合计",
    "explanation": "增减变化说明",
    "reporter_name": "填报人",
    "reporter_phone": "联系电话",
}
SHEETS = {
    "2023年决算": (2023, "final"),
    "2024年预算": (2024, "budget"),
    "2024年决算": (2024, "final"),
    "2025年预算": (2025, "budget"),
}
_AUTHORITIES = (
    *(department.name for department in DEPARTMENTS),
    "江海市公安局",
    "江海市司法局",
    "江海市自然资源和规划局",
    "江海市生态环境局",
    "江海市住房和城乡建设局",
    "江海市交通运输局",
    "江海市水务局",
    "江海市农业农村局",
    "江海市商务局",
    "江海市文化广电和旅游局",
    "江海市卫生健康委员会",
    "江海市应急管理局",
    "江海市审计局",
    "江海市市场监督管理局",
    "江海市统计局",
    "江海市医疗保障局",
)
_INSTITUTIONS = (
    "江海市图书馆",
    "江海市博物馆",
    "江海市文化馆",
    "江海市疾病预防控制中心",
    "江海市中心血站",
    "江海市第一人民医院",
    "江海市儿童福利院",
    "江海市救助管理站",
    "江海市农业技术推广中心",
    "江海市环境监测站",
    "江海市公路管理中心",
    "江海市水文站",
    "江海市不动产登记中心",
    "江海市公共资源交易中心",
    "江海市职业技术学校",
    "江海市青少年活动中心",
    "江海市档案馆",
    "江海市气象影视中心",
    "江海市体育训练基地",
    "江海市殡仪馆",
    "江海市财政投资评审中心",
)
_CUT = (
    "严格执行中央八项规定精神，压减一般性支出",
    "公务接待批次和人数减少",
    "上年更新的车辆本年不再购置",
)
_RISE = (
    "新增工作任务，用车增加",
    "车辆老旧，维修费用增加",
    "按计划更新一辆执法执勤用车",
)
Amounts = dict[str, Decimal]


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """The workbook, and what is wrong in its two last sheets."""
    tables = {sheet: _table(sheet, *of, seed) for sheet, of in SHEETS.items()}
    _spoil_final(tables["2024年决算"], Random(f"{seed}:three-public-defects:2024"))
    _spoil_budget(tables["2025年预算"])
    return write_workbook(
        folder / DATASET / FILE,
        tables,
        caption="单位：万元",
        notes=["注：本表为模拟数据；口径为一般公共预算财政拨款安排的支出。"],
    )


def units() -> Iterator[tuple[str, str]]:
    """Credit code and name of every unit, the same for every seed."""
    for name in _AUTHORITIES:
        yield authority(name), name
    for name in _INSTITUTIONS:
        yield credit_code("12", "329900", Random(f"institution:{name}")), name


def _table(sheet: str, year: int, phase: str, seed: int) -> Table:
    title = f"{year}年江海市市级单位“三公”经费{sheet[-2:]}汇总表（模拟数据）"
    return Table(DATASET, title, NATIVE, [_row(*unit, year, phase, seed) for unit in units()])


def _row(code: str, name: str, year: int, phase: str, seed: int) -> Row:
    rng = Random(f"{seed}:three-public-clerk:{code}:{year}")
    now, before = (_amounts(code, y, phase, seed)["total"] for y in (year, year - 1))
    # who changed nothing need not say why
    why = None if now == before else rng.choice(_RISE if now > before else _CUT)
    return {
        "unit_code": code,
        "unit_name": name,
        **_amounts(code, year, phase, seed),
        "prev_total": before,
        "explanation": why,
        "reporter_name": person(rng),
        "reporter_phone": office_phone(rng),
    }


def _amounts(code: str, year: int, phase: str, seed: int) -> Amounts:
    """The expenses of a unit in 万元. Every sixth unit is told the same sum every year."""
    usual = Random(f"{seed}:three-public:{code}")
    steady = usual.random() < 1 / 6
    rng = Random(f"{seed}:three-public:{code}:{0 if steady else year}:{phase}")

    def money(least: int, most: int) -> Decimal:
        return Decimal(rng.randrange(least * 100, most * 100)) / 100

    overseas = money(3, 18) if usual.random() < 0.25 else Decimal(0)
    purchase = money(12, 36) if rng.random() < 0.2 else Decimal(0)
    operation, reception = money(6, 40), money(1, 9)
    return {
        "overseas": overseas,
        "vehicle_purchase": purchase,
        "vehicle_operation": operation,
        "vehicle_total": purchase + operation,
        "reception": reception,
        "total": overseas + purchase + operation + reception,
    }


def _amount(table: Table, place: int, column: str) -> Decimal:
    cell = table.rows[place][column]
    assert isinstance(cell, Decimal)
    return cell


def _text(cell: Cell) -> str:
    return str(cell)


def _changed(table: Table) -> Iterator[int]:
    """Rows whose total is not that of the year before, from the sixth on."""
    for place in range(5, len(table.rows)):
        if table.rows[place]["total"] != table.rows[place]["prev_total"]:
            yield place


def _spoil_final(table: Table, rng: Random) -> None:
    places = _changed(table)
    take = places.__next__
    at = take()
    table.rows[at]["vehicle_operation"] = Decimal("99.90")
    table.mark(at, "vehicle_total_is_sum", "vehicle_total")
    at = take()
    table.spoil(at, "total_is_sum", "total", _amount(table, at, "total") + 10)
    table.spoil(take(), "change_is_explained", "explanation", None)
    table.spoil(take(), "required", "unit_name", None)
    table.spoil(take(), "type", "prev_total", "略")
    at = take()
    table.spoil(
        at, "check_digit", "unit_code", with_wrong_check(_text(table.rows[at]["unit_code"]))
    )
    stranger = resident_id("329902", "19750618", rng.randrange(100, 1000))
    table.spoil(take(), "personal_id", "unit_code", stranger)
    at = take()
    # what came back from a cancelled journey was booked against the year
    table.spoil(
        at,
        "minimum",
        "overseas",
        Decimal("-1.20"),
        total=_amount(table, at, "vehicle_total")
        + _amount(table, at, "reception")
        - Decimal("1.20"),
    )
    table.repeat(place := take(), joined([2024, table.rows[place]["unit_code"], "final"]))


def _spoil_budget(table: Table) -> None:
    places = _changed(table)
    take = places.__next__
    at = take()
    table.spoil(at, "total_is_sum", "total", _amount(table, at, "total") * 10)
    at = take()
    table.spoil(
        at, "vehicle_total_is_sum", "vehicle_total", _amount(table, at, "vehicle_total") + 1
    )
    table.rows[at]["total"] = _amount(table, at, "total") + 1
    table.spoil(take(), "change_is_explained", "explanation", None)
    at = take()
    code = _text(table.rows[at]["unit_code"])
    table.spoil(at, "scientific", "unit_code", in_scientific_notation(code, 5))
    table.spoil(take(), "type", "reception", "约3")
    table.spoil(take(), "required", "unit_code", None)
    table.spoil(take(), "required", "total", None)
    at = take()
    # an operator's 0 for O and O for 0: no character of a credit code
    code = _text(table.rows[at]["unit_code"])
    table.spoil(at, "check_digit", "unit_code", code[:10] + "O" + code[11:])
    at = take()
    table.repeat(
        at,
        joined([2025, table.rows[at]["unit_code"], "budget"]),
        explanation="更正后重报",
    )
