"""What `make` and `deliver` write, read back from the files themselves."""

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from stdnum.cn import ric, uscc

from gongkai import contracts
from samples import budget, debt, enrolment, land, schools, tender
from samples.city import _GIVEN, _SURNAMES, CITY, divisions
from samples.codes import organisation_check
from samples.database import DEBT, read_rows
from samples.deliveries import PERIODS, deliver
from samples.make import SEED, make
from tests.samples.reading import (
    GROWING,
    MODULES,
    Printed,
    answers,
    printed,
    sheet_rows,
    source_of,
    texts,
)

ELSEWHERE = {
    # the two share a cell
    ("dept_budget_line", "subject_code"): "item_code",
    # worked out by the transform, and printed nowhere
    ("gov_debt_rollforward", "difference"): "",
}
"""Columns of findings that are not printed under a header of their own."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("departments")
    make(folder, SEED)
    return folder


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _table(folder: Path) -> list[dict[str, Any]]:
    return read_rows(folder)


def _awards(folder: Path, name: str = "awards") -> list[dict[str, Any]]:
    text = (folder / f"tender_award/{name}.json").read_text("utf-8")
    records: list[dict[str, Any]] = json.loads(text)
    return records


def _land(folder: Path, name: str) -> list[list[str]]:
    text = (folder / "land_acq_project" / name).read_bytes().decode("gb18030")
    return list(csv.reader(text.splitlines()))


def test_the_same_seed_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    make(tmp_path, SEED)
    assert _bytes(tmp_path) == _bytes(made)


def test_another_seed_gives_other_content(made: Path, tmp_path: Path) -> None:
    make(tmp_path, SEED + 1)
    assert _bytes(tmp_path).keys() == _bytes(made).keys()
    assert _bytes(tmp_path) != _bytes(made)


@pytest.mark.parametrize("seed", range(1, 9))
def test_every_seed_finds_a_place_for_every_defect(seed: int, made: Path, tmp_path: Path) -> None:
    make(tmp_path, seed)
    planted, usual = (
        Counter((a.dataset, a.column, a.code, a.times) for a in answers(folder))
        for folder in (tmp_path, made)
    )
    assert planted == usual
    assert _bytes(tmp_path)["answer_key.csv"] != _bytes(made)["answer_key.csv"]


def test_every_dataset_under_contract_is_handed_over(made: Path) -> None:
    assert MODULES.keys() == set(contracts.names())
    assert {answer.dataset for answer in answers(made)} == MODULES.keys()


@pytest.mark.parametrize("dataset", MODULES)
def test_every_column_is_printed_under_a_name_that_the_source_knows(dataset: str) -> None:
    declared = [pattern for _, pattern in source_of(dataset).table.columns]
    columns = {field.name for field in contracts.load(dataset).fields}
    for column, name in MODULES[dataset].NATIVE.items():
        # a few say in which column from the left, and a record's own id is no column
        assert column in columns | {"guid"}
        if isinstance(name, str):
            written = re.escape(name.replace("[]", ""))
            assert any(re.fullmatch(p, name) for p in declared) or written in declared, name


@pytest.mark.parametrize("period", PERIODS)
def test_a_later_delivery_is_of_the_tables_that_grow(
    period: int, made: Path, tmp_path: Path
) -> None:
    make(tmp_path, SEED)
    deliver(tmp_path, period, SEED)
    before, after = _bytes(made), _bytes(tmp_path)
    changed = {name for name in after if after[name] != before.get(name)}
    folders = {name.split("/")[0] for name in changed}
    assert "database" in folders
    assert folders <= {module.DATASET for module in GROWING} | {"database"}
    assert {name for name in changed if name in before} == {f"database/{DEBT}"}
    deliver(tmp_path, period, SEED)
    assert _bytes(tmp_path) == after


def test_make_takes_back_later_deliveries(made: Path, tmp_path: Path) -> None:
    make(tmp_path, SEED)
    for period in (2026, 2027):
        deliver(tmp_path, period, SEED)
        assert _bytes(tmp_path) != _bytes(made)
    make(tmp_path, SEED)
    assert _bytes(tmp_path) == _bytes(made)


@pytest.mark.parametrize("dataset", MODULES)
def test_every_line_of_the_answer_key_points_at_its_value(dataset: str, made: Path) -> None:
    rows: dict[tuple[str, str, str], list[Printed]] = defaultdict(list)
    for row in printed(made, dataset):
        rows[row.place].append(row)
    for answer in answers(made):
        if answer.dataset == dataset:
            found = rows[answer.place]
            assert found, answer
            column = ELSEWHERE.get((dataset, answer.column), answer.column)
            if column:
                assert any(_reads(row.cells[column], answer.value) for row in found), answer


def _reads(cell: Any, value: str) -> bool:
    """Whether a cell is the value of the answer key; a number shows no nought at its end."""
    if isinstance(cell, int | float):
        return Decimal(str(cell)) == Decimal(value)
    return _text(cell) == value


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def test_a_key_that_stands_twice_is_two_candidate_rows(made: Path) -> None:
    keys: dict[tuple[str, str], int] = defaultdict(int)
    for answer in answers(made):
        if answer.code == "duplicate_key":
            keys[answer.dataset, answer.value] += int(answer.times)
    for (dataset, key), count in keys.items():
        # Three phases of a budget row are three keys of two rows each.
        assert count == (6 if dataset == budget.DATASET else 2), key


@pytest.mark.parametrize("dataset", MODULES)
def test_few_rows_are_spoiled(dataset: str, made: Path) -> None:
    rows = {row.place for row in printed(made, dataset)}
    spoiled = {answer.place for answer in answers(made) if answer.dataset == dataset}
    assert 3 <= len(spoiled) < 0.3 * len(rows)


@pytest.mark.parametrize("dataset", MODULES)
def test_people_and_their_phones_are_invented(dataset: str, made: Path) -> None:
    invented = re.compile(f"[{_SURNAMES}][{_GIVEN}]{{1,2}}")
    personal = [
        field.name
        for field in contracts.load(dataset).fields
        if field.personal and field.name in MODULES[dataset].NATIVE
    ]
    told = [_text(row.cells[name]) for row in printed(made, dataset) for name in personal]
    names = {name for text in told for name in re.findall("[一-鿿]{2,}", text)}
    phones = {text for text in told if re.fullmatch(r"1\d{10}", text)}
    assert {name for name in names if not invented.fullmatch(name)} == set()
    # a block that reads as made up
    assert {phone for phone in phones if phone[2:7] != "00000"} == set()


def test_resident_ids_are_of_the_city_that_does_not_exist(made: Path) -> None:
    born = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    alone = re.compile(rf"(?<![\w-])[1-9]\d{{5}}{born}\d{{3}}[\dXx](?![\w-])", re.ASCII)
    numbers = {number for text in texts(made) for number in alone.findall(text)}
    ids = {number for number in numbers if ric.calc_check_digit(number) == number[-1]}
    assert ids
    assert {number[:4] for number in ids} == {CITY[:4]}


def test_codes_are_valid_but_where_the_answer_key_says(made: Path) -> None:
    wrong = {a.value for a in answers(made) if a.code in {"check_digit", "scientific"}}
    person = {a.value for a in answers(made) if a.code == "personal_id"}
    found = [r[side]["uscc"] for r in _awards(made) for side in ("tenderer", "agency")]
    found += [one for r in _awards(made) for c in r["candidates"] for one in c["code"].split(";")]
    path = made / "school_directory" / schools.file_name(2025)
    for sheet in (schools.PRIMARY, schools.JUNIOR):
        found += [str(row[3]) for row in sheet_rows(path, sheet)[schools.FIRST_LINE - 1 :]]
    for code in set(found) - wrong - person:
        assert uscc.is_valid(code), code
        assert organisation_check(code[8:16]) == code[16], code
    assert not any(uscc.is_valid(code) for code in wrong)
    for number in person:
        assert ric.calc_check_digit(number) == number[-1]
        assert not uscc.is_valid(number)


def test_one_name_has_one_code(made: Path) -> None:
    wrong = {a.value for a in answers(made) if a.column == "tenderer_uscc"}
    pairs = {
        (r[side]["name"], r[side]["uscc"])
        for r in _awards(made)
        for side in ("tenderer", "agency")
        if r[side]["uscc"] not in wrong
    }
    assert len({name for name, _ in pairs}) == len({code for _, code in pairs}) == len(pairs)


def test_parents_of_the_budget_are_the_sum_of_their_children(made: Path) -> None:
    for year in (2024, 2025):
        path = made / budget.DATASET / budget.file_name(year)
        bad = {(a.part, int(a.line)) for a in answers(made) if a.file == path.name}
        for sheet in (budget.REVENUE, budget.EXPENDITURE):
            assert _wrong_sums(path, sheet, {line for part, line in bad if part == sheet}) == []


def _wrong_sums(path: Path, sheet: str, bad: set[int]) -> list[tuple[str, str]]:
    """Parents, with their phase, that are not the sum of their sound children."""
    lines = enumerate(sheet_rows(path, sheet), 1)
    rows = [(n, row) for n, row in lines if n >= budget.FIRST_LINE and row[0] is not None]
    data = {
        str(row[0]): row for n, row in rows if n not in bad and not str(row[0]).startswith("注")
    }
    touched = {str(row[0]) for n, row in rows if n in bad}
    wrong = []
    for code, row in data.items():
        parts = [r for c, r in data.items() if len(c) == len(code) + 2 and c.startswith(code)]
        if not parts or any(other.startswith(code) for other in touched):
            continue
        for phase, column in budget.PHASES.items():
            if sum(Decimal(str(part[column])) for part in parts) != Decimal(str(row[column])):
                wrong.append((code, phase))
    return wrong


def test_codes_of_the_budget_are_text_and_numbers(made: Path) -> None:
    path = made / budget.DATASET / budget.file_name(2025)
    kinds = {
        type(row[0]) for row in sheet_rows(path, budget.EXPENDITURE)[budget.FIRST_LINE - 1 : -2]
    }
    assert {str, int} <= kinds


def test_the_city_is_its_own_level_and_the_level_below(made: Path) -> None:
    bad = {a.part for a in answers(made) if a.dataset == debt.DATASET}
    names = {d.code: d.level for d in divisions()}
    groups: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    spoiled = set()
    for row in _table(made):
        if f"id={row['id']}" in bad:
            spoiled.add((row["nd"], row["sjzt"]))
        else:
            groups[row["nd"], row["sjzt"]].append(row)
    checked = 0
    for key, rows in groups.items():
        city = {row["kj"]: row for row in rows if row["qhdm"] == "329900"}
        counties = [row for row in rows if names[row["qhdm"]] == "county"]
        for column in ("ybxe", "zxxe", "xehj", "ybye", "zxye", "yehj"):
            whole, own, below = (_yi(city[s], column) for s in (debt.WHOLE, debt.OWN, debt.BELOW))
            assert whole == own + below, key
            if len(counties) == 6:
                assert below == sum(_yi(row, column) for row in counties), key
                checked += 1
    # Only the final figures of 2022 lack counties.
    assert checked == 6 * (len(groups) - 1)


def _yi(row: dict[str, Any], column: str) -> Decimal:
    return Decimal(row[column]) / {"亿元": 1, "万元": 10**4, "元": 10**8}[row["dw"]]


def test_sound_sections_have_one_winner(made: Path) -> None:
    bad = {a.part for a in answers(made) if a.dataset == tender.DATASET}
    for record in _awards(made):
        kept = [c for c in record["candidates"] if f"id={record['guid']}/{c['rank']}" not in bad]
        assert not kept or sum(c["isWinner"] == "1" for c in kept) == 1


def test_plans_are_of_schools_whose_row_is_sound(made: Path) -> None:
    bad = {(a.part, a.line) for a in answers(made) if a.dataset == schools.DATASET}
    directory = made / schools.DATASET / schools.file_name(2025)
    known = {
        row[1]
        for sheet in (schools.PRIMARY, schools.JUNIOR)
        for line, row in enumerate(sheet_rows(directory, sheet), 1)
        if line >= schools.FIRST_LINE and (sheet, str(line)) not in bad
    }
    for year in (2024, 2025):
        spoiled = {(a.file, a.part, a.line) for a in answers(made)}
        path = made / enrolment.DATASET / enrolment.file_name(year)
        for sheet in (schools.PRIMARY, schools.JUNIOR):
            for line, row in enumerate(sheet_rows(path, sheet), 1):
                if line >= enrolment.FIRST_LINE and (path.name, sheet, str(line)) not in spoiled:
                    assert row[0] in known


def test_the_land_file_needs_gb18030(made: Path) -> None:
    content = (made / land.DATASET / land.file_name(2025)).read_bytes()
    assert content.count(b"\r\n") == len(_land(made, land.file_name(2025)))
    with pytest.raises(UnicodeDecodeError):
        content.decode("gbk")
    text = content.decode("gb18030")
    assert "㙍" in text
    assert "𬇕" in text


def test_titles_say_that_the_data_is_synthetic(made: Path, tmp_path: Path) -> None:
    make(tmp_path, SEED)
    deliver(tmp_path, 2027, SEED)
    for path in tmp_path.rglob("*.xlsx"):
        for sheet in CalamineWorkbook.from_path(path).sheet_names:
            head = [str(cell) for row in sheet_rows(path, sheet)[:4] for cell in row]
            assert any("模拟数据" in text for text in head), (path, sheet)
    for path in tmp_path.rglob("*.csv"):
        if path.parent.name == land.DATASET:
            assert "模拟数据" in _land(tmp_path, path.name)[0][0]
    assert all("模拟数据" in record["projectName"] for record in _awards(made))


def test_2026_is_wrong_as_a_whole(tmp_path: Path) -> None:
    make(tmp_path, SEED)
    deliver(tmp_path, 2026, SEED)

    for sheet in (budget.REVENUE, budget.EXPENDITURE):
        wrong = _wrong_sums(tmp_path / budget.DATASET / budget.file_name(2026), sheet, set())
        assert wrong
        assert {len(code) for code, _ in wrong} == {3}

    rows = [row for row in _table(tmp_path) if row["nd"] == 2026]
    city = {row["kj"]: Decimal(row["ybxe"]) for row in rows if row["qhdm"] == "329900"}
    assert city[debt.WHOLE] != city[debt.OWN] + city[debt.BELOW]
    assert all(Decimal(r["ybxe"]) + Decimal(r["zxxe"]) == Decimal(r["xehj"]) for r in rows)
    assert all(Decimal(r["ybye"]) <= Decimal(r["ybxe"]) for r in rows)
    large = {row["qhdm"] for row in rows if Decimal(row["xehj"]) > 100_000}
    assert large == {"329982"}
    assert {row["dw"] for row in rows} == {"亿元"}

    known = {school.school_code for school in schools.schools(SEED)}
    plan = sheet_rows(tmp_path / enrolment.DATASET / enrolment.file_name(2026), schools.PRIMARY)
    codes = {str(row[0]) for row in plan[enrolment.FIRST_LINE - 1 :]}
    assert codes.isdisjoint(known)
    assert {len(code) for code in codes} == {10}

    awards = _awards(tmp_path, "awards_2026")
    winners = Counter(sum(c["isWinner"] == "1" for c in r["candidates"]) for r in awards)
    assert winners == {1: 16, 2: 8}

    areas = _land(tmp_path, land.file_name(2026))[2:-1]
    assert {row[13] for row in areas} == {"公顷"}
    assert all(Decimal(r[8]) == Decimal(r[9]) + Decimal(r[11]) + Decimal(r[12]) for r in areas)
    usual = _land(tmp_path, land.file_name(2024))[2:-1]
    sizes = [Decimal(r[8]) for r in usual if r[13] == "公顷"]
    assert sum(Decimal(r[8]) for r in areas) / len(areas) > 8 * sum(sizes) / len(sizes)


def test_2027_replaces_2026_and_is_sound(tmp_path: Path) -> None:
    make(tmp_path, SEED)
    deliver(tmp_path, 2027, SEED)
    sound = _bytes(tmp_path)
    deliver(tmp_path, 2026, SEED)
    deliver(tmp_path, 2027, SEED)
    assert _bytes(tmp_path) == sound
    for sheet in (budget.REVENUE, budget.EXPENDITURE):
        path = tmp_path / budget.DATASET / budget.file_name(2027)
        assert _wrong_sums(path, sheet, set()) == []
    before = sheet_rows(tmp_path / schools.DATASET / schools.file_name(2025), schools.PRIMARY)
    after = sheet_rows(tmp_path / schools.DATASET / schools.file_name(2027), schools.PRIMARY)
    assert {row[1] for row in after} - {row[1] for row in before}
    records = _awards(tmp_path, "awards_2027")
    assert {r["guid"] for r in records} & {r["guid"] for r in _awards(tmp_path)}


def test_divisions_hold_together() -> None:
    known = {d.code: d for d in divisions()}
    assert len(known) == 9
    for division in known.values():
        assert division.level in {"prefecture", "county", "zone"}
        assert division.status in {"current", "retired", "functional_zone"}
        assert division.parent in known or division.level == "prefecture"
        date.fromisoformat(division.valid_from)
        if division.status == "retired":
            assert division.successor in known
            assert date.fromisoformat(division.valid_to) < date.fromisoformat(
                known[division.successor].valid_from
            )
