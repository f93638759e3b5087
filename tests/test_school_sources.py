"""The sources of school lists that others compiled take lists of other places and years: invented
ones, in the forms that real ones have."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from gongkai import contracts, sources
from gongkai.check import check
from gongkai.conform import conform
from gongkai.home import Home
from gongkai.lake import load_macros
from gongkai.read import read
from gongkai.sources import TRANSFORMS
from tests.support import delivered, rows_of

PLAN = """2027年滨江区公办小学招生计划、招生范围
学区\t学校名称\t招生计划（班数）\t招生范围\t备注
东片\t第一小学\t4\t东村。\t
\t第二小学\t3\t\t电脑派位
说明：咨询请致电区教育局。
"""
SCORE = {
    "stage": "小一",
    "year": 2027,
    "school_type": "公办",
    "school_name": "第一小学",
    "school_key": "第一小学",
    "admission_type": "录取分数线",
}
CAMPUS = {
    "name": "东村校区",
    "nature": "公办",
    "lat": "120.5",
    "lng": "31.5",
    "rise": "",
    "phone": "",
    "fieldRange": "",
    "localRange": "",
}
MAP = [
    {
        "name": "第一小学教育集团",
        "localRange": "东村、西村",
        "school": [{**CAMPUS, "id": "a1"}, {**CAMPUS, "id": "a2", "localRange": "北村"}],
    },
    {
        "name": "花朵学前教育集团",
        "localRange": "",
        "school": [{**CAMPUS, "id": "b1", "name": "第一园区"}],
    },
]

Taking = Callable[[str, str, str, str], dict[str, Any]]


@pytest.fixture
def taken(home: Home) -> Taking:
    """A file through a declared source and the contract's check."""

    def of(dataset: str, name: str, file: str, text: str) -> dict[str, Any]:
        source = sources.read(TRANSFORMS / "enrolment" / dataset / f"{name}.yaml", dataset)
        contract = contracts.load(dataset)
        with duckdb.connect() as database:
            load_macros(database)
            table = read(delivered(home, {file: text.encode()}), source, home, database)
            candidates = conform(table, contract, source, home, database)
            checked = check(candidates, contract, source, home, database)
            return {
                "accepted": sorted(rows_of(checked.accepted), key=lambda row: row["school_code"]),
                "findings": rows_of(checked.findings),
                "skipped": table.skipped,
            }

    return of


def shown(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_next_years_plan_of_another_district(taken: Taking) -> None:
    found = taken("enrol_plan", "panyu", "plan.tsv", PLAN)
    assert found["findings"] == []
    columns = ("year", "school_code", "plan_classes", "zone_text", "procedure")
    assert shown(found["accepted"], *columns) == [
        (2027, "local:滨江区/第一小学", 4, "东村。", None),
        (2027, "local:滨江区/第二小学", 3, "东村。", "电脑派位"),
    ]


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("76.5", 76.5, []),
        ("2028年新开办", None, ["score_line_as_printed"]),
        ("76.5", 67.5, ["score_line_as_printed"]),
    ],
)
def test_a_score_line_and_its_number_agree(
    text: str, value: float | None, codes: list[str], taken: Taking
) -> None:
    record = {**SCORE, "id": "1", "score_text": text, "score_value": value}
    given = json.dumps({"records": [record]}, ensure_ascii=False)
    found = taken("enrol_result", "shenzhen", "scores.json", given)
    assert [finding["code"] for finding in found["findings"]] == codes
    assert len(found["accepted"]) == (not codes)


def test_a_campus_has_its_own_catchment_or_its_groups(taken: Taking) -> None:
    given = json.dumps(MAP, ensure_ascii=False)
    found = taken("enrol_plan", "hangzhou", "map_2027.json", given)
    assert shown(found["accepted"], "year", "school_name", "stage", "zone_text") == [
        (2027, "第一小学教育集团东村校区", "primary", "东村、西村"),
        (2027, "第一小学教育集团东村校区", "primary", "北村"),
    ]
    assert found["skipped"] == 1
    schools = taken("school_directory", "hangzhou", "map_2027.json", given)
    assert shown(schools["accepted"], "as_of", "longitude", "latitude")[0] == (
        2027,
        pytest.approx(120.5),
        pytest.approx(31.5),
    )
