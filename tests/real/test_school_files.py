"""What education bureaus publish of schools, plans and results, as others typed it out or drew it
on a map: four places, each in a form of its own."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from gongkai.home import Home
from tests.real.taking_in import REAL, TakenIn, needs_real_files, take_in
from tests.support import read_bytes

pytestmark = needs_real_files
SHENZHEN = "school/shenzhen_buji_admission_2017_2025.json"
PANYU = "school/gz_panyu_2026_public_primary_partial.tsv"
HANGZHOU = "school/hangzhou_gongshu_education_map_2019.json"
SUZHOU = "school/suzhou_school_catchments_2025.json"


def published(found: TakenIn, columns: str, rest: str = "") -> list[tuple[Any, ...]]:
    assert found.outcome.state == "published", found.outcome.error
    return found.ask(f"SELECT {columns} FROM lake.enrolment.{found.dataset} {rest}")


def counts(found: TakenIn) -> tuple[int, int, int]:
    report = found.report
    return report["text_rows"], report["accepted"], report["quarantined"]


def quarantined(found: TakenIn) -> list[tuple[str, str, int]]:
    return [row[1:] for row in found.findings() if row[0] == "error"]


def test_score_lines_of_a_district_over_nine_years(tmp_path: Path) -> None:
    found = take_in(tmp_path, "enrol_result", "shenzhen", SHENZHEN)
    meta = json.loads((Path(REAL or "") / SHENZHEN).read_text(encoding="utf-8"))["meta"]
    assert counts(found) == (meta["record_count"], 346, 3)
    # where a school was not open yet, the list prints that in place of a score
    assert quarantined(found) == [("score_line_as_printed", "score_line_reported", 3)]
    [said] = found.ask(
        "SELECT value FROM private.quarantine.findings WHERE part LIKE '%2022-文理学校%'"
    )
    assert said == ("2023年新开办",)
    assert published(found, "count(DISTINCT school_code), min(year), max(year)") == [
        (meta["school_count"], meta["years"][0], meta["years"][-1])
    ]
    by_channel = published(found, "channel, ownership, count(*)", "GROUP BY ALL ORDER BY ALL")
    assert by_channel == [
        ("direct", "private", 51),
        ("points", "private", 151),
        ("points", "public", 144),
    ]
    assert published(found, "sum(score_line)") == [(Decimal("27348.35"),)]
    spots = {
        ("布吉街道可园学校", 2017, "junior"): Decimal("76.5"),
        ("布吉街道可园学校", 2019, "junior"): Decimal("100.9"),
        ("布吉街道龙岭初级中学", 2022, "junior"): Decimal("75"),
    }
    rows = published(found, "school_name, year, stage, score_line")
    assert spots.items() <= {row[:3]: row[3] for row in rows}.items()


def test_a_school_that_the_summary_of_the_list_leaves_out(tmp_path: Path) -> None:
    results = take_in(tmp_path / "results", "enrol_result", "shenzhen", SHENZHEN)
    schools = take_in(tmp_path / "schools", "school_directory", "shenzhen", SHENZHEN)
    assert counts(schools) == (38, 38, 0)
    listed = {row[0] for row in published(schools, "school_code")}
    named = {row[0] for row in published(results, "school_code")}
    assert named - listed == {"local:shenzhen/初一/龙岭初级中学/民办"}
    assert listed <= named
    assert published(schools, "stage, count(*)", "GROUP BY ALL ORDER BY ALL") == [
        ("junior", 14),
        ("primary", 24),
    ]


def test_the_plan_of_a_districts_primary_schools(tmp_path: Path) -> None:
    found = take_in(tmp_path, "enrol_plan", "panyu", PANYU)
    assert counts(found) == (52, 52, 0)
    assert found.findings() == []
    assert published(found, "DISTINCT year, stage") == [(2026, "primary")]
    assert published(found, "sum(plan_classes)") == [(203,)]
    rows = {row[0]: row[1:] for row in published(found, "school_name, plan_classes, zone_text")}
    assert rows["南村镇中心小学"][0] == 6
    assert rows["石碁镇茂生小学"] == (1, "官涌村户籍的适龄儿童。")
    # one cell over the schools that share a catchment
    assert rows["天成小学"] == (11, "亚运城符合“人户一致”条件的适龄儿童。")
    [drawn] = published(found, "procedure", "WHERE school_name = '亚运城小学'")
    assert drawn == ("电脑派位。 见说明2",)


def test_the_campuses_of_education_groups_on_a_map(tmp_path: Path) -> None:
    found = take_in(tmp_path, "school_directory", "hangzhou", HANGZHOU)
    # 46 campuses, 15 of them kindergartens
    assert counts(found) == (31, 30, 1)
    assert found.report["skipped"] == 15
    # its name does not say of which stage it is
    assert quarantined(found) == [("required", "stage", 1)]
    assert ("warning", "form", "office_phone", 8) in found.findings()
    rows = {
        row[0]: row[1:]
        for row in published(found, "school_name, stage, ownership, longitude, latitude, as_of")
    }
    assert rows["锦绣中学"] == ("junior", "private", Decimal("120.1165"), Decimal("30.2998"), 2019)
    assert rows["拱宸桥小学教育集团永宁校区"][:2] == ("primary", "public")
    assert rows["长阳小学"][:2] == ("primary", None)


def test_the_catchments_of_education_groups_on_a_map(tmp_path: Path) -> None:
    found = take_in(tmp_path, "enrol_plan", "hangzhou", HANGZHOU)
    assert counts(found) == (31, 14, 17)
    # what is being built has no catchment yet, private schools have none
    assert quarantined(found) == [("required", "stage", 1), ("required", "zone_text", 17)]
    rows = {row[0]: row[1:] for row in published(found, "school_name, stage, zone_text")}
    assert rows["长阳中学"] == ("junior", "直升小学：长阳小学、星澜小学")
    # told once, for all campuses of the group
    campuses = [rows[f"拱宸桥小学教育集团{name}校区"][1] for name in ("永宁", "左岸")]
    assert campuses[0] == campuses[1]
    assert campuses[0].startswith("1.湖州街以北，运河以东")
    assert rows["星澜小学"][0] == "primary"


def test_the_script_that_the_catchments_of_suzhou_come_from_says_the_same(
    home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    declared = {
        "kind": "json",
        "records": "SCHOOL_CATCHMENTS.*",
        "columns": ["_key", "schoolYear", "communities"],
    }
    script = (Path(REAL or "") / SUZHOU).with_suffix(".js").read_bytes()
    table = read_bytes(home, tmp_path, declared, script, database)
    said = {row[0]: json.loads(row[2]) for row in table.relation.fetchall()}
    derived = json.loads((Path(REAL or "") / SUZHOU).read_text(encoding="utf-8"))
    assert said == {school["id"]: school["communities"] for school in derived}
    assert sum(map(len, said.values())) == 443


def test_the_catchments_of_suzhou_by_school(tmp_path: Path) -> None:
    found = take_in(tmp_path, "enrol_plan", "suzhou", SUZHOU)
    assert counts(found) == (53, 53, 0)
    zones = [row[0] for row in published(found, "split_part(zone_text, '；', 1)")]
    assert sum(zone.count("、") + 1 for zone in zones) >= 443
