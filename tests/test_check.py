"""The check: every reason code on small tables, and rows in = accepted + quarantined."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.contracts import Contract
from gongkai.home import Home
from gongkai.sources import Source
from tests.support import a_contract, a_field, a_rule, a_source, judged, rows_of

FIELDS = [
    a_field("code", key=True, pattern=r"[A-Z]\d{3}"),
    a_field("uscc", format="uscc"),
    a_field("scope", code_list="scope"),
    a_field("region", code_list="divisions", code_date="day", pattern=r"\d{6}"),
    a_field("year_region", code_list="divisions", code_date="year"),
    a_field("year", "INTEGER"),
    a_field("count", "INTEGER", minimum=1, maximum=100),
    a_field("amount", "DECIMAL(18,2)", minimum=0),
    a_field("limit", "DECIMAL(18,2)"),
    a_field("day", "DATE"),
    a_field("moment", "TIMESTAMP"),
    a_field("truth", "BOOLEAN"),
    a_field("name", required=True),
]
RULES = [
    a_rule(
        "within_limit",
        "amount",
        'amount <= "limit"',
        "金额 {amount} 大于限额 {limit}",
        "The amount {amount} exceeds the limit {limit}",
        responsible="platform",
    ),
    a_rule(
        "round_count",
        "count",
        "count % 10 = 0",
        "数量 {count} 不是整十",
        "The count {count} is no ten",
        severity="warning",
    ),
]
SOUND = {"code": "A001", "name": "某单位"}
ID = "320508199003071239"
"""A resident ID of nobody."""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return a_contract(tmp_path, FIELDS, rules=RULES, data_date="day")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return a_source(tmp_path)


@pytest.fixture
def findings(
    contract: Contract, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> Any:
    def of(*rows: dict[str, str | None]) -> list[dict[str, Any]]:
        checked = judged([SOUND | row for row in rows], contract, source, home, database)
        return rows_of(checked.findings)

    return of


@pytest.mark.parametrize(
    ("column", "value", "code", "zh", "en"),
    [
        ("name", None, "required", "为必填项", "must be given"),
        ("amount", "待定", "type", "“待定”不是数值", "“待定” is not a number"),
        ("count", "12.7", "type", "“12.7”不是整数", "“12.7” is not a whole number"),
        ("count", "三百", "type", "“三百”不是整数", "“三百” is not a whole number"),
        ("day", "2025-02-30", "type", "不是有效日期", "not a date of the calendar"),
        ("day", "24-3-5", "type", "不是有效日期", "not a date of the calendar"),
        ("day", "infinity", "type", "不是有效日期", "not a date of the calendar"),
        ("moment", "20251308133500", "type", "不是有效时间", "not a moment of the calendar"),
        ("moment", "epoch", "type", "不是有效时间", "not a moment of the calendar"),
        ("truth", "或许", "type", "不是是或否", "not yes or no"),
        ("uscc", "9.13299E+17", "scientific", "按文本填写", "enter it as text"),
        ("code", "2.132E+09", "scientific", "按文本填写", "enter it as text"),
        ("uscc", "11320500014100010H", "check_digit", "校验位不符", "fails its check digit"),
        ("code", "a001", "pattern", "格式不符", "does not have the form"),
        ("region", "32050", "pattern", "格式不符", "does not have the form"),
        ("scope", "全市", "enum", "本地区、本级、下级", "whole, own, subordinate"),
        ("region", "320501", "codelist", "不在代码表", "not in the code list"),
        ("count", "0", "minimum", "0 小于下限 1", "0 is below the least allowed, 1"),
        ("count", "101", "maximum", "101 大于上限 100", "101 is above the most allowed, 100"),
        ("amount", "-0.01", "minimum", "小于下限 0", "below the least allowed, 0"),
    ],
)
def test_a_wrong_value_is_found_and_quoted(
    findings: Any, column: str, value: str | None, code: str, zh: str, en: str
) -> None:
    found = [f for f in findings({column: value}) if f["code"] != "round_count"]
    assert [(f["code"], f["column_name"], f["value"]) for f in found] == [(code, column, value)]
    [finding] = found
    assert zh in finding["reason_zh"]
    assert en in finding["reason_en"]
    for reason in (finding["reason_zh"], finding["reason_en"]):
        assert value is None or value in reason
    assert f"{column}（中文）" in finding["reason_zh"]
    assert f"{column} in English" in finding["reason_en"]
    assert (finding["severity"], finding["responsible"]) == ("error", "department")
    assert (finding["_row"], finding["_file"], finding["_line"]) == (1, "file", 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("uscc", "11320500014100010G"),
        ("uscc", None),
        ("scope", "whole"),
        ("region", "320600"),
        ("count", "10.0"),
        ("count", "100"),
        ("amount", "0"),
        ("amount", "1e3"),
        ("day", "2024-02-29"),
        ("moment", "2024-02-29 12:00:00"),
        ("truth", "true"),
        ("year", "99999999"),
    ],
)
def test_a_right_value_is_not_found_fault_with(findings: Any, column: str, value: str) -> None:
    assert findings({column: value}) == []


def test_a_resident_id_in_place_of_a_credit_code_is_not_shown(findings: Any) -> None:
    [finding] = findings({"uscc": ID})
    assert finding["code"] == "personal_id"
    assert "居民身份证" in finding["reason_zh"]
    assert ID not in str(finding)


def test_a_resident_id_in_a_key_that_stands_twice_is_not_shown(
    tmp_path: Path, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, [a_field("uscc", key=True, format="uscc")])
    checked = judged([{"uscc": ID}] * 2, contract, source, home, database)
    found = rows_of(checked.findings)
    assert Counter(f["code"] for f in found) == {"personal_id": 2, "duplicate_key": 2}
    assert ID not in str(found)


def test_a_resident_id_in_a_rule_is_not_shown(
    tmp_path: Path, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    rule = a_rule("odd", "uscc", "false", "{uscc} 不对", "{uscc} is wrong")
    contract = a_contract(tmp_path, [a_field("uscc", key=True, format="uscc")], rules=[rule])
    found = rows_of(judged([{"uscc": ID}], contract, source, home, database).findings)
    assert Counter(f["code"] for f in found) == {"personal_id": 1, "odd": 1}
    assert ID not in str(found)


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2019-05-01", []),
        ("2020-06-30", []),
        ("2020-07-01", ["codelist_date"]),
        ("2023-05-01", ["codelist_date"]),
        (None, []),
    ],
)
def test_a_code_is_judged_on_the_date_of_its_row(
    findings: Any, day: str | None, codes: list[str]
) -> None:
    found = findings({"region": "320684", "day": day})
    assert [f["code"] for f in found] == codes
    assert all("320684" in f["reason_zh"] and "320684" in f["reason_en"] for f in found)


@pytest.mark.parametrize(
    ("year", "codes"), [("2019", []), ("2020", []), ("2021", ["codelist_date"])]
)
def test_a_year_is_met_by_any_day_of_it(findings: Any, year: str, codes: list[str]) -> None:
    assert [f["code"] for f in findings({"year_region": "320684", "year": year})] == codes


def test_a_year_out_of_the_calendar_does_not_break_the_check(findings: Any) -> None:
    assert isinstance(findings({"year_region": "320684", "year": "99999999"}), list)


def test_a_code_that_is_not_yet_in_use_is_found(findings: Any) -> None:
    [finding] = findings({"region": "320614", "day": "2019-05-01"})
    assert finding["code"] == "codelist_date"


def test_a_rule_quotes_its_columns_as_they_were_written(findings: Any) -> None:
    [finding] = findings({"amount": "12.50", "limit": "9"})
    assert finding["code"] == "within_limit"
    assert finding["reason_zh"] == "金额 12.50 大于限额 9"
    assert finding["reason_en"] == "The amount 12.50 exceeds the limit 9"
    assert finding["responsible"] == "platform"


def test_a_rule_about_what_is_not_there_is_kept(findings: Any) -> None:
    assert findings({"amount": "12.50", "limit": None}) == []


def test_a_warning_is_published_with_a_remark(
    contract: Contract, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    rows = [SOUND | {"count": "7"}, SOUND | {"code": "A002", "count": "10"}]
    checked = judged(rows, contract, source, home, database)
    assert checked.rows_quarantined == 0
    found = checked.accepted.project("code, _remarks").order("code").fetchall()
    assert found == [("A001", "round_count"), ("A002", None)]
    assert [f["severity"] for f in rows_of(checked.findings)] == ["warning"]


def test_a_row_with_several_faults_has_a_finding_for_each(findings: Any) -> None:
    found = findings({"count": "0", "scope": "全市", "amount": "待定", "name": None})
    assert sorted(f["code"] for f in found) == ["enum", "minimum", "required", "type"]


def test_a_key_that_stands_twice_is_quarantined_every_time(
    contract: Contract, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    rows = [SOUND, SOUND | {"name": "另一单位"}, SOUND | {"code": "A002"}]
    checked = judged(rows, contract, source, home, database)
    found = rows_of(checked.findings)
    assert [(f["code"], f["value"], f["_line"]) for f in found] == [
        ("duplicate_key", "A001", 1),
        ("duplicate_key", "A001", 2),
    ]
    assert all("A001" in f["reason_zh"] and "A001" in f["reason_en"] for f in found)
    assert checked.accepted.project("code").fetchall() == [("A002",)]


def test_a_key_is_the_same_in_its_type_not_in_its_spelling(
    tmp_path: Path, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, [a_field("year", "INTEGER", key=True)])
    checked = judged([{"year": "2024"}, {"year": "2024.0"}], contract, source, home, database)
    assert checked.rows_quarantined == 2


def test_a_surrogate_key_needs_no_national_form(
    contract: Contract, tmp_path: Path, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    rows = [SOUND | {"code": "local:甲/1"}]
    plain, made_up = a_source(tmp_path / "a"), a_source(tmp_path / "b", surrogates=["code"])
    assert judged(rows, contract, plain, home, database).rows_quarantined == 1
    assert judged(rows, contract, made_up, home, database).rows_quarantined == 0


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(
        ["A001", "B002", "whole", "320684", "2019", "2024-02-29", "7", "-1", "1e400", ID, "true"]
    ),
    st.text(max_size=8).map(lambda text: text.replace("\0", "")),
)
CANDIDATES = st.lists(st.fixed_dictionaries({field["name"]: TEXTS for field in FIELDS}), max_size=6)


@settings(max_examples=12)
@given(rows=CANDIDATES)
def test_no_row_is_lost_and_no_text_breaks_the_check(
    contract: Contract,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
    rows: list[dict[str, str | None]],
) -> None:
    checked = judged(rows, contract, source, home, database)
    accepted = {row for (row,) in checked.accepted.project("_row").fetchall()}
    held = {row for (row,) in checked.quarantined.project("_row").fetchall()}
    assert accepted | held == set(range(1, len(rows) + 1))
    assert not accepted & held
    assert (len(accepted), len(held)) == (checked.rows_accepted, checked.rows_quarantined)
    wrong = {f["_row"] for f in rows_of(checked.findings) if f["severity"] == "error"}
    assert wrong == held


def test_a_sentence_names_figures_and_what_is_worked_out(
    tmp_path: Path, source: Source, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    rule = a_rule(
        "share_in_bounds",
        "amount",
        '100 * amount / nullif("limit", 0) <= $most',
        '占比 {=round(100 * amount / "limit", 1)}% 超过 {$most}%（{amount} / {limit}）',
        '{=round(100 * amount / "limit", 1)}% exceed {$most}% ({amount} of {limit})',
    )
    figure = {"name": "most", "value": 50, "source": "小局规定"}
    contract = a_contract(tmp_path, FIELDS, rules=[rule], data_date="day", parameters=[figure])

    def told() -> list[str]:
        rows = [SOUND | {"amount": "2", "limit": "3.0"}]
        checked = judged(rows, contract, source, home, database)
        return [finding["reason_en"] for finding in rows_of(checked.findings)]

    assert told() == ["66.7% exceed 50% (2 of 3.0)"]
    # the installation's own figure is in its place, in the rule and in the sentence
    assert home.sources is not None
    own, city = home.sources / "city.yaml", (home.sources / "city.yaml").read_text("utf-8")
    own.write_text(f"{city}parameters: {{tiny: {{most: 60}}}}\n", encoding="utf-8")
    assert told() == ["66.7% exceed 60% (2 of 3.0)"]
    own.write_text(f"{city}parameters: {{tiny: {{most: 66.7}}}}\n", encoding="utf-8")
    assert told() == []


@pytest.mark.parametrize(
    ("day", "count", "holds"),
    [
        ("2024-12-31", "20", True),
        ("2024-12-31", "21", False),
        ("2025-01-01", "30", True),
        ("2025-01-01", "31", False),
        # without a day the figure of today is meant
        (None, "30", True),
        (None, "31", False),
    ],
)
def test_the_figure_in_force_on_the_day_of_the_row_counts(
    day: str | None,
    count: str,
    holds: bool,
    tmp_path: Path,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> None:
    figure = {
        "name": "most",
        "value": [{"value": 20, "until": "2024-12-31"}, {"value": 30}],
        "on": "day",
        "source": "小局规定",
    }
    rule = a_rule("few", "count", "count <= $most", "多于 {$most}", "more than {$most}")
    contract = a_contract(tmp_path, FIELDS, rules=[rule], data_date="day", parameters=[figure])
    checked = judged([SOUND | {"day": day, "count": count}], contract, source, home, database)
    assert checked.rows_accepted == holds


@pytest.mark.parametrize(("day", "codes"), [("2019-05-01", []), ("2021-05-01", ["codelist_date"])])
def test_a_column_may_be_called_as_one_of_the_code_list(
    day: str,
    codes: list[str],
    tmp_path: Path,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> None:
    fields = [
        a_field("code", key=True, code_list="divisions", code_date="valid_from"),
        a_field("valid_from", "DATE"),
    ]
    contract = a_contract(tmp_path, fields)
    checked = judged([{"code": "320684", "valid_from": day}], contract, source, home, database)
    assert [finding["code"] for finding in rows_of(checked.findings)] == codes


def test_one_of_two_columns_must_be_given(
    tmp_path: Path, home: Home, database: duckdb.DuckDBPyConnection
) -> None:
    fields = [
        a_field("code", key=True),
        a_field("amount", "DECIMAL(18,2)", required_unless="size"),
        a_field("size", "DECIMAL(18,2)"),
    ]
    rows = [
        {"code": "both", "amount": "1", "size": "2"},
        {"code": "the other", "size": "2"},
        {"code": "neither"},
        {"code": "no number", "amount": "一"},
    ]
    contract = a_contract(tmp_path, fields)
    checked = judged(rows, contract, a_source(tmp_path), home, database)
    found = checked.findings.project("column_name, code").fetchall()
    assert found == [("amount", "required"), ("amount", "type")]
    assert [row["code"] for row in rows_of(checked.accepted)] == ["both", "the other"]
