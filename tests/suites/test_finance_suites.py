"""The suites of debt and bonds: each rule on the smallest rows that break it, and on sound ones."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from gongkai import contracts
from gongkai.conform import load_code_lists
from gongkai.home import Home
from tests.suites.judging import Rows, Tables, exceptions

YI = 100_000_000
DEBT, ROLL, BOND, USE = DATASETS = (
    "gov_debt_limit_balance",
    "gov_debt_rollforward",
    "gov_bond_issue",
    "gov_bond_project",
)

BUDGET = "gov_budget_line"

# 江苏省徐州市 and what of it stands in the lists: five districts, three counties, two county-level
# cities, and a functional zone
CITY = "320300"
DISTRICTS = ("320302", "320303", "320305", "320311", "320312")
COUNTIES = ("320321", "320322", "320324", "320381", "320382")
ZONE = "320371"


def owed(code: str, scope: str, balance: int, **more: Any) -> dict[str, Any]:
    """Limits and balances of a region, in 亿元; the limit is ten above the balance."""
    return {
        "fiscal_year": 2024,
        "region_code": code,
        "scope": scope,
        "phase": "final",
        "total_limit": (balance + 10) * YI,
        "total_balance": balance * YI,
        "unit_reported": "亿元",
        **more,
    }


def city(*, whole: int, own: int, parts: dict[str, int]) -> Rows:
    """The balances of a city, of its own level and of some divisions below it."""
    return [
        owed(code, scope, balance, total_limit=None)
        for code, scope, balance in (
            (CITY, "whole", whole),
            (CITY, "own", own),
            *((code, "whole", balance) for code, balance in parts.items()),
        )
    ]


def item(code: str, amount: float, **more: Any) -> dict[str, Any]:
    """A line of a table of balances, in 亿元."""
    return {
        "fiscal_year": 2024,
        "region_code": CITY,
        "scope": "whole",
        "debt_type": "general",
        "item_code": code,
        "phase": "est_exec",
        "amount": round(amount * YI),
        "unit_reported": "亿元",
        **more,
    }


def bond(code: str, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "bond_code": code,
        "bond_name": f"债券{code}",
        "bond_type": "special",
        "issue_year": 2024,
        "issue_amount": amount * YI,
        "onlent_amount": amount * YI,
        **more,
    }


def use(code: str, project: str, arranged: int, **more: Any) -> dict[str, Any]:
    """A bond's money in a project, in 亿元."""
    return {
        "report_year": 2024,
        "bond_code": code,
        "project_code": project,
        "project_name": f"项目{project}",
        "total_investment": 2 * arranged * YI,
        "arranged_amount": arranged * YI,
        "paid_amount": arranged * YI // 2,
        **more,
    }


LEVELS = Tables(
    [
        owed(CITY, "whole", 90),
        owed(CITY, "own", 50, total_limit=60 * YI),
        owed(CITY, "subordinate", 40, total_limit=40 * YI),
    ],
    latest=[owed(CITY, "whole", 80, fiscal_year=2023)],
)
ALL = dict.fromkeys((*DISTRICTS, *COUNTIES), 1)
COUNTRY = dict.fromkeys(COUNTIES, 1)
BALANCE = [
    item("opening_balance", 48.99),
    item("issue", 14.39),
    item("repayment", 11.41),
    item("closing_balance", 51.97),
    item("closing_limit", 60),
]
PARTS = [item("issue_foreign", 0.39), item("issue_bond", 14)]
LIMITS = [item("prior_limit", 60), item("new_limit", 5), item("year_limit", 65)]
FORM = Tables([*BALANCE, *PARTS, *LIMITS])
SAME = Tables(
    BALANCE,
    references={DEBT: [owed(CITY, "whole", 0, phase="est_exec", general_balance=51.97 * YI)]},
)
SPECIAL = Tables(
    [item("closing_balance", 30, debt_type="special")],
    references={DEBT: [owed(CITY, "whole", 0, phase="est_exec", special_balance=30 * YI)]},
)
NEXT = [item("closing_limit", 60), item("next_deficit", 5), item("next_limit", 65)]
NEXT_SPECIAL = [
    item("closing_limit", 60, debt_type="special"),
    item("next_new_limit", 5, debt_type="special"),
    item("next_limit", 65, debt_type="special"),
]
SERVICE = Tables([item("repayment", 11.41), item("repayment_bond", 11.41)])
BONDS = Tables([bond("2499001", 5)], latest=[bond("2499001", 5)])
USES = Tables(
    [use("2499001", "a", 3), use("2499001", "b", 2)],
    references={BOND: [bond("2499001", 5)]},
)


def interest(debt: float, budgeted: float) -> Tables:
    """Interest on special bonds, and what the fund budget has for it, in 亿元."""
    line = {"budget_book": "fund", "flow": "expenditure", "subject_code": "232"}
    row = item("interest_bond", debt, debt_type="special")
    shared = {name: row[name] for name in ("fiscal_year", "region_code", "scope")}
    books = [
        {**shared, **line, "phase": "execution", "amount": round(budgeted * YI)},
        {**shared, **line, "phase": "budget", "amount": 1},
        {**shared, **line, "budget_book": "general", "phase": "execution", "amount": 2},
    ]
    return Tables([row], references={BUDGET: books})


def with_scopes(*amounts: int) -> Tables:
    """A limit of the whole region, its own level and the level below."""
    scopes = ("whole", "own", "subordinate")
    return Tables([item("year_limit", n, scope=s) for s, n in zip(scopes, amounts, strict=True)])


def of_types(*amounts: int) -> Tables:
    """A limit of all debt, general and special."""
    types = ("total", "general", "special")
    return Tables([item("year_limit", n, debt_type=t) for t, n in zip(types, amounts, strict=True)])


def thinned(dataset: str, row: dict[str, Any]) -> tuple[str, str, Tables]:
    """A year of which the last edition had ten rows."""
    return dataset, "volume_near_last_edition", Tables([row], latest=[row] * 10)


BROKEN = [
    *((name, "rows_present", Tables([])) for name in DATASETS),
    (DEBT, "whole_is_own_plus_subordinate", LEVELS.but(0, total_balance=91 * YI)),
    (DEBT, "whole_is_own_plus_subordinate", LEVELS.but(0, total_limit=101 * YI)),
    (DEBT, "city_is_own_level_plus_counties", Tables(city(whole=61, own=50, parts=ALL))),
    (DEBT, "city_is_own_level_plus_counties", Tables(city(whole=60, own=50, parts=COUNTRY))),
    (DEBT, "unit_plausible", LEVELS.but(0, "latest", total_balance=8 * YI // 1000)),
    (DEBT, "near_last_year", LEVELS.but(0, "latest", total_balance=300 * YI)),
    (DEBT, "near_last_year", LEVELS.but(0, "latest", total_limit=9 * YI)),
    thinned(DEBT, owed("320321", "whole", 5)),
    (ROLL, "whole_is_own_plus_subordinate", with_scopes(10, 6, 5)),
    (ROLL, "total_is_general_plus_special", of_types(10, 6, 5)),
    (ROLL, "balance_within_limit", FORM.but(4, amount=51 * YI)),
    (ROLL, "balance_rolls_forward", FORM.but(2, amount=11 * YI)),
    (ROLL, "limit_rolls_forward", FORM.but(9, amount=66 * YI)),
    (ROLL, "next_general_limit_rolls_forward", Tables(NEXT).but(2, amount=66 * YI)),
    (ROLL, "next_special_limit_rolls_forward", Tables(NEXT_SPECIAL).but(2, amount=66 * YI)),
    (
        ROLL,
        "next_limit_covers_balance",
        Tables([item("closing_balance", 60), item("next_limit", 0, phase="budget")]),
    ),
    (ROLL, "service_of_bonds_is_that_of_debt", SERVICE.but(1, amount=10.4 * YI)),
    (ROLL, "interest_as_in_budget", interest(5, 6)),
    (ROLL, "parts_within_issue", FORM.but(6, amount=15 * YI)),
    (ROLL, "general_balance_as_in_limits_and_balances", SAME.but(0, DEBT, general_balance=50 * YI)),
    (
        ROLL,
        "special_balance_as_in_limits_and_balances",
        SPECIAL.but(0, DEBT, special_balance=31 * YI),
    ),
    (
        ROLL,
        "unit_plausible",
        Tables(LIMITS[:1], latest=[item("prior_limit", 502_325, fiscal_year=2023)]),
    ),
    thinned(ROLL, item("issue", 5)),
    (
        BOND,
        "one_code_per_bond",
        Tables([*BONDS.accepted, bond("160001", 5, bond_name="债券2499001")]),
    ),
    (
        BOND,
        "sum_near_last_edition",
        Tables(
            [bond(f"24990{n}", 50_000) for n in range(10)],
            latest=[bond(f"24990{n}", 5) for n in range(10)],
        ),
    ),
    (
        BOND,
        "volume_near_last_edition",
        Tables(BONDS.accepted, latest=[bond(f"24990{n}", 1) for n in range(10)]),
    ),
    (USE, "bond_exists", USES.but(0, BOND, bond_code="2499002")),
    (USE, "arranged_is_onlent", USES.but(0, BOND, onlent_amount=4 * YI)),
    (USE, "arranged_within_issue", USES.but(0, BOND, issue_amount=4 * YI)),
    (
        USE,
        "unit_plausible",
        Tables(
            [use("2499001", "a", 3)],
            latest=[use("2499001", "a", 30_000, report_year=2023, paid_amount=0)],
        ),
    ),
    (
        USE,
        "one_name_per_project",
        Tables([use("1", "a", 3), use("2", "a", 3, project_name="另名")]),
    ),
    (
        USE,
        "spending_never_falls",
        Tables([use("1", "a", 3)], latest=[use("1", "a", 3, report_year=2023, paid_amount=2 * YI)]),
    ),
    thinned(USE, use("1", "a", 3)),
]

SILENT = [
    (DEBT, "three levels that add up", LEVELS),
    (DEBT, "two levels of three", Tables(LEVELS.accepted[:2])),
    (DEBT, "rounded to two digits", LEVELS.but(0, total_balance=90 * YI + YI // 100)),
    (
        DEBT,
        "a level in quarantine",
        Tables(LEVELS.accepted[:2], quarantined=LEVELS.accepted[2:]),
    ),
    (DEBT, "a city with all its counties", Tables(city(whole=60, own=50, parts=ALL))),
    (
        DEBT,
        "a city whose districts are in its own level",
        Tables(city(whole=60, own=55, parts=COUNTRY)),
    ),
    (
        DEBT,
        "a zone beside the counties",
        Tables(city(whole=60, own=50, parts={**ALL, ZONE: 7})),
    ),
    (DEBT, "one county of five", Tables(city(whole=60, own=50, parts={COUNTIES[0]: 1}))),
    (
        DEBT,
        "some districts and all counties",
        Tables(city(whole=60, own=50, parts={**COUNTRY, DISTRICTS[0]: 1})),
    ),
    (DEBT, "a city alone", Tables(city(whole=60, own=50, parts={}))),
    (
        DEBT,
        "a city rounded to two digits",
        Tables(city(whole=60, own=50, parts=ALL)).but(0, total_balance=60 * YI + 6 * YI // 100),
    ),
    (
        # 海门市 became 海门区, 崇川区 and 港闸区 one: none of them is asked for
        DEBT,
        "a year in which counties changed",
        Tables(
            [
                owed("320600", "whole", 90, fiscal_year=2020),
                owed("320600", "own", 10, fiscal_year=2020),
                *(
                    owed(code, "whole", 1, fiscal_year=2020)
                    for code in ("320614", "320623", "320681", "320682", "320685")
                ),
            ]
        ),
    ),
    (ROLL, "a form that rolls forward", FORM),
    (ROLL, "limits of the next year", Tables([*NEXT, *NEXT_SPECIAL, item("closing_balance", 60)])),
    (ROLL, "bonds that are all of the debt", SERVICE),
    (ROLL, "interest as the budget has it", interest(5.04, 5.0412)),
    (ROLL, "scopes that add up", with_scopes(10, 6, 4)),
    (ROLL, "kinds of debt that add up", of_types(10, 6, 4)),
    (ROLL, "the same balances in two datasets", SAME),
    (ROLL, "special debt in two datasets", SPECIAL),
    (ROLL, "no edition of the other dataset yet", Tables(BALANCE)),
    (ROLL, "an item of the form missing", Tables(BALANCE[1:])),
    (BOND, "bonds as they were", BONDS),
    (USE, "money of a bond in two projects", USES),
    (
        USE,
        "two reports of the same money",
        Tables(
            [*USES.accepted, *(row | {"report_year": 2023} for row in USES.accepted)],
            references=USES.references,
        ),
    ),
    (
        USE,
        "a share in quarantine",
        Tables(USES.accepted[:1], quarantined=USES.accepted[1:], references=USES.references),
    ),
    (USE, "no bonds published yet", Tables(USES.accepted)),
]


@pytest.fixture
def found(home: Home, database: duckdb.DuckDBPyConnection) -> Any:
    def of(dataset: str, tables: Tables) -> dict[str, Rows]:
        if dataset == DEBT:
            load_code_lists(contracts.load(dataset), home, database)
        return exceptions(dataset, tables, database)

    return of


def test_what_a_city_lacks_is_told(found: Any) -> None:
    [row] = found(DEBT, Tables(city(whole=61, own=50, parts=ALL)))[
        "city_is_own_level_plus_counties"
    ]
    assert (row["region_code"], row["item"]) == (CITY, "total_balance")
    assert (row["whole"], row["own_level"], row["counties"]) == (61 * YI, 50 * YI, 10 * YI)


def test_interest_beyond_the_budget_is_told_twice(found: Any) -> None:
    """It differs, and cannot be a part of it."""
    exceptions_of = found(ROLL, interest(6, 5))
    assert set(exceptions_of) == {"interest_as_in_budget", "interest_within_budget"}
    [row] = exceptions_of["interest_within_budget"]
    assert (row["amount"], row["expected"]) == (6 * YI, 5 * YI)


def test_a_whole_in_another_unit_than_its_levels_is_told_as_that(found: Any) -> None:
    """Beside the sum that does not hold, and said to be ten thousand times off."""
    exceptions_of = found(DEBT, LEVELS.but(0, total_balance=9 * YI // 1000))
    assert {"unit_agrees_with_parts", "whole_is_own_plus_subordinate"} <= set(exceptions_of)
    [row] = exceptions_of["unit_agrees_with_parts"]
    assert (row["value_of"], row["powers_of_ten_thousand"]) == ("total_balance", -1)
