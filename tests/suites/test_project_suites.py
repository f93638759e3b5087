"""The suites of major projects and their events: each rule on the smallest rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import contracts
from gongkai.codelists import CODELISTS
from gongkai.conform import load_code_lists
from tests.suites.judging import Tables, exceptions
from tests.support import a_home

YI = 100_000_000
NINE = "123456789"
ITEMS = {
    "1": "approval_guide",
    "2": "feasibility",
    "3": "tender_notice",
    "4": "land_acquisition_notice",
    "5": "design_change",
    "6": "participants",
    "7": "supervision_result",
    "8": "completion_acceptance",
    "9": "penalty_decision",
}


def project(number: int, **more: Any) -> dict[str, Any]:
    return {
        "invest_project_code": f"project {number}",
        "project_name": f"{number}号工程",
        "project_type": "municipal",
        "region_code": "329902",
        "legal_person_uscc": f"code {number}",
        "legal_person_name": f"{number}公司",
        "total_investment": 10 * YI,
        "cumulative_investment": 4 * YI,
        "report_date": "2025-09-30",
        "actual_finish": "2025-06-30",
        **more,
    }


def event(number: int, info_class: str, **more: Any) -> dict[str, Any]:
    return {
        "invest_project_code": f"project {number}",
        "info_class": info_class,
        "item_type": ITEMS[info_class],
        "doc_no": "1",
        "result": "penalised" if info_class == "9" else "approved",
        "decision_date": "2025-03-03",
        "publish_date": "2025-03-05",
        **more,
    }


PROJECTS = Tables(
    [project(n) for n in range(3)],
    latest=[project(n, report_date="2025-06-30") for n in range(3)],
)
EVENTS = Tables([event(0, c) for c in NINE], references={"major_project": [project(0)]})
SOUND = {"major_project": PROJECTS, "major_project_event": EVENTS}

BROKEN = [
    ("major_project", "rows_present", Tables([], PROJECTS.latest)),
    # 亿元 that are 万元, among so many others that the sum is hardly moved
    (
        "major_project",
        "unit_plausible",
        PROJECTS.but(0, "latest", total_investment=YI // 1000),
    ),
    (
        "major_project",
        "investment_never_falls",
        PROJECTS.but(0, cumulative_investment=3 * YI),
    ),
    (
        "major_project",
        "total_near_last_edition",
        Tables(
            [project(n, total_investment=900 * YI) for n in range(10)],
            latest=[project(n, report_date="2025-06-30") for n in range(10)],
        ),
    ),
    ("major_project", "names_are_unique", PROJECTS.but(0, project_name="1号工程")),
    ("major_project", "one_name_per_credit_code", PROJECTS.but(0, legal_person_uscc="code 1")),
    ("major_project_event", "rows_present", Tables([])),
    (
        "major_project_event",
        "every_project_is_known",
        Tables(
            [event(n, c) for n in range(10) for c in NINE],
            references={"major_project": [project(n) for n in range(9)]},
        ),
    ),
    (
        "major_project_event",
        "completed_after_permitted",
        EVENTS.but(1, item_type="construction_permit", decision_date="2025-03-04"),
    ),
    (
        "major_project_event",
        "one_name_per_credit_code",
        EVENTS.but(2, contractor_uscc="code", contractor_name="甲").but(
            5, contractor_uscc="code", contractor_name="乙"
        ),
    ),
    (
        "major_project_event",
        "nine_classes_by_project",
        Tables(EVENTS.accepted[1:], references=EVENTS.references),
    ),
    (
        "major_project_event",
        "backfilled_rows",
        EVENTS.but(0, is_backfill=True, backfill_date="2025-04-01", publish_date=None),
    ),
]

SILENT = [
    *((name, "sound rows", tables) for name, tables in SOUND.items()),
    *((name, "a first edition", Tables(t.accepted)) for name, t in SOUND.items()),
    (
        "major_project",
        "an older report that comes later",
        PROJECTS.but(0, cumulative_investment=3 * YI, report_date="2025-03-31", actual_finish=None),
    ),
    (
        "major_project_event",
        "a class in the last edition",
        Tables(EVENTS.accepted[1:], [event(0, "1")], references=EVENTS.references),
    ),
    (
        "major_project_event",
        "works that are not finished yet",
        Tables(
            [event(0, c) for c in NINE if c != "8"],
            references={"major_project": [project(0, actual_finish=None)]},
        ),
    ),
]


@pytest.fixture
def listed(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """The database with the code lists that the suites look at."""
    load_code_lists(contracts.load("major_project_event"), a_home(tmp_path), database)
    return database


def test_many_strangers_are_another_citys_projects(listed: duckdb.DuckDBPyConnection) -> None:
    events = [event(0, c) for c in NINE] + [event(1, c) for c in NINE]
    found = exceptions("major_project_event", Tables(events, references=EVENTS.references), listed)
    assert found == {
        rule: [{"invest_project_code": "project 1"}]
        for rule in ("most_projects_are_known", "every_project_is_known")
    }


def test_the_matrix_names_project_and_class(listed: duckdb.DuckDBPyConnection) -> None:
    tables = Tables([event(0, c) for c in NINE if c not in "39"], references=EVENTS.references)
    found = exceptions("major_project_event", tables, listed)["nine_classes_by_project"]
    assert [(row["invest_project_code"], row["info_class"], row["missing"]) for row in found] == [
        ("project 0", "3", "招标投标信息"),
        ("project 0", "9", "行政处罚信息"),
    ]


def test_the_contract_knows_the_class_of_every_item(listed: duckdb.DuckDBPyConnection) -> None:
    with (CODELISTS / "project_item_type.csv").open(encoding="utf-8", newline="") as lines:
        right = {(row["info_class"], row["code"]) for row in csv.DictReader(lines)}
    pairs = [{"info_class": c, "item_type": item} for c in NINE for _, item in sorted(right)]
    rows = [
        event(0, pair["info_class"]) | pair | {"doc_no": str(number)}
        for number, pair in enumerate(pairs)
    ]
    wrong = exceptions("major_project_event", Tables(rows), listed)
    numbers = {int(row["doc_no"]) for row in wrong["contract_item_belongs_to_class"]}
    assert numbers == {
        number
        for number, pair in enumerate(pairs)
        if (pair["info_class"], pair["item_type"]) not in right
    }


@pytest.mark.parametrize(
    ("item", "published", "broken"),
    [
        ("construction_permit", "2025-03-12", set()),
        ("construction_permit", "2025-03-13", {"contract_licence_published_in_time"}),
        ("feasibility", "2025-03-31", set()),
        ("feasibility", "2025-04-01", {"contract_published_in_time"}),
    ],
)
def test_working_days_of_publication(
    item: str, published: str, broken: set[str], listed: duckdb.DuckDBPyConnection
) -> None:
    row = event(0, "2", item_type=item, publish_date=published)
    assert set(exceptions("major_project_event", Tables([row]), listed)) == broken


def test_what_was_backfilled_is_never_late(listed: duckdb.DuckDBPyConnection) -> None:
    row = event(0, "2", publish_date="2025-12-01", is_backfill=True, backfill_date="2025-12-01")
    assert set(exceptions("major_project_event", Tables([row]), listed)) == {"backfilled_rows"}
