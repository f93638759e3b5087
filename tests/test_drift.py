"""What is made from a contract follows it: a rule or a constraint is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from gongkai import (
    check,
    city,
    codelists,
    contracts,
    datapackage,
    describe,
    expect,
    portal,
    sources,
)
from gongkai.contracts import SCHEMAS, Contract
from gongkai.sources import TRANSFORMS
from tests.support import a_rule

Document = dict[str, Any]
Change = Callable[[Document], None]


@dataclass(frozen=True)
class Made:
    """What is made from a contract, each as text."""

    row_check: str
    suite: tuple[str, ...]
    dictionary: str
    page: str
    package: str


def document(dataset: str) -> tuple[Document, str]:
    """A contract of the project as it is written, and its area."""
    [path] = SCHEMAS.glob(f"*/{dataset}.odcs.yaml")
    raw: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return raw, path.parent.name


def changed(dataset: str, change: Change, folder: Path) -> Contract:
    """The contract of a dataset after a change of its document alone."""
    raw, area = document(dataset)
    change(raw)
    path = folder / area / f"{dataset}.odcs.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return contracts.read(path)


def made(contract: Contract) -> Made:
    here = city.load(describe.PLAIN)
    lists = codelists.of(contract, describe.PLAIN)
    declared = sorted((TRANSFORMS / contract.area / contract.dataset).glob("*.yaml"))
    source = sources.read(declared[0], contract.dataset)
    passes = check.compiled(
        contract, source, {item.name: item for item in lists}, here.figures(contract)
    )
    return Made(
        row_check=passes.checked + passes.findings,
        suite=tuple(rule.name for rule in expect.load(contract).rules),
        dictionary=str(portal.dictionary(contract, lists)),
        page=describe.dataset_page(contract, lists),
        package=str(datapackage.descriptor(contract, lists, here)),
    )


def with_rule(severity: str, parameter: bool = False) -> Change:
    """A rule about the first column of the key, which every contract publishes."""

    def change(raw: Document) -> None:
        table = raw["schema"][0]
        key = next(item["name"] for item in table["properties"] if item.get("primaryKey"))
        bound = "$longest_seen" if parameter else "97"
        told = "{$longest_seen}" if parameter else "97"
        if parameter:
            figure = {"name": "longest_seen", "value": 97, "source": "规定", "confirmed": False}
            found = [c for c in raw["customProperties"] if c["property"] == "parameters"]
            if found:
                found[0]["value"].append(figure)
            else:
                raw["customProperties"].append({"property": "parameters", "value": [figure]})
        rule = a_rule(
            "no_longer_than_seen",
            key,
            f"length({key}::VARCHAR) <= {bound}",
            f"长于 {told} 个字",
            f"longer than {told} characters",
            severity=severity,
            source="本规定",
        )
        table["quality"] = [*(table.get("quality") or []), rule]

    return change


RULES: Mapping[str, Change] = {
    "error": with_rule("error"),
    "warning": with_rule("warning"),
    "figure": with_rule("error", parameter=True),
}


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("dataset", contracts.names())
def test_a_new_rule_reaches_everything(dataset: str, kind: str, tmp_path: Path) -> None:
    before = made(contracts.load(dataset))
    after = made(changed(dataset, RULES[kind], tmp_path))
    assert "no_longer_than_seen" not in before.row_check
    assert "no_longer_than_seen" in after.row_check
    new = set(after.suite) - set(before.suite)
    assert new == ({"contract_no_longer_than_seen"} if kind != "warning" else set())
    assert "检查：长于 97 个字" in after.dictionary
    assert "`no_longer_than_seen`" in after.page
    assert "长于 97 个字<br>*longer than 97 characters*" in after.page
    assert "no_longer_than_seen" in after.package


def with_option(column: str, **options: Any) -> Change:
    """A constraint of a column: an option of the standard, or `required`."""

    def change(raw: Document) -> None:
        found = next(p for p in raw["schema"][0]["properties"] if p["name"] == column)
        if options.pop("required", False):
            found["required"] = True
        if code_list := options.pop("codeList", None):
            found["customProperties"].append({"property": "codeList", "value": code_list})
        if options:
            found["logicalTypeOptions"] = {**found.get("logicalTypeOptions", {}), **options}

    return change


CONSTRAINTS: Mapping[str, tuple[Change, str, str, str]] = {
    "required": (with_option("address", required=True), "required", "必填", "'required': True"),
    "minimum": (
        with_option("site_area_reported", minimum=-17),
        "-17",
        "≥ -17",
        "'minimum': -17",
    ),
    "maximum": (
        with_option("site_area_reported", maximum=717171),
        "717171",
        "≤ 717171",
        "'maximum': 717171",
    ),
    "pattern": (
        with_option("region_name", pattern="[东西]区"),
        "[东西]区",
        "格式 `[东西]区`",
        "'pattern': '[东西]区'",
    ),
    "form": (
        with_option("region_name", format="bond_code"),
        "is_bond_code",
        "有效的债券代码",
        "'checkedForm': 'bond_code'",
    ),
    "code list": (
        with_option("region_name", codeList="income_band"),
        "codes_income_band",
        "income_band",
        "'codeList': 'income_band'",
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_new_constraint_reaches_everything(name: str, tmp_path: Path) -> None:
    change, in_check, in_words, in_package = CONSTRAINTS[name]
    before = made(contracts.load("school_directory"))
    contract = changed("school_directory", change, tmp_path)
    after = made(contract)
    assert after.row_check.count(in_check) > before.row_check.count(in_check)
    assert after.page.count(in_words) > before.page.count(in_words)
    assert after.package.count(in_package) > before.package.count(in_package)
    # the portal tells a code list by its values
    listed = {item.name: item for item in codelists.of(contract, describe.PLAIN)}
    shown = describe.values(listed["income_band"]).zh if name == "code list" else in_words
    shown = repr(shown)[1:-1]
    assert after.dictionary.count(shown) > before.dictionary.count(shown)


def test_a_new_figure_reaches_the_sentences(tmp_path: Path) -> None:
    def change(raw: Document) -> None:
        for item in raw["customProperties"]:
            if item["property"] == "parameters":
                item["value"][0]["value"] = 47

    before = made(contracts.load("school_directory"))
    after = made(changed("school_directory", change, tmp_path))
    for one, other in zip(
        (before.row_check, before.dictionary, before.page, before.package),
        (after.row_check, after.dictionary, after.page, after.package),
        strict=True,
    ):
        assert "47" in other
        assert one != other


def test_the_pages_of_the_datasets_are_those_of_the_contracts() -> None:
    wanted = describe.pages()
    there = {path: path.read_text(encoding="utf-8") for path in describe.PAGES.glob("*.md")}
    assert sorted(there) == sorted(wanted)
    assert [path.name for path in wanted if there[path] != wanted[path]] == []
