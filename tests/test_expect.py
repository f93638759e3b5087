"""The engine that runs the suites: what comes from a file, what from the contract, what is told.

The rules of each dataset are tried in `tests/suites/`, the vocabulary in `test_dataset_rules.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import city, contracts, expect
from gongkai.contracts import Contract
from gongkai.errors import BrokenContract
from gongkai.expect import ROWS, Rule, Suite, Weight
from gongkai.home import Home
from gongkai.text import Text
from tests.support import PROJECT, a_contract, a_field, a_rule, fill

DATASETS = contracts.names()
MODULES = sorted(path.stem for path in (PROJECT / "tests" / "suites").glob("test_*_suites.py"))
CODE = a_field("code", key=True)
COUNT = a_field("count", "INTEGER")


def a_query(query: str, name: str = "odd", weight: Weight = "critical") -> Rule:
    """A rule whose exceptions are the rows of a query."""
    return Rule(name, weight, ROWS, {}, Text("{observed}行", "{observed} rows"), query=query)


def of_its_own(expectation: str, **arguments: Any) -> Rule:
    """A rule that is one of Great Expectations' own."""
    return Rule("odd", "note", expectation, arguments, Text("零", "nought"))


def asked(
    rules: list[Rule],
    contract: Contract,
    rows: list[dict[str, Any]],
    database: duckdb.DuckDBPyConnection,
) -> expect.Verdict:
    """What becomes of the rules on these accepted rows."""
    for name in ("accepted", "latest", "quarantined"):
        fill(name, contract, rows if name == "accepted" else [], database)
    return expect.expect(Suite(contract.dataset, tuple(rules), (), ""), contract, database)


def a_suite(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The suite of the dataset `tiny`, as a file."""
    path = folder / "expectations" / "finance" / "tiny.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(expect, "EXPECTATIONS", folder / "expectations")


def test_results_come_in_the_order_of_the_rules(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, [CODE, COUNT])
    rules = [
        a_query("SELECT code FROM {batch} WHERE count > 1", "second", "suspicion"),
        of_its_own("expect_column_max_to_be_between", column="count", max_value=1),
        a_query("SELECT code FROM {batch} WHERE count > 9", "third"),
        a_query("SELECT code FROM {batch}", "fourth"),
    ]
    rows = [{"code": "a", "count": 1}, {"code": "b", "count": 2}]
    verdict = asked(rules, contract, rows, database)
    assert [(found.rule, found.holds) for found in verdict.rules] == [
        ("second", False),
        ("odd", False),
        ("third", True),
        ("fourth", False),
    ]
    assert [found.rule for found in verdict.failed] == ["fourth"]
    assert [found.rule for found in verdict.suspicions] == ["second"]
    assert verdict.rules[0].reason == Text("1行", "1 rows")


@pytest.mark.parametrize(
    "rule",
    [
        a_query("SELECT nothing FROM {batch}"),
        a_query("FROM nowhere, {batch}"),
        of_its_own("expect_column_values_to_not_be_null", column="nothing"),
        of_its_own("expect_the_moon"),
        of_its_own("expect_table_row_count_to_be_between", least=1),
    ],
    ids=["no column", "no table", "no column of its own", "no expectation", "no argument"],
)
def test_a_rule_that_cannot_be_evaluated_is_a_broken_contract(
    rule: Rule, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, [CODE])
    rules = [a_query("FROM {batch} WHERE false", "sound"), rule]
    with pytest.raises(BrokenContract, match="the rule odd cannot be evaluated") as caught:
        asked(rules, contract, [{"code": "a"}], database)
    assert "\n" not in str(caught.value)


def test_an_example_shows_no_private_column(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, [CODE, a_field("principal", public=False)])
    rows = [{"code": str(n), "principal": "校长某"} for n in range(expect.EXAMPLES + 1)]
    rule = a_query("SELECT code, principal FROM {batch} ORDER BY code")
    [found] = asked([rule], contract, rows, database).rules
    assert found.examples == ("code 0", "code 1", "code 2")


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_suite_asks_every_rule_of_the_contract_that_holds_a_row(dataset: str) -> None:
    contract = contracts.load(dataset)
    errors = {expect.CONTRACT + rule.code for rule in contract.rules if rule.severity == "error"}
    rules = expect.load(contract).rules
    assert {rule.name for rule in rules if rule.name.startswith(expect.CONTRACT)} == errors
    assert {rule.weight for rule in rules if rule.name in errors} <= {"critical"}


def test_a_bad_row_among_the_accepted_fails_the_delivery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: duckdb.DuckDBPyConnection
) -> None:
    a_suite(tmp_path, monkeypatch, "rules: []\n")
    rules = [
        a_rule("few", "count", "count <= $most", "多", "many"),
        a_rule("some", "count", "count > 0", "少", "few", severity="warning"),
    ]
    figure = {"name": "most", "value": 10, "source": "小局规定"}
    contract = a_contract(tmp_path, [CODE, COUNT], rules=rules, parameters=[figure])
    # a rule that says nothing of a row is kept
    rows: list[dict[str, Any]] = [
        {"code": "a", "count": 11},
        {"code": "b", "count": None},
        {"code": "c", "count": 0},
    ]
    verdict = asked(list(expect.load(contract).rules), contract, rows, database)
    [found] = verdict.failed
    assert (found.rule, found.examples) == ("contract_few", ("code a",))


def test_braces_in_a_regular_expression_survive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: duckdb.DuckDBPyConnection
) -> None:
    sql = r"SELECT code FROM {batch} WHERE NOT regexp_full_match(code, '\d{6}(\{\w{1,2}\})?')"
    reason = "{zh: '{observed}', en: '{observed}'}"
    a_suite(
        tmp_path, monkeypatch,
        f"rules:\n- name: six\n  weight: note\n  sql: |\n    {sql}\n  reason: {reason}\n",
    )  # fmt: skip
    rule = a_rule("head", "code", r"regexp_matches(code, '^\d{3}')", "三", "three")
    contract = a_contract(tmp_path, [CODE], rules=[rule])
    rows = [{"code": code} for code in ("123456", "123456{ab}", "12345", "1x3456")]
    six, head = asked(list(expect.load(contract).rules), contract, rows, database).rules
    assert six.examples == ("code 12345", "code 1x3456")
    assert head.examples == ("code 1x3456",)


def test_a_figure_is_the_contracts_or_the_installations_own(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> None:
    a_suite(
        tmp_path, monkeypatch,
        "rules:\n- name: few\n  weight: note\n  sql: SELECT code FROM {batch} WHERE count > $most\n"
        "  reason: {zh: 多, en: many}\n",
    )  # fmt: skip
    contract = a_contract(
        tmp_path,
        [CODE, COUNT],
        rules=[a_rule("few", "count", "count <= $most", "多", "many")],
        parameters=[{"name": "most", "value": 10, "source": "小局规定"}],
    )
    rows = [{"code": "a", "count": 11}, {"code": "b", "count": 21}]

    def exceptions() -> list[tuple[str, ...]]:
        rules = expect.load(contract, city.load(home).figures(contract)).rules
        return [found.examples for found in asked(list(rules), contract, rows, database).rules]

    assert exceptions() == [("code a", "code b")] * 2
    assert home.sources is not None
    own = home.sources / "city.yaml"
    own.write_text(own.read_text("utf-8") + "parameters: {tiny: {most: 20}}\n", encoding="utf-8")
    assert exceptions() == [("code b",)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "rules",
        "rules:\n- {name: a, weight: grave, sql: FROM x, reason: {zh: 零, en: nought}}",
        "rules:\n- {name: a, weight: note, sql: FROM x}",
        "rules:\n- {name: a, weight: note, sql: FROM x WHERE $y, reason: {zh: 零, en: nought}}",
        "rules:\n- name: a\n  weight: note\n  expectation: expect_one_row_at_most\n"
        "  arguments: {least: 1}\n  reason: {zh: 零, en: nought}",
    ],
    ids=["no rules", "unknown weight", "no reason", "unknown figure", "unknown argument"],
)
def test_a_suite_that_cannot_be_read_is_a_broken_contract(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_suite(tmp_path, monkeypatch, text)
    with pytest.raises(BrokenContract, match="the suite cannot be read"):
        expect.load(a_contract(tmp_path, [CODE]))


def test_the_whole_is_what_was_accepted_over_the_last_edition(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, [CODE, COUNT])
    fill("accepted", contract, [{"code": "a", "count": 2}], database)
    fill("latest", contract, [{"code": "a", "count": 1}, {"code": "b", "count": 1}], database)
    name = expect.widen(contract, database)
    rows = database.sql(f"SELECT code, count FROM {name} ORDER BY code").fetchall()
    assert rows == [("a", 2), ("b", 1)]
