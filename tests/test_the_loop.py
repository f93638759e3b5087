"""Back to the department and again: rows wait with their age, a corrected workbook clears what it
mends, an edition with too many wrong rows waits for a steward, an empty table says why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from gongkai import pipeline, quarantine, replay, returns, reviews
from gongkai.errors import WrongCall
from gongkai.home import Home
from gongkai.lake import session
from gongkai.quarantine import Waiting
from gongkai.query import connect
from gongkai.state import Store
from gongkai.status import status
from tests.conftest import FIRST, MIXED, SECOND, TinyCity
from tests.support import a_home, a_source, as_csv, drop_folder

DATASET = "school_directory"
UNKNOWN = ("2132000004", "第四小学", "unknown", "640")
"""A school of an ownership that nobody knows."""
LONG_AGO = datetime(2024, 5, 6, 7, 8)


def waiting(home: Home) -> tuple[Waiting, ...]:
    with session(home) as database:
        return quarantine.waiting(DATASET, database)


def public(home: Home) -> dict[str, str]:
    """Code and ownership of every school that is public."""
    with connect(home) as database:
        rows = database.sql("SELECT school_code, ownership FROM school_directory").fetchall()
    return dict(rows)


def returned(city: TinyCity, folder: Path) -> Path:
    """The workbook that goes back to the department."""
    [path] = returns.write(DATASET, city.home, folder)
    return path


def corrected(path: Path, code: str, **cells: str) -> Path:
    """A clerk's corrections of one school's row, saved as a new workbook."""
    book = CalamineWorkbook.from_path(str(path))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    rows: list[list[Any]] = sheets["待更正"]
    header = next(row for row in rows if "school_code" in row)
    for row in rows:
        if row[header.index("school_code")] == code:
            for name, value in cells.items():
                row[header.index(name)] = value
    saved = path.with_name("改好的.xlsx")
    with xlsxwriter.Workbook(str(saved)) as out:
        for name, lines in sheets.items():
            page = out.add_worksheet(name)
            for at, line in enumerate(lines):
                page.write_row(at, 0, line)
    return saved


def age(home: Home) -> None:
    """Let what waits have waited since long ago."""
    with session(home) as database:
        database.execute(f"UPDATE private.quarantine.waiting SET first_seen = '{LONG_AGO}'")


def test_a_wrong_row_waits_with_its_cells_as_they_were_delivered(city: TinyCity) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    [row] = waiting(city.home)
    assert (row.file, row.line) == ("schools.csv", 3)
    assert (row.cells["school_code"], row.cells["ownership"]) == (MIXED[0], "mixed")
    [shown] = status(city.home)
    assert (shown.waiting, shown.quarantined) == (1, 1)
    assert shown.oldest == row.since.date()


def test_a_corrected_workbook_clears_the_rows_it_mends_and_no_other(
    city: TinyCity, tmp_path: Path
) -> None:
    city.deliver(FIRST, MIXED, UNKNOWN)
    pipeline.run(DATASET, city.home)
    age(city.home)
    workbook = corrected(returned(city, tmp_path), MIXED[0], ownership="private")
    outcome = replay.replay(workbook, city.home)
    assert outcome.error is None
    assert (outcome.state, outcome.edition, outcome.error) == ("published", "1.1.0", None)
    assert outcome.staged is not None
    assert (outcome.staged.added, outcome.staged.removed, outcome.staged.changed) == (1, 0, 0)
    assert public(city.home) == {FIRST[0]: "public", MIXED[0]: "private"}
    [left] = waiting(city.home)
    assert left.cells["school_code"] == UNKNOWN[0]
    assert left.since == LONG_AGO


def test_a_correction_that_is_still_wrong_goes_on_waiting_with_its_age(
    city: TinyCity, tmp_path: Path
) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    age(city.home)
    once = corrected(returned(city, tmp_path), MIXED[0], ownership="odd")
    assert replay.replay(once, city.home).state == "unchanged"
    [left] = waiting(city.home)
    assert (left.cells["ownership"], left.since) == ("odd", LONG_AGO)
    again = corrected(returned(city, tmp_path), MIXED[0], ownership="public")
    assert replay.replay(again, city.home).state == "published"
    assert waiting(city.home) == ()
    assert public(city.home) == {FIRST[0]: "public", MIXED[0]: "public"}


def test_a_row_whose_key_was_wrong_is_cleared_by_its_place(city: TinyCity, tmp_path: Path) -> None:
    wrong = ("2132", "第三小学", "public", "530")
    city.deliver(FIRST, wrong)
    pipeline.run(DATASET, city.home)
    workbook = corrected(returned(city, tmp_path), wrong[0], school_code=MIXED[0])
    assert replay.replay(workbook, city.home).state == "published"
    assert waiting(city.home) == ()
    assert set(public(city.home)) == {FIRST[0], MIXED[0]}


def test_the_source_that_goes_on_delivering_the_wrong_row_is_corrected_on_the_way(
    city: TinyCity, tmp_path: Path
) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    replay.replay(corrected(returned(city, tmp_path), MIXED[0], ownership="private"), city.home)
    # the same source again changes nothing, and a longer one brings what is new
    assert pipeline.run(DATASET, city.home).state == "unchanged"
    city.deliver(FIRST, MIXED, SECOND)
    outcome = pipeline.run(DATASET, city.home)
    assert outcome.staged is not None
    assert (outcome.state, outcome.staged.quarantined) == ("published", 0)
    assert public(city.home)[MIXED[0]] == "private"
    assert waiting(city.home) == ()


def test_a_corrected_source_clears_the_rows_it_fixes(city: TinyCity) -> None:
    city.deliver(FIRST, MIXED, UNKNOWN)
    pipeline.run(DATASET, city.home)
    age(city.home)
    city.deliver(FIRST, (*MIXED[:2], "private", MIXED[3]), UNKNOWN)
    assert pipeline.run(DATASET, city.home).state == "published"
    [left] = waiting(city.home)
    assert (left.cells["school_code"], left.since) == (UNKNOWN[0], LONG_AGO)


def test_a_row_that_a_snapshot_no_longer_has_waits_no_longer(city: TinyCity) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    city.deliver(FIRST, SECOND)
    pipeline.run(DATASET, city.home)
    assert waiting(city.home) == ()


def test_a_workbook_without_a_correction_is_one_sentence(city: TinyCity, tmp_path: Path) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    with pytest.raises(WrongCall, match="no cell of the workbook was corrected"):
        replay.replay(returned(city, tmp_path), city.home)
    assert len(waiting(city.home)) == 1


def test_a_correction_that_breaks_a_rule_of_the_whole_is_not_published(
    city: TinyCity, tmp_path: Path
) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    # the same name in the same stage and district: two entries of one school
    workbook = corrected(
        returned(city, tmp_path), MIXED[0], ownership="public", school_code=FIRST[0]
    )
    outcome = replay.replay(workbook, city.home)
    # the key is taken already: the row corrects that school and is no new one
    assert (outcome.state, public(city.home)) == ("published", {FIRST[0]: "public"})


SIX = [(f"213200001{n}", f"第{n}小学", "unknown", "100") for n in range(6)]


def held(city: TinyCity) -> pipeline.Outcome:
    """A delivery with far too many wrong rows."""
    city.deliver(FIRST, SECOND, *SIX)
    return pipeline.run(DATASET, city.home)


def test_too_many_wrong_rows_hold_the_edition(city: TinyCity) -> None:
    outcome = held(city)
    assert (outcome.state, outcome.edition) == ("held", "1.0.0")
    assert outcome.staged is not None
    [reason] = outcome.staged.holds
    assert "8 行中有 6 行被隔离" in reason
    assert "6 of 8 rows are in quarantine" in reason
    [shown] = status(city.home)
    assert (shown.state, shown.edition, shown.waiting) == ("held", None, 6)
    [listed] = reviews.listed(city.home)
    assert (listed.dataset, listed.quarantined) == (DATASET, 6)


def test_an_approved_edition_is_published_and_says_who_approved_it(city: TinyCity) -> None:
    held(city)
    attempt = reviews.held(DATASET, city.home)
    outcome = pipeline.approve(attempt.id, city.home, reviewer="王审核", reason="可以公开")
    assert (outcome.state, outcome.edition) == ("published", "1.0.0")
    assert set(public(city.home)) == {FIRST[0], SECOND[0]}
    [review] = Store(city.home).reviews(attempt.id)
    assert (review.decision, review.reviewer, review.reason) == ("approved", "王审核", "可以公开")
    # what a steward let pass is not asked again
    assert pipeline.run(DATASET, city.home).state == "unchanged"
    assert reviews.listed(city.home) == ()


def test_a_rejected_edition_is_never_published(city: TinyCity) -> None:
    city.deliver(FIRST)
    pipeline.run(DATASET, city.home)
    held(city)
    attempt = reviews.held(DATASET, city.home)
    with pytest.raises(WrongCall, match="a rejection needs a reason"):
        pipeline.reject(attempt.id, city.home, reviewer="王审核", reason=" ")
    pipeline.reject(attempt.id, city.home, reviewer="王审核", reason="请部门重报")
    assert public(city.home) == {FIRST[0]: "public"}
    with pytest.raises(WrongCall, match="does not wait for a review"):
        pipeline.approve(attempt.id, city.home, reviewer="王审核", reason="")
    [shown] = status(city.home)
    assert shown.state == "rejected"


def test_a_newer_delivery_supersedes_a_held_edition(city: TinyCity) -> None:
    held(city)
    first = reviews.held(DATASET, city.home)
    city.deliver(FIRST, SECOND, *SIX[:5])
    pipeline.run(DATASET, city.home)
    [listed] = reviews.listed(city.home)
    assert listed.address != first.id
    with pytest.raises(WrongCall, match="superseded"):
        pipeline.approve(first.id, city.home, reviewer="王审核", reason="")
    city.deliver(FIRST, SECOND)
    assert pipeline.run(DATASET, city.home).state == "published"
    assert reviews.listed(city.home) == ()


def test_a_steward_sees_why_and_how_much_without_a_value(city: TinyCity) -> None:
    held(city)
    shown = "\n".join(reviews.show(DATASET, city.home))
    assert "8 行中有 6 行被隔离" in shown
    assert "6  办学性质 ownership enum" in shown or "ownership enum" in shown
    assert "新增 added 2" in shown
    assert not any(name in shown for _, name, *_ in SIX)


def test_a_returned_workbook_is_not_held_for_its_wrong_rows(city: TinyCity, tmp_path: Path) -> None:
    held(city)
    attempt = reviews.held(DATASET, city.home)
    pipeline.approve(attempt.id, city.home, reviewer="王审核", reason="")
    workbook = corrected(returned(city, tmp_path), SIX[0][0], ownership="public")
    assert replay.replay(workbook, city.home).state == "published"
    assert len(waiting(city.home)) == 5


@pytest.fixture
def ledger(city: TinyCity) -> TinyCity:
    """The tiny city, whose bureau may say that its directory is empty."""
    a_source(
        city.folder,
        {
            "kind": "delimited",
            "columns": ["school_code", "school_name", "stage", "ownership", "students", "as_of"],
            "empty": "(?P<reason>本区.*空表)",
        },
        pull={
            "kind": "files",
            "connection": "gongkai_education",
            "folder": ".",
            "pattern": "*.csv",
        },
        dataset=DATASET,
    )
    return city


HEADER = ["school_code", "school_name", "stage", "ownership", "students", "as_of"]


def test_a_table_that_is_empty_by_declaration_is_published_as_empty(ledger: TinyCity) -> None:
    said = "本区2025年没有义务教育学校，故本表为空表"
    (ledger.folder / "schools.csv").write_bytes(as_csv([HEADER, [said, "", "", "", "", ""]]))
    outcome = pipeline.run(DATASET, ledger.home)
    assert (outcome.state, outcome.edition, outcome.error) == ("published", "1.0.0", None)
    assert outcome.staged is not None
    assert outcome.staged.empty == (f"schools.csv：{said}",)
    assert (outcome.staged.rows, outcome.staged.rows_in) == (0, 0)
    assert public(ledger.home) == {}


def test_an_empty_table_without_a_reason_is_no_delivery(ledger: TinyCity) -> None:
    (ledger.folder / "schools.csv").write_bytes(as_csv([HEADER]))
    outcome = pipeline.run(DATASET, ledger.home)
    assert outcome.state == "failed"
    assert "the table has no rows and does not say why" in str(outcome.error)


def test_a_missing_file_is_a_missing_file(ledger: TinyCity) -> None:
    outcome = pipeline.run(DATASET, ledger.home)
    assert outcome.state == "failed"
    assert "no file matches" in str(outcome.error)


def test_an_installation_may_set_a_figure_otherwise(tmp_path: Path, city: TinyCity) -> None:
    settings = (city.folder / "city.yaml").read_text(encoding="utf-8")
    figures = "parameters: {school_directory: {largest_class: 5}}\n"
    (city.folder / "city.yaml").write_text(settings + figures, encoding="utf-8")
    home = a_home(
        tmp_path / "other",
        sources=city.folder,
        codelists=city.folder / "codelists",
        connections={"gongkai_education": drop_folder(city.folder)},
    )
    from gongkai import city as cities
    from gongkai import contracts

    assert cities.load(home).figures(contracts.load(DATASET))["largest_class"] == "5"


def test_a_correction_that_a_steward_rejects_leaves_the_row_waiting(
    city: TinyCity, tmp_path: Path
) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    before = waiting(city.home)
    twice = corrected(returned(city, tmp_path), MIXED[0], ownership="public", school_name=FIRST[1])
    assert replay.replay(twice, city.home).state == "held"
    attempt = reviews.held(DATASET, city.home)
    pipeline.reject(attempt.id, city.home, reviewer="王审核", reason="两校同名")
    assert waiting(city.home) == before
    right = corrected(returned(city, tmp_path), MIXED[0], ownership="public")
    assert replay.replay(right, city.home).state == "published"
    assert waiting(city.home) == ()


def test_a_delivery_that_fails_clears_nothing(city: TinyCity) -> None:
    third = ("2132000005", "第五小学", "public", "300")
    city.deliver(FIRST, SECOND, third, MIXED)
    pipeline.run(DATASET, city.home)
    before = waiting(city.home)
    # most schools are gone: the delivery as a whole cannot be, whatever it mends
    city.deliver((*MIXED[:2], "public", MIXED[3]))
    assert pipeline.run(DATASET, city.home).state == "failed"
    assert waiting(city.home) == before


def test_a_row_keeps_its_number_when_it_comes_again_at_another_place(
    city: TinyCity, tmp_path: Path
) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    workbook = corrected(returned(city, tmp_path), MIXED[0], ownership="private")
    city.deliver(FIRST, SECOND, MIXED)
    pipeline.run(DATASET, city.home)
    assert replay.replay(workbook, city.home).state == "published"
    assert public(city.home)[MIXED[0]] == "private"
    assert waiting(city.home) == ()


def test_what_was_said_of_an_empty_table_stands_after_a_correction(
    ledger: TinyCity, tmp_path: Path
) -> None:
    said = "本区2025年没有民办学校，故本表为空表"
    (ledger.folder / "private.csv").write_bytes(as_csv([HEADER, [said, "", "", "", "", ""]]))
    rows = [[FIRST[0], FIRST[1], "primary", "odd", "310", "2025"]]
    rows.append([SECOND[0], SECOND[1], "primary", "public", "420", "2025"])
    (ledger.folder / "schools.csv").write_bytes(as_csv([HEADER, *rows]))
    pipeline.run(DATASET, ledger.home)
    workbook = corrected(returned(ledger, tmp_path), FIRST[0], ownership="public")
    outcome = replay.replay(workbook, ledger.home)
    assert outcome.staged is not None
    assert outcome.staged.empty == (f"private.csv：{said}",)
