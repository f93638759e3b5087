"""The project's suites: each rule fires on a small counterexample and is silent on good rows."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest

from gongkai import contracts, expect
from gongkai.errors import BrokenContract
from gongkai.expect import Rule, Suite
from gongkai.text import Text
from tests.support import fill

Rows = list[dict[str, Any]]


@dataclass
class Tables:
    """What a suite looks at."""

    accepted: Rows
    latest: Rows = field(default_factory=list)
    quarantined: Rows = field(default_factory=list)
    references: dict[str, Rows] = field(default_factory=dict)

    def changed(self, table: str, place: int, **values: Any) -> Tables:
        """A copy in which one row is another."""
        other = copy.deepcopy(self)
        getattr(other, table)[place] |= values
        return other


def debt(year: int, scope: str, balance: int, limit: int) -> dict[str, Any]:
    yi = 100_000_000
    return {
        "fiscal_year": year,
        "region_code": "329900",
        "scope": scope,
        "phase": "final",
        "total_balance": balance * yi,
        "total_limit": limit * yi,
        "unit_reported": "亿元",
    }


def line(code: str, amount: int | None, **more: Any) -> dict[str, Any]:
    return {
        "fiscal_year": 2024,
        "region_code": "329900",
        "budget_book": "general",
        "flow": "expenditure",
        "scope": "whole",
        "subject_code": code,
        "phase": "budget",
        "amount": None if amount is None else amount * 10_000,
        "unit_reported": "万元",
        **more,
    }


def batches(year: int, area: int, count: int) -> Rows:
    return [
        {
            "acq_no": f"{year}/{n}",
            "approval_no": "x",
            "approval_date": f"{year}-05-01",
            "total_area": area + n,
        }
        for n in range(count)
    ]


def bid(section: str, rank: int, won: bool) -> dict[str, Any]:
    return {"bid_section_code": section, "rank": rank, "is_winner": won}


def school(code: str, name: str) -> dict[str, Any]:
    return {"school_code": code, "school_name": name, "stage": "primary", "region_name": "甲区"}


def plan(code: str) -> dict[str, Any]:
    return {"year": 2025, "school_code": code, "stage": "primary"}


DEBT = Tables(
    accepted=[
        debt(2024, "whole", 90, 100),
        debt(2024, "own", 50, 60),
        debt(2024, "subordinate", 40, 40),
    ],
    latest=[debt(2023, "whole", 80, 90)],
)
BUDGET = Tables(
    accepted=[
        line("201", 300),
        line("20101", 100),
        line("20102", 200),
        line("2010101", 60),
        line("2010102", 40),
    ]
)
LAND = Tables(accepted=batches(2025, 12_000, 20), latest=batches(2024, 10_000, 20))
TENDER = Tables(accepted=[bid("A", 1, True), bid("A", 2, False), bid("B", 1, True)])
SCHOOLS = Tables(
    accepted=[school("1", "一小"), school("2", "二小")],
    latest=[school(str(n), f"{n}小") for n in range(4)],
)
PLAN = Tables(
    accepted=[plan(str(n)) for n in range(10)],
    references={"school_directory": [school(str(n), f"{n}小") for n in range(10)]},
)
SOUND = {
    "gov_debt_limit_balance": DEBT,
    "gov_budget_line": BUDGET,
    "land_acq_project": LAND,
    "tender_award": TENDER,
    "school_directory": SCHOOLS,
    "enrol_plan": PLAN,
}

BROKEN = [
    (name, "rows_present", Tables([], references=tables.references))
    for name, tables in SOUND.items()
] + [
    (
        "gov_debt_limit_balance",
        "whole_is_own_plus_subordinate",
        DEBT.changed("accepted", 0, total_balance=9_100_000_000),
    ),
    (
        "gov_debt_limit_balance",
        "whole_is_own_plus_subordinate",
        DEBT.changed("accepted", 0, total_limit=10_100_000_000),
    ),
    # 亿元 that are 万元
    (
        "gov_debt_limit_balance",
        "unit_plausible",
        DEBT.changed("latest", 0, total_limit=90 * 10_000),
    ),
    (
        "gov_debt_limit_balance",
        "volume_near_last_edition",
        Tables(
            DEBT.accepted[:1],
            [debt(2024, scope, 90, 100) for scope in ("whole", "own", "subordinate")],
        ),
    ),
    (
        "gov_budget_line",
        "parent_is_sum_of_children",
        BUDGET.changed("accepted", 0, amount=302_0000),
    ),
    (
        "gov_budget_line",
        "parent_is_sum_of_children",
        BUDGET.changed("accepted", 3, amount=62_0000),
    ),
    ("gov_budget_line", "budget_not_empty", Tables([line("201", 0), line("202", 0)])),
    # 亩 that are called 公顷
    (
        "land_acq_project",
        "unit_plausible",
        Tables(batches(2025, 150_000, 20), batches(2024, 10_000, 20)),
    ),
    (
        "land_acq_project",
        "unit_plausible",
        Tables(batches(2025, 10_000, 20) + batches(2024, 150_000, 20)),
    ),
    ("tender_award", "one_winner_per_section", TENDER.changed("accepted", 1, is_winner=True)),
    (
        "tender_award",
        "every_section_has_a_winner",
        TENDER.changed("accepted", 2, is_winner=False),
    ),
    (
        "school_directory",
        "most_schools_still_there",
        Tables([school("1", "一小")], SCHOOLS.latest),
    ),
    ("school_directory", "names_are_unique", SCHOOLS.changed("accepted", 1, school_name="一小")),
    (
        "enrol_plan",
        "schools_are_in_the_directory",
        Tables([plan(str(n)) for n in range(8, 18)], references=PLAN.references),
    ),
]

SILENT = [
    *((name, "sound rows", tables) for name, tables in SOUND.items()),
    *(
        (name, "a first edition", Tables(sound.accepted, references=sound.references))
        for name, sound in SOUND.items()
    ),
    ("gov_debt_limit_balance", "two levels of three", Tables(DEBT.accepted[:2])),
    (
        "gov_debt_limit_balance",
        "rounded to two digits",
        DEBT.changed("accepted", 0, total_balance=9_001_000_000),
    ),
    (
        "gov_budget_line",
        "rounded to the unit",
        BUDGET.changed("accepted", 0, amount=301_0000),
    ),
    (
        "gov_budget_line",
        "a child in quarantine",
        Tables(
            [line("201", 300), line("20101", 100), line("20103", 9)], quarantined=[line("20102", 1)]
        ),
    ),
    (
        "gov_budget_line",
        "a code in quarantine that cannot be read",
        Tables([line("201", 300), line("20101", 100)], quarantined=[line("20I02", 1)]),
    ),
    (
        "gov_budget_line",
        "a parent without an amount",
        Tables([line("201", None), line("20101", 5)]),
    ),
    (
        "land_acq_project",
        "too few batches for a middle",
        Tables(batches(2025, 150_000, 19), batches(2024, 10_000, 19)),
    ),
    (
        "tender_award",
        "a winner in quarantine",
        Tables([bid("A", 2, False)], quarantined=[bid("A", 1, True)]),
    ),
    (
        "enrol_plan",
        "one new school of ten",
        Tables([plan(str(n)) for n in range(1, 11)], references=PLAN.references),
    ),
    ("enrol_plan", "no directory yet", Tables(PLAN.accepted, references={"school_directory": []})),
]


def judged(dataset: str, tables: Tables, database: duckdb.DuckDBPyConnection) -> expect.Verdict:
    contract = contracts.load(dataset)
    suite = expect.load(contract)
    for name in ("accepted", "latest", "quarantined"):
        fill(name, contract, getattr(tables, name), database)
    for name in suite.references:
        fill(name, contracts.load(name), tables.references[name], database)
    return expect.expect(suite, contract, database)


def broken(verdict: expect.Verdict) -> list[str]:
    return [judged.rule for judged in verdict.rules if not judged.holds]


def name_of(value: Any) -> str:
    return value.replace(" ", "_") if isinstance(value, str) else ""


@pytest.mark.parametrize(("dataset", "rule", "tables"), BROKEN, ids=name_of)
def test_a_rule_fires_on_its_counterexample_alone(
    dataset: str, rule: str, tables: Tables, database: duckdb.DuckDBPyConnection
) -> None:
    verdict = judged(dataset, tables, database)
    assert [name for name in broken(verdict) if name != "most_schools_still_there"] == (
        [rule] if rule != "most_schools_still_there" else []
    )
    [fired] = [found for found in verdict.rules if found.rule == rule]
    assert not fired.holds
    assert "{observed}" not in fired.reason.zh + fired.reason.en
    if rule != "rows_present":
        assert fired.examples
        [weight] = [r.weight for r in expect.load(contracts.load(dataset)).rules if r.name == rule]
        assert (fired in verdict.failed) is (weight == "critical")
        assert (fired in verdict.suspicions) is (weight == "suspicion")


@pytest.mark.parametrize(("dataset", "why", "tables"), SILENT, ids=name_of)
def test_a_suite_is_silent(
    dataset: str, why: str, tables: Tables, database: duckdb.DuckDBPyConnection
) -> None:
    assert broken(judged(dataset, tables, database)) == []


def test_every_rule_has_a_counterexample() -> None:
    tried = {(dataset, rule) for dataset, rule, _ in BROKEN}
    for dataset in contracts.names():
        for rule in expect.load(contracts.load(dataset)).rules:
            assert (dataset, rule.name) in tried


@pytest.mark.parametrize(
    ("expectation", "arguments"),
    [
        ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT nothing FROM {batch}"}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "FROM nowhere, {batch}"}),
        ("expect_column_values_to_not_be_null", {"column": "nothing"}),
        ("expect_the_moon", {}),
        ("expect_table_row_count_to_be_between", {"least": 1}),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_a_broken_contract(
    database: duckdb.DuckDBPyConnection, expectation: str, arguments: dict[str, Any]
) -> None:
    contract = contracts.load("school_directory")
    for name in ("accepted", "latest", "quarantined"):
        fill(name, contract, SCHOOLS.accepted, database)
    rule = Rule("the_odd_rule", "critical", expectation, arguments, Text("零", "nought"))
    sound = expect.load(contract).rules[0]
    suite = Suite("school_directory", (sound, rule), (), "digest")
    with pytest.raises(BrokenContract, match="the rule the_odd_rule cannot be evaluated") as caught:
        expect.expect(suite, contract, database)
    assert "\n" not in str(caught.value)


def test_an_example_shows_no_private_column(database: duckdb.DuckDBPyConnection) -> None:
    contract = contracts.load("school_directory")
    rows = [row | {"principal": "校长某"} for row in SCHOOLS.accepted]
    for name in ("accepted", "latest", "quarantined"):
        fill(name, contract, rows, database)
    query = {"unexpected_rows_query": "SELECT school_code, principal FROM {batch}"}
    rule = Rule("a", "critical", "unexpected_rows_expectation", query, Text("零", "nought"))
    verdict = expect.expect(Suite("school_directory", (rule,), (), "d"), contract, database)
    assert verdict.rules[0].examples == ("school_code 1", "school_code 2")
