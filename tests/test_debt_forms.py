"""The forms of 财预〔2018〕209号 as other provinces and years print them: found by their titles,
with or without the lines and columns that the national platform's template hides."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import xlsxwriter

from gongkai import contracts, sources
from gongkai.check import check
from gongkai.conform import conform
from gongkai.errors import BrokenDelivery
from gongkai.home import Home
from gongkai.lake import load_macros
from gongkai.read import read
from tests.support import delivered, rows_of

LIMITS, MOVES, USES = "gov_debt_limit_balance", "gov_debt_rollforward", "gov_bond_project"
YI = 100_000_000

Rows = list[dict[str, Any]]
Cells = list[list[Any]]


def limits(year: int = 2023, state: str = "决算", unit: str = "亿元") -> Cells:
    """Limits and balances of a province, a city and two of its divisions."""
    said = {"决算": "（决算数）", "预算": "预计执行数"}[state]
    return [
        [f"浙江省 {year} 年 地方政府债务限额及余额{state}情况表"],
        [None, None, None, None, None, None, f"单位：{unit}"],
        ["地   区", f"{year}年债务限额", None, None, f"{year}年债务余额{said}", None, None],
        [None, None, "一般债务", "专项债务", None, "一般债务", "专项债务"],
        ["公  式", "A=B+C", "B", "C", "D=E+F", "E", "F"],
        ["浙江省", 30, 10, 20, 27, 9, 18],
        ["  浙江省本级", 10, 5, 5, 9, 4.5, 4.5],
        ["  杭州市", 20, 5, 15, 18, 4.5, 13.5],
        ["    杭州市本级", 12.5, 2.5, 10, 11, 2, 9],
        ["    西湖区", 7.5, 2.5, 5, 7, 2.5, 4.5],
        ["注：1.本表反映上一年度限额及余额。"],
        ["2.本表于决算批准后二十日内公开。"],
    ]


def moves(year: int = 2023, said: str = "决算数") -> Cells:
    """How they moved, for the province and for its own level."""
    before = year - 1
    return [
        [f"浙江省 {year} 年地方政府债务发行及还本付息情况表"],
        [None, None, "单位：亿元"],
        ["项    目", "本地区", "本级"],
        [f"一、{before}年末地方政府债务余额", 20, 7],
        ["  其中：一般债务", 8, 4],
        ["     专项债务", 12, 3],
        [f"二、{before}年地方政府债务限额", 22, 8],
        [f"三、{year}年地方政府债务发行{said}", 10, 3],
        ["     新增一般债券发行额", 2, 1],
        ["     再融资专项债券发行额", 8, 2],
        [f"四、{year}年地方政府债务还本{said}", 3, 1],
        [f"五、{year}年地方政府债务付息{said}", 1, 0.5],
        [f"六、{year}年末地方政府债务余额{said}", 27, 9],
        [f"七、{year}年地方政府债务限额", 30, 10],
        ["注：本表于决算批准后二十日内公开。"],
    ]


def uses(year: int = 2023) -> Cells:
    """Two projects and two bonds of one size that one of them got money of."""
    project = ["P23330106-0001", "停车场", "建设", "某局", "其他领域专项债券", 66, f"{year}-05"]
    return [
        [f"{year}年地方政府债券使用情况表"],
        ["单位：亿元"],
        [
            *("项目名称", "项目编号", "项目领域", "项目主管部门", "项目实施单位"),
            *("债券性质", "债券规模", "发行时间（年/月）"),
        ],
        ["某停车场", *project],
        ["某停车场", *project],
        ["某道路", "P233300-0002", "道路", "交通", "某公司", "一般债券", 9.5, f"{year}/06"],
        ["注：本表反映上一年度新增地方政府债券资金使用情况。"],
    ]


def workbook(*sheets: Cells, names: tuple[str, ...] = (), template: bool = False) -> bytes:
    """A sheet of each; `template` puts the platform's hidden lines and columns before them."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for at, rows in enumerate(sheets):
            sheet = book.add_worksheet(names[at] if names else f"Sheet{at + 1}")
            if template:
                hidden = [
                    [0, "DEBT_T_XXGK"],
                    [0, "AD_CODE#33", "AD_NAME#33 浙江省", "SET_YEAR#2022"],
                ]
                rows = [*hidden, *([0, "33", *row] for row in rows)]
            for line, cells in enumerate(rows):
                sheet.write_row(line, 0, cells)
                for place, text in enumerate(cells):
                    if "年债务" in str(text):
                        sheet.merge_range(line, place, line, place + 2, text)
    return buffer.getvalue()


@pytest.fixture
def takes(home: Home) -> Callable[[str, bytes], dict[str, Rows]]:
    """A workbook through the source of a dataset and its contract's check."""

    def of(dataset: str, content: bytes) -> dict[str, Rows]:
        declared = sources.TRANSFORMS / "finance" / dataset / "celma_workbook.yaml"
        source, contract = sources.read(declared, dataset), contracts.load(dataset)
        with duckdb.connect() as database:
            load_macros(database)
            table = read(delivered(home, {"某省.xls": content}), source, home, database)
            candidates = conform(table, contract, source, home, database)
            checked = check(candidates, contract, source, home, database)
            return {"accepted": rows_of(checked.accepted), "findings": rows_of(checked.findings)}

    return of


Takes = Callable[[str, bytes], dict[str, Rows]]


@pytest.mark.parametrize("template", [False, True])
def test_every_region_gets_its_code_from_the_city_above_it(takes: Takes, template: bool) -> None:
    given = takes(LIMITS, workbook(moves(), limits(), template=template))
    assert given["findings"] == []
    assert {
        (row["region_code"], row["scope"]): (row["total_limit"], row["special_balance"])
        for row in given["accepted"]
    } == {
        ("330000", "whole"): (30 * YI, 18 * YI),
        ("330000", "own"): (10 * YI, Decimal("4.5") * YI),
        ("330100", "whole"): (20 * YI, Decimal("13.5") * YI),
        ("330100", "own"): (Decimal("12.5") * YI, 9 * YI),
        ("330106", "whole"): (Decimal("7.5") * YI, Decimal("4.5") * YI),
    }


@pytest.mark.parametrize(
    ("year", "state", "phase"), [(2023, "决算", "final"), (2025, "预算", "est_exec")]
)
def test_year_and_phase_are_what_the_title_says(
    takes: Takes, year: int, state: str, phase: str
) -> None:
    given = takes(LIMITS, workbook(limits(year, state, unit="万元")))
    assert {(row["fiscal_year"], row["phase"]) for row in given["accepted"]} == {(year, phase)}
    assert given["accepted"][0]["total_limit"] == 300_000


@pytest.mark.parametrize("names", [(), ("1", "表4-3 地方政府债务发行及还本付息情况表")])
@pytest.mark.parametrize("template", [False, True])
def test_the_items_of_a_form_are_those_of_the_heading_above(
    takes: Takes, names: tuple[str, ...], template: bool
) -> None:
    given = takes(MOVES, workbook(limits(), moves(), names=names, template=template))
    assert given["findings"] == []
    whole = {
        (row["item_code"], row["debt_type"]): row["amount"] / YI
        for row in given["accepted"]
        if row["scope"] == "whole"
    }
    assert whole == {
        ("opening_balance", "total"): 20,
        ("opening_balance", "general"): 8,
        ("opening_balance", "special"): 12,
        ("prior_limit", "total"): 22,
        ("issue", "total"): 10,
        ("issue_new", "general"): 2,
        ("issue_refinance", "special"): 8,
        ("repayment", "total"): 3,
        ("interest", "total"): 1,
        ("closing_balance", "total"): 27,
        ("year_limit", "total"): 30,
    }
    regions = {(row["region_code"], row["fiscal_year"], row["phase"]) for row in given["accepted"]}
    assert regions == {("330000", 2023, "final")}


def test_what_is_only_expected_is_not_final(takes: Takes) -> None:
    given = takes(MOVES, workbook(moves(2024, "预计执行数")))
    assert {row["phase"] for row in given["accepted"]} == {"est_exec"}


def test_an_item_that_the_form_did_not_have_goes_back(takes: Takes) -> None:
    form = moves()
    form.insert(9, ["     新型债券发行额", 1, 1])
    [*found] = takes(MOVES, workbook(form))["findings"]
    assert {(row["code"], row["value"]) for row in found} == {("enum", "新型债券发行额")}


def test_a_project_beside_one_bond_twice_has_two_of_its_size(takes: Takes) -> None:
    given = takes(USES, workbook(limits(), uses()))
    assert given["findings"] == []
    assert [
        (row["project_code"], row["bond_code"], row["region_code"]) for row in given["accepted"]
    ] == [
        ("local:P23330106-0001", "local:其他领域专项债券/2023-05/66亿元/1", "330106"),
        ("local:P23330106-0001", "local:其他领域专项债券/2023-05/66亿元/2", "330106"),
        ("local:P233300-0002", "local:一般债券/2023-06/9.5亿元/1", "330000"),
    ]


def test_a_workbook_without_the_form_says_which_one_is_missing(takes: Takes) -> None:
    with pytest.raises(BrokenDelivery, match="no table is titled “地方政府债券使用情况表”"):
        takes(USES, workbook(limits(), moves()))


def test_a_form_whose_header_changed_names_the_column(takes: Takes) -> None:
    form = limits()
    form[2][1] = "2023年债务上限"
    with pytest.raises(BrokenDelivery, match="the column 限额合计 is missing"):
        takes(LIMITS, workbook(form))


def test_a_header_of_another_year_than_the_title_is_a_broken_delivery(takes: Takes) -> None:
    form = limits(2023)
    form[2] = limits(2022)[2]
    with pytest.raises(BrokenDelivery, match="限额合计 is missing; the nearest is “2022年债务限额"):
        takes(LIMITS, workbook(form))
