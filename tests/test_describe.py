"""The page of a dataset: everything that the contract says, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai import city, codelists, contracts, describe
from gongkai.contracts import Contract
from gongkai.text import Text
from tests.support import a_contract, a_field, a_home, a_rule


def lines_of(contract: Contract) -> dict[str, str]:
    """The rows of a page's tables by their first cell."""
    page = describe.dataset_page(contract, codelists.of(contract, describe.PLAIN))
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows}


def test_a_column_tells_its_type_unit_bounds_and_meaning(tmp_path: Path) -> None:
    contract = a_contract(
        tmp_path,
        [
            a_field("code", key=True),
            a_field("amount", "DECIMAL(18,2)", unit="元", minimum="0", maximum="9"),
        ],
    )
    rows = lines_of(contract)
    assert "必填<br>*required*" in rows["`code` 🔑"]
    row = rows["`amount`"]
    assert "数值（元）<br>*a number, `DECIMAL(18,2)`*" in row
    assert "≥ 0，≤ 9<br>*≥ 0, ≤ 9*" in row
    assert "*amount in English*" in row


def test_a_short_code_list_is_told_in_full(tmp_path: Path) -> None:
    contract = a_contract(tmp_path, [a_field("unit", key=True, code_list="money_unit")])
    row = lines_of(contract)["`unit` 🔑"]
    assert "`money_unit`<br>元；万元；亿元" in row
    assert "万元 ten thousand yuan" in row


def test_a_long_list_is_told_by_name_and_the_day_that_counts(tmp_path: Path) -> None:
    contract = a_contract(
        tmp_path,
        [a_field("day", "DATE", key=True), a_field("at", code_list="divisions", code_date="day")],
    )
    row = lines_of(contract)["`at`"]
    assert "`divisions`，以 `day` 当日为准" in row
    assert "320000" not in row


def test_a_column_that_is_not_shown_says_why(tmp_path: Path) -> None:
    contract = a_contract(
        tmp_path,
        [
            a_field("code", key=True),
            a_field("person", public=False, personal=2),
            a_field("office", personal=1),
        ],
    )
    rows = lines_of(contract)
    assert "不公开：个人隐私（个人信息）<br>*withheld: personal privacy" in rows["`person`"]
    assert "公开（机构联系方式）<br>*public (contact of an organisation)*" in rows["`office`"]


def test_a_rule_is_told_with_its_figure_and_without_a_row(tmp_path: Path) -> None:
    rule = a_rule(
        "few",
        "code",
        "length(code) <= $most",
        "编号 {code} 有 {=length(code)} 位，超过 {$most} 位",
        "code {code} has {=length(code)} places, more than {$most}",
        severity="warning",
        source="《编码办法》第三条",
    )
    parameter = {"name": "most", "value": 4, "unit": "位", "source": "规定", "confirmed": False}
    contract = a_contract(
        tmp_path, [a_field("code", key=True)], rules=[rule], parameters=[parameter]
    )
    rows = lines_of(contract)
    assert "编号…有…位，超过 4 位<br>*code … has … places, more than 4*" in rows["`few`"]
    assert "提示：照常公开并标注" in rows["`few`"]
    assert "《编码办法》第三条" in rows["`few`"]
    assert "| 4 | 位 | 规定 | 待核实 · to be confirmed |" in rows["`most`"]


def test_a_figure_that_changed_is_told_with_its_last_day(tmp_path: Path) -> None:
    parameter = {
        "name": "most",
        "value": [{"value": 10, "until": "2021-08-31"}, {"value": 15}],
        "on": "day",
        "source": "规定",
    }
    contract = a_contract(tmp_path, [a_field("day", "DATE", key=True)], parameters=[parameter])
    assert describe.figures(contract) == {"most": "10（≤ 2021-08-31）；15"}


def test_how_it_is_delivered_held_and_due_is_told(tmp_path: Path) -> None:
    contract = a_contract(
        tmp_path,
        [a_field("year", "INTEGER", key=True)],
        delivery="partition",
        partition_by=["year"],
        hold_above=0.075,
    )
    rows = lines_of(contract)
    assert "一次报送替换它所含的各分区（`year`）" in rows["报送方式 · Delivery"]
    assert "超过 7.5 %" in rows["暂缓公开 · Held"]
    assert "信息形成之日起20个工作日内" in rows["时限 · Due"]


def test_the_page_of_an_installation_names_whom_to_call_and_its_own_figures(
    tmp_path: Path,
) -> None:
    parameter = {"name": "most", "value": 4, "unit": "位", "source": "规定"}
    contract = a_contract(tmp_path, [a_field("code", key=True)], parameters=[parameter])
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "city.yaml").write_text(
        "name: {zh: 小城, en: Tiny}\nnote: {zh: （示例）, en: ' (example)'}\n"
        "parameters: {tiny: {most: 5}}\n"
        "departments: {tiny-bureau: {zh: 小城小局, en: The Bureau, contact: 一科}}\n",
        encoding="utf-8",
    )
    page = describe.page(contract, city.load(a_home(tmp_path, sources=folder)), "小系统")
    assert page.startswith("# 小（示例）")
    assert "小城小局 · The Bureau" in page
    assert "| 来源 · Source | 小系统 |" in page
    assert "| `most` | 5（本地 · set here；4） |" in page
    # Airflow shows no HTML
    assert "<br>" not in page


def test_a_sentence_without_a_row_leaves_its_values_open() -> None:
    told = describe.sentence(Text("甲 {a} 元大于 {=b + 1}", "a {a} above {=b + 1}"), {})
    assert told == Text("甲…元大于…", "a … above …")


def test_the_index_lists_every_dataset_under_its_area() -> None:
    found = [contracts.load(dataset) for dataset in contracts.names()]
    listed = describe.index(found)
    for contract in found:
        assert f"[`{contract.dataset}`]({contract.dataset}.md)" in listed
    assert listed.index("## 财政与债务") < listed.index("`gov_debt_limit_balance`")


@pytest.mark.parametrize("dataset", contracts.names())
def test_every_row_of_a_page_has_the_cells_of_its_table(dataset: str) -> None:
    contract = contracts.load(dataset)
    page = describe.dataset_page(contract, codelists.of(contract, describe.PLAIN))
    width = 0
    for line in page.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = line.replace("\\|", "").count("|")
        assert cells == (width or cells), line
        width = cells
