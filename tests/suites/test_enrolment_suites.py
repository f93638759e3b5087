"""The suites of the directory, the plan and the result: each rule on the smallest rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import contracts, sources
from gongkai.errors import BrokenDelivery
from gongkai.read import TextTable, read
from gongkai.sources import TRANSFORMS
from samples.enrol_result import NATIVE
from samples.table import Table, write_workbook
from tests.suites.judging import Tables, exceptions
from tests.support import a_home, delivered


def school(number: int, stage: str = "primary", **more: Any) -> dict[str, Any]:
    return {
        "school_code": str(number),
        "school_name": f"第{number}学校",
        "uscc": f"code {number}",
        "stage": stage,
        "ownership": "public",
        "region_name": "甲区",
        "students": 600,
        **more,
    }


def plan(number: int, **more: Any) -> dict[str, Any]:
    return {
        "year": 2025,
        "school_code": str(number),
        "school_name": f"第{number}学校",
        "stage": "primary",
        "plan_students": 90,
        **more,
    }


def result(number: int, channel: str, admitted: int, **more: Any) -> dict[str, Any]:
    return {
        "year": 2025,
        "school_code": str(number),
        "stage": "primary",
        "channel": channel,
        "ownership": "public",
        "applicants": admitted,
        "result_date": date(2025, 7, 20),
        "admitted": admitted,
        **more,
    }


TEN = range(10)
DIRECTORY = Tables([school(n) for n in TEN], latest=[school(n) for n in TEN])
PLAN = Tables(
    [plan(n) for n in TEN],
    latest=[plan(n) for n in TEN],
    references={"school_directory": [school(n) for n in TEN]},
)
RESULT = Tables(
    [*(result(n, "catchment", 80) for n in TEN), result(0, "migrant", 10)],
    latest=[result(n, "catchment", 80) for n in TEN],
    references={
        "enrol_plan": [plan(n) for n in TEN],
        "school_directory": [school(n) for n in TEN],
    },
)
SOUND = {"school_directory": DIRECTORY, "enrol_plan": PLAN, "enrol_result": RESULT}

STRANGERS = [8, 9, *range(20, 28)]
BROKEN = [
    ("school_directory", "rows_present", Tables([])),
    (
        "school_directory",
        "most_schools_still_there",
        Tables([school(n, students=1500) for n in range(4)], DIRECTORY.latest),
    ),
    ("school_directory", "names_are_unique", DIRECTORY.but(1, school_name="第0学校")),
    ("school_directory", "one_name_per_credit_code", DIRECTORY.but(1, uscc="code 0")),
    ("school_directory", "pupils_near_last_edition", DIRECTORY.but(0, students=9000)),
    ("enrol_plan", "rows_present", Tables([], references=PLAN.references)),
    (
        "enrol_plan",
        "schools_are_in_the_directory",
        Tables([plan(n) for n in STRANGERS], references=PLAN.references),
    ),
    (
        "enrol_plan",
        "volume_near_last_edition",
        Tables([plan(n, plan_students=300) for n in range(4)], PLAN.latest),
    ),
    ("enrol_plan", "places_near_last_edition", PLAN.but(0, plan_students=9000)),
    (
        "enrol_plan",
        "stage_fits_the_school",
        PLAN.but(0, "school_directory", stage="complete"),
    ),
    (
        "enrol_plan",
        "stage_fits_the_school",
        Tables([plan(0, stage="junior")], references=PLAN.references),
    ),
    (
        "enrol_plan",
        "contract_stage_is_entered",
        Tables([plan(0, stage="nine_year")], references=PLAN.references),
    ),
    (
        "enrol_result",
        "rows_present",
        Tables([], references={"school_directory": [school(0)]}),
    ),
    ("enrol_result", "admitted_within_plan", RESULT.but(10, admitted=11, applicants=11)),
    (
        "enrol_result",
        "schools_have_a_plan",
        Tables([result(0, "catchment", 80)], references={"enrol_plan": [plan(0, year=2024)]}),
    ),
    (
        "enrol_result",
        "schools_are_in_the_directory",
        Tables(
            [result(n, "catchment", 80) for n in STRANGERS],
            references={
                "enrol_plan": [plan(n) for n in STRANGERS],
                "school_directory": [school(n) for n in TEN],
            },
        ),
    ),
    (
        "enrol_result",
        "ownership_as_in_the_directory",
        RESULT.but(3, "school_directory", ownership="private"),
    ),
    ("enrol_result", "admitted_near_last_edition", RESULT.but(0, "latest", admitted=9000)),
    (
        "enrol_result",
        "every_plan_has_a_result",
        Tables(RESULT.accepted[1:10], references=RESULT.references),
    ),
    (
        "enrol_result",
        "contract_stage_is_entered",
        Tables([result(0, "catchment", 80, stage="complete")]),
    ),
]

SILENT = [
    *((name, "sound rows", tables) for name, tables in SOUND.items()),
    *((name, "a first edition", Tables(t.accepted)) for name, t in SOUND.items()),
    ("school_directory", "the same name elsewhere", DIRECTORY.but(1, region_name="乙区")),
    ("school_directory", "a directory without counts", DIRECTORY.but(0, students=None)),
    (
        "enrol_plan",
        "one new school of ten",
        Tables([plan(n) for n in range(1, 11)], references=PLAN.references),
    ),
    (
        "enrol_plan",
        "a nine-year school with both stages",
        Tables(
            [plan(0), plan(0, stage="junior")],
            references={"school_directory": [school(0, "nine_year")]},
        ),
    ),
    (
        "enrol_result",
        "places that were added with an approval",
        RESULT.but(
            10, admitted=15, applicants=15, added_places=5, addition_doc_no="江教发〔2025〕1号"
        ),
    ),
    ("enrol_result", "a plan without a number", RESULT.but(0, "enrol_plan", plan_students=None)),
    (
        "enrol_result",
        "a result in quarantine",
        Tables(
            RESULT.accepted[1:10],
            quarantined=[result(0, "catchment", 95)],
            references=RESULT.references,
        ),
    ),
]


def test_a_school_that_admitted_too_many_is_named(database: duckdb.DuckDBPyConnection) -> None:
    found = exceptions("enrol_result", RESULT.but(10, admitted=25, applicants=25), database)
    assert found["admitted_within_plan"] == [
        {
            "year": 2025,
            "school_code": "0",
            "stage": "primary",
            "admitted": 105,
            "planned": 90,
            "added": 0,
        }
    ]


PUPIL = {"pupil": "学生姓名"}


def read_results(
    native: dict[str, str], folder: Path, database: duckdb.DuckDBPyConnection
) -> TextTable:
    """A workbook of results with these columns and one row, as it is read."""
    row = dict.fromkeys(native, "模拟")
    table = Table("enrol_result", "江海市2025年义务教育录取结果汇总（模拟数据）", native, [row])
    write_workbook(folder / "results.xlsx", {"小学": table})
    home = a_home(folder / "home")
    source = sources.read(TRANSFORMS / "enrolment/enrol_result/jianghai.yaml", "enrol_result")
    receipts = delivered(home, {"results.xlsx": (folder / "results.xlsx").read_bytes()})
    return read(receipts, source, home, database)


def test_a_list_of_pupils_is_sent_back(tmp_path: Path, database: duckdb.DuckDBPyConnection) -> None:
    school = {name: NATIVE[name] for name in ("school_code", "school_name", "ownership", "channel")}
    with pytest.raises(BrokenDelivery, match="报名人数"):
        read_results(school | PUPIL, tmp_path, database)


def test_a_column_of_pupils_is_not_read(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    table = read_results(NATIVE | PUPIL, tmp_path, database)
    assert table.unread == ("学生姓名",)
    assert "学生姓名" not in table.relation.columns


def test_results_have_no_column_for_a_pupil() -> None:
    persons = [f.name for f in contracts.load("enrol_result").fields if f.personal >= 2]
    assert persons == ["handler_name", "handler_mobile"]
