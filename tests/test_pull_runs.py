"""Whole runs of one dataset: what the next run asks for, and how a broken pull is taken up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gongkai import contracts, pipeline
from gongkai.errors import WrongCall
from gongkai.home import Home
from gongkai.query import connect
from gongkai.state import Store
from tests.interface import Answer, Asked, as_json, serving
from tests.support import a_home, a_source, as_csv, drop_folder

DATASET = "land_acq_notice"
COLUMNS = ["notice_no", "publish_date", "changed"]
TRANSFORM = """
SELECT * EXCLUDE (changed), 'pre_notice' AS notice_type, publish_date::DATE + 90 AS end_date,
    '拟征〔2025〕1号' AS acq_no, 'X' AS title, '110101' AS region_code, 'false' AS is_backfill
FROM delivery
"""
API = {
    "kind": "api",
    "connection": "gongkai_land",
    "name": "notices",
    "path": "/v1",
    "records": "list",
    "page_size": 2,
    "since": "since",
    "updated": "changed",
    "period": "year",
}


def notice(number: int) -> dict[str, str]:
    return {
        "notice_no": f"公告〔2025〕{number}号",
        "publish_date": "2025-03-03",
        "changed": f"2025-04-0{number}",
    }


class Bureau:
    """A land bureau with five notices, whose interface breaks at one of its pages."""

    def __init__(self) -> None:
        self.notices = [notice(number) for number in range(1, 6)]
        self.breaks_at: int | None = None
        self.asked: list[dict[str, str]] = []

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked.query)
        page = int(asked.query["page"])
        if page == self.breaks_at:
            return Answer(status=500)
        new = [one for one in self.notices if one["changed"] > asked.query.get("since", "")]
        return as_json({"list": new[page * 2 - 2 : page * 2]})

    def pages(self) -> list[str]:
        """The pages that were asked for since the last time."""
        asked, self.asked = self.asked, []
        return [query["page"] for query in asked]


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


def installed(folder: Path, pull: dict[str, Any], table: dict[str, Any], connection: str) -> Home:
    city = folder / "city"
    city.mkdir()
    (city / "city.yaml").write_text(f"name: {{zh: 小城, en: Tiny}}\nsources: {{{DATASET}: tiny}}\n")
    a_source(city, {"columns": COLUMNS, **table}, pull=pull, transform=TRANSFORM, dataset=DATASET)
    return a_home(folder / "home", sources=city, connections={"gongkai_land": connection})


@pytest.fixture
def land(tmp_path: Path, bureau: Bureau) -> Iterator[Home]:
    """An installation that asks the bureau's interface."""
    with serving(bureau.answer) as (port, _):
        address = f'{{"conn_type": "http", "host": "127.0.0.1", "port": {port}}}'
        yield installed(tmp_path, API, {"kind": "json", "records": "list"}, address)


def rows(home: Home) -> int:
    with connect(home) as database:
        return len(database.sql(f"FROM {DATASET}"))


def test_a_broken_pull_is_taken_up_by_the_next_run(land: Home, bureau: Bureau) -> None:
    bureau.breaks_at = 3
    broken = pipeline.run(DATASET, land)
    assert broken.state == "failed"
    assert broken.error is not None
    assert "page 3" in broken.error
    assert bureau.pages() == ["1", "2", "3"]
    assert pipeline.run(DATASET, land).state == "failed"
    assert bureau.pages() == ["3"]
    bureau.breaks_at = None
    outcome = pipeline.run(DATASET, land)
    assert outcome.state == "published", outcome
    assert bureau.pages() == ["3"]
    assert rows(land) == 5


def test_what_asks_for_something_else_or_comes_too_late_begins_anew(
    land: Home, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.breaks_at = 2
    pipeline.run(DATASET, land)
    pipeline.run(DATASET, land, full=True)
    assert bureau.pages() == ["1", "2", "1", "2"]
    monkeypatch.setattr(pipeline, "TAKEN_UP_WITHIN", timedelta(0))
    pipeline.run(DATASET, land, full=True)
    assert bureau.pages() == ["1", "2"]


def test_only_what_is_new_is_asked_for_unless_all_of_it_is_wanted(
    land: Home, bureau: Bureau
) -> None:
    assert pipeline.run(DATASET, land).state == "published"
    bureau.asked.clear()
    assert pipeline.run(DATASET, land).state == "unchanged"
    assert [query["since"] for query in bureau.asked] == ["2025-04-05"]
    bureau.notices.append(notice(6))
    newer = pipeline.run(DATASET, land)
    assert newer.staged is not None
    assert (newer.state, newer.staged.rows_in, newer.staged.rows) == ("published", 1, 6)
    bureau.asked.clear()
    assert pipeline.run(DATASET, land, full=True).state == "unchanged"
    assert len(bureau.asked) == 4
    assert all("since" not in query for query in bureau.asked)


def test_a_period_does_not_move_the_watermark(land: Home, bureau: Bureau) -> None:
    pipeline.run(DATASET, land)
    bureau.asked.clear()
    bureau.notices = [{**notice(1), "changed": "2025-01-01"}]
    assert pipeline.run(DATASET, land, period="2019").state == "published"
    assert [query["year"] for query in bureau.asked] == ["2019"]
    assert Store(land).watermark(DATASET, "tiny") == "2025-04-05"


def test_the_past_is_asked_for_only_where_the_source_knows_periods(tmp_path: Path) -> None:
    pull = {"kind": "files", "connection": "gongkai_land", "folder": ".", "pattern": "*.csv"}
    home = installed(tmp_path, pull, {"kind": "delimited"}, drop_folder(tmp_path))
    with pytest.raises(WrongCall, match="cannot be asked for 2019 by itself"):
        pipeline.run(DATASET, home, period="2019")
    (tmp_path / "1.csv").write_bytes(as_csv([COLUMNS, list(notice(1).values())]))
    assert pipeline.run(DATASET, home, period="2019", backfill=True).state == "published"
    with connect(home) as database:
        assert database.sql(f"SELECT is_backfill FROM {DATASET}").fetchall() == [(True,)]


def test_a_whole_list_is_asked_for_whole(
    land: Home, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = contracts.load
    monkeypatch.setattr(contracts, "load", lambda name: replace(known(name), delivery="snapshot"))
    pipeline.run(DATASET, land)
    bureau.asked.clear()
    again = pipeline.run(DATASET, land)
    assert again.state == "unchanged", again
    assert all("since" not in query for query in bureau.asked)


def test_only_files_that_were_not_seen_are_taken(tmp_path: Path) -> None:
    pull = {"kind": "files", "connection": "gongkai_land", "folder": ".", "pattern": "*.csv"}
    folder = tmp_path / "drop"
    folder.mkdir()
    home = installed(
        tmp_path, {**pull, "take": "unseen"}, {"kind": "delimited"}, drop_folder(folder)
    )

    def drop(number: int) -> None:
        row = list(notice(number).values())
        (folder / f"{number}.csv").write_bytes(as_csv([COLUMNS, row]))

    drop(1)
    drop(2)
    assert pipeline.run(DATASET, home).state == "published"
    assert pipeline.run(DATASET, home).state == "unchanged"
    drop(3)
    third = pipeline.run(DATASET, home)
    assert third.staged is not None
    assert (third.staged.rows_in, third.staged.rows) == (1, 3)
    every = pipeline.run(DATASET, home, full=True)
    assert every.staged is not None
    assert (every.state, every.staged.rows_in) == ("unchanged", 3)
