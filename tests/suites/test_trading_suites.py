"""The suites of tenders and procurement: each rule on the smallest rows that break it, and on
sound ones; the terms of the law at their last day."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.suites.judging import Tables, exceptions

WAN = 10_000
DATASETS = (
    "trade_project",
    "tender_notice",
    "tender_award",
    "trade_contract",
    "gov_procurement",
)
TENDER = "E3299022024000001001"
FIRST, SECOND = f"{TENDER}001", f"{TENDER}002"


def section(code: str, **more: Any) -> dict[str, Any]:
    return {
        "bid_section_code": code,
        "tender_project_code": code[:20],
        "project_code": code[:17],
        "is_fixed_asset": False,
        "project_name": "河道整治",
        "tenderer_name": "水务局",
        "tenderer_uscc": "the tenderer",
        "organize_form": "self",
        "control_price": 500 * WAN,
        **more,
    }


def notice(code: str, kind: str = "tender", **more: Any) -> dict[str, Any]:
    return {
        "notice_id": f"{kind} {code}",
        "bid_section_code": code,
        "notice_type": kind,
        "is_mandatory": True,
        "publish_time": "2024-03-01 08:30:00",
        "open_time": "2024-03-25 09:30:00",
        **more,
    }


def bid(code: str, rank: int, **more: Any) -> dict[str, Any]:
    return {
        "bid_section_code": code,
        "rank": rank,
        "bidder_name": f"{rank}号公司",
        "bidder_uscc": f"bidder {rank}",
        "tenderer_name": "水务局",
        "tenderer_uscc": "the tenderer",
        "price_form": "1",
        "bid_price": 400 * WAN,
        "win_amount": 400 * WAN if rank == 1 else None,
        "is_winner": rank == 1,
        "control_price": 500 * WAN,
        "publicity_start": "2024-03-27 09:00:00",
        "publicity_end": "2024-03-30 09:00:00",
        "result_publish_time": "2024-04-01 10:00:00",
        **more,
    }


def contract(code: str, **more: Any) -> dict[str, Any]:
    return {
        "contract_no": f"contract {code}",
        "bid_section_code": code,
        "contractor_name": "1号公司",
        "contractor_uscc": "bidder 1",
        "price_form": "1",
        "amount": 400 * WAN,
        "sign_date": "2024-05-01",
        **more,
    }


def package(project: int, number: int, **more: Any) -> dict[str, Any]:
    return {
        "project_no": f"project {project}",
        "package_no": str(number),
        "method": "open",
        "purchaser_name": "水务局",
        "purchaser_uscc": "the purchaser",
        "budget_amount": 100 * WAN,
        "ceiling_price": 90 * WAN,
        "deal_amount": 80 * WAN,
        "notice_publish": "2024-03-01 09:00:00",
        "bid_deadline": "2024-03-21 09:30:00",
        "is_awarded": True,
        "award_date": "2024-03-22",
        "result_publish": "2024-03-25 16:30:00",
        "supplier_name": f"{number}号公司",
        "supplier_uscc": f"supplier {number}",
        "contract_no": f"contract {project}/{number}",
        "contract_sign_date": "2024-04-01",
        "contract_publish_date": "2024-04-02",
        **more,
    }


SECTIONS = Tables([section(FIRST), section(SECOND)])
NOTICES = Tables(
    [notice(FIRST), notice(FIRST, "change"), notice(SECOND)],
    references={"trade_project": SECTIONS.accepted},
)
AWARDS = Tables(
    [bid(FIRST, 1), bid(FIRST, 2), bid(SECOND, 1)],
    references={"trade_project": SECTIONS.accepted, "tender_notice": NOTICES.accepted},
)
CONTRACTS = Tables(
    [contract(FIRST), contract(SECOND)], references={"tender_award": AWARDS.accepted}
)
PACKAGES = Tables([package(1, 1), package(1, 2), package(2, 1)])
SOUND = dict(
    zip(DATASETS, (SECTIONS, NOTICES, AWARDS, CONTRACTS, PACKAGES), strict=True),
)

BROKEN = [
    *((name, "rows_present", Tables([])) for name in DATASETS),
    ("trade_project", "one_tenderer_per_tender_project", SECTIONS.but(1, tenderer_uscc="other")),
    ("trade_project", "one_name_per_project", SECTIONS.but(1, project_name="河道综合整治")),
    ("trade_project", "one_name_per_tenderer", SECTIONS.but(1, tenderer_name="水利局")),
    (
        "tender_notice",
        "sections_are_registered",
        Tables(NOTICES.accepted, references={"trade_project": [section(FIRST)]}),
    ),
    (
        "tender_notice",
        "followed_notices_were_published",
        Tables(NOTICES.accepted[1:], references=NOTICES.references),
    ),
    ("tender_award", "one_winner_per_section", AWARDS.but(1, is_winner=True, win_amount=1)),
    ("tender_award", "every_section_has_a_winner", AWARDS.but(2, is_winner=False)),
    (
        "tender_award",
        "sections_are_registered",
        Tables(AWARDS.accepted, references={"trade_project": [section(FIRST)]}),
    ),
    ("tender_award", "ceiling_is_the_registered_one", AWARDS.but(2, control_price=501 * WAN)),
    (
        "tender_award",
        "publicised_after_opening",
        AWARDS.but(0, "tender_notice", open_time="2024-03-27 09:00:01"),
    ),
    # postponed by a change to a day after the publicity
    (
        "tender_award",
        "publicised_after_opening",
        AWARDS.but(1, "tender_notice", postponed_open_time="2024-04-02 09:30:00"),
    ),
    ("tender_award", "one_name_per_bidder", AWARDS.but(2, bidder_name="一号公司")),
    ("tender_award", "one_name_per_tenderer", AWARDS.but(2, tenderer_name="水利局")),
    ("trade_contract", "contractor_is_the_winner", CONTRACTS.but(0, contractor_uscc="bidder 2")),
    ("trade_contract", "amount_is_the_award", CONTRACTS.but(0, amount=401 * WAN)),
    ("trade_contract", "signed_within_30_days", CONTRACTS.but(0, sign_date="2024-05-02")),
    ("trade_contract", "signed_within_30_days", CONTRACTS.but(0, sign_date="2024-03-31")),
    ("trade_contract", "one_name_per_contractor", CONTRACTS.but(0, contractor_name="一号公司")),
    ("gov_procurement", "one_purchaser_per_project", PACKAGES.but(0, purchaser_uscc="other")),
    ("gov_procurement", "one_supplier_per_contract", PACKAGES.but(1, contract_no="contract 1/1")),
    ("gov_procurement", "one_name_per_purchaser", PACKAGES.but(0, purchaser_name="水利局")),
    ("gov_procurement", "one_name_per_supplier", PACKAGES.but(0, supplier_name="一号公司")),
]

SILENT = [
    *((name, "sound rows", tables) for name, tables in SOUND.items()),
    *((name, "others have no edition yet", Tables(t.accepted)) for name, t in SOUND.items()),
    (
        "tender_notice",
        "a change to a notice of the last edition",
        Tables(NOTICES.accepted[1:], [notice(FIRST)], references=NOTICES.references),
    ),
    (
        "tender_notice",
        "a change to a notice in quarantine",
        Tables(NOTICES.accepted[1:], quarantined=[notice(FIRST)], references=NOTICES.references),
    ),
    (
        "tender_award",
        "a winner in quarantine",
        Tables([bid(FIRST, 2)], quarantined=[bid(FIRST, 1)], references=AWARDS.references),
    ),
    (
        "tender_award",
        "a rate, which has neither amount nor ceiling",
        AWARDS.but(2, price_form="2", bid_price=None, win_amount=None, control_price=None),
    ),
    (
        "trade_contract",
        "a supplement that says why",
        CONTRACTS.but(1, amount=20 * WAN, sign_date="2024-09-01", change_log="设计变更"),
    ),
    (
        "gov_procurement",
        "a package that failed",
        PACKAGES.but(
            0,
            is_awarded=False,
            supplier_name=None,
            supplier_uscc=None,
            deal_amount=None,
            contract_no=None,
        ),
    ),
]


def test_many_contracts_without_an_award_are_another_citys(
    database: duckdb.DuckDBPyConnection,
) -> None:
    tables = CONTRACTS.but(1, bid_section_code=f"{TENDER}009")
    assert set(exceptions("trade_contract", tables, database)) == {"most_sections_were_awarded"}


def test_one_award_of_ten_may_come_later(database: duckdb.DuckDBPyConnection) -> None:
    codes = [f"{TENDER}{number:03d}" for number in range(1, 11)]
    awards = [bid(code, 1) for code in codes[1:]]
    tables = Tables([contract(code) for code in codes], references={"tender_award": awards})
    assert exceptions("trade_contract", tables, database) == {}


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        # 招标文件 from the 1st: bids close on the 21st at the earliest, of mandatory tenders
        ({"bid_deadline": "2024-03-21 09:30:00"}, set()),
        ({"bid_deadline": "2024-03-20 09:30:00"}, {"contract_bids_20_days"}),
        ({"bid_deadline": "2024-03-20 09:30:00", "is_mandatory": False}, set()),
        ({"bid_deadline": "2024-03-20 09:30:00", "notice_type": "prequalification"}, set()),
        # documents for five days, which are no working days: the 2nd and 3rd are a weekend
        ({"doc_get_end": "2024-03-06 17:00:00"}, set()),
        ({"doc_get_end": "2024-03-05 17:00:00"}, {"contract_documents_5_days"}),
        ({"doc_get_end": "2024-03-26 09:30:00"}, {"contract_documents_before_deadline"}),
        ({"open_time": "2024-03-25 09:30:01"}, {"contract_opened_when_closed"}),
        ({"publish_time": "2024-03-01 09:00:01"}, {"contract_published_before_documents"}),
    ],
)
def test_terms_of_a_tender_notice(
    row: dict[str, Any], broken: set[str], database: duckdb.DuckDBPyConnection
) -> None:
    dated = notice(
        FIRST,
        doc_get_start="2024-03-01 09:00:00",
        doc_get_end="2024-03-07 17:00:00",
        bid_deadline="2024-03-25 09:30:00",
    )
    closing = {"open_time": row["bid_deadline"]} if "bid_deadline" in row else {}
    tables = Tables([dated | closing | row])
    assert set(exceptions("tender_notice", tables, database)) == broken


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ({"publish_time": "2024-03-10 16:00:00"}, set()),
        ({"publish_time": "2024-03-11 08:00:00"}, {"contract_clarified_15_days_ahead"}),
        (
            {
                "publish_time": "2024-03-20 08:00:00",
                "is_postponed": True,
                "postponed_open_time": "2024-04-04 09:30:00",
            },
            set(),
        ),
        (
            {
                "publish_time": "2024-03-20 08:00:00",
                "is_postponed": True,
                "postponed_open_time": "2024-04-03 09:30:00",
            },
            {"contract_postponed_15_days"},
        ),
        (
            {"publish_time": "2024-03-20 08:00:00", "is_postponed": True},
            {"contract_postponed_has_new_time"},
        ),
    ],
)
def test_terms_of_a_clarification(
    row: dict[str, Any], broken: set[str], database: duckdb.DuckDBPyConnection
) -> None:
    clarified = notice(FIRST, "clarification", bid_deadline="2024-03-25 09:30:00") | row
    tables = Tables([clarified], latest=[notice(FIRST)])
    assert set(exceptions("tender_notice", tables, database)) == broken


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ({"win_amount": 500 * WAN}, set()),
        ({"win_amount": 500 * WAN + 1}, {"contract_win_amount_within_ceiling"}),
        ({"publicity_end": "2024-03-30 08:59:59"}, {"contract_publicity_at_least_3_days"}),
        ({"result_publish_time": "2024-03-30 09:00:00"}, {"contract_result_after_publicity"}),
        ({"win_amount": None}, {"contract_winner_has_amount"}),
    ],
)
def test_terms_of_an_award(
    row: dict[str, Any], broken: set[str], database: duckdb.DuckDBPyConnection
) -> None:
    tables = Tables([bid(FIRST, 1) | row])
    assert set(exceptions("tender_award", tables, database)) == broken


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ({"bid_deadline": "2024-03-20 09:30:00"}, {"contract_bids_at_least_20_days"}),
        ({"bid_deadline": "2024-03-06 09:30:00", "method": "inquiry"}, set()),
        (
            {"bid_deadline": "2024-03-01 08:30:00", "method": "inquiry"},
            {"contract_closed_after_notice"},
        ),
        # what exceeds the budget exceeds the ceiling as well: one finding says it
        ({"deal_amount": 100 * WAN + 1}, {"contract_deal_within_budget"}),
        ({"deal_amount": 90 * WAN + 1}, {"contract_deal_within_ceiling"}),
        ({"ceiling_price": 100 * WAN + 1}, {"contract_ceiling_within_budget"}),
        ({"ceiling_price": None, "deal_amount": 100 * WAN}, set()),
    ],
)
def test_terms_of_a_procurement(
    row: dict[str, Any], broken: set[str], database: duckdb.DuckDBPyConnection
) -> None:
    tables = Tables([package(1, 1) | row])
    assert set(exceptions("gov_procurement", tables, database)) == broken


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ({"project_code": "E3299022024000002"}, {"contract_tender_project_within_project"}),
        (
            {"bid_section_code": "E3299022024000001002001"},
            {"contract_section_within_tender_project"},
        ),
        ({"is_fixed_asset": True}, {"contract_fixed_asset_has_invest_code"}),
        ({"organize_form": "agency"}, {"contract_agency_is_named"}),
    ],
)
def test_codes_of_a_section(
    row: dict[str, Any], broken: set[str], database: duckdb.DuckDBPyConnection
) -> None:
    tables = Tables([section(FIRST) | row])
    assert set(exceptions("trade_project", tables, database)) == broken
