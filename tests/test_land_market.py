"""Lists of results of the national land market, with invented parcels, down to the check."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import xlsxwriter

from gongkai import contracts, sources
from gongkai.check import check
from gongkai.conform import conform
from gongkai.home import Home
from gongkai.lake import load_macros
from gongkai.read import read
from gongkai.sources import TRANSFORMS
from tests.support import delivered, rows_of

DATASET = "land_transfer"
PAGE = "http://www.landchina.com/default.aspx?tabid=386&recorderguid="
LIST = ("地区", "行政区", "土地坐落", "链接", "总面积", "土地用途", "供应方式", "签订日期")
DETAIL = (
    *("项目名称", "面积(公顷)", "土地用途", "供地方式", "土地使用年限", "成交价格", "分期支付"),
    *("土地使用权人", "约定容积率(上限)", "约定容积率(下限)", "合同签订日期"),
)
SOLD = ("1.5", "工业用地", "挂牌出让", "2017/1/3")
DEED = ("项目", "1.5", "工业用地", "挂牌出让", "50", "100.00", "100.00;")
SIGNED = ("2.00", "1.00", "2017年01月03日")

Taken = tuple[list[dict[str, Any]], list[tuple[str, str]]]


@pytest.fixture
def takes(home: Home) -> Callable[[str, str, bytes], Taken]:
    """A file through a source and the check: every row in its types, and what was found."""

    def of(name: str, file: str, content: bytes) -> Taken:
        contract = contracts.load(DATASET)
        source = sources.read(TRANSFORMS / contract.area / DATASET / f"{name}.yaml", DATASET)
        with duckdb.connect() as database:
            load_macros(database)
            table = read(delivered(home, {file: content}), source, home, database)
            candidates = conform(table, contract, source, home, database)
            checked = check(candidates, contract, source, home, database)
            rows = rows_of(checked.accepted.union(checked.quarantined.project("*, NULL")))
            found = checked.findings.project("column_name, code").fetchall()
            return sorted(rows, key=lambda row: row["_line"]), found

    return of


@pytest.fixture
def workbook(takes: Callable[..., Taken]) -> Callable[..., Taken]:
    def of(*lines: Iterable[str]) -> Taken:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content) as book:
            sheet = book.add_worksheet("info")
            for place, line in enumerate([(*LIST, *DETAIL), *lines]):
                sheet.write_row(place, 0, line)
        return takes("landchina", "供地结果.xlsx", content.getvalue())

    return of


@pytest.fixture
def records(takes: Callable[..., Taken]) -> Callable[..., Taken]:
    def of(*documents: list[dict[str, Any]]) -> Taken:
        text = "\n".join(json.dumps(document, ensure_ascii=False) for document in documents)
        return takes("landchina_json", "供地结果.json", text.encode("gb18030"))

    return of


def printed(place: tuple[str, str], holder: str, *deed: str) -> tuple[str, ...]:
    """A line of the workbook: a parcel that an organisation or a person got."""
    return (*place, "某路", PAGE + "1b", *SOLD, *(deed or DEED), holder, *SIGNED)


def test_a_line_is_a_parcel_in_square_metres_and_yuan(workbook: Callable[..., Taken]) -> None:
    [row], found = workbook(printed(("江苏省,南通市", "海安市"), "某某有限公司"))
    expected = {
        "parcel_no": "local:1b",
        "region_code": "320685",
        "supply_mode": "listing",
        "land_use": "industrial",
        "term_years": 50,
        "area": Decimal("15000.00"),
        "deal_price": Decimal("1000000.00"),
        "instalments": Decimal("1000000.00"),
        "transferee_kind": "organisation",
        "transferee_name": "某某有限公司",
    }
    assert {name: row[name] for name in expected} == expected
    assert str(row["deal_date"]) == "2017-01-03"
    # what such a list does not print
    assert set(found) == {("notice_publish", "notice_day_is_there")} | {
        ("transferee_uscc", "organisation_has_a_code")
    }


def test_whoever_may_be_a_person_is_withheld(workbook: Callable[..., Taken]) -> None:
    [row], _ = workbook(printed(("江苏省,南通市", "海安市"), "张某某、李某某"))
    assert (row["transferee_kind"], row["transferee_name"]) == ("person", "自然人")
    assert row["transferee_person"] == "张某某、李某某"


@pytest.mark.parametrize(
    ("printed_as", "code"),
    [
        (("江苏省,南通市", "南通市本级"), "320600"),
        (("河南省,驻马店市", ""), "411700"),
        (("重庆市,重庆市所辖县", ""), "500000"),
        (("北京市,北京市市辖区", "海淀区"), "110108"),
        (("广西壮族,柳州市", ""), "450200"),
        # a county that became a city, and one that moved to another prefecture
        (("云南省,保山市", "腾冲县"), "530581"),
        (("安徽省,六安市", "寿县"), "340422"),
        # of two districts of a name, that of the printed city
        (("辽宁省,沈阳市", "铁西区"), "210106"),
    ],
)
def test_a_printed_place_is_a_division(
    workbook: Callable[..., Taken], printed_as: tuple[str, str], code: str
) -> None:
    [row], _ = workbook(printed(printed_as, "某某有限公司"))
    assert row["region_code"] == code


def test_a_place_that_is_no_division_is_quoted(workbook: Callable[..., Taken]) -> None:
    [row], found = workbook(printed(("新疆建设兵团,农三师", "45团"), "某某有限公司"))
    assert row["region_code"] == "45团"
    assert ("region_code", "pattern") in found


def test_wrong_figures_are_found_as_they_stand(workbook: Callable[..., Taken]) -> None:
    deed = ("项目", "1.5", "工业用地", "挂牌出让", "54.5", "100.00", "60.00;30.00;")
    line = list(printed(("江苏省,南通市", "海安市"), "某某有限公司", *deed))
    line[-3:] = ["1.00", "2.00", "1900年01月01日"]
    [row], found = workbook(line)
    assert row["instalments"] == Decimal("900000.00")
    # a date that stands for none is none
    assert row["deal_date"] is None
    assert {
        ("instalments", "instalments_add_up"),
        ("plot_ratio_min", "plot_ratio_in_order"),
        ("term_years", "type"),
        ("deal_result", "deal_is_complete"),
    } <= set(found)


RESULT = {
    "url": PAGE + "2c",
    "idnumber": "3206852018B00012",
    "district": "海安市",
    "location": "某路",
    "area": "2.500000",
    "use": "其他普通商品住房用地",
    "supply": "拍卖出让",
    "duration": "其他普通商品住房用地70年; 其他商服用地40年;",
    "price": "300.0000",
    "holder": "某某有限公司",
    "plot_ratio_minimum": "1.00",
    "plot_ratio_maximum": "2.00",
    "date4sign": "2018年12月31日",
}
LISTED = {
    "serial_number": "1.",
    "link": PAGE + "3d",
    "district": "海安市",
    "location": "某村",
    "area": "0.5",
    "use": "公共设施用地",
    "supply": "划拨",
    "date": "2018/12/24",
}


def test_documents_of_records_are_parcels_with_their_instalments_together(
    records: Callable[..., Taken],
) -> None:
    paid = {"1": ["2019年01月30日", "100.0000"], "2": ["2019年06月30日", "200.0000", "余款"]}
    [sold, listed], found = records([RESULT | {"paid_plan": paid}], [LISTED])
    assert (sold["parcel_no"], listed["parcel_no"]) == ("local:2c", "local:3d")
    assert (sold["term_years"], sold["area"]) == (70, Decimal("25000.00"))
    assert sold["deal_price"] == sold["instalments"] == Decimal("3000000.00")
    assert (sold["region_code"], listed["region_code"]) == ("320685", "320685")
    assert (listed["supply_mode"], str(listed["deal_date"])) == ("allocation", "2018-12-24")
    assert "instalments_add_up" not in {code for _, code in found}


def test_records_without_instalments_are_parcels(records: Callable[..., Taken]) -> None:
    [sold], _ = records([RESULT])
    assert sold["instalments"] is None
