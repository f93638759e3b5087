"""A clerk's check before handing over: the pipeline's findings, and nothing left behind."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from gongkai.errors import BrokenDelivery, WrongCall
from gongkai.handover import Handover, check_file, sentences, write, wrong_rows
from gongkai.home import Home
from gongkai.returned import read_workbook
from gongkai.sources import TRANSFORMS
from gongkai.workbook import blamed
from samples import budget, debt, enrolment, tender
from samples.findings import Finding
from samples.make import SEED
from tests.support import a_home

SAMPLES = {
    enrolment.DATASET: (enrolment.write, enrolment.file_name(2025)),
    # a sheet with three amounts in a row, each of which is a candidate
    budget.DATASET: (budget.write, budget.file_name(2025)),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A clerk's machine: nothing is configured, and there is no folder yet."""
    return a_home(tmp_path_factory.mktemp("clerk") / "home")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Finding, ...]]:
    """The sample files of a year, and what was planted in them."""
    folder = tmp_path_factory.mktemp("departments")
    return folder, tuple(
        found for make, _ in SAMPLES.values() for found in make(folder, 2025, SEED, True)
    )


@pytest.fixture(scope="module")
def checked(planted: tuple[Path, tuple[Finding, ...]], home: Home) -> Mapping[str, Handover]:
    return {
        dataset: check_file(planted[0] / name, dataset, home)
        for dataset, (_, name) in SAMPLES.items()
    }


@pytest.mark.parametrize("dataset", SAMPLES)
def test_the_findings_are_those_that_were_planted(
    dataset: str,
    checked: Mapping[str, Handover],
    planted: tuple[Path, tuple[Finding, ...]],
) -> None:
    expected: Counter[Any] = Counter()
    for f in planted[1]:
        if f.dataset == dataset:
            expected[f.file, f.part, f.line, f.column, f.code] += f.times
    found = Counter(
        (row.file, row.part, row.line, finding.column, finding.code)
        for row in checked[dataset].wrong
        for finding in row.findings
    )
    assert found == expected
    assert found


@pytest.mark.parametrize("dataset", SAMPLES)
def test_the_cell_that_was_spoiled_is_the_one_that_is_marked(
    dataset: str,
    checked: Mapping[str, Handover],
    planted: tuple[Path, tuple[Finding, ...]],
) -> None:
    handover = checked[dataset]
    wrong = {(row.part, row.line): row for row in handover.wrong}
    for spoiled in planted[1]:
        if spoiled.dataset == dataset and spoiled.column:
            row = wrong[spoiled.part, spoiled.line]
            finding = next(f for f in row.findings if f.code == spoiled.code)
            cells = blamed(finding, row.cells, handover.contract, handover.made_of)
            assert [row.cells[name] or "" for name in cells] == [spoiled.value]


@pytest.mark.parametrize("dataset", SAMPLES)
def test_every_row_is_accounted_for(dataset: str, checked: Mapping[str, Handover]) -> None:
    handover = checked[dataset]
    assert handover.rows_in == handover.accepted + handover.quarantined
    assert handover.quarantined > 0
    assert not handover.is_sound
    assert handover.text_rows > 100 < handover.rows_in
    assert handover.skipped > 0


def test_nothing_is_written_into_the_installation(
    checked: Mapping[str, Handover], home: Home
) -> None:
    assert not home.path.exists()


def test_the_workbook_holds_every_wrong_row_as_it_was_delivered(
    checked: Mapping[str, Handover], tmp_path: Path
) -> None:
    handover = checked[budget.DATASET]
    write(handover, tmp_path / "out.xlsx", date(2026, 3, 9))
    returned = read_workbook(tmp_path / "out.xlsx")
    assert returned.dataset == budget.DATASET
    assert returned.cells == {row.ref: row.cells for row in handover.wrong}


# what is told


def test_a_clerk_reads_the_place_and_the_reason_in_both_languages(
    checked: Mapping[str, Handover],
) -> None:
    said = sentences(checked[enrolment.DATASET])
    assert "    小学 第 44 行 line 44：计划人数 115 超过 2 个班 × 每班 45 人，即 90 人" in said
    assert "      The plan of 115 exceeds 2 classes of 45, which are 90" in said
    assert "! 班额：1 行提示（class_size_within_standard，由部门处理）" in said
    assert said[-2:] == ["请更正后再报送", "Correct it before handing over"]
    assert any("没有配置城市" in line for line in said)


def test_a_column_that_is_wrong_in_many_rows_is_told_once(
    checked: Mapping[str, Handover],
) -> None:
    said = sentences(checked[budget.DATASET])
    assert said.count("✗ 科目名称：2 行须更正（required，由部门处理）") == 1


@pytest.mark.parametrize("most", [14, 20, 40])
def test_what_does_not_fit_is_counted(most: int, checked: Mapping[str, Handover]) -> None:
    handover = checked[enrolment.DATASET]
    row = handover.wrong[0]
    many = tuple(replace(row, ref=str(n), line=n) for n in range(500))
    said = sentences(replace(handover, wrong=(*handover.wrong, *many)), most)
    assert len(said) <= most
    shown = sum(line.startswith("    ") and line[4] != " " for line in said)
    rest = 500 + sum(len(row.findings) for row in handover.wrong) - shown
    assert any(line.startswith(f"另有 {rest} 处未列出，加 --workbook") for line in said)


def test_a_cell_cannot_speak_to_the_terminal(checked: Mapping[str, Handover]) -> None:
    handover = checked[enrolment.DATASET]
    row = handover.wrong[0]
    reason = replace(row.findings[0].reason, zh="坏\x1b[2J\n值", en="bad\x1b[2J")
    evil = replace(row, findings=(replace(row.findings[0], reason=reason),))
    said = sentences(replace(handover, wrong=(evil,)))
    assert any("坏 [2J 值" in line for line in said)
    assert not any("\x1b" in line or "\n" in line for line in said)


# what is delivered otherwise


def test_a_file_without_a_fault_may_be_handed_over(tmp_path: Path, home: Home) -> None:
    assert enrolment.write(tmp_path, 2025, SEED, False) == ()
    handover = check_file(tmp_path / enrolment.file_name(2025), enrolment.DATASET, home)
    assert handover.is_sound
    assert handover.wrong == ()
    assert handover.rules == ()
    assert sentences(handover)[-2:] == ["✓ 可以报送", "  Ready to hand over"]


def test_a_rule_of_the_whole_that_fails_is_told(tmp_path: Path, home: Home) -> None:
    budget.write_with_wrong_sums(tmp_path, 2026, SEED)
    handover = check_file(tmp_path / budget.file_name(2026), budget.DATASET, home)
    assert handover.quarantined == 0
    assert not handover.is_sound
    assert "critical" in {rule.weight for rule in handover.rules}
    assert any(line.startswith("✗ 整体规则，不能公开：") for line in sentences(handover))


def debts() -> list[dict[str, Any]]:
    """Four rows as the finance bureau keeps them; the last in a phase that does not exist."""
    rows = [debt.record(p.row) for p in debt.rows(SEED) if not p.defects][:4]
    return [*rows[:3], {**rows[3], "qhmc": "=沙南", "sjzt": "估计"}]


def as_csv(path: Path, rows: list[dict[str, Any]], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
    return path


def as_xlsx(path: Path, rows: list[dict[str, Any]]) -> Path:
    with xlsxwriter.Workbook(path) as file:
        page = file.add_worksheet("导出")
        page.write_row(0, 0, rows[0])
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(row.values()):
                page.write_string(line, place, str("" if value is None else value))
        file.add_worksheet("Sheet2")
    return path


def told(wrong: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(row.line, f.column, f.code, f.value) for row in wrong for f in row.findings]


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_the_rows_of_a_database_may_come_as_a_file(form: str, tmp_path: Path, home: Home) -> None:
    if form == "xlsx":
        path = as_xlsx(tmp_path / "rows.xlsx", debts())
    else:
        path = as_csv(tmp_path / "rows.csv", debts(), form)
    handover = check_file(path, debt.DATASET, home)
    assert told(handover.wrong) == [(5, "phase", "enum", "估计")]
    assert handover.wrong[0].cells["qhmc"] == "=沙南"
    assert handover.unread == ("gxsj",)


def test_the_answer_of_an_interface_is_read_as_it_declares(tmp_path: Path, home: Home) -> None:
    record = tender.record(tender.soundly_awarded(SEED)[0])
    record["candidates"][0]["code"] = "1.13299E+17"
    path = tmp_path / "awards.json"
    path.write_text(json.dumps({"data": {"records": [record]}}), encoding="utf-8")
    [row] = check_file(path, tender.DATASET, home).wrong
    assert (row.part, row.line) == (f"id={record['guid']}/1", 1)
    assert [(f.column, f.code) for f in row.findings] == [("bidder_uscc", "scientific")]


def test_a_city_is_checked_by_its_own_source(tmp_path: Path, home: Home) -> None:
    path = tmp_path / "sources" / enrolment.DATASET
    path.mkdir(parents=True)
    for suffix in ("yaml", "sql"):
        declared = TRANSFORMS / "enrolment" / enrolment.DATASET / f"jianghai.{suffix}"
        text = declared.read_text("utf-8").replace("title: 江海市", "title: 本市")
        (path / f"ours.{suffix}").write_text(text, encoding="utf-8")
    enrolment.write(tmp_path, 2025, SEED, False)
    ours = replace(home, sources=tmp_path / "sources")
    handover = check_file(tmp_path / enrolment.file_name(2025), enrolment.DATASET, ours)
    assert handover.source == "本市教育局义务教育招生计划（Excel）"
    assert handover.notes == ()


def test_a_name_that_nobody_would_pick_up_is_told(tmp_path: Path, home: Home) -> None:
    enrolment.write(tmp_path, 2025, SEED, False)
    path = (tmp_path / enrolment.file_name(2025)).rename(tmp_path / "最终版.xlsx")
    handover = check_file(path, enrolment.DATASET, home)
    assert any("最终版" not in note.zh and "文件名与约定的" in note.zh for note in handover.notes)


def test_a_missing_file_is_one_sentence(tmp_path: Path, home: Home) -> None:
    with pytest.raises(WrongCall, match="没有这个文件"):
        check_file(tmp_path / "nothing.xlsx", enrolment.DATASET, home)


def test_a_file_of_another_kind_says_which_are_taken(tmp_path: Path, home: Home) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"%PDF")
    with pytest.raises(BrokenDelivery, match=r"该来源的文件应为 \.xlsx"):
        check_file(path, enrolment.DATASET, home)


def test_a_file_without_a_column_says_which(tmp_path: Path, home: Home) -> None:
    rows = [{name: value for name, value in row.items() if name != "dw"} for row in debts()]
    with pytest.raises(BrokenDelivery, match="缺少列“dw”"):
        check_file(as_csv(tmp_path / "rows.csv", rows, "utf-8"), debt.DATASET, home)


def test_rows_of_one_place_are_all_given_back() -> None:
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE delivery AS SELECT * FROM (VALUES ('甲', 'f', 'id=1', 1), "
            "('乙', 'f', 'id=1', 1), ('丙', 'f', 'id=2', 2)) AS t(name, _file, _part, _line)"
        )
        database.execute(
            "CREATE TABLE findings AS SELECT 1 AS _row, 'f' AS _file, 'id=1' AS _part, "
            "1 AS _line, 'name' AS column_name, 'enum' AS code, '甲' AS value, "
            "'error' AS severity, 'department' AS responsible, '不对' AS reason_zh, "
            "'wrong' AS reason_en, '' AS basis"
        )
        rows = wrong_rows(database)
    assert [row.cells for row in rows] == [{"name": "甲"}, {"name": "乙"}]
    assert len({row.ref for row in rows}) == 2
