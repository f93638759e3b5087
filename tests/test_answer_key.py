"""The fictional city's drop folders: what is quarantined is what was spoiled, no more, no less."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from gongkai import pipeline
from gongkai.home import Home
from gongkai.lake import session
from samples.make import SEED, make
from tests.support import PROJECT, a_home, drop_folder

DATASETS = ("gov_budget_line", "school_directory", "enrol_plan", "land_acq_project")
Key = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("departments")
    make(folder, SEED)
    return folder


@pytest.fixture(scope="module")
def ran(departments: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The city's home after one run of every dataset."""
    samples = PROJECT / "samples"
    home = a_home(
        tmp_path_factory.mktemp("home"),
        sources=samples,
        codelists=samples / "codelists",
        connections={
            "gongkai_finance_files": drop_folder(departments),
            "gongkai_education": drop_folder(departments),
            "gongkai_land": drop_folder(departments / "land_acq_project"),
        },
    )
    for dataset in DATASETS:
        outcome = pipeline.run(dataset, home)
        assert (outcome.state, outcome.error) == ("published", None)
        assert outcome.staged is not None
        assert outcome.staged.rows_in == outcome.staged.accepted + outcome.staged.quarantined
        assert outcome.staged.suspicions == ()
    return home


@pytest.mark.parametrize("dataset", DATASETS)
def test_what_is_quarantined_is_what_was_spoiled(
    dataset: str, ran: Home, departments: Path
) -> None:
    spoiled: Counter[Key] = Counter()
    with (departments / "answer_key.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["dataset"] == dataset:
                place = (row["file"], row["part"], row["line"], row["column"], row["code"])
                spoiled[place] += int(row["times"])
    with session(ran) as database:
        rows = database.execute(
            "SELECT file, part, line::VARCHAR, column_name, code "
            "FROM private.quarantine.findings WHERE dataset = ? AND severity = 'error'",
            [dataset],
        ).fetchall()
    assert Counter(map(tuple, rows)) == spoiled
    assert spoiled


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_quarantined_row_is_kept_as_it_came(dataset: str, ran: Home) -> None:
    with session(ran) as database:
        kept, found = (
            database.execute(
                f'SELECT count(DISTINCT "row") FROM private.quarantine.{table} WHERE dataset = ?',
                [dataset],
            ).fetchone()
            for table in ("candidates", "findings")
        )
    assert kept == found


def test_a_second_run_finds_nothing_new(ran: Home) -> None:
    assert {pipeline.run(dataset, ran).state for dataset in DATASETS} == {"unchanged"}
