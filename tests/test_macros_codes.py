"""Codes with check digits and formats: the SQL macros against python-stdnum and known vectors."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_11_10, mod_37_2

from tests.test_macros import VALID_USCC, call, sql

__all__ = ["sql"]

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

VALID = [
    ("is_organisation_code", "46601175-6"),
    ("is_organisation_code", "46637267-4"),
    ("is_organisation_code", "466006762"),
    ("is_organisation_code", "46600272-9"),
    ("is_organisation_code", "48634451-5"),
    ("is_organisation_code", "01410001-0"),
    ("is_organisation_code", "01420002-X"),
    ("is_project_code", "2509-320193-89-01-544060"),
    ("is_project_code", "2211-441900-04-02-310151"),
    ("is_project_code", "2411-130202-89-01-637015"),
    ("is_project_code", "2502-140109-89-01-287745"),
    ("is_project_code", "2603-141124-89-05-346948"),
    ("is_project_code", "2403-320500-04-01-123450"),
    ("is_project_code", "2310-320612-04-01-200113"),
    ("is_project_code", "2305-321200-89-02-700084"),
    ("is_project_code", "2401-320411-04-01-000176"),
    ("is_project_code", "2020-330327-48-01-167360"),  # the form with a year
    ("is_project_code", "2020-451421-88-03-016343"),
    ("is_deal_code", "A01-12320200466372674G-20240312-000001-V"),
    ("is_deal_code", "B01-12320200466372674G-20240315-000002-X"),
    ("is_deal_code", "D01-12320000466011756J-20240401-000015-5"),
    ("is_deal_code", "C01-12320000466011756J-20240408-000021-K"),
    ("is_trade_project_code", "E3504219400202007"),
    ("is_tender_code", "E3500000001001043001"),
    ("is_section_code", "E4419000748006417001001"),
    ("is_parcel_code", "450103001001GB00001"),
    ("is_parcel_code", "320508001003GB00012"),
    ("is_parcel_code", "320612004002JA00003"),
    ("is_real_estate_unit", "320508001003GB00012W00000000"),
    ("is_school_code", "4132010284"),
    ("is_school_code", "4132010286"),
    ("is_school_code", "4111010001"),
    ("is_school_code", "2132001234"),
    ("is_school_code", "3132001235"),
    ("is_bank_card", "6228480000000000018"),
    ("is_bank_card", "6217000000000000020"),
    ("is_bank_card", "6222020000000000034"),
    ("is_bank_card", "4539148803436467"),
    ("is_bond_code", "2405123"),
    ("is_bond_code", "198765"),
    ("is_document_number", "通政办发〔2019〕64号"),
    ("is_document_number", "常开委办〔2019〕127号"),
]
INVALID = [
    ("is_organisation_code", "46601175-7"),
    ("is_organisation_code", "4660117-56"),
    ("is_organisation_code", "46601175"),
    ("is_project_code", "2601-140100-89-01-123456"),  # check digit
    ("is_project_code", "2513-320500-04-01-123450"),  # month 13
    ("is_project_code", "2008-320500-04-01-123450"),  # before there were such codes
    ("is_project_code", "25093201938901544060"),  # hyphens
    ("is_deal_code", "A01-12320200466372674G-20240312-000001-X"),
    ("is_deal_code", "A01-12320200466372674G-20240231-000001-V"),  # 31 February
    ("is_trade_project_code", "E350421940020200"),
    ("is_tender_code", "E4419000748006417001001"),
    ("is_section_code", "E3500000001001043001"),
    ("is_parcel_code", "320508001003XB00012"),
    ("is_parcel_code", "320508001003GB0001"),
    ("is_parcel_code", "320508001003GB00012W00000000"),
    ("is_real_estate_unit", "320508001003GB00012"),
    ("is_school_code", "6132001234"),  # kind
    ("is_school_code", "213200123"),
    ("is_school_code", "2199001234"),  # province
    ("is_school_code", "4132110284"),  # a university's number begins with 0
    ("is_bank_card", "6228480000000000012"),
    ("is_bank_card", "453914880343646"),
    ("is_bond_code", "12345"),
    ("is_document_number", "通政办发[2019]64号"),
    ("is_document_number", "64号"),
]


@pytest.mark.parametrize(("macro", "code"), VALID)
def test_a_valid_code_is_valid(sql: duckdb.DuckDBPyConnection, macro: str, code: str) -> None:
    assert call(sql, macro, code) is True


@pytest.mark.parametrize(("macro", "code"), INVALID)
def test_an_invalid_code_is_invalid(sql: duckdb.DuckDBPyConnection, macro: str, code: str) -> None:
    assert call(sql, macro, code) is False


MACROS = [
    *sorted({macro for macro, _ in VALID}),
    "uscc_inner_holds",
    "project_code_is_old",
    "is_mobile",
    "is_landline",
    "is_phone",
]


@given(st.text(max_size=45))
def test_no_text_breaks_a_code(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    for macro in MACROS:
        assert call(sql, macro, text.replace("\0", "")) in (True, False)


@given(st.sampled_from(VALID), st.integers(0, 39), st.characters(exclude_characters="\0"))
def test_no_slip_breaks_a_code(
    sql: duckdb.DuckDBPyConnection, known: tuple[str, str], place: int, slip: str
) -> None:
    macro, code = known
    assert call(sql, macro, code[:place] + slip + code[place + 1 :]) in (True, False)


@pytest.mark.parametrize("macro", [*MACROS, "project_code", "phone", "chinese_number"])
def test_nothing_gives_nothing(sql: duckdb.DuckDBPyConnection, macro: str) -> None:
    assert call(sql, macro, None) is None


@given(st.text(DIGITS + LETTERS, min_size=8, max_size=8))
def test_an_organisation_code_has_one_check_digit(
    sql: duckdb.DuckDBPyConnection, body: str
) -> None:
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    right = [last for last in "0123456789X" if call(sql, "is_organisation_code", body + last)]
    assert right == [check]
    assert call(sql, "is_organisation_code", f"{body}-{check}") is True
    assert call(sql, "uscc_inner_holds", f"91320500{body}{check}0") is True


# codes of public bodies
@pytest.mark.parametrize("code", [*VALID_USCC[:5], VALID_USCC[6]])
def test_the_organisation_code_inside_a_credit_code(
    sql: duckdb.DuckDBPyConnection, code: str
) -> None:
    assert call(sql, "uscc_inner_holds", code) is True
    wrong = "1" if code[15] != "1" else "2"
    assert call(sql, "uscc_inner_holds", code[:15] + wrong + code[16:]) is False


@given(st.integers(0, 99), st.integers(1, 12), st.text(DIGITS, min_size=16, max_size=16))
def test_a_project_code_is_judged_as_by_stdnum(
    sql: duckdb.DuckDBPyConnection, year: int, month: int, rest: str
) -> None:
    digits = f"{year:02}{month:02}{rest}"
    code = "-".join((digits[:4], digits[4:10], digits[10:12], digits[12:14], digits[14:]))
    holds = mod_11_10.is_valid(digits) and digits[:4] >= "2009"
    assert call(sql, "is_new_project_code", code) is holds
    assert call(sql, "project_code", digits) == code
    assert call(sql, "project_code", code.replace("-", " — ")) == code
    digits = digits[:-1] + mod_11_10.calc_check_digit(digits[:-1])
    code = code[:-1] + digits[-1]
    assert call(sql, "is_new_project_code", code) is (digits[:4] >= "2009")


@pytest.mark.parametrize(
    ("code", "old"),
    [
        ("2020-330327-48-01-167360", True),
        ("2015-330327-48-01-167360", True),
        ("2509-320193-89-01-544060", False),
        ("2012-320500-04-01-123450", True),  # no check digit of December 2020: the year
        ("2012-320500-04-01-123455", False),
        ("2014-320500-04-01-123450", False),
    ],
)
def test_a_project_code_of_the_earlier_form(
    sql: duckdb.DuckDBPyConnection, code: str, old: bool
) -> None:
    assert call(sql, "project_code_is_old", code) is old


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("25093201938901544060", "2509-320193-89-01-544060"),
        ("２５０９－３２０１９３－８９－０１－５４４０６０", "2509-320193-89-01-544060"),
        ("2509 320193 89 01 544060", "2509-320193-89-01-544060"),
        ("2509-320193", "2509-320193"),
        ("待定", "待定"),
    ],
)
def test_a_project_code_has_hyphens(sql: duckdb.DuckDBPyConnection, text: str, code: str) -> None:
    assert call(sql, "project_code", text) == code


@given(
    st.sampled_from("ABCD"),
    st.text(USCC_LETTERS, min_size=18, max_size=18),
    st.dates(),
    st.integers(0, 999999),
    st.sampled_from(DIGITS + LETTERS + "*"),
)
def test_a_deal_code_is_judged_as_by_stdnum(
    sql: duckdb.DuckDBPyConnection, kind: str, uscc: str, day: Any, serial: int, last: str
) -> None:
    parts = (f"{kind}01", uscc, day.isoformat().replace("-", ""), f"{serial:06}")
    body = "".join(parts)
    assert call(sql, "is_deal_code", "-".join((*parts, last))) is _holds(body + last)
    right = mod_37_2.calc_check_digit(body)
    assert call(sql, "is_deal_code", "-".join((*parts, right))) is True


def _holds(code: str) -> bool:
    return bool(mod_37_2.is_valid(code))


@given(st.text(DIGITS, min_size=14, max_size=17), st.sampled_from(DIGITS))
def test_a_bank_card_is_judged_as_by_stdnum(
    sql: duckdb.DuckDBPyConnection, body: str, last: str
) -> None:
    number = "6" + body + last
    assert call(sql, "is_bank_card", number) is luhn.is_valid(number)
    assert call(sql, "is_bank_card", number[:-1] + luhn.calc_check_digit(number[:-1])) is True


@pytest.mark.parametrize("province", ["32", "320000", "320600"])
def test_a_school_is_of_its_province(sql: duckdb.DuckDBPyConnection, province: str) -> None:
    assert call(sql, "is_school_code_of", "2132001234", province) is True
    assert call(sql, "is_school_code_of", "2133001234", province) is False
    assert call(sql, "is_school_code_of", "6132001234", province) is False
    assert call(sql, "is_school_code_of", None, province) is None
    assert call(sql, "is_school_code_of", "2132001234", None) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("139 1234 5678", "13912345678"),
        ("+86 139-1234-5678", "13912345678"),
        ("0086 13912345678", "13912345678"),
        ("１３９１２３４５６７８", "13912345678"),
        ("0513-8123 4567", "0513-81234567"),
        ("(0513)81234567", "0513-81234567"),
        ("（025）84012345", "025-84012345"),
        ("02584012345", "025-84012345"),
        ("0527－8123456", "0527-8123456"),
        ("0086-513-81234567", "0513-81234567"),
        ("+86(0)513 81234567", "0513-81234567"),
        ("0513-81234567转801", "0513-81234567-801"),
        ("400 123 4567", "400-123-4567"),
        ("12345", "12345"),
    ],
)
def test_a_phone_number_has_one_form(
    sql: duckdb.DuckDBPyConnection, text: str, number: str
) -> None:
    assert call(sql, "phone", text) == number
    assert call(sql, "phone", number) == number
    assert call(sql, "is_phone", number) is True


@pytest.mark.parametrize(
    "text",
    ["12912345678", "0513-01234567", "010-12345678", "81234567", "051-81234567", "110", "无"],
)
def test_what_is_no_phone_number_is_given_back(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert call(sql, "phone", text) == text
    assert call(sql, "is_phone", text) is False


@given(st.text(max_size=30) | st.text("0123456789+-() 转", max_size=30))
def test_no_text_breaks_a_normal_form(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    for macro in ("phone", "project_code"):
        once = call(sql, macro, text.replace("\0", ""))
        assert call(sql, macro, once) == once
