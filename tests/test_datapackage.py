"""The Data Package: valid by the standard, and the published file is read by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest

from gongkai import city, codelists, contracts, datapackage
from gongkai.contracts import Contract
from gongkai.lake import literal
from tests.support import a_contract, a_field, a_home, a_rule, fill

KINDS = [
    a_field("code", key=True, pattern=r"\d{4}"),
    a_field("day", "DATE"),
    a_field("moment", "TIMESTAMP"),
    a_field("amount", "DECIMAL(18,2)", minimum="0", unit="元"),
    a_field("number", "INTEGER", minimum="1", maximum="9"),
    a_field("whether", "BOOLEAN"),
    a_field("unit", code_list="money_unit"),
    a_field("person", public=False, personal=2),
]
SOUND = {
    "code": "0001",
    "day": "2024-03-05",
    "moment": "2024-03-05 10:00:00",
    "amount": "12.50",
    "number": "3",
    "whether": "true",
    "unit": "万元",
    "person": "某",
}


def described(contract: Contract, home_path: Path) -> dict[str, Any]:
    home = a_home(home_path)
    lists = codelists.of(contract, home)
    return datapackage.descriptor(contract, lists, city.load(home))


def published(
    folder: Path,
    contract: Contract,
    rows: list[dict[str, Any]],
    database: duckdb.DuckDBPyConnection,
) -> frictionless.Report:
    """The report on a file that is written as an edition's is."""
    fill("accepted", contract, rows, database)
    columns = ", ".join(field.name for field in contract.public_fields)
    target = folder / f"{contract.dataset}.csv"
    database.execute(
        f"COPY (SELECT {columns} FROM accepted) TO {literal(str(target))} (FORMAT csv, HEADER)"
    )
    package = frictionless.Package.from_descriptor(
        described(contract, folder / "home"), basepath=str(folder)
    )
    return package.validate()


@pytest.mark.parametrize("dataset", contracts.names())
def test_every_contract_gives_a_valid_package(dataset: str, tmp_path: Path) -> None:
    given = described(contracts.load(dataset), tmp_path)
    assert list(frictionless.Package.metadata_validate(given)) == []
    names = [field["name"] for field in given["resources"][0]["schema"]["fields"]]
    assert names == [field.name for field in contracts.load(dataset).public_fields]


def test_a_published_file_is_read_in_its_types(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, KINDS)
    empty = dict.fromkeys(SOUND, None) | {"code": "0002"}
    report = published(tmp_path, contract, [SOUND, empty], database)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
    package = frictionless.Package.from_descriptor(
        described(contract, tmp_path / "home"), basepath=str(tmp_path)
    )
    [row, _] = package.get_resource("tiny").read_rows()
    kinds = {name: type(value).__name__ for name, value in row.to_dict().items()}
    assert kinds == {
        "code": "str",
        "day": "date",
        "moment": "datetime",
        "amount": "Decimal",
        "number": "int",
        "whether": "bool",
        "unit": "str",
    }


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"code": "1"}, "constraint-error"),
        ({"number": "10"}, "constraint-error"),
        ({"amount": "-0.01"}, "constraint-error"),
        ({"unit": "分"}, "constraint-error"),
    ],
)
def test_what_the_contract_forbids_the_schema_forbids(
    wrong: dict[str, str],
    kind: str,
    tmp_path: Path,
    database: duckdb.DuckDBPyConnection,
) -> None:
    report = published(tmp_path, a_contract(tmp_path, KINDS), [SOUND | wrong], database)
    assert report.flatten(["type", "fieldName"]) == [[kind, next(iter(wrong))]]


def test_a_made_up_key_is_none_of_the_national_form(
    tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    contract = a_contract(tmp_path, KINDS)
    assert published(tmp_path, contract, [SOUND | {"code": "local:7"}], database).valid


def test_a_check_that_only_marks_is_no_constraint(tmp_path: Path) -> None:
    contract = a_contract(
        tmp_path,
        [a_field("code", key=True), a_field("unit", code_list="money_unit", warns=["enum"])],
    )
    [_, unit] = described(contract, tmp_path)["resources"][0]["schema"]["fields"]
    assert "constraints" not in unit
    assert [item["value"] for item in unit["categories"]] == ["元", "万元", "亿元"]


def test_a_pattern_that_only_re2_knows_is_left_out(tmp_path: Path) -> None:
    contract = a_contract(
        tmp_path, [a_field("code", key=True), a_field("name", pattern=r"\p{Han}+")]
    )
    [_, name] = described(contract, tmp_path)["resources"][0]["schema"]["fields"]
    assert "constraints" not in name


def test_rules_come_with_the_figures_in_force(tmp_path: Path) -> None:
    rule = a_rule("few", "code", "length(code) <= $most", "{code} 多于 {$most}", "more")
    parameter = {"name": "most", "value": 4, "unit": "个", "source": "规定", "confirmed": False}
    contract = a_contract(
        tmp_path, [a_field("code", key=True)], rules=[rule], parameters=[parameter]
    )
    sources = tmp_path / "city"
    sources.mkdir()
    (sources / "city.yaml").write_text(
        "name: {zh: 小城, en: Tiny}\nparameters: {tiny: {most: 5}}\n", encoding="utf-8"
    )
    here = city.load(a_home(tmp_path, sources=sources))
    found = datapackage.resource(contract, (), here)
    [told] = found["rules"]
    assert (told["code"], told["severity"], told["source"]) == ("few", "error", "小局规定")
    assert told["sentence"] == {"zh": "{code} 多于 {$most}", "en": "more"}
    [figure] = found["parameters"]
    assert (figure["values"], figure["inForce"]) == ([{"value": "4"}], "5")
    assert figure["confirmed"] is False


def test_nothing_of_a_restricted_column_is_told(tmp_path: Path) -> None:
    assert "person" not in str(described(a_contract(tmp_path, KINDS), tmp_path))
