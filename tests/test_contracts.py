"""Every contract of the project, against the standard and against the project's own promises."""

from __future__ import annotations

import json
import random
import re
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
import yaml

from gongkai import codelists, contracts, expect, sources
from gongkai.check import with_figures
from gongkai.codelists import CodeList
from gongkai.conform import load_code_lists
from gongkai.contracts import SCHEMAS, Contract, Field, RowRule
from gongkai.errors import BrokenContract, WrongCall
from gongkai.home import Home
from gongkai.sources import TRANSFORMS
from tests.support import PROJECT, a_contract, a_field, a_home, a_rule, a_source, judged

DATASETS = contracts.names()
DECLARED = sorted(TRANSFORMS.glob("*/*/*.yaml"))
FAR = {
    "INTEGER": ["2147483647", "-2147483648", "0"],
    "BIGINT": ["9223372036854775807", "-9223372036854775808", "0"],
    "DATE": ["0001-01-01", "9999-12-31"],
    "TIMESTAMP": ["0001-01-01 00:00:00", "9999-12-31 23:59:59"],
    "BOOLEAN": ["true", "false"],
    "VARCHAR": ["", "一", "9" * 40],
}
"""The ends of each type's range, as text; those of a decimal follow from its digits."""


@pytest.fixture(params=DATASETS)
def contract(request: pytest.FixtureRequest) -> Contract:
    return contracts.load(request.param)


def test_there_are_datasets() -> None:
    assert {"gov_debt_limit_balance", "tender_award", "land_acq_project"} <= set(DATASETS)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*/*.odcs.yaml")), ids=lambda path: path.stem)
def test_a_contract_is_a_document_of_the_standard(path: Path) -> None:
    schema = resources.files("open_data_contract_standard") / "schema.json"
    standard: Any = json.loads(schema.read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), standard)


def test_the_dataset_is_named_after_its_file(contract: Contract) -> None:
    path = SCHEMAS / contract.area / f"{contract.dataset}.odcs.yaml"
    assert path.exists()
    assert contract.area in contracts.AREAS


def test_every_text_is_in_both_languages(contract: Contract) -> None:
    texts = [contract.title, contract.description, contract.row, contract.department.title]
    texts += contract.legal_basis
    texts += [text for field in contract.fields for text in (field.label, field.definition)]
    texts += [rule.reason for rule in contract.rules]
    texts += [contract.deadline.trigger, contract.deadline.text]
    for text in texts:
        assert any("一" <= c <= "鿿" for c in text.zh), text
        assert text.en.isascii() or not any("一" <= c <= "鿿" for c in text.en), text
        assert text.en


def test_a_definition_says_more_than_its_label(contract: Contract) -> None:
    for field in contract.fields:
        assert field.definition.zh != field.label.zh, field.name
        assert field.definition.en != field.label.en, field.name


def test_every_rule_names_the_text_it_comes_from(contract: Contract) -> None:
    sources = {rule.code: rule.source for rule in contract.rules}
    sources |= {field.name: field.source for field in contract.fields}
    sources |= {figure.name: figure.source for figure in contract.parameters}
    assert [name for name, source in sources.items() if not source.strip()] == []


def test_what_is_not_public_has_a_reason_of_the_code_list(contract: Contract, home: Home) -> None:
    known = {code.code for code in codelists.load("not_open_reason", home).codes}
    for field in contract.fields:
        if not field.public:
            assert field.disclosure_reason in known, field.name


def test_an_edition_is_due_some_day(contract: Contract) -> None:
    deadline = contract.deadline
    assert deadline.source
    if deadline.by:
        date.fromisoformat(f"2025-{deadline.by}")
    else:
        assert deadline.days is not None
        assert 0 < deadline.days <= 366
    if deadline.column:
        assert contract.field(deadline.column).kind in ("DATE", "TIMESTAMP", "INTEGER")


def test_rows_have_a_key_that_may_be_published(contract: Contract) -> None:
    keys = [field for field in contract.fields if field.key]
    assert keys
    assert all(field.public and field.required for field in keys)


def test_personal_data_is_public_under_an_exemption_alone(contract: Contract) -> None:
    exposed = [f for f in contract.fields if f.personal >= 2 and f.public]
    assert [f.name for f in exposed if not f.exemption] == []
    exempt = [f.name for f in contract.fields if f.exemption and f not in exposed]
    assert exempt == [], "an exemption of nothing"


def test_names_of_columns_are_unique_and_plain(contract: Contract) -> None:
    names = [field.name for field in contract.fields]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)


def test_every_code_list_is_there(contract: Contract, home: Home) -> None:
    for code_list in codelists.of(contract, home):
        # a division that was renamed keeps its code
        codes = [(code.code, code.label_zh) for code in code_list.codes]
        assert codes
        assert len(set(codes)) == len(codes), code_list.name


def test_a_dated_list_is_judged_by_a_date_of_the_row(contract: Contract, home: Home) -> None:
    dated = {found.name for found in codelists.of(contract, home) if found.dated}
    for field in contract.fields:
        if field.code_list in dated:
            assert field.code_date is not None, field.name
            assert contract.field(field.code_date).kind in ("INTEGER", "DATE", "TIMESTAMP")


def test_partitions_are_part_of_the_key(contract: Contract) -> None:
    assert bool(contract.partition_by) is (contract.delivery == "partition")
    assert set(contract.partition_by) <= set(contract.key)


def test_a_row_rule_is_an_expression_over_the_columns(
    contract: Contract, database: duckdb.DuckDBPyConnection, home: Home
) -> None:
    load_code_lists(contract, home, database)
    listed = ", ".join(f"{field.name} {field.kind}" for field in contract.fields)
    database.execute(f"CREATE TABLE rows ({listed})")
    figures = {parameter.name: parameter.sql for parameter in contract.parameters}
    for rule in contract.rules:
        holds = with_figures(rule.holds, figures)
        kind = database.sql(f"SELECT ({holds}) AS holds FROM rows").dtypes[0]
        assert str(kind) == "BOOLEAN", rule.code


def test_figures_are_declared_and_used(contract: Contract) -> None:
    suite = expect.EXPECTATIONS / contract.area / f"{contract.dataset}.yaml"
    rules = yaml.safe_load(suite.read_text(encoding="utf-8"))["rules"]
    asked = "\n".join(str(rule.get("sql", "")) for rule in rules)
    spoken = "\n".join(text for rule in contract.rules for text in _texts(rule))
    used = set(re.findall(r"\$([a-z_]+)", f"{asked}\n{spoken}"))
    assert used == {parameter.name for parameter in contract.parameters}


def _texts(rule: RowRule) -> tuple[str, str, str]:
    return rule.holds, rule.reason.zh, rule.reason.en


def test_every_part_of_a_sentence_is_put_in(contract: Contract) -> None:
    columns = "|".join(field.name for field in contract.fields)
    figures = "|".join(parameter.name for parameter in contract.parameters)
    part = re.compile(rf"\{{(?:{columns}|\$(?:{figures})|=[^{{}}]+)\}}")
    for rule in contract.rules:
        for sentence in (rule.reason.zh, rule.reason.en):
            assert not set("{}") & set(part.sub("", sentence)), rule.code


def test_the_largest_values_raise_nothing(
    contract: Contract, home: Home, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    lists = {code_list.name: code_list for code_list in codelists.of(contract, home)}
    values = {field.name: _extremes(field, lists) for field in contract.fields}
    chance = random.Random(contract.dataset)
    rows = [
        {name: chance.choice(extremes) for name, extremes in values.items()} for _ in range(200)
    ]
    source = a_source(tmp_path, dataset=contract.dataset)
    checked = judged(rows, contract, source, home, database)
    assert checked.rows_in == checked.rows_accepted + checked.rows_quarantined
    # the suite asks the same of what it is given, whatever that is
    for rule in expect.load(contract).rules:
        if rule.query and rule.name.startswith(expect.CONTRACT):
            database.execute(rule.query.replace("{batch}", "quarantined"))


def _extremes(field: Field, lists: dict[str, CodeList]) -> list[str | None]:
    if field.code_list:
        return ["", None, *(code.code for code in lists[field.code_list].codes)]
    kind, _, size = field.kind.partition("(")
    if kind != "DECIMAL":
        return [None, *FAR[kind]]
    width, scale = map(int, size.removesuffix(")").split(","))
    largest = "9" * (width - scale) + "." + "9" * scale
    return [None, largest, f"-{largest}", "0"]


def test_every_dataset_has_a_source_and_a_suite(contract: Contract) -> None:
    assert list((TRANSFORMS / contract.area / contract.dataset).glob("*.yaml"))
    suite = expect.load(contract)
    assert suite.rules
    assert set(suite.references) <= set(DATASETS)
    assert all(rule.reason.zh and rule.reason.en for rule in suite.rules)


@pytest.mark.parametrize("path", DECLARED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_declared_source_can_be_read(path: Path) -> None:
    contract = contracts.load(path.parent.name)
    source = sources.read(path, contract.dataset)
    needed = {field.name for field in contract.fields if field.required}
    assert set(source.surrogates) <= needed
    assert {skip.column for skip in source.table.skip} - {None} <= set(dict(source.table.columns))


def test_the_fictional_city_feeds_every_dataset() -> None:
    samples = PROJECT / "samples"
    home = a_home(samples, sources=samples, codelists=samples / "codelists")
    for dataset in DATASETS:
        assert sources.active(contracts.load(dataset), home).title


def test_an_unknown_dataset_names_those_there_are() -> None:
    with pytest.raises(WrongCall, match="there is no dataset weather") as caught:
        contracts.load("weather")
    assert "tender_award" in caught.value.do.en


def test_a_rule_about_an_unknown_column_is_a_broken_contract(tmp_path: Path) -> None:
    rule = a_rule("odd", "nowhere", "true", "零", "nought")
    with pytest.raises(BrokenContract, match="does not define: nowhere"):
        a_contract(tmp_path, [a_field("code", key=True)], rules=[rule])


def test_a_contract_that_lacks_a_label_is_a_broken_contract(tmp_path: Path) -> None:
    field = a_field("code", key=True)
    field["customProperties"] = []
    with pytest.raises(BrokenContract, match="labelEn"):
        a_contract(tmp_path, [field])


def test_an_installation_adds_codes_to_a_list(home: Home) -> None:
    assert home.codelists is not None
    text = "code,label_zh,valid_from,valid_to\n329999,小城,2020-01-01,\n"
    (home.codelists / "divisions.csv").write_text(text, encoding="utf-8")
    found = codelists.load("divisions", home)
    codes = {code.code for code in found.codes}
    assert {"320000", "329999"} <= codes
    assert found.dated
    plain = codelists.load("divisions", a_home(home.path))
    assert plain.digest != found.digest


def test_a_code_list_that_is_not_there_is_a_broken_contract(home: Home) -> None:
    with pytest.raises(BrokenContract, match="there is no code list planets"):
        codelists.load("planets", home)
