"""The register of obligations against the policy documents, the contracts and the page."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from gongkai import contracts, coverage, pipeline
from gongkai.cli import app
from gongkai.contracts import AREAS, Contract
from gongkai.coverage import Coverage, Dataset, Obligation
from gongkai.errors import BrokenContract
from gongkai.repair import repaired
from tests.conftest import FIRST, TinyCity
from tests.support import PROJECT

REGISTER = coverage.register()
DOCUMENTS = {
    "NT19": "nantong_2019.txt",
    "SZ19": "suzhou_2019.txt",
    "CZXB19": "changzhou_xinbei_2019.txt",
    "TZ18": "taizhou_2018_damaged.txt",
    "JS20": "jiangsu_2020.txt",
}

POLICY = Path(os.environ.get("GONGKAI_REAL_DATA", ".")) / ".." / ".." / "policy"
with_policies = pytest.mark.skipif(
    not (os.environ.get("GONGKAI_REAL_DATA") and POLICY.is_dir()),
    reason="no policy documents lie beside the folder that GONGKAI_REAL_DATA names",
)


def document(name: str) -> str:
    """A policy document without its line and page breaks, TZ18 repaired."""
    text = (POLICY / DOCUMENTS[name]).read_text(encoding="utf-8")
    if name == "TZ18":
        text = repaired(text, ("pinyin", "traditional")).text
    return unbroken(text)


def unbroken(text: str) -> str:
    return re.sub(r"\s", "", text)


def the(*names: str) -> tuple[Obligation, ...]:
    return tuple(obligation for obligation in REGISTER if obligation.id in names)


def naming(dataset: str, *obligations: str) -> Contract:
    return replace(contracts.load(dataset), obligations=obligations)


def states(found: Coverage) -> dict[str, str]:
    return {covered.obligation.id: covered.state for covered in found.obligations}


def test_every_obligation_has_an_id_of_its_own() -> None:
    ids = [obligation.id for obligation in REGISTER]
    assert len(ids) == len(set(ids))
    for obligation in REGISTER:
        assert re.fullmatch(rf"A-\d\d-{obligation.document}", obligation.id)


def test_every_entry_of_the_map_is_there() -> None:
    numbers = {int(obligation.id.split("-")[1]) for obligation in REGISTER}
    assert numbers == set(range(1, 79))


def test_documents_kinds_and_areas_are_known() -> None:
    assert {obligation.document for obligation in REGISTER} == set(DOCUMENTS)
    assert {obligation.kind for obligation in REGISTER} == {"dataset", "feature", "organisation"}
    assert {obligation.area for obligation in REGISTER} == {*AREAS, ""}


def test_what_people_read_is_in_both_languages() -> None:
    for obligation in REGISTER:
        assert bool(obligation.note.zh) == bool(obligation.note.en), obligation.id
        assert obligation.summary_en.isascii(), obligation.id


@pytest.mark.parametrize("name", DOCUMENTS)
@with_policies
def test_what_is_quoted_stands_in_the_document(name: str) -> None:
    text = document(name)
    of_document = [obligation for obligation in REGISTER if obligation.document == name]
    quoted = [obligation.quote for obligation in of_document]
    quoted += [part for o in of_document for part in re.split("[、 ]", o.lead) if part]
    quoted += [obligation.deadline for obligation in of_document]
    assert [quote for quote in quoted if unbroken(quote) not in text] == []


def test_a_feature_is_a_command_or_a_module() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for obligation in REGISTER:
        assert not obligation.features or obligation.kind == "feature"
        for feature in obligation.features:
            command = feature.removeprefix("gongkai ")
            assert command in group.commands if " " in feature else find_spec(feature), feature


@pytest.mark.parametrize("dataset", contracts.names())
def test_a_contract_names_obligations_of_the_register(dataset: str) -> None:
    of_datasets = {o.id for o in REGISTER if o.kind == "dataset"}
    named = contracts.load(dataset).obligations
    assert set(named) <= of_datasets
    assert len(named) == len(set(named))


@pytest.mark.parametrize("unfit", ["A-99-NT19", "A-67-NT19"])
def test_an_obligation_that_no_dataset_can_meet_is_refused(unfit: str) -> None:
    with pytest.raises(BrokenContract, match=unfit):
        coverage.judge(REGISTER, [naming("school_directory", unfit)], {})


def test_states_follow_what_is_published(city: TinyCity) -> None:
    wanted = the(
        "A-13-NT19", "A-14-SZ19", "A-12-NT19", "A-54-TZ18", "A-55-TZ18", "A-21-SZ19", "A-67-NT19"
    )
    under_contract = (
        naming("school_directory", "A-13-NT19", "A-14-SZ19"),
        naming("enrol_plan", "A-14-SZ19"),
        naming("land_acq_project", "A-12-NT19"),
    )
    city.deliver(FIRST)
    before = coverage.judge(wanted, under_contract, coverage.published(city.home))
    assert states(before) == {
        "A-12-NT19": "ready",
        "A-13-NT19": "ready",
        "A-14-SZ19": "ready",
        "A-21-SZ19": "open",
        "A-54-TZ18": "feature",
        "A-55-TZ18": "open",
        "A-67-NT19": "organisation",
    }
    outcome = pipeline.run("school_directory", city.home)
    assert outcome.state == "published", outcome.error
    after = coverage.judge(wanted, under_contract, coverage.published(city.home))
    changed = {name: now for name, now in states(after).items() if now != states(before)[name]}
    assert changed == {"A-13-NT19": "met", "A-14-SZ19": "partly"}
    [shared] = [c for c in after.obligations if c.obligation.id == "A-14-SZ19"]
    assert [(item.dataset, item.edition) for item in shared.datasets] == [
        ("school_directory", "1.0.0"),
        ("enrol_plan", None),
    ]


def test_the_gap_is_what_a_dataset_should_meet_and_none_names() -> None:
    wanted = the("A-13-NT19", "A-21-SZ19", "A-55-TZ18", "A-67-NT19")
    found = coverage.judge(wanted, [naming("school_directory", "A-13-NT19")], {})
    assert [obligation.id for obligation in found.gap] == ["A-21-SZ19"]


def test_counts_are_per_document() -> None:
    found = coverage.judge(the("A-13-NT19", "A-67-NT19", "A-67-SZ19"), [], {})
    assert {count.document: (count.total, dict(count.states)) for count in found.counts} == {
        "NT19": (2, {**none(), "open": 1, "organisation": 1}),
        "SZ19": (1, {**none(), "organisation": 1}),
    }


def none() -> dict[str, int]:
    return dict.fromkeys(coverage.STATE_NAMES, 0)


def a_coverage() -> Coverage:
    editions = {"school_directory": Dataset("school_directory", "1.2.0")}
    return coverage.judge(
        the("A-13-NT19", "A-21-SZ19"), [naming("school_directory", "A-13-NT19")], editions
    )


def test_a_machine_reads_states_datasets_and_the_gap() -> None:
    told = json.loads(coverage.as_json(a_coverage()))
    first = told["obligations"][0]
    assert (first["id"], first["state"], first["clause"]) == ("A-13-NT19", "met", "二(二)")
    assert first["datasets"] == [
        {"dataset": "school_directory", "edition": "1.2.0", "data_date": None}
    ]
    assert told["gap"] == ["A-21-SZ19"]
    assert [count["document"] for count in told["counts"]] == ["NT19", "SZ19"]


def test_a_terminal_shows_the_edition_that_meets_an_obligation() -> None:
    told = coverage.as_text(a_coverage())
    [line] = [line for line in told.splitlines() if "A-13-NT19" in line]
    assert line.startswith("  已落实")
    assert line.endswith("school_directory 1.2.0")


def test_the_committed_page_is_the_one_that_is_made() -> None:
    made = coverage.page(REGISTER, map(contracts.load, contracts.names()))
    committed = (PROJECT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert made == committed, "python -m gongkai.coverage > docs/coverage.md"
