"""The code lists: whole, dated without a gap in their logic, and true to what they stand for."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from gongkai import codelists
from gongkai.codelists import CODELISTS, Code, CodeList
from gongkai.errors import BrokenContract
from tests.support import PROJECT, a_home

NAMES = sorted(path.stem for path in CODELISTS.glob("*.csv"))
README = (CODELISTS / "README.md").read_text(encoding="utf-8")
SUBJECT = re.compile(r"[1-9]\d{2}(\d{2}){0,3}")
CATEGORY = re.compile(r"[ABC](\d{8})?")
INDUSTRY = re.compile(r"[A-T](\d{2})?|\d{3,4}")


@cache
def listed(name: str) -> CodeList:
    return codelists.load(name, a_home(Path("nowhere")))


@cache
def columns(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a list with the columns of its own."""
    with (CODELISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def on(name: str, code: str, day: date) -> list[str]:
    """The Chinese labels under which a code is valid on a day."""
    return [
        found.label_zh
        for found in listed(name).codes
        if found.code == code
        and (found.valid_from or date.min) <= day <= (found.valid_to or date.max)
    ]


def an_addition(folder: Path, text: str) -> CodeList:
    """The list of scopes with an installation's own rows."""
    (folder / "scope.csv").write_text(text, encoding="utf-8")
    return codelists.load("scope", a_home(folder, codelists=folder))


@pytest.mark.parametrize("name", NAMES)
def test_every_code_has_a_label_in_both_languages(name: str) -> None:
    # the reader falls back to Chinese, a list of the project must not need it
    assert all(row["code"] and row["label_zh"] and row["label_en"] for row in columns(name))
    assert all(value == value.strip() for row in columns(name) for value in row.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_row_has_a_value_for_every_column(name: str) -> None:
    assert all(None not in row and None not in row.values() for row in columns(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_parent_is_in_the_list(name: str) -> None:
    codes = {code.code for code in listed(name).codes}
    assert {code.parent for code in listed(name).codes} - {None} <= codes


@pytest.mark.parametrize("name", NAMES)
def test_every_successor_is_in_the_list_and_in_use_afterwards(name: str) -> None:
    for code in listed(name).codes:
        for successor in (code.successor or "").split("/"):
            if successor:
                assert code.valid_to is not None
                assert on(name, successor, code.valid_to), (code.code, successor)
                assert successor != code.code


@pytest.mark.parametrize("name", NAMES)
def test_a_code_has_one_label_at_a_time(name: str) -> None:
    versions: dict[str, list[Code]] = defaultdict(list)
    for code in listed(name).codes:
        versions[code.code].append(code)
    for rows in versions.values():
        rows.sort(key=lambda row: row.valid_from or date.min)
        for earlier, later in pairwise(rows):
            assert (earlier.valid_to or date.max) < (later.valid_from or date.min), later.code


@pytest.mark.parametrize("name", NAMES)
def test_a_code_ends_after_it_began(name: str) -> None:
    for code in listed(name).codes:
        assert (code.valid_from or date.min) <= (code.valid_to or date.max), code.code


@pytest.mark.parametrize("name", NAMES)
def test_a_list_that_an_error_would_have_to_recite_is_short(name: str) -> None:
    # the reason of a rejected row names the values of an undated list
    assert listed(name).dated or len(listed(name).codes) <= 40


def test_the_readme_names_every_list() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_every_code_of_a_short_list(name: str) -> None:
    [line] = re.findall(rf"^\| `{name}` \|.*$", README, re.MULTILINE)
    codes = list(dict.fromkeys(code.code for code in listed(name).codes))
    if len(codes) <= 40:
        assert all(f"`{code}` " in line for code in codes)
    else:
        assert f"{len(codes)} " in line


@pytest.mark.parametrize(
    ("code", "day", "labels"),
    [
        ("320684", date(2019, 5, 1), ["海门市"]),
        ("320684", date(2023, 5, 1), []),
        ("320614", date(2019, 5, 1), []),
        ("320614", date(2023, 5, 1), ["海门区"]),
        ("320602", date(2019, 5, 1), ["崇川区"]),
        ("320602", date(2021, 1, 1), []),
        ("320621", date(2010, 5, 1), ["海安县"]),
        ("320621", date(2023, 5, 1), []),
        ("320685", date(2017, 5, 1), []),
        ("320685", date(2018, 12, 31), ["海安市"]),
        ("320504", date(2012, 7, 31), ["金阊区"]),
        ("320508", date(2012, 7, 31), []),
        ("320803", date(2011, 6, 1), ["楚州区"]),
        ("320803", date(2012, 6, 1), ["淮安区"]),
        ("320571", date(2020, 1, 1), ["苏州工业园区"]),
        ("320501", date(2020, 1, 1), []),
        ("321400", date(2020, 1, 1), []),
    ],
)
def test_a_division_is_valid_in_its_time(code: str, day: date, labels: list[str]) -> None:
    assert on("divisions", code, day) == labels


def test_jiangsu_has_its_prefectures_counties_and_retired_divisions() -> None:
    own = [row for row in columns("divisions") if row["code"].startswith("32")]
    counted = {
        "prefectures": sum(row["level"] == "prefecture" for row in own),
        "counties": sum(row["level"] == "county" and row["status"] == "current" for row in own),
        "retired": sum(row["status"] == "retired" for row in own),
        "zones": sum(row["level"] == "functional_zone" for row in own),
    }
    assert counted == {"prefectures": 13, "counties": 95, "retired": 29, "zones": 12}
    assert all(row["label_en"].isascii() for row in own)


def test_a_retired_division_is_followed_to_what_it_is_today() -> None:
    today = {row["code"] for row in columns("divisions") if row["status"] == "current"}
    for row in columns("divisions"):
        if row["status"] == "retired":
            assert row["valid_to"]
            # a division that was only renamed keeps its code
            assert set((row["successor"] or row["code"]).split("/")) <= today, row["code"]


def test_a_subject_is_under_the_code_it_begins_with() -> None:
    kinds = {
        "1": "revenue",
        "2": "function",
        "3": "economic_department",
        "5": "economic_government",
    }
    for row in columns("budget_subjects"):
        code = row["code"]
        assert SUBJECT.fullmatch(code)
        assert row["parent"] == (code[:-2] if len(code) > 3 else "")
        assert row["classification"] == kinds[code[0]]


@pytest.mark.parametrize(
    ("code", "year", "label"),
    [
        ("207", 2018, "文化体育与传媒支出"),
        ("207", 2019, "文化旅游体育与传媒支出"),
        ("210", 2018, "医疗卫生与计划生育支出"),
        ("210", 2019, "卫生健康支出"),
        ("220", 2018, "国土海洋气象等支出"),
        ("220", 2024, "自然资源海洋气象等支出"),
        ("215", 2019, "资源勘探信息等支出"),
        ("215", 2020, "资源勘探工业信息等支出"),
        ("224", 2018, None),
        ("224", 2019, "灾害防治及应急管理支出"),
        ("501", 2017, None),
        ("501", 2018, "机关工资福利支出"),
    ],
)
def test_a_subject_has_the_name_of_its_year(code: str, year: int, label: str | None) -> None:
    assert on("budget_subjects", code, date(year, 6, 30)) == ([label] if label else [])


def test_classes_of_subjects_are_named_in_english() -> None:
    classes = [row for row in columns("budget_subjects") if len(row["code"]) == 3]
    assert all(row["label_en"].isascii() for row in classes)


@pytest.mark.parametrize("name", ["expenditure_subjects", "revenue_subjects"])
def test_the_fictional_city_uses_subjects_of_the_list(name: str) -> None:
    path = PROJECT / "samples" / "codelists" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        used = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    assert [
        pair for pair in used if pair[1] not in on("budget_subjects", pair[0], date(2025, 6, 30))
    ] == []


def test_a_procurement_category_is_under_the_pairs_it_begins_with() -> None:
    for code in listed("procurement_categories").codes:
        assert CATEGORY.fullmatch(code.code)
        if code.parent:
            assert code.code.startswith(re.sub("(00)+$", "", code.parent))
            assert len(code.parent.rstrip("0")) < len(code.code.rstrip("0"))


def test_industries_are_those_of_the_standard() -> None:
    levels: dict[str, int] = defaultdict(int)
    for row in columns("industries"):
        assert INDUSTRY.fullmatch(row["code"])
        levels[row["level"]] += 1
        if row["parent"]:
            assert row["code"].startswith(re.sub("^[A-T](?=..)", "", row["parent"])) or (
                row["code"].startswith(row["parent"])
            )
    assert levels == {"section": 20, "division": 97, "group": 473, "class": 1382}


@pytest.mark.parametrize(("document", "count"), [("SZ19", 9), ("GB94", 8), ("TZ18", 7)])
def test_documents_name_nine_eight_and_seven_classes(document: str, count: int) -> None:
    named = [
        row for row in columns("project_info_classes") if document in row["named_by"].split(";")
    ]
    assert len(named) == count


def test_what_happens_to_a_project_belongs_to_a_class_of_information() -> None:
    classes = {row["code"] for row in columns("project_info_classes")}
    assert {row["info_class"] for row in columns("project_item_type")} == classes


def test_a_reason_to_withhold_cites_its_article() -> None:
    assert {row["clause"][:4] for row in columns("not_open_reason")} == {
        "第十四条",
        "第十五条",
        "第十六条",
    }


def test_a_list_is_read_anew_when_its_file_changes(tmp_path: Path) -> None:
    first = an_addition(tmp_path, "code,label_zh\nstreet,街道\n")
    second = an_addition(tmp_path, "code,label_zh\nvillage,村\n")
    assert [found.codes[-1].code for found in (first, second)] == ["street", "village"]
    assert first.digest != second.digest


def test_a_list_saved_by_a_spreadsheet_program_is_read(tmp_path: Path) -> None:
    assert an_addition(tmp_path, "\ufeffcode,label_zh\nstreet,街道\n").codes[-1].code == "street"


@pytest.mark.parametrize(
    "row", ["street", "street,", ",街道", "street,街道,2024-02-30", "street,街道,2024.1.1"]
)
def test_a_row_that_is_not_whole_is_told_with_its_line(tmp_path: Path, row: str) -> None:
    with pytest.raises(BrokenContract, match=r"scope\.csv:2"):
        an_addition(tmp_path, f"code,label_zh,valid_from\n{row}\n")
