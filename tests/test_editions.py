"""Comparing a delivery with the last edition, and the editions that come of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai import editions, staging
from gongkai.compare import Changes, compare
from gongkai.contracts import Contract
from gongkai.editions import Edition
from gongkai.home import Home
from gongkai.lake import SHARED, load_macros, session
from gongkai.protect import protect
from gongkai.state import Attempt, now
from tests.support import Row, a_contract, a_field, a_home, a_source, judged, rows_of

YEAR = a_field("year", "INTEGER", key=True)
CODE = a_field("code", key=True)
AMOUNT = a_field("amount", "INTEGER")
NOTE = a_field("note")
CLERK = a_field("clerk", public=False, personal=2)
DELIVERIES = ("snapshot", "partition", "upsert")


def the_contract(folder: Path, delivery: str, *fields: dict[str, Any]) -> Contract:
    partition = ["year"] if delivery == "partition" else []
    given_fields = fields or (YEAR, CODE, AMOUNT, CLERK)
    return a_contract(folder, given_fields, delivery=delivery, partition_by=partition)


@dataclass
class Dataset:
    """The dataset `tiny` in a lake: `deliver` makes an edition of what changes."""

    folder: Path
    home: Home
    database: duckdb.DuckDBPyConnection
    contract: Contract
    counted: int = 0

    def compare(self, *rows: Row) -> Changes:
        checked = judged(rows, self.contract, a_source(self.folder), self.home, self.database)
        public = protect(checked, self.contract, self.database)
        before = editions.latest(self.database, "tiny")
        return compare(public, checked, self.contract, before, self.database)

    def deliver(self, *rows: Row) -> Changes:
        changes = self.compare(*rows)
        before = editions.latest(self.database, "tiny")
        if changes.empty and before and before.contract_digest == self.contract.digest:
            return changes
        self.counted += 1
        edition = staging.plan(before, self.contract, f"{self.counted:032}", changes)
        editions.promote(self.database, self.contract, edition, "changes")
        return changes

    @property
    def numbers(self) -> list[str]:
        return [edition.number for edition in editions.history(self.database, "tiny")][::-1]

    def rows(self, number: str | None = None) -> list[tuple[Any, ...]]:
        table = f"lake.finance.tiny_at('{number}')" if number else "lake.finance.tiny"
        return self.database.sql(f"SELECT year, code, amount FROM {table} ORDER BY ALL").fetchall()


@pytest.fixture(scope="module")
def empty_lake(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Home, duckdb.DuckDBPyConnection]]:
    home = a_home(tmp_path_factory.mktemp("home"))
    with session(home) as database:
        load_macros(database)
        yield home, database


@pytest.fixture
def lake(empty_lake: tuple[Home, duckdb.DuckDBPyConnection], tmp_path: Path) -> Iterator[Dataset]:
    """A real lake, with the dataset as a snapshot, before its first edition."""
    home, database = empty_lake
    yield Dataset(tmp_path, home, database, the_contract(tmp_path, "snapshot"))
    database.execute("DROP VIEW IF EXISTS lake.finance.tiny")
    database.execute("DROP MACRO TABLE IF EXISTS lake.finance.tiny_at")
    database.execute("DROP TABLE IF EXISTS lake.finance.tiny_history")
    database.execute("DELETE FROM lake.gongkai.editions")


def row(year: int | str, code: str, amount: int | str, **more: str) -> dict[str, str]:
    return {"year": str(year), "code": code, "amount": str(amount), "clerk": "经办人某", **more}


def test_the_first_edition_is_1_0_0(lake: Dataset) -> None:
    changes = lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    assert (changes.added, changes.removed, changes.changed, changes.rows) == (2, 0, 0, 2)
    assert lake.numbers == ["1.0.0"]
    assert lake.rows() == [(2024, "a", 1), (2024, "b", 2)]


def test_the_same_rows_make_no_edition(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    # another order, another spelling, another clerk: nothing of it is public
    changes = lake.deliver(row(2024, "b", "2.0"), row("2024.0", "a", 1, clerk="另一人"))
    assert changes.empty
    assert lake.numbers == ["1.0.0"]


def test_numbers_say_what_happened(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1))
    lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    lake.deliver(row(2024, "a", 1), row(2024, "b", 3))
    lake.deliver(row(2024, "a", 1))
    assert lake.numbers == ["1.0.0", "1.1.0", "1.1.1", "1.1.2"]


def test_every_edition_can_be_read_for_ever(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    lake.deliver(row(2024, "a", 5), row(2024, "c", 3))
    lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    assert lake.numbers == ["1.0.0", "1.1.0", "1.2.0"]
    first = [(2024, "a", 1), (2024, "b", 2)]
    assert lake.rows("1.0.0") == lake.rows("1.2.0") == lake.rows() == first
    assert lake.rows("1.1.0") == [(2024, "a", 5), (2024, "c", 3)]
    assert lake.rows("9.9.9") == []


def test_a_new_column_is_a_minor_edition_and_empty_before(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1))
    lake.contract = the_contract(lake.folder, "snapshot", YEAR, CODE, AMOUNT, NOTE)
    lake.deliver(row(2024, "a", 1, note="注"))
    assert lake.numbers == ["1.0.0", "1.1.0"]
    note = "SELECT note FROM lake.finance.tiny_at('{}')"
    assert lake.database.sql(note.format("1.0.0")).fetchall() == [(None,)]
    assert lake.database.sql(note.format("1.1.0")).fetchall() == [("注",)]


def test_a_column_that_goes_away_is_a_major_edition(lake: Dataset) -> None:
    lake.contract = the_contract(lake.folder, "snapshot", YEAR, CODE, AMOUNT, NOTE)
    lake.deliver(row(2024, "a", 1, note="注"))
    lake.contract = the_contract(lake.folder, "snapshot", YEAR, CODE, AMOUNT)
    lake.deliver(row(2024, "a", 1))
    lake.deliver(row(2024, "a", 2))
    assert lake.numbers == ["1.0.0", "2.0.0", "2.0.1"]
    assert "note" not in lake.database.sql("FROM lake.finance.tiny").columns
    assert lake.rows("1.0.0") == lake.rows("2.0.0") == [(2024, "a", 1)]


def test_a_mended_contract_alone_is_a_patch(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1))
    mended = AMOUNT | {"description": "数"}
    lake.contract = the_contract(lake.folder, "snapshot", YEAR, CODE, mended)
    assert lake.deliver(row(2024, "a", 1)).empty
    assert lake.numbers == ["1.0.0", "1.0.1"]


def test_nothing_private_reaches_the_public_lake(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1, clerk="经办人某"))
    assert "clerk" not in lake.database.sql("FROM lake.finance.tiny_history").columns


def test_a_promotion_that_breaks_leaves_nothing(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1))
    changes = lake.compare(row(2024, "a", 2), row(2024, "b", 2))
    edition = staging.plan(editions.latest(lake.database, "tiny"), lake.contract, "0" * 32, changes)
    with pytest.raises(duckdb.Error):
        editions.promote(lake.database, lake.contract, edition, "a_table_that_is_not_there")
    assert lake.numbers == ["1.0.0"]
    assert lake.rows() == [(2024, "a", 1)]
    lake.deliver(row(2024, "a", 2))
    assert lake.rows() == [(2024, "a", 2)]


def test_a_quarantined_row_keeps_its_accepted_version(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    changes = lake.deliver(row(2024, "a", "待定"), row(2024, "b", 3))
    assert (changes.retained, changes.changed, changes.removed, changes.rows) == (1, 1, 0, 2)
    assert lake.rows() == [(2024, "a", 1), (2024, "b", 3)]
    # and takes the correction once it is right
    assert lake.deliver(row(2024, "a", 4), row(2024, "b", 3)).retained == 0
    assert lake.rows() == [(2024, "a", 4), (2024, "b", 3)]


def test_a_key_that_comes_twice_keeps_its_accepted_version(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1))
    assert lake.deliver(row(2024, "a", 2), row(2024, "a", 3), row(2024, "b", 1)).retained == 1
    assert lake.rows() == [(2024, "a", 1), (2024, "b", 1)]


def test_a_wrong_partition_removes_no_row_that_it_names(lake: Dataset) -> None:
    lake.contract = the_contract(lake.folder, "partition")
    lake.deliver(row(2023, "a", 1), row(2024, "a", 1), row(2024, "b", 2))
    changes = lake.deliver(row(2024, "a", "待定"))
    assert (changes.retained, changes.removed) == (1, 1)
    assert lake.rows() == [(2023, "a", 1), (2024, "a", 1)]


@pytest.mark.parametrize(
    ("kind", "values", "day"),
    [
        ("INTEGER", ["2023", "2024"], "2024-12-31"),
        ("DATE", ["2024-03-05", "2023-03-05"], "2024-03-05"),
        ("TIMESTAMP", ["2024-03-05 08:00:00"], "2024-03-05"),
        ("DATE", [], "None"),
    ],
)
def test_the_data_date_is_the_newest_that_the_rows_speak_of(
    lake: Dataset, kind: str, values: list[str], day: str
) -> None:
    fields = [a_field("code", key=True), a_field("when", kind)]
    lake.contract = a_contract(lake.folder, fields, data_date="when")
    rows = [{"code": str(place), "when": value} for place, value in enumerate(values)]
    assert str(lake.compare(*rows).data_date) == day


def test_a_staged_change_set_is_dropped_but_not_those_that_are_spared(lake: Dataset) -> None:
    def attempt(letter: str) -> Attempt:
        return Attempt(
            id=letter * 32,
            dataset="tiny",
            number=1,
            source="tiny",
            period=None,
            run=None,
            state="staged",
            fingerprint=None,
            watermark=None,
            edition=None,
            error=None,
            report={},
            started_at=now(),
            finished_at=None,
        )

    changes = lake.compare(row(2024, "a", 1))
    for letter in "ab":
        staging.keep_changes(changes, lake.contract, attempt(letter), lake.database)
    staging.drop(lake.contract, lake.database, spared={"b" * 32})
    left = lake.database.sql(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'staging'"
    ).fetchall()
    assert left == [(f"tiny_{'b' * 32}",)]


BEFORE = Edition(
    "tiny", "1.2.3", 7, "a", 1, 1, 0, 0, None, "1.0.0", "digest", ("code", "amount"), now()
)


@pytest.mark.parametrize(
    ("before", "added", "columns", "number"),
    [
        (None, 5, ("code",), "1.0.0"),
        (BEFORE, 0, ("code", "amount"), "1.2.4"),
        (BEFORE, 1, ("code", "amount"), "1.3.0"),
        (BEFORE, 0, ("code", "amount", "note"), "1.3.0"),
        (BEFORE, 9, ("code",), "2.0.0"),
        (BEFORE, 9, ("code", "note"), "2.0.0"),
    ],
)
def test_following(
    before: Edition | None, added: int, columns: tuple[str, ...], number: str
) -> None:
    assert editions.following(before, added=added, columns=columns) == number


Model = dict[tuple[int, str], int]
"""The dataset as a plain dictionary."""

DELIVERED = st.lists(
    st.tuples(
        st.integers(2023, 2025),
        st.sampled_from("abc"),
        st.one_of(st.integers(0, 2), st.just("待定")),
    ),
    max_size=7,
)


def after(delivery: str, old: Model, rows: list[tuple[int, str, Any]]) -> tuple[Model, int]:
    """What the dataset holds after a delivery, and how many rows were retained."""
    keys = [(year, code) for year, code, _ in rows]
    good: Model = {
        (year, code): amount
        for year, code, amount in rows
        if isinstance(amount, int) and keys.count((year, code)) == 1
    }
    held = set(keys) - set(good)
    years = {year for year, _ in keys}
    stays = {
        "snapshot": lambda key: key in held,
        "partition": lambda key: key in held or key[0] not in years,
        "upsert": lambda key: True,
    }[delivery]
    kept = {key: amount for key, amount in old.items() if key not in good and stays(key)}
    return kept | good, len(kept.keys() & held)


@settings(max_examples=8)
@pytest.mark.parametrize("delivery", DELIVERIES)
@given(delivered=st.lists(DELIVERED, min_size=1, max_size=4))
def test_the_change_set_leads_from_the_old_edition_to_the_new_one(
    tmp_path: Path,
    home: Home,
    delivery: str,
    delivered: list[list[tuple[int, str, Any]]],
) -> None:
    with duckdb.connect() as database:
        load_macros(database)
        # the lake's SQL, in memory for speed
        for name in ("lake", "private"):
            database.execute(f"ATTACH ':memory:' AS {name}")
        for statement in SHARED:
            database.execute(statement)
        tiny = Dataset(tmp_path, home, database, the_contract(tmp_path, delivery))
        old: Model = {}
        seen: list[Model] = []
        for rows in delivered:
            new, retained = after(delivery, old, rows)
            changes = tiny.deliver(*(row(*values) for values in rows))
            assert changes.rows == len(new)
            assert changes.retained == retained
            assert changes.added == len(new.keys() - old.keys())
            assert changes.removed == len(old.keys() - new.keys())
            assert changes.changed == sum(new[key] != old[key] for key in new.keys() & old.keys())
            if not seen or new != old:
                seen.append(new)
            old = new
        assert len(tiny.numbers) == len(seen)
        for number, model in zip(tiny.numbers, seen, strict=True):
            assert {(y, c): a for y, c, a in tiny.rows(number)} == model
        assert {(y, c): a for y, c, a in tiny.rows()} == seen[-1]


def test_removed_rows_show_their_old_values(lake: Dataset) -> None:
    lake.deliver(row(2024, "a", 1), row(2024, "b", 2))
    changes = lake.compare(row(2024, "b", 3), row(2024, "c", 4))
    found = {(r["code"], r["_change"], r["amount"]) for r in rows_of(changes.relation)}
    assert found == {("a", "removed", 1), ("b", "changed", 3), ("c", "added", 4)}
