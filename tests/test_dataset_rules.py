"""Every rule of the vocabulary: silent on sound rows, and exact about the rows that break it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import expect
from gongkai.contracts import Contract
from gongkai.dataset_rules import VOCABULARY
from gongkai.expect import Rule, Suite
from gongkai.text import Text
from tests.support import a_contract, a_field, fill, rows_of

Row = dict[str, Any]
Rows = list[Row]

YI = 10**8
WAN = 10**4


@dataclass(frozen=True)
class Tables:
    """What a rule looks at; `other` is another dataset's latest edition."""

    accepted: Rows
    latest: Rows = field(default_factory=list)
    quarantined: Rows = field(default_factory=list)
    other: Rows = field(default_factory=list)
    declared_empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A rule with its arguments, rows that keep it, the smallest that break it, and what the
    rule then gives."""

    rule: str
    arguments: dict[str, Any]
    sound: Tables
    broken: Tables
    found: Rows


def amount(region: str, value: float | None, **more: Any) -> Row:
    """A figure of a region; the value is in yuan."""
    return {"region": region, "value": None if value is None else Decimal(str(value)), **more}


def level(item: str, value: float | None, unit: str = "元", **more: Any) -> Row:
    """The whole, or a part of it."""
    return amount("甲区", value, item=item, unit=unit, **more)


def subject(code: str | None, value: float | None, **more: Any) -> Row:
    return amount("甲区", value, code=code, **more)


def in_year(year: int, value: float | None, region: str = "甲区") -> Row:
    return amount(region, value, year=year)


def many(count: int, value: float = 1, region: str = "甲区") -> Rows:
    return [amount(region, value, code=str(number)) for number in range(count)]


def valid(start: str, finish: str | None, region: str = "甲区", row: int = 1) -> Row:
    return {"region": region, "start": start, "finish": finish, "_row": row}


TOTAL = {"values": ["value"], "total": "item = '合计'", "parts": "item <> '合计'", "by": ["region"]}
CHILDREN = {"code": "code", "values": ["value"], "by": ["region"]}
BALANCE = {
    "item": "item",
    "value": "value",
    "by": ["region"],
    "result": "年末",
    "plus": ["年初", "增加"],
    "minus": ["减少"],
}
BALANCED = [level("年初", 10), level("增加", 5), level("减少", 3), level("年末", 12)]
KNOWN = {"columns": ["region", "code"], "dataset": "other", "references": ["region", "name"]}
SUM_OF = {
    "value": "value",
    "by": ["region"],
    "dataset": "other",
    "bound": "value",
    "references": ["name"],
}
VALUE_OF = {
    "value": "value",
    "columns": ["code"],
    "dataset": "other",
    "bound": "value",
    "references": ["code"],
}
UNIT = {"values": ["value"], "entity": ["region"], "year": "year"}
NEAR = {"by": ["region"], "least": 0.5, "most": 2}
VALID = {"entity": ["region"], "start": "start", "end": "finish"}
TEN = many(10)

CASES = [
    Case(
        "expect_rows_unless_declared_empty",
        {},
        Tables([level("合计", 1)]),
        Tables([]),
        [{"rows": 0}],
    ),
    Case(
        "expect_total_to_equal_sum_of_parts",
        TOTAL,
        Tables([level("合计", 5), level("一", 2), level("二", 3)]),
        Tables([level("合计", 9), level("一", 2), level("二", 3)]),
        [{"region": "甲区", "value": 9, "sum_of_value": 5}],
    ),
    Case(
        "expect_parent_to_equal_sum_of_children",
        CHILDREN,
        Tables([subject("201", 5), subject("20101", 2), subject("20102", 3), subject("202", 7)]),
        Tables([subject("201", 9), subject("20101", 2), subject("20102", 3), subject("202", 7)]),
        [{"region": "甲区", "code": "201", "value": 9, "sum_of_value": 5}],
    ),
    Case(
        "expect_items_to_balance",
        BALANCE,
        Tables(BALANCED),
        Tables([*BALANCED[:3], level("年末", 15)]),
        [{"region": "甲区", "年末": 15, "年初": 10, "增加": 5, "减少": 3, "worked_out": 12}],
    ),
    Case(
        "expect_reference_to_exist",
        KNOWN,
        Tables([subject("a", 1)], other=[amount("甲区", 1, name="a")]),
        Tables([subject("b", 1), subject("b", 2)], other=[amount("甲区", 1, name="a")]),
        [{"region": "甲区", "code": "b"}],
    ),
    Case(
        "expect_sum_to_match_reference",
        SUM_OF,
        Tables([amount("甲区", 2), amount("甲区", 3)], other=[amount("", 5, name="甲区")]),
        Tables([amount("甲区", 2), amount("甲区", 3)], other=[amount("", 9, name="甲区")]),
        [{"region": "甲区", "sum_of_value": 5, "value": 9}],
    ),
    Case(
        "expect_value_to_match_reference",
        VALUE_OF,
        Tables([subject("a", 5)], other=[subject("a", 5)]),
        Tables([subject("a", 5)], other=[subject("a", 6)]),
        [{"code": "a", "value": 5, "expected": 6}],
    ),
    Case(
        "expect_one_row_at_most",
        {"by": ["region"], "where": "item = '中标'"},
        Tables([level("中标", 1), level("候选", 1), level("候选", 1)]),
        Tables([level("中标", 1), level("中标", 1)]),
        [{"region": "甲区", "rows": 2}],
    ),
    Case(
        "expect_one_row_exactly",
        {"by": ["region"], "where": "item = '中标'"},
        Tables([level("中标", 1), level("候选", 1)]),
        Tables([level("候选", 1)]),
        [{"region": "甲区", "rows": 0}],
    ),
    Case(
        "expect_one_name_per_code",
        {"code": "code", "name": "name"},
        Tables([subject("a", 1, name="一局"), subject("a", 2, name="一局")]),
        Tables([subject("a", 1, name="二局"), subject("a", 2, name="一局")]),
        [{"code": "a", "names": 2, "printed": "一局；二局"}],
    ),
    Case(
        "expect_unit_to_be_plausible",
        UNIT,
        Tables([in_year(2024, 5 * YI), in_year(2025, 6 * YI)]),
        Tables([in_year(2025, 6 * WAN)], latest=[in_year(2024, 5 * YI)]),
        [
            {
                "region": "甲区",
                "year": 2025,
                "value_of": "value",
                "value": 6 * WAN,
                "usual": 5 * YI,
                "powers_of_ten_thousand": -1,
            }
        ],
    ),
    Case(
        "expect_unit_to_agree_with_parts",
        TOTAL,
        Tables([level("合计", 5), level("一", 2), level("二", 4)]),
        Tables([level("合计", 5 * WAN), level("一", 2), level("二", 4)]),
        [
            {
                "region": "甲区",
                "value_of": "value",
                "total": 5 * WAN,
                "sum_of_parts": 6,
                "powers_of_ten_thousand": 1,
            }
        ],
    ),
    Case(
        "expect_volume_near_last_edition",
        NEAR,
        Tables(many(5), latest=TEN),
        Tables(many(4), latest=TEN),
        [{"region": "甲区", "rows_before": 10, "rows_now": 4}],
    ),
    Case(
        "expect_sum_near_last_edition",
        {"value": "value", **NEAR},
        Tables(many(10, 2), latest=TEN),
        Tables(many(10, 3), latest=TEN),
        [{"region": "甲区", "sum_before": 10, "sum_now": 30}],
    ),
    Case(
        "expect_no_overlap",
        VALID,
        Tables([valid("2020-01-01", "2020-12-31"), valid("2021-01-01", None)]),
        Tables([valid("2020-01-01", "2021-01-01"), valid("2021-01-01", None)]),
        [{"region": "甲区", "first_start": "2020-01-01", "second_start": "2021-01-01"}],
    ),
]
BY_NAME = {case.rule: case for case in CASES}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    texts = [a_field(name) for name in ("region", "item", "code", "name", "unit")]
    others = [
        a_field("year", "INTEGER"),
        a_field("value", "DECIMAL(18,2)"),
        a_field("start", "DATE"),
        a_field("finish", "DATE"),
    ]
    return a_contract(tmp_path, [a_field("number", key=True), *texts, *others])


def prepare(tables: Tables, contract: Contract, database: duckdb.DuckDBPyConnection) -> None:
    """Put the tables where a suite finds them."""
    for name in ("accepted", "latest", "quarantined", "other"):
        fill(name, contract, getattr(tables, name), database)
    database.execute("CREATE OR REPLACE TABLE declared_empty (name VARCHAR)")
    for name in tables.declared_empty:
        database.execute("INSERT INTO declared_empty VALUES (?)", [name])


@pytest.fixture
def found(contract: Contract, database: duckdb.DuckDBPyConnection) -> Any:
    """What a rule finds in tables, in SQL alone; `more` are arguments beside the case's own."""

    def of(rule: str, tables: Tables, **more: Any) -> Rows:
        prepare(tables, contract, database)
        query = VOCABULARY[rule](**{**BY_NAME[rule].arguments, **more})
        return plain(rows_of(database.sql(query.replace("{batch}", "accepted"))))

    return of


def plain(rows: Rows) -> Rows:
    """Rows whose days are text."""
    return [
        {name: str(value) if hasattr(value, "year") else value for name, value in row.items()}
        for row in rows
    ]


def test_every_rule_is_tried() -> None:
    assert [case.rule for case in CASES] == list(VOCABULARY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_sound_rows_are_silent(case: Case, found: Any) -> None:
    assert found(case.rule, case.sound) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rows_that_break_a_rule_are_given(case: Case, found: Any) -> None:
    assert found(case.rule, case.broken) == case.found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_great_expectations_finds_the_same(
    case: Case, contract: Contract, database: duckdb.DuckDBPyConnection
) -> None:
    query = VOCABULARY[case.rule](**case.arguments)
    rule = Rule("one", "critical", case.rule, case.arguments, Text("零", "nought"), query)
    suite = Suite("tiny", (rule,), (), "")
    for tables, count in ((case.sound, 0), (case.broken, len(case.found))):
        prepare(tables, contract, database)
        [judged] = expect.expect(suite, contract, database).rules
        assert (judged.holds, int(judged.observed)) == (count == 0, count)
        assert len(judged.examples) == count


def test_an_empty_delivery_may_be_declared(found: Any) -> None:
    assert found("expect_rows_unless_declared_empty", Tables([], declared_empty=("一表",))) == []


# half the last printed digit for the total and for each part


@pytest.mark.parametrize(
    ("rule", "border", "more"),
    [
        # a total and two parts to the yuan: three halves
        ("expect_total_to_equal_sum_of_parts", 1.5, {}),
        ("expect_total_to_equal_sum_of_parts", 0.15, {"digit": 0.1}),
        ("expect_parent_to_equal_sum_of_children", 1.5, {}),
        ("expect_parent_to_equal_sum_of_children", 0.15, {"digit": 0.1}),
        # four items
        ("expect_items_to_balance", 2, {}),
        ("expect_items_to_balance", 0.2, {"digit": 0.1}),
        # two rows and the bound
        ("expect_sum_to_match_reference", 1.5, {}),
        ("expect_sum_to_match_reference", 0.15, {"digit": 0.1}),
        # one row and the bound; exact where no digit is given
        ("expect_value_to_match_reference", 0, {}),
        ("expect_value_to_match_reference", 1, {"digit": 1}),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_difference_is_borne_up_to_the_border(
    rule: str, border: float, more: dict[str, Any], sign: int, found: Any
) -> None:
    sound = BY_NAME[rule].sound
    place = {"expect_items_to_balance": 3}.get(rule, 0)

    def exceptions(difference: Decimal) -> int:
        rows = [dict(row) for row in sound.other or sound.accepted]
        rows[place]["value"] += sign * difference
        tables = replace(sound, other=rows) if sound.other else replace(sound, accepted=rows)
        return len(found(rule, tables, **more))

    exactly = Decimal(str(border))
    assert exceptions(exactly) == 0
    assert exceptions(exactly + Decimal("0.01")) == 1


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        # 0.5 × (亿元 + 万元 + 元): each in the unit it was printed in
        (
            "expect_total_to_equal_sum_of_parts",
            [level("合计", YI, "亿元"), level("一", YI, "万元"), level("二", 0, "元")],
        ),
        (
            "expect_parent_to_equal_sum_of_children",
            [
                subject("201", YI, unit="亿元"),
                subject("20101", YI, unit="万元"),
                subject("20102", 0, unit="元"),
            ],
        ),
        (
            "expect_items_to_balance",
            [
                level("年末", YI, "亿元"),
                level("年初", YI, "万元"),
                level("增加", 0, "元"),
                level("减少", 0, "元"),
                # not one of the items
                level("其他", 0, "亿元"),
            ],
        ),
    ],
)
def test_the_last_digit_is_of_the_unit_it_was_printed_in(rule: str, rows: Rows, found: Any) -> None:
    ones = sum(row["unit"] == "元" for row in rows)
    border = Decimal(YI + WAN + ones) / 2
    for beyond, count in ((Decimal(0), 0), (Decimal("0.01"), 1)):
        first = {**rows[0], "value": rows[0]["value"] + border + beyond}
        assert len(found(rule, Tables([first, *rows[1:]]), unit="unit")) == count


# what is in quarantine is not judged


@pytest.mark.parametrize(
    "rule",
    [
        "expect_total_to_equal_sum_of_parts",
        "expect_sum_to_match_reference",
        "expect_one_row_exactly",
    ],
)
@pytest.mark.parametrize(("region", "count"), [("甲区", 0), (None, 0), ("乙区", 1)])
def test_what_may_lack_a_held_row_is_not_judged(
    rule: str, region: str | None, count: int, found: Any
) -> None:
    held = [{"region": region, "item": "一", "value": 1}]
    assert len(found(rule, replace(BY_NAME[rule].broken, quarantined=held))) == count


@pytest.mark.parametrize(
    ("held", "count"),
    [
        (subject("20103", 1), 0),
        # a child's child, and codes that nobody can read
        (subject("2010301", 1), 0),
        (subject("2O103", 1), 0),
        (subject(None, 1), 0),
        (amount("甲区", 1, code="20203"), 1),
        (amount("乙区", 1, code="20103"), 1),
    ],
)
def test_a_parent_whose_child_may_be_held_is_not_judged(held: Row, count: int, found: Any) -> None:
    rule = "expect_parent_to_equal_sum_of_children"
    tables = replace(BY_NAME[rule].broken, quarantined=[held])
    assert len(found(rule, tables)) == count


def test_items_are_judged_where_all_are_there(found: Any) -> None:
    rule = "expect_items_to_balance"
    rows = BY_NAME[rule].broken.accepted
    assert [found(rule, Tables(rows[:n] + rows[n + 1 :])) for n in range(len(rows))] == [[]] * 4


# before a first edition, and what is not there


@pytest.mark.parametrize(
    "rule",
    [
        "expect_reference_to_exist",
        "expect_sum_to_match_reference",
        "expect_value_to_match_reference",
        "expect_unit_to_be_plausible",
        "expect_volume_near_last_edition",
        "expect_sum_near_last_edition",
    ],
)
def test_before_a_first_edition_nothing_is_asked(rule: str, found: Any) -> None:
    assert found(rule, replace(BY_NAME[rule].broken, other=[], latest=[])) == []


@pytest.mark.parametrize(
    ("rule", "tables"),
    [
        ("expect_total_to_equal_sum_of_parts", Tables([level("合计", None), level("一", 2)])),
        ("expect_total_to_equal_sum_of_parts", Tables([level("合计", 5), level("一", None)])),
        ("expect_total_to_equal_sum_of_parts", Tables([level("合计", 5)])),
        ("expect_total_to_equal_sum_of_parts", Tables([level("一", 5)])),
        (
            "expect_parent_to_equal_sum_of_children",
            Tables([subject("201", None), subject("20101", 2)]),
        ),
        (
            "expect_parent_to_equal_sum_of_children",
            Tables([subject("201", 5), subject("20101", None)]),
        ),
        (
            "expect_parent_to_equal_sum_of_children",
            Tables([subject("201", 5), subject("2010101", 2)]),
        ),
        ("expect_items_to_balance", Tables([*BALANCED[:3], level("年末", None)])),
        (
            "expect_reference_to_exist",
            Tables([subject(None, 1)], other=[amount("甲区", 1, name="a")]),
        ),
        (
            "expect_sum_to_match_reference",
            Tables([amount("甲区", None)], other=[amount("", 5, name="甲区")]),
        ),
        (
            "expect_sum_to_match_reference",
            Tables([amount("甲区", 5)], other=[amount("", None, name="甲区")]),
        ),
        (
            "expect_value_to_match_reference",
            Tables([subject("a", None), subject("b", 1)], other=[subject("a", 5)]),
        ),
        (
            "expect_one_name_per_code",
            Tables([subject(None, 1, name="一局"), subject(None, 1, name="二局")]),
        ),
        (
            "expect_one_name_per_code",
            Tables([subject("a", 1, name=None), subject("a", 1, name="二局")]),
        ),
        (
            "expect_unit_to_be_plausible",
            Tables([in_year(2025, None), in_year(2024, 5), in_year(2023, 0), in_year(2022, -5)]),
        ),
        ("expect_unit_to_agree_with_parts", Tables([level("合计", 0), level("一", 5 * WAN)])),
        ("expect_unit_to_agree_with_parts", Tables([level("合计", None), level("一", 5)])),
        ("expect_sum_near_last_edition", Tables(many(10, 5), latest=many(10, 0))),
        ("expect_no_overlap", Tables([valid("2020-01-01", None)])),
        (
            "expect_no_overlap",
            Tables([valid("2020-01-01", None), valid("2021-01-01", None, "乙区")]),
        ),
    ],
)
def test_what_is_not_there_breaks_nothing(rule: str, tables: Tables, found: Any) -> None:
    assert found(rule, tables) == []


def test_an_empty_part_adds_nothing(found: Any) -> None:
    rows = [level("合计", 9), level("一", 2), level("二", None)]
    [exception] = found("expect_total_to_equal_sum_of_parts", Tables(rows))
    assert exception["sum_of_value"] == 2


def test_groups_without_a_region_are_a_group(found: Any) -> None:
    rows = [{**row, "region": None} for row in BY_NAME["expect_items_to_balance"].broken.accepted]
    assert len(found("expect_items_to_balance", Tables(rows))) == 1
    rows = [{"item": "合计", "value": 9}, {"item": "一", "value": 2}]
    assert len(found("expect_total_to_equal_sum_of_parts", Tables(rows))) == 1


# what the arguments change


def test_a_total_of_too_few_parts_is_not_judged(found: Any) -> None:
    rule = "expect_total_to_equal_sum_of_parts"
    assert found(rule, BY_NAME[rule].broken, least_parts=3) == []
    assert len(found(rule, BY_NAME[rule].broken, least_parts=2)) == 1


def test_a_level_is_as_many_characters_as_is_said(found: Any) -> None:
    rows = [subject("2", 19), subject("201", 5), subject("202", 3), subject("20", 1)]
    rule = "expect_parent_to_equal_sum_of_children"
    assert [row["sum_of_value"] for row in found(rule, Tables(rows))] == [8]
    assert [row["sum_of_value"] for row in found(rule, Tables(rows), step=1)] == [1, 8]


def test_a_share_of_strangers_is_let_pass(found: Any) -> None:
    rule = "expect_reference_to_exist"
    known = [amount("甲区", 1, name="0")]
    rows = [subject(str(number), 1) for number in range(4)]
    assert found(rule, Tables(rows, other=known), share=0.75) == []
    assert len(found(rule, Tables(rows, other=known), share=0.74)) == 3
    assert found(rule, Tables(rows, other=known), where="code = '0'") == []


@pytest.mark.parametrize(("relation", "found_by_value"), [("=", [4, 6]), ("<=", [6]), (">=", [4])])
@pytest.mark.parametrize(
    "rule", ["expect_sum_to_match_reference", "expect_value_to_match_reference"]
)
def test_a_value_is_at_most_or_at_least_the_others(
    rule: str, relation: str, found_by_value: list[int], found: Any
) -> None:
    def breaks(value: int) -> bool:
        row, bound = amount("甲", value, code="a"), amount("", 5, code="a", name="甲")
        return bool(found(rule, Tables([row], other=[bound]), relation=relation, digit=0))

    assert [value for value in (4, 5, 6) if breaks(value)] == found_by_value


def test_a_sum_is_over_the_rows_that_are_asked_for(found: Any) -> None:
    rows = [level("一", 5), level("二", 9)]
    tables = Tables(rows, other=[amount("", 5, name="甲区")])
    assert found("expect_sum_to_match_reference", tables, where="item = '一'") == []


def test_a_condition_may_name_both_rows(found: Any) -> None:
    tables = Tables([subject("a", 5, year=2024)], other=[subject("a", 6, year=2025)])
    rule = "expect_value_to_match_reference"
    assert found(rule, tables, where="here.year = other.year") == []
    assert len(found(rule, tables, where="here.year < other.year")) == 1


def test_two_winners_are_not_one(found: Any) -> None:
    [row] = found("expect_one_row_exactly", Tables([level("中标", 1), level("中标", 1)]))
    assert row["rows"] == 2


# units that are off by powers of ten thousand


@pytest.mark.parametrize(
    ("why", "value", "powers"),
    [
        ("万元 written as 亿元", 6 * YI * WAN, 1),
        ("亿元 written as 万元", 6 * WAN, -1),
        ("亿元 written as 元", 6, -2),
    ],
)
def test_the_mislabelled_year_is_found_among_others(
    why: str, value: int, powers: int, found: Any
) -> None:
    others = [in_year(year, 5 * YI) for year in (2022, 2023, 2024)]
    [row] = found("expect_unit_to_be_plausible", Tables([*others, in_year(2025, value)]))
    assert (row["year"], row["powers_of_ten_thousand"]) == (2025, powers)


def test_yuan_written_as_wan_are_found(found: Any) -> None:
    others = [in_year(year, 310_000) for year in (2022, 2023, 2024)]
    wrong = in_year(2025, 320_000 * WAN)
    [row] = found("expect_unit_to_be_plausible", Tables([wrong], latest=others))
    assert (row["usual"], row["powers_of_ten_thousand"]) == (310_000, 1)


@pytest.mark.parametrize("growth", [40, 300, 1 / 40, 1 / 300])
def test_a_region_that_really_grew_is_not_suspected(growth: float, found: Any) -> None:
    rows = [in_year(2023, YI), in_year(2024, YI), in_year(2025, YI * growth)]
    assert found("expect_unit_to_be_plausible", Tables(rows)) == []


def test_a_first_year_alone_says_nothing(found: Any) -> None:
    rows = [in_year(2025, 6 * WAN), in_year(2025, 6 * YI, "乙区")]
    assert found("expect_unit_to_be_plausible", Tables(rows)) == []


def test_a_year_that_is_delivered_again_is_compared_with_the_other_years(found: Any) -> None:
    rule = "expect_unit_to_be_plausible"
    wrong = [in_year(2023, 5 * WAN), in_year(2024, 5 * WAN)]
    corrected = Tables([in_year(2023, 5 * YI), in_year(2024, 5 * YI)], latest=wrong)
    assert found(rule, corrected) == []
    # another region's year takes nothing away from this one's
    tables = Tables(
        [in_year(2025, 6 * WAN), in_year(2024, 1, "乙区")], latest=[in_year(2024, 5 * YI)]
    )
    assert [row["region"] for row in found(rule, tables)] == ["甲区"]


# the last edition


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("expect_volume_near_last_edition", {}),
        ("expect_sum_near_last_edition", {"least": 0.5, "most": 2}),
    ],
)
def test_drift_is_judged_from_ten_rows_on(rule: str, more: dict[str, Any], found: Any) -> None:
    assert found(rule, Tables(many(1), latest=many(9)), **more) == []
    assert len(found(rule, Tables(many(1), latest=many(10)), **more)) == 1


@pytest.mark.parametrize(("now", "count"), [(4, 1), (5, 0), (20, 0), (21, 1)])
@pytest.mark.parametrize(
    "rule", ["expect_volume_near_last_edition", "expect_sum_near_last_edition"]
)
def test_the_bounds_of_drift_are_allowed(rule: str, now: int, count: int, found: Any) -> None:
    assert len(found(rule, Tables(many(now), latest=TEN))) == count


def test_a_group_that_is_new_has_not_drifted(found: Any) -> None:
    tables = Tables([*TEN, *many(99, region="乙区")], latest=TEN)
    assert found("expect_volume_near_last_edition", tables) == []
    assert found("expect_sum_near_last_edition", tables) == []


# spans of time


@pytest.mark.parametrize(
    ("spans", "count"),
    [
        ([("2020-01-01", None), ("2021-01-01", None)], 1),
        ([("2021-01-01", None), ("2020-01-01", "2020-12-31")], 0),
        ([("2020-01-01", "2020-06-30"), ("2020-06-30", None)], 1),
        ([("2020-01-01", None), ("2020-01-01", None)], 1),
        ([("2020-01-01", "2023-01-01"), ("2021-01-01", "2021-02-01"), ("2022-01-01", None)], 2),
    ],
    ids=["two open ends", "one after the other", "one day", "the same start", "one over two"],
)
def test_spans_that_share_a_day_overlap_once(
    spans: list[tuple[str, str | None]], count: int, found: Any
) -> None:
    rows = [valid(start, end, row=number) for number, (start, end) in enumerate(spans)]
    assert len(found("expect_no_overlap", Tables(rows))) == count
