"""The sources of plans of work on openness take plans of other cities and years: invented ones, in
each of the forms that real ones have."""

from __future__ import annotations

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

DATASET = "disclosure_task"

TABLE = """江海市人民政府办公室文件
江政办发（2026） 15 号
江海市2026年政务公开工作重点任务分工表
序号\t工作任务\t牵头部门\t责任部门\t完成时限
一、深化公开\t\t\t\t
1\t公开预算\t市财政局\t各区；市有关部门\t6月底前
2\t公开债务\ue000\t市财政局，市数据局\t各区\t持续推进
抄送：市委办公室。
"""
FLAT = """滨江区人民政府办公室文件
滨政办发〔2026〕8号
2026年5月6日
滨江区2026年政务公开
工作要点分工方案
\t目标
\t重点任务
\t工作内容
\t牵头单位
\t责任单位

\t深化公开
\t公开财政信息
\t公开预算。
\t区财政局
\t各镇

\t
\t
\t公开债务。
\t区财政局
\t各镇
"""
TEXT = """江海市2026年政务公开工作要点
一、深化公开
（一）公开财政信息。公开预算。
（二）公开招生信息。公开计划，公开施
教区。
二、建好平台
（一）管好网站。按季检查。
各地各部门要抓好落实。
江海市人民政府办公室
2026年4月2日印发
"""
DAMAGED = """江海市人民政府辦公室
2026年4月2日
江海市2026年政務公開工作要點
一、著力公開
1.公開財政信息。完善預(yù)算公開@@制度。
2、公開招生信息。公開計劃(jì)，選擇恰當?shù)墓\ue0a6_方式。
各市(區(qū))、各部門要抓好落實。
"""

Taking = Callable[[str, str], dict[str, list[dict[str, Any]]]]


@pytest.fixture
def taken(home: Home) -> Taking:
    """A text through a declared source and the contract's check."""

    def of(name: str, text: str) -> dict[str, list[dict[str, Any]]]:
        declared = TRANSFORMS / "openness" / DATASET / f"{name}.yaml"
        source, contract = sources.read(declared, DATASET), contracts.load(DATASET)
        with duckdb.connect() as database:
            load_macros(database)
            table = read(delivered(home, {"要点.txt": text.encode()}), source, home, database)
            candidates = conform(table, contract, source, home, database)
            checked = check(candidates, contract, source, home, database)
            return {
                "accepted": sorted(rows_of(checked.accepted), key=lambda row: row["seq"]),
                "quarantined": rows_of(checked.quarantined),
                "findings": rows_of(checked.findings),
            }

    return of


def shown(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_a_table_with_other_words_for_its_columns(taken: Taking) -> None:
    found = taken("nantong", TABLE)
    assert shown(found["accepted"], "doc_no", "year", "task_group", "duty_orgs", "deadline") == [
        ("江政办发〔2026〕15号", 2026, "一、深化公开", "各区、市有关部门", "6月底前")
    ]
    assert shown(found["findings"], "code", "_line") == [("text_is_whole", 7)]


def test_a_flattened_table_of_another_district(taken: Taking) -> None:
    found = taken("changzhou", FLAT)
    assert found["findings"] == []
    assert shown(found["accepted"], "doc_no", "seq", "task_group", "task", "content") == [
        ("滨政办发〔2026〕8号", 1, "深化公开", "公开财政信息", "公开预算。"),
        ("滨政办发〔2026〕8号", 2, "深化公开", "公开财政信息", "公开债务。"),
    ]
    assert {row["doc_title"] for row in found["accepted"]} == {
        "滨江区2026年政务公开工作要点分工方案"
    }


def test_running_text_without_a_document_number(taken: Taking) -> None:
    found = taken("jiangsu", TEXT)
    assert shown(found["accepted"], "seq", "task_group", "task") == [
        (1, "一、深化公开", "公开财政信息"),
        (2, "一、深化公开", "公开招生信息"),
        (3, "二、建好平台", "管好网站"),
    ]
    assert shown(found["findings"], "code", "severity", "_line") == [
        ("sentence_is_whole", "warning", 4)
    ]
    assert {(row["doc_no"], row["year"], str(row["issued_on"])) for row in found["accepted"]} == {
        ("local:江海市2026年政务公开工作要点", 2026, "2026-04-02")
    }


def test_a_damaged_text_is_mended_but_for_what_is_lost(taken: Taking) -> None:
    found = taken("taizhou", DAMAGED)
    assert shown(found["accepted"], "seq", "task_group", "content", "mended") == [
        (
            1,
            "一、着力公开",
            "完善预算公开制度。",
            "按规则修复文字；去除插入的读音或符号2处",
        )
    ]
    assert shown(found["quarantined"], "seq", "damaged_at") == [
        (2, "第6行第23列“?shù)墓<U+E0A6>_”")
    ]
    assert [finding["code"] for finding in found["findings"]] == ["text_is_whole"]
