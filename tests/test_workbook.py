"""The workbook that goes to a department, and what comes back of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from lxml import etree
from python_calamine import CalamineWorkbook

from gongkai.city import Department
from gongkai.contracts import Contract
from gongkai.errors import BrokenDelivery, WrongCall
from gongkai.returned import read_workbook
from gongkai.text import Text
from gongkai.workbook import (
    CUT,
    DATASET,
    HELP,
    LONGEST,
    REF,
    Finding,
    Wrong,
    blamed,
    write_workbook,
)
from tests.support import a_contract, a_field

TODAY = date(2026, 3, 9)
BUREAU = Department("tiny-bureau", Text("小局", "Tiny Bureau"), "", "", "")
LINEAGE = {"code": ("代码",), "name": ("名称",), "amount": ("上年", "本年", "_unit")}
CELLS = {"代码": "0012", "名称": "=甲公司", "上年": "5", "本年": "-3", "_unit": "万元"}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    fields = [a_field("code", key=True), a_field("name"), a_field("amount", "DECIMAL(18,2)")]
    return a_contract(tmp_path / "schemas", fields)


def a_finding(column: str = "code", **more: Any) -> Finding:
    given = {
        "code": "form",
        "value": None,
        "severity": "error",
        "responsible": "department",
        "reason": Text(f"{column}不对", f"{column} is wrong"),
        "basis": "小局规定",
        **more,
    }
    return Finding(column, **given)


def a_row(ref: str = "a1", *findings: Finding, **cells: str | None) -> Wrong:
    return Wrong(
        ref,
        "表.xlsx",
        "小学",
        9,
        date(2026, 3, 2),
        {**CELLS, **cells},
        findings or (a_finding(value="0012"),),
    )


@pytest.fixture
def written(tmp_path: Path, contract: Contract) -> Callable[..., Path]:
    def write(*rows: Wrong, name: str = "out.xlsx") -> Path:
        path = tmp_path / name
        write_workbook(path, contract, "小局的表", BUREAU, rows, LINEAGE, TODAY)
        return path

    return write


def sheet(path: Path, name: str) -> list[list[Any]]:
    found = CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    return [list(row) for row in found.to_python(skip_empty_area=False)]


def saved_again(
    path: Path, edit: Callable[[dict[str, list[list[Any]]]], None], *, properties: bool = True
) -> Path:
    """The workbook as a spreadsheet program saves it after `edit`: other formats, other parts."""
    book = CalamineWorkbook.from_path(path)
    sheets = {name: sheet(path, name) for name in book.sheet_names}
    edit(sheets)
    out = path.with_name("saved.xlsx")
    file = xlsxwriter.Workbook(out, {"strings_to_formulas": False})
    if properties:
        file.set_custom_property("gongkai_dataset", "tiny")
    day = file.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        page = file.add_worksheet(name)
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                page.write(line, place, value, day if isinstance(value, date) else None)
    file.close()
    return out


def place_of(rows: list[list[Any]], header: str) -> int:
    return rows[1].index(header)


def test_a_clerk_finds_the_row_as_it_was_delivered(written: Callable[..., Path]) -> None:
    path = written(a_row())
    _, header, row = sheet(path, "待更正")
    assert header == [*HELP, *CELLS]
    assert row == [
        "a1",
        "表.xlsx 小学 第 9 行",
        "code不对",
        "部门",
        "小局规定",
        7.0,
        *CELLS.values(),
    ]


def test_the_first_sheet_says_what_this_is(written: Callable[..., Path]) -> None:
    rows = [a_row("a1"), replace(a_row("a2", 代码="0013"), since=date(2026, 1, 5))]
    about = sheet(written(*rows), "说明")
    facts = {row[0]: row[1] for row in about}
    assert facts[DATASET] == "tiny"
    assert facts["部门 · Department"] == "小局 · Tiny Bureau"
    assert facts["待更正行数 · Rows to be corrected"] == "2"
    assert facts["最早待改日期 · Waiting since"] == "2026-01-05"
    assert [
        "code（中文） · code in English",
        "form",
        2.0,
        "code不对",
        "code is wrong",
        "部门",
    ] in about


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@甲", "110105199001011234", "0012", "http://a.example", " 二 ",
             "a\r\nb", "x\x07y", "_x000D_", "{=A1}", "1e5", "2024-01-01"],
)  # fmt: skip
def test_nothing_that_was_delivered_becomes_another_thing(
    text: str, written: Callable[..., Path]
) -> None:
    path = written(a_row(名称=text))
    assert read_workbook(path).cells["a1"]["名称"] == text
    with zipfile.ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet2.xml")


def test_excel_finds_every_part_that_the_workbook_names(written: Callable[..., Path]) -> None:
    path = written(a_row("a1"), a_row("a2", a_finding("name", severity="warning"), 代码="1"))
    with zipfile.ZipFile(path) as parts:
        names = set(parts.namelist())
        trees = {
            name: etree.fromstring(parts.read(name)) for name in names if not name.endswith(".vml")
        }
    for name, tree in trees.items():
        if name.endswith(".rels"):
            base = Path(name).parent.parent
            for relation in tree:
                if relation.get("TargetMode") != "External":
                    target = str(relation.get("Target"))
                    joined = (base / target).as_posix() if target[0] != "/" else target[1:]
                    assert re.sub(r"[^/]+/\.\./", "", joined) in names
    declared = {str(part.get("PartName"))[1:] for part in trees["[Content_Types].xml"]
                if part.get("PartName")}  # fmt: skip
    assert declared <= names
    assert {f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3)} <= names
    namespace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    page = trees["xl/worksheets/sheet2.xml"]
    assert page.find(f".//{namespace}pane").get("topLeftCell") == "B3"
    assert page.find(f"{namespace}autoFilter").get("ref") == "A2:K3"


def test_the_wrong_cell_is_filled_and_says_why(written: Callable[..., Path]) -> None:
    path = written(a_row())
    with zipfile.ZipFile(path) as parts:
        comments = etree.fromstring(parts.read("xl/comments1.xml"))
        page = etree.fromstring(parts.read("xl/worksheets/sheet2.xml"))
        styles = etree.fromstring(parts.read("xl/styles.xml"))
    [comment] = comments.iter("{*}comment")
    assert comment.get("ref") == "G3"
    assert "".join(map(str, comment.itertext())) == "code不对\ncode is wrong"
    formats = list(styles.find("{*}cellXfs"))
    styled = {
        str(cell.get("r")): formats[int(str(cell.get("s")))]
        for cell in page.iter("{*}c")
        if cell.get("s")
    }
    fills = {place: style.get("fillId") for place, style in styled.items()}
    texts = {place: style.get("numFmtId") for place, style in styled.items()}
    assert fills["G3"] != fills["H3"] == "0"
    # 49 is Excel's own text format
    assert texts["G3"] == texts["H3"] == "49"


def test_several_problems_are_numbered_errors_first(written: Callable[..., Path]) -> None:
    findings = a_finding("name", severity="warning"), a_finding("code", responsible="platform")
    _, header, row = sheet(written(a_row("a1", *findings)), "待更正")
    assert row[header.index("问题 · Problem")] == "1. code不对\n2. （提示）name不对"
    assert row[header.index("由谁处理 · Who acts")] == "平台、部门"


def test_rows_that_are_published_with_a_mark_have_a_sheet_of_their_own(
    written: Callable[..., Path],
) -> None:
    path = written(a_row("a1"), a_row("a2", a_finding("name", severity="warning"), 代码="1"))
    assert [row[0] for row in sheet(path, "待更正")[2:]] == ["a1"]
    assert [row[0] for row in sheet(path, "提示")[2:]] == ["a2"]
    assert "提示" not in CalamineWorkbook.from_path(written(a_row())).sheet_names


def test_a_row_that_was_held_twice_stands_once(written: Callable[..., Path]) -> None:
    again = replace(a_row("a2", a_finding("amount", value="-30000.00")), since=date(2026, 2, 1))
    _, header, row = sheet(written(a_row("a1"), again), "待更正")
    assert row[0] == "a1"
    assert row[header.index("问题 · Problem")] == "1. code不对\n2. amount不对"
    assert row[header.index("待改天数 · Days waiting")] == 36


def test_the_same_rows_give_the_same_bytes(written: Callable[..., Path]) -> None:
    one, other = written(a_row(), name="one.xlsx"), written(a_row(), name="other.xlsx")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("finding", "cells", "expected"),
    [
        (a_finding("code", value="0012"), {}, ("代码",)),
        # the column of an unpivoted value is the one with its digits, whatever the unit
        (a_finding("amount", value="-30000.00"), {}, ("本年",)),
        (a_finding("amount", value="五"), {"上年": "五"}, ("上年",)),
        (a_finding("amount", value="7"), {}, ("上年", "本年", "_unit")),
        (a_finding("name", value=None), {"名称": None}, ("名称",)),
        (a_finding("amount", value=None), {"本年": " "}, ("本年",)),
        # the key stands twice
        (a_finding("", code="duplicate_key", value="0012"), {}, ("代码",)),
    ],
)
def test_the_cell_that_a_finding_speaks_of(
    finding: Finding, cells: dict[str, str | None], expected: tuple[str, ...], contract: Contract
) -> None:
    assert blamed(finding, {**CELLS, **cells}, contract, LINEAGE) == expected


def test_a_value_of_unknown_origin_is_found_by_itself(contract: Contract) -> None:
    assert blamed(a_finding("code", value="0012"), CELLS, contract, {}) == ("代码",)
    assert blamed(a_finding("code", value="elsewhere"), CELLS, contract, {}) == ()
    assert blamed(a_finding("code", value=None), CELLS, contract, {}) == ()


def test_what_nobody_changed_comes_back_as_it_was(written: Callable[..., Path]) -> None:
    rows = [a_row("a1"), a_row("a2", 名称=None, 代码="7" * 20)]
    returned = read_workbook(written(*rows))
    assert returned.dataset == "tiny"
    assert returned.cells == {row.ref: row.cells for row in rows}


def corrected(path: Path, rows: list[Wrong]) -> Mapping[str, Mapping[str, str | None]]:
    """The cells that differ from those that were sent."""
    sent = {row.ref: row.cells for row in rows}
    return {
        ref: changed
        for ref, cells in read_workbook(path).cells.items()
        if (changed := {n: v for n, v in cells.items() if n in sent[ref] and sent[ref][n] != v})
    }


def test_a_correction_is_all_that_comes_back(written: Callable[..., Path]) -> None:
    rows = [a_row("a1"), a_row("a2", 代码="0013")]

    def correct(sheets: dict[str, list[list[Any]]]) -> None:
        page = sheets["待更正"]
        page[2][place_of(page, "本年")] = "3"

    assert corrected(saved_again(written(*rows), correct), rows) == {"a1": {"本年": "3"}}


@pytest.mark.parametrize(
    ("typed", "text"),
    [(3.0, "3"), (3.25, "3.25"), (date(2024, 5, 1), "2024-05-01"), (None, None), (True, "TRUE")],
)
def test_what_excel_made_of_it_becomes_text(
    typed: Any, text: str | None, written: Callable[..., Path]
) -> None:
    def correct(sheets: dict[str, list[list[Any]]]) -> None:
        page = sheets["待更正"]
        page[2][place_of(page, "本年")] = typed

    path = saved_again(written(a_row()), correct)
    assert read_workbook(path).cells["a1"]["本年"] == text


def test_columns_may_be_moved_added_and_deleted(written: Callable[..., Path]) -> None:
    def rearrange(sheets: dict[str, list[list[Any]]]) -> None:
        page = sheets["待更正"]
        kept = [place_of(page, name) for name in ("本年", REF, "代码")]
        sheets["待更正"] = [[row[place] for place in kept] for row in page]
        sheets["待更正"][1].append("备注")
        sheets["待更正"][2].append("已改")
        sheets["待更正"].insert(1, ["张贴说明", "", ""])

    path = saved_again(written(a_row()), rearrange)
    assert read_workbook(path).cells == {"a1": {"本年": "-3", "代码": "0012", "备注": "已改"}}


def test_the_hint_above_the_header_may_be_deleted(written: Callable[..., Path]) -> None:
    path = saved_again(written(a_row()), lambda sheets: sheets["待更正"].pop(0) and None)
    assert read_workbook(path).cells == {"a1": CELLS}


def test_a_workbook_that_lost_its_properties_is_known_by_its_first_sheet(
    written: Callable[..., Path],
) -> None:
    path = saved_again(written(a_row()), lambda sheets: None, properties=False)
    assert read_workbook(path).dataset == "tiny"


def test_an_empty_row_is_nothing(written: Callable[..., Path]) -> None:
    path = saved_again(written(a_row()), lambda sheets: sheets["待更正"].insert(2, [""]))
    assert list(read_workbook(path).cells) == ["a1"]


def test_of_a_cell_that_was_too_long_nothing_comes_back(written: Callable[..., Path]) -> None:
    path = written(a_row(名称="长" * (LONGEST + 1)))
    assert sheet(path, "待更正")[2][7].endswith(CUT)
    assert "名称" not in read_workbook(path).cells["a1"]


def without_numbers(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["待更正"] = [row[1:] for row in sheets["待更正"]]


def with_numbers_of_marked_rows_only(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["提示"] = sheets["待更正"]
    without_numbers(sheets)


def with_a_copied_row(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["待更正"].append(sheets["待更正"][2])


def with_a_new_row(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["待更正"].append(["", "", "", "", "", "", "0014"])


def with_a_copied_column(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["待更正"] = [[*row, row[-1]] for row in sheets["待更正"]]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (without_numbers, "没有“编号 · Ref”列（saved.xlsx, 待更正）"),
        (with_numbers_of_marked_rows_only, "没有“编号 · Ref”列（saved.xlsx, 待更正）"),
        (with_a_copied_row, "编号 a1 出现两次"),
        (with_a_new_row, "该行没有编号（saved.xlsx, 待更正 第 4 行 line 4）"),
        (with_a_copied_column, "列“_unit”出现 2 次"),
    ],
)
def test_what_cannot_be_told_apart_is_one_sentence(
    edit: Callable[[dict[str, list[list[Any]]]], None], said: str, written: Callable[..., Path]
) -> None:
    path = saved_again(written(a_row()), edit)
    with pytest.raises(BrokenDelivery, match=re.escape(said)):
        read_workbook(path)


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(path) as file:
        file.add_worksheet().write_string(0, 0, "x")
    with pytest.raises(BrokenDelivery, match="这不是发出的更正工作簿"):
        read_workbook(path)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    path.write_bytes(b"text")
    with pytest.raises(BrokenDelivery, match="文件不是能打开的工作簿"):
        read_workbook(path)


def test_a_workbook_that_cannot_be_written_is_one_sentence(written: Callable[..., Path]) -> None:
    with pytest.raises(WrongCall, match="工作簿无法写入"):
        written(a_row(), name="nowhere/out.xlsx")
