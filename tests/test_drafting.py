"""Drafting a dataset from a sample: what is guessed, what is asked, and that the draft runs."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
import xlsxwriter
import yaml
from typer.testing import CliRunner

from gongkai import codelists, contracts, drafting, expect, sources
from gongkai.cli import app
from gongkai.contracts import SCHEMAS, Contract, Field
from gongkai.drafting import Drafted
from gongkai.errors import GongkaiError, WrongCall
from gongkai.lake import load_macros
from gongkai.pulls import FilesPull
from gongkai.sources import Header, Source
from samples.codes import credit_code
from tests.printed import Page, pdf
from tests.support import PROJECT, as_csv

ESTATES = [
    ["江海市2025年改造计划表（示例）"],
    ["单位：万元"],
    ["序号", "项目编号", "小区名称", "建成年份", "户数", "总投资", "开工日期", "进展", "联系电话"],
    ["1", "A-1", "东村", "1986", "420", "1,260.5", "2025/3/10", "施工中", "13900000001"],
    ["2", "A-2", "西村", "1979", "180", "408", "2025年4月1日", "未开工", "13900000002"],
    ["3", "A-3", "南村", "1991", "610", "1952", "20250220", "施工中", "13900000003"],
    ["4", "A-4", "北村", "1983", "96", "244", "待定", "未开工", "13900000004"],
    ["合计", "", "", "", "1306", "3864.5", "", "", ""],
    ["注：总投资含居民出资。"],
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project that has the code lists of this one and no dataset."""
    root = tmp_path / "project"
    (root / "schemas" / "codelists").mkdir(parents=True)
    for path in (SCHEMAS / "codelists").glob("*.csv"):
        (root / "schemas" / "codelists" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(contracts, "SCHEMAS", root / "schemas")
    monkeypatch.setattr(codelists, "CODELISTS", root / "schemas" / "codelists")
    monkeypatch.setattr(sources, "TRANSFORMS", root / "transforms")
    monkeypatch.setattr(expect, "EXPECTATIONS", root / "expectations")
    contracts.names.cache_clear()
    contracts.load.cache_clear()
    yield root
    contracts.names.cache_clear()
    contracts.load.cache_clear()


def drafted(folder: Path, rows: list[list[str]], name: str = "计划2025.csv") -> Drafted:
    """A draft of a CSV file with these rows."""
    file = folder / name
    file.write_bytes(as_csv(rows))
    return drafting.draft("projects", "plan", file, today=date(2026, 1, 2))


def contract_of(found: Drafted) -> Contract:
    return contracts.read(found.files[0])


def source_of(found: Drafted) -> Source:
    return sources.read(found.files[1], found.dataset)


def column(found: Drafted, name: str) -> Field:
    return contract_of(found).field(name)


def table(**columns: list[str]) -> list[list[str]]:
    """Rows under a header, with a number of their own before them."""
    length = len(next(iter(columns.values())))
    lines = [[f"N-{at:03d}", *(values[at] for values in columns.values())] for at in range(length)]
    return [["编号", *columns], *lines]


def test_a_draft_runs_on_its_sample(project: Path, tmp_path: Path) -> None:
    found = drafted(tmp_path, ESTATES)
    assert (found.rows, found.accepted, found.quarantined) == (4, 3, 1)
    [held] = found.held
    assert held.zh == "第 7 行：开工日期“待定”不是有效日期"
    assert all(path.is_relative_to(project) and path.exists() for path in found.files)


def test_the_layout_is_declared(project: Path, tmp_path: Path) -> None:
    read = source_of(drafted(tmp_path, ESTATES)).table
    assert (read.kind, read.header) == ("delimited", Header("序号", 1))
    assert len(read.captions) == 2
    assert [skip.why for skip in read.skip] == ["合计行由各行相加可得", "表注或页脚，不是数据"]
    assert "序号" not in dict(read.columns)


def test_types_units_and_names_are_guessed(project: Path, tmp_path: Path) -> None:
    fields = {field.name: field for field in contract_of(drafted(tmp_path, ESTATES)).fields}
    kinds = {name: (field.kind, field.unit) for name, field in fields.items()}
    assert kinds == {
        "project_number": ("VARCHAR", None),
        "estate_name": ("VARCHAR", None),
        "year_built": ("INTEGER", None),
        "households": ("INTEGER", "户"),
        "total_investment": ("DECIMAL(18,2)", "元"),
        "total_investment_reported": ("DECIMAL(22,6)", None),
        "start_date": ("DATE", None),
        "progress": ("VARCHAR", None),
        "contact_phone": ("VARCHAR", None),
        "unit_reported": ("VARCHAR", None),
        "as_of": ("INTEGER", None),
    }
    assert fields["total_investment"].minimum == "0"
    assert fields["households"].label.zh == "户数"


def test_a_label_that_the_project_knows_is_called_as_there(project: Path, tmp_path: Path) -> None:
    drafted(tmp_path, ESTATES)
    (tmp_path / "b.csv").write_bytes(
        as_csv([["编号", "小区名称", "2024年决算数"], ["B", "甲", "1"]])
    )
    contract = project / "schemas" / "projects" / "plan.odcs.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("estate_name", "neighbourhood"), encoding="utf-8")
    second = drafting.draft("projects", "other", tmp_path / "b.csv", today=date(2026, 1, 2))
    names = [field.name for field in contract_of(second).fields]
    assert names == ["number", "neighbourhood", "final_account_2024", "as_of"]


def test_a_code_is_the_key(project: Path, tmp_path: Path) -> None:
    found = drafted(tmp_path, ESTATES)
    assert contract_of(found).key == ("project_number",)
    assert any("主键暂定为：项目编号" in question.zh for question in found.questions)


def test_without_a_code_the_smallest_set_that_tells_rows_apart_is(
    project: Path, tmp_path: Path
) -> None:
    rows = [["路段", "方向"], ["甲路", "东"], ["甲路", "西"], ["乙路", "东"], ["乙路", "西"]]
    found = drafted(tmp_path, rows)
    assert len(contract_of(found).key) == 2
    assert found.accepted == 4


def test_a_double_is_quarantined_and_asked_about(project: Path, tmp_path: Path) -> None:
    lines = [[f"A-{at}", "甲"] for at in range(40)]
    found = drafted(tmp_path, [["项目编号", "备注"], *lines, ["A-0", "乙"]])
    assert contract_of(found).key == ("project_number",)
    assert (found.accepted, found.quarantined) == (39, 2)
    assert any("有重复" in question.zh for question in found.questions)


def test_what_may_be_personal_is_held_back(project: Path, tmp_path: Path) -> None:
    names = ["王某甲", "李某乙", "张某丙", "刘某丁"]
    found = drafted(
        tmp_path,
        table(
            办公电话=["0500-12345601", "0500-12345602", "0500-12345603", "0500-12345604"],
            热线=["13900000001", "13900000002", "13900000003", "13900000004"],
            经手=names,
            联系人=["甲", "乙", "丙", "丁"],
            身份证号=["", "", "", ""],
        ),
    )
    by_label = {field.label.zh: field for field in contract_of(found).fields}
    assert (by_label["办公电话"].public, by_label["办公电话"].personal) == (True, 1)
    held_back = {label for label, field in by_label.items() if not field.public}
    assert held_back == {"热线", "经手", "联系人", "身份证号"}
    assert by_label["身份证号"].personal == 3
    assert by_label["联系人"].disclosure_reason == "personal_privacy"
    assert any("默认不公开" in question.zh for question in found.questions)


def test_codes_that_check_themselves_are_recognised(project: Path, tmp_path: Path) -> None:
    rng = Random("drafting")
    codes = [credit_code("91", "329902", rng) for _ in range(5)]
    projects = [f"2019-329902-48-01-50000{at}" for at in range(5)]
    found = drafted(tmp_path, table(统一社会信用代码=codes, 投资项目统一代码=projects))
    assert column(found, "uscc").form == "uscc"
    assert column(found, "project_code").form == "project_code"


def test_a_column_of_few_values_becomes_a_code_list(project: Path, tmp_path: Path) -> None:
    found = drafted(tmp_path, table(进展=["施工中", "未开工", "已完工", "缓建"] * 3))
    assert column(found, "progress").code_list == "plan_progress"
    text = found.files[-1].read_text(encoding="utf-8")
    assert "under_construction,施工中,Under construction" in text
    assert "缓建,缓建,缓建" in text
    assert found.accepted == 12


def test_a_list_that_the_project_has_is_used(project: Path, tmp_path: Path) -> None:
    found = drafted(tmp_path, table(办学类型=["公办", "民办"] * 4))
    [field] = [field for field in contract_of(found).fields if field.label.zh == "办学类型"]
    assert field.code_list == "ownership"
    assert len(found.files) == 4
    assert found.accepted == 8


def test_many_different_values_are_no_code_list(project: Path, tmp_path: Path) -> None:
    found = drafted(tmp_path, table(工程类型=[f"类{at}" for at in range(13)]))
    assert {field.code_list for field in contract_of(found).fields} == {None}


def test_units_in_the_header_are_converted(project: Path, tmp_path: Path) -> None:
    found = drafted(
        tmp_path,
        [
            ["编号", "总投资（亿元）", "占地面积（亩）", "道路长度（公里）"],
            ["A1", "1.5", "15", "3.25"],
            ["A2", "2", "30", "4"],
        ],
    )
    assert column(found, "total_investment").unit == "元"
    assert column(found, "site_area").unit == "平方米"
    labels = {field.label.zh: field.unit for field in contract_of(found).fields}
    assert labels["道路长度"] == "公里"
    text = found.files[2].read_text(encoding="utf-8")
    assert "to_yuan(总投资, '亿元') AS total_investment" in text
    assert "to_square_metres(占地面积, '亩') AS site_area" in text
    assert "'亩' AS area_unit_reported" in text


def test_a_table_in_gb18030_with_tabs_is_read(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "表.txt"
    file.write_bytes("编号\t名称\r\nA1\t甲\r\nA2\t乙\r\n".encode("gb18030"))
    found = drafting.draft("land", "plots", file)
    read = source_of(found).table
    assert (read.encoding, read.delimiter, found.accepted) == ("gb18030", "\t", 2)


def workbook(file: Path) -> None:
    """A cover, and two sheets with a header of two lines under a merged title."""
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("封面").write(3, 0, "2025年学校情况")
        for stage in ("小学", "初中"):
            sheet = book.add_worksheet(stage)
            sheet.merge_range(0, 0, 0, 3, f"2025年{stage}情况表")
            for at, text in enumerate(("学校名称", "所属区", "规模", "")):
                sheet.write(1, at, text)
            for at, text in ((2, "班级数"), (3, "学生数")):
                sheet.write(2, at, text)
            for at, row in enumerate(((f"{stage}甲", "东区", 12, 500), (f"{stage}乙", "", 6, 200))):
                for place, value in enumerate(row):
                    if value != "":
                        sheet.write(3 + at, place, value)


def test_sheets_with_the_same_header_are_read_together(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "学校2025.xlsx"
    workbook(file)
    found = drafting.draft("enrolment", "schools", file)
    read = source_of(found).table
    found_by = Header("学校名称", 2)
    assert (read.header, read.sheets, read.fill_down) == (found_by, "小学|初中", ("所属区",))
    assert dict(read.columns)["班级数"] == "规模/班级数"
    assert (found.rows, found.accepted) == (4, 4)
    assert contract_of(found).title.zh == "小学情况表"
    assert any("未读取：封面" in question.zh for question in found.questions)


def test_a_sheet_may_be_named(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "学校2025.xlsx"
    workbook(file)
    with pytest.raises(WrongCall, match="no sheet is called 高中"):
        drafting.draft("enrolment", "schools", file, sheet="高中")
    assert drafting.draft("enrolment", "schools", file, sheet="初中").accepted == 4


def test_records_of_a_json_document_are_found(project: Path, tmp_path: Path) -> None:
    records = [
        {"guid": f"g{at}", "projectName": "某工程", "owner": {"name": "某局"}, "order": at}
        for at in range(3)
    ]
    file = tmp_path / "page.json"
    file.write_text(json.dumps({"data": {"records": records}}), encoding="utf-8")
    found = drafting.draft("trading", "works", file, today=date(2026, 1, 2))
    assert source_of(found).table.records == ("data", "records")
    contract = contract_of(found)
    assert contract.key == ("guid",)
    assert [field.name for field in contract.fields][1:4] == [
        "project_name",
        "owner_name",
        "order_value",
    ]
    assert found.accepted == 3


def test_a_later_delivery_matches_by_its_period(project: Path, tmp_path: Path) -> None:
    pull = source_of(drafted(tmp_path, ESTATES, "计划2025.csv")).pull
    assert isinstance(pull, FilesPull)
    assert pull.pattern == "计划{period}.csv"


def test_every_field_and_text_is_in_both_languages(project: Path, tmp_path: Path) -> None:
    contract = contract_of(drafted(tmp_path, [["ref", "某某"], ["x1", "甲"], ["x2", "乙"]]))
    texts = [contract.title, contract.row, *(field.label for field in contract.fields)]
    texts += [field.definition for field in contract.fields]
    for text in texts:
        assert re.search(r"[一-龥]", text.zh), text
        assert text.en.isascii(), text
    assert [field.name for field in contract.fields][:2] == ["ref", "column_2"]


def test_the_suite_asks_for_rows_and_compares_their_number(
    project: Path, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    found = drafted(tmp_path, ESTATES)
    suite = expect.load(contract_of(found))
    assert [rule.expectation for rule in suite.rules] == [
        "expect_rows_unless_declared_empty",
        "expect_volume_near_last_edition",
    ]


def test_what_a_person_must_decide_is_marked(project: Path, tmp_path: Path) -> None:
    found = drafted(tmp_path, ESTATES)
    for path in found.files[:4]:
        assert "请核对" in path.read_text(encoding="utf-8"), path.name


def test_nothing_is_overwritten(project: Path, tmp_path: Path) -> None:
    first = drafted(tmp_path, ESTATES)
    before = {path: path.read_bytes() for path in first.files}
    with pytest.raises(WrongCall, match="not overwritten"):
        drafted(tmp_path, ESTATES)
    assert {path: path.read_bytes() for path in first.files} == before


def test_an_orphaned_suite_is_not_overwritten_either(project: Path, tmp_path: Path) -> None:
    suite = project / "expectations" / "projects" / "plan.yaml"
    suite.parent.mkdir(parents=True)
    suite.write_text("rules: []\n", encoding="utf-8")
    with pytest.raises(WrongCall, match="not overwritten"):
        drafted(tmp_path, ESTATES)
    assert suite.read_text(encoding="utf-8") == "rules: []\n"
    assert list(project.rglob("plan.odcs.yaml")) == []


@pytest.mark.parametrize(
    ("area", "dataset", "name", "content", "message"),
    [
        ("weather", "plan", "a.csv", "编号,名称\n1,甲\n", "there is no area weather"),
        ("projects", "The Plan", "a.csv", "编号,名称\n1,甲\n", "The Plan is no name"),
        ("projects", "plan", "a.doc", "x", ".doc is not supported"),
        ("projects", "plan", "a.pdf", "x", "no sound PDF"),
        ("projects", "plan", "a.csv", "1,2\n3,4\n", "no header was found"),
        ("projects", "plan", "a.json", '{"a": 1}', "no list of records"),
        ("projects", "plan", "a.json", "{", "no list of records"),
        ("projects", "plan", "a.csv", "编号,名称\n", "there is not one row"),
    ],
)
def test_what_cannot_be_drafted_is_said_in_a_sentence(
    area: str,
    dataset: str,
    name: str,
    content: str,
    message: str,
    project: Path,
    tmp_path: Path,
) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(GongkaiError, match=message):
        drafting.draft(area, dataset, file)
    assert not list(project.rglob("*.yaml"))


def test_a_name_has_an_area(project: Path) -> None:
    assert drafting.named("projects/plan") == ("projects", "plan")
    with pytest.raises(WrongCall, match="does not name an area"):
        drafting.named("plan")


def test_the_transform_gives_what_the_department_wrote(project: Path, tmp_path: Path) -> None:
    text = drafted(tmp_path, ESTATES).files[2].read_text(encoding="utf-8")
    with duckdb.connect() as database:
        load_macros(database)
        database.execute(
            "CREATE TABLE delivery AS SELECT 'a-1 ' AS 项目编号, '东村' AS 小区名称, "
            "'1986' AS 建成年份, '420' AS 户数, '1,260.5' AS 总投资, '2025/3/10' AS 开工日期, "
            "'停工' AS 进展, '1' AS 联系电话, '万元' AS _unit, '2025' AS _year, "
            "'f' AS _file, '' AS _part, 1 AS _line"
        )
        row = database.sql(text)
        [values] = row.fetchall()
    given: dict[str, Any] = dict(zip(row.columns, values, strict=True))
    assert given["project_number"] == "A-1"
    assert given["total_investment"] == "12605000.00"
    assert given["total_investment_reported"] == "1260.500000"
    assert given["start_date"] == "2025-03-10"
    # a value that the list does not know stays, for the check to quote
    assert given["progress"] == "停工"


TUTORIALS = [
    PROJECT / "docs" / "tutorial-new-dataset.md",
    PROJECT / "docs" / "tutorial-new-dataset.zh-CN.md",
]


def blocks(tutorial: Path) -> list[str]:
    text = tutorial.read_text(encoding="utf-8")
    return re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_both_tutorials_have_the_same_files_and_commands() -> None:
    first, second = map(blocks, TUTORIALS)
    assert first == second


def said(command: str, folder: Path) -> tuple[int, str]:
    """Run a command of the tutorial, with what it calls `..` in the folder."""
    words = [word.replace("../", f"{folder}/") for word in shlex.split(command)[1:]]
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


def test_the_tutorial_works(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TUTORIALS[0].read_text(encoding="utf-8")
    found = blocks(TUTORIALS[0])
    _, table_, city_, new, written, rule, _, check, run, first, query, sums, _, second, _ = found
    # names that the project's own contracts give are given here, too
    for path in SCHEMAS.glob("*/*.odcs.yaml"):
        target = project / "schemas" / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    town = tmp_path / "qingxi"
    (town / "estates").mkdir(parents=True)
    file = town / "estates" / "老旧小区改造2025.csv"
    file.write_text(table_, encoding="utf-8")
    (town / "city.yaml").write_text(city_, encoding="utf-8")
    assert yaml.safe_load(city_)["sources"] == {"estates": "department"}

    _, answer = said(new, tmp_path)
    assert answer.startswith(written)
    contract = project / "schemas" / "projects" / "estates.odcs.yaml"
    draft = contract.read_text(encoding="utf-8")
    assert draft.endswith("    quality: []\n")
    contract.write_text(draft.removesuffix("    quality: []\n") + rule, encoding="utf-8")

    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var-qingxi"))
    monkeypatch.setenv("GONGKAI_SOURCES", str(town))
    place = json.dumps({"conn_type": "file", "extra": {"path": str(town)}})
    monkeypatch.setenv("AIRFLOW_CONN_GONGKAI_PROJECTS", place)
    code, answer = said(check, tmp_path)
    assert code == 1
    assert "待定" in answer and "2091" in answer
    before = os.umask(0o077)
    try:
        code, answer = said(run, tmp_path)
        assert code == 0
        assert one_line(first) in one_line(answer)
        code, answer = said(query, tmp_path)
        assert code == 0
        assert one_line(sums) in one_line(answer)
        lines = file.read_text(encoding="utf-8").splitlines()
        corrections = re.findall(r"`([^`]+)` for (\S+) in line (\d+)", text)
        assert len(corrections) == 2
        for right, wrong, line in corrections:
            lines[int(line) - 1] = lines[int(line) - 1].replace(wrong, right)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        code, answer = said(run, tmp_path)
        assert code == 0
        assert one_line(second) in one_line(answer)
        assert "unchanged" in said(run, tmp_path)[1]
    finally:
        os.umask(before)


def one_line(answer: str) -> str:
    """What was said, however wide the terminal is."""
    return "".join(answer.split())


REPORT = [
    ["地区", "2024年债务限额", None, "2024年债务余额", None],
    [None, "一般债务", "专项债务", "一般债务", "专项债务"],
    ["甲市", "8531.28", "25654.96", "8137.43", "20090.18"],
    ["乙市", "707.93", "5546.14", "483.78", "488.35"],
]


def report(*, title: str) -> bytes:
    """A page with two titled tables, the second with a header in two lines."""
    page = Page().text(60, 40, "表一 2024年收入执行情况表", 14)
    page.table(70, (20, 150, 250), [["项目", "金额"], ["税收", "12"], ["非税", "3"]])
    page.text(60, 200, title, 14).text(400, 220, "单位：亿元")
    page.table(240, (20, 120, 220, 320, 420, 520), REPORT)
    return pdf(page)


def test_a_titled_table_of_a_pdf_is_drafted_for_any_year(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "报告2024.pdf"
    file.write_bytes(report(title="表二 2024年债务限额余额情况表"))
    found = drafting.draft("finance", "debts", file, title="表二 2024年债务限额余额情况表")
    read = source_of(found).table
    assert (read.kind, read.title) == ("pdf", r"^表二\d{4}年债务限额余额情况表")
    assert read.header == Header("地区", 2)
    assert dict(read.columns)["2024年债务限额/一般债务"] == r"\d{4}年债务限额/一般债务"
    assert (found.rows, found.accepted) == (2, 2)


def test_the_other_tables_of_a_pdf_are_named(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "报告2024.pdf"
    file.write_bytes(report(title="表二 2024年债务限额余额情况表"))
    found = drafting.draft("finance", "revenue", file)
    assert source_of(found).table.title == r"^表一\d{4}年收入执行情况表"
    assert any("未读取：表二2024年债务限额余额情况表" in asked.zh for asked in found.questions)


def test_a_table_of_a_page_is_drafted(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "公告.html"
    rows = "".join(f"<tr><td>{n}</td><td>地块{n}</td><td>{n}0.5</td></tr>" for n in range(1, 4))
    table = f"<table><tr><th>编号</th><th>地块名称</th><th>面积（公顷）</th></tr>{rows}</table>"
    page = f"<html><meta charset=utf-8><h3>2024年供地结果表</h3>{table}</html>"
    file.write_text(page, encoding="utf-8")
    found = drafting.draft("land", "supplies", file)
    assert source_of(found).table.title == r"^\d{4}年供地结果表"
    assert (found.rows, found.accepted) == (3, 3)
