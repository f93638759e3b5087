"""The plans of work on openness, as their offices issued them and as copies of them were found: a
table behind a notice, a table that lost its lines, and running text, one copy of it damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
import yaml
from python_calamine import CalamineWorkbook

from gongkai import replay, returns, sources
from gongkai.repair import damages_in, repaired
from gongkai.sources import TRANSFORMS
from tests.real.taking_in import REAL, TakenIn, take_in

POLICY = Path(REAL or ".") / ".." / ".." / "policy"
pytestmark = pytest.mark.skipif(
    REAL is None or not POLICY.is_dir(),
    reason="no policy documents lie beside the folder that GONGKAI_REAL_DATA names",
)
DATASET = "disclosure_task"
TAIZHOU = "taizhou_2018_damaged.txt"


def taken(folder: Path, source: str, name: str) -> TakenIn:
    return take_in(folder, DATASET, source, f"../../policy/{name}")


def published(found: TakenIn, columns: str) -> list[tuple[Any, ...]]:
    assert found.outcome.state == "published", found.outcome.error
    return found.ask(f"SELECT {columns} FROM lake.openness.{DATASET} ORDER BY seq")


def findings(found: TakenIn) -> list[tuple[int, str]]:
    return found.ask("SELECT line, code FROM private.quarantine.findings ORDER BY ALL")


def test_the_table_of_tasks_of_nantong(tmp_path: Path) -> None:
    found = taken(tmp_path, "nantong", "nantong_2019.txt")
    assert [row[0] for row in published(found, "lead_orgs")] == [
        "市工信局、市财政局",
        "市政府办",
        "市司法局、市市场监管局",
        "市行政审批局",
        "市大数据管理局",
        "市政府办",
        "市政府办",
        "市政府办、市大数据管理局",
        "市政府办、市网信办、市大数据管理局",
        "市行政审批局",
        "市政府办、如皋市",
        "市政府办",
    ]
    assert (found.report["text_rows"], found.report["quarantined"]) == (12, 0)
    assert findings(found) == []
    document = published(found, "DISTINCT doc_no, year, doc_title, issuer, task_group, seq")
    assert {row[:4] for row in document} == {
        ("通政办发〔2019〕64号", 2019, "南通市2019年政务公开重点任务分解表", "南通市人民政府办公室")
    }
    groups = [group for *_, group, _ in sorted(document, key=lambda row: row[-1])]
    assert [groups.count(group) for group in dict.fromkeys(groups)] == [4, 3, 3, 2]


def test_the_flattened_table_of_changzhou(tmp_path: Path) -> None:
    found = taken(tmp_path, "changzhou", "changzhou_xinbei_2019.txt")
    rows = published(found, "seq, task_group, task, lead_orgs, duty_orgs")
    assert (found.report["text_rows"], found.report["quarantined"]) == (26, 0)
    # aim and task are printed once, and the aim again on the next page
    aims = [aim for _, aim, *_ in rows]
    assert [aims.count(aim) for aim in dict.fromkeys(aims)] == [9, 9, 4, 4]
    assert len({(aim, task) for _, aim, task, *_ in rows}) == 13
    assert rows[12][3:] == ("区财政局", "各镇（街道）")
    assert rows[3][3:] == ("区党政办、区审计局", "各镇（街道）、区各有关部门")
    # two cells that became one, and the row on IPv6, which nobody is named to carry out
    assert findings(found) == [(37, "lead_and_duty_in_one_cell"), (132, "duty_is_named")]
    assert rows[2][3:] == ("区党政办、各镇（街道）、区各有关部门", None)
    assert rows[18][3:] == ("区党政办", None)
    [document] = set(published(found, "doc_no, issued_on::VARCHAR, doc_title"))
    assert document == (
        "常开委办〔2019〕127号",
        "2019-07-26",
        "常州市新北区2019年政务公开工作要点实施方案",
    )


def test_the_damaged_text_is_mended_by_rule() -> None:
    text = (POLICY / TAIZHOU).read_text(encoding="utf-8")
    assert len(text) == 7026
    declared = sources.read(TRANSFORMS / "openness" / DATASET / "taizhou.yaml", DATASET).table
    lines = [repaired(line, declared.repair) for line in text.split("\n")]
    mended = "\n".join(line.text for line in lines)
    assert sum(line.signs for line in lines) == 252
    assert len(mended) == 5708
    assert "市(区)" in mended
    assert "(试行)" in mended
    assert (mended.count("着力"), mended.count("着重")) == (4, 1)
    assert "第三方评估" in mended
    assert not set("著笫區規開") & set(mended)


def test_only_the_damaged_copy_is_damaged() -> None:
    damaged = {
        path.name: len(damages_in(path.read_text(encoding="utf-8")))
        for path in POLICY.glob("*.txt")
    }
    assert [name for name, count in damaged.items() if count] == [TAIZHOU]
    assert damaged[TAIZHOU] == 1


def test_the_tasks_of_taizhou_but_the_one_that_is_destroyed(tmp_path: Path) -> None:
    found = taken(tmp_path, "taizhou", TAIZHOU)
    rows = published(found, "seq, task, doc_no, issued_on::VARCHAR, damaged_at")
    assert [row[0] for row in rows] == [n for n in range(1, 17) if n != 15]
    assert rows[9][1] == "建设政务信息资源共享开放平台"
    # the copy does not say the document's number
    assert {row[2:] for row in rows} == {("local:泰州市2018年政务公开工作要点", "2018-04-24", None)}
    assert (found.report["rows_in"], found.report["quarantined"]) == (16, 1)
    assert findings(found) == [(19, "phrase_stands_once"), (49, "text_is_whole")]
    [(said,)] = found.ask(
        "SELECT reason_zh FROM private.quarantine.findings WHERE code = 'text_is_whole'"
    )
    assert "第49行第256列“?shù)墓<U+E0A6>_”" in said


def test_a_patch_with_its_source_publishes_the_destroyed_task(tmp_path: Path) -> None:
    own = tmp_path / "departments" / DATASET
    own.mkdir(parents=True)
    declared = TRANSFORMS / "openness" / DATASET / "taizhou.yaml"
    raw = yaml.safe_load(declared.read_text(encoding="utf-8"))
    raw["read"]["patches"] = [
        {
            "damaged": "恰當?shù)墓\ue0a6_方式",
            "reads": "恰当的公开方式",
            "source": "印发的纸质文件",
        }
    ]
    (own / "taizhou.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    (own / "taizhou.sql").write_bytes(declared.with_suffix(".sql").read_bytes())
    found = taken(tmp_path, "taizhou", TAIZHOU)
    assert found.report["quarantined"] == 0
    [(content, mended)] = [row[1:] for row in published(found, "seq, content, mended")][14:15]
    assert "选择恰当的公开方式和范围" in content
    assert mended.endswith("据印发的纸质文件补正为“恰当的公开方式”")


def test_a_corrected_workbook_publishes_the_destroyed_task(tmp_path: Path) -> None:
    found = taken(tmp_path, "taizhou", TAIZHOU)
    [path] = returns.write(DATASET, found.home, tmp_path)
    book = CalamineWorkbook.from_path(str(path))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    rows: list[list[Any]] = sheets["待更正"]
    header = next(row for row in rows if "content" in row)
    [row] = [row for row in rows if row[header.index("seq")] == "15"]
    content = row[header.index("content")]
    before, after = content.split("恰当")[0], content.split("_方式")[1]
    row[header.index("content")] = f"{before}恰当的公开方式{after}"
    row[header.index("damaged")] = ""
    row[header.index("mended")] = "对照印发的纸质文件补正"
    with xlsxwriter.Workbook(str(tmp_path / "改好的.xlsx")) as out:
        for name, lines in sheets.items():
            page = out.add_worksheet(name)
            for at, line in enumerate(lines):
                page.write_row(at, 0, line)
    outcome = replay.replay(tmp_path / "改好的.xlsx", found.home)
    assert (outcome.state, outcome.edition) == ("published", "1.1.0"), outcome.error
    assert published(found, "seq, mended")[14] == (15, "对照印发的纸质文件补正")


@pytest.mark.parametrize(
    ("name", "tasks", "cut", "others"),
    [
        ("jiangsu_2020.txt", 12, 3, ["no_foreign_word"]),
        ("suzhou_2019.txt", 18, 7, ["no_known_slip"]),
        ("nantong_2019.txt", 15, 6, ["no_known_slip"] * 3),
    ],
)
def test_running_text_keeps_what_is_odd_and_marks_it(
    name: str, tasks: int, cut: int, others: list[str], tmp_path: Path
) -> None:
    found = taken(tmp_path, "jiangsu", name)
    assert (found.report["rows_in"], found.report["quarantined"]) == (tasks, 0)
    codes = [code for _, code in findings(found)]
    assert codes.count("sentence_is_whole") == cut
    assert [code for code in codes if code != "sentence_is_whole"] == others
    contents = " ".join(row[1] for row in published(found, "seq, content"))
    assert contents.count("\n") >= cut


def test_the_clause_of_jiangsu_with_an_english_word(tmp_path: Path) -> None:
    found = taken(tmp_path, "jiangsu", "jiangsu_2020.txt")
    [content] = [row[1] for row in published(found, "seq, content") if " and " in row[1]]
    assert content.count("监管规则 and 标准") == 2
    [document] = set(published(found, "doc_no, year, issued_on::VARCHAR, issuer"))
    assert document == ("苏政办发〔2020〕65号", 2020, "2020-08-10", "江苏省人民政府办公厅")
