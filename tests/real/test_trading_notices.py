"""Notices of public-resource trading as the platforms hand them out: every one is counted.

Yichang's candidates are tables on their side in a page within a record; the national platform's
notices of all kinds are text in one file, of which each dataset takes its own.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real.taking_in import REAL, TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

CANDIDATES = "trading/yichang_candidates_raw_20250701.json"
NATIONAL = "trading/ggzy_national_100_notices.json"
KINDS = {
    "trade_contract": {"采购合同"},
    "tender_notice": {"招标/资审公告", "招标/资审文件澄清"},
    "tender_award": {"交易结果公示"},
    "gov_procurement": {"采购/资审公告", "中标公告"},
}


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    return take_in(
        tmp_path_factory.mktemp("yichang"), "tender_award", "yichang_candidates", CANDIDATES
    )


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TakenIn]:
    return {
        dataset: take_in(tmp_path_factory.mktemp(dataset), dataset, "ggzy", NATIONAL)
        for dataset in KINDS
    }


def kinds_of_notices() -> Counter[str]:
    notices = json.loads((Path(REAL or "") / NATIONAL).read_text(encoding="utf-8"))["items"]
    return Counter(notice["info_type"] for notice in notices)


def test_every_candidate_of_every_notice_is_accepted(candidates: TakenIn) -> None:
    report = candidates.report
    # 60 notices name three candidates, one names four, four name five
    assert (report["rows_in"], report["accepted"]) == (204, 204)
    notices = candidates.ask(
        "SELECT count(DISTINCT bid_section_code), count(DISTINCT tenderer_name) > 40 "
        "FROM lake.trading.tender_award"
    )
    assert notices == [(65, True)]
    assert not candidates.findings()


def test_a_rank_is_one_that_the_notice_prints(candidates: TakenIn) -> None:
    # 29 notices rank their three candidates, in the others none comes first
    ranks = candidates.ask(
        "SELECT rank, count(*) FROM lake.trading.tender_award GROUP BY ALL ORDER BY ALL"
    )
    assert ranks == [(1, 29), (2, 29), (3, 29), (None, 117)]


@pytest.mark.parametrize(
    ("section", "bidder", "price", "form"),
    [
        ("YAA990015-202501-03", "宜昌市洋坤建筑有限公司", Decimal("1809900.75"), "1"),
        # a table of yuan or per cent, in a notice that gives no sign of either
        ("ZGA030014-202501-01", "湖北华定工程有限公司", None, "2"),
        # an amount that the notice divides in words
        ("DYA010024-202501-01", "当阳市风景园艺工程有限责任公司", Decimal("90031980.52"), "1"),
    ],
)
def test_bids_are_those_of_the_notice(
    candidates: TakenIn, section: str, bidder: str, price: Decimal | None, form: str
) -> None:
    assert candidates.ask(
        "SELECT bid_price, price_form FROM lake.trading.tender_award "
        f"WHERE bid_section_code LIKE '%/{section}' AND bidder_name = '{bidder}'"
    ) == [(price, form)]


def test_the_kinds_of_all_notices_are_counted(national: dict[str, TakenIn]) -> None:
    kinds = kinds_of_notices()
    assert sum(kinds.values()) == 100
    taken = 0
    for dataset, its in KINDS.items():
        report = national[dataset].report
        assert report["text_rows"] == sum(kinds[kind] for kind in its)
        assert report["text_rows"] + report["skipped"] == 100
        taken += report["text_rows"]
    # corrections of procurements, openings of bids and dealings that are neither have no dataset
    left = sum(kinds[kind] for kind in ("更正事项", "开标记录", "成交公示", "交易公告"))
    assert taken + left == 100


def test_a_contract_of_no_yuan_is_published_and_marked(national: dict[str, TakenIn]) -> None:
    contracts = national["trade_contract"]
    assert contracts.report["accepted"] == 4
    assert contracts.findings() == [("warning", "amount_is_not_nothing", "amount", 2)]
    assert contracts.ask(
        "SELECT amount, unit_reported, region_code FROM lake.trading.trade_contract "
        "WHERE amount > 0 ORDER BY amount"
    ) == [(Decimal("3140.47"), "元", "310000"), (Decimal("283800.00"), "万元", "420000")]


def test_awards_are_those_that_the_texts_name(national: dict[str, TakenIn]) -> None:
    awards = national["tender_award"]
    # 13 notices: 7 winners, 3 × 3 candidates, and 3 whose wording is not understood go back
    assert (awards.report["rows_in"], awards.report["accepted"]) == (19, 16)
    assert {(code, column) for _, code, column, _ in awards.findings()} == {
        ("required", "bidder_name"),
        ("required", "bidder_uscc"),
    }
    assert awards.ask(
        "SELECT bidder_name, win_amount, price_text FROM lake.trading.tender_award "
        "WHERE is_winner ORDER BY bidder_name"
    ) == [
        ("中铁十一局集团第五工程有限公司", Decimal("6040665.58"), None),
        ("四川邦跃腾建设工程有限责任公司", Decimal("12420812.90"), None),
        ("四川铭诚四方建设工程有限公司", None, "286.6元/工日"),
        ("安徽芊程建设工程有限公司", Decimal("2446475.04"), None),
        ("昆山市华鼎装饰有限公司", Decimal("36025688.00"), None),
        ("甘肃国奥建设工程有限公司", Decimal("9330166.85"), None),
        ("福建中闽谦合建工有限公司", Decimal("18791886.00"), None),
    ]


def test_notices_of_tenders_are_published_and_say_what_they_lack(
    national: dict[str, TakenIn],
) -> None:
    notices = national["tender_notice"]
    assert notices.report["accepted"] == 7
    assert notices.findings() == [("warning", "required", "is_mandatory", 7)]
    assert notices.ask(
        "SELECT bid_deadline::VARCHAR FROM lake.trading.tender_notice "
        "WHERE region_code = '150000' OR region_code = '530000' AND notice_type = 'tender' "
        "ORDER BY region_code"
    ) == [("2026-04-07 09:00:00",), ("2026-04-08 09:00:00",)]


def test_procurements_with_what_the_contract_asks_for_are_published(
    national: dict[str, TakenIn],
) -> None:
    procurements = national["gov_procurement"]
    found = {(severity, code, column): n for severity, code, column, n in procurements.findings()}
    # no notice gives the category of the catalogue; a notice may stand there three times; one
    # prints a budget without a unit
    assert found["warning", "required", "category_code"] == 61
    assert found["error", "duplicate_key", ""] == 5
    assert found["error", "type", "budget_amount"] == 1
    assert procurements.report["accepted"] == 31
    assert procurements.ask(
        "SELECT purchaser_name, method, budget_amount, bid_deadline::VARCHAR "
        "FROM lake.trading.gov_procurement WHERE project_no IN "
        "('CQS26C00197_130117562645086249', 'HBZC-202603040103', '70100000202602000117') "
        "ORDER BY budget_amount"
    ) == [
        (
            "武汉市体育局机关",
            "competitive_consultation",
            Decimal("1793000.00"),
            "2026-03-27 09:30:00",
        ),
        ("重庆市体育局", "competitive_consultation", Decimal("1799980.20"), "2026-03-27 10:00:00"),
        ("济南市历下区教育和体育局（本级）", "open", Decimal("27336000.00"), "2026-04-08 09:00:00"),
    ]


def test_nobody_is_named(national: dict[str, TakenIn]) -> None:
    for dataset in ("tender_award", "tender_notice", "gov_procurement", "trade_contract"):
        [columns] = national[dataset].ask(
            f"SELECT string_agg(column_name) FROM (DESCRIBE lake.trading.{dataset})"
        )
        present = {"contact_name", "contact_phone", "experts", "project_leader", "publisher"}
        for column in present & set(columns[0].split(",")):
            assert national[dataset].ask(f"SELECT count({column}) FROM lake.trading.{dataset}") == [
                (0,)
            ]
