"""The suites of land transfers, state assets, housing and land acquisition on the smallest rows,
and the rules of a row whose figure depends on a day, a use or a price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import contracts, sources
from gongkai.sources import TRANSFORMS
from tests.suites.judging import Rows, Tables
from tests.support import PROJECT, a_home, judged, rows_of


def parcel(number: int, **more: Any) -> dict[str, Any]:
    return {
        "parcel_no": f"地{number}",
        "notice_no": "公告",
        "parcel_code": f"parcel {number}",
        "land_use": "industrial",
        "deal_result": "sold",
        "deal_price": 5_000_000,
        "area": 10_000,
        "transferee_uscc": f"code {number}",
        "transferee_name": f"第{number}公司",
        **more,
    }


def disclosure(number: int, **more: Any) -> dict[str, Any]:
    return {
        "project_no": f"G{number}",
        "deal_code": f"deal {number}",
        "kind": "equity",
        "seller_uscc": "seller",
        "seller_name": "某集团",
        "listing_price": 20_000_000,
        "trade_date": "2025-05-01",
        "trade_value": 60_000_000,
        "trade_mode": "auction",
        "buyer_kind": "person",
        **more,
    }


def estate(number: int, **more: Any) -> dict[str, Any]:
    return {
        "year": 2025,
        "record_kind": "construction",
        "item_no": f"AJ-2025-{number:03d}",
        "income_band": "all",
        "phase": "started",
        "planned_units": 100,
        "planned_investment": 30_000_000,
        **more,
    }


def band(name: str, **more: Any) -> dict[str, Any]:
    return {
        "year": 2025,
        "record_kind": "allocation",
        "item_no": "FP-2025-01",
        "income_band": name,
        "phase": "allocated",
        "allocated_households": 20,
        "publicity_start": "2025-05-01",
        **more,
    }


def batch(number: int, year: int = 2025, **more: Any) -> dict[str, Any]:
    return {
        "acq_no": f"拟〔{year}〕{number}号",
        "approval_no": f"批〔{year}〕{number}号",
        "survey_end": f"{year}-02-10",
        "approval_date": f"{year}-06-01",
        "total_area": 10_000,
        "farmland_area": 8_000,
        "cultivated_area": 6_000,
        "persons_resettled": 40,
        **more,
    }


def notice(kind: str, day: str, **more: Any) -> dict[str, Any]:
    return {
        "notice_no": f"告〔2025〕{kind}",
        "acq_no": "拟〔2025〕1号",
        "approval_no": "批〔2025〕1号",
        "notice_type": kind,
        "publish_date": day,
        "end_date": "2025-12-31",
        "approval_received": "2025-06-05" if kind == "acquisition" else None,
        "is_backfill": False,
        **more,
    }


def area(owner: str, kind: str, size: int, **more: Any) -> dict[str, Any]:
    return {
        "acq_no": "拟〔2025〕1号",
        "owner_village": owner,
        "owner_uscc": f"code {owner}",
        "land_class": kind,
        "area": size,
        **more,
    }


def standard(start: str, end: str | None, total: int, **more: Any) -> dict[str, Any]:
    return {
        "region_code": "329902",
        "zone_no": "Q1",
        "provincial_class": "first",
        "total_price": total,
        "provincial_minimum": 60_000,
        "valid_from": start,
        "valid_to": end,
        **more,
    }


def payment(payee: str, persons: int, **more: Any) -> dict[str, Any]:
    return {
        "acq_no": "拟〔2025〕1号",
        "payee_collective": payee,
        "payee_uscc": f"code {payee}",
        "payable": 500_000,
        "paid": 500_000,
        "paid_date": "2025-08-01",
        "persons": persons,
        **more,
    }


def several(rows: Rows, times: int) -> Rows:
    """The same rows again under other owners, for a middle that says something."""
    return [
        row | {"owner_village": f"{place}村", "owner_uscc": None}
        for place in range(times)
        for row in rows
    ]


BATCHES = [batch(1)]
TRANSFER = Tables([parcel(n) for n in range(5)], latest=[parcel(n) for n in range(5)])
ASSETS = Tables([disclosure(n) for n in range(10)], latest=[disclosure(n) for n in range(10)])
HOUSING = Tables(
    [*(estate(n) for n in range(10)), band("low"), band("migrant")],
    latest=[estate(n) for n in range(10)],
)
PROJECT_ROWS = Tables([batch(n) for n in range(20)], latest=[batch(n, 2024) for n in range(20)])
NOTICES = Tables(
    [
        notice("pre_notice", "2025-01-05"),
        notice("compensation_plan", "2025-03-01"),
        notice("acquisition", "2025-06-10"),
    ],
    references={"land_acq_project": BATCHES},
)
AREAS = Tables(
    [
        area("甲村", "cultivated", 4_000),
        area("乙村", "cultivated", 2_000),
        area("甲村", "garden", 2_000),
        area("甲村", "construction", 1_500),
        area("乙村", "unused", 500),
    ],
    references={"land_acq_project": BATCHES},
)
STANDARDS = Tables(
    [
        standard("2020-01-01", "2022-12-31", 60_000),
        standard("2023-01-01", None, 66_000),
    ]
)
PAYMENTS = Tables(
    [payment("甲村", 25), payment("乙村", 15)], references={"land_acq_project": BATCHES}
)
SOUND = {
    "land_transfer": TRANSFER,
    "soe_asset_trade": ASSETS,
    "affordable_housing": HOUSING,
    "land_acq_project": PROJECT_ROWS,
    "land_acq_notice": NOTICES,
    "land_acq_area_detail": AREAS,
    "land_comp_standard": STANDARDS,
    "land_comp_payment": PAYMENTS,
}

BROKEN = [
    *((name, "rows_present", Tables([], references=t.references)) for name, t in SOUND.items()),
    ("land_transfer", "parcel_sold_once", TRANSFER.but(1, parcel_code="parcel 0")),
    ("land_transfer", "one_name_per_code", TRANSFER.but(1, transferee_uscc="code 0")),
    # yuan that are called 万元
    (
        "land_transfer",
        "price_level_plausible",
        Tables([parcel(n, deal_price=50_000_000_000) for n in range(5)], TRANSFER.latest),
    ),
    ("soe_asset_trade", "one_name_per_seller", ASSETS.but(0, seller_name="某公司")),
    ("soe_asset_trade", "sold_once", ASSETS.but(1, deal_code="deal 0")),
    (
        "soe_asset_trade",
        "price_level_plausible",
        Tables([disclosure(n, listing_price=2_000) for n in range(10)], ASSETS.latest),
    ),
    (
        "affordable_housing",
        "volume_near_last_edition",
        Tables([estate(n, planned_investment=75_000_000) for n in range(4)], HOUSING.latest),
    ),
    (
        "affordable_housing",
        "investment_near_last_edition",
        Tables([estate(n, planned_investment=300_000) for n in range(10)], HOUSING.latest),
    ),
    ("affordable_housing", "bands_do_not_overlap", HOUSING.but(11, income_band="all")),
    (
        "affordable_housing",
        "batch_has_one_publicity",
        HOUSING.but(11, publicity_start="2025-06-01"),
    ),
    # 亩 that are called 公顷
    (
        "land_acq_project",
        "unit_plausible",
        Tables([batch(n, total_area=150_000) for n in range(20)], PROJECT_ROWS.latest),
    ),
    (
        "land_acq_notice",
        "acquisition_is_known",
        Tables(
            [
                notice("compensation_plan", "2025-03-01", acq_no="别处"),
                notice("acquisition", "2025-06-10", acq_no="别处"),
            ],
            references=NOTICES.references,
        ),
    ),
    *(
        ("land_acq_notice", "order_of_the_law", NOTICES.but(place, publish_date=day))
        for place, day in (
            (0, "2025-02-10"),  # intended on the day that the survey ends
            (1, "2025-02-09"),  # compensation before the survey ends
            (1, "2025-06-01"),  # compensation on the day of the approval
            (2, "2025-05-31"),  # acquisition before the approval
        )
    ),
    (
        "land_acq_notice",
        "order_of_the_law",
        Tables(NOTICES.accepted[1:], latest=[notice("pre_notice", "2025-04-01")]),
    ),
    (
        "land_acq_notice",
        "one_acquisition_notice_each",
        Tables([*NOTICES.accepted, notice("acquisition", "2025-07-01", notice_no="另")]),
    ),
    ("land_acq_notice", "acquisitions_follow_a_plan", Tables(NOTICES.accepted[2:])),
    ("land_acq_area_detail", "areas_add_up_to_the_batch", AREAS.but(4, area=600)),
    # garden that is called construction land: the total still holds
    (
        "land_acq_area_detail",
        "farmland_adds_up_to_the_batch",
        AREAS.but(2, land_class="construction", owner_village="丙村", owner_uscc=None),
    ),
    ("land_acq_area_detail", "cultivated_adds_up_to_the_batch", AREAS.but(1, land_class="garden")),
    ("land_acq_area_detail", "one_name_per_owner", AREAS.but(1, owner_uscc="code 甲村")),
    (
        "land_acq_area_detail",
        "area_level_plausible",
        Tables(
            several([area("", "garden", 45_000)], 20),
            several([area("", "garden", 3_000)], 20),
        ),
    ),
    ("land_comp_standard", "one_standard_at_a_time", STANDARDS.but(0, valid_to="2023-01-01")),
    ("land_comp_standard", "one_standard_at_a_time", STANDARDS.but(0, valid_to=None)),
    (
        "land_comp_standard",
        "one_minimum_per_class",
        Tables(
            [
                standard("2020-01-01", None, 60_000),
                standard("2020-01-01", None, 60_000, zone_no="Q2", provincial_minimum=58_000),
            ]
        ),
    ),
    ("land_comp_standard", "revision_plausible", STANDARDS.but(1, total_price=50_000)),
    (
        "land_comp_payment",
        "acquisition_is_known",
        Tables([payment("甲村", 25, acq_no="别处")], references=PAYMENTS.references),
    ),
    ("land_comp_payment", "persons_within_the_batch", PAYMENTS.but(0, persons=30)),
    (
        "land_comp_payment",
        "price_of_the_land_plausible",
        PAYMENTS.but(0, payable=5_000_000_000, paid=5_000_000_000),
    ),
    ("land_comp_payment", "one_name_per_payee", PAYMENTS.but(1, payee_uscc="code 甲村")),
    ("land_comp_payment", "everything_paid", PAYMENTS.but(0, paid=0, paid_date=None)),
]

SILENT = [
    *((name, "sound rows", tables) for name, tables in SOUND.items()),
    *((name, "nothing to compare with", Tables(tables.accepted)) for name, tables in SOUND.items()),
    (
        "land_transfer",
        "an unsold parcel is offered again",
        TRANSFER.but(1, parcel_code="parcel 0", deal_result="unsold"),
    ),
    (
        "land_acq_notice",
        "the past has an order of its own",
        NOTICES.but(2, publish_date="2025-01-01", approval_received="2024-12-20", is_backfill=True),
    ),
    (
        "land_acq_notice",
        "a batch that is not approved yet",
        Tables(
            [notice("pre_notice", "2025-07-01", acq_no="拟〔2025〕9号")],
            references=NOTICES.references,
        ),
    ),
    ("land_acq_area_detail", "rounded to the square metre", AREAS.but(4, area=503)),
    (
        "land_acq_area_detail",
        "a village in quarantine",
        Tables(AREAS.accepted[1:], quarantined=AREAS.accepted[:1], references=AREAS.references),
    ),
]


ACQUIRED = {"notice_type": "acquisition", "approval_no": "江政地〔2024〕1号"}
LONG = "notice_long_enough"
PLANNED = {"notice_type": "compensation_plan", "publish_date": "2024-03-01"}
TRANSFERRED = {"land_use": "commercial", "supply_mode": "listing"}
LISTED = {"evaluate_value": "1000000", "round_no": "1"}
AGAIN = {"evaluate_value": "1000000", "round_no": "2"}
SHOWN = {"kind": "physical", "publish_start": "2024-03-01"}
PAID = {"paid": "0", "payable": "10"}
FIRST_OF_FEW = {"record_kind": "allocation", "phase": "allocated"}

# A row of text, the rule that is asked about it, and whether the row keeps it. 2021-08-20 was a
# Friday: ten working days after it is 3 September. Fifteen after 1 September 2021 is the 23rd, with
# two days off for Mid-Autumn and a Saturday made up.
ROWS: list[tuple[str, str, dict[str, str], bool]] = [
    *(
        (
            "land_acq_notice",
            "acquisition_announced_in_time",
            ACQUIRED | {"approval_received": received, "publish_date": published, "is_backfill": b},
            kept,
        )
        for received, published, b, kept in (
            ("2021-08-20", "2021-09-03", "false", True),
            ("2021-08-20", "2021-09-06", "false", False),
            ("2021-08-20", "2021-09-06", "true", True),
            ("2021-09-01", "2021-09-23", "false", True),
            ("2021-09-01", "2021-09-24", "false", False),
            ("2019-03-01", "2019-03-20", "true", True),
        )
    ),
    *(
        (
            "land_acq_notice",
            "pre_notice_long_enough",
            {"notice_type": "pre_notice", "publish_date": first, "end_date": last},
            kept,
        )
        for first, last, kept in (
            ("2024-03-01", "2024-03-15", True),
            ("2024-03-01", "2024-03-14", False),
            ("2021-08-31", "2021-09-01", True),
            # ten days of the calendar in which seven are off
            ("2024-09-30", "2024-10-12", False),
        )
    ),
    ("land_acq_notice", "compensation_" + LONG, PLANNED | {"end_date": "2024-03-31"}, True),
    ("land_acq_notice", "compensation_" + LONG, PLANNED | {"end_date": "2024-03-30"}, False),
    ("land_transfer", "term_within_maximum", TRANSFERRED | {"term_years": "40"}, True),
    ("land_transfer", "term_within_maximum", TRANSFERRED | {"term_years": "41"}, False),
    (
        "land_transfer",
        "notice_at_least_20_days",
        TRANSFERRED | {"notice_publish": "2024-03-01", "listing_start": "2024-03-21"},
        True,
    ),
    (
        "land_transfer",
        "notice_at_least_20_days",
        TRANSFERRED | {"notice_publish": "2024-03-01", "listing_start": "2024-03-20"},
        False,
    ),
    (
        "land_transfer",
        "notice_at_least_20_days",
        {"supply_mode": "agreement", "notice_publish": "2024-03-01", "listing_start": "2024-03-02"},
        True,
    ),
    ("land_transfer", "notice_day_is_there", {"supply_mode": "listing"}, False),
    ("land_transfer", "notice_day_is_there", {"supply_mode": "allocation"}, True),
    ("land_transfer", "instalments_add_up", {"deal_price": "3", "instalments": "3.00"}, True),
    ("land_transfer", "instalments_add_up", {"deal_price": "3", "instalments": "2"}, False),
    ("land_transfer", "instalments_add_up", {"deal_price": "3"}, True),
    ("land_transfer", "plot_ratio_in_order", {"plot_ratio_min": "2", "plot_ratio_max": "2"}, True),
    ("land_transfer", "plot_ratio_in_order", {"plot_ratio_min": "2", "plot_ratio_max": "1"}, False),
    # 6 000 yuan a square metre are 400 万元 a mu
    *(
        (
            "land_transfer",
            "price_per_mu_recomputed",
            {
                "deal_price": "60000000",
                "area": "10000",
                "price_per_mu": per_mu,
                "unit_reported": "万元",
            },
            kept,
        )
        for per_mu, kept in (("4000000", True), ("4000100", True), ("4100000", False))
    ),
    (
        "soe_asset_trade",
        "first_listing_not_below_assessment",
        LISTED | {"listing_price": "1000000"},
        True,
    ),
    (
        "soe_asset_trade",
        "first_listing_not_below_assessment",
        LISTED | {"listing_price": "999999"},
        False,
    ),
    ("soe_asset_trade", "price_cut_is_approved", AGAIN | {"listing_price": "900000"}, True),
    ("soe_asset_trade", "price_cut_is_approved", AGAIN | {"listing_price": "899999"}, False),
    (
        "soe_asset_trade",
        "price_cut_is_approved",
        AGAIN | {"listing_price": "700000", "price_cut_approval_no": "江国资〔2024〕1号"},
        True,
    ),
    # ten working days after 1 March 2024 end on the 15th, twenty on the 29th
    *(
        (
            "soe_asset_trade",
            "assets_disclosed_long_enough",
            SHOWN | {"listing_price": price, "publish_end": end},
            kept,
        )
        for price, end, kept in (
            ("900000", "2024-03-02", True),
            ("1000001", "2024-03-15", True),
            ("1000001", "2024-03-14", False),
            ("10000001", "2024-03-29", True),
            ("10000001", "2024-03-28", False),
        )
    ),
    (
        "affordable_housing",
        "cell_not_too_small",
        FIRST_OF_FEW | {"allocated_households": "5"},
        True,
    ),
    (
        "affordable_housing",
        "cell_not_too_small",
        FIRST_OF_FEW | {"allocated_households": "4"},
        False,
    ),
    (
        "affordable_housing",
        "cell_not_too_small",
        FIRST_OF_FEW | {"allocated_households": "0"},
        True,
    ),
    ("land_comp_payment", "cell_not_too_small", PAID | {"social_security_persons": "4"}, False),
    ("land_comp_payment", "cell_not_too_small", PAID | {"persons": "0"}, True),
    (
        "land_comp_standard",
        "not_below_the_minimum",
        {"provincial_class": "first", "total_price": "59999", "provincial_minimum": "60000"},
        False,
    ),
]


@pytest.mark.parametrize("dataset", sorted({dataset for dataset, *_ in ROWS}))
def test_a_row_keeps_or_breaks_a_rule(
    dataset: str, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    asked = [(rule, row, kept) for of, rule, row, kept in ROWS if of == dataset]
    contract = contracts.load(dataset)
    source = sources.read(TRANSFORMS / contract.area / dataset / "jianghai.yaml", dataset)
    home = a_home(tmp_path, sources=PROJECT / "samples", codelists=PROJECT / "samples/codelists")
    checked = judged([row for _, row, _ in asked], contract, source, home, database)
    broken = {(found["_row"], found["code"]) for found in rows_of(checked.findings)}
    for place, (rule, row, kept) in enumerate(asked, start=1):
        assert ((place, rule) not in broken) is kept, (rule, row)


@pytest.mark.parametrize(
    ("dataset", "kind", "name", "code", "public"),
    [
        ("land_transfer", "transfereeType", "transfereeName", "transfereeCode", "transferee"),
        ("soe_asset_trade", "buyerType", "buyerName", "buyerCode", "buyer"),
    ],
)
def test_a_natural_person_is_published_without_name_and_number(
    dataset: str,
    kind: str,
    name: str,
    code: str,
    public: str,
    database: duckdb.DuckDBPyConnection,
) -> None:
    source = sources.read(TRANSFORMS / "trading" / dataset / "jianghai.yaml", dataset)
    columns = [column for column, _ in source.table.columns]
    listed = ", ".join(f'"{column}" VARCHAR' for column in columns)
    database.execute(
        f"CREATE TABLE delivery ({listed}, _file VARCHAR, _part VARCHAR, _line BIGINT)"
    )
    number = "329902198101010013"
    database.execute(
        f'INSERT INTO delivery ("{kind}", "{name}", "{code}") VALUES (?, ?, ?)',
        ["自然人", "江一鸣", number],
    )
    [row] = rows_of(database.sql(source.transform))
    shown = {f.name: row.get(f.name) for f in contracts.load(dataset).public_fields}
    assert shown[f"{public}_name"] == "自然人"
    assert shown[f"{public}_uscc"] is None
    assert not {"江一鸣", number} & {value for value in shown.values() if value}
    assert (row[f"{public}_person"], row[f"{public}_id"]) == ("江一鸣", number)
