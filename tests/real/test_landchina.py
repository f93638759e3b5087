"""Results of land supply, as the national land market published them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.real.taking_in import TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

ACCEPTED = "lake.trading.land_transfer"
FIRST_OF_WORKBOOK = (
    "local:6a01efd9-37f9-4f48-849d-d13491e1f557",
    "local:7e646516-cfd1-4e5b-976e-994003df3526",
    "local:119b2d4b-51db-4af8-8978-c91a34cded61",
)
OF_RECORDS = (
    "local:612afe33-1c45-4e68-9b5b-0a2044d271e3",
    "local:5defe362-80d0-4d6a-a9e6-68c4db5cbd1f",
    "local:6a72406b-e8ca-4bb6-9841-d86be28fd10f",
)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("workbook")
    name = "land/landchina_supply_results_2017.xls"
    return take_in(folder, "land_transfer", "landchina", name)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("records")
    name = "land/landchina_2018_12_gbk.json"
    return take_in(folder, "land_transfer", "landchina_json", name)


def total(taken: TakenIn, column: str) -> Decimal:
    """The sum of a column over the rows that were accepted and those that were held."""
    [(accepted, held)] = taken.ask(
        f"SELECT (SELECT sum({column}) FROM {ACCEPTED}), (SELECT coalesce(sum("
        f"(candidate->>'{column}')::DECIMAL(22, 6)), 0) FROM private.quarantine.candidates)"
    )
    return Decimal(accepted + held)


def test_every_row_of_the_workbook_is_a_parcel(workbook: TakenIn) -> None:
    report = workbook.report
    # one line is the header
    assert (report["text_rows"], report["skipped"], report["rows_in"]) == (3677, 1, 3677)
    assert (report["accepted"], report["quarantined"]) == (3388, 289)
    # as the workbook prints them: hectares and ten thousand yuan
    assert total(workbook, "area_reported") == Decimal("12156.746889")
    assert total(workbook, "deal_price_reported") == Decimal("14131563.1096")


def test_areas_and_prices_of_the_workbook_are_in_square_metres_and_yuan(workbook: TakenIn) -> None:
    spots = workbook.ask(
        "SELECT region_code, supply_mode, land_use, term_years, area, deal_price, instalments, "
        f"deal_date::VARCHAR FROM {ACCEPTED} WHERE parcel_no IN {FIRST_OF_WORKBOOK} ORDER BY area"
    )
    day = "2017-01-03"
    allocated = ("632802", "allocation", "mixed", None, Decimal("185265.00"), None, None, day)
    station = ("632801", "listing", "commercial", 40, Decimal("2970.00"))
    plant = ("632801", "listing", "industrial", 50, Decimal("112232.00"))
    assert spots == [
        (*station, Decimal("249480.00"), Decimal("249480.00"), day),
        (*plant, Decimal("2828246.00"), Decimal("2828246.00"), day),
        allocated,
    ]


def test_what_is_wrong_in_the_workbook_is_found(workbook: TakenIn) -> None:
    found = {(severity, code, column): n for severity, code, column, n in workbook.findings()}
    # only the first of several instalments is printed
    assert found["warning", "instalments_add_up", "instalments"] == 410
    # the headers of the upper and the lower limit are the wrong way round
    assert found["warning", "plot_ratio_in_order", "plot_ratio_min"] == 1538
    # pages that were not there: a parcel that was sold, without price and transferee
    assert found["error", "deal_is_complete", "deal_result"] == 74
    # regiments and farms, and counties that have another name now
    assert found["error", "pattern", "region_code"] == 138


def test_every_record_is_a_parcel(records: TakenIn) -> None:
    report = records.report
    # two documents in one file: pages of results, and a list without them
    assert (report["text_rows"], report["rows_in"]) == (203 + 38, 203 + 38)
    assert (report["accepted"], report["quarantined"]) == (230, 11)
    assert total(records, "area_reported") == Decimal("836.714531")
    assert total(records, "deal_price_reported") == Decimal("327426.8812")


def test_areas_and_prices_of_the_records_are_in_square_metres_and_yuan(records: TakenIn) -> None:
    spots = records.ask(
        "SELECT region_code, supply_mode, land_use, term_years, area, deal_price, "
        f"deal_date::VARCHAR FROM {ACCEPTED} WHERE parcel_no IN {OF_RECORDS} ORDER BY area"
    )
    home = ("listing", "residential")
    assert spots == [
        ("440100", "allocation", "mixed", None, Decimal("5348.00"), None, "2018-12-24"),
        ("130322", *home, 70, Decimal("41929.62"), Decimal("62894430.00"), "2018-12-31"),
        ("130626", *home, 50, Decimal("52928.04"), Decimal("104840000.00"), "2018-12-31"),
    ]


def test_what_is_wrong_in_the_records_is_found(records: TakenIn) -> None:
    found = {(severity, code, column): n for severity, code, column, n in records.findings()}
    assert found["warning", "instalments_add_up", "instalments"] == 12
    assert found["error", "enum", "land_use"] == 1
    assert found["error", "pattern", "supervision_no"] == 1


@pytest.mark.parametrize("taken", ["workbook", "records"])
def test_whoever_may_be_a_person_is_not_named(taken: str, request: pytest.FixtureRequest) -> None:
    given: TakenIn = request.getfixturevalue(taken)
    persons = f"FROM {ACCEPTED} WHERE transferee_kind = 'person'"
    assert given.ask(f"SELECT DISTINCT transferee_name {persons}") == [("自然人",)]
    assert given.ask(
        f"SELECT min(length(transferee_name)) FROM {ACCEPTED} "
        "WHERE transferee_kind = 'organisation'"
    ) > [(3,)]
    columns = {name for name, *_ in given.ask(f"DESCRIBE {ACCEPTED}")}
    assert "transferee_person" not in columns
